//! The cache's protocol, searched exhaustively for a read that answers with an older value than a
//! write which was acknowledged before the read began.
//!
//! - `whole.rs`: the whole protocol keeps the promise in every state of every scope.
//! - `broken.rs`: take one rule out, and the search has to find a counterexample, in a scope
//!   which holds with that rule. A model in which nothing can fail proves nothing.
//! - `redundant.rs`: rules, or halves of rules, which no scope here needs.
//!
//! One user's key, and operations on it that each run once: reads with their background work,
//! updates, deletes, creates, flushes of the id (`reader.rs`, `writer.rs`); the control row and
//! the faults of the cache (`control.rs`). A step is one call reaching its store, or one look at
//! a view; between any two of them an operation may stand still for any time or for ever, which
//! is what stalls, suspended processes, crashes and lost answers amount to.
//!
//! What is simpler here than in reality, and why that hides nothing:
//!
//! - **Time.** There is no clock. A process that waited L since it saw a row knows one thing,
//!   that no view older than that row is good any more; so such a move ends those views.
//! - **Views** belong to nobody. Any operation may look at any view that some process may still
//!   hold, even at an older one than it looked at before, which is more than any process can do.
//! - **Reads** begin, hit and end in one instant, which asks the most of them (`Protocol::hits`
//!   says why; in two scopes they take their time nonetheless). A write is acknowledged at its
//!   commit.
//! - **An outage** of the cache is markers that are refused, to any writer at any time, whether
//!   they landed or not. A read that cannot reach the cache asks the row: nothing to model.
//! - **Moves** are made by anyone at any time, so `cache flush` and a writer's move are the same.
//! - **The soft age** of a marker: any marker may be taken for left over.
//! - **Etags of rows** never repeat, so an operation only knows whether its own still holds. Those
//!   of the cache do repeat, after expiry and loss, and are numbers.
//! - **The physical TTL** is the same for all that the cache holds, and no operation lives as
//!   long: an entry expires once all operations have ended that were under way when it was put.
//!
//! Not modelled: the making of the first control row (a sentinel that lands late is), other keys,
//! and a cache that brings back a snapshot of the present epoch, which the protocol excludes.
//! If the cache loses everything, hits under views from before are not judged, for they may be
//! stale for the rest of their L; with `--cache-strict` they are.
//!
//! `cargo test --test model -- --nocapture` prints states, depth and time of every search, and
//! the counterexamples. `USERSVC_MODEL=large` runs the same tests in larger scopes, up to 23
//! million states each: half an hour or more, and a few gigabytes of memory.
//!
//! In counterexamples operations are numbered as in their scope; two of one kind may change
//! places along the way (`reduce.rs`), except in those of unreduced searches.

#[path = "model/actions.rs"]
mod actions;
#[path = "model/broken.rs"]
mod broken;
#[path = "model/control.rs"]
mod control;
#[path = "model/protocol.rs"]
mod protocol;
#[path = "model/reader.rs"]
mod reader;
#[path = "model/reduce.rs"]
mod reduce;
#[path = "model/redundant.rs"]
mod redundant;
#[path = "model/scopes.rs"]
mod scopes;
#[path = "model/search.rs"]
mod search;
#[path = "model/state.rs"]
mod state;
#[path = "model/whole.rs"]
mod whole;
#[path = "model/writer.rs"]
mod writer;
