//! Creates that are made once, however often they are asked for: the record of an `Idempotency-Key` is a row of its
//! own, made in the transaction that makes the user.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::row::Body;
use super::{Error, Stored, Users};
use crate::state::{Entry, Expect, StateStore, Step, Version};
use crate::user::{CreatedAt, NewUser, UserId};

/// For how long a key stands for its create.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 3600);
/// The record itself is kept longer, so that clocks that differ do not matter.
const STORED: Duration = Duration::from_secs(25 * 3600);

/// What a key was used for. It names nobody: the client that repeats the request brings name and address along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Of name and e-mail address.
    digest: String,
    id: UserId,
    created_at: CreatedAt,
    /// Milliseconds since 1970.
    expires_at: u64,
}

/// The key of a client, and what is stored under it.
pub(super) struct Known {
    key: String,
    version: Option<Version>,
    record: Option<Record>,
}

/// The key of a key's record.
pub(super) fn record_key(key: &str) -> String {
    format!("idempotency-{:x}", Sha256::digest(key))
}

fn digest(new: &NewUser) -> String {
    let mut digest = Sha256::new_with_prefix(new.name.as_str());
    digest.update([0]);
    digest.update(new.email.as_str());
    format!("{:x}", digest.finalize())
}

impl Known {
    /// What was read of a client's key.
    pub fn read(key: &str, entry: Option<&Entry>, now_ms: u64) -> Result<Self, Error> {
        let key = record_key(key);
        let record = entry.map(|entry| serde_json::from_slice::<Record>(&entry.value)).transpose();
        let record = record.map_err(|fault| Error::Corrupt(format!("the row {key} is damaged: {fault}")))?;
        let record = record.filter(|record| now_ms < record.expires_at);
        Ok(Self { key, version: entry.map(|entry| entry.version.clone()), record })
    }

    /// True where nothing was found under the key.
    pub fn is_absent(&self) -> bool {
        self.version.is_none()
    }

    /// The answer of the create that the key was used for; fails with [`Error::KeyReused`] where that was another.
    pub fn answer(&self, new: &NewUser) -> Result<Option<Stored>, Error> {
        match &self.record {
            None => Ok(None),
            Some(record) if record.digest == digest(new) => {
                Ok(Some(Body::new(record.id, new.clone(), record.created_at, None).stored()))
            }
            Some(_) => Err(Error::KeyReused),
        }
    }

    /// The step that records the create of that row.
    pub fn step(self, new: &NewUser, row: &Body, now_ms: u64) -> Step {
        let record = Record {
            digest: digest(new),
            id: row.user.id,
            created_at: row.user.created_at,
            expires_at: now_ms.saturating_add(u64::try_from(KEPT.as_millis()).unwrap_or(u64::MAX)),
        };
        let value: Bytes = serde_json::to_vec(&record).expect("a record is plain JSON").into();
        let expect = self.version.map_or(Expect::Absent, Expect::Version);
        Step::Put { key: self.key, value, expect, ttl: Some(STORED) }
    }
}

/// The keys whose creates are under way in this process.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<HashSet<String>>);

impl UnderWay {
    fn locked<T>(&self, work: impl FnOnce(&mut HashSet<String>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One of them; dropping it says that the create has ended.
pub(super) struct Begun<S: StateStore> {
    users: Users<S>,
    key: String,
}

impl<S: StateStore> Users<S> {
    /// Fails with [`Error::KeyInUse`] where a create with that key is under way here.
    pub(super) fn begin(&self, key: &str) -> Result<Begun<S>, Error> {
        match self.inner.under_way.locked(|keys| keys.insert(key.to_owned())) {
            true => Ok(Begun { users: self.clone(), key: key.to_owned() }),
            false => Err(Error::KeyInUse),
        }
    }
}

impl<S: StateStore> Drop for Begun<S> {
    fn drop(&mut self) {
        self.users.inner.under_way.locked(|keys| keys.remove(&self.key));
    }
}
