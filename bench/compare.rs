//! usersvc against its peers, in one run on one stack: `cargo bench --bench compare`.
//!
//! - *bare*: an axum handler that makes one sidecar call and sends what it gets, in this same binary;
//! - *fastapi*: the original's shape in Python (bench/peers/fastapi), where `PEER_PYTHON` names a Python that has
//!   fastapi, uvicorn and dapr.
//!
//! The load comes from [oha](https://github.com/hatoo/oha) (`cargo install oha`). Absolute figures are the machine's;
//! the ratios are what counts. `BENCH_SECONDS` is the length of one measurement (3).

#[path = "../tests/support/mod.rs"]
mod support;

#[path = "peers/bare.rs"]
mod bare;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::process::{free_ports, http_status, run};
use support::service::Service;
use support::stack::Stack;
use support::{PATIENCE, becomes_true};

const USERS: usize = 100;
const ROUNDS: usize = 3;
const CLIENTS: [usize; 3] = [1, 32, 128];

/// One measurement.
#[derive(Clone, Copy)]
struct Figures {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// A server that is measured.
struct Peer {
    name: &'static str,
    url: String,
    process: u32,
}

/// The peers that were started; they end with the run, however it ends.
#[derive(Default)]
struct Children(Vec<std::process::Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, store, grpc_port, port] = arguments.as_slice()
        && mode == "--bare"
    {
        return bare::serve(store, grpc_port, port);
    }
    if run(Command::new("oha").arg("--version")).is_err() {
        eprintln!("oha makes the load, and is not installed: run `cargo install oha`");
        std::process::exit(1);
    }
    let stack = Stack::start(support::stack::Setup::default());
    let service = Service::on(&stack);
    create_users(&service.url());
    let mut children = Children::default();
    let bare = start_bare(&mut children, "cache", stack.daprd.grpc_port);
    let bare_store = start_bare(&mut children, "statestore", stack.daprd.grpc_port);
    let ours = Peer { name: "usersvc", url: service.url(), process: service.id().expect("it runs") };
    let epoch = service_epoch(&service.url());
    let bare_urls = urls(&bare.url, |id| format!("/user-{id}@{epoch}"));
    let store_urls = urls(&bare_store.url, |id| format!("/user-{id}"));
    let our_urls = urls(&ours.url, |id| format!("/users/{id}"));
    let python = start_fastapi(&mut children, &stack);

    println!("GET of {USERS} cached users through Dapr, medians of {ROUNDS} rounds");
    println!("{:>8} {:>10} {:>10} {:>8} {:>8} {:>12}", "clients", "server", "per s", "p50 ms", "p99 ms", "of bare");
    for clients in CLIENTS {
        let mut rivals = vec![(&bare, Work::plain(&bare_urls)), (&ours, Work::plain(&our_urls))];
        let python_urls = python.as_ref().map(|peer| urls(&peer.url, |id| format!("/users/{id}")));
        if let (Some(peer), Some(urls)) = (&python, &python_urls) {
            rivals.push((peer, Work::plain(urls)));
        }
        let medians = alternate(&rivals, clients);
        let base = medians[bare.name].per_second;
        for (peer, _) in &rivals {
            print_row(clients, peer.name, medians[peer.name], base);
        }
    }
    for peer in [Some(&ours), Some(&bare), python.as_ref()].into_iter().flatten() {
        println!("{} uses {:.1} MB after that load", peer.name, memory_mb(peer.process));
    }

    println!("\nGET with If-None-Match of what is known: 304, against a bare handler that sends all of it");
    let known = Work { header: Some("If-None-Match: *"), status: "304", urls: &our_urls };
    compare(&[(&bare, Work::plain(&bare_urls)), (&ours, known)]);

    println!("\nA list of {USERS} users, against a bare handler with one bulk get");
    let (list, bulk) = (vec![format!("{}/users", ours.url)], vec![format!("{}/bulk/1/{USERS}", bare_store.url)]);
    compare(&[(&bare_store, Work::plain(&bulk)), (&ours, Work::plain(&list))]);

    println!("\nA user by e-mail address, against a bare handler with two gets");
    let find = urls(&ours.url, |id| format!("/users?email=user{id}@example.com"));
    let two = urls(&bare_store.url, |id| format!("/email-index/user-{id}"));
    compare(&[(&bare_store, Work::plain(&two)), (&ours, Work::plain(&find))]);

    println!("\nGET while Redis is frozen, against a bare handler on the state store");
    stack.redis.freeze();
    warm(&our_urls);
    let medians = compare(&[(&bare_store, Work::plain(&store_urls)), (&ours, Work::plain(&our_urls))]);
    let (base, outage) = (medians[bare_store.name].p99_ms, medians[ours.name].p99_ms);
    println!("p99 during the outage is {:.2}x that of a state store read", outage / base);
    stack.redis.thaw();
}

fn create_users(url: &str) {
    for n in 1..=USERS {
        let body = format!(r#"{{"name":"User number {n}","email":"user{n}@example.com"}}"#);
        let made = run(Command::new("curl")
            .args(["-sf", "-H", "content-type: application/json", "-d", &body])
            .arg(format!("{url}/users")));
        made.expect("a user is created");
    }
    warm(&urls(url, |id| format!("/users/{id}")));
}

/// Reads every user once, so that all are in the cache.
fn warm(urls: &[String]) {
    for url in urls {
        run(Command::new("curl").args(["-sf", url])).expect("the user is read");
    }
}

fn service_epoch(url: &str) -> String {
    let stats = run(Command::new("curl").args(["-sf", &format!("{url}/cache/users/1")])).expect("it can be inspected");
    let inspection: serde_json::Value = serde_json::from_str(&stats).expect("the inspection is JSON");
    inspection["epoch"].as_str().expect("it names the epoch").to_owned()
}

fn urls(base: &str, path: impl Fn(usize) -> String) -> Vec<String> {
    (1..=USERS).map(|id| format!("{base}{}", path(id))).collect()
}

fn start_bare(children: &mut Children, store: &'static str, grpc_port: u16) -> Peer {
    let [port] = free_ports();
    let this = std::env::current_exe().expect("this binary has a path");
    let arguments = ["--bare", store, &grpc_port.to_string(), &port.to_string()].map(str::to_owned);
    let child = Command::new(this).args(arguments).spawn().expect("the peer starts");
    let name = if store == "cache" { "bare" } else { "bare, store" };
    let peer = Peer { name, url: format!("http://127.0.0.1:{port}"), process: child.id() };
    children.0.push(child);
    assert!(becomes_true(PATIENCE, &mut || http_status(port, "/health") == Some(200)), "the bare peer answers");
    peer
}

fn start_fastapi(children: &mut Children, stack: &Stack) -> Option<Peer> {
    let Ok(python) = std::env::var("PEER_PYTHON") else {
        println!("PEER_PYTHON is not set: no Python peer in this run\n");
        return None;
    };
    let [port] = free_ports();
    let child = Command::new(python)
        .args(["-m", "uvicorn", "app:app", "--port", &port.to_string(), "--log-level", "warning"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/bench/peers/fastapi"))
        .env("DAPR_GRPC_PORT", stack.daprd.grpc_port.to_string())
        .env("DAPR_HTTP_PORT", stack.daprd.http_port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("the Python peer starts");
    let peer = Peer { name: "fastapi", url: format!("http://127.0.0.1:{port}"), process: child.id() };
    children.0.push(child);
    assert!(becomes_true(PATIENCE, &mut || http_status(port, "/health") == Some(200)), "the Python peer answers");
    warm(&urls(&peer.url, |id| format!("/users/{id}")));
    Some(peer)
}

/// What a server is asked for, in turn, and how it has to answer.
#[derive(Clone, Copy)]
struct Work<'a> {
    urls: &'a [String],
    header: Option<&'static str>,
    status: &'static str,
}

impl<'a> Work<'a> {
    fn plain(urls: &'a [String]) -> Self {
        Self { urls, header: None, status: "200" }
    }
}

/// Measures with 32 clients, and prints it; the first is the base.
fn compare(rivals: &[(&Peer, Work)]) -> BTreeMap<&'static str, Figures> {
    let medians = alternate(rivals, 32);
    for (peer, _) in rivals {
        print_row(32, peer.name, medians[peer.name], medians[rivals[0].0.name].per_second);
    }
    medians
}

/// Measures each in turn, some rounds; the median of each by throughput.
fn alternate(rivals: &[(&Peer, Work)], clients: usize) -> BTreeMap<&'static str, Figures> {
    let mut all: BTreeMap<&'static str, Vec<Figures>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for (peer, work) in rivals {
            all.entry(peer.name).or_default().push(load(*work, clients));
        }
    }
    let median = |mut figures: Vec<Figures>| {
        figures.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        figures[figures.len() / 2]
    };
    all.into_iter().map(|(name, figures)| (name, median(figures))).collect()
}

fn load(work: Work, clients: usize) -> Figures {
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|value| value.parse().ok()).unwrap_or(3);
    let list = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(list.path(), work.urls.join("\n")).expect("the file can be written");
    let length = format!("{}s", Duration::from_secs(seconds).as_secs());
    let mut oha = Command::new("oha");
    oha.args(["--no-tui", "--output-format", "json", "-z", &length, "-c", &clients.to_string(), "--urls-from-file"]);
    let report =
        run(oha.arg(list.path()).args(work.header.iter().flat_map(|header| ["-H", header]))).expect("the load runs");
    let report: serde_json::Value = serde_json::from_str(&report).expect("oha reports JSON");
    let failed = report["summary"]["successRate"].as_f64().is_none_or(|rate| rate < 0.999);
    let statuses = report["statusCodeDistribution"].as_object().expect("it counts the statuses");
    assert!(!failed && statuses.keys().all(|status| status == work.status), "{}: {statuses:?}", work.status);
    let number = |value: &serde_json::Value| value.as_f64().expect("it is a number");
    Figures {
        per_second: number(&report["summary"]["requestsPerSec"]),
        p50_ms: number(&report["latencyPercentiles"]["p50"]) * 1000.0,
        p99_ms: number(&report["latencyPercentiles"]["p99"]) * 1000.0,
    }
}

fn print_row(clients: usize, name: &str, figures: Figures, base: f64) {
    let Figures { per_second, p50_ms, p99_ms } = figures;
    println!("{clients:>8} {name:>10} {per_second:>10.0} {p50_ms:>8.2} {p99_ms:>8.2} {:>11.2}x", per_second / base);
}

/// The memory that a process holds now.
fn memory_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    let kilobytes: f64 = resident.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
    kilobytes / 1024.0
}
