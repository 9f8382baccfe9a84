//! The scopes by name. Each has a small and a large form; both are searched to the end.

use crate::protocol::Kind::{Create, Delete, Flush, Read, Update};
use crate::protocol::Start::{Absent, Cached, Unstamped};
use crate::protocol::{Kind, Scope, Start};

/// `small`, or `large` under `USERSVC_MODEL=large`.
fn sized<T>(small: T, large: T) -> T {
    let wants_large = std::env::var_os("USERSVC_MODEL").is_some_and(|size| size == "large");
    if wants_large { large } else { small }
}

fn scope(name: &'static str, start: Start, small: &[Kind], large: &[Kind]) -> Scope {
    Scope {
        name,
        operations: sized(small, large).to_vec(),
        epochs: 2,
        start,
        losses: 0,
        snapshots: false,
        refusals: 0,
        lost_answers: false,
        lapses: false,
        expiry: false,
        late_sentinel: false,
        strict: false,
        slow_reads: false,
        reduced: true,
    }
}

pub fn writers() -> Scope {
    let large = [Update, Update, Update, Read, Read];
    scope("writers and readers", Cached, &[Update, Update, Read, Read], &large)
}

pub fn deleter() -> Scope {
    let large = [Update, Update, Delete, Read, Read];
    scope("a writer, a deleter, readers", Cached, &[Update, Delete, Read, Read], &large)
}

pub fn crowd() -> Scope {
    let large = [Update, Update, Update, Delete, Read, Read];
    let small = [Update, Update, Delete, Read, Read];
    Scope { epochs: 1, ..scope("a crowd in one epoch", Cached, &small, &large) }
}

pub fn creator() -> Scope {
    let large = [Create, Update, Update, Read, Read];
    let scope = scope("a creator, a writer, readers", Absent, &[Create, Update, Read, Read], &large);
    Scope { epochs: sized(2, 3), lost_answers: true, ..scope }
}

pub fn ids_in_turn() -> Scope {
    let large = [Create, Create, Update, Delete, Read, Read];
    scope("two creators and a deleter", Absent, &[Create, Create, Delete, Read], &large)
}

pub fn flush_of_one_id() -> Scope {
    let large = [Create, Update, Delete, Read, Read, Flush];
    let scope = scope("flush of one id", Absent, &[Create, Delete, Read, Flush], &large);
    Scope { lost_answers: true, ..scope }
}

pub fn first_fills() -> Scope {
    let large = [Update, Update, Read, Read];
    let scope = scope("first fills of an epoch", Unstamped, &[Update, Read, Read], &large);
    Scope { epochs: sized(2, 3), ..scope }
}

pub fn outage() -> Scope {
    let scope = scope("outage", Cached, &[Update, Update, Read], &[Update, Update, Read, Read]);
    Scope { epochs: 3, refusals: sized(1, 2), lost_answers: true, ..scope }
}

pub fn loss() -> Scope {
    let scope = scope("loss and flush", Cached, &[Update, Read, Read], &[Update, Update, Read, Read]);
    Scope { epochs: sized(2, 3), losses: sized(1, 2), ..scope }
}

pub fn slow_loss() -> Scope {
    Scope { name: "loss amid reads in slow motion", slow_reads: true, ..loss() }
}

pub fn strict_loss() -> Scope {
    let scope = scope("loss, strictly", Cached, &[Update, Read, Read], &[Update, Update, Read, Read]);
    Scope { losses: sized(1, 2), strict: true, slow_reads: true, ..scope }
}

pub fn snapshot() -> Scope {
    let scope = scope("an older snapshot", Cached, &[Update, Read], &[Update, Read, Read]);
    Scope { epochs: 3, losses: 1, snapshots: true, late_sentinel: true, ..scope }
}

pub fn repair() -> Scope {
    let large = [Update, Update, Read, Read, Flush];
    let scope = scope("repair", Cached, &[Update, Read, Read, Flush], &large);
    Scope { lost_answers: true, ..scope }
}

pub fn refresh() -> Scope {
    let large = [Update, Update, Read, Read];
    let scope = scope("refresh of lapsed values", Cached, &[Update, Read, Read], &large);
    Scope { lapses: true, ..scope }
}

pub fn expiry() -> Scope {
    let large = [Update, Update, Read, Read];
    let scope = scope("expiry", Cached, &[Update, Update, Read], &large);
    Scope { lapses: true, expiry: true, ..scope }
}

pub fn slow_reads() -> Scope {
    let large = [Update, Update, Read, Read];
    let scope = scope("reads in slow motion", Cached, &[Update, Delete, Read], &large);
    Scope { slow_reads: true, ..scope }
}
