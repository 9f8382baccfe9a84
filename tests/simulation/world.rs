//! One simulated history: several processes, several clients, a nemesis, all of it following from a seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use usersvc::user::{NewUser, UserChange, UserId};
use usersvc::users::{Error, Host, Options, Stored, Users, Variant};

use super::chaos::{Dice, Faults, Link, Process, Reach};
use super::fake::{Fake, Kind, Snapshot};
use super::history::{Born, Did, Op, contradiction};
use super::index;

/// What a history is made of.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    pub name: &'static str,
    pub faults: Faults,
    /// Disturbances in a history, drawn from `nemesis`.
    pub disturbances: u64,
    pub nemesis: &'static [Disturbance],
    /// The longest pause of a client between two operations.
    pub pause: Duration,
    pub options: fn() -> Options,
}

/// What the nemesis does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// The cache refuses every call for a while.
    CacheDown,
    /// The cache answers nothing for a while, and then everything.
    CacheFrozen,
    /// The state store refuses every call for a while.
    StateDown,
    /// The cache loses everything.
    CacheLost,
    /// The cache comes back as it was before the present epoch began.
    CacheOld,
    /// A process dies, and another takes its place.
    Kill,
    /// A process stands still.
    Stop,
    /// Somebody flushes everything.
    FlushAll,
    /// Somebody flushes one user.
    FlushOne,
}

const CLIENTS: u64 = 5;
const OPERATIONS: u64 = 14;
/// Users that exist from the beginning; the next id is created by a client.
const USERS: u64 = 2;
const SERVICES: usize = 2;

struct World {
    mix: Mix,
    variant: Option<Variant>,
    dice: Arc<Dice>,
    state: Arc<Reach>,
    cache: Arc<Reach>,
    processes: Mutex<Vec<(Users<Link>, Arc<Process>)>>,
    histories: Mutex<BTreeMap<u64, Vec<Op>>>,
    /// The cache as it was in an earlier epoch, with the nonce of that time.
    old: Mutex<Option<Snapshot>>,
    values: AtomicU64,
    /// The one create has begun.
    creating: AtomicBool,
    start: Instant,
}

/// Plays a history; the number of operations, or what contradicts it.
pub fn play(seed: u64, mix: Mix, variant: Option<Variant>) -> Result<usize, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = Arc::new(World {
            mix,
            variant,
            dice: Arc::new(Dice::new(seed)),
            state: Reach::new(Fake::new(Kind::Postgres)),
            cache: Reach::new(Fake::new(Kind::Redis)),
            processes: Mutex::default(),
            histories: Mutex::default(),
            old: Mutex::default(),
            values: AtomicU64::new(0),
            creating: AtomicBool::new(false),
            start: Instant::now(),
        });
        world.set_up().await;
        let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(Arc::clone(&world).client())).collect();
        let nemesis = tokio::spawn(Arc::clone(&world).nemesis());
        for client in clients {
            client.await.map_err(|panic| panic.to_string())?;
        }
        nemesis.abort();
        world.judge()
    })
}

impl World {
    fn link(&self, reach: &Arc<Reach>, process: &Arc<Process>, deadline: u64) -> Link {
        Link {
            reach: Arc::clone(reach),
            process: Arc::clone(process),
            dice: Arc::clone(&self.dice),
            faults: self.mix.faults,
            deadline: Duration::from_millis(deadline),
        }
    }

    fn process(&self) -> (Users<Link>, Arc<Process>) {
        let process = Arc::<Process>::default();
        let host = Host::simulated(self.start, self.dice.next());
        let options = Options { host, variant: self.variant, ..(self.mix.options)() };
        let (state, cache) = (self.link(&self.state, &process, 700), self.link(&self.cache, &process, 200));
        (Users::new(state, cache, options), process)
    }

    fn service(&self) -> (Users<Link>, Arc<Process>) {
        let (users, process) = self.process();
        tokio::spawn(users.clone().keep_view());
        tokio::spawn(users.clone().keep_index());
        (users, process)
    }

    /// Users that exist before all else, made by a process without faults.
    async fn set_up(&self) {
        let calm = Faults { lost: 0, stalls: 0, stall: Duration::ZERO, late: Duration::ZERO };
        let calm = World { mix: Mix { faults: calm, ..self.mix }, ..self.copy() };
        let (users, _) = calm.process();
        for _ in 0..USERS {
            let new = NewUser { name: "first".parse().unwrap(), email: "a@b.co".parse().unwrap() };
            users.create(new).await.value.unwrap();
        }
        users.settle(Duration::from_secs(1)).await;
        if self.dice.per_mille(500) {
            index::forget(&self.state.fake, USERS);
        }
        if self.dice.per_mille(500) {
            // As if the fills had been lost: rows of the present epoch that the cache does not have.
            self.cache.fake.forget_users();
        }
        *self.old.lock().unwrap() = Some(self.cache.fake.snapshot());
        if self.mix.nemesis.contains(&Disturbance::CacheOld) {
            users.flush_all().await.unwrap();
        }
        *self.processes.lock().unwrap() = (0..SERVICES).map(|_| self.service()).collect();
    }

    fn copy(&self) -> Self {
        Self {
            mix: self.mix,
            variant: self.variant,
            dice: Arc::clone(&self.dice),
            state: Arc::clone(&self.state),
            cache: Arc::clone(&self.cache),
            processes: Mutex::default(),
            histories: Mutex::default(),
            old: Mutex::default(),
            values: AtomicU64::new(0),
            creating: AtomicBool::new(false),
            start: self.start,
        }
    }

    /// One of the services or, sometimes, a command line that does one thing and ends.
    fn somebody(&self) -> Users<Link> {
        if self.dice.per_mille(100) {
            return self.process().0;
        }
        let processes = self.processes.lock().unwrap();
        processes[self.dice.below(SERVICES as u64) as usize].0.clone()
    }

    async fn client(self: Arc<Self>) {
        for _ in 0..OPERATIONS {
            sleep(self.dice.up_to(self.mix.pause)).await;
            let users = self.somebody();
            let id = 1 + self.dice.below(USERS + 1);
            // A process that dies never answers: its client gives up, and goes on elsewhere.
            let called = self.start.elapsed();
            let operation = tokio::spawn(Arc::clone(&self).operate(users, id, called));
            if tokio::time::timeout(Duration::from_secs(40), operation).await.is_err() {
                continue;
            }
        }
    }

    async fn operate(self: Arc<Self>, users: Users<Link>, number: u64, called: Duration) {
        let id = UserId::new(number).unwrap();
        let chance = self.dice.below(100);
        match chance {
            60.. if number > USERS => {
                if self.creating.swap(true, SeqCst) {
                    return;
                }
                let value = "first".to_owned();
                let new = NewUser { name: value.parse().unwrap(), email: "a@b.co".parse().unwrap() };
                let slot = self.record(number, called, Did::MayHaveWritten { value: value.clone() });
                if let Some(stored) = self.create_until_it_is_known(users, new).await {
                    self.answer(number, slot, Did::Wrote { version: stored.version, value });
                }
            }
            0..60 => {
                let did = match users.get(id).await.value {
                    Ok(stored) => Did::Read { version: stored.version, value: stored.user().name },
                    Err(Error::NotFound(_)) => Did::ReadGone,
                    Err(_) => return,
                };
                self.record(number, called, did);
            }
            60..98 => {
                let value = format!("v{}", self.values.fetch_add(1, SeqCst));
                let email = index::EMAILS[self.dice.below(index::EMAILS.len() as u64) as usize];
                let email = self.dice.per_mille(300).then(|| email.parse().unwrap());
                let change = UserChange { name: Some(value.parse().unwrap()), email };
                // Until the answer is there, the write may have been made.
                let slot = self.record(number, called, Did::MayHaveWritten { value: value.clone() });
                match users.update(id, change).await.value {
                    Ok(stored) => self.answer(number, slot, Did::Wrote { version: stored.version, value }),
                    Err(Error::NotFound(_)) => drop(self.record(number, called, Did::ReadGone)),
                    Err(_) => {}
                }
            }
            _ => {
                let slot = self.record(number, called, Did::MayHaveDeleted);
                match users.delete(id).await.value {
                    Ok(version) => self.answer(number, slot, Did::Deleted { version }),
                    Err(Error::NotFound(_)) => drop(self.record(number, called, Did::ReadGone)),
                    Err(_) => {}
                }
            }
        }
    }

    /// Asks for the same create under one key, of one process after the other, as long as nobody knows what became of
    /// it.
    async fn create_until_it_is_known(&self, mut users: Users<Link>, new: NewUser) -> Option<Stored> {
        for _ in 0..6 {
            match users.create_once(new.clone(), Some("the only create".into())).await.value {
                Ok(stored) => return Some(stored),
                Err(_) => sleep(self.dice.up_to(self.mix.pause)).await,
            }
            users = self.somebody();
        }
        None
    }

    /// Notes an operation that was answered now; its place, to note the answer of one that was not.
    fn record(&self, id: u64, called: Duration, did: Did) -> usize {
        let mut histories = self.histories.lock().unwrap();
        let history = histories.entry(id).or_default();
        history.push(Op { called, answered: self.start.elapsed(), did });
        history.len() - 1
    }

    fn answer(&self, id: u64, slot: usize, did: Did) {
        let mut histories = self.histories.lock().unwrap();
        let op = &mut histories.get_mut(&id).expect("it was recorded")[slot];
        op.answered = self.start.elapsed();
        op.did = did;
    }

    async fn nemesis(self: Arc<Self>) {
        for _ in 0..self.mix.disturbances {
            sleep(self.dice.up_to(self.mix.pause * 4)).await;
            let which = self.mix.nemesis[self.dice.below(self.mix.nemesis.len() as u64) as usize];
            self.disturb(which).await;
        }
    }

    async fn disturb(&self, which: Disturbance) {
        let a_while = self.dice.up_to(Duration::from_secs(6));
        let victim = self.dice.below(SERVICES as u64) as usize;
        match which {
            Disturbance::CacheDown => {
                self.cache.set_down(true);
                sleep(a_while).await;
                self.cache.set_down(false);
            }
            Disturbance::CacheFrozen => {
                self.cache.set_frozen(true);
                sleep(a_while).await;
                self.cache.set_frozen(false);
            }
            Disturbance::StateDown => {
                self.state.set_down(true);
                sleep(a_while / 3).await;
                self.state.set_down(false);
            }
            Disturbance::CacheLost => self.cache.fake.lose(),
            Disturbance::CacheOld => {
                if let Some(old) = &*self.old.lock().unwrap() {
                    self.cache.fake.restore(old);
                }
            }
            Disturbance::Kill => {
                let successor = self.service();
                let (_, process) = std::mem::replace(&mut self.processes.lock().unwrap()[victim], successor);
                process.kill();
            }
            Disturbance::Stop => self.processes.lock().unwrap()[victim].1.stop_for(a_while),
            Disturbance::FlushAll => drop(self.somebody().flush_all().await),
            Disturbance::FlushOne => {
                let id = UserId::new(1 + self.dice.below(USERS)).unwrap();
                let _ = self.somebody().flush(id).await;
            }
        }
    }

    fn judge(&self) -> Result<usize, String> {
        let histories = self.histories.lock().unwrap();
        for (id, history) in &*histories {
            let born = if *id > USERS { Born::Within } else { Born::Before };
            if let Some(contradiction) = contradiction(born, history) {
                return Err(format!("user {id}: {contradiction}"));
            }
        }
        index::check(&self.state.fake, USERS)?;
        Ok(histories.values().map(Vec::len).sum())
    }
}
