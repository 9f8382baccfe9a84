//! `user update ID --edit`.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::strangers::read_request;
use super::{Ran, as_run, ran};
use crate::support::service::Service;

/// A service with one user, and an editor that is a script of the shell; `$1` is the file.
struct Desk {
    service: Service,
}

impl Desk {
    fn new() -> Self {
        let service = Service::embedded();
        ran(service.usersvc().args(["user", "create", "--name", "Ann", "--email", "ann@example.com"])).expect(0);
        fs::create_dir(service.home().join("drafts")).unwrap();
        Self { service }
    }

    fn edit(&self, script: &str, options: &[&str]) -> Ran {
        ran(&mut self.editing(script, options))
    }

    fn editing(&self, script: &str, options: &[&str]) -> Command {
        let editor = self.service.home().join("my editor");
        fs::write(&editor, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = self.service.usersvc();
        command.args(["user", "update", "1", "--edit", "-q"]).args(options);
        command.env_remove("VISUAL").env("EDITOR", format!("'{}' --wait", editor.display()));
        command.env("TMPDIR", self.drafts());
        // As at a terminal, a signal to the editor's group is for this command, too, and not for the tests.
        command.process_group(0);
        // The file comes after the editor's own argument.
        command
    }

    fn drafts(&self) -> PathBuf {
        self.service.home().join("drafts")
    }

    fn left(&self) -> Vec<PathBuf> {
        fs::read_dir(self.drafts()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn user(&self) -> String {
        let shown = ran(self.service.usersvc().args(["user", "get", "1", "-q"])).expect(0).out;
        shown.split('\t').skip(1).take(2).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn what_is_saved_in_the_editor_becomes_the_user() {
    let desk = Desk::new();
    let shown = desk.service.home().join("shown");
    let edited = desk.edit(&format!("cp \"$2\" '{}'; sed -i s/Ann/Anna/ \"$2\"", shown.display()), &[]).expect(0);
    assert!(edited.out.starts_with("1\tAnna\t"), "{edited:#?}");
    let text = fs::read_to_string(&shown).unwrap();
    assert!(
        text.starts_with("# User 1, created 2") && text.ends_with("name: \"Ann\"\nemail: \"ann@example.com\"\n"),
        "{text}"
    );
    let json = "printf '{\"name\": \"Bo\", \"email\": \"bo@example.com\"}' > \"$2\"";
    desk.edit(json, &["-o", "json"]).expect(0);
    assert_eq!(desk.user(), "Bo bo@example.com");
    let planned = desk.edit("sed -i s/Bo/Bob/ \"$2\"", &["--dry-run"]).expect(0);
    assert_eq!(planned.out, "would change user 1: name from \"Bo\" to \"Bob\"\n");
    assert_eq!(desk.user(), "Bo bo@example.com");
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn a_text_that_is_left_as_it_is_changes_nothing() {
    let desk = Desk::new();
    let told = desk.edit("true", &[]).expect(0);
    assert_eq!((told.out.as_str(), told.err.as_str()), ("", ""));
    let failed = desk.edit("sed -i s/Ann/X/ \"$2\"; exit 3", &[]).expect(2);
    assert!(failed.sentence().contains("nothing was changed"), "{failed:#?}");
    assert_eq!(desk.user(), "Ann ann@example.com");
    assert!(desk.left().is_empty(), "{:?}", desk.left());
    let mut command = desk.service.usersvc();
    command.args(["user", "update", "1", "--edit"]).env("VISUAL", "/nowhere/editor").env("TMPDIR", desk.drafts());
    assert!(ran(&mut command).expect(2).sentence().contains("/nowhere/editor"));
    let mut command = desk.service.usersvc();
    command.args(["user", "update", "1", "--edit"]).env("TMPDIR", Path::new("/nowhere"));
    assert!(ran(&mut command).expect(2).sentence().contains("no file to edit"));
    let both = ran(desk.service.usersvc().args(["user", "update", "1", "--edit", "--name", "X"])).expect(2);
    assert!(both.sentence().contains("cannot be used with"), "{both:#?}");
    ran(desk.service.usersvc().args(["user", "update", "9", "--edit"])).expect(3);
}

/// The one draft that is left, which the failure names.
#[track_caller]
fn kept(desk: &Desk, told: &Ran) -> String {
    let left = desk.left();
    let [draft] = left.as_slice() else { panic!("{left:?}") };
    assert!(told.err.contains(&format!("the edited text is kept in {}\n", draft.display())), "{told:#?}");
    assert_eq!(fs::metadata(draft).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(draft).unwrap();
    fs::remove_file(draft).unwrap();
    text
}

#[test]
fn a_text_that_is_no_user_is_kept() {
    let desk = Desk::new();
    for (script, said) in [
        ("echo 'name: [' > \"$2\"", "is not a user"),
        ("echo 'name: Ann' > \"$2\"", "is not a user"),
        ("echo 'admin: true' >> \"$2\"", "is not a user"),
        ("printf '\\377' > \"$2\"", "cannot be read"),
        ("sed -i s/ann@example.com/nobody/ \"$2\"", "is not valid"),
    ] {
        let told = desk.edit(script, &[]).expect(6);
        assert!(told.sentence().contains(said), "{told:#?}");
        let lines = told.err.lines().filter(|line| !line.starts_with(['e', 'c', ' '])).count();
        assert!(lines == 0 && !told.err.contains("\\n"), "{told:#?}");
        if said != "cannot be read" {
            kept(&desk, &told);
        } else {
            fs::remove_file(&desk.left()[0]).unwrap();
        }
    }
    assert_eq!(desk.user(), "Ann ann@example.com");
}

#[test]
fn a_change_that_others_made_meanwhile_is_a_conflict_and_not_overwritten() {
    let desk = Desk::new();
    let other = format!(
        "'{}' user update 1 --email other@example.com -q >/dev/null && sed -i s/Ann/Anna/ \"$2\"",
        crate::support::service::BINARY
    );
    let told = desk.edit(&other, &[]).expect(5);
    assert!(told.sentence().contains("User 1 is at version 2"), "{told:#?}");
    assert!(kept(&desk, &told).contains("name: \"Anna\""));
    assert_eq!(desk.user(), "Ann other@example.com");
}

#[test]
fn an_interrupt_while_somebody_edits_is_for_the_editor() {
    let desk = Desk::new();
    let edited = desk.edit("trap '' INT QUIT; kill -INT 0; kill -QUIT 0; sed -i s/Ann/Anna/ \"$2\"", &[]).expect(0);
    assert!(edited.out.starts_with("1\tAnna\t"), "{edited:#?}");
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn an_interrupt_of_the_change_names_the_text() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let mut command = desk.editing("sed -i s/Ann/Anna/ \"$2\"", &["--via", "api", "--server", &server]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It answers the read, and never the change.
    let (mut stream, _) = listener.accept().unwrap();
    assert!(read_request(&stream).unwrap().starts_with("GET /users/1 "));
    let user = "{\"id\":1,\"name\":\"Ann\",\"email\":\"ann@example.com\",\"created_at\":\"2026-01-01T00:00:00Z\"}";
    let head = format!("HTTP/1.1 200 OK\r\netag: \"1\"\r\nconnection: close\r\ncontent-length: {}", user.len());
    write!(stream, "{head}\r\n\r\n{user}").unwrap();
    let (stream, _) = listener.accept().unwrap();
    assert!(read_request(&stream).unwrap().starts_with("PUT /users/1 "));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let told = as_run(child.wait_with_output().unwrap()).expect(130);
    assert!(told.err.contains("it is not known whether the change was made"), "{told:#?}");
    assert!(kept(&desk, &told).contains("name: \"Anna\""));
}
