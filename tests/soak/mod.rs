//! Episodes, each with new users and new services.

mod nemesis;
mod world;

use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::load::{Habit, Load, Random, Way};
use crate::support::becomes_true;
use nemesis::Nemesis;
use world::{Episode, World};

/// How long the clients of an episode work.
const EPISODE: Duration = Duration::from_secs(12);
const USERS: usize = 6;
/// How long the cache may take to come on again: a service that saw it fail often waits longer each time.
const RECOVERY: Duration = Duration::from_secs(120);

#[test]
fn in_the_soak_no_fault_makes_anybody_read_an_older_value() {
    let minutes = number("USERSVC_SOAK_MINUTES");
    let seed = number("USERSVC_SOAK_SEED").unwrap_or_else(fresh_seed);
    let ends = Instant::now() + Duration::from_secs(60 * minutes.unwrap_or(0));
    let world = World::start();
    let mut random = Random(seed);
    let mut total = Total::default();
    // One in which the cache may not lose anything, and one in which it may: at least these.
    for number in 0.. {
        if number >= 2 && Instant::now() >= ends {
            break;
        }
        let is_strict = number % 2 == 1;
        let episode = Episode::start(&world, is_strict);
        let load = Load::on_new_users(&episode.client(0), USERS);
        let mut nemesis = Nemesis::new(&episode, Random(random.below(u64::MAX)), load.now());
        clients_work(&episode, &load, &mut nemesis, random.below(u64::MAX));
        let complaint = complaint(&episode, &load);
        if let Some(complaint) = complaint {
            let strict = if is_strict { "with" } else { "without" };
            panic!(
                "episode {number}, {strict} --cache-strict, USERSVC_SOAK_SEED={seed}\n{complaint}\n\nfaults:\n{}\n{}",
                nemesis.told(),
                episode.state()
            );
        }
        total.add(&episode, &load, &nemesis);
    }
    println!("{total:?}, seed {seed}");
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is {text}, which is no number")))
}

fn fresh_seed() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    u64::from_ne_bytes(bytes)
}

/// What a run was made of.
#[derive(Debug, Default)]
struct Total {
    episodes: usize,
    faults: usize,
    operations: usize,
    writes: usize,
    hits: u64,
}

impl Total {
    fn add(&mut self, episode: &Episode, load: &Load, nemesis: &Nemesis) {
        let (operations, writes) = load.counts();
        self.episodes += 1;
        self.faults += nemesis.count();
        self.operations += operations;
        self.writes += writes;
        self.hits += (0..episode.services.len()).map(|at| episode.stats(at)["hits"].as_u64().unwrap_or(0)).sum::<u64>();
    }
}

fn clients_work(episode: &Episode, load: &Load, nemesis: &mut Nemesis, seed: u64) {
    let (writer, reader) = (Habit { updates: 0.4, deletes: 0.001 }, Habit { updates: 0.02, deletes: 0.0 });
    let lines: Vec<_> = (0..2).map(|side| move |words: &[&str]| -> Command { episode.direct(side, words) }).collect();
    let mut clients: Vec<(Way, Habit)> = Vec::new();
    for service in &episode.services {
        clients.extend([(Way::Http(service.port()), writer), (Way::Http(service.port()), reader)]);
    }
    clients.extend(lines.iter().map(|line| (Way::CommandLine(line), writer)));
    load.during(seed, &clients, || {
        while nemesis.elapsed() < EPISODE {
            nemesis.strike();
        }
        nemesis.heal();
    });
}

/// What is wrong, after all is healed.
fn complaint(episode: &Episode, load: &Load) -> Option<String> {
    for (at, service) in episode.services.iter().enumerate() {
        if !becomes_true(RECOVERY, || episode.stats(at)["phase"] == "on") {
            return Some(format!("within {RECOVERY:?} the cache is not on again: {}", episode.stats(at)));
        }
        load.read_all(service.port());
    }
    load.complaint().or_else(|| unverified(episode)).or_else(|| violation(episode))
}

/// What `cache verify --all` says, asked in every way, unless all is well.
fn unverified(episode: &Episode) -> Option<String> {
    let verify = ["cache", "verify", "--all"];
    let sides = (0..2).map(|side| episode.direct(side, &verify));
    let services = (0..episode.services.len()).map(|at| episode.through(at, &verify));
    let mut commands: Vec<Command> = sides.chain(services).collect();
    commands.iter_mut().find_map(|command| {
        let mut outputs = Vec::new();
        // A busy machine may be too slow to answer; what was found wrong, is.
        becomes_true(RECOVERY, || {
            outputs.push(command.output().expect("the command line can be started"));
            outputs.last().and_then(|output| output.status.code()) != Some(7)
        });
        if outputs.last()?.status.success() {
            return None;
        }
        let mut text = format!("{command:?}");
        for output in &outputs {
            let [out, error] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
            write!(text, "\n{}\n{out}\n{error}", output.status).expect("a String takes everything");
        }
        Some(text)
    })
}

/// A hit that a service itself found to be older than the row.
fn violation(episode: &Episode) -> Option<String> {
    let found = |log: String| log.lines().find(|line| line.contains(" ERROR ")).map(str::to_owned);
    episode.services.iter().find_map(|service| found(service.log()))
}
