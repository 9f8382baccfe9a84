//! The service as a real process.

use std::ffi::OsString;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustix::process::Signal;

use super::process::{Scene, Server, http_status, on_free_ports};
use super::stack::{Daprd, Stack};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_usersvc");

/// The command line as a user of a fresh account has it: no configuration, no sidecar, no terminal. Its home and its
/// data directory are in `home`.
pub fn usersvc(home: &Path) -> Command {
    let mut command = Command::new(BINARY);
    for (name, _) in std::env::vars_os() {
        let is_ours = |name: &str| ["USERSVC_", "DAPR_", "XDG_"].iter().any(|prefix| name.starts_with(prefix));
        if name.to_str().is_some_and(is_ours) {
            command.env_remove(name);
        }
    }
    command.env("HOME", home).env("USERSVC_DATA_DIR", home.join("data")).env("NO_COLOR", "1");
    command
}

/// A running `usersvc serve`. It is asked to stop when this is dropped.
pub struct Service {
    server: Server,
    port: u16,
    // After the server: its directory is removed when nothing uses it any more.
    scene: Arc<Scene>,
}

impl Service {
    /// On the file store, in a directory of its own.
    #[track_caller]
    pub fn embedded() -> Self {
        Self::start(&["--store", "embedded"], &[])
    }

    /// On the sidecar of the stack.
    #[track_caller]
    pub fn on(stack: &Stack) -> Self {
        Self::beside(&stack.daprd, &[])
    }

    /// On that sidecar, with further flags of `usersvc serve`.
    #[track_caller]
    pub fn beside(daprd: &Daprd, flags: &[&str]) -> Self {
        let flags = [&["--store", "dapr"], flags].concat();
        Self::start(&flags, &[("DAPR_GRPC_PORT", &daprd.grpc_port.to_string())])
    }

    /// Beside a sidecar that is not there: it answers for its health, and has no stores yet.
    #[track_caller]
    pub fn without_a_sidecar() -> Self {
        let started = on_free_ports(|[port, nobody]| {
            Self::launch(port, &[], &[("DAPR_GRPC_PORT", &nobody.to_string())], |_| true)
        });
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// With those flags and environment variables, on a free port, ready to answer.
    #[track_caller]
    pub fn start(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::try_start(flags, environment).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, with the reason why it did not start.
    pub fn try_start(flags: &[&str], environment: &[(&str, &str)]) -> Result<Self, String> {
        on_free_ports(|[port]| Self::try_start_on(port, flags, environment))
    }

    /// The same on that port.
    pub fn try_start_on(port: u16, flags: &[&str], environment: &[(&str, &str)]) -> Result<Self, String> {
        // It answers for its health before it has found its stores. The id is one that no test gets to.
        Self::launch(port, flags, environment, |port| http_status(port, "/users/2147483647") == Some(404))
    }

    fn launch(
        port: u16,
        flags: &[&str],
        environment: &[(&str, &str)],
        has_its_stores: fn(u16) -> bool,
    ) -> Result<Self, String> {
        let scene = Scene::new()?;
        let home = scene.path().to_owned();
        let flags: Vec<OsString> = flags.iter().map(OsString::from).collect();
        let environment: Vec<(OsString, OsString)> =
            environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let command = move || {
            let mut command = usersvc(&home);
            command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).args(&flags);
            command.envs(environment.iter().cloned());
            command
        };
        let is_ready = move |_| http_status(port, "/health") == Some(200) && has_its_stores(port);
        let server = Server::start(&scene, "usersvc", Signal::TERM, command, is_ready)?;
        Ok(Self { server, port, scene })
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory that is its home.
    pub fn home(&self) -> &Path {
        self.scene.path()
    }

    /// The command line, with this service as its server.
    pub fn usersvc(&self) -> Command {
        let mut command = usersvc(self.home());
        command.env("USERSVC_SERVER", self.url());
        command
    }
}

impl Deref for Service {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
