//! Queries, read by the same rules as ids in a path: of a name that is given twice the last counts, and names of others
//! are passed over, as in the original.

use std::borrow::Cow;

use form_urlencoded::{Serializer, parse};

use super::error::Refusal;
use super::invalid::Fault;
use super::users::possible;
use crate::user::{Problem, RequestedId, UserId};
use crate::users::{LIMIT_MAX, Listing};

/// Which users a query asks for.
pub fn listing(query: &str) -> Result<Listing, Refusal> {
    let (mut listing, mut faults) = (Listing::default(), Vec::new());
    let given = |name| value(query, name);
    if let Some(email) = given("email") {
        match email.is_empty() {
            true => faults.push(Fault::in_query("email", &Problem::TooShort, "")),
            false => listing.email = Some(email.into_owned()),
        }
    }
    if let Some(after) = given("after") {
        match number("after", &after, 0) {
            Ok(number) => listing.after = number,
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(limit) = given("limit") {
        match number("limit", &limit, 1) {
            Ok(number) if number <= LIMIT_MAX => listing.limit = number,
            Ok(_) => faults.push(Fault::too_great("limit", LIMIT_MAX, &limit)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(listing) } else { Err(Refusal::Invalid(faults)) }
}

/// The one user that a query asks for, if it does.
pub fn user(query: &str) -> Result<Option<UserId>, Refusal> {
    let Some(written) = value(query, "user") else { return Ok(None) };
    let id = written.parse().map_err(|problem| vec![Fault::in_query("user", &problem, &written)])?;
    possible(id).map(Some)
}

fn value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    parse(query.as_bytes()).filter(|(given, _)| given == name).last().map(|(_, value)| value)
}

/// An integer that is at least that; one that is too great for any id is taken for the greatest there is.
fn number(name: &'static str, written: &str, least: u64) -> Result<u64, Fault> {
    let number = match written.parse::<RequestedId>() {
        Ok(RequestedId::Possible(id)) => id.get(),
        Ok(RequestedId::Nobody(shown)) if shown.starts_with('-') => return Err(Fault::too_small(name, least, written)),
        Ok(RequestedId::Nobody(shown)) => shown.parse().unwrap_or(u64::MAX),
        Err(problem) => return Err(Fault::in_query(name, &problem, written)),
    };
    if number < least { Err(Fault::too_small(name, least, written)) } else { Ok(number) }
}

/// The value of `Link` (RFC 8288) that leads to the next page: relative, so that it is right behind a sidecar or a proxy
/// that puts a path before ours.
pub fn next(listing: &Listing, next: UserId) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(email) = &listing.email {
        query.append_pair("email", email);
    }
    query.append_pair("after", &next.to_string()).append_pair("limit", &listing.limit.to_string());
    format!("<?{}>; rel=\"next\"", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_a_path_is() {
        let read = |query: &str| listing(query).unwrap();
        assert_eq!(read(""), Listing::default());
        assert_eq!(read("after=+7&limit=1_0&other=1&limit=05"), Listing { after: 7, limit: 5, ..Listing::default() });
        assert_eq!(read("email=a%2Bb@c.co").email.as_deref(), Some("a+b@c.co"));
        assert_eq!(read("after=99999999999999999999999").after, u64::MAX);
        assert_eq!(read("after=0&limit=1000").limit, 1000);
        for wrong in ["limit=0", "limit=-1", "limit=1001", "limit=x", "limit=", "after=-1", "after=1.5", "email="] {
            assert!(matches!(listing(wrong), Err(Refusal::Invalid(faults)) if faults.len() == 1), "{wrong}");
        }
    }

    #[test]
    fn the_link_keeps_what_was_asked_for() {
        let listing = Listing { email: Some("a+b@c.co".into()), limit: 2, after: 0 };
        let link = next(&listing, UserId::new(9).unwrap());
        assert_eq!(link, "<?email=a%2Bb%40c.co&after=9&limit=2>; rel=\"next\"");
    }
}
