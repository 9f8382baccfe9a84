//! The service: the recorded contract of the original, and what was added to it, over [`Users`](crate::users::Users).
//!
//! A request is routed here, by its decoded path ([`path`]); each resource has a file. What arrives is read by
//! [`body`] and [`json`], what is wrong with it is told by [`invalid`], and every answer is made by [`reply`]. What
//! is the same of all of them is added by [`exchange`].

mod accept;
mod asset;
mod body;
mod cache;
mod condition;
mod decode;
mod docs;
mod error;
mod events;
mod exchange;
mod invalid;
mod json;
mod log;
mod metrics;
mod openapi;
mod path;
mod probes;
mod problem;
mod query;
mod reference;
mod reply;
mod request_id;
mod scan;
mod server;
mod soon;
mod users;
mod verify;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;

use exchange::Service;
use path::Resource;
use problem::{Code, Problem};

pub use log::Log;
pub use server::{serve, serve_soon};
pub use soon::Soon;

/// The service as a function from requests to answers.
///
/// The paths are not matched by the framework's router: it splits a path before it decodes it, and the contract has
/// it the other way round.
fn router(service: Service) -> Router {
    Router::new().fallback(exchange::answer).with_state(Arc::new(service))
}

async fn answer(service: &Service, request: Request) -> Response {
    let (head, given) = request.into_parts();
    let path = path::decode(head.uri.path());
    if path == "*" && head.method == Method::OPTIONS {
        return reply::allowed(path::ALLOW_SOMEWHERE);
    }
    let Some(resource) = Resource::named(&path) else { return unknown(&path, head.uri.query()) };
    // RFC 9110, section 9.3.2: HEAD is GET without the content, which the framework takes off, its length left on.
    let method = if head.method == Method::HEAD { &Method::GET } else { &head.method };
    if let Some(response) = answer_without_users(service, method, &resource, &head) {
        return response;
    }
    let users = match service.users.in_time().await {
        Ok(users) => users,
        Err(refusal) => return refusal.into(),
    };
    let answered = match (method, resource) {
        (&Method::GET, Resource::User(id)) => users::get(&users, id, &head).await,
        (&Method::PUT, Resource::User(id)) => users::update(&users, id, &head, given).await,
        (&Method::PATCH, Resource::User(id)) => users::patch(&users, id, &head, given).await,
        (&Method::DELETE, Resource::User(id)) => users::delete(&users, id, &head).await,
        (&Method::GET, Resource::Users) => users::list(&users, &head).await,
        (&Method::POST, Resource::Users) => users::create(&users, &head, given).await,
        (&Method::GET, Resource::CacheUser(id)) => cache::inspect(&users, id).await,
        (&Method::DELETE, Resource::CacheUser(id)) => cache::flush(&users, id).await,
        (&Method::DELETE, Resource::Cache) => cache::flush_all(&users).await,
        (&Method::GET, Resource::CacheStats) => Ok(cache::stats(&users)),
        (&Method::GET, Resource::CacheEvents) => events::get(&users, &head, service.stopping.clone()),
        (&Method::POST, Resource::CacheVerify) => verify::verify(&users, &head, given, service.stopping.clone()).await,
        (_, resource) => Ok(not_allowed(&resource)),
    };
    answered.unwrap_or_else(Response::from)
}

/// What is answered whether the users are there or not.
fn answer_without_users(service: &Service, method: &Method, resource: &Resource, head: &Parts) -> Option<Response> {
    match (method, resource) {
        (&Method::OPTIONS, resource) => Some(reply::options(resource)),
        (&Method::GET, Resource::Health) => Some(probes::health(&service.users)),
        (&Method::GET, Resource::Live) => Some(probes::livez()),
        (&Method::GET, Resource::Ready) => Some(probes::readyz(&service.users)),
        (&Method::GET, Resource::Metrics) => Some(metrics::get(&service.metrics, service.users.get())),
        (&Method::GET, Resource::DaprConfig) => Some(probes::dapr_config()),
        (&Method::GET, Resource::OpenApi) => Some(openapi::get(head)),
        (&Method::GET, Resource::Docs) => Some(docs::get(head)),
        (&Method::GET, Resource::DocsFile(name)) => Some(docs::file(name, head)),
        (&Method::GET, Resource::Reference) => Some(reference::get(head)),
        (method, resource) if !resource.allows(method) => Some(not_allowed(resource)),
        _ => None,
    }
}

fn not_allowed(resource: &Resource) -> Response {
    let response = Problem::new(Code::MethodNotAllowed, "Method Not Allowed").into();
    reply::with(response, header::ALLOW, resource.allow())
}

/// A path that names nothing: 404, or the way to the path without its last slash.
fn unknown(path: &str, query: Option<&str>) -> Response {
    let Some(location) = path::without_slash(path, query) else {
        return Problem::new(Code::PathUnknown, "Not Found").into();
    };
    let mut response = Response::default();
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    reply::with(response, header::LOCATION, &location)
}
