//! What is the same of every exchange, whatever it is about: the id of the request, the form of its errors, and that it
//! is counted.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::response::Response;
use tokio::sync::watch;

use super::accept::Form;
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

/// Answers a request.
pub async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let id = request_id::of(request.headers(), &service.users.host());
    let form = Form::preferred(request.headers());
    let mut response = super::answer(&service, request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write_to(&mut response, form, &id);
    }
    response.headers_mut().insert(X_REQUEST_ID, id);
    service.metrics.count(&method, response.status(), began.elapsed());
    response
}
