//! The report of an import: what became of each line, as JSON lines. A second import goes on where it ends.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::exit::{Exit, Failure};
use crate::user::UserId;

/// How each entry begins.
const BEGINNING: &[u8] = b"{\"line\":";

/// What became of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Created,
    Existing,
    Refused,
    /// There was no answer to it, or nobody was let in: it may be another time.
    NotDone,
}

/// What became of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub line: u64,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<UserId>,
    /// Made of what stands in the line; empty where that cannot be read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The report, open at its end.
pub struct Report {
    path: PathBuf,
    file: File,
    /// Lines that are done, with the beginning of their keys.
    done: HashMap<u64, u64>,
}

impl Report {
    /// Opens it, and makes it where it is missing. An entry that was not wholly written is cut off.
    ///
    /// # Errors
    /// That it cannot be opened, or is none.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let opened = opened.and_then(|file| Ok((read(&file)?, file)));
        let ((done, whole), mut file) = opened.map_err(|fault| refuse(path, "be used", &fault))?;
        let at_end = file.set_len(whole).and_then(|()| file.seek(SeekFrom::End(0)));
        at_end.map_err(|fault| refuse(path, "be written", &fault))?;
        Ok(Self { path: path.to_owned(), file, done })
    }

    /// Whether it says that this line is done.
    ///
    /// # Errors
    /// That something else stood in that line.
    pub fn has(&self, line: u64, key: &str) -> Result<bool, Failure> {
        match self.done.get(&line) {
            None => Ok(false),
            Some(known) if *known == short(key) => Ok(true),
            Some(_) => {
                let report = self.path.display();
                Err(Failure::new(Exit::Usage, format!("the report {report} is of another file: line {line} differs"))
                    .attempt("--report with another file"))
            }
        }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(entry).expect("an entry is plain JSON");
        line.push(b'\n');
        self.file.write_all(&line).map_err(|fault| refuse(&self.path, "be written", &fault))
    }
}

fn refuse(path: &Path, what: &str, fault: &io::Error) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("the report {} cannot {what}", path.display()));
    failure.because(fault.to_string()).attempt("--report with another file")
}

/// The lines that are done, and the length of what was wholly written.
fn read(file: &File) -> io::Result<(HashMap<u64, u64>, u64)> {
    let (mut done, mut whole, mut text) = (HashMap::new(), 0, Vec::new());
    let mut reader = BufReader::new(file);
    while reader.read_until(b'\n', &mut text)? > 0 {
        let entry: Entry = match serde_json::from_slice(&text) {
            Err(fault) if fault.is_eof() && may_begin_an_entry(&text) => break,
            read => read.map_err(|fault| {
                io::Error::new(io::ErrorKind::InvalidData, format!("it holds something else than a report: {fault}"))
            })?,
        };
        if !text.ends_with(b"\n") {
            break;
        }
        whole += text.len() as u64;
        text.clear();
        match entry.status {
            Status::Created | Status::Existing => _ = done.insert(entry.line, short(&entry.key)),
            Status::Refused | Status::NotDone => _ = done.remove(&entry.line),
        }
    }
    Ok((done, whole))
}

/// Whether the rest of an entry may have followed.
fn may_begin_an_entry(text: &[u8]) -> bool {
    let length = text.len().min(BEGINNING.len());
    text[..length] == BEGINNING[..length]
}

/// The beginning of a key, which is enough to tell one line from another.
fn short(key: &str) -> u64 {
    let digits = key.rsplit('-').next().and_then(|digits| digits.get(..16));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
