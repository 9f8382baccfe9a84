//! `cache inspect` and `cache flush`: what the cache holds of a user, against what the state store holds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::control::{Phase, View};
use super::envelope::{Envelope, Kind};
use super::row::Row;
use super::{Error, Event, Users};
use crate::state::StateStore;
use crate::user::UserId;

/// What can be said of a user's cache entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheVerdict)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The value is that of the row.
    Fresh,
    /// The value is older than the row, or shows a user that is gone. Must not be.
    Stale,
    /// The cache holds nothing that it would serve.
    Absent,
    /// The cache knows that the user is deleted.
    Tombstone,
    /// A write is under way, or was left unfinished by a writer that died.
    Marker,
}

/// What the cache holds under the key of the present epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CacheEntry {
    pub kind: Kind,
    /// The version of the row that it shows; 0 of a marker.
    pub version: u64,
    /// Seconds since it was written.
    pub age: f64,
    /// Seconds for which it will still be served; of a marker, seconds until a reader mends it.
    pub ttl_left: u64,
    /// Bytes that the cache keeps.
    pub size: usize,
    /// A marker whose writer had more than its time: the next read mends it.
    pub left_over: bool,
}

/// The answer of `cache inspect`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheInspection)]
pub struct Inspection {
    #[schema(value_type = u64, minimum = 1)]
    pub id: UserId,
    pub verdict: Verdict,
    /// The phase of the control row: only under `on` is the cache read.
    pub phase: Phase,
    pub epoch: String,
    /// The key of the entry in the cache.
    pub key: String,
    pub entry: Option<CacheEntry>,
    /// The version of the row in the state store; null where there is no such user.
    pub row_version: Option<u64>,
}

/// The answer of `cache flush`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheFlush)]
pub struct Flushed {
    /// The user whose entry was flushed; null after a flush of everything.
    #[schema(value_type = Option<u64>)]
    pub id: Option<UserId>,
    /// True where there was something that could have been served.
    pub flushed: bool,
    /// The epoch in which the cache is now.
    pub epoch: String,
    /// One sentence.
    pub detail: String,
}

impl<S: StateStore> Users<S> {
    /// What the cache holds of a user, judged against the state store.
    pub async fn inspect(&self, id: UserId) -> Result<Inspection, Error> {
        let (view, looks) = self.judge_all(&[id]).await?;
        let look = looks.into_iter().next().expect("one user was looked at");
        Ok(Inspection {
            id,
            verdict: look.verdict,
            phase: view.phase,
            epoch: view.nonce.clone(),
            key: self.cache_key(id, &view.nonce),
            entry: look.envelope.map(|envelope| self.describe(&envelope, look.size)),
            row_version: look.row.map(|row| row.body.version),
        })
    }

    fn describe(&self, envelope: &Envelope, size: usize) -> CacheEntry {
        let host = &self.inner.options.host;
        let header = &envelope.header;
        #[allow(clippy::cast_precision_loss)] // milliseconds of an entry's life fit a double
        let age = host.wall_ms().saturating_sub(header.written_at) as f64 / 1000.0;
        CacheEntry {
            kind: header.kind,
            version: header.version,
            age,
            ttl_left: envelope.seconds_left(host),
            size,
            left_over: header.kind == Kind::Marker && envelope.has_expired(host),
        }
    }

    /// What an envelope is worth under that view, given the row as it was read after it. Where the cache is not
    /// read, it serves nothing, and cannot be wrong: while it is off, writes leave no mark in it.
    pub(super) fn judge(&self, view: &View, envelope: Option<&Envelope>, row: Option<&Row>) -> Verdict {
        let Some(envelope) = envelope else { return Verdict::Absent };
        match (envelope.header.kind, row) {
            (Kind::Marker, _) => Verdict::Marker,
            _ if !view.may_hit() || envelope.has_expired(&self.inner.options.host) => Verdict::Absent,
            (Kind::Tombstone, None) => Verdict::Tombstone,
            (Kind::Value, Some(row)) if envelope.body == row.body.stored().json => Verdict::Fresh,
            _ => Verdict::Stale,
        }
    }

    /// Flushes one user's entry: the next read asks the state store, and fills the cache anew. An id that has no
    /// user is left as it is: the marker would never be mended.
    pub async fn flush(&self, id: UserId) -> Result<Flushed, Error> {
        let row = self.row(id).await?;
        let view = self.view().await?;
        let answer = |flushed, detail: String| Ok(Flushed { id: Some(id), flushed, epoch: view.nonce.clone(), detail });
        if row.is_none() {
            return answer(false, format!("User {id} does not exist, so the cache serves nothing of it"));
        }
        if view.phase != Phase::On {
            return answer(false, "The cache is off, so nothing is served from it".into());
        }
        let token = self.inner.options.host.nonce();
        let marker = Envelope::marker(&token, &self.inner.options.host, std::time::Duration::ZERO);
        let put = self.put_marker(self.cache_key(id, &view.nonce), &marker).await;
        put.map_err(|fault| Error::unavailable(&format!("the cache entry of user {id} was not flushed"), &fault))?;
        self.emit(&Event::Flushed { id });
        answer(true, format!("User {id} removed from cache"))
    }
}
