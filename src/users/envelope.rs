//! What the cache holds: one header line, then the raw body.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stored;
use super::host::Host;

/// What an envelope stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheEntryKind)]
pub enum Kind {
    /// The body is the user's JSON, as it will be sent.
    #[serde(rename = "V")]
    Value,
    /// The user was deleted: a cached 404.
    #[serde(rename = "T")]
    Tombstone,
    /// A write is under way.
    #[serde(rename = "M")]
    Marker,
}

/// An entry of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub header: Header,
    pub body: Bytes,
}

/// The first line, as JSON. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub kind: Kind,
    /// The version of the row that a value shows; of a tombstone, the one that the delete gave.
    pub version: u64,
    /// Names the write that put a marker.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token: String,
    pub written_at: u64,
    /// Of a value: until when it is served. Of a marker: from when on a reader mends it.
    pub expires_at: u64,
}

/// From this age on a marker is taken for left over by a writer that died.
pub const SOFT_AGE: Duration = Duration::from_secs(5);

/// How long the cache keeps every entry at least. Longer than any operation lives, so that a marker outlives its
/// write; and the same for values, because a conditional write that Redis refuses still gives the entry that is
/// there, perhaps a marker, its own time to live.
pub const KEPT_MIN: Duration = Duration::from_secs(3600);

/// How long the cache keeps an entry whose value is served for `ttl`.
pub fn kept_for(ttl: Duration) -> Duration {
    ttl.max(KEPT_MIN)
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Envelope {
    /// A value or, where there is none, a tombstone, to be served until `ttl` after `since` (milliseconds since
    /// 1970, a moment before the value was looked up).
    pub fn value(stored: &Stored, since: u64, ttl: Duration) -> Self {
        let expires_at = since.saturating_add(ms(ttl));
        let header =
            Header { kind: Kind::Value, version: stored.version, token: String::new(), written_at: since, expires_at };
        Self { header, body: stored.json.clone() }
    }

    /// The mark of a delete.
    pub fn tombstone(version: u64, since: u64, ttl: Duration) -> Self {
        let expires_at = since.saturating_add(ms(ttl));
        let header = Header { kind: Kind::Tombstone, version, token: String::new(), written_at: since, expires_at };
        Self { header, body: Bytes::new() }
    }

    /// The marker of a write under that token, left to its writer for `soft_age`.
    pub fn marker(token: &str, host: &Host, soft_age: Duration) -> Self {
        let now = host.wall_ms();
        let expires_at = now.saturating_add(ms(soft_age));
        let header = Header { kind: Kind::Marker, version: 0, token: token.into(), written_at: now, expires_at };
        Self { header, body: Bytes::new() }
    }

    /// True from the moment on when a value is no longer served, or a marker is left over.
    pub fn has_expired(&self, host: &Host) -> bool {
        host.wall_ms() >= self.header.expires_at
    }

    /// Whole seconds until then.
    pub fn seconds_left(&self, host: &Host) -> u64 {
        self.header.expires_at.saturating_sub(host.wall_ms()) / 1000
    }

    /// The bytes that the cache keeps.
    pub fn encode(&self) -> Bytes {
        let header = serde_json::to_vec(&self.header).expect("a header is plain JSON");
        let mut bytes = BytesMut::with_capacity(header.len() + 1 + self.body.len());
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(b"\n");
        bytes.extend_from_slice(&self.body);
        bytes.freeze()
    }

    /// `None` for what is no envelope.
    pub fn decode(bytes: &Bytes) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let header = serde_json::from_slice(&bytes[..end]).ok()?;
        Some(Self { header, body: bytes.slice(end + 1..) })
    }

    /// What a hit answers: the user, or `None` of a tombstone.
    pub fn stored(self) -> Option<Stored> {
        (self.header.kind == Kind::Value).then_some(Stored { json: self.body, version: self.header.version })
    }
}
