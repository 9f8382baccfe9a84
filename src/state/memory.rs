//! A cache in this process's memory, for the embedded store: strict, and gone with the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;

use super::{Entry, Expect, StateError, StateStore, Step, Version};

/// How many writes pass between two sweeps of what has expired.
const SWEEP_EVERY: u64 = 4096;

/// A map with versions and expiry.
#[derive(Default)]
pub struct Memory {
    // A std mutex: it is held for a few map operations and never across an await.
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<String, Held>,
    writes: u64,
}

struct Held {
    value: Bytes,
    version: u64,
    expires: Option<Instant>,
}

impl Held {
    fn live(&self, now: Instant) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Inner {
    fn get(&self, key: &str, now: Instant) -> Option<Entry> {
        let held = self.entries.get(key).filter(|held| held.live(now))?;
        Some(Entry { value: held.value.clone(), version: Version(held.version.to_string()) })
    }

    fn is_as_expected(&self, step: &Step, now: Instant) -> bool {
        match (step.expect(), self.get(step.key(), now)) {
            (Expect::Any, _) | (Expect::Absent, None) => true,
            (Expect::Version(version), Some(entry)) => entry.version == *version,
            (Expect::Absent, Some(_)) | (Expect::Version(_), None) => false,
        }
    }

    fn apply(&mut self, step: Step, now: Instant) {
        self.writes += 1;
        match step {
            Step::Put { key, value, ttl, .. } => {
                let held = Held { value, version: self.writes, expires: ttl.map(|ttl| now + ttl) };
                self.entries.insert(key, held);
            }
            Step::Delete { key, .. } => {
                self.entries.remove(&key);
            }
        }
        if self.writes.is_multiple_of(SWEEP_EVERY) {
            self.entries.retain(|_, held| held.live(now));
        }
    }
}

impl Memory {
    fn locked<T>(&self, work: impl FnOnce(&mut Inner, Instant) -> T) -> T {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut inner, Instant::now())
    }
}

impl StateStore for Memory {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        Ok(self.locked(|inner, now| inner.get(key, now)))
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        Ok(self.locked(|inner, now| keys.iter().map(|key| inner.get(key, now)).collect()))
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        self.locked(|inner, now| {
            if !steps.iter().all(|step| inner.is_as_expected(step, now)) {
                return Err(StateError::Conflict);
            }
            steps.into_iter().for_each(|step| inner.apply(step, now));
            Ok(())
        })
    }
}
