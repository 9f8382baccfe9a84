//! `If-Match` and `If-None-Match` (RFC 9110, section 13).

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::http::{Answer, Client};
use crate::support::service::Service;

/// A client with a user of its own.
struct Actor {
    client: Client,
    id: u64,
}

impl Actor {
    fn on(service: &Service) -> Self {
        let client = Client::new(service.port());
        let id = client.create("John Doe").expect(201).id();
        Self { client, id }
    }

    fn send(&self, method: &str, condition: (&str, &str), body: Option<&Value>) -> Answer {
        let headers = [("content-type", "application/json"), condition];
        self.client.send_with(method, &format!("/users/{}", self.id), &headers, body)
    }

    fn rename(&self, method: &str, condition: (&str, &str), name: &str) -> Answer {
        self.send(method, condition, Some(&json!({ "name": name })))
    }
}

pub fn a_change_is_made_only_of_the_version_that_was_read(service: &Service) {
    let actor = Actor::on(service);
    assert_eq!(actor.rename("PUT", ("if-match", "\"1\""), "Second").expect(200).version(), 2);
    let (sentence, status) = ("which the request rules out; read it again before you change it", 412);
    for method in ["PUT", "PATCH", "DELETE"] {
        let refused = actor.rename(method, ("if-match", "\"1\", \"3\""), "Lost").expect(status);
        let detail = format!("User {} is at version 2, {sentence}", actor.id);
        assert_eq!(refused.json(), json!({ "detail": detail }));
        assert!(refused.went_through("found") && !refused.went_through("save"), "{refused:?}");
        actor.rename(method, ("if-none-match", "\"9\", W/\"2\""), "Lost").expect(status);
        actor.rename(method, ("if-none-match", "*"), "Lost").expect(status);
    }
    // What would change nothing is refused, too: the client is wrong about what there is.
    actor.send("PUT", ("if-match", "\"1\""), Some(&json!({}))).expect(status);
    let third = actor.rename("PATCH", ("if-match", "\"1\", \"2\""), "Third").expect(200);
    assert_eq!((third.version(), third.text("name")), (3, "Third".into()));
    assert_eq!(actor.rename("PUT", ("if-none-match", "\"2\""), "Fourth").expect(200).version(), 4);
    let deleted = actor.send("DELETE", ("if-match", "\"4\""), None).expect(200);
    assert_eq!(deleted.header("etag"), None);
    actor.client.get(actor.id).expect(404);
}

pub fn a_weak_or_foreign_tag_matches_no_version_and_a_star_every_one(service: &Service) {
    let actor = Actor::on(service);
    for tag in ["W/\"1\"", "\"01\"", "\"x\"", "\"\"", "\"1,1\""] {
        actor.rename("PUT", ("if-match", tag), "Lost").expect(412);
        actor.send("DELETE", ("if-match", tag), None).expect(412);
    }
    assert_eq!(actor.rename("PUT", ("if-match", " * "), "Found").expect(200).version(), 2);
    assert_eq!(actor.rename("PUT", ("if-match", "W/\"2\" , ,\"2\""), "Again").expect(200).version(), 3);
}

pub fn a_user_that_is_not_there_is_not_found_whatever_is_demanded_of_it(service: &Service) {
    let client = Client::new(service.port());
    let nobody = json!({ "detail": "User with ID 999999999 not found" });
    for condition in [("if-match", "\"1\""), ("if-match", "*"), ("if-none-match", "*"), ("if-none-match", "\"1\"")] {
        for (method, body) in [("GET", None), ("PUT", Some(json!({}))), ("PATCH", Some(json!({}))), ("DELETE", None)] {
            let headers = [("content-type", "application/json"), condition];
            let answer = client.send_with(method, "/users/999999999", &headers, body.as_ref());
            assert_eq!(answer.expect(404).json(), nobody, "{method} {condition:?}");
        }
    }
    let invalid = [("content-type", "application/json"), ("if-match", "\"1\"")];
    client.send_with("PUT", "/users/999999999", &invalid, Some(&json!({ "name": "" }))).expect(422);
}

pub fn a_known_version_is_not_sent_again_and_a_hit_tells_it(service: &Service) {
    let actor = Actor::on(service);
    eventually("the cache answers", || actor.client.get(actor.id).is_hit());
    let whole = actor.client.get(actor.id);
    for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        for method in ["GET", "HEAD"] {
            let known = actor.send(method, ("if-none-match", tags), None).expect(304);
            assert_eq!((known.body.as_str(), known.version()), ("", 1));
            assert!(known.is_hit() && !known.went_through("found"), "{known:?}");
            assert_eq!(
                (known.header("content-length"), known.header("content-type")),
                (whole.header("content-length"), None)
            );
        }
    }
    for tags in ["\"2\"", "\"01\""] {
        assert_eq!(actor.send("GET", ("if-none-match", tags), None).expect(200).body, whole.body);
    }
    actor.send("GET", ("if-match", "\"2\""), None).expect(412);
    assert_eq!(actor.send("GET", ("if-match", "\"1\""), None).expect(200).body, whole.body);
    let changed = actor.rename("PUT", ("if-match", "\"1\""), "Jane").expect(200);
    let read = actor.send("GET", ("if-none-match", "\"1\""), None).expect(200);
    assert_eq!((read.body.as_str(), read.version()), (changed.body.as_str(), 2));

    actor.client.send("DELETE", &format!("/cache/users/{}", actor.id), None).expect(200);
    let missed = actor.send("GET", ("if-none-match", "\"2\""), None).expect(304);
    assert!(missed.went_through("found"), "a miss is answered from the state store: {missed:?}");
}

pub fn of_two_clients_that_change_the_same_version_one_wins(service: &Service) {
    let actors = [Actor::on(service), Actor::on(service)];
    let id = actors[0].id;
    for version in 1..=20 {
        let tag = format!("\"{version}\"");
        let start = Barrier::new(actors.len());
        let race = &|name: String| {
            let client = Client::new(service.port());
            start.wait();
            let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
            let body = json!({ "name": name });
            client.send_with("PATCH", &format!("/users/{id}"), &headers, Some(&body))
        };
        let answers = thread::scope(|scope| {
            let running = ["a", "b"].map(|who| scope.spawn(move || race(format!("{who}{version}"))));
            running.map(|thread| thread.join().unwrap())
        });
        let mut statuses = answers.each_ref().map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{answers:?}");
        let won = answers.iter().find(|answer| answer.status == 200).unwrap();
        let now = actors[0].client.get(id);
        assert_eq!((now.version(), &now.body), (version + 1, &won.body));
    }
}

pub fn a_condition_that_makes_no_sense_is_named(service: &Service) {
    let actor = Actor::on(service);
    for nonsense in ["1", "\"1", "\"1\" \"2\"", "*, \"1\"", ",", "w/\"1\"", "\"a b\"", ""] {
        for (field, name) in [("if-match", "If-Match"), ("if-none-match", "If-None-Match")] {
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                let refused = actor.rename(method, (field, nonsense), "Lost").expect(400);
                assert!(refused.text("detail").starts_with(&format!("The header {name} is ")), "{refused:?}");
            }
        }
    }
    let lines = [("if-none-match", "\"7\""), ("if-none-match", "\"1\"")];
    actor.client.send_with("GET", &format!("/users/{}", actor.id), &lines, None).expect(304);
}
