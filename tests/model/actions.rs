//! Everything that can happen next, and the promise.

use stateright::{Model, Property};

use crate::protocol::{FIRST, Kind, Protocol, Start};
use crate::state::{Control, EPOCHS, Entry, Epoch, OPERATIONS, Row, Seq, Slot, State, Step, Views};

/// One atomic step. An operation's call takes effect at its store in one of these; whatever
/// delays the call or its answer is the time that passes before the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The operation's next call reaches its store.
    Advance {
        op: usize,
    },
    /// The operation looks at the view that its process holds, and goes on by it.
    Look {
        op: usize,
        view: Control,
    },
    /// The marker cannot be placed, as far as its writer knows.
    RefuseMarker {
        op: usize,
        lands: bool,
    },
    /// The commit is applied and its answer lost. (Lost and not applied, or not yet: a stall.)
    LoseAnswer {
        op: usize,
    },
    Die {
        op: usize,
    },
    Move {
        to: Control,
    },
    LoseCache,
    RestoreSnapshot {
        seq: Seq,
    },
    Lapse {
        epoch: Epoch,
    },
    Expire {
        epoch: Epoch,
    },
    LandSentinel {
        nonce: Epoch,
    },
    ReceiveDelayedView {
        view: Control,
    },
}

pub const PROMISE: &str = "no read that begins after an acknowledged write answers with an older one";
pub const LINEARIZABLE: &str = "a hit is the row's present value, acknowledged or not";
pub const SERVES_NEW: &str = "a value written in the scope is served by the cache";
pub const SERVES_LAST_EPOCH: &str = "the last epoch of the scope serves a hit";

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (exists, stamp) = match self.scope.start {
            Start::Absent => (false, 0),
            Start::Unstamped => (true, 0),
            Start::Cached => (true, 1),
        };
        let seq = Seq::from(exists);
        let mut cache = [Slot::default(); EPOCHS as usize];
        if self.scope.start == Start::Cached {
            cache[0].put(Entry::value(seq), 0);
        }
        let mut steps = [Step::Done; OPERATIONS];
        steps[..self.scope.operations.len()].fill(Step::Idle);
        let mut state = State {
            row: Row { exists, seq, stamp },
            acked: seq,
            control: FIRST,
            sentinel: FIRST.epoch,
            cache,
            held: Views::default(),
            trusted: Views::default(),
            delayed: Views::default(),
            steps,
            losses_left: self.scope.losses,
            refusals_left: self.scope.refusals,
        };
        self.renew_views(&mut state);
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for op in 0..self.scope.operations.len() {
            self.operation_actions(state, op, actions);
        }
        self.control_actions(state, actions);
        self.fault_actions(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let happens = match action {
            Action::Advance { op } => match self.kind(op) {
                Kind::Read => self.advance_read(&mut state, op),
                _ => self.advance_write(&mut state, op),
            },
            Action::Look { op, view } => match self.kind(op) {
                Kind::Read => self.begin_read(&mut state, op, view),
                _ => self.look_before_write(&mut state, op, view),
            },
            Action::RefuseMarker { op, lands } => self.refuse_marker(&mut state, op, lands),
            Action::LoseAnswer { op } => self.lose_answer(&mut state, op),
            Action::Die { op } => {
                state.go(op, Step::Done);
                true
            }
            fault_or_move => self.change_surroundings(&mut state, fault_or_move),
        };
        if !happens {
            return None;
        }
        self.renew_views(&mut state);
        self.reduce(&mut state);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(PROMISE, |protocol: &Protocol, state| !protocol.breaks_promise(state)),
            Property::always(LINEARIZABLE, |protocol: &Protocol, state| {
                protocol.hits(state).all(|(_, seq)| seq == state.row.seq)
            }),
            Property::sometimes(SERVES_NEW, |protocol: &Protocol, state| protocol.hits(state).any(|(_, seq)| seq > 1)),
            Property::sometimes(SERVES_LAST_EPOCH, |protocol: &Protocol, state| {
                protocol.hits(state).any(|(epoch, _)| epoch == protocol.scope.epochs)
            }),
        ]
    }
}

impl Protocol {
    fn operation_actions(&self, state: &State, op: usize, actions: &mut Vec<Action>) {
        let step = state.steps[op];
        if step == Step::Done {
            return;
        }
        actions.push(Action::Advance { op });
        let looks = match step {
            Step::Idle => self.looks_first(op),
            _ => matches!(step, Step::Fetched { .. } | Step::Created { .. }),
        };
        if looks {
            actions.extend(state.held.iter().map(|view| Action::Look { op, view }));
        }
        if matches!(step, Step::Marking { .. }) && state.refusals_left > 0 {
            actions.push(Action::RefuseMarker { op, lands: false });
            actions.push(Action::RefuseMarker { op, lands: true });
        }
        if self.scope.lost_answers {
            actions.push(Action::LoseAnswer { op });
        }
        if self.scope.expiry && step != Step::Idle {
            actions.push(Action::Die { op });
        }
    }

    /// The hits that a read would have which began, got its answer and ended right now, in any
    /// process whose view was taken since the cache was last lost: (epoch, what it is answered).
    ///
    /// Such a read is the most demanding one. A read is compared with the writes acknowledged
    /// when it *began*, and its view has to be good when it *ends*; so if a longer one broke the
    /// promise, so would this one at the instant of its get. Some scopes have longer ones as well.
    fn hits<'a>(&self, state: &'a State) -> impl Iterator<Item = (Epoch, Seq)> + use<'a, '_> {
        let judged = (1..=self.scope.epochs)
            .filter(|epoch| state.trusted.holds(Control::on(*epoch)))
            .filter(|epoch| state.sentinel == *epoch || !self.scope.strict);
        judged.filter_map(|epoch| {
            let slot = state.cache[usize::from(self.key(epoch)) - 1];
            slot.hit().map(|seq| (epoch, seq))
        })
    }

    fn breaks_promise(&self, state: &State) -> bool {
        self.hits(state).any(|(_, seq)| seq < state.acked)
            || state.steps.iter().any(|step| self.answers_stale(state, *step))
    }
}
