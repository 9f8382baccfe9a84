//! What a check found, and the command that mends it.

use colored::Colorize;
use serde::Serialize;

use super::super::exit::Failure;
use super::shown::{Columns, Shown, Told, plain_json};
use super::{Screen, harmless, table};

/// From this width on a sentence stands beside the name of its check.
const ROOMY: u16 = 64;
/// The mark, the longest name, and two spaces.
const HEAD: u16 = 2 + 14 + 2;
/// The beginning of what belongs to a check, on a narrow terminal.
const NARROW: u16 = 2;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Failed,
    /// There was nothing to check.
    Skipped,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    check: &'static str,
    status: Status,
    finding: String,
    /// What mends it, or shows more.
    r#try: Vec<String>,
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, finding: finding.into(), r#try: Vec::new() }
    }

    /// There is nothing to check.
    #[must_use]
    pub fn skipped(check: &'static str, finding: impl Into<String>) -> Self {
        Self { status: Status::Skipped, ..Self::ok(check, finding) }
    }

    /// Something is wrong.
    #[must_use]
    pub fn failed(check: &'static str, failure: Failure) -> Self {
        let Failure { sentence, causes, tries, .. } = failure;
        let finding = std::iter::once(sentence).chain(causes).collect::<Vec<_>>().join(": ");
        Self { check, status: Status::Failed, finding, r#try: tries }
    }

    /// Adds what shows more.
    #[must_use]
    pub fn attempt(mut self, what: impl Into<String>) -> Self {
        self.r#try.push(what.into());
        self
    }

    /// Whether something is wrong.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.status == Status::Failed
    }

    /// What is to be tried, without the columns that people read.
    fn tries(&self) -> Vec<String> {
        self.r#try.iter().map(|attempt| attempt.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    fn mark(&self, screen: &Screen) -> String {
        match self.status {
            Status::Ok => screen.out.paint("✓", |mark| mark.green().bold()),
            Status::Failed => screen.out.paint("✗", |mark| mark.red().bold()),
            Status::Skipped => screen.out.paint("–", |mark| mark.dimmed()),
        }
    }

    /// For a terminal. What is to be tried is not broken into lines: it is there to be copied.
    fn lines(&self, screen: &Screen, width: u16) -> String {
        let name = self.check.replace('_', " ");
        let (head, indent) = match width {
            ROOMY.. => (format!("{} {name:<1$}", self.mark(screen), usize::from(HEAD) - 2), HEAD),
            _ => (format!("{} {name}\n{:2$}", self.mark(screen), "", usize::from(NARROW)), NARROW),
        };
        let margin = format!("\n{:1$}", "", usize::from(indent));
        let finding = table::paragraph(&harmless(&self.finding), screen.out, width - indent).replace('\n', &margin);
        let label = screen.out.paint("try:", |label| label.bold());
        let tries = self.r#try.iter().enumerate().map(|(nth, attempt)| {
            let label = if nth == 0 { label.as_str() } else { "    " };
            format!("{margin}{label} {}", harmless(attempt))
        });
        format!("{head}{finding}{}", tries.collect::<String>())
    }
}

const FINDINGS: Columns = Columns { heads: &["CHECK", "STATUS", "FINDING", "TRY"], numbers: &[] };

impl Shown for Finding {
    const CSV: &'static [&'static str] = &["check", "status", "finding", "try"];

    fn json(&self) -> Vec<u8> {
        plain_json(&Self { r#try: self.tries(), ..self.clone() })
    }

    /// What is wrong.
    fn names(&self) -> Vec<String> {
        self.is_failed().then(|| self.check.to_owned()).into_iter().collect()
    }

    fn told(&self, screen: &Screen, _: bool) -> Vec<Told> {
        let Some(width) = screen.out.width else {
            let status = match self.status {
                Status::Ok => "ok",
                Status::Failed => "failed",
                Status::Skipped => "skipped",
            };
            let row = [self.check, status, &self.finding, &self.tries().join(" | ")].map(str::to_owned);
            return vec![Told::Row(&FINDINGS, row.into())];
        };
        vec![Told::Line(self.lines(screen, width))]
    }
}
