//! `cache verify`: every row against its envelope, in bulk.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::control::View;
use super::envelope::Envelope;
use super::inspect::Verdict;
use super::row::Row;
use super::{COUNTER_KEY, Error, Users, row_key};
use crate::state::{StateStore, Store, Version};
use crate::user::UserId;

/// Users that are compared in one bulk call of each store.
const PAGE: usize = 64;
/// How often users are looked at, where others write them or turn the cache off in between.
const LOOKS: usize = 8;

/// Which users are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every id that was ever given.
    All,
    /// So many ids, drawn at random.
    Sample(u64),
}

/// One user whose cache entry contradicts the state store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheDisagreement)]
pub struct Disagreement {
    #[schema(value_type = u64, minimum = 1)]
    pub id: UserId,
    /// The version that the cache would serve.
    pub cached_version: u64,
    /// The version of the row; null where the user is gone.
    pub row_version: Option<u64>,
    /// True where the entry was flushed.
    pub fixed: bool,
}

/// The answer of `cache verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheVerification)]
pub struct Verification {
    pub epoch: String,
    /// Ids that were compared.
    pub checked: u64,
    /// Values of the cache that are those of the rows.
    pub fresh: u64,
    /// Ids of which the cache would serve nothing.
    pub absent: u64,
    pub tombstones: u64,
    pub markers: u64,
    pub disagreements: Vec<Disagreement>,
}

/// A verification under way.
pub struct Check<S = Store> {
    users: Users<S>,
    ids: Box<dyn Iterator<Item = UserId> + Send>,
    of: u64,
    fix: bool,
    report: Verification,
}

impl<S: StateStore> Check<S> {
    /// Compares some more users, and tells the disagreements among them; `None` when all are compared.
    pub async fn step(&mut self) -> Result<Option<&[Disagreement]>, Error> {
        let page: Vec<UserId> = self.ids.by_ref().take(PAGE).collect();
        if page.is_empty() {
            return Ok(None);
        }
        let known = self.report.disagreements.len();
        self.users.verify_page(&page, self.fix, &mut self.report).await?;
        Ok(Some(&self.report.disagreements[known..]))
    }

    /// How many users there are to be compared.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.of
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> &Verification {
        &self.report
    }
}

impl<S: StateStore> Users<S> {
    /// Compares cache and state store.
    pub async fn verify(&self, scope: Scope, fix: bool) -> Result<Verification, Error> {
        let mut check = self.check(scope, fix).await?;
        while check.step().await?.is_some() {}
        Ok(check.report)
    }

    /// Begins to compare cache and state store. What looks wrong is read again before it is accused: a write may have
    /// come between the two reads.
    pub async fn check(&self, scope: Scope, fix: bool) -> Result<Check<S>, Error> {
        let last = self.last_id().await?;
        let view = self.view().await?;
        let report = Verification {
            epoch: view.nonce.clone(),
            checked: 0,
            fresh: 0,
            absent: 0,
            tombstones: 0,
            markers: 0,
            disagreements: Vec::new(),
        };
        let of = match scope {
            Scope::All => last,
            Scope::Sample(count) => count.min(last),
        };
        Ok(Check { users: self.clone(), ids: self.chosen(scope, last), of, fix, report })
    }

    fn chosen(&self, scope: Scope, last: u64) -> Box<dyn Iterator<Item = UserId> + Send> {
        match scope {
            Scope::Sample(count) if count < last => {
                let host = self.inner.options.host.clone();
                #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let draw = move |_| UserId::new(1 + (host.chance() * last as f64) as u64);
                Box::new((0..count).filter_map(draw))
            }
            // A sample of as many as there are is all of them.
            Scope::All | Scope::Sample(_) => Box::new((1..=last).filter_map(UserId::new)),
        }
    }

    async fn last_id(&self) -> Result<u64, Error> {
        let counter = self.inner.state.get(COUNTER_KEY).await;
        let counter = counter.map_err(|fault| Error::unavailable("the counter of ids was not read", &fault))?;
        let next = counter.map_or(Ok(1), |entry| super::create::read_counter(&entry))?;
        Ok(next.saturating_sub(1))
    }

    async fn verify_page(&self, ids: &[UserId], fix: bool, report: &mut Verification) -> Result<(), Error> {
        for look in self.judge_all(ids).await?.1 {
            report.checked += 1;
            match look.verdict {
                Verdict::Fresh => report.fresh += 1,
                Verdict::Absent => report.absent += 1,
                Verdict::Tombstone => report.tombstones += 1,
                Verdict::Marker => report.markers += 1,
                Verdict::Stale => {
                    let fixed = fix && self.mend(look.id).await?;
                    report.disagreements.push(Disagreement {
                        id: look.id,
                        cached_version: look.envelope.map_or(0, |envelope| envelope.header.version),
                        row_version: look.row.map(|row| row.body.version),
                        fixed,
                    });
                }
            }
        }
        Ok(())
    }

    /// What cache and state store hold of these users, under the view that is returned with it. What looks stale is
    /// looked at until the row is the same as the time before: then no write in between explains it.
    pub(super) async fn judge_all(&self, ids: &[UserId]) -> Result<(Arc<View>, Vec<Look>), Error> {
        let (mut view, mut looks) = self.look(ids).await?;
        let mut suspects: Vec<usize> = (0..looks.len()).filter(|at| looks[*at].verdict == Verdict::Stale).collect();
        for _ in 0..LOOKS {
            if suspects.is_empty() {
                break;
            }
            let ids: Vec<UserId> = suspects.iter().map(|at| looks[*at].id).collect();
            let (newer, again) = self.look(&ids).await?;
            view = newer;
            let mut unsettled = Vec::new();
            for (at, look) in suspects.into_iter().zip(again) {
                if look.verdict == Verdict::Stale && look.etag() != looks[at].etag() {
                    unsettled.push(at);
                }
                looks[at] = look;
            }
            suspects = unsettled;
        }
        // Others write them all the time.
        suspects.into_iter().for_each(|at| looks[at].verdict = Verdict::Marker);
        Ok((view, looks))
    }

    /// Reads the cache, then the state store, under one view: an entry can be wrong only where it would be served.
    async fn look(&self, ids: &[UserId]) -> Result<(Arc<View>, Vec<Look>), Error> {
        for _ in 0..LOOKS {
            let view = self.view().await?;
            let keys: Vec<String> = ids.iter().map(|id| self.cache_key(*id, &view.nonce)).collect();
            let cached = self.inner.cache.get_bulk(&keys).await;
            let cached = cached.map_err(|fault| Error::unavailable("the cache did not answer", &fault))?;
            let keys: Vec<String> = ids.iter().map(|id| row_key(*id)).collect();
            let rows = self.inner.state.get_bulk(&keys).await;
            let rows = rows.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
            if view.may_hit() && !self.still_on(&view.nonce) {
                continue;
            }
            let each = ids.iter().zip(cached).zip(rows).map(|((id, cached), row)| {
                let row = row.map(|entry| Row::read(*id, entry)).transpose()?;
                let size = cached.as_ref().map_or(0, |entry| entry.value.len());
                let envelope = cached.and_then(|entry| Envelope::decode(&entry.value));
                let verdict = self.judge(&view, envelope.as_ref(), row.as_ref());
                Ok(Look { id: *id, size, envelope, row, verdict })
            });
            return each.collect::<Result<_, _>>().map(|looks| (view, looks));
        }
        Err(Error::Unavailable("the cache was turned off or emptied while it was compared; try again".into()))
    }
}

/// What cache and state store were found to hold of a user, one read after the other.
pub(super) struct Look {
    pub id: UserId,
    /// Bytes that the cache keeps.
    pub size: usize,
    pub envelope: Option<Envelope>,
    pub row: Option<Row>,
    pub verdict: Verdict,
}

impl Look {
    fn etag(&self) -> Option<&Version> {
        self.row.as_ref().map(|row| &row.etag)
    }
}
