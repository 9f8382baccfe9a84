//! What the tests of real parts stand on: a private PostgreSQL, Redis and sidecar on free ports ([`stack`]), the
//! service as a process ([`service`]) and a client of it ([`http`]), and the processes themselves ([`process`]), which
//! never outlive their test.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod browser;
pub mod components;
pub mod http;
pub mod process;
pub mod proxy;
pub mod semantics;
pub mod service;
pub mod stack;
pub mod terminal;

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a condition may take to come true: generous, since it costs nothing where all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program that a script of `tools/` puts into the user's cache directory.
pub fn tool(program: &str, script: &str) -> Result<PathBuf, String> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let cache = cache.ok_or_else(|| format!("neither XDG_CACHE_HOME nor HOME says where {program} is"))?;
    let path = cache.join("usersvc").join(program);
    if path.is_file() { Ok(path) } else { Err(format!("{program} is not there: run `{script}`")) }
}

/// Waits until the condition is true, and fails the test with `what` if it does not become so.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    assert!(becomes_true(PATIENCE, &mut condition), "within {PATIENCE:?}: {what}");
}

/// Waits until the condition is true; false if the time is up before.
pub fn becomes_true(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let ends = Instant::now() + patience;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= ends {
            return false;
        }
        sleep(Duration::from_millis(10));
    }
}

/// The same for a condition that must be awaited.
pub async fn becomes_true_async(patience: Duration, mut condition: impl AsyncFnMut() -> bool) -> bool {
    let ends = tokio::time::Instant::now() + patience;
    loop {
        if condition().await {
            return true;
        }
        if tokio::time::Instant::now() >= ends {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
