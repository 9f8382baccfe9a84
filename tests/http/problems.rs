//! Errors as `application/problem+json` (RFC 9457).

use serde_json::{Value, json};

use crate::support::http::{Answer, Client, new_user};
use crate::support::service::Service;

const PREFERRED: (&str, &str) = ("accept", "application/json;q=0.9, application/problem+json");
const JSON: (&str, &str) = ("content-type", "application/json");

/// A request that is refused.
struct Refused {
    method: &'static str,
    path: String,
    header: (&'static str, &'static str),
    body: Option<Value>,
    status: u16,
    code: &'static str,
}

impl Refused {
    fn new(method: &'static str, path: impl Into<String>, status: u16, code: &'static str) -> Self {
        Self { method, path: path.into(), header: ("x-nothing", ""), body: None, status, code }
    }

    /// Sends it with further headers.
    fn send(&self, client: &Client, more: &[(&str, &str)]) -> Answer {
        let headers = [&[JSON, self.header], more].concat();
        client.send_with(self.method, &self.path, &headers, self.body.as_ref()).expect(self.status)
    }
}

/// One of each kind.
fn refused(client: &Client) -> Vec<Refused> {
    let user = &format!("/users/{}", client.create("John").expect(201).id());
    let (none, tag) = (("if-none-match", "x"), ("if-match", "\"7\""));
    let (change, patch) = (Some(json!({ "name": "x" })), Some(json!({ "name": null })));
    let (long, deep) = (Some("x".repeat(70_000).into()), Some(nested()));
    vec![
        Refused::new("GET", "/users/999999999", 404, "user_not_found"),
        Refused::new("DELETE", "/users/999999999", 404, "user_not_found"),
        Refused::new("GET", "/users/-1", 404, "user_not_found"),
        Refused::new("GET", "/nowhere", 404, "path_unknown"),
        Refused::new("TRACE", "/users", 405, "method_not_allowed"),
        Refused::new("GET", "/cache/users/x", 422, "input_invalid"),
        Refused { header: none, ..Refused::new("GET", user, 400, "header_invalid") },
        Refused { header: tag, body: change, ..Refused::new("PUT", user, 412, "precondition_failed") },
        Refused { body: long, ..Refused::new("POST", "/users", 413, "body_too_large") },
        Refused { body: deep, ..Refused::new("POST", "/users", 400, "body_unreadable") },
        Refused { body: patch, ..Refused::new("PATCH", user, 422, "input_invalid") },
    ]
}

/// Deeper than any reader goes.
fn nested() -> Value {
    (0..1000).fold(Value::Null, |inside, _| json!([inside]))
}

#[track_caller]
fn members(answer: &Answer) -> Vec<String> {
    answer.json().as_object().expect("an error is an object").keys().cloned().collect()
}

pub fn an_error_is_a_problem_document_where_it_is_preferred(service: &Service) {
    let client = Client::new(service.port());
    for request in refused(&client) {
        let Refused { status, code, .. } = request;
        let plain = request.send(&client, &[]);
        let problem = request.send(&client, &[PREFERRED, ("x-request-id", "this/one")]);
        assert_eq!(problem.header("content-type"), Some("application/problem+json"), "{code}");
        assert_eq!(problem.header("vary"), Some("Accept"), "{code}");
        assert_eq!(problem.header("allow"), plain.header("allow"), "{code}");
        let known = ["type", "title", "status", "detail", "instance", "code", "errors"];
        let count = if status == 422 { 7 } else { 6 };
        assert_eq!(members(&problem), known[..count], "{code}");
        let told = problem.json();
        assert_eq!(told["type"], format!("urn:usersvc:problem:{code}"));
        assert_eq!((&told["status"], &told["code"]), (&status.into(), &code.into()), "{problem:?}");
        assert_eq!(told["instance"], "urn:usersvc:request:this/one");
        assert!(!problem.text("title").is_empty() && !problem.text("detail").is_empty(), "{problem:?}");
        if status != 422 {
            assert_eq!(told["detail"], plain.json()["detail"], "{code}");
        }
    }
    let head = client.send_with("HEAD", "/nowhere", &[PREFERRED, ("x-request-id", "4711")], None).expect(404);
    let get = client.send_with("GET", "/nowhere", &[PREFERRED, ("x-request-id", "4711")], None).expect(404);
    assert_eq!(head.header("content-type"), Some("application/problem+json"));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

pub fn the_list_of_a_422_is_in_its_problem_document(service: &Service) {
    let client = Client::new(service.port());
    let body = json!({ "name": "" });
    let listed = client.send("POST", "/users", Some(&body)).expect(422).json();
    let problem = client.send_with("POST", "/users", &[JSON, PREFERRED], Some(&body)).expect(422);
    assert_eq!(problem.json()["errors"], listed["detail"]);
    let sentence = "body.name: String should have at least 1 character; body.email: Field required";
    assert_eq!(problem.text("detail"), sentence);
    assert_eq!(problem.text("instance").strip_prefix("urn:usersvc:request:"), problem.header("x-request-id"));

    let create = |name: &str| {
        let headers = [JSON, PREFERRED, ("idempotency-key", "the-key-of-a-problem")];
        client.send_with("POST", "/users", &headers, Some(&new_user(name)))
    };
    create("First").expect(201);
    let reused = create("Second").expect(422);
    assert_eq!((reused.text("code"), &reused.json()["errors"][0]["loc"][0]), ("key_reused".into(), &"header".into()));
}

pub fn who_does_not_prefer_a_problem_document_gets_the_errors_of_the_original(service: &Service) {
    let client = Client::new(service.port());
    for request in refused(&client) {
        let plain = request.send(&client, &[]);
        assert_eq!(members(&plain), ["detail"], "{}", request.code);
        for accept in [
            "*/*",
            "application/json",
            "application/json, application/problem+json",
            "text/html",
            "application/problem+json;q=0.5, */*",
            "application/problem+json;q=2",
            "problem",
            "",
        ] {
            let answer = request.send(&client, &[("accept", accept)]);
            assert_eq!(answer.header("content-type"), Some("application/json"), "{} {accept}", request.code);
            assert_eq!((answer.header("vary"), &answer.body), (Some("Accept"), &plain.body), "{accept}");
        }
    }
}

pub fn what_is_no_error_does_not_depend_on_accept(service: &Service) {
    let client = Client::new(service.port());
    let id = client.create("John").expect(201).id();
    for path in [format!("/users/{id}"), "/health".into(), "/cache/stats".into()] {
        let answer = client.send_with("GET", &path, &[PREFERRED], None).expect(200);
        assert_eq!((answer.header("content-type"), answer.header("vary")), (Some("application/json"), None));
    }
    let known = [PREFERRED, ("if-none-match", "*")];
    assert_eq!(client.send_with("GET", &format!("/users/{id}"), &known, None).expect(304).header("vary"), None);
    assert_eq!(client.send_with("GET", "/users/", &[PREFERRED], None).expect(307).header("vary"), None);
}
