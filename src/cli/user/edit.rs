//! `usersvc user update ID --edit`: the user as a text, an editor, and a change that others have not come before.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::super::exit::{self, Exit, Failure};
use super::super::ids::Asked;
use super::super::link::Reached;
use super::super::options::{Global, Output};
use super::super::render::{Screen, yaml};
use super::{fields, look, planned};
use crate::client::Backend;
use crate::user::{User, UserId};

/// The editor of a system that names none (POSIX, the utility `more` and its kin).
const USUAL_EDITOR: &str = "vi";

/// What can be edited.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    email: String,
}

/// Lets somebody edit a user, and changes it if nobody else has changed it meanwhile.
///
/// # Errors
/// A [`Failure`]; where there is an edited text, it is kept, and the failure names the file.
pub async fn run(
    id: UserId,
    dry_run: bool,
    global: &Global,
    backend: &Reached,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let read = async { Ok(Asked::timed(backend.get(id), Failure::from).await.finish(backend, screen)?) };
    let stored = exit::unless_interrupted(read, Failure::interrupted()).await?;
    let user = stored.user();
    let before = Text { name: user.name.clone(), email: user.email.clone() };
    let (written, ending) = written(&before, &user, global.output)?;
    let draft = Draft::create(id, ending, &written)?;
    draft.edit().await?;
    let edited = draft.read()?;
    let change = async {
        // Of the text itself a snippet of several lines would say more, but not in a sentence.
        let options = serde_saphyr::Options { with_snippet: false, ..Default::default() };
        let read = serde_saphyr::from_str_with_options(&edited, options);
        let after: Text = read.map_err(|fault: serde_saphyr::Error| unreadable(&fault))?;
        if after == before {
            screen.note("nothing was changed");
            return Ok(());
        }
        let changed = |before: &str, after: &str| (before != after).then(|| after.to_owned());
        let (name, email) = (changed(&before.name, &after.name), changed(&before.email, &after.email));
        let (_, change) = fields::user_change(&id.to_string(), name.as_deref(), email.as_deref())?;
        if dry_run {
            screen.show(&planned(user, &change))?;
            return Ok(());
        }
        let judge = |error| Failure::of_write(error, &look(id));
        let updated = Asked::timed(backend.update(id, change, Some(stored.version)), judge).await;
        screen.show(&updated.finish(backend, screen)?)?;
        Ok::<(), anyhow::Error>(())
    };
    let unknown = Failure::interrupted().because("it is not known whether the change was made").attempt(look(id));
    match exit::unless_interrupted(change, unknown).await {
        Ok(()) => {
            draft.remove();
            Ok(Exit::Done)
        }
        Err(fault) => Err(draft.kept(fault)),
    }
}

/// The text of a user, and the ending of a file with it.
fn written(text: &Text, user: &User, output: Output) -> anyhow::Result<(String, &'static str)> {
    if matches!(output, Output::Json | Output::Ndjson) {
        return Ok((serde_json::to_string_pretty(text)? + "\n", "json"));
    }
    let User { id, created_at, .. } = user;
    let fields = yaml(&serde_json::to_value(text)?);
    let head = "Change it, save it, and leave the editor. If it is as it was, nothing is changed.";
    Ok((format!("# User {id}, created {created_at}.\n# {head}\n{fields}"), "yaml"))
}

fn unreadable(fault: &serde_saphyr::Error) -> Failure {
    Failure::new(Exit::Invalid, "the edited text is not a user with a name and an email").because(fault.to_string())
}

/// How an editor ends. A ^C or ^\ meanwhile is the editor's, though the terminal sends it to this program, too.
async fn end_of(editor: &mut Command) -> io::Result<ExitStatus> {
    let (mut interrupts, mut quits) = (signal(SignalKind::interrupt())?, signal(SignalKind::quit())?);
    let mut editor = editor.spawn()?;
    loop {
        tokio::select! {
            ended = editor.wait() => return ended,
            _ = interrupts.recv() => {}
            _ = quits.recv() => {}
        }
    }
}

/// The file that is edited. Only its owner can read it.
struct Draft(PathBuf);

impl Draft {
    fn create(id: UserId, ending: &str, text: &str) -> Result<Self, Failure> {
        let nonce = getrandom::u64().map_err(|fault| fault.to_string());
        let made = nonce.and_then(|nonce| {
            let path = env::temp_dir().join(format!("usersvc-user-{id}-{nonce:x}.{ending}"));
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let filled = file.and_then(|mut file| file.write_all(text.as_bytes()));
            filled.map(|()| Self(path)).map_err(|fault| fault.to_string())
        });
        made.map_err(|cause| Failure::new(Exit::Usage, "there is no file to edit the user in").because(cause))
    }

    async fn edit(&self) -> Result<(), Failure> {
        let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
        let editor = named.unwrap_or_else(|| USUAL_EDITOR.to_owned());
        let words = shlex::split(&editor).filter(|words| !words.is_empty());
        let ended = match words.as_deref() {
            Some([program, arguments @ ..]) => end_of(Command::new(program).args(arguments).arg(self.path())).await,
            _ => Err(io::Error::other("it is not a command")),
        };
        let cause = match ended {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => format!("it ended with {status}"),
            Err(fault) => fault.to_string(),
        };
        self.remove();
        Err(Failure::new(Exit::Usage, format!("the editor {editor} did not do its work, and nothing was changed"))
            .because(cause)
            .attempt("EDITOR=nano usersvc …         with an editor of this machine"))
    }

    fn read(&self) -> Result<String, Failure> {
        fs::read_to_string(self.path()).map_err(|fault| {
            let failure =
                Failure::new(Exit::Invalid, format!("the edited text in {} cannot be read", self.0.display()));
            failure.because(fault.to_string())
        })
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// Where it cannot be removed it stays, as any other file of that directory.
    fn remove(&self) {
        let _ = fs::remove_file(self.path());
    }

    /// The same fault, with the place of the text that somebody would not like to write again.
    fn kept(&self, fault: anyhow::Error) -> anyhow::Error {
        let kept = |failure: Failure| failure.because(format!("the edited text is kept in {}", self.0.display()));
        match fault.downcast::<Failure>() {
            Ok(failure) => kept(failure).into(),
            Err(fault) => fault.context(format!("the edited text is kept in {}", self.0.display())),
        }
    }
}
