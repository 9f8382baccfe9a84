//! How far long work has come, and that somebody is there to do it for.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use serde_json::json;

use super::strangers::{json_answer, server_that};
use super::{as_run, ran};
use crate::support::process::free_ports;
use crate::support::service::usersvc;
use crate::support::terminal::Terminal;

/// Users that the server of these tests has.
const LAST: u64 = 20_000;

fn user(id: u64) -> serde_json::Value {
    json!({ "id": id, "name": "A", "email": "a@b.org", "created_at": "2024-01-15T10:30:00Z" })
}

/// The answer to a list.
fn page(request: &str) -> String {
    let number = |name: &str| -> u64 {
        let rest = request.split_once(name).expect("it is asked for").1;
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let (after, limit) = (number("after="), number("limit="));
    let end = LAST.min(after + limit);
    let users: Vec<_> = (after + 1..=end).map(user).collect();
    json_answer("200 OK", &json!({ "users": users, "next": (end < LAST).then_some(end) }).to_string())
}

/// A server whose answers to whole pages wait until they are asked for; and the way to ask.
fn slow_server() -> (String, mpsc::Sender<()>) {
    let (go, wait) = mpsc::channel();
    let url = server_that(move |request| {
        if request.contains("limit=1000") {
            wait.recv().ok();
        }
        Some(page(request))
    });
    (url, go)
}

fn export(home: &std::path::Path, url: &str) -> Command {
    let mut command = usersvc(home);
    command.args(["--via", "api", "--server", url, "user", "export"]).arg(home.join("all.csv"));
    command
}

#[test]
fn an_export_on_a_terminal_shows_a_bar_with_the_time_left() {
    let home = tempfile::tempdir().unwrap();
    let (url, go) = slow_server();
    let mut terminal = Terminal::start(&export(home.path(), &url), 100);
    terminal.expect("0 users, 0/s");
    go.send(()).unwrap();
    terminal.expect("1,000 users, ");
    let before = terminal.expect(" left");
    assert!(before.contains("up to user 1000 ") && before.contains(" 5 % "), "{before}");
    drop(go);
    let (code, printed) = terminal.end();
    assert!(code == 0 && printed.contains("20,000 users exported"), "{code} {printed}");
}

#[test]
fn an_export_elsewhere_says_every_few_seconds_how_far_it_is() {
    let home = tempfile::tempdir().unwrap();
    let (url, go) = slow_server();
    let mut child = export(home.path(), &url).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let line = lines.next().unwrap().unwrap();
    assert_eq!(line, "0 users, 0/s");
    drop(go);
    assert!(child.wait().unwrap().success());
    assert!(lines.last().unwrap().unwrap().starts_with("note: 20,000 users exported"));
}

#[test]
fn an_import_shows_that_time_goes_by_while_nothing_is_answered() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("users"), "{\"name\":\"A\",\"email\":\"a@b.org\"}\n").unwrap();
    let (go, wait) = mpsc::channel();
    let mut is_first = true;
    let url = server_that(move |request| {
        if request.starts_with("GET") {
            return Some(page(request));
        }
        wait.recv().ok();
        // The first is not answered at all.
        (!std::mem::take(&mut is_first)).then(|| json_answer("201 Created", &user(1).to_string()))
    });
    let mut command = usersvc(home.path());
    command.args(["--via", "api", "--server", &url, "user", "import"]).arg(home.path().join("users"));
    let mut terminal = Terminal::start(&command, 100);
    terminal.expect("0 users, 0/s");
    go.send(()).unwrap();
    terminal.expect(&format!("the connection to {url} broke off; each user is tried for 30 s"));
    drop(go);
    let (code, printed) = terminal.end();
    assert!(code == 0 && printed.contains("1 users created") && !printed.contains("is tried for"), "{code} {printed}");
}

#[test]
fn an_import_to_nobody_fails_before_the_first_user() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("users"), "{\"name\":\"A\",\"email\":\"a@b.org\"}\n").unwrap();
    let [port] = free_ports();
    let url = format!("http://127.0.0.1:{port}");
    let mut command = usersvc(home.path());
    command.args(["--via", "api", "--server", &url, "user", "import", "users", "--report", "report"]);
    let told = ran(command.current_dir(home.path())).expect(7);
    assert_eq!(told.sentence(), format!("nothing answers at {url}"));
    assert!(told.err.contains("\ncause: ") && told.err.contains("usersvc serve "), "{told:#?}");
    assert!(told.out.is_empty() && !home.path().join("report").exists(), "{told:#?}");
}

#[test]
fn a_user_whom_nobody_judged_is_not_refused() {
    let home = tempfile::tempdir().unwrap();
    let line = "{\"name\":\"A\",\"email\":\"a@b.org\"}\n";
    fs::write(home.path().join("users"), line.repeat(3)).unwrap();
    let mut created = vec![1].into_iter();
    let url = server_that(move |request| {
        if request.starts_with("GET") {
            return Some(page(request));
        }
        Some(match created.next() {
            Some(id) => json_answer("201 Created", &user(id).to_string()),
            None => json_answer("401 Unauthorized", "{\"detail\":\"the key has expired\"}"),
        })
    });
    let import = || {
        let mut command = usersvc(home.path());
        command
            .args(["--via", "api", "--server", &url, "user", "import", "users", "--jobs", "1", "--report", "report"]);
        as_run(command.current_dir(home.path()).output().unwrap())
    };
    let told = import().expect(8);
    assert_eq!(told.out, "1 users created, 1 not done\n");
    assert_eq!(told.sentence(), format!("line 2: {url} does not allow it: the key has expired"));
    assert!(told.err.contains("--token-from") && told.err.contains("goes on where this one ended"), "{told:#?}");
    let report = fs::read_to_string(home.path().join("report")).unwrap();
    assert!(report.lines().nth(1).unwrap().starts_with("{\"line\":2,\"status\":\"not_done\","), "{report}");
    assert_eq!(import().expect(4).out, "0 users created, 1 there already, 1 not done\n", "it was tried again");
}
