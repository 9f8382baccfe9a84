//! `usersvc serve`: how it starts, how it does not, and how it stops.

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use support::eventually;
use support::http::Client;
use support::process::{Scene, Server, free_ports, http_status, on_free_ports};
use support::service::{Service, usersvc};

/// A start that fails with that code: its only sentence, and all that it said.
#[track_caller]
fn refused(command: &mut Command, code: i32) -> (String, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(output.stdout.is_empty() && !told.contains("panicked") && !told.contains("BACKTRACE"), "{told}");
    let sentences: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    let [sentence] = sentences[..] else { panic!("not one sentence:\n{told}") };
    (sentence.to_owned(), told.clone())
}

/// A start on the file, on any port.
fn serve(home: &Path) -> Command {
    let mut command = usersvc(home);
    command.args(["serve", "--store", "embedded", "--listen", "127.0.0.1:0"]);
    command
}

#[test]
fn a_port_that_is_taken_is_named_with_who_has_it() {
    let home = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = other.local_addr().map(|address| (other, address.port())).unwrap();
    let service = Service::embedded();
    for (port, who) in [(other.1, "another program listens there"), (service.port(), "a usersvc answers there already")]
    {
        let (sentence, told) = refused(serve(home.path()).args(["--listen", &format!("127.0.0.1:{port}")]), 7);
        assert_eq!(sentence, format!("port {port} of 127.0.0.1 is in use"));
        assert!(
            told.contains(&format!("cause: {who}")) && told.contains("usersvc serve --listen 127.0.0.1:"),
            "{told}"
        );
    }
    // What was refused left nothing locked.
    let created = usersvc(home.path())
        .args(["--via", "embedded", "user", "create", "--name", "A", "--email", "a@b.org"])
        .output();
    assert!(created.unwrap().status.success());
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "not a directory").unwrap();
    let below = home.path().join("file/data");
    let (sentence, told) = refused(serve(home.path()).arg("--data-dir").arg(&below), 2);
    assert!(sentence.starts_with(&format!("cannot lock the data directory {}: ", below.display())), "{sentence}");
    assert!(told.contains("try: choose another one with --data-dir"), "{told}");

    let foreign = home.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("usersvc.db"), "somebody's notes, which are longer than a header of SQLite is".repeat(9))
        .unwrap();
    let before = fs::read(foreign.join("usersvc.db")).unwrap();
    let (sentence, told) = refused(serve(home.path()).arg("--data-dir").arg(&foreign), 2);
    assert!(sentence.contains("is not a usersvc database, and was left as it is"), "{told}");
    assert_eq!(fs::read(foreign.join("usersvc.db")).unwrap(), before);
}

#[test]
fn without_a_home_the_data_directory_has_to_be_named() {
    let mut homeless = serve(Path::new("/"));
    // The system may know a home that the environment does not.
    homeless.env_remove("USERSVC_DATA_DIR").env("HOME", "").args(["--data-dir", "/dev/null/data"]);
    let (_, told) = refused(&mut homeless, 2);
    assert!(told.contains("--data-dir"), "{told}");
}

#[test]
fn a_data_directory_in_use_names_its_server_and_commands_go_through_it() {
    let service = Service::embedded();
    let (id, url) = (service.id().unwrap(), service.url());
    let (sentence, told) = refused(&mut serve(service.home()), 7);
    assert_eq!(sentence, format!("the data directory is in use by process {id}, which serves {url}"));
    assert!(told.contains("try: use that server, stop it, or choose another directory with --data-dir"), "{told}");

    let created = Client::new(service.port()).create("Ann").expect(201);
    let mut get = usersvc(service.home());
    let output = get.args(["--via", "embedded", "-o", "json", "user", "get", "1"]).output().unwrap();
    let (out, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(out.trim_end(), created.body);
    let note = format!("note: process {id} has the data file open, so this goes through {url}\n");
    assert!(told.starts_with(&note), "{told}");

    service.stop();
    let output =
        usersvc(service.home()).args(["--via", "embedded", "-o", "json", "user", "get", "1"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), created.body);
    assert!(!String::from_utf8(output.stderr).unwrap().contains("goes through"));
}

#[test]
fn values_that_make_no_sense_are_refused_before_anything_is_touched() {
    let home = tempfile::tempdir().unwrap();
    for (flags, said) in [
        (["--cache-ttl", "59"], "a cached value lives 60 seconds at least"),
        (["--cache-ttl", "soon"], "a time looks like"),
        (["--cache-lease", "1ms"], "a lease lasts from 50ms to 60s"),
        (["--cache-audit", "2"], "a rate is a number from 0 to 1"),
        (["--listen", "8001"], "an address looks like 127.0.0.1:8001"),
        (["--listen", "127.0.0.1:99999"], "an address looks like 127.0.0.1:8001"),
        (["--store", "redis"], "possible values: auto, dapr, embedded"),
        (["--port", "8001"], "unexpected argument '--port'"),
    ] {
        let (_, told) = refused(serve(home.path()).args(flags), 2);
        assert!(told.contains(said) && told.contains(flags[0]), "{told}");
    }
    // An address of the documentation's network, which no machine has.
    let (sentence, told) = refused(serve(home.path()).args(["--listen", "192.0.2.1:8001"]), 2);
    assert_eq!(sentence, "it is not possible to listen on 192.0.2.1:8001");
    assert!(told.contains("try: usersvc serve --listen 127.0.0.1:8001"), "{told}");
    for (variable, value, said) in [
        ("USERSVC_CACHE_TTL", "59", "60 seconds at least"),
        ("DAPR_GRPC_PORT", "x", "DAPR_GRPC_PORT is 'x', which is not a port"),
        ("DAPR_GRPC_ENDPOINT", "https://host:443", "asks for TLS"),
    ] {
        let mut command = usersvc(home.path());
        let (_, told) = refused(command.args(["serve", "--listen", "127.0.0.1:0"]).env(variable, value), 2);
        assert!(told.contains(said), "{told}");
    }
    let (sentence, told) = refused(usersvc(home.path()).args(["serve", "--store", "dapr"]), 7);
    assert!(sentence.contains("names no Dapr sidecar") && told.contains("dapr run"), "{told}");
    assert!(!home.path().join("data/usersvc.db").exists());
}

#[test]
fn it_says_where_it_is_where_the_users_are_and_what_to_do_next() {
    let service = Service::embedded();
    let (url, log) = (service.url(), service.log());
    for said in [
        concat!("usersvc ", env!("CARGO_PKG_VERSION"), " is ready\n").to_owned(),
        format!("  api     {url}\n"),
        format!("  health  {url}/health\n"),
        format!("  docs    {url}/docs\n"),
        "  store   embedded: a SQLite file, and a cache in memory\n".into(),
        format!("  data    {}\n", service.home().join("data").display()),
        "  cache   memory, values are served for 3600 s\n".into(),
        format!("  try     export USERSVC_SERVER={url}\n"),
        "          usersvc user get 1\n".into(),
        "  stop    ^C\n".into(),
    ] {
        assert!(log.contains(&said), "{said:?} is not in\n{log}");
    }
    let quiet = Service::start(&["--store", "embedded", "--quiet"], &[]);
    assert!(!quiet.log().contains("is ready"), "{}", quiet.log());
}

#[test]
fn who_listens_for_everybody_is_warned() {
    let service = Service::start(&["--store", "embedded"], &[]);
    assert!(!service.log().contains("warning:"), "{}", service.log());
    let open = on_free_ports(|[port]| {
        let scene = Scene::new()?;
        let (home, listen) = (scene.path().to_owned(), format!("0.0.0.0:{port}"));
        let command = move || {
            let mut command = serve(&home);
            command.args(["--listen", &listen]);
            command
        };
        Server::start(&scene, "usersvc", Signal::TERM, command, move |_| http_status(port, "/health") == Some(200))
    });
    let open = open.unwrap_or_else(|error| panic!("{error}"));
    eventually("it warns", || open.log().contains("warning: whoever reaches 0.0.0.0:"));
}

#[test]
fn the_log_has_the_lines_of_the_original() {
    let service = Service::embedded();
    let client = Client::new(service.port());
    client.create("Ann").expect(201);
    eventually("the cache answers", || client.get(1).is_hit());
    client.rename(1, "Anna").expect(200);
    client.send("DELETE", "/cache/users/1", None).expect(200);
    assert!(!client.get(1).is_hit());
    client.delete(1).expect(200);
    for sentence in [
        "INFO  User 1 saved to state store",
        "INFO  User 1 cached with TTL 3600s",
        "INFO  CACHE HIT: User 1 found in cache",
        "INFO  CACHE MISS: User 1 not in cache",
        "INFO  User 1 found in state store",
        "INFO  User 1 removed from cache",
        "INFO  User 1 deleted from state store",
    ] {
        eventually(sentence, || {
            service.log().lines().any(|line| {
                // 2026-01-15T10:30:00.123456Z
                line.split_once(' ')
                    .is_some_and(|(time, rest)| time.len() == 27 && time.ends_with('Z') && rest == sentence)
            })
        });
    }
    assert!(!service.log().contains("Ann") && !service.log().contains("ann@"), "names are nobody's business");
}

#[test]
fn it_stops_in_good_order_when_it_is_asked() {
    for signal in [Signal::TERM, Signal::INT] {
        let service = Service::embedded();
        let id = Client::new(service.port()).create("Kept").expect(201).id();
        service.signal(signal);
        assert_eq!(service.wait().and_then(|status| status.code()), Some(0), "{}", service.log());
        service.restart();
        assert_eq!(Client::new(service.port()).get(id).expect(200).text("name"), "Kept");
    }
}

#[test]
fn a_sidecar_that_is_not_there_is_waited_for_and_health_answers_meanwhile() {
    for signal in [Signal::TERM, Signal::INT] {
        let service = Service::without_a_sidecar();
        let client = Client::new(service.port());
        assert_eq!(client.send("GET", "/health", None).expect(200).json()["service"], "user-service");
        let unavailable = client.get(1).expect(503);
        assert_eq!(unavailable.header("retry-after"), Some("1"));
        assert!(unavailable.text("detail").contains("is starting"), "{unavailable:?}");
        let note = format!("note: {} answers /health; looking for the sidecar at http://127.0.0.1:", service.url());
        eventually("it says what it waits for", || service.log().contains(&note));
        service.signal(signal);
        assert_eq!(service.wait().and_then(|status| status.code()), Some(0), "{}", service.log());
        assert!(!service.log().contains("is ready"), "{}", service.log());
    }
}

#[test]
fn a_sidecar_that_never_comes_is_told_after_half_a_minute() {
    let home = tempfile::tempdir().unwrap();
    let [sidecar] = free_ports::<1>();
    let mut command = usersvc(home.path());
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("DAPR_GRPC_PORT", sidecar.to_string());
    let (sentence, told) = refused(&mut command, 7);
    assert_eq!(sentence, format!("no Dapr sidecar answers at http://127.0.0.1:{sidecar}"));
    assert!(told.contains("try: start one, for instance with `daprd "), "{told}");
}

mod dapr {
    use std::process::Command;

    use super::refused;
    use crate::support::components::{in_memory, redis};
    use crate::support::http::Client;
    use crate::support::service::{Service, usersvc};
    use crate::support::stack::{Daprd, Stack};

    fn beside(daprd: &Daprd, home: &std::path::Path, flags: &[&str]) -> Command {
        let mut command = usersvc(home);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(flags);
        command.env("DAPR_GRPC_PORT", daprd.grpc_port.to_string());
        command
    }

    #[test]
    fn a_component_that_is_missing_or_unfit_is_named() {
        let stack = Stack::shared();
        let home = tempfile::tempdir().unwrap();
        let start = |flags: &[&str]| refused(&mut beside(&stack.daprd, home.path(), flags), 2);
        for flag in ["--statestore", "--cache"] {
            let (sentence, told) = start(&[flag, "nothing"]);
            assert!(sentence.contains("has no component 'nothing'"), "{told}");
            assert!(told.contains("statestore") && told.contains(&format!("name another with {flag}")), "{told}");
        }
        let (sentence, told) = start(&["--statestore", "cache"]);
        assert!(sentence.contains("'cache' is of type state.redis v1, whose transactions do not roll back"), "{told}");
        assert!(told.contains("use state.postgresql or state.sqlite"), "{told}");
    }

    #[test]
    fn a_component_that_could_not_be_initialized_is_not_taken_for_one() {
        let stack = Stack::shared();
        let home = tempfile::tempdir().unwrap();
        let [nobody] = crate::support::process::free_ports();
        let mut components = stack.standard_components();
        components.retain(|component| component.name != "cache");
        components.push(redis("cache", nobody).optional());
        let daprd = stack.sidecar("without-cache", &components);
        let (sentence, told) = refused(&mut beside(&daprd, home.path(), &[]), 2);
        assert!(sentence.contains("'cache'") && told.contains("sidecar's log"), "{told}");
    }

    #[test]
    fn a_token_that_is_wrong_is_told() {
        let stack = Stack::shared();
        let home = tempfile::tempdir().unwrap();
        let daprd = stack.sidecar_with_token("with-token", &[in_memory("statestore"), in_memory("cache")], "right");
        let (sentence, told) = refused(beside(&daprd, home.path(), &[]).env("DAPR_API_TOKEN", "wrong"), 2);
        assert!(sentence.contains("refuses the API token") && told.contains("DAPR_API_TOKEN"), "{told}");
    }

    #[test]
    fn what_listens_there_may_be_no_sidecar() {
        let stack = Stack::shared();
        let home = tempfile::tempdir().unwrap();
        let mut command = usersvc(home.path());
        command.args(["--via", "dapr", "user", "get", "1"]);
        let (sentence, told) = refused(command.env("DAPR_GRPC_PORT", stack.daprd.http_port.to_string()), 2);
        assert!(sentence.contains("is not the API of a Dapr sidecar"), "{told}");
    }

    #[test]
    fn the_banner_names_the_sidecar_and_its_components() {
        let stack = Stack::shared();
        let service = Service::on(stack);
        let log = service.log();
        for said in [
            format!("  store   the Dapr sidecar at {}\n", stack.daprd.endpoint()),
            "  data    statestore (postgres)\n".to_owned(),
            "  cache   cache (redis), values are served for 3600 s\n".to_owned(),
        ] {
            assert!(log.contains(&said), "{said:?} is not in\n{log}");
        }
        assert!(!log.contains("warning:"), "{log}");
        let id = Client::new(service.port()).create("Ann").expect(201).id();
        service.stop();
        service.restart();
        Client::new(service.port()).get(id).expect(200);
        let trial = Service::beside(&stack.daprd, &["--cache", "cache-memory"]);
        assert!(trial.log().contains("warning: the cache 'cache-memory' is state.in-memory"), "{}", trial.log());
    }
}
