//! Runs a search and states what it showed.

use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use crate::actions::{LINEARIZABLE, PROMISE, SERVES_LAST_EPOCH, SERVES_NEW};
use crate::protocol::{Flaw, Protocol, Scope};

/// Searches breadth first until all of `wanted` is found, or else to the end: there is no limit
/// on depth, number of states or time.
fn search(protocol: Protocol, wanted: &[&'static str]) -> impl Checker<Protocol> + use<> {
    let (name, flaw, began) = (protocol.scope.name, protocol.flaw, Instant::now());
    let plain = if protocol.scope.reduced { "" } else { ", unreduced" };
    let found = HasDiscoveries::AllOf(wanted.iter().copied().collect());
    let checker = protocol.checker().finish_when(found).spawn_bfs().join();
    println!(
        "{name}{plain}, {}: {} states, depth {}, {:.1} s",
        flaw.map_or("whole".to_owned(), |flaw| format!("without a rule ({flaw:?})")),
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed().as_secs_f64(),
    );
    checker
}

impl Scope {
    /// The promise is kept in every state, and the scope is no empty one: the cache serves what
    /// was written, in the last epoch too.
    pub fn holds(self) {
        self.assert_kept(None);
    }

    pub fn holds_unreduced(self) {
        Scope { reduced: false, ..self }.assert_kept(None);
    }

    /// The rule is not needed, as far as this scope goes.
    pub fn holds_without(self, flaw: Flaw) {
        self.assert_kept(Some(flaw));
    }

    fn assert_kept(self, flaw: Option<Flaw>) {
        // With one violation the search goes on for the other; with none, to the end.
        let checker = search(Protocol { scope: self, flaw }, &[PROMISE, LINEARIZABLE]);
        assert!(checker.is_done(), "the search was cut short");
        checker.assert_no_discovery(PROMISE);
        checker.assert_no_discovery(LINEARIZABLE);
        checker.assert_any_discovery(SERVES_NEW);
        checker.assert_any_discovery(SERVES_LAST_EPOCH);
    }

    /// The rule is needed: without it reads are told something old in this scope, in which they
    /// are not with it (`whole.rs`).
    pub fn serves_older_value_with(self, flaw: Flaw) {
        self.assert_broken(flaw, PROMISE);
    }

    /// As above, but what reads are told has never been so.
    pub fn serves_uncommitted_value_with(self, flaw: Flaw) {
        self.assert_broken(flaw, LINEARIZABLE);
    }

    fn assert_broken(self, flaw: Flaw, promise: &'static str) {
        let plain = Scope { reduced: false, ..self.clone() };
        for scope in [self, plain] {
            let checker = search(Protocol { scope, flaw: Some(flaw) }, &[promise]);
            let path = checker.assert_any_discovery(promise).into_actions();
            println!("{} steps: {path:?}", path.len());
        }
    }
}
