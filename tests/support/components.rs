//! The component files of the sidecar under test. The names that the service looks for by default are
//! [`STATESTORE`] (PostgreSQL, v2) and [`CACHE`] (Redis); the others stand beside them.

use std::path::Path;

pub const STATESTORE: &str = "statestore";
pub const STATESTORE_V1: &str = "statestore-v1";
pub const STATESTORE_SQLITE: &str = "statestore-sqlite";
pub const STATESTORE_MEMORY: &str = "statestore-memory";
pub const CACHE: &str = "cache";
pub const CACHE_SQLITE: &str = "cache-sqlite";
pub const CACHE_MEMORY: &str = "cache-memory";

/// A component of a sidecar.
#[derive(Clone)]
pub struct Component {
    pub name: String,
    /// The file as the sidecar reads it.
    pub yaml: String,
}

impl Component {
    fn new(name: &str, kind: &str, version: &str, settings: &[(&str, &str)]) -> Self {
        let yaml = format!(
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n\
             spec:\n  type: {kind}\n  version: {version}\n  metadata:\n"
        );
        let component = Self { name: name.to_owned(), yaml };
        // Without it the keys start with the app id, and the sidecar of another app would not find them.
        let all = [&[("keyPrefix", "name")], settings].concat();
        all.into_iter().fold(component, |component, (name, value)| component.with(name, value))
    }

    /// The same with one more setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.yaml += &format!("    - name: {name}\n      value: \"{value}\"\n");
        self
    }

    /// The same, but a sidecar that cannot reach it at its start goes on without it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.yaml = self.yaml.replace("spec:\n", "spec:\n  ignoreErrors: true\n");
        self
    }
}

/// PostgreSQL as the service wants it.
pub fn postgres_v2(name: &str, port: u16) -> Component {
    Component::new(
        name,
        "state.postgresql",
        "v2",
        &[("connectionString", &postgres(port)), ("tablePrefix", "usersvc_")],
    )
}

/// PostgreSQL as the original used it.
pub fn postgres_v1(name: &str, port: u16) -> Component {
    Component::new(name, "state.postgresql", "v1", &[("connectionString", &postgres(port))])
}

fn postgres(port: u16) -> String {
    format!("host=127.0.0.1 port={port} user=dapruser password=daprpassword database=daprdb sslmode=disable")
}

/// Redis as the service wants it: a script whose answer was lost is not run again.
pub fn redis(name: &str, port: u16) -> Component {
    let host = format!("127.0.0.1:{port}");
    Component::new(name, "state.redis", "v1", &[("redisHost", &host), ("redisPassword", ""), ("redisMaxRetries", "-1")])
}

/// A SQLite file.
pub fn sqlite(name: &str, file: &Path) -> Component {
    let file = file.to_str().expect("the path of a test's directory is text");
    Component::new(name, "state.sqlite", "v1", &[("connectionString", file)])
}

/// The memory of the sidecar.
pub fn in_memory(name: &str) -> Component {
    Component::new(name, "state.in-memory", "v1", &[])
}
