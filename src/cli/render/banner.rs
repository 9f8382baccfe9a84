//! What `serve` says when it is ready.

use colored::Colorize;

use super::{Screen, harmless, tell};

/// Where a service is, where its users are, and how to begin.
pub struct Banner {
    /// Where it answers.
    pub url: String,
    /// What keeps the users.
    pub store: String,
    /// Where that is.
    pub place: String,
    pub cache: String,
    /// How a command begins that is to reach it.
    pub begin: String,
}

impl Screen {
    /// Prints the banner on stderr.
    pub fn banner(&self, banner: &Banner) {
        if self.quiet {
            return;
        }
        let Banner { url, store, place, cache, begin } = banner;
        let title = format!("usersvc {} is ready", env!("CARGO_PKG_VERSION"));
        tell(&self.err.paint(&title, |title| title.green().bold()));
        let lines = [
            ("api", url.clone()),
            ("health", format!("{url}/health")),
            ("store", store.clone()),
            ("data", place.clone()),
            ("cache", cache.clone()),
            ("try", format!("{begin} user create --name 'John Doe' --email john.doe@example.com")),
            ("", format!("{begin} user get 1")),
            ("stop", "^C".into()),
        ];
        for (label, said) in lines {
            tell(&format!("  {}  {}", self.err.paint(&format!("{label:<6}"), |label| label.bold()), harmless(&said)));
        }
    }
}
