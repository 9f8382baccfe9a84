//! What the stores over the sidecar say when something is wrong: at the start, and while they serve.

mod support;

/// Nothing is asked of a sidecar here but whether it is one.
mod absent {
    use std::net::TcpListener;
    use std::time::Duration;

    use usersvc::state::dapr::{OpenError, Sidecar};

    use crate::support::process::free_ports;

    async fn open(endpoint: &str, patience: Duration) -> OpenError {
        let sidecar = Sidecar::connect(endpoint, None).unwrap();
        sidecar.open("statestore", "cache", patience).await.err().expect("there is no sidecar")
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_told() {
        let [port] = free_ports();
        let error = open(&format!("127.0.0.1:{port}"), Duration::ZERO).await;
        assert_eq!(error, OpenError::NoSidecar { endpoint: format!("http://127.0.0.1:{port}") });
        assert!(error.to_string().contains("DAPR_GRPC_PORT"), "{error}");
    }

    #[tokio::test]
    async fn a_port_that_accepts_and_says_nothing_is_told() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = open(&silent.local_addr().unwrap().to_string(), Duration::ZERO).await;
        assert!(matches!(error, OpenError::Silent { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn a_token_that_cannot_be_sent_is_told() {
        let error = Sidecar::connect("127.0.0.1:1", Some("a\nb".to_owned())).err().unwrap();
        assert!(error.contains("DAPR_API_TOKEN"), "{error}");
    }
}

mod dapr {
    use std::fs;
    use std::time::{Duration, Instant};

    use bytes::Bytes;
    use usersvc::state::dapr::{CACHE_DEADLINE, DaprStore, OpenError, STATE_DEADLINE, Sidecar};
    use usersvc::state::{Expect, StateError, StateStore, Step, Version};
    use usersvc::trace::TierNames;

    use crate::support::components::*;
    use crate::support::proxy::{Proxy, Weather};
    use crate::support::stack::{Daprd, Setup, Stack};
    use crate::support::{PATIENCE, becomes_true_async};

    /// How late a busy machine may be.
    const SLACK: Duration = Duration::from_millis(800);

    async fn open(
        daprd: &Daprd,
        statestore: &str,
        cache: &str,
    ) -> Result<(DaprStore, DaprStore, TierNames), OpenError> {
        Sidecar::connect(&daprd.endpoint(), None).unwrap().open(statestore, cache, Duration::ZERO).await
    }

    fn put(key: &str, expect: Expect) -> Vec<Step> {
        vec![Step::Put { key: key.to_owned(), value: Bytes::from_static(b"{}"), expect, ttl: None }]
    }

    fn is_unavailable<T>(result: &Result<T, StateError>) -> bool {
        matches!(result, Err(StateError::Unavailable(_)))
    }

    /// The sentence of a call that could not be made, free of what is only for logs.
    #[track_caller]
    fn says<T: std::fmt::Debug>(words: &str, result: Result<T, StateError>) {
        let sentence = sentence(result);
        assert!(sentence.contains(words), "{sentence}");
    }

    #[track_caller]
    fn sentence<T: std::fmt::Debug>(result: Result<T, StateError>) -> String {
        let Err(StateError::Unavailable(sentence)) = result else { panic!("{result:?}") };
        for internal in ["rpc error", "user=", "dial tcp", "Status {", "connect error", "\n"] {
            assert!(!sentence.contains(internal), "{sentence}");
        }
        sentence
    }

    #[tokio::test]
    async fn the_stores_are_named_for_people() {
        let (_, _, names) = open(&Stack::shared().daprd, STATESTORE, CACHE).await.unwrap();
        assert_eq!(names, TierNames { cache: "redis", state: "postgres" });
        let (state, cache, names) = open(&Stack::shared().daprd, STATESTORE_SQLITE, CACHE_MEMORY).await.unwrap();
        assert_eq!(names, TierNames { cache: "memory", state: "sqlite" });
        assert_eq!(state.warning(), None);
        assert!(cache.warning().unwrap().contains("the cache 'cache-memory' is state.in-memory"));
    }

    #[tokio::test]
    async fn a_component_that_is_missing_or_unfit_is_refused_by_name() {
        let daprd = &Stack::shared().daprd;
        let error = open(daprd, "nowhere", CACHE).await.err().unwrap();
        assert!(matches!(error, OpenError::MissingComponent { .. }), "{error:?}");
        assert!(error.to_string().contains("no component 'nowhere' (it has 'cache'"), "{error}");
        let error = open(daprd, CACHE, CACHE).await.err().unwrap();
        assert!(matches!(error, OpenError::NoRollback { .. }), "{error:?}");
        assert!(error.to_string().contains("'cache' is of type state.redis v1"), "{error}");
    }

    #[tokio::test]
    async fn the_http_port_is_told_from_the_grpc_port() {
        let endpoint = format!("127.0.0.1:{}", Stack::shared().daprd.http_port);
        let sidecar = Sidecar::connect(&endpoint, None).unwrap();
        let error = sidecar.open(STATESTORE, CACHE, Duration::ZERO).await.err().unwrap();
        assert!(matches!(error, OpenError::NotASidecar { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn what_can_never_succeed_is_invalid() {
        let (state, cache, _) = open(&Stack::shared().daprd, STATESTORE, CACHE).await.unwrap();
        for store in [state, cache] {
            let store = store.with_deadline(PATIENCE);
            let refused = [store.transact(put("a||b", Expect::Any)).await, store.get("a||b").await.map(|_| ())];
            for refused in refused {
                assert!(matches!(refused, Err(StateError::Invalid(_))), "{refused:?}");
            }
            let empty = Step::Put { key: "empty".to_owned(), value: Bytes::new(), expect: Expect::Any, ttl: None };
            assert!(matches!(store.transact(vec![empty]).await, Err(StateError::Invalid(_))));
            let value = Bytes::from(vec![b'x'; 5 << 20]);
            let huge = Step::Put { key: "huge".to_owned(), value, expect: Expect::Any, ttl: None };
            let refused = store.transact(vec![huge]).await;
            assert!(matches!(&refused, Err(StateError::Invalid(said)) if said.contains("too large")), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn the_shipped_components_work_with_the_credentials_of_the_compose_file() {
        let stack = Stack::shared();
        let at = |from: &str, to: &str, yaml: &str| {
            assert!(yaml.contains(from), "{yaml}");
            yaml.replace(from, to)
        };
        let (postgres, redis) = (stack.postgres.port, stack.redis.port);
        let statestore = at("port=5432", &format!("port={postgres}"), include_str!("../components/statestore.yaml"));
        let cache = at("localhost:6380", &format!("localhost:{redis}"), include_str!("../components/cache.yaml"));
        let components = [(STATESTORE, statestore), (CACHE, cache)];
        let shipped = components.map(|(name, yaml)| Component { name: name.to_owned(), yaml });
        let daprd = stack.sidecar("shipped", &shipped);
        let (state, cache, _) = open(&daprd, STATESTORE, CACHE).await.unwrap();
        state.transact(put("shipped", Expect::Any)).await.unwrap();
        cache.transact(put("shipped", Expect::Any)).await.unwrap();
        let count = |prefix: &str| format!("SELECT count(*) FROM usersvc_state WHERE key = '{prefix}||shipped'");
        assert_eq!(stack.postgres.sql(&count(STATESTORE)), "1");
        assert_eq!(stack.redis.cli(&["HGET", "cache||shipped", "version"]), "1");
    }

    #[tokio::test]
    async fn a_sidecar_with_a_token_wants_it() {
        let stack = Stack::shared();
        let daprd = stack.sidecar_with_token("guarded", &stack.standard_components(), "s3cret");
        let connect = |token: Option<&str>| Sidecar::connect(&daprd.endpoint(), token.map(str::to_owned)).unwrap();
        for token in [None, Some("wrong")] {
            let error = connect(token).open(STATESTORE, CACHE, PATIENCE).await.err().unwrap();
            assert!(matches!(error, OpenError::Token { .. }), "{error:?}");
        }
        let (state, ..) = connect(Some("s3cret")).open(STATESTORE, CACHE, PATIENCE).await.unwrap();
        assert_eq!(state.get("nothing").await, Ok(None));
    }

    /// A component that could not be initialized is not in the sidecar's list.
    #[tokio::test]
    async fn a_cache_that_the_sidecar_could_not_reach_is_refused_and_told() {
        let stack = Stack::start(Setup::default());
        stack.redis.kill();
        let components = [postgres_v2(STATESTORE, stack.postgres.port), redis(CACHE, stack.redis.port).optional()];
        let daprd = stack.sidecar("without-cache", &components);
        let error = open(&daprd, STATESTORE, CACHE).await.err().unwrap();
        assert!(matches!(error, OpenError::MissingComponent { .. }), "{error:?}");
        assert!(error.to_string().contains("'cache'") && error.to_string().contains("log"), "{error}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_lost_postgresql_is_never_a_conflict_and_is_fine_when_it_is_back() {
        let stack = Stack::start(Setup::default());
        let (state, cache, _) = open(&stack.daprd, STATESTORE, CACHE).await.unwrap();
        state.transact(put("key", Expect::Absent)).await.unwrap();
        let version = state.get("key").await.unwrap().unwrap().version;
        // As many connections as the sidecar keeps.
        futures_util::future::join_all((0..16).map(|_| state.get("key"))).await;
        stack.postgres.restart();
        assert!(state.get("key").await.is_ok(), "the first read finds a new connection");
        stack.postgres.kill();
        says("the state store 'statestore' cannot be reached", state.get("key").await);
        sentence(state.get_bulk(&["key".to_owned()]).await);
        for expect in [Expect::Any, Expect::Absent, Expect::Version(version.clone())] {
            sentence(state.transact(put("key", expect)).await);
        }
        assert_eq!(cache.get("key").await, Ok(None), "the cache is not concerned");
        stack.postgres.restart();
        assert!(state.get("key").await.unwrap().unwrap().version == version);
        stack.postgres.freeze();
        let began = Instant::now();
        says("did not answer within 700 ms", state.get("key").await);
        assert!(began.elapsed() < STATE_DEADLINE + SLACK);
        stack.postgres.thaw();
        assert!(becomes_true_async(PATIENCE, async || state.get("key").await.is_ok()).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_of_one_version_is_made_though_the_sidecar_lost_its_connections() {
        let stack = Stack::start(Setup::default());
        let (state, ..) = open(&stack.daprd, STATESTORE, CACHE).await.unwrap();
        state.transact(put("key", Expect::Absent)).await.unwrap();
        for _ in 0..10 {
            // They are all in use, or the sidecar would look whether they are still there.
            let reads = futures_util::future::join_all((0..16).map(|_| state.get("key"))).await;
            let version = reads[0].clone().unwrap().unwrap().version;
            stack.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
            assert_eq!(state.transact(put("key", Expect::Version(version.clone()))).await, Ok(()));
            assert_eq!(state.transact(put("key", Expect::Version(version))).await, Err(StateError::Conflict));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_there_is_found_though_the_sidecar_lost_its_connections() {
        let stack = Stack::start(Setup::default());
        let keys: Vec<String> = (0..100).map(|nth| format!("key-{nth}")).collect();
        let mut states = Vec::new();
        for component in [STATESTORE, STATESTORE_V1] {
            let (state, ..) = open(&stack.daprd, component, CACHE).await.unwrap();
            let some = keys.iter().step_by(3);
            state.transact(some.flat_map(|key| put(key, Expect::Absent)).collect()).await.unwrap();
            states.push(state);
        }
        for state in states {
            let is_there: Vec<bool> = (0..100).map(|nth| nth % 3 == 0).collect();
            let found = async |keys: &[String]| -> Vec<bool> {
                state.get_bulk(keys).await.unwrap().iter().map(Option::is_some).collect()
            };
            for _ in 0..10 {
                futures_util::future::join_all((0..16).map(|_| state.get_bulk(&keys))).await;
                stack
                    .postgres
                    .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
                assert_eq!(found(&keys).await, is_there);
                assert_eq!(found(&keys[..10]).await, is_there[..10]);
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_a_change_that_was_made_without_an_answer_nobody_says_that_it_was_not() {
        let stack = Stack::shared();
        let proxy = Proxy::to(stack.postgres.port);
        let components = [postgres_v2(STATESTORE, proxy.port()), redis(CACHE, stack.redis.port)];
        let daprd = stack.sidecar("lossy", &components);
        let (state, ..) = open(&daprd, STATESTORE, CACHE).await.unwrap();
        state.transact(put("unanswered", Expect::Absent)).await.unwrap();
        // A change of one step is no transaction to PostgreSQL.
        let change = |version: &Version| {
            [put("unanswered", Expect::Version(version.clone())), put("besides", Expect::Any)].concat()
        };
        let before = state.get("unanswered").await.unwrap().unwrap().version;
        proxy.set(Weather::LosesAnswersWith("COMMIT"));
        let unanswered = state.transact(change(&before)).await;
        proxy.set(Weather::Fair);
        assert!(is_unavailable(&unanswered), "{unanswered:?}");
        assert_ne!(state.get("unanswered").await.unwrap().unwrap().version, before, "it was made");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_lost_redis_is_never_a_conflict_and_costs_no_more_than_its_deadline() {
        let stack = Stack::start(Setup::default());
        let (state, cache, _) = open(&stack.daprd, STATESTORE, CACHE).await.unwrap();
        cache.transact(put("key", Expect::Any)).await.unwrap();
        let version = cache.get("key").await.unwrap().unwrap().version;
        let all = [Expect::Any, Expect::Absent, Expect::Version(version)];
        let fails_in_time = async || {
            for expect in &all {
                let began = Instant::now();
                sentence(cache.transact(put("key", expect.clone())).await);
                assert!(began.elapsed() < CACHE_DEADLINE + SLACK, "{:?}", began.elapsed());
            }
            sentence(cache.get("key").await);
            sentence(cache.get_bulk(&["key".to_owned(), "other".to_owned()]).await);
            assert_eq!(state.get("key").await, Ok(None), "the state store is not concerned");
        };
        stack.redis.freeze();
        fails_in_time().await;
        stack.redis.thaw();
        assert!(becomes_true_async(PATIENCE, async || cache.get("key").await.is_ok()).await);
        stack.redis.kill();
        fails_in_time().await;
        stack.redis.restart();
        assert!(becomes_true_async(PATIENCE, async || cache.get("key").await == Ok(None)).await);
        stack.redis.cli(&["CONFIG", "SET", "maxmemory", "1"]);
        says("takes no writes", cache.transact(put("full", Expect::Absent)).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_sidecar_that_is_gone_or_frozen_is_told_and_fine_when_it_is_back() {
        let stack = Stack::start(Setup::default());
        let (state, cache, _) = open(&stack.daprd, STATESTORE, CACHE).await.unwrap();
        state.transact(put("key", Expect::Any)).await.unwrap();
        stack.daprd.freeze();
        assert!(is_unavailable(&state.get("key").await) && is_unavailable(&cache.get("key").await));
        stack.daprd.thaw();
        assert!(becomes_true_async(PATIENCE, async || state.get("key").await.is_ok()).await);

        stack.daprd.kill();
        let began = Instant::now();
        says("cannot be reached", state.get("key").await);
        says("cannot be reached", state.transact(put("key", Expect::Absent)).await);
        assert!(began.elapsed() < STATE_DEADLINE, "nobody waits for a sidecar that is not there");
        stack.daprd.restart();
        assert!(state.get("key").await.unwrap().is_some(), "the first call finds the new sidecar");

        stack.daprd.kill();
        fs::remove_file(stack.daprd.resources.join("cache.yaml")).unwrap();
        stack.daprd.restart();
        says("does not have the cache 'cache' at present", cache.get("key").await);
        says("does not have the cache 'cache' at present", cache.get_bulk(&["key".to_owned()]).await);
        sentence(cache.transact(put("key", Expect::Absent)).await);
    }
}
