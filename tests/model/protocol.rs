//! The protocol with at most one rule taken out, and the scope in which it is searched.

use crate::state::{Control, Epoch};

/// What an operation is to do, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A read with its background work: fill, or repair of what it met.
    Read,
    Update,
    Delete,
    Create,
    /// `cache flush ID`.
    Flush,
}

/// A rule that is broken. The first twenty are v1 to v20 of the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// v1
    ViewCountedFromAnswer,
    /// v2
    ViewKeptForEver,
    /// v3
    SentinelIgnored,
    /// v4, one way: on → off.
    StraightToOff,
    /// v4, the other way: on → opening of the next epoch.
    StraightToNextEpoch,
    /// v5
    ClosingWithoutWait,
    /// v6
    OffStraightToOn,
    /// v7
    OpeningWithoutWait,
    /// v8
    JoinsEarlierGet,
    /// v9, one way: over a value that has lapsed.
    FillsOverLapsedValue,
    /// v9, the other way: over a left-over marker.
    FillsOverMarker,
    /// v10
    FillsUnderLatestEpoch,
    /// v11
    NoFence,
    /// v12
    FillsMissingRow,
    /// v13
    ViewBeforeEtag,
    /// v14
    MarksNextEpochWhileClosing,
    /// v15, one half: a view `opening(n)` promotes too.
    PromotesUnderOpening,
    /// v15, the other half: a view `closing(n+1)` promotes too.
    PromotesUnderClosing,
    /// v16
    PromotesUnconditionally,
    /// v17
    ReusesIds,
    /// v18, one half: any view at the time of the fill will do.
    CreateFillsUnderLaterView,
    /// v18, the other half: the view before the commit will do.
    CreateFillsUnderEarlierView,
    /// v19
    RepairsWithoutSave,
    /// v20: flush marks an id without a row, and the repair of that makes a tombstone.
    FlushMarksMissingRow,
    /// v20, one half: only the marker.
    FlushMarksMissingRowOnly,
    /// v20, the other half: only the tombstone.
    RepairMakesTombstone,
    /// Plain cache-aside: write, acknowledge, delete.
    CacheAside,
    /// Plain write-through: write, acknowledge, set.
    WriteThrough,
    /// The marker is put before the etag is read.
    MarksBeforeEtag,
    /// One key for all epochs.
    KeyWithoutEpoch,
    /// A write under `opening(n)` stamps its row with n.
    StampsUnderOpening,
    /// Values have a physical TTL that an operation can outlive.
    ShortLivedValues,
    /// A refused conditional write, which still sets its TTL, brings a shorter one.
    RefusedWriteShortensTtl,
    /// Strict reads take the sentinel from the same bulk get.
    SentinelReadBeforeHit,
    /// The cache's client replays the put of a sentinel.
    SentinelPutTwice,
    /// A marker refused under `closing` is done without, at once.
    UnmarkedWhileClosing,
    /// The view is not looked at again when the get is answered.
    HitsUnderLapsedView,
    /// The view is not looked at again before the fence.
    FenceWithoutView,
    /// A write whose outcome is unknown is promoted all the same.
    PromotesUnknownOutcome,
}

/// What is searched: which operations, over how many epochs, with which faults.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each lets one kind of event happen")]
pub struct Scope {
    pub name: &'static str,
    pub operations: Vec<Kind>,
    pub epochs: Epoch,
    pub start: Start,
    /// How often the cache may lose everything.
    pub losses: u8,
    /// Whether it may also come back as it was in the epoch before.
    pub snapshots: bool,
    /// How many markers may be refused; each may have landed nonetheless.
    pub refusals: u8,
    /// Whether commits may lose their answers.
    pub lost_answers: bool,
    /// Whether `expires_at` passes.
    pub lapses: bool,
    /// Whether the cache drops entries at the end of their physical TTL, and processes die.
    pub expiry: bool,
    /// Whether a stalled mover's sentinel may land late.
    pub late_sentinel: bool,
    /// `--cache-strict`.
    pub strict: bool,
    /// Whether reads take their time, instead of a single instant.
    pub slow_reads: bool,
    /// Whether states that nobody can tell apart are one.
    pub reduced: bool,
}

/// How the key stands when the search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Never written.
    Absent,
    /// A row without a stamp, as the original wrote it, and an empty cache.
    Unstamped,
    /// A row stamped in epoch 1 and its value in the cache.
    Cached,
}

#[derive(Clone, Debug)]
pub struct Protocol {
    pub scope: Scope,
    pub flaw: Option<Flaw>,
}

impl Protocol {
    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub fn kind(&self, op: usize) -> Kind {
        self.scope.operations[op]
    }

    /// The number of the slot that holds the key in `epoch`.
    pub fn key(&self, epoch: Epoch) -> Epoch {
        if self.has(Flaw::KeyWithoutEpoch) { 1 } else { epoch }
    }
}

pub const FIRST: Control = Control::on(1);
