//! The forms of a result: `-o table|json|ndjson|yaml|csv|name`.

use serde_json::{Value, json};

use super::{Ran, ran};
use crate::support::service::{Service, usersvc};
use crate::support::terminal::printed_on;

/// A service with two users, the second of whom has a name that every form has to take care of.
fn with_two() -> (Service, impl Fn(&[&str]) -> Ran) {
    let service = Service::embedded();
    // To YAML, the character in it is the end of a line.
    for name in ["Ann", "a: \"b\",\u{2028}#c"] {
        ran(service.usersvc().args(["user", "create", "--name", name, "--email", "a@b.org"])).expect(0);
    }
    let url = service.url();
    let home = service.home().to_owned();
    (service, move |words: &[&str]| ran(usersvc(&home).env("USERSVC_SERVER", &url).args(words).arg("--quiet")))
}

fn created(run: &impl Fn(&[&str]) -> Ran) -> [String; 2] {
    let users = run(&["user", "get", "1", "2", "-o", "json"]).expect(0).json();
    [0, 1].map(|nth: usize| users[nth]["created_at"].as_str().unwrap().to_owned())
}

#[test]
fn one_user_is_an_object_and_several_are_a_list() {
    let (_service, run) = with_two();
    let [first, second] = created(&run);
    let name = "a: \"b\",\u{2028}#c";
    let one = json!({ "id": 1, "name": "Ann", "email": "a@b.org", "created_at": first });
    let two = json!({ "id": 2, "name": name, "email": "a@b.org", "created_at": second });
    assert_eq!(run(&["user", "get", "1", "-o", "json"]).expect(0).json(), one);
    assert_eq!(run(&["user", "get", "1", "2", "-o", "json"]).expect(0).json(), json!([one, two]));
    let lines = run(&["user", "get", "1", "2", "-o", "ndjson"]).expect(0).out;
    let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, [one.clone(), two.clone()]);
    let yaml = |words: &[&str]| run(words).expect(0).out;
    let read = |text: &str| serde_saphyr::from_str::<Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let alone = yaml(&["user", "get", "1", "-o", "yaml"]);
    assert_eq!(alone, format!("id: 1\nname: \"Ann\"\nemail: \"a@b.org\"\ncreated_at: \"{first}\"\n"));
    assert_eq!(read(&yaml(&["user", "get", "1", "2", "-o", "yaml"])), json!([one, two]));
    let csv = run(&["user", "get", "1", "2", "-o", "csv"]).expect(0).out;
    let expected = format!("1,Ann,a@b.org,{first}\n2,\"a: \"\"b\"\",\u{2028}#c\",a@b.org,{second}\n");
    assert_eq!(csv, format!("id,name,email,created_at\n{expected}"));
    assert_eq!(run(&["user", "get", "1", "2", "-o", "name"]).expect(0).out, "1\n2\n");
    assert_eq!(run(&["user", "get", "1", "-o", "table"]).expect(0).out, format!("1\tAnn\ta@b.org\t{first}\n"));
}

#[test]
fn every_result_has_every_form() {
    let (_service, run) = with_two();
    for (words, heads, names) in [
        (&["user", "create", "--name", "C", "--email", "c@d.org"][..], "id,name,", "4\n"),
        (&["user", "update", "1", "--name", "Annie"], "id,name,", "1\n"),
        (&["user", "update", "1", "--name", "X", "--dry-run"], "would,id,from.id,", "1\n"),
        (&["cache", "inspect", "1"], "id,verdict,", "1\n"),
        (&["cache", "inspect", "1", "77"], "id,verdict,", "1\n77\n"),
        (&["cache", "flush", "1"], "id,flushed,", "1\n"),
        (&["cache", "flush", "--yes"], "id,flushed,", ""),
        (&["cache", "flush", "--dry-run"], "would,id\n", ""),
        (&["cache", "verify", "--all"], "epoch,checked,", ""),
        (&["cache", "stats"], "hits,misses,", ""),
    ] {
        let form = |form: &str| run(&[words, &["-o", form]].concat()).expect(0).out;
        let json: Value = serde_json::from_str(&form("json")).unwrap();
        let yaml: Value = serde_saphyr::from_str(&form("yaml")).unwrap();
        assert_eq!(json.is_array(), yaml.is_array(), "{words:?}");
        assert!(form("ndjson").lines().all(|line| serde_json::from_str::<Value>(line).unwrap().is_object()));
        let csv = form("csv");
        let mut lines = csv.lines();
        let columns = lines.next().map(|line| line.split(',').count());
        assert!(csv.starts_with(heads), "{words:?}: {csv}");
        assert!(lines.all(|line| line.contains('"') || Some(line.split(',').count()) == columns), "{words:?}: {csv}");
        let named = form("name");
        assert!(named == names || words[1] == "create", "{words:?}: {named}");
        assert!(!form("table").is_empty(), "{words:?}");
    }
}

#[test]
fn an_error_is_a_problem_where_programs_read_the_result() {
    let (_service, run) = with_two();
    for form in ["json", "ndjson"] {
        assert_eq!(run(&["user", "get", "9", "-o", form]).expect(3).problem()["code"], "not_found");
        assert_eq!(run(&["user", "gett", "9", &format!("-o{form}")]).expect(2).problem()["code"], "usage");
        let some = run(&["user", "get", "1", "9", "-o", form]).expect(8);
        let problems: Vec<Value> = some.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let codes: Vec<&str> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["not_found", "partly_done"]);
    }
    for form in ["yaml", "csv", "name", "table"] {
        assert_eq!(run(&["user", "get", "9", "-o", form]).expect(3).sentence(), "User with ID 9 not found");
    }
}

#[test]
fn no_form_lets_a_name_play_tricks_on_a_terminal() {
    let service = Service::embedded();
    let turned = "A\u{202e}B\u{2066}";
    ran(service.usersvc().args(["user", "create", "--name", turned, "--email", "a@b.org"])).expect(0);
    for form in ["table", "json", "ndjson", "yaml", "csv"] {
        let mut command = service.usersvc();
        command.args(["user", "get", "1", "-q", "-o", form]);
        let (code, printed) = printed_on(&command, 80);
        assert_eq!(code, 0, "{printed}");
        assert!(printed.contains('A') && !printed.contains('\u{202e}') && !printed.contains('\u{2066}'), "{printed:?}");
        assert!(form == "table" || ran(&mut command).expect(0).out.contains(turned), "a program gets it as it is");
    }
}
