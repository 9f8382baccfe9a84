//! `X-Request-Id`: the name by which a client, and whoever stands between, finds a request again.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::users::Host;

/// The header, of requests and of answers.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over, in bytes.
const LENGTH_MAX: usize = 128;

/// The id of a request: its own where it is usable, else a fresh one.
pub fn of(headers: &HeaderMap, host: &Host) -> HeaderValue {
    let mut given = headers.get_all(X_REQUEST_ID).iter();
    match (given.next(), given.next()) {
        (Some(id), None) if is_usable(id.as_bytes()) => id.clone(),
        _ => HeaderValue::try_from(host.nonce()).expect("a nonce is hexadecimal digits"),
    }
}

/// Letters, digits, and what UUIDs, Base64 and traces have beside them. All of it may stand in a URN as it is
/// (RFC 8141, section 2), and needs no quotes in a log line, a list of a header, or a shell.
fn is_usable(id: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/+=@".contains(byte);
    (1..=LENGTH_MAX).contains(&id.len()) && id.iter().all(is_allowed)
}
