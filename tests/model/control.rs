//! The control row and its moves, views, the passing of L, and the faults of the cache.

use crate::actions::Action;
use crate::protocol::{Flaw, Protocol};
use crate::state::{Control, EPOCHS, Entry, Epoch, FOREIGN, Phase, Slot, State, Views};

/// One row of the table of moves.
struct Move {
    to: Control,
    /// Only whoever waited L since it first saw the present row.
    waits: bool,
}

impl Protocol {
    fn moves(&self, from: Control) -> Vec<Move> {
        let n = from.epoch;
        let to = |phase, epoch, waits| Move { to: Control::new(phase, epoch), waits };
        let mut moves = match from.phase {
            Phase::On => {
                let mut moves = vec![to(Phase::Closing, n + 1, false)];
                if self.has(Flaw::StraightToOff) {
                    moves.push(to(Phase::Off, n + 1, false));
                }
                if self.has(Flaw::StraightToNextEpoch) {
                    moves.push(to(Phase::Opening, n + 1, false));
                }
                moves
            }
            Phase::Closing => {
                let waits = !self.has(Flaw::ClosingWithoutWait);
                vec![to(Phase::Off, n, waits), to(Phase::Opening, n, waits)]
            }
            Phase::Off => {
                let flawed = self.has(Flaw::OffStraightToOn);
                vec![to(if flawed { Phase::On } else { Phase::Opening }, n, true)]
            }
            Phase::Opening => {
                let waits = !self.has(Flaw::OpeningWithoutWait);
                vec![to(Phase::On, n, waits), to(Phase::Off, n + 1, false)]
            }
        };
        moves.retain(|step| step.to.epoch <= self.scope.epochs);
        moves
    }

    pub fn control_actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.moves(state.control).iter().map(|step| Action::Move { to: step.to }));
        let late = state.delayed.iter().filter(|view| !state.held.holds(*view));
        actions.extend(late.map(|view| Action::ReceiveDelayedView { view }));
    }

    pub fn fault_actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.losses_left > 0 {
            actions.push(Action::LoseCache);
            if self.scope.snapshots {
                let seqs = 1..=state.row.seq;
                actions.extend(seqs.map(|seq| Action::RestoreSnapshot { seq }));
            }
        }
        for epoch in 1..=self.scope.epochs {
            let slot = state.cache[usize::from(epoch) - 1];
            if self.scope.lapses && slot.hit().is_some() {
                actions.push(Action::Lapse { epoch });
            }
            if self.scope.expiry && slot.entry != Entry::Missing && slot.outlives == 0 {
                actions.push(Action::Expire { epoch });
            }
        }
        if self.scope.late_sentinel {
            actions.push(Action::LandSentinel { nonce: FOREIGN });
        }
        if self.has(Flaw::SentinelPutTwice) && state.control.needs_sentinel() {
            actions.push(Action::LandSentinel { nonce: state.control.epoch });
        }
    }

    pub fn change_surroundings(&self, state: &mut State, action: Action) -> bool {
        match action {
            Action::Move { to } => self.apply_move(state, to),
            Action::ReceiveDelayedView { view } => {
                state.delayed.drop_view(view);
                state.held.add(view);
                state.trusted.add(view);
            }
            Action::LoseCache => self.lose_cache(state, 0),
            Action::RestoreSnapshot { seq } => return self.restore_snapshot(state, seq),
            Action::LandSentinel { nonce } => state.sentinel = nonce,
            Action::Expire { epoch } => *state.slot(epoch) = Slot::default(),
            Action::Lapse { epoch } => {
                if let Entry::Answer { lapsed, .. } = &mut state.slot(epoch).entry {
                    *lapsed = true;
                }
            }
            _ => return false,
        }
        true
    }

    /// Time is nothing but this: whoever waited L since it saw a row knows that every view
    /// older than that row has run out. The mover is any process, stalls included, so which one
    /// and how long it took is not kept.
    ///
    /// The sentinel is put before the row moves to `opening`. In between it is looked at by
    /// nobody, so both happen at once; a sentinel from a mover that lost the race is a fault.
    fn apply_move(&self, state: &mut State, to: Control) {
        let waits = self.moves(state.control).iter().any(|step| step.to == to && step.waits);
        if waits && !self.has(Flaw::ViewKeptForEver) {
            let alive = Views::only(state.control);
            state.held.keep(alive);
            state.trusted.keep(alive);
        }
        if to.phase == Phase::Opening || state.control.phase == Phase::Off {
            state.sentinel = to.epoch;
        }
        state.control = to;
    }

    /// Every process may take a view at any time. Which one does is not kept: it is enough to
    /// know which views may be in somebody's hands, and any operation may look at any of those.
    pub fn renew_views(&self, state: &mut State) {
        let row = state.control;
        let shown = !row.needs_sentinel() || state.sentinel == row.epoch || self.has(Flaw::SentinelIgnored);
        if !shown {
            return;
        }
        state.held.add(row);
        state.trusted.add(row);
        if self.has(Flaw::ViewCountedFromAnswer) {
            state.delayed.add(row);
        }
    }

    /// Behind everyone's back. Views from before may serve an old value for what is left of
    /// their L, which is the stated price; strict reads pay no such price.
    fn lose_cache(&self, state: &mut State, sentinel: Epoch) {
        state.cache = [Slot::default(); EPOCHS as usize];
        state.sentinel = sentinel;
        state.losses_left -= 1;
        if self.scope.strict {
            return;
        }
        for epoch in 1..=self.scope.epochs {
            state.trusted.drop_view(Control::on(epoch));
        }
    }

    /// The cache comes back as it was in the epoch before the present sentinel, with whatever
    /// value it held then.
    fn restore_snapshot(&self, state: &mut State, seq: u8) -> bool {
        let present = state.sentinel;
        if present < 2 || present == FOREIGN {
            return false;
        }
        self.lose_cache(state, present - 1);
        state.slot(self.key(present - 1)).put(Entry::value(seq), 0);
        true
    }
}
