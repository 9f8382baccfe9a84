//! What two services over one store promise together: one user for each address where addresses are unique, and one
//! for each key. The service on the file store has nobody beside it, and promises the same.

mod support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use serde_json::{Value, json};

use support::eventually;
use support::http::{Answer, Client};
use support::service::Service;

const UNIQUE: &str = "--unique-emails";

fn create(service: &Service, name: &str, email: &str, key: Option<&str>) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key.unwrap_or_default())];
    let headers = if key.is_some() { &headers[..] } else { &headers[..1] };
    let body = json!({ "name": name, "email": email });
    Client::new(service.port()).send_with("POST", "/users", headers, Some(&body))
}

/// Every user there is.
fn everybody(service: &Service) -> Vec<Value> {
    let page = Client::new(service.port()).send("GET", "/users?limit=1000", None).expect(200).json();
    assert_eq!(page["next"], Value::Null);
    page["users"].as_array().unwrap().clone()
}

/// Waits until the services can tell who has an address.
fn index_is_complete(services: &[Service]) {
    for service in services {
        let client = Client::new(service.port());
        eventually("the index is complete", || client.send("GET", "/users?email=x", None).status == 200);
    }
}

fn of_a_thousand_creates_of_one_address_one_wins(services: &[Service]) {
    index_is_complete(services);
    let (won, lost, next) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, SeqCst);
                    if nth >= 1000 {
                        return;
                    }
                    let answer = create(&services[nth % services.len()], &format!("N{nth}"), "One@example.com", None);
                    match answer.status {
                        201 => won.fetch_add(1, SeqCst),
                        409 => lost.fetch_add(1, SeqCst),
                        other => panic!("{other}: {answer:?}"),
                    };
                }
            });
        }
    });
    assert_eq!((won.into_inner(), lost.into_inner()), (1, 999));
    let users = everybody(&services[0]);
    assert_eq!(users.len(), 1, "{users:?}");
    let id = users[0]["id"].as_u64().unwrap();
    let taken = create(&services[0], "Late", "one@EXAMPLE.com", None).expect(409);
    let sentence = format!("User {id} has this e-mail address already, and nobody else may; choose another");
    assert_eq!(taken.json(), json!({ "detail": sentence }));
    let other = create(&services[0], "Other", "other@example.com", None).expect(201).id();
    let client = Client::new(services[0].port());
    client.update(other, &json!({ "email": "ONE@example.com" })).expect(409);
    assert_eq!(client.get(other).text("email"), "other@example.com");
    client.update(id, &json!({ "email": "ONE@example.com" })).expect(200);
    client.delete(id).expect(200);
    client.update(other, &json!({ "email": "one@example.com" })).expect(200);
}

fn equal_creates_that_race_make_one_user_and_all_get_it(services: &[Service]) {
    for round in 0..25 {
        let key = format!("round-{round}");
        let race = |nth: usize| {
            let service = &services[nth % services.len()];
            loop {
                let answer = create(service, &key, "racer@example.com", Some(&key));
                if answer.status != 409 {
                    return answer.expect(201);
                }
            }
        };
        let answers: Vec<Answer> = thread::scope(|scope| {
            let running: Vec<_> = (0..4).map(|nth| scope.spawn(move || race(nth))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:?}");
    }
    assert_eq!(everybody(&services[0]).len(), 25);
}

mod embedded {
    use super::*;

    #[test]
    fn of_a_thousand_creates_of_one_address_one_wins() {
        let service = Service::start(&["--store", "embedded", UNIQUE], &[]);
        super::of_a_thousand_creates_of_one_address_one_wins(&[service]);
    }

    #[test]
    fn equal_creates_that_race_make_one_user_and_all_get_it() {
        super::equal_creates_that_race_make_one_user_and_all_get_it(&[Service::embedded()]);
    }

    #[test]
    fn unique_addresses_stay_so_for_a_service_that_is_not_told() {
        let service = Service::start(&["--store", "embedded", UNIQUE], &[]);
        index_is_complete(std::slice::from_ref(&service));
        create(&service, "First", "one@example.com", None).expect(201);
        service.stop();
        let data = service.home().join("data");
        let again = Service::start(&["--store", "embedded", "--data-dir", data.to_str().unwrap()], &[]);
        create(&again, "Second", "one@example.com", None).expect(409);
        again.stop();
        let ended = ["--store", "embedded", "--data-dir", data.to_str().unwrap(), "--unique-emails=false"];
        let ended = Service::start(&ended, &[]);
        eventually("the rule is ended", || create(&ended, "Second", "one@example.com", None).status == 201);
    }
}

mod dapr {
    use super::support::components::{postgres_v2, redis};
    use super::support::stack::{Daprd, Stack};
    use super::*;

    /// Two services beside one sidecar, on stores that nobody else has.
    fn replicas(name: &str, flags: &[&str]) -> ([Service; 2], Daprd) {
        let stack = Stack::shared();
        let (state, cache) = (format!("state-{name}"), format!("cache-{name}"));
        let components = [postgres_v2(&state, stack.postgres.port), redis(&cache, stack.redis.port)];
        let daprd = stack.sidecar(name, &components);
        let flags = [&["--statestore", state.as_str(), "--cache", cache.as_str()], flags].concat();
        ([Service::beside(&daprd, &flags), Service::beside(&daprd, &flags)], daprd)
    }

    #[test]
    fn of_a_thousand_creates_of_one_address_one_wins() {
        let (services, _daprd) = replicas("unique", &[UNIQUE]);
        super::of_a_thousand_creates_of_one_address_one_wins(&services);
    }

    #[test]
    fn equal_creates_that_race_make_one_user_and_all_get_it() {
        let (services, _daprd) = replicas("keys", &[]);
        super::equal_creates_that_race_make_one_user_and_all_get_it(&services);
    }

    #[test]
    fn a_create_whose_service_was_killed_is_asked_for_again_elsewhere_and_made_once() {
        let (services, _daprd) = replicas("killed", &[]);
        let [dying, living] = &services;
        let keys: Vec<String> = (0..60).map(|n| format!("key-{n}")).collect();
        let begun = AtomicUsize::new(0);
        thread::scope(|scope| {
            for part in keys.chunks(15) {
                let begun = &begun;
                scope.spawn(move || {
                    for key in part {
                        begun.fetch_add(1, SeqCst);
                        let body = json!({ "name": key, "email": "once@example.com" });
                        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
                        // Its answer may be lost with the service.
                        let _ = Client::new(dying.port()).try_send_with("POST", "/users", &headers, Some(&body));
                    }
                });
            }
            eventually("some creates are under way", || begun.load(SeqCst) > 20);
            dying.kill();
        });
        for key in &keys {
            create(living, key, "once@example.com", Some(key)).expect(201);
        }
        let users = everybody(living);
        let names: BTreeSet<&str> = users.iter().map(|user| user["name"].as_str().unwrap()).collect();
        assert_eq!((users.len(), names.len()), (keys.len(), keys.len()));
    }

    /// Beyond what one answer of the sidecar holds.
    #[test]
    fn the_long_addresses_of_the_original_are_listed_and_found() {
        let stack = Stack::shared();
        let (state, cache) = ("state-long", "cache-long");
        let daprd = stack.sidecar("long", &[postgres_v2(state, stack.postgres.port), redis(cache, stack.redis.port)]);
        let long = |id: usize| format!("{}{id}@example.com", "x".repeat(25_000));
        let row = |id: usize| {
            let user = json!({"id": id, "name": "Old", "email": long(id), "created_at": "2024-01-15T10:30:00"});
            json!({ "key": format!("user-{id}"), "value": user })
        };
        let store = |rows: Vec<Value>| {
            Client::new(daprd.http_port).send("POST", &format!("/v1.0/state/{state}"), Some(&json!(rows))).expect(204)
        };
        store((1..=100).map(row).collect());
        store((101..=200).map(row).collect());
        store(vec![json!({ "key": "next-user-id", "value": 201 })]);

        let service = Service::beside(&daprd, &["--statestore", state, "--cache", cache]);
        assert_eq!(everybody(&service).len(), 200);
        index_is_complete(std::slice::from_ref(&service));
        let found = Client::new(service.port()).send("GET", &format!("/users?email={}", long(7)), None).expect(200);
        assert_eq!(found.json()["users"][0]["id"], 7);
    }

    #[test]
    fn a_store_of_the_original_is_put_into_the_index_while_it_is_in_use() {
        let stack = Stack::shared();
        let (state, cache) = ("state-old", "cache-old");
        let daprd = stack.sidecar("old", &[postgres_v2(state, stack.postgres.port), redis(cache, stack.redis.port)]);
        let row = |id: usize| {
            let email = format!("user{}@example.com", id % 50);
            let user = json!({"id": id, "name": "Old", "email": email, "created_at": "2024-01-15T10:30:00"});
            json!({ "key": format!("user-{id}"), "value": user })
        };
        let counter = json!({ "key": "next-user-id", "value": 1001 });
        let rows: Vec<Value> = (1..=1000).map(row).chain([counter]).collect();
        Client::new(daprd.http_port).send("POST", &format!("/v1.0/state/{state}"), Some(&json!(rows))).expect(204);

        let service = Service::beside(&daprd, &["--statestore", state, "--cache", cache]);
        let client = Client::new(service.port());
        let found = |email: &str| client.send("GET", &format!("/users?email={email}"), None);
        let mut asked = 0;
        let mut id = 1;
        eventually("the index is complete", || {
            client.update(id, &json!({ "email": "moved@example.com" })).expect(200);
            client.delete(id + 1).expect(200);
            client.create("New").expect(201);
            id += 2;
            asked += 1;
            let answer = found("user49@example.com");
            assert!(answer.status == 200 || answer.header("retry-after").is_some(), "{answer:?}");
            answer.status == 200
        });
        let listed = client.send("GET", "/users?limit=1000", None).expect(200).json();
        let listed = listed["users"].as_array().unwrap();
        for email in ["moved@example.com", "user1@example.com", "user2@example.com", "user49@example.com"] {
            let has: Vec<&Value> = listed.iter().filter(|user| user["email"] == email).collect();
            let found = found(email).expect(200).json();
            assert_eq!(found["users"].as_array().unwrap().iter().collect::<Vec<_>>(), has, "{email} after {asked}");
        }
    }
}
