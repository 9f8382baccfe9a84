//! `usersvc man`: the manual pages, made from the grammar. Those in `docs/man/` are made by this, and a test compares
//! them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::Man;

use super::exit::{Exit, Failure};
use super::render::put;

/// `usersvc man`
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// Write the pages of all commands into this directory; without it, the first page is printed
    dir: Option<PathBuf>,
}

/// Prints the page of the program, or writes all.
///
/// # Errors
/// That stdout or the directory does not take them.
pub fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let grammar = super::grammar();
    match &args.dir {
        Some(dir) => write_all(grammar, dir)?,
        None => {
            let mut page = Vec::new();
            Man::new(grammar).render(&mut page)?;
            put(&page)?;
        }
    }
    Ok(Exit::Done)
}

fn write_all(grammar: clap::Command, dir: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(grammar, dir));
    written.map_err(|fault| {
        let failure = Failure::new(Exit::Usage, format!("the pages cannot be written into {}", dir.display()));
        failure.because(fault.to_string())
    })
}
