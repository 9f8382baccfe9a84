//! The trace: what happened on the way to an answer, one line a step.

use std::time::Duration;

use colored::{ColoredString, Colorize};
use serde_json::json;

use super::super::options::TraceForm;
use super::{Screen, harmless, tell};
use crate::client::Names;
use crate::trace::{Outcome, Step, Trace};

/// From this width on a step fits into a line with its columns.
const ROOMY: u16 = 64;

/// The width of the longest word of a step.
const WORD: usize = 10;

/// What is said of a step that the answer does not wait for.
const LATER: &str = ", in the background";

impl Screen {
    /// Prints a trace on stderr. `place` is where the answer came from.
    pub fn trace(&self, trace: &Trace, names: &Names, place: &str, took: Duration) {
        match self.trace {
            TraceForm::Off => {}
            TraceForm::Json => trace.steps.iter().for_each(|step| tell(&as_json(step, trace, names))),
            TraceForm::Text => trace.steps.iter().for_each(|step| tell(&self.line(step, trace, names))),
        }
        if self.is_verbose() && self.trace == TraceForm::Text {
            let said = format!("{} in all, through {}", milliseconds(took), harmless(place));
            tell(&self.err.paint(&said, |said| said.dimmed()));
        }
    }

    /// Tells how long a command took.
    pub fn timing(&self, took: Duration) {
        tell(&self.err.paint(&format!("{} in all", milliseconds(took)), |said| said.dimmed()));
    }

    fn line(&self, step: &Step, trace: &Trace, names: &Names) -> String {
        // Padded before it is painted: the codes of a colour have no width.
        let word = self.err.paint(&format!("{:<WORD$}", step.outcome.word()), |word| color(step.outcome, word));
        let who = match trace.user {
            Some(id) => format!("user {id}"),
            None if trace.has(Outcome::Listed) => "users".into(),
            None => "new user".into(),
        };
        let store = harmless(names.of(step.outcome.tier()));
        if let Some(width) = self.err.width.filter(|width| *width < ROOMY) {
            let short = format!(" {who} {store} {}", detail(step).replace(LATER, ""));
            let fits = WORD + short.chars().count() <= width.into();
            // A remark that has no room beside its step stands below it.
            let short = if fits { short } else { short.replacen(", ", &format!("\n{:WORD$} ", ""), 1) };
            return format!("{word}{short}");
        }
        format!("{word}  {who:<8}  {store:<8}  {}", detail(step))
    }
}

fn color(outcome: Outcome, word: &str) -> ColoredString {
    match outcome {
        Outcome::Hit => word.green().bold(),
        Outcome::Miss | Outcome::Expired | Outcome::Marker | Outcome::Bypass => word.yellow().bold(),
        Outcome::Away | Outcome::Down | Outcome::Conflict | Outcome::NotFound | Outcome::Refused => word.red(),
        Outcome::Created | Outcome::Saved | Outcome::Deleted => word.cyan().bold(),
        Outcome::Found | Outcome::Unchanged | Outcome::Indexed | Outcome::Listed | Outcome::Replayed => word.cyan(),
        Outcome::Marked | Outcome::Waited => word.magenta(),
        Outcome::FillScheduled | Outcome::PromoteScheduled | Outcome::RepairScheduled => word.blue(),
    }
}

fn detail(step: &Step) -> String {
    let ttl = step.ttl.map(|ttl| format!("ttl {ttl} s"));
    if step.outcome.is_scheduled() {
        return ttl.map_or_else(|| LATER[2..].to_owned(), |ttl| ttl + LATER);
    }
    let time = milliseconds(step.elapsed);
    let remark = match step.outcome {
        Outcome::Unchanged => return "nothing to write".into(),
        Outcome::Bypass if step.elapsed < Duration::from_micros(5) => return "not asked".into(),
        Outcome::Expired => Some("expired".into()),
        Outcome::Marker => Some("marked by a write or a flush".into()),
        Outcome::Away | Outcome::Down => Some("no answer".into()),
        Outcome::Conflict => Some("once more".into()),
        Outcome::Waited => Some("waited for other processes".into()),
        _ => ttl,
    };
    remark.map_or_else(|| time.clone(), |remark: String| format!("{time}, {remark}"))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn as_json(step: &Step, trace: &Trace, names: &Names) -> String {
    let tier = step.outcome.tier();
    let ms = (!step.outcome.is_scheduled()).then(|| step.elapsed.as_micros() as f64 / 1000.0);
    let step = json!({
        "step": step.outcome.token(),
        "user": trace.user,
        "tier": tier,
        "store": names.of(tier),
        "ms": ms,
        "ttl": step.ttl,
    });
    step.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_how_long_it_took_or_what_is_still_to_come() {
        let said = |outcome, micros, ttl| detail(&Step { outcome, elapsed: Duration::from_micros(micros), ttl });
        assert_eq!(said(Outcome::Miss, 412, None), "0.41 ms");
        assert_eq!(said(Outcome::Hit, 380, Some(3541)), "0.38 ms, ttl 3541 s");
        assert_eq!(said(Outcome::FillScheduled, 0, Some(3600)), "ttl 3600 s, in the background");
        assert_eq!(said(Outcome::RepairScheduled, 0, None), "in the background");
        assert_eq!(said(Outcome::Bypass, 0, None), "not asked");
        assert_eq!(said(Outcome::Unchanged, 9, None), "nothing to write");
    }
}
