//! The settings file, its contexts, and where each value comes from.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{Ran, ran};
use crate::support::service::{Service, usersvc};
use crate::support::terminal::Terminal;

const FIX: [&str; 3] = ["cache", "verify", "--fix"];

/// A home with a settings file.
struct Home(tempfile::TempDir);

impl Home {
    fn with(settings: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(home.path().parent().unwrap()).unwrap();
        fs::write(home.path(), settings).unwrap();
        home
    }

    fn path(&self) -> PathBuf {
        self.0.path().join(".config/usersvc/config.toml")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = usersvc(self.0.path());
        command.env_remove("USERSVC_DATA_DIR").args(words);
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        ran(&mut self.command(words))
    }
}

/// The value of a setting, and where it comes from.
fn setting(ran: &Ran, key: &str) -> (Value, Value) {
    let all = ran.json();
    let found = all.as_array().unwrap().iter().find(|setting| setting["key"] == key).expect("it is a setting");
    (found["value"].clone(), found["from"].clone())
}

#[test]
fn a_value_is_that_of_the_flag_else_of_the_environment_the_context_the_file_and_the_default() {
    let text = "cache-ttl = 120\nserver = \"http://file\"\nstatestore = \"file\"\n\n[context.one]\nserver = \"http://one\"\n\
                statestore = \"one\"\n[context.two]\nquiet = true\n";
    let home = Home::with(text);
    let show = ["config", "show", "-o", "json"];
    let settings = |command: &mut Command| {
        let ran = ran(command).expect(0);
        ["server", "statestore", "cache-ttl", "cache", "data-dir"].map(|key| setting(&ran, key))
    };
    let is = |value: &str, from: &str| (json!(value), json!(from));
    let nothing = (Value::Null, json!("default"));
    let (ttl, cache) = (is("120", "file"), is("cache", "default"));
    let file = [is("http://file", "file"), is("file", "file"), ttl.clone(), cache.clone(), nothing.clone()];
    assert_eq!(settings(&mut home.command(&show)), file);
    let one = [is("http://one", "context"), is("one", "context"), ttl.clone(), cache.clone(), nothing.clone()];
    assert_eq!(settings(home.command(&show).env("USERSVC_CONTEXT", "one")), one);
    assert_eq!(settings(home.command(&show).args(["--context", "one"]).env("USERSVC_CONTEXT", "two")), one);
    let environment = |command: &mut Command| {
        settings(
            command.env("USERSVC_CONTEXT", "one").env("USERSVC_SERVER", "http://env").env("USERSVC_DATA_DIR", "/x"),
        )
    };
    let there = is("/x", "environment");
    let set = [is("http://env", "environment"), is("one", "context"), ttl.clone(), cache.clone(), there.clone()];
    assert_eq!(environment(&mut home.command(&show)), set);
    let flags = ["--server", "http://flag", "config", "show", "-o", "json"];
    let set = [is("http://flag", "flag"), is("one", "context"), ttl, cache, there];
    assert_eq!(environment(&mut home.command(&flags)), set);
    let row = ran(&mut home.command(&["config", "show"])).expect(0).out;
    assert!(row.contains(&format!("cache-ttl\t120\tfile\t{}:1\n", home.path().display())), "{row}");
    assert!(row.contains("listen\t127.0.0.1:8001\tdefault\t\n"), "{row}");
}

#[test]
fn what_the_file_says_is_what_commands_do() {
    let service = Service::embedded();
    ran(service.usersvc().args(["user", "create", "--name", "A", "--email", "a@b.org"])).expect(0);
    let home = Home::with(&format!(
        "current-context = \"here\"\noutput = \"name\"\nquiet = true\n[context.here]\nserver = \"{}\"\n\
         [context.nowhere]\nserver = \"http://127.0.0.1:1\"\nvia = \"api\"\n",
        service.url()
    ));
    let got = home.run(&["user", "get", "1"]).expect(0);
    assert_eq!((got.out.as_str(), got.err.as_str()), ("1\n", ""));
    assert_eq!(home.run(&["user", "get", "1", "-o", "json"]).expect(0).json()["id"], 1);
    let away = home.run(&["--context", "nowhere", "user", "get", "1"]).expect(7);
    assert_eq!(away.sentence(), "nothing answers at http://127.0.0.1:1");
    let elsewhere = home.0.path().join("other.toml");
    fs::write(&elsewhere, "output = \"json\"\n").unwrap();
    let ran_there = |path: &str| ran(home.command(&["config", "show"]).env("USERSVC_CONFIG", path));
    assert_eq!(setting(&ran_there(elsewhere.to_str().unwrap()).expect(0), "server").1, "default");
    assert!(ran_there("").expect(0).out.contains("output\ttable\tdefault"), "an empty one is none");
    assert!(ran_there("/nowhere/x.toml").expect(2).sentence().contains("/nowhere/x.toml cannot be read"));
}

#[test]
fn a_context_is_chosen_without_touching_the_rest_of_the_file() {
    let text = "# mine\noutput = 'table' # as it is\n[context.dev]\nserver = \"http://dev\"\n[context.prod]\n\
                via = \"dapr\"\nguarded = true\n";
    let home = Home::with(text);
    let listed = |expected: &str| assert_eq!(home.run(&["config", "contexts"]).expect(0).out, expected);
    listed("\tdev\thttp://dev\t\t\n\tprod\t\tdapr\tguarded\n");
    assert!(home.run(&["config", "use", "prod"]).expect(0).err.contains("go to the context prod now"));
    assert_eq!(fs::read_to_string(home.path()).unwrap(), format!("current-context = \"prod\"\n{text}"));
    listed("\tdev\thttp://dev\t\t\n*\tprod\t\tdapr\tguarded\n");
    home.run(&["config", "use", "dev"]).expect(0);
    assert_eq!(fs::read_to_string(home.path()).unwrap(), format!("current-context = \"dev\"\n{text}"));
    let told = home.run(&["config", "use", "prd"]).expect(2);
    assert!(told.sentence().contains("no context \"prd\"") && told.err.contains("try: dev, prod"), "{told:#?}");
    home.run(&["config", "use", "--none"]).expect(0);
    assert_eq!(fs::read_to_string(home.path()).unwrap(), text);
    home.run(&["config", "use"]).expect(2);
    assert_eq!(home.run(&["config", "path"]).expect(0).out, format!("{}\n", home.path().display()));
    assert_eq!(home.run(&["config", "path", "-o", "json"]).expect(0).json(), json!({ "path": home.path() }));
    assert_eq!(home.run(&["config", "contexts", "-o", "name"]).expect(0).out, "dev\nprod\n");
}

#[test]
fn a_damaged_file_is_told_with_its_line_and_changes_nothing() {
    for (text, line, told) in [
        ("output = \"json\"\nservr = \"x\"\n", 2, "there is no setting \"servr\""),
        ("\n\n[context.a]\nvia = \"apy\"\n", 4, "invalid value 'apy' for '--via <WAY>'"),
        ("[context.a]\nguarded = \"yes\"\n", 2, "guarded is true or false"),
        ("quiet = \"yes\"\n", 1, "quiet is true or false"),
        ("yes = true\n", 1, "there is no setting \"yes\""),
        ("cache-ttl = 5\n", 1, "invalid value '5' for '--cache-ttl <TIME>'"),
        ("cache-audit = 2\n", 1, "invalid value '2' for '--cache-audit <RATE>'"),
        ("server = [\"a\"]\n", 1, "server has to be one value"),
        ("context.a = 1\n", 1, "the context \"a\" is not a table"),
        ("\nserver = 5\n", 2, "\"5\" is not the URL of a service"),
        ("[context.a]\nserver = \"foo\"\n", 2, "\"foo\" is not the URL of a service"),
        ("output = \"json\n", 1, "it is not TOML"),
        ("output = \"json\"\noutput = \"yaml\"\n", 2, "it is not TOML"),
    ] {
        let home = Home::with(text);
        let ran = home.run(&["--via", "embedded", "user", "create", "--name", "A", "--email", "a@b.org"]).expect(2);
        let begin = format!("the settings file {} is wrong in line {line}: {told}", home.path().display());
        assert!(ran.sentence().starts_with(&begin), "{begin}\n{ran:#?}");
        assert_eq!(fs::read_to_string(home.path()).unwrap(), text);
        assert_eq!(home.run(&["user", "get", "1", "-o", "json"]).expect(2).problem()["code"], "usage");
        home.run(&["help", "user"]).expect(0);
        home.run(&["config", "path"]).expect(0);
        home.run(&["config", "show"]).expect(2);
    }
    let near = Home::with("servr = \"x\"\n").run(&["user", "get", "1"]).expect(2);
    assert!(near.err.contains("try: server"), "{near:#?}");
}

#[test]
fn a_guarded_context_wants_its_name_before_anything_destructive() {
    let service = Service::embedded();
    for _ in 0..3 {
        ran(service.usersvc().args(["user", "create", "--name", "A", "--email", "a@b.org"])).expect(0);
    }
    let url = service.url();
    let home = Home::with(&format!(
        "current-context = \"prod\"\n[context.prod]\nserver = \"{url}\"\nguarded = true\n[context.dev]\nserver = \"{url}\"\n"
    ));
    for words in [&["user", "delete", "1"][..], &["user", "delete", "1", "2"], &["cache", "flush"], &["bench"], &FIX] {
        for yes in [&[][..], &["--yes"]] {
            let told = home.run(&[words, yes].concat()).expect(2);
            assert!(told.sentence().contains("in the guarded context prod has to be confirmed"), "{told:#?}");
            assert!(told.err.contains("--confirm prod"), "{told:#?}");
        }
        assert!(home.run(&[words, &["--confirm", "dev"]].concat()).expect(2).sentence().contains("the context is"));
    }
    let import = super::fed(&mut home.command(&["user", "import", "-"]), b"").expect(2);
    assert!(import.sentence().starts_with("Importing users in the guarded context prod"), "{import:#?}");
    home.run(&["user", "get", "1", "2", "3"]).expect(0);
    home.run(&["user", "update", "1", "--name", "B"]).expect(0);
    home.run(&["cache", "flush", "1"]).expect(0);
    home.run(&["cache", "verify", "--fix", "--dry-run"]).expect(0);
    home.run(&["cache", "verify", "--fix", "--confirm", "prod"]).expect(0);
    home.run(&["cache", "flush", "--confirm", "prod"]).expect(0);
    home.run(&["user", "delete", "1", "--confirm", "prod"]).expect(0);
    home.run(&["--context", "dev", "user", "delete", "2", "--confirm", "prod"]).expect(2);
    let mut command = home.command(&["user", "delete", "2", "--yes"]);
    command.env("TERM", "xterm");
    for (typed, code) in [("y\r", 130), ("prod\r", 0)] {
        let mut terminal = Terminal::start(&command, 100);
        terminal.expect("Deleting user 2 in prod. Its name, to go on: ");
        terminal.press(typed);
        assert_eq!(terminal.end().0, code, "{typed}");
    }
    home.run(&["--context", "dev", "user", "delete", "3"]).expect(0);
}

#[test]
fn a_file_that_chooses_a_context_which_it_has_not_can_be_mended() {
    let home = Home::with("[context.a]\n");
    fs::write(home.path(), "current-context = \"b\"\n[context.a]\n").unwrap();
    let told = home.run(&["user", "get", "1"]).expect(2);
    let wrong = format!("the settings file {} is wrong in line 1: there is no context \"b\"", home.path().display());
    assert!(told.sentence() == wrong && told.err.contains("try: a\n"), "{told:#?}");
    home.run(&["help", "user"]).expect(0);
    let listed = home.run(&["config", "contexts"]).expect(0);
    assert!(listed.err.contains(&format!("warning: {wrong}")) && listed.out.contains("\ta\t"), "{listed:#?}");
    assert!(home.run(&["config", "show"]).expect(0).out.starts_with("context\tb\tfile\t"));
    home.run(&["config", "use", "a"]).expect(0);
    home.run(&["config", "show", "-q"]).expect(0);
    assert_eq!(fs::read_to_string(home.path()).unwrap(), "current-context = \"a\"\n[context.a]\n");
}

#[test]
fn the_context_that_holds_is_shown_with_the_reason() {
    let home = Home::with("current-context = \"a\"\n[context.a]\n[context.b]\n");
    let show = ["config", "show", "-o", "json"];
    let shown = |command: &mut Command| setting(&ran(command).expect(0), "context");
    assert_eq!(shown(&mut home.command(&show)), (json!("a"), json!("file")));
    assert_eq!(shown(home.command(&show).env("USERSVC_CONTEXT", "b")), (json!("b"), json!("environment")));
    assert_eq!(shown(home.command(&show).args(["--context", "b"])), (json!("b"), json!("flag")));
    home.run(&["config", "use", "--none"]).expect(0);
    assert_eq!(shown(&mut home.command(&show)), (Value::Null, json!("default")));
}

#[test]
fn a_choice_leaves_the_file_to_the_eyes_that_it_is_for() {
    let home = Home::with("\u{feff}[context.a]\n");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o600)).unwrap();
    home.run(&["config", "use", "a"]).expect(0);
    assert_eq!(fs::metadata(home.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(home.path()).unwrap(), "current-context = \"a\"\n[context.a]\n");
    home.run(&["config", "show"]).expect(0);
}
