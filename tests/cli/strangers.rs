//! What answers is not the service, or does not answer, or refuses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::{Ran, ran};
use crate::support::process::free_ports;
use crate::support::service::usersvc;
use crate::support::terminal::Terminal;

/// Between two lines of a long answer.
const PACE: Duration = Duration::from_millis(50);

/// A server that does the same with every request; its URL.
fn server(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the test.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if read_request(&stream).is_some() {
                answer(stream);
            }
        }
    });
    url
}

/// Reads a request with its body: a connection that is closed before would be reset. Returns its first line.
pub fn read_request(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let first = line.clone();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(first)
}

/// A server that is told the first line of each request, and answers it with these bytes; with none, it closes.
pub fn server_that(mut answer: impl FnMut(&str) -> Option<String> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Some(request) = read_request(&stream) else { continue };
            if let Some(answer) = answer(&request) {
                stream.write_all(answer.as_bytes()).ok();
            }
        }
    });
    url
}

/// An answer of JSON.
pub fn json_answer(status: &str, body: &str) -> String {
    let head = format!("content-type: application/json\r\ncontent-length: {}\r\nconnection: close", body.len());
    format!("HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}")
}

/// A server that answers with one body after the other, or not at all, and then with none any more; and what it was
/// asked.
pub fn server_of_pages(bodies: Vec<Option<String>>) -> (String, mpsc::Receiver<String>) {
    let (say, asked) = mpsc::channel();
    let mut bodies = bodies.into_iter();
    let url = server_that(move |request| {
        say.send(request.to_owned()).ok();
        bodies.next().flatten().map(|body| json_answer("200 OK", &body))
    });
    (url, asked)
}

/// A server that answers everything with these bytes, and closes.
pub fn saying(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    server(move |mut stream| drop(stream.write_all(&bytes)))
}

fn answering(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    saying(format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"))
}

/// A server that takes every request, and never answers.
fn silent() -> String {
    let (keep, kept) = mpsc::channel();
    thread::spawn(move || kept.iter().collect::<Vec<TcpStream>>());
    server(move |stream| drop(keep.send(stream)))
}

fn asked(url: &str, words: &[&str]) -> Ran {
    ran(command(url).args(words))
}

fn command(url: &str) -> Command {
    let home = std::env::temp_dir();
    let mut command = usersvc(&home);
    command.args(["--server", url]);
    command
}

const GET: [&str; 5] = ["--via", "api", "user", "get", "1"];

#[test]
fn another_server_is_told_in_one_sentence() {
    let html = "<html><body>It works!</body></html>";
    for (what, url) in [
        ("garbage", saying(b"\x00\xff garbage\r\n\r\n")),
        ("HTML", answering("200 OK", "text/html", html)),
        ("HTML not found", answering("404 Not Found", "text/html", html)),
        ("JSON of another kind", answering("200 OK", "application/json", "{\"hello\":\"world\"}")),
        ("a list", answering("200 OK", "application/json", "[1,2,3]")),
        ("not found", answering("404 Not Found", "application/json", "{\"detail\":\"Not Found\"}")),
        ("a redirection", saying("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n")),
        ("a broken gateway", answering("502 Bad Gateway", "text/html", html)),
        ("control characters", answering("200 OK", "text/plain", "\u{1b}[2J\u{7}hello")),
    ] {
        let told = asked(&url, &GET).expect(7);
        assert_eq!(told.sentence(), format!("what answers at {url} is not this service"), "{what}");
        assert!(told.err.contains("\ncause: it ") && told.err.contains("\n  try: --server URL"), "{what}: {told:#?}");
        assert!(told.out.is_empty() && !told.err.contains('\u{1b}'), "{what}: {told:#?}");
        assert_eq!(asked(&url, &[&GET[..], &["-o", "json"]].concat()).expect(7).problem()["code"], "unreachable");
        let auto = asked(&url, &["user", "get", "1"]).expect(7);
        assert!(auto.sentence().starts_with(&format!("what answers at {url} is not this service, and ")), "{auto:#?}");
        let write = asked(&url, &["--via", "api", "user", "update", "1", "--name", "X"]).expect(7);
        assert!(write.err.contains("it is not known whether the change was made"), "{what}: {write:#?}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_told_and_after_a_write_that_nobody_knows() {
    for url in [saying(b""), saying("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"id\":1,")] {
        let told = asked(&url, &GET).expect(7);
        assert_eq!(told.sentence(), format!("the connection to {url} broke off"));
        assert!(told.err.contains("\ncause: ") && told.err.contains("\n  try: the service's log"), "{told:#?}");
        let write = asked(&url, &["--via", "api", "user", "update", "1", "--name", "X"]).expect(7);
        assert!(write.err.contains("it is not known whether the change was made"), "{write:#?}");
    }
}

#[test]
fn a_verification_that_ends_before_its_end_found_nothing() {
    let verify = ["--via", "api", "cache", "verify", "--all"];
    let progress = "{\"progress\":{\"checked\":64,\"of\":200}}\n";
    let error = "{\"error\":{\"status\":503,\"code\":\"store_unavailable\",\"detail\":\"the cache is gone\"}}\n";
    let url = answering("200 OK", "application/x-ndjson", &format!("{progress}{error}"));
    assert_eq!(asked(&url, &verify).expect(7).sentence(), "the cache is gone");

    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{progress}\r\n", progress.len());
    for (what, url) in [
        ("no last line", answering("200 OK", "application/x-ndjson", progress)),
        ("half a line", answering("200 OK", "application/x-ndjson", &format!("{progress}{{\"done\":{{"))),
        ("another last line", answering("200 OK", "application/x-ndjson", "{\"done\":{}}\n")),
    ] {
        let told = asked(&url, &verify).expect(7);
        assert_eq!(told.sentence(), format!("what answers at {url} is not this service"), "{what}");
    }
    let url = saying(format!("{head}{chunk}"));
    assert_eq!(asked(&url, &verify).expect(7).sentence(), format!("the connection to {url} broke off"));
}

#[test]
fn a_server_that_does_not_answer_is_not_waited_for_for_ever() {
    let url = silent();
    let auto = asked(&url, &["user", "get", "1"]).expect(124);
    assert!(auto.sentence().starts_with(&format!("{url} gave no answer within 2 seconds, and ")), "{auto:#?}");
    let write = asked(&url, &["--via", "api", "user", "delete", "1"]).expect(124);
    assert_eq!(write.sentence(), format!("{url} gave no answer within 10 seconds"));
    assert!(write.err.contains("it is not known whether the change was made"), "{write:#?}");
    assert!(write.err.contains("usersvc user get 1"), "{write:#?}");
}

#[test]
fn with_nothing_at_all_the_error_names_the_commands_that_would_help() {
    let [port] = free_ports();
    let url = format!("http://127.0.0.1:{port}");
    let auto = asked(&url, &["user", "get", "1"]).expect(7);
    assert_eq!(auto.sentence(), format!("nothing answers at {url}, and the environment names no Dapr sidecar"));
    for help in ["usersvc serve ", "--server URL", "DAPR_GRPC_PORT=50001 usersvc ", "usersvc --via embedded "] {
        assert!(auto.err.contains(help), "{help}: {auto:#?}");
    }
    let tries = &asked(&url, &["-o", "json", "user", "get", "1"]).expect(7).problem()["try"];
    assert_eq!(tries.as_array().map(Vec::len), Some(3), "{tries}");
    let api = asked(&url, &GET).expect(7);
    assert_eq!(api.sentence(), format!("nothing answers at {url}"));
    let no_sidecar = asked(&url, &["--via", "dapr", "user", "get", "1"]).expect(7);
    assert!(no_sidecar.sentence().contains("names no Dapr sidecar"), "{no_sidecar:#?}");
    for via in ["dapr", "auto"] {
        let [port] = free_ports::<1>().map(|port| port.to_string());
        let mut command = command(&url);
        let gone = ran(command.args(["--via", via, "user", "get", "1"]).env("DAPR_GRPC_PORT", &port)).expect(7);
        assert_eq!(gone.sentence(), format!("no Dapr sidecar answers at http://127.0.0.1:{port}"));
    }
}

#[test]
fn what_cannot_be_an_address_is_a_matter_of_usage() {
    for url in ["nonsense", "", "ftp://localhost", "http://", "http://localhost:99999", "http://localhost:8001/?a=b"] {
        let told = asked(url, &GET).expect(2);
        assert!(told.sentence().contains("is not the URL of a service"), "{told:#?}");
    }
    for port in ["0", "x", "99999"] {
        let mut command = command("http://127.0.0.1:1");
        let told = ran(command.args(["--via", "dapr", "user", "get", "1"]).env("DAPR_GRPC_PORT", port)).expect(2);
        assert!(told.sentence().contains(&format!("DAPR_GRPC_PORT is '{port}'")), "{told:#?}");
    }
}

#[test]
fn a_refusal_has_the_exit_code_of_its_kind() {
    let update = ["--via", "api", "user", "update", "1", "--name", "X"];
    let refused = |status: &str, detail: serde_json::Value| {
        let url = answering(status, "application/json", &json!({ "detail": detail }).to_string());
        (asked(&url, &update), asked(&url, &[&update[..], &["-o", "json"]].concat()), url)
    };
    for (status, code, name) in [
        ("409 Conflict", 5, "conflict"),
        ("401 Unauthorized", 4, "not_allowed"),
        ("403 Forbidden", 4, "not_allowed"),
        ("503 Service Unavailable", 7, "unreachable"),
        ("429 Too Many Requests", 7, "unreachable"),
        ("500 Internal Server Error", 70, "fault"),
        ("418 I'm a teapot", 70, "fault"),
    ] {
        let (told, problem, _) = refused(status, json!("the reason"));
        assert!(told.expect(code).sentence().contains("the reason"), "{status}");
        assert_eq!(problem.expect(code).problem()["code"], name);
    }
    let (conflict, ..) = refused("409 Conflict", json!("busy"));
    assert!(conflict.err.contains("try: the same command again"), "{conflict:#?}");
    let (unknown, ..) = refused("503 Service Unavailable", json!("no store"));
    assert!(unknown.err.contains("it is not known whether the change was made"), "{unknown:#?}");
    let list = json!([{ "type": "later_rule", "loc": ["body", "name"], "msg": "No X here", "input": "X" }]);
    let (invalid, problem, _) = refused("422 Unprocessable Content", list.clone());
    let invalid = invalid.expect(6);
    assert_eq!(invalid.sentence(), "the name \"X\" is not valid");
    assert!(invalid.err.contains("cause: No X here"), "{invalid:#?}");
    assert_eq!(problem.expect(6).problem()["errors"], list);
    let (nobody, ..) = refused("404 Not Found", json!("User with ID 1 not found"));
    assert_eq!(nobody.expect(3).sentence(), "User with ID 1 not found");
}

#[test]
fn a_long_verification_shows_a_bar_on_a_terminal() {
    let (done, is_done) = mpsc::channel::<()>();
    let url = server(move |mut stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).ok();
        for checked in (64..).step_by(64) {
            let line = format!("{{\"progress\":{{\"checked\":{checked},\"of\":100000}}}}\n");
            if stream.write_all(line.as_bytes()).is_err() || is_done.recv_timeout(PACE).is_ok() {
                break;
            }
        }
    });
    let mut terminal = Terminal::start(command(&url).args(["--via", "api", "cache", "verify", "--all"]), 100);
    terminal.expect(" users, ");
    terminal.expect("/s, of 100,000 ");
    terminal.expect(" % ");
    done.send(()).unwrap();
    assert_eq!(terminal.end().0, 7, "the server broke off");
}
