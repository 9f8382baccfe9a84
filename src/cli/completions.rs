//! `usersvc completions`: the scripts that teach a shell this grammar, and the answers to what they ask. A script asks
//! this program itself, so that it never falls behind, and knows the users that there are.

use std::env;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};
use tokio::time::timeout;

use super::config::Settings;
use super::exit::Exit;
use super::link::Link;
use super::options::{Global, Via};
use super::render::{Screen, harmless, put};
use super::wire;
use crate::client::Backend;
use crate::state::embedded::Embedded;
use crate::user::User;
use crate::users::Listing;

/// The variable by which a script asks what may stand in a line.
const ASKED_BY: &str = "USERSVC_COMPLETE";
/// How long somebody who pressed Tab may wait for the users that there are.
pub const BUDGET: Duration = Duration::from_millis(150);
/// So many users are offered at most.
const OFFERED: u64 = 20;

/// How bash's script as it is made takes its words: those of bash, which breaks them at `=` and `:`, too, so that neither
/// `--via=em` nor a URL is one; and how they are put together again, from what stands in the line between them. Bash
/// only wants what follows after the last break.
const BASH_BREAKS: &str = r#"
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
"#;
const BASH_JOINS: &str = r#"
    local words=() rest="$COMP_LINE" begun="" at piece space
    for at in "${!COMP_WORDS[@]}"; do
        piece="${COMP_WORDS[at]}"
        space="${rest%%[![:space:]]*}"
        rest="${rest#"$space"}"
        rest="${rest#"$piece"}"
        if [[ -n "$space" || "$at" -eq 0 ]]; then
            words+=("")
        fi
        if [[ "$at" -eq "$COMP_CWORD" ]]; then
            _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1))
            begun="${words[_CLAP_COMPLETE_INDEX]}"
            if [[ "$piece" == [=:] ]]; then
                begun+="$piece"
            else
                piece="$2"
            fi
        fi
        words[${#words[@]} - 1]+="$piece"
    done
"#;
const BASH_ENDS: &str = "
        compopt -o nospace
    fi
}
";
const BASH_CUTS: &str = r#"
        compopt -o nospace
    fi
    COMPREPLY=("${COMPREPLY[@]#"$begun"}")
}
"#;

/// The end of zsh's script as it is made, which does nothing for the first Tab after zsh has found it by itself; and
/// as zsh's own functions end.
const ZSH_REGISTERS: &str = "compdef _clap_dynamic_completer_usersvc usersvc";
const ZSH_BEGINS: &str = "\
if [[ $funcstack[1] == _usersvc ]]; then
    _clap_dynamic_completer_usersvc \"$@\"
else
    compdef _clap_dynamic_completer_usersvc usersvc
fi";

/// `usersvc completions`
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that can be taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

/// Prints the script for a shell.
///
/// # Errors
/// That stdout does not take it.
pub fn run(shell: Shell) -> anyhow::Result<Exit> {
    let name = shell.to_possible_value().expect("none of them is skipped");
    let shells = Shells::builtins();
    let completer = shells.completer(name.get_name()).expect("all of them are known");
    let mut script = Vec::new();
    completer.write_registration(ASKED_BY, "usersvc", "usersvc", "usersvc", &mut script)?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    for (made, meant) in [(BASH_BREAKS, BASH_JOINS), (BASH_ENDS, BASH_CUTS), (ZSH_REGISTERS, ZSH_BEGINS)] {
        script = script.replace(made, meant);
    }
    put(format!("{}\n", script.trim()).as_bytes())?;
    Ok(Exit::Done)
}

/// Answers a script, if it is one that asks; `words` are those of this process.
#[must_use]
pub fn answer(words: &[OsString]) -> Option<Exit> {
    let shell = env::var(ASKED_BY).ok().filter(|name| !name.is_empty())?;
    let shells = Shells::builtins();
    let asked = words.iter().position(|word| word == "--").map(|at| words[at + 1..].to_vec());
    // Whatever goes wrong, nothing is offered: an error would end up in the line that somebody is typing.
    let answered = shells.completer(&shell).zip(asked).and_then(|(shell, line)| candidates(shell, line));
    let printed = answered.and_then(|text| put(&text).ok());
    Some(if printed.is_some() { Exit::Done } else { Exit::Usage })
}

fn candidates(shell: &dyn EnvCompleter, line: Vec<OsString>) -> Option<Vec<u8>> {
    let said = line.clone();
    let grammar = with_users(super::grammar(), move |begun| find(&said, begun).unwrap_or_default());
    // Some scripts ask about a word in the middle of the line, and the others about the last one.
    let at = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|at| at.parse().ok()).unwrap_or(line.len() - 1);
    let (mut grammar, line) = without_flags(grammar, line, at);
    let mut text = Vec::new();
    shell.write_complete(&mut grammar, line, env::current_dir().ok().as_deref(), &mut text).ok()?;
    Some(text)
}

/// Where nothing has been written of a word yet, flags would hide everything else: then they are left out, as after
/// `--`, which takes the place of the program's name so that the word keeps its number.
fn without_flags(grammar: Command, line: Vec<OsString>, at: usize) -> (Command, Vec<OsString>) {
    match line.split_at_checked(at) {
        Some(([_, before @ ..], [word, ..])) if word.is_empty() && !before.last().is_some_and(is_flag) => {
            (grammar.no_binary_name(true), [before, &["--".into()], &line[at..]].concat())
        }
        _ => (grammar, line),
    }
}

fn is_flag(word: &OsString) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// The same grammar, with `find` for the users whose ids begin so, and with the contexts of the settings file.
pub fn with_users(grammar: Command, find: impl Fn(&str) -> Vec<User> + Clone + Send + Sync + 'static) -> Command {
    let offer = move |begun: &OsStr| -> Vec<CompletionCandidate> {
        let users = begun.to_str().map(&find).unwrap_or_default();
        users
            .into_iter()
            .map(|user| candidate(&user.id.to_string(), format!("{} <{}>", user.name, user.email)))
            .collect()
    };
    let (users, contexts) = (ArgValueCompleter::new(offer), ArgValueCompleter::new(contexts));
    let teach = move |arg: clap::Arg| match arg.get_id().as_str() {
        "id" | "ids" => arg.add(users.clone()),
        "pairs" => arg.add(ArgValueCompleter::new(fields)),
        "context" | "confirm" | "name_of_context" => arg.add(contexts.clone()),
        _ => arg,
    };
    teach_all(grammar, &teach)
}

fn teach_all(command: Command, teach: &impl Fn(clap::Arg) -> clap::Arg) -> Command {
    command.mut_args(teach).mut_subcommands(|inner| teach_all(inner, teach))
}

fn candidate(word: &str, about: String) -> CompletionCandidate {
    CompletionCandidate::new(word).help(Some(harmless(&about).into()))
}

fn fields(begun: &OsStr) -> Vec<CompletionCandidate> {
    let fields = [("name=", "the new name"), ("email=", "the new e-mail address")].into_iter();
    let meant = fields.filter(|(field, _)| begun.to_str().is_some_and(|begun| field.starts_with(begun)));
    meant.map(|(field, about)| candidate(field, about.to_owned())).collect()
}

fn contexts(begun: &OsStr) -> Vec<CompletionCandidate> {
    let settings = Settings::read(None).unwrap_or_default();
    let named = settings
        .file
        .contexts
        .into_iter()
        .filter(|context| begun.to_str().is_some_and(|it| context.name.starts_with(it)));
    named.map(|context| candidate(&context.name, String::new())).collect()
}

/// The users that a line could mean, as its own options say where they are; `None` where nobody tells in time.
fn find(line: &[OsString], begun: &str) -> Option<Vec<User>> {
    let global = options_of(line)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(users_beginning(begun, &global, &mut Link::default()))
}

/// Users whose ids begin with those digits; `None` where nobody tells within [`BUDGET`].
pub async fn users_beginning(begun: &str, global: &Global, link: &mut Link) -> Option<Vec<User>> {
    // Whoever is typing is told nothing but what he asks for.
    let screen = Screen::new(&Global { quiet: true, ..global.clone() });
    let found = async {
        // Nor is a data file made by a look for users.
        if global.via == Via::Embedded && !Embedded::exists(&wire::data_dir(&global.stores).ok()?) {
            return None;
        }
        Some(list(begun, link.reach(global, &screen).await.ok()?).await)
    };
    timeout(BUDGET, found).await.ok().flatten()
}

/// What an unfinished line says of the options that all commands take.
fn options_of(line: &[OsString]) -> Option<Global> {
    let read = |grammar: Command| grammar.ignore_errors(true).try_get_matches_from(line).ok();
    let named = |matches: &ArgMatches| matches.get_one::<String>("context").cloned();
    let settings = Settings::read(read(super::grammar()).as_ref().and_then(named).as_deref()).ok()?;
    Global::from_arg_matches(&read(settings.fill(super::grammar()))?).ok()
}

async fn list(begun: &str, backend: &impl Backend) -> Vec<User> {
    let mut found: Vec<User> = Vec::new();
    for (first, last) in ranges(begun) {
        let left = OFFERED - u64::try_from(found.len()).expect("they are few");
        let limit = left.min(last - first + 1);
        let page = backend.list(&Listing { after: first - 1, limit, ..Listing::default() }).await;
        let Ok(page) = page.value else { break };
        let is_end = page.users.is_empty() && page.next.is_none();
        found.extend(page.users.into_iter().filter(|user| user.id.get() <= last));
        if is_end || found.len() as u64 >= OFFERED {
            break;
        }
    }
    found
}

/// The ids that begin with some digits: those of no more digits, of one more, of two more.
fn ranges(begun: &str) -> Vec<(u64, u64)> {
    if begun.is_empty() {
        return vec![(1, u64::MAX)];
    }
    let Some(number) = begun.parse::<u64>().ok().filter(|number| *number > 0 && number.to_string() == begun) else {
        return Vec::new();
    };
    let range = |zeros: u32| {
        let factor = 10_u64.checked_pow(zeros)?;
        let first = number.checked_mul(factor)?;
        Some((first, first.checked_add(factor - 1)?))
    };
    (0..20).map_while(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_begin_with_some_digits_are_found_in_ranges() {
        assert_eq!(ranges(""), [(1, u64::MAX)]);
        assert_eq!(ranges("12")[..3], [(12, 12), (120, 129), (1200, 1299)]);
        assert!(ranges("99999999999999999999").is_empty());
        for no_id in ["0", "-1", "x", "1x", "+1", "01"] {
            assert!(ranges(no_id).is_empty(), "{no_id}");
        }
    }
}
