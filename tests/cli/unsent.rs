//! `--as curl` and `--as dapr`: what is printed is a command that runs.

use std::process::Command;

use serde_json::{Value, json};

use super::ran;
use crate::support::service::{Service, usersvc};

/// What a shell makes of the one line that a command prints; where that is several lines of JSON, the last.
#[track_caller]
pub fn in_a_shell(command: &mut Command) -> Value {
    let line = ran(command).expect(0).out;
    let output = Command::new("sh").args(["-c", &line.replace("curl ", "curl -s ")]).output().unwrap();
    assert!(output.status.success(), "{line}{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let last = printed.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {line}{output:?}"))
}

#[test]
fn the_curl_that_is_printed_does_what_the_command_would_have_done() {
    let service = Service::embedded();
    let run = |words: &[&str]| in_a_shell(service.usersvc().args(words).args(["--as", "curl"]));
    let name = "O'Neil \"$(reboot)\" \\n `x` !y & <z> é";
    let created = run(&["user", "create", "--name", name, "--email", "o'neil@example.com"]);
    assert_eq!((&created["id"], &created["name"]), (&json!(1), &json!(name)));
    assert_eq!(run(&["user", "get", "1"]), created);
    let updated = run(&["user", "update", "1", "name=Bob"]);
    assert_eq!((&updated["name"], &updated["email"]), (&json!("Bob"), &json!("o'neil@example.com")));
    assert_eq!(run(&["cache", "inspect", "1"])["id"], 1);
    assert_eq!(run(&["cache", "flush", "1"])["id"], 1);
    assert_eq!(run(&["cache", "flush"])["id"], Value::Null);
    assert_eq!(run(&["cache", "verify", "--all"])["done"]["checked"], 1);
    assert_eq!(run(&["cache", "stats"])["violations"], 0);
    assert_eq!(run(&["user", "delete", "1"])["user_id"], 1);
    assert_eq!(run(&["user", "get", "1"])["detail"], "User with ID 1 not found");
}

#[test]
fn printing_a_request_asks_nobody_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| ran(usersvc(home.path()).args(["--server", "http://127.0.0.1:1/base/"]).args(words));
    let two = run(&["user", "delete", "1", "2", "--as", "curl"]).expect(0);
    assert_eq!(
        two.out,
        "curl -X DELETE http://127.0.0.1:1/base/users/1\ncurl -X DELETE http://127.0.0.1:1/base/users/2\n"
    );
    run(&["user", "create", "--name", "", "--email", "a@b.org", "--as", "curl"]).expect(6);
    run(&["user", "get", "1", "--as", "wget"]).expect(2).sentence();
    run(&["user", "delete", "1", "--as", "curl", "--dry-run"]).expect(2).sentence();
    run(&["user", "update", "1", "--edit", "--as", "curl"]).expect(2).sentence();
    run(&["user", "get", "1", "--as", "curl", "--server", "nonsense"]).expect(2).sentence();
}

#[test]
fn the_call_of_the_sidecar_names_what_only_a_read_would_tell() {
    let home = tempfile::tempdir().unwrap();
    let printed = |words: &[&str]| {
        let mut command = usersvc(home.path());
        command.args(words).args(["--as", "dapr", "--statestore", "users"]).env("DAPR_HTTP_PORT", "3501");
        ran(command.env("DAPR_API_TOKEN", "secret"))
    };
    let token = " -H \"dapr-api-token: $DAPR_API_TOKEN\"";
    let state = "http://localhost:3501/v1.0/state";
    assert_eq!(printed(&["user", "get", "1"]).expect(0).out, format!("curl {state}/users/user-1{token}\n"));
    let deleted = printed(&["user", "delete", "1"]).expect(0).out;
    assert_eq!(deleted, format!("curl -X DELETE {state}/users/user-1 -H 'if-match: <ETAG>'{token}\n"));
    let inspected = printed(&["cache", "inspect", "1"]).expect(0).out;
    assert_eq!(inspected, format!("curl '{state}/cache/user-1@<EPOCH>'{token}\n"));
    for words in [&["user", "update", "1", "name=B"][..], &["user", "create", "--name", "B", "--email", "b@c.org"]] {
        let written = printed(words).expect(0);
        assert!(written.out.contains("\"etag\":\"<ETAG>\"") && written.out.contains("\"name\":\"B\""), "{written:#?}");
        assert!(written.err.starts_with("note: "), "{written:#?}");
    }
    for words in [&["cache", "flush", "1"][..], &["cache", "stats"], &["cache", "verify"]] {
        assert!(printed(words).expect(2).err.contains("--as curl"));
    }
}

#[test]
fn an_id_that_nobody_has_is_told_and_not_left_out() {
    let home = tempfile::tempdir().unwrap();
    for words in [&["user", "get", "0"][..], &["user", "delete", "1", "0"], &["cache", "inspect", "-1"]] {
        let told = ran(usersvc(home.path()).args(words).args(["--as", "curl"])).expect(3);
        assert!(told.out.is_empty() && told.sentence().contains("not found"), "{told:#?}");
    }
}

#[test]
fn a_password_in_a_url_is_sent_and_never_printed() {
    let service = Service::embedded();
    let server = service.url().replace("http://", "http://me:secret@");
    let run = |server: &str, words: &[&str]| ran(usersvc(service.home()).args(["--server", server]).args(words));
    let settings = service.home().join("settings.toml");
    std::fs::write(&settings, format!("server = \"{server}\"\n[context.a]\nserver = \"{server}\"\n")).unwrap();
    let config = |verb: &str| ran(usersvc(service.home()).args(["config", verb]).env("USERSVC_CONFIG", &settings));
    for told in [
        run(&server, &["user", "create", "--name", "A", "--email", "a@b.org", "-v"]).expect(0),
        run(&server, &["user", "get", "1", "--as", "curl"]).expect(0),
        run("http://me:secret@127.0.0.1:1", &["user", "get", "1", "-o", "json"]).expect(7),
        run("http://me:secret@127.0.0.1:x", &["user", "get", "1", "--via", "api"]).expect(2),
        config("show").expect(0),
        config("contexts").expect(0),
    ] {
        assert!(told.out.contains("127.0.0.1") || told.err.contains("127.0.0.1"), "{told:#?}");
        assert!(!told.out.contains("secret") && !told.err.contains("secret"), "{told:#?}");
    }
}
