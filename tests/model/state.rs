//! What the stores, the processes' views and the operations under way hold at one instant.

use std::fmt;

/// An epoch, numbered by the control row's count. The real one is named by a random nonce; here
/// the number is the nonce, because a move that loses its compare-and-set leaves none behind.
/// 0 stands for none.
pub type Epoch = u8;

/// Commits of the key in their order: 0 is "never written". A deletion has a number too, so one
/// comparison tells whether an answer, a 404 included, is older than a write.
pub type Seq = u8;

/// Room for the largest scope.
pub const EPOCHS: Epoch = 3;
pub const OPERATIONS: usize = 6;

/// The sentinel of a mover that stalled before its put and lost the race for the row.
pub const FOREIGN: Epoch = u8::MAX;

/// The token of an operation that no longer looks for its marker.
pub const NOBODY: usize = usize::MAX;

/// The row of the state store. `seq` outlives a deletion, as a ghost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub exists: bool,
    pub seq: Seq,
    pub stamp: Epoch,
}

/// A row as an operation got it. Etags of rows never repeat, so all there is to know about the
/// one that came with it is whether the row was saved or deleted since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Read {
    pub found: bool,
    pub seq: Seq,
    pub etag_holds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    Closing,
    Off,
    Opening,
    On,
}

/// The control row. `Closing(n)` and `Off(n)` still carry the nonce of the epoch that ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Control {
    pub epoch: Epoch,
    pub phase: Phase,
}

impl Control {
    pub const fn new(phase: Phase, epoch: Epoch) -> Self {
        Control { epoch, phase }
    }

    pub const fn on(epoch: Epoch) -> Self {
        Control::new(Phase::On, epoch)
    }

    /// Under these phases a view needs the sentinel to carry the row's nonce.
    pub fn needs_sentinel(self) -> bool {
        matches!(self.phase, Phase::On | Phase::Opening)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.phase, self.epoch)
    }
}

/// A set of views, each named by the control row that it shows.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Views(u16);

impl Views {
    fn bit(view: Control) -> u16 {
        1 << (4 * (view.epoch - 1) + view.phase as u8)
    }

    pub fn only(view: Control) -> Self {
        Views(Self::bit(view))
    }

    pub fn holds(self, view: Control) -> bool {
        self.0 & Self::bit(view) != 0
    }

    pub fn add(&mut self, view: Control) {
        self.0 |= Self::bit(view);
    }

    pub fn keep(&mut self, others: Views) {
        self.0 &= others.0;
    }

    pub fn drop_view(&mut self, view: Control) {
        self.0 &= !Self::bit(view);
    }

    pub fn iter(self) -> impl Iterator<Item = Control> {
        (1..=EPOCHS)
            .flat_map(|epoch| {
                [Phase::Closing, Phase::Off, Phase::Opening, Phase::On].map(|phase| Control::new(phase, epoch))
            })
            .filter(move |view| self.holds(*view))
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What a cache key holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Entry {
    #[default]
    Missing,
    /// A value (`found`) or a tombstone. `lapsed`: `expires_at` of the header has passed.
    Answer { seq: Seq, found: bool, lapsed: bool },
    /// A marker with the token of the operation that put it, or [`NOBODY`]'s.
    Marker { owner: usize },
}

impl Entry {
    pub fn value(seq: Seq) -> Self {
        Entry::answer(seq, true)
    }

    /// A value, or a tombstone if the row was not `found`.
    pub fn answer(seq: Seq, found: bool) -> Self {
        Entry::Answer { seq, found, lapsed: false }
    }
}

/// A cache key as the Redis component keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slot {
    pub entry: Entry,
    /// The cache's etag; starts again after expiry or loss, so it repeats.
    pub version: u8,
    /// Operations (a bit each) under way when the entry was put and not ended since. The entry
    /// outlives them: none lives as long as the physical TTL.
    pub outlives: u8,
}

impl Slot {
    /// An unconditional save.
    pub fn put(&mut self, entry: Entry, outlives: u8) {
        *self = Slot { entry, version: self.version + 1, outlives };
    }

    /// A save with etag "-1".
    pub fn insert_only(&mut self, entry: Entry, outlives: u8) -> bool {
        let missing = self.entry == Entry::Missing;
        if missing {
            self.put(entry, outlives);
        }
        missing
    }

    /// A save with an etag. Redis inserts when the key is missing.
    pub fn compare_and_set(&mut self, version: u8, entry: Entry, outlives: u8) -> bool {
        let takes = self.entry == Entry::Missing || self.version == version;
        if takes {
            self.put(entry, outlives);
        }
        takes
    }

    /// What a read that meets this entry answers with, or what it cannot answer with.
    pub fn read(self) -> Result<Seq, Left> {
        match self.entry {
            Entry::Answer { seq, lapsed: false, .. } => Ok(seq),
            Entry::Answer { lapsed: true, .. } => Err(Left::Lapsed),
            Entry::Marker { .. } => Err(Left::Marker),
            Entry::Missing => Err(Left::Nothing),
        }
    }

    pub fn hit(self) -> Option<Seq> {
        self.read().ok()
    }
}

/// What a view allows a writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permit {
    /// The epoch whose key takes the marker; 0: none.
    pub mark: Epoch,
    /// The stamp of the row.
    pub stamp: Epoch,
    pub promotes: bool,
}

/// What a get finds that it cannot serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Left {
    Nothing,
    Lapsed,
    Marker,
}

/// How far an operation is. A step is what it knows *after* an answer and before its next call,
/// and it may stay there for ever: that is a stall, a crash, a lost answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Not begun, or begun again after a conflict.
    Idle,
    Done,
    /// The cache get found nothing to serve, but maybe `left`, under that cache etag.
    Missed {
        epoch: Epoch,
        left: Left,
        version: u8,
    },
    /// The row is on its way to be saved unchanged, stamped.
    Fencing {
        epoch: Epoch,
        row: Read,
    },
    Filling {
        epoch: Epoch,
        seq: Seq,
        found: bool,
    },
    /// A view was looked at before the row is read: creates, and two of the flaws.
    Permitted {
        permit: Permit,
        marked: bool,
    },
    Fetched {
        row: Read,
    },
    Marking {
        row: Read,
        permit: Permit,
    },
    Committing {
        row: Read,
        permit: Permit,
    },
    /// Acknowledged; is the marker in `epoch` still mine?
    Promoting {
        epoch: Epoch,
        seq: Seq,
        found: bool,
    },
    Swapping {
        epoch: Epoch,
        seq: Seq,
        found: bool,
        version: u8,
    },
    /// Flawed: a row was created, the view for its fill is still to be looked at.
    Created {
        seq: Seq,
    },
    /// A read in slow motion: begun when `since` was the latest acknowledged write,
    Asking {
        epoch: Epoch,
        since: Seq,
    },
    /// and answered by the cache, though not yet to whoever asked.
    Answered {
        epoch: Epoch,
        since: Seq,
        seq: Seq,
    },
}

impl Step {
    pub fn is_under_way(self) -> bool {
        !matches!(self, Step::Idle | Step::Done)
    }

    pub fn row_mut(&mut self) -> Option<&mut Read> {
        match self {
            Step::Fencing { row, .. }
            | Step::Fetched { row }
            | Step::Marking { row, .. }
            | Step::Committing { row, .. } => Some(row),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub row: Row,
    /// The latest write that was acknowledged.
    pub acked: Seq,
    pub control: Control,
    pub sentinel: Epoch,
    pub cache: [Slot; EPOCHS as usize],
    /// Views that some process may hold, still within L.
    pub held: Views,
    /// Those among them whose sentinel was read after the cache was last lost.
    pub trusted: Views,
    /// Flawed: views whose answers are delayed, and which will count L from those.
    pub delayed: Views,
    pub steps: [Step; OPERATIONS],
    /// Faults that may still happen.
    pub losses_left: u8,
    pub refusals_left: u8,
}

impl State {
    pub fn slot(&mut self, epoch: Epoch) -> &mut Slot {
        &mut self.cache[usize::from(epoch) - 1]
    }

    pub fn read_row(&self) -> Read {
        Read { found: self.row.exists, seq: self.row.seq, etag_holds: self.row.exists }
    }

    pub fn save_row(&mut self, seq: Seq, stamp: Epoch) {
        self.set_row(Row { exists: true, seq, stamp });
    }

    pub fn delete_row(&mut self) {
        self.set_row(Row { exists: false, seq: self.row.seq + 1, stamp: 0 });
    }

    fn set_row(&mut self, row: Row) {
        self.row = row;
        for read in self.steps.iter_mut().filter_map(Step::row_mut) {
            read.etag_holds = false;
        }
    }

    pub fn under_way(&self) -> u8 {
        let bits = self.steps.iter().enumerate();
        bits.filter(|(_, step)| step.is_under_way()).fold(0, |mask, (op, _)| mask | 1 << op)
    }

    /// Takes the next step; an operation that ends is outlived by no entry any more.
    pub fn go(&mut self, op: usize, step: Step) {
        self.steps[op] = step;
        if !step.is_under_way() {
            for slot in &mut self.cache {
                slot.outlives &= !(1 << op);
            }
        }
    }
}
