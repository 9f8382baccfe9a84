//! What is the same for everybody as long as this binary runs: the documentation, and what its pages load.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::reply;

/// A body with its type, and an entity tag that is made of it.
pub struct Asset {
    content_type: String,
    bytes: Bytes,
    tag: String,
}

impl Asset {
    /// Of that type, which has to be visible ASCII.
    pub fn new(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes);
        let tag = format!("\"{}\"", digest[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        Self { content_type: content_type.to_owned(), bytes, tag }
    }

    /// The page, or that the client has it already. It may be kept, and has to be asked for again each time: the
    /// next binary may have another one at the same address.
    pub fn answer(&self, head: &Parts) -> Response {
        let response = if is_known(&head.headers, &self.tag) {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            let response = reply::raw(StatusCode::OK, self.bytes.clone());
            reply::with(response, CONTENT_TYPE, &self.content_type)
        };
        reply::with(reply::with(response, ETAG, &self.tag), CACHE_CONTROL, "no-cache")
    }
}

/// Whether `If-None-Match` names that tag (RFC 9110, section 13.1.2). These tags hold no comma, and what is no tag
/// is none of them.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
