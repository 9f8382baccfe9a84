//! Why a request is refused, and what its client is told.

use axum::http::{StatusCode, header};
use axum::response::Response;

use super::body::{BODY_MAX, BODY_TIME};
use super::condition::KEY_MAX;
use super::invalid::Fault;
use super::reply;
use crate::users::Error;

/// Why a request does not get what it asks for.
#[derive(Debug)]
pub enum Refusal {
    /// Path or body break a rule.
    Invalid(Vec<Fault>),
    /// The body is no text that could be JSON, or did not arrive whole.
    Unparsable,
    TooLarge,
    TooSlow,
    /// That header makes no sense.
    BadCondition(&'static str),
    /// `Idempotency-Key` makes no sense.
    BadKey,
    /// The domain could not do it.
    Failed(Error),
    /// A fault of ours ended the work.
    Panicked,
}

impl From<Vec<Fault>> for Refusal {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Invalid(faults)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) | Self::Failed(Error::KeyReused) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unparsable | Self::BadCondition(_) | Self::BadKey => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Failed(Error::NotFound(_)) => StatusCode::NOT_FOUND,
            Self::Failed(Error::Conflict(_) | Error::EmailTaken { .. } | Error::KeyInUse) => StatusCode::CONFLICT,
            Self::Failed(Error::PreconditionFailed { .. }) => StatusCode::PRECONDITION_FAILED,
            Self::Failed(Error::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(Error::Corrupt(_)) | Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Invalid(_) => String::new(),
            Self::Unparsable => "There was an error parsing the body".into(),
            Self::TooLarge => format!("The request body is larger than {} KiB; send a smaller one", BODY_MAX / 1024),
            Self::TooSlow => {
                format!("The request body did not arrive within {} s; send it again", BODY_TIME.as_secs())
            }
            Self::BadCondition(header) => {
                format!(
                    "The header {header} is neither * nor a list of entity tags; send one such as \"3\", with its quotes"
                )
            }
            Self::BadKey => {
                format!("The header Idempotency-Key is no key; send one, of 1 to {KEY_MAX} visible ASCII characters")
            }
            Self::Failed(error) => error.to_string(),
            Self::Panicked => {
                "The service failed on this request; read the user again to see whether it was done".into()
            }
        }
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let refusal = match refusal {
            Refusal::Invalid(faults) => return reply::invalid(faults),
            Refusal::Failed(reused @ Error::KeyReused) => {
                return reply::invalid(vec![Fault::in_header("Idempotency-Key", &reused.to_string())]);
            }
            other => other,
        };
        let response = reply::detail(refusal.status(), &refusal.sentence());
        match refusal {
            // The stores are asked anew by every request, so a second is enough.
            Refusal::Failed(Error::Unavailable(_) | Error::KeyInUse) => reply::with(response, header::RETRY_AFTER, "1"),
            Refusal::TooSlow => reply::with(response, header::CONNECTION, "close"),
            _ => response,
        }
    }
}
