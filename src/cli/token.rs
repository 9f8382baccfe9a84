//! The token that a command shows to the service, such as an API key. It never stands on a command line, where every
//! program of the machine could read it, nor in the settings file: there stands where it is kept.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;
use std::{env, fs};

use tokio::process::Command;
use tokio::time::timeout;

use super::exit::{Exit, Failure};
use super::unsent::quoted;

/// How long a command may take that prints a token: it may ask somebody for a password.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFrom {
    File(PathBuf),
    Variable(String),
    /// A line for `sh`, which prints it.
    Command(String),
}

impl FromStr for TokenFrom {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        match written.split_once(':').map(|(kind, place)| (kind, place.trim())) {
            Some((_, "")) | None => {}
            Some(("file", path)) => return Ok(Self::File(at_home(path))),
            Some(("env", name)) => return Ok(Self::Variable(name.to_owned())),
            Some(("command", line)) => return Ok(Self::Command(line.to_owned())),
            _ => {}
        }
        Err("say where the token is: file:PATH, env:NAME, or command:LINE".into())
    }
}

/// A path may begin with `~/` where no shell has read it, as in the settings file.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(below), Some(home)) => Path::new(&home).join(below),
        _ => path.into(),
    }
}

impl TokenFrom {
    /// The token, as it is at this moment.
    ///
    /// # Errors
    /// That it is not there.
    pub async fn read(&self) -> Result<String, Failure> {
        let read = match self {
            Self::File(path) => fs::read_to_string(path).map_err(|fault| fault.to_string()),
            Self::Variable(name) => env::var(name).map_err(|_| "it is not set".into()),
            Self::Command(line) => printed_by(line).await,
        };
        let token = read.map(|token| token.trim().to_owned()).and_then(|token| match token.as_bytes() {
            [] => Err("it is empty".into()),
            bytes if bytes.iter().all(u8::is_ascii_graphic) => Ok(token),
            _ => Err("a token is one word of visible ASCII characters".into()),
        });
        token.map_err(|cause| {
            let failure = Failure::new(Exit::Usage, format!("there is no token in {}", self.place())).because(cause);
            failure.attempt("--token-from SOURCE    with file:PATH, env:NAME, or command:LINE")
        })
    }

    /// What a person calls it.
    fn place(&self) -> String {
        match self {
            Self::File(path) => format!("the file {}", path.display()),
            Self::Variable(name) => format!("the variable {name}"),
            Self::Command(line) => format!("what `{line}` prints"),
        }
    }

    /// What a shell puts in its place, within double quotes.
    #[must_use]
    pub fn in_shell(&self) -> String {
        match self {
            Self::File(path) => format!("$(cat {})", quoted(&path.to_string_lossy())),
            Self::Variable(name) => format!("${{{name}}}"),
            Self::Command(line) => format!("$({line})"),
        }
    }
}

async fn printed_by(line: &str) -> Result<String, String> {
    let mut command = Command::new("sh");
    // Its stdin is not that of usersvc, which may be a list of ids.
    command.args(["-c", line]).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| format!("it prints nothing within {} seconds", PATIENCE.as_secs()))?;
    let output = output.map_err(|fault| fault.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().map(str::trim).rfind(|line| !line.is_empty()).map(|line| format!(": {line}"));
        return Err(format!("it ends with {}{}", output.status, said.unwrap_or_default()));
    }
    String::from_utf8(output.stdout).map_err(|_| "it is no text".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_file_a_variable_or_a_command() {
        let read = |written: &str| written.parse::<TokenFrom>();
        assert_eq!(read("env:USERS_TOKEN"), Ok(TokenFrom::Variable("USERS_TOKEN".into())));
        assert_eq!(read("command:pass show users"), Ok(TokenFrom::Command("pass show users".into())));
        assert_eq!(read("file:/run/a b").map(|source| source.in_shell()), Ok("$(cat '/run/a b')".into()));
        for wrong in ["", "s3cret", "file:", "env: ", "token:x", "FILE:x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
