//! `usersvc doctor`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use usersvc::state::lock::Lock;

use super::ran;
use super::strangers::saying;
use crate::support::process::free_ports;
use crate::support::service::{Service, usersvc};
use crate::support::terminal::printed_on;

/// What the doctor found.
struct Report(Vec<Value>);

impl Report {
    /// By a command that ends so.
    #[track_caller]
    fn of(command: &mut Command, code: i32) -> Self {
        let ran = ran(command.args(["doctor", "-o", "json"])).expect(code);
        Self(ran.json().as_array().unwrap().clone())
    }

    #[track_caller]
    fn find(&self, check: &str) -> &Value {
        let found = self.0.iter().find(|finding| finding["check"] == check);
        found.unwrap_or_else(|| panic!("no {check} in {:#?}", self.0))
    }

    #[track_caller]
    fn expect(&self, check: &str, status: &str, finding: &str) -> &Self {
        let found = self.find(check);
        assert_eq!(found["status"], status, "{found}");
        assert!(found["finding"].as_str().unwrap().contains(finding), "{finding:?} is not in {found}");
        self
    }

    /// What is to be tried.
    #[track_caller]
    fn tries(&self, check: &str, what: &str) -> &Self {
        let found = self.find(check);
        assert!(found["try"].as_array().unwrap().iter().any(|it| it.as_str().unwrap().starts_with(what)), "{found}");
        self
    }

    /// The checks with that status.
    fn with(&self, status: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|finding| finding["status"] == status);
        found.map(|finding| finding["check"].as_str().unwrap()).collect()
    }
}

fn at(home: &Path, url: &str) -> Command {
    let mut command = usersvc(home);
    command.env("USERSVC_SERVER", url);
    command
}

#[test]
fn a_service_on_the_file_needs_no_more() {
    let service = Service::embedded();
    let url = service.url();
    let report = Report::of(&mut service.usersvc(), 0);
    report
        .expect("version", "ok", concat!("this is usersvc ", env!("CARGO_PKG_VERSION")))
        .expect("service", "ok", &format!("usersvc {} answers at {url}", env!("CARGO_PKG_VERSION")))
        .expect("readiness", "ok", "both stores answer the service")
        .expect("port", "ok", &format!("port {} is the service's", service.port()))
        .expect("sidecar", "skipped", "the environment names none")
        .expect("data_directory", "ok", &format!(", and serves {url}"));
    let plain = ran(service.usersvc().arg("doctor")).expect(0);
    assert!(plain.out.starts_with("version\tok\tthis is usersvc ") && plain.err.is_empty(), "{plain:#?}");
    assert_eq!(ran(service.usersvc().args(["doctor", "-o", "name"])).expect(0).out, "");
}

#[test]
fn where_nothing_is_it_says_how_to_begin_and_makes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let [port] = free_ports();
    let report = Report::of(&mut at(home.path(), &format!("http://localhost:{port}")), 1);
    report.expect("service", "failed", "nothing answers at").tries("service", "usersvc serve to start the service");
    report.expect("port", "ok", &format!("port {port} is free"));
    report.expect("data_directory", "skipped", "is not there; `usersvc serve` makes it");
    assert_eq!(report.with("skipped"), ["sidecar", "data_directory"]);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    let told = ran(at(home.path(), &format!("http://localhost:{port}")).args(["doctor", "-o", "name"])).expect(1);
    assert_eq!((told.out.as_str(), told.err.as_str()), ("service\n", "note: 1 of 5 checks found something\n"));
    let without = Report::of(usersvc(home.path()).args(["--via", "embedded"]), 0);
    assert_eq!(without.with("skipped"), ["service", "sidecar", "data_directory"]);
}

#[test]
fn another_program_at_the_port_is_told() {
    let home = tempfile::tempdir().unwrap();
    let url = saying("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<html></html>");
    let port = url.rsplit(':').next().unwrap();
    let report = Report::of(&mut at(home.path(), &url), 1);
    report.expect("service", "failed", "is not this service").tries("service", "--server URL");
    report
        .expect("port", "failed", &format!("another program has port {port}"))
        .tries("port", &format!("lsof -i :{port} "));
    let far = Report::of(&mut at(home.path(), "http://users.invalid"), 1);
    far.expect("service", "failed", "nothing answers at").expect("port", "skipped", "on another machine");
    Report::of(&mut at(home.path(), "ftp://x"), 1).expect("service", "failed", "is not the URL of a service");
}

#[test]
fn the_original_service_is_known_though_it_tells_no_version() {
    let home = tempfile::tempdir().unwrap();
    let body = r#"{"status":"healthy","service":"user-service","timestamp":"2026-01-01T00:00:00"}"#;
    let url = saying(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    let report = Report::of(&mut at(home.path(), &url), 1);
    report.expect("service", "ok", "does not tell its version").expect("readiness", "failed", "is not this service");
}

#[test]
fn the_data_directory_is_looked_into_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let check = |code| Report::of(usersvc(home.path()).args(["--via", "embedded"]), code);
    fs::create_dir(&dir).unwrap();
    check(0).expect("data_directory", "ok", "can be written, and has no data file yet");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);

    let lock = Lock::acquire(&dir, None).unwrap();
    check(0).expect("data_directory", "ok", &format!("process {} has ", std::process::id()));
    drop(lock);

    let create = ["--via", "embedded", "user", "create", "--name", "A", "--email", "a@b.org"];
    ran(usersvc(home.path()).args(create)).expect(0);
    check(0).expect("data_directory", "ok", "can be read, and nobody has it open");

    fs::write(dir.join("usersvc.db"), "not a database, but long enough to be taken for the head of one").unwrap();
    check(1).expect("data_directory", "failed", "is not a usersvc database").tries("data_directory", "move it away");
    fs::remove_dir_all(&dir).unwrap();
    fs::write(&dir, "").unwrap();
    check(1).expect("data_directory", "failed", "cannot lock the data directory");
}

#[test]
fn a_sidecar_that_is_named_and_not_there_is_told() {
    let home = tempfile::tempdir().unwrap();
    let [nobody] = free_ports();
    let mut command = usersvc(home.path());
    command.args(["--via", "dapr"]).env("DAPR_GRPC_PORT", nobody.to_string());
    Report::of(&mut command, 1).expect("sidecar", "failed", "no Dapr sidecar answers at").tries("sidecar", "start one");
    let unnamed = Report::of(usersvc(home.path()).args(["--via", "dapr"]), 1);
    unnamed.expect("sidecar", "failed", "neither DAPR_GRPC_PORT nor DAPR_GRPC_ENDPOINT is set");
    let nonsense = Report::of(usersvc(home.path()).args(["--via", "dapr"]).env("DAPR_GRPC_PORT", "x"), 1);
    nonsense.expect("sidecar", "failed", "which is not a port").tries("sidecar", "set it to the sidecar's gRPC port");
}

#[test]
fn a_terminal_gets_a_mark_for_each_check_and_lines_that_fit() {
    let service = Service::embedded();
    let (code, wide) = printed_on(service.usersvc().arg("doctor"), 80);
    assert_eq!(code, 0, "{wide}");
    assert!(wide.contains("✓ readiness       both stores answer the service\n✓ port            port "), "{wide}");
    let (_, narrow) = printed_on(service.usersvc().arg("doctor"), 40);
    assert!(narrow.contains("✓ readiness\n  both stores answer the service\n✓ port\n  port "), "{narrow}");
    let is_try = |line: &str| line.trim_start().starts_with("try: ");
    assert!(narrow.lines().all(|line| is_try(line) || line.chars().count() <= 40), "{narrow}");
}

mod dapr {
    use super::*;
    use crate::support::components::{
        CACHE, CACHE_MEMORY, STATESTORE, STATESTORE_MEMORY, STATESTORE_SQLITE, STATESTORE_V1, sqlite,
    };
    use crate::support::eventually;
    use crate::support::http::Client;
    use crate::support::stack::{Setup, Stack};

    fn beside(stack: &Stack, home: &Path, stores: [&str; 2]) -> Command {
        let mut command = usersvc(home);
        command.env("DAPR_GRPC_PORT", stack.daprd.grpc_port.to_string());
        command.args(["--via", "dapr", "--statestore", stores[0], "--cache", stores[1]]);
        command
    }

    #[test]
    fn a_sidecar_that_has_what_is_needed_is_well() {
        let (stack, home) = (Stack::shared(), tempfile::tempdir().unwrap());
        for (statestore, kind) in [(STATESTORE, "postgres"), (STATESTORE_V1, "postgres"), (STATESTORE_SQLITE, "sqlite")]
        {
            let report = Report::of(&mut beside(stack, home.path(), [statestore, CACHE]), 0);
            report
                .expect("sidecar", "ok", "Dapr 1.")
                .expect("state_store", "ok", &format!("'{statestore}' is {kind}, and answers in "))
                .expect("state_etags", "ok", "a compare-and-set with a stale etag")
                .expect("cache", "ok", &format!("'{CACHE}' is redis, and answers in "))
                .expect("cache_etags", "ok", "it refuses an insert of what is there")
                .expect("eviction", "skipped", "it must say noeviction")
                .tries("eviction", "docker exec dapr-redis redis-cli config get maxmemory-policy");
            assert_eq!(report.with("skipped"), ["service", "eviction", "data_directory"]);
        }
    }

    #[test]
    fn a_component_that_is_not_there_or_not_fit_is_told() {
        let (stack, home) = (Stack::shared(), tempfile::tempdir().unwrap());
        let report = |stores| Report::of(&mut beside(stack, home.path(), stores), 1);
        let missing = report(["nothing", CACHE]);
        missing.expect("state_store", "failed", "has no component 'nothing'").expect("cache_etags", "ok", "");
        report([CACHE, CACHE]).expect("state_store", "failed", "whose transactions do not roll back");
        let lost = report([STATESTORE_MEMORY, CACHE_MEMORY]);
        lost.expect("state_store", "failed", "is lost with the sidecar").expect("state_etags", "ok", "");
        assert_eq!(lost.with("failed"), ["state_store", "cache"]);
    }

    #[test]
    fn it_leaves_nothing_in_the_state_store() {
        let (stack, home) = (Stack::shared(), tempfile::tempdir().unwrap());
        let file = stack.path().join("doctor.sqlite");
        let daprd = stack.sidecar("doctor", &[sqlite("state-doctor", &file), sqlite("cache-doctor", &file)]);
        let mut command = usersvc(home.path());
        command.args(["--via", "dapr", "--statestore", "state-doctor", "--cache", "cache-doctor"]);
        Report::of(command.env("DAPR_GRPC_PORT", daprd.grpc_port.to_string()), 0).expect("state_etags", "ok", "");
        let rows = rusqlite::Connection::open(&file).unwrap();
        let left: u32 = rows.query_row("SELECT count(*) FROM state", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 1, "that of the cache expires");
    }

    #[test]
    fn a_store_that_has_gone_is_told_through_the_service_and_through_the_sidecar() {
        let (stack, home) = (Stack::start(Setup::default()), tempfile::tempdir().unwrap());
        let service = Service::on(&stack);
        let through_both = || {
            let mut command = at(home.path(), &service.url());
            command.env("DAPR_GRPC_PORT", stack.daprd.grpc_port.to_string());
            command
        };
        let client = Client::new(service.port());
        eventually("the cache is on", || client.stats()["phase"] == "on");
        assert_eq!(Report::of(&mut through_both(), 0).with("failed"), Vec::<&str>::new());
        stack.redis.kill();
        eventually("the service knows it", || client.send("GET", "/readyz", None).json()["cache"]["status"] == "down");
        let report = Report::of(&mut through_both(), 1);
        report
            .expect("readiness", "failed", "the cache has not answered the service since")
            .tries("readiness", "docker-compose ps");
        report.expect("cache", "failed", "").tries("cache", "docker-compose ps to see whether Redis runs");
        report.expect("state_store", "ok", "").expect("service", "ok", "");
    }
}
