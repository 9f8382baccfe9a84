//! Asking before something destructive.

use std::io::{self, IsTerminal};

use rustyline::error::ReadlineError;
use rustyline::{Behavior, Config, Editor, history::MemHistory};

use super::exit::{Exit, Failure};
use super::options::Global;

/// Goes on if the person at the terminal says yes, or `--yes` was given.
///
/// # Errors
/// That nobody said yes.
pub fn confirm(global: &Global, what: &str) -> anyhow::Result<()> {
    if global.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let failure = Failure::new(Exit::Usage, format!("{what} has to be confirmed, and nobody is there to ask"));
        return Err(failure.attempt("the same command with --yes").into());
    }
    // /dev/tty: stdout may go elsewhere.
    let config = Config::builder().behavior(Behavior::PreferTerm).build();
    let mut editor: Editor<(), MemHistory> = Editor::with_history(config, MemHistory::new())?;
    match editor.readline(&format!("{what}? [y/N] ")) {
        Ok(answer) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
        Ok(_) | Err(ReadlineError::Interrupted | ReadlineError::Eof) => {
            Err(Failure::new(Exit::Interrupted, "nothing was done").into())
        }
        Err(fault) => Err(fault.into()),
    }
}
