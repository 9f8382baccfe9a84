//! The token that a gateway before the service asks for, from a file, the environment or a command.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::json;

use super::unsent::in_a_shell;
use super::{Ran, ran};
use crate::support::service::usersvc;

/// A gateway that lets only requests with that token through, to a service with one user; its URL.
fn gateway(token: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let wanted = format!("authorization: Bearer {token}").to_lowercase();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let lines: Vec<String> = lines.collect();
            let (status, kind, body) = if lines.iter().all(|line| line.to_lowercase() != wanted) {
                ("401 Unauthorized", "text/html", "<h1>Who are you?</h1>".to_owned())
            } else if lines[0].starts_with("GET /health") {
                ("200 OK", "application/json", json!({ "service": "user-service" }).to_string())
            } else {
                let user = json!({ "id": 1, "name": "Ann", "email": "a@b.org", "created_at": "2026-01-01T00:00:00Z" });
                ("200 OK", "application/json", user.to_string())
            };
            let length = body.len();
            let head = format!("content-type: {kind}\r\ncontent-length: {length}\r\nconnection: close");
            write!(stream, "HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}").ok();
        }
    });
    url
}

fn command(home: &Path, url: &str, words: &[&str]) -> Command {
    let mut command = usersvc(home);
    command.args(["--server", url]).args(words);
    command
}

#[test]
fn a_token_comes_from_a_file_the_environment_or_a_command_and_a_context_says_from_which() {
    let (url, home) = (gateway("s3cret"), tempfile::tempdir().unwrap());
    let kept = home.path().join("my token");
    fs::write(&kept, "s3cret\n").unwrap();
    let file = format!("file:{}", kept.display());
    let settings = home.path().join("settings.toml");
    fs::write(&settings, "[context.prod]\ntoken-from = 'file:~/my token'\n").unwrap();
    let gets = |command: &mut Command| assert_eq!(ran(command).expect(0).out, "1\n");
    let get = |words: &[&str]| command(home.path(), &url, &[&["user", "get", "1", "-o", "name", "-q"], words].concat());
    for via in ["auto", "api"] {
        gets(&mut get(&["--via", via, "--token-from", &file]));
        gets(get(&["--via", via]).env("KEPT", "s3cret").env("USERSVC_TOKEN_FROM", "env:KEPT"));
        gets(&mut get(&["--via", via, "--token-from", "command:echo $HOME >/dev/null && echo s3cret"]));
        gets(get(&["--via", via, "--context", "prod"]).env("USERSVC_CONFIG", &settings));
    }
    for source in [&file, "command:printf s3cret"] {
        let words = ["user", "get", "1", "--as", "curl", "--token-from", source];
        let line = ran(&mut command(home.path(), &url, &words)).expect(0).out;
        assert!(!line.contains("Bearer s3cret"), "{line}");
        assert_eq!(in_a_shell(&mut command(home.path(), &url, &words))["name"], "Ann");
    }
    let words = ["user", "get", "1", "--as", "curl", "--token-from", "env:KEPT"];
    let line = ran(command(home.path(), &url, &words).env("KEPT", "s3cret")).expect(0).out;
    assert!(line.ends_with(" -H \"authorization: Bearer ${KEPT}\"\n"), "{line}");
}

#[test]
fn who_has_no_token_or_a_wrong_one_is_told_what_to_do() {
    let (url, home) = (gateway("s3cret"), tempfile::tempdir().unwrap());
    let asked = |words: &[&str]| ran(&mut command(home.path(), &url, &[&["user", "get", "1"], words].concat()));
    let refused = |told: Ran| {
        assert_eq!(told.sentence(), format!("{url} does not allow it: it answers 401 with \"<h1>Who are you?</h1>\""));
        assert!(told.err.contains("\n  try: --token-from SOURCE"), "{told:#?}");
    };
    for via in ["auto", "api"] {
        refused(asked(&["--via", via]).expect(4));
        refused(asked(&["--via", via, "--token-from", "command:echo wrong"]).expect(4));
    }
    for (source, sentence, cause) in [
        ("env:NOWHERE", "there is no token in the variable NOWHERE", "it is not set"),
        ("file:/nowhere", "there is no token in the file /nowhere", "No such file"),
        ("command:true", "there is no token in what `true` prints", "it is empty"),
        ("command:echo two words", "there is no token in what `echo two words` prints", "one word"),
        ("command:echo locked >&2; exit 3", "there is no token in what `echo locked >&2; exit 3` prints", "locked"),
    ] {
        let told = asked(&["--token-from", source]).expect(2);
        assert_eq!(told.sentence(), sentence);
        assert!(told.err.lines().any(|line| line.starts_with("cause: ") && line.contains(cause)), "{told:#?}");
    }
    let bare = asked(&["--token-from", "s3cret"]).expect(2);
    assert!(bare.err.contains("file:PATH, env:NAME, or command:LINE"), "{bare:#?}");
}
