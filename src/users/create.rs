//! Creates: ids are dense and never used twice, because the counter and the rows change in one transaction. All
//! creates in flight share one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::control::{Phase, View};
use super::idempotency::{Known, record_key};
use super::index::{Index, RULE_KEY};
use super::row::Body;
use super::{COUNTER_KEY, Error, Stored, Users, in_order, row_key};
use crate::state::{Entry, Expect, StateError, StateStore, Step};
use crate::trace::{Outcome, Traced};
use crate::user::{CreatedAt, NewUser, UserId};

/// Users that one transaction creates at most.
const BATCH: usize = 64;
/// How often a transaction begins again after another process created users in between.
const ATTEMPTS: usize = 64;
/// Who waited longer behind a batch that got no answer has no time for another: an answer is due within a second.
const WAIT_MAX: Duration = Duration::from_millis(200);

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
    /// Makes the create one that is made once.
    key: Option<String>,
    /// When it was put into the queue, on the host's clock.
    since: Duration,
    answer: oneshot::Sender<Result<Created, Error>>,
}

/// What became of a create.
enum Created {
    Now {
        stored: Stored,
        /// It goes into the cache in the background.
        fills: bool,
    },
    /// Before, by a create with the same key.
    Before(Stored),
}

/// What one transaction is to make of a batch.
#[derive(Default)]
struct Draft {
    /// For each create its row, by its place in `rows`, or its answer.
    results: Vec<Result<Drafted, Error>>,
    rows: Vec<Body>,
    steps: Vec<Step>,
    /// Something was refused for want of an entry whose absence is not certain.
    is_doubtful: bool,
}

enum Drafted {
    Row(usize),
    Before(Stored),
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

    /// Those that wait since before that moment.
    fn take_older_than(&self, moment: Duration) -> Vec<Create> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.creates.extract_if(.., |create| create.since < moment).collect()
    }
}

/// The next id to be given, as the original wrote it: decimal text.
pub(super) fn read_counter(entry: &Entry) -> Result<u64, Error> {
    let text = std::str::from_utf8(&entry.value).unwrap_or_default().trim_matches('"');
    text.parse().map_err(|_| Error::Corrupt(format!("the row {COUNTER_KEY} is no number: {text:?}")))
}

impl<S: StateStore> Users<S> {
    /// Creates a user and returns it. Fails with [`Error::EmailTaken`], and with [`Error::Unavailable`], after which
    /// nobody knows whether it was created.
    pub async fn create(&self, new: NewUser) -> Traced<Result<Stored, Error>> {
        self.create_once(new, None).await
    }

    /// The same, made at most once in 24 hours under one key, in whatever process: later ones get the first one's
    /// answer. Fails with [`Error::KeyReused`] where the key stands for another user, and with [`Error::KeyInUse`].
    pub async fn create_once(&self, new: NewUser, key: Option<String>) -> Traced<Result<Stored, Error>> {
        let mut tracer = self.tracer(None);
        let created = self.enqueue(new, key).await;
        tracer.step(
            match &created {
                Ok(Created::Now { .. }) => Outcome::Created,
                Ok(Created::Before(_)) => Outcome::Replayed,
                Err(Error::EmailTaken { .. } | Error::KeyReused | Error::KeyInUse) => Outcome::Refused,
                Err(_) => Outcome::Down,
            },
            None,
        );
        let stored = created.map(|created| match created {
            Created::Now { stored, fills } => {
                if fills {
                    tracer.scheduled(Outcome::FillScheduled, Some(self.ttl_seconds()));
                }
                stored
            }
            Created::Before(stored) => stored,
        });
        if let Ok(stored) = &stored {
            tracer.trace.user = Some(stored.user().id);
        }
        self.finish(stored, tracer)
    }

    async fn enqueue(&self, new: NewUser, key: Option<String>) -> Result<Created, Error> {
        let _begun = key.as_deref().map(|key| self.begin(key)).transpose()?;
        let (answer, created) = oneshot::channel();
        if self.inner.creates.push(Create { new, key, since: self.now(), answer }) {
            let users = self.clone();
            self.spawn(async move { users.create_all().await });
        }
        let lost = || Error::Unavailable("the service stopped before the user was created".into());
        created.await.unwrap_or_else(|_| Err(lost()))
    }

    async fn create_all(&self) {
        loop {
            let batch = self.inner.creates.take();
            if batch.is_empty() {
                return;
            }
            match self.create_batch(&batch).await {
                // A damaged row is a matter of the create that needs it, and of none beside it.
                Err(Error::Corrupt(_)) if batch.len() > 1 => {
                    for create in batch {
                        let created = self.create_batch(std::slice::from_ref(&create)).await;
                        answer(vec![create], created);
                    }
                }
                Err(fault) => {
                    answer(batch, Err(fault));
                    let late = self.inner.creates.take_older_than(self.now().saturating_sub(WAIT_MAX));
                    let not_begun = "the state store does not answer; nothing was created";
                    answer(late, Err(Error::Unavailable(not_begun.into())));
                }
                created => answer(batch, created),
            }
        }
    }

    async fn create_batch(&self, batch: &[Create]) -> Result<Vec<Result<Created, Error>>, Error> {
        for _ in 0..ATTEMPTS {
            let view = self.view().await?;
            let since = self.inner.options.host.wall_ms();
            let (first, draft) = self.draft(batch, &view).await?;
            if draft.rows.is_empty() {
                return Ok(self.created(draft, &view, since));
            }
            match self.inner.state.transact(in_order(draft.steps.clone())).await {
                Ok(()) => return Ok(self.created(draft, &view, since)),
                Err(StateError::Conflict) => self.check_counter(first).await?,
                Err(fault) => {
                    let what = "nobody knows whether the user was created; look before you retry";
                    return Err(Error::unavailable(what, &fault));
                }
            }
        }
        Err(Error::Unavailable("others keep creating users at the same moment; try again".into()))
    }

    /// Reads counter, records and index in one call, and says what is to be made of each create; with it, the first id.
    async fn draft(&self, batch: &[Create], view: &View) -> Result<(u64, Draft), Error> {
        let index_keys = Index::keys(batch.iter().map(|create| create.new.email.as_str()));
        let record_keys = batch.iter().filter_map(|create| create.key.as_deref().map(record_key));
        let keys: Vec<String> = index_keys.iter().cloned().chain([COUNTER_KEY.to_owned()]).chain(record_keys).collect();
        let entries = self.entries_sure_of(&keys, &[RULE_KEY, COUNTER_KEY]).await?;
        let drafted = self.draft_on(batch, view, &index_keys, &entries)?;
        if !drafted.1.is_doubtful {
            return Ok(drafted);
        }
        let entries = self.entries(&keys).await?;
        self.draft_on(batch, view, &index_keys, &entries)
    }

    fn draft_on(
        &self,
        batch: &[Create],
        view: &View,
        index_keys: &[String],
        entries: &[Option<Entry>],
    ) -> Result<(u64, Draft), Error> {
        let host = &self.inner.options.host;
        let (now, created_at) = (host.wall_ms(), CreatedAt(host.timestamp()));
        let stamp = (view.phase == Phase::On).then(|| view.nonce.clone());
        let (indexed, others) = entries.split_at(index_keys.len());
        let mut index = Index::read(index_keys, indexed)?;
        index.rule.unique |= self.inner.options.unique_emails == Some(true);
        let mut records = others[1..].iter();
        let counter = others[0].clone();
        let first = counter.as_ref().map_or(Ok(1), read_counter)?;

        let mut draft = Draft::default();
        for Create { new, key, .. } in batch {
            let known = key.as_deref().map(|key| {
                let entry = records.next().expect("a record was asked for each key");
                Known::read(key, entry.as_ref(), now)
            });
            let known = known.transpose()?;
            let result = match known.as_ref().map_or(Ok(None), |known| known.answer(new)) {
                Ok(Some(stored)) => Ok(Drafted::Before(stored)),
                Ok(None) => index.check(new.email.as_str(), None).map(|()| Drafted::Row(draft.rows.len())),
                Err(reused) => Err(reused),
            };
            // Its own create may have it, under a record that the answer lost.
            draft.is_doubtful |= result.is_err() && known.as_ref().is_some_and(Known::is_absent);
            if let Ok(Drafted::Row(at)) = result {
                let number = first + at as u64;
                let beyond = || Error::Corrupt(format!("the row {COUNTER_KEY} says {number}"));
                let id = UserId::new(number).ok_or_else(beyond)?;
                let row = Body::new(id, new.clone(), created_at, stamp.clone());
                index.add(new.email.as_str(), id);
                draft.steps.extend(known.map(|known| known.step(new, &row, now)));
                draft.steps.push(put(row_key(id), row.encode(), Expect::Absent));
                draft.rows.push(row);
            }
            draft.results.push(result);
        }
        draft.steps.extend(index.steps());
        let next = first + draft.rows.len() as u64;
        let expect = counter.map_or(Expect::Absent, |entry| Expect::Version(entry.version));
        draft.steps.push(put(COUNTER_KEY.into(), next.to_string().into(), expect));
        Ok((first, draft))
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
    fn created(&self, draft: Draft, view: &Arc<View>, since: u64) -> Vec<Result<Created, Error>> {
        let fills = self.still_on(&view.nonce) && view.may_hit();
        let created = |result| match result {
            Ok(Drafted::Row(at)) => {
                let row = &draft.rows[at];
                let (id, stored) = (row.user.id, row.stored());
                if fills {
                    let (users, stored, view) = (self.clone(), stored.clone(), Arc::clone(view));
                    self.spawn(async move { users.insert(id, &stored, &view.nonce, since).await });
                }
                Ok(Created::Now { stored, fills })
            }
            Ok(Drafted::Before(stored)) => Ok(Created::Before(stored)),
            Err(refused) => Err(refused),
        };
        draft.results.into_iter().map(created).collect()
    }
}

/// Tells each of them what became of it, or all of them why nothing did.
fn answer(batch: Vec<Create>, created: Result<Vec<Result<Created, Error>>, Error>) {
    // Who does not wait any more is not told.
    match created {
        Ok(created) => batch.into_iter().zip(created).for_each(|(create, created)| drop(create.answer.send(created))),
        Err(fault) => batch.into_iter().for_each(|create| drop(create.answer.send(Err(fault.clone())))),
    }
}

fn put(key: String, value: Bytes, expect: Expect) -> Step {
    Step::Put { key, value, expect, ttl: None }
}
