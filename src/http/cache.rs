//! `/cache`: what the cache holds, and emptying it.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;

use super::invalid::Fault;
use super::json::Value;
use super::users::{possible, receive};
use super::{error, reply};
use crate::api::VerifyBody;
use crate::users::{Error, Scope, Users};

/// The most users that one verification draws; the whole store has no bound.
const SAMPLE_MAX: u64 = 1_000_000;

/// `GET /cache/users/{id}`.
pub async fn inspect(users: &Users, written: &str) -> Response {
    match possible(written) {
        Ok(id) => answer(users.inspect(id).await),
        Err(response) => response,
    }
}

/// `DELETE /cache/users/{id}`.
pub async fn flush(users: &Users, written: &str) -> Response {
    match possible(written) {
        Ok(id) => answer(users.flush(id).await),
        Err(response) => response,
    }
}

/// `DELETE /cache`.
pub async fn flush_all(users: &Users) -> Response {
    answer(users.flush_all().await)
}

/// `GET /cache/stats`.
pub fn stats(users: &Users) -> Response {
    reply::json(StatusCode::OK, &users.stats())
}

/// `POST /cache/verify`; no body means everything, and nothing is fixed.
pub async fn verify(users: &Users, head: &Parts, given: Body) -> Response {
    let given = match receive(&head.headers, given).await {
        Ok(given) => given,
        Err(response) => return response,
    };
    match verify_body(&given) {
        Ok(VerifyBody { sample, fix }) => answer(users.verify(sample.map_or(Scope::All, Scope::Sample), fix).await),
        Err(faults) => reply::invalid(faults),
    }
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

fn answer(result: Result<impl Serialize, Error>) -> Response {
    match result {
        Ok(value) => reply::json(StatusCode::OK, &value),
        Err(failure) => error::failed(&failure),
    }
}
