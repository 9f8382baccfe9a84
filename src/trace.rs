//! What happened on the way to an answer, as plain data. The same steps become the `Cache-Status` and
//! `Server-Timing` headers, the trace of the command line, the log lines and the counters; nothing is printed in
//! the middle of the domain.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::user::UserId;

/// Which of the two stores a step went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The cache.
    Cache,
    /// The state store, the only commit point.
    State,
}

macro_rules! outcomes {
    ($($(#[$doc:meta])* $variant:ident $token:literal $word:literal)*) => {
        /// How a step ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Outcome { $($(#[$doc])* $variant,)* }

        impl Outcome {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire: a token of RFC 9110, used in `Server-Timing`.
            #[must_use]
            pub fn token(self) -> &'static str {
                match self { $(Self::$variant => $token,)* }
            }

            /// The word that a person reads in the trace of the command line.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

outcomes! {
    /// The cache had the user, or knew that it is deleted.
    Hit "cache-hit" "CACHE HIT"
    /// The cache had nothing.
    Miss "cache-miss" "CACHE MISS"
    /// The cache held a value past its time.
    Expired "cache-expired" "CACHE MISS"
    /// The cache held the marker of a write under way, or of one that was never finished.
    Marker "cache-marker" "CACHE MISS"
    /// The cache was not asked: it is off, or this process holds no valid view of it.
    Bypass "cache-bypass" "CACHE SKIP"
    /// The cache did not answer.
    Away "cache-away" "CACHE AWAY"
    /// The state store has the user.
    Found "found" "FOUND"
    /// The state store has no such user.
    NotFound "not-found" "NOT FOUND"
    /// The state store did not answer.
    Down "store-away" "STORE AWAY"
    /// A marker was put into the cache before a write.
    Marked "mark" "MARK"
    /// The user was created.
    Created "create" "CREATED"
    /// The new value was committed.
    Saved "save" "SAVED"
    /// The user was deleted.
    Deleted "delete" "DELETED"
    /// The update changes nothing, so nothing was written.
    Unchanged "unchanged" "UNCHANGED"
    /// The index of e-mail addresses was read.
    Indexed "index" "INDEX"
    /// Users were listed.
    Listed "list" "LISTED"
    /// The create was made before, under the same key, and is answered again.
    Replayed "replay" "REPLAYED"
    /// What the state store holds rules the write out, and nothing was written.
    Refused "refused" "REFUSED"
    /// Somebody else wrote in between.
    Conflict "conflict" "CONFLICT"
    /// The value goes into the cache in the background.
    FillScheduled "fill" "FILL"
    /// The marker becomes the new value in the background.
    PromoteScheduled "promote" "PROMOTE"
    /// The marker of a write that was never finished, or an expired value, is mended in the background.
    RepairScheduled "repair" "REPAIR"
    /// The write waited until no process could still hit an old value.
    Waited "cache-off" "CACHE OFF"
}

impl Outcome {
    /// The outcome of that name on the wire.
    #[must_use]
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|outcome| outcome.token() == token)
    }

    /// The store that the step went to.
    #[must_use]
    pub fn tier(self) -> Tier {
        match self {
            Self::Found
            | Self::NotFound
            | Self::Down
            | Self::Created
            | Self::Saved
            | Self::Deleted
            | Self::Unchanged
            | Self::Indexed
            | Self::Listed
            | Self::Replayed
            | Self::Refused
            | Self::Conflict => Tier::State,
            _ => Tier::Cache,
        }
    }

    /// True where the step only announces work in the background, and so took no time of the answer's.
    #[must_use]
    pub fn is_scheduled(self) -> bool {
        matches!(self, Self::FillScheduled | Self::PromoteScheduled | Self::RepairScheduled)
    }
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub outcome: Outcome,
    /// How long it took; zero for what is only scheduled.
    pub elapsed: Duration,
    /// Seconds that the value has left in the cache (hit), or will be given there (fill, promote).
    pub ttl: Option<u64>,
}

/// The steps of one request, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The user that it was about; a create learns it on the way.
    pub user: Option<UserId>,
    pub steps: Vec<Step>,
}

impl Trace {
    /// True where a step ended so.
    #[must_use]
    pub fn has(&self, outcome: Outcome) -> bool {
        self.steps.iter().any(|step| step.outcome == outcome)
    }
}

/// A value with what happened on the way to it. A 404 still carries its two misses.
#[derive(Clone, Debug)]
pub struct Traced<T> {
    pub value: T,
    pub trace: Trace,
}

impl<T> Traced<T> {
    /// The same trace with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Traced<U> {
        Traced { value: change(self.value), trace: self.trace }
    }
}

/// The names that a person knows the two stores by, such as `redis` and `postgres`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierNames {
    pub cache: &'static str,
    pub state: &'static str,
}

impl TierNames {
    /// The name of that tier.
    #[must_use]
    pub fn of(self, tier: Tier) -> &'static str {
        match tier {
            Tier::Cache => self.cache,
            Tier::State => self.state,
        }
    }
}
