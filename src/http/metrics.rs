//! `/metrics`, as OpenMetrics text: what was answered, and all that the users count.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::openapi::answers::SUCCESS;
use crate::users::{Latency, Phase, Stats, Users};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What all names begin with.
const PREFIX: &str = "usersvc";
/// The upper bounds of the durations, in seconds: a hit takes less than the first few, and a store is given up
/// within a second.
const BOUNDS: [f64; 13] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0];

/// What was answered since the service began.
pub struct Metrics {
    registry: Registry,
    requests: Family<Exchange, Counter>,
    durations: Family<Verb, Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Exchange {
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verb {
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tier {
    store: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InPhase {
    phase: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register("build", "The version of the service", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let requests = Family::default();
        registry.register("http_requests", "Requests that were answered", requests.clone());
        let durations = Family::new_with_constructor((|| Histogram::new(BOUNDS)) as fn() -> Histogram);
        let help = "Time until the head of an answer was ready";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        Self { registry, requests, durations }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn count(&self, method: &Method, status: StatusCode, elapsed: Duration) {
        let method = label_of_method(method);
        self.requests.get_or_create(&Exchange { method, status: label_of_status(status) }).inc();
        self.durations.get_or_create(&Verb { method }).observe(elapsed.as_secs_f64());
    }

    /// All of them, with what the users count.
    fn text(&self, users: Option<&Users>) -> String {
        let mut text = String::new();
        let mut add = |registry| encode_registry(&mut text, registry).expect("a String takes everything");
        add(&self.registry);
        if let Some(users) = users {
            add(&of_users(&users.stats()));
        }
        encode_eof(&mut text).expect("a String takes everything");
        text
    }
}

/// Metrics
///
/// What was answered, and all that the users count, for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Health",
    responses((status = 200, description = SUCCESS, body = String, content_type = "application/openmetrics-text"))
)]
pub fn get(metrics: &Metrics, users: Option<&Users>) -> Response {
    let mut response = Response::new(metrics.text(users).into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
    response
}

/// What the users count, as it is now.
fn of_users(stats: &Stats) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    for (name, meaning, count) in stats.counters() {
        let name = format!("cache_{}", name.trim_start_matches("cache_"));
        registry.register(name, meaning, ConstCounter::new(count));
    }
    registry.register("cache_hit_ratio", "Hits of all reads that asked the cache", ConstGauge::new(stats.hit_ratio));
    registry.register(
        "cache_breaker_open",
        "1 while the cache does not answer",
        ConstGauge::new(i64::from(stats.breaker_open)),
    );
    let tasks = ConstGauge::new(stats.background_tasks);
    registry.register("background_tasks", "Fills, promotions and repairs under way", tasks);
    let phases = Family::<InPhase, Gauge>::default();
    for phase in [Phase::On, Phase::Closing, Phase::Opening, Phase::Off] {
        let is_present = stats.phase == Some(phase);
        phases.get_or_create(&InPhase { phase: phase.name() }).set(is_present.into());
    }
    registry.register("cache_phase", "1 for the phase of the cache; none while it is not known", phases);
    if let (Some(epoch), Some(epochs)) = (&stats.epoch, stats.epochs) {
        registry.register("cache_epoch", "The present epoch of the cache", Info::new([("epoch", epoch.clone())]));
        registry.register("cache_epochs", "How many epochs there were", ConstCounter::new(epochs));
    }
    register_latencies(&mut registry, [("cache", stats.cache_latency), ("state_store", stats.state_latency)]);
    registry
}

fn register_latencies(registry: &mut Registry, stores: [(&'static str, Latency); 2]) {
    let calls = Family::<Tier, Counter>::default();
    let times = Family::<Tier, Counter<f64, AtomicU64>>::default();
    let longest = Family::<Tier, Gauge<f64, AtomicU64>>::default();
    for (store, latency) in stores {
        let tier = Tier { store };
        calls.get_or_create(&tier).inc_by(latency.calls);
        #[allow(clippy::cast_precision_loss)] // calls of a process's life fit a double
        times.get_or_create(&tier).inc_by(latency.mean_ms / 1000.0 * latency.calls as f64);
        longest.get_or_create(&tier).set(latency.max_ms / 1000.0);
    }
    registry.register("store_calls", "Calls that requests waited for", calls);
    registry.register_with_unit("store_call_time", "How long all of them took together", Unit::Seconds, times);
    registry.register_with_unit("store_call_longest", "How long the longest took", Unit::Seconds, longest);
}

/// A method by its name; clients may invent more, and must not make more metrics.
fn label_of_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn label_of_status(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
