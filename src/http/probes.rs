//! Probes: they ask no store, so they answer at once, whatever the stores do, and before they are found.

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::answers::{NotReady, SUCCESS};
use super::openapi::example;
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

/// The body of `/livez`.
#[derive(Serialize, ToSchema)]
#[schema(as = LiveResponse, description = "That the process lives")]
pub struct Live {
    /// Always `alive`
    status: &'static str,
}

impl Live {
    const ANSWER: Self = Self { status: "alive" };
}

/// The body of `/readyz`.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadyResponse, description = "Whether requests are answered")]
pub struct Ready {
    /// `ready` or `not ready`
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

impl Ready {
    /// Of these stores.
    pub fn of(stores: Readiness) -> Self {
        Self { status: if stores.is_ready() { "ready" } else { "not ready" }, stores }
    }
}

/// Liveness
///
/// Whether the process lives
#[utoipa::path(
    get,
    path = "/livez",
    tag = "Health",
    responses((status = 200, description = SUCCESS, body = Live, example = json!(Live::ANSWER)))
)]
pub fn livez() -> Response {
    reply::json(StatusCode::OK, &Live::ANSWER)
}

/// Readiness
///
/// Whether requests are answered, and which store does not answer since when
///
/// It tells what the last calls of the stores came to. Without the cache the service is ready all the same.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Health",
    responses(
        (status = 200, description = SUCCESS, body = Ready, example = json!(Ready::of(example::ready()))),
        NotReady
    )
)]
pub fn readyz(users: &Soon) -> Response {
    let stores = users.readiness();
    if stores.is_ready() {
        return reply::json(StatusCode::OK, &Ready::of(stores));
    }
    let response = reply::json(StatusCode::SERVICE_UNAVAILABLE, &Ready::of(stores));
    reply::with(response, header::RETRY_AFTER, "1")
}
