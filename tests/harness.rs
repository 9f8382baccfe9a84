//! The harness leaves nothing behind: no process, no directory, however its test ends.

mod support;

mod embedded {
    use crate::support::process::{http_status, is_alive};
    use crate::support::service::Service;

    #[test]
    fn a_service_can_be_stopped_killed_and_started_again_where_it_was() {
        let service = Service::embedded();
        let first = service.id().unwrap();
        assert!(service.stop().unwrap().success(), "it ends in good order: {}", service.log());
        assert!(!is_alive(first));
        service.restart();
        service.kill();
        assert_eq!(http_status(service.port(), "/health"), None);
        service.restart();
        assert_eq!(http_status(service.port(), "/health"), Some(200));
        let home = service.home().to_owned();
        drop(service);
        assert!(!home.exists(), "its directory goes with it");
    }

    #[test]
    fn a_service_that_cannot_start_is_told_with_its_log() {
        let error = Service::try_start(&["--no-such-flag"], &[]).err().expect("it does not start");
        assert!(error.contains("usersvc ended at its start") && error.contains("--no-such-flag"), "{error}");
    }
}

mod dapr {
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use crate::support::components::{STATESTORE, postgres_v2};
    use crate::support::eventually;
    use crate::support::process::{children, http_status, is_alive};
    use crate::support::service::Service;
    use crate::support::stack::{Setup, Stack};

    /// Tells a test that it is the victim, and how it is to end.
    const VICTIM: &str = "USERSVC_TEST_VICTIM";

    /// Run by the other tests in a process of its own.
    #[test]
    fn a_victim_starts_everything_and_dies() {
        let Ok(end) = std::env::var(VICTIM) else { return };
        let stack = Stack::start(Setup::default());
        let second = stack.second_sidecar("second");
        stack.redis.freeze();
        let parts = [&*stack.daprd, &*stack.redis, &*stack.postgres, &*second];
        let ids: Vec<u32> = parts.iter().filter_map(|part| part.id()).collect();
        let backends: Vec<u32> = stack.postgres.id().into_iter().flat_map(children).collect();
        println!("victim {} {}", stack.path().display(), words(&[ids, backends].concat()));
        match end.as_str() {
            "panic" => panic!("as asked"),
            "exit" => std::process::exit(3),
            _ => std::thread::park(),
        }
    }

    fn words(ids: &[u32]) -> String {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// A victim that is ready to die, where its directory is, and its processes.
    fn victim(end: &str) -> (Child, String, Vec<u32>) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "dapr::a_victim_starts_everything_and_dies", "--nocapture"])
            .env(VICTIM, end)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // libtest may have begun the line.
        let told = lines.into_iter().find_map(|line| Some(line.split_once("victim /")?.1.to_owned()));
        let told = format!("/{}", told.expect("the victim starts"));
        let mut words = told.split(' ');
        let directory = words.next().unwrap().to_owned();
        (child, directory, words.map(|id| id.parse().unwrap()).collect())
    }

    fn nothing_is_left(directory: &str, ids: &[u32]) {
        assert!(ids.len() > 4, "{ids:?}");
        eventually("every process is gone", || !ids.iter().any(|id| is_alive(*id)));
        eventually("the directory is gone", || !Path::new(directory).exists());
    }

    #[test]
    fn nothing_is_left_after_a_panic() {
        let (mut child, directory, ids) = victim("panic");
        assert!(!child.wait().unwrap().success());
        nothing_is_left(&directory, &ids);
    }

    #[test]
    fn nothing_is_left_after_an_exit_in_the_middle() {
        let (mut child, directory, ids) = victim("exit");
        assert_eq!(child.wait().unwrap().code(), Some(3));
        nothing_is_left(&directory, &ids);
    }

    #[test]
    fn nothing_is_left_after_the_test_binary_is_killed() {
        let (mut child, directory, ids) = victim("wait");
        assert!(ids.iter().all(|id| is_alive(*id)), "{ids:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        nothing_is_left(&directory, &ids);
    }

    #[test]
    fn a_part_can_be_frozen_killed_and_started_again_where_it_was() {
        let stack = Stack::start(Setup { is_durable: true });
        stack.redis.cli(&["SET", "key", "value"]);
        stack.postgres.sql("CREATE TABLE kept AS SELECT 42 AS answer");

        let first = stack.daprd.id().unwrap();
        stack.daprd.kill();
        assert_eq!((stack.daprd.id(), is_alive(first)), (None, false));
        stack.daprd.restart();
        assert_eq!(http_status(stack.daprd.http_port, "/v1.0/healthz/outbound"), Some(204));

        stack.redis.restart();
        assert_eq!(stack.redis.cli(&["DBSIZE"]), "0", "Redis comes back empty");

        stack.postgres.kill();
        stack.postgres.restart();
        assert_eq!(stack.postgres.sql("SELECT answer FROM kept"), "42");
        stack.postgres.freeze();
        assert_eq!(http_status(stack.daprd.http_port, "/v1.0/state/statestore/key"), None, "nobody answers");
        stack.postgres.thaw();
        let answers = || http_status(stack.daprd.http_port, "/v1.0/state/statestore/key") == Some(204);
        eventually("PostgreSQL goes on", answers);

        let second = stack.second_sidecar("second");
        assert_ne!(second.grpc_port, stack.daprd.grpc_port);
        assert!(second.stop().unwrap().success(), "a sidecar ends in good order");
    }

    #[test]
    fn a_service_beside_the_sidecar_is_ready_when_its_stores_are_found() {
        let service = Service::on(Stack::shared());
        assert_eq!(http_status(service.port(), "/users/1"), Some(404), "{}", service.log());
        assert!(service.stop().unwrap().success(), "{}", service.log());
    }

    #[test]
    fn a_component_that_cannot_start_is_told_with_the_log() {
        let stack = Stack::shared();
        let broken = postgres_v2(STATESTORE, stack.postgres.port).with("timeout", "nonsense");
        let error = stack.try_sidecar("broken", &[broken]).err().expect("it does not start");
        assert!(error.contains("daprd ended at its start") && error.contains("statestore"), "{error}");
    }
}
