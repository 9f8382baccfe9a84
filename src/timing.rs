//! The trace on the wire: the `Cache-Status` header (RFC 9211) for caches and people in between, and the
//! `Server-Timing` header (W3C Server Timing), from which a client rebuilds the whole trace.
//!
//! `Server-Timing: cache-miss;desc="redis";dur=0.412, found;desc="postgres";dur=0.921, fill;desc="redis";ttl=3600`
//! has one metric a step, in order: its name is [`Outcome::token`], `desc` the name of the store, `dur` milliseconds
//! with three decimals (absent of what is only scheduled), `ttl` seconds.

use std::fmt::Write;
use std::time::Duration;

use crate::trace::{Outcome, Step, TierNames, Trace};

/// How the cache calls itself in `Cache-Status`.
const CACHE_NAME: &str = "usersvc";

/// A step, with the name of the store that it went to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedStep {
    pub step: Step,
    /// Such as `redis`; empty where the header did not say.
    pub store: String,
}

/// The value of `Server-Timing`.
#[must_use]
pub fn server_timing(trace: &Trace, names: TierNames) -> String {
    let mut header = String::with_capacity(48 * trace.steps.len());
    for step in &trace.steps {
        let separator = if header.is_empty() { "" } else { ", " };
        let store = names.of(step.outcome.tier());
        let written = write!(header, "{separator}{};desc=\"{}\"", step.outcome.token(), quoted(store)).and_then(|()| {
            if !step.outcome.is_scheduled() {
                let micros = step.elapsed.as_micros();
                write!(header, ";dur={}.{:03}", micros / 1000, micros % 1000)?;
            }
            step.ttl.map_or(Ok(()), |ttl| write!(header, ";ttl={ttl}"))
        });
        written.expect("a String takes everything");
    }
    header
}

/// A name as it may stand in a quoted string of a header (RFC 9110, section 5.6.4).
fn quoted(name: &str) -> String {
    name.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}

/// Reads a `Server-Timing` header. Metrics of other names, such as those of a proxy, are left out; so are
/// parameters that make no sense.
#[must_use]
pub fn parse_server_timing(header: &str) -> Vec<TimedStep> {
    split(header, ',').filter_map(parse_metric).collect()
}

fn parse_metric(metric: &str) -> Option<TimedStep> {
    let mut parts = split(metric, ';');
    let outcome = Outcome::from_token(parts.next()?.trim())?;
    let step = Step { outcome, elapsed: Duration::ZERO, ttl: None };
    let mut timed = TimedStep { step, store: String::new() };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim() {
            "desc" => value.clone_into(&mut timed.store),
            "dur" => timed.step.elapsed = parse_milliseconds(value).unwrap_or_default(),
            "ttl" => timed.step.ttl = value.parse().ok(),
            _ => {}
        }
    }
    Some(timed)
}

fn parse_milliseconds(value: &str) -> Option<Duration> {
    let seconds = value.parse::<f64>().ok()? / 1000.0;
    let exact = Duration::try_from_secs_f64(seconds).ok()?;
    // A double is near the microseconds that were written, and rounding gives them back.
    Some(Duration::from_micros(u64::try_from((exact.as_nanos() + 500) / 1000).ok()?))
}

/// The parts between separators that stand outside quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// The value of `Cache-Status` (RFC 9211); `None` of a request that asked no store.
#[must_use]
pub fn cache_status(trace: &Trace) -> Option<String> {
    if trace.steps.is_empty() {
        return None;
    }
    if let Some(hit) = trace.steps.iter().find(|step| step.outcome == Outcome::Hit) {
        let ttl = hit.ttl.map(|ttl| format!("; ttl={ttl}")).unwrap_or_default();
        return Some(format!("{CACHE_NAME}; hit{ttl}"));
    }
    let is_write = trace.steps.iter().any(|step| is_of_a_write(step.outcome));
    let asked = trace.steps.iter().find_map(|step| forward(step.outcome));
    let reason = asked.filter(|_| !is_write).unwrap_or("method");
    let detail = trace.steps.iter().find_map(|step| detail(step.outcome)).unwrap_or_default();
    Some(format!("{CACHE_NAME}; fwd={reason}{detail}"))
}

/// Only requests that write have such a step.
fn is_of_a_write(outcome: Outcome) -> bool {
    use Outcome::{Conflict, Created, Deleted, Marked, PromoteScheduled, Refused, Replayed, Saved, Unchanged, Waited};
    matches!(
        outcome,
        Conflict | Created | Deleted | Marked | PromoteScheduled | Refused | Replayed | Saved | Unchanged | Waited
    )
}

fn detail(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::FillScheduled => Some("; detail=fill-scheduled"),
        Outcome::PromoteScheduled => Some("; detail=promote-scheduled"),
        Outcome::RepairScheduled => Some("; detail=repair-scheduled"),
        Outcome::Away => Some("; detail=cache-away"),
        _ => None,
    }
}

/// Why a read went on to the state store (RFC 9211, section 2.2).
fn forward(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Miss => Some("uri-miss"),
        Outcome::Expired => Some("stale"),
        Outcome::Marker => Some("miss"),
        // Lists are made of rows: the cache is not meant for them.
        Outcome::Bypass | Outcome::Away | Outcome::Listed => Some("bypass"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: TierNames = TierNames { cache: "redis", state: "postgres" };

    fn step(outcome: Outcome, micros: u64, ttl: Option<u64>) -> Step {
        Step { outcome, elapsed: Duration::from_micros(micros), ttl }
    }

    fn miss() -> Trace {
        let steps = vec![
            step(Outcome::Miss, 412, None),
            step(Outcome::Found, 1_000_921, None),
            step(Outcome::FillScheduled, 0, Some(3600)),
        ];
        Trace { user: None, steps }
    }

    #[test]
    fn a_trace_survives_the_wire() {
        let header = server_timing(&miss(), NAMES);
        assert_eq!(
            header,
            r#"cache-miss;desc="redis";dur=0.412, found;desc="postgres";dur=1000.921, fill;desc="redis";ttl=3600"#
        );
        let read = parse_server_timing(&header);
        assert_eq!(read.iter().map(|timed| timed.step).collect::<Vec<_>>(), miss().steps);
        assert_eq!(read[1].store, "postgres");
    }

    #[test]
    fn every_outcome_and_duration_survives_the_wire() {
        for (nth, outcome) in (0_u64..).zip(Outcome::ALL) {
            let elapsed = if outcome.is_scheduled() { 0 } else { 7_u64.pow(u32::try_from(nth % 12).unwrap()) + nth };
            let trace = Trace { user: None, steps: vec![step(*outcome, elapsed, Some(nth))] };
            let read = parse_server_timing(&server_timing(&trace, NAMES));
            assert_eq!(read.iter().map(|timed| timed.step).collect::<Vec<_>>(), trace.steps);
        }
    }

    #[test]
    fn what_others_put_into_the_header_is_left_out() {
        let read = parse_server_timing(r#"edge;dur=1, cache-hit;desc="a, b; c";dur=x;ttl=9 , ,;"#);
        assert_eq!(read, [TimedStep { step: step(Outcome::Hit, 0, Some(9)), store: "a, b; c".into() }]);
    }

    #[test]
    fn cache_status_says_hit_with_ttl_or_why_the_state_store_was_asked() {
        let said = |outcome, ttl| cache_status(&Trace { user: None, steps: vec![step(outcome, 1, ttl)] });
        assert_eq!(said(Outcome::Hit, Some(3541)).unwrap(), "usersvc; hit; ttl=3541");
        assert_eq!(said(Outcome::Expired, None).unwrap(), "usersvc; fwd=stale");
        assert_eq!(said(Outcome::Bypass, None).unwrap(), "usersvc; fwd=bypass");
        assert_eq!(said(Outcome::Away, None).unwrap(), "usersvc; fwd=bypass; detail=cache-away");
        assert_eq!(said(Outcome::Created, None).unwrap(), "usersvc; fwd=method");
        assert_eq!(cache_status(&Trace::default()), None);
        assert_eq!(cache_status(&miss()).unwrap(), "usersvc; fwd=uri-miss; detail=fill-scheduled");
    }
}
