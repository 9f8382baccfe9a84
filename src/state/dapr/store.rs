//! One component of a sidecar as a store.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use dapr::dapr::proto::common::v1::{Etag, StateItem, StateOptions, state_options::StateConcurrency};
use dapr::dapr::proto::runtime::v1::{
    BulkStateItem, ExecuteStateTransactionRequest, GetBulkStateRequest, GetStateRequest, TransactionalStateOperation,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::{Instant, timeout_at};
use tonic::Status;

use super::Sidecar;
use super::answer::Failure;
use super::component::Kind;
use crate::state::{Entry, Expect, StateError, StateStore, Step, Version};
use crate::trace::Tier;

/// How many keys of a bulk get the sidecar asks the component for at a time. Only Redis is asked key by key; more
/// than this gains nothing there.
const BULK_PARALLELISM: i32 = 8;

/// So many keys that a bulk get did not find are asked for one by one, at the same time.
const CONFIRMED_SINGLY: usize = 16;

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

/// The entries of the keys that were asked for.
type Found = HashMap<String, Option<Entry>>;

impl DaprStore {
    pub(super) fn new(sidecar: Sidecar, component: &str, kind: Kind, tier: Tier, deadline: Duration) -> Self {
        Self { sidecar, component: component.to_owned(), kind, tier, deadline }
    }

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

    /// When a call that begins now has to have ended.
    fn ends(&self) -> Instant {
        Instant::now() + self.deadline
    }

    /// Sends a read until it is answered or its time is over, but again only where that may help at once, and never to
    /// the cache: a read goes on without it.
    async fn read<T, F>(&self, ends: Instant, send: impl Fn(Duration) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let mut retries = 0;
        loop {
            let failure = match timeout_at(ends, send(ends - Instant::now())).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(status)) => Failure::of(&status),
                Err(_) => Failure::Late,
            };
            if self.tier == Tier::Cache || retries >= failure.retries() || Instant::now() >= ends {
                return Err(failure);
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

    async fn send_bulk_get(&self, keys: Vec<String>, deadline: Duration) -> Result<Found, Status> {
        let message = GetBulkStateRequest {
            store_name: self.component.clone(),
            keys,
            parallelism: BULK_PARALLELISM,
            metadata: HashMap::new(),
        };
        let mut client = self.sidecar.client();
        let answer = client.get_bulk_state(self.sidecar.request(message, deadline)).await?.into_inner();
        let one = |item: BulkStateItem| {
            if item.error.is_empty() {
                Ok((item.key, entry(item.data, item.etag)))
            } else {
                Err(Status::internal(item.error))
            }
        };
        answer.items.into_iter().map(one).collect()
    }

    /// The entries of these keys, as the component tells them.
    async fn bulk(&self, keys: &[String], ends: Instant) -> Result<Found, StateError> {
        let mut seen = HashSet::new();
        let distinct: Vec<String> = keys.iter().filter(|key| seen.insert(*key)).cloned().collect();
        if distinct.is_empty() {
            return Ok(Found::new());
        }
        // From the end of the list, so that a part that is too large is divided next.
        let (mut found, mut parts) = (Found::with_capacity(distinct.len()), vec![distinct]);
        while let Some(part) = parts.pop() {
            match self.read(ends, |deadline| self.send_bulk_get(part.clone(), deadline)).await {
                Ok(entries) => found.extend(entries),
                Err(Failure::TooLarge) if part.len() > 1 => {
                    parts.extend(part.chunks(part.len().div_ceil(2)).map(Vec::from));
                }
                Err(failure) => return Err(self.explain(failure)),
            }
        }
        let is_complete = keys.iter().all(|key| found.contains_key(key));
        if is_complete { Ok(found) } else { Err(self.explain(Failure::Incomplete)) }
    }

    /// Makes sure of what a bulk get did not find, where the component may have lost it on the way: few keys by a get
    /// of each, which fails where a connection does; many by a second bulk get, with a key beside them that is known to
    /// be there. Only a second connection that ends within its answer, behind that key and before the same entry, could
    /// still hide it.
    async fn confirm(&self, found: &mut Found, ends: Instant) -> Result<(), StateError> {
        let mut missing = missing(found);
        let anchor = found.iter().find(|(_, entry)| entry.is_some()).map(|(key, _)| key.clone());
        if let Some(anchor) = anchor
            && missing.len() > CONFIRMED_SINGLY
        {
            let asked = [missing.as_slice(), std::slice::from_ref(&anchor)].concat();
            let again = self.bulk(&asked, ends).await?;
            let is_whole = again[&anchor].is_some();
            found.extend(again.into_iter().filter(|(_, entry)| entry.is_some()));
            if is_whole {
                return Ok(());
            }
            missing.retain(|key| found[key].is_none());
        }
        let get = async |key: String| {
            let read = self.read(ends, |deadline| self.send_get(&key, deadline)).await;
            Ok((key, read.map_err(|failure| self.explain(failure))?))
        };
        let gets: Vec<_> = stream::iter(missing).map(get).buffer_unordered(CONFIRMED_SINGLY).try_collect().await?;
        found.extend(gets);
        Ok(())
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
        self.read(self.ends(), |deadline| self.send_get(key, deadline)).await.map_err(|failure| self.explain(failure))
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        // A get is sure of an absence, and costs the sidecar less.
        if let [key] = keys {
            return Ok(vec![self.get(key).await?]);
        }
        let ends = self.ends();
        let mut found = self.bulk(keys, ends).await?;
        if self.kind.loses_ends_of_answers() {
            self.confirm(&mut found, ends).await?;
        }
        Ok(in_order(&found, keys))
    }

    async fn get_bulk_unconfirmed(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        Ok(in_order(&self.bulk(keys, self.ends()).await?, keys))
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        if steps.is_empty() {
            return Ok(());
        }
        let is_fenced = self.is_fenced(&steps);
        let operations = steps.into_iter().map(|step| self.operation(step)).collect::<Result<_, _>>()?;
        let message =
            ExecuteStateTransactionRequest { store_name: self.component.clone(), operations, metadata: HashMap::new() };
        let ends = self.ends();
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

fn missing(found: &Found) -> Vec<String> {
    found.iter().filter(|(_, entry)| entry.is_none()).map(|(key, _)| key.clone()).collect()
}

fn in_order(found: &Found, keys: &[String]) -> Vec<Option<Entry>> {
    keys.iter().map(|key| found[key].clone()).collect()
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
    fn a_time_to_live_is_rounded_up_to_whole_seconds() {
        let millis = |ms| whole_seconds(Duration::from_millis(ms));
        assert_eq!([millis(0), millis(1), millis(1000), millis(1001)], [1, 1, 1, 2]);
    }
}
