//! The users that a command is about, and doing the same with each of them.

use std::future::Future;
use std::io::{self, BufRead};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;

use super::exit::{Exit, Failure};
use super::link::Reached;
use super::options::Global;
use super::render::{Screen, Shown};
use crate::client::{Answer, Backend, Error, InvalidField};
use crate::trace::Trace;
use crate::user::{RequestedId, UserId};

/// Requests that are under way at a time.
const AT_ONCE: usize = 8;
/// Ids that are not valid of which each is told.
const TOLD_MAX: usize = 10;

/// The users that a command is about.
pub struct Ids {
    ids: Vec<RequestedId>,
    /// True where the command names one user, and not a list that happens to be short.
    is_one: bool,
}

impl Ids {
    /// Reads ids as they were written; `-` stands for those on stdin, between spaces or line ends.
    ///
    /// # Errors
    /// Those that are not valid: then nothing is to be done with the others, either.
    pub async fn read(written: &[String], global: &Global) -> Result<Self, Failure> {
        let (mut ids, mut wrong) = (Vec::new(), Vec::new());
        for one in written {
            match one.as_str() {
                "-" => ids.extend(from_stdin(global, &mut wrong).await?),
                _ => ids.extend(read_one(one, &["path", "user_id"], &mut wrong)),
            }
        }
        if !wrong.is_empty() {
            wrong.truncate(TOLD_MAX);
            return Err(Failure::invalid(wrong));
        }
        Ok(Self { is_one: ids.len() == 1 && written.iter().all(|one| one != "-"), ids })
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// The user that the command names, unless it is a list that happens to be short.
    pub fn only(&self) -> Option<&RequestedId> {
        self.ids.first().filter(|_| self.is_one)
    }

    /// All of them.
    ///
    /// # Errors
    /// That one is an id that nobody can have.
    pub fn all(&self) -> Result<Vec<UserId>, Failure> {
        self.ids.iter().map(|id| id.possible().ok_or_else(|| Failure::not_found(id))).collect()
    }

    /// Shows of each of them what is known without asking anybody.
    ///
    /// # Errors
    /// As [`Self::each`].
    pub async fn each_planned<T: Shown>(&self, screen: &Screen, plan: impl Fn(UserId) -> T) -> anyhow::Result<Exit> {
        self.each_through(None, screen, async |id| Asked::of(Ok(plan(id)))).await
    }

    /// Asks the same about each of them, a few at a time, and shows the answers in their order.
    ///
    /// # Errors
    /// The failure of the only one, or how many of many were not done.
    pub async fn each<T: Shown>(
        &self,
        backend: &Reached,
        screen: &Screen,
        ask: impl AsyncFn(UserId) -> Asked<T>,
    ) -> anyhow::Result<Exit> {
        self.each_through(Some(backend), screen, ask).await
    }

    async fn each_through<T: Shown>(
        &self,
        backend: Option<&Reached>,
        screen: &Screen,
        ask: impl AsyncFn(UserId) -> Asked<T>,
    ) -> anyhow::Result<Exit> {
        let ask = &ask;
        let asked = stream::iter(&self.ids).map(|id| async move {
            match id.possible() {
                Some(id) => (id.to_string(), ask(id).await),
                None => (id.to_string(), Asked::of(Err(Failure::not_found(id)))),
            }
        });
        let mut asked = asked.buffered(AT_ONCE);
        let (mut list, mut done, mut first) = (screen.list(), 0, None);
        while let Some((id, asked)) = asked.next().await {
            backend.iter().for_each(|backend| asked.tell(backend, screen));
            match asked.value {
                Ok(result) if self.is_one => {
                    screen.show(&result)?;
                    return Ok(Exit::Done);
                }
                Err(failure) if self.is_one => return Err(failure.into()),
                Ok(result) => {
                    list.add(&result)?;
                    done += 1;
                }
                Err(failure) => {
                    screen.failure_of_one(&id, &failure);
                    let is_hopeless = matches!(failure.exit, Exit::Unreachable | Exit::TimedOut | Exit::NotAllowed);
                    first.get_or_insert(failure);
                    if is_hopeless {
                        break;
                    }
                }
            }
        }
        list.end()?;
        let Some(first) = first else { return Ok(Exit::Done) };
        let of = self.ids.len();
        let exit = if done == 0 { first.exit } else { Exit::Partly };
        Err(Failure::new(exit, format!("not done: {} of {of} users", of - done)).into())
    }
}

/// An answer about one of them.
pub struct Asked<T> {
    value: Result<T, Failure>,
    told: Option<(Trace, Duration)>,
}

impl<T> Asked<T> {
    /// An answer without a trace.
    pub fn of(value: Result<T, Failure>) -> Self {
        Self { value, told: None }
    }

    /// Waits for an answer, and takes the time. `judge` makes a failure of an error.
    pub async fn timed(answer: impl Future<Output = Answer<T>>, judge: impl FnOnce(Error) -> Failure) -> Self {
        let since = Instant::now();
        let answer = answer.await;
        Self { value: answer.value.map_err(judge), told: Some((answer.trace, since.elapsed())) }
    }

    /// Another value, with the same trace.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Asked<U> {
        Asked { value: self.value.map(change), told: self.told }
    }

    /// Shows the trace, and gives the answer.
    ///
    /// # Errors
    /// The failure that the answer is.
    pub fn finish(self, backend: &Reached, screen: &Screen) -> Result<T, Failure> {
        self.tell(backend, screen);
        self.value
    }

    fn tell(&self, backend: &Reached, screen: &Screen) {
        if let Some((trace, took)) = &self.told {
            screen.trace(trace, &backend.names(), &backend.place(), *took);
        }
    }
}

/// Reads an id; one that is not valid is added to the others.
pub(super) fn read_one(written: &str, place: &[&str], wrong: &mut Vec<InvalidField>) -> Option<RequestedId> {
    let refused = |problem| {
        let loc = place.iter().map(|part| (*part).to_owned()).collect();
        wrong.push(InvalidField { loc, ..InvalidField::new("user_id", written, &problem) });
    };
    written.parse().map_err(refused).ok()
}

async fn from_stdin(global: &Global, wrong: &mut Vec<InvalidField>) -> Result<Vec<RequestedId>, Failure> {
    if global.in_shell {
        return Err(Failure::new(Exit::Usage, "a shell reads its own lines from stdin, so no ids can be read from it")
            .attempt("usersvc … -                   as a command of its own"));
    }
    let (send, read) = oneshot::channel();
    // A thread that nobody waits for: ^C ends the command while it reads.
    thread::spawn(move || send.send(io::stdin().lock().lines().collect::<io::Result<Vec<String>>>()));
    let lines = read.await.expect("the thread sends before it ends").map_err(|fault| {
        let failure = if fault.kind() == io::ErrorKind::InvalidData { Exit::Invalid } else { Exit::Usage };
        Failure::new(failure, "the ids on stdin cannot be read").because(fault.to_string())
    })?;
    let mut ids = Vec::new();
    for (nth, line) in lines.iter().enumerate() {
        let place = ["stdin", &(nth + 1).to_string(), "user_id"];
        ids.extend(line.split_whitespace().filter_map(|word| read_one(word, &place, wrong)));
    }
    Ok(ids)
}
