//! The rules of the protocol that a test can break, to show that each is needed and that the checkers see it.

/// A broken rule. Only the simulation sets one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// A view is counted from the answer, not from the first send.
    ViewFromAnswer,
    /// A view is kept for ever.
    ViewKept,
    /// The sentinel is not looked at.
    NoSentinel,
    /// The control row moves from on straight to off.
    StraightToOff,
    /// Nobody waits in `closing`.
    NoWaitInClosing,
    /// Nobody waits in `opening`.
    NoWaitInOpening,
    /// A fill overwrites whatever is there.
    FillOverwrites,
    /// A row is not stamped before its value is cached.
    NoFence,
    /// A missing row is cached as deleted.
    MissingIsDeleted,
    /// The etag is read after the view.
    EtagAfterView,
    /// A marker is put into the next epoch while the old one closes.
    MarkInNextEpoch,
    /// The value replaces whatever marker is there.
    PromoteOverwrites,
    /// A left-over marker is mended without saving the row.
    RepairWithoutSave,
    /// An update puts no marker.
    NoMarker,
    /// A value's physical time to live is its own, so that a refused fill shortens a marker's.
    ShortLived,
    /// What a bulk get does not find is taken for absent.
    BelievesAbsence,
}
