//! `usersvc shell`: scripts, and somebody at a prompt.

mod support;

#[path = "shell/commands.rs"]
mod commands;
#[path = "shell/editing.rs"]
mod editing;
#[path = "shell/scripts.rs"]
mod scripts;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::Command;

use support::service::usersvc;
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

/// What a terminal is told before a line is typed, and after it. The prompt is painted many times meanwhile.
const LINE_BEGINS: &str = "\u{1b}[?2004h";
const LINE_ENDS: &str = "\u{1b}[?2004l";

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
        self.expect(LINE_ENDS);
        self.expect("users> ");
    }

    /// What a line printed that was just typed.
    #[track_caller]
    fn printed(&mut self) -> String {
        self.expect(LINE_ENDS);
        self.expect(LINE_BEGINS)
    }

    /// Leaves.
    #[track_caller]
    fn leave(self, keys: &str) {
        let Self { mut terminal, _home } = self;
        terminal.press(keys);
        assert_eq!(terminal.end().0, 0);
    }
}
