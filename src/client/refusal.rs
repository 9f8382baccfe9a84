//! Why a verb was not done, in terms that do not depend on how it was tried; and how the answers of a service
//! are read as such.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::user::{Problem, RequestedId};

/// A value that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Where it stands, outermost first: `["path", "user_id"]`, `["body", "name"]`.
    pub loc: Vec<String>,
    /// The kind of the problem, such as `string_too_short`.
    pub kind: String,
    /// What is wrong, in the words of the service.
    pub message: String,
    /// What was given.
    pub input: Value,
}

impl InvalidField {
    /// The problem with what was given for a field of the body, or for the id (`user_id`).
    #[must_use]
    pub fn new(field: &str, given: &str, problem: &Problem) -> Self {
        let place = if field == "user_id" { "path" } else { "body" };
        let loc = vec![place.to_owned(), field.to_owned()];
        Self { loc, kind: problem.kind().to_owned(), message: problem.to_string(), input: given.into() }
    }

    /// The name that a person gave the value: `id`, `name`, `email`.
    #[must_use]
    pub fn field(&self) -> &str {
        match self.loc.last().map(String::as_str) {
            Some("user_id") => "id",
            Some(field) => field,
            None => "input",
        }
    }
}

/// Why a verb was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such user.
    #[error("User with ID {0} not found")]
    NotFound(RequestedId),
    /// Others changed the user in between; nothing was changed.
    #[error("{0}")]
    Conflict(String),
    /// Another user has what must be one's own: the e-mail address, or the key of the create; nothing was changed.
    #[error("{0}")]
    Taken(String),
    /// The user is not at a version that was demanded; nothing was changed.
    #[error("{0}")]
    PreconditionFailed(String),
    /// Nothing was done, because what was given is not valid.
    #[error("the input is not valid")]
    Invalid(Vec<InvalidField>),
    /// No connection.
    #[error("nothing answers at {url}")]
    Unreachable { url: String, cause: String },
    /// The connection stood, and no answer came. What was asked may have been done.
    #[error("{url} gave no answer within {} seconds", limit.as_secs())]
    Slow { url: String, limit: Duration },
    /// A store did not answer. What was asked may have been done.
    #[error("{0}")]
    Unavailable(String),
    /// The connection ended before the answer was whole. What was asked may have been done.
    #[error("the connection to {url} broke off")]
    Broken { url: String, cause: String },
    /// Something answered, but not as this service does.
    #[error("what answers at {url} is not this service")]
    Foreign { url: String, cause: String },
    /// The service does not let us.
    #[error("{url} does not allow it: {detail}")]
    Forbidden { url: String, detail: String },
    /// The service refused the request for a reason that has no case of its own here.
    #[error("{url} refused the request with status {status}: {detail}")]
    Refused { url: String, status: u16, detail: String },
    /// This way of reaching the users cannot do it.
    #[error("{0}")]
    Unsupported(String),
    /// What is stored is not what this service stores.
    #[error("{0}")]
    Corrupt(String),
    /// The URL of the service is none.
    #[error("{given:?} is not the URL of a service: {cause}")]
    BadUrl { given: String, cause: String },
    /// The token cannot stand in a header.
    #[error("the token holds characters that a header cannot")]
    BadToken,
}

/// The longest part of a foreign answer that is shown.
const SHOWN_MAX: usize = 60;

/// An error, in the original's form or as a problem document.
#[derive(Deserialize)]
struct Told {
    detail: Value,
    code: Option<String>,
    errors: Option<Vec<Listed>>,
}

/// One entry of a 422's list.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "type")]
    kind: String,
    loc: Vec<Value>,
    msg: String,
    #[serde(default)]
    input: Value,
}

impl Error {
    /// True where nobody knows whether what was asked was done: it may have been, and the answer was lost.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::Slow { .. } | Self::Unavailable(_) | Self::Broken { .. } | Self::Foreign { .. })
    }

    /// Reads an answer whose status is not 2xx.
    pub(super) fn of_answer(url: &str, status: u16, body: &[u8], about: Option<&RequestedId>) -> Self {
        let Ok(Told { detail, code, errors }) = serde_json::from_slice(body) else {
            return match Self::foreign(url, status, body) {
                // Such as a gateway before the service, which has words of its own.
                Self::Foreign { url, cause } if matches!(status, 401 | 403) => Self::Forbidden { url, detail: cause },
                foreign => foreign,
            };
        };
        let url = url.to_owned();
        match (code.as_deref(), sentence(&detail), errors) {
            (Some("email_taken" | "key_reused"), Some(detail), _) => return Self::Taken(detail),
            (Some("input_invalid"), _, Some(errors)) => return Self::Invalid(read_list(errors)),
            _ => {}
        }
        match (status, sentence(&detail), about) {
            (404, Some(detail), Some(id)) if detail == Self::NotFound(id.clone()).to_string() => {
                Self::NotFound(id.clone())
            }
            (404 | 405, Some(detail), _) => {
                Self::Foreign { url, cause: format!("it answers {status} {detail:?} to a path of this service") }
            }
            (409, Some(detail), _) => Self::Conflict(detail),
            (412, Some(detail), _) => Self::PreconditionFailed(detail),
            (422, None, _) => match serde_json::from_value(detail.clone()) {
                Ok(listed) => Self::Invalid(read_list(listed)),
                Err(_) => Self::Refused { url, status, detail: detail.to_string() },
            },
            (401 | 403, Some(detail), _) => Self::Forbidden { url, detail },
            (429 | 503, Some(detail), _) => Self::Unavailable(detail),
            (500, Some(detail), _) => Self::Corrupt(detail),
            (_, Some(detail), _) => Self::Refused { url, status, detail },
            (_, None, _) => Self::Refused { url, status, detail: detail.to_string() },
        }
    }

    /// An answer that this service does not give.
    pub(super) fn foreign(url: &str, status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let words: Vec<&str> = text.split_whitespace().collect();
        let shown: String = words.join(" ").chars().filter(|c| !c.is_control()).take(SHOWN_MAX).collect();
        let cause = match shown.as_str() {
            "" => format!("it answers {status} with nothing in it"),
            _ => format!("it answers {status} with {shown:?}"),
        };
        Self::Foreign { url: url.to_owned(), cause }
    }
}

fn sentence(detail: &Value) -> Option<String> {
    detail.as_str().map(str::to_owned)
}

fn read_list(listed: Vec<Listed>) -> Vec<InvalidField> {
    let part = |part: Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    let read = |one: Listed| InvalidField {
        loc: one.loc.into_iter().map(part).collect(),
        kind: one.kind,
        message: one.msg,
        input: one.input,
    };
    listed.into_iter().map(read).collect()
}

impl From<crate::users::Error> for Error {
    fn from(error: crate::users::Error) -> Self {
        use crate::users::Error as Domain;
        let sentence = error.to_string();
        match error {
            Domain::NotFound(id) => Self::NotFound(id),
            Domain::Conflict(_) | Domain::KeyInUse => Self::Conflict(sentence),
            Domain::EmailTaken { .. } | Domain::KeyReused => Self::Taken(sentence),
            Domain::PreconditionFailed { .. } => Self::PreconditionFailed(sentence),
            Domain::Unavailable(_) => Self::Unavailable(sentence),
            Domain::Corrupt(_) => Self::Corrupt(sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Error {
        Error::of_answer("http://host", status, body.as_bytes(), Some(&"7".parse().unwrap()))
    }

    #[test]
    fn the_answers_of_the_service_become_its_errors_again() {
        assert_eq!(read(404, r#"{"detail":"User with ID 7 not found"}"#), Error::NotFound("7".parse().unwrap()));
        assert_eq!(read(409, r#"{"detail":"busy"}"#), Error::Conflict("busy".into()));
        assert_eq!(read(412, r#"{"detail":"old"}"#), Error::PreconditionFailed("old".into()));
        assert_eq!(read(503, r#"{"detail":"no store"}"#), Error::Unavailable("no store".into()));
        let listed = r#"{"detail":[{"type":"string_too_short","loc":["body","name"],"msg":"too short","input":""}]}"#;
        let taken = r#"{"title":"T","status":409,"detail":"User 7 has it","code":"email_taken"}"#;
        assert_eq!(read(409, taken), Error::Taken("User 7 has it".into()));
        let Error::Invalid(fields) = read(422, listed) else { panic!("a 422 is invalid input") };
        assert_eq!((fields[0].field(), fields[0].message.as_str()), ("name", "too short"));
    }

    #[test]
    fn what_another_server_says_is_shown_short_and_without_control_characters() {
        let long = "y".repeat(500);
        for (status, body) in [(200, "<html>\u{1b}[2J"), (404, r#"{"detail":"Not Found"}"#), (502, &long), (404, "")] {
            let Error::Foreign { cause, .. } = read(status, body) else { panic!("{body}") };
            assert!(cause.len() < 100 && !cause.contains('\u{1b}'), "{cause}");
        }
    }
}
