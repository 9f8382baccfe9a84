//! `usersvc help`: more of a command, as clap tells it, or of a topic that is nobody's own.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, Command, ValueEnum};

use super::exit::{Exit, Failure};
use super::options::{Output, Via};
use super::render::{Screen, Text};

/// `usersvc help`
#[derive(Args, Clone, Debug)]
pub struct HelpArgs {
    /// A command, or a topic
    #[arg(index = 1, value_name = "COMMAND|TOPIC")]
    subject: Option<String>,
    /// The commands below it
    #[arg(index = 2, value_name = "COMMAND")]
    below: Vec<String>,
}

/// What a topic tells, given the grammar.
type Tell = fn(&Command) -> Text;

/// What can be told beside the commands.
const TOPICS: [(&str, Tell); 4] =
    [("exit-codes", exit_codes), ("environment", environment), ("output", output), ("backends", backends)];

/// Lets `help` know the commands of a grammar and the topics, so that a misspelt one is told the nearest.
pub(super) fn with_subjects(grammar: Command) -> Command {
    let commands = grammar.get_subcommands().filter(|command| !command.is_hide_set());
    let mut subjects: Vec<String> = commands.map(|command| command.get_name().to_owned()).collect();
    subjects.extend(TOPICS.iter().map(|(name, _)| (*name).to_owned()));
    let known = |arg: Arg| arg.value_parser(PossibleValuesParser::new(subjects)).hide_possible_values(true);
    grammar.mut_subcommand("help", |help| help.mut_arg("subject", known))
}

/// Prints it. `lead` is what stands before a command: the name of the program, or nothing in a shell.
///
/// # Errors
/// That the words are no command, or that stdout does not take it.
pub fn run(args: &HelpArgs, grammar: Command, lead: &[OsString], screen: &Screen) -> anyhow::Result<Exit> {
    let Some(subject) = args.subject.as_ref() else {
        return Ok(help_of(grammar, [lead, &["-h".into()]].concat(), screen)?);
    };
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == subject) {
        screen.text(&text(&grammar))?;
        return Ok(Exit::Done);
    }
    let path = std::iter::once(subject).chain(&args.below).map(OsString::from);
    Ok(help_of(grammar, lead.iter().cloned().chain(path).chain(["--help".into()]).collect(), screen)?)
}

/// What clap tells of a command, which it takes for an error.
fn help_of(grammar: Command, words: Vec<OsString>, screen: &Screen) -> Result<Exit, Failure> {
    match grammar.try_get_matches_from(words) {
        Err(told) => Ok(screen.usage(&told)),
        // Such as after `--`, where nothing asks for help any more.
        Ok(_) => {
            let failure = Failure::new(Exit::Usage, "there is no help on what is not the name of a command");
            Err(failure.attempt("usersvc help user get"))
        }
    }
}

fn exit_codes(_: &Command) -> Text {
    let codes = Exit::ALL.iter().map(|exit| ((*exit as u8).to_string(), exit.meaning().to_owned()));
    Text {
        before: "How a command ends. Scripts may depend on these: a number keeps its meaning for ever.".into(),
        pairs: codes.collect(),
        after:
            "Of several users, the code is 8 where some were done and some were not; where none was, it is the code \
                of the first. A shell's script ends with the code of the command that failed."
                .into(),
    }
}

fn environment(grammar: &Command) -> Text {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let of_commands = grammar.get_subcommands().flat_map(Command::get_arguments);
    for arg in grammar.get_arguments().chain(of_commands) {
        let (Some(name), Some(flag), Some(about)) = (arg.get_env(), arg.get_long(), arg.get_help()) else { continue };
        let name = name.to_string_lossy().into_owned();
        if pairs.iter().all(|(known, _)| *known != name) {
            pairs.push((name, format!("{about} (--{flag})")));
        }
    }
    pairs.extend(OF_OTHERS.map(|(name, about)| (name.to_owned(), about.to_owned())));
    Text {
        before: "A variable stands for the option in brackets, which goes before it; both go before the settings \
                 file. One that is empty counts, too, unless it is NO_COLOR or CLICOLOR_FORCE."
            .into(),
        pairs,
        after: String::new(),
    }
}

const OF_OTHERS: [(&str, &str); 13] = [
    ("USERSVC_CONFIG", "the settings file; `usersvc config path` shows where it is otherwise"),
    ("VISUAL, EDITOR", "the editor of `user update --edit`"),
    ("DAPR_GRPC_ENDPOINT", "the sidecar, such as http://localhost:50001; set by dapr run and Kubernetes"),
    ("DAPR_GRPC_PORT", "the gRPC port of a sidecar on this machine"),
    ("DAPR_HTTP_ENDPOINT", "its HTTP API, such as http://localhost:3500, for --as dapr"),
    ("DAPR_HTTP_PORT", "its HTTP port, for --as dapr"),
    ("DAPR_API_TOKEN", "the token that the sidecar asks for"),
    ("NO_COLOR", "print without colours, as --no-color does"),
    ("CLICOLOR", "0: print without colours, too"),
    ("CLICOLOR_FORCE", "print colours where there is no terminal, too"),
    ("XDG_CONFIG_HOME", "where the settings file is kept, if it is not in HOME"),
    ("XDG_DATA_HOME", "where the data file is kept, if it is not in HOME"),
    ("XDG_STATE_HOME", "where the history of the shell is kept, if it is not in HOME"),
];

/// The values of an option with what each of them means.
fn values<T: ValueEnum>() -> Vec<(String, String)> {
    let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    known.map(|one| (one.get_name().to_owned(), one.get_help().map(ToString::to_string).unwrap_or_default())).collect()
}

fn output(_: &Command) -> Text {
    Text {
        before: "stdout is the result; the trace, notes, warnings and errors are on stderr. -o says what form the \
                 result has:"
            .into(),
        pairs: values::<Output>(),
        after: "Without a terminal the result is plain, and its form stays the same from version to version. With -o \
                json an error is a problem object (RFC 9457) in one line on stderr; --trace json gives the trace as \
                JSON lines, --quiet leaves it out, and -v says more. A terminal gets colours unless NO_COLOR is set."
            .into(),
    }
}

fn backends(_: &Command) -> Text {
    Text {
        before: "--via says how the users are reached:".into(),
        pairs: values::<Via>(),
        after:
            "The service is looked for at --server. The sidecar is the one that DAPR_GRPC_ENDPOINT or DAPR_GRPC_PORT \
                names. auto never falls back to the data file. While a service has the data file open, embedded goes \
                through that service. On each way the verbs, the trace and the exit codes are the same; only `cache \
                stats` and `cache watch` need a running service."
                .into(),
    }
}
