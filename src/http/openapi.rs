//! `/openapi.json`: the service's description of itself (OpenAPI 3.1), made from the handlers.

pub mod answers;
pub mod example;
pub mod parameters;
mod style;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::http::request::Parts;
use axum::response::Response;
use serde_json::Value;
use utoipa::OpenApi;

use self::answers::{Described, Known};
pub use self::style::METHODS;
use super::asset::Asset;
use super::invalid::Fault;
use super::problem::{Code, Document, Listed, Told};
use super::{cache, docs, events, metrics, probes, reference, users, verify};
use crate::api::{Deleted, Page};
use crate::user::User;

/// The document, with what the original calls itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "User Service",
        version = "1.0.0",
        description = "A distributed user management service using Dapr for state management\n\n\
            Every answer has an `X-Request-Id`: that of the request, if it brings a usable one. \
            Errors are `application/problem+json` (RFC 9457) for who prefers that in `Accept`."
    ),
    // Relative to this document, for whoever reaches it through a sidecar or a proxy that puts a path before it.
    servers((url = ".", description = "The service that this document comes from")),
    tags(
        (name = "Users", description = "Users, and what is known of their versions"),
        (name = "Cache", description = "What the cache holds, and emptying it"),
        (name = "Health", description = "Whether the service lives"),
        (name = "Documentation", description = "This description, to read and for programs"),
        (name = style::METHODS, description = "What every resource answers by the same rules")
    ),
    paths(
        probes::health, probes::livez, probes::readyz, probes::dapr_config, metrics::get,
        get, docs::get, docs::file, reference::get,
        users::list, users::create, users::get, users::update, users::patch, users::delete,
        cache::inspect, cache::flush, cache::flush_all, cache::stats, events::get, verify::verify,
    ),
    components(schemas(User, Page, Deleted, Told, Listed, Fault, Document, Code))
)]
struct Handlers;

/// The document as a value.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Handlers::openapi()).expect("the document is plain JSON");
    style::apply(&mut document);
    document
});

static ASSET: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("application/json", serde_json::to_vec(&*DOCUMENT).expect("the document is plain JSON"))
});

/// OpenAPI
///
/// This document
///
/// It is made from the handlers, and says everything that they read and answer.
#[utoipa::path(get, path = "/openapi.json", tag = "Documentation", responses(Described, Known))]
pub fn get(head: &Parts) -> Response {
    ASSET.answer(head)
}
