//! The rules that no recording shows.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use usersvc::timing::parse_server_timing;
use usersvc::trace::Outcome;

use super::client::{Answer, ask, connect, request, send, send_json};
use crate::support::eventually;
use crate::support::service::Service;

const JOHN: &str = r#"{"name": "John Doe", "email": "john.doe@example.com"}"#;

/// Creates a user and returns its path.
fn create(service: &Service) -> String {
    let answer = send_json(service.port(), "POST", "/users", JOHN);
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/users/{}", answer.json()["id"])
}

fn outcomes(answer: &Answer) -> Vec<Outcome> {
    let header = answer.header("server-timing").expect("the trace is told");
    parse_server_timing(header).iter().map(|timed| timed.step.outcome).collect()
}

fn is_hit(answer: &Answer) -> bool {
    answer.header("cache-status").is_some_and(|status| status.starts_with("usersvc; hit; ttl="))
}

pub fn a_hit_and_a_miss_are_told_in_the_headers(service: &Service) {
    let path = create(service);
    assert_eq!(
        outcomes(&send_json(service.port(), "PUT", &path, r#"{"name": "John"}"#)).last(),
        Some(&Outcome::PromoteScheduled)
    );
    eventually("the user is served from the cache", || is_hit(&ask(service.port(), "GET", &path)));
    let hit = ask(service.port(), "GET", &path);
    assert_eq!(outcomes(&hit), [Outcome::Hit]);

    let flushed = ask(service.port(), "DELETE", &format!("/cache{path}"));
    assert_eq!((flushed.status, flushed.json()["flushed"].clone()), (200, true.into()));
    let miss = ask(service.port(), "GET", &path);
    assert_eq!(miss.body, hit.body);
    assert!(miss.header("cache-status").is_some_and(|status| status.starts_with("usersvc; fwd=")), "{miss:?}");
    assert!(outcomes(&miss).contains(&Outcome::Found));
    let status = ask(service.port(), "GET", "/users/999999999");
    assert!(outcomes(&status).contains(&Outcome::NotFound), "a 404 has its trace, too");
}

pub fn the_log_tells_what_happened_in_the_words_of_the_original(start: impl Fn() -> Service) {
    let service = start();
    let path = create(&service);
    let id = path.trim_start_matches("/users/");
    eventually("the user is served from the cache", || is_hit(&ask(service.port(), "GET", &path)));
    ask(service.port(), "DELETE", &format!("/cache{path}"));
    ask(service.port(), "GET", &path);
    eventually("the user is back in the cache", || is_hit(&ask(service.port(), "GET", &path)));
    send_json(
        service.port(),
        "PUT",
        &path,
        r#"{"name": "forged\nCACHE HIT: User 7 found in cache", "email": "a@b.co"}"#,
    );
    send_json(service.port(), "PUT", &path, r#"{"name": "John Smith"}"#);
    ask(service.port(), "DELETE", &path);
    ask(service.port(), "GET", "/users/999999999");
    ask(service.port(), "GET", "/users/x%0ACACHE%20HIT:%20User%207%20found%20in%20cache");
    assert_eq!(service.stop().and_then(|status| status.code()), Some(0));

    let log = service.log();
    let told = |sentence: String| {
        let is_line = |line: &&str| line.ends_with(&format!("Z INFO  {sentence}"));
        assert!(log.lines().any(|line| is_line(&line)), "{sentence:?} is not in:\n{log}");
    };
    told(format!("User {id} saved to state store"));
    told(format!("User {id} cached with TTL 3600s"));
    told(format!("CACHE HIT: User {id} found in cache"));
    told(format!("User {id} removed from cache"));
    told(format!("CACHE MISS: User {id} not in cache"));
    told(format!("User {id} found in state store"));
    told(format!("User {id} deleted from state store"));
    told("User 999999999 not found in state store".into());
    for secret in ["User 7 ", "forged", "John", "@"] {
        assert!(!log.lines().any(|line| line.contains(" INFO ") && line.contains(secret)), "{secret:?} is in:\n{log}");
    }
}

#[test]
fn a_wrong_method_is_told_every_right_one() {
    let service = Service::embedded();
    for (path, methods) in [
        ("/health", "GET"),
        ("/users", "POST"),
        ("/users/1", "GET, PUT, DELETE"),
        ("/users/x", "GET, PUT, DELETE"),
        ("/cache", "DELETE"),
        ("/cache/users/1", "GET, DELETE"),
        ("/cache/stats", "GET"),
        ("/cache/verify", "POST"),
    ] {
        let answer = ask(service.port(), "TRACE", path);
        let told = answer.header("allow").unwrap_or_default();
        let all_told = methods.split(", ").all(|method| told.split(", ").any(|other| other == method));
        assert!(answer.status == 405 && all_told, "{path}: {answer:?}");
    }
}

#[test]
fn a_body_of_more_than_64_kib_is_refused_and_one_of_64_kib_is_not() {
    let service = Service::embedded();
    let filled = |length: usize| {
        let (before, after) = (r#"{"name": "x", "email": "a@b.co", "more": ""#, r#""}"#);
        format!("{before}{}{after}", "x".repeat(length - before.len() - after.len()))
    };
    assert_eq!(send_json(service.port(), "POST", "/users", &filled(64 * 1024)).status, 201);
    for length in [64 * 1024 + 1, 200_000, 900_000] {
        let answer = send_json(service.port(), "POST", "/users", &filled(length));
        assert_eq!(answer.status, 413, "{length}");
        assert!(answer.json()["detail"].is_string());
    }
    let body = filled(100_000);
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let head = request("POST", "/users", &[("Transfer-Encoding", "chunked")], None);
    let mut stream = connect(service.port());
    stream.write_all(&[&head, chunked.as_bytes()].concat()).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 413);
    let mut stream = connect(service.port());
    let length = ("Content-Length", "10000000000");
    stream.write_all(&request("POST", "/users", &[length, ("Expect", "100-continue")], None)).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 413, "it is refused before it is sent");
}

#[test]
fn a_body_in_pieces_is_one_body() {
    let service = Service::embedded();
    let mut stream = connect(service.port());
    stream.write_all(&request("POST", "/users", &[("Transfer-Encoding", "chunked")], None)).unwrap();
    for piece in JOHN.as_bytes().chunks(7) {
        stream.write_all(&[format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()).unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    assert_eq!(Answer::read(&mut stream).status, 201);
}

#[test]
fn what_usersvc_refuses_and_the_original_did_not_is_a_value_error_that_says_why() {
    let service = Service::embedded();
    for (field, value) in [
        ("name", r#"" \u2003""#),
        ("name", r#""a\u0000b""#),
        ("name", r#""a\nb""#),
        ("email", r#""""#),
        ("email", r#""nobody""#),
        ("email", r#""a@b.co\r\nBcc: c@d.co""#),
        ("email", r#""John <a@b.co>""#),
    ] {
        let other = if field == "name" { r#""email": "a@b.co""# } else { r#""name": "x""# };
        let answer = send_json(service.port(), "POST", "/users", &format!(r#"{{"{field}": {value}, {other}}}"#));
        let json = answer.json();
        let fault = &json["detail"][0];
        assert_eq!((answer.status, &fault["type"]), (422, &"value_error".into()), "{value}: {json}");
        assert_eq!(fault["loc"], serde_json::json!(["body", field]));
        assert!(fault["msg"].as_str().unwrap().starts_with("Value error, "));
    }
    let lone = send_json(service.port(), "POST", "/users", r#"{"name": "\ud800", "email": "a@b.co"}"#);
    assert_eq!((lone.status, lone.json()["detail"][0]["type"].clone()), (422, "string_unicode".into()));
    let nan = send_json(service.port(), "POST", "/users", r#"{"name": NaN, "email": "a@b.co"}"#);
    assert_eq!((nan.status, nan.json()["detail"][0]["input"].clone()), (422, "NaN".into()));
    assert_eq!(create(&service), "/users/1", "nothing was stored");
}

#[test]
fn the_cache_can_be_looked_into_and_checked() {
    let service = Service::embedded();
    let path = create(&service);
    eventually("the user is served from the cache", || is_hit(&ask(service.port(), "GET", &path)));
    let inspection = ask(service.port(), "GET", &format!("/cache{path}")).json();
    assert_eq!((&inspection["verdict"], &inspection["row_version"]), (&"fresh".into(), &1.into()), "{inspection}");
    assert!(ask(service.port(), "GET", "/cache/stats").json()["hits"].as_u64() > Some(0));
    let verified = send(service.port(), "POST", "/cache/verify", &[], None);
    let told = String::from_utf8_lossy(&verified.body).into_owned();
    assert!(told.contains(r#""checked":1,"#) && told.contains(r#""disagreements":[]"#), "{told}");
    assert_eq!(send_json(service.port(), "POST", "/cache/verify", r#"{"sample": 3, "fix": true}"#).status, 200);
    for body in ["[]", r#"{"sample": 0}"#, r#"{"sample": -1}"#, r#"{"sample": "all"}"#, r#"{"fix": 1}"#, "{"] {
        assert_eq!(send_json(service.port(), "POST", "/cache/verify", body).status, 422, "{body}");
    }
    for method in ["GET", "DELETE"] {
        let nobody = ask(service.port(), method, "/cache/users/-1");
        assert_eq!((nobody.status, nobody.json()["detail"].clone()), (404, "User with ID -1 not found".into()));
        assert_eq!(ask(service.port(), method, "/cache/users/x").status, 422);
    }
}

#[test]
fn a_request_under_way_is_answered_after_the_stop_and_a_new_one_is_not_taken() {
    let service = Service::embedded();
    let port = service.port();
    let path = create(&service);
    let mut idle = connect(port);
    let body = br#"{"name": "Last"}"#;
    let whole = request("PUT", &path, &[], Some(body));
    let (first, rest) = whole.split_at(whole.len() - 5);
    let mut stream = connect(port);
    stream.write_all(first).unwrap();
    // Only what is known to be under way is waited for: the answer to a second request shows that the first was read.
    ask(port, "GET", "/health");
    service.signal(rustix::process::Signal::TERM);
    eventually("no connection is taken", || match std::net::TcpStream::connect(("127.0.0.1", port)) {
        Err(fault) => fault.kind() == ErrorKind::ConnectionRefused,
        Ok(_) => false,
    });
    stream.write_all(rest).unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, answer.json()["name"].clone()), (200, "Last".into()));
    let began = Instant::now();
    assert_eq!(service.wait().and_then(|status| status.code()), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3), "an idle connection holds nothing up");
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}
