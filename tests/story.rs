//! One story of users, from the first to the last, told over HTTP and by command lines to the real service: on the
//! file, and through the sidecar on each state store that it can have.

mod support;

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use support::http::{Answer, Client, new_user};
use support::service::Service;
use support::{becomes_true, eventually};

/// A way for a command line to reach the users: its flags, and the environment it needs.
struct Way<'a> {
    flags: &'a [&'a str],
    environment: &'a [(&'a str, &'a str)],
}

/// The whole story, on a store without users. The command lines take each of the ways in turn.
fn story(service: &Service, ways: &[Way]) {
    let client = Client::new(service.port());
    let first = a_user_is_created_and_cached(&client);
    an_update_is_seen_at_once(&client, first);
    nobody_is_not_found(&client);
    a_deleted_user_stays_deleted(&client);
    ways.iter().for_each(|way| two_command_lines_work_at_once(service, way));
    no_concurrent_update_is_lost(service);
    an_update_never_brings_a_deleted_user_back(service);
    ids_are_dense_and_unique(service);
    for way in ways {
        let verified = command_line(service, way, &["cache", "verify", "--all"]);
        assert!(verified.status.success(), "{verified:?}");
    }
}

/// Reads until the cache answers.
fn hit(client: &Client, id: u64) -> Answer {
    let mut answer = None;
    eventually("the cache answers", || answer.insert(client.get(id)).is_hit());
    answer.unwrap()
}

fn a_user_is_created_and_cached(client: &Client) -> u64 {
    let body = json!({ "name": "John Doe", "email": "john.doe@example.com" });
    let created = client.send("POST", "/users", Some(&body)).expect(201);
    let user = created.json();
    assert_eq!((user["id"].as_u64(), created.version()), (Some(1), 1));
    let keys: Vec<&String> = user.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "email", "created_at"]);
    assert_eq!((&user["name"], &user["email"]), (&body["name"], &body["email"]));

    assert_eq!(client.get(1).expect(200).body, created.body);
    assert_eq!(hit(client, 1).expect(200).body, created.body);
    let flushed = client.send("DELETE", "/cache/users/1", None).expect(200).json();
    assert_eq!(flushed["flushed"], true, "{flushed}");
    let read = client.get(1).expect(200);
    assert!(!read.is_hit(), "{read:?}");
    assert_eq!((&read.body, read.version()), (&created.body, 1));
    assert_eq!(hit(client, 1).body, created.body);
    1
}

fn an_update_is_seen_at_once(client: &Client, id: u64) {
    let before = client.get(id).json();
    let updated = client.rename(id, "John Smith").expect(200);
    assert_eq!(updated.version(), 2);
    assert_eq!(client.get(id).body, updated.body);
    let with_email = client.update(id, &json!({ "name": null, "email": "new.email@example.com" })).expect(200);
    let mut expected = before;
    expected["name"] = "John Smith".into();
    expected["email"] = "new.email@example.com".into();
    assert_eq!(with_email.json(), expected);
    assert_eq!(client.get(id).body, with_email.body);

    for nothing in [json!({}), json!({ "name": "John Smith" })] {
        let same = client.update(id, &nothing).expect(200);
        assert_eq!((&same.body, same.version()), (&with_email.body, 3));
        assert!(same.went_through("unchanged") && !same.went_through("save"), "{same:?}");
    }
    let after = hit(client, id);
    assert_eq!((&after.body, after.version()), (&with_email.body, 3));
}

fn nobody_is_not_found(client: &Client) {
    let nobody = json!({ "detail": "User with ID 4711 not found" });
    for answer in [client.get(4711), client.rename(4711, "Nobody"), client.delete(4711)] {
        assert_eq!(answer.expect(404).json(), nobody);
    }
}

fn a_deleted_user_stays_deleted(client: &Client) {
    let id = client.create("Jane Smith").expect(201).id();
    hit(client, id);
    let deleted = client.delete(id).expect(200).json();
    assert_eq!(deleted, json!({ "message": format!("User {id} deleted successfully"), "user_id": id }));
    client.get(id).expect(404);
    hit(client, id).expect(404);
    client.delete(id).expect(404);
    client.rename(id, "Again").expect(404);
    assert_eq!(client.inspect(id)["verdict"], "tombstone");
}

fn command_line(service: &Service, way: &Way, words: &[&str]) -> Output {
    command(service, way, words).output().unwrap()
}

fn command(service: &Service, way: &Way, words: &[&str]) -> Command {
    let mut command = service.usersvc();
    command.args(way.flags).args(["-o", "json"]).args(words).envs(way.environment.iter().copied());
    command
}

/// What a command line printed as its result.
fn result(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn two_command_lines_work_at_once(service: &Service, way: &Way) {
    let created = result(&command_line(service, way, &["user", "create", "--name", "Two", "--email", "two@x.org"]));
    let id = created["id"].to_string();
    let change = |words: &[&str]| command_line(service, way, &[&["user", "update", &id], words].concat());
    let client = Client::new(service.port());
    for round in 0..3 {
        let (name, email) = (format!("Name {round}"), format!("mail{round}@example.com"));
        let both = thread::scope(|scope| {
            let renamed = scope.spawn(|| change(&["--name", &name]));
            let readdressed = scope.spawn(|| change(&["--email", &email]));
            [renamed.join().unwrap(), readdressed.join().unwrap()]
        });
        both.iter().for_each(|output| drop(result(output)));
        let user = client.get(id.parse().unwrap()).expect(200);
        assert_eq!((user.text("name"), user.text("email")), (name, email));
        assert_eq!(result(&command_line(service, way, &["user", "get", &id])), user.json());
    }
    let creates = ["one", "two", "three"].map(|name| {
        let email = format!("{name}@example.com");
        let mut create = command(service, way, &["user", "create", "--name", name, "--email", &email]);
        create.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    });
    let ids = creates.map(|create| result(&create.wait_with_output().unwrap())["id"].as_u64().unwrap());
    assert_eq!(BTreeSet::from(ids).len(), 3, "{ids:?}");
    assert_eq!(command_line(service, way, &["user", "delete", &id]).status.code(), Some(0));
    assert_eq!(command_line(service, way, &["user", "get", &id]).status.code(), Some(3));
    client.get(id.parse().unwrap()).expect(404);
}

/// Runs the same in so many threads, each with its number and a client of its own, all at once.
fn all_at_once<T: Send>(service: &Service, threads: usize, work: impl Fn(usize, &Client) -> T + Sync) -> Vec<T> {
    let (start, work) = (&Barrier::new(threads), &work);
    thread::scope(|scope| {
        let run = |number| {
            scope.spawn(move || {
                let client = Client::new(service.port());
                start.wait();
                work(number, &client)
            })
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn no_concurrent_update_is_lost(service: &Service) {
    let client = Client::new(service.port());
    let id = client.create("Many").expect(201).id();
    let made = all_at_once(service, 6, |number, client| {
        let update = |round| match client.rename(id, &format!("name {number} {round}")) {
            made if made.status == 200 => Some((made.version(), made.text("name"))),
            refused => {
                assert_eq!(refused.status, 409, "{refused:?}");
                None
            }
        };
        (0..10).filter_map(update).collect::<Vec<_>>()
    });
    let mut made: Vec<(u64, String)> = made.into_iter().flatten().collect();
    made.sort();
    let versions: Vec<u64> = made.iter().map(|(version, _)| *version).collect();
    let last = client.get(id).expect(200);
    assert_eq!(versions, (2..=last.version()).collect::<Vec<_>>(), "each update has a version of its own");
    assert_eq!(made.last().map(|(_, name)| name.clone()), Some(last.text("name")));
}

fn an_update_never_brings_a_deleted_user_back(service: &Service) {
    let client = Client::new(service.port());
    for round in 0..8 {
        let id = client.create("Contested").expect(201).id();
        let answers = all_at_once(service, 4, |number, client| match number {
            0 => client.delete(id).status,
            _ => (0..3).map(|n| client.rename(id, &format!("{round} {number} {n}")).status).max().unwrap(),
        });
        assert!(answers.iter().all(|status| [200, 404, 409].contains(status)), "{answers:?}");
        let deleted = if answers[0] == 409 { client.delete(id).status } else { answers[0] };
        assert_eq!(deleted, 200);
        client.get(id).expect(404);
        let came_back = || client.get(id).status != 404 || client.inspect(id)["row_version"] != Value::Null;
        assert!(!becomes_true(std::time::Duration::from_millis(50), came_back), "user {id} came back");
    }
}

fn ids_are_dense_and_unique(service: &Service) {
    const CREATES: u64 = 200;
    let client = Client::new(service.port());
    let last = client.create("Last").expect(201).id();
    let created = all_at_once(service, usize::try_from(CREATES).unwrap(), |number, client| {
        let name = format!("Number {number}");
        let created = client.send("POST", "/users", Some(&new_user(&name))).expect(201);
        assert_eq!(created.text("name"), name);
        (created.id(), created.body)
    });
    let ids: BTreeSet<u64> = created.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (last + 1..=last + CREATES).collect());
    for (id, body) in created {
        assert_eq!(client.get(id).expect(200).body, body);
    }
    client.get(last + CREATES + 1).expect(404);
}

#[test]
fn the_story_on_the_file() {
    let service = Service::embedded();
    story(&service, &[Way { flags: &["--via", "api"], environment: &[] }]);
}

mod dapr {
    use crate::support::components::{Component, postgres_v1, postgres_v2, redis, sqlite};
    use crate::support::service::Service;
    use crate::support::stack::Stack;
    use crate::{Way, story};

    /// The story with a sidecar of its own on that state store. The cache is a part of the shared Redis: its keys
    /// begin with the name of the component.
    fn through_a_sidecar(name: &str, statestore: Component) {
        let stack = Stack::shared();
        let cache = format!("cache-{name}");
        let daprd = stack.sidecar(name, &[statestore.clone(), redis(&cache, stack.redis.port)]);
        let service = Service::beside(&daprd, &["--statestore", &statestore.name, "--cache", &cache]);
        let port = daprd.grpc_port.to_string();
        let direct = ["--via", "dapr", "--statestore", &statestore.name, "--cache", &cache];
        let ways = [
            Way { flags: &["--via", "api"], environment: &[] },
            Way { flags: &direct, environment: &[("DAPR_GRPC_PORT", &port)] },
        ];
        story(&service, &ways);
        assert_eq!(crate::Client::new(service.port()).stats()["violations"], 0);
    }

    #[test]
    fn the_story_on_postgresql_v2() {
        through_a_sidecar("v2", postgres_v2("statestore", Stack::shared().postgres.port));
    }

    #[test]
    fn the_story_on_postgresql_v1() {
        through_a_sidecar("v1", postgres_v1("statestore-v1", Stack::shared().postgres.port));
    }

    #[test]
    fn the_story_on_sqlite_behind_the_sidecar() {
        let file = Stack::shared().path().join("story.sqlite");
        through_a_sidecar("sqlite", sqlite("statestore-sqlite", &file));
    }
}
