//! `usersvc user list` and `usersvc user find`.

use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::ids::Asked;
use super::super::link::{Link, Reached};
use super::super::options::Global;
use super::super::render::{List, Screen};
use super::super::unsent::{Call, Unsent};
use crate::client::Backend;
use crate::user::{User, UserId};
use crate::users::{LIMIT_MAX, Listing};

/// `usersvc user list`
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// List users whose numbers are greater than this
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: u64,
    /// List so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// List all
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    #[command(flatten)]
    unsent: Unsent,
}

/// `usersvc user find`
#[derive(Args, Clone, Debug)]
pub struct FindArgs {
    /// The e-mail address, in upper or lower case
    email: String,
    #[command(flatten)]
    unsent: Unsent,
}

/// Lists users in the order of their ids.
///
/// # Errors
/// A [`Failure`], or that stdout does not take them.
pub async fn list(args: &ListArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let limit = if args.all { u64::MAX } else { args.limit };
    let listing = Listing { after: args.after, limit, email: None };
    if args.unsent.is_wanted() {
        return args.unsent.print([Call::List(&first_page(&listing))], global, screen);
    }
    let backend = link.reach(global, screen).await?;
    let mut users = screen.list();
    let (_, next) = walk(listing, backend, screen, &mut users).await?;
    users.end()?;
    if let Some(next) = next {
        screen.note(&format!("there are more: usersvc user list --after {next}"));
    }
    Ok(Exit::Done)
}

/// Lists the users that have an e-mail address.
///
/// # Errors
/// That nobody has it, or another [`Failure`], or that stdout does not take them.
pub async fn find(args: &FindArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let listing = Listing { email: Some(args.email.clone()), after: 0, limit: u64::MAX };
    if args.unsent.is_wanted() {
        return args.unsent.print([Call::List(&first_page(&listing))], global, screen);
    }
    let backend = link.reach(global, screen).await?;
    let mut users = screen.list();
    let (count, _) = walk(listing, backend, screen, &mut users).await?;
    if count == 0 {
        return Err(Failure::new(Exit::NotFound, format!("no user has the e-mail address {:?}", args.email)).into());
    }
    users.end()?;
    Ok(Exit::Done)
}

/// Prints page after page, as long as there are more. Returns how many users it were, and from where there are more.
async fn walk(
    listing: Listing,
    backend: &Reached,
    screen: &Screen,
    users: &mut List<'_, User>,
) -> anyhow::Result<(u64, Option<UserId>)> {
    let (mut count, mut left) = (0, listing);
    loop {
        let page = Asked::timed(backend.list(&first_page(&left)), Failure::from).await.finish(backend, screen)?;
        page.users.iter().try_for_each(|user| users.add(user))?;
        let found = page.users.len() as u64;
        (count, left.limit) = (count + found, left.limit.saturating_sub(found));
        match page.next {
            Some(next) if left.limit > 0 => left.after = next.get(),
            next => return Ok((count, next)),
        }
    }
}

/// As much of it as is asked for at a time.
fn first_page(listing: &Listing) -> Listing {
    Listing { limit: listing.limit.min(LIMIT_MAX), ..listing.clone() }
}
