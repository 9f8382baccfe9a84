//! The options that every command takes, and their values.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::config::Current;
use super::token::TokenFrom;
use super::values;
use crate::users::{CACHE_TTL_DEFAULT, LEASE_DEFAULT};

const BACKEND: &str = "Which backend";
const OUTPUT: &str = "Output";
/// The heading of the options about stores.
pub const STORES: &str = "Stores";

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
    /// Where the token is that the service asks for: file:PATH, env:NAME, or command:LINE, which prints it
    #[arg(long, global = true, env = "USERSVC_TOKEN_FROM", hide_env_values = true, value_name = "SOURCE")]
    #[arg(hide_short_help = true, help_heading = BACKEND)]
    pub token_from: Option<TokenFrom>,
    /// A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)
    #[arg(id = "context", long = "context", global = true, env = "USERSVC_CONTEXT", hide_env_values = true)]
    #[arg(value_name = "NAME", help_heading = BACKEND)]
    pub context_name: Option<String>,
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
    /// Go on in a guarded context, by giving its name, where nobody can be asked
    #[arg(long, global = true, value_name = "CONTEXT", hide_short_help = true, help_heading = OUTPUT)]
    pub confirm: Option<String>,
    /// Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)
    #[arg(long, global = true, help_heading = OUTPUT)]
    pub no_color: bool,
    #[command(flatten)]
    pub stores: Stores,
    /// The context that holds.
    #[arg(skip)]
    pub context: Option<Current>,
    /// True of a line of a shell, which reads its lines where a command would read its input.
    #[arg(skip)]
    pub in_shell: bool,
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
    /// JSON as the service sends it; several are a list
    Json,
    /// JSON, one line each
    Ndjson,
    /// YAML
    Yaml,
    /// Comma-separated fields below a line with their names (RFC 4180)
    Csv,
    /// Only the ids, one a line, as other commands take them
    Name,
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
