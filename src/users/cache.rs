//! What is written into the cache, and how: markers without condition, values only where nothing is, or where the
//! writer's own marker is.

use std::sync::Arc;
use std::time::Duration;

use super::control::View;
use super::envelope::{Envelope, KEPT_MIN, Kind, kept_for};
use super::row::Row;
use super::variant::Variant;
use super::{Event, Stored, Users, row_key};
use crate::state::{Expect, StateError, StateStore, Step};
use crate::user::UserId;

impl<S: StateStore> Users<S> {
    /// The key of a user's envelope. It contains the epoch, so that nothing of an older one is ever found.
    pub(super) fn cache_key(&self, id: UserId, nonce: &str) -> String {
        format!("user-{id}@{nonce}")
    }

    fn cache_ttl(&self) -> Duration {
        self.inner.options.cache_ttl
    }

    /// Seconds for which a value put now is served.
    pub(super) fn ttl_seconds(&self) -> u64 {
        self.cache_ttl().as_secs()
    }

    async fn put(&self, key: String, envelope: &Envelope, expect: Expect) -> Result<(), StateError> {
        let short = self.breaks(Variant::ShortLived) && envelope.header.kind != Kind::Marker;
        let ttl = if short { self.cache_ttl() } else { kept_for(self.cache_ttl()) };
        let step = Step::Put { key, value: envelope.encode(), expect, ttl: Some(ttl) };
        self.inner.cache.transact(vec![step]).await
    }

    /// Puts a marker, whatever is there.
    pub(super) async fn put_marker(&self, key: String, marker: &Envelope) -> Result<(), StateError> {
        debug_assert!(kept_for(self.cache_ttl()) >= KEPT_MIN, "a marker outlives its write");
        let put = self.put(key, marker, Expect::Any).await;
        self.note_cache(put.as_ref().copied());
        put
    }

    /// Fills the cache after a miss, in the background. `since` is a moment before the cache was looked into, in
    /// milliseconds since 1970: the value is served for its time to live from then on.
    pub(super) async fn fill(self, id: UserId, row: Row, view: Arc<View>, since: u64) {
        let nonce = &view.nonce;
        if row.body.stamp.as_deref() != Some(nonce) && !self.breaks(Variant::NoFence) {
            if !self.still_on(nonce) {
                return self.emit(&Event::FillRefused { id });
            }
            if self.fence(id, &row, nonce).await.is_err() {
                return self.emit(&Event::FillRefused { id });
            }
        }
        self.insert(id, &row.body.stored(), nonce, since).await;
    }

    /// Saves a row unchanged, stamped with the epoch: a write that read it before can no longer commit.
    async fn fence(&self, id: UserId, row: &Row, nonce: &str) -> Result<(), StateError> {
        let value = row.body.clone().stamped(Some(nonce)).encode();
        let expect = Expect::Version(row.etag.clone());
        let step = Step::Put { key: row_key(id), value, expect, ttl: None };
        self.inner.state.transact(vec![step]).await?;
        self.emit(&Event::Fenced { id });
        Ok(())
    }

    /// Puts a value where nothing is.
    pub(super) async fn insert(&self, id: UserId, stored: &Stored, nonce: &str, since: u64) {
        let envelope = Envelope::value(stored, since, self.cache_ttl());
        let expect = if self.breaks(Variant::FillOverwrites) { Expect::Any } else { Expect::Absent };
        let put = self.put(self.cache_key(id, nonce), &envelope, expect).await;
        self.emit(&match put {
            Ok(()) => Event::Filled { id, ttl: self.ttl_seconds() },
            Err(_) => Event::FillRefused { id },
        });
    }

    /// Puts the tombstone of an id that has no row. No rule allows it; a variant does.
    pub(super) async fn insert_tombstone(self, id: UserId, nonce: String, since: u64) {
        let tombstone = Envelope::tombstone(0, since, self.cache_ttl());
        let _ = self.put(self.cache_key(id, &nonce), &tombstone, Expect::Absent).await;
    }

    /// Turns the marker of that token into what was written: a value, or the tombstone of a delete.
    pub(super) async fn promote(self, id: UserId, nonce: String, token: String, written: Written, since: u64) {
        let key = self.cache_key(id, &nonce);
        let Ok(Some(entry)) = self.inner.cache.get(&key).await else {
            return self.emit(&Event::PromoteRefused { id });
        };
        let overwrites = self.breaks(Variant::PromoteOverwrites);
        let mine = Envelope::decode(&entry.value).is_some_and(|found| found.header.token == token);
        if !mine && !overwrites {
            return self.emit(&Event::PromoteRefused { id });
        }
        let (envelope, tombstone) = match &written {
            Written::Value(stored) => (Envelope::value(stored, since, self.cache_ttl()), false),
            Written::Deleted(version) => (Envelope::tombstone(*version, since, self.cache_ttl()), true),
        };
        let expect = if overwrites { Expect::Any } else { Expect::Version(entry.version) };
        let put = self.put(key, &envelope, expect).await;
        self.emit(&match put {
            Ok(()) => Event::Promoted { id, ttl: self.ttl_seconds(), tombstone },
            Err(_) => Event::PromoteRefused { id },
        });
    }
}

/// What a write left in the state store.
pub(super) enum Written {
    Value(Stored),
    /// The version that the delete gave.
    Deleted(u64),
}
