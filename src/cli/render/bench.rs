//! What a benchmark measured: a row of numbers each, and on a terminal the distribution of the times.

use std::io;
use std::time::{Duration, Instant};

use colored::{ColoredString, Colorize};
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::super::options::Output;
use super::shown::{Columns, Shown, Told};
use super::{Screen, print};

/// The longest time that is told apart from longer ones.
const LONGEST: Duration = Duration::from_secs(60);
/// The most bars of one plot.
const BARS_MAX: usize = 12;
/// What the bars stand for, in nanoseconds: times that grow by the same factor, of which the finest that fits is taken.
const STEPS: [&[u64]; 4] = [&[10, 13, 16, 20, 25, 32, 40, 50, 63, 79], &[10, 16, 25, 40, 63], &[10, 20, 50], &[10]];
/// Parts of a character, by eighths.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// The widths of the label before a bar, and of the number behind it.
const LABEL: usize = 9;
const COUNT: usize = 8;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    Hit,
    Miss,
    Create,
}

/// The times of what was measured.
pub struct Measurement {
    what: Measured,
    jobs: u64,
    /// In nanoseconds.
    times: Histogram<u64>,
    /// When at least one of them was under way, in the order of time.
    busy: Vec<(Instant, Instant)>,
    left_out: u64,
}

impl Measured {
    /// The word that people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::Miss => "MISS",
            Self::Create => "CREATE",
        }
    }

    /// Several of them.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Hit => "hits",
            Self::Miss => "misses",
            Self::Create => "creates",
        }
    }

    fn color(self, text: &str) -> ColoredString {
        match self {
            Self::Hit => text.green(),
            Self::Miss => text.yellow(),
            Self::Create => text.cyan(),
        }
    }
}

impl Measurement {
    /// Of nothing so far, by so many jobs at a time.
    #[must_use]
    pub fn new(what: Measured, jobs: u64) -> Self {
        let times = Histogram::new_with_bounds(1, nanoseconds(LONGEST), 3).expect("these are bounds");
        Self { what, jobs, times, busy: Vec::new(), left_out: 0 }
    }

    /// Adds one that has just ended, with its beginning and end, or leaves one out that turned out to be something else.
    pub fn add(&mut self, under_way: Option<(Instant, Instant)>) {
        let Some((mut begin, end)) = under_way else {
            self.left_out += 1;
            return;
        };
        self.times.saturating_record(nanoseconds(end - begin));
        while let Some((earlier, _)) = self.busy.pop_if(|(_, ended)| *ended >= begin) {
            begin = begin.min(earlier);
        }
        self.busy.push((begin, end));
    }

    /// How many a second there were in the time in which any was under way.
    fn rate(&self) -> Option<f64> {
        let busy: Duration = self.busy.iter().map(|(begin, end)| *end - *begin).sum();
        #[allow(clippy::cast_precision_loss)] // counts of a benchmark fit a double
        (!self.times.is_empty()).then(|| self.times.len() as f64 / busy.as_secs_f64())
    }

    /// The times that half, 90 % and 99 % of them kept within, and the longest, in milliseconds.
    fn quantiles(&self) -> [Option<f64>; 4] {
        [0.5, 0.9, 0.99, 1.0].map(|quantile| {
            (!self.times.is_empty()).then(|| milliseconds(self.times.value_at_quantile(quantile).min(self.times.max())))
        })
    }

    /// How many took up to so many nanoseconds, and longer than for the bar before. None is empty at an end.
    fn bars(&self) -> Vec<(u64, u64)> {
        let fitting = STEPS.iter().map(|steps| self.bars_of(steps)).find(|bars| bars.len() <= BARS_MAX);
        fitting.expect("a minute has eleven powers of ten, in nanoseconds")
    }

    fn bars_of(&self, steps: &[u64]) -> Vec<(u64, u64)> {
        let mut bars: Vec<(u64, u64)> = Vec::new();
        let scale = (2..=10).flat_map(|power| steps.iter().map(move |step| step * 10_u64.pow(power)));
        let mut times = self.times.iter_recorded().peekable();
        for end in scale {
            let mut count = 0;
            while let Some(time) = times.next_if(|time| time.value_iterated_to() <= end || end > nanoseconds(LONGEST)) {
                count += time.count_since_last_iteration();
            }
            if count > 0 || !bars.is_empty() {
                bars.push((end, count));
            }
            if times.peek().is_none() {
                break;
            }
        }
        bars
    }
}

const MEASUREMENTS: Columns = Columns {
    heads: &["WHAT", "COUNT", "PER S", "P50 MS", "P90 MS", "P99 MS", "MAX MS"],
    numbers: &[1, 2, 3, 4, 5, 6],
};

impl Shown for Measurement {
    const CSV: &'static [&'static str] =
        &["what", "count", "left_out", "per_second", "p50_ms", "p90_ms", "p99_ms", "max_ms"];

    fn json(&self) -> Vec<u8> {
        let [p50, p90, p99, max] = self.quantiles().map(|ms| ms.map(rounded));
        let bars = self.bars().into_iter();
        let measurement = json!({
            "what": self.what.word().to_lowercase(),
            "count": self.times.len(),
            "left_out": self.left_out,
            "jobs": self.jobs,
            "per_second": self.rate().map(f64::round),
            "p50_ms": p50,
            "p90_ms": p90,
            "p99_ms": p99,
            "max_ms": max,
            "histogram": bars.map(|(end, count)| json!({ "to_ms": milliseconds(end), "count": count })).collect::<Value>(),
        });
        measurement.to_string().into_bytes()
    }

    fn names(&self) -> Vec<String> {
        vec![self.what.word().to_lowercase()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let rate = self.rate().map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}"));
        let mut row = vec![self.what.word().to_owned(), self.times.len().to_string(), rate];
        row.extend(self.quantiles().map(|ms| ms.map_or_else(|| "-".to_owned(), short)));
        vec![Told::Row(&MEASUREMENTS, row)]
    }
}

impl Screen {
    /// Prints what was measured.
    ///
    /// # Errors
    /// That stdout does not take it.
    pub fn measurements(&self, all: &[Measurement]) -> io::Result<()> {
        let mut list = self.list();
        all.iter().try_for_each(|one| list.add(one))?;
        list.end()?;
        if let (Output::Table, Some(width)) = (self.format, self.out.width) {
            all.iter().flat_map(|one| self.plot(one, width)).try_for_each(|line| print(&line))?;
        }
        for Measurement { what, left_out, .. } in all.iter().filter(|one| one.left_out > 0) {
            self.note(&format!("{left_out} reads turned out to be no {}, and do not count", what.word()));
        }
        Ok(())
    }

    /// The bars of one, as wide as there is room for.
    fn plot(&self, measurement: &Measurement, width: u16) -> Vec<String> {
        let bars = measurement.bars();
        let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default();
        let room = usize::from(width).saturating_sub(LABEL + COUNT + " ms  ".len() + 1).max(1);
        let head = self.out.paint(measurement.what.word(), |word| measurement.what.color(word).bold());
        let line = |(end, count): (u64, u64)| {
            let bar = self.out.paint(&bar(count, most, room), |bar| measurement.what.color(bar));
            let label = short(milliseconds(end));
            if count == 0 { format!("{label:>LABEL$} ms") } else { format!("{label:>LABEL$} ms  {bar} {count}") }
        };
        if bars.is_empty() {
            return Vec::new();
        }
        std::iter::once(format!("\n{head}, up to")).chain(bars.into_iter().map(line)).collect()
    }
}

/// A bar of at least an eighth, and of the whole room for the most.
fn bar(count: u64, most: u64, room: usize) -> String {
    let eighths = (u128::from(count) * room as u128 * 8).div_ceil(u128::from(most.max(1)));
    let eighths = usize::try_from(eighths).expect("it is not longer than the room");
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(eighths.checked_rem(8).filter(|rest| *rest > 0).map(|rest| EIGHTHS[rest - 1]));
    bar
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[allow(clippy::cast_precision_loss)] // a minute of them fits a double
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

fn rounded(ms: f64) -> f64 {
    (ms * 10_000.0).round() / 10_000.0
}

/// With two or three digits that say something.
fn short(ms: f64) -> String {
    match ms {
        ..0.1 => format!("{ms:.3}"),
        ..10.0 => format!("{ms:.2}"),
        ..100.0 => format!("{ms:.1}"),
        _ => format!("{ms:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: &[u64]) -> Measurement {
        let mut measurement = Measurement::new(Measured::Hit, 2);
        let mut end = Instant::now();
        for time in micros {
            let begin = end;
            end += Duration::from_micros(*time);
            measurement.add(Some((begin, end)));
        }
        measurement
    }

    #[test]
    fn the_rate_counts_the_time_once_in_which_several_are_under_way() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut measurement = Measurement::new(Measured::Hit, 3);
        for (begin, end) in [(0, 10), (5, 20), (30, 31), (32, 33), (25, 40), (60, 65)] {
            measurement.add(Some((at(begin), at(end))));
        }
        let rate = measurement.rate().unwrap();
        assert!((rate - 150.0).abs() < 0.1, "six in 40 ms: {rate}");
    }

    #[test]
    fn the_bars_have_everything_once_and_are_not_too_many() {
        for micros in
            [&[100][..], &[90, 100, 110, 120, 500], &[1, 60_000_000], &[5, 5, 5, 100, 2_000_000], &[90_000_000]]
        {
            let bars = of(micros).bars();
            assert!(bars.len() <= BARS_MAX, "{bars:?}");
            assert_eq!(bars.iter().map(|(_, count)| count).sum::<u64>(), micros.len() as u64, "{micros:?}: {bars:?}");
            assert!(bars[0].1 > 0 && bars[bars.len() - 1].1 > 0, "{bars:?}");
            assert!(bars.is_sorted_by(|before, after| before.0 < after.0), "{bars:?}");
        }
        assert_eq!(of(&[]).bars(), []);
        assert_eq!(of(&[90, 120, 120, 150]).bars(), [(100_000, 1), (130_000, 2), (160_000, 1)]);
    }

    #[test]
    fn the_longest_bar_fills_the_room_and_the_least_is_seen() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 1_000_000, 4), "▏");
        assert_eq!(bar(6, 10, 4), "██▌");
    }

    #[test]
    fn the_numbers_are_those_of_the_times() {
        let measurement = of(&[1000; 10]);
        let [p50, p90, p99, max] = measurement.quantiles().map(|ms| rounded(ms.unwrap()));
        assert!((p50 - 1.0).abs() < 0.01 && p50 <= p90 && p90 <= p99 && p99 <= max && max < 1.01);
        assert!((measurement.rate().unwrap() - 1000.0).abs() < 1.0, "a millisecond each, one after the other");
        assert_eq!((of(&[]).quantiles(), of(&[]).rate()), ([None; 4], None));
    }
}
