//! Whether a store keeps what the protocol stands on: insert-only and compare-and-set, on a key of its own.

use std::time::Duration;

use bytes::Bytes;

use crate::state::{Expect, StateError, StateStore, Step};

/// What is left by a check that is broken off is gone after this.
const TTL: Duration = Duration::from_secs(60);

/// Why a store is not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It does not answer, or refuses what it must do.
    Failing(String),
    /// It does what it must refuse.
    Lax(&'static str),
}

impl From<StateError> for Unfit {
    fn from(error: StateError) -> Self {
        Self::Failing(error.to_string())
    }
}

/// Tries a store.
///
/// # Errors
/// The first thing that is wrong.
pub async fn check(store: &impl StateStore, key: &str) -> Result<(), Unfit> {
    let put = async |value: &'static str, expect| {
        let value = Bytes::from_static(value.as_bytes());
        store.transact(vec![Step::Put { key: key.to_owned(), value, expect, ttl: Some(TTL) }]).await
    };
    put("1", Expect::Absent).await?;
    let again = put("2", Expect::Absent).await;
    refused(again, "it inserts a key that is there already")?;
    let entry = store.get(key).await?;
    let Some(entry) = entry.filter(|entry| entry.value == "1") else {
        return Err(Unfit::Lax("it does not give back what was put"));
    };
    put("3", Expect::Version(entry.version.clone())).await?;
    let stale = put("4", Expect::Version(entry.version)).await;
    refused(stale, "it takes a compare-and-set with a stale etag")
}

/// Removes what was tried, from a state store.
///
/// # Errors
/// That it is still there, for a minute.
pub async fn remove(store: &impl StateStore, key: &str) -> Result<(), StateError> {
    store.transact(vec![Step::Delete { key: key.to_owned(), expect: Expect::Any }]).await
}

fn refused(outcome: Result<(), StateError>, otherwise: &'static str) -> Result<(), Unfit> {
    match outcome {
        Err(StateError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Err(Unfit::Lax(otherwise)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::memory::Memory;
    use crate::state::{Entry, Version};

    #[tokio::test]
    async fn a_store_that_refuses_what_is_stale_is_fit_and_left_as_it_was() {
        let store = Memory::default();
        assert_eq!(check(&store, "key").await, Ok(()));
        remove(&store, "key").await.unwrap();
        assert_eq!(store.get("key").await, Ok(None));
    }

    /// A store that does not care for some conditions.
    struct Lax {
        store: Memory,
        ignores: fn(&Expect) -> bool,
    }

    impl StateStore for Lax {
        async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
            self.store.get(key).await
        }

        async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
            self.store.get_bulk(keys).await
        }

        async fn transact(&self, mut steps: Vec<Step>) -> Result<(), StateError> {
            for step in &mut steps {
                if let Step::Put { expect, .. } = step
                    && (self.ignores)(expect)
                {
                    *expect = Expect::Any;
                }
            }
            self.store.transact(steps).await
        }
    }

    #[tokio::test]
    async fn a_store_that_does_what_it_must_refuse_is_found_out() {
        let lax = |ignores| Lax { store: Memory::default(), ignores };
        let inserts = check(&lax(|expect| *expect == Expect::Absent), "key").await;
        assert_eq!(inserts, Err(Unfit::Lax("it inserts a key that is there already")));
        let sets = check(&lax(|expect| matches!(expect, Expect::Version(Version(_)))), "key").await;
        assert_eq!(sets, Err(Unfit::Lax("it takes a compare-and-set with a stale etag")));
    }
}
