//! Commands at a prompt.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use super::{Prompt, home, shell};
use crate::support::PATIENCE;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys};

#[test]
fn a_prompt_runs_commands_and_shows_how_the_last_one_ended() {
    let mut prompt = Prompt::open(&[]);
    prompt.line("user create --name 'Ann Lee' --email ann@example.com");
    prompt.expect("CREATED     user 1    sqlite");
    prompt.expect("│  1 ┆ Ann Lee ┆ ann@example.com ┆ ");
    prompt.expect("users> ");
    prompt.line("user get 41");
    prompt.expect("error: User with ID 41 not found");
    prompt.expect("users ✗3> ");
    prompt.line("user get abc");
    prompt.expect("error: the id \"abc\" is not valid");
    prompt.expect("users ✗6> ");
    prompt.line("nonsense");
    prompt.expect("unrecognized subcommand 'nonsense'");
    prompt.expect("users ✗2> ");
    prompt.line("user get 1");
    prompt.expect("CACHE ");
    prompt.expect("Ann Lee");
    prompt.expect("users> ");
    prompt.leave("exit\r");
}

#[test]
fn the_prompt_shows_the_context_and_warns_of_a_guarded_one() {
    let home = home();
    let settings = home.path().join("settings.toml");
    fs::write(&settings, "current-context = \"prod\"\n[context.prod]\nguarded = true\n[context.dev]\n").unwrap();
    let mut command = shell(home.path(), &[]);
    command.env("USERSVC_CONFIG", settings).env_remove("NO_COLOR");
    let mut terminal = Terminal::start(&command, 120);
    terminal.expect("\u{1b}[1;31mprod \u{1b}[0m");
    terminal.expect("users> ");
    terminal.line("user get 41");
    terminal.expect("prod ");
    terminal.expect("users ✗3> ");
    terminal.line("config use dev");
    terminal.expect("\u{1b}[1;36mdev \u{1b}[0m");
    terminal.expect("users> ");
    terminal.line("exit");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn the_last_command_can_be_repeated_timed_and_watched() {
    let mut prompt = Prompt::open(&["--trace", "off"]);
    prompt.line("!!");
    prompt.expect("there is no last command yet");
    prompt.expect("users ✗2> ");
    prompt.line("\\watch 1");
    prompt.expect("there is no command to be watched");
    prompt.expect("users ✗2> ");
    prompt.line("user create --name 'Ann Lee' --email ann@example.com");
    prompt.expect("ann@example.com ┆");
    prompt.expect("users> ");
    prompt.line("user get 1");
    prompt.expect("ann@example.com ┆");
    prompt.expect("users> ");
    prompt.line("!! -o csv");
    prompt.expect("note: user get 1 -o csv");
    prompt.expect("1,Ann Lee,");
    prompt.expect("users> ");
    prompt.line("\\timing");
    prompt.expect("each command tells how long it took");
    prompt.expect("users> ");
    prompt.line("!!");
    prompt.expect("1,Ann Lee,");
    prompt.expect(" ms in all");
    prompt.expect("users> ");
    prompt.line("\\timing off");
    prompt.expect("no command is timed");
    prompt.expect("users> ");
    prompt.line("\\watch 0.1 user get 1 -o csv");
    prompt.expect("note: every 0.1 seconds, until ^C: user get 1 -o csv");
    (0..3).for_each(|_| drop(prompt.expect("1,Ann Lee,")));
    prompt.press(keys::CONTROL_C);
    prompt.expect("users> ");
    prompt.line("\\watch 0.1 user get 41");
    prompt.is_missing("41");
    prompt.line("\\watch 0 user get 1");
    prompt.expect("it cannot be watched every 0 seconds");
    prompt.expect("users ✗2> ");
    prompt.leave("exit\r");
}

#[test]
fn control_c_ends_a_running_command_and_not_the_shell() {
    // A server that takes a request, says so here, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let (say, asked) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            say.send((line, stream)).ok();
        }
    });
    let mut prompt = Prompt::open(&[]);
    for (verb, request, told) in [
        ("user get 1", "GET /users/1 ", "interrupted"),
        ("user delete 1", "DELETE /users/1 ", "it is not known whether the change was made"),
    ] {
        prompt.line(&format!("{verb} --via api --server {server}"));
        let (line, _open) = asked.recv_timeout(PATIENCE).unwrap();
        assert!(line.starts_with(request), "{line}");
        prompt.press(keys::CONTROL_C);
        prompt.expect(told);
        prompt.expect("users ✗130> ");
    }
    prompt.miss("user get 41");
    prompt.leave(keys::CONTROL_D);
}

#[test]
fn a_service_can_be_run_from_the_prompt_and_stopped_by_control_c() {
    let mut prompt = Prompt::open(&[]);
    // From then on the shell itself has the data file.
    prompt.miss("user get 41");
    prompt.line("serve --store embedded --listen 127.0.0.1:0");
    prompt.expect(" is ready");
    prompt.expect("stop    ^C");
    prompt.press(keys::CONTROL_C);
    prompt.expect("users> ");
    prompt.miss("user get 41");
    prompt.leave("exit\r");
}

#[test]
fn the_shell_finds_a_service_again_that_was_started_meanwhile() {
    let service = Service::embedded();
    let mut command = usersvc(service.home());
    command.args(["shell", "--via", "api", "--server", &service.url()]);
    let mut prompt = Prompt::of(&command);
    service.stop();
    prompt.line("user get 41");
    prompt.expect("nothing answers at ");
    prompt.expect("users ✗7> ");
    service.restart();
    prompt.miss("user get 41");
    prompt.leave("exit\r");
}
