//! Stores in memory with the semantics of the real components, oddities included. tests/stores.rs holds them against
//! the real ones.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use usersvc::state::{Entry, Expect, StateError, StateStore, Step, Version};

/// Whose semantics a fake has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Etags never repeat, and a transaction is made whole or not at all.
    Postgres,
    /// Versions count up per key and begin at 1 again after expiry or loss; a save with an etag on a missing key
    /// inserts; of a transaction the other steps stay; a refused save still sets the time to live.
    Redis,
}

/// A store that everybody shares.
pub struct Fake {
    kind: Kind,
    inner: Mutex<Inner>,
}

#[derive(Clone, Default)]
struct Inner {
    entries: HashMap<String, Held>,
    commits: u64,
}

#[derive(Clone)]
struct Held {
    value: Bytes,
    version: u64,
    expires: Option<Instant>,
}

/// What a store held at some moment.
pub struct Snapshot(Inner);

impl Inner {
    fn live(&mut self, key: &str) -> Option<&mut Held> {
        let now = Instant::now();
        if self.entries.get(key)?.expires.is_some_and(|expires| expires <= now) {
            self.entries.remove(key);
        }
        self.entries.get_mut(key)
    }

    fn expire(&mut self, key: &str, ttl: Option<Duration>) {
        if let (Some(held), Some(ttl)) = (self.live(key), ttl) {
            held.expires = Some(Instant::now() + ttl);
        }
    }

    /// One step, or a refusal. A put without a time to live leaves the one that was there.
    fn apply(&mut self, kind: Kind, step: &Step) -> Result<(), StateError> {
        let key = step.key();
        let present = self.live(key).map(|held| held.version);
        let met = match (step.expect(), present) {
            (Expect::Any, _) | (Expect::Absent, None) => true,
            (Expect::Version(version), Some(present)) => version.0 == present.to_string(),
            (Expect::Version(_), None) => kind == Kind::Redis,
            (Expect::Absent, Some(_)) => false,
        };
        self.commits += 1;
        let version = if kind == Kind::Redis { present.unwrap_or(0) + 1 } else { self.commits };
        match step {
            Step::Put { value, ttl, .. } => {
                if met {
                    let expires = self.live(key).and_then(|held| held.expires);
                    self.entries.insert(key.into(), Held { value: value.clone(), version, expires });
                }
                if met || kind == Kind::Redis {
                    self.expire(key, *ttl);
                }
            }
            Step::Delete { .. } if met => drop(self.entries.remove(key)),
            Step::Delete { .. } => {}
        }
        if met { Ok(()) } else { Err(StateError::Conflict) }
    }
}

impl Fake {
    pub fn new(kind: Kind) -> Self {
        Self { kind, inner: Mutex::default() }
    }

    /// What it holds now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.inner.lock().unwrap().clone())
    }

    /// Holds that from now on, and nothing else.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.inner.lock().unwrap().entries.clone_from(&snapshot.0.entries);
    }

    /// Loses everything.
    pub fn lose(&self) {
        self.inner.lock().unwrap().entries.clear();
    }

    /// Loses the entries of users, and nothing else.
    pub fn forget_users(&self) {
        self.inner.lock().unwrap().entries.retain(|key, _| !key.starts_with("user-"));
    }

    pub fn read(&self, key: &str) -> Option<Entry> {
        let mut inner = self.inner.lock().unwrap();
        let held = inner.live(key)?;
        Some(Entry { value: held.value.clone(), version: Version(held.version.to_string()) })
    }

    pub fn write(&self, steps: &[Step]) -> Result<(), StateError> {
        let mut inner = self.inner.lock().unwrap();
        let before = (self.kind == Kind::Postgres).then(|| inner.clone());
        let mut result = Ok(());
        for step in steps {
            result = result.and(inner.apply(self.kind, step));
        }
        if let (Err(_), Some(before)) = (&result, before) {
            inner.entries = before.entries;
        }
        result
    }
}

impl StateStore for Fake {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        Ok(self.read(key))
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        Ok(keys.iter().map(|key| self.read(key)).collect())
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        self.write(&steps)
    }
}
