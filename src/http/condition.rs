//! `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2), and `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header), read into what the domain takes.
//!
//! A user's entity tag is its version in quotes. A tag of any other form is none of ours and names no version. The
//! fields about dates are left alone, as section 13.1 demands of a resource that tells no date of its own.

use axum::http::{HeaderMap, HeaderName, header};

use super::error::Refusal;
use crate::users::{Precondition, Versions};

/// What the headers of a request demand.
pub fn read(headers: &HeaderMap) -> Result<Precondition, Refusal> {
    Ok(Precondition {
        matches: versions(headers, header::IF_MATCH, "If-Match", Comparison::Strong)?,
        differs: versions(headers, header::IF_NONE_MATCH, "If-None-Match", Comparison::Weak)?,
    })
}

/// The greatest length of an `Idempotency-Key`, in characters.
pub const KEY_MAX: usize = 255;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key under which a create is made once. The draft has it in quotes, and nearly everybody sends it without: both
/// are the same key.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut lines = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let line = line.to_str().unwrap_or_default().trim();
    let key = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(line);
    let is_key = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if is_key && lines.next().is_none() { Ok(Some(key.to_owned())) } else { Err(Refusal::BadKey) }
}

/// How tags are compared (RFC 9110, section 8.8.3.2): a weak one is never strongly equal to anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

fn versions(
    headers: &HeaderMap,
    name: HeaderName,
    shown: &'static str,
    comparison: Comparison,
) -> Result<Option<Versions>, Refusal> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(axum::http::HeaderValue::as_bytes).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    // RFC 9110, section 5.3: several lines of a field are one list.
    parse(&lines.join(&b','), comparison).map(Some).ok_or(Refusal::BadCondition(shown))
}

/// `*`, or a list of entity tags; `None` where it is neither.
fn parse(list: &[u8], comparison: Comparison) -> Option<Versions> {
    let mut rest = list.trim_ascii();
    if rest == b"*" {
        return Some(Versions::Any);
    }
    let (mut versions, mut tags) = (Vec::new(), 0);
    while !rest.is_empty() {
        // Empty elements of a list are to be passed over (RFC 9110, section 5.6.1.2).
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after.trim_ascii_start();
            continue;
        }
        let (is_weak, opaque) = match rest.strip_prefix(b"W/") {
            Some(opaque) => (true, opaque),
            None => (false, rest),
        };
        let opaque = opaque.strip_prefix(b"\"")?;
        let end = opaque.iter().position(|byte| *byte == b'"')?;
        let (tag, after) = (&opaque[..end], opaque[end + 1..].trim_ascii_start());
        let is_allowed = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..);
        if !tag.iter().all(is_allowed) || !(after.is_empty() || after.starts_with(b",")) {
            return None;
        }
        if comparison == Comparison::Weak || !is_weak {
            versions.extend(version(tag));
        }
        (rest, tags) = (after, tags + 1);
    }
    (tags > 0).then_some(Versions::Of(versions))
}

/// The version that a tag of ours stands for: tags are compared byte by byte, so `"01"` is not `"1"`.
fn version(tag: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(tag).ok()?;
    text.parse::<u64>().ok().filter(|version| version.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(versions: &[u64]) -> Versions {
        Versions::Of(versions.to_vec())
    }

    #[test]
    fn tags_of_ours_are_versions_and_others_match_nothing() {
        assert_eq!(parse(b"*", Comparison::Strong), Some(Versions::Any));
        assert_eq!(parse(b" , \"1\" ,,\"2\",", Comparison::Strong), Some(of(&[1, 2])));
        assert_eq!(parse(b"\"01\", \"+1\", \"a,b\", \"\", \"\xe9\"", Comparison::Strong), Some(of(&[])));
        assert_eq!(parse(b"W/\"3\", \"4\"", Comparison::Strong), Some(of(&[4])));
        assert_eq!(parse(b"W/\"3\", \"4\"", Comparison::Weak), Some(of(&[3, 4])));
    }

    #[test]
    fn what_is_no_list_of_tags_is_nonsense() {
        for nonsense in ["", ",", "1", "\"1", "\"1\" \"2\"", "w/\"1\"", "W/ \"1\"", "*, \"1\"", "\"a b\"", "**"] {
            assert_eq!(parse(nonsense.as_bytes(), Comparison::Weak), None, "{nonsense}");
        }
    }
}
