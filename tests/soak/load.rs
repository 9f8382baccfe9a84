//! Clients that work on a few users at once, through services and command lines, and write down what they saw: the
//! histories that the checker of the simulation judges.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::history::{Born, Did, Op, contradiction};
use crate::support::http::{Answer, Client, NoAnswer};

/// How long a client waits for an answer: longer than the service may take, shorter than a test.
const PATIENCE: Duration = Duration::from_secs(10);
/// The version of a user that is gone: nothing of it is newer.
const AFTER_ALL: u64 = u64::MAX - 1;
/// A command line does not tell the version. It is looked up by the value, which only one write has.
const UNTOLD: u64 = u64::MAX - 2;
/// Operations of a failed history that are printed.
const SHOWN: usize = 80;

/// What a client does, as shares of its operations; the rest are reads.
#[derive(Clone, Copy, Default)]
pub struct Habit {
    pub updates: f64,
    pub deletes: f64,
}

/// How a client reaches the users.
pub enum Way<'a> {
    /// The service on that port.
    Http(u16),
    /// A command line, made anew for each operation; it is given the words.
    CommandLine(&'a (dyn Fn(&[&str]) -> Command + Sync)),
}

/// Some users, and all that their clients saw.
pub struct Load {
    ids: Vec<u64>,
    began: Instant,
    seen: Mutex<BTreeMap<u64, Vec<Op>>>,
    /// What no client should ever be answered.
    refused: Mutex<Vec<String>>,
    values: AtomicU64,
    over: AtomicBool,
}

impl Load {
    /// On so many new users.
    pub fn on_new_users(client: &Client, users: usize) -> Self {
        let create = |_| client.create("first").expect(201).id();
        Self {
            ids: (0..users).map(create).collect(),
            began: Instant::now(),
            seen: Mutex::default(),
            refused: Mutex::default(),
            values: AtomicU64::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// The time as it stands in the histories.
    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Lets the clients work until `meanwhile` ends.
    pub fn during<T>(&self, seed: u64, clients: &[(Way, Habit)], meanwhile: impl FnOnce() -> T) -> T {
        struct Over<'a>(&'a AtomicBool);
        impl Drop for Over<'_> {
            fn drop(&mut self) {
                self.0.store(true, Relaxed);
            }
        }
        thread::scope(|scope| {
            // However it ends: a panic must not leave the clients at work.
            let _over = Over(&self.over);
            self.over.store(false, Relaxed);
            for (number, (way, habit)) in (0..).zip(clients) {
                let random = Random(seed ^ (number + 1) << 32);
                scope.spawn(move || self.work(way, *habit, random));
            }
            meanwhile()
        })
    }

    fn work(&self, way: &Way, habit: Habit, mut random: Random) {
        let mut hands = match way {
            Way::Http(port) => Hands::Http(Client::new(*port).with_patience(PATIENCE)),
            Way::CommandLine(command) => Hands::CommandLine(*command),
        };
        while !self.over.load(Relaxed) {
            let id = self.ids[random.below(self.ids.len() as u64) as usize];
            let drawn = random.share();
            if drawn < habit.deletes {
                self.note(id, Ask::Delete, &mut hands);
            } else if drawn < habit.deletes + habit.updates {
                let value = format!("v{}", self.values.fetch_add(1, Relaxed));
                self.note(id, Ask::Update(value), &mut hands);
            } else {
                self.note(id, Ask::Read, &mut hands);
            }
        }
    }

    /// Reads every user once.
    pub fn read_all(&self, port: u16) {
        let mut hands = Hands::Http(Client::new(port).with_patience(PATIENCE));
        self.ids.iter().for_each(|id| self.note(*id, Ask::Read, &mut hands));
    }

    fn note(&self, id: u64, ask: Ask, hands: &mut Hands) {
        let called = self.now();
        let got = match hands {
            Hands::Http(client) => over_http(client, id, &ask),
            Hands::CommandLine(command) => by_command_line(*command, id, &ask),
        };
        let answered = self.now();
        let did = match (got, ask) {
            (Got::User { version, value }, Ask::Read) => Did::Read { version, value },
            (Got::User { version, value }, Ask::Update(_)) => Did::Wrote { version, value },
            (Got::Done, _) => Did::Deleted { version: AFTER_ALL },
            (Got::Nobody, _) => Did::ReadGone,
            (Got::Unknown, Ask::Update(value)) => Did::MayHaveWritten { value },
            (Got::Unknown, Ask::Delete) => Did::MayHaveDeleted,
            (Got::Unknown, Ask::Read) | (Got::Nothing, _) => {
                // A service that is gone refuses at once: others should get to work meanwhile.
                return thread::sleep(Duration::from_millis(5));
            }
            (Got::User { .. }, Ask::Delete) => unreachable!("a delete answers no user"),
            (Got::Refused(answer), _) => {
                return lock(&self.refused).push(format!("{called:?} user {id}: {answer}"));
            }
        };
        lock(&self.seen).entry(id).or_default().push(Op { called, answered, did });
    }

    /// Forgets the reads that were called within that time.
    pub fn forgive_reads(&self, from: Duration, to: Duration) {
        let is_forgiven =
            |op: &Op| matches!(op.did, Did::Read { .. } | Did::ReadGone) && op.answered >= from && op.called <= to;
        lock(&self.seen).values_mut().for_each(|ops| ops.retain(|op| !is_forgiven(op)));
    }

    /// How many operations were answered, and how many of them changed something.
    pub fn counts(&self) -> (usize, usize) {
        let seen = lock(&self.seen);
        let ops = || seen.values().flatten();
        (ops().count(), ops().filter(|op| matches!(op.did, Did::Wrote { .. } | Did::Deleted { .. })).count())
    }

    /// What is wrong with what the clients saw, with the history that shows it.
    pub fn complaint(&self) -> Option<String> {
        if let Some(refused) = lock(&self.refused).first() {
            return Some(format!("a client was answered what it should never be: {refused}"));
        }
        let seen = lock(&self.seen);
        seen.iter().find_map(|(id, ops)| {
            let ops = with_versions(ops);
            let complaint = contradiction(Born::Before, &ops)?;
            Some(format!("user {id}: {complaint}\n\nits history ends:\n{}", shown(ops)))
        })
    }
}

/// A history in which the operations of command lines have the versions that belong to their values. Where nobody
/// else saw a value, its write counts as one that may have been made.
fn with_versions(ops: &[Op]) -> Vec<Op> {
    let told = |op: &Op| match &op.did {
        Did::Read { version, value } | Did::Wrote { version, value } if *version != UNTOLD => {
            Some((value.clone(), *version))
        }
        _ => None,
    };
    let mut known: BTreeMap<String, u64> = ops.iter().filter_map(told).collect();
    known.insert("first".into(), 1);
    let resolve = |op: &Op| {
        let did = match &op.did {
            Did::Wrote { version: UNTOLD, value } => match known.get(value) {
                Some(version) => Did::Wrote { version: *version, value: value.clone() },
                None => Did::MayHaveWritten { value: value.clone() },
            },
            Did::Read { version: UNTOLD, value } => Did::Read { version: *known.get(value)?, value: value.clone() },
            other => other.clone(),
        };
        Some(Op { did, ..op.clone() })
    };
    ops.iter().filter_map(resolve).collect()
}

fn shown(mut ops: Vec<Op>) -> String {
    ops.sort_by_key(|op| op.called);
    let mut text = String::new();
    for op in &ops[ops.len().saturating_sub(SHOWN)..] {
        writeln!(text, "{:>14?} to {:>14?}  {:?}", op.called, op.answered, op.did).expect("a String takes everything");
    }
    text
}

enum Hands<'a> {
    Http(Client),
    CommandLine(&'a (dyn Fn(&[&str]) -> Command + Sync)),
}

enum Ask {
    Read,
    Update(String),
    Delete,
}

enum Got {
    User {
        version: u64,
        value: String,
    },
    /// A delete was made.
    Done,
    Nobody,
    /// Whether it was done is not known.
    Unknown,
    /// It was not done.
    Nothing,
    Refused(String),
}

fn over_http(client: &Client, id: u64, ask: &Ask) -> Got {
    let path = format!("/users/{id}");
    let answer = match ask {
        Ask::Read => client.try_send("GET", &path, None),
        Ask::Update(value) => client.try_send("PUT", &path, Some(&json!({ "name": value }))),
        Ask::Delete => client.try_send("DELETE", &path, None),
    };
    match answer {
        Ok(answer) => judged(&answer, ask),
        Err(NoAnswer { may_be_done: true, .. }) => Got::Unknown,
        Err(NoAnswer { may_be_done: false, .. }) => Got::Nothing,
    }
}

fn judged(answer: &Answer, ask: &Ask) -> Got {
    match (answer.status, ask) {
        (200, Ask::Delete) => Got::Done,
        (200, _) => Got::User { version: answer.version(), value: answer.text("name") },
        (404, _) => Got::Nobody,
        (409, _) => Got::Nothing,
        (503, _) if answer.header("retry-after").is_some() => Got::Unknown,
        _ => Got::Refused(format!("{answer:?}")),
    }
}

fn by_command_line(command: &dyn Fn(&[&str]) -> Command, id: u64, ask: &Ask) -> Got {
    let id = id.to_string();
    let output = match ask {
        Ask::Read => command(&["user", "get", &id]).output(),
        Ask::Update(value) => command(&["user", "update", &id, "--name", value]).output(),
        Ask::Delete => command(&["user", "delete", &id]).output(),
    };
    let output = output.expect("the command line can be started");
    match (output.status.code(), ask) {
        (Some(0), Ask::Delete) => Got::Done,
        (Some(0), _) => {
            let user: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
            Got::User { version: UNTOLD, value: user["name"].as_str().expect("a user has a name").to_owned() }
        }
        (Some(3), _) => Got::Nobody,
        (Some(5), _) => Got::Nothing,
        // Unreachable, or too late.
        (Some(7 | 124), _) => Got::Unknown,
        _ => Got::Refused(format!("{output:?}")),
    }
}

/// Numbers that follow from a seed (SplitMix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than that.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        share
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
