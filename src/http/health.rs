//! `/health`: liveness only, so it asks no store.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::answers::SUCCESS;
use super::reply;
use crate::user::{CreatedAt, User};
use crate::users::Users;

/// The body, as the original has it.
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
pub fn get(users: &Users) -> Response {
    at(CreatedAt(users.options().host.timestamp()))
}

/// The answer at that moment.
pub fn at(timestamp: CreatedAt) -> Response {
    reply::json(StatusCode::OK, &Health::at(timestamp))
}
