//! How a command ends: with an exit code and, where it failed, with a sentence, its cause and what to try.

use std::future::Future;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use super::render::Screen;
use crate::client::{Error, InvalidField};
use crate::state::lock::LockError;
use crate::user::RequestedId;

/// The exit codes. Scripts depend on them: a number keeps its meaning for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// A check found something.
    Found = 1,
    /// What was asked makes no sense as it stands; a setting or a flag is wrong.
    Usage = 2,
    NotFound = 3,
    NotAllowed = 4,
    Conflict = 5,
    Invalid = 6,
    /// What is needed is not there, or is taken; it may be later.
    Unreachable = 7,
    /// Some of many were not done.
    Partly = 8,
    /// A fault of ours.
    Fault = 70,
    TimedOut = 124,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Found,
        Self::Usage,
        Self::NotFound,
        Self::NotAllowed,
        Self::Conflict,
        Self::Invalid,
        Self::Unreachable,
        Self::Partly,
        Self::Fault,
        Self::TimedOut,
        Self::Interrupted,
    ];

    /// What the code says, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "a check found something",
            Self::Usage => "usage: what was asked makes no sense, or a setting is wrong",
            Self::NotFound => "there is no such user",
            Self::NotAllowed => "not allowed",
            Self::Conflict => "others changed it in between, or something of that kind is there already",
            Self::Invalid => "what was given is not valid; nothing was changed",
            Self::Unreachable => "what is needed does not answer, or is taken; it may be later",
            Self::Partly => "some of many were not done",
            Self::Fault => "a fault of ours",
            Self::TimedOut => "there was no answer in time",
            Self::Interrupted => "interrupted, or answered with no",
        }
    }

    /// The stable name of the code, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "found",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::NotAllowed => "not_allowed",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid_input",
            Self::Unreachable => "unreachable",
            Self::Partly => "partly_done",
            Self::Fault => "fault",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
        }
    }

    /// The HTTP status that says the same (RFC 9457 asks for one).
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Done | Self::Found | Self::Partly => 200,
            Self::Usage => 400,
            Self::NotFound => 404,
            Self::NotAllowed => 403,
            Self::Conflict => 409,
            Self::Invalid => 422,
            Self::Fault => 500,
            Self::Unreachable | Self::Interrupted => 503,
            Self::TimedOut => 504,
        }
    }
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Failure {
    pub exit: Exit,
    /// What happened, to what.
    pub sentence: String,
    pub causes: Vec<String>,
    /// What to do next.
    pub tries: Vec<String>,
    /// The values that were refused.
    pub fields: Vec<InvalidField>,
}

impl Failure {
    /// A failure of one sentence.
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self { exit, sentence: sentence.into(), causes: Vec::new(), tries: Vec::new(), fields: Vec::new() }
    }

    /// ^C was pressed.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds something to try.
    #[must_use]
    pub fn attempt(mut self, what: impl Into<String>) -> Self {
        self.tries.push(what.into());
        self
    }

    /// The input that nothing was done with.
    #[must_use]
    pub fn invalid(fields: Vec<InvalidField>) -> Self {
        Error::Invalid(fields).into()
    }

    /// There is no such user.
    #[must_use]
    pub fn not_found(id: &RequestedId) -> Self {
        Error::NotFound(id.clone()).into()
    }

    /// The failure of a write: where no answer came, the write may have been made.
    #[must_use]
    pub fn of_write(error: Error, look: &str) -> Self {
        let unknown = error.may_be_done();
        let failure = Self::from(error);
        if unknown { failure.because("it is not known whether the change was made").attempt(look) } else { failure }
    }

    /// What clap says of words, or of variables of the environment, that make no sense.
    #[must_use]
    pub fn of_usage(error: &clap::Error) -> Self {
        let told = error.render().to_string();
        let mut lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
        let failure = Self::new(Exit::Usage, lines.next().unwrap_or("usage").trim_start_matches("error: "));
        lines.fold(failure, Self::attempt)
    }

    /// Adds all of these to try.
    #[must_use]
    pub fn attempt_all(mut self, tries: Vec<String>) -> Self {
        self.tries.extend(tries);
        self
    }

    /// A failure whose sentence was written elsewhere as "what happened; what to do".
    #[must_use]
    pub fn told(exit: Exit, told: &str) -> Self {
        match told.rsplit_once("; ") {
            Some((sentence, advice)) => Self::new(exit, sentence).attempt(advice),
            None => Self::new(exit, told),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        let is = |exit| Self::new(exit, sentence.clone());
        match error {
            Error::NotFound(_) => is(Exit::NotFound),
            Error::Conflict(_) => is(Exit::Conflict).attempt("the same command again"),
            Error::Taken(told) => Self::told(Exit::Conflict, &told),
            Error::PreconditionFailed(told) => Self::told(Exit::Conflict, &told),
            Error::Invalid(fields) => Self { fields, ..is(Exit::Invalid) },
            Error::Unreachable { cause, .. } => is(Exit::Unreachable)
                .because(cause)
                .attempt("usersvc serve                 to start the service")
                .attempt("--server URL                  if it is somewhere else")
                .attempt("--via dapr or --via embedded  to do without it"),
            Error::Slow { .. } => is(Exit::TimedOut).attempt("the service's log, and its /health"),
            Error::Unavailable(_) => is(Exit::Unreachable).attempt("again in a moment"),
            Error::Broken { cause, .. } => {
                is(Exit::Unreachable).because(cause).attempt("the service's log, and again in a moment")
            }
            Error::Foreign { cause, .. } => is(Exit::Unreachable)
                .because(cause)
                .attempt("--server URL, or USERSVC_SERVER, with the URL that `usersvc serve` shows at its start"),
            Error::Forbidden { .. } => is(Exit::NotAllowed)
                .attempt("--token-from SOURCE, or USERSVC_TOKEN_FROM, with a token that is allowed to"),
            Error::Refused { .. } => is(Exit::Fault),
            Error::Unsupported(_) => is(Exit::Usage).attempt("--via api, with `usersvc serve` running"),
            Error::Corrupt(_) => is(Exit::Fault),
            Error::BadToken => is(Exit::Usage),
            Error::BadUrl { .. } => is(Exit::Usage).attempt("--server http://localhost:8001"),
        }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let exit = match error {
            LockError::Held(_) => Exit::Unreachable,
            LockError::Io { .. } => Exit::Usage,
        };
        Self::told(exit, &error.to_string())
    }
}

/// Waits for work until ^C is pressed, which is that failure.
///
/// # Errors
/// Those of the work, and the failure.
pub async fn unless_interrupted<T>(
    work: impl Future<Output = anyhow::Result<T>>,
    failure: Failure,
) -> anyhow::Result<T> {
    tokio::select! {
        ended = work => ended,
        _ = tokio::signal::ctrl_c() => Err(failure.into()),
    }
}

/// How work ends, if it ends at all; a panic is a fault of ours, and has been told by then.
pub fn or_fault(work: impl FnOnce() -> Exit) -> Exit {
    // Nothing that the work could leave half done is looked at afterwards.
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Exit::Fault)
}

/// Tells why a command failed, if it did, and how the process is to end.
pub fn end(ended: anyhow::Result<Exit>, screen: &Screen) -> Exit {
    let error = match ended {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    let Some(failure) = judge(&error) else { return Exit::Done };
    screen.failure(&failure);
    failure.exit
}

/// What an error says about the end; `None` where nobody reads stdout any more, which is no failure.
#[must_use]
pub fn judge(error: &anyhow::Error) -> Option<Failure> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return Some(failure.clone());
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return Some(error.clone().into());
    }
    if error.downcast_ref::<io::Error>().is_some_and(|fault| fault.kind() == io::ErrorKind::BrokenPipe) {
        return None;
    }
    let mut failure = Failure::new(Exit::Fault, error.to_string());
    failure.causes = error.chain().skip(1).map(ToString::to_string).collect();
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_ours() {
        assert_eq!(or_fault(|| panic!("as this test wants it")), Exit::Fault);
        assert_eq!(or_fault(|| Exit::NotFound), Exit::NotFound);
    }
}
