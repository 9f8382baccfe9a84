//! The contract of [`StateStore`], as tests that any store can be held against: [`the_contract!`] makes one test of
//! each rule. Where stores differ, [`Semantics`] says how, and the tests insist on it in both directions, so that a
//! fake that passes behaves as what it stands for.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use usersvc::state::{Entry, Expect, StateError, StateStore, Step, Version};

use super::PATIENCE;

/// How a store differs from the strictest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Semantics {
    /// A compare-and-set on an entry that is gone inserts it, and such a delete succeeds.
    pub takes_any_version_of_a_missing_entry: bool,
    /// The other steps of a refused transaction stay.
    pub keeps_part_of_a_refused_transaction: bool,
    /// A refused conditional put with a TTL gives that TTL to the entry that is there.
    pub refused_put_sets_the_ttl: bool,
    /// A put without a TTL leaves the entry the time it had.
    pub put_without_ttl_keeps_the_old_one: bool,
    /// An entry that was deleted, or expired, and is made again has the versions it had before.
    pub repeats_versions: bool,
}

/// Redis behind the sidecar.
pub const REDIS: Semantics = Semantics {
    takes_any_version_of_a_missing_entry: true,
    keeps_part_of_a_refused_transaction: true,
    refused_put_sets_the_ttl: true,
    put_without_ttl_keeps_the_old_one: true,
    repeats_versions: true,
};

/// Every other store.
pub const STRICT: Semantics = Semantics {
    takes_any_version_of_a_missing_entry: false,
    keeps_part_of_a_refused_transaction: false,
    refused_put_sets_the_ttl: false,
    put_without_ttl_keeps_the_old_one: false,
    repeats_versions: false,
};

const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(3600);

/// One test for each rule. `$store` is a function that opens the store, `$semantics` a [`Semantics`]; with `without
/// ttl`, the rules about time are left out.
#[macro_export]
macro_rules! the_contract {
    ($store:path, $semantics:expr, without ttl) => {
        $crate::the_contract! { @ $store, $semantics;
            what_is_put_is_read_back_byte_for_byte
            a_missing_entry_is_none
            each_put_makes_another_version
            only_one_insert_succeeds
            a_stale_version_is_a_conflict
            only_one_compare_and_set_succeeds
            a_version_of_another_store_is_a_conflict
            a_compare_and_set_on_a_missing_entry
            a_delete_may_have_a_condition
            a_delete_on_a_version_of_a_missing_entry
            a_bulk_get_keeps_the_order_of_its_keys
            a_transaction_makes_all_its_changes
            a_refused_transaction_makes_none_of_its_changes
            counters_lose_no_increment
            an_entry_that_was_deleted_is_made_again
        }
    };
    ($store:path, $semantics:expr) => {
        $crate::the_contract! { $store, $semantics, without ttl }
        $crate::the_contract! { @ $store, $semantics;
            an_entry_is_gone_when_its_time_is_over
            a_put_with_a_ttl_replaces_the_old_one
            a_put_without_a_ttl
            a_refused_put_with_a_ttl
            an_entry_that_expired_is_made_again
        }
    };
    (@ $store:path, $semantics:expr; $($rule:ident)*) => {$(
        #[tokio::test]
        async fn $rule() {
            let store = $store().await;
            $crate::support::semantics::$rule(&store, $semantics).await;
        }
    )*};
}

/// A key that nobody else uses.
fn key(name: &str) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("the system has randomness");
    format!("{name}-{:016x}", u64::from_ne_bytes(random))
}

fn put(key: &str, value: &str, expect: Expect, ttl: Option<Duration>) -> Step {
    Step::Put { key: key.to_owned(), value: Bytes::copy_from_slice(value.as_bytes()), expect, ttl }
}

fn delete(key: &str, expect: Expect) -> Step {
    Step::Delete { key: key.to_owned(), expect }
}

async fn set(store: &impl StateStore, key: &str, value: &str, expect: Expect) -> Result<(), StateError> {
    store.transact(vec![put(key, value, expect, None)]).await
}

async fn read(store: &impl StateStore, key: &str) -> Option<Entry> {
    store.get(key).await.expect("the store answers")
}

async fn value(store: &impl StateStore, key: &str) -> Option<String> {
    read(store, key).await.map(|entry| String::from_utf8(entry.value.to_vec()).expect("the tests put text"))
}

async fn version(store: &impl StateStore, key: &str) -> Version {
    read(store, key).await.expect("there is an entry").version
}

/// Waits until the entry has expired.
async fn expiry(store: &impl StateStore, key: &str) {
    let ends = tokio::time::Instant::now() + PATIENCE;
    while read(store, key).await.is_some() {
        assert!(tokio::time::Instant::now() < ends, "{key} does not expire");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits as long as an entry with the TTL [`SHORT`] lives that was put after now.
async fn a_short_time(store: &impl StateStore) {
    let witness = key("witness");
    store.transact(vec![put(&witness, "w", Expect::Any, Some(SHORT))]).await.unwrap();
    expiry(store, &witness).await;
}

pub async fn what_is_put_is_read_back_byte_for_byte(store: &impl StateStore, _: Semantics) {
    let all: Vec<u8> = (0..=255).collect();
    let large = vec![b'x'; 1 << 20];
    for bytes in
        [&b"{\"id\":1,\"name\":\"\xc3\xa4\"}"[..], b"7", b"\"text\"", b"null", b" ", b"head\nbody", &all, &large]
    {
        let key = key("bytes");
        let step = Step::Put { key: key.clone(), value: Bytes::copy_from_slice(bytes), expect: Expect::Any, ttl: None };
        store.transact(vec![step]).await.unwrap();
        let entry = read(store, &key).await.expect("it was put");
        assert!(entry.value == bytes, "{:?} became {:?}", &bytes[..bytes.len().min(20)], entry.value);
        let together = store.get_bulk(&[key]).await.unwrap();
        assert!(together == [Some(entry)], "a bulk get gives the same bytes and the same version");
    }
}

pub async fn a_missing_entry_is_none(store: &impl StateStore, _: Semantics) {
    assert_eq!(read(store, &key("missing")).await, None);
    assert_eq!(store.get_bulk(&[key("missing")]).await, Ok(vec![None]));
}

pub async fn each_put_makes_another_version(store: &impl StateStore, _: Semantics) {
    let key = key("versions");
    let mut seen = Vec::new();
    for _ in 0..4 {
        set(store, &key, "same", Expect::Any).await.unwrap();
        let version = version(store, &key).await;
        assert!(!seen.contains(&version), "{version:?} again");
        seen.push(version);
    }
}

pub async fn only_one_insert_succeeds(store: &impl StateStore, _: Semantics) {
    let key = key("insert");
    let names: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let results = join_all(names.iter().map(|name| set(store, &key, name, Expect::Absent))).await;
    let winners: Vec<&String> =
        names.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(name, _)| name).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|result| **result == Err(StateError::Conflict)).count(), 7, "{results:?}");
    assert_eq!(value(store, &key).await.as_ref(), Some(winners[0]));
    assert_eq!(set(store, &key, "late", Expect::Absent).await, Err(StateError::Conflict));
    // An insert leaves nothing behind that would get into the way of an unconditional put.
    set(store, &key, "over", Expect::Any).await.unwrap();
    assert_eq!(value(store, &key).await.as_deref(), Some("over"));
}

pub async fn a_stale_version_is_a_conflict(store: &impl StateStore, _: Semantics) {
    let key = key("stale");
    set(store, &key, "1", Expect::Absent).await.unwrap();
    let first = version(store, &key).await;
    set(store, &key, "2", Expect::Version(first.clone())).await.unwrap();
    assert_eq!(set(store, &key, "3", Expect::Version(first)).await, Err(StateError::Conflict));
    assert_eq!(value(store, &key).await.as_deref(), Some("2"));
}

pub async fn only_one_compare_and_set_succeeds(store: &impl StateStore, _: Semantics) {
    let key = key("race");
    set(store, &key, "0", Expect::Any).await.unwrap();
    let version = version(store, &key).await;
    let race = (1..=8).map(|n| {
        let (key, version) = (key.clone(), version.clone());
        async move { set(store, &key, &n.to_string(), Expect::Version(version)).await }
    });
    let results = join_all(race).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|result| **result == Err(StateError::Conflict)).count(), 7, "{results:?}");
}

pub async fn a_version_of_another_store_is_a_conflict(store: &impl StateStore, _: Semantics) {
    let key = key("foreign");
    set(store, &key, "mine", Expect::Any).await.unwrap();
    for foreign in ["", "no version at all", "999999999", "7d0ac1c2-52b5-4e5a-a3f7-6a8a1d8e7d10"] {
        let expect = Expect::Version(Version(foreign.to_owned()));
        assert_eq!(set(store, &key, "theirs", expect).await, Err(StateError::Conflict), "{foreign:?}");
    }
    assert_eq!(value(store, &key).await.as_deref(), Some("mine"));
}

pub async fn a_compare_and_set_on_a_missing_entry(store: &impl StateStore, semantics: Semantics) {
    let (key, other) = (key("gone"), key("there"));
    set(store, &other, "x", Expect::Any).await.unwrap();
    let version = version(store, &other).await;
    let result = set(store, &key, "back", Expect::Version(version)).await;
    if semantics.takes_any_version_of_a_missing_entry {
        assert_eq!(result, Ok(()));
        assert_eq!(value(store, &key).await.as_deref(), Some("back"));
    } else {
        assert_eq!(result, Err(StateError::Conflict));
        assert_eq!(value(store, &key).await, None);
    }
}

pub async fn a_delete_may_have_a_condition(store: &impl StateStore, _: Semantics) {
    let key = key("delete");
    store.transact(vec![delete(&key, Expect::Any)]).await.expect("nothing is there, and nothing is asked");
    set(store, &key, "1", Expect::Any).await.unwrap();
    let first = version(store, &key).await;
    set(store, &key, "2", Expect::Any).await.unwrap();
    let refused = store.transact(vec![delete(&key, Expect::Version(first))]).await;
    assert_eq!(refused, Err(StateError::Conflict));
    let second = version(store, &key).await;
    store.transact(vec![delete(&key, Expect::Version(second))]).await.unwrap();
    assert_eq!(value(store, &key).await, None);
    set(store, &key, "3", Expect::Absent).await.unwrap();
    store.transact(vec![delete(&key, Expect::Any)]).await.unwrap();
    assert_eq!(value(store, &key).await, None);
}

pub async fn a_delete_on_a_version_of_a_missing_entry(store: &impl StateStore, semantics: Semantics) {
    let key = key("twice");
    set(store, &key, "1", Expect::Any).await.unwrap();
    let version = version(store, &key).await;
    store.transact(vec![delete(&key, Expect::Version(version.clone()))]).await.unwrap();
    let again = store.transact(vec![delete(&key, Expect::Version(version))]).await;
    let expected = if semantics.takes_any_version_of_a_missing_entry { Ok(()) } else { Err(StateError::Conflict) };
    assert_eq!(again, expected);
}

pub async fn a_bulk_get_keeps_the_order_of_its_keys(store: &impl StateStore, _: Semantics) {
    let keys: Vec<String> = (0..100).map(|n| key(&format!("bulk-{n}"))).collect();
    let puts = keys.iter().enumerate().filter(|(n, _)| !n.is_multiple_of(3));
    store.transact(puts.map(|(n, key)| put(key, &n.to_string(), Expect::Any, None)).collect()).await.unwrap();
    let mut asked: Vec<String> = keys.iter().rev().cloned().collect();
    asked.push(keys[1].clone());
    asked.push(keys[0].clone());
    let entries = store.get_bulk(&asked).await.unwrap();
    let expected = (0..100).rev().chain([1, 0]).map(|n: usize| (!n.is_multiple_of(3)).then(|| n.to_string()));
    let found =
        entries.iter().map(|entry| entry.as_ref().map(|entry| String::from_utf8_lossy(&entry.value).into_owned()));
    assert!(found.eq(expected), "{entries:?}");
    assert_eq!(store.get_bulk(&[]).await, Ok(vec![]));
}

pub async fn a_transaction_makes_all_its_changes(store: &impl StateStore, _: Semantics) {
    let [old, new, gone] = ["old", "new", "gone"].map(key);
    store.transact(vec![put(&old, "1", Expect::Any, None), put(&gone, "1", Expect::Absent, None)]).await.unwrap();
    let (at_old, at_gone) = (version(store, &old).await, version(store, &gone).await);
    let steps = vec![
        put(&new, "2", Expect::Absent, None),
        put(&old, "2", Expect::Version(at_old), None),
        delete(&gone, Expect::Version(at_gone)),
    ];
    store.transact(steps).await.unwrap();
    assert_eq!(value(store, &old).await.as_deref(), Some("2"));
    assert_eq!(value(store, &new).await.as_deref(), Some("2"));
    assert_eq!(value(store, &gone).await, None);
    store.transact(vec![]).await.expect("nothing to do is done");
}

pub async fn a_refused_transaction_makes_none_of_its_changes(store: &impl StateStore, semantics: Semantics) {
    let [there, before, after, deleted] = ["there", "before", "after", "deleted"].map(key);
    set(store, &there, "kept", Expect::Any).await.unwrap();
    set(store, &deleted, "here", Expect::Any).await.unwrap();
    let steps = vec![
        put(&before, "new", Expect::Absent, None),
        put(&there, "replaced", Expect::Absent, None),
        put(&after, "new", Expect::Any, None),
        delete(&deleted, Expect::Any),
    ];
    assert_eq!(store.transact(steps).await, Err(StateError::Conflict));
    assert_eq!(value(store, &there).await.as_deref(), Some("kept"));
    let parts = [value(store, &before).await, value(store, &after).await, value(store, &deleted).await];
    let new = || Some("new".to_owned());
    if semantics.keeps_part_of_a_refused_transaction {
        assert_eq!(parts, [new(), new(), None]);
    } else {
        assert_eq!(parts, [None, None, Some("here".to_owned())]);
    }
}

pub async fn counters_lose_no_increment(store: &impl StateStore, _: Semantics) {
    let key = key("counter");
    set(store, &key, "0", Expect::Absent).await.unwrap();
    let worker = || async {
        let mut done = 0;
        while done < 5 {
            let entry = read(store, &key).await.expect("nobody deletes it");
            let count: u32 = str::from_utf8(&entry.value).unwrap().parse().unwrap();
            match set(store, &key, &(count + 1).to_string(), Expect::Version(entry.version)).await {
                Ok(()) => done += 1,
                Err(error) => assert_eq!(error, StateError::Conflict),
            }
        }
    };
    join_all([worker(), worker(), worker(), worker()]).await;
    assert_eq!(value(store, &key).await.as_deref(), Some("20"));
}

/// The versions of an entry that lives twice, with `end` between its lives.
async fn two_lives(store: &impl StateStore, key: &str, ttl: Option<Duration>, end: impl AsyncFnOnce()) -> [Version; 2] {
    store.transact(vec![put(key, "first", Expect::Absent, ttl)]).await.unwrap();
    let first = version(store, key).await;
    end().await;
    store.transact(vec![put(key, "second", Expect::Absent, ttl.map(|_| LONG))]).await.unwrap();
    [first, version(store, key).await]
}

pub async fn an_entry_that_was_deleted_is_made_again(store: &impl StateStore, semantics: Semantics) {
    let key = key("again");
    let end = async || store.transact(vec![delete(&key, Expect::Any)]).await.unwrap();
    let [first, second] = two_lives(store, &key, None, end).await;
    assert_eq!(first == second, semantics.repeats_versions, "{first:?} {second:?}");
}

pub async fn an_entry_that_expired_is_made_again(store: &impl StateStore, semantics: Semantics) {
    let key = key("expired");
    let [first, second] = two_lives(store, &key, Some(SHORT), async || expiry(store, &key).await).await;
    assert_eq!(first == second, semantics.repeats_versions, "{first:?} {second:?}");
}

pub async fn an_entry_is_gone_when_its_time_is_over(store: &impl StateStore, _: Semantics) {
    let [short, long] = ["short", "long"].map(key);
    let steps = vec![put(&short, "s", Expect::Any, Some(SHORT)), put(&long, "l", Expect::Any, Some(LONG))];
    store.transact(steps).await.unwrap();
    expiry(store, &short).await;
    assert_eq!(store.get_bulk(&[short]).await, Ok(vec![None]));
    assert_eq!(value(store, &long).await.as_deref(), Some("l"));
}

pub async fn a_put_with_a_ttl_replaces_the_old_one(store: &impl StateStore, _: Semantics) {
    let [longer, shorter, forever] = ["longer", "shorter", "forever"].map(key);
    for (key, ttl) in [(&longer, Some(SHORT)), (&shorter, Some(LONG)), (&forever, None)] {
        store.transact(vec![put(key, "1", Expect::Any, ttl)]).await.unwrap();
    }
    let at = version(store, &longer).await;
    store.transact(vec![put(&longer, "2", Expect::Version(at), Some(LONG))]).await.unwrap();
    store.transact(vec![put(&shorter, "2", Expect::Any, Some(SHORT))]).await.unwrap();
    store.transact(vec![put(&forever, "2", Expect::Any, Some(SHORT))]).await.unwrap();
    expiry(store, &shorter).await;
    expiry(store, &forever).await;
    assert_eq!(value(store, &longer).await.as_deref(), Some("2"));
}

pub async fn a_put_without_a_ttl(store: &impl StateStore, semantics: Semantics) {
    let key = key("kept");
    store.transact(vec![put(&key, "1", Expect::Any, Some(SHORT))]).await.unwrap();
    set(store, &key, "2", Expect::Any).await.unwrap();
    a_short_time(store).await;
    if semantics.put_without_ttl_keeps_the_old_one {
        expiry(store, &key).await;
    } else {
        assert_eq!(value(store, &key).await.as_deref(), Some("2"));
    }
}

pub async fn a_refused_put_with_a_ttl(store: &impl StateStore, semantics: Semantics) {
    let key = key("refused");
    set(store, &key, "kept", Expect::Any).await.unwrap();
    let refused = store.transact(vec![put(&key, "new", Expect::Absent, Some(SHORT))]).await;
    assert_eq!(refused, Err(StateError::Conflict));
    assert_eq!(value(store, &key).await.as_deref(), Some("kept"));
    a_short_time(store).await;
    if semantics.refused_put_sets_the_ttl {
        expiry(store, &key).await;
    } else {
        assert_eq!(value(store, &key).await.as_deref(), Some("kept"));
    }
}
