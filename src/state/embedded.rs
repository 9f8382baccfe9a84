//! The state store in a SQLite file, for a service without a sidecar.
//!
//! All changes go to one thread, which puts everything that waits into one commit: a commit costs a flush of the disk,
//! whatever is in it. Each transaction has a savepoint of its own, so that one that conflicts undoes itself alone.
//! Nobody is answered before the commit is on disk.
//!
//! The directory is to be locked ([`super::lock`]) before it is opened, and until it is closed.

mod file;
mod writer;

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use tokio::sync::oneshot;

pub use self::file::OpenError;
use self::writer::{Request, Writer};
use super::{Entry, StateError, StateStore, Step, Version};

/// How long a caller waits for its commit.
const DEADLINE: Duration = Duration::from_secs(5);

/// How long a reader waits for a locked file. It stands on a thread of the runtime; only a repair of the log makes it
/// wait at all.
const READER_PATIENCE: Duration = Duration::from_millis(100);

/// The most keys that a bulk get reads on the caller's thread: some 200 microseconds.
const INLINE_KEYS: usize = 64;

/// A key-value store in `usersvc.db` of a data directory. Dropping it waits until what is queued is done.
pub struct Embedded {
    readers: Arc<Readers>,
    // `None` only while it is dropped.
    queue: Option<mpsc::Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    path: PathBuf,
}

impl Embedded {
    /// Whether there is one in the directory. Makes none.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        dir.join(file::FILE).exists()
    }

    /// Opens the database of a data directory; both are created where they are missing, with mode 0600 and 0700.
    ///
    /// # Errors
    /// See [`OpenError`]; a file that is refused is not changed.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let (connection, path) = file::open(dir)?;
        let unusable = |reason: String| OpenError::Unusable { path: path.clone(), reason };
        let writer = Writer::new(connection, &path).map_err(|error| unusable(error.to_string()))?;
        let readers = Arc::new(Readers::open(&path).map_err(|error| unusable(error.to_string()))?);
        let (queue, requests) = mpsc::channel();
        let writer = thread::Builder::new()
            .name("usersvc-writer".into())
            .spawn(move || writer.run(&requests))
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self { readers, queue: Some(queue), writer: Some(writer), path })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // The readers first: the last connection that closes moves the log into the file and removes it, and a
        // reader may not. The thread ends once the queue is closed and empty.
        self.readers = Arc::default();
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl StateStore for Embedded {
    // On the caller's thread: a page that SQLite or the system has at hand is read in microseconds, less than the way
    // to another thread and back. It waits for no commit.
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        self.readers.read(|connection| find(connection, key, now()))
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        if keys.len() <= INLINE_KEYS {
            return self.readers.read(|connection| find_all(connection, keys));
        }
        let (readers, keys) = (Arc::clone(&self.readers), keys.to_owned());
        let read = move || readers.read(|connection| find_all(connection, &keys));
        let stopped = |_| StateError::Unavailable("the read was stopped, because the process is ending".into());
        tokio::task::spawn_blocking(read).await.map_err(stopped)?
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        let queue = self.queue.as_ref().expect("the queue is there until the store is dropped");
        let stopped = || {
            let path = self.path.display();
            StateError::Unavailable(format!("the thread that writes {path} has stopped; restart usersvc"))
        };
        let (answer, answered) = oneshot::channel();
        queue.send(Request { steps, answer }).map_err(|_| stopped())?;
        match tokio::time::timeout(DEADLINE, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(stopped()),
            Err(_) => Err(StateError::Unavailable(format!(
                "{} was not written within {} s, and may yet be; check the disk",
                self.path.display(),
                DEADLINE.as_secs()
            ))),
        }
    }
}

/// Connections that only read. Each reads what was committed when its read began, which is all that was acknowledged.
#[derive(Default)]
struct Readers {
    // Std mutexes: each is held for one read, and never across an await.
    connections: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
    path: PathBuf,
}

impl Readers {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let one = || {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(READER_PATIENCE)?;
            Ok(Mutex::new(connection))
        };
        // No more than can run at once: further ones would only share the processors, and each has its own cache.
        let count = thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 8));
        let connections = iter::repeat_with(one).take(count).collect::<rusqlite::Result<_>>()?;
        Ok(Self { connections, turn: AtomicUsize::new(0), path: path.to_owned() })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StateError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let free = self.connections.iter().find_map(|connection| connection.try_lock().ok());
        let connection = free.unwrap_or_else(|| self.connections[turn].lock().unwrap_or_else(PoisonError::into_inner));
        work(&connection).map_err(|error| explain("read", &self.path, &error))
    }
}

fn find(connection: &Connection, key: &str, now: i64) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached("SELECT value, version FROM entry WHERE key = ?1 AND (expires IS NULL OR expires > ?2)")?
        .query_row(params![key, now], |row| {
            let value = Bytes::from(row.get::<_, Vec<u8>>(0)?);
            Ok(Entry { value, version: Version(row.get::<_, i64>(1)?.to_string()) })
        })
        .optional()
}

fn find_all(connection: &Connection, keys: &[String]) -> rusqlite::Result<Vec<Option<Entry>>> {
    // One read transaction, which spares each key the locks of its own. Dropping it ends it.
    let transaction = connection.unchecked_transaction()?;
    let now = now();
    keys.iter().map(|key| find(&transaction, key, now)).collect()
}

/// Milliseconds since 1970, by the wall clock: a TTL runs on while the service is stopped.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A fault of the file, never a conflict.
fn explain(doing: &str, path: &Path, error: &rusqlite::Error) -> StateError {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space on its disk, and usersvc goes on",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "end the other program that has it open",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "stop usersvc, and restore it from a backup",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => "check its permissions",
        Some(ErrorCode::TooBig) => return StateError::Invalid(format!("an entry is too big for {}", path.display())),
        _ => "check its disk",
    };
    StateError::Unavailable(format!("cannot {doing} {}: {error}; {advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::state::Expect;

    fn put(key: &str, value: &str, expect: Expect) -> Step {
        Step::Put { key: key.into(), value: Bytes::from(value.to_owned()), expect, ttl: None }
    }

    fn delete(key: &str, expect: Expect) -> Step {
        Step::Delete { key: key.into(), expect }
    }

    async fn value(store: &Embedded, key: &str) -> Option<Bytes> {
        store.get(key).await.unwrap().map(|entry| entry.value)
    }

    #[tokio::test]
    async fn a_store_that_is_opened_again_has_all_entries_and_repeats_no_version() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("new/directory");
        let store = Embedded::open(&dir).unwrap();
        store.transact(vec![put("kept", "1", Expect::Absent), put("gone", "2", Expect::Any)]).await.unwrap();
        let gone = store.get("gone").await.unwrap().unwrap().version;
        store.transact(vec![delete("gone", Expect::Version(gone.clone()))]).await.unwrap();
        drop(store);
        let files: Vec<_> = fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [dir.canonicalize().unwrap().join("usersvc.db")], "a closed store leaves no log");
        assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);

        let store = Embedded::open(&dir).unwrap();
        assert_eq!(value(&store, "kept").await.unwrap(), "1");
        assert_eq!(value(&store, "gone").await, None);
        store.transact(vec![put("gone", "3", Expect::Absent)]).await.unwrap();
        assert_ne!(store.get("gone").await.unwrap().unwrap().version, gone);
        let stale = store.transact(vec![put("kept", "4", Expect::Any), put("gone", "4", Expect::Version(gone))]).await;
        assert_eq!(stale, Err(StateError::Conflict));
        assert_eq!(value(&store, "kept").await.unwrap(), "1");
    }

    #[tokio::test]
    async fn an_expired_entry_is_absent() {
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        let with_ttl = |key: &str, ttl| Step::Put { key: key.into(), value: "v".into(), expect: Expect::Absent, ttl };
        let steps = vec![with_ttl("past", Some(Duration::ZERO)), with_ttl("live", Some(Duration::MAX))];
        store.transact(steps.clone()).await.unwrap();
        let keys: Vec<_> =
            iter::once("past").chain(iter::repeat_n("live", INLINE_KEYS + 1)).map(String::from).collect();
        let found = store.get_bulk(&keys).await.unwrap();
        assert!(found[0].is_none() && found[1..].iter().all(Option::is_some));
        assert_eq!(store.transact(steps[1..].to_vec()).await, Err(StateError::Conflict));
        store.transact(steps[..1].to_vec()).await.unwrap();
    }

    #[tokio::test]
    async fn while_another_program_has_the_file_locked_reads_go_on_and_a_write_waits() {
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        store.transact(vec![put("key", "old", Expect::Any)]).await.unwrap();
        let other = Connection::open(&store.path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let write = store.transact(vec![put("key", "new", Expect::Any)]);
        let release = async {
            assert_eq!(value(&store, "key").await.unwrap(), "old");
            other.execute_batch("ROLLBACK").unwrap();
        };
        tokio::join!(write, release).0.unwrap();
        assert_eq!(value(&store, "key").await.unwrap(), "new");
    }

    #[test]
    fn dropping_the_store_finishes_what_is_queued() {
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        let answers: Vec<_> = (0..50)
            .map(|n| {
                let (answer, answered) = oneshot::channel();
                let steps = vec![put(&format!("key-{n}"), "v", Expect::Absent)];
                store.queue.as_ref().unwrap().send(Request { steps, answer }).unwrap();
                answered
            })
            .collect();
        drop(store);
        assert!(answers.into_iter().all(|answered| answered.blocking_recv() == Ok(Ok(()))));
    }
}
