//! What a call that failed means. The sidecar's own texts stay out of the sentences: they hold hosts, users and
//! addresses, and belong into its log, where they are.

use std::error::Error;
use std::time::Duration;

use tonic::{Code, Status};

use crate::state::StateError;

/// How a call failed, apart from a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer in time.
    Late,
    /// No connection to the sidecar, or it was lost.
    Unreachable,
    /// The sidecar lost a connection to the store that it kept.
    Dropped,
    /// The sidecar cannot make a connection to the store.
    StoreUnreachable,
    /// The sidecar wants another token.
    Token,
    /// The sidecar does not have the component, at least not now.
    NoComponent,
    /// The store takes no writes.
    Full,
    /// The request as such is at fault.
    Malformed,
    /// The request is over the size that the sidecar takes.
    TooLarge,
    /// The answer left something out.
    Incomplete,
    /// Anything else.
    Other,
}

impl Failure {
    /// What the status of a call says.
    pub(super) fn of(status: &Status) -> Self {
        let says = |words: &[&str]| words.iter().any(|word| status.message().contains(word));
        match status.code() {
            Code::DeadlineExceeded | Code::Cancelled => Self::Late,
            Code::Unauthenticated | Code::PermissionDenied => Self::Token,
            Code::FailedPrecondition => Self::NoComponent,
            Code::InvalidArgument if says(&["is not found", "is not configured"]) => Self::NoComponent,
            Code::InvalidArgument => Self::Malformed,
            Code::ResourceExhausted | Code::OutOfRange if says(&["larger than max", "length too large"]) => {
                Self::TooLarge
            }
            // A status with a cause was made on this side, for want of an answer.
            Code::Unavailable => Self::Unreachable,
            _ if status.source().is_some() => Self::Unreachable,
            _ if says(&["deadline exceeded", "context canceled"]) => Self::Late,
            // Redis names the reason only for a command outside of a transaction.
            _ if says(&["OOM command not allowed", "EXECABORT", "No space left", "disk is full"]) => Self::Full,
            _ if says(&["failed to connect", "connection refused", "dial tcp", "i/o timeout"]) => {
                Self::StoreUnreachable
            }
            _ if says(&["connection", "conn closed", "EOF", "broken pipe"]) => Self::Dropped,
            _ => Self::Other,
        }
    }

    /// How often the same call may be sent again at once, where that is safe. After PostgreSQL was restarted, each connection that the
    /// sidecar keeps fails once, and it keeps as many as there are processors, at least four.
    pub(super) fn retries(self) -> u32 {
        match self {
            Self::Dropped => 64,
            Self::Unreachable | Self::Other => 4,
            _ => 0,
        }
    }

    /// The sentence for `place`, such as "the cache 'cache'".
    pub(super) fn explain(self, place: &str, endpoint: &str, deadline: Duration) -> StateError {
        let sentence = match self {
            Self::Malformed => return StateError::Invalid(format!("{place} refuses the request as malformed")),
            Self::TooLarge => return StateError::Invalid(format!("the request is too large for {place}")),
            Self::Late => format!("{place} did not answer within {} ms", deadline.as_millis()),
            Self::Unreachable => format!("the sidecar at {endpoint} cannot be reached"),
            Self::Token => format!("the sidecar at {endpoint} refuses the API token"),
            Self::NoComponent => format!("the sidecar at {endpoint} does not have {place} at present"),
            Self::Full => format!("{place} takes no writes: it may be full"),
            Self::Dropped | Self::StoreUnreachable => format!("{place} cannot be reached by the sidecar"),
            Self::Incomplete => format!("{place} gave an incomplete answer"),
            Self::Other => format!("{place} failed; the sidecar's log says why"),
        };
        StateError::Unavailable(sentence)
    }
}
