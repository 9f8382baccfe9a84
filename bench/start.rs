//! How fast the command line is as a whole process, against peers, in one run: `cargo bench --bench start`.
//!
//! - `usersvc --version` against `rg --version` ([ripgrep](https://github.com/BurntSushi/ripgrep)) and `true`;
//! - `usersvc user get` through a running service against `curl` of the same URL.
//!
//! They take turns. Absolute figures are the machine's; the ratios are what counts. `BENCH_RUNS` is how often each is
//! run (200).

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::http::Client;
use support::service::Service;

/// The first runs, which find nothing in the system's memory, do not count.
const WARM_UP: usize = 10;

fn main() {
    if Command::new("rg").arg("--version").output().is_err() {
        eprintln!("ripgrep is a peer, and not installed: run `sudo apt-get install ripgrep`");
        std::process::exit(1);
    }
    let service = Service::embedded();
    Client::new(service.port()).create("John Doe").expect(201);

    println!("{:>30} {:>9} {:>9} {:>12}", "command", "p50 ms", "p90 ms", "of the first");
    let version = |program: &str| {
        let mut command = if program == "usersvc" { service.usersvc() } else { Command::new(program) };
        command.arg("--version");
        command
    };
    race(vec![("rg --version", version("rg")), ("usersvc --version", version("usersvc")), ("true", version("true"))]);

    let mut curl = Command::new("curl");
    curl.arg("-s").arg(format!("{}/users/1", service.url()));
    let mut get = service.usersvc();
    get.args(["user", "get", "1"]);
    let mut get_via = service.usersvc();
    get_via.args(["user", "get", "1", "--via", "api"]);
    race(vec![("curl", curl), ("usersvc user get", get), ("usersvc user get --via api", get_via)]);
}

/// Runs the commands in turn, and prints how long each takes beside the first.
fn race(mut rivals: Vec<(&'static str, Command)>) {
    let runs = std::env::var("BENCH_RUNS").ok().and_then(|value| value.parse().ok()).unwrap_or(200);
    let mut times: Vec<Vec<Duration>> = vec![Vec::with_capacity(runs); rivals.len()];
    for run in 0..runs + WARM_UP {
        for ((name, command), times) in rivals.iter_mut().zip(&mut times) {
            let took = once(name, command);
            if run >= WARM_UP {
                times.push(took);
            }
        }
    }
    let at = |times: &mut Vec<Duration>, share: f64| {
        times.sort_unstable();
        times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0
    };
    let first = at(&mut times[0], 0.5);
    for ((name, _), times) in rivals.iter().zip(&mut times) {
        let (p50, p90) = (at(times, 0.5), at(times, 0.9));
        println!("{name:>30} {p50:>9.2} {p90:>9.2} {:>11.2}x", p50 / first);
    }
}

fn once(name: &str, command: &mut Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let began = Instant::now();
    let status = command.status().unwrap_or_else(|error| panic!("{name}: {error}"));
    let took = began.elapsed();
    assert!(status.success(), "{name}: {status}");
    took
}
