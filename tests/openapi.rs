//! The service's description of itself: it says all that the original's said, and the service keeps to it.

mod support;

use std::process::{Command, Stdio};

use serde_json::Value;
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

/// The cases of one run, at least.
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
        .args(["--no-color", "--continue-on-failure"])
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
    let (theirs, ours) = (serde_json::json!({ "a": [{ "b": 1 }], "description": "x" }), serde_json::json!({ "a": [] }));
    assert_eq!(missing("", &theirs, &ours).len(), 2);
    assert!(missing("", &ours, &theirs).is_empty());
}
