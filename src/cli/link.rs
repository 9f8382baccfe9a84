//! The backend of a command, whichever it is, kept from one command of a shell to the next.

use super::exit::{Exit, Failure};
use super::options::{Global, Stores, Via};
use super::render::Screen;
use super::token::TokenFrom;
use super::wire;
use crate::api::{Deleted, Flushed, Inspection, Listing, Page, Stats, Verification};
use crate::client::api::Api;
use crate::client::direct::Direct;
use crate::client::{Answer, Backend, Error, Names};
use crate::user::{NewUser, UserChange, UserId};
use crate::users::{Scope, Stored};

/// One type for all backends, without a virtual call.
pub enum Reached {
    Api(Api),
    Direct(Box<Direct>),
}

macro_rules! through {
    ($reached:expr, $backend:ident => $call:expr) => {
        match $reached {
            Self::Api($backend) => $call,
            Self::Direct($backend) => $call,
        }
    };
}

impl Backend for Reached {
    fn place(&self) -> String {
        through!(self, backend => backend.place())
    }

    fn names(&self) -> Names {
        through!(self, backend => backend.names())
    }

    async fn get(&self, id: UserId) -> Answer<Stored> {
        through!(self, backend => backend.get(id).await)
    }

    async fn list(&self, listing: &Listing) -> Answer<Page> {
        through!(self, backend => backend.list(listing).await)
    }

    async fn create(&self, new: NewUser, key: Option<&str>) -> Answer<Stored> {
        through!(self, backend => backend.create(new, key).await)
    }

    async fn update(&self, id: UserId, change: UserChange, version: Option<u64>) -> Answer<Stored> {
        through!(self, backend => backend.update(id, change, version).await)
    }

    async fn delete(&self, id: UserId, version: Option<u64>) -> Answer<Deleted> {
        through!(self, backend => backend.delete(id, version).await)
    }

    async fn inspect(&self, id: UserId) -> Result<Inspection, Error> {
        through!(self, backend => backend.inspect(id).await)
    }

    async fn flush(&self, id: UserId) -> Result<Flushed, Error> {
        through!(self, backend => backend.flush(id).await)
    }

    async fn flush_all(&self) -> Result<Flushed, Error> {
        through!(self, backend => backend.flush_all().await)
    }

    async fn verify(&self, scope: Scope, fix: bool, progress: impl FnMut(u64, u64)) -> Result<Verification, Error> {
        through!(self, backend => backend.verify(scope, fix, progress).await)
    }

    async fn stats(&self) -> Result<Stats, Error> {
        through!(self, backend => backend.stats().await)
    }

    async fn settle(&self) {
        through!(self, backend => backend.settle().await);
    }
}

/// The options that decide which backend it is.
#[derive(Clone, PartialEq)]
struct Wanted {
    via: Via,
    server: String,
    token_from: Option<TokenFrom>,
    stores: Stores,
}

impl Wanted {
    fn by(global: &Global) -> Self {
        let (server, token_from, stores) = (global.server.clone(), global.token_from.clone(), global.stores.clone());
        Self { via: global.via, server, token_from, stores }
    }
}

/// The way to the users: found by the first command that needs it, and kept.
#[derive(Default)]
pub struct Link {
    reached: Option<(Wanted, Reached)>,
}

impl Link {
    /// The backend that the options ask for.
    ///
    /// # Errors
    /// That it cannot be reached, as a [`Failure`] or a client [`Error`].
    pub async fn reach(&mut self, global: &Global, screen: &Screen) -> anyhow::Result<&Reached> {
        let wanted = Wanted::by(global);
        if self.reached.as_ref().is_some_and(|(held, _)| *held != wanted) {
            self.settle().await;
            self.reached = None;
        }
        let held = match self.reached.take() {
            Some(held) => held,
            None => (wanted, wire::reach(global, screen).await?),
        };
        Ok(&self.reached.insert(held).1)
    }

    /// Finishes what is under way in the background.
    pub async fn settle(&self) {
        if let Some((_, reached)) = &self.reached {
            reached.settle().await;
        }
    }

    /// After a failure: a service that was there may have gone, a data file that a service had may be free now, and a
    /// token may have been renewed.
    pub fn look_again_after(&mut self, failure: &Failure) {
        if matches!(failure.exit, Exit::Unreachable | Exit::TimedOut | Exit::NotAllowed) {
            self.reached = None;
        }
    }
}
