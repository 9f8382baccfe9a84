//! `usersvc cache watch`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::ran;
use super::strangers::saying;
use crate::support::http::Client;
use crate::support::process::free_ports;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys};
use crate::support::{PATIENCE, eventually};

/// Longer than any test waits, so that one which waits in vain comes to an end.
const AT_MOST: [&str; 2] = ["--for", "60s"];

/// A command that watches.
struct Watcher {
    child: Child,
    /// `None` where nobody reads it any more.
    out: Option<BufReader<ChildStdout>>,
    err: BufReader<ChildStderr>,
}

impl Watcher {
    /// Starts it, and waits until it hears what happens.
    #[track_caller]
    fn start(command: &mut Command, words: &[&str]) -> Self {
        command.args(["cache", "watch"]).args(AT_MOST).args(words);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let mut watcher = Self { child, out: Some(BufReader::new(out)), err: BufReader::new(err) };
        let told = watcher.told();
        assert!(told.starts_with("note: watching the cache of http://") && told.ends_with("; ^C ends it"), "{told}");
        watcher
    }

    #[track_caller]
    fn line(&mut self) -> String {
        next(self.out.as_mut().unwrap())
    }

    /// The next line on stderr.
    #[track_caller]
    fn told(&mut self) -> String {
        next(&mut self.err)
    }

    #[track_caller]
    fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"))
    }

    /// Sends it a ^C; its exit code, and the rest of what it printed.
    fn interrupt(mut self) -> (Option<i32>, String, String) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        self.end()
    }

    fn end(&mut self) -> (Option<i32>, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        if let Some(rest) = &mut self.out {
            rest.read_to_string(&mut out).unwrap();
        }
        self.err.read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code(), out, err)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[track_caller]
fn next(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    assert!(lines.read_line(&mut line).unwrap() > 0, "it has ended");
    line.trim_end().to_owned()
}

/// A user that the cache has.
fn cached_user(client: &Client) -> u64 {
    let id = client.create("John").expect(201).id();
    eventually("the cache answers", || client.get(id).is_hit());
    id
}

#[test]
fn an_event_is_a_line_of_fields_or_a_json_object() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut plain = Watcher::start(&mut service.usersvc(), &[]);
    let mut as_json = Watcher::start(&mut service.usersvc(), &["-o", "json"]);
    let mut as_csv = Watcher::start(&mut service.usersvc(), &["-o", "csv"]);
    let mut as_names = Watcher::start(&mut service.usersvc(), &["-o", "name"]);
    client.get(id).expect(200);
    let line = plain.line();
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!((fields.len(), &fields[1..3]), (4, &["hit", "1"][..]), "{line}");
    assert!(fields[0].ends_with('Z') && fields[3].contains(" ms, ttl 3"), "{line}");
    let told = as_json.json();
    assert!(told["event"] == "hit" && told["user"] == id && told["at"] == fields[0], "{told}");
    assert!(as_csv.line().starts_with("at,event,user,ttl,ms,found,"));
    assert!(as_csv.line().starts_with(&format!("{},hit,1,3", fields[0])));
    assert_eq!(as_names.line(), "1");

    client.rename(id, "Jane").expect(200);
    assert_eq!(as_json.json()["event"], "mark");
    let promoted = as_json.json();
    assert!(promoted["event"] == "promote" && promoted["tombstone"] == false, "{promoted}");
}

#[test]
fn who_watches_some_users_or_some_kinds_sees_nothing_else() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let [one, two, three] = [(); 3].map(|()| cached_user(&client));
    let mut of_one = Watcher::start(&mut service.usersvc(), &["1", "-o", "ndjson"]);
    let mut of_two = Watcher::start(&mut service.usersvc(), &["1", "3", "-o", "ndjson"]);
    let mut writes = Watcher::start(&mut service.usersvc(), &["--kind", "mark,flush", "--kind=fence", "-o", "ndjson"]);
    for id in [two, three, one] {
        client.get(id).expect(200);
    }
    client.rename(two, "Jane").expect(200);
    client.send("DELETE", &format!("/cache/users/{one}"), None).expect(200);
    let shape = |told: Value| json!([told["event"], told["user"]]);
    assert_eq!([(); 2].map(|()| shape(of_one.json())), [json!(["hit", 1]), json!(["flush", 1])]);
    assert_eq!([(); 3].map(|()| shape(of_two.json())), [json!(["hit", 3]), json!(["hit", 1]), json!(["flush", 1])]);
    assert_eq!([(); 2].map(|()| shape(writes.json())), [json!(["mark", 2]), json!(["flush", 1])]);
    let (code, _, told) = writes.interrupt();
    assert_eq!(code, Some(0));
    assert!(
        told.starts_with("note: 2 events in ") && told.ends_with(" s: 3 hits, 0 misses, hit rate 100.0 %\n"),
        "{told}"
    );
}

#[test]
fn it_ends_when_its_time_is_over() {
    let service = Service::embedded();
    let began = Instant::now();
    let watched = ran(service.usersvc().args(["cache", "watch", "--for", "100ms"])).expect(0);
    assert!(
        watched.out.is_empty() && watched.err.ends_with("note: 0 events in 0 s: 0 hits, 0 misses\n"),
        "{watched:#?}"
    );
    assert_eq!(ran(service.usersvc().args(["cache", "watch", "--for", "100ms", "-q"])).expect(0).err, "");
    assert!(began.elapsed() < PATIENCE);
    for nonsense in ["0", "x", "-1s"] {
        ran(service.usersvc().args(["cache", "watch", "--for", nonsense])).expect(2);
    }
}

#[test]
fn it_needs_a_running_service_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let told = ran(usersvc(home.path()).args(["cache", "watch", "--via", "embedded"])).expect(2);
    assert_eq!(told.sentence(), "the events are those of a running service, and this command goes around it");
    assert!(told.err.contains("try: --via api, with `usersvc serve` running"), "{told:#?}");
    let [nobody] = free_ports();
    let url = format!("http://127.0.0.1:{nobody}");
    let told = ran(usersvc(home.path()).args(["cache", "watch", "--via", "api", "--server", &url])).expect(7);
    assert!(told.sentence().contains("nothing answers at"), "{told:#?}");
    let other = saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
    let told = ran(usersvc(home.path()).args(["cache", "watch", "--via", "api", "--server", &other])).expect(7);
    assert!(told.sentence().ends_with("is not this service"), "{told:#?}");
}

#[test]
fn users_that_nobody_can_have_are_not_watched() {
    let service = Service::embedded();
    ran(service.usersvc().args(["cache", "watch", "1", "-1"])).expect(3);
    ran(service.usersvc().args(["cache", "watch", "x"])).expect(6);
    let nobody = super::fed(service.usersvc().args(["cache", "watch", "-"]), b"").expect(0);
    assert_eq!(nobody.out, "");
    let unsent = ran(service.usersvc().args(["cache", "watch", "7", "--as", "curl"])).expect(0);
    assert_eq!(unsent.out, format!("curl '{}/cache/events?user=7'\n", service.url()));
}

#[test]
fn a_service_that_goes_away_is_told_once_and_found_again() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut watcher = Watcher::start(&mut service.usersvc(), &["-o", "ndjson"]);
    let url = service.url();
    service.stop();
    assert_eq!(watcher.told(), format!("warning: lost {url}: it has stopped; asking again until it answers"));
    service.restart();
    assert_eq!(watcher.told(), format!("note: {url} is back; what happened meanwhile was not seen"));
    client.get(id).expect(200);
    assert_eq!(watcher.json()["event"], "miss", "its cache began empty");
    service.kill();
    assert!(watcher.told().starts_with(&format!("warning: lost {url}: ")));
    let (code, _, told) = watcher.interrupt();
    assert!(code == Some(0) && told.starts_with("note: ") && told.lines().count() == 1, "{told}");
}

#[test]
fn what_was_lost_is_told_and_so_is_what_a_later_version_may_tell() {
    let stream = "\u{feff}: hello\r\nevent: lost\r\ndata: {\"events\":904}\r\n\r\nevent: thaw\r\ndata: {\"user\":3,\r\n\
        data: \"why\":\"\\u001b[2J\",\"sure\":true}\r\n\r\n";
    let url = saying(format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{stream}"));
    let home = tempfile::tempdir().unwrap();
    let command = || {
        let mut command = usersvc(home.path());
        command.args(["--via", "api", "--server", &url]);
        command
    };
    let mut watcher = Watcher::start(&mut command(), &["--kind", "hit"]);
    assert_eq!(watcher.line(), "-\tlost\t-\tevents 904");
    let mut watcher = Watcher::start(&mut command(), &[]);
    watcher.line();
    assert_eq!(watcher.line(), "-\tthaw\t3\twhy \\u{1b}[2J, sure");
    assert_eq!(watcher.told(), format!("warning: lost {url}: it has stopped; asking again until it answers"));
}

#[test]
fn who_stops_reading_ends_it_without_a_word() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let id = cached_user(&client);
    let mut watcher = Watcher::start(&mut service.usersvc(), &[]);
    client.get(id).expect(200);
    watcher.line();
    watcher.out = None;
    eventually("it sees that", || {
        client.get(id).expect(200);
        watcher.child.try_wait().unwrap().is_some()
    });
    assert_eq!(watcher.end(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_terminal_has_a_last_line_with_the_hit_rate() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let id = cached_user(&client);
    for (columns, plot) in
        [(130, "· hit rate 100.0 % "), (80, "hit rate 100.0 % ·"), (40, "100.0 % ···········█ 1 hit, 0 misses")]
    {
        let mut command = service.usersvc();
        command.args(["cache", "watch"]).args(AT_MOST);
        let mut terminal = Terminal::start(&command, columns);
        terminal.expect("no reads in the last minute");
        client.get(id).expect(200);
        terminal.expect("HIT");
        terminal.expect(plot.trim_start_matches("· "));
        terminal.press(keys::CONTROL_C);
        terminal.expect("note: 1 event in ");
        assert_eq!(terminal.end().0, 0);
    }
}

#[test]
fn in_a_shell_it_ends_and_the_shell_does_not() {
    let service = Service::embedded();
    let mut command = service.usersvc();
    command.arg("shell");
    let mut terminal = Terminal::start(&command, 100);
    terminal.expect("users>");
    terminal.line("cache watch");
    terminal.expect("no reads in the last minute");
    terminal.press(keys::CONTROL_C);
    terminal.expect("note: 0 events in ");
    terminal.expect("users>");
    terminal.line("exit");
    assert_eq!(terminal.end().0, 0);
}
