//! The port to what keeps data, and what stands behind it: the Dapr sidecar, a SQLite file, or memory.
//!
//! A store is a map from keys to bytes. The written contract is the doc comments of [`StateStore`]; `tests/stores.rs`
//! holds every store, the fake of the simulation included, against it.

pub mod dapr;
pub mod embedded;
pub mod lock;
pub mod memory;

use std::time::Duration;

use bytes::Bytes;

/// What a store says of an entry's present state: opaque, and not ordered. A cache may use the same one again after
/// the entry expired or was lost; a state store never does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version(pub String);

/// A value with the version it was read at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub value: Bytes,
    pub version: Version,
}

/// What must be true of an entry for a step to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: the step is done whatever is there.
    Any,
    /// There is no entry: insert only.
    Absent,
    /// The entry is as it was read: compare and set. Where the entry is gone, a state store answers
    /// [`StateError::Conflict`]; Redis inserts.
    Version(Version),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `ttl` of `None` keeps the entry for ever, and in Redis leaves the time that an older entry had left.
    /// Where a conditional put is refused, Redis still gives the entry that is there the new `ttl`.
    Put { key: String, value: Bytes, expect: Expect, ttl: Option<Duration> },
    /// Only state stores are asked to delete.
    Delete { key: String, expect: Expect },
}

impl Step {
    /// The key it changes.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } => key,
        }
    }

    /// What must be true for it.
    #[must_use]
    pub fn expect(&self) -> &Expect {
        match self {
            Self::Put { expect, .. } | Self::Delete { expect, .. } => expect,
        }
    }
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// An entry was not as expected, and nothing was changed (in a cache: that step was not done).
    #[error("somebody else changed the entry first")]
    Conflict,
    /// No answer, or one that does not tell. A change may have been made, or may yet be: nobody knows.
    #[error("{0}")]
    Unavailable(String),
    /// The request can never succeed as it is; nothing was changed.
    #[error("{0}")]
    Invalid(String),
}

/// A key-value store. Each call ends within the store's own deadline with an answer or [`StateError::Unavailable`];
/// a change may still be made after that.
pub trait StateStore: Send + Sync + 'static {
    /// The entry, or `None`.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Entry>, StateError>> + Send;

    /// The entries of the keys, in their order, in one call; in more where entries are missing and the store has to
    /// make sure of it. Not a snapshot: each is as of some moment within it.
    fn get_bulk(&self, keys: &[String]) -> impl Future<Output = Result<Vec<Option<Entry>>, StateError>> + Send;

    /// The same, always in one call, but an entry that is there may be missing from the answer. For whoever makes its
    /// absence a condition of a change ([`Expect::Absent`]), or makes sure of it by [`StateStore::get_bulk`].
    fn get_bulk_unconfirmed(
        &self,
        keys: &[String],
    ) -> impl Future<Output = Result<Vec<Option<Entry>>, StateError>> + Send {
        self.get_bulk(keys)
    }

    /// Makes all changes, or none of them. In a cache nothing is rolled back, so a conditional step stands alone
    /// there.
    fn transact(&self, steps: Vec<Step>) -> impl Future<Output = Result<(), StateError>> + Send;
}

/// The store that was chosen at the edge of the program: one type for all, without a virtual call.
#[allow(clippy::large_enum_variant, reason = "a process has two of them")]
pub enum Store {
    Dapr(dapr::DaprStore),
    Embedded(embedded::Embedded),
    Memory(memory::Memory),
}

impl StateStore for Store {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        match self {
            Self::Dapr(store) => store.get(key).await,
            Self::Embedded(store) => store.get(key).await,
            Self::Memory(store) => store.get(key).await,
        }
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        match self {
            Self::Dapr(store) => store.get_bulk(keys).await,
            Self::Embedded(store) => store.get_bulk(keys).await,
            Self::Memory(store) => store.get_bulk(keys).await,
        }
    }

    async fn get_bulk_unconfirmed(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        match self {
            Self::Dapr(store) => store.get_bulk_unconfirmed(keys).await,
            Self::Embedded(store) => store.get_bulk_unconfirmed(keys).await,
            Self::Memory(store) => store.get_bulk_unconfirmed(keys).await,
        }
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        match self {
            Self::Dapr(store) => store.transact(steps).await,
            Self::Embedded(store) => store.transact(steps).await,
            Self::Memory(store) => store.transact(steps).await,
        }
    }
}
