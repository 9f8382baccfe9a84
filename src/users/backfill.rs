//! The rule of the e-mail index, and its completion: users that were written before there was an index are put into
//! it, page by page, while the service runs.

use std::time::Duration;

use super::index::{Index, RULE_KEY, Rule};
use super::row::Row;
use super::{Error, Users, in_order, row_key};
use crate::state::{Expect, StateError, StateStore, Step};
use crate::user::UserId;

/// Users that are looked at in one call.
const PAGE: u64 = 200;
/// Users that one transaction puts into the index.
const BATCH: usize = 32;
/// A batch in which others keep writing is taken one by one after so many attempts, and given up after twice as many.
const ATTEMPTS: usize = 8;
/// The pause after a failure; it doubles up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

impl<S: StateStore> Users<S> {
    /// Sees to it that the index says what it should, however long the state store is away.
    pub async fn keep_index(self) {
        let mut pause = PAUSE;
        while self.complete_index(|_, _| {}).await.is_err() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Puts the rule of [`super::Options::unique_emails`] into the store, and all users into the index that are not
    /// in it yet. `progress` is told how many ids were looked at, and of how many. Can be called again, and by several
    /// processes at once.
    pub async fn complete_index(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), Error> {
        let wish = self.inner.options.unique_emails;
        let rule = self.change_rule(|rule| rule.unique = wish.unwrap_or(rule.unique)).await?;
        if rule.ready {
            return Ok(());
        }
        let mut at = 0;
        loop {
            let ids: Vec<UserId> = (at + 1..=at + PAGE).filter_map(UserId::new).collect();
            let last = self.index_page(&ids).await?;
            at = last.min(at + PAGE);
            progress(at, last);
            if at == last {
                break;
            }
        }
        self.change_rule(|rule| rule.ready = true).await.map(drop)
    }

    async fn change_rule(&self, change: impl Fn(&mut Rule)) -> Result<Rule, Error> {
        loop {
            let entry = self.inner.state.get(RULE_KEY).await;
            let entry = entry.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
            let before = Rule::read(entry.as_ref())?;
            let mut rule = before;
            change(&mut rule);
            if rule == before {
                return Ok(rule);
            }
            let expect = entry.map_or(Expect::Absent, |entry| Expect::Version(entry.version));
            let step = Step::Put { key: RULE_KEY.into(), value: rule.encode(), expect, ttl: None };
            match self.inner.state.transact(vec![step]).await {
                Ok(()) => return Ok(rule),
                Err(StateError::Conflict) => {}
                Err(fault) => return Err(Error::unavailable(&format!("the row {RULE_KEY} was not saved"), &fault)),
            }
        }
    }

    /// Puts those of these users into the index that are not in it; the last id that was given.
    async fn index_page(&self, ids: &[UserId]) -> Result<u64, Error> {
        let (last, missing) = self.not_indexed(ids).await?;
        for batch in missing.chunks(BATCH) {
            self.index_batch(batch.to_vec()).await?;
        }
        Ok(last)
    }

    /// The last id that was given, and the rows of these that are not in the index. A row that is no user's has no
    /// address.
    async fn not_indexed(&self, ids: &[UserId]) -> Result<(u64, Vec<Row>), Error> {
        let (last, entries) = self.up_to_last(ids).await?;
        let rows = entries.into_iter().filter_map(|(id, entry)| Row::read(id, entry).ok());
        Ok((last, rows.filter(|row| !row.body.indexed).collect()))
    }

    async fn index_batch(&self, mut rows: Vec<Row>) -> Result<(), Error> {
        for attempt in 0..2 * ATTEMPTS {
            let parts = if attempt < ATTEMPTS { rows.len().max(1) } else { 1 };
            let mut failed = false;
            for part in rows.chunks(parts) {
                match self.index_rows(part).await {
                    Ok(()) => {}
                    Err(StateError::Conflict) => failed = true,
                    Err(fault) => {
                        return Err(Error::unavailable("the index of e-mail addresses was not saved", &fault));
                    }
                }
            }
            if !failed {
                return Ok(());
            }
            let ids: Vec<UserId> = rows.iter().map(|row| row.body.user.id).collect();
            rows = self.not_indexed(&ids).await?.1;
        }
        Err(Error::Unavailable("others keep changing the users that are put into the index".into()))
    }

    /// Saves rows as they are, but for the mark that they are in the index, together with the rows of the index.
    async fn index_rows(&self, rows: &[Row]) -> Result<(), StateError> {
        let keys = Index::keys(rows.iter().map(|row| row.body.user.email.as_str()));
        // A row is made only if it is not there.
        let entries = self.inner.state.get_bulk_unconfirmed(&keys).await?;
        let mut index = Index::read(&keys, &entries).map_err(|fault| StateError::Unavailable(fault.to_string()))?;
        let mut steps = Vec::with_capacity(2 * rows.len());
        for Row { body, etag } in rows {
            index.add(&body.user.email, body.user.id);
            let value = body.clone().indexed().encode();
            let expect = Expect::Version(etag.clone());
            steps.push(Step::Put { key: row_key(body.user.id), value, expect, ttl: None });
        }
        steps.extend(index.steps());
        self.inner.state.transact(in_order(steps)).await
    }
}
