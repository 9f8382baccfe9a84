//! Lists, the index of e-mail addresses, and creates that are made once.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::time::{advance, sleep};
use usersvc::state::Expect;
use usersvc::users::{Listing, Page};

use super::*;

fn called(name: &str, email: &str) -> NewUser {
    NewUser { name: name.parse().unwrap(), email: email.parse().unwrap() }
}

fn moved_to(email: &str) -> UserChange {
    UserChange { name: None, email: Some(email.parse().unwrap()) }
}

async fn listed(users: &Users<Shared>, listing: Listing) -> Page {
    users.list(&listing).await.value.unwrap()
}

fn ids(page: &Page) -> Vec<u64> {
    page.users.iter().map(|user| user.id.get()).collect()
}

fn page(after: u64, limit: u64) -> Listing {
    Listing { email: None, after, limit }
}

fn with_email(email: &str) -> Listing {
    Listing { email: Some(email.into()), ..Listing::default() }
}

async fn found(users: &Users<Shared>, email: &str) -> Vec<u64> {
    ids(&listed(users, with_email(email)).await)
}

async fn ready(world: &mut World) -> Users<Shared> {
    let users = world.process();
    users.complete_index(|_, _| {}).await.unwrap();
    users
}

/// The rows of the original: no version, no stamp, and not in the index.
async fn plant(world: &World, emails: &[&str]) {
    let put = |key: String, value: String| Step::Put { key, value: value.into(), expect: Expect::Any, ttl: None };
    let row = |(id, email): (usize, &&str)| {
        let row = json!({"id": id, "name": "Old", "email": email, "created_at": "2024-01-15T10:30:00"});
        put(format!("user-{id}"), row.to_string())
    };
    let rows = (1..).zip(emails).map(row);
    let steps = rows.chain([put("next-user-id".into(), (emails.len() + 1).to_string())]).collect();
    world.state.memory.transact(steps).await.unwrap();
}

async fn email_rows(world: &World, emails: &[&str]) -> usize {
    let keys: Vec<String> = emails.iter().map(|email| index_key(email)).collect();
    world.state.memory.get_bulk(&keys).await.unwrap().into_iter().flatten().count()
}

fn index_key(email: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("email-{:x}", Sha256::digest(email))
}

#[tokio::test(start_paused = true)]
async fn a_page_costs_one_call_and_gaps_do_not_shorten_it() {
    let mut world = World::new();
    let users = ready(&mut world).await;
    for n in 1..=30 {
        users.create(called("N", &format!("{n}@b.co"))).await.value.unwrap();
    }
    settled(&users).await;
    let before = world.calls();
    let first = users.list(&page(0, 10)).await;
    assert_eq!((world.calls() - before, outcomes(&first)), (1, vec![Listed]));
    let first = first.value.unwrap();
    assert_eq!((ids(&first), first.next.map(UserId::get)), ((1..=10).collect(), Some(10)));
    assert_eq!(listed(&users, page(20, 10)).await.next, None, "the last page is known to be the last");
    assert_eq!(listed(&users, page(20, 9)).await.next, UserId::new(29));

    for id in 2..=25 {
        users.delete(UserId::new(id).unwrap()).await.value.unwrap();
    }
    let across = listed(&users, page(0, 3)).await;
    assert_eq!((ids(&across), across.next.map(UserId::get)), (vec![1, 26, 27], Some(27)));
    let rest = listed(&users, page(27, 3)).await;
    assert_eq!((ids(&rest), rest.next), (vec![28, 29, 30], None));
    for past in [30, 31, 1 << 40, u64::MAX] {
        assert_eq!(listed(&users, page(past, 1000)).await, Page::default());
    }
}

#[tokio::test(start_paused = true)]
async fn users_are_found_by_their_address_in_two_calls_as_it_is_now() {
    let mut world = World::new();
    let users = ready(&mut world).await;
    for email in ["a@b.co", "c@d.co", "A@B.CO"] {
        users.create(called("N", email)).await.value.unwrap();
    }
    settled(&users).await;
    let before = world.calls();
    assert_eq!(found(&users, "a@B.co").await, [1, 3]);
    assert_eq!(world.calls() - before, 2);
    let one_of_two = listed(&users, Listing { limit: 1, ..with_email("a@b.co") }).await;
    assert_eq!((ids(&one_of_two), one_of_two.next.map(UserId::get)), (vec![1], Some(1)));
    assert_eq!(ids(&listed(&users, Listing { after: 1, ..with_email("a@b.co") }).await), [3]);

    let moved = users.update(one(), moved_to("c@d.co")).await;
    assert_eq!(outcomes(&moved), [Found, Indexed, Marked, Saved, PromoteScheduled]);
    assert_eq!((found(&users, "a@b.co").await, found(&users, "c@d.co").await), (vec![3], vec![1, 2]));
    let same = users.update(one(), moved_to("C@D.co")).await;
    assert!(!outcomes(&same).contains(&Indexed), "only the case was changed");
    users.update(one(), renamed("Other")).await.value.unwrap();
    for id in [1, 2, 3] {
        users.delete(UserId::new(id).unwrap()).await.value.unwrap();
    }
    assert_eq!(found(&users, "c@d.co").await, [0_u64; 0]);
    assert_eq!(email_rows(&world, &["a@b.co", "c@d.co"]).await, 0, "nothing is left behind");
}

#[tokio::test(start_paused = true)]
async fn an_address_of_very_many_users_is_found_by_looking_at_all() {
    let mut world = World::new();
    let users = ready(&mut world).await;
    for n in 0..260 {
        let email = if n % 2 == 0 { "all@b.co" } else { "one@b.co" };
        users.create(called("N", email)).await.value.unwrap();
    }
    let mut listing = Listing { limit: 50, ..with_email("ALL@b.co") };
    let mut seen = Vec::new();
    loop {
        let page = listed(&users, listing.clone()).await;
        seen.extend(ids(&page));
        let Some(next) = page.next else { break };
        listing.after = next.get();
    }
    assert_eq!(seen, (0..130).map(|n| 2 * n + 1).collect::<Vec<_>>());
    let before = world.calls();
    users.delete(one()).await.value.unwrap();
    settled(&users).await;
    assert_eq!(world.calls() - before, 6, "its row is read, and never written again");
    assert_eq!(found(&users, "all@b.co").await[0], 3);
}

#[tokio::test(start_paused = true)]
async fn an_old_store_is_put_into_the_index_while_others_write() {
    let mut world = World::new();
    let emails: Vec<String> = (1..=500).map(|n| format!("{}@b.co", n % 250)).collect();
    plant(&world, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (ours, theirs) = (world.process(), world.process());
    let early = ours.list(&with_email("7@b.co")).await;
    assert!(matches!(early.value, Err(Error::Unavailable(_))), "half an index must not answer");
    assert_eq!(ids(&listed(&ours, page(0, 2)).await), [1, 2], "a list needs no index");

    let writes = tokio::spawn({
        let theirs = theirs.clone();
        async move {
            for n in 1..=500_u64 {
                let id = UserId::new(n).unwrap();
                match n % 5 {
                    0 => drop(theirs.delete(id).await.value.unwrap()),
                    1 => drop(theirs.update(id, moved_to(&format!("{n}@moved.co"))).await.value.unwrap()),
                    2 => drop(theirs.update(id, renamed("New")).await.value.unwrap()),
                    3 => drop(theirs.create(called("N", "new@b.co")).await.value.unwrap()),
                    _ => {}
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let mut told = Vec::new();
    let (first, second) =
        tokio::join!(ours.complete_index(|at, of| told.push((at, of))), theirs.complete_index(|_, _| {}));
    first.and(second).unwrap();
    writes.await.unwrap();
    assert!(told.last().is_some_and(|(at, of)| at == of && *at >= 500), "{told:?}");

    let mut everybody = BTreeSet::new();
    let mut after = 0;
    loop {
        let page = listed(&ours, page(after, 1000)).await;
        everybody.extend(page.users.iter().map(|user| (user.email.clone(), user.id.get())));
        let Some(next) = page.next else { break };
        after = next.get();
    }
    for (email, id) in &everybody {
        if email != "new@b.co" {
            let same: Vec<u64> = everybody.iter().filter(|(other, _)| other == email).map(|(_, id)| *id).collect();
            assert_eq!(found(&ours, email).await, same, "{email} of {id}");
        }
    }
    assert_eq!(found(&ours, "new@b.co").await.len(), 100);
    assert_eq!(found(&ours, "250@b.co").await, [0_u64; 0]);
}

#[tokio::test(start_paused = true)]
async fn where_addresses_are_unique_nobody_gets_that_of_another() {
    let mut world = World::new();
    plant(&world, &["twice@b.co", "twice@b.co", "once@b.co"]).await;
    let (ours, theirs) =
        (world.process_with(Options { unique_emails: Some(true), ..Options::default() }), world.process());
    let early = ours.create(called("N", "new@b.co")).await;
    assert!(matches!(early.value, Err(Error::Unavailable(_))), "nobody can tell yet");
    ours.complete_index(|_, _| {}).await.unwrap();

    for users in [&ours, &theirs] {
        let taken = users.create(called("N", "ONCE@b.co")).await;
        assert_eq!((outcomes(&taken), taken.value), (vec![Refused], Err(Error::EmailTaken { holder: UserId::new(3) })));
        let taken = users.update(UserId::new(3).unwrap(), moved_to("twice@b.co")).await;
        assert_eq!(outcomes(&taken), [Found, Refused], "no marker is left behind");
        assert_eq!(taken.value, Err(Error::EmailTaken { holder: UserId::new(1) }));
    }
    ours.update(UserId::new(3).unwrap(), moved_to("Once@B.co")).await.value.expect("one's own is not taken");
    ours.update(one(), renamed("Old")).await.value.expect("what was shared before may stay");
    assert_eq!(ours.create(called("N", "new@b.co")).await.value.unwrap().user().id.get(), 4, "no id was used up");
    theirs.delete(UserId::new(3).unwrap()).await.value.unwrap();
    theirs.create(called("N", "once@b.co")).await.value.expect("it is free again");

    let third = world.process_with(Options { unique_emails: Some(false), ..Options::default() });
    third.complete_index(|_, _| {}).await.unwrap();
    theirs.create(called("N", "once@b.co")).await.value.expect("the rule was ended for all");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_too_many_had_to_be_listed_is_free_when_the_last_has_left_it() {
    let mut world = World::new();
    let users = ready(&mut world).await;
    for n in 0..101 {
        users.create(called(&format!("N{n}"), "all@b.co")).await.value.unwrap();
    }
    let unique = world.process_with(Options { unique_emails: Some(true), ..Options::default() });
    unique.complete_index(|_, _| {}).await.unwrap();
    for id in 1..=101 {
        let taken = unique.create(called("New", "all@b.co")).await.value;
        assert_eq!(taken, Err(Error::EmailTaken { holder: None }), "{id} has it, and nobody can tell");
        users.delete(UserId::new(id).unwrap()).await.value.unwrap();
    }
    unique.create(called("New", "all@b.co")).await.value.expect("nobody has it any more");
    assert_eq!(found(&unique, "all@b.co").await, [102]);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_record_is_the_matter_of_its_own_create() {
    let mut world = World::new();
    let users = ready(&mut world).await;
    users.create_once(john(), Some("damaged".into())).await.value.unwrap();
    let key = format!("idempotency-{}", &index_key("damaged")["email-".len()..]);
    let damage = Step::Put { key, value: "xx".into(), expect: Expect::Any, ttl: None };
    world.state.memory.transact(vec![damage]).await.unwrap();
    let (first, damaged, last) = tokio::join!(
        users.create(called("First", "first@b.co")),
        users.create_once(john(), Some("damaged".into())),
        users.create(called("Last", "last@b.co")),
    );
    assert!(matches!(damaged.value, Err(Error::Corrupt(_))), "{damaged:?}");
    assert!(first.value.is_ok() && last.value.is_ok(), "{first:?} {last:?}");
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_racing_creates_of_one_address_one_wins() {
    let mut world = World::new();
    let unique = || Options { unique_emails: Some(true), ..Options::default() };
    let (ours, theirs) = (world.process_with(unique()), world.process_with(unique()));
    ours.complete_index(|_, _| {}).await.unwrap();
    let race: Vec<_> = (0..1000)
        .map(|n| {
            let users = if n % 2 == 0 { ours.clone() } else { theirs.clone() };
            tokio::spawn(async move { users.create(called("N", "one@b.co")).await.value })
        })
        .collect();
    let (mut won, mut lost) = (0, 0);
    for create in race {
        match create.await.unwrap() {
            Ok(_) => won += 1,
            Err(Error::EmailTaken { .. }) => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, lost), (1, 999));
    assert_eq!(found(&ours, "one@b.co").await, [1]);
}

#[tokio::test(start_paused = true)]
async fn a_create_with_a_key_is_made_once_for_a_day() {
    let mut world = World::new();
    let (ours, theirs) = (world.process(), world.process());
    let key = || Some("k".to_owned());
    let first = ours.create_once(john(), key()).await.value.unwrap();
    ours.update(one(), renamed("Changed")).await.value.unwrap();
    let again = theirs.create_once(john(), key()).await;
    assert_eq!((outcomes(&again), again.trace.user), (vec![Replayed], Some(one())));
    assert_eq!(again.value.unwrap(), first, "as it was answered then");
    let other = theirs.create_once(called("Other", "john@example.com"), key()).await;
    assert_eq!((outcomes(&other), other.value), (vec![Refused], Err(Error::KeyReused)));
    assert_eq!(ours.create_once(john(), Some("other".into())).await.value.unwrap().user().id.get(), 2);

    advance(Duration::from_secs(24 * 3600 + 1)).await;
    let (third, fourth) = (ours.create_once(john(), key()).await, theirs.create_once(john(), key()).await);
    assert_eq!(third.value.unwrap().user().id.get(), 3, "a day later it is a new key");
    assert_eq!(outcomes(&fourth), [Replayed]);
}

#[tokio::test(start_paused = true)]
async fn equal_creates_that_race_on_two_processes_make_one_user_and_both_get_it() {
    for _ in 0..20 {
        let mut world = World::new();
        let (ours, theirs) = (world.process(), world.process());
        let (first, second) =
            tokio::join!(ours.create_once(john(), Some("k".into())), theirs.create_once(john(), Some("k".into())));
        assert_eq!(first.value.unwrap(), second.value.unwrap());
        assert_eq!(ids(&listed(&ours, page(0, 10)).await), [1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_create_is_under_way_here_is_in_use_until_it_has_ended() {
    let mut world = World::new();
    let users = world.process();
    let create = || users.create_once(john(), Some("k".into()));
    let (first, second) = tokio::join!(create(), create());
    assert!(first.value.is_ok());
    assert_eq!(second.value, Err(Error::KeyInUse));
    assert_eq!(outcomes(&create().await), [Replayed]);

    world.state.gone.store(true, SeqCst);
    let down = users.create_once(john(), Some("other".into())).await;
    assert!(matches!(down.value, Err(Error::Unavailable(_))));
    world.state.gone.store(false, SeqCst);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(users.create_once(john(), Some("other".into())).await.value.unwrap().user().id.get(), 2);
}
