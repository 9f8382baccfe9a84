//! What a dry run says: what would be done, and to what.

use serde::Serialize;

use super::shown::{Shown, Told, plain_json};
use super::{Screen, harmless};
use crate::user::{User, UserId};

/// Something that would be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "would", rename_all = "lowercase")]
pub enum Plan {
    /// A user would be created.
    Create { name: String, email: String },
    /// A user would be changed.
    Update { id: UserId, from: User, to: User },
    /// A user would be deleted.
    Delete { id: UserId, user: User },
    /// A cache entry would be flushed; all of them without an id.
    Flush { id: Option<UserId> },
    /// Users would be created, read and deleted again; each measurement would end after so many seconds.
    Bench { users: u64, reads: u64, jobs: u64, seconds: f64 },
}

impl Shown for Plan {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        let id = match self {
            Self::Create { .. } => None,
            Self::Update { id, .. } | Self::Delete { id, .. } => Some(*id),
            Self::Flush { id } => *id,
            Self::Bench { .. } => None,
        };
        id.iter().map(ToString::to_string).collect()
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let line = match self {
            Self::Create { name, email } => format!("would create {name} <{email}>"),
            Self::Update { id, from, to } => {
                let pairs = [("name", &from.name, &to.name), ("email", &from.email, &to.email)];
                let changes: Vec<String> = pairs
                    .into_iter()
                    .filter(|(_, from, to)| from != to)
                    .map(|(field, from, to)| format!("{field} from {from:?} to {to:?}"))
                    .collect();
                match changes.is_empty() {
                    true => format!("would change nothing of user {id}"),
                    false => format!("would change user {id}: {}", changes.join(", ")),
                }
            }
            Self::Delete { id, user } => format!("would delete user {id}: {} <{}>", user.name, user.email),
            Self::Flush { id: Some(id) } => format!("would remove user {id} from the cache"),
            Self::Flush { id: None } => "would remove everything from the cache".into(),
            Self::Bench { users, reads, jobs, seconds } => format!(
                "would create {users} users, read them {reads} times from the cache and {reads} times after a flush of \
                 each, {jobs} at a time, for {seconds} s at most each, and delete them"
            ),
        };
        vec![Told::Line(harmless(&line))]
    }
}
