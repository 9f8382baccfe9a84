//! What the service is asked, as plain data: the client sends it, and `--as curl` prints it.

use std::time::Duration;

use serde::Serialize;

use crate::api::{CreateBody, Listing, UpdateBody, VerifyBody};
use crate::user::{NewUser, RequestedId, UserChange, UserId};
use crate::users::Scope;

/// How long a flush of everything may take: the service waits for other processes, twice the lease and more.
const FLUSH: Duration = Duration::from_secs(60);
/// How long a verification may take: it reads every user there is.
const VERIFY: Duration = Duration::from_secs(6 * 3600);
/// How long the question may take whether a service is there.
const PROBE: Duration = Duration::from_secs(2);

/// A request of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    /// How long the answer may take, where that is not for the client to say.
    pub patience: Option<Duration>,
    /// The user that it is about: only a 404 that names this one means that there is no such user.
    pub about: Option<RequestedId>,
}

impl Request {
    fn new(method: &'static str, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { method, path, headers: Vec::new(), body: None, patience: None, about: None }
    }

    fn of_user(method: &'static str, path: &str, id: UserId) -> Self {
        Self { about: Some(id.into()), ..Self::new(method, format!("{path}/{id}")) }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("a body is plain JSON");
        Self { body: Some(body), ..self.header("content-type", "application/json") }
    }

    /// Demands that version, if any.
    fn only_of(self, version: Option<u64>) -> Self {
        match version {
            Some(version) => self.header("if-match", format!("\"{version}\"")),
            None => self,
        }
    }

    /// True where the request does no more when it is sent twice than when it is sent once, and is answered alike.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.method == "GET" || self.headers.iter().any(|(name, _)| *name == "idempotency-key")
    }

    /// Whether the service lives.
    #[must_use]
    pub fn probe() -> Self {
        Self { patience: Some(PROBE), ..Self::new("GET", "/health") }
    }

    /// Whether both stores answer it.
    #[must_use]
    pub fn readiness() -> Self {
        Self { patience: Some(PROBE), ..Self::new("GET", "/readyz") }
    }

    /// Its counters, in the form of OpenMetrics.
    #[must_use]
    pub fn metrics() -> Self {
        Self { patience: Some(PROBE), ..Self::new("GET", "/metrics") }
    }

    /// See [`super::Backend::get`].
    #[must_use]
    pub fn get(id: UserId) -> Self {
        Self::of_user("GET", "/users", id)
    }

    /// See [`super::Backend::list`].
    #[must_use]
    pub fn list(listing: &Listing) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(email) = &listing.email {
            query.append_pair("email", email);
        }
        query.append_pair("after", &listing.after.to_string()).append_pair("limit", &listing.limit.to_string());
        Self::new("GET", format!("/users?{}", query.finish()))
    }

    /// See [`super::Backend::create`].
    #[must_use]
    pub fn create(new: &NewUser, key: Option<&str>) -> Self {
        let body = CreateBody { name: new.name.as_str().into(), email: new.email.as_str().into() };
        let request = Self::new("POST", "/users").json(&body);
        match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        }
    }

    /// See [`super::Backend::update`].
    #[must_use]
    pub fn update(id: UserId, change: &UserChange, version: Option<u64>) -> Self {
        let name = change.name.as_ref().map(|name| name.as_str().to_owned());
        let email = change.email.as_ref().map(|email| email.as_str().to_owned());
        Self::of_user("PUT", "/users", id).json(&UpdateBody { name, email }).only_of(version)
    }

    /// See [`super::Backend::delete`].
    #[must_use]
    pub fn delete(id: UserId, version: Option<u64>) -> Self {
        Self::of_user("DELETE", "/users", id).only_of(version)
    }

    /// See [`super::Backend::inspect`].
    #[must_use]
    pub fn inspect(id: UserId) -> Self {
        Self::of_user("GET", "/cache/users", id)
    }

    /// See [`super::Backend::flush`].
    #[must_use]
    pub fn flush(id: UserId) -> Self {
        Self::of_user("DELETE", "/cache/users", id)
    }

    /// See [`super::Backend::flush_all`].
    #[must_use]
    pub fn flush_all() -> Self {
        Self { patience: Some(FLUSH), ..Self::new("DELETE", "/cache") }
    }

    /// See [`super::Backend::verify`].
    #[must_use]
    pub fn verify(scope: Scope, fix: bool) -> Self {
        let sample = match scope {
            Scope::All => None,
            Scope::Sample(count) => Some(count),
        };
        Self { patience: Some(VERIFY), ..Self::new("POST", "/cache/verify").json(&VerifyBody { sample, fix }) }
    }

    /// See [`super::Backend::stats`].
    #[must_use]
    pub fn stats() -> Self {
        Self::new("GET", "/cache/stats")
    }

    /// See [`super::Api::events`].
    #[must_use]
    pub fn events(only: Option<UserId>) -> Self {
        let query = only.map(|id| format!("?user={id}")).unwrap_or_default();
        Self::new("GET", format!("/cache/events{query}"))
    }
}
