//! `usersvc user`.

use std::str::FromStr;
use std::time::Instant;

use clap::Subcommand;

use super::exit::{Exit, Failure};
use super::link::{Link, Reached};
use super::options::Global;
use super::render::Screen;
use crate::client::{Answer, Backend, Error, InvalidField};
use crate::user::{NewUser, Problem, RequestedId, UserChange, UserId};

/// `usersvc user`
#[derive(Clone, Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum UserCommand {
    /// Create a user
    Create {
        /// The name, 1 to 100 characters
        #[arg(long)]
        name: String,
        /// The e-mail address
        #[arg(long)]
        email: String,
    },
    /// Show a user
    Get {
        /// The number of the user
        #[arg(allow_negative_numbers = true)]
        id: String,
    },
    /// Change a user's name, e-mail address, or both
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Update {
        /// The number of the user
        #[arg(allow_negative_numbers = true)]
        id: String,
        /// The new name, 1 to 100 characters
        #[arg(long, group = "change")]
        name: Option<String>,
        /// The new e-mail address
        #[arg(long, group = "change")]
        email: Option<String>,
    },
    /// Delete a user
    Delete {
        /// The number of the user
        #[arg(allow_negative_numbers = true)]
        id: String,
    },
}

/// Runs one of them.
///
/// # Errors
/// A [`Failure`], a client [`Error`], or that stdout does not take the result.
pub async fn run(command: &UserCommand, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    match command {
        UserCommand::Create { name, email } => {
            let new = new_user(name, email)?;
            let backend = link.reach(global, screen).await?;
            let created = told(backend.create(new, None), backend, screen).await;
            screen
                .user(&created.map_err(|error| Failure::of_write(error, "a user may be there under the next id"))?)?;
        }
        UserCommand::Get { id } => {
            let id = possible(id)?;
            let backend = link.reach(global, screen).await?;
            screen.user(&told(backend.get(id), backend, screen).await?)?;
        }
        UserCommand::Update { id, name, email } => {
            let (id, change) = user_change(id, name.as_deref(), email.as_deref())?;
            let backend = link.reach(global, screen).await?;
            let updated = told(backend.update(id, change), backend, screen).await;
            screen.user(&updated.map_err(|error| Failure::of_write(error, &look(id)))?)?;
        }
        UserCommand::Delete { id } => {
            let id = possible(id)?;
            let backend = link.reach(global, screen).await?;
            let deleted = told(backend.delete(id), backend, screen).await;
            screen.deleted(&deleted.map_err(|error| Failure::of_write(error, &look(id)))?)?;
        }
    }
    Ok(Exit::Done)
}

fn look(id: UserId) -> String {
    format!("usersvc user get {id}")
}

/// Waits for an answer and shows its trace, whatever it is.
async fn told<T>(answer: impl Future<Output = Answer<T>>, backend: &Reached, screen: &Screen) -> Result<T, Error> {
    let since = Instant::now();
    let answer = answer.await;
    screen.trace(&answer.trace, &backend.names(), &backend.place(), since.elapsed());
    answer.value
}

fn new_user(name: &str, email: &str) -> Result<NewUser, Failure> {
    let mut wrong = Vec::new();
    let name = read("name", name, &mut wrong);
    let email = read("email", email, &mut wrong);
    match (name, email) {
        (Some(name), Some(email)) => Ok(NewUser { name, email }),
        _ => Err(Failure::invalid(wrong)),
    }
}

/// Everything that is wrong is told together, the id first, and before it is told that nobody has the id.
fn user_change(id: &str, name: Option<&str>, email: Option<&str>) -> Result<(UserId, UserChange), Failure> {
    let mut wrong = Vec::new();
    let id = read::<RequestedId>("user_id", id, &mut wrong);
    let name = name.and_then(|name| read("name", name, &mut wrong));
    let email = email.and_then(|email| read("email", email, &mut wrong));
    match id {
        Some(id) if wrong.is_empty() => Ok((of_somebody(&id)?, UserChange { name, email })),
        _ => Err(Failure::invalid(wrong)),
    }
}

fn read<T: FromStr<Err = Problem>>(field: &str, written: &str, wrong: &mut Vec<InvalidField>) -> Option<T> {
    written.parse().map_err(|problem| wrong.push(InvalidField::new(field, written, &problem))).ok()
}

/// Reads an id that somebody may have.
pub(super) fn possible(written: &str) -> Result<UserId, Failure> {
    let read = written.parse::<RequestedId>();
    of_somebody(&read.map_err(|problem| Failure::invalid(vec![InvalidField::new("user_id", written, &problem)]))?)
}

fn of_somebody(id: &RequestedId) -> Result<UserId, Failure> {
    id.possible().ok_or_else(|| Failure::not_found(id))
}
