//! The file: creating it, telling it from others, and making its commits durable.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::state::lock::create_private_dir;

pub const FILE: &str = "usersvc.db";

/// `usvc`, in the header of every file of ours: <https://sqlite.org/pragma.html#pragma_application_id>.
const APPLICATION_ID: i64 = 0x7573_7663;

/// The layout of the tables, in the header's `user_version`. One is added whenever it changes.
const SCHEMA: i64 = 1;

/// `last` outlives the entries, so that a version is not used again after the newest entry was deleted.
const TABLES: &str = "
    CREATE TABLE entry (key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER)
        STRICT, WITHOUT ROWID;
    CREATE INDEX entry_expires ON entry (expires) WHERE expires IS NOT NULL;
    CREATE TABLE counter (last INTEGER NOT NULL) STRICT;
    INSERT INTO counter VALUES (0);";

/// How long the writer waits for another program that has the file locked, a person's `sqlite3` for instance: whoever
/// waits for it is answered within a second.
const WRITER_PATIENCE: Duration = Duration::from_millis(700);

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or the file could not be created, read or written.
    #[error("cannot open the database {}: {reason}; mend that, or choose another directory with --data-dir", path.display())]
    Unusable {
        /// The directory or file.
        path: PathBuf,
        /// What the system or SQLite said.
        reason: String,
    },
    /// The file is something else.
    #[error("{} is not a usersvc database, and was left as it is; move it away, or choose another directory with --data-dir", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later usersvc.
    #[error("{} was written by a newer usersvc (schema {found}, this one knows {SCHEMA}); start that one, or choose another directory with --data-dir", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
}

/// Opens the database of a data directory for the one that writes it, and makes what is missing.
pub(super) fn open(dir: &Path) -> Result<(Connection, PathBuf), OpenError> {
    let path =
        create_file(dir).map_err(|reason| OpenError::Unusable { path: dir.join(FILE), reason: reason.to_string() })?;
    let unusable = |reason: String| OpenError::Unusable { path: path.clone(), reason };
    let sqlite = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { path: path.clone() },
        _ => unusable(error.to_string()),
    };
    let mut connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    connection.busy_timeout(WRITER_PATIENCE).map_err(sqlite)?;
    let marks = read_marks(&connection).map_err(sqlite)?;
    // Asked of the system, and only after SQLite has undone what a crash left of a creation: SQLite takes any file of
    // a few bytes for an empty database.
    let size = std::fs::metadata(&path).map_err(|error| unusable(error.to_string()))?.len();
    match marks {
        (APPLICATION_ID, SCHEMA) => {}
        (APPLICATION_ID, found) if found > SCHEMA => return Err(OpenError::Newer { path, found }),
        _ if size == 0 => create_tables(&mut connection).map_err(sqlite)?,
        _ => return Err(OpenError::Foreign { path }),
    }
    if make_durable(&connection).map_err(sqlite)? != "wal" {
        return Err(unusable("its file system has no shared memory, as on a network mount".into()));
    }
    Ok((connection, path))
}

/// The file, as an absolute path, with its name in the directory on disk.
fn create_file(dir: &Path) -> io::Result<PathBuf> {
    create_private_dir(dir)?;
    let dir = dir.canonicalize()?;
    let path = dir.join(FILE);
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    File::open(&dir)?.sync_all()?;
    Ok(path)
}

/// Whose file it is, and of which layout.
fn read_marks(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let mark = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((mark("application_id")?, mark("user_version")?))
}

/// All of it or nothing, the marks in the header included.
fn create_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()
}

/// A commit is on disk when it returns: <https://sqlite.org/pragma.html#pragma_synchronous>. On macOS that takes
/// `fullfsync`. Returns the journal mode, which is `wal` unless the file system cannot.
fn make_durable(connection: &Connection) -> rusqlite::Result<String> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn refusal(dir: &Path) -> String {
        let before = fs::read(dir.join(FILE)).unwrap();
        let sentence = open(dir).unwrap_err().to_string();
        assert_eq!(fs::read(dir.join(FILE)).unwrap(), before, "a refused file is left as it was");
        assert!(sentence.contains(FILE), "{sentence}");
        sentence
    }

    #[test]
    fn a_commit_is_on_disk_when_it_returns() {
        let dir = tempfile::tempdir().unwrap();
        let (connection, _) = open(dir.path()).unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!([pragma("synchronous"), pragma("fullfsync"), pragma("checkpoint_fullfsync")], [2, 1, 1]);
    }

    #[test]
    fn what_is_not_a_usersvc_database_is_refused_and_left_as_it_was() {
        for text in ["x", "a letter\n", &"a long letter\n".repeat(1000)] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(FILE), text).unwrap();
            assert!(refusal(dir.path()).contains("is not a usersvc database"));
        }
        let dir = tempfile::tempdir().unwrap();
        let other = Connection::open(dir.path().join(FILE)).unwrap();
        other.execute_batch("CREATE TABLE recipe (name)").unwrap();
        drop(other);
        assert!(refusal(dir.path()).contains("is not a usersvc database"));
    }

    #[test]
    fn a_database_of_a_newer_usersvc_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (connection, _) = open(dir.path()).unwrap();
        connection.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
        drop(connection);
        assert!(refusal(dir.path()).contains("newer usersvc (schema 2, this one knows 1)"));
    }

    #[test]
    fn a_file_where_the_directory_should_be_is_refused_with_a_sentence() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sentence = open(file.path()).unwrap_err().to_string();
        assert!(sentence.starts_with("cannot open the database") && sentence.contains("--data-dir"), "{sentence}");
    }
}
