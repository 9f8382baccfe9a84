//! Answers that several handlers give, described once. A refusal's status, sentence and headers are those that its
//! client gets: they are taken from the refusal itself.

use std::collections::BTreeMap;

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response as Answer;
use serde_json::{Value, json};
use utoipa::IntoResponses;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{Content, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};

use super::super::error::Refusal;
use super::super::invalid::{self, Fault};
use crate::api::Deleted;
use crate::user::{Problem, User, UserId};
use crate::users::Error;

/// What an answer says that did what was asked, in the words of the original.
pub const SUCCESS: &str = "Successful Response";

/// Headers of an answer, with what they tell and an example.
type Headers = [(&'static str, &'static str, &'static str)];

const VERSION: &Headers = &[("ETag", "The user's version, which counts the writes, as an entity tag", "\"3\"")];

const TRACE: &Headers = &[
    ("Cache-Status", "Whether the cache answered, or why it did not (RFC 9211)", "usersvc; hit; ttl=3541"),
    (
        "Server-Timing",
        "Each step on the way to the answer, with its store and milliseconds (W3C Server Timing)",
        "cache-hit;desc=\"redis\";dur=0.412",
    ),
];

/// What a header of a refusal is called, and what it tells.
fn told_by(header: &HeaderName) -> (&'static str, &'static str) {
    match header.as_str() {
        "retry-after" => ("Retry-After", "Seconds after which it is worth to try again"),
        "connection" => ("Connection", "`close`: the rest of the body is not waited for"),
        other => unreachable!("no refusal has the header {other}"),
    }
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $answer:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let (status, response): (u16, ResponseBuilder) = $answer;
                BTreeMap::from([(status.to_string(), response.build().into())])
            }
        }
    )*};
}

answers! {
    /// A user that was read or written.
    Shown = (200, user());
    /// A user that is new.
    Created = (201, user());
    /// A user that is deleted.
    Gone = (200, with(shown("MessageResponse", json!(Deleted::of(example_id()))), &[TRACE]));
    /// A user that the client knows.
    NotModified = (304, with(described("The client has the latest version"), &[VERSION, TRACE]));
    /// A header or a body that cannot be read at all.
    BadRequest = refusal("A header makes no sense, or the body is no text", Refusal::BadCondition("If-Match"));
    /// An id that no user has.
    NotFound = failure("There is no such user", Error::NotFound(example_id().into()));
    /// A body that takes too long.
    Slow = refusal("The body did not arrive in time", Refusal::TooSlow);
    /// Others that write the same user.
    Conflict = failure("Others changed the user in between, again and again", Error::Conflict(example_id()));
    /// A condition that does not hold.
    PreconditionFailed = failure(
        "The user is not at a version that `If-Match` or `If-None-Match` asks for",
        Error::PreconditionFailed { id: example_id(), version: 3 },
    );
    /// A body that is too large.
    TooLarge = refusal("The body is larger than 64 KiB", Refusal::TooLarge);
    /// Input that breaks a rule.
    Invalid = invalid();
    /// A fault of ours.
    Broken = refusal("A fault of the service, or a record that it cannot read", Refusal::Panicked);
    /// A store that does not answer.
    Unavailable = failure(
        "A store does not answer, or the service is just starting",
        Error::Unavailable("the state store did not answer: connection refused".into()),
    );
}

fn example_id() -> UserId {
    User::example().id
}

fn described(description: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description)
}

fn user() -> ResponseBuilder {
    with(shown("User", json!(User::example())), &[VERSION, TRACE])
}

fn shown(schema: &str, example: Value) -> ResponseBuilder {
    described(SUCCESS).content("application/json", content(schema, example))
}

fn content(schema: &str, example: Value) -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build()
}

fn with(response: ResponseBuilder, headers: &[&Headers]) -> ResponseBuilder {
    let headers = headers.iter().copied().flatten();
    headers.fold(response, |response, (name, told, example)| response.header(*name, header(told, example)))
}

fn header(told: &str, example: &str) -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(text)).description(Some(told)).example(Some(json!(example))).build()
}

/// The refusal as a client gets it: one sentence.
fn refusal(description: &str, refusal: Refusal) -> (u16, ResponseBuilder) {
    let body = json!({ "detail": refusal.sentence() });
    let response = described(description).content("application/json", content("ErrorResponse", body));
    let refused = Answer::from(refusal);
    let own = refused.headers().iter().filter(|(name, _)| *name != CONTENT_TYPE).map(|(name, value)| {
        let (shown, told) = told_by(name);
        (shown, header(told, value.to_str().expect("headers are written in visible ASCII")))
    });
    (refused.status().as_u16(), own.fold(response, |response, (name, header)| response.header(name, header)))
}

/// A refusal that came from the stores.
fn failure(description: &str, error: Error) -> (u16, ResponseBuilder) {
    let (status, response) = refusal(description, Refusal::Failed(error));
    (status, with(response, &[TRACE]))
}

fn invalid() -> (u16, ResponseBuilder) {
    let fault = Fault::in_id(&Problem::NotAnId, "abc");
    let body = json!(invalid::Invalid { detail: vec![fault] });
    (422, described("Validation Error").content("application/json", content("HTTPValidationError", body)))
}
