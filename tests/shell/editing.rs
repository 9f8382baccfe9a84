//! The line that is being typed: history, completion, hints, and terminals of every kind.

use std::fs;

use super::{Prompt, home, shell};
use crate::support::terminal::{Terminal, keys};
use crate::support::{PATIENCE, becomes_true};

#[test]
fn arrow_up_brings_back_what_was_typed_in_this_session_and_the_last() {
    let home = home();
    let mut prompt = Prompt::of(&shell(home.path(), &[]));
    prompt.miss("user get 41");
    prompt.miss("user get 42");
    prompt.press(&[keys::UP, keys::UP, keys::ENTER].concat());
    prompt.is_missing("41");
    prompt.leave(keys::CONTROL_D);

    let mut prompt = Prompt::of(&shell(home.path(), &[]));
    prompt.press(&[keys::UP, keys::ENTER].concat());
    prompt.is_missing("41");
    prompt.press(&[keys::UP, keys::UP, keys::ENTER].concat());
    prompt.is_missing("42");
    prompt.leave("exit\r");
}

#[test]
fn tab_completes_commands_flags_and_values() {
    let mut prompt = Prompt::open(&[]);
    prompt.line("us\tg\t41");
    prompt.is_missing("41");
    prompt.line("user get 42 --verb\t");
    prompt.expect(" in all, through ");
    prompt.is_missing("42");
    prompt.line("user get 43 --output js\t");
    prompt.expect("{\"type\":\"about:blank\"");
    prompt.expect("users ✗3> ");
    prompt.line("\\watch 0.1 us\tg\t44");
    prompt.is_missing("44");
    prompt.press("user \t\t");
    prompt.expect("Create a user");
    prompt.expect("Delete users");
    prompt.clear();
    prompt.leave(keys::CONTROL_D);
}

#[test]
fn tab_completes_the_ids_of_the_users_that_there_are() {
    let mut prompt = Prompt::open(&["--trace", "off"]);
    for name in ["Ann", "Bob"] {
        prompt.line(&format!("user create --name {name} --email {name}@example.com"));
        prompt.expect(&format!("{name}@example.com ┆"));
        prompt.expect("users> ");
    }
    prompt.line("user delete 1");
    prompt.expect("deleted successfully");
    prompt.expect("users> ");
    // On a busy machine, nothing may be offered in time: then there is no id, and the line is refused.
    let came = becomes_true(PATIENCE, || {
        prompt.press("user get \t");
        prompt.line("-o csv");
        prompt.printed().contains("\n2,Bob,")
    });
    assert!(came);
    prompt.leave("exit\r");
}

#[test]
fn a_hint_says_what_a_command_still_needs() {
    let mut prompt = Prompt::open(&[]);
    prompt.press("user create ");
    prompt.expect("--name <NAME> --email <EMAIL>");
    prompt.clear();
    prompt.leave(keys::CONTROL_D);
}

#[test]
fn a_password_in_a_line_is_not_kept() {
    let home = home();
    let mut prompt = Prompt::of(&shell(home.path(), &[]));
    prompt.line("user get 41 --server http://me:secret@127.0.0.1:1");
    prompt.is_missing("41");
    prompt.miss("user get 42");
    prompt.leave(keys::CONTROL_D);
    let kept = fs::read_to_string(home.path().join(".local/state/usersvc/history")).unwrap();
    assert!(kept.contains("user get 42") && !kept.contains("secret"), "{kept}");
}

#[test]
fn control_c_clears_the_line_and_does_not_leave() {
    let mut prompt = Prompt::open(&["--trace", "off"]);
    prompt.line("user create --name Ann --email ann@example.com");
    prompt.expect("ann@example.com ┆");
    prompt.expect("users> ");
    prompt.press("user delete 1");
    prompt.clear();
    prompt.line("user get 1");
    prompt.expect("ann@example.com ┆");
    prompt.expect("users> ");
    prompt.clear();
    prompt.clear();
    prompt.miss("user get 41");
    prompt.leave("quit\r");
}

#[test]
fn a_home_that_cannot_be_written_keeps_nobody_from_working() {
    let home = home();
    fs::write(home.path().join("file"), "").unwrap();
    for unwritable in [home.path().join("file"), "/dev/null".into()] {
        let mut command = shell(home.path(), &[]);
        command.env("HOME", unwritable);
        let mut terminal = Terminal::start(&command, 120);
        terminal.expect("note: the history of this session is not kept: ");
        terminal.expect("users> ");
        let mut prompt = Prompt { terminal, _home: None };
        prompt.miss("user get 41");
        prompt.press(&[keys::UP, keys::ENTER].concat());
        prompt.is_missing("41");
        prompt.leave(keys::CONTROL_D);
    }
}

#[test]
fn a_terminal_without_abilities_is_enough() {
    let home = home();
    for term in ["dumb", "nobody-made-this"] {
        let mut command = shell(home.path(), &[]);
        command.env("TERM", term);
        let mut prompt = Prompt::of(&command);
        prompt.line("user get 41");
        prompt.expect("User with ID 41 not found");
        prompt.expect("> ");
        prompt.leave("exit\r");
    }
}

#[test]
fn tab_completes_the_names_of_files() {
    let home = home();
    let folder = home.path().join("data of mine");
    fs::create_dir(&folder).unwrap();
    fs::write(home.path().join("one user.ndjson"), "{\"name\": \"A\", \"email\": \"a@b.org\"}\n").unwrap();
    let mut command = shell(home.path(), &[]);
    command.current_dir(home.path());
    let mut prompt = Prompt::of(&command);
    prompt.line("user import one\t--dry-run");
    prompt.expect("1 users would be created");
    prompt.leave(keys::CONTROL_D);
}
