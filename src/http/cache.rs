//! `/cache`: what the cache holds, and emptying it.

use axum::http::StatusCode;
use axum::response::Response;

use super::error::Refusal;
use super::openapi::answers::{Broken, Invalid, Nobody, SUCCESS, Starting, StoreAway};
use super::openapi::example;
use super::openapi::parameters::InPath;
use super::reply;
use super::users::{possible, requested};
use crate::api::{Flushed, Inspection, Stats};
use crate::users::Users;

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
        Nobody, Invalid, Broken, StoreAway
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
        Nobody, Invalid, Broken, StoreAway
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
        Broken, StoreAway
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
