//! On the real sidecar, PostgreSQL and Redis.

mod cache;
mod original;
mod processes;
mod stage;
