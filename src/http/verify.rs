//! `POST /cache/verify`: what is found goes out as it is found, as lines of JSON.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::error::Refusal;
use super::exchange::Stopping;
use super::invalid::Fault;
use super::json::Value;
use super::openapi::answers::{BadBody, Broken, Invalid, SUCCESS, Slow, StoreAway, TooLarge};
use super::openapi::example;
use super::users::receive;
use crate::api::{VerifyBody, VerifyFailure, VerifyLine};
use crate::state::StateStore;
use crate::users::{Check, Scope, Users};

/// The type of lines of JSON.
const NDJSON: &str = "application/x-ndjson";
/// How often it is told how far it is.
const PROGRESS: Duration = Duration::from_millis(250);
/// The most users that one verification draws; the whole store has no bound.
const SAMPLE_MAX: u64 = 1_000_000;

/// Verify Cache
///
/// Compare the cache with the state store, user by user
///
/// Without a body, of all users, and nothing is fixed. Lines of JSON: each disagreement as it is found, now and then how
/// far it is, and at the end all of it, or the error that ended it.
#[utoipa::path(
    post,
    path = "/cache/verify",
    tag = "Cache",
    request_body(content = Option<VerifyBody>, example = json!(example::verify())),
    responses(
        (
            status = 200, description = SUCCESS, body = VerifyLine, content_type = "application/x-ndjson",
            example = json!(example::verification())
        ),
        BadBody, Slow, TooLarge, Invalid, Broken, StoreAway
    )
)]
pub async fn verify(users: &Users, head: &Parts, given: Body, stopping: Stopping) -> Result<Response, Refusal> {
    let VerifyBody { sample, fix } = verify_body(&receive(&head.headers, given).await?)?;
    let scope = sample.map_or(Scope::All, Scope::Sample);
    answer(Lines { check: users.check(scope, fix).await?, stopping, told: None, has_ended: false }).await
}

/// Where the stores fail at the beginning, it is an error like any other; later it is the last line.
async fn answer<S: StateStore>(mut lines: Lines<S>) -> Result<Response, Refusal> {
    let first = lines.next().await?;
    let rest = stream::unfold(Some(lines), async |lines| {
        let mut lines = lines?;
        match lines.next().await {
            Ok(text) => Some((text?, Some(lines))),
            Err(refusal) => Some((failure(&refusal), None)),
        }
    });
    let body = Body::from_stream(stream::iter(first).chain(rest).map(Ok::<_, Infallible>));
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    Ok(response)
}

/// The lines of a verification under way.
struct Lines<S> {
    check: Check<S>,
    stopping: Stopping,
    /// When it was last told how far it is.
    told: Option<Instant>,
    has_ended: bool,
}

impl<S: StateStore> Lines<S> {
    /// The next ones; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let mut text = Vec::new();
        while text.is_empty() && !self.has_ended {
            let found = tokio::select! {
                biased;
                () = self.stopping.clone().begins() => return Err(Refusal::Stopping),
                found = self.check.step() => found?,
            };
            self.has_ended = found.is_none();
            for disagreement in found.into_iter().flatten() {
                write(&mut text, &VerifyLine::Disagreement(disagreement.clone()));
            }
            if self.has_ended {
                write(&mut text, &VerifyLine::Done(self.check.report().clone()));
            } else if self.told.is_none_or(|told| told.elapsed() >= PROGRESS) {
                self.told = Some(Instant::now());
                write(&mut text, &VerifyLine::Progress { checked: self.check.report().checked, of: self.check.of() });
            }
        }
        Ok(Some(text).filter(|text| !text.is_empty()).map(Bytes::from))
    }
}

fn failure(refusal: &Refusal) -> Bytes {
    let code = refusal.code();
    let failure =
        VerifyFailure { status: code.status().as_u16(), code: code.name().into(), detail: refusal.sentence() };
    let mut text = Vec::new();
    write(&mut text, &VerifyLine::Error(failure));
    text.into()
}

fn write(text: &mut Vec<u8>, line: &VerifyLine) {
    serde_json::to_writer(&mut *text, line).expect("a line is plain JSON");
    text.push(b'\n');
}

fn verify_body(given: &Value) -> Result<VerifyBody, Vec<Fault>> {
    if !matches!(given, Value::Null | Value::Object(_)) {
        return Err(vec![Fault::not_an_object(given.clone())]);
    }
    let sample = match given.field("sample") {
        None | Some(Value::Null) => Ok(None),
        Some(given) => match given.integer() {
            Some(digits) => match digits.parse() {
                Ok(count @ 1..=SAMPLE_MAX) => Ok(Some(count)),
                _ => Err(Fault::out_of_range("sample", SAMPLE_MAX, &digits)),
            },
            None => Err(Fault::not_an_integer("sample", given.clone())),
        },
    };
    let fix = match given.field("fix") {
        None => Ok(false),
        Some(Value::Bool(fix)) => Ok(*fix),
        Some(other) => Err(Fault::not_a_boolean("fix", other.clone())),
    };
    match (sample, fix) {
        (Ok(sample), Ok(fix)) => Ok(VerifyBody { sample, fix }),
        (sample, fix) => Err(sample.err().into_iter().chain(fix.err()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use http_body_util::BodyExt;
    use serde_json::{Value, json};
    use tokio::sync::watch;

    use super::*;
    use crate::state::memory::Memory;
    use crate::state::{Entry, StateError, Step};
    use crate::user::NewUser;
    use crate::users::Options;

    /// A store that answers so many bulk calls and no more.
    #[derive(Clone, Default)]
    struct Tired {
        memory: Arc<Memory>,
        calls_left: Arc<AtomicUsize>,
    }

    impl StateStore for Tired {
        async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
            self.memory.get(key).await
        }

        async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
            let tired = |_| StateError::Unavailable("it is tired".into());
            self.calls_left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).map_err(tired)?;
            self.memory.get_bulk(keys).await
        }

        async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
            self.memory.transact(steps).await
        }
    }

    /// The lines about 200 users over stores that answer so many bulk calls each.
    async fn lines(calls: usize) -> (watch::Sender<bool>, Result<Body, Refusal>) {
        let calls_left = Arc::new(AtomicUsize::new(usize::MAX));
        let store = || Tired { memory: Arc::default(), calls_left: Arc::clone(&calls_left) };
        let users = Users::new(store(), store(), Options { alone: true, ..Options::default() });
        for _ in 0..200 {
            let new = NewUser { name: "John".parse().unwrap(), email: "john@example.com".parse().unwrap() };
            users.create(new).await.value.unwrap();
        }
        users.settle(Duration::from_secs(60)).await;
        calls_left.store(2 * calls, SeqCst);
        let (stop, stopping) = watch::channel(false);
        let check = users.check(Scope::All, false).await.unwrap();
        let lines = Lines { check, stopping: Stopping(stopping), told: None, has_ended: false };
        (stop, answer(lines).await.map(Response::into_body))
    }

    async fn next(body: &mut Body) -> Option<Value> {
        let frame = body.frame().await?.unwrap().into_data().unwrap();
        Some(serde_json::from_slice(&frame).unwrap())
    }

    #[tokio::test]
    async fn a_store_that_fails_in_the_middle_is_told_in_the_last_line() {
        let (_stop, body) = lines(2).await;
        let mut body = body.unwrap();
        assert_eq!(next(&mut body).await.unwrap(), json!({ "progress": { "checked": 64, "of": 200 } }));
        let error = &next(&mut body).await.unwrap()["error"];
        assert_eq!((&error["status"], &error["code"]), (&503.into(), &"store_unavailable".into()));
        assert!(error["detail"].as_str().unwrap().contains("it is tired"), "{error}");
        assert_eq!(next(&mut body).await, None);
    }

    #[tokio::test]
    async fn a_store_that_fails_at_the_beginning_is_an_error_like_any_other() {
        let (_stop, body) = lines(0).await;
        assert!(matches!(body, Err(refusal) if refusal.code().status().as_u16() == 503));
    }

    #[tokio::test]
    async fn a_stop_cuts_it_short() {
        let (stop, body) = lines(100).await;
        let mut body = body.unwrap();
        assert_eq!(next(&mut body).await.unwrap()["progress"]["checked"], 64);
        stop.send_replace(true);
        assert_eq!(next(&mut body).await.unwrap()["error"]["code"], "service_stopping");
        assert_eq!(next(&mut body).await, None);
    }
}
