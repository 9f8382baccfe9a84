//! `GET /users`: pages, and the users of an e-mail address.

use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::http::{Answer, Client};
use crate::support::service::Service;

fn ids(page: &Answer) -> Vec<u64> {
    page.json()["users"].as_array().unwrap().iter().map(|user| user["id"].as_u64().unwrap()).collect()
}

/// Creates so many users with an address of their own, and returns their ids.
fn create(client: &Client, count: usize, email: &str) -> Vec<u64> {
    let one = |_| {
        let body = json!({ "name": "John Doe", "email": email });
        client.send("POST", "/users", Some(&body)).expect(201).id()
    };
    (0..count).map(one).collect()
}

pub fn a_list_is_walked_page_by_page_to_its_end(service: &Service) {
    let client = Client::new(service.port());
    let created = create(&client, 7, "walk@example.com");
    client.send("DELETE", &format!("/users/{}", created[2]), None).expect(200);
    let mut path = format!("/users?after={}&limit=2", created[0] - 1);
    let mut seen = Vec::new();
    for _ in 0..1000 {
        let page = client.send("GET", &path, None).expect(200);
        assert!(page.went_through("list") && !page.is_hit(), "{page:?}");
        seen.extend(ids(&page));
        let Some(next) = page.json()["next"].as_u64() else {
            assert_eq!(page.header("link"), None);
            break;
        };
        assert_eq!((ids(&page).len(), next), (2, *seen.last().unwrap()), "a gap does not shorten a page");
        let link = page.header("link").unwrap();
        let query = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).unwrap();
        path = format!("/users{query}");
    }
    let mine: Vec<u64> = seen.into_iter().filter(|id| created.contains(id)).collect();
    let left: Vec<u64> = created.iter().copied().filter(|id| *id != created[2]).collect();
    assert_eq!(mine, left);
    let one = client.send("GET", &format!("/users?after={}&limit=1", created[0] - 1), None).expect(200);
    let whole = client.get(created[0]);
    assert_eq!(one.json()["users"], Value::from(vec![whole.json()]), "a user looks the same in a list");
}

pub fn a_cursor_past_the_end_is_an_empty_page(service: &Service) {
    let client = Client::new(service.port());
    for after in ["1000000000", "9223372036854775807", "99999999999999999999999"] {
        let page = client.send("GET", &format!("/users?after={after}"), None).expect(200);
        assert_eq!(page.json(), json!({ "users": [], "next": null }));
    }
    client.send("HEAD", "/users?limit=1", None).expect(200);
}

pub fn a_page_that_makes_no_sense_is_refused_with_its_parameter(service: &Service) {
    let client = Client::new(service.port());
    for (query, kind, name) in [
        ("limit=0", "greater_than_equal", "limit"),
        ("limit=-1", "greater_than_equal", "limit"),
        ("limit=1001", "less_than_equal", "limit"),
        ("limit=ten", "int_parsing", "limit"),
        ("after=-1", "greater_than_equal", "after"),
        ("after=1.5", "int_parsing", "after"),
        ("email=", "string_too_short", "email"),
    ] {
        let refused = client.send("GET", &format!("/users?{query}"), None).expect(422);
        let fault = &refused.json()["detail"][0];
        assert_eq!((&fault["type"], &fault["loc"]), (&json!(kind), &json!(["query", name])), "{query}");
    }
    let both = client.send("GET", "/users?limit=0&after=x", None).expect(422).json();
    assert_eq!(both["detail"].as_array().map(Vec::len), Some(2));
}

pub fn a_user_is_found_by_an_address_in_upper_or_lower_case_as_soon_as_it_has_it(service: &Service) {
    let client = Client::new(service.port());
    let found = |email: &str| {
        let path = format!("/users?email={}", email.replace('@', "%40").replace('+', "%2B"));
        let mut answer = None;
        eventually("the index is complete", || {
            let now = client.send("GET", &path, None);
            let is_complete = now.status != 503;
            answer = Some(now);
            is_complete
        });
        ids(&answer.unwrap().expect(200))
    };
    let created = create(&client, 2, "Find.Me+here@Example.com");
    assert_eq!(found("find.me+HERE@example.COM"), created);
    let moved = json!({ "email": "Found@example.com" });
    client.send("PATCH", &format!("/users/{}", created[0]), Some(&moved)).expect(200);
    assert_eq!((found("found@example.com"), found("find.me+here@example.com")), (vec![created[0]], vec![created[1]]));
    for id in created {
        client.send("DELETE", &format!("/users/{id}"), None).expect(200);
    }
    assert_eq!((found("found@example.com"), found("find.me+here@example.com")), (vec![], vec![]));
    assert_eq!(found("nobody%20at%20all"), [0_u64; 0]);
}
