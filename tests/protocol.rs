//! The protocol over two stores in memory, shared by several "processes": how many calls each verb costs, and what
//! the phases of the cache do to reads and writes.

#[path = "protocol/index.rs"]
mod index;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use usersvc::state::memory::Memory;
use usersvc::state::{Entry, StateError, StateStore, Step};
use usersvc::trace::Outcome::{self, *};
use usersvc::trace::Traced;
use usersvc::user::{NewUser, UserChange, UserId};
use usersvc::users::{Error, Event, Host, Observer, Options, Phase, Scope, Stored, Users, Verdict};

/// A store in memory that others share, counts its calls, and can be cut off.
#[derive(Clone, Default)]
struct Shared {
    memory: Arc<Memory>,
    calls: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
    /// Milliseconds that an answer takes.
    slow: Arc<AtomicUsize>,
}

impl Shared {
    async fn answer(&self) -> Result<(), StateError> {
        let slow = self.slow.load(SeqCst);
        if slow > 0 {
            tokio::time::sleep(Duration::from_millis(slow as u64)).await;
        }
        self.calls.fetch_add(1, SeqCst);
        if self.gone.load(SeqCst) { Err(StateError::Unavailable("it is gone".into())) } else { Ok(()) }
    }
}

impl StateStore for Shared {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        self.answer().await?;
        self.memory.get(key).await
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        self.answer().await?;
        self.memory.get_bulk(keys).await
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        self.answer().await?;
        self.memory.transact(steps).await
    }
}

struct World {
    state: Shared,
    cache: Shared,
    moves: Arc<Mutex<Vec<(Phase, Phase)>>>,
    violations: Arc<AtomicUsize>,
    start: tokio::time::Instant,
    seed: u64,
}

impl World {
    fn new() -> Self {
        Self {
            state: Shared::default(),
            cache: Shared::default(),
            moves: Arc::default(),
            violations: Arc::default(),
            start: tokio::time::Instant::now(),
            seed: 0,
        }
    }

    fn process(&mut self) -> Users<Shared> {
        self.process_with(Options::default())
    }

    fn process_with(&mut self, options: Options) -> Users<Shared> {
        self.seed += 1;
        let (moves, violations) = (Arc::clone(&self.moves), Arc::clone(&self.violations));
        let observer = Observer::new(move |event| match event {
            Event::Moved { from, to } => moves.lock().unwrap().push((*from, *to)),
            Event::Violation { .. } => drop(violations.fetch_add(1, SeqCst)),
            _ => {}
        });
        let host = Host::simulated(self.start, self.seed);
        Users::new(self.state.clone(), self.cache.clone(), Options { observer, host, ..options })
    }

    fn calls(&self) -> usize {
        self.state.calls.load(SeqCst) + self.cache.calls.load(SeqCst)
    }

    fn moved(&self) -> Vec<(Phase, Phase)> {
        std::mem::take(&mut self.moves.lock().unwrap())
    }
}

fn john() -> NewUser {
    NewUser { name: "John Doe".parse().unwrap(), email: "john@example.com".parse().unwrap() }
}

fn renamed(name: &str) -> UserChange {
    UserChange { name: Some(name.parse().unwrap()), email: None }
}

fn outcomes<T>(traced: &Traced<T>) -> Vec<Outcome> {
    traced.trace.steps.iter().map(|step| step.outcome).collect()
}

fn name(read: &Traced<Result<Stored, Error>>) -> String {
    read.value.as_ref().expect("the user is there").user().name
}

async fn settled(users: &Users<Shared>) {
    users.settle(Duration::from_secs(60)).await;
}

fn one() -> UserId {
    UserId::new(1).unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_verb_costs_the_calls_that_the_protocol_counts() {
    let mut world = World::new();
    let users = world.process();
    users.create(john()).await.value.unwrap();
    users.complete_index(|_, _| {}).await.unwrap();
    settled(&users).await;

    let cost = async |verb: &str| {
        let before = world.calls();
        let trace = match verb {
            "hit" | "miss" => outcomes(&users.get(one()).await),
            "update" => outcomes(&users.update(one(), renamed(&format!("N{before}"))).await),
            "nothing" => outcomes(&users.update(one(), UserChange::default()).await),
            "delete" => outcomes(&users.delete(one()).await),
            _ => outcomes(&users.create(john()).await),
        };
        let at_once = world.calls() - before;
        settled(&users).await;
        (trace, at_once, world.calls() - before - at_once)
    };
    assert_eq!(cost("hit").await, (vec![Hit], 1, 0));
    assert_eq!(cost("update").await, (vec![Found, Marked, Saved, PromoteScheduled], 3, 2));
    assert_eq!(cost("hit").await, (vec![Hit], 1, 0));
    assert_eq!(cost("nothing").await, (vec![Found, Unchanged], 1, 0));
    let (trace, at_once, later) = cost("create").await;
    assert_eq!((trace, at_once + later), (vec![Created, FillScheduled], 3));
    let deleted = vec![Found, Indexed, Marked, Deleted, PromoteScheduled];
    assert_eq!(cost("delete").await, (deleted, 4, 2), "one more, where the index changes");
    assert_eq!(cost("hit").await, (vec![Hit], 1, 0), "a tombstone is a hit");
}

#[tokio::test(start_paused = true)]
async fn the_first_fill_of_an_epoch_fences_the_row_and_the_next_does_not() {
    let mut world = World::new();
    let users = world.process();
    users.create(john()).await.value.unwrap();
    users.flush_all().await.unwrap();
    settled(&users).await;
    let before = world.calls();
    assert_eq!(outcomes(&users.get(one()).await), [Miss, Found, FillScheduled]);
    settled(&users).await;
    assert_eq!(world.calls() - before, 4, "two at once, a fence and a fill in the background");
    assert_eq!(outcomes(&users.get(one()).await), [Hit]);
    assert_eq!(users.stats().fences, 1);
}

#[tokio::test(start_paused = true)]
async fn a_flush_of_everything_is_a_round_of_the_phases_in_two_leases() {
    let mut world = World::new();
    let users = world.process();
    users.create(john()).await.value.unwrap();
    let before = users.stats().epoch;
    let began = tokio::time::Instant::now();
    let flushed = users.flush_all().await.unwrap();
    assert!(flushed.flushed && Some(flushed.epoch) != before);
    assert!(began.elapsed() >= Duration::from_secs(2) && began.elapsed() < Duration::from_millis(2500));
    let round = [(Phase::On, Phase::Closing), (Phase::Closing, Phase::Opening), (Phase::Opening, Phase::On)];
    assert_eq!(world.moved(), round);
}

#[tokio::test(start_paused = true)]
async fn a_flush_of_one_user_makes_the_next_read_a_miss_and_the_one_after_a_hit() {
    let mut world = World::new();
    let users = world.process();
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    users.flush(one()).await.unwrap();
    assert_eq!(users.inspect(one()).await.unwrap().verdict, Verdict::Marker);
    assert_eq!(outcomes(&users.get(one()).await), [Marker, Found, RepairScheduled]);
    settled(&users).await;
    assert_eq!(outcomes(&users.get(one()).await), [Hit]);
}

#[tokio::test(start_paused = true)]
async fn a_value_past_its_time_is_a_miss_once_and_then_a_hit_again() {
    let mut world = World::new();
    let options = Options { cache_ttl: Duration::from_secs(60), ..Options::default() };
    let users = world.process_with(options);
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(outcomes(&users.get(one()).await), [Expired, Found, RepairScheduled]);
    settled(&users).await;
    assert_eq!(outcomes(&users.get(one()).await), [Hit]);
}

#[tokio::test(start_paused = true)]
async fn without_a_cache_an_update_waits_once_and_the_cache_comes_back_by_itself() {
    let mut world = World::new();
    let (ours, theirs) = (world.process(), world.process());
    tokio::spawn(theirs.clone().keep_view());
    tokio::spawn(ours.clone().keep_view());
    ours.create(john()).await.value.unwrap();
    settled(&ours).await;
    assert_eq!(outcomes(&theirs.get(one()).await), [Hit]);
    world.cache.gone.store(true, SeqCst);

    let began = tokio::time::Instant::now();
    let first = ours.update(one(), renamed("First")).await;
    assert!(outcomes(&first).contains(&Waited) && first.value.is_ok());
    assert!(began.elapsed() >= Duration::from_secs(1) && began.elapsed() < Duration::from_secs(3));
    assert_eq!(world.moved(), [(Phase::On, Phase::Closing), (Phase::Closing, Phase::Off)]);
    let again = ours.update(one(), renamed("Second")).await;
    assert_eq!(outcomes(&again), [Found, Saved], "only the first write waits, and none is marked");
    assert_eq!(name(&theirs.get(one()).await), "Second");

    world.cache.gone.store(false, SeqCst);
    while theirs.stats().phase != Some(Phase::On) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(world.moved(), [(Phase::Off, Phase::Opening), (Phase::Opening, Phase::On)]);
    assert_eq!(name(&theirs.get(one()).await), "Second");
    settled(&theirs).await;
    assert_eq!(outcomes(&theirs.get(one()).await), [Hit]);
}

#[tokio::test(start_paused = true)]
async fn while_the_cache_is_off_nothing_in_it_is_called_stale() {
    let mut world = World::new();
    let users = world.process();
    tokio::spawn(users.clone().keep_view());
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    world.cache.gone.store(true, SeqCst);
    for name in ["First", "Second"] {
        users.update(one(), renamed(name)).await.value.unwrap();
    }
    world.cache.gone.store(false, SeqCst);
    assert_eq!(users.stats().phase, Some(Phase::Off));
    let verified = users.verify(Scope::All, false).await.unwrap();
    assert_eq!((verified.checked, verified.absent, verified.disagreements), (1, 1, vec![]));
    assert_eq!(users.inspect(one()).await.unwrap().verdict, Verdict::Absent);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_lost_everything_is_noticed_within_a_lease() {
    let mut world = World::new();
    let users = world.process();
    tokio::spawn(users.clone().keep_view());
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    for key in ["cache-sentinel".to_owned(), format!("user-1@{}", users.stats().epoch.unwrap())] {
        let gone = Step::Delete { key, expect: usersvc::state::Expect::Any };
        world.cache.memory.transact(vec![gone]).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(world.moved(), [(Phase::On, Phase::Closing)]);
}

#[tokio::test(start_paused = true)]
async fn with_the_state_store_gone_hits_end_with_the_lease() {
    let mut world = World::new();
    let users = world.process();
    tokio::spawn(users.clone().keep_view());
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    world.state.gone.store(true, SeqCst);
    assert_eq!(outcomes(&users.get(one()).await), [Hit]);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let read = users.get(one()).await;
    assert_eq!(outcomes(&read), [Bypass, Down]);
    assert!(matches!(read.value, Err(Error::Unavailable(_))));
}

#[tokio::test(start_paused = true)]
async fn concurrent_creates_of_two_processes_get_dense_ids() {
    let mut world = World::new();
    let (ours, theirs) = (world.process(), world.process());
    let creates = (0..200).map(|n| {
        let users = if n % 2 == 0 { ours.clone() } else { theirs.clone() };
        tokio::spawn(async move { users.create(john()).await.value.unwrap().user().id.get() })
    });
    let mut ids = Vec::new();
    for create in creates.collect::<Vec<_>>() {
        ids.push(create.await.unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=200).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_create_that_waits_behind_one_that_gets_no_answer_fails_with_it_in_time() {
    let mut world = World::new();
    let users = world.process();
    users.create(john()).await.value.unwrap();
    world.state.gone.store(true, SeqCst);
    world.state.slow.store(700, SeqCst);
    let create = |after: u64| {
        let users = users.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            let began = tokio::time::Instant::now();
            assert!(matches!(users.create(john()).await.value, Err(Error::Unavailable(_))));
            began.elapsed()
        })
    };
    for create in [0, 10, 400, 600].map(create) {
        assert!(create.await.unwrap() < Duration::from_millis(950));
    }
}

#[tokio::test(start_paused = true)]
async fn a_planted_old_value_is_found_by_verify_and_by_the_audit_and_is_mended() {
    let mut world = World::new();
    let users = world.process_with(Options { audit: 1.0, ..Options::default() });
    users.create(john()).await.value.unwrap();
    settled(&users).await;
    let key = format!("user-1@{}", users.stats().epoch.unwrap());
    let old = world.cache.memory.get(&key).await.unwrap().unwrap().value;
    let plant = async || {
        let put = Step::Put { key: key.clone(), value: old.clone(), expect: usersvc::state::Expect::Any, ttl: None };
        world.cache.memory.transact(vec![put]).await.unwrap();
    };
    users.update(one(), renamed("New")).await.value.unwrap();
    settled(&users).await;
    let clean = users.verify(Scope::All, false).await.unwrap();
    assert_eq!((clean.checked, clean.fresh, clean.disagreements.len()), (1, 1, 0));

    plant().await;
    assert_eq!(users.inspect(one()).await.unwrap().verdict, Verdict::Stale);
    let found = users.verify(Scope::All, true).await.unwrap();
    assert_eq!((found.disagreements[0].cached_version, found.disagreements[0].row_version), (1, Some(2)));
    assert!(found.disagreements[0].fixed);

    plant().await;
    assert_eq!(name(&users.get(one()).await), "New", "the audit never answers with what it finds wrong");
    assert_eq!(world.violations.load(SeqCst), 1);
}
