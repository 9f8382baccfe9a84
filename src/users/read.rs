//! Cache-aside: the cache first, then the state store, and what was missing goes into the cache in the background.

use std::sync::Arc;

use super::control::View;
use super::envelope::{Envelope, Kind};
use super::row::Row;
use super::variant::Variant;
use super::{Error, Event, Stored, Tracer, Users, row_key};
use crate::state::StateStore;
use crate::trace::{Outcome, Traced};
use crate::user::UserId;

/// What the cache said.
enum Lookup {
    /// The user, or that it is deleted.
    Hit(Option<Stored>),
    /// Nothing is there: it may be filled.
    Empty(Arc<View>),
    /// A left-over marker or an expired value: it may be mended.
    Broken(Arc<View>),
    /// Nothing that could be used or changed.
    Nothing,
}

impl<S: StateStore> Users<S> {
    /// The user, from the cache where it is there. Fails with [`Error::NotFound`] or [`Error::Unavailable`].
    pub async fn get(&self, id: UserId) -> Traced<Result<Stored, Error>> {
        let mut tracer = self.tracer(Some(id));
        let audit = self.inner.options.audit;
        let value = if audit > 0.0 && self.inner.options.host.chance() < audit {
            self.read_audited(id, &mut tracer).await
        } else {
            self.read(id, &mut tracer).await
        };
        self.finish(value, tracer)
    }

    async fn read(&self, id: UserId, tracer: &mut Tracer) -> Result<Stored, Error> {
        let since = self.inner.options.host.wall_ms();
        match self.lookup(id, tracer).await {
            Lookup::Hit(found) => found.ok_or(Error::NotFound(id.into())),
            missed => self.read_row(id, missed, since, tracer).await,
        }
    }

    /// Looks into the cache, by a call that is sent now: one that was sent before this read began could return an
    /// older value than a write acknowledged in between.
    async fn lookup(&self, id: UserId, tracer: &mut Tracer) -> Lookup {
        let Some(view) = self.reading_view().await else {
            tracer.step(Outcome::Bypass, None);
            return Lookup::Nothing;
        };
        let entry = match self.inner.cache.get(&self.cache_key(id, &view.nonce)).await {
            Ok(entry) => entry,
            Err(fault) => {
                self.note_cache(Err(&fault));
                tracer.step(Outcome::Away, None);
                return Lookup::Nothing;
            }
        };
        let Some(envelope) = entry.and_then(|entry| Envelope::decode(&entry.value)) else {
            tracer.step(Outcome::Miss, None);
            return Lookup::Empty(view);
        };
        let host = &self.inner.options.host;
        match (envelope.header.kind, envelope.has_expired(host)) {
            (Kind::Marker, left_over) => {
                tracer.step(Outcome::Marker, None);
                if left_over { Lookup::Broken(view) } else { Lookup::Nothing }
            }
            (Kind::Value | Kind::Tombstone, true) => {
                tracer.step(Outcome::Expired, None);
                Lookup::Broken(view)
            }
            (Kind::Value | Kind::Tombstone, false) => {
                if !self.may_serve(&view).await {
                    tracer.step(Outcome::Bypass, None);
                    return Lookup::Nothing;
                }
                tracer.step(Outcome::Hit, Some(envelope.seconds_left(host)));
                Lookup::Hit(envelope.stored())
            }
        }
    }

    /// Whether what was found under that view may be served: the epoch must not have ended while the answer was on
    /// its way.
    async fn may_serve(&self, view: &View) -> bool {
        let strict = self.inner.options.strict;
        if strict && !self.sentinel_is(&view.nonce).await {
            return false;
        }
        self.still_on(&view.nonce)
    }

    async fn read_row(&self, id: UserId, missed: Lookup, since: u64, tracer: &mut Tracer) -> Result<Stored, Error> {
        let row = self.row(id).await;
        tracer.step(
            match &row {
                Ok(Some(_)) => Outcome::Found,
                Ok(None) => Outcome::NotFound,
                Err(_) => Outcome::Down,
            },
            None,
        );
        let Some(row) = row? else {
            if let (Lookup::Empty(view), true) = (missed, self.breaks(Variant::MissingIsDeleted)) {
                self.spawn_for(id, |users| users.insert_tombstone(id, view.nonce.clone(), since));
            }
            return Err(Error::NotFound(id.into()));
        };
        let stored = row.body.stored();
        let ttl = Some(self.ttl_seconds());
        match missed {
            Lookup::Empty(view) => {
                tracer.scheduled(Outcome::FillScheduled, ttl);
                self.spawn_for(id, |users| users.fill(id, row, view, since));
            }
            Lookup::Broken(view) => {
                tracer.scheduled(Outcome::RepairScheduled, ttl);
                self.spawn_for(id, |users| users.repair(id, row, view, since));
            }
            Lookup::Hit(_) | Lookup::Nothing => {}
        }
        Ok(stored)
    }

    /// The row of a user, if there is one.
    pub(super) async fn row(&self, id: UserId) -> Result<Option<Row>, Error> {
        let entry = self.inner.state.get(&row_key(id)).await;
        let entry = entry.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
        entry.map(|entry| Row::read(id, entry)).transpose()
    }

    /// A read that compares: the row first, then the cache. A hit must not be older than a row read before it.
    async fn read_audited(&self, id: UserId, tracer: &mut Tracer) -> Result<Stored, Error> {
        let Ok(before) = self.row(id).await else {
            // Without the row there is nothing to compare with: a read like any other.
            tracer.step(Outcome::Down, None);
            return self.read(id, tracer).await;
        };
        tracer.step(if before.is_some() { Outcome::Found } else { Outcome::NotFound }, None);
        let since = self.inner.options.host.wall_ms();
        let missed = match self.lookup(id, tracer).await {
            Lookup::Hit(found) => match self.accuse(id, before.as_ref(), found.as_ref()).await {
                None => return found.ok_or(Error::NotFound(id.into())),
                Some(violation) => {
                    self.emit(&violation);
                    self.mend(id).await?;
                    Lookup::Nothing
                }
            },
            missed => missed,
        };
        self.read_row(id, missed, since, tracer).await
    }

    /// What is wrong with a hit, given the row that was read before it.
    async fn accuse(&self, id: UserId, before: Option<&Row>, found: Option<&Stored>) -> Option<Event> {
        let stored = before.map(|row| row.body.version);
        let cached = found.map(|found| found.version);
        let wrong = match (stored, cached) {
            (Some(stored), Some(cached)) => cached < stored,
            // Ids are never used twice: a row that was there, and is still there, was never deleted.
            (Some(_), None) => self.row(id).await.is_ok_and(|row| row.is_some()),
            // It may have been created in between; then it is there now.
            (None, Some(_)) => self.row(id).await.is_ok_and(|row| row.is_none()),
            (None, None) => false,
        };
        let epoch = self.inner.control.current(self.inner.options.host.now())?.nonce.clone();
        wrong.then(|| Event::Violation { id, cached: cached.unwrap_or(0), stored, epoch })
    }
}
