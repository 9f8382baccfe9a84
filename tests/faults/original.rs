//! What the original service left in its store: rows without a version and a stamp, and its counter.

use serde_json::{Value, json};

use super::stage::play;
use crate::support::components::{postgres_v1, redis};
use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::Service;

#[test]
fn users_of_the_original_are_read_brought_up_to_date_and_followed_by_new_ones() {
    play(&[], |stage| {
        let stack = stage.stack;
        let cache = redis("cache-original", stack.redis.port);
        let daprd = stack.sidecar("original", &[postgres_v1("statestore", stack.postgres.port), cache]);
        let sidecar = Client::new(daprd.http_port);
        let old = |id: u64| {
            let (name, email) = (format!("  Old {id}"), "not an address");
            json!({ "id": id, "name": name, "email": email, "created_at": "2024-01-15T10:30:00.123456" })
        };
        let entry = |key: String, value: Value| json!({ "key": key, "value": value });
        let mut entries: Vec<Value> = (1..=3).map(|id| entry(format!("user-{id}"), old(id))).collect();
        entries.push(entry("next-user-id".into(), json!(4)));
        sidecar.send("POST", "/v1.0/state/statestore", Some(&json!(entries))).expect(204);
        let row = |id: u64| sidecar.send("GET", &format!("/v1.0/state/statestore/user-{id}"), None).expect(200).json();

        let service = Service::beside(&daprd, &["--cache", "cache-original"]);
        let client = Client::new(service.port());
        let mut shown = old(1);
        shown["created_at"] = "2024-01-15T10:30:00.123456Z".into();
        let read = client.get(1).expect(200);
        assert_eq!((read.json(), read.version()), (shown.clone(), 0));
        eventually("it goes into the cache", || client.get(1).is_hit());
        assert_eq!(client.get(1).json(), shown);
        assert_eq!((&row(1)["version"], &row(1)["stamp"]), (&json!(0), &client.stats()["epoch"]));
        let found = || client.send("GET", "/users?email=NOT%20an%20address", None);
        eventually("all of them are in the index", || found().status == 200);
        assert_eq!(found().json()["users"].as_array().map(Vec::len), Some(3));
        let mut in_the_index = shown.clone();
        in_the_index["id"] = 2.into();
        in_the_index["name"] = "  Old 2".into();
        in_the_index["version"] = 0.into();
        in_the_index["indexed"] = true.into();
        assert_eq!(row(2), in_the_index, "what nobody read is otherwise as it was");

        let updated = client.update(1, &json!({ "name": "New" })).expect(200);
        shown["name"] = "New".into();
        assert_eq!((updated.json(), updated.version()), (shown.clone(), 1));
        assert_eq!((client.get(1).json(), &row(1)["version"]), (shown, &json!(1)));
        assert_eq!(client.update(2, &json!({ "email": "is.one@example.com" })).expect(200).version(), 1);
        client.delete(3).expect(200);
        client.get(3).expect(404);
        assert_eq!(client.create("The fourth").expect(201).id(), 4);

        let mut verify = service.usersvc();
        let verified = verify.args(["--via", "api", "cache", "verify", "--all"]).output().unwrap();
        assert!(verified.status.success(), "{verified:#?}");
    });
}
