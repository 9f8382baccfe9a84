//! `/users`: the original's contract.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;

use super::error::Refusal;
use super::invalid::Fault;
use super::json::Value;
use super::openapi::answers::{
    BadChange, BadCondition, BadCreate, Broken, Changed, Conflict, Contended, Created, Gone, Invalid, InvalidCreate,
    InvalidQuery, Listed, NotFound, NotModified, PreconditionFailed, Shown, Slow, Taken, TooLarge, Unavailable,
};
use super::openapi::example;
use super::openapi::parameters::{Conditions, IdempotencyKey, InPath, InQuery};
use super::{body, condition, query, reply};
use crate::api::{CreateBody, Deleted, PatchBody, UpdateBody};
use crate::trace::{Outcome, Traced};
use crate::user::{RequestedId, UserChange, UserId};
use crate::users::{Error, Precondition, Stored, Users, Versions};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// List Users
///
/// List users in the order of their ids, or those of an e-mail address
///
/// A page has `limit` users at most, and may have fewer where many ids were deleted: it is the last one if `next` is
/// null. Each user is as of its own read, straight from the state store. An e-mail address is found in upper or lower
/// case, through an index that is right at every moment.
#[utoipa::path(
    get,
    path = "/users",
    tag = "Users",
    params(InQuery),
    responses(Listed, InvalidQuery, Broken, Unavailable)
)]
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

/// Get User
///
/// Get a user by ID
///
/// Implements Cache-Aside pattern:
/// 1. Check cache (Redis) first
/// 2. If cache miss, fetch from state store (PostgreSQL)
/// 3. Populate cache with TTL
/// 4. Return data
///
/// The answer is the latest acknowledged write, whichever of the two it comes from. With `If-None-Match`, a version
/// that the client knows is not sent again.
#[utoipa::path(
    get,
    path = "/users/{user_id}",
    tag = "Users",
    params(InPath, Conditions),
    responses(Shown, NotModified, BadCondition, NotFound, PreconditionFailed, Invalid, Broken, Unavailable)
)]
pub async fn get(users: &Users, written: &str, head: &Parts) -> Result<Response, Refusal> {
    let precondition = condition::read(&head.headers)?;
    let id = possible(requested(written)?)?;
    // A hit goes out as the cache holds it; which version it is stands beside it, so a condition costs no call more.
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

/// Create User
///
/// Create a new user
///
/// Implements Write-Through pattern:
/// 1. Generate new user ID
/// 2. Save to state store (PostgreSQL)
/// 3. Update cache (Redis)
///
/// The id and the user are saved in one transaction, so no id is given twice or left out. With an `Idempotency-Key`, the
/// same request within 24 hours creates nobody more and gets the same answer, so it can be sent again.
#[utoipa::path(
    post,
    path = "/users",
    tag = "Users",
    params(IdempotencyKey),
    request_body(content = CreateBody, example = json!(example::creation())),
    responses(Created, BadCreate, Slow, Taken, TooLarge, InvalidCreate, Broken, Unavailable)
)]
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

/// Update User
///
/// Update an existing user
///
/// Implements Write-Through pattern with cache invalidation:
/// 1. Fetch existing user from state store
/// 2. Update fields
/// 3. Save to state store (PostgreSQL)
/// 4. Update cache (Redis)
///
/// A field that is absent or null stays as it is. With `If-Match`, only the version that the client read is changed.
#[utoipa::path(
    put,
    path = "/users/{user_id}",
    tag = "Users",
    params(InPath, Conditions),
    request_body(content = UpdateBody, example = json!(example::change())),
    responses(
        Changed, BadChange, NotFound, Slow, Conflict, PreconditionFailed, TooLarge, Invalid, Broken, Unavailable
    )
)]
pub async fn update(users: &Users, written: &str, head: &Parts, given: Body) -> Result<Response, Refusal> {
    change(users, written, head, given, body::user_change).await
}

/// Patch User
///
/// Change the fields that are named
///
/// A JSON merge patch (RFC 7396). A field that is absent stays as it is; `null` would remove one, and no field of a
/// user can be removed. With `If-Match`, only the version that the client read is changed.
#[utoipa::path(
    patch,
    path = "/users/{user_id}",
    tag = "Users",
    params(InPath, Conditions),
    request_body(content(
        (PatchBody = "application/merge-patch+json", example = json!(example::change())),
        (PatchBody = "application/json", example = json!(example::change()))
    )),
    responses(
        Changed, BadChange, NotFound, Slow, Conflict, PreconditionFailed, TooLarge, Invalid, Broken, Unavailable
    )
)]
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

/// Delete User
///
/// Delete a user
///
/// Implements Cache Invalidation:
/// 1. Verify user exists
/// 2. Delete from state store (PostgreSQL)
/// 3. Delete from cache (Redis)
///
/// The id is never given again. With `If-Match`, only the version that the client read is deleted.
#[utoipa::path(
    delete,
    path = "/users/{user_id}",
    tag = "Users",
    params(InPath, Conditions),
    responses(Gone, BadCondition, NotFound, Contended, PreconditionFailed, Invalid, Broken, Unavailable)
)]
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
