//! The body of a request: read within bounds of size and time, and turned into what the domain takes (rules 5 to 7
//! of the contract).

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::{self, Text, Value};
use crate::user::{NewUser, Problem, UserChange};

/// The greatest body, in bytes.
pub const BODY_MAX: usize = 64 * 1024;
/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// So much of a body that is too large is read and thrown away: a client that is still sending reads no answer.
const DRAIN_MAX: usize = 1024 * 1024;

/// The fields of a user, in their order.
const USER_FIELDS: [&str; 4] = ["id", "name", "email", "created_at"];

/// The whole body.
pub async fn receive(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let whole = tokio::time::timeout(BODY_TIME, receive_all(headers, body));
    whole.await.unwrap_or(Err(Refusal::TooSlow))
}

async fn receive_all(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Refusal> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let is_too_large = declared.is_some_and(|length| length > BODY_MAX);
    let waits_for_leave = headers.contains_key(header::EXPECT);
    if is_too_large && (waits_for_leave || declared > Some(DRAIN_MAX)) {
        return Err(Refusal::TooLarge);
    }
    let mut whole = Bytes::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(|_| Refusal::Unparsable)?.into_data() else { continue };
        length += chunk.len();
        if length > DRAIN_MAX {
            return Err(Refusal::TooLarge);
        }
        if length <= BODY_MAX {
            whole = join(whole, chunk);
        }
    }
    if length > BODY_MAX { Err(Refusal::TooLarge) } else { Ok(whole) }
}

/// Nearly every body comes in one piece, which is not copied.
fn join(so_far: Bytes, chunk: Bytes) -> Bytes {
    if so_far.is_empty() {
        return chunk;
    }
    let mut joined = BytesMut::from(so_far);
    joined.extend_from_slice(&chunk);
    joined.freeze()
}

/// What a body says. `Value::Null` stands for no body, too.
pub fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if !is_json(kind) {
        let broken = std::str::from_utf8(body).is_err();
        return Ok(Value::Text(Text { text: String::from_utf8_lossy(body).into_owned(), broken }));
    }
    json::read(body).map_err(|fault| match fault {
        json::Fault::Invalid { message, offset } => Refusal::Invalid(vec![Fault::broken_json(message, offset)]),
        json::Fault::Unreadable => Refusal::Unparsable,
    })
}

/// `application/json`, `application/…+json`, or nothing at all; whatever case and parameters.
fn is_json(content_type: &[u8]) -> bool {
    if content_type.is_empty() {
        return true;
    }
    // Header bytes are Latin-1, as the original read them.
    let kind: String = content_type.iter().take_while(|byte| **byte != b';').map(|byte| char::from(*byte)).collect();
    let kind = kind.trim().to_lowercase();
    let Some(subtype) = kind.strip_prefix("application/") else { return false };
    !subtype.contains('/') && (subtype == "json" || subtype.ends_with("+json"))
}

/// The user that a create asks for.
pub fn new_user(body: &Value) -> Result<NewUser, Vec<Fault>> {
    let object = object(body)?;
    let required = |field| match object.field(field) {
        Some(value) => Ok(value),
        None => Err(Fault::missing_field(field, object.clone())),
    };
    let name = required("name").and_then(|value| text("name", value));
    let email = required("email").and_then(|value| text("email", value));
    match (name, email) {
        (Ok(name), Ok(email)) => Ok(NewUser { name, email }),
        (name, email) => Err(name.err().into_iter().chain(email.err()).collect()),
    }
}

/// The change that an update asks for: a field that is absent or `null` stays as it is.
pub fn user_change(body: &Value) -> Result<UserChange, Vec<Fault>> {
    let object = object(body)?;
    let given = |field| object.field(field).filter(|value| **value != Value::Null);
    let name = given("name").map(|value| text("name", value)).transpose();
    let email = given("email").map(|value| text("email", value)).transpose();
    match (name, email) {
        (Ok(name), Ok(email)) => Ok(UserChange { name, email }),
        (name, email) => Err(name.err().into_iter().chain(email.err()).collect()),
    }
}

/// The change that a merge patch asks for (RFC 7396): there `null` removes a field, and no field of a user can be.
pub fn user_patch(body: &Value) -> Result<UserChange, Vec<Fault>> {
    let object = object(body)?;
    let is_removed = |field: &&str| object.field(field) == Some(&Value::Null);
    let removed = USER_FIELDS.into_iter().filter(is_removed).map(Fault::not_removable);
    let change = user_change(body);
    let faults: Vec<Fault> = removed.chain(change.as_ref().err().into_iter().flatten().cloned()).collect();
    if faults.is_empty() { change } else { Err(faults) }
}

fn object(body: &Value) -> Result<&Value, Vec<Fault>> {
    match body {
        Value::Null => Err(vec![Fault::missing_body()]),
        Value::Object(_) => Ok(body),
        _ => Err(vec![Fault::not_an_object(body.clone())]),
    }
}

fn text<T: TryFrom<String, Error = Problem>>(field: &'static str, value: &Value) -> Result<T, Fault> {
    match value {
        Value::Text(Text { broken: true, .. }) => Err(Fault::not_unicode(field, value.clone())),
        Value::Text(given) => {
            T::try_from(given.text.clone()).map_err(|problem| Fault::in_field(&problem, field, value.clone()))
        }
        _ => Err(Fault::not_a_string(field, value.clone())),
    }
}
