//! The events of this process for listeners from outside, who come and go. They hold nobody up: one that does not
//! keep pace loses the oldest.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Event, Host};

/// The most listeners at a time.
pub const LISTENERS_MAX: usize = 64;
/// How many events wait for the slowest listener.
const WAITING_MAX: usize = 4096;

/// Who listens.
pub struct Feed {
    /// Made for the first of them.
    sender: OnceLock<broadcast::Sender<Arc<Told>>>,
    places: Arc<Semaphore>,
}

/// An event, and when it happened.
#[derive(Clone, Debug)]
pub struct Told {
    pub at: Timestamp,
    pub event: Event,
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum Heard {
    Told(Arc<Told>),
    /// So many events came and went while it did not listen.
    Lost(u64),
}

/// One of them, with its place.
pub struct Listener {
    events: broadcast::Receiver<Arc<Told>>,
    _place: OwnedSemaphorePermit,
}

impl Default for Feed {
    fn default() -> Self {
        Self { sender: OnceLock::new(), places: Arc::new(Semaphore::new(LISTENERS_MAX)) }
    }
}

impl Feed {
    /// Tells an event to whoever listens. Where nobody does, that is seen without a lock.
    pub fn tell(&self, event: &Event, host: &Host) {
        if self.places.available_permits() == LISTENERS_MAX {
            return;
        }
        if let Some(sender) = self.sender.get() {
            // It fails where the last of them has just left.
            let _ = sender.send(Arc::new(Told { at: host.timestamp(), event: event.clone() }));
        }
    }

    /// One more listener, from now on; `None` where all places are taken.
    pub fn listen(&self) -> Option<Listener> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let sender = self.sender.get_or_init(|| broadcast::Sender::new(WAITING_MAX));
        Some(Listener { events: sender.subscribe(), _place: place })
    }
}

impl Listener {
    /// The next of what happens; `None` when the users are gone.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.events.recv().await {
            Ok(told) => Some(Heard::Told(told)),
            Err(RecvError::Lagged(events)) => Some(Heard::Lost(events)),
            Err(RecvError::Closed) => None,
        }
    }
}
