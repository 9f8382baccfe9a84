//! Clients that write until the service is gone, and keep a book of what it acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use serde_json::json;

use crate::support::eventually;
use crate::support::http::{Client, new_user};

const WRITERS: usize = 4;
/// A writer changes the newest of its users.
const NEWEST: usize = 3;

/// A user's name; none where it is deleted.
type State = Option<String>;

/// What is known of a user.
struct Known {
    id: u64,
    acknowledged: State,
    /// What a write that was never answered would have made of it. It may still be under way, so the user is left
    /// alone from then on.
    perhaps: Option<State>,
}

/// A writer: its users are no other's.
#[derive(Default)]
struct Writer {
    users: Vec<Known>,
    /// The names of the users whose creation was never acknowledged.
    unanswered: Vec<String>,
    /// Numbers its writes.
    count: usize,
}

/// How a write ended.
enum Ended {
    Acknowledged,
    /// Nobody knows.
    Unanswered,
    /// It was not done: the service was gone before.
    Unsent,
}

impl Writer {
    fn work(&mut self, number: usize, port: u16, acknowledged: &AtomicU64) {
        let client = Client::new(port);
        loop {
            self.count += 1;
            let name = format!("writer {number} write {}", self.count);
            let ended = match self.count % 4 {
                1 => self.create(&client, name),
                3 if self.count % 8 == 3 => self.change(&client, None, name),
                _ => self.change(&client, Some(name.clone()), name),
            };
            match ended {
                Ended::Acknowledged => drop(acknowledged.fetch_add(1, Relaxed)),
                Ended::Unanswered | Ended::Unsent => return,
            }
        }
    }

    fn create(&mut self, client: &Client, name: String) -> Ended {
        match ended(client, "POST", "/users", Some(&name), 201) {
            (Ended::Acknowledged, body) => {
                let created: serde_json::Value = serde_json::from_str(&body).expect("a user is JSON");
                let id = created["id"].as_u64().expect("a user has an id");
                self.users.push(Known { id, acknowledged: Some(name), perhaps: None });
                Ended::Acknowledged
            }
            (Ended::Unanswered, _) => {
                self.unanswered.push(name);
                Ended::Unanswered
            }
            (Ended::Unsent, _) => Ended::Unsent,
        }
    }

    /// Renames one of the newest users, or deletes it; creates one of that name where there is none.
    fn change(&mut self, client: &Client, to: State, spare: String) -> Ended {
        let is_there = |user: &&mut Known| user.acknowledged.is_some() && user.perhaps.is_none();
        let mut newest = self.users.iter_mut().rev().filter(is_there).take(NEWEST);
        let Some(user) = newest.nth(self.count % NEWEST) else {
            return self.create(client, spare);
        };
        let method = if to.is_some() { "PUT" } else { "DELETE" };
        let (ended, _) = ended(client, method, &format!("/users/{}", user.id), to.as_ref(), 200);
        match ended {
            Ended::Acknowledged => user.acknowledged = to,
            Ended::Unanswered => user.perhaps = Some(to),
            Ended::Unsent => {}
        }
        ended
    }

    fn verify(&self, client: &Client, from: usize) {
        for user in &self.users[from..] {
            let found = state(client, user.id);
            let explained = found == user.acknowledged || user.perhaps.as_ref() == Some(&found);
            let (id, acknowledged, perhaps) = (user.id, &user.acknowledged, &user.perhaps);
            assert!(explained, "user {id} is {found:?}, acknowledged was {acknowledged:?}, perhaps {perhaps:?}");
        }
    }
}

fn ended(client: &Client, method: &str, path: &str, name: Option<&String>, status: u16) -> (Ended, String) {
    let body = name.map(|name| if method == "POST" { new_user(name) } else { json!({ "name": name }) });
    match client.try_send(method, path, body.as_ref()) {
        Ok(answer) if answer.status == status => (Ended::Acknowledged, answer.body),
        Ok(answer) => (Ended::Unanswered, answer.expect(503).body),
        Err(none) if none.may_be_done => (Ended::Unanswered, String::new()),
        Err(_) => (Ended::Unsent, String::new()),
    }
}

/// What the service says of a user, once it says something.
fn state(client: &Client, id: u64) -> State {
    let mut found = None;
    eventually("the service reads", || {
        let answer = client.get(id);
        found = match answer.status {
            200 => Some(Some(answer.text("name"))),
            404 => Some(None),
            _ => None,
        };
        found.is_some()
    });
    found.flatten()
}

/// All writers, and what they wrote in all rounds.
pub struct Writers {
    all: Vec<Writer>,
}

impl Writers {
    pub fn new() -> Self {
        Self { all: (0..WRITERS).map(|_| Writer::default()).collect() }
    }

    /// Lets them write to the service on that port, and ends what they need after so many acknowledgements.
    pub fn write_until(&mut self, port: u16, enough: u64, end: impl FnOnce()) {
        let acknowledged = &AtomicU64::new(0);
        thread::scope(|scope| {
            for (number, writer) in self.all.iter_mut().enumerate() {
                scope.spawn(move || writer.work(number, port, acknowledged));
            }
            eventually("writes are acknowledged", || acknowledged.load(Relaxed) >= enough);
            end();
        });
    }

    /// The users that were written last are as acknowledged.
    pub fn verify_newest(&self, port: u16) {
        let client = Client::new(port);
        self.all.iter().for_each(|writer| writer.verify(&client, writer.users.len().saturating_sub(2 * NEWEST)));
    }

    /// Everything is as acknowledged, and every id that was given belongs to a user of its own.
    pub fn verify_all(&self, port: u16) {
        let client = Client::new(port);
        self.all.iter().for_each(|writer| writer.verify(&client, 0));
        let known = || self.all.iter().flat_map(|writer| &writer.users);
        let ids: BTreeSet<u64> = known().map(|user| user.id).collect();
        assert_eq!(ids.len(), known().count(), "an id was given twice");

        let last = client.create("The last").expect(201).id();
        let mut unanswered: BTreeMap<&str, Option<u64>> = BTreeMap::new();
        unanswered.extend(self.all.iter().flat_map(|writer| &writer.unanswered).map(|name| (name.as_str(), None)));
        for id in (1..last).filter(|id| !ids.contains(id)) {
            let name = state(&client, id).unwrap_or_else(|| panic!("the id {id} was given to nobody"));
            let of = unanswered.get_mut(name.as_str()).unwrap_or_else(|| panic!("nobody created user {id}, {name}"));
            assert_eq!(of.replace(id), None, "{name} was created twice");
        }
        let count = |what: &str, n: usize| println!("{n} {what}");
        count("users were created", ids.len());
        count("creations were not answered", unanswered.len());
        count("of these were made", unanswered.values().flatten().count());
    }
}
