//! Every store keeps the contract of the port, and differs from the others only as its [`Semantics`] say.
//!
//! [`Semantics`]: support::semantics::Semantics

mod support;

#[path = "simulation/fake.rs"]
#[allow(dead_code, reason = "the simulation uses all of it")]
mod fakes;

/// The stores of the simulation: what it proves counts only as far as they are like the real ones.
mod fake {
    mod postgres {
        use crate::fakes::{Fake, Kind};
        use crate::support::semantics::STRICT;

        async fn open() -> Fake {
            Fake::new(Kind::Postgres)
        }

        crate::the_contract!(open, STRICT, without ttl);
    }

    mod redis {
        use crate::fakes::{Fake, Kind};
        use crate::support::semantics::REDIS;

        async fn open() -> Fake {
            Fake::new(Kind::Redis)
        }

        crate::the_contract!(open, REDIS);
    }
}

mod memory {
    use usersvc::state::memory::Memory;

    use crate::support::semantics::STRICT;

    async fn open() -> Memory {
        Memory::default()
    }

    crate::the_contract!(open, STRICT);
}

mod embedded {
    use tempfile::TempDir;
    use usersvc::state::embedded::Embedded;
    use usersvc::state::{Entry, StateError, StateStore, Step};

    use crate::support::semantics::STRICT;

    /// A store that takes its directory along when it goes.
    struct Scratch {
        store: Embedded,
        _dir: TempDir,
    }

    impl StateStore for Scratch {
        async fn get(&self, key: &str) -> Result<Option<Entry>, StateError> {
            self.store.get(key).await
        }

        async fn get_bulk(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StateError> {
            self.store.get_bulk(keys).await
        }

        async fn transact(&self, steps: Vec<Step>) -> Result<(), StateError> {
            self.store.transact(steps).await
        }
    }

    async fn open() -> Scratch {
        let dir = tempfile::tempdir().unwrap();
        Scratch { store: Embedded::open(dir.path()).unwrap(), _dir: dir }
    }

    crate::the_contract!(open, STRICT);
}

mod dapr {
    use usersvc::state::dapr::{DaprStore, Sidecar};

    use crate::support::PATIENCE;
    use crate::support::components::*;
    use crate::support::stack::Stack;

    /// Two components of the sidecar that the tests share. A busy machine may take longer for a call than a user would
    /// wait for it.
    async fn open(statestore: &str, cache: &str) -> (DaprStore, DaprStore) {
        let sidecar = Sidecar::connect(&Stack::shared().daprd.endpoint(), None).unwrap();
        let (state, cache, _) = sidecar.open(statestore, cache, PATIENCE).await.unwrap();
        (state.with_deadline(PATIENCE), cache.with_deadline(PATIENCE))
    }

    macro_rules! state_stores {
        ($($name:ident $component:ident)*) => {$(
            mod $name {
                use super::{CACHE, DaprStore, $component};
                use crate::support::semantics::STRICT;

                async fn open() -> DaprStore {
                    super::open($component, CACHE).await.0
                }

                crate::the_contract!(open, STRICT, without ttl);
            }
        )*};
    }

    macro_rules! caches {
        ($($name:ident $component:ident $semantics:ident)*) => {$(
            mod $name {
                use super::{DaprStore, STATESTORE, $component};
                use crate::support::semantics::$semantics;

                async fn open() -> DaprStore {
                    super::open(STATESTORE, $component).await.1
                }

                crate::the_contract!(open, $semantics);
            }
        )*};
    }

    state_stores! {
        postgres_v2 STATESTORE
        postgres_v1 STATESTORE_V1
        sqlite STATESTORE_SQLITE
        in_memory STATESTORE_MEMORY
    }

    caches! {
        cache_redis CACHE REDIS
        cache_sqlite CACHE_SQLITE STRICT
        cache_in_memory CACHE_MEMORY STRICT
    }
}
