//! Which backend a command gets, and how the stores behind it are opened. Never the embedded file unless it is
//! asked for: somebody who forgot to start the service must not find himself in an empty store.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use etcetera::{AppStrategy, AppStrategyArgs, app_strategy::Xdg};

use super::exit::{Exit, Failure};
use super::link::Reached;
use super::options::{Global, Stores, Via};
use super::render::Screen;
use crate::client::api::{Api, Settings};
use crate::client::direct::Direct;
use crate::client::{Backend, Error};
use crate::state::Store;
use crate::state::dapr::{DaprStore, OpenError, Sidecar};
use crate::state::embedded::{Embedded, OpenError as FileError};
use crate::state::lock::{Lock, LockError};
use crate::state::memory::Memory;
use crate::trace::TierNames;
use crate::users::{Options, Users};

/// Somebody sits before the screen: what does not work is told at once, and not tried again in silence.
pub const IN_SIGHT: Settings =
    Settings { connect: Duration::from_secs(2), answer: Duration::from_secs(10), repeats: 0, pause: Duration::ZERO };

/// How long a command waits for a sidecar that is just being started.
const SIDECAR: Duration = Duration::from_secs(2);
/// How long a command waits for another that has the data file open for a moment.
const FILE: Duration = Duration::from_secs(5);
const FILE_PAUSE: Duration = Duration::from_millis(20);

/// The names of the two stores without Dapr.
const EMBEDDED: TierNames = TierNames { cache: "memory", state: "sqlite" };

/// The backend that the options ask for.
///
/// # Errors
/// Why there is none, as a [`Failure`] or a client [`Error`].
pub async fn reach(global: &Global, screen: &Screen) -> anyhow::Result<Reached> {
    match global.via {
        Via::Api => Ok(Reached::Api(service(global).await?)),
        Via::Dapr => match Sidecar::from_env() {
            Some(sidecar) => through_dapr(sidecar, &global.stores, screen).await,
            None => Err(no_sidecar_named().into()),
        },
        Via::Embedded => on_the_file(&global.stores, screen).await,
        Via::Auto => {
            let api = service(global).await?;
            let why = match api.probe().await {
                Ok(()) => return Ok(Reached::Api(api)),
                Err(refused @ Error::Forbidden { .. }) => return Err(refused.into()),
                Err(why) => why,
            };
            match Sidecar::from_env() {
                Some(sidecar) => through_dapr(sidecar, &global.stores, screen).await,
                None => Err(nobody(why, &api.place()).into()),
            }
        }
    }
}

/// The service that the options name, with the token for it. Asks it nothing yet.
///
/// # Errors
/// That its URL is none, or that there is no token, as a [`Failure`] or a client [`Error`].
pub async fn service(global: &Global) -> anyhow::Result<Api> {
    let api = Api::with(&global.server, IN_SIGHT)?;
    Ok(match &global.token_from {
        Some(source) => api.with_token(&source.read().await?)?,
        None => api,
    })
}

/// Neither a service nor a sidecar: the three ways on.
fn nobody(why: Error, url: &str) -> Failure {
    let sentence = why.to_string();
    let exit = if matches!(why, Error::Slow { .. }) { Exit::TimedOut } else { Exit::Unreachable };
    let cause = match why {
        Error::Unreachable { cause, .. } | Error::Broken { cause, .. } | Error::Foreign { cause, .. } => cause,
        _ => "its /health does not answer".into(),
    };
    Failure::new(exit, format!("{sentence}, and the environment names no Dapr sidecar"))
        .because(format!("{url}: {cause}"))
        .attempt("usersvc serve                         to start the service, or --server URL if it is elsewhere")
        .attempt("DAPR_GRPC_PORT=50001 usersvc …        to go through a sidecar")
        .attempt("usersvc --via embedded …              to work on the data file of this machine")
}

/// `--via dapr`, or `--store dapr`, and no sidecar to go to.
#[must_use]
pub fn no_sidecar_named() -> Failure {
    Failure::new(Exit::Unreachable, "the environment names no Dapr sidecar")
        .because("neither DAPR_GRPC_PORT nor DAPR_GRPC_ENDPOINT is set")
        .attempt("dapr run --app-id user-service --resources-path ./components -- usersvc …")
        .attempt("DAPR_GRPC_PORT=50001 usersvc …        with the gRPC port of a sidecar that runs")
}

async fn through_dapr(sidecar: Result<Sidecar, String>, stores: &Stores, screen: &Screen) -> anyhow::Result<Reached> {
    let sidecar = sidecar.map_err(|told| Failure::told(Exit::Usage, &told))?;
    let opened = Opened::dapr(&sidecar, stores, SIDECAR).await.map_err(failure_of_sidecar)?;
    opened.warnings.iter().for_each(|warning| screen.warn(warning));
    let place = format!("the sidecar at {}", sidecar.endpoint());
    let users = opened.users(options(stores));
    Ok(Reached::Direct(Box::new(Direct::new(users, place, None))))
}

async fn on_the_file(stores: &Stores, screen: &Screen) -> anyhow::Result<Reached> {
    let dir = data_dir(stores)?;
    let since = Instant::now();
    let lock = loop {
        match Lock::acquire(&dir, None) {
            Ok(lock) => break lock,
            Err(LockError::Held(holder)) => match holder.url {
                Some(url) => {
                    let pid = holder.pid;
                    screen.note(&format!("process {pid} has the data file open, so this goes through {url}"));
                    return Ok(Reached::Api(Api::with(&url, IN_SIGHT)?));
                }
                None if since.elapsed() < FILE => tokio::time::sleep(FILE_PAUSE).await,
                None => {
                    let failure = Failure::from(LockError::Held(holder));
                    return Err(failure.because("it is a shell with --via embedded, or a command that goes on").into());
                }
            },
            Err(fault) => return Err(Failure::from(fault).into()),
        }
    };
    let opened = Opened::embedded(&dir).map_err(failure_of_file)?;
    screen.note(&format!("on the data file in {}, with a cache that begins empty", dir.display()));
    let users = opened.users(options(stores));
    Ok(Reached::Direct(Box::new(Direct::new(users, dir.display().to_string(), Some(lock)))))
}

/// Two stores, open.
pub struct Opened {
    state: Store,
    cache: Store,
    /// What a person calls them.
    pub names: TierNames,
    /// One process has them for itself.
    alone: bool,
    /// What an operator should know.
    pub warnings: Vec<String>,
}

impl Opened {
    /// Two components of a sidecar.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn dapr(sidecar: &Sidecar, stores: &Stores, patience: Duration) -> Result<Self, OpenError> {
        let (state, cache, names) = sidecar.open(&stores.statestore, &stores.cache, patience).await?;
        let warnings = [&state, &cache].into_iter().filter_map(DaprStore::warning).collect();
        Ok(Self { state: Store::Dapr(state), cache: Store::Dapr(cache), names, alone: false, warnings })
    }

    /// A file in a directory that this process has locked.
    ///
    /// # Errors
    /// That the file cannot be used.
    pub fn embedded(dir: &Path) -> Result<Self, FileError> {
        let state = Store::Embedded(Embedded::open(dir)?);
        let cache = Store::Memory(Memory::default());
        Ok(Self { state, cache, names: EMBEDDED, alone: true, warnings: Vec::new() })
    }

    /// The users in them.
    #[must_use]
    pub fn users(self, options: Options) -> Users {
        let options = Options { names: self.names, alone: self.alone, ..options };
        Users::new(self.state, self.cache, options)
    }
}

/// What the command line says of how users are kept.
#[must_use]
pub fn options(stores: &Stores) -> Options {
    Options {
        cache_ttl: stores.cache_ttl,
        lease: stores.cache_lease,
        strict: stores.cache_strict,
        ..Options::default()
    }
}

/// A component that is not there, or not fit, is a matter of settings; a sidecar that does not answer may come.
pub fn failure_of_sidecar(error: OpenError) -> Failure {
    let exit = match error {
        OpenError::NoSidecar { .. } | OpenError::Silent { .. } => Exit::Unreachable,
        _ => Exit::Usage,
    };
    Failure::told(exit, &error.to_string())
}

/// The data file cannot be used.
pub fn failure_of_file(error: FileError) -> Failure {
    Failure::told(Exit::Usage, &error.to_string())
}

/// The directory of the embedded store.
///
/// # Errors
/// That nothing says where it is.
pub fn data_dir(stores: &Stores) -> Result<PathBuf, Failure> {
    if let Some(dir) = &stores.data_dir {
        return Ok(dir.clone());
    }
    let homeless = |_| {
        Failure::new(Exit::Usage, "there is no place for the data file, because HOME is not set")
            .attempt("--data-dir DIR")
    };
    Ok(of_this_program().map_err(homeless)?.data_dir())
}

/// The user's directories for this program (XDG Base Directory Specification).
///
/// # Errors
/// That the user has no home.
pub fn of_this_program() -> Result<Xdg, etcetera::HomeDirError> {
    Xdg::new(AppStrategyArgs { top_level_domain: String::new(), author: String::new(), app_name: "usersvc".into() })
}
