//! The Dapr sidecar as a store: the state management building block over gRPC
//! (<https://docs.dapr.io/reference/api/state_api/>). One sidecar holds both of them, the state store and the cache,
//! behind one channel.

mod answer;
mod component;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dapr::dapr::proto::common::v1::{Etag, StateItem, StateOptions, state_options::StateConcurrency};
use dapr::dapr::proto::runtime::v1::dapr_client::DaprClient;
use dapr::dapr::proto::runtime::v1::{
    ExecuteStateTransactionRequest, GetBulkStateRequest, GetMetadataRequest, GetMetadataResponse, GetStateRequest,
    TransactionalStateOperation,
};
use tokio::time::{Instant, timeout_at};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::{Entry, Expect, StateError, StateStore, Step, Version};
use crate::trace::{Tier, TierNames};
use answer::Failure;
use component::Kind;
pub use component::OpenError;

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

/// How many keys of a bulk get the sidecar asks the component for at a time. Only Redis is asked key by key; more
/// than this gains nothing there.
const BULK_PARALLELISM: i32 = 8;

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
        Ok(DaprStore { sidecar: self.sidecar.clone(), component: component.to_owned(), kind, tier, deadline })
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

/// One component of the sidecar as a [`StateStore`]. Each call ends within [`STATE_DEADLINE`] or [`CACHE_DEADLINE`].
///
/// A change is one transaction, be it of one step: only there does Redis set value and TTL at once, and only there does
/// its etag "-1" mean that there must be no entry.
pub struct DaprStore {
    sidecar: Sidecar,
    component: String,
    kind: Kind,
    tier: Tier,
    deadline: Duration,
}

impl DaprStore {
    /// A sentence for the operator, where the component works but is fit for little.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.kind == Kind::InMemory).then(|| {
            format!(
                "{} is state.in-memory: what it holds is lost with the sidecar, and no other sidecar sees it; \
                 fit for a trial with one sidecar only",
                self.place()
            )
        })
    }

    /// The name that people know what is behind it by, such as `redis`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The same store with another deadline for each call, for whoever has time.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// What a person calls it.
    fn place(&self) -> String {
        match self.tier {
            Tier::State => format!("the state store '{}'", self.component),
            Tier::Cache => format!("the cache '{}'", self.component),
        }
    }

    fn explain(&self, failure: Failure) -> StateError {
        failure.explain(&self.place(), self.sidecar.endpoint(), self.deadline)
    }

    /// Sends a read until it is answered or its time is over, but again only where that may help at once, and never to
    /// the cache: a read goes on without it.
    async fn read<T, F>(&self, send: impl Fn(Duration) -> F) -> Result<T, StateError>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let ends = Instant::now() + self.deadline;
        let mut retries = 0;
        loop {
            let failure = match timeout_at(ends, send(ends - Instant::now())).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(status)) => Failure::of(&status),
                Err(_) => Failure::Late,
            };
            if self.tier == Tier::Cache || retries >= failure.retries() || Instant::now() >= ends {
                return Err(self.explain(failure));
            }
            retries += 1;
        }
    }

    /// The one place that a single get is sent from: gets in flight at the same time can be grouped into a bulk get
    /// here, if each joins only a call that is not sent yet.
    async fn send_get(&self, key: &str, deadline: Duration) -> Result<Option<Entry>, Status> {
        let message =
            GetStateRequest { store_name: self.component.clone(), key: key.to_owned(), ..GetStateRequest::default() };
        let mut client = self.sidecar.client();
        let answer = client.get_state(self.sidecar.request(message, deadline)).await?.into_inner();
        Ok(entry(answer.data, answer.etag))
    }

    async fn send_bulk_get(
        &self,
        keys: Vec<String>,
        deadline: Duration,
    ) -> Result<HashMap<String, Option<Entry>>, Status> {
        let message = GetBulkStateRequest {
            store_name: self.component.clone(),
            keys,
            parallelism: BULK_PARALLELISM,
            metadata: HashMap::new(),
        };
        let mut client = self.sidecar.client();
        let answer = client.get_bulk_state(self.sidecar.request(message, deadline)).await?.into_inner();
        let one = |item: dapr::dapr::proto::runtime::v1::BulkStateItem| {
            if item.error.is_empty() {
                Ok((item.key, entry(item.data, item.etag)))
            } else {
                Err(Status::internal(item.error))
            }
        };
        answer.items.into_iter().map(one).collect()
    }

    async fn send_transact(&self, message: ExecuteStateTransactionRequest, deadline: Duration) -> Result<(), Status> {
        let mut client = self.sidecar.client();
        client.execute_state_transaction(self.sidecar.request(message, deadline)).await.map(drop)
    }

    /// True where the same change can be made only once, however often it is sent: it replaces an entry of one version,
    /// and a state store never uses a version again. So if the sidecar lost the connection that it sent such a change
    /// on, the change may be sent on another: success then says that the first was not made, and never will be.
    fn is_fenced(&self, steps: &[Step]) -> bool {
        self.tier == Tier::State && steps.iter().any(|step| matches!(step.expect(), Expect::Version(_)))
    }

    fn operation(&self, step: Step) -> Result<TransactionalStateOperation, StateError> {
        let (operation_type, key, value, expect, ttl) = match step {
            // PostgreSQL's v2 would take it for NULL, and refuse it.
            Step::Put { key, value, .. } if value.is_empty() => {
                return Err(StateError::Invalid(format!("'{key}' cannot hold an empty value")));
            }
            Step::Put { key, value, expect, ttl } => ("upsert", key, value, expect, ttl),
            Step::Delete { key, expect: Expect::Absent } => {
                return Err(StateError::Invalid(format!(
                    "'{key}' cannot be deleted on the condition that it is absent"
                )));
            }
            Step::Delete { key, expect } => ("delete", key, Bytes::new(), expect, None),
        };
        let (etag, concurrency) = match expect {
            Expect::Any => (None, StateConcurrency::ConcurrencyUnspecified),
            Expect::Absent if self.kind == Kind::Redis => {
                (Some(NO_VERSION.to_owned()), StateConcurrency::ConcurrencyUnspecified)
            }
            Expect::Absent => (None, StateConcurrency::ConcurrencyFirstWrite),
            // An entry that was not written through Dapr has no etag, and an empty one would mean: unconditionally.
            Expect::Version(Version(version)) if version.is_empty() => return Err(StateError::Conflict),
            Expect::Version(Version(version)) => (Some(version), StateConcurrency::ConcurrencyUnspecified),
        };
        let item = StateItem {
            key,
            value: value.into(),
            etag: etag.map(|value| Etag { value }),
            metadata: ttl.map(|ttl| ("ttlInSeconds".to_owned(), whole_seconds(ttl).to_string())).into_iter().collect(),
            options: Some(StateOptions { concurrency: concurrency.into(), consistency: 0 }),
        };
        Ok(TransactionalStateOperation { operation_type: operation_type.to_owned(), request: Some(item) })
    }
}

impl StateStore for DaprStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        self.read(|deadline| self.send_get(key, deadline)).await
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut seen = HashSet::new();
        let distinct: Vec<String> = keys.iter().filter(|key| seen.insert(*key)).cloned().collect();
        let found = self.read(|deadline| self.send_bulk_get(distinct.clone(), deadline)).await?;
        let of = |key| found.get(key).cloned().ok_or_else(|| self.explain(Failure::Incomplete));
        keys.iter().map(of).collect()
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        if steps.is_empty() {
            return Ok(());
        }
        let is_fenced = self.is_fenced(&steps);
        let operations = steps.into_iter().map(|step| self.operation(step)).collect::<Result<_, _>>()?;
        let message =
            ExecuteStateTransactionRequest { store_name: self.component.clone(), operations, metadata: HashMap::new() };
        let ends = Instant::now() + self.deadline;
        let mut resends = 0;
        loop {
            let failure = match timeout_at(ends, self.send_transact(message.clone(), ends - Instant::now())).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(status)) if self.kind.proves_conflict(status.message()) => {
                    // After a resend it may be the first one, made after all, that stands in the way.
                    return Err(if resends == 0 { StateError::Conflict } else { self.explain(Failure::Dropped) });
                }
                Ok(Err(status)) => Failure::of(&status),
                Err(_) => Failure::Late,
            };
            let again = is_fenced && failure == Failure::Dropped && resends < failure.retries();
            if !again || Instant::now() >= ends {
                return Err(self.explain(failure));
            }
            resends += 1;
        }
    }
}

/// An etag that no entry of Redis has; only an entry that does not exist passes the comparison with it.
const NO_VERSION: &str = "-1";

/// A missing entry has neither bytes nor an etag.
fn entry(data: Vec<u8>, etag: String) -> Option<Entry> {
    (!etag.is_empty() || !data.is_empty()).then(|| Entry { value: data.into(), version: Version(etag) })
}

/// Dapr's TTL is in whole seconds, and 0 means for ever: rounded up.
fn whole_seconds(ttl: Duration) -> u64 {
    (ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0)).max(1)
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

    #[test]
    fn a_time_to_live_is_rounded_up_to_whole_seconds() {
        let millis = |ms| whole_seconds(Duration::from_millis(ms));
        assert_eq!([millis(0), millis(1), millis(1000), millis(1001)], [1, 1, 1, 2]);
    }
}
