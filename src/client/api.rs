//! The verbs through a running service, over HTTP.

mod events;
mod health;

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use super::request::Request;
use super::{Answer, Backend, Error, Names};
use crate::api::{Deleted, Flushed, Inspection, Listing, Page, Stats, Verification, VerifyLine};
use crate::timing;
use crate::trace::{Tier, Trace, Traced};
use crate::user::{NewUser, RequestedId, User, UserChange, UserId};
use crate::users::{Scope, Stored};
pub use events::{CacheEvent, Events};

/// What a client says it reads: errors with a code, where there is one.
const ACCEPT_PROBLEMS: &str = "application/problem+json, application/json;q=0.9";
/// The longest that a service is waited for which says when to ask again.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// No answer of the service is longer than this.
const BODY_MAX: usize = 64 << 20;

/// How patient a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long an answer may take. The service itself gives up on its stores within a second. A flush of everything
    /// has a minute, and a verification six hours, whatever this says.
    pub answer: Duration,
    /// How often a request is sent again, where that is safe: any that never left, because no connection was made; and
    /// reads, and creates with a key, where the connection broke off or the service says to ask again later
    /// (`Retry-After`).
    pub repeats: u32,
    /// The pause before the first of them, where the service names none; it doubles.
    pub pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(10),
            repeats: 3,
            pause: Duration::from_millis(100),
        }
    }
}

/// How the HTTP library begins to tell that what came back is none.
const NOT_HTTP: &str = "invalid HTTP";

/// A service at a URL.
pub struct Api {
    http: Client,
    /// As a person reads it: without the name and the password that it may have.
    base: String,
    /// The same with them, for requests.
    url: String,
    settings: Settings,
    /// Shown with every request.
    authorization: Option<HeaderValue>,
    /// As its last answer told.
    names: Mutex<Names>,
}

/// An answer as it came.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Api {
    /// The service at a URL such as `http://localhost:8001`. Asks it nothing yet.
    ///
    /// # Errors
    /// [`Error::BadUrl`].
    pub fn new(given: &str) -> Result<Self, Error> {
        Self::with(given, Settings::default())
    }

    /// The same, as patient as that.
    ///
    /// # Errors
    /// [`Error::BadUrl`].
    pub fn with(given: &str, settings: Settings) -> Result<Self, Error> {
        let url = read_url(given)?;
        let mut http = Client::builder().connect_timeout(settings.connect).redirect(redirect::Policy::none());
        // A proxy for the world is no way to a service on this machine.
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|fault| bad_url(given, innermost(&fault)))?;
        let url = base_of(&url);
        Ok(Self { http, base: without_password(&url), url, settings, authorization: None, names: Mutex::default() })
    }

    /// The same, which shows that token with every request, as `Authorization: Bearer` (RFC 6750): an API key, or what
    /// a gateway before the service asks for. It goes to no other server, for redirections are not followed.
    ///
    /// # Errors
    /// [`Error::BadToken`].
    pub fn with_token(self, token: &str) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Error::BadToken)?;
        value.set_sensitive(true);
        Ok(Self { authorization: Some(value), ..self })
    }

    /// Whether a service answers there.
    ///
    /// # Errors
    /// Why it is not, or not this one.
    pub async fn probe(&self) -> Result<(), Error> {
        let reply = self.send(Request::probe(), &mut |_| {}).await?;
        let health: Option<serde_json::Value> = serde_json::from_slice(&reply.body).ok();
        match health.as_ref().and_then(|health| health.get("service")) {
            Some(service) if service == "user-service" => Ok(()),
            _ if matches!(reply.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Err(Error::of_answer(&self.base, reply.status.as_u16(), &reply.body, None))
            }
            _ => Err(Error::foreign(&self.base, reply.status.as_u16(), &reply.body)),
        }
    }

    /// Sends a request, again where that is safe and may help, and reads the whole answer, whatever it is. `hear` is
    /// given what there is of its body, each time that there is more.
    async fn send(&self, request: Request, hear: &mut dyn FnMut(&[u8])) -> Result<Reply, Error> {
        let mut usual = self.settings.pause;
        for _ in 0..self.settings.repeats {
            let sent = self.send_once(&request, hear).await;
            let Some(pause) = pause_before_again(&request, &sent, usual) else { return sent };
            tokio::time::sleep(pause).await;
            usual *= 2;
        }
        self.send_once(&request, hear).await
    }

    async fn send_once(&self, request: &Request, hear: &mut dyn FnMut(&[u8])) -> Result<Reply, Error> {
        let patience = request.patience.unwrap_or(self.settings.answer);
        let sent = self.built(request, ACCEPT_PROBLEMS).timeout(patience).send().await;
        self.read_reply(sent.map_err(|fault| self.explain(&fault, patience))?, patience, hear).await
    }

    async fn read_reply(
        &self,
        mut answer: Response,
        patience: Duration,
        hear: &mut dyn FnMut(&[u8]),
    ) -> Result<Reply, Error> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|fault| self.explain(&fault, patience))? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_MAX {
                return Err(Error::foreign(&self.base, status.as_u16(), &body));
            }
            hear(&body);
        }
        Ok(Reply { status, headers, body })
    }

    fn built(&self, request: &Request, accept: &str) -> RequestBuilder {
        let method = Method::from_bytes(request.method.as_bytes()).expect("a method of ours is one of HTTP");
        let url = format!("{}{}", self.url, request.path);
        let built = self.http.request(method, url).header(ACCEPT, accept);
        let built = match &self.authorization {
            Some(authorization) => built.header(AUTHORIZATION, authorization),
            None => built,
        };
        let built = request.headers.iter().fold(built, |built, (name, value)| built.header(*name, value));
        match &request.body {
            Some(body) => built.body(body.clone()),
            None => built,
        }
    }

    fn explain(&self, fault: &reqwest::Error, limit: Duration) -> Error {
        let url = self.base.clone();
        if fault.is_connect() || fault.is_builder() {
            let cause = if fault.is_timeout() {
                format!("no connection within {} seconds", self.settings.connect.as_secs())
            } else {
                innermost(fault)
            };
            return Error::Unreachable { url, cause };
        }
        if fault.is_timeout() {
            return Error::Slow { url, limit };
        }
        let cause = innermost(fault);
        match cause.starts_with(NOT_HTTP) {
            true => Error::Foreign { url, cause: format!("it does not speak HTTP: {cause}") },
            false => Error::Broken { url, cause },
        }
    }

    /// The body of a 2xx answer, with what happened on the way.
    async fn ask<T>(&self, request: Request, read: impl FnOnce(&Reply) -> Option<T>) -> Answer<T> {
        let about = request.about.clone();
        let user = about.as_ref().and_then(RequestedId::possible);
        let reply = match self.send(request, &mut |_| {}).await {
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

    async fn ask_json<T: DeserializeOwned>(&self, request: Request) -> Answer<T> {
        self.ask(request, |reply| serde_json::from_slice(&reply.body).ok()).await
    }

    async fn ask_user(&self, request: Request) -> Answer<Stored> {
        let mut answer = self.ask(request, read_user).await;
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

/// Cuts a body that still grows into its lines.
#[derive(Default)]
struct Lines {
    /// Where the next line begins.
    begin: usize,
    /// How far there is no end of it.
    searched: usize,
}

impl Lines {
    /// The next whole line.
    fn next<'a>(&mut self, body: &'a [u8]) -> Option<&'a [u8]> {
        let Some(end) = body[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = body.len();
            return None;
        };
        let end = self.searched + end;
        let line = &body[self.begin..end];
        (self.begin, self.searched) = (end + 1, end + 1);
        Some(line)
    }
}

/// How long to wait before the request is sent again; `None` where that is not safe, or would change nothing.
fn pause_before_again(request: &Request, sent: &Result<Reply, Error>, usual: Duration) -> Option<Duration> {
    match sent {
        Err(Error::Unreachable { .. }) => Some(usual),
        Err(Error::Broken { .. }) if request.is_repeatable() => Some(usual),
        Ok(reply) if reply.status.is_client_error() || reply.status.is_server_error() => {
            let after = reply.headers.get(RETRY_AFTER).filter(|_| request.is_repeatable())?;
            let seconds = after.to_str().ok()?.parse().ok()?;
            Some(Duration::from_secs(seconds).min(PAUSE_MAX))
        }
        _ => None,
    }
}

/// Where the service of such a URL is, as a person reads it; no client is made for it, which takes longer.
///
/// # Errors
/// [`Error::BadUrl`].
pub fn place_of(given: &str) -> Result<String, Error> {
    Ok(without_password(&base_of(&read_url(given)?)))
}

fn read_url(given: &str) -> Result<Url, Error> {
    let url = Url::parse(given.trim()).map_err(|fault| bad_url(given, fault.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err(bad_url(given, "it has to look like http://localhost:8001".into()));
    }
    Ok(url)
}

fn bad_url(given: &str, cause: String) -> Error {
    Error::BadUrl { given: without_password(given), cause }
}

/// What stands before the paths of the service.
fn base_of(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// A URL without the name and the password before its host (RFC 3986, section 3.2.1); text that is no URL, likewise.
#[must_use]
pub fn without_password(url: &str) -> String {
    let begin = url.find("//").map_or(0, |slashes| slashes + 2);
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |length| begin + length);
    match url[begin..end].rfind('@') {
        Some(at) => format!("{}{}", &url[..begin], &url[begin + at + 1..]),
        None => url.to_owned(),
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
    let version =
        etag.and_then(|etag| etag.trim_start_matches("W/").trim_matches('"').parse().ok()).unwrap_or_default();
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
        self.ask_user(Request::get(id)).await
    }

    async fn list(&self, listing: &Listing) -> Answer<Page> {
        self.ask_json(Request::list(listing)).await
    }

    async fn create(&self, new: NewUser, key: Option<&str>) -> Answer<Stored> {
        self.ask_user(Request::create(&new, key)).await
    }

    async fn update(&self, id: UserId, change: UserChange, version: Option<u64>) -> Answer<Stored> {
        self.ask_user(Request::update(id, &change, version)).await
    }

    async fn delete(&self, id: UserId, version: Option<u64>) -> Answer<Deleted> {
        self.ask_json(Request::delete(id, version)).await
    }

    async fn inspect(&self, id: UserId) -> Result<Inspection, Error> {
        self.ask_json(Request::inspect(id)).await.value
    }

    async fn flush(&self, id: UserId) -> Result<Flushed, Error> {
        self.ask_json(Request::flush(id)).await.value
    }

    async fn flush_all(&self) -> Result<Flushed, Error> {
        self.ask_json(Request::flush_all()).await.value
    }

    async fn verify(&self, scope: Scope, fix: bool, mut progress: impl FnMut(u64, u64)) -> Result<Verification, Error> {
        let (mut lines, mut last) = (Lines::default(), None);
        let mut hear = |body: &[u8]| {
            while let Some(line) = lines.next(body) {
                last = serde_json::from_slice(line).ok();
                if let Some(VerifyLine::Progress { checked, of }) = last {
                    progress(checked, of);
                }
            }
        };
        let reply = self.send(Request::verify(scope, fix), &mut hear).await?;
        let status = reply.status.as_u16();
        match last {
            Some(VerifyLine::Done(found)) => Ok(found),
            Some(VerifyLine::Error(failure)) => {
                let told = serde_json::to_vec(&failure).expect("it was JSON before");
                Err(Error::of_answer(&self.base, failure.status, &told, None))
            }
            _ if reply.status.is_success() => Err(Error::foreign(&self.base, status, &reply.body)),
            _ => Err(Error::of_answer(&self.base, status, &reply.body, None)),
        }
    }

    async fn stats(&self) -> Result<Stats, Error> {
        self.ask_json(Request::stats()).await.value
    }

    async fn settle(&self) {}
}
