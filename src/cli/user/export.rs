//! `usersvc user export`: all users, page by page.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::super::exit::{Exit, Failure};
use super::super::link::{Link, Reached};
use super::super::options::Global;
use super::super::render::{Progress, Screen, grouped, put};
use super::records::Format;
use crate::client::Backend;
use crate::user::User;
use crate::users::{LIMIT_MAX, Listing};

/// `usersvc user export`
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// The file, which must not be there yet; without one, or for -, stdout
    file: Option<PathBuf>,
    /// How the users are to stand in it [default: as its name ends, else ndjson]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
    /// Export users whose numbers are greater than this
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: u64,
}

/// Exports all users, each as of its own read.
///
/// # Errors
/// A [`Failure`], or that stdout does not take them.
pub async fn run(args: &ExportArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let file = args.file.as_deref().filter(|file| *file != Path::new("-"));
    let format = args.format.or_else(|| Format::of(file?)).unwrap_or(Format::Ndjson);
    let mut target = match file {
        Some(file) => Target::File(Draft::open(file, format, args.after, screen)?),
        None => Target::Stdout,
    };
    let backend = link.reach(global, screen).await?;
    let mut walk =
        Walk { format, after: target.after().unwrap_or(args.after), count: 0, is_first: target.after().is_none() };
    let mut progress = screen.progress(None);
    let mut stop = pin!(tokio::signal::ctrl_c());
    let ended = tokio::select! {
        ended = walk.all(backend, &mut target, &mut progress) => ended,
        _ = &mut stop => Err(Failure::new(Exit::Interrupted, "interrupted").into()),
    };
    drop(progress);
    let again = match file {
        Some(_) => "the same command goes on where this one ended".to_owned(),
        None => format!("usersvc user export --after {}    for the rest", walk.after),
    };
    ended.map_err(|fault| match fault.downcast::<Failure>() {
        Ok(failure) => failure.attempt(again).into(),
        Err(fault) => fault,
    })?;
    let place = file.map(|file| format!(" to {}", file.display())).unwrap_or_default();
    screen.note(&format!("{} users exported{place}", grouped(walk.count)));
    Ok(Exit::Done)
}

/// The way through the users.
struct Walk {
    format: Format,
    after: u64,
    count: u64,
    /// True until something was written.
    is_first: bool,
}

impl Walk {
    async fn all(&mut self, backend: &Reached, target: &mut Target, progress: &mut Progress) -> anyhow::Result<()> {
        loop {
            let listing = Listing { email: None, after: self.after, limit: LIMIT_MAX };
            let page = backend.list(&listing).await.value.map_err(Failure::from)?;
            let mut text = self.lines(&page.users)?;
            let next = page.next.map(crate::user::UserId::get);
            if next.is_none() && self.format == Format::Json {
                text.extend_from_slice(if self.is_first { b"[]\n" } else { b"\n]\n" });
            }
            let last = page.users.last().map_or(self.after, |user| user.id.get());
            let after = next.unwrap_or(last);
            target.write(&text, after)?;
            (self.after, self.count) = (after, self.count + page.users.len() as u64);
            progress.at(self.count, 0, &format!(", up to user {after}"));
            if next.is_none() {
                return target.finish();
            }
        }
    }

    fn lines(&mut self, users: &[User]) -> anyhow::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(users.len() * 128);
        if self.format == Format::Csv {
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(&mut text);
            if self.is_first {
                writer.write_record(["id", "name", "email", "created_at"])?;
            }
            users.iter().try_for_each(|user| writer.serialize(user))?;
            writer.flush()?;
            drop(writer);
            self.is_first = false;
            return Ok(text);
        }
        for user in users {
            if self.format == Format::Json {
                text.extend_from_slice(if self.is_first { b"[\n" } else { b",\n" });
            }
            serde_json::to_writer(&mut text, user)?;
            if self.format == Format::Ndjson {
                text.push(b'\n');
            }
            self.is_first = false;
        }
        Ok(text)
    }
}

/// Where the users go.
enum Target {
    Stdout,
    File(Draft),
}

impl Target {
    /// The last user of an export that was interrupted.
    fn after(&self) -> Option<u64> {
        match self {
            Self::Stdout => None,
            Self::File(draft) => draft.mark.as_ref().map(|mark| mark.after),
        }
    }

    fn write(&mut self, text: &[u8], after: u64) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(put(text)?),
            Self::File(draft) => Ok(draft.write(text, after)?),
        }
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(draft) => Ok(draft.finish()?),
        }
    }
}

/// How far an export into a file has come.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Mark {
    format: String,
    /// Bytes that are right.
    bytes: u64,
    /// The last user in them.
    after: u64,
}

/// A file that is not whole yet, beside the one that it becomes.
struct Draft {
    path: PathBuf,
    file: File,
    format: Format,
    bytes: u64,
    /// How far an export had come that was interrupted.
    mark: Option<Mark>,
}

impl Draft {
    fn open(path: &Path, format: Format, after: u64, screen: &Screen) -> Result<Self, Failure> {
        let refuse = |fault: io::Error| cannot_write(path, &fault);
        if path.exists() {
            let failure = Failure::new(Exit::Conflict, format!("the file {} is there already", path.display()));
            return Err(failure.attempt("another name, or to remove it"));
        }
        let mark = fs::read(beside(path, "mark")).ok().and_then(|text| serde_json::from_slice::<Mark>(&text).ok());
        let mark = mark.filter(|mark| mark.format == format!("{format:?}") && mark.after >= after);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(false).open(beside(path, "part")).map_err(refuse)?;
        let bytes = mark.as_ref().map_or(0, |mark| mark.bytes);
        file.set_len(bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(refuse)?;
        if let Some(Mark { after, .. }) = &mark {
            screen.note(&format!("going on after user {after}, where the last export into this file ended"));
        }
        Ok(Self { path: path.to_owned(), file, format, bytes, mark })
    }

    fn write(&mut self, text: &[u8], after: u64) -> Result<(), Failure> {
        let written = self.file.write_all(text).and_then(|()| {
            self.bytes += text.len() as u64;
            let mark = Mark { format: format!("{:?}", self.format), bytes: self.bytes, after };
            let new = beside(&self.path, "mark.new");
            fs::write(&new, serde_json::to_vec(&mark)?)?;
            fs::rename(new, beside(&self.path, "mark"))
        });
        written.map_err(|fault| cannot_write(&self.path, &fault))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let done = self.file.sync_all().and_then(|()| {
            fs::rename(beside(&self.path, "part"), &self.path)?;
            fs::remove_file(beside(&self.path, "mark"))
        });
        done.map_err(|fault| cannot_write(&self.path, &fault))
    }
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
