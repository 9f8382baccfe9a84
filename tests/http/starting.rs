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
