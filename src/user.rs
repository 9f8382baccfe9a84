//! What a user is. The input types here cannot exist invalid: whoever holds a [`Name`] or an [`Email`] need not
//! check it again, and the same rules and words hold on HTTP and on the command line.

mod email;
mod id;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

pub use email::{EMAIL_MAX, Email};
pub use id::{RequestedId, UserId};

/// The greatest number of Unicode code points in a name.
pub const NAME_MAX: usize = 100;

/// What is wrong with a value that somebody gave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("Input should be a valid integer, unable to parse string as an integer")]
    NotAnId,
    #[error("Unable to parse input string as an integer, exceeded maximum size")]
    IdTooLong,
    #[error("String should have at least 1 character")]
    TooShort,
    #[error("String should have at most {NAME_MAX} characters")]
    TooLong,
    #[error("Value error, a name needs a character that can be seen")]
    BlankName,
    #[error("Value error, a name may not contain the control character U+{:04X}", u32::from(*.0))]
    ControlInName(char),
    #[error("Value error, an e-mail address must look like name@example.com: {0}")]
    NotAnEmail(&'static str),
    #[error("Value error, an e-mail address has at most {EMAIL_MAX} characters")]
    EmailTooLong,
}

impl Problem {
    /// The kind of the error in a 422 answer, in the words of the original's validator.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotAnId => "int_parsing",
            Self::IdTooLong => "int_parsing_size",
            Self::TooShort => "string_too_short",
            Self::TooLong => "string_too_long",
            Self::BlankName | Self::ControlInName(_) | Self::NotAnEmail(_) | Self::EmailTooLong => "value_error",
        }
    }
}

/// A name: 1 to [`NAME_MAX`] code points, not blank, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a name looks like but for its length, as a regular expression (ECMA 262): made from the rules themselves.
    #[must_use]
    pub fn pattern() -> String {
        let any = all_but(char::is_control);
        let seen = all_but(|c| c.is_control() || is_blank(c));
        format!("^{any}*{seen}{any}*$")
    }
}

/// The class of all characters but those.
fn all_but(is_out: impl Fn(char) -> bool) -> String {
    let shown = |c: char| if c <= '\u{ffff}' { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    let mut chars = (char::MIN..=char::MAX).peekable();
    let mut class = String::from("[^");
    while let Some(first) = chars.find(|c| is_out(*c)) {
        let last = std::iter::from_fn(|| chars.next_if(|c| is_out(*c))).last();
        class += &shown(first);
        class += &last.map(|last| format!("-{}", shown(last))).unwrap_or_default();
    }
    class + "]"
}

impl TryFrom<String> for Name {
    type Error = Problem;

    fn try_from(name: String) -> Result<Self, Problem> {
        match name.chars().count() {
            0 => return Err(Problem::TooShort),
            n if n > NAME_MAX => return Err(Problem::TooLong),
            _ => {}
        }
        if let Some(control) = name.chars().find(|c| c.is_control()) {
            return Err(Problem::ControlInName(control));
        }
        if name.chars().all(is_blank) {
            return Err(Problem::BlankName);
        }
        Ok(Self(name))
    }
}

impl FromStr for Name {
    type Err = Problem;

    fn from_str(name: &str) -> Result<Self, Problem> {
        Self::try_from(name.to_owned())
    }
}

/// White space, and the characters that take no ink: zero-width ones, joiners, the blank braille pattern, fillers.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// What a create is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    pub name: Name,
    pub email: Email,
}

/// What an update is given: `None` leaves the field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    pub name: Option<Name>,
    pub email: Option<Email>,
}

/// A stored user, as shown. Name and e-mail are shown as they are stored: the original service checked neither,
/// and its users stay readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(description = "Response model for a user", example = json!(Self::example()))]
pub struct User {
    /// User's unique identifier
    #[schema(value_type = u64, minimum = 1)]
    pub id: UserId,
    /// User's full name
    pub name: String,
    /// User's email address
    pub email: String,
    /// Timestamp when user was created
    #[schema(value_type = String, format = DateTime)]
    pub created_at: CreatedAt,
}

impl User {
    /// The user of the documentation.
    pub(crate) fn example() -> Self {
        Self {
            id: UserId::new(1).expect("1 is an id"),
            name: "John Doe".into(),
            email: "john.doe@example.com".into(),
            created_at: CreatedAt(jiff::Timestamp::constant(1_705_314_600, 0)),
        }
    }
}

/// When a user was made. Written as RFC 3339 in UTC with microseconds; the original's local times without an
/// offset are read as UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreatedAt(pub Timestamp);

impl fmt::Display for CreatedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl FromStr for CreatedAt {
    type Err = jiff::Error;

    fn from_str(written: &str) -> Result<Self, jiff::Error> {
        let with_offset = written.parse::<Timestamp>();
        let naive = |_| Ok(written.parse::<jiff::civil::DateTime>()?.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp());
        with_offset.or_else(naive).map(Self)
    }
}

impl Serialize for CreatedAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CreatedAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = std::borrow::Cow::<str>::deserialize(deserializer)?;
        written.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_and_short_and_without_control_characters() {
        assert!(Name::from_str(&"é".repeat(100)).is_ok());
        assert_eq!(Name::from_str(&"😀".repeat(101)), Err(Problem::TooLong));
        assert_eq!(Name::from_str(""), Err(Problem::TooShort));
        assert_eq!(Name::from_str(" \u{2003}\u{200b}"), Err(Problem::BlankName));
        assert_eq!(Name::from_str("a\0b"), Err(Problem::ControlInName('\0')));
    }

    #[test]
    fn a_naive_time_of_the_original_is_read_as_utc() {
        let naive: CreatedAt = "2024-01-15T10:30:00.123456".parse().unwrap();
        assert_eq!(naive.to_string(), "2024-01-15T10:30:00.123456Z");
    }
}
