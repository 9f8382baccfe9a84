//! What two services over one store do while something dies, stands still or loses its data, and that all is well
//! afterwards: `usersvc cache verify --all` finds nothing after any of these tests.

mod support;

#[path = "simulation/history.rs"]
mod history;
#[path = "soak/load.rs"]
mod load;

#[path = "faults/mod.rs"]
mod dapr;
