//! The service as the app of a sidecar.

use serde_json::json;

use crate::support::http::Client;
use crate::support::service::Service;

pub fn a_sidecar_that_asks_for_its_configuration_is_told_quietly(service: &Service) {
    let client = Client::new(service.port());
    assert_eq!(client.send("GET", "/dapr/config", None).expect(200).json(), json!({}));
    client.create("John").expect(201);
    service.stop();
    let log = service.log();
    assert!(log.contains("saved to state store") && !log.contains("config"), "{log}");
}

mod dapr {
    use serde_json::{Value, json};

    use crate::support::eventually;
    use crate::support::http::{Answer, Client, new_user};
    use crate::support::process::on_free_ports;
    use crate::support::service::Service;
    use crate::support::stack::{Daprd, Stack};

    /// The service and its sidecar, each of which finds the other where it expects it.
    fn app_and_sidecar() -> (Service, Daprd) {
        let started = on_free_ports(|[port]| {
            let daprd = Stack::shared().try_sidecar_of_app("user-service", port)?;
            let grpc_port = daprd.grpc_port.to_string();
            let service = Service::try_start_on(port, &["--store", "dapr"], &[("DAPR_GRPC_PORT", &grpc_port)])?;
            Ok((service, daprd))
        });
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is the same whichever way it comes.
    #[track_caller]
    fn essence(answer: &Answer) -> (u16, &str, Vec<Option<&str>>) {
        let names = ["content-type", "etag", "vary", "retry-after", "x-request-id"];
        (answer.status, &answer.body, names.map(|name| answer.header(name)).to_vec())
    }

    #[test]
    fn through_its_sidecar_it_answers_as_it_does_directly() {
        let (service, daprd) = app_and_sidecar();
        let (direct, sidecar) = (Client::new(service.port()), Client::new(daprd.http_port));
        let invoke = |method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>| {
            let path = format!("/v1.0/invoke/user-service/method{path}");
            sidecar.send_with(method, &path, headers, body)
        };
        let json = ("content-type", "application/json");
        eventually("the sidecar has found its app", || invoke("GET", "/health", &[], None).status == 200);

        let created = invoke("POST", "/users", &[json], Some(&new_user("John Doe"))).expect(201);
        let user = format!("/users/{}", created.id());
        assert_eq!((created.text("name"), created.version()), ("John Doe".into(), 1));
        let renamed = invoke("PUT", &user, &[json], Some(&json!({ "name": "Jane" }))).expect(200);
        assert_eq!((renamed.text("name"), renamed.version()), ("Jane".into(), 2));

        let id = ("x-request-id", "one-of-both");
        let problem = ("accept", "application/problem+json");
        let invalid = json!({ "name": "", "email": "nobody" });
        for (method, path, headers, body, status) in [
            ("GET", user.as_str(), vec![id], None, 200),
            ("PUT", &user, vec![id, json], Some(&json!({})), 200),
            ("GET", "/users/999999999", vec![id], None, 404),
            ("GET", "/users/999999999", vec![id, problem], None, 404),
            ("GET", "/users/x", vec![id], None, 422),
            ("POST", "/users", vec![id, json], Some(&invalid), 422),
            ("GET", "/nowhere", vec![id], None, 404),
            ("POST", "/health", vec![id], None, 405),
        ] {
            let (one, other) = (direct.send_with(method, path, &headers, body), invoke(method, path, &headers, body));
            assert_eq!(one.status, status, "{one:?}");
            assert_eq!(essence(&one), essence(&other), "{method} {path}");
        }
        eventually("the cache answers through the sidecar", || invoke("GET", &user, &[], None).is_hit());
        invoke("DELETE", &user, &[], None).expect(200);
        direct.send("GET", &user, None).expect(404);
    }
}
