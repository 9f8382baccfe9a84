//! The cache is gone, stands still, or lost what it held.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::stage::{LEASE, Stage, median, play, usual_time};
use crate::load::{Habit, Load, Way};
use crate::support::eventually;
use crate::support::http::Client;
use crate::support::service::Service;
use crate::support::stack::Redis;

/// What a read may take longer when it is the first that the cache does not answer.
const FIRST: Duration = Duration::from_millis(250);
/// What the next may take longer.
const NEXT: Duration = Duration::from_millis(20);
/// What a busy machine may add to either. A read that waited for the cache would take longer than `NEXT` and this.
const SLACK: Duration = Duration::from_millis(120);

#[test]
fn with_redis_killed_reads_and_creates_go_on_and_writes_wait_once() {
    without_redis(|redis| assert!(redis.kill().is_some()), |redis| redis.restart());
}

#[test]
fn with_redis_frozen_reads_and_creates_go_on_and_writes_wait_once() {
    without_redis(|redis| redis.freeze(), |redis| redis.thaw());
}

fn without_redis(fail: impl Fn(&Redis), come_back: impl Fn(&Redis)) {
    play(&[], |stage| {
        let [here, there] = stage.clients();
        let [id, other, gone] = ["One", "Other", "Gone"].map(|name| stage.cached_user(name));
        let read = usual_time(15, || drop(there.get(id).expect(200)));
        let create = usual_time(5, || drop(here.create("Before").expect(201)));

        fail(&stage.stack.redis);
        let first = median(reads_at_once(stage, id));
        assert!(first < read + FIRST + SLACK, "the first reads took {first:?}, with a cache {read:?}");
        let next = usual_time(15, || drop(there.get(id).expect(200)));
        assert!(next < read + NEXT + SLACK, "the next reads took {next:?}, with a cache {read:?}");
        let created = usual_time(5, || drop(here.create("Meanwhile").expect(201)));
        assert!(created < create + FIRST + SLACK, "creates took {created:?}, with a cache {create:?}");

        let waited = here.rename(id, "Two").expect(200);
        assert!(waited.went_through("cache-off"), "{waited:?}");
        assert!(waited.took < 2 * LEASE + Duration::from_secs(3), "{waited:?}");
        assert_eq!(there.get(id).text("name"), "Two");
        stage.phase_is("off");
        for (round, client) in [&here, &there, &here, &there, &here].into_iter().enumerate() {
            let name = format!("Round {round}");
            let updated = client.rename(other, &name).expect(200);
            assert!(!updated.went_through("cache-off") && !updated.went_through("mark"), "{updated:?}");
            for reader in [&here, &there] {
                assert_eq!(reader.get(other).text("name"), name);
            }
        }
        there.delete(gone).expect(200);
        here.get(gone).expect(404);

        come_back(&stage.stack.redis);
        stage.cache_is_on();
        for client in [&here, &there] {
            eventually("the cache answers again", || client.get(other).is_hit());
            assert_eq!(client.get(other).text("name"), "Round 4");
            assert_eq!(client.get(id).text("name"), "Two");
            client.get(gone).expect(404);
        }
        let marked = there.rename(id, "Three").expect(200);
        assert_eq!((marked.went_through("mark"), here.get(id).text("name")), (true, "Three".into()));
    });
}

/// Four reads of each service, all sent at the same moment.
fn reads_at_once(stage: &Stage, id: u64) -> Vec<Duration> {
    let ports = [&stage.here, &stage.there].map(Service::port);
    let start = &Barrier::new(8);
    thread::scope(|scope| {
        let read = |number: usize| {
            let client = Client::new(ports[number % 2]);
            scope.spawn(move || {
                start.wait();
                client.get(id).expect(200).took
            })
        };
        let reads: Vec<_> = (0..8).map(read).collect();
        reads.into_iter().map(|read| read.join().unwrap()).collect()
    })
}

/// Loses what Redis holds while clients read and write, and returns when that began and ended.
fn loses_all(stage: &Stage, load: &Load, lose: impl Fn(&Redis)) -> (Duration, Duration) {
    let (here, there) = (stage.here.port(), stage.there.port());
    let (writer, reader) = (Habit { updates: 0.5, ..Habit::default() }, Habit::default());
    let direct = |words: &[&str]| stage.direct(words);
    let clients = [
        (Way::Http(here), writer),
        (Way::Http(there), writer),
        (Way::Http(here), reader),
        (Way::Http(there), reader),
        (Way::CommandLine(&direct), writer),
    ];
    let at_work = |load: &Load, more: usize| {
        let before = load.counts().1;
        eventually("the clients write", || load.counts().1 >= before + more);
    };
    load.during(1, &clients, || {
        at_work(load, 40);
        let from = load.now();
        lose(&stage.stack.redis);
        let to = load.now();
        at_work(load, 40);
        stage.cache_is_on();
        at_work(load, 40);
        (from, to)
    })
}

/// Without `--cache-strict` an older value may be served for at most L after the loss; with it, never.
fn serves_nothing_old_after(is_strict: bool, lose: impl Fn(&Redis)) {
    let flags: &[&str] = if is_strict { &["--cache-strict", "--cache-audit", "0"] } else { &["--cache-audit", "0"] };
    play(flags, |stage| {
        let load = Load::on_new_users(&stage.clients()[0], 3);
        let (from, to) = loses_all(stage, &load, lose);
        if !is_strict {
            load.forgive_reads(from, to + LEASE);
        }
        stage.cache_is_on();
        load.read_all(stage.here.port());
        load.read_all(stage.there.port());
        if let Some(complaint) = load.complaint() {
            panic!("lost from {from:?} to {to:?}: {complaint}");
        }
    });
}

#[test]
fn after_flushall_nothing_old_is_served_for_longer_than_a_lease() {
    serves_nothing_old_after(false, |redis| assert_eq!(redis.cli(&["FLUSHALL"]), "OK"));
}

#[test]
fn after_flushall_nothing_old_is_served_at_all_with_cache_strict() {
    serves_nothing_old_after(true, |redis| assert_eq!(redis.cli(&["FLUSHALL"]), "OK"));
}

#[test]
fn after_redis_came_back_empty_nothing_old_is_served_for_longer_than_a_lease() {
    serves_nothing_old_after(false, |redis| redis.restart());
}

#[test]
fn after_redis_came_back_empty_nothing_old_is_served_at_all_with_cache_strict() {
    serves_nothing_old_after(true, |redis| redis.restart());
}

#[test]
fn a_flush_of_everything_begins_a_new_epoch_and_no_write_waits_for_it() {
    play(&[], |stage| {
        let [here, there] = stage.clients();
        let id = stage.cached_user("Flushed");
        let before = here.stats()["epoch"].clone();
        let mut flush = stage.direct(&["cache", "flush", "--yes"]);
        let mut flush = flush.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let mut round = 0;
        let ended = loop {
            round += 1;
            let name = format!("Round {round}");
            let updated = here.rename(id, &name).expect(200);
            assert!(!updated.went_through("cache-off"), "{updated:?}");
            assert_eq!(there.get(id).text("name"), name);
            if let Some(ended) = flush.try_wait().unwrap() {
                break ended;
            }
        };
        assert!(ended.success());
        stage.cache_is_on();
        assert_ne!(here.stats()["epoch"], before);
        eventually("the cache answers again", || there.get(id).is_hit());
        assert_eq!(there.get(id).text("name"), format!("Round {round}"));
    });
}
