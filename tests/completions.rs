//! The scripts in `completions/` and the pages in `docs/man/` are those that the program prints, and real shells
//! complete with them.
//!
//! After a change of the grammar, this writes them anew:
//!
//! ```sh
//! USERSVC_TEST_WRITE=1 cargo test --test completions
//! ```

mod support;

#[path = "completions/shells.rs"]
mod shells;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::{Duration, Instant};

use support::eventually;
use support::http::Client;
use support::process::run;
use support::service::{BINARY, Service, usersvc};

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

/// The files of a folder, and what is in each.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read =
        |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap());
    let mut files: Vec<(String, String)> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn the_scripts_in_the_folder_are_those_that_the_program_prints() {
    let mut expected: Vec<(String, String)> =
        SCRIPTS.iter().map(|(shell, file)| ((*file).to_owned(), printed(shell))).collect();
    expected.sort();
    let differ = files(&folder()) != expected;
    assert!(!differ, "they differ; write them with {WRITE}=1 cargo test --test completions");
}

#[test]
fn the_manual_pages_are_those_of_the_grammar() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/man");
    let written = tempfile::tempdir().unwrap();
    run(Command::new(BINARY).arg("man").arg(written.path())).unwrap_or_else(|error| panic!("{error}"));
    if std::env::var_os(WRITE).is_some() {
        fs::remove_dir_all(&folder).ok();
        run(Command::new(BINARY).arg("man").arg(&folder)).unwrap_or_else(|error| panic!("{error}"));
    }
    let (known, expected) = (files(&folder), files(written.path()));
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&expected));
    let differ: Vec<&String> =
        known.iter().zip(&expected).filter(|(one, other)| one != other).map(|((name, _), _)| name).collect();
    assert!(differ.is_empty(), "{differ:?} differ; write them with {WRITE}=1 cargo test --test completions");
    let page = |name: &str| &expected.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1;
    assert!(page("usersvc-user-get.1").contains("Show users"));
    let first = run(Command::new(BINARY).arg("man")).unwrap();
    assert_eq!(first.trim(), page("usersvc.1").trim());
    let empty = tempfile::tempdir().unwrap();
    let man = |words: &[&str]| run(Command::new(BINARY).arg("man").args(words).current_dir(empty.path()));
    assert_eq!(man(&["user"]).unwrap().trim(), page("usersvc-user.1").trim());
    assert_eq!(man(&["user", "get"]).unwrap().trim(), page("usersvc-user-get.1").trim());
    assert!(man(&["user", "gett"]).is_err_and(|told| told.contains("usersvc user has no command gett")));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "a command is no directory to be made");
}

/// What a script is answered for those words, in the form of fish: a word, and what it means after a tab.
fn offered(environment: &[(&str, &str)], line: &[&str]) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let mut command = usersvc(home.path());
    command.env("USERSVC_COMPLETE", "fish").envs(environment.iter().copied()).arg("--").arg("usersvc").args(line);
    let output = command.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert!(fs::read_dir(home.path()).unwrap().next().is_none(), "it leaves nothing behind");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn words(offered: &[String]) -> Vec<&str> {
    offered.iter().map(|line| line.split('\t').next().unwrap()).collect()
}

#[test]
fn commands_flags_and_values_are_offered() {
    let offers = |line: &[&str], expected: &[&str]| assert_eq!(words(&offered(&[], line)), expected, "{line:?}");
    offers(&["us"], &["user"]);
    offers(&["user", "cr"], &["create"]);
    offers(&["user", "update", "1", "--em"], &["--email"]);
    offers(&["user", "update", "1", ""], &["name=", "email="]);
    offers(&["user", "get", "1", "--via", ""], &["auto", "api", "dapr", "embedded"]);
    offers(&["user", "get", "1", "--via", "emb"], &["embedded"]);
    offers(&["cache", "ver"], &["verify"]);
    offers(&["completions", "el"], &["elvish"]);
    offers(&["help", "exit"], &["exit-codes"]);
    assert!(words(&offered(&[], &["user", "get", "-"])).contains(&"--server"));
}

#[test]
fn users_are_offered_by_the_digits_that_their_ids_begin_with() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    (1..=12).for_each(|nth| drop(client.create(&format!("User{nth}")).expect(201)));
    client.rename(12, "User\u{202e}12").expect(200);
    let url = service.url();
    let asked = |line: &[&str]| offered(&[("USERSVC_SERVER", &url)], line);
    eventually("all are offered", || words(&asked(&["user", "get", ""])).len() == 12);
    let ones = asked(&["user", "delete", "7", "1"]);
    assert_eq!(words(&ones), ["1", "10", "11", "12"]);
    assert!(ones[3].starts_with("12\tUser\\u{202e}12 <"), "{ones:?}");
    let by_flag = offered(&[], &["--server", &url, "cache", "inspect", "12"]);
    assert_eq!(words(&by_flag), ["12"]);
    assert!(asked(&["user", "get", "13"]).is_empty());
    assert!(asked(&["user", "create", "--name", ""]).is_empty());
}

#[test]
fn contexts_are_offered_from_the_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("config.toml");
    fs::write(&settings, "[context.prod]\n[context.dev]\n").unwrap();
    let asked = |line: &[&str]| offered(&[("USERSVC_CONFIG", settings.to_str().unwrap())], line);
    assert_eq!(words(&asked(&["--context", "p"])), ["prod"]);
    assert_eq!(words(&asked(&["config", "use", ""])), ["dev", "prod"]);
}

#[test]
fn where_nobody_answers_nothing_is_offered_and_nobody_waits() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = (silent.local_addr().unwrap(), silent);
    for url in ["http://127.0.0.1:1".to_owned(), format!("http://{}", silent.0), "nonsense".into()] {
        let began = Instant::now();
        assert!(offered(&[("USERSVC_SERVER", &url)], &["user", "get", ""]).is_empty(), "{url}");
        assert!(began.elapsed() < Duration::from_secs(2), "a connection is waited for no longer than the budget");
    }
    assert!(offered(&[("USERSVC_VIA", "embedded")], &["user", "get", ""]).is_empty());
    assert!(offered(&[("USERSVC_CONFIG", "/nowhere/at/all")], &["user", "get", ""]).is_empty());
}

#[test]
fn an_unknown_shell_is_refused_with_those_that_are_known() {
    let output = Command::new(BINARY).args(["completions", "tcsh"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(SCRIPTS.iter().all(|(shell, _)| told.contains(shell)), "{told}");
}
