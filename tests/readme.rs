//! The commands of the README, of docs/api.md and of docs/cli.md, run as they stand there, on a service of their own.
//!
//! A block of `console` is lines of `$ command`, each with what it prints on a terminal; `…` stands for anything within
//! a line. The tables of flags and variables are compared with the help.

mod support;

use std::process::Command;

use support::service::{BINARY, Service};

const README: &str = include_str!("../README.md");
const API: &str = include_str!("../docs/api.md");
const CLI: &str = include_str!("../docs/cli.md");

/// A command, and the lines that it prints.
struct Example {
    command: String,
    prints: Vec<String>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let blocks = page.split("```console\n").skip(1).map(|rest| rest.split("```").next().expect("it ends"));
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), examples.last_mut()) {
            (Some(command), _) => examples.push(Example { command: command.to_owned(), prints: Vec::new() }),
            (None, Some(example)) => example.prints.push(line.to_owned()),
            (None, None) => panic!("a block begins with a command, not with {line:?}"),
        }
    }
    examples
}

/// Whether a line is as expected, where `…` stands for anything.
fn matches(line: &str, expected: &str) -> bool {
    let mut rest = line;
    let mut parts = expected.split('…').enumerate().peekable();
    while let Some((number, part)) = parts.next() {
        let at = match (number, parts.peek()) {
            (0, _) => rest.starts_with(part).then_some(0),
            (_, None) if part.is_empty() => return true,
            (_, None) => return rest.ends_with(part),
            _ => rest.find(part),
        };
        let Some(at) = at else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

/// What the command prints on a terminal of 120 columns.
fn on_a_terminal(service: &Service, command: &str) -> Vec<String> {
    let command = command.replace("http://localhost:8001", &service.url());
    // bash and curl come with every system that runs the tests; `script` gives them a terminal.
    let sized = format!("stty cols 120; {}", command.replace("curl ", "curl -s "));
    let mut script = Command::new("script");
    let path = std::path::Path::new(BINARY).parent().expect("the binary is in a directory");
    let path = std::env::join_paths(
        std::iter::once(path.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").expect("there is a path"))),
    );
    script.args(["-qec", &sized, "/dev/null"]).env("PATH", path.expect("a path can be added"));
    script.env("HOME", service.home()).env("USERSVC_SERVER", service.url()).env("NO_COLOR", "1").env("TERM", "xterm");
    script.env("SHELL", "/bin/bash").stdin(std::process::Stdio::null());
    let output = script.output().expect("`script` is installed (package bsdutils)");
    let text = String::from_utf8(output.stdout).expect("it prints text").replace('\r', "");
    let text = text.replace(&service.url(), "http://localhost:8001");
    text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_command_prints_what_the_readme_says() {
    run(README);
}

#[test]
fn every_command_prints_what_the_page_about_the_api_says() {
    run(API);
}

#[test]
fn every_command_prints_what_the_page_about_the_command_line_says() {
    run(CLI);
}

fn run(page: &str) {
    let service = Service::embedded();
    for Example { command, prints } in examples(page) {
        let printed = on_a_terminal(&service, &command);
        let right = printed.len() == prints.len()
            && printed.iter().zip(&prints).all(|(line, expected)| matches(line, expected.trim_end()));
        assert!(right, "{command}\nprints\n{}\nbut the page says\n{}", printed.join("\n"), prints.join("\n"));
    }
}

#[test]
fn the_walk_of_the_original_is_in_the_readme() {
    let commands: Vec<String> = examples(README).into_iter().map(|example| example.command).collect();
    for verb in ["-X GET http://localhost:8001/health", "-X POST", "-X PUT", "-X DELETE", "usersvc user get"] {
        assert!(commands.iter().any(|command| command.contains(verb)), "{verb} is shown");
    }
}

#[test]
fn every_flag_and_variable_of_the_table_is_in_the_help_and_the_other_way_round() {
    let help = |arguments: &[&str]| {
        let output = Command::new(BINARY).args(arguments).output().expect("the binary runs");
        String::from_utf8(output.stdout).expect("help is text")
    };
    let help = help(&["--help"]) + &help(&["serve", "--help"]);
    let named = |text: &str| -> Vec<String> {
        text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
            .filter(|word| word.starts_with("USERSVC_") && word.len() > "USERSVC_".len())
            .map(str::to_owned)
            .collect()
    };
    let (shown, real) = (named(README), named(&help));
    for variable in &real {
        assert!(shown.contains(variable), "{variable} is not in the README");
    }
    for variable in &shown {
        assert!(real.contains(variable), "the README's {variable} is not in the help");
    }
    let table = README.split("## Configuration").nth(1).and_then(|rest| rest.split("\n\n").nth(1));
    let table = table.expect("there is a table");
    for flag in table.split('`').filter(|word| word.starts_with("--")) {
        assert!(help.contains(flag), "the README's {flag} is not in the help");
    }
}

#[test]
fn the_dots_stand_for_anything_within_a_line() {
    assert!(matches("took 3 ms", "took … ms") && matches("abc", "…") && matches("abc", "abc") && matches("ab", "a…"));
    assert!(!matches("took 3 s", "took … ms") && !matches("abcd", "abc") && !matches("x", ""));
}
