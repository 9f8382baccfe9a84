//! What a person sees: results on stdout, and everything else on stderr. What each stream can do is decided here,
//! once, for each of them.

mod banner;
mod bench;
mod events;
mod failure;
mod finding;
mod live;
mod plan;
mod progress;
mod results;
mod shown;
mod table;
mod text;
mod trace;
mod yaml;

use std::env;
use std::io::{self, IsTerminal, Write};

use colored::{ColoredString, Colorize};
use rustix::fd::AsFd;

use super::options::{Global, Output, TraceForm};

pub use banner::Banner;
pub use bench::{Measured, Measurement};
pub use failure::{refusal, tell_of_panics};
pub use finding::Finding;
pub use live::LiveLine;
pub use plan::Plan;
pub use progress::{Progress, REFRESH, grouped};
pub use shown::{Columns, List, Shown, Told, plain_json};
pub use text::Text;
pub use yaml::yaml;

/// What one of the two streams can do.
#[derive(Clone, Copy, Debug)]
struct Stream {
    /// Its width in characters, if it is a terminal.
    width: Option<u16>,
    color: bool,
}

/// A terminal that does not tell its width.
const USUAL_WIDTH: u16 = 80;

impl Stream {
    fn of(stream: &(impl AsFd + IsTerminal), no_color: bool) -> Self {
        let told = || rustix::termios::tcgetwinsize(stream).ok().map(|size| size.ws_col).filter(|width| *width > 0);
        let width = stream.is_terminal().then(|| told().unwrap_or(USUAL_WIDTH));
        Self { width, color: !no_color && wants_color(width.is_some(), |name| env::var(name).ok()) }
    }

    fn paint(self, text: &str, color: impl FnOnce(&str) -> ColoredString) -> String {
        if self.color { color(text).to_string() } else { text.to_owned() }
    }
}

/// <https://no-color.org>, <https://bixense.com/clicolors>, and `TERM`.
fn wants_color(terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    if given("NO_COLOR").is_some() {
        return false;
    }
    if given("CLICOLOR_FORCE").is_some_and(|force| force != "0") {
        return true;
    }
    let plain = given("CLICOLOR").is_some_and(|color| color == "0");
    terminal && !plain && given("TERM").is_some_and(|term| term != "dumb")
}

/// Both streams, and what they are to be given.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    out: Stream,
    err: Stream,
    format: Output,
    quiet: bool,
    verbose: bool,
    trace: TraceForm,
}

impl Screen {
    /// The streams of this process, with what the options say.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        // From here on `paint` alone decides: colored itself looks at stdout even for stderr.
        colored::control::set_override(true);
        Self {
            out: Stream::of(&io::stdout(), global.no_color),
            err: Stream::of(&io::stderr(), global.no_color),
            format: global.output,
            quiet: global.quiet,
            verbose: global.verbose > 0,
            trace: if global.quiet { TraceForm::Off } else { global.trace },
        }
    }

    /// The streams of this process, for a command line that makes no sense.
    #[must_use]
    fn of_nobody(format: Output, no_color: bool) -> Self {
        colored::control::set_override(true);
        let (out, err) = (Stream::of(&io::stdout(), no_color), Stream::of(&io::stderr(), no_color));
        Self { out, err, format, quiet: false, verbose: false, trace: TraceForm::Off }
    }

    /// Whether more is to be said than usual.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.verbose && !self.quiet
    }

    /// The same, where JSON is one line for each of many.
    #[must_use]
    pub fn in_lines(self) -> Self {
        let format = if self.format == Output::Json { Output::Ndjson } else { self.format };
        Self { format, ..self }
    }

    /// Whether stdout takes colours.
    #[must_use]
    pub fn colors_stdout(&self) -> bool {
        self.out.color
    }

    /// The first line of a shell.
    pub fn greet(&self) {
        if !self.quiet {
            let title = self.err.paint(concat!("usersvc ", env!("CARGO_PKG_VERSION")), |title| title.bold());
            tell(&format!("{title}  help shows the commands, Tab completes, ^D leaves"));
        }
    }

    /// Something worth knowing that is not the result.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            tell(&format!("{} {text}", self.err.paint("note:", |word| word.dimmed())));
        }
    }

    /// Something that is not as it should be, though the command goes on.
    pub fn warn(&self, text: &str) {
        tell(&format!("{} {text}", self.err.paint("warning:", |word| word.yellow().bold())));
    }

    /// Whether programs read the result as JSON: then they read errors so, too.
    fn is_json(&self) -> bool {
        matches!(self.format, Output::Json | Output::Ndjson)
    }
}

/// A line on stderr. Where nobody reads it, there is nobody to tell.
fn tell(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A line on stdout.
fn print(line: &str) -> io::Result<()> {
    put(format!("{line}\n").as_bytes())
}

/// Bytes on stdout, at once.
///
/// # Errors
/// That stdout does not take them, in words for a person unless it is a pipe that nobody reads any more.
pub fn put(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|fault| match fault.kind() {
        io::ErrorKind::BrokenPipe => fault,
        kind => io::Error::new(kind, format!("the result cannot be written: {fault}")),
    })
}

/// Text of others, made harmless: no control character of it reaches a terminal, nor any that turns the order of
/// the letters around. A tab or a line break in it would look like the end of a field or of a line.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colored_with(terminal: bool, variables: &[(&str, &str)]) -> bool {
        let find =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        wants_color(terminal, find)
    }

    #[test]
    fn colour_is_for_terminals_unless_the_environment_says_otherwise() {
        assert!(colored_with(true, &[("TERM", "xterm")]));
        assert!(!colored_with(false, &[("TERM", "xterm")]));
        assert!(!colored_with(true, &[("TERM", "dumb")]));
        assert!(!colored_with(true, &[]));
        assert!(!colored_with(true, &[("TERM", "xterm"), ("CLICOLOR", "0")]));
        assert!(!colored_with(true, &[("TERM", "xterm"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(colored_with(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
    }

    #[test]
    fn the_text_of_others_cannot_move_the_cursor() {
        assert_eq!(harmless("a\tb\u{1b}[2J\u{202e}ü😀"), "a\\tb\\u{1b}[2J\\u{202e}ü😀");
    }
}
