//! The command line and a real sidecar.

use std::fs;
use std::time::Duration;

use serde_json::json;

use super::unsent::in_a_shell;
use super::verbs::walk;
use super::{Way, ran};
use crate::support::components::{redis, sqlite};
use crate::support::eventually;
use crate::support::http::Client;
use crate::support::process::free_ports;
use crate::support::proxy::{Proxy, Weather};
use crate::support::service::{Service, usersvc};
use crate::support::stack::Stack;

#[test]
fn the_verbs_through_a_service_and_straight_to_the_sidecar() {
    let stack = Stack::shared();
    let service = Service::on(stack);
    let client = Client::new(service.port());
    eventually("the cache is on", || client.stats()["phase"] == "on");
    let port = stack.daprd.grpc_port.to_string();
    let [nobody] = free_ports();
    let nowhere = format!("http://127.0.0.1:{nobody}");
    // The last finds no service where it looks first.
    for flags in [&["--via", "api"][..], &["--via", "dapr"], &["--server", &nowhere]] {
        let command = || {
            let mut command = service.usersvc();
            command.args(flags).env("DAPR_GRPC_PORT", &port);
            command
        };
        walk(&Way { command: &command, cache: "redis", state: "postgres", shares_cache: true });
    }
    let mut stats = service.usersvc();
    stats.args(["--via", "dapr", "cache", "stats"]).env("DAPR_GRPC_PORT", &port);
    assert!(ran(&mut stats).expect(2).sentence().contains("a running service"));
    let id = client.create("Row").expect(201).id();
    let mut row = service.usersvc();
    row.args(["user", "get", &id.to_string(), "--as", "dapr"]).env("DAPR_HTTP_PORT", stack.daprd.http_port.to_string());
    assert_eq!(in_a_shell(&mut row)["name"], "Row");
    assert_eq!(client.stats()["violations"], 0);
}

#[test]
fn a_benchmark_straight_on_the_sidecar_measures_and_cleans_up() {
    let stack = Stack::shared();
    let home = tempfile::tempdir().unwrap();
    let mut bench = usersvc(home.path());
    bench.args(["--via", "dapr", "bench"]).args(super::bench::SMALL).args(["-o", "json"]);
    let measured = ran(bench.env("DAPR_GRPC_PORT", stack.daprd.grpc_port.to_string())).expect(0);
    super::bench::assert_measured(&measured.json(), [30, 30, 5]);
}

#[test]
fn verify_finds_an_old_value_that_somebody_put_into_the_cache() {
    let stack = Stack::shared();
    let (statestore, cache) =
        (sqlite("state-stale", &stack.path().join("stale.sqlite")), redis("cache-stale", stack.redis.port));
    let daprd = stack.sidecar("stale", &[statestore, cache]);
    let stores = ["--statestore", "state-stale", "--cache", "cache-stale"];
    let service = Service::beside(&daprd, &stores);
    let client = Client::new(service.port());
    eventually("the cache is on", || client.stats()["phase"] == "on");
    let id = client.create("Old").expect(201).id();
    eventually("the cache holds it", || client.inspect(id)["verdict"] == "fresh");
    let key = format!("cache-stale||{}", client.inspect(id)["key"].as_str().unwrap());
    let old = stack.redis.cli(&["HGET", &key, "data"]);
    client.rename(id, "New").expect(200);
    eventually("the cache holds the new one", || client.inspect(id)["verdict"] == "fresh");
    stack.redis.cli(&["HSET", &key, "data", &old]);

    let direct = || {
        let mut command = usersvc(service.home());
        command.args(["--via", "dapr"]).args(stores).env("DAPR_GRPC_PORT", daprd.grpc_port.to_string());
        command
    };
    let through = || service.usersvc();
    for way in [&direct as &dyn Fn() -> std::process::Command, &through] {
        let run = |words: &[&str]| ran(way().args(words));
        assert_eq!(run(&["cache", "inspect", "1", "-o", "json"]).expect(0).json()["verdict"], "stale");
        let found = run(&["cache", "verify", "--all"]).expect(1);
        let lines: Vec<&str> = found.out.lines().collect();
        assert!(lines[0].starts_with("1 disagreement in 1 user: 0 fresh"), "{found:#?}");
        assert_eq!(lines[1], format!("{id}\t1\t2\tno"));
        let found = run(&["cache", "verify", "--all", "-o", "json"]).expect(1).json();
        let expected = json!([{ "id": id, "cached_version": 1, "row_version": 2, "fixed": false }]);
        assert_eq!(found["disagreements"], expected);
    }
    let fixed = ran(direct().args(["cache", "verify", "--all", "--fix"])).expect(1);
    assert!(fixed.out.contains(&format!("{id}\t1\t2\tflushed")), "{fixed:#?}");
    for way in [&direct as &dyn Fn() -> std::process::Command, &through] {
        ran(way().args(["cache", "verify", "--all"])).expect(0);
        assert!(ran(way().args(["user", "get", &id.to_string()])).expect(0).out.contains("\tNew\t"));
    }
}

#[test]
fn a_shell_finishes_what_it_began_before_it_goes_elsewhere() {
    let stack = Stack::shared();
    let network = Proxy::to(stack.redis.port);
    let (statestore, cache) =
        (sqlite("state-left", &stack.path().join("left.sqlite")), redis("cache-left", network.port()));
    let daprd = stack.sidecar("left", &[statestore, cache]);
    let home = tempfile::tempdir().unwrap();
    let direct = || {
        let mut command = usersvc(home.path());
        command.args(["--via", "dapr", "--statestore", "state-left", "--cache", "cache-left"]);
        command.env("DAPR_GRPC_PORT", daprd.grpc_port.to_string());
        command
    };
    let id = ran(direct().args(["user", "create", "--name", "A", "--email", "a@b.org"])).expect(0).out;
    let id = id.split('\t').next().expect("an id");
    let verdict = || ran(direct().args(["cache", "inspect", id, "-o", "json"])).expect(0).json()["verdict"].to_string();
    eventually("the cache is on, and holds the user", || {
        ran(direct().args(["user", "get", id])).expect(0).err.contains("CACHE HIT")
    });
    // A promotion, which is two calls of the cache, takes longer than the line that comes after it.
    network.set(Weather::Slow(Duration::from_millis(20)));
    let script = home.path().join("script");
    fs::write(&script, format!("user update {id} --name B\nuser get 1 --via api --server http://127.0.0.1:1\n"))
        .unwrap();
    let updated = ran(direct().arg("shell").arg("-f").arg(&script)).expect(7);
    assert!(updated.err.contains("PROMOTE "), "{updated:#?}");
    network.set(Weather::Fair);
    assert_eq!(verdict(), "\"fresh\"");
}

#[test]
fn a_component_that_is_not_there_is_a_matter_of_settings() {
    let stack = Stack::shared();
    let home = tempfile::tempdir().unwrap();
    let with = |flags: &[&str]| {
        let mut command = usersvc(home.path());
        command.args(["--via", "dapr", "user", "get", "1"]).args(flags);
        ran(command.env("DAPR_GRPC_PORT", stack.daprd.grpc_port.to_string()))
    };
    let missing = with(&["--cache", "nothing"]).expect(2);
    assert!(missing.sentence().contains("has no component 'nothing'"), "{missing:#?}");
    assert!(missing.err.contains("--cache"), "{missing:#?}");
    let unfit = with(&["--statestore", "cache"]).expect(2);
    assert!(unfit.sentence().contains("transactions do not roll back"), "{unfit:#?}");
}
