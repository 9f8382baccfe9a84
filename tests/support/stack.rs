//! A private PostgreSQL, Redis and sidecar on free ports.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use rustix::process::Signal;

use super::components::{
    CACHE, CACHE_MEMORY, CACHE_SQLITE, Component, STATESTORE, STATESTORE_MEMORY, STATESTORE_SQLITE, STATESTORE_V1,
    in_memory, postgres_v1, postgres_v2, redis, sqlite,
};
use super::process::{Scene, Server, http_get, http_status, on_free_ports, run};
use super::tool;

/// The app id of the sidecar that all tests of a binary share.
pub const APP_ID: &str = "user-service";

/// The password of `dapruser`.
const PASSWORD: &str = "daprpassword";

/// The tool module says which sidecar is built.
const TOOL_MODULE: &str = include_str!("../../tools/daprd/go.mod");

/// What a stack is for.
#[derive(Clone, Copy, Default)]
pub struct Setup {
    /// True where PostgreSQL waits for the disk at each commit. The others survive `kill -9` as well, which leaves
    /// what was written with the system, but not the loss of power.
    pub is_durable: bool,
}

/// What a sidecar may have beside its components.
#[derive(Clone, Default)]
struct Extras {
    /// Only who has it is served.
    token: Option<String>,
    /// The port of the app that it invokes.
    app_port: Option<u16>,
}

/// The whole of it. What stands first is stopped first.
pub struct Stack {
    pub daprd: Daprd,
    pub redis: Redis,
    pub postgres: Postgres,
    scene: Arc<Scene>,
}

impl Stack {
    /// The one that the tests of this binary share, started by the first of them. Whoever kills or freezes a part of
    /// it takes one of their own, with [`Stack::start`].
    #[track_caller]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<Stack, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::try_start(Setup::default()));
        shared.as_ref().unwrap_or_else(|error| panic!("{error}"))
    }

    /// One of one's own.
    #[track_caller]
    pub fn start(setup: Setup) -> Self {
        Self::try_start(setup).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_start(setup: Setup) -> Result<Self, String> {
        let program = daprd_program()?;
        let scene = Scene::new()?;
        let postgres = Postgres::start(&scene, setup)?;
        let redis = Redis::start(&scene)?;
        let components = standard(scene.path(), &postgres, &redis);
        let daprd = Daprd::start(&scene, &program, APP_ID, &components, Extras::default())?;
        Ok(Self { daprd, redis, postgres, scene })
    }

    /// Another sidecar on the same PostgreSQL and Redis, with the same components.
    #[track_caller]
    pub fn second_sidecar(&self, app_id: &str) -> Daprd {
        self.sidecar(app_id, &self.standard_components())
    }

    /// Another sidecar with components of one's own, without waiting for more than its readiness.
    #[track_caller]
    pub fn sidecar(&self, app_id: &str, components: &[Component]) -> Daprd {
        self.try_sidecar(app_id, components).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, with the reason why it did not start.
    pub fn try_sidecar(&self, app_id: &str, components: &[Component]) -> Result<Daprd, String> {
        Daprd::start(&self.scene, &daprd_program()?, app_id, components, Extras::default())
    }

    /// The same for a sidecar that serves only who has the token.
    #[track_caller]
    pub fn sidecar_with_token(&self, app_id: &str, components: &[Component], token: &str) -> Daprd {
        let program = daprd_program().unwrap_or_else(|error| panic!("{error}"));
        let extras = Extras { token: Some(token.to_owned()), ..Extras::default() };
        let started = Daprd::start(&self.scene, &program, app_id, components, extras);
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Another sidecar with the same components, which is that of an app on that port.
    pub fn try_sidecar_of_app(&self, app_id: &str, port: u16) -> Result<Daprd, String> {
        let extras = Extras { app_port: Some(port), ..Extras::default() };
        Daprd::start(&self.scene, &daprd_program()?, app_id, &self.standard_components(), extras)
    }

    /// The components that the sidecar has, to be changed for another one.
    pub fn standard_components(&self) -> Vec<Component> {
        standard(self.scene.path(), &self.postgres, &self.redis)
    }

    /// The directory of the logs and the data; it is removed at the end.
    pub fn path(&self) -> &Path {
        self.scene.path()
    }
}

fn standard(directory: &Path, postgres: &Postgres, on_redis: &Redis) -> Vec<Component> {
    vec![
        postgres_v2(STATESTORE, postgres.port),
        postgres_v1(STATESTORE_V1, postgres.port),
        sqlite(STATESTORE_SQLITE, &directory.join("statestore.sqlite")),
        in_memory(STATESTORE_MEMORY),
        redis(CACHE, on_redis.port),
        sqlite(CACHE_SQLITE, &directory.join("cache.sqlite")),
        in_memory(CACHE_MEMORY),
    ]
}

/// A sidecar.
pub struct Daprd {
    server: Server,
    /// The directory of its components, read at each start.
    pub resources: PathBuf,
    pub http_port: u16,
    pub grpc_port: u16,
}

impl Daprd {
    fn start(
        scene: &Arc<Scene>,
        program: &Path,
        app_id: &str,
        components: &[Component],
        extras: Extras,
    ) -> Result<Self, String> {
        let resources = tempfile::Builder::new()
            .prefix("components-")
            .tempdir_in(scene.path())
            .map_err(|error| format!("no directory for the components: {error}"))?
            .keep();
        for component in components {
            fs::write(resources.join(format!("{}.yaml", component.name)), &component.yaml)
                .map_err(|error| format!("the component {} cannot be written: {error}", component.name))?;
        }
        let header = extras.token.as_ref().map_or_else(String::new, |token| format!("dapr-api-token: {token}\r\n"));
        on_free_ports(|[http_port, grpc_port, internal, metrics]| {
            let (program, app_id, extras) = (program.to_owned(), app_id.to_owned(), extras.clone());
            let (home, components) = (scene.path().to_owned(), resources.clone());
            let command = move || {
                let mut command = Command::new(&program);
                command.args(["--app-id", &app_id, "--resources-path"]).arg(&components);
                for (flag, port) in [
                    ("--dapr-http-port", http_port),
                    ("--dapr-grpc-port", grpc_port),
                    ("--dapr-internal-grpc-port", internal),
                    ("--metrics-port", metrics),
                ] {
                    command.args([flag, &port.to_string()]);
                }
                command.args(extras.app_port.iter().flat_map(|port| ["--app-port".to_owned(), port.to_string()]));
                command.args(["--dapr-listen-addresses", "127.0.0.1", "--enable-metrics=false", "--log-level", "warn"]);
                command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &home);
                command.envs(extras.token.iter().map(|token| ("DAPR_API_TOKEN", token)));
                command
            };
            let (header, components) = (header.clone(), resources.clone());
            let is_ready = move |_| {
                http_status(http_port, "/v1.0/healthz/outbound") == Some(204)
                    && has_components(http_port, &header, &components)
            };
            let server = Server::start(scene, "daprd", Signal::TERM, command, is_ready)?;
            Ok(Self { server, resources: resources.clone(), http_port, grpc_port })
        })
    }

    /// Where its gRPC API is.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.grpc_port)
    }
}

/// True where the sidecar has all components that it cannot do without. One of them may fail, and the sidecar says that
/// it is ready before it ends for that reason.
fn has_components(http_port: u16, header: &str, resources: &Path) -> bool {
    let Some((200, metadata)) = http_get(http_port, "/v1.0/metadata", header) else { return false };
    let files = fs::read_dir(resources).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).all(|yaml| {
        let name = yaml.split_once("metadata:\n  name: ").and_then(|(_, rest)| rest.lines().next());
        yaml.contains("ignoreErrors") || name.is_some_and(|name| metadata.contains(&format!("\"name\":\"{name}\"")))
    })
}

/// A PostgreSQL server with the database `daprdb` of the user `dapruser`.
pub struct Postgres {
    server: Server,
    pub port: u16,
    programs: PathBuf,
}

impl Postgres {
    fn start(scene: &Arc<Scene>, setup: Setup) -> Result<Self, String> {
        let programs = postgres_programs()?;
        let owner = owner()?;
        let cluster = scene.path().join("postgres");
        let made = fs::create_dir(&cluster).and_then(|()| match owner {
            Some((user, group)) => chown(&cluster, Some(user), Some(group)),
            None => Ok(()),
        });
        made.map_err(|error| format!("no directory for PostgreSQL: {error}"))?;
        let program = move |path: &Path| {
            let mut command = Command::new(path);
            command.current_dir("/").env_remove("PGDATA");
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let password = scene.path().join("password");
        fs::write(&password, PASSWORD).map_err(|error| format!("no file for the password: {error}"))?;
        run(program(&programs.join("initdb"))
            .args(["-U", "dapruser", "-A", "scram-sha-256", "--pwfile"])
            .arg(&password)
            .args(["-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&cluster))?;
        let postgres = on_free_ports(|[port]| {
            let (serve, cluster_here) = (programs.join("postgres"), cluster.clone());
            let command = move || {
                let mut command = program(&serve);
                command.arg("-D").arg(&cluster_here).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
                command.args(["-c", "shared_buffers=16MB"]);
                if !setup.is_durable {
                    command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
                }
                command
            };
            let status = cluster.join("postmaster.pid");
            // What pg_ctl looks at: the process id in the first line, the state in the eighth.
            let is_ready = move |id: u32| {
                let text = fs::read_to_string(&status).unwrap_or_default();
                let mut lines = text.lines();
                lines.next() == Some(&id.to_string()) && lines.nth(6).map(str::trim) == Some("ready")
            };
            // Its own word for stopping at once; killed, it would leave a segment of shared memory.
            let server = Server::start(scene, "postgres", Signal::QUIT, command, is_ready)?;
            Ok(Self { server, port, programs: programs.clone() })
        })?;
        postgres.psql("postgres", "CREATE DATABASE daprdb").map(|_| postgres)
    }

    /// What `psql` prints for a statement in `daprdb`: bare values, one row a line.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        self.try_sql(statement).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, with the reason why it was not done.
    pub fn try_sql(&self, statement: &str) -> Result<String, String> {
        self.psql("daprdb", statement)
    }

    fn psql(&self, database: &str, statement: &str) -> Result<String, String> {
        let port = self.port.to_string();
        run(Command::new(self.programs.join("psql"))
            .args(["-XAtq", "-h", "127.0.0.1", "-p", &port, "-U", "dapruser", "-d", database, "-c", statement])
            .env("PGPASSWORD", PASSWORD)
            .current_dir("/"))
    }
}

/// A Redis server without persistence that evicts nothing.
pub struct Redis {
    server: Server,
    pub port: u16,
}

impl Redis {
    fn start(scene: &Arc<Scene>) -> Result<Self, String> {
        let installed = run(Command::new("redis-server").arg("--version"));
        installed.map_err(|_| "Redis is not installed: run `sudo apt-get install redis-server`")?;
        on_free_ports(|[port]| {
            let directory = scene.path().to_owned();
            let command = move || {
                let mut command = Command::new("redis-server");
                command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"]).arg(&directory);
                command.args(["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]);
                command
            };
            let is_ready = move |_| cli(port, &["PING"]).is_ok_and(|answer| answer == "PONG");
            let server = Server::start(scene, "redis", Signal::TERM, command, is_ready)?;
            Ok(Self { server, port })
        })
    }

    /// What `redis-cli` prints for a command, such as `["HGETALL", "cache||user-1"]`.
    #[track_caller]
    pub fn cli(&self, command: &[&str]) -> String {
        cli(self.port, command).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn cli(port: u16, command: &[&str]) -> Result<String, String> {
    run(Command::new("redis-cli").args(["-h", "127.0.0.1", "-p", &port.to_string()]).args(command))
}

macro_rules! is_a_server {
    ($($part:ty),*) => {$(
        impl Deref for $part {
            type Target = Server;

            fn deref(&self) -> &Server {
                &self.server
            }
        }
    )*};
}

is_a_server!(Daprd, Postgres, Redis);

/// Where `tools/daprd/build` puts the sidecar.
fn daprd_program() -> Result<PathBuf, String> {
    let version = TOOL_MODULE
        .lines()
        .find_map(|line| line.trim().trim_start_matches("require ").strip_prefix("github.com/dapr/dapr v"))
        .expect("the tool module requires Dapr");
    tool(&format!("daprd-{version}/daprd"), "tools/daprd/build")
}

/// The directory of PostgreSQL's programs: the newest that Debian installed, or the one on the path.
fn postgres_programs() -> Result<PathBuf, String> {
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let version = |programs: &PathBuf| programs.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian
        .filter(|programs| programs.join("initdb").is_file())
        .max_by_key(version)
        .or_else(|| std::env::split_paths(&path).find(|programs| programs.join("initdb").is_file()))
        .ok_or_else(|| "PostgreSQL is not installed: run `sudo apt-get install postgresql`".to_owned())
}

/// The user and group that PostgreSQL runs as, if not as whoever runs the tests: it refuses to run as root.
fn owner() -> Result<Option<(u32, u32)>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let id = |flag| {
        let id = run(Command::new("id").args([flag, "postgres"]));
        id.ok().and_then(|id| id.parse().ok()).ok_or("there is no user `postgres`: run `apt-get install postgresql`")
    };
    Ok(Some((id("-u")?, id("-g")?)))
}
