//! JSON bodies, read as CPython's `json.loads` reads them: the same texts are taken, and where one is refused it is
//! at the same code point with the same words, because clients see both in a 422.
//!
//! Beyond RFC 8259 that means: `NaN`, `Infinity` and `-Infinity` are numbers, lone surrogates may stand in strings,
//! of a key that is given twice the last value counts, and UTF-16 and UTF-32 are known by their first bytes.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

pub use super::scan::{Fault, read};

/// A JSON value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// Its digits: an integer may be of any size.
    Integer(String),
    Float(f64),
    Text(Text),
    Array(Vec<Value>),
    Object(Vec<(Text, Value)>),
}

/// A string as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// The text, with U+FFFD in the place of each lone surrogate.
    pub text: String,
    /// True where there was a lone surrogate, so that this is no Unicode text.
    pub broken: bool,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: text.into(), broken: false }
    }
}

impl Value {
    /// The field of an object.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(key, _)| key.text == name && !key.broken).map(|(_, value)| value)
    }

    /// The digits of an integer, with the sign of a negative one. JSON Schema takes 27.0 for one, too.
    pub fn integer(&self) -> Option<String> {
        match self {
            Self::Integer(digits) => Some(digits.clone()),
            Self::Float(number) if number.fract() == 0.0 => Some(format!("{number:.0}")),
            _ => None,
        }
    }
}

/// As Python would write it, so that what comes back is what was sent; what JSON cannot say is said in text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(digits) => number(digits).serialize(serializer),
            Self::Float(value) if value.is_nan() => serializer.serialize_str("NaN"),
            Self::Float(value) if value.is_infinite() => {
                serializer.serialize_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Float(value) => number(&shown(*value)).serialize(serializer),
            Self::Text(text) => serializer.serialize_str(&text.text),
            Self::Array(items) => {
                let mut array = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| array.serialize_element(item))?;
                array.end()
            }
            Self::Object(fields) => {
                // The original's encoder leaves out what might be SQLAlchemy's.
                let mut shown = fields.iter().filter(|(key, _)| !key.text.starts_with("_sa"));
                let mut object = serializer.serialize_map(None)?;
                shown.try_for_each(|(key, value)| object.serialize_entry(&key.text, value))?;
                object.end()
            }
        }
    }
}

fn number(digits: &str) -> Box<RawValue> {
    RawValue::from_string(digits.to_owned()).expect("what was read as a number is written as one")
}

/// A finite float as Python shows it: the shortest digits that read back as the same number, with an exponent below
/// 1e-4 and from 1e16 on.
fn shown(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a decimal exponent");
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(body: &str) -> String {
        serde_json::to_string(&read(body.as_bytes()).unwrap()).unwrap()
    }

    fn refusal(body: &[u8]) -> (&'static str, usize) {
        match read(body) {
            Err(Fault::Invalid { message, offset }) => (message, offset),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_sent_comes_back_as_python_would_write_it() {
        assert_eq!(echo("[1e16, 1E5, 1e-5, 0.0001, -0.0, -0, 1.50]"), "[1e+16,100000.0,1e-05,0.0001,-0.0,0,1.5]");
        assert_eq!(echo("123456789012345678901234567890"), "123456789012345678901234567890");
        assert_eq!(echo(r#"{"b": 1, "a": 2, "b": {"\ud83d\ude00": null}}"#), r#"{"b":{"😀":null},"a":2}"#);
        assert_eq!(echo("[NaN, 1e999, -Infinity]"), r#"["NaN","Infinity","-Infinity"]"#);
    }

    #[test]
    fn a_refusal_counts_code_points() {
        assert_eq!(refusal("{\"é😀\": x".as_bytes()), ("Expecting value", 7));
        assert_eq!(refusal("\u{feff}{\"é\" 1}".as_bytes()), ("Expecting ':' delimiter", 5));
        assert_eq!(refusal(br#"{"a": 1,}"#), ("Expecting property name enclosed in double quotes", 8));
        assert_eq!(refusal(br#"["\ud83d\uzzzz"]"#), ("Invalid \\uXXXX escape", 9));
        assert_eq!(refusal(b"[1] x"), ("Extra data", 4));
        assert_eq!(refusal(&[0xff, 0xfe]), ("Expecting value", 0));
    }

    #[test]
    fn a_lone_surrogate_breaks_a_text_and_a_pair_does_not() {
        let broken = |body: &[u8]| matches!(read(body).unwrap(), Value::Text(Text { broken: true, .. }));
        assert!(broken(br#""\ud800""#) && broken(b"\"\xed\xa0\x80\"") && broken(b"\xff\xfe\"\0\x3d\xd8\"\0"));
        assert!(!broken(br#""\ud83d\ude00""#));
    }

    #[test]
    fn what_python_gives_up_on_is_unreadable_and_costs_no_stack() {
        for body in ["[".repeat(60_000), "{\"a\":".repeat(10_000), "9".repeat(4301)] {
            assert_eq!(read(body.as_bytes()), Err(Fault::Unreadable));
        }
        let deepest = super::super::scan::DEPTH_MAX;
        let body = format!("{}{}", "[".repeat(deepest), "]".repeat(deepest));
        assert_eq!(echo(&body), body);
        for bytes in [&b"\"\xff\""[..], b"\"\xc0\x80\"", b"\xff\xfe\0", b"\0\0\xfe\xff\0\x11\0\0"] {
            assert_eq!(read(bytes), Err(Fault::Unreadable), "{bytes:?}");
        }
    }
}
