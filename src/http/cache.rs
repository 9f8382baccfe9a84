//! `/cache`: what the cache holds, and emptying it.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::Value;
use super::reply;
use super::users::{possible, receive, requested};
use crate::api::VerifyBody;
use crate::users::{Scope, Users};

/// The most users that one verification draws; the whole store has no bound.
const SAMPLE_MAX: u64 = 1_000_000;

/// `GET /cache/users/{id}`.
pub async fn inspect(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    Ok(reply::json(StatusCode::OK, &users.inspect(id).await?))
}

/// `DELETE /cache/users/{id}`.
pub async fn flush(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    Ok(reply::json(StatusCode::OK, &users.flush(id).await?))
}

/// `DELETE /cache`.
pub async fn flush_all(users: &Users) -> Result<Response, Refusal> {
    Ok(reply::json(StatusCode::OK, &users.flush_all().await?))
}

/// `GET /cache/stats`.
pub fn stats(users: &Users) -> Response {
    reply::json(StatusCode::OK, &users.stats())
}

/// `POST /cache/verify`; no body means everything, and nothing is fixed.
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
