//! What goes wrong in an episode, drawn from a seed.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use super::world::Episode;
use crate::load::Random;
use crate::support::proxy::Weather;

/// One thing that goes wrong, for a while.
#[derive(Clone, Copy, Debug)]
enum Fault {
    KillService(usize),
    /// Shorter or longer than a lease.
    FreezeService(usize),
    KillSidecar(usize),
    FreezeSidecar(usize),
    FreezeRedis,
    FreezePostgres,
    RestartPostgres,
    /// Between a sidecar and PostgreSQL.
    NetworkToPostgres(usize, Weather),
    /// Between a sidecar and Redis.
    NetworkToRedis(usize, Weather),
    /// Somebody empties the cache by a command line.
    Flush(usize),
    /// Redis loses everything and goes on.
    LoseAll,
    /// Redis dies and comes back empty.
    RestartRedis,
}

/// Whoever makes it go wrong.
pub struct Nemesis<'a> {
    episode: &'a Episode<'a>,
    random: Random,
    began: Instant,
    /// The time of the histories when this began.
    offset: Duration,
    told: String,
    count: usize,
}

impl<'a> Nemesis<'a> {
    /// `now` is the time as it stands in the histories.
    pub fn new(episode: &'a Episode<'a>, random: Random, now: Duration) -> Self {
        Self { episode, random, began: Instant::now(), offset: now, told: String::new(), count: 0 }
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How often it struck.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What it did, one line each.
    pub fn told(&self) -> &str {
        &self.told
    }

    fn tell(&mut self, what: &str) {
        let now = self.offset + self.elapsed();
        writeln!(self.told, "{now:>14?}  {what}").expect("a String takes everything");
    }

    /// Does one thing, or two at once, holds it for a while, and lets everybody work in peace for a while.
    pub fn strike(&mut self) {
        let fault = self.draw();
        // A sidecar does not start behind a broken network.
        let second = match fault {
            Fault::KillSidecar(_) => None,
            _ if self.random.below(3) > 0 => None,
            _ => Some(self.network()),
        };
        self.count += 1 + usize::from(second.is_some());
        self.tell(&format!("{fault:?} {second:?}"));
        if let Some(network) = second {
            self.begin(network);
        }
        self.begin(fault);
        // The time is the fault; nothing waits for it.
        thread::sleep(self.between(50, 1500));
        self.tell("over");
        self.heal();
        thread::sleep(self.between(50, 800));
    }

    /// Ends whatever is wrong.
    pub fn heal(&mut self) {
        self.episode.heal();
    }

    fn between(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.random.below(to - from))
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.random.below(end as u64)).expect("it is less than an index")
    }

    fn draw(&mut self) -> Fault {
        let kinds = if self.episode.is_strict { 15 } else { 11 };
        match self.random.below(kinds) {
            0 => Fault::KillService(self.index(3)),
            1 | 2 => Fault::FreezeService(self.index(3)),
            3 => Fault::KillSidecar(self.index(2)),
            4 => Fault::FreezeSidecar(self.index(2)),
            5 => Fault::FreezeRedis,
            6 => Fault::FreezePostgres,
            7 => Fault::RestartPostgres,
            8 | 9 => self.network(),
            10 => Fault::Flush(self.index(2)),
            11 | 12 => Fault::LoseAll,
            _ => Fault::RestartRedis,
        }
    }

    fn network(&mut self) -> Fault {
        let weather = match self.random.below(5) {
            0 => Weather::Slow(self.between(1, 60)),
            1 => Weather::Slow(self.between(60, 400)),
            2 => Weather::Silent,
            3 => Weather::LosesAnswers,
            _ => Weather::Cut,
        };
        let side = self.index(2);
        match self.random.below(2) {
            0 => Fault::NetworkToPostgres(side, weather),
            _ => Fault::NetworkToRedis(side, weather),
        }
    }

    fn begin(&self, fault: Fault) {
        let (episode, world) = (self.episode, self.episode.world);
        match fault {
            Fault::KillService(at) => drop(episode.services[at].kill().expect("it was running")),
            Fault::FreezeService(at) => episode.services[at].freeze(),
            Fault::KillSidecar(side) => drop(world.sides[side].daprd.kill().expect("it was running")),
            Fault::FreezeSidecar(side) => world.sides[side].daprd.freeze(),
            Fault::FreezeRedis => world.stack.redis.freeze(),
            Fault::FreezePostgres => world.stack.postgres.freeze(),
            Fault::RestartPostgres => drop(world.stack.postgres.stop().expect("it was running")),
            Fault::NetworkToPostgres(side, weather) => world.sides[side].to_postgres.set(weather),
            Fault::NetworkToRedis(side, weather) => world.sides[side].to_redis.set(weather),
            // It may be refused, as any request: a fault may be at work beside it.
            Fault::Flush(side) => {
                let flushed = episode.direct(side, &["cache", "flush", "--yes"]).output();
                flushed.expect("the command line can be started");
            }
            Fault::LoseAll => drop(world.stack.redis.cli(&["FLUSHALL"])),
            Fault::RestartRedis => drop(world.stack.redis.kill().expect("it was running")),
        }
    }
}
