//! From a listener to an orderly end: connections, their time limits, and the graceful stop.

use std::io;
use std::pin::pin;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use super::exchange::{Service, Stopping};
use super::metrics::Metrics;
use super::soon::Soon;
use crate::users::Users;

/// How long the head of a request may take, and how long a connection may idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// The greatest head of a request, in bytes, as in the original's server.
const HEAD_MAX: usize = 64 * 1024;
/// How long requests and fills that are under way may take after the stop.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait where the system has no connection to give (such as too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the users until `shutdown` ends; then takes no more connections, and lets what is under way end, for at
/// most five seconds.
///
/// # Errors
/// None at present: a connection that fails ends alone.
pub async fn serve(
    listener: TcpListener,
    users: Users,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let soon = Soon::default();
    soon.are(users);
    serve_soon(listener, soon, shutdown).await
}

/// The same over users whose stores may still have to be found.
///
/// # Errors
/// As [`serve`].
pub async fn serve_soon(
    listener: TcpListener,
    users: Soon,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let renewed = users.clone();
    let renewal = tokio::spawn(async move {
        let users = renewed.come().await;
        tokio::join!(users.clone().keep_view(), users.keep_index());
    });
    let (stop, stopping) = watch::channel(false);
    let service = Service { users: users.clone(), metrics: Metrics::default(), stopping: Stopping(stopping) };
    let service = TowerToHyperService::new(super::router(service));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_MAX);
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    let mut is_short_of_connections = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                is_short_of_connections = false;
                // Small answers should not wait for more to come; without it they are only slower.
                let _ = stream.set_nodelay(true);
                let connection = http.serve_connection(TokioIo::new(stream), service.clone());
                let connection = connections.watch(connection);
                tokio::spawn(async move {
                    // It ends in an error when the client breaks off or is too slow: nobody is left to tell.
                    let _ = connection.await;
                });
            }
            Err(fault) if belongs_to_one_connection(&fault) => {}
            Err(fault) => {
                if !is_short_of_connections {
                    eprintln!("no new connection can be taken: {fault}; trying again until one can");
                }
                is_short_of_connections = true;
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let deadline = Instant::now() + GRACE;
    let _ = tokio::time::timeout_at(deadline, connections.shutdown()).await;
    if let Some(users) = users.get() {
        users.settle(deadline.saturating_duration_since(Instant::now())).await;
    }
    renewal.abort();
    Ok(())
}

/// The client went away before its connection was taken.
fn belongs_to_one_connection(fault: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(fault.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
