//! `usersvc cache`.

use clap::Subcommand;

use super::exit::{Exit, Failure};
use super::ids::{Asked, Ids};
use super::link::Link;
use super::options::Global;
use super::question;
use super::render::{Plan, Screen, grouped};
use super::unsent::{Call, Unsent};
use super::watch::{self, WatchArgs};
use crate::client::Backend;
use crate::users::Scope;

/// `usersvc cache`
#[derive(Clone, Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum CacheCommand {
    /// Show what the cache holds of users, and whether it is fresh
    Inspect {
        /// The numbers of the users; - reads them from stdin
        #[arg(required = true, allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Empty the cache: of some users, or of everything
    Flush {
        /// The numbers of the users, - for those on stdin; of everything where there is none
        #[arg(allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
        /// Say what would be done, and do nothing
        #[arg(long, conflicts_with = "form")]
        dry_run: bool,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Compare the cache with the state store; the exit code is 1 if they disagree
    Verify {
        /// Compare so many users, drawn at random
        #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "all")]
        #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
        sample: u64,
        /// Compare all users
        #[arg(long)]
        all: bool,
        /// Flush the entries that are wrong
        #[arg(long)]
        fix: bool,
        /// With --fix: flush nothing, and only say what is wrong
        #[arg(long, conflicts_with = "form")]
        dry_run: bool,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Show the counters of the running service
    Stats {
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Show what happens in the cache of the running service, as it happens
    Watch(WatchArgs),
}

/// Runs one of them.
///
/// # Errors
/// A [`Failure`], a client error, or that stdout does not take the result.
pub async fn run(command: &CacheCommand, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    match command {
        CacheCommand::Inspect { ids, unsent } => {
            let ids = Ids::read(ids, global).await?;
            if unsent.is_wanted() {
                return unsent.print(ids.all()?.into_iter().map(Call::Inspect), global, screen);
            }
            let backend = link.reach(global, screen).await?;
            ids.each(backend, screen, async |id| Asked::of(backend.inspect(id).await.map_err(Failure::from))).await
        }
        CacheCommand::Flush { ids, unsent, .. } if unsent.is_wanted() => {
            let wanted = Ids::read(ids, global).await?.all()?;
            let all = ids.is_empty().then_some(Call::FlushAll);
            unsent.print(all.into_iter().chain(wanted.into_iter().map(Call::Flush)), global, screen)
        }
        CacheCommand::Flush { ids, dry_run: true, .. } => {
            if ids.is_empty() {
                screen.show(&Plan::Flush { id: None })?;
                return Ok(Exit::Done);
            }
            let planned = Ids::read(ids, global).await?;
            planned.each_planned(screen, |id| Plan::Flush { id: Some(id) }).await
        }
        CacheCommand::Flush { ids, .. } if ids.is_empty() => {
            question::confirm(global, "Flushing the whole cache")?;
            let backend = link.reach(global, screen).await?;
            screen.show(&backend.flush_all().await?)?;
            Ok(Exit::Done)
        }
        CacheCommand::Flush { ids, .. } => {
            let ids = Ids::read(ids, global).await?;
            let backend = link.reach(global, screen).await?;
            ids.each(backend, screen, async |id| Asked::of(backend.flush(id).await.map_err(Failure::from))).await
        }
        CacheCommand::Verify { sample, all, fix, dry_run, unsent } => {
            let scope = if *all { Scope::All } else { Scope::Sample(*sample) };
            if unsent.is_wanted() {
                return unsent.print([Call::Verify(scope, *fix)], global, screen);
            }
            let fixes = *fix && !dry_run;
            if fixes {
                question::confirm_where_guarded(global, "Flushing the entries that are wrong")?;
            }
            let backend = link.reach(global, screen).await?;
            let mut progress = screen.progress(None);
            let found = backend.verify(scope, fixes, |checked, of| {
                progress.set_total(of);
                progress.at(checked, checked, &format!(", of {}", grouped(of)));
            });
            let found = found.await?;
            drop(progress);
            screen.show(&found)?;
            Ok(if found.disagreements.is_empty() { Exit::Done } else { Exit::Found })
        }
        CacheCommand::Stats { unsent } if unsent.is_wanted() => unsent.print([Call::Stats], global, screen),
        CacheCommand::Stats { .. } => {
            let backend = link.reach(global, screen).await?;
            screen.show(&backend.stats().await?)?;
            Ok(Exit::Done)
        }
        CacheCommand::Watch(args) => watch::run(args, global, link, screen).await,
    }
}
