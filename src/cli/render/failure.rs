//! A failure: one sentence, its cause, and what to try; or the same as a problem object (RFC 9457).

use std::ffi::OsString;

use clap::error::ErrorKind;
use colored::Colorize;
use serde_json::{Value, json};

use super::super::exit::{Exit, Failure};
use super::super::line::Refusal;
use super::super::options::Output;
use super::{Screen, harmless, tell};
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
}

/// What is wrong with a field, with its name where there are several.
fn fault(field: &InvalidField, all: &[InvalidField]) -> String {
    match (field.loc.as_slice(), all) {
        ([source, line, _], _) if source == "stdin" => format!("line {line} of stdin: {}", field.message),
        (_, [_]) => field.message.clone(),
        _ => format!("{}: {}", field.field(), field.message),
    }
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
        Refusal::Grammar(error) => usage(error, words),
        Refusal::Settings(failure) => {
            let format = if asks_for_json(words) { Output::Json } else { Output::Table };
            Screen::of_nobody(format).failure(failure);
            failure.exit
        }
    }
}

/// Prints what clap says of a command line, help and version included, and tells how to end.
#[must_use]
pub fn usage(error: &clap::Error, words: &[OsString]) -> Exit {
    let exit = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        // Text that is no text is bad input, as it is on HTTP.
        ErrorKind::InvalidUtf8 => Exit::Invalid,
        _ => Exit::Usage,
    };
    if exit != Exit::Done && asks_for_json(words) {
        tell(&problem(&Failure { exit, ..Failure::of_usage(error) }).to_string());
    } else {
        // A reader of help who has gone away is no failure.
        let _ = error.print();
    }
    exit
}

/// A command line that cannot be read may still say how it wants to be answered.
fn asks_for_json(words: &[OsString]) -> bool {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let is_json = |form: &str| matches!(form, "json" | "ndjson");
    let flag = words.windows(2).any(|pair| matches!(pair, ["-o" | "--output", form] if is_json(form)));
    let value = |word: &str| word.strip_prefix("--output=").or(word.strip_prefix("-o")).map(str::to_owned);
    let joined = words.iter().filter_map(|word| value(word)).any(|form| is_json(form.trim_start_matches('=')));
    flag || joined || std::env::var("USERSVC_OUTPUT").is_ok_and(|form| is_json(&form))
}
