//! The settings file, `config.toml`: values of options, for always and by context. Whatever is wrong with it is told
//! with its line.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use etcetera::AppStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::exit::{Exit, Failure};
use super::super::wire;
use crate::client::place_of;

/// The variable that names another file.
const ELSEWHERE: &str = "USERSVC_CONFIG";
/// The key of the contexts, each a table in this one.
const CONTEXTS: &str = "context";
/// The key of the name of the one that holds unless another is named.
const CHOSEN: &str = "current-context";
/// The key of a context that makes it a dangerous one.
const GUARDED: &str = "guarded";

/// The key of the URL of the service.
pub const SERVER: &str = "server";

/// A value that the file gives an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The long name of the option.
    pub key: String,
    /// As it would be written on the command line.
    pub value: String,
    /// From 1.
    pub line: usize,
}

/// A set of values with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    /// Whether its name has to be given before anything destructive.
    pub guarded: bool,
    pub entries: Vec<Entry>,
}

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    /// What holds in every context.
    pub entries: Vec<Entry>,
    /// In the order of their names.
    pub contexts: Vec<Context>,
    /// The context that holds unless another is named.
    pub chosen: Option<String>,
    text: String,
    /// Where the value of `current-context` stands, with its quotation marks.
    chosen_at: Option<Range<usize>>,
}

/// Where the file is, whether it is there or not; `None` where there is no place for it.
#[must_use]
pub fn path() -> Option<PathBuf> {
    match env::var_os(ELSEWHERE) {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(wire::of_this_program().ok()?.config_dir().join("config.toml")),
    }
}

impl File {
    /// Reads the file; one that is not there says nothing.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(options: &Command) -> Result<Self, Failure> {
        let Some(path) = path() else { return Ok(Self::default()) };
        match fs::read_to_string(&path) {
            // Some editors begin a file with the mark of UTF-8.
            Ok(text) => Self::parse(path, text.trim_start_matches('\u{feff}').to_owned(), options),
            Err(fault) if is_nowhere(&fault) && env::var_os(ELSEWHERE).is_none() => {
                Ok(Self { path, ..Self::default() })
            }
            Err(fault) => {
                let failure = Failure::new(Exit::Usage, format!("the settings file {} cannot be read", path.display()));
                Err(failure.because(fault.to_string()).attempt(format!("{ELSEWHERE}=… usersvc …    with another file")))
            }
        }
    }

    fn parse(path: PathBuf, text: String, options: &Command) -> Result<Self, Failure> {
        let reader = Reader { path: &path, text: &text, options };
        let whole = DeTable::parse(&text).map_err(|fault| {
            let at = fault.span().map_or(0, |span| span.start);
            reader.refuse(at, "it is not TOML").because(fault.message().to_owned())
        })?;
        let mut file = Self::default();
        for (key, value) in whole.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (CHOSEN, DeValue::String(name)) => {
                    file.chosen = Some(name.as_ref().to_owned());
                    file.chosen_at = Some(value.span());
                }
                (CONTEXTS, DeValue::Table(contexts)) => {
                    let contexts = contexts.iter().map(|(name, value)| reader.context(name, value));
                    file.contexts = contexts.collect::<Result<_, _>>()?;
                }
                _ => file.entries.push(reader.entry(key, value)?),
            }
        }
        Ok(Self { path: path.clone(), text: text.clone(), ..file })
    }

    /// The line in which a context is chosen, from 1.
    pub fn line_of_choice(&self) -> Option<usize> {
        self.chosen_at.as_ref().map(|at| line(&self.text, at.start))
    }

    /// The context that is chosen, where one is.
    ///
    /// # Errors
    /// That there is none of that name.
    pub fn chosen_context(&self) -> Result<Option<&Context>, Failure> {
        let Some(name) = &self.chosen else { return Ok(None) };
        self.context(name).map(Some).map_err(|unknown| {
            let (path, line) = (self.path.display(), self.line_of_choice().unwrap_or(1));
            let sentence = format!("the settings file {path} is wrong in line {line}: there is no context {name:?}");
            Failure::new(Exit::Usage, sentence)
                .attempt_all(unknown.tries)
                .attempt("usersvc config use --none    to choose none of them")
        })
    }

    /// The context of that name.
    ///
    /// # Errors
    /// That there is none.
    pub fn context(&self, name: &str) -> Result<&Context, Failure> {
        let found = self.contexts.iter().find(|context| context.name == name);
        found.ok_or_else(|| {
            let failure = Failure::new(Exit::Usage, format!("there is no context {name:?} in {}", self.path.display()));
            let names: Vec<&str> = self.contexts.iter().map(|context| context.name.as_str()).collect();
            match names.is_empty() {
                true => failure.attempt(format!("[context.{name}] there, and below it server = \"http://…\"")),
                false => failure.attempt(names.join(", ")),
            }
        })
    }

    /// Writes the file anew with another chosen context, or none; the rest of it stays as it is.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn choose(&self, name: Option<&str>) -> io::Result<()> {
        let mut text = self.text.clone();
        match (name.map(|name| format!("{name:?}")), &self.chosen_at) {
            (Some(name), Some(at)) => text.replace_range(at.clone(), &name),
            (Some(name), None) => text.insert_str(0, &format!("{CHOSEN} = {name}\n")),
            (None, Some(at)) => {
                let line = text[..at.start].rfind('\n').map_or(0, |end| end + 1);
                let next = text[at.end..].find('\n').map_or(text.len(), |end| at.end + end + 1);
                text.replace_range(line..next, "");
            }
            (None, None) => return Ok(()),
        }
        // Through a link, all of it or nothing, and for no other eyes than before.
        let real = fs::canonicalize(&self.path)?;
        let new = real.with_extension("toml.new");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.set_permissions(fs::metadata(&real)?.permissions())?;
        file.write_all(text.as_bytes())?;
        fs::rename(new, real)
    }
}

fn is_nowhere(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The line in which a place stands, from 1.
fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// What is needed to read the file, and to tell where it is wrong.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    /// A command that has the options that may be set, and nothing else.
    options: &'a Command,
}

impl Reader<'_> {
    fn refuse(&self, at: usize, what: &str) -> Failure {
        let (path, line) = (self.path.display(), line(self.text, at));
        Failure::new(Exit::Usage, format!("the settings file {path} is wrong in line {line}: {what}"))
    }

    fn context(
        &self,
        name: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Context, Failure> {
        let at = name.span().start;
        let name = name.get_ref().as_ref();
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self
                .refuse(at, &format!("the context {name:?} is not a table"))
                .attempt(format!("[context.{name}]")));
        };
        let mut context = Context { name: name.to_owned(), guarded: false, entries: Vec::new() };
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (GUARDED, DeValue::Boolean(guarded)) => context.guarded = *guarded,
                (GUARDED, _) => {
                    let refused = self.refuse(value.span().start, "guarded is true or false");
                    return Err(refused.attempt("guarded = true"));
                }
                _ => context.entries.push(self.entry(key, value)?),
            }
        }
        Ok(context)
    }

    fn entry(&self, key: &Spanned<toml::de::DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Result<Entry, Failure> {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        let of_that_name = |arg: &&Arg| arg.get_long() == Some(name);
        let is_flag = self.options.get_arguments().find(of_that_name).map(clap::Arg::get_action);
        let is_flag = is_flag.is_some_and(|action| matches!(action, ArgAction::SetTrue));
        let written = match value.get_ref() {
            DeValue::String(text) => text.as_ref().to_owned(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(truth) => truth.to_string(),
            _ => return Err(self.refuse(at, &format!("{name} has to be one value"))),
        };
        if is_flag && !value.get_ref().is_bool() {
            return Err(self
                .refuse(value.span().start, &format!("{name} is true or false"))
                .attempt(format!("{name} = true")));
        }
        let word = if is_flag { format!("--{name}") } else { format!("--{name}={written}") };
        if let Err(refusal) = self.options.clone().try_get_matches_from([&word]) {
            return Err(self.refused(name, at, &refusal));
        }
        if name == SERVER
            && let Err(refusal) = place_of(&written)
        {
            return Err(self.refuse(at, &refusal.to_string()).attempt("server = \"http://localhost:8001\""));
        }
        Ok(Entry { key: name.to_owned(), value: written, line: line(self.text, at) })
    }

    /// What clap says of a value that is written as an option.
    fn refused(&self, key: &str, at: usize, refusal: &clap::Error) -> Failure {
        if refusal.kind() == ErrorKind::UnknownArgument {
            let failure = self.refuse(at, &format!("there is no setting {key:?}"));
            return match refusal.get(ContextKind::SuggestedArg) {
                Some(ContextValue::String(near)) => failure.attempt(near.trim_start_matches('-').to_owned()),
                _ => failure.attempt("usersvc config show          for those that there are"),
            };
        }
        let told = refusal.to_string();
        let mut lines = told.lines().map(str::trim).take_while(|line| !line.is_empty());
        let sentence = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        lines.fold(self.refuse(at, &sentence), super::super::exit::Failure::because)
    }
}
