//! Probes: they ask no store, so they answer at once, whatever the stores do, and before they are found.

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::answers::SUCCESS;
use super::reply;
use super::soon::Soon;
use crate::user::{CreatedAt, User};
use crate::users::Readiness;

/// The body of `/health`, as the original has it.
#[derive(Serialize, ToSchema)]
#[schema(as = HealthResponse, description = "Response model for health check")]
pub struct Health {
    status: &'static str,
    service: &'static str,
    #[schema(value_type = String, format = DateTime)]
    timestamp: CreatedAt,
}

impl Health {
    /// Of that moment.
    pub fn at(timestamp: CreatedAt) -> Self {
        Self { status: "healthy", service: "user-service", timestamp }
    }
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

/// Health Check
///
/// Health check endpoint to verify service is running
///
/// It asks no store, so it answers whatever happens to them.
#[utoipa::path(
    get,
    path = "/health",
    tag = "Health",
    responses((status = 200, description = SUCCESS, body = Health, example = json!(Health::at(User::example().created_at))))
)]
pub fn health(users: &Soon) -> Response {
    reply::json(StatusCode::OK, &Health::at(CreatedAt(users.host().timestamp())))
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
