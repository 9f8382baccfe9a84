//! Probes: they ask no store, so they answer at once, whatever the stores do, and before they are found.

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::reply;
use super::soon::Soon;
use crate::user::CreatedAt;
use crate::users::Readiness;

/// The body of `/health`, as the original has it.
#[derive(Serialize)]
struct Health {
    status: &'static str,
    service: &'static str,
    timestamp: CreatedAt,
}

#[derive(Serialize)]
struct Live {
    status: &'static str,
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    #[serde(flatten)]
    stores: Readiness,
}

/// `GET /health`.
pub fn health(users: &Soon) -> Response {
    let timestamp = CreatedAt(users.host().timestamp());
    reply::json(StatusCode::OK, &Health { status: "healthy", service: "user-service", timestamp })
}

/// `GET /livez`.
pub fn livez() -> Response {
    reply::json(StatusCode::OK, &Live { status: "alive" })
}

/// `GET /readyz`.
pub fn readyz(users: &Soon) -> Response {
    let stores = users.readiness();
    if stores.is_ready() {
        return reply::json(StatusCode::OK, &Ready { status: "ready", stores });
    }
    let response = reply::json(StatusCode::SERVICE_UNAVAILABLE, &Ready { status: "not ready", stores });
    reply::with(response, header::RETRY_AFTER, "1")
}
