//! The numbers of users.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Problem;

/// Python refuses to read an integer of more digits than this.
const DIGITS_MAX: usize = 4300;

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
    /// leading zeros, single underscores between digits and a fraction of zeros are all right. That it is too long is
    /// told only of one that is written plainly.
    fn from_str(written: &str) -> Result<Self, Problem> {
        let integer = match plain(written)? {
            Some(integer) => integer,
            None => cleaned(written).and_then(|written| plain(&written).ok().flatten()).ok_or(Problem::NotAnId)?,
        };
        let id = integer.parse().ok().and_then(UserId::new);
        Ok(id.map_or(Self::Nobody(integer), Self::Possible))
    }
}

/// The integer where it is written plainly: digits, the first no zero, perhaps behind a minus sign.
fn plain(written: &str) -> Result<Option<String>, Problem> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if digits == "0" {
        return Ok(Some("0".into()));
    }
    if digits.starts_with('0') {
        return Ok(None);
    }
    if count > DIGITS_MAX {
        return Err(Problem::IdTooLong);
    }
    Ok((count > 0 && count == digits.len()).then(|| written.to_owned()))
}

/// What is left without spaces, plus sign, leading zeros, underscores and a fraction of zeros; `None` where that makes
/// no sense.
fn cleaned(written: &str) -> Option<String> {
    let trimmed = written.trim();
    let (sign, number) = match trimmed.as_bytes() {
        [b'+', b'-', ..] | [b'-', b'-' | b'+', ..] => return None,
        [b'-', ..] => ("-", &trimmed[1..]),
        [b'+', ..] => ("", &trimmed[1..]),
        _ => ("", trimmed),
    };
    let number = without_zeros(number)?;
    let whole = match number.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => number,
    };
    let dangling = whole.starts_with('_') || whole.ends_with('_') || whole.contains("__");
    Some(if dangling { format!("{sign}{whole}") } else { format!("{sign}{}", whole.replace('_', "")) })
}

/// Zeros at the beginning go, and all underscores among them; a minus sign may follow them.
fn without_zeros(number: &str) -> Option<&str> {
    if !number.starts_with('0') {
        return number.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then_some(number);
    }
    let Some(at) = number.find(|c| c != '0' && c != '_') else { return Some(&number[number.len() - 1..]) };
    match number.as_bytes()[at] {
        b'1'..=b'9' | b'-' => Some(&number[at..]),
        b'.' => Some(&number[at - 1..]),
        _ => None,
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
        for (written, shows) in
            [("-01", "-1"), ("0__1", "1"), ("+0_012", "12"), ("0-5", "-5"), ("0_-1", "-1"), ("0___0", "0")]
        {
            assert_eq!(shown(written), Ok(shows.into()), "{written}");
        }
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
        let long = "1".repeat(4301);
        for written in [long.clone(), format!("-{long}"), format!("{long}x"), format!("{long}.0")] {
            assert_eq!(shown(&written), Err(Problem::IdTooLong));
        }
        for written in [format!("+{long}"), format!(" {long}"), format!("0{long}"), format!("1_{}", &long[1..])] {
            assert_eq!(shown(&written), Err(Problem::NotAnId));
        }
        assert_eq!(shown(&format!("{}1", "0_".repeat(4301))), Ok("1".into()));
        assert_eq!(shown(&"x".repeat(4301)), Err(Problem::NotAnId));
        assert_eq!(shown(&format!("{}7.{0}", "0".repeat(4301))), Ok("7".into()));
    }
}
