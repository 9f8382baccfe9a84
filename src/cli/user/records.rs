//! Users in a file: the formats of import and export.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use clap::ValueEnum;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::super::exit::{Exit, Failure};
use super::fields;
use crate::user::NewUser;

/// Records that are read before they can be sent.
const AHEAD: usize = 1024;
/// The longest line, as long as the longest request.
const LINE_MAX: u64 = 64 * 1024;
/// What some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How users stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON objects, one a line
    Ndjson,
    /// A JSON array of objects
    Json,
    /// Comma-separated fields below a line with their names
    Csv,
}

impl Format {
    /// As the name of a file has it.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// As `--format` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// A user as it stands in a file.
#[derive(Debug)]
pub struct Record {
    /// The number of its line, or, in an array, its own.
    pub line: u64,
    /// The user, or what is wrong with it.
    pub user: Result<NewUser, String>,
}

/// What comes of a file: records, and at its end perhaps why there are no more.
pub type Records = mpsc::Receiver<Result<Record, Failure>>;

/// Reads a file on a thread of its own, not far ahead of who takes the records. Also returns how many bytes were read.
pub fn read(source: impl Read + Send + 'static, format: Format) -> (Records, Arc<AtomicU64>) {
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Counted { source, bytes: Arc::clone(&bytes) };
    let (send, records) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let ended = without_mark(counted).map_err(|fault| unreadable(&fault)).and_then(|reader| match format {
            Format::Ndjson => ndjson(reader, &send),
            Format::Json => json(reader, &send),
            Format::Csv => csv(reader, &send),
        });
        if let Err(failure) = ended {
            // Where nobody takes it any more, nobody wants to know.
            let _ = send.blocking_send(Err(failure));
        }
    });
    (records, bytes)
}

type Sender = mpsc::Sender<Result<Record, Failure>>;

/// Counts what is read.
struct Counted<R> {
    source: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

/// A source from behind the byte-order mark that it may begin with.
fn without_mark(source: impl Read) -> io::Result<impl BufRead> {
    let mut reader = BufReader::new(source);
    let mut head = Vec::new();
    reader.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut head)?;
    if head == BYTE_ORDER_MARK {
        head.clear();
    }
    Ok(Cursor::new(head).chain(reader))
}

/// Ends each line in `\n`, the last one too, whatever ended it. Of other lines the CSV reader does not know, when it has
/// read a record, how many there were up to its end.
struct UniversalNewlines<R> {
    source: R,
    last: u8,
}

impl<R: BufRead> Read for UniversalNewlines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let chunk = self.source.fill_buf()?;
            let (taken, mut given) = (chunk.len().min(buffer.len()), 0);
            if taken == 0 {
                let lacks_end = !matches!(self.last, b'\n' | b'\r') && !buffer.is_empty();
                if lacks_end {
                    (self.last, buffer[0]) = (b'\n', b'\n');
                }
                return Ok(usize::from(lacks_end));
            }
            for &byte in &chunk[..taken] {
                // The second half of \r\n.
                let is_over = byte == b'\n' && self.last == b'\r';
                self.last = byte;
                if !is_over {
                    buffer[given] = if byte == b'\r' { b'\n' } else { byte };
                    given += 1;
                }
            }
            self.source.consume(taken);
            if given > 0 {
                return Ok(given);
            }
        }
    }
}

fn unreadable(fault: &io::Error) -> Failure {
    Failure::new(Exit::Usage, "the users cannot be read").because(fault.to_string())
}

fn ndjson(mut reader: impl BufRead, send: &Sender) -> Result<(), Failure> {
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read = (&mut reader).take(LINE_MAX).read_until(b'\n', &mut text).map_err(|fault| unreadable(&fault))?;
        if read == 0 {
            return Ok(());
        }
        let is_too_long = read as u64 == LINE_MAX && !text.ends_with(b"\n");
        if is_too_long {
            reader.skip_until(b'\n').map_err(|fault| unreadable(&fault))?;
        }
        let user = match text.trim_ascii() {
            _ if is_too_long => Err(format!("it is longer than {LINE_MAX} bytes")),
            [] => continue,
            text => serde_json::from_slice(text).map_err(|fault| syntax(&fault)).and_then(|value| user(&value)),
        };
        if send.blocking_send(Ok(Record { line, user })).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn csv(reader: impl BufRead, send: &Sender) -> Result<(), Failure> {
    let lines = UniversalNewlines { source: reader, last: b'\n' };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).flexible(true).from_reader(lines);
    let refuse =
        |fault: &csv::Error| Failure::new(Exit::Invalid, "the users cannot be read").because(fault.to_string());
    let heads = reader.headers().map_err(|fault| refuse(&fault))?.clone();
    let column = |name: &str| {
        let missing = || {
            Failure::new(Exit::Invalid, format!("the first line names no column {name:?}"))
                .attempt("a first line with name,email")
        };
        heads.iter().position(|head| head.eq_ignore_ascii_case(name)).ok_or_else(missing)
    };
    let (name, email) = (column("name")?, column("email")?);
    let mut row = csv::ByteRecord::new();
    while reader.read_byte_record(&mut row).map_err(|fault| refuse(&fault))? {
        // Its position is that of what ended the record before; empty lines may lie between. A quotation mark that is
        // not closed has no end of a line behind it.
        let within = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let begins = row.position().map_or(1, csv::Position::line);
        let line = begins.max(reader.position().line().saturating_sub(1 + within));
        let user = if row.len() == heads.len() {
            match (str::from_utf8(&row[name]), str::from_utf8(&row[email])) {
                (Ok(name), Ok(email)) => fields::new_user(name, email).map_err(|failure| told(&failure)),
                _ => Err("it is not UTF-8".to_owned()),
            }
        } else {
            Err(format!("it has {} fields, and the first line has {}", row.len(), heads.len()))
        };
        if send.blocking_send(Ok(Record { line, user })).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn json(reader: impl BufRead, send: &Sender) -> Result<(), Failure> {
    let mut sent = 0;
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let ended = Array { send, sent: &mut sent }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match ended {
        Err(_) if send.is_closed() => Ok(()),
        Err(fault) if fault.is_io() => Err(unreadable(&fault.into())),
        Err(fault) => {
            let sentence = format!("the users are no JSON array after the first {sent}");
            Err(Failure::new(Exit::Invalid, sentence).because(fault.to_string()))
        }
        Ok(()) => Ok(()),
    }
}

/// Takes the elements of an array one by one.
struct Array<'a> {
    send: &'a Sender,
    sent: &'a mut u64,
}

impl<'de> DeserializeSeed<'de> for Array<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Array<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element::<Value>()? {
            *self.sent += 1;
            let record = Record { line: *self.sent, user: user(&value) };
            self.send.blocking_send(Ok(record)).map_err(|_| serde::de::Error::custom("nobody takes them"))?;
        }
        Ok(())
    }
}

/// The user in an object. What else there is in it, such as the id that it had elsewhere, is left out.
fn user(value: &Value) -> Result<NewUser, String> {
    let Value::Object(fields) = value else { return Err("it is not a JSON object".into()) };
    let text = |field: &str| match fields.get(field) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("{field}: it is not a string")),
        None => Err(format!("{field}: it is missing")),
    };
    fields::new_user(text("name")?, text("email")?).map_err(|failure| told(&failure))
}

/// What is wrong with the fields, in one line.
fn told(failure: &Failure) -> String {
    let fields = failure.fields.iter().map(|field| format!("{}: {}", field.field(), field.message));
    fields.collect::<Vec<_>>().join("; ")
}

/// What is wrong with the JSON of a line, which has no other line.
fn syntax(fault: &serde_json::Error) -> String {
    format!("it is not JSON: {}", fault.to_string().replace(" at line 1 column ", " at column "))
}
