//! The users themselves: cache-aside reads and write-through writes over two stores, by rules under which a read
//! never returns an older value than an acknowledged write. docs/consistency.md tells the rules to operators; each
//! file here says which of them it keeps.

mod backfill;
mod background;
mod cache;
mod control;
mod create;
mod envelope;
mod event;
mod feed;
mod host;
mod idempotency;
mod index;
mod inspect;
mod list;
mod phases;
mod precondition;
mod read;
mod readiness;
mod repair;
mod row;
mod stats;
mod variant;
mod verify;
mod write;

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::state::{StateError, StateStore, Store};
use crate::trace::{Outcome, Step, TierNames, Trace, Traced};
use crate::user::{RequestedId, User, UserId};

pub use control::Phase;
pub use envelope::Kind;
pub use event::{Event, Observer};
pub use feed::{Heard, LISTENERS_MAX, Listener, Told};
pub use host::Host;
pub use inspect::{CacheEntry, Flushed, Inspection, Verdict};
pub use list::{LIMIT_MAX, Listing, Page};
pub use precondition::{Precondition, Versions};
pub use readiness::{Readiness, Standing, Status};
pub use stats::{Latency, Stats};
pub use variant::Variant;
pub use verify::{Check, Disagreement, Scope, Verification};

/// How the users are kept.
#[derive(Clone)]
pub struct Options {
    /// For how long a value is served from the cache; at least [`CACHE_TTL_MIN`].
    pub cache_ttl: Duration,
    /// L: for how long a process may trust what it read of the control row. Counts only for whoever makes the row.
    pub lease: Duration,
    /// Read the sentinel after each hit, so that even a cache that silently lost everything serves nothing old.
    pub strict: bool,
    /// The share of reads, from 0 to 1, in which cache and state store are compared.
    pub audit: f64,
    /// From now on nobody is given an e-mail address that another user has, in any process; `Some(false)` ends it, and
    /// `None` leaves it as it is.
    pub unique_emails: Option<bool>,
    /// What a person calls the two stores.
    pub names: TierNames,
    /// One process has both stores for itself (the embedded ones): nobody else can change anything.
    pub alone: bool,
    /// Hears of everything that happens.
    pub observer: Observer,
    /// Clock and randomness.
    pub host: Host,
    /// The rule that is broken, in tests that show that the rule is needed.
    pub variant: Option<Variant>,
}

/// The least time to live of a cached value.
pub const CACHE_TTL_MIN: Duration = Duration::from_secs(60);
/// The time to live of a cached value unless told otherwise, as in the original.
pub const CACHE_TTL_DEFAULT: Duration = Duration::from_secs(3600);
/// The lease unless told otherwise.
pub const LEASE_DEFAULT: Duration = Duration::from_secs(1);

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_ttl: CACHE_TTL_DEFAULT,
            lease: LEASE_DEFAULT,
            strict: false,
            audit: 0.0,
            unique_emails: None,
            names: TierNames { cache: "cache", state: "state store" },
            alone: false,
            observer: Observer::default(),
            host: Host::default(),
            variant: None,
        }
    }
}

/// A user as it is stored and sent: its JSON, and the version that counts its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// `{"id":…,"name":…,"email":…,"created_at":…}`
    pub json: Bytes,
    /// 0 for a row of the original that was never written since; else the number of writes.
    pub version: u64,
}

impl Stored {
    /// The user in it.
    #[must_use]
    pub fn user(&self) -> User {
        serde_json::from_slice(&self.json).expect("a stored user was written as one")
    }
}

/// Why a request about a user failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("User with ID {0} not found")]
    NotFound(RequestedId),
    /// Others kept writing in between, each time; nothing was changed.
    #[error("User {0} is being changed by others; try again")]
    Conflict(UserId),
    /// The user is not at a version that the caller demands; nothing was changed.
    #[error("User {id} is at version {version}, which the request rules out; read it again before you change it")]
    PreconditionFailed { id: UserId, version: u64 },
    /// Addresses are unique here, and another user has this one; nothing was changed.
    #[error("{}", match holder {
        Some(id) => format!("User {id} has this e-mail address already, and nobody else may; choose another"),
        None => "Other users have this e-mail address already, and nobody else may; choose another".to_owned(),
    })]
    EmailTaken { holder: Option<UserId> },
    /// The key was used for another create; nothing was changed.
    #[error("the key was used before, to create another user; use a new one for this")]
    KeyReused,
    /// A create with the same key has not ended yet.
    #[error("A request with the same Idempotency-Key is still under way; ask again when it has ended")]
    KeyInUse,
    /// A store did not answer. A write may have been made, or not.
    #[error("{0}")]
    Unavailable(String),
    /// What is stored is not what this service stores.
    #[error("{0}")]
    Corrupt(String),
}

impl Error {
    fn unavailable(what: &str, fault: &StateError) -> Self {
        Self::Unavailable(format!("{what}: {fault}"))
    }

    fn not_indexed() -> Self {
        Self::Unavailable("The index of e-mail addresses is not complete yet; try again in a moment".into())
    }
}

/// The users. Cheap to clone; all clones are one.
pub struct Users<S = Store> {
    inner: Arc<Inner<S>>,
}

impl<S> Clone for Users<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

struct Inner<S> {
    state: S,
    cache: S,
    options: Options,
    control: control::Control,
    watch: readiness::Watch,
    stats: stats::Counters,
    feed: feed::Feed,
    creates: create::Queue,
    under_way: idempotency::UnderWay,
    turns: index::Turns,
    /// The users whose cache entry a background task of this process works on.
    at_work: Mutex<HashSet<UserId>>,
    background: background::Tracker,
}

impl<S: StateStore> Users<S> {
    /// Users over a state store and a cache. Asks neither of them anything yet.
    pub fn new(state: S, cache: S, options: Options) -> Self {
        let (control, watch) = (control::Control::new(&options), readiness::Watch::new(&options));
        Self {
            inner: Arc::new(Inner {
                state,
                cache,
                options,
                control,
                watch,
                stats: stats::Counters::default(),
                feed: feed::Feed::default(),
                creates: create::Queue::default(),
                under_way: idempotency::UnderWay::default(),
                turns: index::Turns::default(),
                at_work: Mutex::default(),
                background: background::Tracker::default(),
            }),
        }
    }

    /// How they are kept.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The counters since this process began, with what it knows of the cache's state.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let Inner { stats, control, background, options, .. } = &*self.inner;
        stats.read(control, background.running(), options.host.now())
    }

    /// Somebody who hears of everything that happens from now on; `None` where [`LISTENERS_MAX`] do so already.
    #[must_use]
    pub fn listen(&self) -> Option<Listener> {
        self.inner.feed.listen()
    }

    /// Waits until the fills and promotions in the background are done, but no longer than that.
    pub async fn settle(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.inner.background.idle()).await;
    }

    fn breaks(&self, variant: Variant) -> bool {
        self.inner.options.variant == Some(variant)
    }

    fn emit(&self, event: &Event) {
        self.inner.stats.count(event);
        self.inner.feed.tell(event, &self.inner.options.host);
        self.inner.options.observer.hear(event);
    }

    /// Runs work that the answer does not wait for.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let done = self.inner.background.begin();
        tokio::spawn(async move {
            work.await;
            drop(done);
        });
    }

    /// Runs work on a user's cache entry in the background, unless this process is already at it.
    fn spawn_for<F>(&self, id: UserId, work: impl FnOnce(Self) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let at_work = |users: &Self| users.inner.at_work.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        if !at_work(self) {
            return;
        }
        let users = self.clone();
        let work = work(self.clone());
        self.spawn(async move {
            work.await;
            users.inner.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }

    /// The steps of a new request.
    fn tracer(&self, user: Option<UserId>) -> Tracer {
        let host = self.inner.options.host.clone();
        let last = host.now();
        Tracer { host, last, trace: Trace { user, steps: Vec::with_capacity(4) } }
    }

    /// Ends a request: tells the observer, and hands value and trace to the caller.
    fn finish<T>(&self, value: Result<T, Error>, tracer: Tracer) -> Traced<Result<T, Error>> {
        let event = Event::Request(tracer.trace);
        self.emit(&event);
        let Event::Request(trace) = event else { unreachable!("it was made three lines above") };
        Traced { value, trace }
    }
}

/// Collects the steps of one request.
struct Tracer {
    host: Host,
    last: Duration,
    trace: Trace,
}

impl Tracer {
    /// A step that ended now, and began when the last one ended.
    fn step(&mut self, outcome: Outcome, ttl: Option<u64>) {
        let now = self.host.now();
        self.trace.steps.push(Step { outcome, elapsed: now.saturating_sub(self.last), ttl });
        self.last = now;
    }

    /// Work that was only scheduled.
    fn scheduled(&mut self, outcome: Outcome, ttl: Option<u64>) {
        self.trace.steps.push(Step { outcome, elapsed: Duration::ZERO, ttl });
    }
}

/// The key of a user's row in the state store: that of the original.
#[must_use]
pub fn row_key(id: UserId) -> String {
    format!("user-{id}")
}

/// The key of the counter of ids, likewise.
pub const COUNTER_KEY: &str = "next-user-id";

/// Steps in the order of their keys, so that no two transactions wait for each other's rows.
fn in_order(mut steps: Vec<crate::state::Step>) -> Vec<crate::state::Step> {
    steps.sort_unstable_by(|one, other| one.key().cmp(other.key()));
    steps
}
