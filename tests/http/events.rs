//! `/cache/events`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Instant;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::http::Client;
use crate::support::service::Service;
use crate::support::{PATIENCE, eventually};

/// A listener.
struct Feed {
    lines: BufReader<TcpStream>,
}

impl Feed {
    /// The listener, or the status with which it was refused.
    fn try_open(service: &Service, query: &str) -> Result<Self, u16> {
        let mut stream = TcpStream::connect(("127.0.0.1", service.port())).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // In HTTP/1.0 a body without an end is not cut into pieces.
        write!(stream, "GET /cache/events{query} HTTP/1.0\r\n\r\n").unwrap();
        let mut feed = Self { lines: BufReader::new(stream) };
        let head: Vec<String> = std::iter::from_fn(|| feed.line().filter(|line| !line.is_empty())).collect();
        match head[0].split(' ').nth(1).unwrap().parse().unwrap() {
            200 => {
                assert!(head.contains(&"content-type: text/event-stream".to_owned()), "{head:?}");
                assert!(head.contains(&"cache-control: no-cache".to_owned()), "{head:?}");
                Ok(feed)
            }
            status => Err(status),
        }
    }

    #[track_caller]
    fn open(service: &Service, query: &str) -> Self {
        Self::try_open(service, query).unwrap_or_else(|status| panic!("{status}"))
    }

    /// `None` at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.lines.read_line(&mut line).expect("it goes on or ends in good order");
        (length > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event: its name, and what it tells. `None` at the end.
    fn next(&mut self) -> Option<(String, Value)> {
        let (mut name, began) = (None, Instant::now());
        loop {
            let line = self.line()?;
            assert!(began.elapsed() < PATIENCE, "there are only heartbeats");
            if let Some(given) = line.strip_prefix("event: ") {
                name = Some(given.to_owned());
            } else if let Some(told) = line.strip_prefix("data: ") {
                return Some((name.expect("an event has a name"), serde_json::from_str(told).unwrap()));
            }
        }
    }

    /// Waits for an event of that name, and tells it without its time.
    #[track_caller]
    fn wait_for(&mut self, name: &str) -> Value {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "{name} did not come");
            let (given, mut told) = self.next().unwrap_or_else(|| panic!("it ended before {name}"));
            let at = told.as_object_mut().unwrap().shift_remove("at");
            let at = at.unwrap_or_else(|| panic!("{given} has no time"));
            assert!(at.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{at}");
            if given == name {
                return told;
            }
        }
    }
}

/// Takes out how long it took.
#[track_caller]
fn without_ms(mut told: Value) -> Value {
    let ms = told.as_object_mut().unwrap().shift_remove("ms").and_then(|ms| ms.as_f64());
    assert!(ms.is_some_and(|ms| ms >= 0.0), "{told}");
    told
}

/// A user that the cache has.
fn cached_user(client: &Client) -> u64 {
    let id = client.create("John").expect(201).id();
    eventually("the cache answers", || client.get(id).is_hit());
    id
}

pub fn what_happens_in_the_cache_is_told_as_it_happens(service: &Service) {
    let client = Client::new(service.port());
    cached_user(&client);
    let mut feed = Feed::open(service, "");
    let id = client.create("John").expect(201).id();
    assert_eq!(feed.wait_for("fill"), json!({ "user": id, "ttl": 3600 }));
    client.get(id).expect(200);
    let hit = without_ms(feed.wait_for("hit"));
    assert!(hit["ttl"].as_u64().is_some_and(|ttl| (3500..=3600).contains(&ttl)), "{hit}");
    assert_eq!(hit["user"], id);

    client.rename(id, "Jane").expect(200);
    assert_eq!(without_ms(feed.wait_for("mark")), json!({ "user": id }));
    assert_eq!(feed.wait_for("promote"), json!({ "user": id, "ttl": 3600, "tombstone": false }));

    client.send("DELETE", &format!("/cache/users/{id}"), None).expect(200);
    assert_eq!(feed.wait_for("flush"), json!({ "user": id }));
    client.get(id).expect(200);
    assert_eq!(without_ms(feed.wait_for("miss")), json!({ "user": id, "found": "marker" }));
    assert_eq!(feed.wait_for("repair"), json!({ "user": id }));
    feed.wait_for("promote");

    client.delete(id).expect(200);
    feed.wait_for("mark");
    assert_eq!(feed.wait_for("promote"), json!({ "user": id, "ttl": 3600, "tombstone": true }));
}

pub fn a_listener_for_one_user_hears_of_no_other(service: &Service) {
    let client = Client::new(service.port());
    let (one, other) = (cached_user(&client), cached_user(&client));
    let mut feed = Feed::open(service, &format!("?user=7&user=+{one}"));
    for id in [other, one, 999_999_999, other, one] {
        client.get(id);
    }
    for _ in 0..2 {
        let (name, told) = feed.next().unwrap();
        assert_eq!((name.as_str(), &told["user"]), ("hit", &one.into()), "{told}");
    }
}

pub fn a_listener_for_what_is_no_user_is_refused(service: &Service) {
    let client = Client::new(service.port());
    for nonsense in ["x", "", "1.5", "0x1"] {
        let refused = client.send("GET", &format!("/cache/events?user={nonsense}"), None).expect(422).json();
        assert_eq!(refused["detail"][0]["type"], "int_parsing");
        assert_eq!(refused["detail"][0]["loc"], json!(["query", "user"]));
    }
    let nobody = client.send("GET", "/cache/events?user=-1", None).expect(404);
    assert_eq!(nobody.json(), json!({ "detail": "User with ID -1 not found" }));
}

pub fn so_many_listen_and_no_more(service: &Service) {
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut feeds: Vec<Feed> = (0..64).map(|_| Feed::open(service, "")).collect();
    let refused = client.send("GET", "/cache/events", None).expect(503);
    assert!(refused.text("detail").starts_with("64 clients listen") && refused.header("retry-after") == Some("1"));
    drop(feeds.pop());
    eventually("a place is free", || Feed::try_open(service, "").map(|feed| feeds.push(feed)).is_ok());
    client.get(id).expect(200);
    for feed in &mut feeds {
        assert_eq!(feed.wait_for("hit")["user"], id);
    }
}

pub fn a_stop_ends_the_events_at_once(service: &Service) {
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut feed = Feed::open(service, "");
    client.get(id).expect(200);
    feed.wait_for("hit");
    let began = Instant::now();
    service.signal(Signal::TERM);
    while feed.next().is_some() {}
    assert_eq!(service.wait().and_then(|status| status.code()), Some(0));
    assert!(began.elapsed().as_secs() < 3, "the stop took its whole grace: {:?}", began.elapsed());
}

/// A flush of everything, on stores that no other test uses.
#[track_caller]
fn flush_all_is_told(service: &Service) {
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut feed = Feed::open(service, &format!("?user={id}"));
    client.send("DELETE", "/cache", None).expect(200);
    let phase = feed.wait_for("phase");
    assert!(phase["from"] == "on" && phase["to"].is_string(), "{phase}");
    assert_eq!(feed.wait_for("flush"), json!({ "epoch": client.stats()["epoch"] }));
}

#[test]
fn a_flush_of_everything_is_told_to_who_listens_for_one_user_too() {
    flush_all_is_told(&Service::embedded());
}

mod dapr {
    use super::flush_all_is_told;
    use crate::support::service::Service;
    use crate::support::stack::{Setup, Stack};

    #[test]
    fn a_flush_of_everything_is_told_to_who_listens_for_one_user_too() {
        flush_all_is_told(&Service::on(&Stack::start(Setup::default())));
    }
}
