//! The service before its stores are found: `/health` answers at once, and everything else waits a moment for them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use tokio::sync::SetOnce;

use super::error::Refusal;
use super::health;
use super::path::{self, Resource};
use crate::user::CreatedAt;
use crate::users::Users;

/// How long a request waits for the stores: no answer may take longer than a second.
const PATIENCE: Duration = Duration::from_millis(800);

/// The users, or the promise of them. All clones are one.
#[derive(Clone, Default)]
pub struct Soon(Arc<SetOnce<Users>>);

impl Soon {
    /// They are there now. Said twice, the first stands.
    pub fn are(&self, users: Users) {
        let _ = self.0.set(users);
    }

    /// They, once they are there.
    pub(super) async fn come(&self) -> Users {
        self.0.wait().await.clone()
    }

    /// They, if they are there.
    pub(super) fn get(&self) -> Option<&Users> {
        self.0.get()
    }
}

/// Answers a request, with the users or without them.
pub(super) async fn answer(soon: Soon, request: Request) -> Response {
    if let Some(users) = soon.get() {
        return super::answer(users.clone(), request).await;
    }
    let asks_for_health = matches!(Resource::named(&path::decode(request.uri().path())), Some(Resource::Health));
    if matches!(*request.method(), Method::GET | Method::HEAD) && asks_for_health {
        return health::at(CreatedAt(jiff::Timestamp::now()));
    }
    match tokio::time::timeout(PATIENCE, soon.come()).await {
        Ok(users) => super::answer(users, request).await,
        Err(_) => Refusal::Starting.into(),
    }
}
