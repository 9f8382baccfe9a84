//! A user's row in the state store: flat JSON with the original's four keys, a version and a stamp.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Stored;
use crate::state::{Entry, Version};
use crate::user::{CreatedAt, NewUser, User, UserChange, UserId};

/// A row as it was read, with the etag that it was read at.
#[derive(Clone, Debug)]
pub struct Row {
    pub body: Body,
    pub etag: Version,
}

/// What the row says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    #[serde(flatten)]
    pub user: User,
    /// The number of writes; 0 in the original's rows, which lack it.
    #[serde(default)]
    pub version: u64,
    /// The epoch in which the row was last written or fenced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// The e-mail address is in the index; false of rows that were written before there was one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub indexed: bool,
    /// Keys of others, kept as they are.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Row {
    /// Reads a row; the error says what is wrong with it.
    pub fn read(id: UserId, entry: Entry) -> Result<Self, super::Error> {
        let body: Body = serde_json::from_slice(&entry.value)
            .map_err(|fault| super::Error::Corrupt(format!("the row of user {id} is not a user: {fault}")))?;
        Ok(Self { body, etag: entry.version })
    }
}

impl Body {
    /// The first row of a new user.
    pub fn new(id: UserId, new: NewUser, created_at: CreatedAt, stamp: Option<String>) -> Self {
        let user = User { id, name: new.name.as_str().into(), email: new.email.as_str().into(), created_at };
        Self { user, version: 1, stamp, indexed: true, rest: Map::new() }
    }

    /// The row after the change, or `None` where it changes nothing.
    pub fn changed(&self, change: &UserChange) -> Option<Self> {
        let mut next = self.clone();
        if let Some(name) = &change.name {
            next.user.name = name.as_str().into();
        }
        if let Some(email) = &change.email {
            next.user.email = email.as_str().into();
        }
        if next.user == self.user {
            return None;
        }
        next.version += 1;
        Some(next)
    }

    /// The same row, its e-mail address in the index.
    pub fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// The same row, written or fenced in that epoch.
    pub fn stamped(mut self, stamp: Option<&str>) -> Self {
        self.stamp = stamp.map(Into::into);
        self
    }

    /// The bytes of the row.
    pub fn encode(&self) -> Bytes {
        serde_json::to_vec(self).expect("a row is plain JSON").into()
    }

    /// What is sent and cached: the four keys of the original, in its order.
    pub fn stored(&self) -> Stored {
        let json = serde_json::to_vec(&self.user).expect("a user is plain JSON");
        Stored { json: json.into(), version: self.version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_original_is_read_and_keeps_what_others_added() {
        let value = br#"{"id":7,"name":"","email":"x","created_at":"2024-01-15T10:30:00.5","role":"admin"}"#;
        let entry = Entry { value: Bytes::from_static(value), version: Version("e".into()) };
        let row = Row::read(UserId::new(7).unwrap(), entry).unwrap();
        assert_eq!((row.body.version, row.body.stamp.as_deref()), (0, None));
        let fenced = row.body.stamped(Some("n"));
        let written = String::from_utf8(fenced.encode().to_vec()).unwrap();
        assert_eq!(
            written,
            r#"{"id":7,"name":"","email":"x","created_at":"2024-01-15T10:30:00.500000Z","version":0,"stamp":"n","role":"admin"}"#
        );
        assert_eq!(
            fenced.stored().json,
            r#"{"id":7,"name":"","email":"x","created_at":"2024-01-15T10:30:00.500000Z"}"#
        );
    }
}
