use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::super::exchange::{Service, Stopping};
use super::super::metrics::Metrics;
use super::super::path::Resource;
use super::super::soon::Soon;
use super::DOCUMENT;
use crate::state::Store;
use crate::users::{Options, Users};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// Each resource with its path in the document. One that is new does not compile until it is here.
macro_rules! resources {
    ($($resource:pat => $path:literal)*) => {
        const PATHS: &[&str] = &[$($path,)*];

        fn path_of(resource: &Resource) -> &'static str {
            match resource {
                $($resource => $path,)*
            }
        }
    };
}

resources! {
    Resource::Health => "/health"
    Resource::Live => "/livez"
    Resource::Ready => "/readyz"
    Resource::Metrics => "/metrics"
    Resource::DaprConfig => "/dapr/config"
    Resource::OpenApi => "/openapi.json"
    Resource::Docs => "/docs"
    Resource::DocsFile(_) => "/docs/{file}"
    Resource::Reference => "/redoc"
    Resource::Users => "/users"
    Resource::User(_) => "/users/{user_id}"
    Resource::Cache => "/cache"
    Resource::CacheStats => "/cache/stats"
    Resource::CacheEvents => "/cache/events"
    Resource::CacheVerify => "/cache/verify"
    Resource::CacheUser(_) => "/cache/users/{user_id}"
}

/// The methods of each path.
fn described() -> BTreeMap<&'static str, BTreeSet<String>> {
    let methods = |item: &Value| item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
    members(&DOCUMENT["paths"]).map(|(path, item)| (path, methods(item))).collect()
}

fn members(value: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

/// Each operation, with its path and method.
fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    members(&DOCUMENT["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, about)| (format!("{method} {path}"), about)))
}

/// Calls `look` with every value within.
fn walk(value: &'static Value, look: &mut impl FnMut(&'static Value)) {
    look(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, look)),
        _ => {}
    }
}

#[test]
fn each_resource_is_there_with_its_methods_and_nothing_else() {
    assert_eq!(described().into_keys().collect::<BTreeSet<_>>(), PATHS.iter().copied().collect());
    for (path, methods) in described() {
        let resource = Resource::named(path).unwrap_or_else(|| panic!("{path} names nothing"));
        assert_eq!(path_of(&resource), path);
        assert_eq!(methods, resource.allow().split(", ").map(str::to_owned).collect(), "{path}");
    }
}

#[tokio::test]
async fn each_method_is_answered_and_no_other() {
    let users = Soon::default();
    users.are(Users::new(Store::Memory(Default::default()), Store::Memory(Default::default()), Options::default()));
    let service = Service { users, metrics: Metrics::default(), stopping: Stopping(watch::channel(false).1) };
    for (path, methods) in described() {
        for method in METHODS {
            let request = Request::builder().method(method).uri(path.replace(['{', '}'], "")).body(Body::empty());
            let answer = super::super::answer(&service, request.unwrap()).await;
            let is_answered = answer.status() != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_answered, methods.contains(method), "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn every_operation_has_its_own_id() {
    let mut seen = BTreeSet::new();
    for (name, about) in operations() {
        assert!(seen.insert(about["operationId"].as_str().unwrap()), "the id of {name} is another's");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    walk(&DOCUMENT, &mut |value| {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return };
        let target = DOCUMENT.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some_and(Value::is_object), "{reference}");
    });
}

#[test]
fn every_body_of_json_and_every_parameter_in_a_path_has_an_example() {
    for (name, about) in operations() {
        let responses = members(&about["responses"]).map(|(_, response)| &response["content"]);
        for content in responses.chain([&about["requestBody"]["content"]]) {
            for (kind, body) in members(content).filter(|(kind, _)| kind.ends_with("json")) {
                let is_shown = !body["example"].is_null() || !body["examples"].is_null();
                assert!(is_shown || name == "get /openapi.json", "{kind} of {name}");
            }
        }
        for parameter in about["parameters"].as_array().into_iter().flatten() {
            let is_shown = parameter["in"] != "path" || !parameter["example"].is_null();
            assert!(is_shown, "{} of {name}", parameter["name"]);
        }
    }
}
