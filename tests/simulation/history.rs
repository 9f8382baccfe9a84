//! The history of one user, and whether one order of its operations explains it: every operation at one moment
//! between its call and its answer. Writes are numbered by the versions that they gave, so the order of the writes is
//! known, and a history is right when it never runs back.

use std::collections::BTreeMap;
use std::time::Duration;

/// What an operation did, as its caller saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// A read returned that value of that version.
    Read { version: u64, value: String },
    /// A read found no user.
    ReadGone,
    /// An update was acknowledged.
    Wrote { version: u64, value: String },
    /// A delete was acknowledged.
    Deleted { version: u64 },
    /// An update that may have been made, then or later.
    MayHaveWritten { value: String },
    /// A delete that may have been made, then or later.
    MayHaveDeleted,
}

/// An operation, from its call to its answer.
#[derive(Clone, Debug)]
pub struct Op {
    pub called: Duration,
    pub answered: Duration,
    pub did: Did,
}

/// The version that stands for "deleted" where the deleting write's own is not known.
const GONE: u64 = u64::MAX;

/// When the user began, as version 1 with the value `"first"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Born {
    /// Before all operations.
    Before,
    /// By one of them; such a user is never deleted, so that gone means not yet there.
    Within,
}

/// What contradicts every order, or `None`.
pub fn contradiction(born: Born, ops: &[Op]) -> Option<String> {
    values(ops).err().or_else(|| runs_back(born, ops)).or_else(|| from_nowhere(born, ops))
}

/// One value per version: two would mean that an update was lost.
fn values(ops: &[Op]) -> Result<(), String> {
    let mut known = BTreeMap::from([(1, "first".to_owned())]);
    for op in ops {
        if let Did::Read { version, value } | Did::Wrote { version, value } = &op.did {
            let first = known.entry(*version).or_insert_with(|| value.clone());
            if first != value {
                return Err(format!("version {version} is both {first:?} and {value:?}"));
            }
        }
    }
    let acknowledged = |op: &Op| matches!(op.did, Did::Wrote { .. } | Did::Deleted { .. });
    let mut versions: Vec<u64> = ops.iter().filter(|op| acknowledged(op)).filter_map(seen).collect();
    versions.sort_unstable();
    match versions.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two writes were acknowledged as version {}", pair[0])),
        None => Ok(()),
    }
}

/// The version that an operation shows to have been reached when it was answered.
fn seen(op: &Op) -> Option<u64> {
    match &op.did {
        Did::Read { version, .. } | Did::Wrote { version, .. } | Did::Deleted { version } => Some(*version),
        Did::ReadGone => Some(GONE),
        Did::MayHaveWritten { .. } | Did::MayHaveDeleted => None,
    }
}

/// What was seen before an operation was called must not be older than what the operation saw: an acknowledged write
/// must be newer than all that was there, a read as new at least.
fn runs_back(born: Born, ops: &[Op]) -> Option<String> {
    let deleted = ops.iter().find_map(|op| match op.did {
        Did::Deleted { version } => Some(version),
        _ => None,
    });
    let gone = if born == Born::Within { 0 } else { deleted.unwrap_or(GONE) };
    let reached = |op: &Op| seen(op).map(|version| if version == GONE { gone } else { version });
    for later in ops {
        let Some(saw) = reached(later) else { continue };
        let wrote = matches!(later.did, Did::Wrote { .. } | Did::Deleted { .. });
        for earlier in ops.iter().filter(|earlier| earlier.answered < later.called) {
            let Some(known) = reached(earlier) else { continue };
            if known > saw || (wrote && known == saw) {
                return Some(format!("{later:?}\n  came after\n{earlier:?}"));
            }
        }
    }
    None
}

/// A value that nobody had begun to write, or a user gone that nobody had begun to delete.
fn from_nowhere(born: Born, ops: &[Op]) -> Option<String> {
    let begun =
        |read: &Op, wrote: &dyn Fn(&Did) -> bool| ops.iter().any(|op| op.called <= read.answered && wrote(&op.did));
    for read in ops {
        let explained = match &read.did {
            Did::Read { value, .. } => {
                let writes = |did: &Did| match did {
                    Did::Wrote { value: written, .. } | Did::MayHaveWritten { value: written } => written == value,
                    _ => false,
                };
                (born == Born::Before && value == "first") || begun(read, &writes)
            }
            Did::ReadGone if born == Born::Within => true,
            Did::ReadGone => begun(read, &|did| matches!(did, Did::Deleted { .. } | Did::MayHaveDeleted)),
            _ => true,
        };
        if !explained {
            return Some(format!("{read:?} came from nowhere"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(called: u64, answered: u64, did: Did) -> Op {
        Op { called: Duration::from_secs(called), answered: Duration::from_secs(answered), did }
    }

    fn read(version: u64, value: &str) -> Did {
        Did::Read { version, value: value.into() }
    }

    fn wrote(version: u64, value: &str) -> Did {
        Did::Wrote { version, value: value.into() }
    }

    #[test]
    fn a_good_history_is_explained() {
        let ops = [
            op(0, 1, read(1, "first")),
            op(2, 9, wrote(2, "a")),
            op(3, 4, read(2, "a")),
            op(3, 5, read(1, "first")),
            op(6, 7, Did::MayHaveWritten { value: "b".into() }),
            op(20, 21, read(3, "b")),
            op(22, 25, Did::Deleted { version: 4 }),
            op(23, 24, Did::ReadGone),
            op(26, 27, Did::ReadGone),
        ];
        assert_eq!(contradiction(Born::Before, &ops), None);
        let ops = [
            op(0, 1, Did::ReadGone),
            op(2, 9, wrote(1, "first")),
            op(3, 4, read(1, "first")),
            op(10, 11, wrote(2, "a")),
        ];
        assert_eq!(contradiction(Born::Within, &ops), None);
    }

    #[test]
    fn every_kind_of_bad_history_is_found() {
        let bad: [&[Op]; 7] = [
            &[op(0, 1, wrote(2, "a")), op(2, 3, read(1, "first"))],
            &[op(0, 9, wrote(2, "a")), op(1, 2, read(2, "a")), op(3, 4, read(1, "first"))],
            &[op(0, 1, wrote(2, "a")), op(0, 1, wrote(2, "b"))],
            &[op(0, 1, Did::Deleted { version: 2 }), op(2, 3, read(1, "first"))],
            &[op(0, 1, Did::ReadGone)],
            &[op(0, 1, read(2, "a")), op(2, 3, wrote(2, "a"))],
            &[op(0, 9, Did::Deleted { version: 2 }), op(1, 2, Did::ReadGone), op(3, 4, read(1, "first"))],
        ];
        for ops in bad {
            assert!(contradiction(Born::Before, ops).is_some(), "{ops:#?}");
        }
        let hidden = [op(0, 1, wrote(1, "first")), op(2, 3, Did::ReadGone)];
        assert!(contradiction(Born::Within, &hidden).is_some());
        assert!(contradiction(Born::Within, &[op(0, 1, read(1, "first"))]).is_some());
    }
}
