//! usersvc: a user store behind HTTP, a command line and a shell, whose cache never serves a stale value.
//!
//! The map, from the bottom up:
//! - [`user`]: what a user is, and what input is valid;
//! - [`trace`]: what happened on the way to an answer, as data;
//! - [`state`]: the port to a key-value store, and the stores behind it: Dapr, a SQLite file, memory;
//! - [`users`]: the domain, cache-aside and write-through by one protocol over any two stores;
//! - [`api`] and [`timing`]: the bodies and the headers on the wire, shared by server and client;
//! - [`http`]: the service;
//! - [`client`]: the verbs of the command line, through the API or straight on the stores;
//! - [`cli`]: the grammar, the shell, and what a person sees.
//!
//! ARCHITECTURE.md tells who may import whom, and follows a read and a write from end to end.

pub mod api;
pub mod cli;
pub mod client;
pub mod http;
pub mod state;
pub mod timing;
pub mod trace;
pub mod user;
pub mod users;
