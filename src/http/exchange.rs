//! What is the same of every exchange, whatever it is about: the id of the request, the form of its errors, and that it
//! is counted.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use tokio::sync::watch;

use super::accept::Form;
use super::error::Refusal;
use super::metrics::Metrics;
use super::problem::Problem;
use super::request_id::{self, X_REQUEST_ID};
use super::soon::Soon;

/// What all exchanges share.
pub struct Service {
    pub users: Soon,
    pub metrics: Metrics,
    pub stopping: Stopping,
}

/// Whether the service has begun to stop: answers without an end must find one then.
#[derive(Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

impl Stopping {
    /// Returns when it begins.
    pub async fn begins(mut self) {
        // It fails where nobody is left to say so, which is the end as well.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}

/// `Cache-Control` of an answer that says nothing else: it may be kept, and is asked for again each time.
pub const NOT_KEPT: &str = "no-cache";

/// Answers a request.
pub async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let id = request_id::of(request.headers(), &service.users.host());
    let form = Form::preferred(request.headers());
    let mut response = match names_its_host(&request) {
        true => super::answer(&service, request).await,
        false => Refusal::BadHost.into(),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write_to(&mut response, form, &id);
    }
    response.headers_mut().insert(X_REQUEST_ID, id);
    // Without it a cache on the way may keep an answer for as long as it likes (RFC 9111, section 4.2.2).
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(NOT_KEPT));
    service.metrics.count(&method, response.status(), began.elapsed());
    response
}

/// HTTP/1.1 asks for exactly one `Host` (RFC 9112, section 3.2).
fn names_its_host(request: &Request) -> bool {
    request.version() != Version::HTTP_11 || request.headers().get_all(header::HOST).iter().count() == 1
}
