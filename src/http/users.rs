//! `/users`: the original's contract.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::Value;
use super::{body, reply};
use crate::api::Deleted;
use crate::trace::Traced;
use crate::user::{RequestedId, UserChange, UserId};
use crate::users::{Error, Stored, Users};

/// `GET /users/{id}`. A hit goes out as the cache holds it.
pub async fn get(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    Ok(answer(users, StatusCode::OK, users.get(id).await))
}

/// `POST /users`.
pub async fn create(users: &Users, head: &Parts, given: Body) -> Result<Response, Refusal> {
    let new = body::new_user(&receive(&head.headers, given).await?)?;
    let creator = users.clone();
    let created = finish(async move { creator.create(new).await }).await?;
    Ok(answer(users, StatusCode::CREATED, created))
}

/// `PUT /users/{id}`.
pub async fn update(users: &Users, written: &str, head: &Parts, given: Body) -> Result<Response, Refusal> {
    change(users, written, head, given, body::user_change).await
}

/// `PATCH /users/{id}`: a JSON merge patch (RFC 7396).
pub async fn patch(users: &Users, written: &str, head: &Parts, given: Body) -> Result<Response, Refusal> {
    change(users, written, head, given, body::user_patch).await
}

/// What is wrong with path and body is told together, the path first.
async fn change(
    users: &Users,
    written: &str,
    head: &Parts,
    given: Body,
    read: fn(&Value) -> Result<UserChange, Vec<Fault>>,
) -> Result<Response, Refusal> {
    let given = receive(&head.headers, given).await?;
    let (id, change) = match (requested(written), read(&given)) {
        (Ok(id), Ok(change)) => (possible(id)?, change),
        (id, change) => {
            let faults = id.err().into_iter().flatten().chain(change.err().into_iter().flatten());
            return Err(Refusal::Invalid(faults.collect()));
        }
    };
    let writer = users.clone();
    let updated = finish(async move { writer.update(id, change).await }).await?;
    Ok(answer(users, StatusCode::OK, updated))
}

/// `DELETE /users/{id}`.
pub async fn delete(users: &Users, written: &str) -> Result<Response, Refusal> {
    let id = possible(requested(written)?)?;
    let writer = users.clone();
    let deleted = finish(async move { writer.delete(id).await }).await?;
    let response = match deleted.value {
        Ok(_version) => reply::json(StatusCode::OK, &Deleted::of(id)),
        Err(failure) => Refusal::Failed(failure).into(),
    };
    Ok(reply::traced(response, &deleted.trace, users.options().names))
}

/// The id in a path.
pub fn requested(written: &str) -> Result<RequestedId, Vec<Fault>> {
    written.parse().map_err(|problem| vec![Fault::in_id(&problem, written)])
}

/// The id of a user that may exist.
pub fn possible(id: RequestedId) -> Result<UserId, Refusal> {
    match id {
        RequestedId::Possible(id) => Ok(id),
        nobody @ RequestedId::Nobody(_) => Err(Refusal::Failed(Error::NotFound(nobody))),
    }
}

/// The value of the body.
pub async fn receive(headers: &HeaderMap, given: Body) -> Result<Value, Refusal> {
    let bytes = body::receive(headers, given).await?;
    body::parse(headers, &bytes)
}

/// Runs a write to its end, even if the client goes away: hyper drops the request's own task then.
async fn finish<T: Send + 'static>(write: impl Future<Output = T> + Send + 'static) -> Result<T, Refusal> {
    tokio::spawn(write).await.map_err(|_| Refusal::Panicked)
}

fn answer(users: &Users, status: StatusCode, traced: Traced<Result<Stored, Error>>) -> Response {
    let response = match traced.value {
        Ok(stored) => reply::user(status, stored),
        Err(failure) => Refusal::Failed(failure).into(),
    };
    reply::traced(response, &traced.trace, users.options().names)
}
