//! The command line: its grammar, which the shell shares, and what a person sees. The only part of the crate that
//! knows a terminal.

pub mod cache;
pub mod completions;
pub mod exit;
pub mod link;
pub mod question;
pub mod render;
pub mod serve;
pub mod shell;
pub mod user;
mod values;
pub mod wire;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::cli::exit::{Exit, Failure};
use crate::cli::link::Link;
use crate::cli::render::Screen;
use crate::users::{CACHE_TTL_DEFAULT, LEASE_DEFAULT};

const BACKEND: &str = "Which backend";
const OUTPUT: &str = "Output";
const STORES: &str = "Stores";

const EXAMPLES: &str = "\
Examples:
  usersvc serve                                   run the service on 127.0.0.1:8001
  usersvc user create --name 'John Doe' --email john.doe@example.com
  usersvc user get 1
  usersvc cache inspect 1                         what the cache holds of user 1
  usersvc shell                                   all of this at a prompt

Exit codes: 0 done, 1 a check found something, 2 usage, 3 not found, 4 not allowed, 5 conflict,
6 invalid input, 7 unreachable, 8 some of many failed, 70 a fault of ours, 124 timed out, 130 interrupted.";

/// A user store that never serves a stale read.
#[derive(Clone, Debug, Parser)]
#[command(name = "usersvc", version, after_help = EXAMPLES, max_term_width = 110, args_override_self = true)]
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
    /// Look into the cache, empty it, and check it against the state store
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Run commands at a prompt, or from a script
    Shell(ShellArgs),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

/// The options that may stand before or after the verb.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// How to reach the users
    #[arg(long, global = true, env = "USERSVC_VIA", hide_env_values = true, value_name = "WAY", value_enum)]
    #[arg(default_value_t, hide_possible_values = false, help_heading = BACKEND)]
    pub via: Via,
    /// The URL of the service
    #[arg(long, global = true, env = "USERSVC_SERVER", hide_env_values = true, value_name = "URL")]
    #[arg(default_value = "http://localhost:8001", help_heading = BACKEND)]
    pub server: String,
    /// What stdout is given
    #[arg(short, long, global = true, env = "USERSVC_OUTPUT", hide_env_values = true, value_name = "FORMAT")]
    #[arg(value_enum, default_value_t, help_heading = OUTPUT)]
    pub output: Output,
    /// How the trace is printed on stderr
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t, help_heading = OUTPUT)]
    pub trace: TraceForm,
    /// Print no trace and no notes, only results and errors
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub quiet: bool,
    /// Say more: where the answer came from, and how long it took in all
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = OUTPUT)]
    pub verbose: u8,
    /// Do not ask before something destructive
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub yes: bool,
    /// Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)
    #[arg(long, global = true, help_heading = OUTPUT)]
    pub no_color: bool,
    #[command(flatten)]
    pub stores: Stores,
}

/// The two stores, for a service and for commands that go straight to them.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Stores {
    /// The directory of the embedded store [default: usersvc in the user's data directory]
    #[arg(long, global = true, env = "USERSVC_DATA_DIR", hide_env_values = true, value_name = "DIR")]
    #[arg(hide_short_help = true, help_heading = STORES)]
    pub data_dir: Option<PathBuf>,
    /// The name of Dapr's state store component
    #[arg(long, global = true, env = "USERSVC_STATESTORE", hide_env_values = true, value_name = "COMPONENT")]
    #[arg(default_value = "statestore", hide_short_help = true, help_heading = STORES)]
    pub statestore: String,
    /// The name of Dapr's cache component
    #[arg(long = "cache", global = true, env = "USERSVC_CACHE", hide_env_values = true, value_name = "COMPONENT")]
    #[arg(id = "cache_component", default_value = "cache", hide_short_help = true, help_heading = STORES)]
    pub cache: String,
    /// For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute
    #[arg(long, global = true, env = "USERSVC_CACHE_TTL", hide_env_values = true, value_name = "TIME")]
    #[arg(value_parser = values::cache_ttl, default_value = "3600", hide_short_help = true, help_heading = STORES)]
    pub cache_ttl: Duration,
    /// For how long a process trusts what it read of the cache's state; counts for the first process on new stores
    #[arg(long, global = true, env = "USERSVC_CACHE_LEASE", hide_env_values = true, value_name = "TIME")]
    #[arg(value_parser = values::lease, default_value = "1s", hide_short_help = true, help_heading = STORES)]
    pub cache_lease: Duration,
    /// Ask after each hit whether the cache lost anything meanwhile, at the price of one more call
    #[arg(long, global = true, env = "USERSVC_CACHE_STRICT", hide_env_values = true)]
    #[arg(hide_short_help = true, help_heading = STORES)]
    pub cache_strict: bool,
}

impl Default for Stores {
    fn default() -> Self {
        Self {
            data_dir: None,
            statestore: "statestore".into(),
            cache: "cache".into(),
            cache_ttl: CACHE_TTL_DEFAULT,
            cache_lease: LEASE_DEFAULT,
            cache_strict: false,
        }
    }
}

/// How the users are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// The service if it answers, else the sidecar that the environment names
    #[default]
    Auto,
    /// The service at --server
    Api,
    /// The Dapr sidecar, without the service
    Dapr,
    /// The data file; through the service that has it open, if there is one
    Embedded,
}

/// What stdout is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A table on a terminal, tab-separated fields elsewhere
    #[default]
    Table,
    /// JSON as the service sends it
    Json,
}

/// How the trace is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TraceForm {
    /// One line a step
    #[default]
    Text,
    /// One JSON object a line
    Json,
    /// Not at all
    Off,
}

/// Where a service keeps its users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StoreKind {
    /// Dapr if the environment names a sidecar, else embedded
    #[default]
    Auto,
    /// Two components of a Dapr sidecar
    Dapr,
    /// A file of this machine, and a cache in memory
    Embedded,
}

/// `usersvc serve`
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The address to listen on; port 0 takes any that is free
    #[arg(long, env = "USERSVC_LISTEN", hide_env_values = true, value_name = "ADDRESS")]
    #[arg(value_parser = values::listen, default_value = "127.0.0.1:8001")]
    pub listen: SocketAddr,
    /// Where the users are kept
    #[arg(long, env = "USERSVC_STORE", hide_env_values = true, value_name = "STORE", value_enum, default_value_t)]
    pub store: StoreKind,
    /// The share of reads in which cache and state store are compared, from 0 to 1
    #[arg(long, env = "USERSVC_CACHE_AUDIT", hide_env_values = true, value_name = "RATE")]
    #[arg(value_parser = values::rate, default_value = "0.001")]
    pub cache_audit: f64,
    /// Give nobody an e-mail address that another user has, in any process, until it is turned off again
    #[arg(long, env = "USERSVC_UNIQUE_EMAILS", hide_env_values = true, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub unique_emails: Option<bool>,
}

/// `usersvc user`
#[derive(Clone, Debug, Subcommand)]
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

/// `usersvc cache`
#[derive(Clone, Debug, Subcommand)]
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

/// `usersvc shell`
#[derive(Args, Clone, Debug)]
pub struct ShellArgs {
    /// Run the commands of a file, or of stdin (-), and stop at the first that fails
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `usersvc completions`
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// The grammar of the command line.
#[must_use]
pub fn grammar() -> clap::Command {
    with_stores_shown(Cli::command())
}

/// `serve -h` shows the options of the stores too: there they matter.
fn with_stores_shown(grammar: clap::Command) -> clap::Command {
    let of_stores = |arg: &&clap::Arg| arg.get_help_heading() == Some(STORES);
    let shown: Vec<clap::Arg> =
        grammar.get_arguments().filter(of_stores).map(|arg| arg.clone().hide_short_help(false)).collect();
    grammar.mut_subcommand("serve", |serve| serve.args(shown))
}

/// Reads a command line.
///
/// # Errors
/// What is wrong with it, or the help or the version that it asks for.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&grammar().try_get_matches_from(words)?)
}

/// Runs one command that needs a backend, in a runtime of its own.
///
/// # Errors
/// See [`user::run`] and [`cache::run`].
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
            Command::Serve(_) | Command::Shell(_) | Command::Completions(_) => {
                unreachable!("these have a mode of their own")
            }
        }
    };
    tokio::select! {
        ended = work => ended,
        _ = tokio::signal::ctrl_c() => Err(interrupted(command).into()),
    }
}

fn interrupted(command: &Command) -> Failure {
    let failure = Failure::new(Exit::Interrupted, "interrupted");
    match command {
        Command::User(UserCommand::Get { .. }) | Command::Cache(_) => failure,
        _ => failure.because("it is not known whether the change was made"),
    }
}
