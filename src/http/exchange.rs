//! What is the same of every exchange, whatever it is about: the id of the request, and the form of its errors.

use axum::extract::{Request, State};
use axum::response::Response;

use super::accept::Form;
use super::problem::Problem;
use super::request_id::{self, X_REQUEST_ID};
use super::soon::{self, Soon};
use crate::users::Host;

/// Answers a request.
pub async fn answer(State(soon): State<Soon>, request: Request) -> Response {
    let host = soon.get().map_or_else(Host::default, |users| users.options().host.clone());
    let id = request_id::of(request.headers(), &host);
    let form = Form::preferred(request.headers());
    let mut response = soon::answer(soon, request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write_to(&mut response, form, &id);
    }
    response.headers_mut().insert(X_REQUEST_ID, id);
    response
}
