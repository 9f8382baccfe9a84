//! The Dapr sidecar as a store: the state management building block over gRPC
//! (<https://docs.dapr.io/reference/api/state_api/>). One sidecar holds both of them, the state store and the cache,
//! behind one channel.

mod answer;
mod component;
mod store;

use std::sync::Arc;
use std::time::Duration;

use dapr::dapr::proto::runtime::v1::dapr_client::DaprClient;
use dapr::dapr::proto::runtime::v1::{GetMetadataRequest, GetMetadataResponse};
use tokio::time::{Instant, timeout_at};
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::trace::{Tier, TierNames};
use answer::Failure;
use component::Kind;
pub use component::OpenError;
pub use store::DaprStore;

/// How long a state store call may take. The service promises an answer within 1 s when a store is gone: this leaves
/// room for the cache call before it, and it is a hundred times what a call takes.
pub const STATE_DEADLINE: Duration = Duration::from_millis(700);

/// How long a cache call may take: a read must not wait longer for a cache that hangs than it would take without
/// one, and no operation may come near the lifetime of a marker.
pub const CACHE_DEADLINE: Duration = Duration::from_millis(200);

/// How long the question which components there are may take; it comes before the first user is served.
const METADATA_DEADLINE: Duration = Duration::from_secs(2);

/// The pause between two questions to a sidecar that is not there yet.
const METADATA_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may take to be made. Without it, one attempt against a host that drops packets would be all
/// that the channel does for minutes.
const CONNECT_DEADLINE: Duration = Duration::from_millis(500);

/// A connection to a sidecar, made when the first call needs it, and made again whenever it is lost.
#[derive(Clone)]
pub struct Sidecar(Arc<Connection>);

struct Connection {
    client: DaprClient<Channel>,
    endpoint: String,
    token: Option<MetadataValue<Ascii>>,
}

impl Sidecar {
    /// The sidecar that the environment names: `DAPR_GRPC_ENDPOINT`, else `DAPR_GRPC_PORT` on this machine, with the
    /// token `DAPR_API_TOKEN`; they are set by `dapr run` and by the injector of Kubernetes
    /// (<https://docs.dapr.io/reference/environment/>). `None` where neither is set.
    ///
    /// Must be called within a tokio runtime, as [`Sidecar::connect`].
    ///
    /// # Errors
    /// A sentence for whoever set the variable.
    #[must_use]
    pub fn from_env() -> Option<Result<Self, String>> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let token = variable("DAPR_API_TOKEN");
        if let Some(endpoint) = variable("DAPR_GRPC_ENDPOINT") {
            return Some(Self::connect(&endpoint, token));
        }
        let port = variable("DAPR_GRPC_PORT")?;
        let Ok(port @ 1..) = port.trim().parse::<u16>() else {
            return Some(Err(format!(
                "DAPR_GRPC_PORT is '{port}', which is not a port; set it to the sidecar's gRPC port, 1 to 65535"
            )));
        };
        Some(Self::connect(&format!("http://127.0.0.1:{port}"), token))
    }

    /// A sidecar at an endpoint such as `http://127.0.0.1:50001` or `127.0.0.1:50001`. Nothing is sent yet.
    ///
    /// Must be called within a tokio runtime: the channel lives on a task.
    ///
    /// # Errors
    /// A sentence for whoever set the endpoint or the token.
    pub fn connect(endpoint: &str, token: Option<String>) -> Result<Self, String> {
        let endpoint = address(endpoint)?;
        let channel = Endpoint::from_shared(endpoint.clone())
            .map_err(|_| not_an_address(&endpoint))?
            .connect_timeout(CONNECT_DEADLINE)
            .connect_lazy();
        let token = token.map(|token| token.trim().parse()).transpose().map_err(|_| {
            "DAPR_API_TOKEN has characters that cannot stand in a header: set it to the sidecar's token".to_owned()
        })?;
        Ok(Self(Arc::new(Connection { client: DaprClient::new(channel), endpoint, token })))
    }

    /// Where the sidecar is, with its scheme.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// The two stores of those component names, and the names that people know them by, after the components were
    /// checked for what the protocol needs. Asks again for as long as `patience` while there is no sidecar; whatever
    /// else is wrong is reported at once.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        &self,
        statestore: &str,
        cache: &str,
        patience: Duration,
    ) -> Result<(DaprStore, DaprStore, TierNames), OpenError> {
        let metadata = self.metadata(patience).await?;
        let state = metadata.open(statestore, Tier::State)?;
        let cache = metadata.open(cache, Tier::Cache)?;
        let names = TierNames { cache: cache.name(), state: state.name() };
        Ok((state, cache, names))
    }

    /// What the sidecar says of itself. Asks again for as long as `patience` while there is none.
    ///
    /// # Errors
    /// That there is no sidecar, or that it does not let us.
    pub async fn metadata(&self, patience: Duration) -> Result<Metadata, OpenError> {
        let ends = Instant::now() + patience;
        loop {
            let mut client = self.client();
            let request = self.request(GetMetadataRequest {}, METADATA_DEADLINE);
            let answer = timeout_at(Instant::now() + METADATA_DEADLINE, client.get_metadata(request)).await;
            let failure = match answer {
                Ok(Ok(metadata)) => return Ok(Metadata { sidecar: self.clone(), said: metadata.into_inner() }),
                Ok(Err(status)) => Failure::of(&status),
                Err(_) => Failure::Late,
            };
            match failure {
                Failure::Token => return Err(OpenError::Token { endpoint: self.endpoint().to_owned() }),
                _ if Instant::now() + METADATA_PAUSE >= ends => {
                    let endpoint = self.endpoint().to_owned();
                    return Err(match failure {
                        Failure::Unreachable => OpenError::NoSidecar { endpoint },
                        Failure::Late => OpenError::Silent { endpoint },
                        _ => OpenError::NotASidecar { endpoint },
                    });
                }
                _ => tokio::time::sleep(METADATA_PAUSE).await,
            }
        }
    }

    /// Its own handle on the one channel, since a call needs it mutable.
    fn client(&self) -> DaprClient<Channel> {
        self.0.client.clone()
    }

    /// A request with the token, and with the deadline in the header that ends the sidecar's own wait.
    fn request<T>(&self, message: T, deadline: Duration) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(deadline);
        if let Some(token) = &self.0.token {
            request.metadata_mut().insert("dapr-api-token", token.clone());
        }
        request
    }
}

/// What a sidecar says of itself (<https://docs.dapr.io/reference/api/metadata_api/>).
pub struct Metadata {
    sidecar: Sidecar,
    said: GetMetadataResponse,
}

impl Metadata {
    /// The version of the sidecar, such as `1.18.2`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.said.runtime_version
    }

    /// The store of that component, if it is fit to be one.
    ///
    /// # Errors
    /// Why it is not, see [`OpenError`].
    pub fn open(&self, component: &str, tier: Tier) -> Result<DaprStore, OpenError> {
        let kind = Kind::check(component, tier, self.sidecar.endpoint(), &self.said.registered_components)?;
        let deadline = match tier {
            Tier::State => STATE_DEADLINE,
            Tier::Cache => CACHE_DEADLINE,
        };
        Ok(DaprStore::new(self.sidecar.clone(), component, kind, tier, deadline))
    }
}

/// The endpoint with its scheme, if it is one that can be reached without TLS.
fn address(endpoint: &str) -> Result<String, String> {
    let endpoint = endpoint.trim().trim_end_matches('/');
    let (scheme, authority) = endpoint.split_once("://").unwrap_or(("http", endpoint));
    if scheme == "https" || scheme == "grpcs" {
        return Err(format!(
            "the sidecar's endpoint {endpoint} asks for TLS, which usersvc does not speak to a sidecar; run the \
             sidecar beside it and set DAPR_GRPC_ENDPOINT to http://HOST:PORT"
        ));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    let has_port =
        authority.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !(scheme == "http" || scheme == "grpc") || !authority.chars().all(is_plain) || !has_port {
        return Err(not_an_address(endpoint));
    }
    Ok(format!("http://{authority}"))
}

fn not_an_address(endpoint: &str) -> String {
    format!("the sidecar's endpoint '{endpoint}' is not an address; set DAPR_GRPC_ENDPOINT to http://HOST:PORT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_may_come_with_or_without_its_scheme() {
        for endpoint in ["127.0.0.1:50001", "http://127.0.0.1:50001", " http://127.0.0.1:50001/ "] {
            assert_eq!(address(endpoint).unwrap(), "http://127.0.0.1:50001");
        }
        assert_eq!(address("[::1]:7").unwrap(), "http://[::1]:7");
    }

    #[test]
    fn an_endpoint_that_cannot_be_used_is_refused_in_a_sentence() {
        for endpoint in ["", "localhost", "ftp://h:1", "h:1/path", "h:99999", ":1", "h :1", "http://u@h:1"] {
            assert!(address(endpoint).unwrap_err().contains("is not an address"), "{endpoint}");
        }
        assert!(address("https://h:1").unwrap_err().contains("TLS"));
    }
}
