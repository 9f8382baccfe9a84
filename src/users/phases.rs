//! The moves of the control row: which is due, and who makes it when.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::control::{CONTROL_KEY, ControlRow, Phase, Reading, SENTINEL_KEY, View};
use super::variant::Variant;
use super::{Error, Event, Flushed, Users};
use crate::state::{Expect, StateError, StateStore, Step, Version};

/// A cache that was turned on again less than this ago, and failed, waits longer before the next time.
const STEADY_AFTER: Duration = Duration::from_secs(120);
/// The longest wait before the cache is turned on again.
const REOPEN_WAIT_MAX: Duration = Duration::from_secs(30);

impl<S: StateStore> Users<S> {
    /// Makes the row, as the first process of a new store: the sentinel first. Without a cache it begins at off.
    pub(super) async fn found(&self) -> Result<(), Error> {
        let nonce = self.inner.options.host.nonce();
        let phase = if self.put_sentinel(&nonce).await.is_ok() { Phase::On } else { Phase::Off };
        let lease = u64::try_from(self.inner.options.lease.as_millis()).unwrap_or(u64::MAX);
        let row = ControlRow { count: 1, phase, nonce, lease };
        match self.put_row(&row, Expect::Absent).await {
            Ok(()) | Err(StateError::Conflict) => Ok(()),
            Err(fault) => Err(Error::unavailable(&format!("the row {CONTROL_KEY} could not be made"), &fault)),
        }
    }

    async fn put_sentinel(&self, nonce: &str) -> Result<(), StateError> {
        let value = Bytes::copy_from_slice(nonce.as_bytes());
        let step = Step::Put { key: SENTINEL_KEY.into(), value, expect: Expect::Any, ttl: None };
        self.inner.cache.transact(vec![step]).await
    }

    async fn put_row(&self, row: &ControlRow, expect: Expect) -> Result<(), StateError> {
        let value = serde_json::to_vec(row).expect("the control row is plain JSON").into();
        let step = Step::Put { key: CONTROL_KEY.into(), value, expect, ttl: None };
        self.inner.state.transact(vec![step]).await
    }

    /// The move that is due, if any, by what was read.
    pub(super) fn due(&self, reading: &Reading) -> Option<Phase> {
        let waited = self.now().saturating_sub(reading.first_seen);
        let waited_lease = waited >= reading.lease();
        match (reading.row.phase, &reading.sentinel) {
            (Phase::On, Ok(_)) if !reading.sentinel_matches() && !self.breaks(Variant::NoSentinel) => {
                Some(if self.breaks(Variant::StraightToOff) { Phase::Off } else { Phase::Closing })
            }
            (Phase::Closing, _) if !waited_lease && !self.breaks(Variant::NoWaitInClosing) => None,
            (Phase::Closing, Ok(_)) => Some(Phase::Opening),
            (Phase::Closing, Err(_)) => Some(Phase::Off),
            (Phase::Opening, Ok(_)) if !reading.sentinel_matches() => Some(Phase::Off),
            (Phase::Opening, Ok(_)) if waited_lease || self.breaks(Variant::NoWaitInOpening) => Some(Phase::On),
            (Phase::Off, Ok(_)) if waited >= self.reopen_wait() => Some(Phase::Opening),
            _ => None,
        }
    }

    /// How long the cache stays off after it failed, though it answers again.
    fn reopen_wait(&self) -> Duration {
        self.control().reopening.lock().unwrap_or_else(PoisonError::into_inner).wait
    }

    fn note_reopened(&self) {
        let now = self.now();
        let mut reopening = self.control().reopening.lock().unwrap_or_else(PoisonError::into_inner);
        let failed_again = reopening.last.is_some_and(|last| now.saturating_sub(last) < STEADY_AFTER);
        reopening.wait = match (failed_again, reopening.wait) {
            (false, _) => Duration::ZERO,
            (true, Duration::ZERO) => self.inner.options.lease,
            (true, wait) => (wait * 2).min(REOPEN_WAIT_MAX),
        };
        reopening.last = Some(now);
    }

    /// Moves the row by compare-and-set. That somebody else moved it first is no error.
    pub(super) async fn make_move(&self, from: &ControlRow, etag: &Version, to: Phase) -> Result<(), Error> {
        let mut row = ControlRow { phase: to, ..from.clone() };
        if to == Phase::Opening {
            row.nonce = self.inner.options.host.nonce();
            row.count += 1;
            if let Err(fault) = self.put_sentinel(&row.nonce).await {
                self.note_cache(Err(&fault));
                return Ok(());
            }
        }
        match self.put_row(&row, Expect::Version(etag.clone())).await {
            Ok(()) => {
                if from.phase == Phase::Off {
                    self.note_reopened();
                }
                self.emit(&Event::Moved { from: from.phase, to });
                Ok(())
            }
            Err(StateError::Conflict) => Ok(()),
            Err(fault) => Err(Error::unavailable("the cache could not be switched", &fault)),
        }
    }

    /// A marker could not be placed under that view: makes the move that this calls for, or waits where all there is
    /// to do is to wait until no process hits an old value any more. Returns the view to go on under.
    pub(super) async fn without_marker(&self, view: &View) -> Result<Arc<View>, Error> {
        let straight = self.breaks(Variant::StraightToOff);
        match view.phase {
            Phase::On => {
                let to = if straight { Phase::Off } else { Phase::Closing };
                self.make_move(&view.row, &view.etag, to).await?;
            }
            Phase::Opening => self.make_move(&view.row, &view.etag, Phase::Off).await?,
            Phase::Closing | Phase::Off => {
                let waited = self.now().saturating_sub(view.first_seen);
                let pause = view.lease.saturating_sub(waited).max(view.lease / 20);
                tokio::time::sleep(pause).await;
            }
        }
        self.renewed().await
    }

    /// Flushes everything: the next epoch begins, and the cache is empty in it. Takes about two leases; no write
    /// waits for it.
    pub async fn flush_all(&self) -> Result<Flushed, Error> {
        let first = if self.inner.options.alone {
            let view = self.view().await?;
            self.control().open_alone(&self.inner.options, view.count + 1);
            self.emit(&Event::Moved { from: Phase::On, to: Phase::On });
            view
        } else {
            self.renewed().await?
        };
        let patience = self.now() + first.lease * 10 + Duration::from_secs(10);
        loop {
            let view = self.renewed().await?;
            let next = first.phase == Phase::Opening || view.nonce != first.nonce;
            let detail = match view.phase {
                Phase::On if next => "Everything was removed from the cache: a new epoch has begun",
                Phase::Off => "The cache is off, so nothing is served from it; it will begin anew when it is back",
                _ if self.now() > patience => {
                    let why = "the cache was closed for the flush, but does not open again; it serves nothing old";
                    return Err(Error::Unavailable(why.into()));
                }
                Phase::On => {
                    self.make_move(&view.row, &view.etag, Phase::Closing).await?;
                    continue;
                }
                Phase::Closing | Phase::Opening => {
                    let waited = self.now().saturating_sub(view.first_seen);
                    tokio::time::sleep(view.lease.saturating_sub(waited).max(view.lease / 20)).await;
                    continue;
                }
            };
            let flushed = first.phase != Phase::Off;
            if flushed {
                self.emit(&Event::FlushedAll { epoch: view.nonce.clone() });
            }
            return Ok(Flushed { id: None, flushed, epoch: view.nonce.clone(), detail: detail.into() });
        }
    }
}
