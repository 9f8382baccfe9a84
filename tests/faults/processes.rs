//! The sidecar, PostgreSQL or a service dies, stands still, or is told to stop.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use super::stage::{LEASE, Stage, median, play, usual_time, while_writes_wait};
use crate::load::{Habit, Load, Way};
use crate::support::eventually;
use crate::support::http::{Client, new_user};
use crate::support::process::{Server, http_status};

/// Within this time a request is answered, whatever is gone.
const ANSWERED: Duration = Duration::from_secs(1);
/// Within this time `/health` is.
const HEALTHY: Duration = Duration::from_millis(50);

/// Every verb says 503 within a second, and `/health` is quick.
fn everything_is_unavailable(stage: &Stage, id: u64) {
    for client in stage.clients() {
        // Until then it goes on with hits, where the cache is there.
        eventually("its view ends", || client.stats()["phase"].is_null());
        for (method, path, body) in [
            ("GET", format!("/users/{id}"), None),
            ("GET", "/users?limit=10".to_owned(), None),
            ("GET", "/users?email=a@b.co".to_owned(), None),
            ("PUT", format!("/users/{id}"), Some(json!({ "name": "Lost" }))),
            ("DELETE", format!("/users/{id}"), None),
            ("POST", "/users".to_owned(), Some(new_user("Lost"))),
        ] {
            let ask = |_| {
                let answer = client.send(method, &path, body.as_ref()).expect(503);
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
                answer.took
            };
            let took = median((0..3).map(ask));
            assert!(took < ANSWERED, "{method} took {took:?}");
        }
        let healthy = usual_time(9, || drop(client.send("GET", "/health", None).expect(200)));
        assert!(healthy < HEALTHY, "/health took {healthy:?}");
    }
}

/// Everything works, with the first request.
fn everything_works(stage: &Stage, id: u64) {
    let [here, there] = stage.clients();
    assert_eq!(here.get(id).expect(200).text("name"), "Steady");
    assert_eq!(there.get(id).expect(200).text("name"), "Steady");
    let other = here.create("Afterwards").expect(201).id();
    let renamed = there.rename(other, "Renamed").expect(200);
    assert_eq!(here.get(other).body, renamed.body);
    here.delete(other).expect(200);
    there.get(other).expect(404);
}

fn while_it_is_gone(
    part: impl for<'a> Fn(&Stage<'a>) -> &'a Server,
    fail: impl Fn(&Server),
    come_back: impl Fn(&Server),
) {
    play(&[], |stage| {
        let id = stage.cached_user("Steady");
        fail(part(stage));
        everything_is_unavailable(stage, id);
        come_back(part(stage));
        everything_works(stage, id);
        stage.cache_is_on();
    });
}

#[test]
fn without_the_sidecar_every_answer_is_503_within_a_second_and_right_again_at_once() {
    while_it_is_gone(|stage| &stage.stack.daprd, |daprd| assert!(daprd.kill().is_some()), Server::restart);
}

#[test]
fn with_the_sidecar_frozen_every_answer_is_503_within_a_second_and_right_again_at_once() {
    while_it_is_gone(|stage| &stage.stack.daprd, Server::freeze, Server::thaw);
}

#[test]
fn without_postgresql_every_answer_is_503_within_a_second_and_right_again_at_once() {
    while_it_is_gone(|stage| &stage.stack.postgres, |postgres| assert!(postgres.stop().is_some()), Server::restart);
}

#[test]
fn with_postgresql_frozen_every_answer_is_503_within_a_second_and_right_again_at_once() {
    while_it_is_gone(|stage| &stage.stack.postgres, Server::freeze, Server::thaw);
}

#[test]
fn after_a_restart_of_postgresql_everything_works_at_once() {
    play(&[], |stage| {
        let id = stage.cached_user("Steady");
        for _ in 0..3 {
            stage.stack.postgres.restart();
            everything_works(stage, id);
        }
    });
}

/// Clients of both services, one of them a command line that goes around them.
fn all_clients<'a>(
    stage: &'a Stage,
    direct: &'a (dyn Fn(&[&str]) -> std::process::Command + Sync),
) -> [(Way<'a>, Habit); 5] {
    let (writer, reader) = (Habit { updates: 0.4, deletes: 0.0 }, Habit::default());
    let (here, there) = (stage.here.port(), stage.there.port());
    [
        (Way::Http(here), writer),
        (Way::Http(here), reader),
        (Way::Http(there), writer),
        (Way::Http(there), reader),
        (Way::CommandLine(direct), writer),
    ]
}

fn the_history_is_right(stage: &Stage, load: &Load) {
    stage.cache_is_on();
    load.read_all(stage.here.port());
    load.read_all(stage.there.port());
    if let Some(complaint) = load.complaint() {
        panic!("{complaint}");
    }
}

#[test]
fn a_service_that_stood_still_longer_than_its_lease_serves_and_writes_nothing_old() {
    play(&[], |stage| {
        let load = Load::on_new_users(&stage.clients()[0], 3);
        let direct = |words: &[&str]| stage.direct(words);
        load.during(2, &all_clients(stage, &direct), || {
            for _ in 0..3 {
                let before = load.counts().1;
                eventually("the clients write", || load.counts().1 >= before + 20);
                stage.here.freeze();
                let frozen = Instant::now();
                let before = load.counts().1;
                eventually("a lease ends, and the others write", || {
                    frozen.elapsed() > LEASE * 3 / 2 && load.counts().1 >= before + 20
                });
                stage.here.thaw();
            }
        });
        the_history_is_right(stage, &load);
    });
}

#[test]
fn a_service_that_stood_still_while_an_epoch_ended_reads_nothing_of_it() {
    play(&[], |stage| {
        let there = &stage.clients()[1];
        let id = stage.cached_user("Before");
        stage.here.freeze();
        let flushed = stage.direct(&["cache", "flush", "--yes"]).output().unwrap();
        assert!(flushed.status.success(), "{flushed:?}");
        // Redis still holds the old value, under the key of the epoch that ended.
        there.rename(id, "After").expect(200);
        let port = stage.here.port();
        thread::scope(|scope| {
            let reads: Vec<_> = (0..4).map(|_| scope.spawn(move || Client::new(port).get(id))).collect();
            stage.here.thaw();
            for read in reads {
                assert_eq!(read.join().unwrap().expect(200).text("name"), "After");
            }
        });
    });
}

#[test]
fn a_service_that_is_killed_harms_nobody() {
    play(&[], |stage| {
        let load = Load::on_new_users(&stage.clients()[0], 3);
        let direct = |words: &[&str]| stage.direct(words);
        load.during(3, &all_clients(stage, &direct), || {
            for _ in 0..5 {
                let before = load.counts().1;
                eventually("the clients write", || load.counts().1 >= before + 30);
                stage.here.kill();
                stage.here.restart();
            }
        });
        the_history_is_right(stage, &load);
    });
}

#[test]
fn the_marker_of_a_service_that_was_killed_in_the_middle_of_a_write_is_mended() {
    play(&[], |stage| {
        let [here, there] = stage.clients();
        let id = stage.cached_user("Before");
        thread::scope(|scope| {
            while_writes_wait(&stage.stack.postgres, |_| {
                scope.spawn(|| here_renames(stage.here.port(), id));
                eventually("the write has put its marker", || there.inspect(id)["verdict"] == "marker");
                stage.here.kill();
            });
        });
        let mut seen = "Before".to_owned();
        eventually("the marker is mended", || {
            let read = there.get(id).expect(200);
            let name = read.text("name");
            assert!(name == seen || name == "After", "{name} came after {seen}");
            seen = name;
            read.is_hit()
        });
        assert_eq!(there.inspect(id)["verdict"], "fresh");
        stage.here.restart();
        stage.cache_is_on();
        assert_eq!(here.get(id).expect(200).text("name"), seen);
    });
}

/// Whatever becomes of it.
fn here_renames(port: u16, id: u64) -> Option<u16> {
    let renamed = Client::new(port).try_send("PUT", &format!("/users/{id}"), Some(&json!({ "name": "After" })));
    renamed.ok().map(|answer| answer.status)
}

#[test]
fn a_service_that_is_told_to_stop_ends_what_it_began() {
    const ATTEMPTS: usize = 6;
    play(&[], |stage| {
        let [_, there] = stage.clients();
        // On a busy machine the write may have to give up before the lock is gone; then it says so.
        for _ in 0..ATTEMPTS {
            let id = stage.cached_user("Before");
            let answer = thread::scope(|scope| {
                while_writes_wait(&stage.stack.postgres, |end| {
                    let renamed = scope.spawn(|| here_renames(stage.here.port(), id));
                    eventually("the write has put its marker", || there.inspect(id)["verdict"] == "marker");
                    stage.here.signal(Signal::TERM);
                    end();
                    renamed.join().unwrap()
                })
            });
            let status = stage.here.wait().expect("it stops");
            assert_eq!(status.code(), Some(0), "{}", stage.here.log());
            assert_eq!(http_status(stage.here.port(), "/health"), None);
            stage.here.restart();
            match answer {
                Some(200) => {
                    let inspection = there.inspect(id);
                    assert_eq!(inspection["verdict"], "fresh", "it promotes before it goes: {inspection}");
                    assert_eq!(there.get(id).text("name"), "After");
                    return stage.cache_is_on();
                }
                Some(503) => {}
                other => panic!("a request under way was answered {other:?}\n{}", stage.here.log()),
            }
        }
        panic!("{ATTEMPTS} writes under way were given up");
    });
}
