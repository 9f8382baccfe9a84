//! The bodies on the wire that are not users, shared by the service and the client.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};

use crate::user::{EMAIL_MAX, NAME_MAX, Name, UserId};
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
    #[schema(schema_with = name)]
    pub name: String,
    #[schema(schema_with = email)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = name_or_null)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = email_or_null)]
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
    #[schema(schema_with = name, required = false)]
    pub name: Option<String>,
    #[schema(schema_with = email, required = false)]
    pub email: Option<String>,
}

fn name() -> ObjectBuilder {
    text("User's full name, with a character that can be seen, and without control characters")
        .min_length(Some(1))
        .max_length(Some(NAME_MAX))
        .pattern(Some(Name::pattern()))
}

fn email() -> ObjectBuilder {
    // Addresses with other letters than those of ASCII are taken, too (RFC 6531).
    let format = SchemaFormat::Custom("idn-email".into());
    text("User's email address").max_length(Some(EMAIL_MAX)).format(Some(format))
}

fn name_or_null() -> ObjectBuilder {
    name().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

fn email_or_null() -> ObjectBuilder {
    email().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
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
