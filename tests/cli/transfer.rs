//! Lists, and users in bulk: `user list`, `find`, `import` and `export`.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Ran, as_run, fed, ran};
use crate::support::http::Client;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::{Terminal, keys};
use crate::support::{PATIENCE, becomes_true, eventually};

fn run(service: &Service, line: &str) -> Ran {
    ran(service.usersvc().args(line.split(' ')).arg("-q").current_dir(service.home()))
}

/// A service with so many users, and some ids of nobody between them.
fn with(users: u64) -> Service {
    let service = Service::embedded();
    fs::write(service.home().join("users"), lines(1..=users)).unwrap();
    run(&service, "user import users").expect(0);
    service
}

/// Users as JSON lines.
fn lines(numbers: impl Iterator<Item = u64>) -> String {
    numbers.map(|nth| format!("{{\"name\":\"U{nth}\",\"email\":\"u{nth}@example.com\"}}\n")).collect()
}

/// The names of all users, in order.
fn names(service: &Service) -> Vec<String> {
    let listed = run(service, "user list --all -o ndjson").expect(0).out;
    let read = |line: &str| serde_json::from_str::<Value>(line).unwrap()["name"].as_str().unwrap().to_owned();
    let mut names: Vec<String> = listed.lines().map(read).collect();
    names.sort();
    names
}

fn numbered(numbers: impl Iterator<Item = u64>) -> Vec<String> {
    let mut names: Vec<String> = numbers.map(|nth| format!("U{nth}")).collect();
    names.sort();
    names
}

#[test]
fn a_list_goes_on_where_the_last_one_ended() {
    let service = with(7);
    let client = Client::new(service.port());
    client.delete(3).expect(200);
    client.delete(4).expect(200);
    let ids = |line: &str| run(&service, line).expect(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ids("user list -o name"), "1 2 5 6 7");
    assert_eq!(ids("user list -o name --limit 3"), "1 2 5");
    assert_eq!(ids("user list -o name --limit 2 --after 2"), "5 6");
    assert_eq!(ids("user list -o name --after 7"), "");
    assert_eq!(ids("user list -o name --all --after 1"), "2 5 6 7");
    let more = ran(service.usersvc().args(["user", "list", "--limit", "3"])).expect(0);
    assert!(more.err.contains("note: there are more: usersvc user list --after 5"), "{more:#?}");
    assert!(more.trace()[0].starts_with("LISTED users sqlite N ms"), "{more:#?}");
    assert_eq!(run(&service, "user list -o json --after 7").expect(0).json(), json!([]));
    assert_eq!(run(&service, "user list -o csv --after 7").expect(0).out, "id,name,email,created_at\n");
    run(&service, "user list --limit 0").expect(2);
    run(&service, "user list --limit 5 --all").expect(2);
    let deleted =
        fed(service.usersvc().args(["user", "delete", "-", "--yes", "-q"]), ids("user list -o name").as_bytes());
    assert_eq!(deleted.expect(0).out.lines().count(), 5, "a list of names is what `-` reads");
}

#[test]
fn a_list_may_be_longer_than_a_page() {
    let service = with(2100);
    assert_eq!(run(&service, "user list --all -o name").expect(0).out.lines().count(), 2100);
    assert_eq!(run(&service, "user list --limit 1500 -o name").expect(0).out.lines().last(), Some("1500"));
}

#[test]
fn users_are_found_by_their_address_in_upper_and_lower_case() {
    let service = with(3);
    let found = run(&service, "user find U2@EXAMPLE.com").expect(0);
    assert!(found.out.contains("\tU2\tu2@example.com\t") && found.out.lines().count() == 1, "{found:#?}");
    let nobody = run(&service, "user find nobody@example.com").expect(3);
    assert_eq!(nobody.sentence(), "no user has the e-mail address \"nobody@example.com\"");
    assert_eq!(run(&service, "user find nobody@example.com -o json").expect(3).problem()["code"], "not_found");
}

#[test]
fn what_is_exported_in_any_format_can_be_imported() {
    let service = with(5);
    let odd = "a, \"b\" '\u{2028}' é😀";
    Client::new(service.port()).rename(3, odd).expect(200);
    for file in ["all.ndjson", "all.json", "all.csv"] {
        let told = ran(service.usersvc().args(["user", "export", file]).current_dir(service.home())).expect(0);
        assert!(told.err.contains(&format!("note: 5 users exported to {file}")) && told.out.is_empty(), "{told:#?}");
        let other = Service::embedded();
        let path = service.home().join(file);
        let told = run(&other, &format!("user import {}", path.display())).expect(0);
        assert_eq!(told.out, "5 users created\n");
        assert_eq!(names(&other), names(&service));
        assert!(names(&other).iter().any(|name| name == odd));
        let again = run(&service, &format!("user export {file}")).expect(5);
        assert!(again.sentence().contains("is there already"), "{again:#?}");
    }
    let entries: Vec<_> = fs::read_dir(service.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(entries.iter().all(|name| !name.to_string_lossy().contains(".part")), "{entries:?}");
    let to_stdout = |format: &str| run(&service, &format!("user export --format {format}")).expect(0).out;
    assert_eq!(to_stdout("json"), fs::read_to_string(service.home().join("all.json")).unwrap());
    assert_eq!(run(&service, "user export - --after 4").expect(0).out.lines().count(), 1);
    let empty = Service::embedded();
    assert_eq!(run(&empty, "user export --format json").expect(0).out, "[]\n");
    assert_eq!(run(&empty, "user export --format csv").expect(0).out, "id,name,email,created_at\n");
}

#[test]
fn a_bad_line_is_told_with_its_number_and_the_others_go_in() {
    let service = Service::embedded();
    let long = "x".repeat(70_000);
    let text = format!(
        "{}not json\n\n{{\"name\":\"\",\"email\":\"x\"}}\n[1]\n{{\"name\":\"A\"}}\n{{\"name\":1,\"email\":\"a@b.org\"}}\n\
         {{\"name\":\"{long}\",\"email\":\"a@b.org\"}}\n{{\"name\":\"\u{0}\",\"email\":\"a@b.org\"}}\n{}",
        lines(1..=1),
        lines(2..=2).trim_end()
    );
    fs::write(service.home().join("users"), text).unwrap();
    let told = run(&service, "user import users").expect(8);
    assert_eq!(told.out, "2 users created, 7 refused\n");
    for (line, what) in [
        (2, "it is not JSON"),
        (4, "name: String should have at least 1 character; email: Value error"),
        (5, "it is not a JSON object"),
        (6, "email: it is missing"),
        (7, "name: it is not a string"),
        (8, "it is longer than 65536 bytes"),
        (9, "it is not JSON"),
    ] {
        assert!(told.err.contains(&format!("warning: line {line}: {what}")), "{line}: {told:#?}");
    }
    assert_eq!(names(&service), ["U1", "U2"]);
    fs::write(service.home().join("users.csv"), "E-Mail,email,name\nx,a@b.org,Ann\nx,b@c.org\nx,bad,Bob\n").unwrap();
    let told = run(&service, "user import users.csv -o json").expect(8);
    assert_eq!(told.json(), json!({ "created": 1, "existing": 0, "refused": 2 }));
    assert!(
        told.err.contains("\"detail\":\"line 3: it has 2 fields") && told.err.contains("\"detail\":\"line 4: email: "),
        "{told:#?}"
    );
    fs::write(service.home().join("bad"), "1\n2\n").unwrap();
    run(&service, "user import bad").expect(6);
}

#[test]
fn an_import_may_stop_at_the_first_that_is_refused() {
    let service = Service::embedded();
    let text = format!("{}x\n{}", lines(1..=3), lines(4..=2000));
    fs::write(service.home().join("users"), text).unwrap();
    let told = run(&service, "user import users --on-error stop --jobs 1").expect(8);
    assert!(told.sentence().starts_with("line 4: it is not JSON"), "{told:#?}");
    assert!(told.err.contains("the same command within 24 hours"), "{told:#?}");
    assert_eq!(names(&service), numbered(1..=3));
    let again = run(&service, "user import users --on-error stop --jobs 1").expect(6);
    assert_eq!(again.out, "0 users created, 3 there already, 1 refused\n");
    fs::write(service.home().join("broken.json"), "[{\"name\":\"A\",\"email\":\"a@b.org\"},").unwrap();
    run(&service, "user import broken.json").expect(8);
    fs::write(service.home().join("bad"), "x\n").unwrap();
    let told = run(&service, "user import bad --on-error stop").expect(6);
    assert!(!told.err.contains("try:"), "the same would come of it: {told:#?}");
}

#[test]
fn a_second_import_of_the_same_creates_nothing() {
    let service = with(40);
    assert_eq!(run(&service, "user import users").expect(0).out, "0 users created, 40 there already\n");
    let renamed = lines(1..=41).replace("\"U", "\"V");
    fs::write(service.home().join("renamed"), &renamed).unwrap();
    let told = run(&service, "user import renamed --once-by email").expect(0);
    assert_eq!(told.out, "1 users created, 40 there already\n");
    // The same address twice, at the same time.
    fs::write(service.home().join("twice"), [lines(50..=59), lines(50..=59).replace("\"U", "\"W")].concat()).unwrap();
    let told = run(&service, "user import twice --once-by email").expect(0);
    assert_eq!(told.out, "10 users created, 10 there already\n");
    assert_eq!(names(&service).len(), 51);
}

#[test]
fn an_import_goes_on_where_its_report_ends() {
    let service = Service::embedded();
    let home = service.home().to_owned();
    fs::write(home.join("users"), format!("{}bad\n{}", lines(1..=2), lines(4..=5))).unwrap();
    run(&service, "user import users --report report").expect(8);
    let report = fs::read_to_string(home.join("report")).unwrap();
    assert_eq!(report.lines().count(), 5);
    assert!(report.lines().any(|line| line.starts_with("{\"line\":3,\"status\":\"refused\",\"error\":")), "{report}");
    // The line was mended, and the last entry was not wholly written.
    fs::write(home.join("users"), lines(1..=5)).unwrap();
    let cut = report.rfind("{\"line\"").unwrap() + 20;
    fs::write(home.join("report"), &report[..cut]).unwrap();
    let told = run(&service, "user import users --report report").expect(0);
    assert!(told.out.starts_with("1 users created, 4 there already"), "{told:#?}");
    assert_eq!(names(&service), numbered(1..=5));
    fs::write(home.join("users"), lines(2..=5)).unwrap();
    let told = run(&service, "user import users --report report").expect(2);
    assert!(told.sentence().contains("is of another file: line 1 differs"), "{told:#?}");
    fs::copy(home.join("users"), home.join("others")).unwrap();
    let told = run(&service, "user import users --report others").expect(2);
    assert!(told.err.contains("something else than a report"), "{told:#?}");
    assert_eq!(fs::read_to_string(home.join("others")).unwrap(), lines(2..=5), "it was left as it is");
    run(&service, "user import users --report nowhere/report").expect(2);
}

#[test]
fn a_report_takes_the_place_of_no_other_file() {
    let service = Service::embedded();
    let home = service.home();
    fs::write(home.join("users"), lines(1..=1)).unwrap();
    for text in ["my notes, one line", "{\"line\":1,\"note\":2}", "{\"note\":", lines(1..=1).trim_end()] {
        fs::write(home.join("notes"), text).unwrap();
        let told = run(&service, "user import users --report notes").expect(2);
        assert!(told.err.contains("something else than a report"), "{text}: {told:#?}");
        assert_eq!(fs::read_to_string(home.join("notes")).unwrap(), text);
    }
    fs::hard_link(home.join("users"), home.join("link")).unwrap();
    let from_stdin = || {
        let mut command = service.usersvc();
        command.args(["user", "import", "-", "--report", "link"]).current_dir(home);
        as_run(command.stdin(File::open(home.join("users")).unwrap()).output().unwrap())
    };
    for told in [run(&service, "user import users --report link"), from_stdin()] {
        assert_eq!(told.expect(2).sentence(), "the report link is the file that is to be imported");
    }
    assert_eq!(fs::read_to_string(home.join("users")).unwrap(), lines(1..=1));
    assert_eq!(names(&service).len(), 0, "nothing was sent");
    let entry = "{\"line\":1,\"status\":\"refused\",\"error\":\"é".as_bytes();
    // The last is torn within a letter.
    for torn in [b"", &entry[..5], entry, &entry[..entry.len() - 1]] {
        fs::write(home.join("report"), torn).unwrap();
        run(&service, "user import users --report report").expect(0);
        let report = fs::read_to_string(home.join("report")).unwrap();
        assert!(report.starts_with("{\"line\":1,\"status\":") && report.lines().count() == 1, "{report}");
    }
}

#[test]
fn a_line_of_csv_has_the_number_that_an_editor_shows() {
    let home = tempfile::tempdir().unwrap();
    for (text, bad) in [
        ("name,email\nA,bad\nB,bad\n", &[2, 3][..]),
        ("name,email\r\nA,bad\r\nB,bad\r\n", &[2, 3]),
        ("name,email\r\nA,bad\r\nB,bad", &[2, 3]),
        ("name,email\rA,bad\rB,bad\r", &[2, 3]),
        ("\n\nname,email\nA,bad\n\n\nB,bad", &[4, 7]),
        ("name,email\r\nA,bad\r\n\r\nB,bad,x\r\n\r\nC,bad\r\n", &[2, 4, 6]),
        ("note,name,email\r\n\"one\r\ntwo\r\n\",A,bad\r\n\r\n\"three\n\",B,bad\nx,C,bad\n", &[2, 6, 8]),
        ("name,email\nA,bad\n\"B,bad", &[2, 3]),
    ] {
        let told =
            fed(usersvc(home.path()).args(["user", "import", "-", "--dry-run", "--format", "csv"]), text.as_bytes());
        let warned = told.err.lines().filter_map(|line| line.strip_prefix("warning: line ")?.split(':').next());
        let lines: Vec<u64> = warned.map(|number| number.parse().unwrap()).collect();
        assert_eq!(lines, bad, "{text:?}: {told:#?}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_user() {
    let home = tempfile::tempdir().unwrap();
    let user = "{\"name\":\"A\",\"email\":\"a@b.org\"}";
    for (format, text) in
        [("ndjson", format!("{user}\n")), ("json", format!("[{user}]")), ("csv", "name,email\nA,a@b.org\n".into())]
    {
        let marked = format!("\u{feff}{text}");
        let mut command = usersvc(home.path());
        command.args(["user", "import", "-", "--dry-run", "--format", format]);
        assert_eq!(fed(&mut command, marked.as_bytes()).expect(0).out, "1 users would be created\n", "{format}");
    }
}

#[test]
fn an_export_to_stdout_has_the_form_that_is_asked_for() {
    let service = with(2);
    let export = |words: &str| run(&service, &format!("user export {words}"));
    for format in ["json", "ndjson", "csv"] {
        let expected = export(&format!("--format {format}")).expect(0).out;
        assert_eq!(export(&format!("-o {format}")).expect(0).out, expected);
        assert_eq!(export(&format!("- -o {format}")).expect(0).out, expected);
        assert_eq!(export(&format!("-o yaml --format {format}")).expect(0).out, expected);
    }
    for form in ["yaml", "name"] {
        let told = export(&format!("-o {form}")).expect(2);
        assert!(told.out.is_empty() && told.err.contains(&format!("usersvc user list --all -o {form}")), "{told:#?}");
    }
    export("users.csv -o json").expect(0);
    assert!(fs::read_to_string(service.home().join("users.csv")).unwrap().starts_with("id,name"));
}

#[test]
fn an_import_survives_control_c_and_the_death_of_the_service() {
    let service = Service::embedded();
    fs::write(service.home().join("users"), lines(1..=1500)).unwrap();
    let created =
        || Client::new(service.port()).send("GET", "/users?after=100&limit=1", None).json()["users"] != json!([]);
    let mut command = service.usersvc();
    command.args(["user", "import", "--jobs", "4"]).arg(service.home().join("users"));
    let mut terminal = Terminal::start(&command, 80);
    eventually("some are in", created);
    terminal.press(keys::CONTROL_C);
    let (code, printed) = terminal.end();
    assert!(code == 130 && printed.contains("the same command within 24 hours"), "{code} {printed}");
    assert!(names(&service).len() < 1500, "it was not done yet");

    let mut again = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let before = names(&service).len();
    assert!(becomes_true(PATIENCE, || names(&service).len() > before), "it goes on");
    service.restart();
    assert!(again.wait().unwrap().success());
    assert_eq!(names(&service), numbered(1..=1500), "each was created once");
}

#[test]
fn a_file_that_is_no_list_of_users_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let import = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::write(&path, text).unwrap();
        ran(usersvc(home.path()).args(["user", "import", "--dry-run"]).arg(path))
    };
    let broken = import("a.json", "[{\"name\":\"A\",\"email\":\"a@b.org\"},{\"name\":").expect(6);
    assert_eq!(broken.sentence(), "the users are no JSON array after the first 1");
    assert_eq!(broken.out, "1 users would be created\n");
    import("b.json", "{\"name\":\"A\"}").expect(6).sentence();
    assert!(import("c.csv", "id,name\n1,A\n").expect(6).sentence().contains("no column \"email\""));
    assert_eq!(import("empty", "").expect(0).out, "0 users would be created\n");
    assert_eq!(import("empty.csv", "name,email\n").expect(0).out, "0 users would be created\n");
    let missing = ran(usersvc(home.path()).args(["user", "import", "/nowhere/users"])).expect(2);
    assert_eq!(missing.sentence(), "the file /nowhere/users cannot be read");
    ran(usersvc(home.path()).args(["user", "import"]).arg(home.path())).expect(2);
    let mut script: Command = usersvc(home.path());
    let in_shell = fed(script.args(["shell", "--via", "embedded"]), b"user import -\n").expect(2);
    assert!(in_shell.sentence().contains("a shell reads its own lines from stdin"), "{in_shell:#?}");
    assert!(!Path::new(&home.path().join("data")).exists(), "nobody was asked");
}
