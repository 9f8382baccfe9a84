//! The service before its stores are found.

use crate::support::http::Client;
use crate::support::service::Service;

#[test]
fn before_the_stores_are_found_an_answer_has_the_id_of_its_request() {
    let service = Service::without_a_sidecar();
    let client = Client::new(service.port());
    for (path, status) in [("/health", 200), ("/users/1", 503)] {
        let answer = client.send_with("GET", path, &[("x-request-id", "early")], None).expect(status);
        assert_eq!(answer.header("x-request-id"), Some("early"));
    }
}

#[test]
fn before_the_stores_are_found_a_wrong_method_is_told_at_once() {
    let service = Service::without_a_sidecar();
    let client = Client::new(service.port());
    assert_eq!(client.send("PUT", "/health", None).expect(405).header("allow"), Some("GET, HEAD, OPTIONS"));
    let allowed = client.send("POST", "/users/1", None).expect(405).header("allow").map(str::to_owned);
    assert_eq!(allowed.as_deref(), Some("GET, HEAD, PUT, PATCH, DELETE, OPTIONS"));
}

#[test]
fn before_the_stores_are_found_an_error_is_a_problem_where_that_is_preferred() {
    let service = Service::without_a_sidecar();
    let client = Client::new(service.port());
    let accept = ("accept", "application/problem+json");
    let problem = client.send_with("GET", "/users/1", &[accept], None).expect(503);
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    assert_eq!((problem.text("code"), problem.header("retry-after")), ("service_starting".into(), Some("1")));
    assert_eq!(problem.text("instance").strip_prefix("urn:usersvc:request:"), problem.header("x-request-id"));
}
