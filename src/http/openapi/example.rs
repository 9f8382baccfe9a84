//! The bodies that the document shows. They are values of the types themselves, so they have their shape.

use serde_json::json;

use crate::api::{CreateBody, Flushed, Inspection, Page, Stats, UpdateBody, Verification, VerifyBody, VerifyLine};
use crate::user::{User, UserId};
use crate::users::{CacheEntry, Disagreement, Kind, Latency, Phase, Readiness, Standing, Status, Verdict};

const EPOCH: &str = "5e0c1b7a9f24d386";

/// `POST /users`.
pub fn creation() -> CreateBody {
    let User { name, email, .. } = User::example();
    CreateBody { name, email }
}

/// `PUT` or `PATCH /users/{id}`.
pub fn change() -> UpdateBody {
    UpdateBody { name: None, email: Some("jane.doe@example.com".into()) }
}

/// `POST /cache/verify`.
pub fn verify() -> VerifyBody {
    VerifyBody { sample: Some(1000), fix: true }
}

/// `GET /users`.
pub fn page() -> Page {
    Page { users: vec![User::example()], next: Some(id()) }
}

/// `GET /cache/users/{id}` of a user that the cache has.
pub fn inspection() -> Inspection {
    let entry = CacheEntry { kind: Kind::Value, version: 3, age: 59.214, ttl_left: 3541, size: 268, left_over: false };
    Inspection {
        id: id(),
        verdict: Verdict::Fresh,
        phase: Phase::On,
        epoch: EPOCH.into(),
        key: format!("user-{}@{EPOCH}", id()),
        entry: Some(entry),
        row_version: Some(3),
    }
}

/// `DELETE /cache/users/{id}`.
pub fn flushed() -> Flushed {
    let detail = format!("User {} removed from cache", id());
    Flushed { id: Some(id()), flushed: true, epoch: EPOCH.into(), detail }
}

/// `DELETE /cache`.
pub fn flushed_whole() -> Flushed {
    Flushed { id: None, flushed: true, epoch: EPOCH.into(), detail: "A new epoch has begun".into() }
}

/// `GET /cache/stats`.
pub fn stats() -> Stats {
    Stats {
        hits: 9120,
        misses: 480,
        bypasses: 2,
        cache_failures: 0,
        fills: 431,
        refused_fills: 3,
        marks: 210,
        promotions: 208,
        refused_promotions: 2,
        repairs: 1,
        fences: 0,
        flushes: 4,
        moves: 1,
        violations: 0,
        hit_ratio: 0.95,
        phase: Some(Phase::On),
        epoch: Some(EPOCH.into()),
        epochs: Some(2),
        breaker_open: false,
        background_tasks: 1,
        cache_latency: Latency { calls: 10_241, mean_ms: 0.38, max_ms: 12.07 },
        state_latency: Latency { calls: 1_120, mean_ms: 0.94, max_ms: 31.5 },
    }
}

/// `GET /readyz` where both stores answer.
pub fn ready() -> Readiness {
    let up = Standing { status: Status::Up, since: User::example().created_at, reason: None };
    Readiness { state_store: up.clone(), cache: up }
}

/// The same where the state store does not.
pub fn not_ready() -> Readiness {
    let state_store =
        Standing { status: Status::Down, since: User::example().created_at, reason: Some("connection refused".into()) };
    Readiness { state_store, ..ready() }
}

/// `GET /cache/events`.
pub const EVENTS: &str =
    "event: hit\ndata: {\"at\":\"2024-01-15T10:30:00.123456Z\",\"user\":1,\"ttl\":3541,\"ms\":0.412}\n\n";

/// `POST /cache/verify` that found something, and mended it.
pub fn verification() -> String {
    let disagreement = Disagreement { id: id(), cached_version: 2, row_version: Some(3), fixed: true };
    let report = Verification {
        epoch: EPOCH.into(),
        checked: 1000,
        fresh: 912,
        absent: 84,
        tombstones: 2,
        markers: 1,
        disagreements: vec![disagreement.clone()],
    };
    let progress = VerifyLine::Progress { checked: 64, of: 1000 };
    let lines = [progress, VerifyLine::Disagreement(disagreement), VerifyLine::Done(report)];
    lines.map(|line| json!(line).to_string() + "\n").concat()
}

fn id() -> UserId {
    User::example().id
}
