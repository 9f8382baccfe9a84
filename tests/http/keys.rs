//! `Idempotency-Key`: a create that is made once.

use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::support::http::{Answer, Client};
use crate::support::service::Service;

fn create(client: &Client, key: &str, name: &str) -> Answer {
    let body = json!({ "name": name, "email": "once@example.com" });
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    client.send_with("POST", "/users", &headers, Some(&body))
}

/// A key that nobody has used: the tests of one service share its store.
fn fresh(client: &Client, test: &str) -> String {
    format!("{test}-{}", client.create("Somebody").expect(201).id())
}

pub fn the_same_key_and_body_give_the_same_answer(service: &Service) {
    let client = Client::new(service.port());
    let key = fresh(&client, "same");
    let first = create(&client, &key, "John").expect(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    client.send("PUT", &format!("/users/{}", first.id()), Some(&json!({ "name": "Changed" }))).expect(200);
    let headers = [("content-type", "application/json"), ("idempotency-key", &*format!("\"{key}\""))];
    let again = client
        .send_with("POST", "/users", &headers, Some(&json!({ "email": "once@example.com", "name": "John" })))
        .expect(201);
    assert_eq!((&again.body, again.version()), (&first.body, 1));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert!(again.went_through("replay") && !again.went_through("create"), "{again:?}");
    assert_ne!(create(&client, &format!("{key}-other"), "John").expect(201).id(), first.id());
}

pub fn the_same_key_with_another_body_is_refused_and_creates_nobody(service: &Service) {
    let client = Client::new(service.port());
    let key = fresh(&client, "another");
    let first = create(&client, &key, "John").expect(201).id();
    let refused = create(&client, &key, "Jane").expect(422).json();
    assert_eq!(refused["detail"][0]["loc"], json!(["header", "Idempotency-Key"]));
    create(&client, &key, "").expect(422);
    assert_eq!(create(&client, &key, "John").expect(201).id(), first);
}

pub fn of_equal_creates_at_the_same_time_one_is_made(service: &Service) {
    let client = Client::new(service.port());
    let key = fresh(&client, "race");
    let start = Barrier::new(8);
    let race = || {
        let client = Client::new(service.port());
        start.wait();
        create(&client, &key, "Racer")
    };
    let answers: Vec<Answer> = thread::scope(|scope| {
        let running: Vec<_> = (0..8).map(|_| scope.spawn(race)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let made = create(&client, &key, "Racer").expect(201);
    for answer in answers {
        match answer.status {
            201 => assert_eq!(answer.body, made.body),
            409 => assert_eq!(answer.header("retry-after"), Some("1")),
            other => panic!("{other}: {answer:?}"),
        }
    }
}

pub fn a_key_that_makes_no_sense_is_named(service: &Service) {
    let client = Client::new(service.port());
    let long = "x".repeat(256);
    for nonsense in ["", "two words", "\"open", "a\"b", "\"\"", "caf\u{e9}", &long] {
        let refused = create(&client, nonsense, "John").expect(400);
        assert!(refused.text("detail").starts_with("The header Idempotency-Key is no key"), "{refused:?}");
    }
    let twice = [("content-type", "application/json"), ("idempotency-key", "a"), ("idempotency-key", "b")];
    client.send_with("POST", "/users", &twice, Some(&json!({ "name": "J", "email": "a@b.co" }))).expect(400);
}
