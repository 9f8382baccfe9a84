//! What two services over one store do while something dies, stands still or loses its data, and that all is well
//! afterwards: `usersvc cache verify --all` finds nothing after any of these tests.

mod support;

#[path = "simulation/history.rs"]
mod history;
#[path = "soak/load.rs"]
mod load;

/// On the real sidecar, PostgreSQL and Redis.
mod dapr {
    #[path = "../faults/cache.rs"]
    mod cache;
    #[path = "../faults/original.rs"]
    mod original;
    #[path = "../faults/processes.rs"]
    mod processes;
    #[path = "../faults/stage.rs"]
    mod stage;
}
