//! PATCH, HEAD and OPTIONS.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::Service;

const MERGE_PATCH: (&str, &str) = ("content-type", "application/merge-patch+json");

pub fn a_merge_patch_changes_what_it_names(service: &Service) {
    let client = Client::new(service.port());
    let created = client.create("John Doe").expect(201);
    let path = format!("/users/{}", created.id());
    let patch = json!({ "email": "new@example.com", "id": 7, "nickname": null });
    let patched = client.send_with("PATCH", &path, &[MERGE_PATCH], Some(&patch)).expect(200);
    let mut expected = created.json();
    expected["email"] = "new@example.com".into();
    assert_eq!((patched.json(), patched.version()), (expected, 2));
    assert_eq!(client.get(created.id()).body, patched.body);

    for content_type in ["application/json", "application/vnd.api+json; charset=utf-8"] {
        let headers = [("content-type", content_type)];
        let same = client.send_with("PATCH", &path, &headers, Some(&json!({}))).expect(200);
        assert_eq!((same.body.as_str(), same.version()), (patched.body.as_str(), 2));
    }
}

pub fn a_merge_patch_is_refused_as_an_update_is_and_removes_nothing(service: &Service) {
    let client = Client::new(service.port());
    let user = client.create("Jane").expect(201);
    let path = format!("/users/{}", user.id());
    for field in ["id", "name", "email", "created_at"] {
        let patch = json!({ field: null });
        let refused = client.send_with("PATCH", &path, &[MERGE_PATCH], Some(&patch)).expect(422).json();
        let reason = format!("the {field} of a user cannot be removed; leave it out to keep it");
        let fault = json!({
            "type": "value_error",
            "loc": ["body", field],
            "msg": format!("Value error, {reason}"),
            "input": null,
            "ctx": { "error": reason },
        });
        assert_eq!(refused, json!({ "detail": [fault] }));
    }
    let both = json!({ "name": null, "email": "nobody" });
    let refused = client.send_with("PATCH", "/users/x", &[MERGE_PATCH], Some(&both)).expect(422).json();
    let places: Vec<_> = refused["detail"].as_array().unwrap().iter().map(|fault| fault["loc"][1].clone()).collect();
    assert_eq!(places, ["user_id", "name", "email"]);

    for (headers, body) in [
        (&[MERGE_PATCH][..], json!({ "name": "" })),
        (&[MERGE_PATCH], json!([1])),
        (&[MERGE_PATCH], json!(null)),
        (&[("content-type", "text/plain")], json!({ "name": "N" })),
    ] {
        let as_patch = client.send_with("PATCH", &path, headers, Some(&body)).expect(422);
        assert_eq!(as_patch.json(), client.send_with("PUT", &path, headers, Some(&body)).expect(422).json());
    }
    let nobody = client.send_with("PATCH", "/users/999999999", &[MERGE_PATCH], Some(&json!({}))).expect(404);
    assert_eq!(nobody.json(), json!({ "detail": "User with ID 999999999 not found" }));
    let after = client.get(user.id()).expect(200);
    assert_eq!((after.body.as_str(), after.version()), (user.body.as_str(), 1));
}

pub fn head_answers_as_get_does_without_the_body(service: &Service) {
    let client = Client::new(service.port());
    let user = format!("/users/{}", client.create("John").expect(201).id());
    eventually("the cache answers", || client.send("GET", &user, None).is_hit());
    let same = ["content-type", "content-length", "etag", "retry-after", "allow"];
    let cached = format!("/cache{user}");
    for path in [&user, "/users/999999999", "/users/x", &cached, "/health", "/nowhere"] {
        let (get, head) = (client.send("GET", path, None), client.send("HEAD", path, None));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        // What a cache entry tells of its age may have a digit more by now.
        let names = same.iter().filter(|name| **name != "content-length" || path != cached);
        names.for_each(|name| assert_eq!(head.header(name), get.header(name), "{name} of {path}"));
    }
    assert!(client.send("HEAD", &user, None).is_hit());
}

pub fn options_tells_every_method_of_a_resource(service: &Service) {
    let client = Client::new(service.port());
    for (path, allow) in [
        ("/health", "GET, HEAD, OPTIONS"),
        ("/livez", "GET, HEAD, OPTIONS"),
        ("/readyz", "GET, HEAD, OPTIONS"),
        ("/metrics", "GET, HEAD, OPTIONS"),
        ("/dapr/config", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
        ("/docs/anything", "GET, HEAD, OPTIONS"),
        ("/redoc", "GET, HEAD, OPTIONS"),
        ("/users", "GET, HEAD, POST, OPTIONS"),
        ("/users/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/users/x", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/cache", "DELETE, OPTIONS"),
        ("/cache/users/1", "GET, HEAD, DELETE, OPTIONS"),
        ("/cache/stats", "GET, HEAD, OPTIONS"),
        ("/cache/events", "GET, HEAD, OPTIONS"),
        ("/cache/verify", "POST, OPTIONS"),
    ] {
        let options = client.send("OPTIONS", path, None).expect(204);
        assert_eq!((options.header("allow"), options.body.as_str()), (Some(allow), ""), "{path}");
        let accepted = path.starts_with("/users/").then_some("application/merge-patch+json");
        assert_eq!(options.header("accept-patch"), accepted, "{path}");
        let refused = client.send("TRACE", path, None).expect(405);
        assert_eq!(refused.header("allow"), Some(allow), "{path}");
    }
    client.send("OPTIONS", "/nowhere", None).expect(404);
    let whole = client.send("OPTIONS", "*", None).expect(204);
    assert_eq!(whole.header("allow"), Some("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    client.send("GET", "*", None).expect(404);
}

pub fn no_cache_on_the_way_may_keep_an_answer_unasked(service: &Service) {
    let client = Client::new(service.port());
    let user = format!("/users/{}", client.create("John").expect(201).id());
    let cached = format!("/cache{user}");
    for path in [&user, "/users/999999999", "/users/x", "/users", &cached, "/health", "/readyz", "/docs", "/nowhere"] {
        assert_eq!(client.send("GET", path, None).header("cache-control"), Some("no-cache"), "{path}");
    }
}

pub fn a_request_names_its_host_once(service: &Service) {
    let twice = [("host", "localhost")];
    let client = Client::new(service.port());
    let refused = client.send_with("GET", "/health", &twice, None).expect(400);
    assert_eq!(refused.text("detail"), "The header Host is missing, or given more than once; send it once");
    let mut stream = TcpStream::connect(("127.0.0.1", service.port())).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}
