//! Answers: JSON bodies, and the headers that tell what happened on the way.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use super::path::Resource;
use crate::timing;
use crate::trace::{TierNames, Trace};
use crate::users::Stored;

const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// JSON that is already written.
pub fn raw(status: StatusCode, json: Bytes) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A user, with its version as a strong entity tag (RFC 9110, section 8.8.3).
pub fn user(status: StatusCode, stored: Stored) -> Response {
    let version = format!("\"{}\"", stored.version);
    with(raw(status, stored.json), header::ETAG, &version)
}

/// That the client has the user already. `Content-Length` is that of the 200 (RFC 9110, section 8.6), and the content
/// itself is never sent.
pub fn not_modified(stored: Stored) -> Response {
    let mut response = user(StatusCode::NOT_MODIFIED, stored);
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

/// A value as JSON.
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let written = serde_json::to_vec(value).expect("an answer is plain JSON");
    raw(status, written.into())
}

/// What can be asked of a resource (RFC 9110, section 9.3.7), and how it is patched (RFC 5789, section 3.1).
pub fn options(resource: &Resource) -> Response {
    let response = allowed(resource.allow());
    match resource.accept_patch() {
        Some(types) => with(response, ACCEPT_PATCH, types),
        None => response,
    }
}

/// The methods that can be used.
pub fn allowed(methods: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    with(response, header::ALLOW, methods)
}

/// A header that this service wrote.
pub fn with(mut response: Response, name: HeaderName, value: &str) -> Response {
    let value = HeaderValue::from_str(value).expect("headers are written in visible ASCII");
    response.headers_mut().insert(name, value);
    response
}

/// Adds `Cache-Status` and `Server-Timing`.
pub fn traced(mut response: Response, trace: &Trace, names: TierNames) -> Response {
    if let Some(status) = timing::cache_status(trace) {
        response = with(response, CACHE_STATUS, &status);
    }
    if trace.steps.is_empty() {
        return response;
    }
    with(response, SERVER_TIMING, &timing::server_timing(trace, names))
}
