//! The service's description of itself: it says all that the original's said, and the service keeps to it.

mod support;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::http::Client;
use support::service::Service;
use support::tool;

/// The versions of Schemathesis, and of all that it needs.
const VERSIONS: &str = include_str!("../tools/schemathesis/requirements.txt");

/// What the original said.
const ORIGINAL: &str = include_str!("contract/openapi.json");

/// Where `ours` lacks something of `theirs`. A description may go on, and a list and an object may have more.
fn missing(place: &str, theirs: &Value, ours: &Value) -> Vec<String> {
    let is_there = match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let lacks = |(key, value)| missing(&format!("{place}/{key}"), value, ours.get(key).unwrap_or(&Value::Null));
            return theirs.iter().flat_map(lacks).collect();
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            theirs.iter().all(|value| ours.iter().any(|ours| missing("", value, ours).is_empty()))
        }
        (Value::String(theirs), Value::String(ours)) if place.ends_with("/description") => ours.starts_with(theirs),
        // The original's has no offset, which its own format asks for.
        (Value::String(theirs), Value::String(ours)) if place.ends_with("/example/created_at") => {
            ours.starts_with(theirs) && ours.ends_with('Z')
        }
        _ => theirs == ours,
    };
    if is_there { Vec::new() } else { vec![format!("{place} is {ours}, and should be {theirs}")] }
}

#[test]
fn what_the_original_said_is_said() {
    let service = Service::embedded();
    let document = Client::new(service.port()).send("GET", "/openapi.json", None).expect(200);
    assert_eq!(document.header("content-type"), Some("application/json"));
    let original: Value = serde_json::from_str(ORIGINAL).unwrap();
    let missing = missing("", &original, &document.json());
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A request, with the path as the document has it.
struct Asked {
    method: &'static str,
    template: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: Option<Value>,
    status: u16,
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn asked(method: &'static str, template: &'static str, status: u16) -> Asked {
    Asked { method, template, headers: &[], body: None, status }
}

#[test]
fn every_header_of_an_answer_is_described() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    let document = client.send("GET", "/openapi.json", None).expect(200).json();
    let (users, user, cached) = ("/users", "/users/{user_id}", "/cache/users/{user_id}");
    let of = |asked: Asked, headers| Asked { headers, ..asked };
    let with = |asked: Asked, body| Asked { headers: &[JSON], body: Some(body), ..asked };
    let john = || json!({ "name": "John Doe", "email": "john@example.com" });
    let once =
        |body, status| Asked { headers: &[JSON, ("idempotency-key", "once")], body, ..asked("POST", users, status) };
    for Asked { method, template, headers, body, status } in [
        with(asked("POST", users, 201), john()),
        once(Some(john()), 201),
        once(Some(john()), 201),
        once(Some(json!({ "name": "Jane", "email": "jane@example.com" })), 422),
        of(asked("POST", users, 400), &[("idempotency-key", "a key")]),
        asked("GET", users, 200),
        asked("GET", "/users?limit=1", 200),
        asked("GET", "/users?limit=x", 422),
        asked("GET", user, 200),
        asked("HEAD", user, 200),
        of(asked("GET", user, 304), &[("if-none-match", "*")]),
        of(asked("GET", user, 412), &[("if-match", "\"7\"")]),
        of(asked("GET", user, 400), &[("if-match", "7")]),
        with(asked("PUT", user, 200), json!({ "name": "Jack" })),
        with(asked("PUT", user, 413), json!("x".repeat(70_000))),
        with(asked("PATCH", user, 422), json!({ "name": null })),
        asked("OPTIONS", user, 204),
        asked("GET", cached, 200),
        asked("DELETE", cached, 200),
        asked("DELETE", user, 200),
        asked("DELETE", user, 404),
        asked("DELETE", "/cache", 200),
        asked("GET", "/cache/stats", 200),
        asked("HEAD", "/cache/events", 200),
        asked("POST", "/cache/verify", 200),
        asked("GET", "/health", 200),
        asked("GET", "/livez", 200),
        asked("GET", "/readyz", 200),
        asked("GET", "/metrics", 200),
        asked("GET", "/openapi.json", 200),
        of(asked("GET", "/openapi.json", 304), &[("if-none-match", "*")]),
        asked("GET", "/docs", 200),
        asked("GET", "/docs/{file}", 404),
        asked("GET", "/redoc", 200),
    ] {
        let path = template.replace("{user_id}", "1");
        let answer = client.send_with(method, &path, headers, body.as_ref()).expect(status);
        let template = template.split('?').next().unwrap();
        let described = &document["paths"][template][method.to_lowercase()]["responses"][status.to_string()];
        let known: Vec<String> =
            described["headers"].as_object().unwrap().keys().map(|name| name.to_lowercase()).collect();
        let of_every_answer = ["content-type", "content-length", "transfer-encoding", "date"];
        for (name, _) in &answer.headers {
            let is_described = known.contains(name) || of_every_answer.contains(&name.as_str());
            assert!(is_described, "{name} of {method} {template} {status}: {answer:?}");
        }
    }
}

/// The fewest cases of a run.
const CASES_MIN: usize = 5000;

/// The operations that the configuration leaves out.
const LEFT_OUT: usize = 1;

fn number(written: &str) -> usize {
    written.parse().unwrap_or_else(|_| panic!("{written:?} is no number"))
}

/// Holds the service against its description with Schemathesis, whose report is the failure.
fn keeps_to_its_description(service: &Service) {
    let version = VERSIONS.lines().find_map(|line| line.strip_prefix("schemathesis==")).expect("it is pinned");
    let program = tool(&format!("schemathesis-{version}/bin/schemathesis"), "tools/schemathesis/install");
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/schemathesis/schemathesis.toml");
    // What it keeps between runs goes with the service.
    let output = Command::new(program.unwrap_or_else(|error| panic!("{error}")))
        .args(["--config-file", config, "run", &format!("{}/openapi.json", service.url())])
        .args(["--url", &service.url(), "--no-color", "--continue-on-failure"])
        .current_dir(service.home())
        .stdin(Stdio::null())
        .output()
        .expect("Schemathesis can be started");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}{}\n{}", String::from_utf8_lossy(&output.stderr), service.last_lines());
    let selected = report.lines().find_map(|line| line.trim().strip_prefix("Selected: ")?.split_once('/'));
    let (selected, all) = selected.unwrap_or_else(|| panic!("{report}"));
    assert_eq!(number(selected) + LEFT_OUT, number(all), "{report}");
    let generated = report.lines().find_map(|line| line.trim().split_once(" generated,").map(|(cases, _)| cases));
    assert!(generated.map(number) >= Some(CASES_MIN), "{generated:?} cases are too few:\n{report}");
    println!("{report}");
}

mod schemathesis {
    mod embedded {
        use crate::support::service::Service;

        #[test]
        fn the_service_keeps_to_its_description() {
            crate::keeps_to_its_description(&Service::embedded());
        }
    }

    mod dapr {
        use crate::support::service::Service;
        use crate::support::stack::Stack;

        #[test]
        fn the_service_keeps_to_its_description() {
            crate::keeps_to_its_description(&Service::on(Stack::shared()));
        }
    }
}

#[test]
fn what_is_left_out_is_noticed() {
    let (theirs, ours) = (json!({ "a": [{ "b": 1 }], "description": "x" }), json!({ "a": [] }));
    assert_eq!(missing("", &theirs, &ours).len(), 2);
    assert!(missing("", &ours, &theirs).is_empty());
}
