//! Real shells, each on a terminal.

use std::path::Path;
use std::process::Command;

use super::folder;
use crate::support::http::Client;
use crate::support::service::{BINARY, Service};
use crate::support::terminal::Terminal;
use crate::support::{PATIENCE, becomes_true};

/// A home where the program is on the path, and a service with two users, of whom one's id begins with 1.
fn desk() -> (Service, String) {
    let service = Service::embedded();
    let client = Client::new(service.port());
    for nth in 1..=12 {
        client.create(&format!("Nobody{nth}")).expect(201);
    }
    for id in [1, 10, 11] {
        client.delete(id).expect(200);
    }
    client.rename(12, "Found By Tab").expect(200);
    let program = Path::new(BINARY).parent().unwrap().to_str().unwrap().to_owned();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    (service, path)
}

/// Types the beginning of a line and Tab into a shell until the line that comes of it shows the user.
fn completes(shell: &str, arguments: &[&str], set_up: &str) {
    completes_as(shell, arguments, set_up, |_| "usersvc user get -q 1\t".into());
}

/// The same of a line that is written for the URL of the service.
fn completes_as(shell: &str, arguments: &[&str], set_up: &str, line: impl Fn(&str) -> String) {
    let is_installed = Command::new(shell).arg("-c").arg("exit").output().is_ok();
    assert!(is_installed, "{shell} is not installed: run `sudo apt-get install {shell}`");
    let (service, path) = desk();
    let mut command = Command::new(shell);
    command.args(arguments).current_dir(service.home());
    for (name, value) in service.usersvc().get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.env("PATH", path).env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env_remove("USERSVC_COMPLETE");
    let mut terminal = Terminal::start(&command, 120);
    terminal.line(&format!("{set_up}; echo ready-\"\"set"));
    terminal.expect("ready-set");
    // On a busy machine, nothing may be offered in time.
    let came = becomes_true(PATIENCE, || {
        terminal.press(&line(&service.url()));
        terminal.line("; echo do\"\"ne");
        terminal.expect("done").contains("Found By Tab")
    });
    assert!(came, "{shell} completes the id");
    terminal.line("exit");
    terminal.end();
}

fn script(file: &str) -> String {
    folder().join(file).to_str().unwrap().to_owned()
}

#[test]
fn bash_completes_a_live_id() {
    completes("bash", &["--norc", "--noprofile", "-i"], &format!("source '{}'", script("usersvc.bash")));
}

#[test]
fn bash_completes_values_behind_an_equals_sign_and_ids_behind_a_url() {
    let set_up = format!("source '{}'; unset USERSVC_SERVER", script("usersvc.bash"));
    completes_as("bash", &["--norc", "--noprofile", "-i"], &set_up, |url| {
        format!("usersvc user get -q --server={url} --via=ap\t1\t")
    });
}

#[test]
fn zsh_completes_a_live_id() {
    let folder = folder();
    let folder = folder.display();
    let found =
        format!("fpath=('{folder}' $fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste");
    completes("zsh", &["-f", "-i"], &found);
}

#[test]
fn fish_completes_a_live_id() {
    completes("fish", &["--no-config", "-i"], &format!("source '{}'", script("usersvc.fish")));
}
