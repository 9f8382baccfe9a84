//! `/metrics`.

use std::collections::BTreeMap;

use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::Service;

/// Every sample by its name with its labels.
#[track_caller]
fn samples(client: &Client) -> BTreeMap<String, f64> {
    let answer = client.send("GET", "/metrics", None).expect(200);
    let open_metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(open_metrics));
    assert!(answer.body.ends_with("\n# EOF\n"), "{}", answer.body);
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
    };
    lines.map(sample).collect()
}

pub fn what_was_answered_is_counted_by_method_and_class_of_status(service: &Service) {
    let client = Client::new(service.port());
    let before = samples(&client);
    let id = client.create("John").expect(201).id();
    client.rename(id, "").expect(422);
    client.send("PURR", "/users", None).expect(405);
    client.send("MEOW", "/users", None).expect(405);
    client.get(999_999_999).expect(404);
    client.send("GET", "/users/", None).expect(307);
    let after = samples(&client);
    let more = |name: &str| after[name] - before.get(name).unwrap_or(&0.0);
    for (method, status, count) in [
        ("POST", "2xx", 1.0),
        ("PUT", "4xx", 1.0),
        ("other", "4xx", 2.0),
        ("GET", "4xx", 1.0),
        ("GET", "3xx", 1.0),
        // The first look at the metrics was counted after it was taken.
        ("GET", "2xx", 1.0),
    ] {
        let name = format!("usersvc_http_requests_total{{method=\"{method}\",status=\"{status}\"}}");
        assert_eq!(more(&name), count, "{name}");
    }
    let of_get = |name: &str| format!("usersvc_http_request_duration_seconds_{name}method=\"GET\"}}");
    assert_eq!(more(&of_get("count{")), 3.0);
    assert_eq!(more(&of_get("bucket{le=\"+Inf\",")), 3.0);
    assert!(more(&of_get("sum{")) > 0.0);
    assert!(!after.keys().any(|name| name.contains("PURR")), "clients make no metrics");
}

pub fn all_that_the_users_count_is_in_the_metrics(service: &Service) {
    let client = Client::new(service.port());
    let id = client.create("John").expect(201).id();
    eventually("the cache answers", || client.get(id).is_hit());
    client.rename(id, "Jane").expect(200);
    client.send("DELETE", &format!("/cache/users/{id}"), None).expect(200);
    client.get(id).expect(200);
    let background = |stats: &serde_json::Value| stats["background_tasks"].as_u64();
    eventually("nothing is under way", || background(&client.stats()) == Some(0));

    let (stats, samples) = (client.stats(), samples(&client));
    let named: Vec<&str> = "hits misses bypasses cache_failures fills refused_fills marks promotions \
                            refused_promotions repairs fences flushes moves violations epochs"
        .split_whitespace()
        .collect();
    for name in named {
        let sample = format!("usersvc_cache_{}_total", name.trim_start_matches("cache_"));
        assert_eq!(Some(samples[&sample]), stats[name].as_f64(), "{name}");
    }
    assert!(samples["usersvc_cache_hits_total"] >= 1.0 && samples["usersvc_cache_marks_total"] >= 1.0);
    assert_eq!((samples["usersvc_cache_violations_total"], samples["usersvc_background_tasks"]), (0.0, 0.0));
    assert_eq!(Some(samples["usersvc_cache_hit_ratio"]), stats["hit_ratio"].as_f64());
    assert_eq!(samples["usersvc_cache_breaker_open"], 0.0);
    for (phase, is_present) in [("on", 1.0), ("closing", 0.0), ("opening", 0.0), ("off", 0.0)] {
        assert_eq!(samples[&format!("usersvc_cache_phase{{phase=\"{phase}\"}}")], is_present);
    }
    let epoch = stats["epoch"].as_str().unwrap();
    assert_eq!(samples[&format!("usersvc_cache_epoch_info{{epoch=\"{epoch}\"}}")], 1.0);
    for (store, latency) in [("cache", &stats["cache_latency"]), ("state_store", &stats["state_latency"])] {
        let of = |name: &str| samples[&format!("usersvc_store_call{name}{{store=\"{store}\"}}")];
        assert_eq!(Some(of("s_total")), latency["calls"].as_f64());
        assert!(of("_time_seconds_total") >= of("_longest_seconds") && of("_longest_seconds") > 0.0, "{store}");
    }
}

#[test]
fn before_the_stores_are_found_requests_are_counted() {
    let service = Service::without_a_sidecar();
    let client = Client::new(service.port());
    client.get(1).expect(503);
    let samples = samples(&client);
    assert_eq!(samples["usersvc_http_requests_total{method=\"GET\",status=\"5xx\"}"], 1.0);
    assert_eq!(samples[concat!("usersvc_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}")], 1.0);
    assert!(!samples.keys().any(|name| name.starts_with("usersvc_cache")), "nothing is known of the cache");
}
