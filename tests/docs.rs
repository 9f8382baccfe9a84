//! The documentation, as a person sees it in a real browser.

mod support;

use serde_json::json;
use support::http::Client;
use support::service::Service;

mod browser {
    use std::io::{self, BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use serde_json::json;

    use crate::support::browser::Browser;
    use crate::support::eventually;
    use crate::support::http::Client;
    use crate::support::service::Service;

    /// The operation that is tried.
    const GET_USER: &str = "#operations-Users-get_user_users__user_id__get";

    /// Where its answer is shown.
    const ANSWER: &str = "#operations-Users-get_user_users__user_id__get .live-responses-table .response";

    /// Clicks "Try it out", and waits for the user.
    fn try_out(browser: &mut Browser, id: u64) {
        browser.click(&format!("{GET_USER} .opblock-summary-control"));
        browser.click(&format!("{GET_USER} .try-out__btn"));
        browser.fill(&format!("{GET_USER} tr[data-param-name=user_id] input"), &id.to_string());
        browser.click(&format!("{GET_USER} .execute"));
        eventually("the answer is shown", || {
            browser.text(&format!("{ANSWER} .response-col_status")).starts_with("200")
        });
    }

    #[test]
    fn swagger_ui_asks_the_service_for_a_user_and_nobody_else_for_anything() {
        let service = Service::embedded();
        let client = Client::new(service.port());
        client.create("John Doe").expect(201);
        let jane = client.create("Jane Doe").expect(201);

        let mut browser = Browser::start();
        browser.open(&format!("{}/docs", service.url()));
        try_out(&mut browser, jane.id());
        let shown = browser.text(&format!("{ANSWER} .response-col_description pre"));
        let shown: serde_json::Value = serde_json::from_str(&shown).expect(&shown);
        assert_eq!(shown, jane.json());
        browser.screenshot("docs.png");

        let asked = browser.requests();
        let (user, here) = (format!("{}/users/{}", service.url(), jane.id()), format!("{}/", service.url()));
        assert!(asked.contains(&user.as_str()), "{asked:?}");
        assert!(asked.iter().all(|url| url.starts_with(&here)), "{asked:?}");
        assert!(browser.errors().is_empty(), "{:?}", browser.errors());
    }

    #[test]
    fn swagger_ui_works_behind_a_path_that_a_proxy_puts_before_ours() {
        let service = Service::embedded();
        let jane = Client::new(service.port()).create("Jane Doe").expect(201);
        let below = "/behind/a/proxy";
        let proxy = proxy_below(below, service.port());

        let mut browser = Browser::start();
        browser.open(&format!("http://127.0.0.1:{proxy}{below}/docs"));
        try_out(&mut browser, jane.id());
        let asked = format!("http://127.0.0.1:{proxy}{below}/users/{}", jane.id());
        assert!(browser.requests().contains(&asked.as_str()), "{:?}", browser.requests());
    }

    /// A proxy that takes that path off, and passes on everything else; its port.
    fn proxy_below(below: &'static str, to: u16) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // It ends with the test.
        thread::spawn(move || {
            for mut from in listener.incoming().flatten() {
                thread::spawn(move || -> io::Result<()> {
                    let mut reader = BufReader::new(from.try_clone()?);
                    let (mut line, mut head) = (String::new(), String::new());
                    while reader.read_line(&mut line)? > 2 {
                        let keeps = line.to_lowercase().starts_with("connection:");
                        head += if keeps { "connection: close\r\n" } else { &line };
                        line.clear();
                    }
                    let mut service = TcpStream::connect(("127.0.0.1", to))?;
                    write!(service, "{}\r\n", head.replacen(below, "", 1))?;
                    io::copy(&mut service, &mut from).map(drop)
                });
            }
        });
        port
    }

    #[test]
    fn the_reference_is_read_without_scripts_on_any_screen_by_day_and_night() {
        let service = Service::embedded();
        let mut browser = Browser::start();
        browser.open(&format!("{}/redoc", service.url()));
        assert_eq!(browser.eval("document.scripts.length"), 0);
        assert_eq!(browser.text("h1"), "User Service 1.0.0");
        let dangling =
            "[...document.querySelectorAll('a[href^=\"#\"]')].map(link => link.getAttribute('href').slice(1))
            .filter(id => !document.getElementById(id))";
        assert_eq!(browser.eval(dangling), json!([]));
        let example = browser.text("#update_user_users__user_id__put .curl");
        assert_eq!(
            example,
            "curl -X PUT http://localhost:8001/users/1 \\\n  -H 'Content-Type: application/json' \\\n  \
             -d '{\"email\":\"jane.doe@example.com\"}'"
        );
        let ground = "getComputedStyle(document.body).backgroundColor";
        let day = browser.eval(ground);
        browser.screenshot("redoc.png");

        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        browser.call("Emulation.setDeviceMetricsOverride", &phone);
        let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        browser.call("Emulation.setEmulatedMedia", &dark);
        assert_ne!(browser.eval(ground), day);
        assert_eq!(browser.eval("document.documentElement.scrollWidth"), 390, "nothing stands out at the side");
        assert_eq!(browser.eval("document.querySelector('nav a').checkVisibility()"), false);
        browser.click("nav label");
        assert_eq!(browser.eval("document.querySelector('nav a').checkVisibility()"), true);
        browser.screenshot("redoc-phone.png");

        let here = format!("{}/", service.url());
        assert!(browser.requests().iter().all(|url| url.starts_with(&here)), "{:?}", browser.requests());
        assert!(browser.errors().is_empty(), "{:?}", browser.errors());
    }
}

#[test]
fn what_the_pages_load_is_kept_and_what_is_not_there_is_told_as_elsewhere() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    for (path, kind) in [
        ("/openapi.json", "application/json"),
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-initializer.js", "text/javascript"),
        ("/docs/favicon-32x32.png", "image/png"),
        ("/redoc", "text/html; charset=utf-8"),
    ] {
        let head = client.send("HEAD", path, None).expect(200);
        assert_eq!(
            (head.header("content-type"), head.header("cache-control")),
            (Some(kind), Some("no-cache")),
            "{path}"
        );
        let tag = head.header("etag").unwrap();
        for known in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".into()] {
            let kept = client.send_with("GET", path, &[("if-none-match", &known)], None).expect(304);
            assert_eq!((kept.body.as_str(), kept.header("etag")), ("", Some(tag)));
        }
        client.send_with("HEAD", path, &[("if-none-match", "\"x\"")], None).expect(200);
    }
    for nothing in ["/docs/nothing.js", "/docs/..", "/docs/swagger-ui.js", "/docs/a/b", "/redoc/x"] {
        assert_eq!(client.send("GET", nothing, None).expect(404).json(), json!({ "detail": "Not Found" }), "{nothing}");
    }
    assert_eq!(client.send("GET", "/docs/", None).expect(307).header("location"), Some("/docs"));
}
