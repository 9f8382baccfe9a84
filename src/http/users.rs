//! `/users`: the original's contract.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::Value;
use super::{body, condition, query, reply};
use crate::api::Deleted;
use crate::trace::{Outcome, Traced};
use crate::user::{RequestedId, UserChange, UserId};
use crate::users::{Error, Precondition, Stored, Users, Versions};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// `GET /users`: a page of them, or those of an e-mail address.
pub async fn list(users: &Users, head: &Parts) -> Result<Response, Refusal> {
    let listing = query::listing(head.uri.query().unwrap_or_default())?;
    let listed = users.list(&listing).await;
    let response = match listed.value {
        Ok(page) => {
            let response = reply::json(StatusCode::OK, &page);
            match page.next {
                Some(next) => reply::with(response, header::LINK, &query::next(&listing, next)),
                None => response,
            }
        }
        Err(failure) => Refusal::Failed(failure).into(),
    };
    Ok(reply::traced(response, &listed.trace, users.options().names))
}

/// `GET /users/{id}`. A hit goes out as the cache holds it; which version it is stands beside it, so a condition costs
/// no call more.
pub async fn get(users: &Users, written: &str, head: &Parts) -> Result<Response, Refusal> {
    let precondition = condition::read(&head.headers)?;
    let id = possible(requested(written)?)?;
    let read = users.get(id).await;
    let response = match read.value {
        Ok(stored) => conditional(id, stored, &precondition),
        Err(failure) => Refusal::Failed(failure).into(),
    };
    Ok(reply::traced(response, &read.trace, users.options().names))
}

/// A user, unless the condition has it otherwise, in the order of RFC 9110, section 13.2.2.
fn conditional(id: UserId, stored: Stored, precondition: &Precondition) -> Response {
    let version = stored.version;
    let is = |versions: &Option<Versions>| versions.as_ref().map(|versions| versions.name(version));
    if is(&precondition.matches) == Some(false) {
        return Refusal::Failed(Error::PreconditionFailed { id, version }).into();
    }
    let is_known = is(&precondition.differs) == Some(true);
    if is_known { reply::not_modified(stored) } else { reply::user(StatusCode::OK, stored) }
}

/// `POST /users`.
pub async fn create(users: &Users, head: &Parts, given: Body) -> Result<Response, Refusal> {
    let given = receive(&head.headers, given).await?;
    let key = condition::key(&head.headers)?;
    let new = body::new_user(&given)?;
    let creator = users.clone();
    let created = finish(async move { creator.create_once(new, key).await }).await?;
    let is_replayed = created.trace.has(Outcome::Replayed);
    let response = answer(users, StatusCode::CREATED, created);
    Ok(if is_replayed { reply::with(response, IDEMPOTENCY_REPLAYED, "true") } else { response })
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
    let precondition = condition::read(&head.headers)?;
    let (id, change) = match (requested(written), read(&given)) {
        (Ok(id), Ok(change)) => (possible(id)?, change),
        (id, change) => {
            let faults = id.err().into_iter().flatten().chain(change.err().into_iter().flatten());
            return Err(Refusal::Invalid(faults.collect()));
        }
    };
    let writer = users.clone();
    let updated = finish(async move { writer.update_if(id, change, &precondition).await }).await?;
    Ok(answer(users, StatusCode::OK, updated))
}

/// `DELETE /users/{id}`.
pub async fn delete(users: &Users, written: &str, head: &Parts) -> Result<Response, Refusal> {
    let precondition = condition::read(&head.headers)?;
    let id = possible(requested(written)?)?;
    let writer = users.clone();
    let deleted = finish(async move { writer.delete_if(id, &precondition).await }).await?;
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
