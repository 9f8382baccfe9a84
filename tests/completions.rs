//! The scripts in `completions/` are those that the program prints, and bash takes its own.
//!
//! After a change of the grammar, this writes them anew:
//!
//! ```sh
//! USERSVC_TEST_WRITE=1 cargo test --test completions
//! ```

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use support::process::run;
use support::service::BINARY;

/// The shells, and the names under which they look for a script.
const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "usersvc.bash"),
    ("zsh", "_usersvc"),
    ("fish", "usersvc.fish"),
    ("powershell", "_usersvc.ps1"),
    ("elvish", "usersvc.elv"),
];

/// Set, it makes the files what they should be.
const WRITE: &str = "USERSVC_TEST_WRITE";

fn folder() -> PathBuf {
    static WRITTEN: Once = Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    WRITTEN.call_once(|| {
        if std::env::var_os(WRITE).is_some() {
            fs::create_dir_all(&folder).unwrap();
            SCRIPTS.iter().for_each(|(shell, file)| fs::write(folder.join(file), printed(shell)).unwrap());
        }
    });
    folder
}

fn printed(shell: &str) -> String {
    let output = Command::new(BINARY).args(["completions", shell]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What bash prints after it has loaded the script, with nothing of the user's own.
fn in_bash(commands: &str) -> String {
    let script = folder().join("usersvc.bash");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-euc", &format!("source \"$1\"; {commands}"), "bash"]).arg(script);
    run(&mut bash).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_scripts_in_the_folder_are_those_that_the_program_prints() {
    let mut differ = Vec::new();
    for (shell, file) in SCRIPTS {
        if fs::read_to_string(folder().join(file)).ok().as_deref() != Some(&printed(shell)) {
            differ.push(file);
        }
    }
    assert!(differ.is_empty(), "{differ:?} differ; write them with {WRITE}=1 cargo test --test completions");
    let mut found: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let mut known = SCRIPTS.map(|(_, file)| file);
    found.sort();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn every_command_is_in_every_script() {
    for (shell, file) in SCRIPTS {
        let script = printed(shell);
        for word in ["serve", "create", "update", "inspect", "verify", "shell", "completions", "data-dir", "via"] {
            assert!(script.contains(word), "{word} is not in {file}");
        }
    }
}

#[test]
fn bash_loads_its_script() {
    run(Command::new("bash").arg("-n").arg(folder().join("usersvc.bash"))).unwrap_or_else(|error| panic!("{error}"));
    let registered = in_bash("complete -p usersvc");
    assert!(registered.contains("-F _usersvc") && registered.ends_with(" usersvc"), "{registered}");
}

#[test]
fn bash_completes_commands_flags_and_values() {
    for (line, expected) in [
        ("usersvc us", "user"),
        ("usersvc user cr", "create"),
        ("usersvc user update 1 --em", "--email"),
        ("usersvc user get 1 --via emb", "embedded"),
        ("usersvc cache ver", "verify"),
        ("usersvc completions el", "elvish"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, before) = (words.len() - 1, words[words.len() - 2]);
        let completed = in_bash(&format!(
            "COMP_WORDS=({line}); COMP_CWORD={last}; COMPREPLY=(); \
             _usersvc usersvc {} {before}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words[last]
        ));
        assert_eq!(completed, expected, "{line}");
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_that_are_known() {
    let output = Command::new(BINARY).args(["completions", "tcsh"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(SCRIPTS.iter().all(|(shell, _)| told.contains(shell)), "{told}");
}
