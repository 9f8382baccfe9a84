//! The prompt: rustyline on a thread of its own, and its history.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc as blocking};
use std::thread;
use std::time::{Duration, Instant};

use colored::Colorize;
use rustyline::error::ReadlineError;
use rustyline::history::{DefaultHistory, History};
use rustyline::{ColorMode, CompletionType, Config, Editor};
use tokio::sync::mpsc;

use super::super::completions::{BUDGET, with_users};
use super::super::config::Current;
use super::super::exit::Exit;
use super::super::render::Screen;
use super::super::wire;
use super::assist::Assistant;
use crate::user::User;

/// How long users that were found are offered without looking again.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// Lines that are remembered.
const HISTORY_MAX: usize = 10_000;

/// What came of asking.
pub enum Said {
    Line(String),
    /// ^C: the line is thrown away.
    Cleared,
    /// ^D, or the end of what there is to read.
    Left,
    Broken(String),
    /// Tab, where the id of a user stands that begins so.
    Tab(String, blocking::Sender<Vec<User>>),
}

/// The prompt, as the commands see it.
pub struct Prompt {
    questions: blocking::Sender<Question>,
    answers: mpsc::UnboundedReceiver<Said>,
    color: bool,
}

/// A prompt as it stands, and as it looks.
type Question = (String, String);

impl Prompt {
    /// Opens the terminal.
    pub fn open(grammar: clap::Command, screen: &Screen) -> Self {
        let (questions, asked) = blocking::channel();
        let (answer, answers) = mpsc::unbounded_channel();
        let color = screen.colors_stdout();
        let screen = *screen;
        let started = thread::Builder::new().name("prompt".into()).spawn({
            let answer = answer.clone();
            move || read(grammar, color, &screen, &asked, &answer)
        });
        if let Err(fault) = started {
            let _ = answer.send(Said::Broken(fault.to_string()));
        }
        Self { questions, answers, color }
    }

    /// Asks for the next line. The prompt shows the context, red if it is guarded, and how the last line ended.
    pub fn ask(&mut self, context: Option<&Current>, last: Exit) {
        let place = context.map(|context| format!("{} ", context.name)).unwrap_or_default();
        let state = match last {
            Exit::Done => "users> ".to_owned(),
            exit => format!("users ✗{}> ", exit as u8),
        };
        let plain = format!("{place}{state}");
        let styled = match self.color {
            false => plain.clone(),
            true => {
                let place = if context.is_some_and(|it| it.guarded) { place.red().bold() } else { place.cyan().bold() };
                let state = if last == Exit::Done { state.green().bold() } else { state.red().bold() };
                format!("{place}{state}")
            }
        };
        // Where the thread has gone, the answer says so.
        let _ = self.questions.send((plain, styled));
    }

    /// What comes of it.
    pub async fn said(&mut self) -> Said {
        self.answers.recv().await.unwrap_or(Said::Left)
    }
}

fn read(
    grammar: clap::Command,
    color: bool,
    screen: &Screen,
    asked: &blocking::Receiver<Question>,
    answer: &mpsc::UnboundedSender<Said>,
) {
    let mut editor = match editor(color) {
        Ok(editor) => editor,
        Err(fault) => {
            let _ = answer.send(Said::Broken(fault.to_string()));
            return;
        }
    };
    let users = Users { ask: answer.clone(), known: Mutex::default() };
    let users = Arc::new(users);
    let grammar = with_users(grammar, move |begun| users.find(begun));
    editor.set_helper(Some(Assistant::new(grammar, color)));
    let mut kept = Kept::open(&mut editor, screen);
    while let Ok(question) = asked.recv() {
        let said = match editor.readline(&question) {
            Ok(line) => {
                kept.add(&mut editor, &line);
                Said::Line(line)
            }
            Err(ReadlineError::Interrupted) => Said::Cleared,
            Err(ReadlineError::Eof) => Said::Left,
            Err(fault) => Said::Broken(fault.to_string()),
        };
        if answer.send(said).is_err() {
            return;
        }
    }
}

/// The users that the commands know of, for completion: what they told stays true for a while.
struct Users {
    ask: mpsc::UnboundedSender<Said>,
    known: Mutex<HashMap<String, (Instant, Vec<User>)>>,
}

impl Users {
    fn find(&self, begun: &str) -> Vec<User> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < KNOWN_FOR);
        if let Some((_, users)) = known.get(begun) {
            return users.clone();
        }
        let (send, found) = blocking::channel();
        let asked = self.ask.send(Said::Tab(begun.to_owned(), send));
        let Some(users) = asked.ok().and_then(|()| found.recv_timeout(BUDGET).ok()) else { return Vec::new() };
        known.insert(begun.to_owned(), (Instant::now(), users.clone()));
        users
    }
}

type Terminal = Editor<Assistant, DefaultHistory>;

fn editor(color: bool) -> rustyline::Result<Terminal> {
    let config = Config::builder()
        .max_history_size(HISTORY_MAX)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .color_mode(if color { ColorMode::Forced } else { ColorMode::Disabled })
        .build();
    Editor::with_config(config)
}

/// The history on disk; `None` where it cannot be kept, which hinders nobody.
struct Kept(Option<PathBuf>);

impl Kept {
    fn open(editor: &mut Terminal, screen: &Screen) -> Self {
        let found = history_file();
        match found {
            Ok(path) => {
                let _ = editor.load_history(&path);
                Self(Some(path))
            }
            Err(why) => {
                screen.note(&format!("the history of this session is not kept: {why}"));
                Self(None)
            }
        }
    }

    /// Each line at once: a terminal that is closed takes nothing with it.
    fn add(&mut self, editor: &mut Terminal, line: &str) {
        if holds_secret(line) {
            return;
        }
        let is_new = editor.history_mut().add(line).unwrap_or(false);
        if let Some(path) = self.0.as_ref().filter(|_| is_new)
            && editor.append_history(path).is_err()
        {
            self.0 = None;
        }
    }
}

/// Whether a line names a URL with a password in it (RFC 3986, section 3.2.1).
fn holds_secret(line: &str) -> bool {
    let authorities = line.split("://").skip(1).map(|rest| rest.split(['/', ' ', '\t', '?', '#']).next());
    authorities.flatten().any(|authority| authority.contains('@'))
}

/// `history` in the state directory of the user (XDG Base Directory Specification), made where it is missing.
fn history_file() -> Result<PathBuf, String> {
    use etcetera::AppStrategy;
    let dirs = wire::of_this_program().map_err(|fault| fault.to_string())?;
    let dir = dirs.state_dir().ok_or("there is no state directory")?;
    fs::create_dir_all(&dir).map_err(|fault| format!("{}: {fault}", dir.display()))?;
    let file = dir.join("history");
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(&file)
        .map_err(|fault| format!("{}: {fault}", file.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_password_is_no_part_of_the_history() {
        assert!(holds_secret("user get 1 --server http://me:secret@host/path"));
        assert!(!holds_secret("user create --name A --email a@b.org --server http://host/@x"));
    }
}
