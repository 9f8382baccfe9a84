//! The bodies on the wire that are not users, shared by the service and the client.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::user::UserId;
pub use crate::users::{Disagreement, Flushed, Inspection, Listing, Page, Stats, Verification};

/// The answer to a delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageResponse, description = "Generic message response")]
pub struct Deleted {
    /// `User N deleted successfully`
    pub message: String,
    #[schema(value_type = Option<u64>)]
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
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(
    as = UserCreate,
    description = "Request model for creating a user",
    example = json!({"email": "john.doe@example.com", "name": "John Doe"})
)]
pub struct CreateBody {
    /// User's full name
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// User's email address
    #[schema(max_length = 254, format = "idn-email")]
    pub email: String,
}

/// The body of an update, as the client sends it: what is absent is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(
    as = UserUpdate,
    description = "Request model for updating a user",
    example = json!({"email": "jane.doe@example.com", "name": "Jane Doe"})
)]
pub struct UpdateBody {
    /// User's full name
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// User's email address
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 254, format = "idn-email")]
    pub email: Option<String>,
}

/// The body of a patch: what is absent is left as it is, and nothing can be removed.
#[derive(ToSchema)]
#[schema(
    as = UserPatch,
    description = "Request model for patching a user",
    example = json!({"email": "jane.doe@example.com"})
)]
pub struct PatchBody {
    /// User's full name
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    pub name: Option<String>,
    /// User's email address
    #[schema(max_length = 254, format = "idn-email", nullable = false)]
    pub email: Option<String>,
}

/// What to compare in a verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheVerify, example = json!({"sample": 1000, "fix": true}))]
pub struct VerifyBody {
    /// So many users drawn at random; all of them where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub sample: Option<u64>,
    /// Flush what is wrong.
    #[serde(default)]
    pub fix: bool,
}

/// A line of the answer to a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheVerifyLine)]
#[serde(rename_all = "lowercase")]
pub enum VerifyLine {
    /// How far it is.
    Progress { checked: u64, of: u64 },
    /// What was found, as it was found.
    Disagreement(Disagreement),
    /// The last line: all of it.
    Done(Verification),
    /// The last line, where it could not be brought to its end.
    Error(VerifyFailure),
}

/// Why a verification ended before its end: an error as another answer would tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CacheVerifyFailure)]
pub struct VerifyFailure {
    pub status: u16,
    pub code: String,
    pub detail: String,
}
