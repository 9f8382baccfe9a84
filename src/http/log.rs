//! The log: one line for each thing that happens, in the original's words, on stderr.
//!
//! A line is `2026-01-15T10:30:00.123456Z INFO  CACHE HIT: User 1 found in cache`: the time in UTC, the level padded
//! to five characters, the sentence. Levels are INFO, WARN (a store does not answer) and ERROR (a violation of the
//! promise). What came from outside is escaped, so that nobody writes lines of their own; names and e-mails are never
//! written.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;

use crate::trace::{Outcome, Trace};
use crate::user::UserId;
use crate::users::{Event, Observer};

/// For how long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(20);
/// Bytes that wait to be written, beyond which lines are dropped (and counted): whoever reads the log may have
/// stopped reading.
const WAITING_MAX: usize = 4 * 1024 * 1024;

/// The log. Dropping it writes what is left.
pub struct Log {
    lines: Arc<Lines>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Lines {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: String,
    dropped: u64,
    closed: bool,
}

impl Log {
    /// A log on stderr.
    #[must_use]
    pub fn to_stderr() -> Self {
        Self::to(std::io::stderr())
    }

    /// A log on anything that takes bytes. It is written on a thread of its own, so that nothing in the service
    /// waits for a terminal or a pipe.
    #[must_use]
    pub fn to(mut sink: impl Write + Send + 'static) -> Self {
        let lines = Arc::new(Lines::default());
        let own = Arc::clone(&lines);
        let writer = std::thread::Builder::new().name("log".into()).spawn(move || {
            while let Some(text) = own.take() {
                // A log that cannot be written has nowhere to say so.
                let _ = sink.write_all(text.as_bytes()).and_then(|()| sink.flush());
            }
        });
        Self { lines, writer: writer.ok() }
    }

    /// What listens to the users for it.
    #[must_use]
    pub fn observer(&self) -> Observer {
        let lines = Arc::clone(&self.lines);
        Observer::new(move |event| lines.add(|text| describe(event, text)))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.lines.locked(|waiting| waiting.closed = true);
        self.lines.arrived.notify_one();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Lines {
    // A std mutex: it is held while a line is appended, never across an await or a write.
    fn locked<T>(&self, work: impl FnOnce(&mut Waiting) -> T) -> T {
        work(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, describe: impl FnOnce(&mut String)) {
        let was_empty = self.locked(|waiting| {
            let was_empty = waiting.text.is_empty();
            if waiting.text.len() < WAITING_MAX {
                describe(&mut waiting.text);
            } else {
                waiting.dropped += 1;
            }
            was_empty && !waiting.text.is_empty()
        });
        if was_empty {
            self.arrived.notify_one();
        }
    }

    /// What has gathered; waits for it. `None` after the last.
    fn take(&self) -> Option<String> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |waiting: &mut Waiting| waiting.text.is_empty() && !waiting.closed;
        let waiting = self.arrived.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        let open = |waiting: &mut Waiting| !waiting.closed;
        let gathered = self.arrived.wait_timeout_while(waiting, GATHER, open);
        let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        let mut text = std::mem::take(&mut waiting.text);
        let dropped = std::mem::take(&mut waiting.dropped);
        drop(waiting);
        if dropped > 0 {
            line(&mut text, "WARN", format_args!("{dropped} log entries were dropped: the log was not read in time"));
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

fn line(text: &mut String, level: &str, sentence: std::fmt::Arguments<'_>) {
    let written = writeln!(text, "{:.6} {level:<5} {sentence}", Timestamp::now());
    written.expect("a String takes everything");
}

/// The lines of an event; none where it matters to nobody.
fn describe(event: &Event, text: &mut String) {
    let mut info = |sentence: std::fmt::Arguments<'_>| line(text, "INFO", sentence);
    match event {
        Event::Request(trace) => describe_request(trace, text),
        Event::Filled { id, ttl } | Event::Promoted { id, ttl, tombstone: false } => {
            info(format_args!("User {id} cached with TTL {ttl}s"));
        }
        Event::Promoted { id, tombstone: true, .. } | Event::Flushed { id } => {
            info(format_args!("User {id} removed from cache"));
        }
        Event::FlushedAll { .. } => info(format_args!("All users removed from cache")),
        Event::Repaired { id } => info(format_args!("User {id} repaired in cache")),
        Event::FillRefused { .. } | Event::PromoteRefused { .. } | Event::Fenced { .. } => {}
        Event::Moved { from, to } => info(format_args!("Cache moved from {} to {}", from.name(), to.name())),
        Event::CacheAway { reason } => {
            let reason = reason.escape_debug();
            line(text, "WARN", format_args!("Cache away, users are read from the state store: {reason}"));
        }
        Event::CacheBack => info(format_args!("Cache back")),
        Event::Violation { id, cached, stored, epoch } => {
            let stored = stored.map_or("gone".to_owned(), |version| format!("at version {version}"));
            let epoch = epoch.escape_debug();
            line(
                text,
                "ERROR",
                format_args!(
                    "VIOLATION: User {id} was served at version {cached} from cache, \
                     but was {stored} in state store before that (epoch {epoch}); run `usersvc cache flush {id}`"
                ),
            );
        }
    }
}

fn describe_request(trace: &Trace, text: &mut String) {
    let Some(id) = trace.user else { return };
    for step in &trace.steps {
        describe_step(id, step.outcome, text);
    }
}

fn describe_step(id: UserId, outcome: Outcome, text: &mut String) {
    let (level, what) = match outcome {
        Outcome::Hit => return line(text, "INFO", format_args!("CACHE HIT: User {id} found in cache")),
        Outcome::Miss | Outcome::Expired | Outcome::Marker => {
            return line(text, "INFO", format_args!("CACHE MISS: User {id} not in cache"));
        }
        Outcome::Found => ("INFO", "found in state store"),
        Outcome::NotFound => ("INFO", "not found in state store"),
        Outcome::Created | Outcome::Saved => ("INFO", "saved to state store"),
        Outcome::Deleted => ("INFO", "deleted from state store"),
        Outcome::Unchanged => ("INFO", "unchanged, nothing saved to state store"),
        Outcome::Conflict => ("INFO", "changed by another writer meanwhile"),
        Outcome::Down => ("WARN", "not answered by state store"),
        Outcome::Waited => ("INFO", "written after the cache was switched off"),
        Outcome::Replayed => ("INFO", "created before, under the same Idempotency-Key"),
        Outcome::Bypass | Outcome::Away | Outcome::Marked => return,
        Outcome::Indexed | Outcome::Listed | Outcome::Refused => return,
        Outcome::FillScheduled | Outcome::PromoteScheduled | Outcome::RepairScheduled => return,
    };
    line(text, level, format_args!("User {id} {what}"));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::trace::Step;

    /// Takes what is written, after the test has looked away for a while.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn sentences(events: &[Event]) -> Vec<String> {
        let mut text = String::new();
        events.iter().for_each(|event| describe(event, &mut text));
        text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    #[test]
    fn what_is_told_last_is_written_before_the_log_is_gone() {
        let sink = Sink::default();
        let log = Log::to(sink.clone());
        let lines = Arc::clone(&log.lines);
        for _ in 0..1000 {
            lines.add(|text| describe(&Event::CacheBack, text));
        }
        drop(log);
        let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written.lines().filter(|line| line.ends_with("Z INFO  Cache back")).count(), 1000);
    }

    #[test]
    fn a_log_that_nobody_reads_holds_nobody_up() {
        /// Says when it was written to, and then takes no more until it is released.
        struct Stuck {
            began: mpsc::Sender<()>,
            released: mpsc::Receiver<()>,
        }
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                let _ = self.began.send(());
                let _ = self.released.recv();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let (began, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let log = Log::to(Stuck { began, released });
        // Dropped before the log, which waits for its writer, also where an assertion fails.
        let release = release;
        let lines = Arc::clone(&log.lines);
        lines.add(|text| text.push('x'));
        has_begun.recv().unwrap();
        for _ in 0..100_000 {
            lines.add(|text| text.push_str("x".repeat(100).as_str()));
        }
        assert!(lines.locked(|waiting| waiting.text.len()) < WAITING_MAX + 100);
        assert!(lines.locked(|waiting| waiting.dropped) > 0);
        drop(release);
    }

    #[test]
    fn a_reason_from_outside_stays_on_its_line() {
        let reason = "gone\n2026 INFO  CACHE HIT: User 7 found in cache\u{1b}[0m".to_owned();
        let told = sentences(&[Event::CacheAway { reason }]);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains(r"gone\n2026") && !told[0].contains('\u{1b}'), "{told:?}");
    }

    #[test]
    fn a_violation_is_told_with_its_evidence() {
        let id = UserId::new(7).unwrap();
        let told = sentences(&[Event::Violation { id, cached: 3, stored: Some(4), epoch: "ab".into() }]);
        assert_eq!(
            told,
            ["ERROR VIOLATION: User 7 was served at version 3 from cache, but was at version 4 in state store before \
              that (epoch ab); run `usersvc cache flush 7`"]
        );
    }

    #[test]
    fn a_miss_is_told_in_the_words_of_the_original() {
        let step = |outcome| Step { outcome, elapsed: Duration::ZERO, ttl: None };
        let steps = [Outcome::Miss, Outcome::Found, Outcome::FillScheduled].map(step).to_vec();
        let id = UserId::new(7);
        let told =
            sentences(&[Event::Request(Trace { user: id, steps }), Event::Filled { id: id.unwrap(), ttl: 3600 }]);
        assert_eq!(
            told,
            [
                "INFO  CACHE MISS: User 7 not in cache",
                "INFO  User 7 found in state store",
                "INFO  User 7 cached with TTL 3600s"
            ]
        );
    }
}
