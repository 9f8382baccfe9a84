//! The verbs of the command line, however they are reached: through a running service ([`api`]) or straight on the
//! stores, in this process ([`direct`]). Both answer with the same values, the same trace and the same errors.
//!
//! [`Api`] is the client of a service for other programs, too:
//!
//! ```
//! use usersvc::client::{Api, Backend, Error};
//! use usersvc::user::{NewUser, UserChange};
//! # use usersvc::{http, state::{Store, memory::Memory}, users::{Options, Users}};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let url = format!("http://{}", listener.local_addr()?);
//! # let stores = || Store::Memory(Memory::default());
//! # let users = Users::new(stores(), stores(), Options { alone: true, ..Options::default() });
//! # tokio::spawn(http::serve(listener, users, std::future::pending()));
//! let service = Api::new(&url)?; // such as "http://localhost:8001"
//!
//! // Under a key of its own a create is made once, however often it has to be sent.
//! let new = NewUser { name: "John Doe".parse()?, email: "john.doe@example.com".parse()? };
//! let created = service.create(new, Some("order-4711")).await.value?.user();
//!
//! // An answer comes with what happened on the way to it; a change, only of the version that was read.
//! let read = service.get(created.id).await;
//! println!("{:?}", read.trace.steps);
//! let version = read.value?.version;
//! let change = UserChange { name: Some("John Smith".parse()?), ..UserChange::default() };
//! service.update(created.id, change.clone(), Some(version)).await.value?;
//! let late = service.update(created.id, change, Some(version)).await.value;
//! assert!(matches!(late, Err(Error::PreconditionFailed(_))));
//! # Ok(())
//! # }
//! ```
//!
//! How long it waits and how often it asks again is told by [`Settings`].

pub mod api;
pub mod direct;
mod event_stream;
mod refusal;
pub mod request;

use std::future::Future;

use crate::api::{Deleted, Flushed, Inspection, Listing, Page, Stats, Verification};
use crate::trace::{Tier, TierNames, Traced};
use crate::user::{NewUser, UserChange, UserId};
use crate::users::{Scope, Stored};

pub use api::{Api, CacheEvent, Events, Settings, place_of, without_password};
pub use refusal::{Error, InvalidField};

/// An answer with what happened on the way to it.
pub type Answer<T> = Traced<Result<T, Error>>;

/// What a person calls the two stores; through a service, as its answers tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub cache: String,
    pub state: String,
}

impl Default for Names {
    fn default() -> Self {
        Self { cache: "cache".into(), state: "state store".into() }
    }
}

impl From<TierNames> for Names {
    fn from(names: TierNames) -> Self {
        Self { cache: names.cache.into(), state: names.state.into() }
    }
}

impl Names {
    /// The name of that tier.
    #[must_use]
    pub fn of(&self, tier: Tier) -> &str {
        match tier {
            Tier::Cache => &self.cache,
            Tier::State => &self.state,
        }
    }
}

/// The verbs.
pub trait Backend {
    /// Where the answers come from, as a person reads it: a URL, a sidecar, a file.
    fn place(&self) -> String;

    /// The names of the two stores, as far as they are known by now.
    fn names(&self) -> Names;

    /// Reads a user.
    fn get(&self, id: UserId) -> impl Future<Output = Answer<Stored>>;

    /// A page of users.
    fn list(&self, listing: &Listing) -> impl Future<Output = Answer<Page>>;

    /// Creates a user; under one key at most once in 24 hours, however often it is called.
    fn create(&self, new: NewUser, key: Option<&str>) -> impl Future<Output = Answer<Stored>>;

    /// Changes a user, and answers with the whole of it; where a version is named, only a user of that version.
    fn update(&self, id: UserId, change: UserChange, version: Option<u64>) -> impl Future<Output = Answer<Stored>>;

    /// Deletes a user; where a version is named, only a user of that version.
    fn delete(&self, id: UserId, version: Option<u64>) -> impl Future<Output = Answer<Deleted>>;

    /// What the cache holds of a user, judged against the state store.
    fn inspect(&self, id: UserId) -> impl Future<Output = Result<Inspection, Error>>;

    /// Flushes the cache entry of one user.
    fn flush(&self, id: UserId) -> impl Future<Output = Result<Flushed, Error>>;

    /// Flushes the whole cache, and returns when nobody can hit an old entry any more.
    fn flush_all(&self) -> impl Future<Output = Result<Flushed, Error>>;

    /// Compares cache and state store; `fix` flushes the entries that are wrong. `progress` is told now and then how
    /// many users were compared, of how many.
    fn verify(
        &self,
        scope: Scope,
        fix: bool,
        progress: impl FnMut(u64, u64),
    ) -> impl Future<Output = Result<Verification, Error>>;

    /// The counters of the running service.
    fn stats(&self) -> impl Future<Output = Result<Stats, Error>>;

    /// Finishes the work that no answer waited for, within a quarter of a second. To be called before the end.
    fn settle(&self) -> impl Future<Output = ()>;
}
