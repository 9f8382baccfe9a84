//! The counters of `cache stats` and of the metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::control::{Control, Phase};
use super::event::Event;
use crate::trace::{Outcome, Tier, Trace};

macro_rules! counters {
    ($(#[doc = $doc:literal] $name:ident)*) => {
        /// The counters since the process began, and what it knows of the cache now.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[schema(as = CacheStats)]
        pub struct Stats {
            $(#[doc = $doc] pub $name: u64,)*
            /// Hits of all reads that asked the cache, from 0 to 1.
            pub hit_ratio: f64,
            /// The phase of the control row, where this process holds a valid view.
            pub phase: Option<Phase>,
            /// The present epoch, likewise.
            pub epoch: Option<String>,
            /// How many epochs the store has seen.
            pub epochs: Option<u64>,
            /// True while the cache does not answer this process, and reads do not ask it.
            pub breaker_open: bool,
            /// Fills, promotions and repairs that are under way.
            pub background_tasks: u64,
            pub cache_latency: Latency,
            pub state_latency: Latency,
        }

        impl Stats {
            /// Each counter with its name and what it counts.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
                let all = [$((stringify!($name), $doc, self.$name),)*];
                all.into_iter().map(|(name, doc, count)| (name, doc.trim_matches([' ', '.']), count))
            }
        }

        #[derive(Default)]
        pub(super) struct Counters { $($name: AtomicU64,)* cache: Timer, state: Timer }

        impl Counters {
            /// What they say now.
            pub fn read(&self, control: &Control, background_tasks: u64, now: Duration) -> Stats {
                $(let $name = self.$name.load(Relaxed);)*
                let (hits, misses) = (self.hits.load(Relaxed), self.misses.load(Relaxed));
                let view = control.current(now);
                Stats {
                    $($name,)*
                    hit_ratio: ratio(hits, hits + misses),
                    phase: view.as_ref().map(|view| view.phase),
                    epoch: view.as_ref().map(|view| view.nonce.clone()),
                    epochs: view.as_ref().map(|view| view.count),
                    breaker_open: control.cache_is_away(),
                    background_tasks,
                    cache_latency: self.cache.read(),
                    state_latency: self.state.read(),
                }
            }
        }
    };
}

counters! {
    /// Reads answered by the cache.
    hits
    /// Reads that the cache could not answer.
    misses
    /// Reads that did not ask the cache.
    bypasses
    /// Calls of the cache that it did not answer.
    cache_failures
    /// Values put into the cache after a miss or a create.
    fills
    /// Fills that came too late, and were refused.
    refused_fills
    /// Markers put before writes.
    marks
    /// Markers that became the value that was written.
    promotions
    /// Promotions that came too late, and were refused.
    refused_promotions
    /// Left-over markers and expired values that were mended.
    repairs
    /// Rows saved unchanged to shut out older writes.
    fences
    /// Entries flushed one by one.
    flushes
    /// Moves of the control row by this process.
    moves
    /// Hits that were older than the row. Must be 0.
    violations
}

/// How long the calls of one store took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoreLatency)]
pub struct Latency {
    pub calls: u64,
    /// Milliseconds.
    pub mean_ms: f64,
    /// Milliseconds.
    pub max_ms: f64,
}

#[derive(Default)]
struct Timer {
    calls: AtomicU64,
    micros: AtomicU64,
    longest: AtomicU64,
}

impl Timer {
    fn add(&self, elapsed: Duration) {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.calls.fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
        self.longest.fetch_max(micros, Relaxed);
    }

    fn read(&self) -> Latency {
        let calls = self.calls.load(Relaxed);
        #[allow(clippy::cast_precision_loss)] // microseconds of a process's life fit a double
        let max_ms = self.longest.load(Relaxed) as f64 / 1000.0;
        Latency { calls, mean_ms: ratio(self.micros.load(Relaxed), calls * 1000), max_ms }
    }
}

#[allow(clippy::cast_precision_loss)] // counts below 2^53
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Counters {
    pub(super) fn count(&self, event: &Event) {
        let counter = match event {
            Event::Request(trace) => return self.count_steps(trace),
            Event::Filled { .. } => &self.fills,
            Event::FillRefused { .. } => &self.refused_fills,
            Event::Fenced { .. } => &self.fences,
            Event::Promoted { .. } => &self.promotions,
            Event::PromoteRefused { .. } => &self.refused_promotions,
            Event::Repaired { .. } => &self.repairs,
            Event::Flushed { .. } => &self.flushes,
            Event::Moved { .. } => &self.moves,
            Event::Violation { .. } => &self.violations,
            Event::FlushedAll { .. } | Event::CacheAway { .. } | Event::CacheBack => return,
        };
        counter.fetch_add(1, Relaxed);
    }

    fn count_steps(&self, trace: &Trace) {
        for step in &trace.steps {
            let counter = match step.outcome {
                Outcome::Hit => Some(&self.hits),
                Outcome::Miss | Outcome::Expired | Outcome::Marker => Some(&self.misses),
                Outcome::Bypass => Some(&self.bypasses),
                Outcome::Away => Some(&self.cache_failures),
                Outcome::Marked => Some(&self.marks),
                _ => None,
            };
            if let Some(counter) = counter {
                counter.fetch_add(1, Relaxed);
            }
            match (step.outcome.tier(), step.outcome) {
                (_, Outcome::Bypass | Outcome::Waited | Outcome::Unchanged) => {}
                (_, scheduled) if scheduled.is_scheduled() => {}
                (Tier::Cache, _) => self.cache.add(step.elapsed),
                (Tier::State, _) => self.state.add(step.elapsed),
            }
        }
    }
}
