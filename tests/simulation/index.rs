//! What must be true of the e-mail index at every moment, whatever went wrong: it and the users change together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use usersvc::state::{Expect, Step};

use super::fake::Fake;

/// The addresses that users have, and move between.
pub const EMAILS: [&str; 3] = ["a@b.co", "B@b.co", "c@b.co"];

fn row_key(id: u64) -> String {
    format!("user-{id}")
}

fn index_key(email: &str) -> String {
    format!("email-{:x}", Sha256::digest(email.to_lowercase()))
}

fn read(fake: &Fake, key: &str) -> Option<Value> {
    fake.read(key).map(|entry| serde_json::from_slice(&entry.value).unwrap())
}

/// Makes the store one that was written before there was an index.
pub fn forget(fake: &Fake, users: u64) {
    let delete = |key: String| Step::Delete { key, expect: Expect::Any };
    let old_row = |id| {
        let mut row = read(fake, &row_key(id)).unwrap();
        row.as_object_mut().unwrap().remove("indexed");
        Step::Put { key: row_key(id), value: row.to_string().into(), expect: Expect::Any, ttl: None }
    };
    let rows = (1..=users).map(old_row);
    let index = EMAILS.iter().map(|email| delete(index_key(email))).chain([delete("email-index".into())]);
    fake.write(&rows.chain(index).collect::<Vec<_>>()).unwrap();
}

/// Fails where index and users contradict each other, or where the only create was made twice.
pub fn check(fake: &Fake, users: u64) -> Result<(), String> {
    let mut held: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let is_ready = read(fake, "email-index").is_some_and(|rule| rule["ready"] == json!(true));
    for id in 1..=users + 4 {
        let Some(row) = read(fake, &row_key(id)) else { continue };
        if row["indexed"] == json!(true) {
            held.entry(index_key(row["email"].as_str().unwrap())).or_default().insert(id);
        } else if is_ready {
            return Err(format!("the index is complete, and lacks {row}"));
        }
        if id > users + 1 {
            return Err(format!("the only create was made again: {row}"));
        }
    }
    for key in EMAILS.map(index_key) {
        let index = read(fake, &key);
        let ids = index.iter().flat_map(|index| index["ids"].as_array().unwrap());
        let ids: BTreeSet<u64> = ids.map(|id| id.as_u64().unwrap()).collect();
        let has = held.remove(&key).unwrap_or_default();
        if ids != has || index.is_some_and(|_| has.is_empty()) {
            return Err(format!("the index says {ids:?} where the users are {has:?}"));
        }
    }
    Ok(())
}
