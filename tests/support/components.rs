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

/// A component: its name, its type, its version and its settings.
#[derive(Clone)]
pub struct Component {
    pub name: String,
    pub kind: &'static str,
    pub version: &'static str,
    pub settings: Vec<(&'static str, String)>,
    /// True where the sidecar goes on without it if it cannot be reached at the start.
    pub is_optional: bool,
}

impl Component {
    fn new(name: &str, kind: &'static str, version: &'static str, settings: &[(&'static str, &str)]) -> Self {
        // Without it the keys start with the app id, and the sidecar of another app would not find them.
        let mut all = vec![("keyPrefix", "name".to_owned())];
        all.extend(settings.iter().map(|&(name, value)| (name, value.to_owned())));
        Self { name: name.to_owned(), kind, version, settings: all, is_optional: false }
    }

    /// The file as the sidecar reads it.
    pub fn yaml(&self) -> String {
        let mut yaml = format!(
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: {}\nspec:\n  type: {}\n  version: {}\n",
            self.name, self.kind, self.version
        );
        if self.is_optional {
            yaml += "  ignoreErrors: true\n";
        }
        yaml += "  metadata:\n";
        for (name, value) in &self.settings {
            yaml += &format!("    - name: {name}\n      value: \"{value}\"\n");
        }
        yaml
    }
}

/// PostgreSQL as the service wants it.
pub fn postgres_v2(name: &str, port: u16) -> Component {
    let settings = [("connectionString", postgres(port, "daprdb")), ("tablePrefix", "usersvc_".to_owned())];
    Component::new(name, "state.postgresql", "v2", &settings.each_ref().map(|(name, value)| (*name, value.as_str())))
}

/// PostgreSQL as the original used it.
pub fn postgres_v1(name: &str, port: u16) -> Component {
    Component::new(name, "state.postgresql", "v1", &[("connectionString", &postgres(port, "daprdb"))])
}

fn postgres(port: u16, database: &str) -> String {
    format!("host=127.0.0.1 port={port} user=dapruser password=daprpassword dbname={database} sslmode=disable")
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
