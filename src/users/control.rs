//! The control row and the view: whether the cache may be used, agreed between all processes.
//!
//! `cache-control` in the state store says in which phase the cache is and names the present epoch by a nonce;
//! `cache-sentinel` in the cache holds the nonce too, so that a cache that lost its data, or came back with older
//! ones, is noticed. Every process reads both, and trusts what it read, its view, for the lease L. Whoever moves the
//! row on to a phase that others must know of first waits until every older view has ended:
//!
//! ```text
//! on(n) ──► closing(n+1) ──► opening(n+1) ──► on(n+1)
//!                │  cache unreachable ▲
//!                └──────► off(n+1) ───┘
//! ```

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::variant::Variant;
use super::{Error, Event, Options, Users};
use crate::state::{StateError, StateStore, Version};

/// The key of the control row in the state store.
pub(super) const CONTROL_KEY: &str = "cache-control";
/// The key of the sentinel in the cache.
pub(super) const SENTINEL_KEY: &str = "cache-sentinel";
/// A view is renewed so many times within its lease.
const RENEWALS_PER_LEASE: u32 = 3;
/// Who waited longer for a renewal that failed has no time for another: an answer is due within a second.
const JOIN_MAX: Duration = Duration::from_millis(200);
/// Moves that one renewal makes or meets before it takes the row as it is.
const MOVES_MAX: usize = 6;

/// The phase of the control row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CachePhase)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The cache is read and written.
    On,
    /// Nobody begins to read the cache any more; some may still do so. Writers still mark the old epoch.
    Closing,
    /// A new epoch begins: writers mark it, nobody reads it yet.
    Opening,
    /// The cache is neither read nor written.
    Off,
}

impl Phase {
    /// As it is written everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Closing => "closing",
            Self::Opening => "opening",
            Self::Off => "off",
        }
    }
}

/// The control row, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ControlRow {
    /// How many epochs have begun.
    pub count: u64,
    pub phase: Phase,
    /// The epoch; while closing and off, the one that ends.
    pub nonce: String,
    /// L in milliseconds, the same for every process.
    pub lease: u64,
}

/// What a process knows of the control row, until its lease ends.
#[derive(Clone, Debug)]
pub struct View {
    pub phase: Phase,
    pub nonce: String,
    pub count: u64,
    /// True where the sentinel was read and is the epoch's.
    sentinel: bool,
    pub(super) lease: Duration,
    /// The end of the view, on the host's clock.
    until: Duration,
    /// When this process first saw this very row.
    pub(super) first_seen: Duration,
    pub(super) row: ControlRow,
    pub(super) etag: Version,
}

impl View {
    /// True where hits may be served.
    pub fn may_hit(&self) -> bool {
        self.phase == Phase::On && self.sentinel
    }

    /// True where the epoch is the present one, and written rows are stamped with it.
    pub fn is_on(&self, nonce: &str) -> bool {
        self.phase == Phase::On && self.nonce == nonce
    }
}

/// This process's part in the control of the cache.
pub struct Control {
    view: RwLock<Option<Arc<View>>>,
    /// The etag of the row that was read last, and when it was first seen.
    seen: Mutex<Option<(Version, Duration)>>,
    /// Only one renewal runs at a time; those who wait for it take its result.
    renewing: tokio::sync::Mutex<Option<Error>>,
    renewals: AtomicU64,
    /// The cache did not answer this process: reads do not ask it until a renewal reached it.
    away: AtomicBool,
    /// A background task renews the view, so that reads need not.
    kept: AtomicBool,
    pub(super) reopening: Mutex<Reopening>,
}

/// When this process last turned the cache on again, and how long it waits the next time.
#[derive(Default)]
pub(super) struct Reopening {
    pub last: Option<Duration>,
    pub wait: Duration,
}

/// A reading of row and sentinel.
pub(super) struct Reading {
    pub row: ControlRow,
    pub etag: Version,
    pub sentinel: Result<Option<Bytes>, StateError>,
    sent: Duration,
    pub first_seen: Duration,
}

impl Reading {
    pub fn sentinel_matches(&self) -> bool {
        matches!(&self.sentinel, Ok(Some(nonce)) if nonce == self.row.nonce.as_bytes())
    }

    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.row.lease)
    }
}

impl Control {
    pub fn new(options: &Options) -> Self {
        let control = Self {
            view: RwLock::default(),
            seen: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            renewals: AtomicU64::new(0),
            away: AtomicBool::new(false),
            kept: AtomicBool::new(false),
            reopening: Mutex::default(),
        };
        if options.alone {
            control.open_alone(options, 1);
        }
        control
    }

    /// The view, where it is still valid.
    pub fn current(&self, now: Duration) -> Option<Arc<View>> {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
        view.as_ref().filter(|view| now < view.until).map(Arc::clone)
    }

    /// True while the cache does not answer this process.
    pub fn cache_is_away(&self) -> bool {
        self.away.load(Relaxed)
    }

    /// Begins an epoch in a process that has both stores for itself. Nothing waits: an older view ends here and now,
    /// and the stamps keep out writes that began before.
    pub(super) fn open_alone(&self, options: &Options, count: u64) -> Arc<View> {
        let nonce = options.host.nonce();
        let row = ControlRow { count, phase: Phase::On, nonce: nonce.clone(), lease: 0 };
        let view = Arc::new(View {
            phase: Phase::On,
            nonce,
            count,
            sentinel: true,
            lease: Duration::ZERO,
            until: Duration::MAX,
            first_seen: Duration::ZERO,
            row,
            etag: Version(String::new()),
        });
        self.install(Arc::clone(&view));
        view
    }

    fn install(&self, view: Arc<View>) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }

    fn first_seen(&self, etag: &Version, arrived: Duration) -> Duration {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &*seen {
            Some((known, since)) if known == etag => *since,
            _ => {
                *seen = Some((etag.clone(), arrived));
                arrived
            }
        }
    }
}

impl<S: StateStore> Users<S> {
    pub(super) fn control(&self) -> &Control {
        &self.inner.control
    }

    pub(super) fn now(&self) -> Duration {
        self.inner.options.host.now()
    }

    /// A valid view: the present one, or a new one.
    pub(super) async fn view(&self) -> Result<Arc<View>, Error> {
        match self.control().current(self.now()) {
            Some(view) => Ok(view),
            None => self.renewed().await,
        }
    }

    /// The view that a read goes by, if it may hit. A service, whose view is renewed all the time, has none only
    /// where something is wrong: then it reads the state store and does not wait.
    pub(super) async fn reading_view(&self) -> Option<Arc<View>> {
        let view = match self.control().current(self.now()) {
            Some(view) => Some(view),
            None if self.control().kept.load(Relaxed) => None,
            None => self.renewed().await.ok(),
        };
        view.filter(|view| view.may_hit() && !self.control().cache_is_away())
    }

    /// True while this process holds a valid view that says so.
    pub(super) fn still_on(&self, nonce: &str) -> bool {
        self.control().current(self.now()).is_some_and(|view| view.is_on(nonce))
    }

    /// Whether the sentinel, read by a call sent now, is that of the epoch. For [`Options::strict`].
    pub(super) async fn sentinel_is(&self, nonce: &str) -> bool {
        let sentinel = self.inner.cache.get(SENTINEL_KEY).await;
        matches!(sentinel, Ok(Some(entry)) if entry.value == nonce.as_bytes()) || self.breaks(Variant::NoSentinel)
    }

    /// Notes whether the cache answered.
    pub(super) fn note_cache(&self, answer: Result<(), &StateError>) {
        let away = &self.control().away;
        match answer {
            Ok(()) if away.load(Relaxed) && away.swap(false, Relaxed) => self.emit(&Event::CacheBack),
            Err(fault) if !away.swap(true, Relaxed) => self.emit(&Event::CacheAway { reason: fault.to_string() }),
            _ => {}
        }
    }

    /// Renews the view for ever, about three times in its lease.
    pub async fn keep_view(self) {
        self.control().kept.store(true, Relaxed);
        if self.inner.options.alone {
            return std::future::pending().await;
        }
        loop {
            let lease = match self.renewed().await {
                Ok(view) => view.lease,
                Err(_) => self.inner.options.lease,
            };
            tokio::time::sleep(lease / RENEWALS_PER_LEASE).await;
        }
    }

    /// A new view. Where another renewal ends meanwhile, its view is taken; its failure only where it began after
    /// this was called, or where no time is left for another: the stores may have come back since.
    pub(super) async fn renewed(&self) -> Result<Arc<View>, Error> {
        let asked = self.now();
        let before = self.control().renewals.load(Relaxed);
        let mut failure = self.control().renewing.lock().await;
        let ended = self.control().renewals.load(Relaxed) - before;
        if ended > 0 {
            let is_late = self.now().saturating_sub(asked) > JOIN_MAX;
            match (&*failure, self.control().current(self.now())) {
                (None, Some(view)) => return Ok(view),
                (Some(failure), _) if ended > 1 || is_late => return Err(failure.clone()),
                _ => {}
            }
        }
        let view = self.renew().await;
        self.control().renewals.fetch_add(1, Relaxed);
        *failure = view.as_ref().err().cloned();
        view
    }

    async fn renew(&self) -> Result<Arc<View>, Error> {
        if let Some(view) = self.control().current(self.now()).filter(|_| self.inner.options.alone) {
            return Ok(view);
        }
        let mut moves = 0;
        loop {
            let Some(reading) = self.read_control().await? else {
                self.found().await?;
                continue;
            };
            moves += 1;
            match self.due(&reading) {
                Some(to) if moves < MOVES_MAX => self.make_move(&reading.row, &reading.etag, to).await?,
                _ => return Ok(self.install(&reading)),
            }
        }
    }

    /// Reads row and sentinel at once. The view is counted from before both calls.
    async fn read_control(&self) -> Result<Option<Reading>, Error> {
        let sent = self.now();
        let (row, sentinel) = tokio::join!(self.inner.state.get(CONTROL_KEY), self.inner.cache.get(SENTINEL_KEY));
        let arrived = self.now();
        self.note_cache(sentinel.as_ref().map(|_| ()));
        self.note_stores(row.as_ref().map(|_| ()), sentinel.as_ref().map(|_| ()));
        let Some(entry) = row.map_err(|fault| Error::unavailable("the state store did not answer", &fault))? else {
            return Ok(None);
        };
        let row: ControlRow = serde_json::from_slice(&entry.value)
            .map_err(|fault| Error::Corrupt(format!("the row {CONTROL_KEY} in the state store is damaged: {fault}")))?;
        let first_seen = self.control().first_seen(&entry.version, arrived);
        let sentinel = sentinel.map(|entry| entry.map(|entry| entry.value));
        let sent = if self.breaks(Variant::ViewFromAnswer) { arrived } else { sent };
        Ok(Some(Reading { row, etag: entry.version, sentinel, sent, first_seen }))
    }

    fn install(&self, reading: &Reading) -> Arc<View> {
        let lease = reading.lease();
        let kept = self.breaks(Variant::ViewKept);
        let view = Arc::new(View {
            phase: reading.row.phase,
            nonce: reading.row.nonce.clone(),
            count: reading.row.count,
            sentinel: reading.sentinel_matches() || self.breaks(Variant::NoSentinel),
            lease,
            until: if kept { Duration::MAX } else { reading.sent + lease },
            first_seen: reading.first_seen,
            row: reading.row.clone(),
            etag: reading.etag.clone(),
        });
        self.control().install(Arc::clone(&view));
        view
    }
}
