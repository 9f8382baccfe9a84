//! Mending what a reader finds in the cache and cannot use: the marker of a writer that died, and a value past its
//! time, which an insert cannot replace.

use std::sync::Arc;

use super::cache::Written;
use super::control::View;
use super::envelope::{Envelope, SOFT_AGE};
use super::row::Row;
use super::variant::Variant;
use super::{Event, Users, row_key};
use crate::state::{Expect, StateStore, Step};
use crate::user::UserId;

impl<S: StateStore> Users<S> {
    /// Writes the row back unchanged, as a write of its own would: marker, save by compare-and-set, promotion. The
    /// save shuts out whoever put the old marker, should that writer still be alive.
    pub(super) async fn repair(self, id: UserId, row: Row, view: Arc<View>, since: u64) {
        let nonce = &view.nonce;
        if !self.still_on(nonce) {
            return;
        }
        let host = &self.inner.options.host;
        let token = host.nonce();
        let marker = Envelope::marker(&token, host, SOFT_AGE);
        if self.put_marker(self.cache_key(id, nonce), &marker).await.is_err() {
            return;
        }
        let stored = row.body.stored();
        let value = row.body.stamped(Some(nonce)).encode();
        let step = Step::Put { key: row_key(id), value, expect: Expect::Version(row.etag), ttl: None };
        let saved = self.breaks(Variant::RepairWithoutSave) || self.inner.state.transact(vec![step]).await.is_ok();
        if saved {
            self.emit(&Event::Repaired { id });
            self.clone().promote(id, nonce.clone(), token, Written::Value(stored), since).await;
        }
    }

    /// Flushes an entry that contradicts the state store, as far as it can be.
    pub(super) async fn mend(&self, id: UserId) -> Result<bool, super::Error> {
        let flushed = self.flush(id).await?;
        if flushed.flushed {
            return Ok(true);
        }
        // A user that is gone has no row to mend from: a marker would stay, so the value goes with its epoch.
        Ok(self.flush_all().await?.flushed)
    }
}
