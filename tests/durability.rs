//! What was acknowledged is there after `kill -9`, whole, and nothing is there by half.

mod support;

#[path = "durability/writers.rs"]
mod writers;

/// The moment of the kill, in acknowledgements: another one in each round, the first writes included.
fn enough(round: u64) -> u64 {
    1 + round * 37 % 60
}

/// The service as a process, killed as often as both of the tests say together: a hundred times.
mod service {
    use crate::enough;
    use crate::support::service::Service;
    use crate::writers::Writers;

    const ROUNDS: u64 = 60;

    #[test]
    fn every_acknowledged_write_to_the_service_on_its_file_survives_kill_9() {
        let service = Service::embedded();
        let mut writers = Writers::new();
        for round in 0..ROUNDS {
            writers.write_until(service.port(), enough(round), || assert!(service.kill().is_some()));
            service.restart();
            writers.verify_newest(service.port());
        }
        writers.verify_all(service.port());
    }
}

mod dapr {
    use crate::enough;
    use crate::support::service::Service;
    use crate::support::stack::{Setup, Stack};
    use crate::writers::Writers;

    const ROUNDS: u64 = 40;
    /// One round in so many kills the sidecar; the others kill the service.
    const SIDECAR: u64 = 10;

    #[test]
    fn every_acknowledged_write_through_the_sidecar_survives_kill_9_of_either() {
        let stack = Stack::start(Setup { is_durable: true });
        let service = Service::on(&stack);
        let mut writers = Writers::new();
        for round in 0..ROUNDS {
            let victim = if round % SIDECAR == SIDECAR - 1 { &*stack.daprd } else { &*service };
            writers.write_until(service.port(), enough(round), || assert!(victim.kill().is_some()));
            victim.restart();
            writers.verify_newest(service.port());
        }
        writers.verify_all(service.port());
        let verified = service.usersvc().args(["--via", "api", "cache", "verify", "--all"]).output().unwrap();
        assert!(verified.status.success(), "{verified:#?}");
    }
}

/// The store alone, without the service.
mod embedded {
    use std::io::{self, BufRead, BufReader, Write};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;

    use bytes::Bytes;
    use usersvc::state::embedded::Embedded;
    use usersvc::state::lock::{self, Lock};
    use usersvc::state::{Expect, StateError, StateStore, Step};

    const ROUNDS: u64 = 100;
    const WRITERS: usize = 8;

    /// Where this is set, this very test is the process that writes, in the directory that it names.
    const ROLE: &str = "USERSVC_TEST_WRITER";

    #[test]
    fn every_acknowledged_write_survives_kill_9_and_no_half_of_one_is_seen() {
        if let Some(dir) = std::env::var_os(ROLE) {
            return write_until_killed(Path::new(&dir));
        }
        let dir = tempfile::tempdir().unwrap();
        let mut newest = [0; WRITERS];
        for round in 0..ROUNDS {
            let acknowledged = run_a_writer(dir.path(), super::enough(round), newest);
            newest = verify(dir.path(), newest, acknowledged);
        }
        verify(dir.path(), [0; WRITERS], newest);
    }

    struct Killed(Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// Starts a process that writes, and kills it after so many acknowledgements. Returns each writer's newest.
    fn run_a_writer(dir: &Path, enough: u64, mut newest: [u64; WRITERS]) -> [u64; WRITERS] {
        let name = "embedded::every_acknowledged_write_survives_kill_9_and_no_half_of_one_is_seen";
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", name, "--nocapture"]).env(ROLE, dir).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = Killed(child.spawn().unwrap());
        let mut count = 0;
        // To the end of the pipe: it also holds what was acknowledged before the kill took effect.
        for line in BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap) {
            let numbers = line.strip_prefix("acknowledged ").unwrap_or_else(|| panic!("the writer said: {line}"));
            let (writer, n) = numbers.split_once(' ').unwrap();
            newest[writer.parse::<usize>().unwrap()] = n.parse().unwrap();
            count += 1;
            if count == enough {
                assert_eq!(lock::holder(dir).map(|holder| holder.pid), Some(child.0.id()));
                child.0.kill().unwrap();
            }
        }
        assert!(count >= enough, "the writer ended by itself after {count} writes");
        newest
    }

    /// The write `n` of a writer: two keys that must agree, and between them an entry of its own.
    fn steps(writer: usize, n: u64, expect: Expect) -> Vec<Step> {
        let put = |key, value, expect| Step::Put { key, value, expect, ttl: None };
        let number = Bytes::from(n.to_string());
        vec![
            put(format!("left-{writer}"), number.clone(), expect),
            put(format!("entry-{writer}-{n}"), body(writer, n), Expect::Absent),
            put(format!("right-{writer}"), number, Expect::Any),
        ]
    }

    fn body(writer: usize, n: u64) -> Bytes {
        Bytes::from(format!("{writer} {n};").repeat(1 + usize::try_from(n % 100).unwrap()))
    }

    /// The number under a key, 0 where there is none, and what a step on it is to expect.
    async fn number(store: &Embedded, key: &str) -> (u64, Expect) {
        store.get(key).await.unwrap().map_or((0, Expect::Absent), |entry| {
            (str::from_utf8(&entry.value).unwrap().parse().unwrap(), Expect::Version(entry.version))
        })
    }

    fn write_until_killed(dir: &Path) {
        let _lock = Lock::acquire(dir, None).unwrap();
        let store = Arc::new(Embedded::open(dir).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        let writers: Vec<_> = (0..WRITERS).map(|writer| runtime.spawn(write(Arc::clone(&store), writer))).collect();
        writers.into_iter().for_each(|writer| runtime.block_on(writer).unwrap());
    }

    async fn write(store: Arc<Embedded>, writer: usize) {
        let left = format!("left-{writer}");
        let (mut n, mut expect) = number(&store, &left).await;
        loop {
            n += 1;
            store.transact(steps(writer, n, expect)).await.unwrap();
            // One system call, so that a kill cannot cut the line.
            io::stderr().write_all(format!("acknowledged {writer} {n}\n").as_bytes()).unwrap();

            let ghost = Step::Put { key: format!("ghost-{writer}"), value: "".into(), expect: Expect::Any, ttl: None };
            let conflict = [vec![ghost], steps(writer, n, Expect::Any)].concat();
            assert_eq!(store.transact(conflict).await, Err(StateError::Conflict));

            let seen;
            (seen, expect) = number(&store, &left).await;
            assert_eq!(seen, n, "a read sees what was acknowledged before it");
        }
    }

    /// Opens what the killed process left, as the next one would. Returns each writer's newest write.
    fn verify(dir: &Path, verified: [u64; WRITERS], acknowledged: [u64; WRITERS]) -> [u64; WRITERS] {
        assert_eq!(lock::holder(dir), None, "a killed process holds no lock");
        let _lock = Lock::acquire(dir, None).unwrap();
        let store = Embedded::open(dir).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        std::array::from_fn(|writer| {
            runtime.block_on(async {
                let (newest, _) = number(&store, &format!("left-{writer}")).await;
                let (right, _) = number(&store, &format!("right-{writer}")).await;
                assert_eq!(newest, right, "half a transaction is there");
                let known = acknowledged[writer];
                assert!((known..=known + 1).contains(&newest), "{known} was acknowledged, {newest} is there");
                for n in verified[writer] + 1..=newest {
                    let entry = store.get(&format!("entry-{writer}-{n}")).await.unwrap();
                    assert_eq!(entry.unwrap().value, body(writer, n));
                }
                for key in [format!("entry-{writer}-{}", newest + 1), format!("ghost-{writer}")] {
                    assert_eq!(store.get(&key).await.unwrap(), None, "{key} was never committed");
                }
                newest
            })
        })
    }
}
