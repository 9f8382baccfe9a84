//! How far long work has come: a bar on a terminal, a line every few seconds elsewhere.

use std::env;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Screen, tell};

/// How often a line is printed where there is no terminal.
const LINES_EVERY: Duration = Duration::from_secs(5);
/// How often a bar is painted, a second.
const FRAMES: u8 = 10;

/// Work that is done sooner needs no bar.
const SOON: Duration = Duration::from_millis(300);

/// The progress of some work.
pub struct Progress {
    screen: Screen,
    what: &'static str,
    has_bar: bool,
    bar: Option<ProgressBar>,
    total: Option<u64>,
    began: Instant,
    told: Instant,
}

impl Screen {
    /// Begins to show progress. `total` is how many bytes there are to be read, where that is known.
    #[must_use]
    pub fn progress(&self, total: Option<u64>) -> Progress {
        let has_cursor = env::var("TERM").is_ok_and(|term| !term.is_empty() && term != "dumb");
        let has_bar = self.err.width.is_some() && has_cursor;
        let now = Instant::now();
        Progress { screen: *self, what: "users", has_bar, bar: None, total, began: now, told: now }
    }
}

impl Progress {
    /// The same of something else than users.
    #[must_use]
    pub fn counting(mut self, what: &'static str) -> Self {
        self.what = what;
        self
    }

    /// How much there is to be done, where that was not known at the beginning.
    pub fn of(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// So many are done, and so many bytes were read for them; `more` is what else is to be said.
    pub fn at(&mut self, count: u64, bytes: u64, more: &str) {
        let is_due = if self.has_bar { self.began.elapsed() >= SOON } else { self.told.elapsed() >= LINES_EVERY };
        if self.screen.quiet || !is_due {
            return;
        }
        let said = self.said(count, more);
        if self.has_bar {
            let bar = self.bar.get_or_insert_with(|| bar(self.total, self.screen.err.color));
            bar.set_position(bytes);
            bar.set_message(said);
        } else {
            self.told = Instant::now();
            tell(&said);
        }
    }

    fn said(&self, count: u64, more: &str) -> String {
        let rate = count as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        format!("{} {}, {}/s{more}", grouped(count), self.what, grouped(rate as u64))
    }

    /// Says something while the bar is there.
    pub fn aside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>, color: bool) -> ProgressBar {
    let (bar, style) = match total {
        Some(bytes) => (ProgressBar::new(bytes), "{msg} {wide_bar:.green/dim} {percent:>3} % {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {wide_msg}"),
    };
    let style = if color { style.to_owned() } else { style.replace(":.green/dim", "") };
    bar.set_style(ProgressStyle::with_template(&style).expect("the template is one"));
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(FRAMES));
    bar
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
