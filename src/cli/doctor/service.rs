//! The service, and who has its port.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::exit::{Exit, Failure, judge};
use super::super::options::{Global, Via};
use super::super::render::Finding;
use super::super::wire;
use crate::client::{Api, Error};
use crate::users::{Readiness, Standing, Status};

/// How long a connection within this machine may take.
const CONNECT: Duration = Duration::from_secs(1);

/// The service at `--server`, whether it is ready, and its port.
pub async fn check(global: &Global) -> Vec<Finding> {
    if matches!(global.via, Via::Dapr | Via::Embedded) {
        return vec![Finding::skipped("service", "not asked: --via says to do without it")];
    }
    let api = match wire::service(global).await {
        Ok(api) => api,
        Err(error) => return judge(&error).into_iter().map(|failure| Finding::failed("service", failure)).collect(),
    };
    let found = api.probe().await;
    let port = check_port(&global.server, &found).await;
    match found {
        Ok(()) => vec![check_version(&api, &global.server).await, check_readiness(&api).await, port],
        Err(error) => vec![Finding::failed("service", error.into()), port],
    }
}

async fn check_version(api: &Api, url: &str) -> Finding {
    let ours = env!("CARGO_PKG_VERSION");
    match api.version().await {
        Ok(version) if version == ours => Finding::ok("service", format!("usersvc {version} answers at {url}")),
        Ok(version) => {
            let sentence = format!("usersvc {version} answers at {url}, and this is {ours}");
            Finding::failed(
                "service",
                Failure::new(Exit::Found, sentence).attempt("usersvc serve    to start this one"),
            )
        }
        // The original service has no metrics.
        Err(_) => Finding::ok("service", format!("a user service answers at {url}, and does not tell its version")),
    }
}

async fn check_readiness(api: &Api) -> Finding {
    let Readiness { state_store, cache } = match api.readiness().await {
        Ok(readiness) => readiness,
        Err(error) => return Finding::failed("readiness", error.into()),
    };
    let down = [("state store", &state_store), ("cache", &cache)].into_iter().find_map(|(what, store)| {
        let Standing { status, since, reason } = store;
        let reason = reason.as_deref().unwrap_or("no reason is known");
        match status {
            Status::Up => None,
            Status::Down => Some(format!("the {what} has not answered the service since {since}: {reason}")),
            Status::Unknown => Some(format!("the service has not found its {what} yet: {reason}")),
        }
    });
    let Some(down) = down else { return Finding::ok("readiness", "both stores answer the service") };
    let failure = Failure::new(Exit::Found, down);
    Finding::failed("readiness", failure.attempt("docker-compose ps    to see whether PostgreSQL and Redis run"))
}

async fn check_port(url: &str, found: &Result<(), Error>) -> Finding {
    let Some((host, port)) = place(url) else { return Finding::skipped("port", "the URL of the service names none") };
    if !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        return Finding::skipped("port", "the service is on another machine");
    }
    if found.is_ok() {
        return Finding::ok("port", format!("port {port} is the service's"));
    }
    let connected = timeout(CONNECT, TcpStream::connect((host.trim_matches(['[', ']']), port))).await;
    if matches!(connected, Ok(Err(_))) {
        return Finding::ok("port", format!("port {port} is free for `usersvc serve`"));
    }
    let other = port.checked_add(1).unwrap_or(8001);
    let failure = Failure::new(Exit::Found, format!("another program has port {port}"))
        .attempt(format!("lsof -i :{port}    to see which"))
        .attempt(format!("usersvc serve --listen 127.0.0.1:{other}"));
    Finding::failed("port", failure)
}

/// Host and port of a URL.
fn place(url: &str) -> Option<(&str, u16)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let authority = rest.split('/').next()?;
    let usual = if scheme == "https" { 443 } else { 80 };
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((host, port.parse().ok()?)),
        _ => Some((authority, usual)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host_and_a_port() {
        assert_eq!(place("http://localhost:8001"), Some(("localhost", 8001)));
        assert_eq!(place("http://[::1]:8001/below"), Some(("[::1]", 8001)));
        assert_eq!(place("http://[::1]"), Some(("[::1]", 80)));
        assert_eq!(place("https://users.example/"), Some(("users.example", 443)));
        assert_eq!(place("http://localhost:x"), None);
    }
}
