//! `/cache/events`, heard from afar.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout, timeout_at};

use super::Api;
use crate::client::Error;
use crate::client::event_stream::{Message, Parser};
use crate::client::request::Request;
use crate::user::UserId;

const ACCEPT_EVENTS: &str = "text/event-stream, application/problem+json;q=0.9";
/// The service breaks a silence every 15 seconds: after this one it is gone, or what is between.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// Something that happened in the cache of a service. docs/api.md lists the names, and what is told of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEvent {
    /// Such as `hit`; a later version of the service may tell of more.
    pub name: String,
    /// All that is told of it.
    pub told: Map<String, Value>,
}

impl CacheEvent {
    /// When it happened (RFC 3339).
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.told.get("at").and_then(Value::as_str)
    }

    /// The user that it is about, where it is not about the whole cache.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.told.get("user").and_then(Value::as_u64).and_then(UserId::new)
    }
}

/// The events of a service, from the moment at which it was asked.
pub struct Events {
    answer: Response,
    parser: Parser,
    url: String,
    /// When the service last sent something.
    heard_at: Instant,
}

impl Api {
    /// Listens to the cache of the service: to all that happens, or only to what is about that user or about the whole
    /// cache.
    ///
    /// # Errors
    /// That it cannot be reached, is not this service, or has too many listeners ([`Error::Unavailable`]).
    pub async fn events(&self, only: Option<UserId>) -> Result<Events, Error> {
        let patience = self.settings.answer;
        let url = self.base.clone();
        let slow = |_| Error::Slow { url: self.base.clone(), limit: patience };
        let sent = self.built(&Request::events(only), ACCEPT_EVENTS).send();
        let answer = timeout(patience, sent).await.map_err(slow)?.map_err(|fault| self.explain(&fault, patience))?;
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if answer.status().is_success() && kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Ok(Events { answer, parser: Parser::default(), url, heard_at: Instant::now() });
        }
        let reply = timeout(patience, self.read_reply(answer, patience, &mut |_| {})).await.map_err(slow)??;
        let status = reply.status.as_u16();
        Err(match reply.status.is_success() {
            true => Error::foreign(&url, status, &reply.body),
            false => Error::of_answer(&url, status, &reply.body, None),
        })
    }
}

impl Events {
    /// Waits for what happens next, which may be several things at once; `None` when the service ends the stream.
    /// Nothing is lost where the wait is given up.
    ///
    /// # Errors
    /// That the connection breaks off, or that something is told which is no event of this service.
    pub async fn next(&mut self) -> Result<Option<Vec<CacheEvent>>, Error> {
        let foreign = |cause: String| Error::Foreign { url: self.url.clone(), cause };
        loop {
            let slow = |_| Error::Slow { url: self.url.clone(), limit: SILENCE_MAX };
            let chunk = timeout_at(self.heard_at + SILENCE_MAX, self.answer.chunk()).await.map_err(slow)?;
            self.heard_at = Instant::now();
            let broken = |fault| Error::Broken { url: self.url.clone(), cause: super::innermost(&fault) };
            let chunk = chunk.map_err(broken)?;
            let Some(chunk) = chunk else { return Ok(None) };
            let messages = self.parser.feed(&chunk).map_err(|_| foreign("it tells of an event without end".into()))?;
            let events: Option<Vec<CacheEvent>> = messages.into_iter().map(read).collect();
            match events {
                None => return Err(foreign("it tells of an event that is no JSON object".into())),
                Some(events) if events.is_empty() => {}
                Some(events) => return Ok(Some(events)),
            }
        }
    }
}

fn read(message: Message) -> Option<CacheEvent> {
    Some(CacheEvent { name: message.event, told: serde_json::from_str(&message.data).ok()? })
}
