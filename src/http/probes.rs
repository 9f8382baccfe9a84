//! Probes, and what a sidecar asks at its start: they ask no store, so they answer at once, whatever the stores do, and
//! before they are found.

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::answers::SUCCESS;
use super::openapi::example;
use super::reply;
use super::soon::Soon;
use crate::user::{CreatedAt, User};
use crate::users::{Readiness, Standing};

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
#[schema(as = Liveness)]
pub struct Live {
    /// `alive`
    status: &'static str,
}

impl Live {
    const YES: Self = Self { status: "alive" };
}

/// The body of `/readyz`.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub struct Ready {
    /// `ready`, or `not ready`
    status: &'static str,
    state_store: Standing,
    cache: Standing,
}

impl From<Readiness> for Ready {
    fn from(stores: Readiness) -> Self {
        let status = if stores.is_ready() { "ready" } else { "not ready" };
        Self { status, state_store: stores.state_store, cache: stores.cache }
    }
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

/// Liveness
///
/// Whether the process lives
///
/// It asks no store, so it answers whatever happens to them.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "Health",
    responses((status = 200, description = SUCCESS, body = Live, example = json!(Live::YES)))
)]
pub fn livez() -> Response {
    reply::json(StatusCode::OK, &Live::YES)
}

/// Readiness
///
/// Whether the service can do its work, and which store answers since when
///
/// It tells how the service last found its stores, and asks them nothing. Without the cache it is ready.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Health",
    responses(
        (status = 200, description = SUCCESS, body = Ready, example = json!(Ready::from(example::ready()))),
        (
            status = 503,
            description = "The state store does not answer, or is not found yet",
            body = Ready,
            headers(("Retry-After" = String, description = "Seconds after which it is worth to try again")),
            example = json!(Ready::from(example::not_ready()))
        )
    )
)]
pub fn readyz(users: &Soon) -> Response {
    let stores = users.readiness();
    if stores.is_ready() {
        return reply::json(StatusCode::OK, &Ready::from(stores));
    }
    let response = reply::json(StatusCode::SERVICE_UNAVAILABLE, &Ready::from(stores));
    reply::with(response, header::RETRY_AFTER, "1")
}

/// Sidecar Config
///
/// What a Dapr sidecar asks its app for when it starts: no actors, so nothing
#[utoipa::path(
    get,
    path = "/dapr/config",
    tag = "Health",
    responses((status = 200, description = SUCCESS, body = serde_json::Value, example = json!({})))
)]
pub fn dapr_config() -> Response {
    reply::json(StatusCode::OK, &serde_json::Map::new())
}
