//! Every verb, with its result on stdout and its trace on stderr, which reads the same whatever way was taken.

use serde_json::json;

use super::{Way, ran, words};
use crate::support::service::{Service, usersvc};

/// What a read of a user shows that no cache holds.
const FILLED: [&str; 3] =
    ["CACHE MISS user N C N ms", "FOUND user N S N ms", "FILL user N C ttl N s, in the background"];

/// All verbs, on stores that others may use as well.
pub fn walk(way: &Way) {
    let id = create_and_get(way);
    update(way, &id);
    inspect_and_flush(way, &id);
    verify(way);
    delete(way, &id);
    let all = way.run(&["cache", "flush", "--yes"]).expect(0);
    assert_eq!(all.out, "Everything was removed from the cache: a new epoch has begun\n");
}

fn create_and_get(way: &Way) -> String {
    let create = ["user", "create", "--name", "John Doe", "--email", "john.doe@example.com"];
    let traced = ["CREATED user N S N ms", "FILL user N C ttl N s, in the background"];
    let created = way.until(&traced, |_| create.map(str::to_owned).to_vec());
    let fields: Vec<&str> = created.out.trim_end().split('\t').collect();
    let [id, "John Doe", "john.doe@example.com", since] = fields[..] else { panic!("{created:#?}") };
    assert!(since.len() == 27 && since.ends_with('Z'), "{since}");

    let expected: &[&str] = if way.shares_cache { &["CACHE HIT user N C N ms, ttl N s"] } else { &FILLED };
    let read = way.until(expected, |_| words(&format!("user get {id}")));
    assert_eq!(read.out, created.out);
    assert!(read.err.contains(&format!("  user {id:<3}  ")), "{read:#?}");

    let read = way.run(&["user", "get", id, "-o", "json", "--trace", "json"]).expect(0);
    let number: u64 = id.parse().unwrap();
    let user = json!({ "id": number, "name": "John Doe", "email": "john.doe@example.com", "created_at": since });
    assert_eq!(read.json(), user);
    let steps: Vec<serde_json::Value> =
        read.err.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!steps.is_empty() && steps.iter().all(|step| step["user"] == number), "{read:#?}");
    assert_eq!((&steps[0]["tier"], &steps[0]["store"]), (&json!("cache"), &json!(way.cache)));

    let quiet = way.run(&["user", "get", id, "--quiet"]).expect(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), (created.out.as_str(), ""));
    let verbose = way.run(&["-v", "user", "get", id]).expect(0);
    assert!(verbose.err.lines().last().unwrap().contains(" ms in all, through "), "{verbose:#?}");
    let off = way.run(&["user", "get", id, "--trace", "off"]).expect(0);
    assert!(off.trace().is_empty(), "{off:#?}");
    id.to_owned()
}

fn update(way: &Way, id: &str) {
    let traced = [
        "FOUND user N S N ms",
        "MARK user N C N ms",
        "SAVED user N S N ms",
        "PROMOTE user N C ttl N s, in the background",
    ];
    let updated = way.until(&traced, |attempt| words(&format!("user update {id} --name Jane{attempt}")));
    assert!(updated.out.starts_with(&format!("{id}\tJane")), "{updated:#?}");
    let name = updated.out.split('\t').nth(1).unwrap();
    let unchanged = way.until(&["FOUND user N S N ms", "UNCHANGED user N S nothing to write"], |_| {
        words(&format!("user update {id} --name {name}"))
    });
    assert_eq!(unchanged.out, updated.out);
    let both =
        way.run(&["user", "update", id, "--email", "jane@example.com", "--name", "Jane", "-o", "json"]).expect(0);
    assert_eq!((&both.json()["name"], &both.json()["email"]), (&json!("Jane"), &json!("jane@example.com")));
    assert_eq!(way.run(&["user", "get", id, "-o", "json"]).expect(0).json(), both.json());
}

fn inspect_and_flush(way: &Way, id: &str) {
    let verdict = || way.run(&["cache", "inspect", id, "-o", "json"]).expect(0).json();
    if way.shares_cache {
        crate::support::eventually("the cache holds what the state store holds", || verdict()["verdict"] == "fresh");
    } else {
        assert_eq!(verdict()["verdict"], "absent");
    }
    let seen = way.run(&["cache", "inspect", id, "2147483647"]).expect(0);
    let rows: Vec<Vec<&str>> = seen.out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8], "{seen:#?}");
    assert_eq!((rows[0][0], rows[1][0], rows[1][1], rows[1][4]), (id, "2147483647", "absent", "none"));

    // The read after a flush finds the mark that the flush left, and puts the value in its place.
    let mended = [
        "CACHE MISS user N C N ms, marked by a write or a flush",
        "FOUND user N S N ms",
        "REPAIR user N C ttl N s, in the background",
    ];
    way.until(if way.shares_cache { &mended } else { &FILLED }, |_| {
        let flushed = way.run(&["cache", "flush", id]).expect(0);
        assert_eq!(flushed.out, format!("User {id} removed from cache\n"));
        words(&format!("user get {id}"))
    });
    let flushed = way.run(&["cache", "flush", id, "-o", "json"]).expect(0).json();
    assert_eq!((&flushed["id"].to_string(), &flushed["flushed"]), (&id.to_owned(), &json!(true)));
}

fn verify(way: &Way) {
    let verified = way.run(&["cache", "verify", "--all"]).expect(0);
    assert!(verified.out.starts_with("no disagreement in "), "{verified:#?}");
    let verified = way.run(&["cache", "verify", "--sample", "3", "-o", "json"]).expect(0).json();
    assert_eq!(verified["disagreements"], json!([]), "{verified}");
    way.run(&["cache", "verify", "--all", "--sample", "3"]).expect(2);
    way.run(&["cache", "verify", "--sample", "0"]).expect(2);
}

fn delete(way: &Way, id: &str) {
    let traced = [
        "FOUND user N S N ms",
        "INDEX user N S N ms",
        "MARK user N C N ms",
        "DELETED user N S N ms",
        "PROMOTE user N C ttl N s, in the background",
    ];
    let mut deleted = String::new();
    let gone = way.until(&traced, |attempt| {
        if attempt == 1 {
            deleted = id.to_owned();
        } else {
            let other = way.run(&["user", "create", "--name", "Other", "--email", "o@example.com"]).expect(0);
            deleted = other.out.split('\t').next().unwrap().to_owned();
        }
        words(&format!("user delete {deleted}"))
    });
    assert_eq!(gone.out, format!("User {deleted} deleted successfully\n"));
    for words in [&["user", "get", id][..], &["user", "delete", id], &["user", "update", id, "--name", "X"]] {
        let nobody = way.run(words).expect(3);
        assert_eq!((nobody.sentence(), nobody.out.as_str()), (format!("User with ID {id} not found").as_str(), ""));
    }
    let problem = way.run(&["user", "get", id, "-o", "json"]).expect(3).problem();
    assert_eq!(
        (&problem["status"], &problem["exit_code"], &problem["code"]),
        (&json!(404), &json!(3), &json!("not_found"))
    );
    let nothing = way.run(&["cache", "flush", id, "-o", "json"]).expect(0).json();
    assert_eq!(nothing["flushed"], false, "{nothing}");
}

#[test]
fn on_the_file_itself() {
    let home = tempfile::tempdir().unwrap();
    let command = || {
        let mut command = usersvc(home.path());
        command.args(["--via", "embedded"]);
        command
    };
    let way = Way { command: &command, cache: "memory", state: "sqlite", shares_cache: false };
    walk(&way);
    let told = way.run(&["user", "get", "2147483647"]).expect(3);
    let data = home.path().join("data");
    assert!(told.err.starts_with(&format!("note: on the data file in {}", data.display())), "{told:#?}");
    let stats = way.run(&["cache", "stats"]).expect(2);
    assert!(stats.sentence().contains("a running service"), "{stats:#?}");
}

#[test]
fn through_a_service_on_the_file() {
    let service = Service::embedded();
    for flags in [&["--via", "api"][..], &[], &["--via", "embedded"]] {
        let command = || {
            let mut command = service.usersvc();
            command.args(flags);
            command
        };
        walk(&Way { command: &command, cache: "memory", state: "sqlite", shares_cache: true });
    }
    let stats = ran(service.usersvc().args(["cache", "stats"])).expect(0);
    for counter in ["hit ratio\t", "cache\ton\n", "hits\t", "misses\t", "violations\t0\n", "flushes\t"] {
        assert!(stats.out.contains(counter), "{counter:?} is not in {stats:#?}");
    }
    assert_eq!(ran(service.usersvc().args(["cache", "stats", "-o", "json"])).expect(0).json()["violations"], 0);
}

#[test]
fn a_trace_reads_the_same_directly_and_through_a_service() {
    let service = Service::embedded();
    assert!(service.stop().is_some());
    let direct =
        ran(service.usersvc().args(["--via", "embedded", "user", "create", "--name", "A", "--email", "a@b.org"]));
    let created = direct.expect(0);
    let direct = ran(service.usersvc().args(["--via", "embedded", "user", "get", "1"])).expect(0);
    // Its cache is empty again, as that of a command is.
    service.restart();
    let through = ran(service.usersvc().args(["--via", "api", "user", "get", "1"])).expect(0);
    assert_eq!((&direct.out, &through.out), (&created.out, &created.out));
    assert_eq!(direct.trace(), through.trace());
    let columns = |ran: &super::Ran| -> Vec<Vec<usize>> {
        let lines = ran.err.lines().filter(|line| !line.starts_with("note:"));
        lines.map(|line| [12, 22].map(|at| line[at..].len() - line[at..].trim_start().len()).to_vec()).collect()
    };
    assert_eq!(columns(&direct), [[0, 0], [0, 0], [0, 0]], "{direct:#?}");
    assert_eq!(columns(&direct), columns(&through));
}
