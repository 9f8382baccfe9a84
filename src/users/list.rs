//! Lists: users in the order of their ids, and the users of an e-mail address. Both read the state store alone, in bulk.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::read_counter;
use super::index::{Index, folded};
use super::row::{Body, Row};
use super::variant::Variant;
use super::{COUNTER_KEY, Error, Users, row_key};
use crate::state::{Entry, StateStore};
use crate::trace::{Outcome, Traced};
use crate::user::{User, UserId};

/// The most users of one page.
pub const LIMIT_MAX: u64 = 1000;
/// Ids that each further call asks for, where the first did not fill the page.
const CHUNK: u64 = 1000;
/// A page ends after this time, full or not: an answer is due within a second.
const PATIENCE: Duration = Duration::from_millis(500);

/// Which users are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Only those with that e-mail address, in upper or lower case.
    pub email: Option<String>,
    /// Only ids greater than this.
    pub after: u64,
    /// So many of them at most, 1 to [`LIMIT_MAX`].
    pub limit: u64,
}

impl Default for Listing {
    fn default() -> Self {
        Self { email: None, after: 0, limit: 100 }
    }
}

/// Some users, in the order of their ids, each as of its own read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = UserPage)]
pub struct Page {
    pub users: Vec<User>,
    /// What `after` has to be for the next page; null of the last one.
    #[schema(value_type = Option<u64>)]
    pub next: Option<UserId>,
}

impl Page {
    /// A page of these, which are one more than its limit where there are more.
    fn of(mut users: Vec<User>, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = users.len() > limit;
        users.truncate(limit);
        let next = users.last().filter(|_| has_more).map(|user| user.id);
        Self { users, next }
    }
}

impl<S: StateStore> Users<S> {
    /// A page of users. Its end may come early where many ids without a user, or without the address, lie between:
    /// `next` tells. Fails with [`Error::Unavailable`], also while the index of addresses is not complete.
    pub async fn list(&self, listing: &Listing) -> Traced<Result<Page, Error>> {
        let mut tracer = self.tracer(None);
        let page = match &listing.email {
            None => self.walk(listing).await,
            Some(email) => self.find(email, listing).await,
        };
        tracer.step(if page.is_ok() { Outcome::Listed } else { Outcome::Down }, None);
        self.finish(page, tracer)
    }

    /// Those of an address: its row, and then theirs.
    async fn find(&self, email: &str, listing: &Listing) -> Result<Page, Error> {
        let keys = Index::keys([email]);
        let index = Index::read(&keys, &self.entries(&keys).await?)?;
        if !index.rule.ready {
            return Err(Error::not_indexed());
        }
        let Some(holders) = index.holders(email) else { return self.walk(listing).await };
        let mut ids: Vec<UserId> = holders.iter().copied().filter(|id| id.get() > listing.after).collect();
        ids.sort_unstable();
        let keys: Vec<String> = ids.iter().copied().map(row_key).collect();
        let mut users = Vec::with_capacity(ids.len());
        for (id, entry) in ids.into_iter().zip(self.entries(&keys).await?) {
            let user = entry.map(|entry| Row::read(id, entry)).transpose()?.map(|row| row.body.user);
            // It may have been changed or deleted since the index was read.
            users.extend(user.filter(|user| folded(&user.email) == folded(email)));
        }
        Ok(Page::of(users, listing.limit))
    }

    /// Ids upwards from `after`, one chunk a call. The first is as long as the page, so that one call is enough where
    /// no ids are missing.
    async fn walk(&self, listing: &Listing) -> Result<Page, Error> {
        let began = self.now();
        let email = listing.email.as_deref().map(folded);
        let holds = |row: &Body| email.as_ref().is_none_or(|email| folded(&row.user.email) == *email);
        let wanted = usize::try_from(listing.limit).unwrap_or(usize::MAX).saturating_add(1);
        let mut users = Vec::new();
        let (mut at, mut chunk) = (listing.after, listing.limit.saturating_add(1));
        loop {
            let ids: Vec<UserId> = (1..=chunk).filter_map(|nth| UserId::new(at.checked_add(nth)?)).collect();
            let Some(end) = ids.last().map(|id| id.get()) else { return Ok(Page::of(users, listing.limit)) };
            let (last, entries) = self.up_to_last(&ids).await?;
            for (id, entry) in entries {
                let row = Row::read(id, entry)?.body;
                if users.len() < wanted && holds(&row) {
                    users.push(row.user);
                }
            }
            if users.len() == wanted || end >= last {
                return Ok(Page::of(users, listing.limit));
            }
            if self.now().saturating_sub(began) > PATIENCE {
                return Ok(Page { users, next: UserId::new(end) });
            }
            (at, chunk) = (end, CHUNK);
        }
    }

    /// The last id that was given, and what there is of these up to it: what lies above was created after the counter
    /// was read, or does not belong there.
    pub(super) async fn up_to_last(&self, ids: &[UserId]) -> Result<(u64, Vec<(UserId, Entry)>), Error> {
        let with_counter =
            |ids: &[UserId]| std::iter::once(COUNTER_KEY.into()).chain(ids.iter().copied().map(row_key)).collect();
        let keys: Vec<String> = with_counter(ids);
        let mut entries = self.entries_sure_of(&keys, &[COUNTER_KEY]).await?;
        let counter = entries.remove(0);
        let last = counter.as_ref().map_or(Ok(1), read_counter)?.saturating_sub(1);
        let gaps = ids.iter().zip(&mut entries).filter(|(id, entry)| id.get() <= last && entry.is_none());
        let (gaps, places): (Vec<UserId>, Vec<_>) = gaps.map(|(id, entry)| (*id, entry)).unzip();
        if !gaps.is_empty() && !self.breaks(Variant::BelievesAbsence) {
            // The counter, which is there, tells a whole answer from one that broke off.
            let again = self.entries(&with_counter(&gaps)).await?;
            places.into_iter().zip(again.into_iter().skip(1)).for_each(|(place, entry)| *place = entry);
        }
        let found = ids.iter().zip(entries).filter(|(id, _)| id.get() <= last);
        Ok((last, found.filter_map(|(id, entry)| Some((*id, entry?))).collect()))
    }

    /// Entries in one call, of which only the absence of the `sure` ones is certain: for who looks again for the others,
    /// or makes their absence a condition of a change.
    pub(super) async fn entries_sure_of(&self, keys: &[String], sure: &[&str]) -> Result<Vec<Option<Entry>>, Error> {
        let entries = self.inner.state.get_bulk_unconfirmed(keys).await;
        let entries = entries.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
        let is_missing = keys.iter().zip(&entries).any(|(key, entry)| entry.is_none() && sure.contains(&key.as_str()));
        if is_missing && !self.breaks(Variant::BelievesAbsence) {
            return self.entries(keys).await;
        }
        Ok(entries)
    }

    pub(super) async fn entries(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, Error> {
        let entries = self.inner.state.get_bulk(keys).await;
        entries.map_err(|fault| Error::unavailable("the state store did not answer", &fault))
    }
}
