//! `usersvc completions`: the scripts that teach a shell this grammar. The ones in `completions/` are made by this,
//! and a test compares them.

use clap::Args;
use clap_complete::{Shell, generate};

use super::exit::Exit;
use super::render::put;

/// `usersvc completions`
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// The completion script for a shell.
#[must_use]
pub fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut super::grammar(), "usersvc", &mut script);
    script
}

/// Prints it.
///
/// # Errors
/// That stdout does not take it.
pub fn run(shell: Shell) -> anyhow::Result<Exit> {
    put(&script(shell))?;
    Ok(Exit::Done)
}
