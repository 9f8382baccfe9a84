//! The verbs on the stores themselves, in this process. Through Dapr, this process is one more replica with a view
//! of its own; on the embedded file, it has the file for itself and a cache that begins empty.

use std::time::Duration;

use super::{Answer, Backend, Error, Names};
use crate::api::{Deleted, Flushed, Inspection, Listing, Page, Stats, Verification};
use crate::state::lock::Lock;
use crate::user::{NewUser, UserChange, UserId};
use crate::users::{Precondition, Scope, Stored, Users, Versions};

/// How long the end of a command waits for its fills and promotions.
const SETTLE: Duration = Duration::from_millis(250);

/// The users, reached without a service.
pub struct Direct {
    // Before the lock: fields are dropped in this order, and the file is closed before others may open it.
    users: Users,
    place: String,
    _lock: Option<Lock>,
}

impl Direct {
    /// `place` is where the users are, as a person reads it; the lock, of an embedded file, is kept as long as this.
    #[must_use]
    pub fn new(users: Users, place: String, lock: Option<Lock>) -> Self {
        Self { users, place, _lock: lock }
    }
}

impl Backend for Direct {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn names(&self) -> Names {
        self.users.options().names.into()
    }

    async fn get(&self, id: UserId) -> Answer<Stored> {
        self.users.get(id).await.map(|read| read.map_err(Error::from))
    }

    async fn list(&self, listing: &Listing) -> Answer<Page> {
        if listing.email.is_some() {
            // Nobody else does it while no service runs; where it fails, the list tells why.
            let _ = self.users.complete_index(|_, _| {}).await;
        }
        self.users.list(listing).await.map(|listed| listed.map_err(Error::from))
    }

    async fn create(&self, new: NewUser, key: Option<&str>) -> Answer<Stored> {
        self.users.create_once(new, key.map(str::to_owned)).await.map(|created| created.map_err(Error::from))
    }

    async fn update(&self, id: UserId, change: UserChange, version: Option<u64>) -> Answer<Stored> {
        self.users.update_if(id, change, &only_of(version)).await.map(|updated| updated.map_err(Error::from))
    }

    async fn delete(&self, id: UserId, version: Option<u64>) -> Answer<Deleted> {
        let deleted = self.users.delete_if(id, &only_of(version)).await;
        deleted.map(|deleted| deleted.map(|_| Deleted::of(id)).map_err(Error::from))
    }

    async fn inspect(&self, id: UserId) -> Result<Inspection, Error> {
        Ok(self.users.inspect(id).await?)
    }

    async fn flush(&self, id: UserId) -> Result<Flushed, Error> {
        Ok(self.users.flush(id).await?)
    }

    async fn flush_all(&self) -> Result<Flushed, Error> {
        Ok(self.users.flush_all().await?)
    }

    async fn verify(&self, scope: Scope, fix: bool, mut progress: impl FnMut(u64, u64)) -> Result<Verification, Error> {
        let mut check = self.users.check(scope, fix).await?;
        while check.step().await?.is_some() {
            progress(check.report().checked, check.of());
        }
        Ok(check.report().clone())
    }

    async fn stats(&self) -> Result<Stats, Error> {
        Err(Error::Unsupported("the counters are those of a running service, and this command goes around it".into()))
    }

    async fn settle(&self) {
        self.users.settle(SETTLE).await;
    }
}

/// What a change demands of the user that it is made of.
fn only_of(version: Option<u64>) -> Precondition {
    let matches = version.map(|version| Versions::Of(vec![version]));
    Precondition { matches, ..Precondition::default() }
}
