//! Which components can be used, for what, and how they differ. What is said here of each was seen on a running
//! sidecar; `tests/stores.rs` holds it against one.

use dapr::dapr::proto::runtime::v1::RegisteredComponents;

use crate::trace::Tier;

/// Why the stores cannot be opened: what, on which component, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Nobody listens there.
    #[error(
        "no Dapr sidecar answers at {endpoint}; start one, for instance with `daprd --app-id user-service \
         --resources-path ./components --dapr-grpc-port PORT`, and set DAPR_GRPC_PORT to its gRPC port"
    )]
    NoSidecar { endpoint: String },
    /// A connection is made, but nothing comes back.
    #[error(
        "the Dapr sidecar at {endpoint} accepts connections but does not answer; look into its log, or start it again"
    )]
    Silent { endpoint: String },
    /// Somebody else listens there.
    #[error(
        "what listens at {endpoint} is not the API of a Dapr sidecar; set DAPR_GRPC_PORT to the sidecar's gRPC port, \
         not to its HTTP port"
    )]
    NotASidecar { endpoint: String },
    /// The token is missing or wrong.
    #[error(
        "the Dapr sidecar at {endpoint} refuses the API token; set DAPR_API_TOKEN to the token it was started with"
    )]
    Token { endpoint: String },
    /// The sidecar has no component of that name.
    #[error(
        "the Dapr sidecar at {endpoint} has no component '{component}' ({present}); put its file into the sidecar's \
         resources path, see in the sidecar's log whether it could be initialized, or name another with {flag}"
    )]
    MissingComponent { endpoint: String, component: String, present: String, flag: &'static str },
    /// The component is not initialized, or is too little of a state store.
    #[error(
        "the component '{component}' ({kind}) lacks the capability {capability}, which the {role} needs; see in the \
         sidecar's log that it was initialized, or name another with {flag}"
    )]
    LacksCapability {
        component: String,
        kind: String,
        capability: &'static str,
        role: &'static str,
        flag: &'static str,
    },
    /// Its type is none of those whose behaviour is known.
    #[error(
        "the component '{component}' is of type {kind}, which was never tried as a {role}; use {usable}, or name \
         another with {flag}"
    )]
    Unsupported { component: String, kind: String, role: &'static str, usable: &'static str, flag: &'static str },
    /// Its transactions leave a part of themselves behind when they fail.
    #[error(
        "the component '{component}' is of type {kind}, whose transactions do not roll back, so it cannot be the \
         state store; use {usable}, or name another with {flag}"
    )]
    NoRollback { component: String, kind: String, usable: &'static str, flag: &'static str },
}

/// A kind of component, as far as the protocol cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `state.postgresql` and its alias `state.postgres`, in their versions v1 and v2.
    Postgres,
    /// `state.sqlite` and its alias `state.sqlite3`.
    Sqlite,
    /// `state.redis`.
    Redis,
    /// `state.in-memory`.
    InMemory,
}

const STATE_STORES: &str = "state.postgresql or state.sqlite";
const CACHES: &str = "state.redis";

impl Kind {
    /// The kind of the component of that name, if it can be what `tier` asks for.
    pub(super) fn check(
        name: &str,
        tier: Tier,
        endpoint: &str,
        registered: &[RegisteredComponents],
    ) -> Result<Self, OpenError> {
        let (role, flag, usable, needed): (_, _, _, &[_]) = match tier {
            Tier::State => ("state store", "--statestore", STATE_STORES, &["ETAG", "TRANSACTIONAL"]),
            Tier::Cache => ("cache", "--cache", CACHES, &["ETAG", "TRANSACTIONAL", "TTL"]),
        };
        let component = name.to_owned();
        let Some(found) = registered.iter().find(|registered| registered.name == name) else {
            let (endpoint, present) = (endpoint.to_owned(), present(registered));
            return Err(OpenError::MissingComponent { endpoint, component, present, flag });
        };
        let kind = format!("{} {}", found.r#type, found.version);
        let Some(known) = Self::of(&found.r#type) else {
            return Err(OpenError::Unsupported { component, kind, role, usable, flag });
        };
        if tier == Tier::State && known == Self::Redis {
            return Err(OpenError::NoRollback { component, kind, usable, flag });
        }
        let lacking = needed.iter().find(|capability| !found.capabilities.iter().any(|has| has == *capability));
        match lacking {
            Some(capability) => Err(OpenError::LacksCapability { component, kind, capability, role, flag }),
            None => Ok(known),
        }
    }

    fn of(registered: &str) -> Option<Self> {
        match registered {
            "state.postgresql" | "state.postgres" => Some(Self::Postgres),
            "state.sqlite" | "state.sqlite3" => Some(Self::Sqlite),
            "state.redis" => Some(Self::Redis),
            "state.in-memory" => Some(Self::InMemory),
            _ => None,
        }
    }

    /// The name that people know it by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
            Self::Redis => "redis",
            Self::InMemory => "memory",
        }
    }

    /// True where a bulk get takes an answer of the database that breaks off for a whole one, so that entries are told
    /// as absent that are there. Seen on 1.18.2 after a restart of PostgreSQL: the first bulk get on each connection that
    /// the sidecar had kept finds nothing, without an error. A get fails, as it should.
    pub(super) fn loses_ends_of_answers(self) -> bool {
        matches!(self, Self::Postgres | Self::Sqlite)
    }

    /// True where the component's own words say that an entry was not as expected. The gRPC code does not tell: a
    /// refused transaction is `Internal`, as is one that lost its connection.
    pub(super) fn proves_conflict(self, message: &str) -> bool {
        let proofs: &[&str] = match self {
            // What the scripts that compare the versions raise.
            Self::Redis => &["failed to set key", "failed to delete", "invalid etag value"],
            Self::Postgres | Self::Sqlite | Self::InMemory => {
                // The second is an insert of what is there already; the third an etag of another kind of component.
                &["possible etag mismatch", "no item was updated", "invalid etag value"]
            }
        };
        proofs.iter().any(|proof| message.contains(proof))
    }
}

fn present(registered: &[RegisteredComponents]) -> String {
    let mut names: Vec<String> = registered
        .iter()
        .filter(|component| component.r#type.starts_with("state."))
        .map(|component| format!("'{}'", component.name))
        .collect();
    names.sort();
    if names.is_empty() { "it has no state stores".to_owned() } else { format!("it has {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(kind: &str, capabilities: &[&str]) -> Vec<RegisteredComponents> {
        vec![RegisteredComponents {
            name: "store".to_owned(),
            r#type: kind.to_owned(),
            version: "v1".to_owned(),
            capabilities: capabilities.iter().map(ToString::to_string).collect(),
        }]
    }

    fn check(tier: Tier, kind: &str, capabilities: &[&str]) -> Result<Kind, OpenError> {
        Kind::check("store", tier, "http://h:1", &registered(kind, capabilities))
    }

    #[test]
    fn a_component_without_what_the_protocol_needs_is_refused_by_name() {
        let error = check(Tier::State, "state.postgresql", &["TRANSACTIONAL"]).unwrap_err().to_string();
        assert!(error.contains("'store' (state.postgresql v1) lacks the capability ETAG"), "{error}");
        let error = check(Tier::Cache, "state.redis", &["ETAG", "TRANSACTIONAL"]).unwrap_err().to_string();
        assert!(error.contains("lacks the capability TTL") && error.contains("--cache"), "{error}");
        assert_eq!(check(Tier::State, "state.sqlite", &["ETAG", "TRANSACTIONAL"]), Ok(Kind::Sqlite));
    }

    #[test]
    fn a_type_that_is_not_known_or_cannot_roll_back_is_refused() {
        let all = ["ETAG", "TRANSACTIONAL", "TTL"];
        assert!(matches!(check(Tier::Cache, "state.memcached", &all), Err(OpenError::Unsupported { .. })));
        assert!(matches!(check(Tier::State, "pubsub.redis", &all), Err(OpenError::Unsupported { .. })));
        assert!(matches!(check(Tier::State, "state.redis", &all), Err(OpenError::NoRollback { .. })));
        assert_eq!(check(Tier::Cache, "state.redis", &all), Ok(Kind::Redis));
    }

    #[test]
    fn a_missing_component_is_told_with_those_that_are_there() {
        let missing =
            |registered: &[_]| Kind::check("x", Tier::State, "http://h:1", registered).unwrap_err().to_string();
        assert!(missing(&registered("state.redis", &[])).contains("has no component 'x' (it has 'store')"));
        assert!(missing(&[]).contains("it has no state stores"));
    }
}
