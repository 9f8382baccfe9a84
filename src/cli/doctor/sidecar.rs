//! The sidecar that the environment names, and its two components.

use std::time::{Duration, Instant};

use super::super::exit::{Exit, Failure};
use super::super::options::{Global, Via};
use super::super::render::Finding;
use super::super::wire::{self, failure_of_sidecar};
use super::etags::{self, Unfit};
use crate::state::StateStore;
use crate::state::dapr::{DaprStore, Metadata, Sidecar};
use crate::trace::Tier;

/// How long a store may take here: a slow one is to be seen as that, and not as one that is away.
const PATIENCE: Duration = Duration::from_secs(3);

/// The sidecar, its components, and whether they do what is asked of them.
pub async fn check(global: &Global) -> Vec<Finding> {
    let sidecar = match (global.via, Sidecar::from_env()) {
        (Via::Embedded, _) => return vec![Finding::skipped("sidecar", "not asked: --via says to do without it")],
        (Via::Dapr, None) => return vec![Finding::failed("sidecar", wire::no_sidecar_named())],
        (_, None) => {
            let skipped = Finding::skipped("sidecar", "the environment names none, so it is not looked at from here");
            return vec![skipped.attempt("DAPR_GRPC_PORT=50001 usersvc doctor    if one has that port")];
        }
        (_, Some(Err(told))) => return vec![Finding::failed("sidecar", Failure::told(Exit::Usage, &told))],
        (_, Some(Ok(sidecar))) => sidecar,
    };
    let metadata = match sidecar.metadata(Duration::ZERO).await {
        Ok(metadata) => metadata,
        Err(error) => return vec![Finding::failed("sidecar", failure_of_sidecar(error))],
    };
    let (version, endpoint) = (metadata.version(), sidecar.endpoint());
    let mut findings = vec![Finding::ok("sidecar", format!("Dapr {version} answers at {endpoint}"))];
    findings.extend(check_store(&metadata, Tier::State, &global.stores.statestore).await);
    findings.extend(check_store(&metadata, Tier::Cache, &global.stores.cache).await);
    findings
}

/// A component: whether it is there and fit, answers, and keeps its conditions; and of Redis, whether it may evict.
async fn check_store(metadata: &Metadata, tier: Tier, component: &str) -> Vec<Finding> {
    let [fit, conditions] = match tier {
        Tier::State => ["state_store", "state_etags"],
        Tier::Cache => ["cache", "cache_etags"],
    };
    let store = match metadata.open(component, tier) {
        Ok(store) => store.with_deadline(PATIENCE),
        Err(error) => return vec![Finding::failed(fit, failure_of_sidecar(error))],
    };
    let key = match random_key() {
        Ok(key) => key,
        Err(failure) => return vec![Finding::failed(fit, failure)],
    };
    let since = Instant::now();
    if let Err(error) = store.get(&key).await {
        return vec![Finding::failed(fit, unanswered(&error.to_string(), &store))];
    }
    let took = since.elapsed().as_secs_f64() * 1000.0;
    let mut findings = vec![match store.warning() {
        Some(warning) => Finding::failed(fit, Failure::told(Exit::Found, &warning)),
        None => Finding::ok(fit, format!("'{component}' is {}, and answers in {took:.1} ms", store.name())),
    }];
    findings.push(check_conditions(conditions, &store, tier, &key).await);
    if tier == Tier::Cache && store.name() == "redis" {
        let unseen = "whether Redis may evict entries cannot be seen through the sidecar: it must say noeviction";
        let look = "docker exec dapr-redis redis-cli config get maxmemory-policy";
        findings.push(Finding::skipped("eviction", unseen).attempt(look));
    }
    findings
}

async fn check_conditions(check: &'static str, store: &DaprStore, tier: Tier, key: &str) -> Finding {
    let outcome = etags::check(store, key).await;
    // Nothing is deleted from a cache; there it expires.
    let removed = if tier == Tier::State { etags::remove(store, key).await } else { Ok(()) };
    let outcome = outcome.and(removed.map_err(Unfit::from));
    match outcome {
        Ok(()) => Finding::ok(check, "it refuses an insert of what is there, and a compare-and-set with a stale etag"),
        Err(Unfit::Failing(told)) => Finding::failed(check, unanswered(&told, store)),
        Err(Unfit::Lax(what)) => {
            let failure = Failure::new(Exit::Found, format!("{what}, so that no write is safe"));
            let flag = if tier == Tier::State { "--statestore" } else { "--cache" };
            Finding::failed(check, failure.attempt(format!("{flag} NAME    with another component")))
        }
    }
}

fn unanswered(told: &str, store: &DaprStore) -> Failure {
    let service = if store.name() == "redis" { "Redis" } else { "the database" };
    let failure = Failure::new(Exit::Found, told);
    failure.attempt(format!("docker-compose ps    to see whether {service} runs; then the sidecar's log"))
}

fn random_key() -> Result<String, Failure> {
    let mut random = [0; 8];
    let fault = |fault: getrandom::Error| {
        Failure::new(Exit::Fault, "the system has no random numbers").because(fault.to_string())
    };
    getrandom::fill(&mut random).map_err(fault)?;
    Ok(format!("usersvc-doctor-{:016x}", u64::from_ne_bytes(random)))
}
