//! What a user is. The input types here cannot exist invalid: whoever holds a [`Name`] or an [`Email`] need not
//! check it again, and the same rules and words hold on HTTP and on the command line.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// The greatest number of Unicode code points in a name.
pub const NAME_MAX: usize = 100;
/// The greatest number of characters in an e-mail address (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const EMAIL_MAX: usize = 254;
/// Python refuses to read an integer of more digits than this.
const ID_DIGITS_MAX: usize = 4300;

/// The number of a stored user: 1 and up, dense, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// `None` for 0 and for numbers beyond 2^63 - 1, which no store hands out.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (1..=i64::MAX as u64).contains(&number).then_some(Self(number))
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An id as somebody wrote it: a well-formed integer need not be one that a user can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedId {
    /// A number that a user may have.
    Possible(UserId),
    /// 0, negative or too great: well formed, and nobody's. Holds the integer as it is shown.
    Nobody(String),
}

impl RequestedId {
    /// The id, or `None` where nobody can have it.
    #[must_use]
    pub fn possible(&self) -> Option<UserId> {
        match self {
            Self::Possible(id) => Some(*id),
            Self::Nobody(_) => None,
        }
    }
}

impl From<UserId> for RequestedId {
    fn from(id: UserId) -> Self {
        Self::Possible(id)
    }
}

impl fmt::Display for RequestedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Possible(id) => id.fmt(f),
            Self::Nobody(shown) => shown.fmt(f),
        }
    }
}

impl FromStr for RequestedId {
    type Err = Problem;

    /// Reads an integer as the original's validator (pydantic, lax mode) does: spaces around it, a plus sign,
    /// leading zeros, single underscores between digits and a fraction of zeros are all right.
    fn from_str(written: &str) -> Result<Self, Problem> {
        let trimmed = written.trim();
        let (negative, digits) = match trimmed.as_bytes().first() {
            Some(b'-') => (true, &trimmed[1..]),
            Some(b'+') => (false, &trimmed[1..]),
            _ => (false, trimmed),
        };
        let in_number = digits.bytes().skip_while(|b| *b == b'0').take_while(|b| b.is_ascii_digit() || *b == b'_');
        if in_number.filter(u8::is_ascii_digit).count() > ID_DIGITS_MAX {
            return Err(Problem::IdTooLong);
        }
        let digits = match digits.split_once('.') {
            Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
            Some(_) => return Err(Problem::NotAnId),
            None => digits,
        };
        let dangling = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
        if dangling || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'_') || digits.is_empty() {
            return Err(Problem::NotAnId);
        }
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        let plain = plain.trim_start_matches('0');
        if plain.is_empty() {
            return Ok(Self::Nobody("0".into()));
        }
        if negative {
            return Ok(Self::Nobody(format!("-{plain}")));
        }
        let id = plain.parse().ok().and_then(UserId::new);
        Ok(id.map_or_else(|| Self::Nobody(plain.to_owned()), Self::Possible))
    }
}

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

/// An e-mail address: an addr-spec (RFC 5322, section 3.4.1) of at most [`EMAIL_MAX`] characters.
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
        use email_address::{EmailAddress, Error as Fault, Options};
        if email.chars().count() > EMAIL_MAX {
            return Err(Problem::EmailTooLong);
        }
        let no_names = Options::default().without_display_text();
        match EmailAddress::parse_with_options(&email, no_names) {
            Ok(_) => Ok(Self(email)),
            Err(fault) => Err(Problem::NotAnEmail(match fault {
                Fault::MissingSeparator => "it has no @",
                Fault::LocalPartEmpty => "nothing stands before the @",
                Fault::DomainEmpty => "nothing stands after the @",
                Fault::LocalPartTooLong => "more than 64 characters stand before the @",
                Fault::DomainTooLong => "the domain is too long",
                _ => "a character or a dot stands where none may",
            })),
        }
    }
}

impl FromStr for Email {
    type Err = Problem;

    fn from_str(email: &str) -> Result<Self, Problem> {
        Self::try_from(email.to_owned())
    }
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
            id: UserId(1),
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

    fn shown(id: &str) -> Result<String, Problem> {
        id.parse::<RequestedId>().map(|id| id.to_string())
    }

    #[test]
    fn an_id_may_be_written_in_every_way_that_the_original_took() {
        for (written, number) in [("1", 1), ("+1", 1), ("01", 1), (" 1 ", 1), ("1.0", 1), ("1_0", 10), ("+007.00", 7)] {
            assert_eq!(written.parse(), Ok(RequestedId::from(UserId::new(number).unwrap())), "{written}");
        }
        assert_eq!(shown("-01"), Ok("-1".into()));
        assert_eq!(shown("-0"), Ok("0".into()));
        assert_eq!(shown("99999999999999999999999"), Ok("99999999999999999999999".into()));
    }

    #[test]
    fn what_is_no_integer_is_no_id() {
        for written in
            ["", "abc", "1.5", "true", "1e0", "0x1", "١", "_1", "1_", "1__0", "1.", ".0", "+-1", "--1", "1 0"]
        {
            assert_eq!(shown(written), Err(Problem::NotAnId), "{written}");
        }
        assert_eq!(shown(&"1".repeat(4301)), Err(Problem::IdTooLong));
        assert_eq!(shown(&"x".repeat(4301)), Err(Problem::NotAnId));
        assert_eq!(shown(&format!("{}7.{0}", "0".repeat(4301))), Ok("7".into()));
    }

    #[test]
    fn names_are_seen_and_short_and_without_control_characters() {
        assert!(Name::from_str(&"é".repeat(100)).is_ok());
        assert_eq!(Name::from_str(&"😀".repeat(101)), Err(Problem::TooLong));
        assert_eq!(Name::from_str(""), Err(Problem::TooShort));
        assert_eq!(Name::from_str(" \u{2003}\u{200b}"), Err(Problem::BlankName));
        assert_eq!(Name::from_str("a\0b"), Err(Problem::ControlInName('\0')));
    }

    #[test]
    fn an_email_is_an_address_and_nothing_around_it() {
        assert!(Email::from_str("john.doe+tag@example.com").is_ok());
        for wrong in ["", "a", "@b.co", "a@", "John <a@b.co>", "a b@c.de", "a@b.co ", "a..b@c.de"] {
            assert!(Email::from_str(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Email::from_str(&format!("a@{}.de", "b".repeat(260))), Err(Problem::EmailTooLong));
    }

    #[test]
    fn a_naive_time_of_the_original_is_read_as_utc() {
        let naive: CreatedAt = "2024-01-15T10:30:00.123456".parse().unwrap();
        assert_eq!(naive.to_string(), "2024-01-15T10:30:00.123456Z");
    }
}
