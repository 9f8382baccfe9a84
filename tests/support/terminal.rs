//! A pseudo-terminal with a program in it, and somebody who types and reads.

use std::process::Command;

use rexpect::process::wait::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use super::{PATIENCE, becomes_true};

/// What the keys send.
pub mod keys {
    pub const ENTER: &str = "\r";
    pub const TAB: &str = "\t";
    pub const UP: &str = "\u{1b}[A";
    pub const CONTROL_C: &str = "\u{3}";
    pub const CONTROL_D: &str = "\u{4}";
}

/// A terminal, and what runs in it. Whatever is waited for and does not come fails the test with what came instead.
pub struct Terminal(PtySession);

impl Terminal {
    /// Runs a command on a terminal of so many columns.
    #[track_caller]
    pub fn start(command: &Command, columns: u16) -> Self {
        // A new pseudo-terminal has no size.
        let mut sized = Command::new("sh");
        sized.args(["-c", &format!("stty cols {columns} rows 50 && exec \"$@\""), "sh"]);
        sized.arg(command.get_program()).args(command.get_args());
        sized.env("TERM", "xterm");
        command.get_current_dir().map(|folder| sized.current_dir(folder));
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => sized.env(name, value),
                None => sized.env_remove(name),
            };
        }
        let patience = u64::try_from(PATIENCE.as_millis()).expect("it is not for ever");
        Self(spawn_command(sized, Some(patience)).unwrap_or_else(|error| panic!("no terminal: {error}")))
    }

    /// Waits until that is printed, and returns all that was printed before it, since it was last waited for something.
    #[track_caller]
    pub fn expect(&mut self, printed: &str) -> String {
        // The reader takes each byte for a character.
        let as_read: String = printed.bytes().map(char::from).collect();
        let before = self.0.exp_string(&as_read);
        text(&before.unwrap_or_else(|error| panic!("{printed:?} was not printed: {}", text(&error.to_string()))))
    }

    /// Types something, without a line's end that is not in it.
    #[track_caller]
    pub fn press(&mut self, keys: &str) {
        let typed = self.0.send(keys).and_then(|_| self.0.flush());
        typed.unwrap_or_else(|error| panic!("{keys:?} cannot be typed: {error}"));
    }

    /// Types a line.
    #[track_caller]
    pub fn line(&mut self, line: &str) {
        self.press(&format!("{line}{}", keys::ENTER));
    }

    /// The process id.
    pub fn id(&self) -> i32 {
        self.0.process().child_pid.as_raw()
    }

    /// Waits until the program has ended, and returns its exit code and what was still to be read.
    #[track_caller]
    pub fn end(mut self) -> (i32, String) {
        let rest = self.0.exp_eof();
        let rest = text(&rest.unwrap_or_else(|error| panic!("it does not end: {}", text(&error.to_string()))));
        let mut ended = None;
        becomes_true(PATIENCE, || {
            ended = self.0.process().status().filter(|status| *status != WaitStatus::StillAlive);
            ended.is_some()
        });
        match ended {
            Some(WaitStatus::Exited(_, code)) => (code, rest),
            other => panic!("it ended with {other:?}, after {rest:?}"),
        }
    }
}

/// What was read, as text.
fn text(read: &str) -> String {
    let bytes: Option<Vec<u8>> = read.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.map_or_else(|| read.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// What a command prints on a terminal of so many columns, and its exit code. Lines end in `\n`, and nothing else moves.
#[track_caller]
pub fn printed_on(command: &Command, columns: u16) -> (i32, String) {
    let (code, printed) = Terminal::start(command, columns).end();
    (code, printed.replace('\r', ""))
}
