//! A command line, taken apart: by the grammar, with the settings file for what the words leave open.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, FromArgMatches};

use super::config::Settings;
use super::exit::Failure;

/// A command line that makes sense.
pub struct Line<T> {
    /// What it says.
    pub said: T,
    pub matches: ArgMatches,
    pub settings: Settings,
}

/// Why a command line makes no sense, or what it asks to be told instead of a command.
#[derive(Debug)]
pub enum Refusal {
    /// It is not as the grammar has it; or it asks for help, or for the version.
    Grammar(clap::Error),
    /// The settings file is wrong, or has no such context.
    Settings(Failure),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Self::Grammar(error)
    }
}

impl<T: FromArgMatches> Line<T> {
    /// Takes words apart.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn read(grammar: &Command, words: &[OsString]) -> Result<Self, Refusal> {
        let matches = matches(grammar, words).or_else(|refusal| that_only_tell(grammar, words).ok_or(refusal))?;
        if !needs_settings(&matches) {
            return Ok(Self { said: T::from_arg_matches(&matches)?, matches, settings: Settings::default() });
        }
        let context = matches.get_one::<String>("context").map(String::as_str);
        let read = if mends_settings(&matches) { Settings::read_to_mend } else { Settings::read };
        let settings = read(context).map_err(Refusal::Settings)?;
        let matches = match settings.says_nothing() {
            true => matches,
            false => settings.fill(grammar.clone()).try_get_matches_from(words)?,
        };
        Ok(Self { said: T::from_arg_matches(&matches)?, matches, settings })
    }
}

fn matches(grammar: &Command, words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let refusal = match grammar.clone().try_get_matches_from(words) {
        Ok(matches) => return Ok(matches),
        Err(refusal) => refusal,
    };
    use ErrorKind::{ArgumentConflict, MissingRequiredArgument, UnknownArgument};
    if !matches!(refusal.kind(), ArgumentConflict | MissingRequiredArgument | UnknownArgument) {
        return Err(refusal);
    }
    // The usage that clap shows names what is given, and to clap a variable of the environment is given too.
    let refusal = without_environment(grammar.clone()).try_get_matches_from(words).err().unwrap_or(refusal);
    Err(without_far_suggestion(refusal))
}

/// To clap any flag with some of the letters in that order is near: `--cache-strict` to `--as`. Its usage has that flag.
fn without_far_suggestion(mut refusal: clap::Error) -> clap::Error {
    let text = |kind| match refusal.get(kind) {
        Some(ContextValue::String(text)) => Some(text.trim_start_matches('-').chars().count()),
        _ => None,
    };
    let lengths = text(ContextKind::InvalidArg).zip(text(ContextKind::SuggestedArg));
    if lengths.is_some_and(|(given, suggested)| suggested > 2 * given) {
        refusal.remove(ContextKind::SuggestedArg);
        refusal.remove(ContextKind::Usage);
    }
    refusal
}

fn without_environment(grammar: Command) -> Command {
    grammar.mut_args(|arg| arg.env(None::<&str>)).mut_subcommands(without_environment)
}

/// The same, if they ask for nothing but to be told how to use this program: a variable of the environment with a wrong
/// value is no matter then.
fn that_only_tell(grammar: &Command, words: &[OsString]) -> Option<ArgMatches> {
    let matches = without_environment(grammar.clone()).try_get_matches_from(words).ok();
    matches.filter(|matches| !needs_settings(matches))
}

/// Commands that show and choose contexts work though the chosen one is not there.
fn mends_settings(matches: &ArgMatches) -> bool {
    matches.subcommand_name() == Some("config")
}

/// Commands that tell how to use this program work whatever the settings file says.
fn needs_settings(matches: &ArgMatches) -> bool {
    match matches.subcommand() {
        Some(("help" | "completions" | "man", _)) => false,
        Some(("config", below)) => below.subcommand_name() != Some("path"),
        _ => true,
    }
}
