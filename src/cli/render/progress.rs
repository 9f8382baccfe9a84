//! How far long work has come: a bar on a terminal, a line every few seconds elsewhere.

use std::env;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Screen, tell};

/// How often a line is printed where there is no terminal.
const LINES_EVERY: Duration = Duration::from_secs(5);
/// How often a bar is painted, a second.
const FRAMES: u8 = 10;

/// Work that is done sooner needs no bar.
const SOON: Duration = Duration::from_millis(300);
/// How often it is to be told where nothing happens: the rate falls.
pub const REFRESH: Duration = Duration::from_millis(200);

/// The progress of some work.
pub struct Progress {
    screen: Screen,
    what: &'static str,
    has_bar: bool,
    bar: Option<ProgressBar>,
    total: Option<u64>,
    began: Instant,
    told: Instant,
    /// How far it has come.
    count: u64,
    position: u64,
    more: String,
}

impl Screen {
    /// Begins to show progress. `total` is what the position will be at the end, where that is known: bytes, or ids.
    #[must_use]
    pub fn progress(&self, total: Option<u64>) -> Progress {
        let has_cursor = env::var("TERM").is_ok_and(|term| !term.is_empty() && term != "dumb");
        let has_bar = self.err.width.is_some() && has_cursor;
        let now = Instant::now();
        let (bar, more) = (None, String::new());
        Progress {
            screen: *self,
            what: "users",
            has_bar,
            bar,
            total,
            began: now,
            told: now,
            count: 0,
            position: 0,
            more,
        }
    }
}

impl Progress {
    /// The same of something else than users.
    #[must_use]
    pub fn counting(mut self, what: &'static str) -> Self {
        self.what = what;
        self
    }

    /// So many are done, and the work is at that position; `more` is what else is to be said.
    pub fn at(&mut self, count: u64, position: u64, more: &str) {
        (self.count, self.position) = (count, position);
        more.clone_into(&mut self.more);
        self.refresh();
    }

    /// Waits for a part of the work, and tells meanwhile that time goes by.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            match tokio::time::timeout(REFRESH, &mut work).await {
                Ok(done) => return done,
                Err(_) => self.refresh(),
            }
        }
    }

    /// Whether the work takes so long that it is told how far it has come.
    #[must_use]
    pub fn is_long(&self) -> bool {
        let enough = if self.has_bar { SOON } else { LINES_EVERY };
        !self.screen.quiet && self.began.elapsed() >= enough
    }

    /// What the position will be at the end, where that turns out later.
    pub fn set_total(&mut self, total: u64) {
        let bar = self.bar.take();
        self.bar = match self.total.replace(total) {
            Some(_) => bar.inspect(|bar| bar.set_length(total)),
            // It was one without an end.
            None => {
                bar.iter().for_each(ProgressBar::finish_and_clear);
                None
            }
        };
    }

    fn refresh(&mut self) {
        if !self.is_long() || !self.has_bar && self.told.elapsed() < LINES_EVERY {
            return;
        }
        let said = self.said();
        let left = self.left().map(|left| format!("{:#} left", HumanDuration(left)));
        if self.has_bar {
            let bar = self.bar.get_or_insert_with(|| bar(self.total, self.screen.err.color));
            bar.set_message(said);
            bar.set_position(self.position);
            bar.set_prefix(left.unwrap_or_default());
        } else {
            self.told = Instant::now();
            tell(&left.map_or(said.clone(), |left| format!("{said}, {left}")));
        }
    }

    fn said(&self) -> String {
        let rate = self.count as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        format!("{} {}, {}/s{}", grouped(self.count), self.what, grouped(rate as u64), self.more)
    }

    /// The time left, if all of it goes as fast as what is done.
    fn left(&self) -> Option<Duration> {
        let rest = self.total?.checked_sub(self.position).filter(|_| self.position > 0)?;
        let seconds = self.began.elapsed().as_secs_f64() * rest as f64 / self.position as f64;
        Duration::try_from_secs_f64(seconds).ok()
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
        Some(total) => (ProgressBar::new(total), "{msg} {wide_bar:.green/dim} {percent:>3} % {prefix}"),
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
