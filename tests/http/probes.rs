//! `/livez` and `/readyz`.

use serde_json::{Value, json};

use crate::support::http::Client;
use crate::support::service::Service;

/// What `/readyz` says of a store, without the times.
#[track_caller]
fn standing(ready: &Value, store: &str) -> Value {
    let since = ready[store]["since"].as_str().unwrap_or_else(|| panic!("no time in {ready}"));
    let age = jiff::Timestamp::now().duration_since(since.parse().unwrap());
    assert!(since.ends_with('Z') && !age.is_negative() && age.as_secs() < 600, "{ready}");
    ready[store]["status"].clone()
}

pub fn it_is_alive_and_ready(service: &Service) {
    let client = Client::new(service.port());
    assert_eq!(client.send("GET", "/livez", None).expect(200).json(), json!({ "status": "alive" }));
    let ready = client.send("GET", "/readyz", None).expect(200).json();
    assert_eq!(ready["status"], "ready");
    for store in ["state_store", "cache"] {
        assert_eq!((standing(&ready, store), ready[store].get("reason")), ("up".into(), None), "{ready}");
    }
}

#[test]
fn before_the_stores_are_found_it_is_alive_and_not_ready() {
    let service = Service::without_a_sidecar();
    let client = Client::new(service.port());
    client.send("GET", "/livez", None).expect(200);
    let answer = client.send("GET", "/readyz", None).expect(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let ready = answer.json();
    assert_eq!(ready["status"], "not ready");
    for store in ["state_store", "cache"] {
        assert_eq!(
            (standing(&ready, store), &ready[store]["reason"]),
            ("unknown".into(), &"it is not found yet".into())
        );
    }
}

mod dapr {
    use serde_json::Value;

    use super::standing;
    use crate::support::eventually;
    use crate::support::http::Client;
    use crate::support::service::Service;
    use crate::support::stack::{Setup, Stack};

    #[test]
    fn without_the_cache_it_is_ready_and_without_the_state_store_it_is_not() {
        let stack = Stack::start(Setup::default());
        let service = Service::on(&stack);
        let client = Client::new(service.port());
        let mut told = Value::Null;
        let mut becomes = |status: u16, state_store: &str, cache: &str| {
            eventually(&format!("{status}: the state store is {state_store}, the cache {cache}"), || {
                let answer = client.send("GET", "/readyz", None);
                told = answer.json();
                answer.status == status
                    && (standing(&told, "state_store"), standing(&told, "cache")) == (state_store.into(), cache.into())
            });
            told.clone()
        };
        let before = becomes(200, "up", "up");

        stack.redis.kill();
        let ready = becomes(200, "up", "down");
        assert!(ready["cache"]["reason"].is_string() && ready["status"] == "ready", "{ready}");
        assert_eq!(ready["state_store"], before["state_store"], "nothing changed there");
        assert!(ready["cache"]["since"].as_str() > before["cache"]["since"].as_str(), "{ready}");

        stack.postgres.kill();
        let ready = becomes(503, "down", "down");
        assert!(ready["state_store"]["reason"].is_string() && ready["status"] == "not ready", "{ready}");
        client.send("GET", "/livez", None).expect(200);

        stack.postgres.restart();
        stack.redis.restart();
        let after = becomes(200, "up", "up");
        assert!(after["cache"].get("reason").is_none() && after["state_store"].get("reason").is_none(), "{after}");

        stack.daprd.freeze();
        becomes(503, "down", "down");
        stack.daprd.thaw();
        becomes(200, "up", "up");
    }
}
