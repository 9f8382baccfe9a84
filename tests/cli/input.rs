//! What people get wrong, or write in a way of their own.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use serde_json::{Value, json};

use super::{Ran, ran};
use crate::support::http::Client;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys};

/// A home, and the command line on the data file in it.
fn alone() -> (tempfile::TempDir, impl Fn(&[&str]) -> Ran) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_owned();
    (home, move |words: &[&str]| ran(usersvc(&path).args(["--via", "embedded"]).args(words)))
}

/// The ways of a command line to a service, and around it: with its cache stopped there is no other process.
fn said(service: &Service, words: &[&str]) -> [Ran; 2] {
    let elsewhere = service.home().join("alone");
    let mut direct = service.usersvc();
    direct.args(["--via", "embedded", "--data-dir"]).arg(elsewhere);
    [ran(service.usersvc().args(["--via", "api"]).args(words)), ran(direct.args(words))]
}

#[test]
fn an_id_is_read_as_the_service_reads_it() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    for id in
        ["-1", "0", "1.0", "+1", "007", "99999999999999999999", "abc", "1e3", "1.5", "1_000", "x".repeat(50).as_str()]
    {
        let answer = client.send("GET", &format!("/users/{id}"), None);
        for ran in said(&service, &["user", "get", id]) {
            match answer.status {
                404 => assert_eq!(ran.expect(3).sentence(), answer.text("detail"), "{id}"),
                422 => {
                    let ran = ran.expect(6);
                    let told = answer.json()["detail"][0]["msg"].as_str().unwrap().to_owned();
                    assert_eq!(ran.sentence(), format!("the id \"{id}\" is not valid"));
                    assert!(ran.err.contains(&format!("cause: {told}\n")), "{ran:#?}");
                }
                other => panic!("{id} is answered with {other}"),
            }
        }
    }
    for (words, code) in
        [(&["user", "delete", "-1"][..], 3), (&["cache", "inspect", "-1"], 3), (&["cache", "flush", "abc"], 6)]
    {
        for ran in said(&service, words) {
            ran.expect(code);
        }
    }
    for ran in said(&service, &["user", "create", "--name", "One", "--email", "one@example.com"]) {
        ran.expect(0);
    }
    for ran in said(&service, &["user", "get", "1.0"]) {
        assert!(ran.expect(0).out.starts_with("1\tOne\t"));
    }
}

#[test]
fn what_is_not_valid_is_told_in_the_words_of_the_service() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let (long, longer) = ("x".repeat(101), format!("{}@example.com", "x".repeat(243)));
    for (name, email) in [
        ("", "a@example.com"),
        ("   ", "a@example.com"),
        (long.as_str(), "a@example.com"),
        ("bell\u{7}", "a@example.com"),
        ("line\nbreak", "a@example.com"),
        ("Ann", ""),
        ("Ann", "nobody"),
        ("Ann", "a@"),
        ("Ann", "@b"),
        ("Ann", "a b@c.d"),
        ("Ann", longer.as_str()),
        ("", "x"),
    ] {
        let answer = client.send("POST", "/users", Some(&json!({ "name": name, "email": email }))).expect(422);
        let part = |one: &Value| json!([one["type"], one["loc"], one["msg"], one["input"]]);
        let list = |all: &Value| all.as_array().unwrap().iter().map(part).collect::<Vec<_>>();
        let expected = list(&answer.json()["detail"]);
        let create = ["user", "create", "--name", name, "--email", email];
        for ran in said(&service, &[&create[..], &["-o", "json"]].concat()) {
            assert_eq!(list(&ran.expect(6).problem()["errors"]), expected, "{name:?} {email:?}");
        }
        for ran in said(&service, &create) {
            let ran = ran.expect(6);
            ran.sentence();
            let told = expected.iter().all(|one| ran.err.contains(one[2].as_str().unwrap()));
            assert!(told && !ran.err.contains('\u{7}'), "{ran:#?}");
        }
    }
    for ran in said(&service, &["user", "update", "abc", "--name", "", "--email", "x"]) {
        let ran = ran.expect(6);
        assert_eq!(ran.err.matches("cause: ").count(), 3, "{ran:#?}");
    }
    for ran in said(&service, &["user", "create", "--name", "First", "--email", "first@example.com"]) {
        assert!(ran.expect(0).out.starts_with("1\t"), "nothing was stored before");
    }
}

#[test]
fn an_argument_that_is_no_text_is_invalid_input() {
    let home = tempfile::tempdir().unwrap();
    let create = |more: &[&str]| {
        let mut command = usersvc(home.path());
        command.args(["--via", "embedded", "user", "create", "--email", "a@example.com"]).args(more);
        ran(command.arg("--name").arg(OsStr::from_bytes(b"A\xff")))
    };
    assert!(create(&[]).expect(6).sentence().contains("invalid UTF-8"));
    assert_eq!(create(&["-o", "json"]).expect(6).problem()["exit_code"], 6);
}

#[test]
fn a_misspelt_word_suggests_the_nearest() {
    let (_home, run) = alone();
    for (line, suggested) in [
        ("usr get 1", "'user'"),
        ("user updte 1", "'update'"),
        ("user create --nam x", "'--name'"),
        ("cache verfy", "'verify'"),
        ("user get 1 --via embeded", "'embedded'"),
        ("user get 1 -o jason", "'json'"),
    ] {
        let ran = run(&line.split(' ').collect::<Vec<_>>()).expect(2);
        ran.sentence();
        assert!(ran.out.is_empty() && ran.err.contains(suggested), "{line}: {ran:#?}");
    }
    for line in ["user import x --as curl", "user export --as dapr"] {
        let ran = run(&line.split(' ').collect::<Vec<_>>()).expect(2);
        assert!(ran.sentence().contains("'--as'") && !ran.err.contains("--cache-strict"), "{line}: {ran:#?}");
    }
    for line in ["user get", "user update 1", "user create --name x", "cache inspect", "cache stats 1", "serve 1"] {
        run(&line.split(' ').collect::<Vec<_>>()).expect(2).sentence();
    }
    let problem = run(&["usr", "-o", "json"]).expect(2).problem();
    assert_eq!((&problem["status"], &problem["code"]), (&json!(400), &json!("usage")));
    assert!(problem.to_string().contains("'user'"), "{problem}");
}

#[test]
fn the_usage_of_a_command_names_only_what_it_needs() {
    let (home, _) = alone();
    let mut command = usersvc(home.path());
    command.env("USERSVC_SERVER", "http://localhost:1").env("USERSVC_VIA", "api").env("USERSVC_OUTPUT", "table");
    let told = ran(command.args(["user", "create"])).expect(2);
    assert!(told.err.contains("\nUsage: usersvc user create --name <NAME> --email <EMAIL>\n"), "{told:#?}");
    for (words, usage) in [
        ("user delete 1 --as curl --dry-run", "usersvc user delete --as <FORM> <ID>..."),
        ("user get 1 --dry-run", "usersvc user get <ID>..."),
    ] {
        let mut command = usersvc(home.path());
        command.env("USERSVC_SERVER", "http://localhost:1").env("USERSVC_VIA", "api").env("USERSVC_OUTPUT", "table");
        let told = ran(command.args(words.split(' '))).expect(2);
        assert!(told.err.contains(&format!("\nUsage: {usage}\n")), "{told:#?}");
    }
}

#[test]
fn help_tells_of_topics_as_of_commands() {
    let (_home, run) = alone();
    for (topic, told) in [
        ("exit-codes", "130  interrupted"),
        ("environment", "USERSVC_CACHE_TTL"),
        ("environment", "DAPR_GRPC_PORT"),
        ("output", "json  "),
        ("backends", "embedded  "),
    ] {
        let ran = run(&["help", topic]).expect(0);
        assert!(ran.out.contains(told) && ran.err.is_empty(), "{topic}: {ran:#?}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{topic}: {ran:#?}");
    }
    for (words, suggested) in [
        (&["help", "exit-code"][..], "'exit-codes'"),
        (&["help", "usr"], "'user'"),
        (&["help", "user", "updte"], "'update'"),
    ] {
        let ran = run(words).expect(2);
        assert!(ran.out.is_empty() && ran.err.contains(suggested), "{words:?}: {ran:#?}");
    }
    assert_eq!(run(&["help"]).expect(0).out, run(&["-h"]).expect(0).out);
    assert_eq!(run(&["help", "cache", "verify"]).expect(0).out, run(&["cache", "verify", "--help"]).expect(0).out);
}

#[test]
fn help_and_version_are_results() {
    let (_home, run) = alone();
    for words in [&["--help"][..], &["-h"], &["help", "user"], &["user", "get", "--help"], &["serve", "-h"]] {
        let ran = run(words).expect(0);
        assert!(ran.out.contains("Usage: usersvc") && ran.err.is_empty(), "{words:?}: {ran:#?}");
    }
    assert_eq!(run(&["--version"]).expect(0).out, format!("usersvc {}\n", env!("CARGO_PKG_VERSION")));
    let nothing = ran(usersvc(std::path::Path::new("/")).args::<[&str; 0], _>([])).expect(2);
    assert!(nothing.err.contains("Usage: usersvc") && nothing.out.is_empty(), "{nothing:#?}");
}

#[test]
fn global_options_stand_before_and_after_the_verb() {
    let home = tempfile::tempdir().unwrap();
    let run = |line: &str| ran(usersvc(home.path()).args(line.split(' ')));
    run("user create --name A --email a@b.org --via embedded").expect(0);
    let expected = run("--via embedded -o json --quiet user get 1").expect(0);
    for line in [
        "user get 1 --via embedded -o json --quiet",
        "user --via embedded get -ojson 1 -q",
        "-q user -o=json get --via=embedded 1",
        "--via api user get 1 -q --output json --via embedded",
        "-o table --via embedded user get 1 -o json -q",
    ] {
        let ran = run(line).expect(0);
        assert_eq!((ran.out, ran.err), (expected.out.clone(), String::new()), "{line}");
    }
    let environment = |variables: &[(&str, &str)], line: &str| {
        ran(usersvc(home.path()).args(line.split(' ')).envs(variables.iter().copied()))
    };
    let variables = [("USERSVC_VIA", "embedded"), ("USERSVC_OUTPUT", "json")];
    assert_eq!(environment(&variables, "user get 1 -q").expect(0).out, expected.out);
    assert!(environment(&variables, "user get 1 -q -o table").expect(0).out.starts_with("1\tA\t"));
}

#[test]
fn a_flush_of_everything_asks_first() {
    let (home, run) = alone();
    let refused = run(&["cache", "flush"]).expect(2);
    assert!(refused.sentence().contains("confirmed") && refused.err.contains("--yes"), "{refused:#?}");
    assert!(refused.out.is_empty());
    run(&["cache", "flush", "--yes"]).expect(0);
    run(&["-y", "cache", "flush"]).expect(0);

    let mut command = usersvc(home.path());
    command.args(["--via", "embedded", "cache", "flush"]);
    let answered = |command: &Command, typed: &str| {
        let mut terminal = Terminal::start(command, 100);
        terminal.expect("Flushing the whole cache? [y/N] ");
        terminal.press(typed);
        terminal.end()
    };
    for no in [keys::ENTER, "n\r", "yesss\r", keys::CONTROL_C, keys::CONTROL_D] {
        let (code, printed) = answered(&command, no);
        assert!(code == 130 && printed.contains("nothing was done"), "{no:?}: {code} {printed}");
    }
    for yes in ["y\r", "YES\r"] {
        let (code, printed) = answered(&command, yes);
        assert!(code == 0 && printed.contains("Everything was removed"), "{yes:?}: {code} {printed}");
    }
}

#[test]
fn help_on_what_is_no_command_is_refused() {
    let (_home, run) = alone();
    let told = run(&["help", "user", "get", "--", "--"]).expect(2);
    assert!(told.sentence().contains("not the name of a command"), "{told:#?}");
}

#[test]
fn help_is_given_whatever_the_environment_says() {
    let home = tempfile::tempdir().unwrap();
    for words in [&["help", "user"][..], &["help", "backends"], &["completions", "fish"], &["man"]] {
        ran(usersvc(home.path()).args(words).env("USERSVC_VIA", "nonsense")).expect(0);
    }
    let told = ran(usersvc(home.path()).args(["user", "get", "1"]).env("USERSVC_VIA", "nonsense")).expect(2);
    assert!(told.sentence().contains("invalid value 'nonsense'"), "{told:#?}");
}

#[test]
fn the_usage_of_update_names_the_user_first() {
    let (_home, run) = alone();
    let told = run(&["user", "update"]).expect(2);
    assert!(told.err.contains("\nUsage: usersvc user update [OPTIONS] <ID> <FIELD=VALUE…|--name"), "{told:#?}");
}

#[test]
fn ids_that_are_none_are_told_with_what_was_given() {
    let (_home, run) = alone();
    let told = run(&["user", "get", "x", "y"]).expect(6);
    assert!(told.err.contains("cause: id \"x\": Input") && told.err.contains("cause: id \"y\": Input"), "{told:#?}");
    let home = tempfile::tempdir().unwrap();
    let told = super::fed(usersvc(home.path()).args(["user", "get", "-"]), b"1 x y").expect(6);
    assert!(told.err.contains("cause: line 1 of stdin \"y\": Input"), "{told:#?}");
}

#[test]
fn an_error_of_usage_has_the_form_that_the_line_or_the_settings_ask_for() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("settings.toml");
    std::fs::write(&settings, "output = \"json\"\n").unwrap();
    let run = |words: &[&str]| ran(usersvc(home.path()).args(words)).expect(2);
    assert_eq!(run(&["user", "gett", "-qo", "json"]).problem()["code"], "usage");
    assert_eq!(run(&["user", "gett", "-qojson"]).problem()["code"], "usage");
    let set = |words: &[&str]| ran(usersvc(home.path()).args(words).env("USERSVC_CONFIG", &settings)).expect(2);
    assert_eq!(set(&["user", "gett"]).problem()["code"], "usage");
    set(&["user", "gett", "-o", "table"]).sentence();
}
