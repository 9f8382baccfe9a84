//! `usersvc bench`: how long hits, misses and creates take through the present backend, on users of its own.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};

use super::exit::{Exit, Failure};
use super::link::{Link, Reached};
use super::options::Global;
use super::question;
use super::render::{Measured, Measurement, Plan, Progress, Screen};
use super::values;
use crate::client::{Backend, Error};
use crate::trace::{Outcome, Trace};
use crate::user::{NewUser, UserId};
use crate::users::Listing;

/// How often a user is read until the cache has it, and the pause in between.
const WARMING: u32 = 50;
const WARMING_PAUSE: Duration = Duration::from_millis(5);
/// Users that are deleted at a time.
const DELETED_AT_ONCE: usize = 8;
/// Users that are left behind of which each is named.
const NAMED_MAX: usize = 200;
/// Between two looks at how far it has come.
const SHOWN_EVERY: Duration = Duration::from_millis(100);
/// The parts of a whole in which that is counted.
const PARTS: u64 = 10_000;

/// The beginning and the end of a request.
type Span = (Instant, Instant);

/// `usersvc bench`
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// Create so many users
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    users: u64,
    /// Read so many times, of hits and of misses each
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    reads: u64,
    /// Keep so many requests under way
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=256))]
    jobs: u64,
    /// End each of the three measurements after that time, such as 30s or 2m, whatever is left
    #[arg(long = "for", value_name = "TIME", value_parser = values::time, default_value = "10s")]
    lasting: Duration,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Measures, and deletes the users that it created, also after ^C.
///
/// # Errors
/// That something of it was not done; then nothing is shown.
pub async fn run(args: &BenchArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    if args.dry_run {
        let BenchArgs { users, reads, jobs, lasting, .. } = *args;
        screen.show(&Plan::Bench { users, reads, jobs, seconds: lasting.as_secs_f64() })?;
        return Ok(Exit::Done);
    }
    question::confirm_where_guarded(global, "A benchmark, which creates and deletes users,")?;
    let bench = Bench::new(args, link.reach(global, screen).await?, screen)?;
    let measured = bench.run().await;
    drop(bench);
    screen.measurements(&measured?)?;
    Ok(Exit::Done)
}

/// One run of it.
struct Bench<'a> {
    args: &'a BenchArgs,
    backend: &'a Reached,
    screen: &'a Screen,
    /// What marks its users.
    run: String,
    progress: RefCell<Progress>,
    created: RefCell<Vec<UserId>>,
    /// The addresses of creates of which it is not known whether they were made.
    doubtful: RefCell<Vec<String>>,
    is_stopped: Cell<bool>,
}

impl<'a> Bench<'a> {
    fn new(args: &'a BenchArgs, backend: &'a Reached, screen: &'a Screen) -> anyhow::Result<Self> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|fault| anyhow::anyhow!("the system has no random numbers: {fault}"))?;
        Ok(Self {
            args,
            backend,
            screen,
            run: format!("{:08x}", u32::from_ne_bytes(random)),
            progress: RefCell::new(screen.progress(None)),
            created: RefCell::default(),
            doubtful: RefCell::default(),
            is_stopped: Cell::new(false),
        })
    }

    fn name(&self) -> String {
        format!("usersvc bench {}", self.run)
    }

    /// Measures and removes. At the first ^C it only removes, at the second not even that.
    async fn run(&self) -> Result<Vec<Measurement>, Failure> {
        let work = async {
            let measured = self.measure_all().await;
            self.remove_all().await?;
            match self.is_stopped.get() {
                true => Err(Failure::interrupted().because("its users are removed")),
                false => measured,
            }
        };
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            _ = tokio::signal::ctrl_c() => self.is_stopped.set(true),
        }
        self.progress
            .borrow()
            .aside(|| self.screen.note("removing its users; ^C once more leaves them where they are"));
        tokio::select! {
            done = work => done,
            _ = tokio::signal::ctrl_c() => Err(self.left_behind("interrupted again")),
        }
    }

    async fn measure_all(&self) -> Result<Vec<Measurement>, Failure> {
        let BenchArgs { users, reads, .. } = *self.args;
        let created = self.measure(Measured::Create, users, async |job, nth| self.create(job, nth).await).await?;
        let hits = self.measure(Measured::Hit, reads, async |job, nth| self.read_warm(job, nth).await).await?;
        let misses = self.measure(Measured::Miss, reads, async |job, nth| self.read_cold(job, nth).await).await?;
        Ok(vec![hits, misses, created])
    }

    /// Does something so many times, a few at a time, unless the time is over before. `work` is told which of the jobs
    /// it belongs to and how often that one has worked, and tells its beginning and end, if it is to be counted.
    async fn measure(
        &self,
        what: Measured,
        count: u64,
        work: impl AsyncFn(u64, u64) -> Result<Option<Span>, Failure>,
    ) -> Result<Measurement, Failure> {
        let (since, begun, has_failed) = (Instant::now(), Cell::new(0), Cell::new(false));
        let measurement = RefCell::new(Measurement::new(what, self.jobs()));
        let job = async |job: u64| {
            for nth in 0.. {
                let is_over = begun.get() == count || since.elapsed() >= self.args.lasting;
                if is_over || self.is_stopped.get() || has_failed.get() {
                    break;
                }
                begun.set(begun.get() + 1);
                let span = work(job, nth).await.inspect_err(|_| has_failed.set(true))?;
                measurement.borrow_mut().add(span);
            }
            Ok(())
        };
        // All of them come to their end: a create that is given up might be made.
        let jobs = join_all((0..self.jobs()).map(&job));
        // It ends when all of them are done or the time is over, whichever is sooner.
        let part = || part(begun.get(), count).max(since.elapsed().as_secs_f64() / self.args.lasting.as_secs_f64());
        let done = self.showing(what.plural(), || (begun.get(), part()), jobs).await;
        let done: Vec<Result<(), Failure>> = done;
        done.into_iter().collect::<Result<(), Failure>>()?;
        Ok(measurement.into_inner())
    }

    /// Waits for work, and shows meanwhile how far it has come: how many are done, and which part of all that is.
    async fn showing<T>(&self, what: &'static str, come: impl Fn() -> (u64, f64), work: impl Future<Output = T>) -> T {
        *self.progress.borrow_mut() = self.screen.progress(Some(PARTS)).counting(what);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(SHOWN_EVERY) => {
                    let (done, part) = come();
                    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)] // 0 to 1
                    self.progress.borrow_mut().at(done, (part.min(1.0) * PARTS as f64) as u64, "");
                }
            }
        }
    }

    /// Each job has users of its own to read, so that there are no more jobs than users.
    fn jobs(&self) -> u64 {
        let created = self.created.borrow().len() as u64;
        if created == 0 { self.args.jobs } else { self.args.jobs.min(created) }
    }

    /// The user that a job reads when it has read so many.
    fn user_of(&self, job: u64, nth: u64) -> Result<UserId, Failure> {
        let created = self.created.borrow();
        let of_this_job = (created.len() as u64).saturating_sub(job).div_ceil(self.jobs());
        let Some(turn) = nth.checked_rem(of_this_job) else {
            return Err(Failure::new(Exit::TimedOut, "there was no time to create a user").attempt("--for 1m"));
        };
        let at = usize::try_from(job + turn * self.jobs()).expect("it is within the list");
        Ok(created[at])
    }

    async fn create(&self, job: u64, nth: u64) -> Result<Option<Span>, Failure> {
        let email = format!("bench-{}-{job}-{nth}@example.com", self.run);
        let invalid = |_| Failure::new(Exit::Fault, "the user of a benchmark is not valid");
        let new = NewUser { name: self.name().parse().map_err(invalid)?, email: email.parse().map_err(invalid)? };
        let begin = Instant::now();
        let created = self.backend.create(new, None).await;
        let end = Instant::now();
        match created.value {
            Ok(user) => {
                self.created.borrow_mut().push(user.user().id);
                Ok(Some((begin, end)))
            }
            Err(error) => {
                self.doubtful.borrow_mut().push(email);
                Err(error.into())
            }
        }
    }

    /// A read of what the cache has, after as many as it takes to have it there.
    async fn read_warm(&self, job: u64, nth: u64) -> Result<Option<Span>, Failure> {
        let id = self.user_of(job, nth)?;
        for _ in 0..WARMING {
            let (trace, span) = self.read(id).await?;
            if trace.has(Outcome::Hit) {
                return Ok(Some(span));
            }
            if trace.has(Outcome::Bypass) || self.is_stopped.get() {
                break;
            }
            tokio::time::sleep(WARMING_PAUSE).await;
        }
        Ok(None)
    }

    /// A read of what the cache has not.
    async fn read_cold(&self, job: u64, nth: u64) -> Result<Option<Span>, Failure> {
        let id = self.user_of(job, nth)?;
        self.backend.flush(id).await?;
        let (trace, span) = self.read(id).await?;
        let is_miss = [Outcome::Miss, Outcome::Expired, Outcome::Marker].into_iter().any(|miss| trace.has(miss));
        Ok(is_miss.then_some(span))
    }

    async fn read(&self, id: UserId) -> Result<(Trace, Span), Failure> {
        let begin = Instant::now();
        let read = self.backend.get(id).await;
        let end = Instant::now();
        read.value?;
        Ok((read.trace, (begin, end)))
    }

    /// Deletes the users that were created, and those that may have been.
    async fn remove_all(&self) -> Result<(), Failure> {
        for email in self.doubtful.take() {
            let listing = Listing { email: Some(email), ..Listing::default() };
            let found = self.backend.list(&listing).await.value;
            let found = found.map_err(|_| self.left_behind("it cannot be found out which of them were created"))?;
            self.created.borrow_mut().extend(found.users.iter().map(|user| user.id));
        }
        let created = self.created.borrow().clone();
        let all = created.len() as u64;
        let deleted = stream::iter(created).map(async |id| (id, self.backend.delete(id, None).await.value));
        let deleted = deleted.buffer_unordered(DELETED_AT_ONCE).fold(None, async |why, (id, deleted)| match deleted {
            Ok(_) | Err(Error::NotFound(_)) => {
                self.created.borrow_mut().retain(|one| *one != id);
                why
            }
            Err(error) => why.or(Some(error)),
        });
        let removed = || all - self.created.borrow().len() as u64;
        let why = self.showing("users removed", || (removed(), part(removed(), all)), deleted).await;
        why.map_or(Ok(()), |error| Err(self.left_behind(&error.to_string())))
    }

    /// Users of it are still there.
    fn left_behind(&self, cause: &str) -> Failure {
        let sentence = format!("users with the name {:?} were left behind", self.name());
        let failure = Failure::new(Exit::Partly, sentence).because(cause);
        let ids: Vec<String> = self.created.borrow().iter().map(ToString::to_string).collect();
        match ids.as_slice() {
            [] => failure,
            [first, .., last] if ids.len() > NAMED_MAX => {
                failure.attempt(format!("usersvc user delete ID… of those from {first} to {last} that have it"))
            }
            _ => failure.attempt(format!("usersvc user delete --yes {}", ids.join(" "))),
        }
    }
}

#[allow(clippy::cast_precision_loss)] // counts of a benchmark fit a double
fn part(done: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { done as f64 / of as f64 }
}
