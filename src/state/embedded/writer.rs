//! The thread that makes all changes.

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::{explain, find, now};
use crate::state::{Expect, StateError, Step};

/// The most transactions in one commit.
const GROUP: usize = 1024;

/// How often expired entries are removed, and how many at once.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
const SWEEP: i64 = 1000;

/// A transaction, and whom to tell.
pub(super) struct Request {
    pub(super) steps: Vec<Step>,
    pub(super) answer: oneshot::Sender<Result<(), StateError>>,
}

/// The only connection that writes.
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    /// The last version that was given, committed or not.
    last: i64,
    swept: Option<Instant>,
}

impl Writer {
    pub(super) fn new(connection: Connection, path: &Path) -> rusqlite::Result<Self> {
        let last = connection.query_row("SELECT last FROM counter", [], |row| row.get(0))?;
        Ok(Self { connection, path: path.to_owned(), last, swept: None })
    }

    /// Until the queue is closed and empty.
    pub(super) fn run(mut self, requests: &mpsc::Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            // Whoever has stopped waiting was told that nobody knows, and is spared the work.
            let group: Vec<_> = iter::once(first)
                .chain(requests.try_iter())
                .take(GROUP)
                .filter(|request| !request.answer.is_closed())
                .collect();
            let outcomes = self.commit(&group);
            for (at, request) in group.into_iter().enumerate() {
                let outcome = outcomes.as_ref().map_or_else(|error| Err(error.clone()), |each| each[at].clone());
                let _ = request.answer.send(outcome);
            }
        }
    }

    /// The outcome of each transaction, in order; an error if the commit failed, and with it all of them.
    fn commit(&mut self, group: &[Request]) -> Result<Vec<Result<(), StateError>>, StateError> {
        self.try_commit(group).map_err(|error| {
            if !self.connection.is_autocommit() {
                // If this fails too, the next commit fails at its BEGIN, and tries this again.
                let _ = self.run_sql("ROLLBACK");
            }
            explain("write", &self.path, &error)
        })
    }

    fn try_commit(&mut self, group: &[Request]) -> rusqlite::Result<Vec<Result<(), StateError>>> {
        let before = self.last;
        self.run_sql("BEGIN IMMEDIATE")?;
        let now = now();
        let outcomes = group.iter().map(|request| self.transact(&request.steps, now)).collect::<Result<_, _>>()?;
        if self.last != before {
            self.connection.prepare_cached("UPDATE counter SET last = ?1")?.execute([self.last])?;
        }
        self.sweep(now)?;
        self.run_sql("COMMIT")?;
        Ok(outcomes)
    }

    /// One transaction. The outer error is one that has undone, or must undo, the whole commit.
    fn transact(&mut self, steps: &[Step], now: i64) -> rusqlite::Result<Result<(), StateError>> {
        self.run_sql("SAVEPOINT one")?;
        let refusal = match self.apply_all(steps, now) {
            Ok(true) => {
                self.run_sql("RELEASE one")?;
                return Ok(Ok(()));
            }
            Ok(false) => StateError::Conflict,
            Err(error) if self.connection.is_autocommit() => return Err(error),
            Err(error) => explain("write", &self.path, &error),
        };
        self.run_sql("ROLLBACK TO one")?;
        self.run_sql("RELEASE one")?;
        Ok(Err(refusal))
    }

    /// False if an expectation was not met.
    fn apply_all(&mut self, steps: &[Step], now: i64) -> rusqlite::Result<bool> {
        for step in steps {
            if !self.is_as_expected(step, now)? {
                return Ok(false);
            }
            self.apply(step, now)?;
        }
        Ok(true)
    }

    fn is_as_expected(&self, step: &Step, now: i64) -> rusqlite::Result<bool> {
        Ok(match step.expect() {
            Expect::Any => true,
            Expect::Absent => find(&self.connection, step.key(), now)?.is_none(),
            Expect::Version(version) => {
                find(&self.connection, step.key(), now)?.is_some_and(|entry| entry.version == *version)
            }
        })
    }

    fn apply(&mut self, step: &Step, now: i64) -> rusqlite::Result<()> {
        match step {
            Step::Put { key, value, ttl, .. } => {
                self.last += 1;
                let lifetime = |ttl: Duration| i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
                let expires = ttl.map(|ttl| now.saturating_add(lifetime(ttl)));
                self.connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO entry (key, value, version, expires) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![key, &value[..], self.last, expires])?;
            }
            Step::Delete { key, .. } => {
                self.connection.prepare_cached("DELETE FROM entry WHERE key = ?1")?.execute([key])?;
            }
        }
        Ok(())
    }

    fn sweep(&mut self, now: i64) -> rusqlite::Result<()> {
        if self.swept.is_some_and(|swept| swept.elapsed() < SWEEP_EVERY) {
            return Ok(());
        }
        self.swept = Some(Instant::now());
        self.connection
            .prepare_cached("DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE expires <= ?1 LIMIT ?2)")?
            .execute([now, SWEEP])?;
        Ok(())
    }

    fn run_sql(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn writer() -> (tempfile::TempDir, Writer) {
        let dir = tempfile::tempdir().unwrap();
        let (connection, path) = file::open(dir.path()).unwrap();
        let writer = Writer::new(connection, &path).unwrap();
        (dir, writer)
    }

    fn put(key: &str, size: usize, expect: Expect) -> Step {
        Step::Put { key: key.into(), value: vec![b'v'; size].into(), expect, ttl: None }
    }

    fn commit(writer: &mut Writer, transactions: Vec<Vec<Step>>) -> Result<Vec<Result<(), StateError>>, StateError> {
        let request = |steps| Request { steps, answer: oneshot::channel().0 };
        writer.commit(&transactions.into_iter().map(request).collect::<Vec<_>>())
    }

    fn count(writer: &Writer) -> i64 {
        writer.connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn in_one_commit_a_transaction_that_conflicts_undoes_itself_alone() {
        let (_dir, mut writer) = writer();
        let half = vec![put("half", 9, Expect::Any), put("a", 9, Expect::Absent)];
        let group = vec![vec![put("a", 9, Expect::Absent)], half, vec![put("b", 9, Expect::Absent)]];
        assert_eq!(commit(&mut writer, group), Ok(vec![Ok(()), Err(StateError::Conflict), Ok(())]));
        let found = ["a", "half", "b"].map(|key| find(&writer.connection, key, now()).unwrap().is_some());
        assert_eq!(found, [true, false, true]);
    }

    #[test]
    fn a_full_disk_is_unavailable_changes_nothing_and_passes() {
        let (_dir, mut writer) = writer();
        let limit = |writer: &Writer, pages: i64| {
            writer.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        limit(&writer, 20);
        let group = || vec![vec![put("small", 9, Expect::Absent)], vec![put("large", 200_000, Expect::Absent)]];
        let full = commit(&mut writer, group()).and_then(|mut outcomes| outcomes.remove(1)).unwrap_err();
        let StateError::Unavailable(sentence) = full else { panic!("{full:?}") };
        assert!(sentence.contains("free some space"), "{sentence}");
        assert!(find(&writer.connection, "large", now()).unwrap().is_none());

        limit(&writer, 1_000_000);
        let retry = vec![vec![put("large", 200_000, Expect::Absent)]];
        assert_eq!(commit(&mut writer, retry), Ok(vec![Ok(())]));
    }

    #[test]
    fn what_expired_is_removed_by_later_commits() {
        let (_dir, mut writer) = writer();
        let ttl = Some(Duration::ZERO);
        let expired = Step::Put { key: "past".into(), value: "v".into(), expect: Expect::Any, ttl };
        commit(&mut writer, vec![vec![expired]]).unwrap();
        writer.swept = None;
        commit(&mut writer, vec![vec![put("live", 9, Expect::Any)]]).unwrap();
        assert_eq!(count(&writer), 1);
    }
}
