//! `/cache/events`: what happens in the cache, as it happens, as server-sent events (WHATWG HTML, section 9.2).

use std::convert::Infallible;
use std::time::Duration;

use axum::http::request::Parts;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};

use super::error::Refusal;
use super::exchange::Stopping;
use super::openapi::answers::{Crowded, InvalidListener, Nobody, SUCCESS};
use super::openapi::example::EVENTS;
use super::openapi::parameters::InEvents;
use super::query;
use crate::trace::{Outcome, Step, Trace};
use crate::user::{CreatedAt, UserId};
use crate::users::{Event, Heard, Listener, Told, Users};

/// How long it is silent before it shows that it is still there, by a comment.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An event on the wire: its name, and what is told of it.
type Line = (&'static str, Value);

/// Cache Events
///
/// Tell what happens in the cache, as it happens
///
/// Server-sent events of this process, without an end: `hit`, `miss`, `bypass`, `fill`, `mark`, `promote`, `repair`,
/// `fence`, `fill_refused`, `promote_refused`, `flush`, `phase`, `away`, `back`, `violation`; and `lost`, where the client
/// does not keep pace. A comment every 15 s shows that the connection stands.
#[utoipa::path(
    get,
    path = "/cache/events",
    tag = "Cache",
    params(InEvents),
    responses(
        (
            status = 200,
            description = SUCCESS,
            body = String,
            content_type = "text/event-stream",
            headers(("Cache-Control" = String, description = "Events are never kept: `no-cache`")),
            example = json!(EVENTS)
        ),
        Nobody, InvalidListener, Crowded
    )
)]
pub fn get(users: &Users, head: &Parts, stopping: Stopping) -> Result<Response, Refusal> {
    let only = query::user(head.uri.query().unwrap_or_default())?;
    let listener = users.listen().ok_or(Refusal::TooManyListeners)?;
    Ok(answer(listener, only, stopping))
}

fn answer(listener: Listener, only: Option<UserId>, stopping: Stopping) -> Response {
    let heard = stream::unfold(listener, async |mut listener| Some((listener.next().await?, listener)));
    let lines = heard.flat_map(move |heard| stream::iter(lines(&heard, only)));
    let events = lines.map(|(name, told)| sse::Event::default().event(name).data(told.to_string()));
    let events = events.map(Ok::<_, Infallible>).take_until(stopping.begins());
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}

/// What is told of that; what is about no user is told to everybody.
fn lines(heard: &Heard, only: Option<UserId>) -> Vec<Line> {
    match heard {
        Heard::Lost(events) => vec![("lost", json!({ "events": events }))],
        Heard::Told(told) if only.is_some() && told.event.user().is_some_and(|user| Some(user) != only) => Vec::new(),
        Heard::Told(told) => describe(told),
    }
}

fn describe(Told { at, event }: &Told) -> Vec<Line> {
    let (name, more) = match event {
        Event::Request(trace) => return describe_steps(at, trace),
        Event::Filled { ttl, .. } => ("fill", json!({ "ttl": ttl })),
        Event::FillRefused { .. } => ("fill_refused", json!({})),
        Event::Fenced { .. } => ("fence", json!({})),
        Event::Promoted { ttl, tombstone, .. } => ("promote", json!({ "ttl": ttl, "tombstone": tombstone })),
        Event::PromoteRefused { .. } => ("promote_refused", json!({})),
        Event::Repaired { .. } => ("repair", json!({})),
        Event::Flushed { .. } => ("flush", json!({})),
        Event::FlushedAll { epoch } => ("flush", json!({ "epoch": epoch })),
        Event::Moved { from, to } => ("phase", json!({ "from": from, "to": to })),
        Event::CacheAway { reason } => ("away", json!({ "reason": reason })),
        Event::CacheBack => ("back", json!({})),
        Event::Violation { cached, stored, epoch, .. } => {
            ("violation", json!({ "cached": cached, "stored": stored, "epoch": epoch }))
        }
    };
    vec![(name, with_head(at, event.user(), more))]
}

/// What a request saw and did in the cache.
fn describe_steps(at: &jiff::Timestamp, trace: &Trace) -> Vec<Line> {
    let line = |step: &Step| {
        #[allow(clippy::cast_precision_loss)] // microseconds of a call fit a double
        let ms = step.elapsed.as_micros() as f64 / 1000.0;
        let (name, more) = match step.outcome {
            Outcome::Hit => ("hit", json!({ "ttl": step.ttl, "ms": ms })),
            Outcome::Miss => ("miss", json!({ "found": "nothing", "ms": ms })),
            Outcome::Expired => ("miss", json!({ "found": "expired", "ms": ms })),
            Outcome::Marker => ("miss", json!({ "found": "marker", "ms": ms })),
            Outcome::Bypass => ("bypass", json!({})),
            Outcome::Marked => ("mark", json!({ "ms": ms })),
            _ => return None,
        };
        Some((name, with_head(at, trace.user, more)))
    };
    trace.steps.iter().filter_map(line).collect()
}

/// With the time and the user before it.
fn with_head(at: &jiff::Timestamp, user: Option<UserId>, more: Value) -> Value {
    let mut told = Map::new();
    told.insert("at".into(), CreatedAt(*at).to_string().into());
    if let Some(user) = user {
        told.insert("user".into(), user.get().into());
    }
    if let Value::Object(more) = more {
        told.extend(more);
    }
    Value::Object(told)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use tokio::sync::watch;
    use tokio::time::Instant;

    use super::*;
    use crate::state::memory::Memory;
    use crate::users::Options;

    fn users() -> Users<Memory> {
        Users::new(Memory::default(), Memory::default(), Options { alone: true, ..Options::default() })
    }

    fn listen(users: &Users<Memory>) -> (watch::Sender<bool>, Body) {
        let (stop, stopping) = watch::channel(false);
        let listener = users.listen().unwrap();
        (stop, answer(listener, None, Stopping(stopping)).into_body())
    }

    async fn next(body: &mut Body) -> Option<String> {
        let frame = body.frame().await?.unwrap().into_data().unwrap();
        Some(String::from_utf8(frame.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_a_comment() {
        let users = users();
        let (_stop, mut body) = listen(&users);
        let began = Instant::now();
        for beat in 1..=3 {
            assert_eq!(next(&mut body).await.unwrap(), ":\n\n");
            assert_eq!(began.elapsed().as_secs(), beat * HEARTBEAT.as_secs());
        }
    }

    #[tokio::test]
    async fn who_does_not_keep_pace_is_told_how_much_was_lost() {
        let users = users();
        let (stop, mut body) = listen(&users);
        let id = UserId::new(1).unwrap();
        for _ in 0..5000 {
            assert!(users.get(id).await.value.is_err());
        }
        assert_eq!(next(&mut body).await.unwrap(), "event: lost\ndata: {\"events\":904}\n\n");
        for _ in 904..5000 {
            assert!(next(&mut body).await.unwrap().starts_with("event: miss\ndata: {\"at\":"));
        }
        stop.send_replace(true);
        assert_eq!(next(&mut body).await, None);
    }
}
