//! Scripts, from a file and on stdin.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{home, shell};
use crate::support::service::usersvc;

/// The same script, once as a file and once on stdin, each on users of its own.
fn both_ways(script: &[u8]) -> [(Option<i32>, String, String); 2] {
    let (file_home, stdin_home) = (home(), home());
    let path = file_home.path().join("script");
    fs::write(&path, script).unwrap();
    let from_file = shell(file_home.path(), &["-f", path.to_str().unwrap()]).stdin(Stdio::null()).output().unwrap();
    [from_file, on_stdin(&mut shell(stdin_home.path(), &[]), script)].map(|output| {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    })
}

fn on_stdin(command: &mut Command, script: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have stopped reading at the first failure.
    child.stdin.take().unwrap().write_all(script).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn a_script_runs_its_lines_and_leaves_out_comments_and_empty_ones() {
    let script = b"# two users\n\nuser create --name 'Ann Lee' --email ann@example.com -q   # the first\n   \n\
        \tuser create --name \"Bob\" --email bob@example.com --quiet\nuser get 1 -o json -q\nuser update 2 --name Rob -q\n\
        user get 2 -q";
    for (code, out, told) in both_ways(script) {
        assert_eq!((code, told.as_str()), (Some(0), ""), "{out}");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 5, "{out}");
        assert!(
            lines[0].starts_with("1\tAnn Lee\t") && lines[2].starts_with("{\"id\":1,\"name\":\"Ann Lee\""),
            "{out}"
        );
        assert!(lines[4].starts_with("2\tRob\tbob@example.com\t"), "{out}");
    }
}

#[test]
fn a_script_stops_at_its_first_failure_and_returns_its_code() {
    for (failing, code) in [
        ("user get 7", 3),
        ("user get abc", 6),
        ("user gett 1", 2),
        ("cache flush", 2),
        ("shell", 2),
        ("usersvc user get 1", 2),
        ("user get 1 --via api --server http://127.0.0.1:1", 7),
        ("user get \"1", 2),
        ("user get 1 \\", 2),
    ] {
        let script = format!("user create --name A --email a@b.org -q\n\n{failing}\nuser get 1 -q\n");
        for (ended, out, told) in both_ways(script.as_bytes()) {
            assert_eq!(ended, Some(code), "{failing}: {told}");
            assert_eq!(out.lines().count(), 1, "{failing}: {out}");
            let last = told.lines().last().unwrap();
            assert_eq!(last, format!("note: the script ends here, at line 3: {failing}"), "{told}");
            assert_eq!(told.matches("error: ").count(), 1, "{told}");
        }
    }
}

#[test]
fn help_fits_on_one_screen_and_usage_begins_with_the_command() {
    for (_, out, told) in both_ways(b"help\nuser create\n") {
        assert!(out.lines().count() <= 24 && out.starts_with("  serve "), "{out}");
        assert!(told.contains("\nUsage: user create --name <NAME> --email <EMAIL>\n"), "{told}");
    }
    for (_, out, _) in both_ways(b"help user get\n") {
        assert!(out.contains("\nUsage: user get [OPTIONS] <ID>"), "{out}");
    }
}

#[test]
fn a_script_may_leave_and_help_is_no_failure() {
    for (code, out, told) in both_ways(b"help\nuser --help\nexit\nuser get 7\n") {
        assert_eq!((code, told.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("completions") && out.contains("update"), "{out}");
    }
    for (code, out, told) in both_ways(b"") {
        assert_eq!((code, out.as_str(), told.as_str()), (Some(0), "", ""));
    }
}

#[test]
fn a_script_that_cannot_be_read_is_told() {
    let home = home();
    for path in [home.path().join("nothing"), home.path().to_owned()] {
        let output = shell(home.path(), &["-f", path.to_str().unwrap()]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.starts_with("error: ") && told.contains("the script"), "{told}");
    }
    for (code, _, told) in both_ways(b"help user\nuser get \xff\n") {
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("line 2 of the script cannot be read"), "{told}");
    }
}

#[test]
fn the_options_of_the_shell_hold_for_its_lines() {
    let home = home();
    let script = b"user create --name A --email a@b.org\nuser get 1\nuser get 1 -o table\n";
    let output = on_stdin(&mut shell(home.path(), &["-q", "-o", "json"]), script);
    let out = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert!(output.stderr.is_empty() && lines.len() == 3, "{out}");
    assert!(lines[1].starts_with("{\"id\":1,") && lines[2].starts_with("1\tA\t"), "{out}");
}

#[test]
fn lines_of_one_script_share_a_cache() {
    let home = home();
    let script = b"user create --name A --email a@b.org\nuser get 1\nuser get 1\nuser get 1\n";
    let output = on_stdin(&mut shell(home.path(), &[]), script);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches("note: on the data file").count(), 1, "{told}");
    assert!(told.contains("CACHE HIT   user 1    memory"), "{told}");
}

#[test]
fn a_line_that_cannot_be_taken_apart_is_told_why() {
    for (line, cause) in [
        (&b"user get \"1"[..], "a quotation mark is not closed"),
        (b"user get 1 \\", "nothing follows the backslash at its end"),
        (b"\\watch 1 user get 1\0", "it holds a NUL character"),
    ] {
        for (code, _, told) in both_ways(line) {
            assert!(code == Some(2) && told.contains(&format!("cause: {cause}")), "{told}");
        }
    }
}

#[test]
fn a_script_may_begin_with_the_mark_of_utf_8() {
    for (code, out, told) in both_ways(b"\xef\xbb\xbfuser create --name A --email a@b.org -q\n") {
        assert_eq!((code, told.as_str()), (Some(0), ""), "{out}");
    }
}

#[test]
fn a_shell_that_waits_for_its_next_line_is_named_and_ends_at_an_interrupt() {
    let home = home();
    let mut command = shell(home.path(), &[]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    input.write_all(b"user list -o name\n").unwrap();
    let mut line = String::new();
    while !line.contains("LISTED") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended");
    }
    let other = usersvc(home.path()).args(["--via", "embedded", "user", "get", "1"]).output().unwrap();
    let refused = String::from_utf8(other.stderr).unwrap();
    let in_use = format!("in use by process {}", child.id());
    assert!(other.status.code() == Some(7) && refused.contains(&in_use) && refused.contains("a shell"), "{refused}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "error: interrupted\n");
    drop(input);
}
