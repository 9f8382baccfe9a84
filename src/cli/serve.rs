//! `usersvc serve`: from flags to a running service, and every way in which the start can fail.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::exit::{Exit, Failure};
use super::options::Global;
use super::render::{Banner, Screen};
use super::values;
use super::wire::{self, Opened};
use crate::client::api::Api;
use crate::http::{self, Log, Soon};
use crate::state::dapr::Sidecar;
use crate::state::lock::{Lock, LockError};
use crate::users::Options;

/// The port of a service unless it is told otherwise.
const EXPECTED_PORT: u16 = 8001;
/// How long the sidecar may take to come up beside us.
const SIDECAR: Duration = Duration::from_secs(30);
/// How long it may take before we say that we wait for it.
const QUIET_WAIT: Duration = Duration::from_millis(500);

/// Where a service keeps its users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StoreKind {
    /// Dapr if the environment names a sidecar, else embedded
    #[default]
    Auto,
    /// Two components of a Dapr sidecar
    Dapr,
    /// A file of this machine, and a cache in memory
    Embedded,
}

/// `usersvc serve`
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The address to listen on; port 0 takes any that is free
    #[arg(long, env = "USERSVC_LISTEN", hide_env_values = true, value_name = "ADDRESS")]
    #[arg(value_parser = values::listen, default_value = "127.0.0.1:8001")]
    pub listen: SocketAddr,
    /// Where the users are kept
    #[arg(long, env = "USERSVC_STORE", hide_env_values = true, value_name = "STORE", value_enum, default_value_t)]
    pub store: StoreKind,
    /// The share of reads in which cache and state store are compared, from 0 to 1
    #[arg(long, env = "USERSVC_CACHE_AUDIT", hide_env_values = true, value_name = "RATE")]
    #[arg(value_parser = values::rate, default_value = "0.001")]
    pub cache_audit: f64,
    /// Give nobody an e-mail address that another user has, in any process, until it is turned off again
    #[arg(long, env = "USERSVC_UNIQUE_EMAILS", hide_env_values = true, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub unique_emails: Option<bool>,
}

/// Serves until SIGTERM or ^C.
///
/// # Errors
/// Why the service could not start, as a [`Failure`].
pub fn run(args: &ServeArgs, global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(args, global, screen))
}

/// The same, within a runtime.
///
/// # Errors
/// As [`run`].
pub async fn serve(args: &ServeArgs, global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let stop = Stop::on_signals()?;
    match sidecar(args)? {
        Some(sidecar) => beside(&sidecar, args, global, screen, stop).await,
        None => on_the_file(args, global, screen, stop).await,
    }
}

/// The sidecar that is to be used, if it is one.
fn sidecar(args: &ServeArgs) -> Result<Option<Sidecar>, Failure> {
    let named = match args.store {
        StoreKind::Embedded => return Ok(None),
        StoreKind::Auto | StoreKind::Dapr => Sidecar::from_env(),
    };
    match named {
        Some(Ok(sidecar)) => Ok(Some(sidecar)),
        Some(Err(told)) => Err(Failure::told(Exit::Usage, &told)),
        None if args.store == StoreKind::Auto => Ok(None),
        None => Err(wire::no_sidecar_named()),
    }
}

async fn on_the_file(args: &ServeArgs, global: &Global, screen: &Screen, stop: Stop) -> anyhow::Result<Exit> {
    let dir = wire::data_dir(&global.stores)?;
    // Before the port: where both are taken, it is the other server that matters.
    let mut lock = Lock::acquire(&dir, None).map_err(locked)?;
    let (listener, address) = listen(args.listen).await?;
    let opened = Opened::embedded(&dir).map_err(wire::failure_of_file)?;
    lock.set_url(Some(&url(address))).map_err(locked)?;
    let log = Log::to_stderr();
    let banner = Banner {
        url: url(address),
        store: "embedded: a SQLite file, and a cache in memory".into(),
        place: dir.display().to_string(),
        cache: format!("{}, values are served for {} s", opened.names.cache, global.stores.cache_ttl.as_secs()),
        is_where_expected: is_where_expected(address),
    };
    screen.banner(&banner);
    warn_of_strangers(address, screen);
    let users = opened.users(options(args, global, &log));
    http::serve(listener, users, async move { stop.asked().await }).await?;
    Ok(Exit::Done)
}

async fn beside(
    sidecar: &Sidecar,
    args: &ServeArgs,
    global: &Global,
    screen: &Screen,
    stop: Stop,
) -> anyhow::Result<Exit> {
    let (listener, address) = listen(args.listen).await?;
    let log = Log::to_stderr();
    let users = Soon::default();
    let asked = stop.clone();
    let served = tokio::spawn(http::serve_soon(listener, users.clone(), async move { asked.asked().await }));
    let search = async {
        let search = Opened::dapr(sidecar, &global.stores, SIDECAR);
        tokio::pin!(search);
        tokio::select! {
            found = &mut search => return found,
            () = tokio::time::sleep(QUIET_WAIT) => {}
        }
        let (here, there) = (url(address), sidecar.endpoint());
        screen.note(&format!("{here} answers /health; looking for the sidecar at {there} for {} s", SIDECAR.as_secs()));
        search.await
    };
    let opened = tokio::select! {
        found = search => found.map_err(wire::failure_of_sidecar)?,
        () = stop.asked() => return Ok(Exit::Done),
    };
    let (names, stores) = (opened.names, &global.stores);
    let banner = Banner {
        url: url(address),
        store: format!("the Dapr sidecar at {}", sidecar.endpoint()),
        place: format!("{} ({})", stores.statestore, names.state),
        cache: format!("{} ({}), values are served for {} s", stores.cache, names.cache, stores.cache_ttl.as_secs()),
        is_where_expected: is_where_expected(address),
    };
    screen.banner(&banner);
    opened.warnings.iter().for_each(|warning| screen.warn(warning));
    warn_of_strangers(address, screen);
    users.are(opened.users(options(args, global, &log)));
    served.await??;
    Ok(Exit::Done)
}

fn options(args: &ServeArgs, global: &Global, log: &Log) -> Options {
    Options {
        audit: args.cache_audit,
        unique_emails: args.unique_emails,
        observer: log.observer(),
        ..wire::options(&global.stores)
    }
}

/// A data directory that another process has, or that cannot be used.
fn locked(error: LockError) -> Failure {
    let failure = Failure::from(error);
    if failure.exit == Exit::Unreachable { failure.attempt("usersvc serve --data-dir DIR") } else { failure }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    match bound.await {
        Ok(bound) => Ok(bound),
        Err(fault) => Err(not_bound(address, &fault).await),
    }
}

async fn not_bound(address: SocketAddr, fault: &io::Error) -> Failure {
    let (port, here) = (address.port(), address.ip());
    let other = port.checked_add(1).unwrap_or(8001);
    match fault.kind() {
        io::ErrorKind::AddrInUse => {
            let is_ours = match Api::with(&url(address), wire::IN_SIGHT) {
                Ok(api) => api.probe().await.is_ok(),
                Err(_) => false,
            };
            let who = if is_ours { "a usersvc answers there already" } else { "another program listens there" };
            Failure::new(Exit::Unreachable, format!("port {port} of {here} is in use"))
                .because(who)
                .attempt(format!("usersvc serve --listen {}", SocketAddr::new(here, other)))
                .attempt(format!("lsof -i :{port}    to see who has it"))
        }
        io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::Usage, format!("the system does not let us listen on port {port}"))
                .because("ports below 1024 are for the administrator")
                .attempt("usersvc serve --listen 127.0.0.1:8001")
        }
        _ => Failure::new(Exit::Usage, format!("it is not possible to listen on {address}"))
            .because(fault.to_string())
            .attempt("usersvc serve --listen 127.0.0.1:8001    or another address of this machine"),
    }
}

/// Where a program of this machine reaches the service.
fn url(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// Whether a command without `--server` finds this service.
fn is_where_expected(address: SocketAddr) -> bool {
    address.port() == EXPECTED_PORT && (address.ip().is_loopback() || address.ip().is_unspecified())
}

fn warn_of_strangers(address: SocketAddr, screen: &Screen) {
    if !address.ip().is_loopback() {
        screen.warn(&format!("whoever reaches {address} can read and change all users"));
    }
}

/// SIGTERM or ^C, for whoever waits for it. The second one ends the process at once.
#[derive(Clone)]
struct Stop(watch::Receiver<bool>);

impl Stop {
    fn on_signals() -> io::Result<Self> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (heard, stop) = watch::channel(false);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    () = heard.closed() => return,
                }
                if heard.send_replace(true) {
                    std::process::exit(Exit::Interrupted as i32);
                }
            }
        });
        Ok(Self(stop))
    }

    async fn asked(&self) {
        // It ends only with the process, or when nobody waits any more.
        let _ = self.0.clone().wait_for(|asked| *asked).await;
    }
}
