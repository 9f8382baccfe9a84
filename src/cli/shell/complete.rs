//! Completion at the prompt, from the same grammar that reads the line.

use clap::{Arg, Command};
use colored::Colorize;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::{Context, Helper, Validator};
use std::borrow::Cow;

/// What rustyline asks about a line while it is written.
#[derive(Helper, Validator)]
pub struct Grammar {
    root: Command,
    history: HistoryHinter,
    color: bool,
}

impl Grammar {
    /// Completion by that grammar.
    pub fn new(mut root: Command, color: bool) -> Self {
        // Now every command has the global options too.
        root.build();
        Self { root, history: HistoryHinter::new(), color }
    }

    /// What may stand after `words`, where `begun` has been written so far.
    fn candidates(&self, words: &[&str], begun: &str) -> Vec<Pair> {
        let mut command = &self.root;
        let mut awaiting: Option<&Arg> = None;
        for word in words {
            if awaiting.take().is_some() {
                continue;
            }
            if word.starts_with('-') {
                awaiting = option(command, word).filter(|arg| arg.get_action().takes_values());
            } else if let Some(inner) = command.find_subcommand(word) {
                command = inner;
            }
        }
        let mut found = match awaiting {
            Some(arg) => values(arg),
            None if begun.starts_with('-') => flags(command),
            None if command.has_subcommands() => subcommands(command),
            None => command.get_positionals().flat_map(values).collect(),
        };
        found.retain(|pair| pair.replacement.starts_with(begun));
        found
    }
}

/// The option that a word names, unless its value is in the same word.
fn option<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let long = word.strip_prefix("--");
    let mut letters = word.chars().skip(1);
    let short = letters.next().filter(|_| letters.next().is_none());
    command.get_arguments().find(|arg| match long {
        Some(name) => arg.get_long() == Some(name),
        None => short.is_some() && arg.get_short() == short,
    })
}

fn pair(word: &str, about: Option<String>) -> Pair {
    let display = about.map_or_else(|| word.to_owned(), |about| format!("{word:<16}  {about}"));
    Pair { display, replacement: format!("{word} ") }
}

fn subcommands(command: &Command) -> Vec<Pair> {
    let shown = command.get_subcommands().filter(|inner| !inner.is_hide_set());
    shown.map(|inner| pair(inner.get_name(), inner.get_about().map(ToString::to_string))).collect()
}

fn flags(command: &Command) -> Vec<Pair> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let named = shown.filter_map(|arg| Some((arg.get_long()?, arg)));
    named.map(|(name, arg)| pair(&format!("--{name}"), arg.get_help().map(ToString::to_string))).collect()
}

fn values(arg: &Arg) -> Vec<Pair> {
    let shown = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set());
    shown.map(|value| pair(value.get_name(), value.get_help().map(ToString::to_string))).collect()
}

impl Completer for Grammar {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..pos];
        let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let words: Vec<&str> = before[..start].split_whitespace().collect();
        Ok((start, self.candidates(&words, &before[start..])))
    }
}

impl Hinter for Grammar {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        self.history.hint(line, pos, context)
    }
}

impl Highlighter for Grammar {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { hint.dimmed().to_string().into() } else { hint.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> Vec<String> {
        let grammar = Grammar::new(super::super::grammar(), false);
        let (words, begun) = line.rsplit_once(' ').unwrap_or(("", line));
        let words: Vec<&str> = words.split_whitespace().collect();
        grammar.candidates(&words, begun).into_iter().map(|pair| pair.replacement.trim_end().to_owned()).collect()
    }

    #[test]
    fn commands_flags_and_values_are_completed() {
        assert_eq!(completed("us"), ["user"]);
        assert_eq!(completed("ex"), ["exit"]);
        assert_eq!(completed("user c"), ["create"]);
        assert_eq!(completed("-o json cache v"), ["verify"]);
        assert_eq!(completed("user create --em"), ["--email"]);
        assert_eq!(completed("user get 1 --vi"), ["--via"]);
        assert_eq!(completed("user get 1 --via a"), ["auto", "api"]);
        assert_eq!(completed("user get 1 -o j"), ["json"]);
        assert_eq!(completed("completions z"), ["zsh"]);
        assert!(completed("user get ").is_empty());
    }
}
