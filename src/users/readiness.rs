//! Whether the two stores answer this process, as the renewals of its view find it: known at any time without a call.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Options, Users};
use crate::state::{StateError, StateStore};
use crate::user::CreatedAt;

/// Whether both stores answer this process.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Readiness {
    pub state_store: Standing,
    pub cache: Standing,
}

/// Whether a store answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoreStanding)]
pub struct Standing {
    pub status: Status,
    /// When that was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub since: CreatedAt,
    /// What is wrong, as it was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// Whether a store answers, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoreStatus)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It answered the last time.
    Up,
    /// It did not answer the last time.
    Down,
    /// It was not asked yet.
    Unknown,
}

impl Readiness {
    /// Nothing is known of them since then, for that reason.
    #[must_use]
    pub fn unknown(since: Timestamp, reason: &str) -> Self {
        let standing = Standing { status: Status::Unknown, since: CreatedAt(since), reason: Some(reason.to_owned()) };
        Self { state_store: standing.clone(), cache: standing }
    }

    /// True where requests are answered: without the cache they are, too.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state_store.status == Status::Up
    }
}

impl Standing {
    fn note(&mut self, answer: Result<(), &StateError>, now: Timestamp) {
        let status = if answer.is_ok() { Status::Up } else { Status::Down };
        if self.status != status {
            (self.status, self.since) = (status, CreatedAt(now));
        }
        self.reason = answer.err().map(ToString::to_string);
    }
}

/// What is known of the stores.
pub struct Watch(Mutex<Readiness>);

impl Watch {
    pub fn new(options: &Options) -> Self {
        let mut readiness = Readiness::unknown(options.host.timestamp(), "it was not asked yet");
        if options.alone {
            // They are in this process, and nobody asks them in order to know.
            let up = Standing { status: Status::Up, reason: None, ..readiness.cache };
            readiness = Readiness { state_store: up.clone(), cache: up };
        }
        Self(Mutex::new(readiness))
    }
}

impl<S: StateStore> Users<S> {
    /// Whether the stores answer, as this process knows it. Asks neither of them.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.inner.watch.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how a renewal found them.
    pub(super) fn note_stores(&self, state_store: Result<(), &StateError>, cache: Result<(), &StateError>) {
        let now = self.inner.options.host.timestamp();
        let mut known = self.inner.watch.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.state_store.note(state_store, now);
        known.cache.note(cache, now);
    }
}
