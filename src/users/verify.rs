//! `cache verify`: every row against its envelope, in bulk.

use serde::{Deserialize, Serialize};

use super::envelope::Envelope;
use super::inspect::Verdict;
use super::row::Row;
use super::{COUNTER_KEY, Error, Users, row_key};
use crate::state::StateStore;
use crate::user::UserId;

/// Users that are compared in one bulk call of each store.
const PAGE: usize = 64;

/// Which users are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every id that was ever given.
    All,
    /// So many ids, drawn at random.
    Sample(u64),
}

/// One user whose cache entry contradicts the state store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    pub id: UserId,
    /// The version that the cache would serve.
    pub cached_version: u64,
    /// The version of the row; `None` where the user is gone.
    pub row_version: Option<u64>,
    /// True where the entry was flushed.
    pub fixed: bool,
}

/// The answer of `cache verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl<S: StateStore> Users<S> {
    /// Compares cache and state store. What looks wrong is read a second time before it is accused: a write may
    /// have come between the two reads.
    pub async fn verify(&self, scope: Scope, fix: bool) -> Result<Verification, Error> {
        let last = self.last_id().await?;
        let view = self.view().await?;
        let mut report = Verification {
            epoch: view.nonce.clone(),
            checked: 0,
            fresh: 0,
            absent: 0,
            tombstones: 0,
            markers: 0,
            disagreements: Vec::new(),
        };
        let mut ids = self.chosen(scope, last);
        loop {
            let page: Vec<UserId> = ids.by_ref().take(PAGE).collect();
            if page.is_empty() {
                return Ok(report);
            }
            self.verify_page(&page, fix, &mut report).await?;
        }
    }

    fn chosen(&self, scope: Scope, last: u64) -> Box<dyn Iterator<Item = UserId> + Send> {
        match scope {
            Scope::All => Box::new((1..=last).filter_map(UserId::new)),
            Scope::Sample(_) if last == 0 => Box::new(std::iter::empty()),
            Scope::Sample(count) => {
                let host = self.inner.options.host.clone();
                #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let draw = move |_| UserId::new(1 + (host.chance() * last as f64) as u64);
                Box::new((0..count).filter_map(draw))
            }
        }
    }

    async fn last_id(&self) -> Result<u64, Error> {
        let counter = self.inner.state.get(COUNTER_KEY).await;
        let counter = counter.map_err(|fault| Error::unavailable("the counter of ids was not read", &fault))?;
        let next = counter.map_or(Ok(1), |entry| super::create::read_counter(&entry))?;
        Ok(next.saturating_sub(1))
    }

    async fn verify_page(&self, ids: &[UserId], fix: bool, report: &mut Verification) -> Result<(), Error> {
        let judged = self.judge_page(ids).await?;
        let suspects: Vec<UserId> =
            judged.iter().filter(|(.., verdict)| *verdict == Verdict::Stale).map(|(id, ..)| *id).collect();
        let confirmed = if suspects.is_empty() { Vec::new() } else { self.judge_page(&suspects).await? };
        for (id, envelope, row, verdict) in judged.into_iter().filter(|(.., v)| *v != Verdict::Stale).chain(confirmed) {
            report.checked += 1;
            match verdict {
                Verdict::Fresh => report.fresh += 1,
                Verdict::Absent => report.absent += 1,
                Verdict::Tombstone => report.tombstones += 1,
                Verdict::Marker => report.markers += 1,
                Verdict::Stale => {
                    let fixed = fix && self.mend(id).await?;
                    report.disagreements.push(Disagreement {
                        id,
                        cached_version: envelope.map_or(0, |envelope| envelope.header.version),
                        row_version: row.map(|row| row.body.version),
                        fixed,
                    });
                }
            }
        }
        Ok(())
    }

    async fn judge_page(&self, ids: &[UserId]) -> Result<Vec<Judged>, Error> {
        let view = self.view().await?;
        let keys: Vec<String> = ids.iter().map(|id| self.cache_key(*id, &view.nonce)).collect();
        let cached = self.inner.cache.get_bulk(&keys).await;
        let cached = cached.map_err(|fault| Error::unavailable("the cache did not answer", &fault))?;
        let keys: Vec<String> = ids.iter().map(|id| row_key(*id)).collect();
        let rows = self.inner.state.get_bulk(&keys).await;
        let rows = rows.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
        let each = ids.iter().zip(cached).zip(rows).map(|((id, cached), row)| {
            let row = row.map(|entry| Row::read(*id, entry)).transpose()?;
            let envelope = cached.and_then(|entry| Envelope::decode(&entry.value));
            let verdict = self.judge(envelope.as_ref(), row.as_ref());
            Ok((*id, envelope, row, verdict))
        });
        each.collect()
    }
}

type Judged = (UserId, Option<Envelope>, Option<Row>, Verdict);
