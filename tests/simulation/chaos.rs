//! What goes wrong between a process and a store: delays, lost requests, lost answers, changes that are made after
//! their caller gave up, and processes that stand still or die between any two calls.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use usersvc::state::{Entry, StateError, StateStore, Step};

use super::fake::Fake;

/// Randomness that follows from a seed.
pub struct Dice(AtomicU64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9))
    }

    pub fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `end`.
    pub fn below(&self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a thousand cases.
    pub fn per_mille(&self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// A time up to that long.
    pub fn up_to(&self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(1 + u64::try_from(longest.as_micros()).unwrap()))
    }
}

/// How much goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Requests of a thousand that are lost, answers that are lost, and changes that are made late.
    pub lost: u64,
    /// Calls of a thousand around which the process stands still.
    pub stalls: u64,
    /// For how long at most.
    pub stall: Duration,
    /// How late a change is made whose caller gave up.
    pub late: Duration,
}

/// A process that can stand still and die.
#[derive(Default)]
pub struct Process {
    dead: AtomicBool,
    stopped_until: Mutex<Option<Instant>>,
}

impl Process {
    pub fn kill(&self) {
        self.dead.store(true, SeqCst);
    }

    pub fn stop_for(&self, time: Duration) {
        *self.stopped_until.lock().unwrap() = Some(Instant::now() + time);
    }

    /// Goes on when the process runs; never, when it is dead.
    async fn runs(&self) {
        loop {
            if self.dead.load(SeqCst) {
                std::future::pending::<()>().await;
            }
            let until = *self.stopped_until.lock().unwrap();
            match until {
                Some(until) if until > Instant::now() => sleep_until(until).await,
                _ => return,
            }
        }
    }
}

/// A store as everybody reaches it.
pub struct Reach {
    pub fake: Fake,
    down: AtomicBool,
    frozen: AtomicBool,
}

impl Reach {
    pub fn new(fake: Fake) -> Arc<Self> {
        Arc::new(Self { fake, down: AtomicBool::new(false), frozen: AtomicBool::new(false) })
    }

    pub fn set_down(&self, down: bool) {
        self.down.store(down, SeqCst);
    }

    pub fn set_frozen(&self, frozen: bool) {
        self.frozen.store(frozen, SeqCst);
    }
}

/// One process's way to one store.
#[derive(Clone)]
pub struct Link {
    pub reach: Arc<Reach>,
    pub process: Arc<Process>,
    pub dice: Arc<Dice>,
    pub faults: Faults,
    /// A caller waits so long for an answer.
    pub deadline: Duration,
}

const USUAL_DELAY: Duration = Duration::from_millis(3);

impl Link {
    async fn stands_still(&self) {
        if self.dice.per_mille(self.faults.stalls) {
            sleep(self.dice.up_to(self.faults.stall)).await;
        }
        self.process.runs().await;
    }

    async fn call<T: Send + 'static>(
        &self,
        effect: impl FnOnce(&Fake) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        self.stands_still().await;
        let unavailable = || StateError::Unavailable("no answer".into());
        let (answer, answered) = oneshot::channel();
        let (reach, dice, faults) = (Arc::clone(&self.reach), Arc::clone(&self.dice), self.faults);
        tokio::spawn(async move {
            sleep(dice.up_to(USUAL_DELAY)).await;
            let trouble = dice.per_mille(faults.lost * 3).then(|| dice.below(3));
            if trouble == Some(0) {
                return;
            }
            if trouble == Some(1) {
                sleep(dice.up_to(faults.late)).await;
            }
            while reach.frozen.load(SeqCst) {
                sleep(Duration::from_millis(50)).await;
            }
            let result = if reach.down.load(SeqCst) { Err(unavailable()) } else { effect(&reach.fake) };
            sleep(dice.up_to(USUAL_DELAY)).await;
            if trouble != Some(2) {
                let _ = answer.send(result);
            } else {
                sleep(Duration::from_secs(3600)).await;
            }
        });
        let result = match timeout(self.deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(unavailable()),
        };
        self.stands_still().await;
        result
    }
}

impl StateStore for Link {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
        let key = key.to_owned();
        self.call(move |fake| Ok(fake.read(&key))).await
    }

    async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        let keys = keys.to_vec();
        self.call(move |fake| Ok(keys.iter().map(|key| fake.read(key)).collect())).await
    }

    /// Of an answer that breaks off, the component tells what it has, and the rest as absent.
    async fn get_bulk_unconfirmed(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
        let mut entries = self.get_bulk(keys).await?;
        if self.dice.per_mille(self.faults.lost * 2) {
            entries.iter_mut().filter(|_| self.dice.per_mille(700)).for_each(|entry| *entry = None);
        }
        Ok(entries)
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
        self.call(move |fake| fake.write(&steps)).await
    }
}
