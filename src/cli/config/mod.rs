//! `usersvc config`, and the settings that it shows.

mod file;
mod settings;

use clap::{ArgMatches, Subcommand};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::render::{Columns, Screen, Shown, Told, plain_json};
use crate::client::without_password;
use file::{Context, File, SERVER};
pub use settings::{Current, Setting, Settings, options};

/// `usersvc config`
#[derive(Clone, Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ConfigCommand {
    /// Show every setting, and where its value comes from
    Show,
    /// Show where the settings file is
    Path,
    /// Show the contexts of the settings file
    Contexts,
    /// Choose the context that holds unless another is named
    Use {
        /// The name of the context
        #[arg(id = "name_of_context", value_name = "NAME", required_unless_present = "none")]
        name: Option<String>,
        /// Choose no context
        #[arg(long, conflicts_with = "name_of_context")]
        none: bool,
    },
}

/// Runs one of them. `given` is the command line as it was read, with `settings`.
///
/// # Errors
/// A [`Failure`], or that stdout does not take the result.
pub fn run(command: &ConfigCommand, settings: &Settings, given: &ArgMatches, screen: &Screen) -> anyhow::Result<Exit> {
    if let (Some(unknown), ConfigCommand::Show | ConfigCommand::Contexts) = (&settings.unknown, command) {
        screen.warn(&unknown.sentence);
    }
    match command {
        ConfigCommand::Show => {
            let mut list = screen.list();
            settings
                .list(given)
                .map_err(|error| Failure::of_usage(&error))?
                .iter()
                .try_for_each(|setting| list.add(setting))?;
            list.end()?;
        }
        ConfigCommand::Path => {
            let path = file::path().ok_or_else(nowhere)?;
            screen.show(&Place { path: path.display().to_string() })?;
        }
        ConfigCommand::Contexts => {
            let mut list = screen.list();
            let current = settings.current.as_ref().map(|current| current.name.as_str());
            settings.file.contexts.iter().try_for_each(|context| list.add(&Row::of(context, current)))?;
            list.end()?;
        }
        ConfigCommand::Use { name, .. } => choose(&settings.file, name.as_deref(), screen)?,
    }
    Ok(Exit::Done)
}

fn choose(file: &File, name: Option<&str>, screen: &Screen) -> Result<(), Failure> {
    if let Some(name) = name {
        file.context(name)?;
    }
    file.choose(name).map_err(|fault| {
        let failure = Failure::new(Exit::Usage, format!("the settings file {} cannot be written", file.path.display()));
        failure.because(fault.to_string())
    })?;
    match name {
        Some(name) => screen.note(&format!("commands go to the context {name} now")),
        None => screen.note("commands go to no context now"),
    }
    Ok(())
}

fn nowhere() -> Failure {
    Failure::new(Exit::Usage, "there is no settings file, because HOME is not set")
        .attempt("USERSVC_CONFIG=FILE usersvc …")
}

/// Where the settings file is.
#[derive(Serialize)]
struct Place {
    path: String,
}

impl Shown for Place {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.path.clone()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        vec![Told::Line(self.path.clone())]
    }
}

const SETTINGS: Columns = Columns { heads: &["SETTING", "VALUE", "FROM", "PLACE"], numbers: &[] };

impl Shown for Setting {
    const CSV: &'static [&'static str] = &["key", "value", "from", "place"];

    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.key.clone()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let from = serde_json::to_value(self.from).expect("an origin is plain JSON");
        let from = from.as_str().unwrap_or_default().to_owned();
        let [value, place] = [&self.value, &self.place].map(|it| it.clone().unwrap_or_default());
        vec![Told::Row(&SETTINGS, vec![self.key.clone(), value, from, place])]
    }
}

/// A context, as it is listed.
#[derive(Serialize)]
struct Row {
    name: String,
    current: bool,
    guarded: bool,
    /// How its users are reached, as far as it says.
    server: Option<String>,
    via: Option<String>,
}

impl Row {
    fn of(context: &Context, current: Option<&str>) -> Self {
        let value = |key: &str| context.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone());
        let Context { name, guarded, .. } = context.clone();
        let server = value(SERVER).map(|url| without_password(&url));
        Self { current: current == Some(name.as_str()), name, guarded, server, via: value("via") }
    }
}

const CONTEXTS: Columns = Columns { heads: &["", "CONTEXT", "SERVER", "VIA", "GUARDED"], numbers: &[] };

impl Shown for Row {
    const CSV: &'static [&'static str] = &["name", "current", "guarded", "server", "via"];

    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let mark = if self.current { "*" } else { "" };
        let guarded = if self.guarded { "guarded" } else { "" };
        let [server, via] = [&self.server, &self.via].map(|it| it.clone().unwrap_or_default());
        vec![Told::Row(&CONTEXTS, vec![mark.into(), self.name.clone(), server, via, guarded.into()])]
    }
}
