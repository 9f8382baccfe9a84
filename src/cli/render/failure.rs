//! A failure: one sentence, its cause, and what to try; or the same as a problem object (RFC 9457).

use std::backtrace::{Backtrace, BacktraceStatus};
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::panic;

use clap::ValueEnum;
use clap::error::ErrorKind;
use colored::Colorize;
use serde_json::{Value, json};

use super::super::config::Settings;
use super::super::exit::{Exit, Failure};
use super::super::line::Refusal;
use super::super::options::Output;
use super::{Screen, harmless, put, tell};
use crate::client::InvalidField;

/// The longest part of a refused value that is shown.
const SHOWN_MAX: usize = 60;

impl Screen {
    /// Prints on stderr why something was not done with one of many.
    pub fn failure_of_one(&self, id: &str, failure: &Failure) {
        if self.is_json() {
            return tell(&problem(failure).to_string());
        }
        let whose = if failure.exit == Exit::NotFound { String::new() } else { format!("user {id}: ") };
        let causes: String = failure.causes.iter().map(|cause| format!(": {cause}")).collect();
        self.warn(&harmless(&format!("{whose}{}{causes}", failure.sentence)));
    }

    /// Prints on stderr why one line of a file was not taken.
    pub fn failure_of_one_line(&self, failure: &Failure) {
        match self.is_json() {
            true => tell(&problem(failure).to_string()),
            false => self.warn(&harmless(&failure.sentence)),
        }
    }

    /// Prints a failure on stderr.
    pub fn failure(&self, failure: &Failure) {
        if self.is_json() {
            return tell(&problem(failure).to_string());
        }
        let error = self.err.paint("error:", |word| word.red().bold());
        match failure.fields.as_slice() {
            [] => tell(&format!("{error} {}", harmless(&failure.sentence))),
            [one] => tell(&format!("{error} the {} {} is not valid", harmless(one.field()), shown(one))),
            _ => tell(&format!("{error} {}", harmless(&failure.sentence))),
        }
        let label = |word| self.err.paint(word, |word| word.bold());
        for cause in failure.causes.iter().cloned().chain(failure.fields.iter().map(|f| fault(f, &failure.fields))) {
            tell(&format!("{} {}", label("cause:"), harmless(&cause)));
        }
        for (nth, attempt) in failure.tries.iter().enumerate() {
            let word = if nth == 0 { label("  try:") } else { "      ".into() };
            tell(&format!("{word} {}", harmless(attempt)));
        }
    }

    /// Prints what clap says of a command line, help and version included, and tells how to end.
    #[must_use]
    pub fn usage(&self, error: &clap::Error) -> Exit {
        let exit = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
            // Text that is no text is bad input, as it is on HTTP.
            ErrorKind::InvalidUtf8 => Exit::Invalid,
            _ => Exit::Usage,
        };
        if exit != Exit::Done && self.is_json() {
            tell(&problem(&Failure { exit, ..Failure::of_usage(error) }).to_string());
            return exit;
        }
        let (text, stream) = (error.render(), if error.use_stderr() { self.err } else { self.out });
        let text = if stream.color { text.ansi().to_string() } else { text.to_string() };
        // A reader of help who has gone away is no failure.
        let _ = if error.use_stderr() { io::stderr().lock().write_all(text.as_bytes()) } else { put(text.as_bytes()) };
        exit
    }
}

/// What is wrong with a field, with its name where there are several, and what was given where several have that name.
fn fault(field: &InvalidField, all: &[InvalidField]) -> String {
    let place = match (field.loc.as_slice(), all) {
        ([source, line, _], _) if source == "stdin" => format!("line {line} of stdin"),
        (_, [_]) => return field.message.clone(),
        _ => field.field().to_owned(),
    };
    let is_alone = all.iter().filter(|one| one.field() == field.field()).count() == 1;
    let given = if is_alone { String::new() } else { format!(" {}", shown(field)) };
    format!("{place}{given}: {}", field.message)
}

/// What was given, short.
fn shown(field: &InvalidField) -> String {
    let whole = field.input.to_string();
    let short: String = whole.chars().take(SHOWN_MAX).collect();
    harmless(&if short.len() < whole.len() { format!("{short}…") } else { whole })
}

fn problem(failure: &Failure) -> Value {
    let mut problem = json!({
        "type": "about:blank",
        "title": title(failure.exit),
        "status": failure.exit.status(),
        "code": failure.exit.name(),
        "exit_code": failure.exit as u8,
        "detail": failure.sentence,
    });
    let parts = problem.as_object_mut().expect("it was made as an object");
    if !failure.causes.is_empty() {
        parts.insert("cause".into(), failure.causes.join("; ").into());
    }
    if !failure.tries.is_empty() {
        let tries = failure.tries.iter().map(|attempt| attempt.split_whitespace().collect::<Vec<_>>().join(" "));
        parts.insert("try".into(), tries.collect());
    }
    if !failure.fields.is_empty() {
        let fields = failure.fields.iter();
        let listed = fields
            .map(|field| json!({"type": field.kind, "loc": field.loc, "msg": field.message, "input": field.input}));
        parts.insert("errors".into(), listed.collect());
    }
    problem
}

fn title(exit: Exit) -> &'static str {
    match exit {
        Exit::Done | Exit::Found => "Done",
        Exit::Usage => "Usage",
        Exit::NotFound => "Not found",
        Exit::NotAllowed => "Not allowed",
        Exit::Conflict => "Conflict",
        Exit::Invalid => "Invalid input",
        Exit::Unreachable => "Unreachable",
        Exit::Partly => "Partly done",
        Exit::Fault => "Fault of the program",
        Exit::TimedOut => "Timed out",
        Exit::Interrupted => "Interrupted",
    }
}

/// Prints why a command line makes no sense, or what it asks to be told, and tells how to end.
#[must_use]
pub fn refusal(refusal: &Refusal, words: &[OsString]) -> Exit {
    match refusal {
        Refusal::Grammar(error) => Wishes::of(words).screen().usage(error),
        Refusal::Settings(failure) => {
            Wishes::said(words).screen().failure(failure);
            failure.exit
        }
    }
}

/// From here on a panic is told as any failure is, with what helps to find its cause.
pub fn tell_of_panics(words: Vec<OsString>) {
    panic::set_hook(Box::new(move |panic| {
        let what = panic.payload_as_str().unwrap_or("for a reason that is no text");
        let mut failure = Failure::new(Exit::Fault, format!("this program has a fault, and panicked: {what}"));
        failure.causes.extend(panic.location().map(|place| format!("at {place}")));
        let told = failure.attempt(concat!("to report it, with the command, at ", env!("CARGO_PKG_REPOSITORY")));
        Wishes::said(&words).screen().failure(&told);
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            tell(&trace.to_string());
        }
    }));
}

/// How a command line wants to be answered that cannot be read.
#[derive(Default)]
struct Wishes {
    output: Option<String>,
    no_color: bool,
}

impl Wishes {
    /// As its words say, and the environment.
    fn said(words: &[OsString]) -> Self {
        let output = value_in(words, "output", Some('o')).or_else(|| env::var("USERSVC_OUTPUT").ok());
        Self { output, no_color: words.iter().any(|word| word == "--no-color") }
    }

    /// As its words say, the environment, and the settings, if they can be read.
    fn of(words: &[OsString]) -> Self {
        let Self { output, no_color } = Self::said(words);
        let context = value_in(words, "context", None).or_else(|| env::var("USERSVC_CONTEXT").ok());
        let settings = Settings::read_to_mend(context.as_deref()).unwrap_or_default();
        let set = |key| settings.value(key).map(str::to_owned);
        Self {
            output: output.or_else(|| set("output")),
            no_color: no_color || set("no-color").is_some_and(|it| it == "true"),
        }
    }

    fn screen(&self) -> Screen {
        let format = self.output.as_deref().and_then(|name| Output::from_str(name, false).ok());
        Screen::of_nobody(format.unwrap_or_default(), self.no_color)
    }
}

/// The last value that words give an option.
fn value_in(words: &[OsString], long: &str, short: Option<char>) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let value = |(nth, word): (usize, &&str)| {
        let joined = match (word.strip_prefix("--"), word.strip_prefix('-'), short) {
            (Some(flag), _, _) => flag.strip_prefix(long).filter(|rest| rest.is_empty() || rest.starts_with('='))?,
            // Of the letters before it none has a value.
            (None, Some(letters), Some(short)) => {
                let (before, rest) = letters.split_once(short)?;
                before.chars().all(|letter| "qvy".contains(letter)).then_some(rest)?
            }
            _ => return None,
        };
        let joined = joined.strip_prefix('=').or((!joined.is_empty()).then_some(joined));
        joined.or(words.get(nth + 1).copied()).map(str::to_owned)
    };
    words.iter().enumerate().rev().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_still_says_how_it_wants_to_be_answered() {
        for (line, said) in [
            ("-o json nonsense", "json"),
            ("nonsense -qo json", "json"),
            ("-qvojson", "json"),
            ("-o=json", "json"),
            ("--output=yaml", "yaml"),
            ("--output json -o table", "table"),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(value_in(&words, "output", Some('o')).as_deref(), Some(said), "{line}");
        }
        for line in ["--on-error stop", "--outputs x", "-f json", "json", "-o"] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(value_in(&words, "output", Some('o')), None, "{line}");
        }
    }
}
