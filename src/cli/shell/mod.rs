//! `usersvc shell`: the grammar of the command line at a prompt, or from a script.
//!
//! The prompt has a thread of its own ([`prompt`]); commands run here, one after the other, so that work in the
//! background goes on while somebody thinks about the next line.

mod assist;
mod prompt;
mod words;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use clap::{ArgAction, Args};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::completions::{self, users_beginning};
use super::config::{self, Current, Settings};
use super::exit::{self, Exit, Failure};
use super::line::Line;
use super::link::Link;
use super::options::Global;
use super::render::{self, Screen};
use super::{Command, help, man, perform, serve};
use crate::user::User;
use prompt::{Prompt, Said};
use words::{AGAIN, Verb, Words, grammar, split};

/// How long `\watch` waits between two runs, in seconds.
const PAUSE: f64 = 2.0;
/// The shortest such time.
const PAUSE_MIN: f64 = 0.1;

/// `usersvc shell`
#[derive(Args, Clone, Debug)]
pub struct ShellArgs {
    /// Run the commands of a file, or of stdin (-), and stop at the first that fails
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
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
        let mut session =
            Session { inherited: inherited(words), context, link: Link::default(), last: Vec::new(), times: false };
        let ended = match args.file.as_deref() {
            Some(path) if path != Path::new("-") => {
                let file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
                session.script(file, screen).await
            }
            None if io::stdin().is_terminal() => session.converse(screen).await,
            _ => session.script(io::stdin(), screen).await,
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
    /// The words of the last command, for those that repeat it.
    last: Vec<OsString>,
    /// Whether each command tells how long it took.
    times: bool,
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
            prompt.ask(self.context().as_ref(), last);
            let said = loop {
                match prompt.said().await {
                    Said::Tab(begun, found) => found.send(self.users(&begun).await).unwrap_or(()),
                    said => break said,
                }
            };
            match said {
                Said::Line(line) => match self.line(&line, screen).await {
                    Ended::With(exit) => last = exit,
                    Ended::Leaving => return Ok(Exit::Done),
                },
                Said::Cleared | Said::Tab(..) => last = Exit::Done,
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

    /// Lines of a script, until one fails or ^C is pressed.
    async fn script(&mut self, script: impl Read + Send + 'static, screen: &Screen) -> anyhow::Result<Exit> {
        let mut lines = lines(script);
        for nth in 0.. {
            let next = async { Ok(lines.recv().await) };
            let Some(line) = exit::unless_interrupted(next, Failure::interrupted()).await? else { break };
            let line = line.map_err(|fault| unreadable_line(nth, &fault))?;
            // Some editors begin a file with the mark of UTF-8.
            let line = if nth == 0 { line.trim_start_matches('\u{feff}') } else { &line };
            match self.line(line, screen).await {
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

    /// The users whose ids begin so, for somebody who pressed Tab.
    async fn users(&mut self, begun: &str) -> Vec<User> {
        let words = [self.inherited.clone(), vec!["exit".into()]].concat();
        let Ok(line) = Line::<Words>::read(&grammar(), &words) else { return Vec::new() };
        users_beginning(begun, &line.said.global, &mut self.link).await.unwrap_or_default()
    }

    async fn line(&mut self, line: &str, screen: &Screen) -> Ended {
        match split(line) {
            Ok(words) if words.is_empty() => Ended::With(Exit::Done),
            Ok(words) => self.run(words, screen).await,
            Err(cause) => refuse(Failure::new(Exit::Usage, "the line cannot be taken apart").because(cause), screen),
        }
    }

    /// Runs the words of a line.
    async fn run(&mut self, given: Vec<OsString>, screen: &Screen) -> Ended {
        let words = [self.inherited.clone(), given.clone()].concat();
        let line = match Line::<Words>::read(&grammar(), &words) {
            Ok(line) => line,
            Err(refusal) => return Ended::With(render::refusal(&refusal, &words)),
        };
        let screen = match &line.said.verb {
            Verb::Command(_) => &Screen::new(&line.said.global),
            _ => screen,
        };
        match &line.said.verb {
            Verb::Exit => Ended::Leaving,
            Verb::Timing { state } => {
                self.times = state.as_ref().map_or(!self.times, |state| state == "on");
                screen.note(if self.times { "each command tells how long it took" } else { "no command is timed" });
                Ended::With(Exit::Done)
            }
            Verb::Again { .. } => {
                // Options among its words are those of the command.
                let added = given.iter().skip_while(|word| *word != AGAIN).skip(1).cloned();
                let again: Vec<OsString> = self.last.iter().cloned().chain(added).collect();
                if self.last.is_empty() {
                    return refuse(Failure::new(Exit::Usage, "there is no last command yet"), screen);
                }
                screen.note(&shown(&again));
                Box::pin(self.run(again, screen)).await
            }
            Verb::Watch { words } => self.watch(words, screen).await,
            Verb::Command(command) => {
                let began = Instant::now();
                let ended = self.perform(command, &line, screen).await;
                let took = began.elapsed();
                self.last = given;
                if let Some(failure) = ended.as_ref().err().and_then(exit::judge) {
                    self.link.look_again_after(&failure);
                }
                let exit = exit::end(ended, screen);
                if self.times {
                    screen.timing(took);
                }
                Ended::With(exit)
            }
        }
    }

    async fn perform(&mut self, command: &Command, line: &Line<Words>, screen: &Screen) -> anyhow::Result<Exit> {
        let said = line.said.global.clone();
        let global = Global { in_shell: true, context: line.settings.current.clone(), ..said };
        match command {
            Command::Serve(args) => {
                // It may want the data file that a command of this shell has opened.
                self.link.settle().await;
                self.link = Link::default();
                serve::serve(args, &global, screen).await
            }
            Command::Config(command) => config::run(command, &line.settings, &line.matches, screen),
            Command::Completions(args) => completions::run(args.shell),
            Command::Man(args) => man::run(args),
            Command::Help(args) => help::run(args, grammar(), &[], screen),
            Command::Shell(_) => Err(Failure::new(Exit::Usage, "this is the shell already").into()),
            command => perform(command, &global, &mut self.link, screen).await,
        }
    }

    /// Runs a command again and again, until it fails or ^C is pressed.
    async fn watch(&mut self, words: &[String], screen: &Screen) -> Ended {
        let (seconds, words) = match words.split_first().map(|(first, rest)| (first.parse::<f64>(), rest)) {
            Some((Ok(seconds), rest)) => (seconds, rest),
            _ => (PAUSE, words),
        };
        let command = if words.is_empty() { self.last.clone() } else { words.iter().map(OsString::from).collect() };
        let pause = Duration::try_from_secs_f64(seconds).ok().filter(|pause| pause.as_secs_f64() >= PAUSE_MIN);
        let Some(pause) = pause else {
            let failure = Failure::new(Exit::Usage, format!("it cannot be watched every {seconds} seconds"));
            return refuse(failure.attempt(format!("{PAUSE_MIN} seconds or more")), screen);
        };
        if command.first().is_none_or(|first| first.to_string_lossy().starts_with(['\\', '!'])) {
            let failure = Failure::new(Exit::Usage, "there is no command to be watched");
            return refuse(failure.attempt(r"\watch 2 user get 1"), screen);
        }
        screen.note(&format!("every {seconds} seconds, until ^C: {}", shown(&command)));
        loop {
            match Box::pin(self.run(command.clone(), screen)).await {
                Ended::With(Exit::Done | Exit::Found) => {}
                Ended::With(Exit::Interrupted) => return Ended::With(Exit::Done),
                ended => return ended,
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = tokio::signal::ctrl_c() => return Ended::With(Exit::Done),
            }
        }
    }
}

fn refuse(failure: Failure, screen: &Screen) -> Ended {
    screen.failure(&failure);
    Ended::With(failure.exit)
}

/// Words, as they would be typed.
fn shown(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    shlex::try_join(words.iter().map(String::as_str)).expect("no word of a line has a NUL in it")
}

/// The lines of a script, read by a thread that nobody waits for: while one is awaited, ^C is heard, and work in the
/// background goes on.
fn lines(script: impl Read + Send + 'static) -> mpsc::Receiver<io::Result<String>> {
    let (send, lines) = mpsc::channel(1);
    thread::spawn(move || {
        let mut read = BufReader::new(script).lines();
        while let Some(line) = read.next()
            && send.blocking_send(line).is_ok()
        {}
    });
    lines
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
