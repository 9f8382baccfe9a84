//! `usersvc man`: the manual pages, made from the grammar. Those in `docs/man/` are made by this, and a test compares
//! them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use super::exit::{Exit, Failure};
use super::render::put;

/// `usersvc man`
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// Print the page of that command, or write those of all commands into that directory; without either, the first
    /// page is printed
    #[arg(value_name = "COMMAND|DIR")]
    what: Vec<PathBuf>,
}

/// Prints a page, or writes all.
///
/// # Errors
/// That stdout or the directory does not take them, or that there is no such command.
pub fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    // As the pages are made that are written.
    let mut grammar = super::grammar().disable_help_subcommand(true);
    grammar.build();
    let is_dir = |first: &PathBuf| first.to_str().is_none_or(|name| grammar.find_subcommand(name).is_none());
    match args.what.as_slice() {
        [dir] if is_dir(dir) => write_all(super::grammar(), dir)?,
        path => {
            let mut page = Vec::new();
            Man::new(find(&grammar, path)?.clone()).render(&mut page)?;
            put(&page)?;
        }
    }
    Ok(Exit::Done)
}

/// The command that the words name.
fn find<'a>(grammar: &'a Command, words: &[PathBuf]) -> Result<&'a Command, Failure> {
    words.iter().try_fold(grammar, |command, word| {
        let found = word.to_str().and_then(|name| command.find_subcommand(name));
        found.ok_or_else(|| {
            let whole = command.get_bin_name().unwrap_or_else(|| command.get_name());
            Failure::new(Exit::Usage, format!("{whole} has no command {}, and so no page of it", word.display()))
                .attempt(format!("{whole} --help"))
        })
    })
}

fn write_all(grammar: Command, dir: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(grammar, dir));
    written.map_err(|fault| {
        let failure = Failure::new(Exit::Usage, format!("the pages cannot be written into {}", dir.display()));
        failure.because(fault.to_string())
    })
}
