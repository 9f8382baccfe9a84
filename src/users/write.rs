//! Write-through: read the etag, mark the cache, commit by compare-and-set, acknowledge, and let the marker become
//! the new value in the background.

use std::sync::Arc;
use std::time::Duration;

use super::cache::Written;
use super::control::{Phase, View};
use super::envelope::{Envelope, SOFT_AGE};
use super::index::Reindex;
use super::row::{Body, Row};
use super::variant::Variant;
use super::{Error, Precondition, Stored, Tracer, Users, in_order, row_key};
use crate::state::{Expect, StateError, StateStore, Step};
use crate::trace::{Outcome, Traced};
use crate::user::{UserChange, UserId};

/// How often a write begins again after others wrote in between.
const ATTEMPTS: usize = 16;
/// How long, in leases, a write waits for the cache to be turned off.
const PATIENCE: u32 = 8;

/// A write that may commit: where its marker is, if any.
struct Marked {
    view: Arc<View>,
    token: String,
    /// When it was placed, in milliseconds since 1970.
    since: u64,
}

impl Marked {
    /// The epoch that the row is stamped with. Only under `on` does a marker of that epoch guard the write.
    fn stamp(&self) -> Option<&str> {
        (self.view.phase == Phase::On).then_some(&self.view.nonce)
    }
}

/// What a write does to a row that was read.
enum Plan {
    Save(Box<Body>),
    Delete(u64),
    Nothing(Stored),
}

impl<S: StateStore> Users<S> {
    /// Changes a user and returns it. Fails with [`Error::NotFound`], [`Error::Conflict`], and with
    /// [`Error::Unavailable`], after which nobody knows whether the change was made.
    pub async fn update(&self, id: UserId, change: UserChange) -> Traced<Result<Stored, Error>> {
        self.update_if(id, change, &Precondition::default()).await
    }

    /// The same, if the row that is replaced meets the precondition; else fails with [`Error::PreconditionFailed`].
    /// A user that is not there is not found, whatever is demanded of it (RFC 9110, section 13.2.1).
    pub async fn update_if(
        &self,
        id: UserId,
        change: UserChange,
        precondition: &Precondition,
    ) -> Traced<Result<Stored, Error>> {
        let plan = |row: &Body| match row.changed(&change) {
            Some(next) => Plan::Save(Box::new(next)),
            None => Plan::Nothing(row.stored()),
        };
        let mut tracer = self.tracer(Some(id));
        let written = self.write(id, precondition, plan, &mut tracer).await;
        let stored = written.map(|written| match written {
            Written::Value(stored) => stored,
            Written::Deleted(_) => unreachable!("an update does not delete"),
        });
        self.finish(stored, tracer)
    }

    /// Deletes a user, and returns the version that counts the delete. Fails as [`Users::update`] does.
    pub async fn delete(&self, id: UserId) -> Traced<Result<u64, Error>> {
        self.delete_if(id, &Precondition::default()).await
    }

    /// The same, if the row that is deleted meets the precondition, as for [`Users::update_if`].
    pub async fn delete_if(&self, id: UserId, precondition: &Precondition) -> Traced<Result<u64, Error>> {
        let mut tracer = self.tracer(Some(id));
        let written = self.write(id, precondition, |row| Plan::Delete(row.version + 1), &mut tracer).await;
        let version = written.map(|written| match written {
            Written::Deleted(version) => version,
            Written::Value(_) => unreachable!("a delete leaves no value"),
        });
        self.finish(version, tracer)
    }

    async fn write(
        &self,
        id: UserId,
        precondition: &Precondition,
        plan: impl Fn(&Body) -> Plan,
        tracer: &mut Tracer,
    ) -> Result<Written, Error> {
        for _ in 0..ATTEMPTS {
            // The etag is read before the view is looked at: a write that read it in an older epoch must not
            // commit as if it were of this one.
            let early = if self.breaks(Variant::EtagAfterView) { self.view().await.ok() } else { None };
            let row = self.row(id).await;
            let row = match row {
                Ok(Some(row)) => row,
                Ok(None) => {
                    tracer.step(Outcome::NotFound, None);
                    return Err(Error::NotFound(id.into()));
                }
                Err(fault) => {
                    tracer.step(Outcome::Down, None);
                    return Err(fault);
                }
            };
            tracer.step(Outcome::Found, None);
            // At each attempt anew: the row that is checked is the one that the commit replaces, or nothing is done.
            precondition.check(id, row.body.version)?;
            let plan = plan(&row.body);
            if let Plan::Nothing(stored) = plan {
                tracer.scheduled(Outcome::Unchanged, None);
                return Ok(Written::Value(stored));
            }
            let reindex = self.reindex_for(&row.body, &plan, tracer).await?;
            let marked = self.mark(id, early, tracer).await?;
            if let Some(written) = self.commit(id, row, plan, reindex, marked, tracer).await? {
                return Ok(written);
            }
        }
        Err(Error::Conflict(id))
    }

    /// What the plan does to the index of e-mail addresses.
    async fn reindex_for(&self, row: &Body, plan: &Plan, tracer: &mut Tracer) -> Result<Option<Reindex<'_>>, Error> {
        let next = match plan {
            Plan::Save(next) => Some(next.as_ref()),
            Plan::Delete(_) => None,
            Plan::Nothing(_) => return Ok(None),
        };
        let reindex = self.reindex(row, next).await;
        match &reindex {
            Ok(None) => {}
            Ok(Some(_)) => tracer.step(Outcome::Indexed, None),
            Err(Error::EmailTaken { .. }) => tracer.step(Outcome::Refused, None),
            Err(_) => tracer.step(Outcome::Down, None),
        }
        reindex
    }

    /// Places the marker that the phase of the cache calls for, or finds that none is needed.
    async fn mark(&self, id: UserId, early: Option<Arc<View>>, tracer: &mut Tracer) -> Result<Marked, Error> {
        let host = &self.inner.options.host;
        let token = host.nonce();
        let mut view = match early {
            Some(view) => view,
            None => self.view().await?,
        };
        let patience = host.now() + self.inner.options.lease * PATIENCE + Duration::from_secs(5);
        loop {
            let since = host.wall_ms();
            if view.phase == Phase::Off || self.breaks(Variant::NoMarker) {
                return Ok(Marked { view, token, since });
            }
            // While the cache is being turned off because it does not answer, only the wait is left.
            if view.phase != Phase::Closing || !self.inner.control.cache_is_away() {
                let next_epoch = view.phase == Phase::Closing && self.breaks(Variant::MarkInNextEpoch);
                let nonce = if next_epoch { "next" } else { view.nonce.as_str() };
                let marker = Envelope::marker(&token, host, SOFT_AGE);
                if self.put_marker(self.cache_key(id, nonce), &marker).await.is_ok() {
                    tracer.step(Outcome::Marked, None);
                    return Ok(Marked { view, token, since });
                }
                tracer.step(Outcome::Away, None);
            }
            if host.now() > patience {
                let why = "the cache does not answer, and could not be turned off in time; nothing was changed";
                return Err(Error::Unavailable(why.into()));
            }
            view = self.without_marker(&view).await?;
            tracer.step(Outcome::Waited, None);
        }
    }

    /// Commits. `None` where somebody else wrote in between.
    async fn commit(
        &self,
        id: UserId,
        row: Row,
        plan: Plan,
        reindex: Option<Reindex<'_>>,
        marked: Marked,
        tracer: &mut Tracer,
    ) -> Result<Option<Written>, Error> {
        let (key, expect) = (row_key(id), Expect::Version(row.etag));
        let (step, done, written) = match plan {
            Plan::Save(next) => {
                let next = next.stamped(marked.stamp());
                let next = if reindex.is_some() { next.indexed() } else { next };
                let put = Step::Put { key, value: next.encode(), expect, ttl: None };
                (put, Outcome::Saved, Written::Value(next.stored()))
            }
            Plan::Delete(version) => (Step::Delete { key, expect }, Outcome::Deleted, Written::Deleted(version)),
            Plan::Nothing(stored) => return Ok(Some(Written::Value(stored))),
        };
        let (others, _turn) = reindex.map(|reindex| (reindex.steps, reindex.turn)).unzip();
        let steps = in_order(others.into_iter().flatten().chain([step]).collect());
        match self.inner.state.transact(steps).await {
            Ok(()) => tracer.step(done, None),
            Err(StateError::Conflict) => {
                tracer.step(Outcome::Conflict, None);
                return Ok(None);
            }
            // Whether it was made is not known: it is neither tried again nor promoted, and the marker stays.
            Err(fault) => {
                tracer.step(Outcome::Down, None);
                let what = format!("nobody knows whether the change of user {id} was made; read it before you retry");
                return Err(Error::unavailable(&what, &fault));
            }
        }
        if let Some(nonce) = marked.stamp().map(str::to_owned) {
            tracer.scheduled(Outcome::PromoteScheduled, Some(self.ttl_seconds()));
            let promoted = match &written {
                Written::Value(stored) => Written::Value(stored.clone()),
                Written::Deleted(version) => Written::Deleted(*version),
            };
            self.spawn(self.clone().promote(id, nonce, marked.token, promoted, marked.since));
        }
        Ok(Some(written))
    }
}
