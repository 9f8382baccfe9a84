//! The stage of the faults: one stack that the tests use one after the other, since they break it and measure time,
//! and two services on it, anew for each of them.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::Service;
use crate::support::stack::{Postgres, Setup, Stack};

/// L, as the services have it by default.
pub const LEASE: Duration = Duration::from_secs(1);

/// The stack, and two services beside its sidecar.
pub struct Stage<'a> {
    pub stack: &'a Stack,
    pub here: Service,
    pub there: Service,
}

impl Drop for Stage<'_> {
    /// What everybody said, for whoever has to explain a failure.
    fn drop(&mut self) {
        if thread::panicking() {
            let stack = self.stack;
            let parts = [&*stack.postgres, &*stack.redis, &*stack.daprd, &*self.here, &*self.there];
            for (name, part) in ["PostgreSQL", "Redis", "the sidecar", "here", "there"].into_iter().zip(parts) {
                println!("the log of {name} ends:\n{}\n", part.last_lines());
            }
        }
    }
}

/// Plays a scene on two services started with those flags, and looks afterwards whether all is well.
#[track_caller]
pub fn play(flags: &[&str], scene: impl FnOnce(&Stage)) {
    let mut stack = free_stack();
    let stack = stack.get_or_insert_with(|| Stack::start(Setup { is_durable: true }));
    let service = || Service::beside(&stack.daprd, flags);
    let stage = Stage { stack, here: service(), there: service() };
    stage.cache_is_on();
    scene(&stage);
    stage.all_is_well();
}

/// The stack, when no other test uses it; none where the last one failed and left it broken.
fn free_stack() -> MutexGuard<'static, Option<Stack>> {
    static STACK: Mutex<Option<Stack>> = Mutex::new(None);
    STACK.lock().unwrap_or_else(|broken| {
        STACK.clear_poison();
        let mut stack = broken.into_inner();
        *stack = None;
        stack
    })
}

impl Stage<'_> {
    /// A client of each service.
    pub fn clients(&self) -> [Client; 2] {
        [&self.here, &self.there].map(|service| Client::new(service.port()))
    }

    /// Waits until both services serve from the cache.
    pub fn cache_is_on(&self) {
        self.phase_is("on");
    }

    /// Waits until both services are in that phase.
    pub fn phase_is(&self, phase: &str) {
        for client in self.clients() {
            eventually(&format!("the cache is {phase}"), || client.stats()["phase"] == phase);
        }
    }

    /// Makes a user that both services have seen in the cache.
    pub fn cached_user(&self, name: &str) -> u64 {
        let [here, there] = self.clients();
        let id = here.create(name).expect(201).id();
        for client in [here, there] {
            eventually("the cache answers", || client.get(id).is_hit());
        }
        id
    }

    /// A command line that goes to the sidecar itself.
    pub fn direct(&self, words: &[&str]) -> Command {
        let mut command = self.here.usersvc();
        command.args(["--via", "dapr", "-o", "json"]).args(words);
        command.env("DAPR_GRPC_PORT", self.stack.daprd.grpc_port.to_string());
        command
    }

    /// Nothing in the cache contradicts the state store, and no service ever saw it do so; nor does the index of
    /// e-mail addresses.
    #[track_caller]
    pub fn all_is_well(&self) {
        let mut verified: Option<Output> = None;
        eventually("the stores answer the command line", || {
            let output = self.direct(&["cache", "verify", "--all"]).output().unwrap();
            verified.insert(output).status.code() != Some(7)
        });
        let verified = verified.unwrap();
        assert!(verified.status.success(), "{verified:#?}");
        for client in self.clients() {
            assert_eq!(client.stats()["violations"], Value::from(0));
        }
        self.index_is_right();
    }
}

impl Stage<'_> {
    /// Who has an address is found by it, and nobody else.
    #[track_caller]
    fn index_is_right(&self) {
        let [client, _] = self.clients();
        let (mut holders, mut after) = (BTreeMap::<String, Vec<Value>>::new(), Value::from(0));
        while !after.is_null() {
            let page = client.send("GET", &format!("/users?limit=1000&after={after}"), None).expect(200).json();
            for user in page["users"].as_array().unwrap() {
                holders.entry(user["email"].as_str().unwrap().to_owned()).or_default().push(user["id"].clone());
            }
            after = page["next"].clone();
        }
        for (email, ids) in holders {
            let path = format!("/users?limit=1000&email={}", email.replace('+', "%2B").replace(' ', "%20"));
            let found = client.send("GET", &path, None).expect(200).json();
            let found: Vec<&Value> = found["users"].as_array().unwrap().iter().map(|user| &user["id"]).collect();
            assert_eq!(found, ids.iter().collect::<Vec<_>>(), "{email}");
        }
    }
}

/// The one in the middle.
pub fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort();
    times[times.len() / 2]
}

/// Runs the same so often, and returns what it took in the middle.
pub fn usual_time(times: usize, mut work: impl FnMut()) -> Duration {
    median((0..times).map(|_| {
        let began = Instant::now();
        work();
        began.elapsed()
    }))
}

/// Keeps every write of a row waiting in PostgreSQL while `meanwhile` runs; it is given what ends that early. Reads
/// go on.
pub fn while_writes_wait<T>(postgres: &Postgres, meanwhile: impl FnOnce(&dyn Fn()) -> T) -> T {
    const LOCK: &str = "FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND granted";
    thread::scope(|scope| {
        scope.spawn(|| {
            let lock = "BEGIN; LOCK TABLE usersvc_state IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(60)";
            // It ends in an error when the lock is taken away.
            postgres.try_sql(lock).ok();
        });
        eventually("the table is locked", || postgres.sql(&format!("SELECT count(*) {LOCK}")) == "1");
        let end = || drop(postgres.sql(&format!("SELECT pg_terminate_backend(pid) {LOCK}")));
        let result = meanwhile(&end);
        end();
        result
    })
}
