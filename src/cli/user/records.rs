//! Users in a file: the formats of import and export.

use std::io::{self, BufRead, BufReader, Read};
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
    let reader = BufReader::new(Counted { source, bytes: Arc::clone(&bytes) });
    let (send, records) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let ended = match format {
            Format::Ndjson => ndjson(reader, &send),
            Format::Json => json(reader, &send),
            Format::Csv => csv(reader, &send),
        };
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

fn csv(reader: impl Read, send: &Sender) -> Result<(), Failure> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(reader);
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
    let (mut row, mut line) = (csv::StringRecord::new(), 1);
    loop {
        let user = match reader.read_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                line = row.position().map_or(line, csv::Position::line);
                fields::new_user(&row[name], &row[email]).map_err(|failure| told(&failure))
            }
            Err(fault) => {
                line = fault.position().map_or(line, csv::Position::line);
                Err(match fault.kind() {
                    csv::ErrorKind::Io(_) => return Err(refuse(&fault)),
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("it has {len} fields, and the first line has {expected_len}")
                    }
                    csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
                    _ => fault.to_string(),
                })
            }
        };
        if send.blocking_send(Ok(Record { line, user })).is_err() {
            return Ok(());
        }
    }
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
