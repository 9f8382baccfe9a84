//! Plays recorded requests against the service, and compares.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::client::{Answer, send};

/// What the original answered; handed over with the contract.
pub const RECORDED: &str = include_str!("cases.jsonl");
/// Answers of a rebuilt original (the same framework and validator) to odder requests.
pub const REBUILT: &str = include_str!("more.jsonl");

#[derive(Deserialize)]
struct Case {
    id: u32,
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    body_base64: Option<String>,
    expect: Expected,
}

#[derive(Deserialize)]
struct Expected {
    status: u16,
    json: Option<Value>,
    location: Option<String>,
}

/// Plays all cases in order against an empty store.
#[track_caller]
pub fn play(cases: &str, port: u16) {
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).expect("a case is JSON");
        let plain = case.body.clone().map(String::into_bytes);
        let body = plain.or_else(|| Some(STANDARD.decode(case.body_base64.as_ref()?).expect("base64")));
        let headers: Vec<(&str, &str)> = case.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = send(port, &case.method, &case.path, &headers, body.as_deref());
        if let Err(difference) = compare(&case.expect, &answer) {
            wrong.push(format!("{} {} {}: {difference}\n    {line}", case.id, case.method, case.path));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(expected: &Expected, answer: &Answer) -> Result<(), String> {
    let shown = || format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    if answer.status != expected.status {
        return Err(format!("not {}, but {}", expected.status, shown()));
    }
    if answer.status == 405 && answer.header("allow").is_none() {
        return Err("no Allow".into());
    }
    if let Some(location) = &expected.location {
        let told = answer.header("location").unwrap_or_default();
        if !told.ends_with(location.as_str()) {
            return Err(format!("leads to {told}"));
        }
    }
    let Some(json) = &expected.json else { return Ok(()) };
    if answer.header("content-type") != Some("application/json") {
        return Err(format!("content type {:?}", answer.header("content-type")));
    }
    let given = serde_json::from_slice(&answer.body).map_err(|fault| format!("{fault}: {}", shown()))?;
    if is_like(json, &given) { Ok(()) } else { Err(shown()) }
}

/// Equal as JSON values, the keys of objects in order, where the case does not leave it open.
fn is_like(expected: &Value, given: &Value) -> bool {
    match (expected, given) {
        (Value::String(any), _) if any == "<any>" => true,
        (Value::String(time), Value::String(given)) if time == "<timestamp>" => is_timestamp(given),
        (Value::Array(expected), Value::Array(given)) => {
            expected.len() == given.len()
                && expected.iter().zip(given).all(|(expected, given)| is_like(expected, given))
        }
        (Value::Object(expected), Value::Object(given)) => {
            expected.len() == given.len()
                && expected
                    .iter()
                    .zip(given)
                    .all(|((key, expected), (other, given))| key == other && is_like(expected, given))
        }
        _ => expected == given,
    }
}

/// RFC 3339 in UTC with microseconds: `2026-01-15T10:30:00.123456Z`.
fn is_timestamp(text: &str) -> bool {
    let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().map(shape).eq("0000-00-00T00:00:00.000000Z".chars()) && text.parse::<jiff::Timestamp>().is_ok()
}
