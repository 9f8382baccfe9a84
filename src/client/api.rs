//! The verbs through a running service, over HTTP.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Answer, Backend, Error, Names};
use crate::api::{
    CreateBody, Deleted, Flushed, Inspection, Listing, Page, Stats, UpdateBody, Verification, VerifyBody,
};
use crate::timing;
use crate::trace::{Tier, Trace, Traced};
use crate::user::{NewUser, RequestedId, User, UserChange, UserId};
use crate::users::{Scope, Stored};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an answer may take. The service itself gives up on its stores within a second.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a flush of everything may take: the service waits for other processes, twice the lease and more.
const FLUSH: Duration = Duration::from_secs(60);
/// How long a verification may take: it reads every user there is.
const VERIFY: Duration = Duration::from_secs(6 * 3600);
/// How long the question may take whether a service is there.
const PROBE: Duration = Duration::from_secs(2);
/// No answer of the service is longer than this.
const BODY_MAX: usize = 64 << 20;

/// A service at a URL.
pub struct Api {
    http: Client,
    base: String,
    /// As its last answer told.
    names: Mutex<Names>,
}

/// An answer as it came.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What a service is asked for.
struct Ask<'a> {
    method: Method,
    path: String,
    body: Option<Vec<u8>>,
    /// The `Idempotency-Key`.
    key: Option<String>,
    patience: Duration,
    /// The user that it is about: only a 404 that names this one means that there is no such user.
    about: Option<&'a RequestedId>,
}

impl Ask<'_> {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, key: None, patience: ANSWER, about: None }
    }

    fn json(self, body: &impl Serialize) -> Self {
        Self { body: Some(serde_json::to_vec(body).expect("a body is plain JSON")), ..self }
    }
}

impl Api {
    /// The service at a URL such as `http://localhost:8001`. Asks it nothing yet.
    ///
    /// # Errors
    /// [`Error::BadUrl`].
    pub fn new(given: &str) -> Result<Self, Error> {
        let bad = |cause: String| Error::BadUrl { given: given.to_owned(), cause };
        let url = Url::parse(given.trim()).map_err(|fault| bad(fault.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it has to look like http://localhost:8001".into()));
        }
        let mut http = Client::builder().connect_timeout(CONNECT).redirect(redirect::Policy::none());
        // A proxy for the world is no way to a service on this machine.
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|fault| bad(innermost(&fault)))?;
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, base, names: Mutex::default() })
    }

    /// Whether a service answers there.
    ///
    /// # Errors
    /// Why it is not, or not this one.
    pub async fn probe(&self) -> Result<(), Error> {
        let ask = Ask { patience: PROBE, ..Ask::new(Method::GET, "/health") };
        let reply = self.send(ask).await?;
        let health: Option<serde_json::Value> = serde_json::from_slice(&reply.body).ok();
        match health.as_ref().and_then(|health| health.get("service")) {
            Some(service) if service == "user-service" => Ok(()),
            _ => Err(Error::foreign(&self.base, reply.status.as_u16(), &reply.body)),
        }
    }

    /// Sends a request, and reads the whole answer, whatever it is.
    async fn send(&self, ask: Ask<'_>) -> Result<Reply, Error> {
        let patience = ask.patience;
        let fault = |fault: reqwest::Error| self.explain(&fault, patience);
        let mut answer = self.request(ask).send().await.map_err(fault)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(fault)? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_MAX {
                return Err(Error::foreign(&self.base, status.as_u16(), &body));
            }
        }
        Ok(Reply { status, headers, body })
    }

    fn request(&self, ask: Ask<'_>) -> RequestBuilder {
        let request = self.http.request(ask.method, format!("{}{}", self.base, ask.path)).timeout(ask.patience);
        let request = match ask.key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        match ask.body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        }
    }

    fn explain(&self, fault: &reqwest::Error, limit: Duration) -> Error {
        let url = self.base.clone();
        if fault.is_connect() || fault.is_builder() {
            let cause = if fault.is_timeout() {
                format!("no connection within {} seconds", CONNECT.as_secs())
            } else {
                innermost(fault)
            };
            return Error::Unreachable { url, cause };
        }
        if fault.is_timeout() {
            return Error::Slow { url, limit };
        }
        Error::Foreign { url, cause: format!("it broke off: {}", innermost(fault)) }
    }

    /// The body of a 2xx answer, with what happened on the way.
    async fn ask<T>(&self, ask: Ask<'_>, read: impl FnOnce(&Reply) -> Option<T>) -> Answer<T> {
        let about = ask.about.cloned();
        let user = about.as_ref().and_then(RequestedId::possible);
        let reply = match self.send(ask).await {
            Ok(reply) => reply,
            Err(fault) => return Traced { value: Err(fault), trace: Trace { user, ..Trace::default() } },
        };
        let trace = self.read_trace(&reply.headers, user);
        let status = reply.status.as_u16();
        let value = if reply.status.is_success() {
            read(&reply).ok_or_else(|| Error::foreign(&self.base, status, &reply.body))
        } else {
            Err(Error::of_answer(&self.base, status, &reply.body, about.as_ref()))
        };
        Traced { value, trace }
    }

    async fn ask_json<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Answer<T> {
        self.ask(ask, |reply| serde_json::from_slice(&reply.body).ok()).await
    }

    async fn ask_user(&self, ask: Ask<'_>) -> Answer<Stored> {
        let mut answer = self.ask(ask, read_user).await;
        if let (None, Ok((user, _))) = (answer.trace.user, &answer.value) {
            answer.trace.user = Some(user.id);
        }
        answer.map(|read| read.map(|(_, stored)| stored))
    }

    fn read_trace(&self, headers: &HeaderMap, user: Option<UserId>) -> Trace {
        let lines = headers.get_all("server-timing").iter().filter_map(|line| line.to_str().ok());
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut steps = Vec::new();
        for timed in lines.flat_map(timing::parse_server_timing) {
            if !timed.store.is_empty() {
                match timed.step.outcome.tier() {
                    Tier::Cache => names.cache = timed.store,
                    Tier::State => names.state = timed.store,
                }
            }
            steps.push(timed.step);
        }
        Trace { user, steps }
    }
}

/// What an error of the client comes down to.
fn innermost(fault: &reqwest::Error) -> String {
    let mut cause = fault.source();
    let mut said = fault.to_string();
    while let Some(inner) = cause {
        said = inner.to_string();
        cause = inner.source();
    }
    said
}

fn read_user(reply: &Reply) -> Option<(User, Stored)> {
    let user = serde_json::from_slice(&reply.body).ok()?;
    let etag = reply.headers.get(ETAG).and_then(|etag| etag.to_str().ok());
    let version = etag.and_then(|etag| etag.trim_matches('"').parse().ok()).unwrap_or_default();
    Some((user, Stored { json: reply.body.clone().into(), version }))
}

impl Backend for Api {
    fn place(&self) -> String {
        self.base.clone()
    }

    fn names(&self) -> Names {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn get(&self, id: UserId) -> Answer<Stored> {
        let ask = Ask::new(Method::GET, format!("/users/{id}"));
        self.ask_user(Ask { about: Some(&id.into()), ..ask }).await
    }

    async fn list(&self, listing: &Listing) -> Answer<Page> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(email) = &listing.email {
            query.append_pair("email", email);
        }
        query.append_pair("after", &listing.after.to_string()).append_pair("limit", &listing.limit.to_string());
        self.ask_json(Ask::new(Method::GET, format!("/users?{}", query.finish()))).await
    }

    async fn create(&self, new: NewUser, key: Option<&str>) -> Answer<Stored> {
        let body = CreateBody { name: new.name.as_str().into(), email: new.email.as_str().into() };
        let ask = Ask { key: key.map(str::to_owned), ..Ask::new(Method::POST, "/users").json(&body) };
        self.ask_user(ask).await
    }

    async fn update(&self, id: UserId, change: UserChange) -> Answer<Stored> {
        let name = change.name.map(|name| name.as_str().to_owned());
        let email = change.email.map(|email| email.as_str().to_owned());
        let ask = Ask::new(Method::PUT, format!("/users/{id}")).json(&UpdateBody { name, email });
        self.ask_user(Ask { about: Some(&id.into()), ..ask }).await
    }

    async fn delete(&self, id: UserId) -> Answer<Deleted> {
        let ask = Ask::new(Method::DELETE, format!("/users/{id}"));
        self.ask_json(Ask { about: Some(&id.into()), ..ask }).await
    }

    async fn inspect(&self, id: UserId) -> Result<Inspection, Error> {
        let ask = Ask::new(Method::GET, format!("/cache/users/{id}"));
        self.ask_json(Ask { about: Some(&id.into()), ..ask }).await.value
    }

    async fn flush(&self, id: UserId) -> Result<Flushed, Error> {
        let ask = Ask::new(Method::DELETE, format!("/cache/users/{id}"));
        self.ask_json(Ask { about: Some(&id.into()), ..ask }).await.value
    }

    async fn flush_all(&self) -> Result<Flushed, Error> {
        self.ask_json(Ask { patience: FLUSH, ..Ask::new(Method::DELETE, "/cache") }).await.value
    }

    async fn verify(&self, scope: Scope, fix: bool) -> Result<Verification, Error> {
        let sample = match scope {
            Scope::All => None,
            Scope::Sample(count) => Some(count),
        };
        let ask = Ask::new(Method::POST, "/cache/verify").json(&VerifyBody { sample, fix });
        self.ask_json(Ask { patience: VERIFY, ..ask }).await.value
    }

    async fn stats(&self) -> Result<Stats, Error> {
        self.ask_json(Ask::new(Method::GET, "/cache/stats")).await.value
    }

    async fn settle(&self) {}
}
