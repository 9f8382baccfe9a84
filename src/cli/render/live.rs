//! A last line that is kept up to date, below results that are printed as they come.

use std::env;
use std::io::{self, Write};
use std::time::Duration;

use colored::Colorize;

use super::super::options::Output;
use super::Screen;

/// Back to the first column, with nothing after it (ECMA-48).
const CLEARED: &str = "\r\u{1b}[K";
/// A terminal shows a ^C where the cursor is: behind the line, and it must not begin another.
const SPARE: usize = "^C".len() + 1;

/// How high a bar is, from least to most.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A bar of nothing at all.
const NOTHING: char = '·';

/// The last line of a terminal. It is gone with this.
pub struct LiveLine {
    is_shown: bool,
    line: String,
}

impl Screen {
    /// A last line, where a person reads both streams on a terminal.
    #[must_use]
    pub fn live_line(&self) -> LiveLine {
        let is_read = self.format == Output::Table && !self.quiet && self.out.width.is_some();
        let moves = env::var("TERM").is_ok_and(|term| !matches!(term.as_str(), "" | "dumb"));
        LiveLine { is_shown: is_read && moves && self.err.width.is_some(), line: String::new() }
    }

    /// The width of stderr at this moment: somebody may pull at the window.
    fn width_now(&self) -> u16 {
        let told = rustix::termios::tcgetwinsize(io::stderr()).map(|size| size.ws_col);
        told.ok().filter(|width| *width > 0).or(self.err.width).unwrap_or_default()
    }

    /// How many seconds a bar of the plot stands for, so that a minute fits into the line as wide as it is now.
    #[must_use]
    pub fn seconds_of_a_bar(&self) -> u64 {
        match self.width_now() {
            120.. => 1,
            72.. => 2,
            _ => 5,
        }
    }

    /// The hit rate over the last minute: hits and misses of each bar, the oldest first. It has as many words as fit.
    #[must_use]
    pub fn hit_rate(&self, bars: &[(u64, u64)]) -> String {
        let (hits, misses) = bars.iter().fold((0, 0), |(hits, misses), bar| (hits + bar.0, misses + bar.1));
        let Some(rate) = share(hits, misses) else { return "no reads in the last minute".into() };
        let (rate, counts) = (percent(rate), counted(hits, misses));
        let room = usize::from(self.width_now()).saturating_sub(SPARE);
        let forms = [("hit rate ", format!(" {counts} in the last minute")), ("hit rate ", format!(" {counts}"))];
        let forms = forms.into_iter().chain([("", format!(" {counts}")), ("", format!(" {hits}/{}", hits + misses))]);
        let length = |lead: &str, tail: &str| lead.len() + rate.len() + 1 + bars.len() + tail.len();
        let fitting = forms.into_iter().find(|(lead, tail)| length(lead, tail) <= room);
        let rate = self.err.paint(&rate, |rate| rate.bold());
        let Some((lead, tail)) = fitting else { return rate };
        let plot = self.err.paint(&bars.iter().copied().map(bar).collect::<String>(), |plot| plot.green());
        format!("{lead}{rate} {plot}{tail}")
    }

    /// What was watched in all, for the end.
    pub fn watched(&self, events: u64, hits: u64, misses: u64, took: Duration) {
        let rate = share(hits, misses).map_or_else(String::new, |rate| format!(", hit rate {}", percent(rate)));
        let events = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
        self.note(&format!("{events} in {} s: {}{rate}", took.as_secs(), counted(hits, misses)));
    }
}

impl LiveLine {
    /// Shows that.
    pub fn set(&mut self, line: String) {
        self.line = line;
        self.draw(&format!("{CLEARED}{}", self.line));
    }

    /// Does something that prints, above the line.
    pub fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        self.draw(CLEARED);
        let printed = print();
        self.draw(&self.line);
        printed
    }

    fn draw(&self, line: &str) {
        if self.is_shown {
            let mut stderr = io::stderr().lock();
            // Where nobody reads it, there is nobody to show it to.
            let _ = stderr.write_all(line.as_bytes()).and_then(|()| stderr.flush());
        }
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.draw(CLEARED);
    }
}

/// As high as the share of hits.
fn bar((hits, misses): (u64, u64)) -> char {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 7
    share(hits, misses).map_or(NOTHING, |share| LEVELS[(share * 7.0).round() as usize])
}

fn counted(hits: u64, misses: u64) -> String {
    let [hit, miss] = [(hits, "hit", "hits"), (misses, "miss", "misses")]
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
    format!("{hit}, {miss}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[allow(clippy::cast_precision_loss)] // counts of a screen fit a double
fn share(hits: u64, misses: u64) -> Option<f64> {
    (hits + misses > 0).then(|| hits as f64 / (hits + misses) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_the_share_of_hits_and_a_dot_where_nothing_was_read() {
        let bars = [(0, 0), (0, 3), (1, 1), (9, 0), (99, 1)];
        assert_eq!(bars.map(bar), ['·', '▁', '▅', '█', '█']);
    }
}
