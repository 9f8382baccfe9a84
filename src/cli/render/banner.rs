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
    /// True where commands look for a service unless they are told otherwise.
    pub is_where_expected: bool,
}

impl Screen {
    /// Prints the banner on stderr.
    pub fn banner(&self, banner: &Banner) {
        if self.quiet {
            return;
        }
        let title = format!("usersvc {} is ready", env!("CARGO_PKG_VERSION"));
        tell(&self.err.paint(&title, |title| title.green().bold()));
        let mut lines = vec![
            ("api", banner.url.clone()),
            ("health", format!("{}/health", banner.url)),
            ("docs", format!("{}/docs", banner.url)),
            ("store", banner.store.clone()),
            ("data", banner.place.clone()),
            ("cache", banner.cache.clone()),
        ];
        let mut attempts = vec![
            "usersvc user create --name 'John Doe' --email john.doe@example.com".to_owned(),
            "usersvc user get 1".to_owned(),
        ];
        if !banner.is_where_expected {
            attempts.insert(0, format!("export USERSVC_SERVER={}", banner.url));
        }
        lines.extend(["try", "", ""].into_iter().zip(attempts));
        lines.push(("stop", "^C".into()));
        for (label, said) in lines {
            tell(&format!("  {}  {}", self.err.paint(&format!("{label:<6}"), |label| label.bold()), harmless(&said)));
        }
    }
}
