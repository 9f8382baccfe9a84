//! The command line, as people use it: the real binary, on the file, through a service, and beside a sidecar.

mod support;

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/dapr.rs"]
mod dapr;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/edit.rs"]
mod edit;
#[path = "cli/forms.rs"]
mod forms;
#[path = "cli/input.rs"]
mod input;
#[path = "cli/many.rs"]
mod many;
#[path = "cli/progress.rs"]
mod progress;
#[path = "cli/resumed.rs"]
mod resumed;
#[path = "cli/screen.rs"]
mod screen;
#[path = "cli/strangers.rs"]
mod strangers;
#[path = "cli/token.rs"]
mod token;
#[path = "cli/transfer.rs"]
mod transfer;
#[path = "cli/unsent.rs"]
mod unsent;
#[path = "cli/verbs.rs"]
mod verbs;
#[path = "cli/watch.rs"]
mod watch;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::{PATIENCE, becomes_true};

/// What a command did.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs a command to its end, without a terminal.
#[track_caller]
fn ran(command: &mut Command) -> Ran {
    as_run(command.stdin(Stdio::null()).output().unwrap())
}

/// The same, with something on stdin.
#[track_caller]
fn fed(command: &mut Command, input: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may not read all of it.
    child.stdin.take().unwrap().write_all(input).ok();
    as_run(child.wait_with_output().unwrap())
}

#[track_caller]
fn as_run(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    let code = output.status.code().unwrap_or_else(|| panic!("it was ended: {output:?}"));
    let ran = Ran { code, out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked") && !ran.err.contains("BACKTRACE"), "{ran:#?}");
    ran
}

impl Ran {
    /// The same, if it ended so.
    #[track_caller]
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Its result as JSON.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The problem that it told as JSON, in one line after those of the trace.
    #[track_caller]
    fn problem(&self) -> Value {
        let last = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The trace and whatever else is on stderr except notes, with `N` for every number and one space between words.
    fn trace(&self) -> Vec<String> {
        let number = |word: &str| if word.parse::<f64>().is_ok() { "N".to_owned() } else { word.to_owned() };
        let lines = self.err.lines().filter(|line| !line.starts_with("note:"));
        lines.map(|line| line.split_whitespace().map(number).collect::<Vec<_>>().join(" ")).collect()
    }

    /// The one sentence that says what went wrong.
    #[track_caller]
    fn sentence(&self) -> &str {
        let told: Vec<&str> = self.err.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
        let [sentence] = told[..] else { panic!("not one sentence: {self:#?}") };
        sentence
    }
}

/// A way to the users.
struct Way<'a> {
    /// The command line without its words.
    command: &'a dyn Fn() -> Command,
    /// What the trace calls the two stores.
    cache: &'a str,
    state: &'a str,
    /// Whether one command finds in the cache what another put there.
    shares_cache: bool,
}

impl Way<'_> {
    #[track_caller]
    fn run(&self, words: &[&str]) -> Ran {
        ran((self.command)().args(words))
    }

    /// Runs commands until one has that trace: what one does in the background is done a moment after its end, and a
    /// store of a busy machine may be late. `C` and `S` stand for the names of the stores.
    #[track_caller]
    fn until(&self, expected: &[&str], mut words: impl FnMut(usize) -> Vec<String>) -> Ran {
        let named = |word: &str| match word {
            "C" => self.cache.to_owned(),
            "S" => self.state.to_owned(),
            _ => word.to_owned(),
        };
        let expected: Vec<String> =
            expected.iter().map(|line| line.split(' ').map(named).collect::<Vec<_>>().join(" ")).collect();
        let (mut last, mut attempt) = (None, 0);
        let came = becomes_true(PATIENCE, || {
            attempt += 1;
            let words = words(attempt);
            let ran = last.insert(ran((self.command)().args(&words)));
            ran.code == 0 && ran.trace() == expected
        });
        let last = last.expect("it ran");
        assert!(came, "{expected:#?} did not come, but {last:#?}");
        last
    }
}

/// Words of a command line.
fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}
