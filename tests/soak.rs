//! The whole of it for a while: several services and command lines over one PostgreSQL and one Redis, each beside a
//! sidecar of its own that reaches the stores over a network that fails, while processes are killed, stand still and
//! come back. Whatever the clients saw must be explained by one order of their operations.
//!
//! Half a minute in every run; `USERSVC_SOAK_MINUTES=30 ./test soak` takes longer. `USERSVC_SOAK_SEED` draws the same
//! faults again, though not to the millisecond.

mod support;

#[path = "soak/mod.rs"]
mod dapr;
#[path = "simulation/history.rs"]
mod history;
#[path = "soak/load.rs"]
#[allow(dead_code, reason = "the tests of single faults use all of it")]
mod load;
