//! The verbs of the command line, however they are reached: through a running service ([`api`]) or straight on the
//! stores, in this process ([`direct`]). Both answer with the same values, the same trace and the same errors.

pub mod api;
pub mod direct;
mod refusal;
pub mod request;

use std::future::Future;

use crate::api::{Deleted, Flushed, Inspection, Listing, Page, Stats, Verification};
use crate::trace::{Tier, TierNames, Traced};
use crate::user::{NewUser, UserChange, UserId};
use crate::users::{Scope, Stored};

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

    /// Deletes a user.
    fn delete(&self, id: UserId) -> impl Future<Output = Answer<Deleted>>;

    /// What the cache holds of a user, judged against the state store.
    fn inspect(&self, id: UserId) -> impl Future<Output = Result<Inspection, Error>>;

    /// Flushes the cache entry of one user.
    fn flush(&self, id: UserId) -> impl Future<Output = Result<Flushed, Error>>;

    /// Flushes the whole cache, and returns when nobody can hit an old entry any more.
    fn flush_all(&self) -> impl Future<Output = Result<Flushed, Error>>;

    /// Compares cache and state store; `fix` flushes the entries that are wrong.
    fn verify(&self, scope: Scope, fix: bool) -> impl Future<Output = Result<Verification, Error>>;

    /// The counters of the running service.
    fn stats(&self) -> impl Future<Output = Result<Stats, Error>>;

    /// Finishes the work that no answer waited for, within a quarter of a second. To be called before the end.
    fn settle(&self) -> impl Future<Output = ()>;
}
