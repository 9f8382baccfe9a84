//! Answers that several handlers give, described once. A refusal's status, sentence and headers are those that its
//! client gets: they are taken from the refusal itself.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response as Answer;
use serde_json::json;
use utoipa::IntoResponses;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{Content, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};

use super::super::accept::Form;
use super::super::error::Refusal;
use super::super::invalid::Fault;
use super::super::json::Value;
use super::super::problem::{self, Code};
use super::example;
use crate::api::Deleted;
use crate::timing;
use crate::trace::Outcome::{self, Down, FillScheduled, Found, Hit, Marked, Miss, PromoteScheduled, Refused, Saved};
use crate::trace::{Step, TierNames, Trace};
use crate::user::{Problem, User, UserId};
use crate::users::{Error, LIMIT_MAX};

/// What an answer says that did what was asked, in the words of the original.
pub const SUCCESS: &str = "Successful Response";

const INVALID: &str = "Validation Error";

/// The id of the request that the examples answer.
pub const REQUEST_ID: &str = "6f1d2c08a45b9e37";

/// Headers of an answer, with what they tell and an example.
type Headers = [(&'static str, &'static str, &'static str)];

const VERSION: &Headers = &[("ETag", "The user's version, which counts the writes, as an entity tag", "\"3\"")];

const REPLAYED: &Headers =
    &[("Idempotency-Replayed", "`true` where the same request made the user before; absent otherwise", "true")];

const NEXT: &Headers =
    &[("Link", "Where the next page is (RFC 8288); absent of the last one", "<?after=1&limit=1>; rel=\"next\"")];

const KEPT: &Headers = &[
    ("ETag", "Changes with the content", "\"f6c6e671db598558\""),
    ("Cache-Control", "It may be kept, and is asked for again each time", "no-cache"),
];

const POLICY: &Headers =
    &[("Content-Security-Policy", "The page loads nothing from anywhere else", "default-src 'self'")];

const VARY: &Headers = &[("Vary", "The form of an error depends on what the client accepts", "Accept")];

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
    /// A user that was read.
    Shown = (200, traced(user(), &[Hit]));
    /// A user that was changed.
    Changed = (200, traced(user(), &[Found, Marked, Saved, PromoteScheduled]));
    /// A user that is new, or was made by the same request before.
    Created = (201, traced(with(user(), &[REPLAYED]), &[Outcome::Created, FillScheduled]));
    /// A user that is deleted.
    Gone = (
        200,
        traced(shown("MessageResponse", json!(Deleted::of(id()))), &[Found, Marked, Outcome::Deleted, PromoteScheduled])
    );
    /// Some users.
    Listed = (200, traced(with(shown("UserPage", json!(example::page())), &[NEXT]), &[Outcome::Listed]));
    /// A user that the client knows.
    NotModified = (304, traced(with(described("The client has the latest version"), &[VERSION]), &[Hit]));
    /// A condition that is none.
    BadCondition = refused("A header makes no sense", [Refusal::BadCondition("If-Match")]);
    /// A condition that is none, or a body that is no text.
    BadChange = refused(
        "A header makes no sense, or the body is no text",
        [Refusal::BadCondition("If-Match"), Refusal::Unparsable],
    );
    /// A key that is none, or a body that is no text.
    BadCreate = refused("A header makes no sense, or the body is no text", [Refusal::BadKey, Refusal::Unparsable]);
    /// A body that is no text.
    BadBody = refused("The body is no text", [Refusal::Unparsable]);
    /// An id that no user has.
    NotFound = failed("There is no such user", [Error::NotFound(id().into())], &[Miss, Outcome::NotFound]);
    /// A body that takes too long.
    Slow = refused("The body did not arrive in time", [Refusal::TooSlow]);
    /// A create that cannot be made beside what there is.
    Taken = failed(
        "Another user has the e-mail address, or the same request is still under way",
        [taken(), Error::KeyInUse],
        &[Refused],
    );
    /// A change that cannot be made beside those of others.
    Conflict = failed(
        "Another user has the e-mail address, or others changed this one, again and again",
        [taken(), Error::Conflict(id())],
        &[Found, Outcome::Conflict],
    );
    /// A delete that cannot be made beside the changes of others.
    Contended = failed(
        "Others changed the user in between, again and again",
        [Error::Conflict(id())],
        &[Found, Outcome::Conflict],
    );
    /// A condition that does not hold.
    PreconditionFailed = failed(
        "The user is not at a version that `If-Match` or `If-None-Match` asks for",
        [Error::PreconditionFailed { id: id(), version: 3 }],
        &[Found],
    );
    /// A body that is too large.
    TooLarge = refused("The body is larger than 64 KiB", [Refusal::TooLarge]);
    /// Input that breaks a rule.
    Invalid = refused(INVALID, [Refusal::Invalid(vec![Fault::in_id(&Problem::NotAnId, "abc")])]);
    /// Input of a create that breaks a rule.
    InvalidCreate = failed(
        INVALID,
        [Refusal::Invalid(vec![Fault::missing_field("email", Value::Object(Vec::new()))]), Error::KeyReused.into()],
        &[Refused],
    );
    /// Input of a query that breaks a rule.
    InvalidQuery = refused(INVALID, [Refusal::Invalid(vec![Fault::too_great("limit", LIMIT_MAX, "5000")])]);
    /// A user to listen for that is none.
    InvalidListener = refused(INVALID, [Refusal::Invalid(vec![Fault::in_query("user", &Problem::NotAnId, "abc")])]);
    /// A fault of ours.
    Broken = refused(
        "A fault of the service, or a record that it cannot read",
        [Refusal::Panicked, Error::Corrupt("the row user-1 is damaged: EOF while parsing a value".into()).into()],
    );
    /// This document.
    Described = (200, kept(&["application/json"]));
    /// A page for people.
    Html = (200, with(kept(&["text/html"]), &[POLICY]));
    /// A file that a page loads.
    File = (200, kept(&["text/css", "text/javascript", "image/png"]));
    /// A page or a file that the client has already.
    Known = (304, with(described("The client has it already"), &[KEPT]));
    /// No page and no file.
    NoFile = told("There is no such file", vec![problem::Problem::new(Code::PathUnknown, "Not Found").into()]);
    /// A store that does not answer.
    Unavailable = failed(
        "A store does not answer, or the service is just starting",
        [Error::Unavailable("the state store did not answer: connection refused".into()).into(), Refusal::Starting],
        &[Miss, Down],
    );
    /// An id that no user has, where no store was asked.
    Nobody = refused("Nobody has that id", [Error::NotFound(id().into()).into()]);
    /// A store that does not answer, where that is all that is told.
    StoreAway = refused(
        "A store does not answer, or the service is just starting",
        [Error::Unavailable("the cache did not answer: connection refused".into()).into(), Refusal::Starting],
    );
    /// No place to listen, or no stores yet.
    Crowded = refused(
        "As many clients listen as can, or the service is just starting",
        [Refusal::TooManyListeners, Refusal::Starting],
    );
    /// No stores yet.
    Starting = refused("The service is just starting", [Refusal::Starting]);
}

/// What the binary brings along, of one of these types.
fn kept(types: &[&str]) -> ResponseBuilder {
    let any = |response: ResponseBuilder, kind: &&str| response.content(*kind, Content::default());
    with(types.iter().fold(described(SUCCESS), any), &[KEPT])
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
    with(shown("User", json!(User::example())), &[VERSION])
}

fn shown(schema: &str, example: serde_json::Value) -> ResponseBuilder {
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

/// Refusals of one status as clients get them.
fn refused<const N: usize>(description: &str, refusals: [Refusal; N]) -> (u16, ResponseBuilder) {
    told(description, refusals.map(Answer::from).into())
}

/// The same of what the domain could not do, after those steps.
fn failed<const N: usize>(
    description: &str,
    refusals: [impl Into<Refusal>; N],
    steps: &[Outcome],
) -> (u16, ResponseBuilder) {
    let (status, response) = refused(description, refusals.map(Into::into));
    (status, traced(response, steps))
}

/// With the headers that tell those steps.
fn traced(response: ResponseBuilder, steps: &[Outcome]) -> ResponseBuilder {
    let step = |outcome: &Outcome| {
        let ttl = matches!(outcome, Hit | FillScheduled | PromoteScheduled).then_some(3541);
        Step { outcome: *outcome, elapsed: Duration::from_micros(412), ttl }
    };
    let trace = Trace { user: Some(id()), steps: steps.iter().map(step).collect() };
    let status = timing::cache_status(&trace).expect("it has a step");
    let times = timing::server_timing(&trace, TierNames { cache: "redis", state: "postgres" });
    let asked = "Whether the cache answered, or why it did not (RFC 9211)";
    let each = "Each step on the way to the answer, with its store and milliseconds (W3C Server Timing)";
    response.header("Cache-Status", header(asked, &status)).header("Server-Timing", header(each, &times))
}

/// Answers of one status that are errors, in both forms. An example is called by its code.
fn told(description: &str, answers: Vec<Answer>) -> (u16, ResponseBuilder) {
    let status = answers.first().expect("there is an error").status().as_u16();
    let original = if status == 422 { "HTTPValidationError" } else { "ErrorResponse" };
    let id = HeaderValue::from_static(REQUEST_ID);
    let mut response = described(description);
    for (form, schema) in [(Form::Original, original), (Form::Problem, "Problem")] {
        let examples = answers.iter().map(|answer| {
            let problem = answer.extensions().get::<problem::Problem>().expect("an error is a problem");
            let body = serde_json::from_slice(&problem.body(form, &id)).expect("its body is JSON");
            let example = ExampleBuilder::new().summary(problem.code().title()).value(Some(body));
            (problem.code().name(), example.build())
        });
        let content = content(schema).examples_from_iter(examples).build();
        response = response.content(form.content_type(), content);
    }
    for (name, value) in answers.iter().flat_map(Answer::headers) {
        let (shown, told) = told_by(name);
        response = response.header(shown, header(told, value.to_str().expect("headers are written in visible ASCII")));
    }
    (status, with(response, &[VARY]))
}
