//! What helps while a line is typed, from the same grammar that reads it: completion, hints and colours. Nothing of it
//! asks the network, but for Tab where an id stands, and that not for long.

use std::borrow::Cow;
use std::cell::RefCell;
use std::env;
use std::ffi::OsString;

use clap::{Arg, Command};
use clap_complete::engine;
use colored::Colorize;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::{Context, Helper, Validator};

use super::super::unsent::quoted;
use super::words::WATCH;

/// What rustyline asks about a line while it is written.
#[derive(Helper, Validator)]
pub struct Assistant {
    /// Built, so that every command has the global options too. The engine wants it mutable, and changes nothing.
    root: RefCell<Command>,
    history: HistoryHinter,
    color: bool,
}

impl Assistant {
    /// Help by that grammar.
    pub fn new(mut root: Command, color: bool) -> Self {
        root.build();
        Self { root: RefCell::new(root), history: HistoryHinter::new(), color }
    }

    /// What may stand after `words`, where `begun` has been written so far.
    fn candidates(&self, words: &[&str], begun: &str) -> Vec<Pair> {
        let words = repeated(words);
        let mut line: Vec<OsString> = words.iter().map(OsString::from).collect();
        // As after `--`, nothing offers flags to somebody who has not begun one.
        if begun.is_empty() && !words.last().is_some_and(|word| word.starts_with('-')) {
            line.push("--".into());
        }
        line.push(begun.into());
        let last = line.len() - 1;
        let here = env::current_dir().ok();
        let found = engine::complete(&mut self.root.borrow_mut(), line, last, here.as_deref()).unwrap_or_default();
        found
            .iter()
            .map(|one| pair(&one.get_value().to_string_lossy(), one.get_help().map(ToString::to_string)))
            .collect()
    }
}

fn pair(word: &str, about: Option<String>) -> Pair {
    let about = about.as_deref().and_then(|about| about.lines().next()).filter(|about| !about.is_empty());
    let display = about.map_or_else(|| word.to_owned(), |about| format!("{word:<16}  {about}"));
    // What ends so goes on with a value, or with a path.
    let end = if word.ends_with(['=', '/']) { "" } else { " " };
    // A file may have any name.
    let word = if word.contains([' ', '\t', '"', '\'']) { quoted(word) } else { word.to_owned() };
    Pair { display, replacement: format!("{word}{end}") }
}

/// The words of the command that is to be run again and again, where they stand behind `\watch` and its seconds.
fn repeated<'a, 'w>(words: &'a [&'w str]) -> &'a [&'w str] {
    match words {
        [WATCH, seconds, command @ ..] if seconds.parse::<f64>().is_ok() => command,
        [WATCH, command @ ..] => command,
        _ => words,
    }
}

/// The command that some words lead to, and those of them that did not lead anywhere.
fn follow<'a, 'w>(root: &'a Command, words: &[&'w str]) -> (&'a Command, Vec<&'w str>) {
    let mut rest = Vec::new();
    let command = words.iter().fold(root, |command, word| match command.find_subcommand(word) {
        Some(inner) => inner,
        None => {
            rest.push(*word);
            command
        }
    });
    (command, rest)
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..pos];
        let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let words: Vec<&str> = before[..start].split_whitespace().collect();
        Ok((start, self.candidates(&words, &before[start..])))
    }
}

/// What stands dimmed behind the cursor.
pub struct Suggestion {
    text: String,
    /// A line of the history can be taken over; what a command still needs can only be read.
    may_be_taken: bool,
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.may_be_taken.then_some(self.text.as_str())
    }
}

impl Hinter for Assistant {
    type Hint = Suggestion;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<Suggestion> {
        if let Some(text) = self.history.hint(line, pos, context) {
            return Some(Suggestion { text, may_be_taken: true });
        }
        if pos < line.len() || !line.ends_with(' ') {
            return None;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let root = self.root.borrow();
        let (command, rest) = follow(&root, &words);
        let needed: Vec<String> = command.get_arguments().filter_map(|arg| needed(arg, &rest)).collect();
        (!needed.is_empty()).then(|| Suggestion { text: needed.join(" "), may_be_taken: false })
    }
}

/// How an argument is written that a command needs and has not got.
fn needed(arg: &Arg, given: &[&str]) -> Option<String> {
    if !arg.is_required_set() {
        return None;
    }
    let value = arg.get_value_names().and_then(<[_]>::first).map_or("VALUE", |name| name.as_str());
    match arg.get_long() {
        Some(long) => {
            let is_it = |word: &&str| word.strip_prefix("--").is_some_and(|it| it.split('=').next() == Some(long));
            (!given.iter().any(is_it)).then(|| format!("--{long} <{value}>"))
        }
        None => given.iter().all(|word| word.starts_with('-')).then(|| format!("<{value}>")),
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.color {
            return line.into();
        }
        let root = self.root.borrow();
        let (mut command, mut painted) = (&*root, String::with_capacity(line.len() * 2));
        let (mut rest, mut is_value) = (line, false);
        while !rest.is_empty() {
            let (space, word, after) = first_word(rest);
            painted.push_str(space);
            let inner = command.find_subcommand(word).filter(|_| !is_value);
            let is_unknown = !is_value && inner.is_none() && command.has_subcommands() && !after.is_empty();
            let colored = match (word.chars().next(), inner) {
                (Some('#'), _) => {
                    painted.push_str(&rest[space.len()..].dimmed().to_string());
                    break;
                }
                (_, Some(_)) => word.bold(),
                (Some('-'), None) => word.cyan(),
                _ if word.contains(['"', '\'']) => word.yellow(),
                _ if is_unknown => word.red(),
                _ => word.normal(),
            };
            painted.push_str(&colored.to_string());
            is_value = !is_value && takes_value(command, word);
            command = inner.unwrap_or(command);
            rest = after;
        }
        painted.into()
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.color
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { hint.dimmed().to_string().into() } else { hint.into() }
    }
}

/// Whether the value of an option is the word after it.
fn takes_value(command: &Command, word: &str) -> bool {
    let is_it = |arg: &&Arg| match (word.strip_prefix("--"), word.strip_prefix('-')) {
        (Some(long), _) => arg.get_long() == Some(long),
        (None, Some(short)) => arg.get_short().is_some_and(|letter| short.ends_with(letter)),
        (None, None) => false,
    };
    command.get_arguments().find(is_it).is_some_and(|arg| arg.get_action().takes_values())
}

/// The space before a word, the word with what its quotation marks hold together, and the rest.
fn first_word(line: &str) -> (&str, &str, &str) {
    let begin = line.find(|c: char| !c.is_whitespace()).unwrap_or(line.len());
    let mut open = None;
    let end = line[begin..].find(|c: char| match open {
        Some(mark) => {
            if c == mark {
                open = None;
            }
            false
        }
        None => {
            if matches!(c, '"' | '\'') {
                open = Some(c);
            }
            c.is_whitespace()
        }
    });
    let end = end.map_or(line.len(), |end| begin + end);
    (&line[..begin], &line[begin..end], &line[end..])
}

#[cfg(test)]
mod tests {
    use rustyline::history::DefaultHistory;

    use super::*;

    fn assistant() -> Assistant {
        let users = |begun: &str| {
            let user = crate::user::User {
                id: crate::user::UserId::new(42).unwrap(),
                name: "Ann".into(),
                email: "a@b.org".into(),
                created_at: "2024-01-15T10:30:00Z".parse().unwrap(),
            };
            Some(user).filter(|user| user.id.to_string().starts_with(begun)).into_iter().collect()
        };
        Assistant::new(super::super::super::completions::with_users(super::super::words::grammar(), users), true)
    }

    fn completed(line: &str) -> Vec<String> {
        let (words, begun) = line.rsplit_once(' ').unwrap_or(("", line));
        let words: Vec<&str> = words.split_whitespace().collect();
        assistant().candidates(&words, begun).into_iter().map(|pair| pair.replacement.trim_end().to_owned()).collect()
    }

    #[test]
    fn commands_flags_values_and_users_are_completed() {
        assert_eq!(completed("us"), ["user"]);
        assert_eq!(completed("ex"), ["exit"]);
        assert_eq!(completed(r"\t"), [r"\timing"]);
        assert_eq!(completed("user c"), ["create"]);
        assert_eq!(completed("-o json cache v"), ["verify"]);
        assert_eq!(completed("user create --em"), ["--email"]);
        assert_eq!(completed("user get 1 --vi"), ["--via"]);
        assert_eq!(completed("user get 1 --via a"), ["auto", "api"]);
        assert_eq!(completed("user get 1 --via "), ["auto", "api", "dapr", "embedded"]);
        assert_eq!(completed("user get 1 -o j"), ["json"]);
        assert_eq!(completed("completions z"), ["zsh"]);
        assert_eq!(completed("user get "), ["42"]);
        assert_eq!(completed("user delete 7 4"), ["42"]);
        assert!(completed("user get 5").is_empty());
        assert_eq!(completed("user update 42 "), ["name=", "email="]);
    }

    #[test]
    fn a_hint_says_what_a_command_still_needs() {
        let (assistant, history) = (assistant(), DefaultHistory::new());
        let hint = |line: &str| assistant.hint(line, line.len(), &Context::new(&history)).map(|hint| hint.text);
        assert_eq!(hint("user get ").as_deref(), Some("<ID>"));
        assert_eq!(hint("user create ").as_deref(), Some("--name <NAME> --email <EMAIL>"));
        assert_eq!(hint("user create --name=x ").as_deref(), Some("--email <EMAIL>"));
        assert_eq!(hint("user get 1 "), None);
        assert_eq!(hint("user get"), None);
    }

    #[test]
    fn a_word_has_the_colour_of_what_it_is() {
        colored::control::set_override(true);
        let painted = |line: &str| assistant().highlight(line, 0).replace("\u{1b}[", "[");
        assert_eq!(painted("user get 1"), "[1muser[0m [1mget[0m 1");
        assert_eq!(
            painted("user  create --name 'a b' # x y"),
            "[1muser[0m  [1mcreate[0m [36m--name[0m [33m'a b'[0m [2m# x y[0m"
        );
        assert_eq!(painted("usr get"), "[31musr[0m get");
        assert_eq!(painted("us"), "us");
        assert_eq!(painted("-o json user"), "[36m-o[0m json [1muser[0m");
    }
}
