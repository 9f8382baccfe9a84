//! The real code of the users in simulated time over fake stores with the semantics of the real ones: thousands of
//! histories with lost answers, late changes, stalls, deaths and outages, each one following from its seed.
//!
//! - `USERSVC_SIMULATION_SEEDS=100000 cargo test --test simulation histories` plays more of them;
//! - `USERSVC_SIMULATION_SEED=17 cargo test --test simulation histories` plays one again.

#[path = "simulation/chaos.rs"]
mod chaos;
#[path = "simulation/fake.rs"]
mod fake;
#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/index.rs"]
mod index;
#[path = "simulation/world.rs"]
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use chaos::{Dice, Faults, Link, Process, Reach};
use fake::{Fake, Kind};
use tokio::time::{Instant, sleep};
use usersvc::user::{NewUser, UserChange, UserId};
use usersvc::users::{Host, Options, Users, Variant};
use world::Disturbance::{self, *};
use world::{Mix, play};

const SEEDS: u64 = 2_400;
const BROKEN_SEEDS: u64 = 4_000;

fn usual() -> Options {
    Options { cache_ttl: Duration::from_secs(60), ..Options::default() }
}

fn strict() -> Options {
    Options { strict: true, ..usual() }
}

const MESSY: Faults = Faults { lost: 15, stalls: 20, stall: Duration::from_secs(4), late: Duration::from_secs(20) };

const FEW: Faults = Faults { lost: 4, stalls: 8, ..MESSY };

/// Stalls that outlast a value, but not a marker.
const SLEEPY: Faults = Faults { stalls: 25, stall: Duration::from_secs(400), ..FEW };

/// Stalls as long as a round of the phases, all the time.
const HALTING: Faults = Faults { lost: 2, stalls: 80, stall: Duration::from_secs(6), late: Duration::from_secs(2) };

const CALM: &[Disturbance] = &[FlushOne, FlushAll];
const OUTAGES: &[Disturbance] = &[CacheDown, CacheFrozen, StateDown, Kill, Stop, FlushOne, FlushAll];
const LOSSES: &[Disturbance] = &[CacheLost, CacheOld, CacheDown, Stop, FlushAll, FlushOne];

const BRISK: Duration = Duration::from_millis(500);
const USUAL: Duration = Duration::from_secs(3);
const SLOW: Duration = Duration::from_secs(60);

const MIXES: &[Mix] = &[
    Mix { name: "brisk", faults: MESSY, disturbances: 3, nemesis: CALM, pause: BRISK, options: usual },
    Mix { name: "outages", faults: FEW, disturbances: 6, nemesis: OUTAGES, pause: USUAL, options: usual },
    Mix { name: "messy outages", faults: MESSY, disturbances: 8, nemesis: OUTAGES, pause: BRISK, options: usual },
    Mix { name: "losses", faults: MESSY, disturbances: 6, nemesis: LOSSES, pause: USUAL, options: strict },
    Mix { name: "sleepy", faults: SLEEPY, disturbances: 3, nemesis: OUTAGES, pause: SLOW, options: usual },
    Mix { name: "sleepy and brisk", faults: SLEEPY, disturbances: 3, nemesis: CALM, pause: USUAL, options: usual },
    Mix { name: "halting", faults: HALTING, disturbances: 6, nemesis: &[FlushAll], pause: USUAL, options: usual },
];

fn mix(seed: u64) -> Mix {
    MIXES[usize::try_from(seed).unwrap() % MIXES.len()]
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Plays the seeds on two threads; the first failure, by seed, and how many operations there were.
fn play_all(seeds: std::ops::Range<u64>, variant: Option<Variant>, mix: impl Fn(u64) -> Mix + Sync) -> Played {
    let (next, operations) = (AtomicU64::new(seeds.start), AtomicUsize::new(0));
    let failure = std::sync::Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while failure.lock().unwrap().is_none() {
                    let seed = next.fetch_add(1, SeqCst);
                    if seed >= seeds.end {
                        return;
                    }
                    match play(seed, mix(seed), variant) {
                        Ok(count) => drop(operations.fetch_add(count, SeqCst)),
                        Err(fault) => drop(failure.lock().unwrap().get_or_insert((seed, fault))),
                    }
                }
            });
        }
    });
    Played { failure: failure.into_inner().unwrap(), operations: operations.into_inner() }
}

struct Played {
    failure: Option<(u64, String)>,
    operations: usize,
}

#[test]
fn no_history_contradicts_itself() {
    let seeds = match number("USERSVC_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("USERSVC_SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    let histories = seeds.end - seeds.start;
    let played = play_all(seeds, None, mix);
    if let Some((seed, fault)) = played.failure {
        panic!("{fault}\nthe mix {:?}; again: USERSVC_SIMULATION_SEED={seed}", mix(seed).name);
    }
    println!("{histories} histories, {} operations", played.operations);
    assert!(played.operations as u64 > histories * 20, "the clients get answers");
}

/// The rule is broken in the real code, and some history shows it.
fn is_caught(variant: Variant, mixes: &'static [usize]) {
    let choose = |seed: u64| MIXES[mixes[usize::try_from(seed).unwrap() % mixes.len()]];
    let played = play_all(0..BROKEN_SEEDS, Some(variant), choose);
    let (seed, fault) = played.failure.unwrap_or_else(|| panic!("{variant:?} was not caught"));
    println!("{variant:?} in seed {seed}: {fault}");
}

macro_rules! caught {
    ($($name:ident: $variant:ident in $($mix:literal)+;)*) => {
        $(#[test] fn $name() { is_caught(Variant::$variant, &[$($mix),+]); })*
    };
}

caught! {
    a_view_that_is_kept_for_ever_is_caught: ViewKept in 1 2;
    a_sentinel_that_is_not_looked_at_is_caught: NoSentinel in 3;
    turning_the_cache_off_without_closing_it_is_caught: StraightToOff in 1 2;
    not_waiting_while_closing_is_caught: NoWaitInClosing in 1 2;
    not_waiting_while_opening_is_caught: NoWaitInOpening in 1 2 4;
    a_fill_that_overwrites_is_caught: FillOverwrites in 5 4 6;
    a_fill_without_a_fence_is_caught: NoFence in 6;
    caching_a_missing_row_as_deleted_is_caught: MissingIsDeleted in 0 2;
    an_etag_read_after_the_view_is_caught: EtagAfterView in 4 5 2;
    marking_the_next_epoch_while_the_old_one_closes_is_caught: MarkInNextEpoch in 1 2;
    a_promotion_that_overwrites_is_caught: PromoteOverwrites in 0 2;
    a_repair_that_does_not_save_is_caught: RepairWithoutSave in 0 2 4;
    believing_that_what_a_bulk_get_did_not_find_is_absent_is_caught: BelievesAbsence in 0 2;
    a_write_without_a_marker_is_caught: NoMarker in 0 2;
}

/// A writer stands still, for longer than values live, between its marker and its commit, while a fill is refused and
/// so gives the marker its own time to live. The version and the name of a read after the write was acknowledged.
async fn read_after_a_long_stop(variant: Option<Variant>) -> (u64, String) {
    let (state, cache) = (Reach::new(Fake::new(Kind::Postgres)), Reach::new(Fake::new(Kind::Redis)));
    let (start, dice) = (Instant::now(), Arc::new(Dice::new(1)));
    let begin = |seed| {
        let process = Arc::<Process>::default();
        let faults = Faults { lost: 0, stalls: 0, stall: Duration::ZERO, late: Duration::ZERO };
        let link = |reach: &Arc<Reach>| Link {
            reach: Arc::clone(reach),
            process: Arc::clone(&process),
            dice: Arc::clone(&dice),
            faults,
            deadline: Duration::from_millis(500),
        };
        let options = Options { host: Host::simulated(start, seed), variant, ..usual() };
        (Users::new(link(&state), link(&cache), options), process)
    };
    let ((writer, its_process), (reader, other_process), (later, _)) = (begin(1), begin(2), begin(3));
    let new = NewUser { name: "old".parse().unwrap(), email: "a@b.co".parse().unwrap() };
    writer.create(new).await.value.unwrap();
    writer.settle(Duration::from_secs(1)).await;
    cache.fake.forget_users();
    let id = UserId::new(1).unwrap();
    let key = format!("user-1@{}", writer.stats().epoch.unwrap());

    reader.get(id).await.value.unwrap();
    other_process.stop_for(Duration::from_secs(2)); // before its fill
    let change = UserChange { name: Some("new".parse().unwrap()), email: None };
    let update = tokio::spawn(async move { writer.update(id, change).await.value.unwrap() });
    while cache.fake.read(&key).is_none() {
        sleep(Duration::from_micros(100)).await;
    }
    its_process.stop_for(Duration::from_secs(130)); // before its commit
    reader.settle(Duration::from_secs(10)).await;
    sleep(Duration::from_secs(100)).await;
    later.get(id).await.value.unwrap();
    update.await.unwrap();
    let read = later.get(id).await.value.unwrap();
    (read.version, read.user().name)
}

#[tokio::test(start_paused = true)]
async fn a_refused_fill_does_not_shorten_the_life_of_a_marker() {
    assert_eq!(read_after_a_long_stop(None).await, (2, "new".into()));
    let broken = read_after_a_long_stop(Some(Variant::ShortLived)).await;
    assert_eq!(broken, (1, "old".into()), "without the rule the old value covers the new one");
}
