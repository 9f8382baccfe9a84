//! `usersvc user export`: all users, page by page.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::link::{Link, Reached};
use super::super::options::{Global, Output};
use super::super::render::{Progress, Screen, grouped, put};
use super::draft::{Draft, Origin};
use super::records::Format;
use crate::client::Backend;
use crate::user::User;
use crate::users::{LIMIT_MAX, Listing};

/// How long it may take to find out where the users end, which only the bar wants to know.
const LOOK_AHEAD: Duration = Duration::from_secs(1);

/// `usersvc user export`
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// The file, which must not be there yet; without one, or for -, stdout
    file: Option<PathBuf>,
    /// How the users are to stand in it [default: as its name ends, or on stdout as -o says, else ndjson]
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
    let format = match (args.format, file) {
        (Some(format), _) => format,
        (None, Some(file)) => Format::of(file).unwrap_or(Format::Ndjson),
        (None, None) => of_stdout(global.output)?,
    };
    let backend = link.reach(global, screen).await?;
    let mut target = match file {
        Some(file) => Target::File(Draft::open(file, origin(backend, format, args, global))?),
        None => Target::Stdout,
    };
    let mut walk = Walk { format, after: args.after, count: 0, is_first: true };
    let mut before = 0;
    if let Target::File(draft) = &target {
        let mark = draft.mark();
        (walk.after, walk.is_first, before) = (mark.last, mark.bytes == 0, mark.count);
        if mark.last > args.after {
            screen.note(&format!("going on after user {}, where the last export into this file ended", mark.last));
        }
    }
    let mut progress = screen.progress(None);
    let mut stop = pin!(tokio::signal::ctrl_c());
    let ended = tokio::select! {
        ended = walk.all(backend, &mut target, &mut progress) => ended,
        _ = &mut stop => Err(Failure::interrupted().into()),
    };
    drop(progress);
    let again = match file {
        Some(_) => "the same command goes on where this one ended".to_owned(),
        None => walk.rest(),
    };
    ended.map_err(|fault| match fault.downcast::<Failure>() {
        Ok(failure) => failure.attempt(again).into(),
        Err(fault) => fault,
    })?;
    let place = file.map(|file| format!(" to {}", file.display())).unwrap_or_default();
    screen.note(&format!("{} users exported{place}", grouped(before + walk.count)));
    Ok(Exit::Done)
}

/// The form of a result, as a file has it.
fn of_stdout(output: Output) -> Result<Format, Failure> {
    let (word, list) = match output {
        Output::Table | Output::Ndjson => return Ok(Format::Ndjson),
        Output::Json => return Ok(Format::Json),
        Output::Csv => return Ok(Format::Csv),
        Output::Yaml => ("yaml", "usersvc user list --all -o yaml"),
        Output::Name => ("name", "usersvc user list --all -o name"),
    };
    let failure = Failure::new(Exit::Usage, format!("users are not exported in the form {word}, which is no format"));
    Err(failure.attempt("--format ndjson, json or csv").attempt(list))
}

/// What an export is of: through a sidecar, another component holds other users.
fn origin(backend: &Reached, format: Format, args: &ExportArgs, global: &Global) -> Origin {
    let place = match backend {
        Reached::Api(_) => backend.place(),
        Reached::Direct(_) => format!("{} ({})", backend.place(), global.stores.statestore),
    };
    Origin { place, format: format.word().to_owned(), after: args.after }
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
        let (began_after, mut has_looked) = (self.after, false);
        loop {
            let listing = Listing { email: None, after: self.after, limit: LIMIT_MAX };
            let page = progress.during(backend.list(&listing)).await.value.map_err(Failure::from)?;
            let mut text = self.lines(&page.users)?;
            let next = page.next.map(crate::user::UserId::get);
            if next.is_none() && self.format == Format::Json {
                text.extend_from_slice(if self.is_first { b"[]\n" } else { b"\n]\n" });
            }
            let last = page.users.last().map_or(self.after, |user| user.id.get());
            let (after, count) = (next.unwrap_or(last), page.users.len() as u64);
            target.write(&text, count, after)?;
            (self.after, self.count) = (after, self.count + count);
            if next.is_none() {
                return target.finish();
            }
            // What is done soon needs no bar, and so nobody has to know where it ends.
            if !has_looked && progress.is_long() {
                has_looked = true;
                if let Ok(Some(last)) = tokio::time::timeout(LOOK_AHEAD, about_last(backend, after)).await {
                    progress.set_total(last - began_after);
                }
            }
            progress.at(self.count, after - began_after, &format!(", up to user {after}"));
        }
    }

    /// The command for what was not written, to be appended.
    fn rest(&self) -> String {
        let format =
            if self.format == Format::Ndjson { String::new() } else { format!(" --format {}", self.format.word()) };
        // The names of the columns are there already.
        let but_heads = if self.format == Format::Csv && !self.is_first { " | tail -n +2" } else { "" };
        format!("usersvc user export --after {}{format}{but_heads}    for the rest", self.after)
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

/// The last id, or a little more: in steps that double, and then by halves, until it is near enough for a bar.
async fn about_last(backend: &Reached, after: u64) -> Option<u64> {
    let is_below = async |id| {
        let listing = Listing { email: None, after: id, limit: 1 };
        backend.list(&listing).await.value.ok().map(|page| page.next.is_some() || !page.users.is_empty())
    };
    let (mut low, mut step) = (after, LIMIT_MAX);
    let mut high = loop {
        let further = low.checked_add(step)?;
        if !is_below(further).await? {
            break further;
        }
        (low, step) = (further, step * 2);
    };
    while high - low > LIMIT_MAX.max(high / 100) {
        let middle = low + (high - low) / 2;
        *(if is_below(middle).await? { &mut low } else { &mut high }) = middle;
    }
    Some(high)
}

/// Where the users go.
enum Target {
    Stdout,
    File(Draft),
}

impl Target {
    /// So many users, with the text of all up to `last`.
    fn write(&mut self, text: &[u8], count: u64, last: u64) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(put(text)?),
            Self::File(draft) => Ok(draft.add(text, count, last)?),
        }
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(draft) => Ok(draft.finish()?),
        }
    }
}
