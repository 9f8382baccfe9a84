//! Updates, deletes, creates, flushes of one id, and the second half of a repair.

use crate::protocol::{Flaw, Kind, Protocol};
use crate::state::{Control, Entry, Epoch, Permit, Phase, Read, Row, Slot, State, Step};

impl Protocol {
    /// Step 2 of a write: what the view says about marker, stamp and promotion.
    fn permit(&self, view: Control) -> Permit {
        let none = Permit { mark: 0, stamp: 0, promotes: false };
        let n = view.epoch;
        match view.phase {
            Phase::On => Permit { mark: n, stamp: n, promotes: true },
            Phase::Opening => {
                let stamp = if self.has(Flaw::StampsUnderOpening) { n } else { 0 };
                Permit { mark: n, stamp, promotes: self.has(Flaw::PromotesUnderOpening) }
            }
            Phase::Closing => {
                let mark = if self.has(Flaw::MarksNextEpochWhileClosing) { n } else { n - 1 };
                Permit { mark, promotes: self.has(Flaw::PromotesUnderClosing), ..none }
            }
            Phase::Off => none,
        }
    }

    pub fn looks_first(&self, op: usize) -> bool {
        // A read begins with its get, which needs a view.
        let flawed = self.has(Flaw::ViewBeforeEtag) || self.has(Flaw::MarksBeforeEtag);
        matches!(self.kind(op), Kind::Read | Kind::Create) || flawed && self.kind(op) != Kind::Flush
    }

    pub fn look_before_write(&self, state: &mut State, op: usize, view: Control) -> bool {
        let permit = self.permit(view);
        let next = match state.steps[op] {
            Step::Idle if self.looks_first(op) => Step::Permitted { permit, marked: false },
            Step::Fetched { row } if self.kind(op) == Kind::Flush => {
                if view.phase != Phase::On {
                    return false;
                }
                Step::Marking { row, permit }
            }
            Step::Fetched { row } => Self::mark_or_commit(row, permit),
            Step::Created { seq } if view.phase == Phase::On => Step::Filling { epoch: view.epoch, seq, found: true },
            _ => return false,
        };
        state.go(op, next);
        true
    }

    fn mark_or_commit(row: Read, permit: Permit) -> Step {
        if permit.mark == 0 { Step::Committing { row, permit } } else { Step::Marking { row, permit } }
    }

    pub fn advance_write(&self, state: &mut State, op: usize) -> bool {
        match state.steps[op] {
            Step::Idle => self.fetch(state, op),
            Step::Permitted { permit, marked } => self.go_on_permitted(state, op, permit, marked),
            Step::Marking { row, permit } => {
                self.put_marker(state, op, permit.mark);
                let flushed = self.kind(op) == Kind::Flush;
                state.go(op, if flushed { Step::Done } else { Step::Committing { row, permit } });
                true
            }
            Step::Committing { row, permit } => self.commit(state, op, row, permit),
            Step::Filling { epoch, seq, found } => self.fill(state, op, epoch, seq, found),
            Step::Promoting { epoch, seq, found } => self.promote(state, op, epoch, seq, found),
            Step::Swapping { epoch, seq, found, version } => {
                state.go(op, Step::Done);
                self.swap(state, epoch, version, Entry::answer(seq, found));
                true
            }
            _ => false,
        }
    }

    /// Step 1: the row. An id without one is none of a writer's business.
    fn fetch(&self, state: &mut State, op: usize) -> bool {
        let marks_missing = self.has(Flaw::FlushMarksMissingRow) || self.has(Flaw::FlushMarksMissingRowOnly);
        let minds_row = !(self.kind(op) == Kind::Flush && marks_missing);
        if self.looks_first(op) || minds_row && !state.row.exists {
            return false;
        }
        state.go(op, Step::Fetched { row: state.read_row() });
        true
    }

    fn go_on_permitted(&self, state: &mut State, op: usize, permit: Permit, marked: bool) -> bool {
        if self.kind(op) == Kind::Create {
            return self.create(state, op, permit, true);
        }
        if self.has(Flaw::MarksBeforeEtag) && !marked && permit.mark != 0 {
            self.put_marker(state, op, permit.mark);
            state.go(op, Step::Permitted { permit, marked: true });
            return true;
        }
        let row = state.read_row();
        if !row.found {
            return false;
        }
        let commits = self.has(Flaw::MarksBeforeEtag);
        let next = if commits { Step::Committing { row, permit } } else { Self::mark_or_commit(row, permit) };
        state.go(op, next);
        true
    }

    /// Step 3, and 4: the acknowledgement follows at once, which asks the most of later reads.
    fn commit(&self, state: &mut State, op: usize, row: Read, permit: Permit) -> bool {
        let repairs = self.kind(op) == Kind::Read;
        let saves = row.found && !(repairs && self.has(Flaw::RepairsWithoutSave));
        if saves && !row.etag_holds {
            // A repair leaves it at that; a write begins again.
            state.go(op, if repairs { Step::Done } else { Step::Idle });
            return true;
        }
        if repairs {
            if saves {
                state.save_row(row.seq, permit.stamp);
            }
            state.go(op, Step::Promoting { epoch: permit.mark, seq: row.seq, found: row.found });
            return true;
        }
        self.apply(state, op, permit);
        state.acked = state.row.seq;
        Self::after_commit(state, op, permit);
        true
    }

    fn apply(&self, state: &mut State, op: usize, permit: Permit) {
        if self.kind(op) == Kind::Delete {
            state.delete_row();
        } else {
            state.save_row(state.row.seq + 1, permit.stamp);
        }
    }

    fn after_commit(state: &mut State, op: usize, permit: Permit) {
        let Row { seq, exists: found, .. } = state.row;
        let next = if permit.promotes { Step::Promoting { epoch: permit.mark, seq, found } } else { Step::Done };
        state.go(op, next);
    }

    /// The whole of a create: its transaction, then the fill.
    fn create(&self, state: &mut State, op: usize, permit: Permit, answered: bool) -> bool {
        let free = !state.row.exists && (state.row.seq == 0 || self.has(Flaw::ReusesIds));
        if !free {
            return false;
        }
        let seq = state.row.seq + 1;
        state.save_row(seq, permit.stamp);
        if !answered {
            state.go(op, Step::Done);
            return true;
        }
        state.acked = seq;
        let epoch = permit.stamp;
        let fills = epoch != 0 && (state.held.holds(Control::on(epoch)) || self.has(Flaw::CreateFillsUnderEarlierView));
        let next = if self.has(Flaw::CreateFillsUnderLaterView) {
            Step::Created { seq }
        } else if fills {
            Step::Filling { epoch, seq, found: true }
        } else {
            Step::Done
        };
        state.go(op, next);
        true
    }

    /// An unknown outcome, applied: neither acknowledged, nor retried, nor promoted.
    pub fn lose_answer(&self, state: &mut State, op: usize) -> bool {
        match (self.kind(op), state.steps[op]) {
            (Kind::Create, Step::Permitted { permit, .. }) => self.create(state, op, permit, false),
            (Kind::Update | Kind::Delete, Step::Committing { row, permit }) => {
                let applies = row.etag_holds;
                if applies {
                    self.apply(state, op, permit);
                } else if !self.has(Flaw::PromotesUnknownOutcome) {
                    return false;
                }
                if self.has(Flaw::PromotesUnknownOutcome) && permit.promotes {
                    let found = self.kind(op) == Kind::Update;
                    state.go(op, Step::Promoting { epoch: permit.mark, seq: row.seq + 1, found });
                } else {
                    state.go(op, Step::Done);
                }
                true
            }
            _ => false,
        }
    }

    /// The writer moves the control row (anyone may, at any time) and goes on under a view of the
    /// new phase; under `closing` it looks again until it is `off`. It keeps its etag.
    pub fn refuse_marker(&self, state: &mut State, op: usize, lands: bool) -> bool {
        let Step::Marking { row, permit } = state.steps[op] else {
            return false;
        };
        if !matches!(self.kind(op), Kind::Update | Kind::Delete) || self.looks_first(op) {
            return false;
        }
        if lands {
            self.put_marker(state, op, permit.mark);
        }
        state.refusals_left -= 1;
        let closing = Control::new(Phase::Closing, permit.mark + 1);
        let gives_up = self.has(Flaw::UnmarkedWhileClosing) && state.control == closing;
        let next = if gives_up { Step::Committing { row, permit } } else { Step::Fetched { row } };
        state.go(op, next);
        true
    }

    fn put_marker(&self, state: &mut State, op: usize, epoch: Epoch) {
        if self.is_plain() {
            return;
        }
        let entry = Entry::Marker { owner: op };
        let outlives = self.outlived_by(state, entry);
        state.slot(self.key(epoch)).put(entry, outlives);
    }

    /// Step 5: the get of the marker.
    fn promote(&self, state: &mut State, op: usize, epoch: Epoch, seq: u8, found: bool) -> bool {
        let slot = *state.slot(self.key(epoch));
        let mine = slot.entry == Entry::Marker { owner: op };
        if self.has(Flaw::CacheAside) {
            *state.slot(epoch) = Slot::default();
            state.go(op, Step::Done);
        } else if mine || self.has(Flaw::WriteThrough) {
            state.go(op, Step::Swapping { epoch, seq, found, version: slot.version });
        } else {
            state.go(op, Step::Done);
        }
        true
    }

    /// Step 5: the compare-and-set over the marker.
    fn swap(&self, state: &mut State, epoch: Epoch, version: u8, entry: Entry) {
        let outlives = self.outlived_by(state, entry);
        let slot = state.slot(self.key(epoch));
        if self.has(Flaw::PromotesUnconditionally) || self.has(Flaw::WriteThrough) {
            slot.put(entry, outlives);
        } else if !slot.compare_and_set(version, entry, outlives) {
            self.refuse(state, epoch);
        }
    }

    /// On Redis a refused conditional write still sets its TTL. All entries have the same one,
    /// so that can only lengthen a life, which is left out; the flaw shortens it.
    pub fn refuse(&self, state: &mut State, epoch: Epoch) {
        if self.has(Flaw::RefusedWriteShortensTtl) {
            state.slot(self.key(epoch)).outlives = 0;
        }
    }

    /// The operations that an entry put now will outlive. Kept only where entries expire.
    pub fn outlived_by(&self, state: &State, entry: Entry) -> u8 {
        let answer = matches!(entry, Entry::Answer { .. });
        if !self.scope.expiry || answer && self.has(Flaw::ShortLivedValues) {
            return 0;
        }
        state.under_way()
    }
}
