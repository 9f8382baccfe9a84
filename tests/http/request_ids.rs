//! `X-Request-Id`.

use std::collections::HashSet;

use serde_json::json;

use crate::support::http::{Answer, Client};
use crate::support::service::Service;

/// The one id of an answer.
#[track_caller]
fn id_of(answer: &Answer) -> &str {
    let ids: Vec<&str> =
        answer.headers.iter().filter(|(name, _)| name == "x-request-id").map(|(_, id)| id.as_str()).collect();
    let [id] = ids[..] else { panic!("not one id: {answer:?}") };
    id
}

/// The id of an answer, if the service made it.
#[track_caller]
fn fresh_id_of(answer: &Answer) -> String {
    let id = id_of(answer);
    let is_hexadecimal = id.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    assert!(id.len() == 16 && is_hexadecimal, "{answer:?}");
    id.to_owned()
}

pub fn the_id_of_a_request_comes_back_with_every_answer(service: &Service) {
    let client = Client::new(service.port());
    let user = format!("/users/{}", client.create("John").expect(201).id());
    let longest = "x".repeat(128);
    let given = ["7b3c1a52-2f7e-4f4e-9f3e-0c1d2e3f4a5b", "a", "Root=1/b+c==~d.e_f:g@h", &longest];
    let asked = [
        ("GET", user.as_str(), None, 200),
        ("HEAD", &user, None, 200),
        ("OPTIONS", &user, None, 204),
        ("GET", "/users/", None, 307),
        ("PUT", &user, Some(json!({ "name": "Jane" })), 200),
        ("PUT", &user, Some(json!({ "name": "" })), 422),
        ("GET", "/users/999999999", None, 404),
        ("GET", "/nowhere", None, 404),
        ("TRACE", "/users", None, 405),
        ("GET", "/health", None, 200),
        ("GET", "/cache/stats", None, 200),
    ];
    for (number, (method, path, body, status)) in asked.iter().enumerate() {
        let id = given[number % given.len()];
        let headers = [("content-type", "application/json"), ("X-REQUEST-ID", id)];
        let answer = client.send_with(method, path, &headers, body.as_ref()).expect(*status);
        assert_eq!(id_of(&answer), id, "{method} {path}");
        fresh_id_of(&client.send(method, path, body.as_ref()));
    }
    let known = [("if-none-match", "*"), ("x-request-id", "known")];
    assert_eq!(id_of(&client.send_with("GET", &user, &known, None).expect(304)), "known");
}

pub fn an_id_that_is_absent_or_unusable_is_replaced_by_a_fresh_one(service: &Service) {
    let client = Client::new(service.port());
    let too_long = "x".repeat(129);
    let mut seen = HashSet::new();
    for unusable in ["", " ", "a b", "a,b", "\"a\"", "a;b", "a%20", "<b>", "$(id)", "h\u{e9}", "a\tb", &too_long] {
        let answer = client.send_with("GET", "/health", &[("x-request-id", unusable)], None).expect(200);
        assert!(seen.insert(fresh_id_of(&answer)), "{unusable:?} has the id of another");
    }
    let twice = client.send_with("GET", "/health", &[("x-request-id", "a"), ("x-request-id", "b")], None);
    assert!(seen.insert(fresh_id_of(&twice.expect(200))));
    for _ in 0..100 {
        assert!(seen.insert(fresh_id_of(&client.send("GET", "/health", None))), "two requests have one id");
    }
}
