//! `POST /cache/verify`: lines of JSON.

use serde_json::{Value, json};
use usersvc::client::{Api, Backend};
use usersvc::users::Scope;

use crate::support::http::Client;
use crate::support::service::Service;

/// The lines of an answer.
#[track_caller]
fn verified(client: &Client, body: Option<&Value>) -> Vec<Value> {
    let answer = client.send("POST", "/cache/verify", body).expect(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert!(answer.body.ends_with('\n'), "{answer:?}");
    answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the last line tells of all.
#[track_caller]
fn done(lines: &[Value]) -> &Value {
    lines.last().and_then(|last| last.get("done")).unwrap_or_else(|| panic!("it is not done: {lines:?}"))
}

pub fn a_verification_tells_how_far_it_is_and_at_the_end_all_of_it(service: &Service) {
    let client = Client::new(service.port());
    for _ in 0..70 {
        client.create("John").expect(201);
    }
    let last = client.create("Jane").expect(201).id();
    let lines = verified(&client, None);
    let progress = &lines[0]["progress"];
    assert_eq!((&progress["checked"], progress["of"].as_u64() >= Some(last)), (&64.into(), true), "{lines:?}");
    let done = done(&lines);
    assert!(done["checked"].as_u64() >= Some(last) && done["disagreements"] == json!([]), "{done}");
    assert_eq!(done["epoch"], client.stats()["epoch"]);

    let lines = verified(&client, Some(&json!({ "sample": 3, "fix": true })));
    assert_eq!(lines[0], json!({ "progress": { "checked": 3, "of": 3 } }));
    assert_eq!((lines.len(), &self::done(&lines)["checked"]), (2, &3.into()));
    for body in [json!([]), json!({ "sample": 0 }), json!({ "sample": "all" }), json!({ "fix": 1 })] {
        client.send("POST", "/cache/verify", Some(&body)).expect(422);
    }
}

#[tokio::main(flavor = "current_thread")]
pub async fn the_client_hears_how_far_a_verification_is(service: &Service) {
    let client = Client::new(service.port());
    let last = client.create("John").expect(201).id();
    let api = Api::new(&service.url()).unwrap();
    let mut told = Vec::new();
    let found = api.verify(Scope::All, false, |checked, of| told.push((checked, of))).await.unwrap();
    assert!(found.checked >= last && found.disagreements.is_empty(), "{found:?}");
    let (checked, of) = told[0];
    assert!(checked >= 1 && checked <= of && of >= last, "{told:?}");
}

#[test]
fn without_users_there_is_only_the_last_line() {
    let service = Service::embedded();
    let lines = verified(&Client::new(service.port()), None);
    assert_eq!((lines.len(), &done(&lines)["checked"]), (1, &0.into()));
}

mod dapr {
    use serde_json::json;

    use super::{done, verified};
    use crate::support::components::{redis, sqlite};
    use crate::support::eventually;
    use crate::support::http::Client;
    use crate::support::service::Service;
    use crate::support::stack::Stack;

    #[test]
    fn a_disagreement_is_a_line_of_its_own() {
        let stack = Stack::shared();
        let state = sqlite("state-wrong", &stack.path().join("wrong.sqlite"));
        let daprd = stack.sidecar("wrong", &[state, redis("cache-wrong", stack.redis.port)]);
        let service = Service::beside(&daprd, &["--statestore", "state-wrong", "--cache", "cache-wrong"]);
        let client = Client::new(service.port());
        eventually("the cache is on", || client.stats()["phase"] == "on");
        let id = client.create("Old").expect(201).id();
        eventually("the cache holds it", || client.inspect(id)["verdict"] == "fresh");
        let key = format!("cache-wrong||{}", client.inspect(id)["key"].as_str().unwrap());
        let old = stack.redis.cli(&["HGET", &key, "data"]);
        client.rename(id, "New").expect(200);
        eventually("the cache holds the new one", || client.inspect(id)["verdict"] == "fresh");
        stack.redis.cli(&["HSET", &key, "data", &old]);

        let disagreement = json!({ "id": id, "cached_version": 1, "row_version": 2, "fixed": false });
        let lines = verified(&client, None);
        assert_eq!(lines[0], json!({ "disagreement": disagreement }));
        assert_eq!(done(&lines)["disagreements"], json!([disagreement]));
        let lines = verified(&client, Some(&json!({ "fix": true })));
        assert_eq!(lines[0]["disagreement"]["fixed"], true);
        assert_eq!(done(&verified(&client, None))["disagreements"], json!([]));
    }

    #[test]
    fn a_cache_that_is_gone_is_an_error_and_no_line() {
        let stack = Stack::shared();
        let daprd = stack.sidecar("gone", &stack.standard_components());
        let service = Service::beside(&daprd, &[]);
        let client = Client::new(service.port());
        client.create("John").expect(201);
        daprd.kill();
        let refused = client.send("POST", "/cache/verify", None).expect(503);
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert!(refused.json()["detail"].is_string(), "{refused:?}");
    }
}
