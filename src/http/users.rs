//! `/users`: the original's contract.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::invalid::Fault;
use super::json::Value;
use super::{body, error, reply};
use crate::api::Deleted;
use crate::trace::Traced;
use crate::user::{RequestedId, UserId};
use crate::users::{Error, Stored, Users};

/// `GET /users/{id}`. A hit goes out as the cache holds it.
pub async fn get(users: &Users, written: &str) -> Response {
    match possible(written) {
        Ok(id) => answer(users, StatusCode::OK, users.get(id).await),
        Err(response) => response,
    }
}

/// `POST /users`.
pub async fn create(users: &Users, head: &Parts, given: Body) -> Response {
    let given = match receive(&head.headers, given).await {
        Ok(given) => given,
        Err(response) => return response,
    };
    let new = match body::new_user(&given) {
        Ok(new) => new,
        Err(faults) => return reply::invalid(faults),
    };
    let creator = users.clone();
    let created = finish(async move { creator.create(new).await }).await;
    created.map_or_else(error::panicked, |created| answer(users, StatusCode::CREATED, created))
}

/// `PUT /users/{id}`. What is wrong with path and body is told together, the path first.
pub async fn update(users: &Users, written: &str, head: &Parts, given: Body) -> Response {
    let given = match receive(&head.headers, given).await {
        Ok(given) => given,
        Err(response) => return response,
    };
    let (id, change) = match (requested(written), body::user_change(&given)) {
        (Ok(id), Ok(change)) => (id, change),
        (id, change) => {
            let faults = id.err().into_iter().chain(change.err().unwrap_or_default());
            return reply::invalid(faults.collect());
        }
    };
    let RequestedId::Possible(id) = id else { return error::failed(&Error::NotFound(id)) };
    let writer = users.clone();
    let updated = finish(async move { writer.update(id, change).await }).await;
    updated.map_or_else(error::panicked, |updated| answer(users, StatusCode::OK, updated))
}

/// `DELETE /users/{id}`.
pub async fn delete(users: &Users, written: &str) -> Response {
    let id = match possible(written) {
        Ok(id) => id,
        Err(response) => return response,
    };
    let writer = users.clone();
    let Some(deleted) = finish(async move { writer.delete(id).await }).await else { return error::panicked() };
    let response = match &deleted.value {
        Ok(_version) => reply::json(StatusCode::OK, &Deleted::of(id)),
        Err(failure) => error::failed(failure),
    };
    reply::traced(response, &deleted.trace, users.options().names)
}

/// The id in a path.
fn requested(written: &str) -> Result<RequestedId, Fault> {
    written.parse().map_err(|problem| Fault::in_id(&problem, written))
}

/// The id of a user that may exist, or the answer to give.
pub fn possible(written: &str) -> Result<UserId, Response> {
    match requested(written) {
        Err(fault) => Err(reply::invalid(vec![fault])),
        Ok(RequestedId::Possible(id)) => Ok(id),
        Ok(nobody) => Err(error::failed(&Error::NotFound(nobody))),
    }
}

/// The body's value, or the answer to give.
pub async fn receive(headers: &HeaderMap, given: Body) -> Result<Value, Response> {
    let bytes = body::receive(headers, given).await?;
    body::parse(headers, &bytes)?.map_err(|fault| reply::invalid(vec![fault]))
}

/// Runs a write to its end, even if the client goes away: hyper drops the request's own task then. `None` if it
/// panicked.
async fn finish<T: Send + 'static>(write: impl Future<Output = T> + Send + 'static) -> Option<T> {
    tokio::spawn(write).await.ok()
}

fn answer(users: &Users, status: StatusCode, traced: Traced<Result<Stored, Error>>) -> Response {
    let response = match traced.value {
        Ok(stored) => reply::user(status, stored),
        Err(failure) => error::failed(&failure),
    };
    reply::traced(response, &traced.trace, users.options().names)
}
