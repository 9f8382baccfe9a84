//! Which resource a path names. The original decodes the path first and splits it then, so `/users%2F1` is `/users/1`,
//! and `/users/1%2F` ends in a slash.

use std::borrow::Cow;

use axum::http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What the service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    Health,
    /// This service's description of itself, for programs.
    OpenApi,
    Live,
    Ready,
    Metrics,
    DaprConfig,
    /// The same, to try out.
    Docs,
    /// A file that the page of [`Self::Docs`] loads.
    DocsFile(&'a str),
    /// The same, to read.
    Reference,
    Users,
    /// A user by the id as it is written there.
    User(&'a str),
    Cache,
    CacheStats,
    CacheVerify,
    CacheEvents,
    /// The cache entry of a user.
    CacheUser(&'a str),
}

/// The methods of the service as a whole, which OPTIONS asks about as `*` (RFC 9110, section 9.3.7).
pub const ALLOW_SOMEWHERE: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

impl<'a> Resource<'a> {
    /// The resource of a decoded path.
    pub fn named(path: &'a str) -> Option<Self> {
        // The original matches these with an expression that lets one end of a line through.
        match path.strip_suffix('\n').unwrap_or(path) {
            "/health" => return Some(Self::Health),
            "/openapi.json" => return Some(Self::OpenApi),
            "/livez" => return Some(Self::Live),
            "/readyz" => return Some(Self::Ready),
            "/metrics" => return Some(Self::Metrics),
            "/dapr/config" => return Some(Self::DaprConfig),
            "/docs" => return Some(Self::Docs),
            "/redoc" => return Some(Self::Reference),
            "/users" => return Some(Self::Users),
            "/cache" => return Some(Self::Cache),
            "/cache/stats" => return Some(Self::CacheStats),
            "/cache/events" => return Some(Self::CacheEvents),
            "/cache/verify" => return Some(Self::CacheVerify),
            _ => {}
        }
        let segment = |id: &&str| !id.is_empty() && !id.contains('/');
        let below = |folder| path.strip_prefix(folder).filter(segment);
        let user = below("/users/").map(Self::User);
        let user = user.or_else(|| below("/cache/users/").map(Self::CacheUser));
        user.or_else(|| below("/docs/").map(Self::DocsFile))
    }

    /// The methods that it answers, as `Allow` lists them (RFC 9110, section 10.2.1).
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Health | Self::Live | Self::Ready | Self::Metrics => "GET, HEAD, OPTIONS",
            Self::DaprConfig | Self::CacheStats | Self::CacheEvents => "GET, HEAD, OPTIONS",
            Self::OpenApi | Self::Docs | Self::DocsFile(_) | Self::Reference => "GET, HEAD, OPTIONS",
            Self::Users => "GET, HEAD, POST, OPTIONS",
            Self::CacheVerify => "POST, OPTIONS",
            Self::User(_) => "GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
            Self::Cache => "DELETE, OPTIONS",
            Self::CacheUser(_) => "GET, HEAD, DELETE, OPTIONS",
        }
    }

    /// Whether it answers that method.
    pub fn allows(&self, method: &Method) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method.as_str())
    }

    /// The types of a patch that it takes, as `Accept-Patch` lists them (RFC 5789, section 3.1).
    pub fn accept_patch(&self) -> Option<&'static str> {
        matches!(self, Self::User(_)).then_some("application/merge-patch+json")
    }
}

/// A path with its percent-encoding undone; what is no UTF-8 becomes U+FFFD, as in the original.
pub fn decode(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

/// What a path segment may hold as it is (RFC 3986, section 3.3: pchar), and the slash.
const NOT_IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What the query of a redirection may hold as it is, like the original's.
const NOT_IN_QUERY: &AsciiSet = &NOT_IN_PATH.remove(b'%').remove(b'?').remove(b'#').remove(b'[').remove(b']').add(b';');

/// Where a path with slashes at its end leads: to the same path without them, if that names something. The query
/// goes along.
pub fn without_slash(path: &str, query: Option<&str>) -> Option<String> {
    let short = path.trim_end_matches('/');
    if short.len() == path.len() {
        return None;
    }
    Resource::named(short)?;
    let query =
        query.filter(|query| !query.is_empty()).map(|query| format!("?{}", utf8_percent_encode(query, NOT_IN_QUERY)));
    Some(format!("{}{}", utf8_percent_encode(short, NOT_IN_PATH), query.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_before_it_is_split() {
        assert_eq!(Resource::named(&decode("/users%2F1")), Some(Resource::User("1")));
        assert_eq!(Resource::named(&decode("/users%0A")), Some(Resource::Users));
        assert_eq!(Resource::named(&decode("/users/1%0A")), Some(Resource::User("1\n")));
        assert_eq!(Resource::named(&decode("/users/%201")), Some(Resource::User(" 1")));
        assert_eq!(Resource::named(&decode("/users/1%2Fx")), None);
        assert_eq!(Resource::named(&decode("/users/%FF")), Some(Resource::User("\u{fffd}")));
        for nothing in ["", "/", "//users", "/users/", "/users//1", "/users/1/", "/Users", "*", "/cache/users/"] {
            assert_eq!(Resource::named(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn slashes_at_the_end_lead_to_the_path_without_them() {
        assert_eq!(without_slash("/users/1/", Some("a=b&c")), Some("/users/1?a=b&c".into()));
        assert_eq!(without_slash("/users/1/", Some("a={b}|%7B")), Some("/users/1?a=%7Bb%7D%7C%7B".into()));
        assert_eq!(without_slash("/users///", None), Some("/users".into()));
        assert_eq!(without_slash("/users/\u{e9}\r\n/", None), Some("/users/%C3%A9%0D%0A".into()));
        assert_eq!(without_slash("/users", None), None);
        assert_eq!(without_slash("//users/", None), None);
        assert_eq!(without_slash("/", None), None);
    }
}
