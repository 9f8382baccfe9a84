//! `usersvc user import`: users from a file, many at a time, each of them once however often it is tried.

use std::cell::Cell;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::MissedTickBehavior;

use super::super::exit::{Exit, Failure};
use super::super::link::{Link, Reached};
use super::super::options::Global;
use super::super::question;
use super::super::render::{Progress, REFRESH, Screen, Shown, Told, grouped, plain_json};
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
    /// That were sent, perhaps several times, and not answered; or nobody was let in.
    #[serde(skip_serializing_if = "is_none")]
    not_done: u64,
    /// True where nothing was sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

fn is_none(count: &u64) -> bool {
    *count == 0
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
        let counts = [(self.existing, "there already"), (self.refused, "refused"), (self.not_done, "not done")];
        let more = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!(", {} {what}", grouped(count)));
        vec![Told::Line(format!("{} users {created}{}", grouped(self.created), more.collect::<String>()))]
    }
}

/// Imports users.
///
/// # Errors
/// A [`Failure`]: that the file cannot be read, that some were refused, or that the service does not answer.
pub async fn run(args: &ImportArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let (source, about) = open(&args.file, global)?;
    if let Some(report) = &args.report {
        refuse_as_report(report, &about)?;
    }
    let format = args.format.or_else(|| Format::of(&args.file)).unwrap_or(Format::Ndjson);
    if !args.dry_run {
        question::confirm_where_guarded(global, "Importing users")?;
    }
    let (mut backend, mut report) = (None, None);
    if !args.dry_run {
        let reached = link.reach(global, screen).await?;
        probe(reached).await?;
        backend = Some(reached);
        report = args.report.as_deref().map(Report::open).transpose()?;
    }
    let progress = screen.progress(about.is_file().then_some(about.len()));
    let imported = Imported { dry_run: args.dry_run, ..Imported::default() };
    let mut import =
        Import { args, backend, screen, progress, report, imported, first: None, said: 0, is_waiting_told: false };
    let ended = import.all(source, format).await;
    import.close(ended)
}

/// Asks once before the first user is sent: where nobody is there, trying each of them for a while would not help.
async fn probe(backend: &Reached) -> Result<(), Failure> {
    use Error::{Forbidden, Foreign, Slow, Unreachable};
    let listing = Listing { limit: 1, ..Listing::default() };
    let asked = tokio::select! {
        asked = backend.list(&listing) => asked,
        _ = tokio::signal::ctrl_c() => return Err(Failure::interrupted()),
    };
    match asked.value {
        Err(error @ (Forbidden { .. } | Foreign { .. } | Slow { .. } | Unreachable { .. })) => Err(error.into()),
        // A store that is not ready is waited for, as later.
        _ => Ok(()),
    }
}

/// A report into the file that is read would be the end of both.
fn refuse_as_report(report: &Path, about: &Metadata) -> Result<(), Failure> {
    let is_same = |other: Metadata| (other.dev(), other.ino()) == (about.dev(), about.ino());
    if about.is_file() && fs::metadata(report).is_ok_and(is_same) {
        let sentence = format!("the report {} is the file that is to be imported", report.display());
        return Err(Failure::new(Exit::Usage, sentence).attempt("--report with another file"));
    }
    Ok(())
}

fn open(file: &Path, global: &Global) -> Result<(File, Metadata), Failure> {
    let is_stdin = file == Path::new("-");
    if is_stdin && global.in_shell {
        let sentence = "a shell reads its own lines from stdin, so no users can be read from it";
        return Err(Failure::new(Exit::Usage, sentence));
    }
    let opened = if is_stdin { io::stdin().as_fd().try_clone_to_owned().map(File::from) } else { File::open(file) };
    let name = if is_stdin { "stdin".to_owned() } else { format!("the file {}", file.display()) };
    let refuse = |cause: String| Failure::new(Exit::Usage, format!("{name} cannot be read")).because(cause);
    let opened = opened.and_then(|file| Ok((file.metadata()?, file)));
    let (about, opened) = opened.map_err(|fault| refuse(fault.to_string()))?;
    if about.is_dir() {
        return Err(refuse("it is a directory".into()));
    }
    Ok((opened, about))
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
    /// Whether it was told that answers are waited for.
    is_waiting_told: bool,
}

impl Import<'_> {
    /// Takes record after record, and keeps so many of them under way as jobs are allowed.
    ///
    /// # Errors
    /// Why it ended before its end.
    async fn all(&mut self, source: File, format: Format) -> Result<(), Failure> {
        let (mut records, bytes) = records::read(source, format);
        let silence = Cell::new(None);
        let mut under_way = FuturesUnordered::new();
        let mut refresh = tokio::time::interval(REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = pin!(tokio::signal::ctrl_c());
        let (backend, once_by, jobs) = (self.backend, self.args.once_by, usize::from(self.args.jobs));
        let mut is_all_read = false;
        while !is_all_read || !under_way.is_empty() {
            let ended = tokio::select! {
                _ = &mut stop => Err(Failure::interrupted()),
                _ = refresh.tick() => Ok(()),
                Some(entry) = under_way.next() => self.settle(entry),
                record = records.recv(), if !is_all_read && under_way.len() < jobs => match record {
                    None => {
                        is_all_read = true;
                        Ok(())
                    }
                    Some(Err(failure)) => Err(failure),
                    Some(Ok(record)) => self.take(record, once_by).map(|taken| {
                        under_way.extend(taken.zip(backend).map(|(task, backend)| task.run(backend, &silence)));
                    }),
                },
            };
            if let Some(sentence) = silence.take() {
                self.tell_waiting(&sentence);
            }
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
                return self.settle((entry, Some(Failure::new(Exit::Invalid, "")))).map(|()| None);
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
    fn settle(&mut self, (entry, failure): (Entry, Option<Failure>)) -> Result<(), Failure> {
        match entry.status {
            Status::Created => self.imported.created += 1,
            Status::Existing => self.imported.existing += 1,
            Status::Refused => self.imported.refused += 1,
            Status::NotDone => self.imported.not_done += 1,
        }
        if let Some(report) = &mut self.report {
            report.add(&entry)?;
        }
        let Some(failure) = failure else { return Ok(()) };
        let sentence = format!("line {}: {}", entry.line, entry.error.unwrap_or_default());
        let failure = Failure { sentence, fields: Vec::new(), ..failure };
        self.first.get_or_insert(failure.clone());
        if entry.status == Status::NotDone || self.args.on_error == OnError::Stop {
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

    /// Says once that the time which goes by is not lost.
    fn tell_waiting(&mut self, why: &str) {
        if !std::mem::replace(&mut self.is_waiting_told, true) {
            let sentence = format!("{why}; each user is tried for {} s", PATIENCE.as_secs());
            self.progress.aside(|| self.screen.note(&sentence));
        }
    }

    /// How many are settled.
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
        let has_changed = imported.created > 0 && !args.dry_run;
        if let Err(mut failure) = ended {
            let is_interrupted = failure.exit == Exit::Interrupted;
            let may_pass = is_interrupted || imported.not_done > 0;
            if !args.dry_run && (may_pass || imported.created + imported.existing > 0) {
                failure = failure.attempt(match &args.report {
                    Some(_) => "the same command goes on where this one ended",
                    None => "the same command within 24 hours: what was created is not created again",
                });
            }
            let exit = if has_changed && !is_interrupted { Exit::Partly } else { failure.exit };
            return Err(Failure { exit, ..failure }.into());
        }
        match first {
            None => Ok(Exit::Done),
            Some(first) if imported.created + imported.existing == 0 => Ok(first.exit),
            Some(_) => Ok(Exit::Partly),
        }
    }
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
    async fn run(self, backend: &Reached, silence: &Cell<Option<String>>) -> (Entry, Option<Failure>) {
        let made = self.until_answered(backend, silence).await;
        let Self { line, key, .. } = self;
        match made {
            Ok((status, id)) => (Entry { line, status, id, key, error: None }, None),
            Err(error) => {
                let failure = Failure::from(error);
                let fields = failure.fields.iter().map(|field| format!("{}: {}", field.field(), field.message));
                let fields: Vec<String> = fields.collect();
                let error = if fields.is_empty() { failure.sentence.clone() } else { fields.join("; ") };
                let is_refused = !matches!(failure.exit, Exit::Unreachable | Exit::TimedOut | Exit::NotAllowed);
                let status = if is_refused { Status::Refused } else { Status::NotDone };
                (Entry { line, status, id: None, key, error: Some(error) }, Some(failure))
            }
        }
    }

    /// Tries until there is an answer: under its key the user is created once. Where there is none, `silence` says why.
    async fn until_answered(
        &self,
        backend: &Reached,
        silence: &Cell<Option<String>>,
    ) -> Result<(Status, Option<UserId>), Error> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let error = match self.once(backend).await {
                Ok(made) => return Ok(made),
                Err(error) => error,
            };
            let is_silent = error.may_be_done() || matches!(error, Error::Unreachable { .. });
            let may_pass = is_silent || matches!(error, Error::Conflict(_));
            if !may_pass || began.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            if is_silent {
                silence.set(Some(error.to_string()));
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
