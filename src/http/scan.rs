//! The scanner behind [`super::json`]: CPython's `json.loads`, rule for rule (`Modules/_json.c`, `Lib/json/decoder.py`).

use std::collections::HashMap;

use super::json::{Text, Value};

/// Arrays and objects within each other, beyond which Python gives up (its recursion limit, less what the original's
/// own frames take).
pub const DEPTH_MAX: usize = 967;
/// Python refuses to read an integer of more digits than this.
const DIGITS_MAX: usize = 4300;

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON: what was wrong, and at which code point.
    Invalid { message: &'static str, offset: usize },
    /// It is not text in the encoding that it seems to have, nests too deeply, or holds an endless integer.
    Unreadable,
}

/// Reads a whole body.
///
/// # Errors
/// See [`Fault`].
pub fn read(body: &[u8]) -> Result<Value, Fault> {
    let points = super::decode::code_points(body).ok_or(Fault::Unreadable)?;
    let mut scanner = Scanner { points: &points, at: 0 };
    scanner.skip_space();
    let value = scanner.value()?;
    scanner.skip_space();
    if scanner.at < points.len() { refuse("Extra data", scanner.at) } else { Ok(value) }
}

fn refuse<T>(message: &'static str, offset: usize) -> Result<T, Fault> {
    Err(Fault::Invalid { message, offset })
}

/// An array or object that is not closed yet.
enum Open {
    Array(Vec<Value>),
    Object { fields: Vec<(Text, Value)>, places: HashMap<Text, usize>, key: Text },
}

struct Scanner<'a> {
    points: &'a [u32],
    at: usize,
}

impl Scanner<'_> {
    /// The character here; U+0000, which no grammar rule names, where it is beyond the end or no character.
    fn here(&self) -> char {
        self.look(self.at)
    }

    fn look(&self, at: usize) -> char {
        self.points.get(at).and_then(|point| char::from_u32(*point)).unwrap_or('\0')
    }

    fn skip_space(&mut self) {
        while matches!(self.here(), ' ' | '\t' | '\n' | '\r') {
            self.at += 1;
        }
    }

    fn starts(&self, word: &str) -> bool {
        word.chars().enumerate().all(|(ahead, c)| self.look(self.at + ahead) == c)
    }

    /// A value of any depth, without recursion: what is open stands in a list of its own.
    fn value(&mut self) -> Result<Value, Fault> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.here() {
                '[' | '{' => match self.open(&mut open)? {
                    Some(empty) => empty,
                    None => continue,
                },
                _ => self.scalar()?,
            };
            // The value may end the array or object it stands in, and that one the next.
            loop {
                let Some(inner) = open.last_mut() else { return Ok(value) };
                self.skip_space();
                match (inner, self.here()) {
                    (Open::Array(items), ',') => {
                        items.push(value);
                        self.at += 1;
                        self.skip_space();
                        break;
                    }
                    (Open::Object { fields, places, key }, ',') => {
                        put(fields, places, std::mem::replace(key, Text::from("")), value);
                        self.at += 1;
                        self.skip_space();
                        *key = self.key()?;
                        break;
                    }
                    (Open::Array(items), ']') => {
                        items.push(value);
                        value = Value::Array(std::mem::take(items));
                    }
                    (Open::Object { fields, places, key }, '}') => {
                        put(fields, places, std::mem::replace(key, Text::from("")), value);
                        value = Value::Object(std::mem::take(fields));
                    }
                    _ => return refuse("Expecting ',' delimiter", self.at),
                }
                self.at += 1;
                open.pop();
            }
        }
    }

    /// Opens an array or object; gives it back where it is empty.
    fn open(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>, Fault> {
        if open.len() == DEPTH_MAX {
            return Err(Fault::Unreadable);
        }
        let is_array = self.here() == '[';
        self.at += 1;
        self.skip_space();
        if is_array && self.here() == ']' {
            self.at += 1;
            return Ok(Some(Value::Array(Vec::new())));
        }
        if is_array {
            open.push(Open::Array(Vec::new()));
            return Ok(None);
        }
        if self.here() == '}' {
            self.at += 1;
            return Ok(Some(Value::Object(Vec::new())));
        }
        let key = self.key()?;
        open.push(Open::Object { fields: Vec::new(), places: HashMap::new(), key });
        Ok(None)
    }

    /// A key with its colon.
    fn key(&mut self) -> Result<Text, Fault> {
        if self.here() != '"' {
            return refuse("Expecting property name enclosed in double quotes", self.at);
        }
        let key = self.string()?;
        self.skip_space();
        if self.here() != ':' {
            return refuse("Expecting ':' delimiter", self.at);
        }
        self.at += 1;
        self.skip_space();
        Ok(key)
    }

    fn scalar(&mut self) -> Result<Value, Fault> {
        const WORDS: [(&str, Value); 6] = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        if self.here() == '"' {
            return self.string().map(Value::Text);
        }
        for (word, value) in WORDS {
            if self.starts(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let mut end = start + usize::from(self.here() == '-');
        match self.look(end) {
            '0' => end += 1,
            '1'..='9' => end = self.after_digits(end),
            _ => return refuse("Expecting value", start),
        }
        let mut is_float = false;
        if self.look(end) == '.' && self.look(end + 1).is_ascii_digit() {
            end = self.after_digits(end + 1);
            is_float = true;
        }
        if matches!(self.look(end), 'e' | 'E') {
            let digits = end + 1 + usize::from(matches!(self.look(end + 1), '+' | '-'));
            if self.look(digits).is_ascii_digit() {
                end = self.after_digits(digits);
                is_float = true;
            }
        }
        let written: String = (start..end).map(|at| self.look(at)).collect();
        self.at = end;
        if is_float {
            return Ok(Value::Float(written.parse().expect("Rust reads every float of JSON")));
        }
        match written.as_str() {
            "-0" => Ok(Value::Integer("0".into())),
            digits if digits.trim_start_matches('-').len() > DIGITS_MAX => Err(Fault::Unreadable),
            _ => Ok(Value::Integer(written)),
        }
    }

    fn after_digits(&self, mut at: usize) -> usize {
        while self.look(at).is_ascii_digit() {
            at += 1;
        }
        at
    }

    fn string(&mut self) -> Result<Text, Fault> {
        let begin = self.at;
        let mut string = Text::from("");
        let mut at = begin + 1;
        loop {
            let Some(&point) = self.points.get(at) else { return refuse("Unterminated string starting at", begin) };
            let point = match char::from_u32(point) {
                Some('"') => {
                    self.at = at + 1;
                    return Ok(string);
                }
                Some('\\') => {
                    let (point, after) = self.escape(begin, at)?;
                    at = after;
                    point
                }
                Some('\0'..='\u{1f}') => return refuse("Invalid control character at", at),
                _ => {
                    at += 1;
                    point
                }
            };
            string.broken |= char::from_u32(point).is_none();
            string.text.push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    /// The code point of the escape sequence whose backslash stands there, and where the text goes on.
    fn escape(&self, begin: usize, backslash: usize) -> Result<(u32, usize), Fault> {
        let at = backslash + 1;
        if at >= self.points.len() {
            return refuse("Unterminated string starting at", begin);
        }
        let plain = match self.look(at) {
            'u' => return self.unicode_escape(at),
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            c @ ('"' | '\\' | '/') => c,
            _ => return refuse("Invalid \\escape", backslash),
        };
        Ok((plain.into(), at + 1))
    }

    fn unicode_escape(&self, u: usize) -> Result<(u32, usize), Fault> {
        let first = self.hex(u)?;
        let end = u + 5;
        let is_pair = (0xd800..0xdc00).contains(&first)
            && end + 6 < self.points.len()
            && (self.look(end), self.look(end + 1)) == ('\\', 'u');
        if !is_pair {
            return Ok((first, end));
        }
        let second = self.hex(end + 1)?;
        if (0xdc00..0xe000).contains(&second) {
            return Ok((0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), end + 6));
        }
        Ok((first, end))
    }

    /// The four digits after the `u` that stands there. Python wants a character behind them.
    fn hex(&self, u: usize) -> Result<u32, Fault> {
        let mut digits = (u + 1..u + 5).map(|at| self.look(at).to_digit(16));
        let value = digits.try_fold(0, |sum, digit| Some(sum * 16 + digit?));
        match value {
            Some(value) if u + 5 < self.points.len() => Ok(value),
            _ => refuse("Invalid \\uXXXX escape", u),
        }
    }
}

/// Sets a field: the last value of a key counts, at the place of the first.
fn put(fields: &mut Vec<(Text, Value)>, places: &mut HashMap<Text, usize>, key: Text, value: Value) {
    match places.get(&key) {
        Some(place) => fields[*place].1 = value,
        None => {
            places.insert(key.clone(), fields.len());
            fields.push((key, value));
        }
    }
}
