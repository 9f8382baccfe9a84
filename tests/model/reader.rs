//! A read: its get, its row, and what it does in the background (fence and fill, or repair).

use crate::protocol::{Flaw, Protocol};
use crate::state::{Control, Entry, Epoch, Left, Permit, Phase, Seq, State, Step};

impl Protocol {
    /// Step 1, under a view `on(n)`: the get of `key@n`. A hit changes nothing, and `hits` judges
    /// it; a read under any other view asks the row alone.
    pub fn begin_read(&self, state: &mut State, op: usize, view: Control) -> bool {
        if state.steps[op] != Step::Idle || view.phase != Phase::On {
            return false;
        }
        let epoch = view.epoch;
        if !self.scope.slow_reads {
            return self.get(state, op, epoch, None);
        }
        if self.has(Flaw::SentinelReadBeforeHit) && state.sentinel != epoch {
            return false;
        }
        let since = state.acked;
        state.go(op, Step::Asking { epoch, since });
        true
    }

    fn get(&self, state: &mut State, op: usize, epoch: Epoch, since: Option<Seq>) -> bool {
        let slot = *state.slot(self.key(epoch));
        let step = match (slot.read(), since) {
            (Ok(seq), Some(since)) => Step::Answered { epoch, since, seq },
            (Ok(_), None) => return false,
            (Err(left), _) => Step::Missed { epoch, left, version: slot.version },
        };
        state.go(op, step);
        true
    }

    /// Whether a slow read ends, right now, with an answer older than the writes that had been
    /// acknowledged when it began.
    pub fn answers_stale(&self, state: &State, step: Step) -> bool {
        let Step::Answered { epoch, since, seq } = step else {
            return false;
        };
        let view = Control::on(epoch);
        let lapsed_hit = self.has(Flaw::HitsUnderLapsedView) && !state.held.holds(view);
        let judged = state.trusted.holds(view) || lapsed_hit;
        if !judged || !self.passes_strict_check(state, epoch) {
            return false;
        }
        // A read that joins an earlier get begins only now.
        let began = if self.has(Flaw::JoinsEarlierGet) { state.acked } else { since };
        seq < began
    }

    /// `--cache-strict` reads the sentinel after the hit.
    pub fn passes_strict_check(&self, state: &State, epoch: Epoch) -> bool {
        !self.scope.strict || self.has(Flaw::SentinelReadBeforeHit) || state.sentinel == epoch
    }

    pub fn advance_read(&self, state: &mut State, op: usize) -> bool {
        let next = match state.steps[op] {
            Step::Asking { epoch, since } => return self.get(state, op, epoch, Some(since)),
            Step::Missed { epoch, left: Left::Nothing, .. } => self.plan_fill(state, epoch),
            Step::Missed { epoch, left, version } => self.plan_repair(state, epoch, left, version),
            Step::Fencing { epoch, row } => {
                if row.etag_holds {
                    state.save_row(row.seq, epoch);
                    Step::Filling { epoch, seq: row.seq, found: true }
                } else {
                    Step::Done
                }
            }
            Step::Filling { epoch, seq, found } => return self.fill(state, op, epoch, seq, found),
            // A repair is from here on a write that changes nothing.
            Step::Marking { .. } | Step::Committing { .. } | Step::Promoting { .. } | Step::Swapping { .. } => {
                return self.advance_write(state, op);
            }
            _ => return false,
        };
        state.go(op, next);
        true
    }

    /// Step 2, the row, and at once the look at the view that step 3 asks for: `on(n)` holds for
    /// one stretch of time, so a look that would succeed later succeeds here, and a stall after
    /// it stands for the time between.
    fn plan_fill(&self, state: &State, epoch: Epoch) -> Step {
        let row = state.read_row();
        let fill = Step::Filling { epoch, seq: row.seq, found: row.found };
        if !row.found {
            return if self.has(Flaw::FillsMissingRow) { fill } else { Step::Done };
        }
        let fenced = state.row.stamp == epoch || self.has(Flaw::NoFence) || self.is_plain();
        if fenced {
            return fill;
        }
        if self.still_on(state, epoch) { Step::Fencing { epoch, row } } else { Step::Done }
    }

    /// What lies in the cache cannot be served: a left-over marker, or an answer that has lapsed.
    /// How old a marker must be is not modelled: any may be taken for left over.
    fn plan_repair(&self, state: &State, epoch: Epoch, left: Left, version: u8) -> Step {
        let row = state.read_row();
        let permit = Permit { mark: epoch, stamp: epoch, promotes: true };
        let fills_over = match left {
            Left::Marker => self.has(Flaw::FillsOverMarker),
            _ => self.has(Flaw::FillsOverLapsedValue),
        };
        if fills_over {
            return if row.found && state.row.stamp == epoch {
                Step::Swapping { epoch, seq: row.seq, found: true, version }
            } else {
                Step::Done
            };
        }
        let repairable = row.found || self.makes_tombstones();
        if repairable && self.still_on(state, epoch) { Step::Marking { row, permit } } else { Step::Done }
    }

    fn still_on(&self, state: &State, epoch: Epoch) -> bool {
        state.held.holds(Control::on(epoch)) || self.has(Flaw::FenceWithoutView)
    }

    pub fn makes_tombstones(&self) -> bool {
        self.has(Flaw::FlushMarksMissingRow) || self.has(Flaw::RepairMakesTombstone)
    }

    pub fn is_plain(&self) -> bool {
        self.has(Flaw::CacheAside) || self.has(Flaw::WriteThrough)
    }

    /// Step 3, insert-only. Creates fill this way too.
    pub fn fill(&self, state: &mut State, op: usize, epoch: Epoch, seq: u8, found: bool) -> bool {
        let epoch = if self.has(Flaw::FillsUnderLatestEpoch) {
            let on = state.held.iter().filter(|view| view.phase == Phase::On);
            on.map(|view| view.epoch).max().unwrap_or(epoch)
        } else {
            epoch
        };
        state.go(op, Step::Done);
        let entry = Entry::answer(seq, found);
        let outlives = self.outlived_by(state, entry);
        let slot = state.slot(self.key(epoch));
        if self.is_plain() {
            slot.put(entry, outlives);
        } else if !slot.insert_only(entry, outlives) {
            self.refuse(state, epoch);
        }
        true
    }
}
