//! E-mail addresses.

use std::str::FromStr;

use super::{Problem, is_blank};

/// The greatest number of characters in an e-mail address (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const EMAIL_MAX: usize = 254;

/// An e-mail address: an addr-spec (RFC 5322, section 3.4.1; RFC 6532 for other letters) of at most [`EMAIL_MAX`]
/// characters, without comments and folded lines. A part of the domain begins and ends with no ASCII punctuation, as no
/// name of a host does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Problem;

    fn try_from(email: String) -> Result<Self, Problem> {
        if email.chars().count() > EMAIL_MAX {
            return Err(Problem::EmailTooLong);
        }
        match check(&email) {
            Ok(()) => Ok(Self(email)),
            Err(reason) => Err(Problem::NotAnEmail(reason)),
        }
    }
}

impl FromStr for Email {
    type Err = Problem;

    fn from_str(email: &str) -> Result<Self, Problem> {
        Self::try_from(email.to_owned())
    }
}

/// Fails with the reason why it is no address.
fn check(email: &str) -> Result<(), &'static str> {
    const MISPLACED: &str = "a character or a dot stands where none may";
    let (is_local, domain) = match email.strip_prefix('"') {
        Some(quoted) => {
            let after = after_quoted(quoted).ok_or(MISPLACED)?;
            (true, after.strip_prefix('@').ok_or("it has no @ behind the quotation marks")?)
        }
        None => {
            let (local, domain) = email.split_once('@').ok_or("it has no @")?;
            if local.is_empty() {
                return Err("nothing stands before the @");
            }
            (local.split('.').all(is_atom), domain)
        }
    };
    if domain.is_empty() {
        return Err("nothing stands after the @");
    }
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_domain = match literal {
        Some(literal) => literal.chars().all(|c| is_text(c) && !"[]\\".contains(c)),
        None => domain.split('.').all(is_label),
    };
    if is_local && is_domain { Ok(()) } else { Err(MISPLACED) }
}

/// What follows the closing quotation mark of a quoted-string; `None` where there is none, or something may not be
/// quoted.
fn after_quoted(quoted: &str) -> Option<&str> {
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some(chars.as_str()),
            '\\' => is_text(chars.next()?).then_some(())?,
            c => is_text(c).then_some(())?,
        }
    }
}

/// What may stand in a quoted-string: everything that can be seen, and the space.
fn is_text(c: char) -> bool {
    c == ' ' || !(c.is_control() || is_blank(c))
}

fn is_atom(part: &str) -> bool {
    let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !part.is_empty() && part.chars().all(|c| if c.is_ascii() { is_atext(c) } else { is_text(c) })
}

fn is_label(part: &str) -> bool {
    let is_punctuation = |c: char| c.is_ascii_punctuation();
    is_atom(part) && !part.starts_with(is_punctuation) && !part.ends_with(is_punctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_an_address_and_nothing_around_it() {
        for right in [
            "john.doe+tag@example.com",
            "a@b",
            "o'neil!#$%&*/=?^_`{|}~-@example.com",
            "\"john doe\"@example.com",
            "\"a@b\\\"c\\ d\"@example.com",
            "\"\"@example.com",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "jörg@bücher.example",
            "संपर्क@डाटामेल.भारत",
            "e\u{301}@example.com",
        ] {
            assert!(Email::from_str(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "a",
            "@b.co",
            "a@",
            "John <a@b.co>",
            "<a@b.co>",
            "mailto:a@b.co",
            "a b@c.de",
            "a@b.co ",
            " a@b.co",
            "a..b@c.de",
            ".a@c.de",
            "a.@c.de",
            "a@b..de",
            "a@.de",
            "a@de.",
            "a@b@c.de",
            "a@-b.de",
            "a@b-.de",
            "a,b@c.de",
            "a@b c.de",
            "a(x)@b.de",
            "a\0@b.de",
            "\"a\tb\"@c.de",
            "\"a\"b@c.de",
            "\"a@c.de",
            "\"a\\\"@c.de",
            "a@[b",
            "a@[b]c",
            "a\u{200b}@b.de",
            "a\u{a0}@b.de",
            "a@b.de\n",
        ] {
            assert!(Email::from_str(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_email_has_254_characters_at_most_wherever_they_stand() {
        for right in [format!("{}@example.com", "a".repeat(242)), format!("é@{}.com", "b".repeat(248))] {
            assert!(Email::from_str(&right).is_ok(), "{right}");
            assert_eq!(Email::from_str(&format!("x{right}")), Err(Problem::EmailTooLong));
        }
    }
}
