//! `/health`: liveness only, so it asks no store.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::reply;
use crate::user::CreatedAt;
use crate::users::Users;

/// The body, as the original has it.
#[derive(Serialize)]
struct Health {
    status: &'static str,
    service: &'static str,
    timestamp: CreatedAt,
}

/// `GET /health`.
pub fn get(users: &Users) -> Response {
    at(CreatedAt(users.options().host.timestamp()))
}

/// The answer at that moment.
pub fn at(timestamp: CreatedAt) -> Response {
    reply::json(StatusCode::OK, &Health { status: "healthy", service: "user-service", timestamp })
}
