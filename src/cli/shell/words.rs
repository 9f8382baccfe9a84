//! The grammar of a line of the shell: that of the command line without its first word, and what only a shell has.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use super::super::options::Global;
use super::super::{Command, complete};

const AT_THE_PROMPT: &str = "\
`help COMMAND` tells more of one, with the options that all of them take; `help exit-codes`, `environment`, `output` and \
`backends` of these. Tab completes, ^R searches the history, ^C ends a command.";

/// What runs a command every few seconds.
pub const WATCH: &str = r"\watch";
/// What runs the last command again.
pub const AGAIN: &str = "!!";

/// A line of the shell: a command line without its first word.
#[derive(Clone, Debug, Parser)]
#[command(name = "", no_binary_name = true, help_template = "{subcommands}{after-help}", after_help = AT_THE_PROMPT)]
#[command(args_override_self = true, disable_version_flag = true, disable_help_subcommand = true)]
#[command(max_term_width = 110)]
pub struct Words {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What a line asks for.
#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    #[command(flatten)]
    Command(Command),
    /// Tell how long each command takes, or no longer
    #[command(name = r"\timing")]
    Timing {
        /// On or off; the other one, if it is neither
        #[arg(value_parser = ["on", "off"])]
        state: Option<String>,
    },
    /// Run the last command, or the one that follows, every 2 seconds until ^C
    #[command(name = WATCH)]
    Watch {
        /// Seconds from one to the next, and the command
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "SECONDS|COMMAND")]
        words: Vec<String>,
    },
    /// Run the last command again, with further words
    #[command(name = AGAIN)]
    Again {
        /// Words that are added
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Leave the shell (also ^D)
    #[command(alias = "quit")]
    Exit,
}

/// The grammar of a line.
pub fn grammar() -> clap::Command {
    complete(Words::command()).mut_subcommand("shell", |shell| shell.hide(true))
}

/// The words of a line, as a shell of the system would take them apart. A backslash at the beginning is that of a
/// command.
///
/// # Errors
/// Why that cannot be done.
pub fn split(line: &str) -> Result<Vec<OsString>, &'static str> {
    if line.contains('\0') {
        return Err("it holds a NUL character, which no word can");
    }
    let line = line.trim_start();
    let line = if line.starts_with('\\') { format!(r"\{line}") } else { line.to_owned() };
    match shlex::split(&line) {
        Some(words) => Ok(words.into_iter().map(OsString::from).collect()),
        // Were it a quotation mark, one letter more would close nothing.
        None if shlex::split(&format!("{line}x")).is_some() => Err("nothing follows the backslash at its end"),
        None => Err("a quotation mark is not closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_at_the_beginning_belongs_to_the_command() {
        assert_eq!(split(r"  \watch 2 user get 'a b'").unwrap(), [r"\watch", "2", "user", "get", "a b"]);
        assert_eq!(split(r"user\ get # all").unwrap(), ["user get"]);
    }

    #[test]
    fn a_line_that_cannot_be_taken_apart_is_told_why() {
        assert_eq!(split("user 'get"), Err("a quotation mark is not closed"));
        assert_eq!(split("user \"get\\"), Err("a quotation mark is not closed"));
        assert_eq!(split(r"user get \"), Err("nothing follows the backslash at its end"));
        assert!(split("user get 1\0").unwrap_err().contains("NUL"));
    }

    #[test]
    fn the_grammars_hold_together() {
        grammar().debug_assert();
        super::super::super::grammar().debug_assert();
    }
}
