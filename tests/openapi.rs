//! The service's description of itself: it says all that the original's said, and the service keeps to it.

mod support;

use serde_json::Value;
use support::http::Client;
use support::service::Service;

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

#[test]
fn what_is_left_out_is_noticed() {
    let (theirs, ours) = (serde_json::json!({ "a": [{ "b": 1 }], "description": "x" }), serde_json::json!({ "a": [] }));
    assert_eq!(missing("", &theirs, &ours).len(), 2);
    assert!(missing("", &ours, &theirs).is_empty());
}
