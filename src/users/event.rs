//! Everything that happens, told to whoever listens: the log, the counters, the tests.

use std::sync::Arc;

use super::control::Phase;
use crate::trace::Trace;
use crate::user::UserId;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A read or a write ended.
    Request(Trace),
    /// A value was put into the cache in the background; it will be served for so many seconds.
    Filled { id: UserId, ttl: u64 },
    /// A fill found that somebody else had put something there, or that the row had changed.
    FillRefused { id: UserId },
    /// A row was saved unchanged with the stamp of the present epoch, so that no older write can commit any more.
    Fenced { id: UserId },
    /// The marker of a write became the value that was written, or a tombstone (`ttl` as in [`Event::Filled`]).
    Promoted { id: UserId, ttl: u64, tombstone: bool },
    /// A marker was no longer there to be promoted: a later write replaced it.
    PromoteRefused { id: UserId },
    /// A left-over marker or an expired value was mended.
    Repaired { id: UserId },
    /// The cache entry of one user was flushed.
    Flushed { id: UserId },
    /// Everything was flushed: the next epoch has begun.
    FlushedAll { epoch: String },
    /// This process moved the control row.
    Moved { from: Phase, to: Phase },
    /// The cache stopped answering this process. Told once, not once a request.
    CacheAway { reason: String },
    /// The cache answers again.
    CacheBack,
    /// A hit was older than the row that was read before it. This must never happen.
    Violation { id: UserId, cached: u64, stored: Option<u64>, epoch: String },
}

impl Event {
    /// The user that it is about, where it is not about the whole cache.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Request(trace) => trace.user,
            Self::Filled { id, .. }
            | Self::FillRefused { id }
            | Self::Fenced { id }
            | Self::Promoted { id, .. }
            | Self::PromoteRefused { id }
            | Self::Repaired { id }
            | Self::Flushed { id }
            | Self::Violation { id, .. } => Some(*id),
            Self::FlushedAll { .. } | Self::Moved { .. } | Self::CacheAway { .. } | Self::CacheBack => None,
        }
    }
}

type Listener = dyn Fn(&Event) + Send + Sync;

/// Who listens; nobody by default.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Listener>>);

impl Observer {
    /// The function is called in the middle of the work, so it must not block.
    pub fn new(listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(super) fn hear(&self, event: &Event) {
        if let Some(listener) = &self.0 {
            listener(event);
        }
    }
}
