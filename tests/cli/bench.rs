//! `usersvc bench`.

use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{Ran, as_run, ran};
use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys, printed_on};

/// Enough to go through everything, and soon done.
pub const SMALL: [&str; 4] = ["--users", "5", "--reads", "30"];
/// More than anybody waits for.
const ENDLESS: [&str; 6] = ["--users", "10", "--reads", "1000000", "--for", "5m"];

fn users(client: &Client) -> Value {
    client.send("GET", "/users", None).expect(200).json()["users"].clone()
}

#[track_caller]
pub fn assert_measured(measured: &Value, counts: [u64; 3]) {
    let list = measured.as_array().unwrap();
    assert_eq!(list.iter().map(|one| one["what"].as_str().unwrap()).collect::<Vec<_>>(), ["hit", "miss", "create"]);
    for (one, count) in list.iter().zip(counts) {
        let number = |name: &str| one[name].as_f64().unwrap_or_else(|| panic!("no {name} in {one}"));
        assert_eq!(one["count"].as_u64().unwrap() + one["left_out"].as_u64().unwrap(), count, "{one}");
        assert!(one["count"].as_u64() > Some(0) && number("per_second") > 0.0, "{one}");
        assert!(number("p50_ms") > 0.0 && number("p50_ms") <= number("p90_ms"), "{one}");
        assert!(number("p90_ms") <= number("p99_ms") && number("p99_ms") <= number("max_ms"), "{one}");
        let bars = one["histogram"].as_array().unwrap();
        assert_eq!(bars.iter().map(|bar| bar["count"].as_u64().unwrap()).sum::<u64>(), one["count"], "{one}");
    }
}

#[test]
fn it_measures_all_three_and_leaves_nothing_behind() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    client.create("Ann").expect(201);
    let before = users(&client);
    let measured = ran(service.usersvc().arg("bench").args(SMALL).args(["-o", "json"])).expect(0);
    assert_measured(&measured.json(), [30, 30, 5]);
    assert_eq!(users(&client), before);
    let stats = client.stats();
    assert!(stats["hits"].as_u64() >= Some(30) && stats["misses"].as_u64() >= Some(30), "{stats}");

    let plain = ran(service.usersvc().arg("bench").args(SMALL)).expect(0);
    let rows: Vec<Vec<&str>> = plain.out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        rows.iter().map(|row| (row[0], row.len())).collect::<Vec<_>>(),
        [("HIT", 7), ("MISS", 7), ("CREATE", 7)]
    );
    let csv = ran(service.usersvc().arg("bench").args(SMALL).args(["-o", "csv"])).expect(0);
    assert!(csv.out.starts_with("what,count,left_out,per_second,p50_ms,p90_ms,p99_ms,max_ms\nhit,"), "{csv:#?}");
}

#[test]
fn it_works_on_the_file_too() {
    let home = tempfile::tempdir().unwrap();
    let command = || {
        let mut command = usersvc(home.path());
        command.args(["--via", "embedded", "-o", "json", "-q"]);
        command
    };
    assert_measured(&ran(command().arg("bench").args(SMALL)).expect(0).json(), [30, 30, 5]);
    ran(command().args(["user", "get", "1"])).expect(3);
}

#[test]
fn a_terminal_gets_a_plot_that_fits() {
    let service = Service::embedded();
    for columns in [80, 40] {
        let (code, printed) = printed_on(service.usersvc().arg("bench").args(SMALL), columns);
        // What the last line showed meanwhile is gone by then.
        let lines: Vec<&str> = printed.lines().map(|line| line.rsplit("\u{1b}[2K").next().unwrap()).collect();
        assert_eq!(code, 0, "{printed}");
        let heads = lines.iter().filter(|line| line.ends_with(", up to")).collect::<Vec<_>>();
        assert_eq!(heads, [&"HIT, up to", &"MISS, up to", &"CREATE, up to"]);
        assert!(lines.iter().filter(|line| line.contains(" ms  █")).count() >= 3, "{printed}");
        assert!(lines.iter().all(|line| line.chars().count() <= columns.into()), "{printed}");
    }
}

#[test]
fn it_ends_when_its_time_is_over() {
    let service = Service::embedded();
    let words = ["bench", "--users", "10000", "--reads", "1000000", "--for", "100ms", "-o", "json"];
    let measured = ran(service.usersvc().args(words)).expect(0).json();
    assert!(
        measured[0]["count"].as_u64() < Some(1_000_000) && measured[2]["count"].as_u64() < Some(10_000),
        "{measured}"
    );
    assert_eq!(users(&Client::new(service.port())), json!([]));
}

#[test]
fn a_dry_run_does_nothing() {
    let service = Service::embedded();
    let plan = ran(service.usersvc().args(["bench", "--dry-run", "-o", "json"])).expect(0).json();
    assert_eq!(plan, json!({ "would": "bench", "users": 200, "reads": 1000, "jobs": 4, "seconds": 10.0 }));
    let told = ran(service.usersvc().args(["bench", "--dry-run", "--for", "500ms"])).expect(0);
    assert!(told.out.starts_with("would create 200 users") && told.out.contains("for 0.5 s at most"), "{told:#?}");
    assert_eq!(Client::new(service.port()).create("Ann").expect(201).id(), 1, "no id is used up");
    for nonsense in [["--users", "0"], ["--reads", "x"], ["--jobs", "1000"], ["--for", "0"]] {
        ran(service.usersvc().arg("bench").args(nonsense)).expect(2);
    }
}

/// What becomes of a benchmark to which something happens in the middle.
fn disturbed(command: &mut Command, client: &Client, disturb: impl FnOnce(Pid)) -> Ran {
    command.arg("bench").args(ENDLESS).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    eventually("it reads its users", || client.stats()["hits"].as_u64() > Some(0));
    disturb(Pid::from_child(&child));
    as_run(child.wait_with_output().unwrap())
}

#[test]
fn an_interrupt_removes_its_users_first() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let told = disturbed(&mut service.usersvc(), &client, |id| kill_process(id, Signal::INT).unwrap()).expect(130);
    assert!(told.out.is_empty() && told.sentence() == "interrupted", "{told:#?}");
    assert!(
        told.err.contains("note: removing its users; ^C once more")
            && told.err.contains("cause: its users are removed")
    );
    assert_eq!(users(&client), json!([]));
}

#[test]
fn users_that_cannot_be_removed_are_told() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let told = disturbed(&mut service.usersvc(), &client, |_| {
        service.kill();
    })
    .expect(8);
    assert!(told.sentence().starts_with("users with the name \"usersvc bench "), "{told:#?}");
    let (_, remedy) = told.err.split_once("try: usersvc ").unwrap();
    service.restart();
    assert_eq!(users(&client).as_array().unwrap().len(), 10);
    ran(service.usersvc().args(remedy.split_whitespace())).expect(0);
    assert_eq!(users(&client), json!([]));
}

#[test]
fn a_terminal_sees_how_far_it_has_come() {
    let service = Service::embedded();
    let mut terminal = Terminal::start(service.usersvc().arg("bench").args(ENDLESS), 100);
    terminal.expect(" hits, ");
    terminal.expect("/s ");
    terminal.expect(" % ");
    terminal.press(keys::CONTROL_C);
    terminal.expect("removing its users");
    assert_eq!(terminal.end().0, 130);
}
