//! `usersvc cache`.

use clap::Subcommand;

use super::exit::{Exit, Failure};
use super::link::Link;
use super::options::Global;
use super::question;
use super::render::Screen;
use super::user::possible;
use crate::client::{Backend, Error};
use crate::user::UserId;
use crate::users::Scope;

/// `usersvc cache`
#[derive(Clone, Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum CacheCommand {
    /// Show what the cache holds of users, and whether it is fresh
    Inspect {
        /// The numbers of the users
        #[arg(required = true, allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Empty the cache: of some users, or of everything
    Flush {
        /// The numbers of the users; of everything where there is none
        #[arg(allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
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
    },
    /// Show the counters of the running service
    Stats,
}

/// Runs one of them.
///
/// # Errors
/// A [`Failure`], a client [`Error`], or that stdout does not take the result.
pub async fn run(command: &CacheCommand, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    match command {
        CacheCommand::Inspect { ids } => {
            let ids = all_possible(ids)?;
            let backend = link.reach(global, screen).await?;
            let (found, failed) = each(&ids, async |id| backend.inspect(id).await).await;
            screen.inspections(&found)?;
            close(failed, ids.len(), screen)
        }
        CacheCommand::Flush { ids } if ids.is_empty() => {
            question::confirm(global, "Flushing the whole cache")?;
            let backend = link.reach(global, screen).await?;
            screen.flushed(&backend.flush_all().await?)?;
            Ok(Exit::Done)
        }
        CacheCommand::Flush { ids } => {
            let ids = all_possible(ids)?;
            let backend = link.reach(global, screen).await?;
            let (flushed, failed) = each(&ids, async |id| backend.flush(id).await).await;
            flushed.iter().try_for_each(|one| screen.flushed(one))?;
            close(failed, ids.len(), screen)
        }
        CacheCommand::Verify { sample, all, fix } => {
            let scope = if *all { Scope::All } else { Scope::Sample(*sample) };
            let backend = link.reach(global, screen).await?;
            let found = backend.verify(scope, *fix).await?;
            screen.verification(&found)?;
            Ok(if found.disagreements.is_empty() { Exit::Done } else { Exit::Found })
        }
        CacheCommand::Stats => {
            let backend = link.reach(global, screen).await?;
            screen.stats(&backend.stats().await?)?;
            Ok(Exit::Done)
        }
    }
}

/// Nothing is done where one of the ids is wrong.
fn all_possible(ids: &[String]) -> Result<Vec<UserId>, Failure> {
    ids.iter().map(|id| possible(id)).collect()
}

async fn each<T>(ids: &[UserId], ask: impl AsyncFn(UserId) -> Result<T, Error>) -> (Vec<T>, Vec<(UserId, Error)>) {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for id in ids {
        match ask(*id).await {
            Ok(answer) => done.push(answer),
            Err(error) => failed.push((*id, error)),
        }
    }
    (done, failed)
}

/// How many of many were not done.
fn close(mut failed: Vec<(UserId, Error)>, of: usize, screen: &Screen) -> anyhow::Result<Exit> {
    match failed.len() {
        0 => Ok(Exit::Done),
        1 if of == 1 => Err(failed.remove(0).1.into()),
        _ => {
            failed.iter().for_each(|(id, error)| screen.warn(&format!("user {id}: {error}")));
            let first = Failure::from(failed[0].1.clone());
            let exit = if failed.len() == of { first.exit } else { Exit::Partly };
            Err(Failure::new(exit, format!("{} of {of} users were not done", failed.len())).into())
        }
    }
}
