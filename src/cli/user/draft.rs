//! A file of users that is not whole yet, beside the one that it becomes, and a mark of how far it has come.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::exit::{Exit, Failure};

/// What an export is of. Only an export of the same goes on where another ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Where the users are.
    pub place: String,
    pub format: String,
    /// Only users behind this one.
    pub after: u64,
}

/// How far an export has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mark {
    of: Origin,
    /// Bytes that are right.
    pub bytes: u64,
    /// Users in them.
    pub count: u64,
    /// The last id that was looked at for them.
    pub last: u64,
}

/// A file that is not whole yet, such as `users.csv.part`.
pub struct Draft {
    path: PathBuf,
    file: File,
    mark: Mark,
}

impl Draft {
    /// Begins one, or opens the one that an interrupted export of the same has left.
    ///
    /// # Errors
    /// That the file is there already, that what lies beside it is of another export or of none, or that it cannot be
    /// written.
    pub fn open(path: &Path, of: Origin) -> Result<Self, Failure> {
        if path.exists() {
            let failure = Failure::new(Exit::Conflict, format!("the file {} is there already", path.display()));
            return Err(failure.attempt("another name, or to remove it"));
        }
        let part = beside(path, "part");
        let left = fs::metadata(&part).map_or(0, |about| about.len());
        let mark = fs::read(beside(path, "mark")).ok().and_then(|text| serde_json::from_slice::<Mark>(&text).ok());
        let begun = Mark { of: of.clone(), bytes: 0, count: 0, last: of.after };
        let mark = match mark {
            // Nothing of it is there.
            _ if left == 0 => begun,
            None => return Err(foreign(&part, "no export has left it, as far as there is a mark")),
            Some(mark) if mark.bytes > left => return Err(foreign(&part, "it is shorter than its mark says")),
            Some(mark) if mark.of != of => {
                let mut failure = foreign(&part, &difference(&mark.of, &of));
                failure.tries.insert(0, "the command that began it, to go on with that".into());
                return Err(failure);
            }
            Some(mark) => mark,
        };
        let open = || {
            // Before the first user: what has no mark is nobody's.
            write_mark(path, &mark)?;
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&part)?;
            file.set_len(mark.bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(|fault| cannot_write(path, &fault))?;
        Ok(Self { path: path.to_owned(), file, mark })
    }

    /// How far it has come.
    #[must_use]
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Adds so many users, the text of those up to `last`.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn add(&mut self, text: &[u8], count: u64, last: u64) -> Result<(), Failure> {
        let written = self.file.write_all(text).and_then(|()| {
            self.mark.bytes += text.len() as u64;
            self.mark.count += count;
            self.mark.last = last;
            write_mark(&self.path, &self.mark)
        });
        written.map_err(|fault| cannot_write(&self.path, &fault))
    }

    /// It is whole now.
    ///
    /// # Errors
    /// That it cannot be given its name.
    pub fn finish(&mut self) -> Result<(), Failure> {
        let done = self.file.sync_all().and_then(|()| {
            fs::rename(beside(&self.path, "part"), &self.path)?;
            fs::remove_file(beside(&self.path, "mark"))
        });
        done.map_err(|fault| cannot_write(&self.path, &fault))
    }
}

/// What lies there is left as it is: its users may be found nowhere else any more.
fn foreign(part: &Path, why: &str) -> Failure {
    let part = part.display();
    Failure::new(Exit::Conflict, format!("the export cannot go on in the file {part}"))
        .because(why)
        .attempt("another name for this one")
        .attempt(format!("rm {part}    to begin anew"))
}

fn difference(had: &Origin, wanted: &Origin) -> String {
    if had.place != wanted.place {
        format!("it holds users of {}, not of {}", had.place, wanted.place)
    } else if had.format == wanted.format {
        format!("it begins after user {}, not after user {}", had.after, wanted.after)
    } else {
        format!("it is {}, not {}", had.format, wanted.format)
    }
}

fn write_mark(path: &Path, mark: &Mark) -> io::Result<()> {
    let new = beside(path, "mark.new");
    fs::write(&new, serde_json::to_vec(mark)?)?;
    fs::rename(new, beside(path, "mark"))
}

fn cannot_write(path: &Path, fault: &io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("the file {} cannot be written", path.display())).because(fault.to_string())
}

/// A file beside another, such as `users.csv.part`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(ending);
    name.into()
}
