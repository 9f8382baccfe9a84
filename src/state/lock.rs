//! The lock of a data directory: one process at a time, known by its process id and, when it serves, its URL.
//!
//! The file `usersvc.lock` is written once, locked by the kernel for its writer, and only then given its name; it is
//! replaced, never rewritten. So whoever finds it locked reads a whole line by a process that is alive, and a process
//! that was killed leaves a file that nobody has locked. Those who take or replace the file exclude each other by a
//! second lock, on the directory itself, which lasts for a few system calls. Both locks are advisory: `flock(2)`.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

const FILE: &str = "usersvc.lock";
const DRAFT: &str = "usersvc.lock.new";

/// How long another process may take over its few system calls on the directory before we give up.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process that has a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id, as seen in its own process namespace.
    pub pid: u32,
    /// Where it serves; `None` while it does not (yet).
    pub url: Option<String>,
}

/// Why a data directory could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{}", held(.0))]
    Held(Holder),
    /// The directory or the file in it cannot be used.
    #[error("cannot lock the data directory {}: {reason}; choose another one with --data-dir", dir.display())]
    Io {
        /// The data directory.
        dir: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
}

fn held(holder: &Holder) -> String {
    let pid = holder.pid;
    match &holder.url {
        Some(url) => format!(
            "the data directory is in use by process {pid}, which serves {url}; \
             use that server, stop it, or choose another directory with --data-dir"
        ),
        None => format!(
            "the data directory is in use by process {pid}; \
             wait until it has ended, stop it, or choose another directory with --data-dir"
        ),
    }
}

/// A data directory that belongs to this process until this is dropped, or the process ends in whatever way. What
/// stands in the directory is to be closed before it is dropped.
#[derive(Debug)]
pub struct Lock {
    dir: PathBuf,
    // Held for its kernel lock.
    file: File,
}

impl Lock {
    /// Takes the data directory, which is created where it is missing (mode 0700), without waiting for its holder.
    ///
    /// # Errors
    /// [`LockError::Held`] if another process, or another `Lock` in this one, has it; [`LockError::Io`] if the
    /// directory cannot be made, read or written.
    pub fn acquire(dir: &Path, url: Option<&str>) -> Result<Self, LockError> {
        let io = |reason| LockError::Io { dir: dir.to_owned(), reason };
        create_private_dir(dir).map_err(io)?;
        let dir = dir.canonicalize().map_err(io)?;
        let _gate = gate(&dir).map_err(io)?;
        if let Some(holder) = read_holder(&dir).map_err(io)? {
            return Err(LockError::Held(holder));
        }
        let file = publish(&dir, url).map_err(io)?;
        Ok(Self { dir, file })
    }

    /// Tells others where this process now serves.
    ///
    /// # Errors
    /// [`LockError::Io`] if the file cannot be written; the lock is kept, with the URL it had.
    pub fn set_url(&mut self, url: Option<&str>) -> Result<(), LockError> {
        let replace = || {
            let _gate = gate(&self.dir)?;
            publish(&self.dir, url)
        };
        self.file = replace().map_err(|reason| LockError::Io { dir: self.dir.clone(), reason })?;
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while still locked: nobody can have put a file of his own in its place. Should it stay, it is
        // unlocked and so means nothing.
        let _ = fs::remove_file(self.dir.join(FILE));
    }
}

/// Who has a data directory at this moment, without taking it; `None` if nobody has it, or it cannot be read.
#[must_use]
pub fn holder(dir: &Path) -> Option<Holder> {
    read_holder(dir).ok().flatten()
}

fn read_holder(dir: &Path) -> io::Result<Option<Holder>> {
    let path = dir.join(FILE);
    loop {
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        // A shared lock, so that those who ask at the same time do not take each other for the holder.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut line = String::new();
                file.read_to_string(&mut line)?;
                return match serde_json::from_str(&line) {
                    Ok(holder) => Ok(Some(holder)),
                    Err(_) => Err(io::Error::other(format!("{FILE} in it is locked by another program"))),
                };
            }
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) if is_still_at(&file, &path)? => return Ok(None),
            // It was replaced after we opened it: ask the new one.
            Ok(()) => {}
        }
    }
}

fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found => Ok(identity(found?) == identity(file.metadata()?)),
    }
}

/// Puts a new lock file in place, locked for this process before it can be seen. Only under the gate.
fn publish(dir: &Path, url: Option<&str>) -> io::Result<File> {
    let draft = dir.join(DRAFT);
    if let Err(error) = fs::remove_file(&draft)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.try_lock()?;
    let holder = Holder { pid: std::process::id(), url: url.map(str::to_owned) };
    file.write_all(format!("{}\n", serde_json::to_string(&holder)?).as_bytes())?;
    fs::rename(&draft, dir.join(FILE))?;
    Ok(file)
}

/// The lock on the directory itself.
fn gate(dir: &Path) -> io::Result<File> {
    let gate = File::open(dir)?;
    let since = Instant::now();
    loop {
        match gate.try_lock() {
            Ok(()) => return Ok(gate),
            Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(1)),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another process is taking it and does not come to an end"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Creates a directory, and those above it, for this user alone, where they are missing; on disk when it returns.
pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    let missing: Vec<_> = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    for created in missing {
        File::open(created.join(".."))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn me(url: Option<&str>) -> Holder {
        Holder { pid: std::process::id(), url: url.map(str::to_owned) }
    }

    #[test]
    fn a_held_directory_names_its_holder_and_a_dropped_lock_frees_it() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("a/b");
        assert_eq!(holder(&dir), None);
        let mut lock = Lock::acquire(&dir, None).unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        assert_eq!(holder(&dir), Some(me(None)));
        lock.set_url(Some("http://127.0.0.1:8001")).unwrap();
        assert_eq!(holder(&dir), Some(me(Some("http://127.0.0.1:8001"))));

        let sentence = Lock::acquire(&dir, None).unwrap_err().to_string();
        assert!(sentence.contains(&format!("process {}", std::process::id())), "{sentence}");
        assert!(sentence.contains("http://127.0.0.1:8001"), "{sentence}");

        drop(lock);
        assert_eq!(holder(&dir), None);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
        Lock::acquire(&dir, None).unwrap();
    }

    #[test]
    fn what_a_killed_process_left_is_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "{\"pid\":1,\"url\":null}\n").unwrap();
        fs::write(dir.path().join(DRAFT), "{\"pi").unwrap();
        assert_eq!(holder(dir.path()), None);
        let lock = Lock::acquire(dir.path(), None).unwrap();
        assert_eq!(holder(dir.path()), Some(me(None)));
        drop(lock);
    }

    #[test]
    fn a_file_where_the_directory_should_be_is_refused_with_a_sentence() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sentence = Lock::acquire(file.path(), None).unwrap_err().to_string();
        assert!(
            sentence.starts_with("cannot lock the data directory") && sentence.contains("--data-dir"),
            "{sentence}"
        );
    }

    #[test]
    fn the_holder_is_right_while_its_url_changes_and_others_try_to_take_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = Lock::acquire(dir.path(), Some("http://host:0")).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let found = holder(dir.path()).expect("it is held all the time");
                        assert_eq!(found.pid, std::process::id());
                        assert!(found.url.unwrap().starts_with("http://host:"));
                        assert!(matches!(Lock::acquire(dir.path(), None), Err(LockError::Held(_))));
                    }
                });
            }
            for port in 1..300 {
                lock.set_url(Some(&format!("http://host:{port}"))).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn of_many_that_try_at_once_on_what_a_killed_process_left_one_gets_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..50 {
            fs::write(dir.path().join(FILE), "{\"pid\":1,\"url\":null}\n").unwrap();
            let tries = thread::scope(|scope| {
                let tries = [(); 4].map(|()| scope.spawn(|| Lock::acquire(dir.path(), None)));
                tries.map(|one| one.join().unwrap())
            });
            assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
        }
    }
}
