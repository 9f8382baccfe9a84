//! Makes states that nobody can tell apart the same, so that larger scopes fit.
//!
//! No verdict depends on it: every flaw is searched for with and without, and so are the smaller
//! scopes of the whole protocol.

use crate::protocol::{Flaw, Protocol};
use crate::state::{Control, Entry, Epoch, NOBODY, Slot, State, Step};

impl Protocol {
    pub fn reduce(&self, state: &mut State) {
        if !self.scope.reduced {
            return;
        }
        self.forget_outdated_reads(state);
        forget_tokens(state);
        for epoch in 1..=self.scope.epochs {
            self.forget_dead_key(state, epoch);
            self.forget_version(state, epoch);
        }
        self.sort_twins(state);
    }

    /// A save with an etag that no longer holds is refused, whatever row came with it. Some of
    /// the flaws go on with such a row.
    fn forget_outdated_reads(&self, state: &mut State) {
        if self.flaw.is_some() {
            return;
        }
        for read in state.steps.iter_mut().filter_map(Step::row_mut) {
            if !read.etag_holds {
                read.seq = 0;
            }
        }
    }

    /// The key of an epoch that is over is met by late writes only, once no view of it is left.
    /// Snapshots keep theirs, to show that what they bring back is never looked at.
    fn forget_dead_key(&self, state: &mut State, epoch: Epoch) {
        let view = Control::on(epoch);
        let over = epoch < state.control.epoch;
        let asked = |step: &Step| matches!(*step, Step::Asking { epoch: n, .. } if n == epoch);
        let looked_at = state.held.holds(view) || state.delayed.holds(view) || state.steps.iter().any(asked);
        if over && !looked_at && !self.scope.snapshots && !self.has(Flaw::KeyWithoutEpoch) {
            *state.slot(epoch) = Slot::default();
        }
    }

    /// Where the cache's etags never start again, one that nobody remembers has no meaning.
    fn forget_version(&self, state: &mut State, epoch: Epoch) {
        let starts_again = self.scope.expiry || self.scope.losses > 0;
        let remembered = state.steps.iter().any(|step| match *step {
            Step::Swapping { epoch: n, .. } | Step::Missed { epoch: n, .. } => self.key(n) == epoch,
            _ => false,
        });
        let slot = state.slot(epoch);
        if !starts_again && !remembered && slot.entry != Entry::Missing {
            slot.version = 1;
        }
    }

    /// Operations of one kind stand in the order of their steps. In a counterexample they may
    /// therefore change places.
    fn sort_twins(&self, state: &mut State) {
        let kinds = &self.scope.operations;
        for last in (1..kinds.len()).rev() {
            for op in 0..last {
                if kinds[op] == kinds[op + 1] && state.steps[op] > state.steps[op + 1] {
                    swap_operations(state, op);
                }
            }
        }
    }
}

/// A marker whose writer has ended, or begun again with a fresh token, is anybody's.
fn forget_tokens(state: &mut State) {
    for slot in &mut state.cache {
        if let Entry::Marker { owner } = &mut slot.entry
            && *owner != NOBODY
            && !state.steps[*owner].is_under_way()
        {
            *owner = NOBODY;
        }
    }
}

fn swap_operations(state: &mut State, op: usize) {
    state.steps.swap(op, op + 1);
    for slot in &mut state.cache {
        let both = 0b11 << op;
        if (slot.outlives & both).is_power_of_two() {
            slot.outlives ^= both;
        }
        if let Entry::Marker { owner } = &mut slot.entry {
            if *owner == op {
                *owner += 1;
            } else if *owner == op + 1 {
                *owner -= 1;
            }
        }
    }
}
