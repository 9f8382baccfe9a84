//! `usersvc user import`: users from a file, many at a time, each of them once however often it is tried.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::exit::{Exit, Failure};
use super::super::link::{Link, Reached};
use super::super::options::Global;
use super::super::question;
use super::super::render::{Progress, Screen, Shown, Told, grouped, plain_json};
use super::records::{self, Format, Record};
use super::report::{Entry, Report, Status};
use crate::client::{Backend, Error};
use crate::trace::Outcome;
use crate::user::{NewUser, UserId};
use crate::users::Listing;

/// How long one user is tried again and again while the service or its stores do not answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause before the second try; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// How long ^C waits for what is under way.
const FINISH: Duration = Duration::from_secs(5);
/// So many refusals are told one by one.
const TOLD_MAX: u64 = 20;

/// `usersvc user import`
#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// The file; - reads stdin
    file: PathBuf,
    /// How the users stand in it [default: as its name ends, else ndjson]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
    /// Send so many at a time
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// What to do after one that cannot be created
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    on_error: OnError,
    /// What makes two tries the same, so that the second creates nothing
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    once_by: OnceBy,
    /// Write what became of each into this file; of users that are in it already, only those that failed are tried again
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Say how many would be created, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// What to do after a user that cannot be created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OnError {
    /// Go on with the others
    #[default]
    Skip,
    /// Stop
    Stop,
}

/// What makes two tries the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OnceBy {
    /// The line with all that is in it, for 24 hours
    #[default]
    Line,
    /// The e-mail address: who has it already is left as he is
    Email,
}

/// What became of the users.
#[derive(Debug, Default, Serialize)]
struct Imported {
    created: u64,
    /// That were created by an earlier try, or whose e-mail address a user has.
    existing: u64,
    refused: u64,
    /// True where nothing was sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl Shown for Imported {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let created = if self.dry_run { "would be created" } else { "created" };
        let counts = [(self.existing, "there already"), (self.refused, "refused")].into_iter();
        let more = counts.filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {} {what}", grouped(count)));
        vec![Told::Line(format!("{} users {created}{}", grouped(self.created), more.collect::<String>()))]
    }
}

/// Imports users.
///
/// # Errors
/// A [`Failure`]: that the file cannot be read, that some were refused, or that the service does not answer.
pub async fn run(args: &ImportArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let (source, total) = open(&args.file, global)?;
    let format = args.format.or_else(|| Format::of(&args.file)).unwrap_or(Format::Ndjson);
    if !args.dry_run {
        question::confirm_where_guarded(global, "Importing users")?;
    }
    let report = match &args.report {
        Some(path) if !args.dry_run => Some(Report::open(path)?),
        _ => None,
    };
    let backend = if args.dry_run { None } else { Some(link.reach(global, screen).await?) };
    let progress = screen.progress(total);
    let imported = Imported { dry_run: args.dry_run, ..Imported::default() };
    let mut import = Import { args, backend, screen, progress, report, imported, first: None, said: 0 };
    let ended = import.all(source, format).await;
    import.close(ended)
}

fn open(file: &Path, global: &Global) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
    if file == Path::new("-") {
        if global.in_shell {
            return Err(Failure::new(
                Exit::Usage,
                "a shell reads its own lines from stdin, so no users can be read from it",
            ));
        }
        return Ok((Box::new(io::stdin()), None));
    }
    let opened = File::open(file).and_then(|file| Ok((file.metadata()?, file)));
    let refuse =
        |cause: String| Failure::new(Exit::Usage, format!("the file {} cannot be read", file.display())).because(cause);
    let (about, opened) = opened.map_err(|fault| refuse(fault.to_string()))?;
    if about.is_dir() {
        return Err(refuse("it is a directory".into()));
    }
    Ok((Box::new(opened), about.is_file().then_some(about.len())))
}

/// An import under way.
struct Import<'a> {
    args: &'a ImportArgs,
    /// `None` in a dry run.
    backend: Option<&'a Reached>,
    screen: &'a Screen,
    progress: Progress,
    report: Option<Report>,
    imported: Imported,
    /// The first refusal.
    first: Option<Failure>,
    /// How many of them were told.
    said: u64,
}

impl Import<'_> {
    /// Takes record after record, and keeps so many of them under way as jobs are allowed.
    ///
    /// # Errors
    /// Why it ended before its end.
    async fn all(&mut self, source: Box<dyn Read + Send>, format: Format) -> Result<(), Failure> {
        let (mut records, bytes) = records::read(source, format);
        let mut under_way = FuturesUnordered::new();
        let mut stop = pin!(tokio::signal::ctrl_c());
        let (backend, once_by, jobs) = (self.backend, self.args.once_by, usize::from(self.args.jobs));
        let mut is_all_read = false;
        while !is_all_read || !under_way.is_empty() {
            let ended = tokio::select! {
                _ = &mut stop => Err(interrupted()),
                Some(entry) = under_way.next() => self.settle(entry),
                record = records.recv(), if !is_all_read && under_way.len() < jobs => match record {
                    None => {
                        is_all_read = true;
                        Ok(())
                    }
                    Some(Err(failure)) => Err(failure),
                    Some(Ok(record)) => self.take(record, once_by).map(|taken| {
                        under_way.extend(taken.zip(backend).map(|(task, backend)| task.run(backend)));
                    }),
                },
            };
            self.progress.at(self.count(), bytes.load(Relaxed), &self.more());
            if let Err(failure) = ended {
                // What was sent is waited for, so that the report tells of it.
                let finish = async {
                    while let Some(entry) = under_way.next().await {
                        let _ = self.settle(entry);
                    }
                };
                let _ = tokio::time::timeout(FINISH, finish).await;
                return Err(failure);
            }
        }
        Ok(())
    }

    /// What is to be done with a record; nothing where the report says that it is done, or in a dry run.
    fn take(&mut self, record: Record, once_by: OnceBy) -> Result<Option<Task>, Failure> {
        let Record { line, user } = record;
        let new = match user {
            Ok(new) => new,
            Err(what) => {
                let entry = Entry { line, status: Status::Refused, id: None, key: String::new(), error: Some(what) };
                return self.settle((entry, Some(Exit::Invalid))).map(|()| None);
            }
        };
        let key = key_of(line, &new, once_by);
        if self.report.as_ref().map_or(Ok(false), |report| report.has(line, &key))? {
            self.imported.existing += 1;
            return Ok(None);
        }
        if self.backend.is_none() {
            self.imported.created += 1;
            return Ok(None);
        }
        Ok(Some(Task { line, new, key, once_by }))
    }

    /// Counts and reports what became of a record.
    ///
    /// # Errors
    /// That it is no use to go on, or not wanted.
    fn settle(&mut self, (entry, refused): (Entry, Option<Exit>)) -> Result<(), Failure> {
        match entry.status {
            Status::Created => self.imported.created += 1,
            Status::Existing => self.imported.existing += 1,
            Status::Refused => self.imported.refused += 1,
        }
        if let Some(report) = &mut self.report {
            report.add(&entry)?;
        }
        let Some(exit) = refused else { return Ok(()) };
        let failure = Failure::new(exit, format!("line {}: {}", entry.line, entry.error.unwrap_or_default()));
        self.first.get_or_insert(failure.clone());
        if matches!(exit, Exit::Unreachable | Exit::TimedOut | Exit::NotAllowed) || self.args.on_error == OnError::Stop
        {
            return Err(failure);
        }
        self.said += 1;
        if self.said <= TOLD_MAX {
            self.progress.aside(|| self.screen.failure_of_one_line(&failure));
        } else if self.said == TOLD_MAX + 1 {
            self.progress.aside(|| self.screen.warn("more are refused; --report FILE lists all of them"));
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        let Imported { created, existing, refused, .. } = self.imported;
        created + existing + refused
    }

    fn more(&self) -> String {
        match self.imported.refused {
            0 => String::new(),
            refused => format!(", {} refused", grouped(refused)),
        }
    }

    /// Says what became of all.
    fn close(self, ended: Result<(), Failure>) -> anyhow::Result<Exit> {
        let Self { imported, progress, screen, args, first, .. } = self;
        drop(progress);
        screen.show(&imported)?;
        if let Err(failure) = ended {
            let again = match &args.report {
                Some(_) => "the same command goes on where this one ended",
                None => "the same command within 24 hours: what was created is not created again",
            };
            return Err(failure.attempt(again).into());
        }
        match first {
            None => Ok(Exit::Done),
            Some(first) if imported.created + imported.existing == 0 => Ok(first.exit),
            Some(_) => Ok(Exit::Partly),
        }
    }
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted")
}

/// The key under which a create is made once.
fn key_of(line: u64, new: &NewUser, once_by: OnceBy) -> String {
    let (name, email) = (new.name.as_str(), new.email.as_str());
    let whole = match once_by {
        OnceBy::Line => format!("{line}\0{name}\0{email}"),
        OnceBy::Email => email.to_lowercase(),
    };
    format!("import-{:x}", Sha256::digest(whole))
}

/// A user to be created.
struct Task {
    line: u64,
    new: NewUser,
    key: String,
    once_by: OnceBy,
}

impl Task {
    async fn run(self, backend: &Reached) -> (Entry, Option<Exit>) {
        let made = self.until_answered(backend).await;
        let Self { line, key, .. } = self;
        match made {
            Ok((status, id)) => (Entry { line, status, id, key, error: None }, None),
            Err(error) => {
                let failure = Failure::from(error);
                let exit = failure.exit;
                let fields = failure.fields.iter().map(|field| format!("{}: {}", field.field(), field.message));
                let fields: Vec<String> = fields.collect();
                let error = if fields.is_empty() { failure.sentence } else { fields.join("; ") };
                (Entry { line, status: Status::Refused, id: None, key, error: Some(error) }, Some(exit))
            }
        }
    }

    /// Tries until there is an answer: under its key the user is created once.
    async fn until_answered(&self, backend: &Reached) -> Result<(Status, Option<UserId>), Error> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let error = match self.once(backend).await {
                Ok(made) => return Ok(made),
                Err(error) => error,
            };
            use Error::{Broken, Conflict, Foreign, Slow, Unavailable, Unreachable};
            let may_pass = matches!(
                error,
                Conflict(_) | Slow { .. } | Unavailable(_) | Unreachable { .. } | Broken { .. } | Foreign { .. }
            );
            if !may_pass || began.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn once(&self, backend: &Reached) -> Result<(Status, Option<UserId>), Error> {
        if self.once_by == OnceBy::Email {
            let listing = Listing { email: Some(self.new.email.as_str().to_owned()), after: 0, limit: 1 };
            if let Some(user) = backend.list(&listing).await.value?.users.first() {
                return Ok((Status::Existing, Some(user.id)));
            }
        }
        let created = backend.create(self.new.clone(), Some(&self.key)).await;
        let status = if created.trace.has(Outcome::Replayed) { Status::Existing } else { Status::Created };
        match created.value {
            Ok(stored) => Ok((status, Some(stored.user().id))),
            // Another line of the same address was faster.
            Err(Error::Taken(_)) if self.once_by == OnceBy::Email => Ok((Status::Existing, None)),
            Err(error) => Err(error),
        }
    }
}
