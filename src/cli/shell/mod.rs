//! `usersvc shell`: the grammar of the command line at a prompt, or from a script.
//!
//! The prompt has a thread of its own ([`prompt`]); commands run here, one after the other, so that work in the
//! background goes on while somebody thinks about the next line.

mod complete;
mod prompt;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use super::config::{Current, Settings};
use super::exit::{self, Exit, Failure};
use super::line::Line;
use super::link::Link;
use super::options::Global;
use super::render::{self, Screen};
use super::{Command, complete as completed, completions, config, help, perform, serve};
use prompt::{Prompt, Said};

/// `usersvc shell`
#[derive(Args, Clone, Debug)]
pub struct ShellArgs {
    /// Run the commands of a file, or of stdin (-), and stop at the first that fails
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

const AT_THE_PROMPT: &str = "\
`help COMMAND` tells more of one, with the options that all of them take, and `help` of
exit-codes, environment, output or backends of these. Tab completes, ^R searches the
history, ^C ends a command, ^D leaves.";

/// A line of the shell: a command line without its first word.
#[derive(Clone, Debug, Parser)]
#[command(name = "", no_binary_name = true, help_template = "{subcommands}{after-help}", after_help = AT_THE_PROMPT)]
#[command(args_override_self = true, disable_version_flag = true, disable_help_subcommand = true)]
#[command(max_term_width = 110)]
struct Words {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Debug, Subcommand)]
enum Verb {
    #[command(flatten)]
    Command(Command),
    /// Leave the shell (also ^D)
    #[command(alias = "quit")]
    Exit,
}

/// The grammar of a line: that of the command line, and `exit`.
fn grammar() -> clap::Command {
    completed(Words::command()).mut_subcommand("shell", |shell| shell.hide(true))
}

/// How a line ended.
enum Ended {
    With(Exit),
    /// `exit`
    Leaving,
}

/// Runs the shell. `words` is the whole command line: its options hold for every line that does not say otherwise.
///
/// # Errors
/// That the script cannot be read.
pub fn run(args: &ShellArgs, global: &Global, words: &[OsString], screen: &Screen) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let context = global.context_name.clone();
        let mut session = Session { inherited: inherited(words), context, link: Link::default() };
        let ended = match args.file.as_deref() {
            Some(path) if path != Path::new("-") => {
                let file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
                session.script(BufReader::new(file), screen).await
            }
            None if io::stdin().is_terminal() => session.converse(screen).await,
            _ => session.script(io::stdin().lock(), screen).await,
        };
        session.link.settle().await;
        ended
    })
}

fn unreadable(path: &Path, fault: &io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("cannot read the script {}", path.display())).because(fault.to_string())
}

/// The options that were given to the shell itself, as they would be written before a verb.
fn inherited(words: &[OsString]) -> Vec<OsString> {
    let grammar = super::grammar();
    let Ok(given) = grammar.clone().try_get_matches_from(words) else { return Vec::new() };
    let by_hand = |arg: &&clap::Arg| {
        let source = given.value_source(arg.get_id().as_str());
        source == Some(clap::parser::ValueSource::CommandLine)
    };
    let mut options = Vec::new();
    for arg in grammar.get_arguments().filter(|arg| arg.is_global_set()).filter(by_hand) {
        let (id, Some(name)) = (arg.get_id().as_str(), arg.get_long()) else { continue };
        let flag = OsString::from(format!("--{name}"));
        match arg.get_action() {
            ArgAction::SetTrue => options.push(flag),
            ArgAction::Count => options.extend(std::iter::repeat_n(flag, given.get_count(id).into())),
            _ => {
                for value in given.get_raw(id).into_iter().flatten() {
                    let mut option = flag.clone();
                    option.push("=");
                    option.push(value);
                    options.push(option);
                }
            }
        }
    }
    options
}

/// What goes on from one line to the next.
struct Session {
    inherited: Vec<OsString>,
    /// The context that its options or the environment name.
    context: Option<String>,
    link: Link,
}

impl Session {
    /// Lines of a terminal, until somebody leaves.
    async fn converse(&mut self, screen: &Screen) -> anyhow::Result<Exit> {
        // From now on ^C is ours, also between a line and its command; at the prompt it is a mere key.
        let _ours = signal(SignalKind::interrupt())?;
        screen.greet();
        let mut prompt = Prompt::open(grammar(), screen);
        let mut last = Exit::Done;
        loop {
            match prompt.ask(self.context().as_ref(), last).await {
                Said::Line(line) => match self.line(&line, screen).await {
                    Ended::With(exit) => last = exit,
                    Ended::Leaving => return Ok(Exit::Done),
                },
                Said::Cleared => last = Exit::Done,
                Said::Left => return Ok(Exit::Done),
                Said::Broken(fault) => {
                    return Err(Failure::new(Exit::Fault, "the terminal cannot be read").because(fault).into());
                }
            }
        }
    }

    /// The context of the next line. It may have been chosen by the last one.
    fn context(&self) -> Option<Current> {
        Settings::read(self.context.as_deref()).ok()?.current
    }

    /// Lines of a script, until one fails.
    async fn script(&mut self, lines: impl BufRead, screen: &Screen) -> anyhow::Result<Exit> {
        for (nth, line) in lines.lines().enumerate() {
            let line = line.map_err(|fault| unreadable_line(nth, &fault))?;
            match self.line(&line, screen).await {
                Ended::With(Exit::Done) => {}
                Ended::With(exit) => {
                    screen.note(&format!("the script ends here, at line {}: {}", nth + 1, line.trim()));
                    return Ok(exit);
                }
                Ended::Leaving => return Ok(Exit::Done),
            }
        }
        Ok(Exit::Done)
    }

    async fn line(&mut self, line: &str, screen: &Screen) -> Ended {
        let given = match shlex::split(line) {
            Some(words) if words.is_empty() => return Ended::With(Exit::Done),
            Some(words) => words.into_iter().map(OsString::from).collect::<Vec<_>>(),
            None => {
                screen.failure(&unclosed());
                return Ended::With(Exit::Usage);
            }
        };
        let words = [self.inherited.clone(), given].concat();
        let Line { said, matches, settings } = match Line::<Words>::read(&grammar(), &words) {
            Ok(line) => line,
            Err(refusal) => return Ended::With(render::refusal(&refusal, &words)),
        };
        let line =
            Words { global: Global { in_shell: true, context: settings.current.clone(), ..said.global }, ..said };
        let screen = Screen::new(&line.global);
        let ended = match &line.verb {
            Verb::Exit => return Ended::Leaving,
            Verb::Command(Command::Serve(args)) => serve::serve(args, &line.global, &screen).await,
            Verb::Command(Command::Config(command)) => config::run(command, &settings, &matches, &screen),
            Verb::Command(Command::Completions(args)) => completions::run(args.shell),
            Verb::Command(Command::Help(args)) => help::run(args, grammar(), &[], &screen),
            Verb::Command(Command::Shell(_)) => Err(Failure::new(Exit::Usage, "this is the shell already").into()),
            Verb::Command(command) => perform(command, &line.global, &mut self.link, &screen).await,
        };
        if let Some(failure) = ended.as_ref().err().and_then(exit::judge) {
            self.link.look_again_after(&failure);
        }
        Ended::With(exit::end(ended, &screen))
    }
}

fn unclosed() -> Failure {
    Failure::new(Exit::Usage, "the line cannot be taken apart").because("a quotation mark is not closed")
}

fn unreadable_line(nth: usize, fault: &io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("line {} of the script cannot be read", nth + 1)).because(fault.to_string())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        shlex::split(line).unwrap().into_iter().map(OsString::from).collect()
    }

    #[test]
    fn the_grammars_hold_together() {
        grammar().debug_assert();
        super::super::grammar().debug_assert();
    }

    #[test]
    fn the_options_of_the_shell_hold_for_its_lines_unless_they_say_otherwise() {
        let mut line = inherited(&words("usersvc -vv --via embedded shell -o json --data-dir '/a b'"));
        line.extend(words("user get 1 --via api"));
        let given = grammar().try_get_matches_from(line).unwrap();
        let line = Words::from_arg_matches(&given).unwrap();
        assert_eq!(line.global.via, super::super::options::Via::Api);
        assert_eq!(line.global.output, super::super::options::Output::Json);
        assert_eq!(line.global.verbose, 2);
        assert_eq!(line.global.stores.data_dir.as_deref(), Some(Path::new("/a b")));
    }

    #[test]
    fn an_option_may_be_repeated_before_the_verb() {
        let given = grammar().try_get_matches_from(["--via=api", "--via", "dapr", "user", "get", "1"]).unwrap();
        assert_eq!(Words::from_arg_matches(&given).unwrap().global.via, super::super::options::Via::Dapr);
    }
}
