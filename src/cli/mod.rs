//! The command line: its grammar, which the shell shares, and what a person sees. The only part of the crate that
//! knows a terminal. The grammar of a command stands in the file that runs it; the options of all are in [`options`].

pub mod bench;
pub mod cache;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod exit;
pub mod help;
pub mod ids;
pub mod line;
pub mod link;
pub mod man;
pub mod options;
pub mod question;
pub mod render;
pub mod serve;
pub mod shell;
pub mod token;
mod unsent;
pub mod user;
mod values;
pub mod watch;
pub mod wire;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use bench::BenchArgs;
use cache::CacheCommand;
use completions::CompletionsArgs;
use config::ConfigCommand;
use exit::{Exit, Failure};
use help::HelpArgs;
use line::{Line, Refusal};
use link::Link;
use man::ManArgs;
use options::Global;
use render::Screen;
use serve::ServeArgs;
use shell::ShellArgs;
use user::UserCommand;

const EXAMPLES: &str = "\
Examples:
  usersvc serve                                   run the service on 127.0.0.1:8001
  usersvc user create --name 'John Doe' --email john.doe@example.com
  usersvc user get 1
  usersvc cache inspect 1                         what the cache holds of user 1
  usersvc doctor                                  what is missing, and what to do about it
  usersvc shell                                   all of this at a prompt

`usersvc help COMMAND` tells more of a command, and there is help on exit-codes, environment, output and backends.";

/// A user store that never serves a stale read.
#[derive(Clone, Debug, Parser)]
#[command(name = "usersvc", version, after_help = EXAMPLES, max_term_width = 110, args_override_self = true)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run the HTTP service
    Serve(ServeArgs),
    /// Create, read, change and delete users
    #[command(subcommand)]
    User(UserCommand),
    /// Look into the cache, empty it, and check it
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Measure hits, misses and creates, on users of its own that it removes
    Bench(BenchArgs),
    /// Check what this needs, piece by piece; the exit code is 1 if something is wrong
    Doctor,
    /// Run commands at a prompt, or from a script
    Shell(ShellArgs),
    /// Show the settings and where they come from, and choose a context
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(ManArgs),
    /// Tell more of a command or a topic
    Help(HelpArgs),
}

impl Command {
    /// Whether it comes to an end of its own at ^C.
    fn ends_by_itself(&self) -> bool {
        let edits = matches!(self, Self::User(UserCommand::Update(args)) if args.edit);
        let moves_users = matches!(self, Self::User(UserCommand::Import(_) | UserCommand::Export(_)));
        edits || moves_users || matches!(self, Self::Bench(_) | Self::Cache(CacheCommand::Watch(_)))
    }
}

/// The grammar of the command line.
#[must_use]
pub fn grammar() -> clap::Command {
    complete(Cli::command())
}

/// What a grammar owes to its other parts: `serve -h` shows the options of the stores too, for there they matter;
/// `help` knows the commands; and a usage that is written by hand begins as the others do.
fn complete(grammar: clap::Command) -> clap::Command {
    let of_stores = |arg: &&clap::Arg| arg.get_help_heading() == Some(options::STORES);
    let shown: Vec<clap::Arg> =
        grammar.get_arguments().filter(of_stores).map(|arg| arg.clone().hide_short_help(false)).collect();
    let lead = if grammar.get_name().is_empty() { String::new() } else { format!("{} ", grammar.get_name()) };
    let grammar = grammar.mut_subcommand("serve", |serve| serve.args(shown));
    let grammar = grammar.mut_subcommand("user", |user| user::with_usage(user, &lead));
    help::with_subjects(grammar)
}

/// Reads a command line.
///
/// # Errors
/// What is wrong with it, or the help or the version that it asks for.
pub fn parse(words: &[OsString]) -> Result<Line<Cli>, Refusal> {
    let mut line = Line::<Cli>::read(&grammar(), words)?;
    line.said.global.context.clone_from(&line.settings.current);
    Ok(line)
}

/// Runs one command that needs a backend, in a runtime of its own.
///
/// # Errors
/// See [`user::run`], [`cache::run`], [`bench::run`] and [`doctor::run`].
pub fn once(line: &Cli, screen: &Screen) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut link = Link::default();
        let ended = perform(&line.command, &line.global, &mut link, screen).await;
        link.settle().await;
        ended
    })
}

/// Runs a command that needs a backend, until it ends or ^C is pressed.
async fn perform(command: &Command, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let work = async {
        match command {
            Command::User(command) => user::run(command, global, link, screen).await,
            Command::Cache(command) => cache::run(command, global, link, screen).await,
            Command::Bench(args) => bench::run(args, global, link, screen).await,
            Command::Doctor => doctor::run(global, screen).await,
            _ => {
                unreachable!("these have a mode of their own")
            }
        }
    };
    if command.ends_by_itself() {
        return work.await;
    }
    exit::unless_interrupted(work, interrupted(command)).await
}

fn interrupted(command: &Command) -> Failure {
    let failure = Failure::interrupted();
    match command {
        Command::User(UserCommand::Get { .. } | UserCommand::List(_) | UserCommand::Find(_))
        | Command::Cache(_)
        | Command::Doctor => failure,
        _ => failure.because("it is not known whether the change was made"),
    }
}
