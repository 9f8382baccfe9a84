//! Whatever is sent, the service neither fails nor stores anything.

use std::io::{Read, Write};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::client::{Answer, connect, request, send};
use crate::support::service::Service;

/// Bytes that look a little like JSON, or not at all.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"name\":",
        "\"email\":",
        "\"a@b.co\"",
        "null",
        "NaN",
        "-Infinity",
        "1e999",
        "\\ud800",
        "\\u0000",
        "\\",
        "\u{feff}",
        "é",
        "😀",
        "\0",
        "\n",
        "-",
        "0",
        "1.5e",
        "\"\"",
        "[[[[",
        "{\"a\":",
    ]);
    let like_json = prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat().into_bytes());
    let deep = (0..20_000_usize, prop::sample::select(vec!["[", "{\"a\":", "[{\"b\":["]))
        .prop_map(|(depth, piece)| piece.repeat(depth.min(60_000 / piece.len())).into_bytes());
    prop_oneof![4 => like_json, 3 => prop::collection::vec(any::<u8>(), 0..200), 1 => deep]
}

/// A target of visible characters, percent-encoded bytes among them.
fn paths() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/users/".to_owned()),
        Just("/cache/users/".to_owned()),
        Just("/".to_owned()),
        any::<u8>().prop_map(|byte| format!("%{byte:02X}")),
        "[!-~]{0,6}",
        "[0-9+_.-]{1,30}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn content_types() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("application/json".to_owned()),
        1 => "[ -~]{0,30}".prop_map(|text| text.trim().to_owned()),
        1 => prop::sample::select(vec!["text/plain", "application/x+json; charset=utf-16", ""]).prop_map(Into::into),
    ]
}

#[test]
fn no_input_makes_the_service_fail_and_none_is_stored() {
    let service = Service::embedded();
    let port = service.port();
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "OPTIONS", "BREW"]);
    let requests = (methods, prop_oneof![Just("/users".to_owned()), Just("/users/1".to_owned()), paths()]);
    let strategy = (requests, content_types(), bodies());
    let ran = runner.run(&strategy, |((method, path), content_type, body)| {
        let answer = send(port, method, &path, &[("Content-Type", &content_type)], Some(&body));
        prop_assert!(answer.status < 500, "{answer:?}");
        prop_assert!(answer.status != 201, "{answer:?}");
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let first = br#"{"name": "First", "email": "a@b.co"}"#;
    let created = send(port, "POST", "/users", &[], Some(first));
    assert_eq!((created.status, created.json()["id"].clone()), (201, 1.into()), "nothing was stored before");
    assert!(!service.log().contains("panicked"), "{}", service.log());
}

#[test]
fn bytes_that_are_no_http_hurt_nobody_else() {
    let service = Service::embedded();
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&prop::collection::vec(any::<u8>(), 1..300), |bytes| {
        let mut stream = connect(service.port());
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        prop_assert!(!answer.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&answer));
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let mut stream = connect(service.port());
    stream.write_all(&request("GET", "/health", &[], None)).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 200);
}
