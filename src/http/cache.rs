//! `/cache`: what the cache holds, and emptying it.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::Value;
use super::openapi::answers::{BadBody, Broken, Invalid, NotFound, SUCCESS, Slow, Starting, TooLarge, Unavailable};
use super::openapi::example;
use super::openapi::parameters::InPath;
use super::reply;
use super::users::{possible, receive, requested};
use crate::api::{Flushed, Inspection, Stats, Verification, VerifyBody};
use crate::users::{Scope, Users};

/// The most users that one verification draws; the whole store has no bound.
const SAMPLE_MAX: u64 = 1_000_000;

/// Inspect Cache Entry
///
/// Show what the cache holds of a user, and whether it is right
///
/// The entry is compared with the state store: `fresh`, `stale` (which must not be), `absent`, `tombstone` of a user
/// that is deleted, or `marker` of a write that is under way.
#[utoipa::path(
    get,
    path = "/cache/users/{user_id}",
    tag = "Cache",
    params(InPath),
    responses(
        (status = 200, description = SUCCESS, body = Inspection, example = json!(example::inspection())),
        NotFound, Invalid, Broken, Unavailable
    )
)]
pub async fn inspect(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    Ok(reply::json(StatusCode::OK, &users.inspect(id).await?))
}

/// Flush Cache Entry
///
/// Remove a user from the cache
///
/// The next read asks the state store, and fills the cache anew.
#[utoipa::path(
    delete,
    path = "/cache/users/{user_id}",
    tag = "Cache",
    params(InPath),
    responses(
        (status = 200, description = SUCCESS, body = Flushed, example = json!(example::flushed())),
        NotFound, Invalid, Broken, Unavailable
    )
)]
pub async fn flush(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    Ok(reply::json(StatusCode::OK, &users.flush(id).await?))
}

/// Flush Cache
///
/// Empty the whole cache, for all processes
///
/// A new epoch begins; of the old one nothing is served any more.
#[utoipa::path(
    delete,
    path = "/cache",
    tag = "Cache",
    responses(
        (status = 200, description = SUCCESS, body = Flushed, example = json!(example::flushed_whole())),
        Broken, Unavailable
    )
)]
pub async fn flush_all(users: &Users) -> Result<Response, Refusal> {
    Ok(reply::json(StatusCode::OK, &users.flush_all().await?))
}

/// Cache Stats
///
/// Count what this process did with the cache since it began
#[utoipa::path(
    get,
    path = "/cache/stats",
    tag = "Cache",
    responses(
        (status = 200, description = SUCCESS, body = Stats, example = json!(example::stats())),
        Starting
    )
)]
pub fn stats(users: &Users) -> Response {
    reply::json(StatusCode::OK, &users.stats())
}

/// Verify Cache
///
/// Compare the cache with the state store, user by user
///
/// Without a body, of all users, and nothing is fixed.
#[utoipa::path(
    post,
    path = "/cache/verify",
    tag = "Cache",
    request_body(content = Option<VerifyBody>, example = json!(example::verify())),
    responses(
        (status = 200, description = SUCCESS, body = Verification, example = json!(example::verification())),
        BadBody, Slow, TooLarge, Invalid, Broken, Unavailable
    )
)]
pub async fn verify(users: &Users, head: &Parts, given: Body) -> Result<Response, Refusal> {
    let VerifyBody { sample, fix } = verify_body(&receive(&head.headers, given).await?)?;
    let scope = sample.map_or(Scope::All, Scope::Sample);
    Ok(reply::json(StatusCode::OK, &users.verify(scope, fix).await?))
}

fn verify_body(given: &Value) -> Result<VerifyBody, Vec<Fault>> {
    if !matches!(given, Value::Null | Value::Object(_)) {
        return Err(vec![Fault::not_an_object(given.clone())]);
    }
    let sample = match given.field("sample") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Integer(digits)) => match digits.parse() {
            Ok(count @ 1..=SAMPLE_MAX) => Ok(Some(count)),
            _ => Err(Fault::out_of_range("sample", SAMPLE_MAX, digits)),
        },
        Some(other) => Err(Fault::not_an_integer("sample", other.clone())),
    };
    let fix = match given.field("fix") {
        None => Ok(false),
        Some(Value::Bool(fix)) => Ok(*fix),
        Some(other) => Err(Fault::not_a_boolean("fix", other.clone())),
    };
    match (sample, fix) {
        (Ok(sample), Ok(fix)) => Ok(VerifyBody { sample, fix }),
        (sample, fix) => Err(sample.err().into_iter().chain(fix.err()).collect()),
    }
}
