//! What a client is told when a request failed.

use axum::http::{StatusCode, header};
use axum::response::Response;

use super::body::{BODY_MAX, BODY_TIME, Unparsable, Unread};
use super::reply;
use crate::users::Error;

/// The answer to a request that the domain could not do.
pub fn failed(error: &Error) -> Response {
    let status = match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Corrupt(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let response = reply::detail(status, &error.to_string());
    if status != StatusCode::SERVICE_UNAVAILABLE {
        return response;
    }
    // The stores are asked anew by every request, so a second is enough.
    reply::with(response, header::RETRY_AFTER, "1")
}

/// The answer where a fault of ours ended the work.
pub fn panicked() -> Response {
    reply::detail(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The service failed on this request; whether it was done can be seen by reading the user again",
    )
}

impl From<Unread> for Response {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => {
                let sentence = format!("The request body is larger than {} KiB; send a smaller one", BODY_MAX / 1024);
                reply::detail(StatusCode::PAYLOAD_TOO_LARGE, &sentence)
            }
            Unread::TooSlow => {
                let sentence = format!("The request body did not arrive within {} s; send it again", BODY_TIME.as_secs());
                let response = reply::detail(StatusCode::REQUEST_TIMEOUT, &sentence);
                reply::with(response, header::CONNECTION, "close")
            }
            Unread::Broken => Unparsable.into(),
        }
    }
}

impl From<Unparsable> for Response {
    fn from(_: Unparsable) -> Self {
        reply::detail(StatusCode::BAD_REQUEST, "There was an error parsing the body")
    }
}
