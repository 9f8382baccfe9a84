//! Creates: ids are dense and never used twice, because the counter and the rows change in one transaction. All
//! creates in flight share one.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::control::{Phase, View};
use super::row::Body;
use super::{COUNTER_KEY, Error, Stored, Users, row_key};
use crate::state::{Entry, Expect, StateError, StateStore, Step};
use crate::trace::{Outcome, Traced};
use crate::user::{CreatedAt, NewUser, UserId};

/// Users that one transaction creates at most.
const BATCH: usize = 64;
/// How often a transaction begins again after another process created users in between.
const ATTEMPTS: usize = 64;

/// The creates that wait for the next transaction.
#[derive(Default)]
pub struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    creates: Vec<Create>,
    /// A task takes from the queue until it is empty.
    running: bool,
}

struct Create {
    new: NewUser,
    answer: oneshot::Sender<Result<Created, Error>>,
}

/// What became of a create.
struct Created {
    id: UserId,
    stored: Stored,
    /// It goes into the cache in the background.
    fills: bool,
}

impl Queue {
    /// Puts a create into the queue; true where a task must be started to work on it.
    fn push(&self, create: Create) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.creates.push(create);
        !std::mem::replace(&mut waiting.running, true)
    }

    /// The next batch, in order of arrival. When there is none, the task that asks has ended.
    fn take(&self) -> Vec<Create> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.creates.len().min(BATCH);
        waiting.running = count > 0;
        waiting.creates.drain(..count).collect()
    }
}

/// The next id to be given, as the original wrote it: decimal text.
pub(super) fn read_counter(entry: &Entry) -> Result<u64, Error> {
    let text = std::str::from_utf8(&entry.value).unwrap_or_default().trim_matches('"');
    text.parse().map_err(|_| Error::Corrupt(format!("the row {COUNTER_KEY} is no number: {text:?}")))
}

impl<S: StateStore> Users<S> {
    /// Creates a user and returns it. Fails with [`Error::Unavailable`], after which nobody knows whether it was
    /// created.
    pub async fn create(&self, new: NewUser) -> Traced<Result<Stored, Error>> {
        let mut tracer = self.tracer(None);
        let (answer, created) = oneshot::channel();
        if self.inner.creates.push(Create { new, answer }) {
            let users = self.clone();
            self.spawn(async move { users.create_all().await });
        }
        let lost = || Error::Unavailable("the service stopped before the user was created".into());
        let created = created.await.unwrap_or_else(|_| Err(lost()));
        tracer.step(if created.is_ok() { Outcome::Created } else { Outcome::Down }, None);
        let stored = created.map(|created| {
            tracer.trace.user = Some(created.id);
            if created.fills {
                tracer.scheduled(Outcome::FillScheduled, Some(self.ttl_seconds()));
            }
            created.stored
        });
        self.finish(stored, tracer)
    }

    async fn create_all(&self) {
        loop {
            let batch = self.inner.creates.take();
            if batch.is_empty() {
                return;
            }
            let (new, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|create| (create.new, create.answer)).unzip();
            match self.create_batch(&new).await {
                Ok(created) => {
                    answers.into_iter().zip(created).for_each(|(answer, created)| drop(answer.send(Ok(created))));
                }
                Err(fault) => answers.into_iter().for_each(|answer| drop(answer.send(Err(fault.clone())))),
            }
        }
    }

    async fn create_batch(&self, new: &[NewUser]) -> Result<Vec<Created>, Error> {
        for _ in 0..ATTEMPTS {
            let view = self.view().await?;
            let since = self.inner.options.host.wall_ms();
            let counter = self.inner.state.get(COUNTER_KEY).await;
            let counter = counter.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
            let first = counter.as_ref().map_or(Ok(1), read_counter)?;
            let rows = self.rows(first, new, &view)?;
            match self.inner.state.transact(steps(first, counter, &rows)).await {
                Ok(()) => return Ok(self.created(rows, view, since)),
                Err(StateError::Conflict) => self.check_counter(first).await?,
                Err(fault) => {
                    let what = "nobody knows whether the user was created; look before you retry";
                    return Err(Error::unavailable(what, &fault));
                }
            }
        }
        Err(Error::Unavailable("others keep creating users at the same moment; try again".into()))
    }

    fn rows(&self, first: u64, new: &[NewUser], view: &View) -> Result<Vec<Body>, Error> {
        let created_at = CreatedAt(self.inner.options.host.timestamp());
        let stamp = (view.phase == Phase::On).then(|| view.nonce.clone());
        let row = |(id, new): (u64, &NewUser)| {
            let id = UserId::new(id).ok_or_else(|| Error::Corrupt(format!("the row {COUNTER_KEY} says {id}")))?;
            Ok(Body::new(id, new.clone(), created_at, stamp.clone()))
        };
        (first..).zip(new).map(row).collect()
    }

    /// A conflict means that another process took the id, and moved the counter. Where the counter stands still and
    /// the row is there, it was tampered with, or lies behind after a restore.
    async fn check_counter(&self, first: u64) -> Result<(), Error> {
        let Some(id) = UserId::new(first) else { return Ok(()) };
        let keys = [COUNTER_KEY.to_owned(), row_key(id)];
        let entries = self.inner.state.get_bulk(&keys).await;
        let entries = entries.map_err(|fault| Error::unavailable("the state store did not answer", &fault))?;
        match entries.as_slice() {
            [counter, Some(_)] if counter.as_ref().map_or(Ok(1), read_counter)? == first => {
                let what = format!("the row {COUNTER_KEY} says that {first} is free, but user {first} exists");
                Err(Error::Corrupt(format!("{what}; set it to one more than the greatest id")))
            }
            _ => Ok(()),
        }
    }

    /// Fills the cache with what was created, if the epoch in which it was stamped goes on.
    fn created(&self, rows: Vec<Body>, view: Arc<View>, since: u64) -> Vec<Created> {
        let fills = self.still_on(&view.nonce) && view.may_hit();
        let created = |row: Body| {
            let (id, stored) = (row.user.id, row.stored());
            if fills {
                let (users, stored, view) = (self.clone(), stored.clone(), Arc::clone(&view));
                self.spawn(async move { users.insert(id, &stored, &view.nonce, since).await });
            }
            Created { id, stored, fills }
        };
        rows.into_iter().map(created).collect()
    }
}

fn steps(first: u64, counter: Option<Entry>, rows: &[Body]) -> Vec<Step> {
    let put = |key: String, value, expect| Step::Put { key, value, expect, ttl: None };
    let insert = |row: &Body| put(row_key(row.user.id), row.encode(), Expect::Absent);
    let mut steps: Vec<Step> = rows.iter().map(insert).collect();
    let next = first + rows.len() as u64;
    let expect = counter.map_or(Expect::Absent, |entry| Expect::Version(entry.version));
    steps.push(put(COUNTER_KEY.into(), next.to_string().into(), expect));
    steps
}
