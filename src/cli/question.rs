//! Asking before something destructive.

use std::io::{self, IsTerminal};

use rustyline::error::ReadlineError;
use rustyline::{Behavior, Config, Editor, history::MemHistory};

use super::exit::{Exit, Failure};
use super::options::Global;

/// Goes on if the person at the terminal says yes, or `--yes` was given. In a guarded context it takes its name.
///
/// # Errors
/// That nobody said so.
pub fn confirm(global: &Global, what: &str) -> anyhow::Result<()> {
    match guard(global)? {
        Some(name) => confirm_by_name(global, what, name),
        None if global.yes => Ok(()),
        None => {
            let failure = Failure::new(Exit::Usage, format!("{what} has to be confirmed, and nobody is there to ask"));
            let is_yes = |answer: &str| matches!(answer.to_lowercase().as_str(), "y" | "yes");
            ask(&format!("{what}? [y/N] "), is_yes, failure.attempt("the same command with --yes"))
        }
    }
}

/// The same of what needs no question elsewhere.
///
/// # Errors
/// That the name of the guarded context was not given.
pub fn confirm_where_guarded(global: &Global, what: &str) -> anyhow::Result<()> {
    guard(global)?.map_or(Ok(()), |name| confirm_by_name(global, what, name))
}

/// The name of the context, if it is guarded. A name that was given with `--confirm` must be that of the context.
fn guard(global: &Global) -> Result<Option<&str>, Failure> {
    let context = global.context.as_ref();
    match (&global.confirm, context) {
        (Some(given), None) => {
            Err(Failure::new(Exit::Usage, format!("--confirm names {given:?}, and there is no context here"))
                .attempt(format!("--context {given} --confirm {given}")))
        }
        (Some(given), Some(context)) if *given != context.name => {
            Err(Failure::new(Exit::Usage, format!("--confirm names {given:?}, but the context is {:?}", context.name)))
        }
        _ => Ok(context.filter(|context| context.guarded).map(|context| context.name.as_str())),
    }
}

fn confirm_by_name(global: &Global, what: &str, name: &str) -> anyhow::Result<()> {
    if global.confirm.is_some() {
        return Ok(());
    }
    let sentence =
        format!("{what} in the guarded context {name} has to be confirmed by its name, and nobody is there to ask");
    let failure = Failure::new(Exit::Usage, sentence).attempt(format!("the same command with --confirm {name}"));
    ask(&format!("{what} in {name}. Its name, to go on: "), |answer| answer == name, failure)
}

/// Asks at the terminal; `nobody` is the failure where there is none.
fn ask(question: &str, is_yes: impl Fn(&str) -> bool, nobody: Failure) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(nobody.into());
    }
    // /dev/tty: stdout may go elsewhere.
    let config = Config::builder().behavior(Behavior::PreferTerm).build();
    let mut editor: Editor<(), MemHistory> = Editor::with_history(config, MemHistory::new())?;
    match editor.readline(question) {
        Ok(answer) if is_yes(answer.trim()) => Ok(()),
        Ok(_) | Err(ReadlineError::Interrupted | ReadlineError::Eof) => {
            Err(Failure::new(Exit::Interrupted, "nothing was done").into())
        }
        Err(fault) => Err(fault.into()),
    }
}
