//! The program: a table of modes. Parse, run, exit code; no runtime where none is needed.

use std::ffi::OsString;
use std::process::ExitCode;

use usersvc::cli::exit::Exit;
use usersvc::cli::line::Line;
use usersvc::cli::{self, Command, completions, config, exit, help, man, render, serve, shell};

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    render::tell_of_panics(words.clone());
    exit::or_fault(|| run(&words)).into()
}

fn run(words: &[OsString]) -> Exit {
    if let Some(answered) = completions::answer(words) {
        return answered;
    }
    let Line { said: line, matches, settings } = match cli::parse(words) {
        Ok(line) => line,
        Err(refusal) => return render::refusal(&refusal, words),
    };
    let screen = render::Screen::new(&line.global);
    let ended = match &line.command {
        Command::Serve(args) => serve::run(args, &line.global, &screen),
        Command::User(_) | Command::Cache(_) | Command::Bench(_) | Command::Doctor => cli::once(&line, &screen),
        Command::Shell(args) => shell::run(args, &line.global, words, &screen),
        Command::Config(command) => config::run(command, &settings, &matches, &screen),
        Command::Completions(args) => completions::run(args.shell),
        Command::Man(args) => man::run(args),
        Command::Help(args) => help::run(args, cli::grammar(), &words[..1], &screen),
    };
    exit::end(ended, &screen)
}
