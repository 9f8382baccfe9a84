//! Why a request is refused, and what its client is told.

use axum::http::header;
use axum::response::Response;

use super::body::{BODY_MAX, BODY_TIME};
use super::condition::KEY_MAX;
use super::invalid::Fault;
use super::problem::{Code, Problem};
use super::reply;
use crate::users::{Error, LISTENERS_MAX};

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
    /// `Host` is not given once.
    BadHost,
    /// The domain could not do it.
    Failed(Error),
    /// A fault of ours ended the work.
    Panicked,
    /// The stores are not found yet.
    Starting,
    /// The service stops.
    Stopping,
    /// So many listen to the events that nobody else can.
    TooManyListeners,
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
    /// What its client goes by.
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::InputInvalid,
            Self::Unparsable => Code::BodyUnreadable,
            Self::TooLarge => Code::BodyTooLarge,
            Self::TooSlow => Code::BodyTooSlow,
            Self::BadCondition(_) | Self::BadKey | Self::BadHost => Code::HeaderInvalid,
            Self::Failed(Error::NotFound(_)) => Code::UserNotFound,
            Self::Failed(Error::Conflict(_)) => Code::UserBusy,
            Self::Failed(Error::EmailTaken { .. }) => Code::EmailTaken,
            Self::Failed(Error::KeyReused) => Code::KeyReused,
            Self::Failed(Error::KeyInUse) => Code::KeyInUse,
            Self::Failed(Error::PreconditionFailed { .. }) => Code::PreconditionFailed,
            Self::Failed(Error::Unavailable(_)) => Code::StoreUnavailable,
            Self::Failed(Error::Corrupt(_)) => Code::RowDamaged,
            Self::Panicked => Code::ServiceFailed,
            Self::Starting => Code::ServiceStarting,
            Self::Stopping => Code::ServiceStopping,
            Self::TooManyListeners => Code::TooManyListeners,
        }
    }

    /// What is wrong, and what to do about it; empty of what has a list of faults.
    pub fn sentence(&self) -> String {
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
            Self::BadHost => "The header Host is missing, or given more than once; send it once".into(),
            Self::Failed(error) => error.to_string(),
            Self::Panicked => {
                "The service failed on this request; read the user again to see whether it was done".into()
            }
            Self::Starting => "The service is starting, and has not found its stores yet; try again in a moment".into(),
            Self::Stopping => "The service is stopping, and goes on with nothing; ask again when it is back".into(),
            Self::TooManyListeners => {
                format!("{LISTENERS_MAX} clients listen to the events, and no more can; try again when one has left")
            }
        }
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let (code, sentence) = (refusal.code(), refusal.sentence());
        let advice = match &refusal {
            // The stores are asked anew by every request, so a second is enough.
            Refusal::Failed(Error::Unavailable(_) | Error::KeyInUse)
            | Refusal::Starting
            | Refusal::TooManyListeners => Some((header::RETRY_AFTER, "1")),
            Refusal::TooSlow => Some((header::CONNECTION, "close")),
            _ => None,
        };
        let problem = match refusal {
            Refusal::Invalid(faults) => Problem::listed(code, faults),
            Refusal::Failed(Error::KeyReused) => {
                Problem::listed(code, vec![Fault::in_header("Idempotency-Key", &sentence)])
            }
            _ => Problem::new(code, sentence),
        };
        match advice {
            Some((name, value)) => reply::with(problem.into(), name, value),
            None => problem.into(),
        }
    }
}
