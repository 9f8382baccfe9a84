//! What a terminal, a pipe and a closed pipe are given.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use super::ran;
use crate::support::service::Service;
use crate::support::terminal::printed_on;

/// A service with one user, whom its cache holds.
fn with_a_user() -> Service {
    let service = Service::embedded();
    ran(service.usersvc().args(["user", "create", "--name", "John Doe", "--email", "john.doe@example.com"])).expect(0);
    crate::support::eventually("the cache holds the user", || {
        ran(service.usersvc().args(["user", "get", "1"])).expect(0).err.contains("CACHE HIT")
    });
    service
}

fn on(service: &Service, columns: u16, words: &[&str], terminal: &[(&str, Option<&str>)]) -> String {
    let mut command = service.usersvc();
    command.args(words).env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE");
    for (name, value) in terminal {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let (code, printed) = printed_on(&command, columns);
    assert_eq!(code, 0, "{printed}");
    printed
}

#[test]
fn colours_are_for_terminals_that_have_them_and_people_who_want_them() {
    let service = with_a_user();
    let colored =
        |words: &[&str], terminal: &[(&str, Option<&str>)]| on(&service, 100, words, terminal).contains('\u{1b}');
    let get = ["user", "get", "1"];
    assert!(colored(&get, &[]));
    assert!(!colored(&get, &[("NO_COLOR", Some("1"))]));
    assert!(colored(&get, &[("NO_COLOR", Some(""))]), "an empty NO_COLOR says nothing");
    assert!(!colored(&get, &[("TERM", Some("dumb"))]));
    assert!(!colored(&get, &[("TERM", None)]));
    assert!(!colored(&get, &[("CLICOLOR", Some("0"))]));
    assert!(!colored(&["--no-color", "user", "get", "1"], &[]));
    assert!(!colored(&["user", "get", "1", "-o", "json", "-q"], &[]), "JSON is never coloured");
    let mut piped = service.usersvc();
    piped.args(get).env_remove("NO_COLOR").env("TERM", "xterm");
    let ran_plain = ran(&mut piped).expect(0);
    assert!(!ran_plain.out.contains('\u{1b}') && !ran_plain.err.contains('\u{1b}'), "{ran_plain:#?}");
    assert!(ran(piped.env("CLICOLOR_FORCE", "1")).expect(0).err.contains('\u{1b}'));
}

#[test]
fn a_wide_terminal_gets_a_box_and_a_narrow_one_a_line_for_each_field() {
    let service = with_a_user();
    let plain = [("NO_COLOR", Some("1"))];
    let wide = on(&service, 100, &["user", "get", "1"], &plain);
    let lines: Vec<&str> = wide.lines().collect();
    assert_eq!(lines.len(), 6, "{wide}");
    assert!(lines[0].starts_with("CACHE HIT   user 1    memory    "), "{wide}");
    assert!(lines[1].starts_with('╭') && lines[5].starts_with('╰'), "{wide}");
    assert!(lines[4].starts_with("│  1 ┆ John Doe ┆ john.doe@example.com ┆ "), "{wide}");
    for words in
        [&["user", "get", "1"][..], &["cache", "inspect", "1"], &["cache", "inspect", "1", "2"], &["cache", "stats"]]
    {
        let narrow = on(&service, 40, words, &plain);
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    }
    let narrow = on(&service, 40, &["user", "get", "1", "-q"], &plain);
    let fields: Vec<Vec<&str>> = narrow.lines().map(|line| line.splitn(2, "  ").map(str::trim).collect()).collect();
    assert_eq!(fields[..3], [["ID", "1"], ["NAME", "John Doe"], ["EMAIL", "john.doe@example.com"]], "{narrow}");
    for terminal in [("TERM", Some("dumb")), ("TERM", None)] {
        assert!(on(&service, 100, &["user", "get", "1"], &[terminal]).contains("John Doe"));
    }
    let laid_out = on(&service, 100, &["user", "get", "1", "-o", "json", "-q"], &plain);
    assert!(laid_out.starts_with("{\n  \"id\": 1,\n"), "{laid_out}");
}

#[test]
fn a_name_cannot_play_tricks_on_the_screen() {
    let service = Service::embedded();
    let turned =
        ran(service.usersvc().args(["user", "create", "--name", "A\u{202e}B", "--email", "a@b.org"])).expect(0);
    assert!(turned.out.starts_with("1\tA\\u{202e}B\t"), "{turned:#?}");
    let json = ran(service.usersvc().args(["user", "get", "1", "-o", "json"])).expect(0).json();
    assert_eq!(json["name"], "A\u{202e}B", "a program gets it as it is");
}

/// The exit code and stderr of a command whose stdout nobody reads.
fn unread(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    (child.wait().unwrap().code(), told)
}

#[test]
fn who_stops_reading_is_told_nothing() {
    let service = with_a_user();
    for words in [
        &["user", "get", "1", "-q"][..],
        &["user", "get", "1", "-q", "-o", "json"],
        &["cache", "stats", "-q"],
        &["completions", "bash"],
        &["--help"],
    ] {
        assert_eq!(unread(service.usersvc().args(words)), (Some(0), String::new()), "{words:?}");
    }
    let mut child = service.usersvc();
    let mut child = child.args(["user", "get", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"1\tJohn Doe\t"), "{output:?}");
}

#[test]
fn a_result_that_cannot_be_written_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let service = with_a_user();
    for words in [&["user", "get", "1", "-q"][..], &["completions", "bash"]] {
        let output = service.usersvc().args(words).stdout(full.try_clone().unwrap()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(70), "{told}");
        assert!(told.starts_with("error: the result cannot be written: "), "{told}");
    }
}

#[test]
fn help_and_errors_of_usage_are_plain_where_nobody_wants_colours() {
    let service = with_a_user();
    let settings = service.home().join("settings.toml");
    std::fs::write(&settings, "no-color = true\n").unwrap();
    let printed = |words: &[&str], settings: Option<&std::path::Path>| {
        let mut command = service.usersvc();
        command.args(words).env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE");
        settings.map(|settings| command.env("USERSVC_CONFIG", settings));
        printed_on(&command, 100).1
    };
    for words in [&["--help"][..], &["user", "gett"], &["help", "user", "get"]] {
        assert!(printed(words, None).contains('\u{1b}'), "{words:?}");
        assert!(!printed(&[&["--no-color"], words].concat(), None).contains('\u{1b}'), "{words:?}");
    }
    assert!(!printed(&["user", "gett"], Some(&settings)).contains('\u{1b}'));
}
