//! `usersvc shell`: scripts, and somebody at a prompt.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use support::PATIENCE;
use support::service::{Service, usersvc};
use support::terminal::{Terminal, keys};
use tempfile::TempDir;

/// A shell on the data file of a home.
fn shell(home: &Path, options: &[&str]) -> Command {
    let mut command = usersvc(home);
    command.args(["shell", "--via", "embedded"]).args(options);
    command
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

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

/// Somebody at a prompt, after the greeting.
struct Prompt {
    terminal: Terminal,
    _home: Option<TempDir>,
}

impl Deref for Prompt {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl DerefMut for Prompt {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.terminal
    }
}

impl Prompt {
    /// On the data file of a new home.
    #[track_caller]
    fn open(options: &[&str]) -> Self {
        let home = home();
        let prompt = Self::of(&shell(home.path(), options));
        Self { _home: Some(home), ..prompt }
    }

    /// Of that command.
    #[track_caller]
    fn of(command: &Command) -> Self {
        let mut terminal = Terminal::start(command, 120);
        terminal.expect("^D leaves");
        terminal.expect("users> ");
        Self { terminal, _home: None }
    }

    /// Types a line about a user that is not there, and reads the answer.
    #[track_caller]
    fn miss(&mut self, line: &str) {
        self.line(line);
        self.is_missing(line.rsplit(' ').next().expect("it names a user"));
    }

    /// Reads that there is no such user.
    #[track_caller]
    fn is_missing(&mut self, id: &str) {
        self.expect(&format!("User with ID {id} not found"));
        self.expect("users ✗3> ");
    }

    /// Throws the line away that is being typed.
    #[track_caller]
    fn clear(&mut self) {
        self.press(keys::CONTROL_C);
        // The prompt is painted many times while a line is typed; this is printed when it ends.
        self.expect("\u{1b}[?2004l");
        self.expect("users> ");
    }

    /// Leaves.
    #[track_caller]
    fn leave(self, keys: &str) {
        let Self { mut terminal, _home } = self;
        terminal.press(keys);
        assert_eq!(terminal.end().0, 0);
    }
}

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
    prompt.press("user \t\t");
    prompt.expect("Create a user");
    prompt.expect("Delete users");
    prompt.clear();
    prompt.leave(keys::CONTROL_D);
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
