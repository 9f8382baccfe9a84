//! Several users at once, from the command line and from stdin; and what a dry run says.

use std::process::Command;

use serde_json::json;

use super::{Ran, fed, ran};
use crate::support::process::free_ports;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys};

/// A service with so many users.
fn with(users: usize) -> (Service, impl Fn(&str) -> Ran) {
    let service = Service::embedded();
    for nth in 1..=users {
        let (name, email) = (format!("U{nth}"), format!("u{nth}@example.com"));
        ran(service.usersvc().args(["user", "create", "--name", &name, "--email", &email])).expect(0);
    }
    let (url, home) = (service.url(), service.home().to_owned());
    let run = move |line: &str| ran(usersvc(&home).env("USERSVC_SERVER", &url).args(line.split(' ')).arg("-q"));
    (service, run)
}

fn ids(ran: &Ran) -> Vec<&str> {
    ran.out.lines().map(|line| line.split('\t').next().unwrap()).collect()
}

#[test]
fn the_users_are_shown_in_the_order_in_which_they_were_named() {
    let (service, run) = with(30);
    assert_eq!(ids(&run("user get 3 1 2").expect(0)), ["3", "1", "2"]);
    let from_stdin = |input: &str| fed(service.usersvc().args(["user", "get", "-", "-q"]), input.as_bytes());
    assert_eq!(ids(&from_stdin("7 1\n\n  3\t30\r\n").expect(0)), ["7", "1", "3", "30"]);
    let all: Vec<String> = (1..=30).rev().map(|id| id.to_string()).collect();
    assert_eq!(ids(&from_stdin(&all.join("\n")).expect(0)), all);
    let both = fed(service.usersvc().args(["user", "get", "2", "-", "4", "-q"]), b"3").expect(0);
    assert_eq!(ids(&both), ["2", "3", "4"]);
    assert_eq!(from_stdin("").expect(0).out, "");
    let listed = fed(service.usersvc().args(["user", "get", "-", "-q", "-o", "json"]), b"5").expect(0);
    assert_eq!(listed.json()[0]["id"], 5, "a list stays a list, however short it is");
    let inspected = fed(service.usersvc().args(["cache", "inspect", "-", "-o", "name"]), b"5 6").expect(0);
    assert_eq!(inspected.out, "5\n6\n");
}

#[test]
fn some_of_many_that_were_not_done_are_told_one_by_one() {
    let (_service, run) = with(2);
    let some = run("user get 1 9 2 -1").expect(8);
    assert_eq!((ids(&some), some.sentence()), (vec!["1", "2"], "not done: 2 of 4 users"));
    assert!(
        some.err.starts_with("warning: User with ID 9 not found\nwarning: User with ID -1 not found\n"),
        "{some:#?}"
    );
    let none = run("user get 8 9").expect(3);
    assert_eq!(none.sentence(), "not done: 2 of 2 users");
    let deleted = run("user delete 1 9 --yes").expect(8);
    assert_eq!(deleted.out, "User 1 deleted successfully\n");
    run("user get 1").expect(3);
}

#[test]
fn nothing_is_done_where_one_of_the_ids_is_none() {
    let (service, run) = with(2);
    let told = run("user delete 1 abc 2 --yes").expect(6);
    assert!(told.err.contains("\"abc\"") && told.out.is_empty(), "{told:#?}");
    let told = fed(service.usersvc().args(["user", "delete", "-", "--yes"]), b"1\n\n2 x\n").expect(6);
    assert_eq!(told.sentence(), "the id \"x\" is not valid");
    assert!(told.err.contains("cause: line 3 of stdin: "), "{told:#?}");
    let told = fed(service.usersvc().args(["user", "delete", "-", "--yes"]), b"1\n\xff\n").expect(6);
    assert_eq!(told.sentence(), "the ids on stdin cannot be read");
    run("user get 1 2").expect(0);
}

#[test]
fn a_service_that_is_not_there_is_asked_once_and_not_for_each_user() {
    let [port] = free_ports();
    let home = tempfile::tempdir().unwrap();
    let mut command = usersvc(home.path());
    command.args(["user", "get", "-", "--via", "api", "--server", &format!("http://127.0.0.1:{port}")]);
    let many: Vec<String> = (1..=2000).map(|id| id.to_string()).collect();
    let told = fed(&mut command, many.join("\n").as_bytes()).expect(7);
    assert_eq!((told.err.lines().count(), told.sentence()), (2, "not done: 2000 of 2000 users"), "{told:#?}");
}

#[test]
fn many_are_deleted_only_after_a_yes() {
    let (service, run) = with(3);
    let refused = run("user delete 1 2").expect(2);
    assert!(refused.sentence().contains("Deleting 2 users has to be confirmed"), "{refused:#?}");
    let refused = fed(service.usersvc().args(["user", "delete", "-"]), b"1").expect(2);
    assert!(refused.err.contains("--yes"), "{refused:#?}");
    let answered = |typed: &str| {
        let mut command: Command = service.usersvc();
        command.args(["user", "delete", "1", "2"]);
        let mut terminal = Terminal::start(&command, 100);
        terminal.expect("Deleting 2 users? [y/N] ");
        terminal.press(typed);
        terminal.end()
    };
    assert_eq!(answered(keys::ENTER).0, 130);
    run("user get 1 2 3").expect(0);
    let (code, printed) = answered("y\r");
    assert!(code == 0 && printed.contains("User 2 deleted successfully"), "{printed}");
    run("user get 1 2").expect(3);
    run("user delete 3").expect(0);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let (service, run) = with(2);
    for (line, told) in [
        ("user create --name A --email a@b.org --dry-run", "would create A <a@b.org>\n"),
        ("user update 1 --name B --dry-run", "would change user 1: name from \"U1\" to \"B\"\n"),
        ("user update 1 name=U1 --dry-run", "would change nothing of user 1\n"),
        ("user delete 1 --dry-run", "would delete user 1: U1 <u1@example.com>\n"),
        ("cache flush 1 2 --dry-run", "would remove user 1 from the cache\nwould remove user 2 from the cache\n"),
        ("cache flush --dry-run", "would remove everything from the cache\n"),
    ] {
        assert_eq!(run(line).expect(0).out, told, "{line}");
    }
    run("cache verify --all --fix --dry-run").expect(0);
    assert_eq!(run("user delete 1 9 --dry-run").expect(8).out, "would delete user 1: U1 <u1@example.com>\n");
    let plan = json!({ "would": "create", "name": "A", "email": "a@b.org" });
    assert_eq!(run("user create --name A --email a@b.org --dry-run -o json").expect(0).json(), plan);
    run("user create --name A --email nobody --dry-run").expect(6);
    run("user update 9 --name B --dry-run").expect(3);
    assert_eq!(ids(&run("user get 1 2").expect(0)), ["1", "2"]);
    assert_eq!(crate::support::http::Client::new(service.port()).stats()["flushes"], 0);
    run("user get 3").expect(3);
}

#[test]
fn a_change_may_be_written_as_pairs_and_as_options() {
    let (_service, run) = with(1);
    let fields = |ran: Ran| ran.expect(0).out.split('\t').skip(1).take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(fields(run("user update 1 name=Bo")), "Bo u1@example.com");
    assert_eq!(fields(run("user update 1 email=bo@example.com name=Bob")), "Bob bo@example.com");
    assert_eq!(fields(run("user update 1 name=a=b --email b@example.com")), "a=b b@example.com");
    for (line, code) in [
        ("user update 1", 2),
        ("user update 1 nam=Bob", 2),
        ("user update 1 Bob", 2),
        ("user update 1 id=7", 2),
        ("user update 1 name=A name=B", 2),
        ("user update 1 name=A --name B", 2),
        ("user update 1 name=", 6),
        ("user update 1 email=x", 6),
    ] {
        run(line).expect(code).sentence();
    }
    assert_eq!(fields(run("user get 1")), "a=b b@example.com", "nothing of that changed anything");
}

#[test]
fn a_dry_run_of_a_flush_is_one_list_and_tells_of_ids_that_nobody_has() {
    let (_service, run) = with(2);
    let listed = run("cache flush 1 2 --dry-run -o json").expect(0).json();
    assert_eq!(listed, json!([{ "would": "flush", "id": 1 }, { "would": "flush", "id": 2 }]));
    let some = run("cache flush 0 2 --dry-run").expect(8);
    assert_eq!(some.out, "would remove user 2 from the cache\n");
    assert!(some.err.contains("User with ID 0 not found"), "{some:#?}");
    run("cache flush 0 --dry-run").expect(3);
}

#[test]
fn nobody_is_asked_about_a_delete_of_no_users() {
    let (service, _) = with(1);
    let none = fed(service.usersvc().args(["user", "delete", "-"]), b"\n").expect(0);
    assert_eq!((none.out.as_str(), none.err.as_str()), ("", ""));
}
