//! Counts the work that no answer waits for, so that a stop can wait for it.

use std::sync::Arc;

use tokio::sync::watch;

/// How many background tasks run.
pub struct Tracker {
    running: Arc<watch::Sender<u64>>,
}

impl Default for Tracker {
    fn default() -> Self {
        Self { running: Arc::new(watch::Sender::new(0)) }
    }
}

/// One running task; dropping it says that the task has ended.
pub struct Running(Arc<watch::Sender<u64>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Tracker {
    /// A task begins.
    pub fn begin(&self) -> Running {
        self.running.send_modify(|running| *running += 1);
        Running(Arc::clone(&self.running))
    }

    /// How many run now.
    pub fn running(&self) -> u64 {
        *self.running.borrow()
    }

    /// Returns when none runs.
    pub async fn idle(&self) {
        let mut running = self.running.subscribe();
        let _ = running.wait_for(|running| *running == 0).await;
    }
}
