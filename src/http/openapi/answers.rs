//! Answers that several handlers give, described once. A refusal's status, sentence and headers are those that its
//! client gets: they are taken from the refusal itself.

use std::collections::BTreeMap;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response as Answer;
use serde_json::{Value, json};
use utoipa::IntoResponses;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};

use super::super::error::Refusal;
use super::super::invalid::{self, Fault};
use super::example;
use crate::api::Deleted;
use crate::user::{Problem, User, UserId};
use crate::users::Error;

/// What an answer says that did what was asked, in the words of the original.
pub const SUCCESS: &str = "Successful Response";

/// Headers of an answer, with what they tell and an example.
type Headers = [(&'static str, &'static str, &'static str)];

const VERSION: &Headers = &[("ETag", "The user's version, which counts the writes, as an entity tag", "\"3\"")];

const REPLAYED: &Headers =
    &[("Idempotency-Replayed", "`true` where the same request made the user before; absent otherwise", "true")];

const NEXT: &Headers =
    &[("Link", "Where the next page is (RFC 8288); absent of the last one", "</users?after=1&limit=1>; rel=\"next\"")];

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
    /// A user that is new, or was made by the same request before.
    Created = (201, with(user(), &[REPLAYED]));
    /// A user that is deleted.
    Gone = (200, with(shown("MessageResponse", json!(Deleted::of(id()))), &[TRACE]));
    /// Some users.
    Listed = (200, with(shown("UserPage", json!(example::page())), &[NEXT, TRACE]));
    /// A user that the client knows.
    NotModified = (304, with(described("The client has the latest version"), &[VERSION, TRACE]));
    /// A header or a body that cannot be read at all.
    BadRequest = refused("A header makes no sense, or the body is no text", vec![
        ("condition", Refusal::BadCondition("If-Match")),
        ("key", Refusal::BadKey),
        ("body", Refusal::Unparsable),
    ]);
    /// An id that no user has.
    NotFound = failed("There is no such user", vec![("user", Error::NotFound(id().into()))]);
    /// A body that takes too long.
    Slow = refused("The body did not arrive in time", vec![("body", Refusal::TooSlow)]);
    /// A create that cannot be made beside what there is.
    Taken = failed("Another user has the e-mail address, or the same request is still under way", vec![
        ("email", taken()),
        ("key", Error::KeyInUse),
    ]);
    /// A change that cannot be made beside those of others.
    Conflict = failed("Another user has the e-mail address, or others changed this one, again and again", vec![
        ("email", taken()),
        ("others", Error::Conflict(id())),
    ]);
    /// A delete that cannot be made beside the changes of others.
    Contended = failed("Others changed the user in between, again and again", vec![("others", Error::Conflict(id()))]);
    /// A condition that does not hold.
    PreconditionFailed = failed(
        "The user is not at a version that `If-Match` or `If-None-Match` asks for",
        vec![("version", Error::PreconditionFailed { id: id(), version: 3 })],
    );
    /// A body that is too large.
    TooLarge = refused("The body is larger than 64 KiB", vec![("body", Refusal::TooLarge)]);
    /// Input that breaks a rule.
    Invalid = invalid();
    /// A fault of ours.
    Broken = refused("A fault of the service, or a record that it cannot read", vec![("fault", Refusal::Panicked)]);
    /// A store that does not answer.
    Unavailable = failed(
        "A store does not answer, or the service is just starting",
        vec![("store", Error::Unavailable("the state store did not answer: connection refused".into()))],
    );
}

fn id() -> UserId {
    User::example().id
}

fn taken() -> Error {
    Error::EmailTaken { holder: Some(id()) }
}

fn described(description: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description)
}

fn user() -> ResponseBuilder {
    with(shown("User", json!(User::example())), &[VERSION, TRACE])
}

fn shown(schema: &str, example: Value) -> ResponseBuilder {
    described(SUCCESS).content("application/json", content(schema).example(Some(example)).build())
}

fn content(schema: &str) -> ContentBuilder {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(schema)))
}

fn with(response: ResponseBuilder, headers: &[&Headers]) -> ResponseBuilder {
    let headers = headers.iter().copied().flatten();
    headers.fold(response, |response, (name, told, example)| response.header(*name, header(told, example)))
}

fn header(told: &str, example: &str) -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(text)).description(Some(told)).example(Some(json!(example))).build()
}

/// Refusals of one status as clients get them, each of one sentence, by short names.
fn refused(description: &str, refusals: Vec<(&str, Refusal)>) -> (u16, ResponseBuilder) {
    let sentences = refusals.iter().map(|(name, refusal)| {
        let body = json!({ "detail": refusal.sentence() });
        (*name, ExampleBuilder::new().value(Some(body)).build())
    });
    let content = content("ErrorResponse").examples_from_iter(sentences).build();
    let mut response = described(description).content("application/json", content);
    let mut status = StatusCode::OK;
    for (_, refusal) in refusals {
        let answer = Answer::from(refusal);
        status = answer.status();
        for (name, value) in answer.headers().iter().filter(|(name, _)| *name != CONTENT_TYPE) {
            let (shown, told) = told_by(name);
            let value = value.to_str().expect("headers are written in visible ASCII");
            response = response.header(shown, header(told, value));
        }
    }
    (status.as_u16(), response)
}

/// The same of what the domain could not do, which tells what it asked of the stores.
fn failed(description: &str, errors: Vec<(&str, Error)>) -> (u16, ResponseBuilder) {
    let refusals = errors.into_iter().map(|(name, error)| (name, Refusal::Failed(error))).collect();
    let (status, response) = refused(description, refusals);
    (status, with(response, &[TRACE]))
}

fn invalid() -> (u16, ResponseBuilder) {
    let body = json!(invalid::Invalid { detail: vec![Fault::in_id(&Problem::NotAnId, "abc")] });
    let content = content("HTTPValidationError").example(Some(body)).build();
    (422, described("Validation Error").content("application/json", content))
}
