//! `usersvc cache watch`: what happens in the cache of a running service, as it happens.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{self, Future};
use std::io;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use super::exit::Exit;
use super::ids::Ids;
use super::link::{Link, Reached};
use super::options::Global;
use super::render::{List, LiveLine, Screen};
use super::unsent::{Call, Unsent};
use super::values;
use crate::client::{Api, Backend, CacheEvent, Error, Events};
use crate::user::UserId;

/// The pause before a service that has gone is asked again; it doubles, up to the second.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// `usersvc cache watch`
#[derive(Args, Clone, Debug)]
pub struct WatchArgs {
    /// The numbers of the users, - for those on stdin; everything that happens where there is none
    #[arg(allow_negative_numbers = true, value_name = "ID")]
    ids: Vec<String>,
    /// Show only events of these kinds, and `lost`
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',', conflicts_with = "form")]
    kind: Vec<Kind>,
    /// End after that time, such as 90s or 15m
    #[arg(long = "for", value_name = "TIME", value_parser = values::time, conflicts_with = "form")]
    lasting: Option<Duration>,
    #[command(flatten)]
    unsent: Unsent,
}

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// The cache answered
    Hit,
    /// It did not
    Miss,
    /// It was not asked
    Bypass,
    /// A value was put there, after a miss or a create
    Fill,
    /// A marker was put there, before a write
    Mark,
    /// The marker became what was written
    Promote,
    /// A left-over marker or an expired value is mended
    Repair,
    /// A row was saved anew, so that no older write can be
    Fence,
    /// A fill came too late
    FillRefused,
    /// A promotion came too late
    PromoteRefused,
    /// A user was flushed, or everything
    Flush,
    /// The service moved the cache on
    Phase,
    /// The cache does not answer
    Away,
    /// It answers again
    Back,
    /// A hit was older than the row: must never be
    Violation,
}

/// Watches until ^C, until the time is over, or until nobody reads stdout any more.
///
/// # Errors
/// That no service can be listened to, or that stdout does not take the events.
pub async fn run(args: &WatchArgs, global: &Global, link: &mut Link, screen: &Screen) -> anyhow::Result<Exit> {
    let ids = Ids::read(&args.ids, global).await?.all()?;
    let only = if let [only] = ids[..] { Some(only) } else { None };
    if args.unsent.is_wanted() {
        return args.unsent.print([Call::Events(only)], global, screen);
    }
    if ids.is_empty() && !args.ids.is_empty() {
        return Ok(Exit::Done);
    }
    let Reached::Api(api) = link.reach(global, screen).await? else {
        let told = "the events are those of a running service, and this command goes around it";
        return Err(Error::Unsupported(told.into()).into());
    };
    let screen = &screen.in_lines();
    let mut watch = Watch::new(args, ids, screen);
    let ended = tokio::select! {
        ended = watch.listen(api, only) => ended.map(|never| match never {}),
        () = after(args.lasting) => Ok(Exit::Done),
        _ = tokio::signal::ctrl_c() => Ok(Exit::Done),
    };
    let exit = ended?;
    watch.end()?;
    Ok(exit)
}

async fn after(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => future::pending().await,
    }
}

/// What was seen so far, and how it is shown.
struct Watch<'a> {
    ids: Vec<UserId>,
    /// All of them, where there is none.
    kinds: Vec<String>,
    screen: &'a Screen,
    list: List<'a, CacheEvent>,
    live: LiveLine,
    tick: Interval,
    since: Instant,
    minute: Minute,
    shown: u64,
    hits: u64,
    misses: u64,
}

impl<'a> Watch<'a> {
    fn new(args: &WatchArgs, ids: Vec<UserId>, screen: &'a Screen) -> Self {
        let mut tick = interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let names = args.kind.iter().filter_map(Kind::to_possible_value);
        Self {
            ids,
            kinds: names.map(|kind| kind.get_name().to_owned()).collect(),
            screen,
            list: screen.list(),
            live: screen.live_line(),
            tick,
            since: Instant::now(),
            minute: Minute::default(),
            shown: 0,
            hits: 0,
            misses: 0,
        }
    }

    /// Listens, and looks for the service again whenever it goes away.
    async fn listen(&mut self, api: &Api, only: Option<UserId>) -> anyhow::Result<Infallible> {
        let (mut events, url) = (api.events(only).await?, api.place());
        self.screen.note(&format!("watching the cache of {url}; ^C ends it"));
        loop {
            let why = self.follow(&mut events).await?;
            self.live.above(|| self.screen.warn(&format!("lost {url}: {why}; asking again until it answers")));
            events = self.find_again(api, only).await;
            self.live.above(|| self.screen.note(&format!("{url} is back; what happened meanwhile was not seen")));
        }
    }

    /// Shows what happens until the service tells no more, and returns the reason.
    async fn follow(&mut self, events: &mut Events) -> io::Result<String> {
        loop {
            match self.ticking(events.next()).await {
                Ok(Some(heard)) => self.show(heard)?,
                Ok(None) => return Ok("it has stopped".into()),
                Err(Error::Foreign { cause, .. } | Error::Broken { cause, .. }) => return Ok(cause),
                Err(error) => return Ok(error.to_string()),
            }
        }
    }

    async fn find_again(&mut self, api: &Api, only: Option<UserId>) -> Events {
        let mut pause = PAUSE;
        loop {
            self.ticking(sleep(pause)).await;
            if let Ok(events) = self.ticking(api.events(only)).await {
                return events;
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Waits for something; the last line goes with the time meanwhile.
    async fn ticking<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = self.tick.tick() => self.draw(),
            }
        }
    }

    fn draw(&mut self) {
        let bars = self.minute.until(self.since.elapsed().as_secs(), self.screen.seconds_of_a_bar());
        self.live.set(self.screen.hit_rate(&bars));
    }

    fn show(&mut self, heard: Vec<CacheEvent>) -> io::Result<()> {
        let heard: Vec<CacheEvent> = heard.into_iter().filter(|event| self.is_of_interest(event)).collect();
        for event in &heard {
            let (hit, miss) = (u64::from(event.name == "hit"), u64::from(event.name == "miss"));
            self.hits += hit;
            self.misses += miss;
            self.minute.add(self.since.elapsed().as_secs(), hit, miss);
        }
        self.draw();
        let wanted: Vec<&CacheEvent> = heard.iter().filter(|event| self.is_shown(event)).collect();
        self.shown += wanted.len() as u64;
        let list = &mut self.list;
        self.live.above(|| wanted.into_iter().try_for_each(|event| list.add(event)))
    }

    /// Whether it is about one of the users, or about the whole cache.
    fn is_of_interest(&self, event: &CacheEvent) -> bool {
        self.ids.is_empty() || event.user().is_none_or(|user| self.ids.contains(&user))
    }

    fn is_shown(&self, event: &CacheEvent) -> bool {
        self.kinds.is_empty() || event.name == "lost" || self.kinds.contains(&event.name)
    }

    fn end(self) -> io::Result<()> {
        let Self { screen, list, live, since, shown, hits, misses, .. } = self;
        drop(live);
        screen.watched(shown, hits, misses, since.elapsed());
        list.end()
    }
}

/// Seconds in a minute.
const MINUTE: u64 = 60;

/// Hits and misses of the last minute.
#[derive(Debug)]
struct Minute {
    /// Of each of its seconds, the oldest first.
    seconds: VecDeque<(u64, u64)>,
    /// How many seconds there were, with those that have left.
    ends: u64,
}

impl Default for Minute {
    fn default() -> Self {
        Self { seconds: (0..MINUTE).map(|_| (0, 0)).collect(), ends: 0 }
    }
}

impl Minute {
    fn add(&mut self, second: u64, hits: u64, misses: u64) {
        self.move_to(second);
        if let Some(last) = self.seconds.back_mut() {
            *last = (last.0 + hits, last.1 + misses);
        }
    }

    fn move_to(&mut self, second: u64) {
        let ends = second + 1;
        for _ in 0..ends.saturating_sub(self.ends).min(MINUTE) {
            self.seconds.pop_front();
            self.seconds.push_back((0, 0));
        }
        self.ends = self.ends.max(ends);
    }

    /// The bars up to that of this second, of so many seconds each. A second stays in the bar in which it is.
    fn until(&mut self, second: u64, length: u64) -> Vec<(u64, u64)> {
        self.move_to(second);
        let is_new = length - 1 - second % length;
        let mut bars = vec![(0, 0); usize::try_from(MINUTE / length).expect("it is a minute at most")];
        for (age, (hits, misses)) in (0..).zip(self.seconds.iter().rev()) {
            let bar = usize::try_from((age + is_new) / length).expect("it is a minute at most");
            if let Some(bar) = bars.iter_mut().rev().nth(bar) {
                *bar = (bar.0 + hits, bar.1 + misses);
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_leaves_the_minute_when_it_is_over() {
        let mut minute = Minute::default();
        minute.add(0, 1, 0);
        minute.add(0, 0, 1);
        minute.add(3, 7, 0);
        assert_eq!(minute.until(3, 1)[56..], [(1, 1), (0, 0), (0, 0), (7, 0)]);
        assert_eq!(minute.until(59, 1)[..4], [(1, 1), (0, 0), (0, 0), (7, 0)]);
        assert_eq!(minute.until(60, 1)[..3], [(0, 0), (0, 0), (7, 0)]);
        assert_eq!(minute.until(100_000, 1), [(0, 0); 60]);
    }

    #[test]
    fn a_bar_of_five_seconds_has_what_happened_in_them() {
        let mut minute = Minute::default();
        for second in 0..=6 {
            minute.add(second, second, 1);
        }
        assert_eq!(minute.until(6, 5)[9..], [(0, 0), (10, 5), (11, 2)]);
        assert_eq!(minute.until(9, 5)[9..], [(0, 0), (10, 5), (11, 2)]);
        assert_eq!(minute.until(10, 5)[10..], [(11, 2), (0, 0)]);
        assert_eq!(minute.until(10, 5).len(), 12);
        assert_eq!(minute.until(10, 2)[26..], [(9, 2), (6, 1), (0, 0), (0, 0)], "a terminal may become wider");
    }
}
