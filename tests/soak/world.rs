//! PostgreSQL, Redis, two sidecars with a network to each, and the services of an episode.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::support::components::{CACHE, STATESTORE, postgres_v2, redis};
use crate::support::eventually;
use crate::support::http::Client;
use crate::support::proxy::{Proxy, Weather};
use crate::support::service::Service;
use crate::support::stack::{Daprd, Setup, Stack};

/// Lines of a service's log that are shown after a failure.
const LOG_SHOWN: usize = 60;

/// A sidecar, and its network to the stores.
pub struct Side {
    pub daprd: Daprd,
    pub to_postgres: Proxy,
    pub to_redis: Proxy,
}

/// All that is older than an episode.
pub struct World {
    pub sides: [Side; 2],
    pub stack: Stack,
}

impl World {
    pub fn start() -> Self {
        let stack = Stack::start(Setup { is_durable: true });
        let sides = ["left", "right"].map(|name| {
            let (to_postgres, to_redis) = (Proxy::to(stack.postgres.port), Proxy::to(stack.redis.port));
            let components = [postgres_v2(STATESTORE, to_postgres.port()), redis(CACHE, to_redis.port())];
            Side { daprd: stack.sidecar(name, &components), to_postgres, to_redis }
        });
        stack.daprd.stop();
        Self { sides, stack }
    }
}

/// The services of an episode: one beside the left sidecar, two beside the right one.
pub struct Episode<'a> {
    pub world: &'a World,
    pub services: Vec<Service>,
    pub is_strict: bool,
}

impl<'a> Episode<'a> {
    /// Starts them, and waits until all of them serve from the cache.
    pub fn start(world: &'a World, is_strict: bool) -> Self {
        let mut flags = vec!["--cache-audit", "0.02"];
        if is_strict {
            flags.push("--cache-strict");
        }
        let services = [0, 1, 1].map(|side: usize| Service::beside(&world.sides[side].daprd, &flags)).into();
        let episode = Self { world, services, is_strict };
        for at in 0..episode.services.len() {
            eventually("the cache is on", || episode.stats(at)["phase"] == "on");
        }
        episode
    }

    pub fn client(&self, at: usize) -> Client {
        Client::new(self.services[at].port())
    }

    pub fn stats(&self, at: usize) -> Value {
        self.client(at).stats()
    }

    /// A command line that goes to a sidecar itself.
    pub fn direct(&self, side: usize, words: &[&str]) -> Command {
        let mut command = self.services[0].usersvc();
        command.args(["--via", "dapr", "-o", "json"]).args(words);
        if self.is_strict {
            command.arg("--cache-strict");
        }
        command.env("DAPR_GRPC_PORT", self.world.sides[side].daprd.grpc_port.to_string());
        command
    }

    /// A command line that goes through a service.
    pub fn through(&self, at: usize, words: &[&str]) -> Command {
        let mut command = self.services[at].usersvc();
        command.args(["--via", "api", "-o", "json"]).args(words);
        command
    }

    /// Everything as it should be: the network fair, all processes running.
    pub fn heal(&self) {
        for side in &self.world.sides {
            side.to_postgres.set(Weather::Fair);
            side.to_redis.set(Weather::Fair);
        }
        let stack = &self.world.stack;
        let stores = [&*stack.postgres, &*stack.redis];
        let sidecars = self.world.sides.iter().map(|side| &*side.daprd);
        let services = self.services.iter().map(|service| &**service);
        // The stores first: a sidecar does not start without them.
        for server in stores.into_iter().chain(sidecars).chain(services) {
            server.thaw();
            if server.id().is_none() {
                server.restart();
            }
        }
    }

    /// What can be seen from outside, for whoever has to explain a failure.
    pub fn state(&self) -> String {
        let mut text = String::new();
        let mut tell = |what: String| writeln!(text, "{what}").expect("a String takes everything");
        let table = "SELECT key || ' ' || value || ' ' || etag FROM usersvc_state ORDER BY key";
        tell(format!("rows:\n{}", self.world.stack.postgres.try_sql(table).unwrap_or_else(|error| error)));
        let redis = &self.world.stack.redis;
        tell(format!("sentinel: {}", redis.cli(&["HGETALL", "cache||cache-sentinel"])));
        let keys = redis.cli(&["KEYS", "cache||user-*"]);
        for key in keys.lines() {
            tell(format!("{key}: {}", redis.cli(&["HGETALL", key]).replace('\n', " ")));
        }
        for (at, service) in self.services.iter().enumerate() {
            tell(format!("service {at}: {}", self.stats(at)));
            let log = service.log();
            let lines: Vec<&str> = log.lines().collect();
            tell(lines[lines.len().saturating_sub(LOG_SHOWN)..].join("\n"));
        }
        text
    }
}
