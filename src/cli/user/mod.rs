//! `usersvc user`.

mod draft;
mod edit;
mod export;
mod fields;
mod import;
mod list;
mod records;
mod report;

use clap::{Args, Subcommand};

use super::exit::{self, Exit, Failure};
use super::ids::{Asked, Ids};
use super::link::{Link, Reached};
use super::options::Global;
use super::question;
use super::render::{Plan, Screen};
use super::unsent::{Call, Unsent};
use crate::client::Backend;
use crate::user::{NewUser, User, UserChange, UserId};
use export::ExportArgs;
use fields::Pair;
use import::ImportArgs;
use list::{FindArgs, ListArgs};

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
        /// Say what would be done, and do nothing
        #[arg(long, conflicts_with = "form")]
        dry_run: bool,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Show users
    Get {
        /// The numbers of the users; - reads them from stdin
        #[arg(required = true, allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// List users in the order of their numbers
    List(ListArgs),
    /// Show the users that have an e-mail address
    Find(FindArgs),
    /// Change a user's name, e-mail address, or both
    Update(UpdateArgs),
    /// Delete users
    Delete {
        /// The numbers of the users; - reads them from stdin
        #[arg(required = true, allow_negative_numbers = true, value_name = "ID")]
        ids: Vec<String>,
        /// Say what would be done, and do nothing
        #[arg(long, conflicts_with = "form")]
        dry_run: bool,
        #[command(flatten)]
        unsent: Unsent,
    },
    /// Create the users in a file
    Import(ImportArgs),
    /// Write all users into a file
    Export(ExportArgs),
}

/// `usersvc user update`
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub struct UpdateArgs {
    /// The number of the user
    #[arg(allow_negative_numbers = true)]
    id: String,
    /// A field and its new value: name=… or email=…
    #[arg(group = "change", value_name = "FIELD=VALUE", value_parser = Pair::parse)]
    pairs: Vec<Pair>,
    /// The new name, 1 to 100 characters
    #[arg(long, group = "change")]
    name: Option<String>,
    /// The new e-mail address
    #[arg(long, group = "change")]
    email: Option<String>,
    /// Change the user in an editor, VISUAL or EDITOR: as YAML, or as JSON with -o json
    #[arg(long, group = "change", conflicts_with_all = ["pairs", "name", "email", "form"])]
    pub(super) edit: bool,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "form")]
    dry_run: bool,
    #[command(flatten)]
    unsent: Unsent,
}

/// The usage of `update`: clap would put the change before the id. `lead` is what stands before a command.
pub(super) fn with_usage(user: clap::Command, lead: &str) -> clap::Command {
    let usage = format!("{lead}user update [OPTIONS] <ID> <FIELD=VALUE…|--name <NAME>|--email <EMAIL>|--edit>");
    user.mut_subcommand("update", |update| update.override_usage(usage))
}

/// Runs one of them.
///
/// # Errors
/// A [`Failure`], a client error, or that stdout does not take the result.
pub async fn run(command: &UserCommand, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    match command {
        UserCommand::Create { name, email, dry_run, unsent } => {
            let new = fields::new_user(name, email)?;
            if unsent.is_wanted() {
                return unsent.print([Call::Create(&new)], global, screen);
            }
            if *dry_run {
                screen.show(&Plan::Create { name: name.clone(), email: email.clone() })?;
                return Ok(Exit::Done);
            }
            let backend = link.reach(global, screen).await?;
            create(new, backend, screen).await
        }
        UserCommand::Get { ids, unsent } => {
            let ids = Ids::read(ids, global).await?;
            if unsent.is_wanted() {
                return unsent.print(ids.all()?.into_iter().map(Call::Get), global, screen);
            }
            let backend = link.reach(global, screen).await?;
            ids.each(backend, screen, async |id| Asked::timed(backend.get(id), Failure::from).await).await
        }
        UserCommand::List(args) => list::list(args, global, link, screen).await,
        UserCommand::Find(args) => list::find(args, global, link, screen).await,
        UserCommand::Import(args) => import::run(args, global, link, screen).await,
        UserCommand::Export(args) => export::run(args, global, link, screen).await,
        UserCommand::Update(args) => update(args, global, link, screen).await,
        UserCommand::Delete { ids, dry_run, unsent } => {
            let ids = Ids::read(ids, global).await?;
            if unsent.is_wanted() {
                return unsent.print(ids.all()?.into_iter().map(Call::Delete), global, screen);
            }
            if !dry_run {
                ask_before_delete(&ids, global)?;
            }
            let backend = link.reach(global, screen).await?;
            if *dry_run {
                let plan = |user: User| Plan::Delete { id: user.id, user };
                return ids.each(backend, screen, async |id| read(id, backend).await.map(plan)).await;
            }
            let judge = |id| move |error| Failure::of_write(error, &look(id));
            ids.each(backend, screen, async |id| Asked::timed(backend.delete(id, None), judge(id)).await).await
        }
    }
}

fn ask_before_delete(ids: &Ids, global: &Global) -> anyhow::Result<()> {
    match ids.only() {
        Some(id) => question::confirm_where_guarded(global, &format!("Deleting user {id}")),
        None if ids.count() == 0 => Ok(()),
        None => question::confirm(global, &format!("Deleting {} users", ids.count())),
    }
}

async fn create(new: NewUser, backend: &Reached, screen: &Screen) -> anyhow::Result<Exit> {
    let judge = |error| Failure::of_write(error, "a user may be there under the next id");
    let created = Asked::timed(backend.create(new, None), judge).await;
    screen.show(&created.finish(backend, screen)?)?;
    Ok(Exit::Done)
}

async fn update(args: &UpdateArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let (name, email) = fields::given(args.name.as_deref(), args.email.as_deref(), &args.pairs)?;
    let (id, change) = fields::user_change(&args.id, name, email)?;
    if args.unsent.is_wanted() {
        return args.unsent.print([Call::Update(id, &change)], global, screen);
    }
    if args.edit {
        let backend = exit::unless_interrupted(link.reach(global, screen), Failure::interrupted()).await?;
        return edit::run(id, args.dry_run, global, backend, screen).await;
    }
    let backend = link.reach(global, screen).await?;
    if args.dry_run {
        let user = read(id, backend).await.finish(backend, screen)?;
        screen.show(&planned(user, &change))?;
        return Ok(Exit::Done);
    }
    let judge = |error| Failure::of_write(error, &look(id));
    let updated = Asked::timed(backend.update(id, change, None), judge).await;
    screen.show(&updated.finish(backend, screen)?)?;
    Ok(Exit::Done)
}

/// What a change would make of a user.
fn planned(from: User, change: &UserChange) -> Plan {
    let mut to = from.clone();
    if let Some(name) = &change.name {
        name.as_str().clone_into(&mut to.name);
    }
    if let Some(email) = &change.email {
        email.as_str().clone_into(&mut to.email);
    }
    Plan::Update { id: from.id, from, to }
}

async fn read(id: UserId, backend: &Reached) -> Asked<User> {
    Asked::timed(backend.get(id), Failure::from).await.map(|stored| stored.user())
}

/// What shows whether a write was done.
fn look(id: UserId) -> String {
    format!("usersvc user get {id}")
}
