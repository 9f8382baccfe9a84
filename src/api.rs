//! The bodies on the wire that are not users, shared by the service and the client.

use serde::{Deserialize, Serialize};

use crate::user::UserId;
pub use crate::users::{Flushed, Inspection, Listing, Page, Stats, Verification};

/// The answer to a delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// `User N deleted successfully`
    pub message: String,
    pub user_id: UserId,
}

impl Deleted {
    /// The answer for that user.
    #[must_use]
    pub fn of(id: UserId) -> Self {
        Self { message: format!("User {id} deleted successfully"), user_id: id }
    }
}

/// The body of a create, as the client sends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateBody {
    pub name: String,
    pub email: String,
}

/// The body of an update, as the client sends it: what is absent is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UpdateBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What to compare in a verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyBody {
    /// So many users drawn at random; all of them where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// Flush what is wrong.
    #[serde(default)]
    pub fix: bool,
}

/// An error as the service sends it: one sentence, or the list of a 422.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorBody {
    pub detail: serde_json::Value,
}
