//! The index of e-mail addresses: one row for each address that somebody has, changed in the same transaction as the
//! users that have it, so that the two never contradict each other.
//!
//! A row of a user says whether it is in the index. Those that were written before there was one are put into it
//! by [`super::backfill`].

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, MutexGuard};

use super::row::Body;
use super::{Error, Users};
use crate::state::{Entry, Expect, StateStore, Step, Version};
use crate::user::UserId;

/// The key of the row that says what the index promises.
pub(super) const RULE_KEY: &str = "email-index";
/// So many users of one address are listed in its row. Beyond that, each write would cost more than the row is worth.
const HOLDERS_MAX: usize = 100;
/// So many addresses can be changed by this process at the same time.
const LANES: usize = 64;
/// Who waits longer for its turn goes ahead without: the turn only saves conflicts.
const TURN_MAX: Duration = Duration::from_millis(200);

/// What the index promises, as JSON in the state store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    /// The addresses of all users are in it.
    pub ready: bool,
    /// Nobody is given an address that another has.
    pub unique: bool,
}

impl Rule {
    pub fn read(entry: Option<&Entry>) -> Result<Self, Error> {
        let Some(entry) = entry else { return Ok(Self::default()) };
        serde_json::from_slice(&entry.value)
            .map_err(|fault| Error::Corrupt(format!("the row {RULE_KEY} in the state store is damaged: {fault}")))
    }

    pub fn encode(self) -> Bytes {
        serde_json::to_vec(&self).expect("a rule is plain JSON").into()
    }
}

/// The users that have an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holders {
    /// `None` once there were too many at a time to list, until nobody is left.
    pub ids: Option<Vec<UserId>>,
    /// How many they are, where they are not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

impl Holders {
    fn listed(ids: Vec<UserId>) -> Self {
        Self { ids: Some(ids), count: None }
    }

    fn read(key: &str, entry: &Entry) -> Result<Self, Error> {
        serde_json::from_slice(&entry.value)
            .map_err(|fault| Error::Corrupt(format!("the row {key} in the state store is damaged: {fault}")))
    }

    /// Who has it, other than that user; `Some(None)` where nobody can tell who.
    fn other_than(&self, id: Option<UserId>) -> Option<Option<UserId>> {
        match &self.ids {
            Some(ids) => ids.iter().find(|holder| Some(**holder) != id).copied().map(Some),
            None => Some(None),
        }
    }

    fn add(&mut self, id: UserId) {
        let Some(ids) = &mut self.ids else {
            self.count = self.count.map(|count| count + 1);
            return;
        };
        if ids.contains(&id) {
            return;
        }
        ids.push(id);
        if ids.len() > HOLDERS_MAX {
            *self = Self { count: Some(ids.len() as u64), ids: None };
        }
    }

    fn remove(&mut self, id: UserId) {
        match (&mut self.ids, self.count) {
            (Some(ids), _) => ids.retain(|holder| *holder != id),
            (None, Some(..=1)) => *self = Self::listed(Vec::new()),
            (None, count) => self.count = count.map(|count| count - 1),
        }
    }
}

/// An address as it is compared: upper and lower case are the same, on both sides of the `@`. By way of upper case, in
/// which letters are one that have two forms in lower case.
pub(super) fn folded(email: &str) -> String {
    email.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The key of an address's row. What the original stored as one may be long, or hold what no key may.
pub(super) fn address_key(email: &str) -> String {
    format!("email-{:x}", Sha256::digest(folded(email)))
}

/// Index rows as they were read, and as a transaction is to leave them.
#[derive(Default)]
pub(super) struct Index {
    pub rule: Rule,
    rows: BTreeMap<String, Row>,
}

struct Row {
    version: Option<Version>,
    before: Option<Holders>,
    after: Holders,
}

impl Index {
    /// The keys that have to be read: that of the rule first, then those of the addresses.
    pub fn keys<'a>(emails: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let mut keys: Vec<String> = emails.into_iter().map(address_key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.insert(0, RULE_KEY.to_owned());
        keys
    }

    /// What was read under these keys.
    pub fn read(keys: &[String], entries: &[Option<Entry>]) -> Result<Self, Error> {
        let mut read = keys.iter().zip(entries);
        let rule = Rule::read(read.next().and_then(|(_, entry)| entry.as_ref()))?;
        let row = |(key, entry): (&String, &Option<Entry>)| {
            let before = entry.as_ref().map(|entry| Holders::read(key, entry)).transpose()?;
            let after = before.clone().unwrap_or_else(|| Holders::listed(Vec::new()));
            Ok((key.clone(), Row { version: entry.as_ref().map(|entry| entry.version.clone()), before, after }))
        };
        Ok(Self { rule, rows: read.map(row).collect::<Result<_, Error>>()? })
    }

    /// The users that have an address; `None` where they are too many.
    pub fn holders(&self, email: &str) -> Option<&[UserId]> {
        self.rows.get(&address_key(email)).and_then(|row| row.after.ids.as_deref())
    }

    /// Fails with [`Error::EmailTaken`] where another user has the address, and addresses are unique.
    pub fn check(&self, email: &str, id: Option<UserId>) -> Result<(), Error> {
        if !self.rule.unique {
            return Ok(());
        }
        if !self.rule.ready {
            return Err(Error::not_indexed());
        }
        match self.rows.get(&address_key(email)).and_then(|row| row.after.other_than(id)) {
            Some(holder) => Err(Error::EmailTaken { holder }),
            None => Ok(()),
        }
    }

    /// A user has the address now.
    pub fn add(&mut self, email: &str, id: UserId) {
        self.change(email, |holders| holders.add(id));
    }

    /// A user does not have it any more.
    pub fn remove(&mut self, email: &str, id: UserId) {
        self.change(email, |holders| holders.remove(id));
    }

    fn change(&mut self, email: &str, change: impl FnOnce(&mut Holders)) {
        let row = self.rows.get_mut(&address_key(email)).expect("the address's row was read");
        change(&mut row.after);
    }

    /// What a transaction has to do for the rows to be as they should.
    pub fn steps(self) -> impl Iterator<Item = Step> {
        self.rows.into_iter().filter_map(|(key, row)| {
            let expect = row.version.map_or(Expect::Absent, Expect::Version);
            let is_empty = row.after.ids.as_ref().is_some_and(Vec::is_empty);
            match row.before {
                Some(before) if before == row.after => None,
                Some(_) if is_empty => Some(Step::Delete { key, expect }),
                None if is_empty => None,
                _ => {
                    let value = serde_json::to_vec(&row.after).expect("ids are plain JSON").into();
                    Some(Step::Put { key, value, expect, ttl: None })
                }
            }
        })
    }
}

/// Writers of this process that change the row of one address take turns: of those that conflict only one gets
/// through, and all others begin again.
pub(super) struct Turns([Mutex<()>; LANES]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    async fn take(&self, keys: &[String]) -> Vec<MutexGuard<'_, ()>> {
        let lane = |key: &String| key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let mut lanes: Vec<usize> = keys.iter().map(|key| lane(key) % LANES).collect();
        lanes.sort_unstable();
        lanes.dedup();
        let mut taken = Vec::with_capacity(lanes.len());
        let all = async {
            for lane in lanes {
                taken.push(self.0[lane].lock().await);
            }
        };
        let _ = tokio::time::timeout(TURN_MAX, all).await;
        taken
    }
}

/// What a write does to the index, and its turn at it.
pub(super) struct Reindex<'a> {
    pub steps: Vec<Step>,
    pub turn: Vec<MutexGuard<'a, ()>>,
}

impl<S: StateStore> Users<S> {
    /// What a write that turns a row into `next` (`None`: deletes it) does to the index; `None` where it does nothing.
    pub(super) async fn reindex(&self, row: &Body, next: Option<&Body>) -> Result<Option<Reindex<'_>>, Error> {
        let id = row.user.id;
        let old = row.indexed.then_some(row.user.email.as_str());
        let new = next.map(|next| next.user.email.as_str());
        let is_same = new.is_some_and(|new| folded(new) == folded(&row.user.email));
        let changed: Vec<&str> = old.into_iter().chain(new).collect();
        if is_same || changed.is_empty() {
            return Ok(None);
        }
        let keys = Index::keys(changed);
        let turn = self.inner.turns.take(&keys[1..]).await;
        // The new address's row is made only if it is not there.
        let old_key = old.map(address_key);
        let sure: Vec<&str> = std::iter::once(RULE_KEY).chain(old_key.as_deref()).collect();
        let mut index = Index::read(&keys, &self.entries_sure_of(&keys, &sure).await?)?;
        if let Some(new) = new {
            index.check(new, Some(id))?;
            index.add(new, id);
        }
        if let Some(old) = old {
            index.remove(old, id);
        }
        Ok(Some(Reindex { steps: index.steps().collect(), turn }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> UserId {
        UserId::new(number).unwrap()
    }

    #[test]
    fn an_address_is_the_same_in_upper_and_lower_case_and_its_key_is_short() {
        assert_eq!(address_key("John@Example.COM"), address_key("john@example.com"));
        assert_eq!(address_key("ΑΣ@straße.gr"), address_key("ας@STRASSE.gr"));
        assert_ne!(address_key("john@example.com"), address_key("john@example.org"));
        assert_eq!(address_key(&"||".repeat(100_000)).len(), 70);
    }

    #[test]
    fn what_does_not_change_is_not_written_and_what_is_empty_is_deleted() {
        let keys = Index::keys(["a@b.co", "A@B.co", "c@d.co"]);
        assert_eq!(keys.len(), 3);
        let read = |ids: &[u64]| {
            let holders = Holders::listed(ids.iter().copied().map(id).collect());
            let value = serde_json::to_vec(&holders).unwrap().into();
            let entry = Entry { value, version: Version("7".into()) };
            let at = keys.iter().position(|key| *key == address_key("a@b.co")).unwrap();
            let mut entries = vec![None; 3];
            entries[at] = Some(entry);
            Index::read(&keys, &entries).unwrap()
        };
        let mut index = read(&[1]);
        index.add("a@b.co", id(1));
        assert_eq!(index.steps().count(), 0);
        let mut index = read(&[1]);
        index.remove("a@B.co", id(1));
        assert!(matches!(index.steps().next(), Some(Step::Delete { expect: Expect::Version(_), .. })));
        let mut index = read(&[1, 2]);
        index.remove("a@b.co", id(2));
        index.add("c@d.co", id(2));
        assert_eq!(index.holders("C@d.co"), Some(&[id(2)][..]));
        assert_eq!(index.steps().count(), 2);
    }

    #[test]
    fn an_address_of_too_many_users_is_no_longer_listed() {
        let mut holders = Holders::listed(Vec::new());
        (1..=100).for_each(|number| holders.add(id(number)));
        assert_eq!(holders.ids.as_ref().map(Vec::len), Some(100));
        holders.add(id(101));
        assert_eq!(holders.ids, None);
        (2..=101).for_each(|number| holders.remove(id(number)));
        assert_eq!((&holders.ids, holders.count), (&None, Some(1)));
        assert!(holders.other_than(Some(id(1))).is_some(), "nobody can tell who it is");
        holders.remove(id(1));
        assert_eq!(holders, Holders::listed(Vec::new()), "nobody is left");
    }
}
