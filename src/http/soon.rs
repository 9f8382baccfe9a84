//! The users before their stores are found: a request waits a moment for them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::SetOnce;

use super::error::Refusal;
use crate::users::{Host, Readiness, Users};

/// How long a request waits for the stores: no answer may take longer than a second.
const PATIENCE: Duration = Duration::from_millis(800);

/// The users, or the promise of them. All clones are one.
#[derive(Clone)]
pub struct Soon(Arc<Promise>);

struct Promise {
    users: SetOnce<Users>,
    /// When it was made.
    since: Timestamp,
}

impl Default for Soon {
    fn default() -> Self {
        Self(Arc::new(Promise { users: SetOnce::new(), since: Host::default().timestamp() }))
    }
}

impl Soon {
    /// They are there now. Said twice, the first stands.
    pub fn are(&self, users: Users) {
        let _ = self.0.users.set(users);
    }

    /// They, once they are there.
    pub(super) async fn come(&self) -> Users {
        self.0.users.wait().await.clone()
    }

    /// They, if they come in time.
    pub(super) async fn in_time(&self) -> Result<Users, Refusal> {
        match self.get() {
            Some(users) => Ok(users.clone()),
            None => tokio::time::timeout(PATIENCE, self.come()).await.map_err(|_| Refusal::Starting),
        }
    }

    /// They, if they are there.
    pub(super) fn get(&self) -> Option<&Users> {
        self.0.users.get()
    }

    /// Their clock and randomness.
    pub(super) fn host(&self) -> Host {
        self.get().map_or_else(Host::default, |users| users.options().host.clone())
    }

    /// Whether their stores answer.
    pub(super) fn readiness(&self) -> Readiness {
        let unknown = || Readiness::unknown(self.0.since, "it is not found yet");
        self.get().map_or_else(unknown, Users::readiness)
    }
}
