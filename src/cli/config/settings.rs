//! What the options are, once everything that has a say in them was asked: defaults, then the file, then its context,
//! then the environment, then the command line.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command};
use serde::Serialize;

use super::super::exit::Failure;
use super::super::options::Global;
use super::super::serve::ServeArgs;
use super::file::{Entry, File, SERVER};
use crate::client::without_password;

/// The option that names a context.
const CONTEXT: &str = "context";
/// Options that are for one command line, and may not be set for others.
const NEVER_SET: [&str; 5] = [CONTEXT, "confirm", "yes", "verbose", "help"];

/// A command that has the options that may be set, and nothing else.
#[must_use]
pub fn options() -> Command {
    let all = ServeArgs::augment_args(Global::augment_args(Command::new("settings").no_binary_name(true)));
    let kept: Vec<Arg> = all.get_arguments().filter(|arg| may_be_set(arg)).cloned().collect();
    Command::new("settings").no_binary_name(true).disable_help_flag(true).args(kept)
}

fn may_be_set(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|name| !NEVER_SET.contains(&name))
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Default,
    File,
    Context,
    Environment,
    Flag,
}

/// One option, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The long name of the option.
    pub key: String,
    /// `None` where nothing says anything.
    pub value: Option<String>,
    pub from: Origin,
    /// The variable, the flag, or the file and its line.
    pub place: Option<String>,
}

/// The context that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    pub name: String,
    /// Whether its name has to be given before anything destructive.
    pub guarded: bool,
}

/// The settings file, and the context of it that holds.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub file: File,
    pub current: Option<Current>,
    /// That the file chooses a context which it does not have, for a command that can mend it.
    pub unknown: Option<Failure>,
}

impl Settings {
    /// Reads the file. `named` is the context that the command line or the environment names.
    ///
    /// # Errors
    /// What is wrong with the file, or that it has no such context.
    pub fn read(named: Option<&str>) -> Result<Self, Failure> {
        let settings = Self::read_to_mend(named)?;
        settings.unknown.clone().map_or(Ok(settings), Err)
    }

    /// The same, where it is no failure that the file chooses a context which it does not have.
    ///
    /// # Errors
    /// What else is wrong.
    pub fn read_to_mend(named: Option<&str>) -> Result<Self, Failure> {
        let file = File::read(&options())?;
        let (context, unknown) = match named.map(|name| file.context(name)) {
            Some(named) => (Some(named?), None),
            None => file.chosen_context().map_or_else(|unknown| (None, Some(unknown)), |chosen| (chosen, None)),
        };
        let current = context.map(|context| Current { name: context.name.clone(), guarded: context.guarded });
        Ok(Self { file, current, unknown })
    }

    /// What the file says of an option, for the context that holds.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|(entry, _)| entry.value.as_str())
    }

    /// True where the file leaves everything as it is.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.file.entries.is_empty() && self.current.is_none()
    }

    /// What the file says of an option: the context goes before what holds in all of them.
    fn entry(&self, key: &str) -> Option<(&Entry, Origin)> {
        let of = |entries: &'_ [Entry]| entries.iter().position(|entry| entry.key == key);
        let context = self.current.as_ref().and_then(|current| self.file.context(&current.name).ok());
        if let Some((context, at)) = context.and_then(|context| Some((context, of(&context.entries)?))) {
            return Some((&context.entries[at], Origin::Context));
        }
        of(&self.file.entries).map(|at| (&self.file.entries[at], Origin::File))
    }

    /// The same grammar, with what the file says as its defaults.
    #[must_use]
    pub fn fill(&self, grammar: Command) -> Command {
        let fill = |arg: Arg| match arg.get_long().filter(|_| may_be_set(&arg)).and_then(|key| self.entry(key)) {
            Some((entry, _)) => arg.default_value(OsString::from(&entry.value)),
            None => arg,
        };
        let of_serve = |command: Command| if command.get_name() == "serve" { command.mut_args(fill) } else { command };
        grammar.mut_args(fill).mut_subcommands(of_serve)
    }

    /// The context that holds and every option, with what it is and why. `given` is what the command line says of those
    /// that all commands take.
    ///
    /// # Errors
    /// That a variable of the environment has no valid value.
    pub fn list(&self, given: &ArgMatches) -> Result<Vec<Setting>, clap::Error> {
        let options = self.fill(options());
        let settled = options.clone().try_get_matches_from(std::iter::empty::<OsString>())?;
        let set = options.get_arguments().map(|arg| self.setting(arg, given, &settled));
        Ok(std::iter::once(self.context(given)).chain(set).collect())
    }

    fn context(&self, given: &ArgMatches) -> Setting {
        let named = given.get_one::<String>(CONTEXT).cloned();
        let (from, place) = match (given.value_source(CONTEXT), self.file.line_of_choice()) {
            (Some(ValueSource::EnvVariable), _) => (Origin::Environment, Some("USERSVC_CONTEXT".to_owned())),
            (Some(_), _) => (Origin::Flag, Some("--context".to_owned())),
            (None, Some(line)) => (Origin::File, Some(format!("{}:{line}", self.file.path.display()))),
            (None, None) => (Origin::Default, None),
        };
        Setting { key: CONTEXT.to_owned(), value: named.or_else(|| self.file.chosen.clone()), from, place }
    }

    fn setting(&self, arg: &Arg, given: &ArgMatches, settled: &ArgMatches) -> Setting {
        let (id, key) = (arg.get_id().as_str(), arg.get_long().unwrap_or_default().to_owned());
        let is_flag = given.try_contains_id(id).is_ok() && given.value_source(id) == Some(ValueSource::CommandLine);
        let values = if is_flag { given } else { settled }.get_raw(id);
        let value = values.map(|all| all.map(|one| one.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" "));
        let variable = || arg.get_env().map(|name| name.to_string_lossy().into_owned());
        let (from, place) = match (settled.value_source(id), self.entry(&key)) {
            _ if is_flag => (Origin::Flag, Some(format!("--{key}"))),
            (Some(ValueSource::EnvVariable), _) => (Origin::Environment, variable()),
            (_, Some((entry, origin))) => (origin, Some(format!("{}:{}", self.file.path.display(), entry.line))),
            _ => (Origin::Default, None),
        };
        let value = if key == SERVER { value.map(|url| without_password(&url)) } else { value };
        Setting { key, value, from, place }
    }
}
