//! A client of the service that waits in its own thread, so that a test reads as what happens one after the other.
//! It tells an answer from none, and a request that was never sent from one that may have been done.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::PATIENCE;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// From before the request was sent until all of the answer was there.
    pub took: Duration,
}

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The field of a user, or of whatever the body is.
    #[track_caller]
    pub fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no {field} in {self:?}")).to_owned()
    }

    /// The user's id.
    #[track_caller]
    pub fn id(&self) -> u64 {
        self.json()["id"].as_u64().unwrap_or_else(|| panic!("no id in {self:?}"))
    }

    /// The user's version, from the entity tag.
    #[track_caller]
    pub fn version(&self) -> u64 {
        let tag = self.header("etag").unwrap_or_else(|| panic!("no version in {self:?}"));
        tag.trim_matches('"').parse().unwrap_or_else(|_| panic!("the version is {tag}"))
    }

    /// True where the cache answered.
    pub fn is_hit(&self) -> bool {
        self.header("cache-status").is_some_and(|status| status.starts_with("usersvc; hit"))
    }

    /// True where a step of that name was on the way, such as `mark`.
    pub fn went_through(&self, step: &str) -> bool {
        let steps = self.header("server-timing").unwrap_or_default();
        steps.split(", ").any(|one| one.split(';').next() == Some(step))
    }

    /// The answer itself, if it has that status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// There was no answer, or only a part of one.
#[derive(Debug)]
pub struct NoAnswer {
    /// False where the request was never sent, so that it was not done for certain.
    pub may_be_done: bool,
    pub cause: io::Error,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = if self.may_be_done { "no answer" } else { "no connection" };
        write!(f, "{sent}: {}", self.cause)
    }
}

/// A client with one connection, which it keeps.
pub struct Client {
    address: SocketAddr,
    patience: Duration,
    connection: RefCell<Option<BufReader<TcpStream>>>,
}

impl Client {
    /// Of the service on that port of this machine.
    pub fn new(port: u16) -> Self {
        Self { address: ([127, 0, 0, 1], port).into(), patience: PATIENCE, connection: RefCell::default() }
    }

    /// The same, that waits no longer for an answer.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sends a request and waits for the answer.
    pub fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, NoAnswer> {
        let json: &[_] = if body.is_some() { &[("content-type", "application/json")] } else { &[] };
        self.try_send_with(method, path, json, body)
    }

    /// The same with those headers, and without any that is not needed.
    pub fn try_send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, NoAnswer> {
        let never = |cause| NoAnswer { may_be_done: false, cause };
        let began = Instant::now();
        let mut connection = match self.connection.take().filter(is_open) {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, self.patience).map_err(never)?;
                stream.set_nodelay(true).map_err(never)?;
                BufReader::new(stream)
            }
        };
        connection.get_ref().set_read_timeout(Some(self.patience)).map_err(never)?;
        let body = body.map(ToString::to_string);
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
        if let Some(body) = &body {
            request += &format!("content-length: {}\r\n", body.len());
        }
        request += "\r\n";
        request += body.as_deref().unwrap_or_default();
        let maybe = |cause| NoAnswer { may_be_done: true, cause };
        connection.get_mut().write_all(request.as_bytes()).map_err(maybe)?;
        let mut answer = receive(&mut connection, method).map_err(maybe)?;
        answer.took = began.elapsed();
        if answer.header("connection") != Some("close") {
            *self.connection.borrow_mut() = Some(connection);
        }
        Ok(answer)
    }

    /// Sends a request that must be answered.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same with those headers.
    #[track_caller]
    pub fn send_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let answer = self.try_send_with(method, path, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    #[track_caller]
    pub fn get(&self, id: u64) -> Answer {
        self.send("GET", &format!("/users/{id}"), None)
    }

    #[track_caller]
    pub fn create(&self, name: &str) -> Answer {
        self.send("POST", "/users", Some(&new_user(name)))
    }

    #[track_caller]
    pub fn update(&self, id: u64, change: &Value) -> Answer {
        self.send("PUT", &format!("/users/{id}"), Some(change))
    }

    #[track_caller]
    pub fn rename(&self, id: u64, name: &str) -> Answer {
        self.update(id, &json!({ "name": name }))
    }

    #[track_caller]
    pub fn delete(&self, id: u64) -> Answer {
        self.send("DELETE", &format!("/users/{id}"), None)
    }

    #[track_caller]
    pub fn stats(&self) -> Value {
        self.send("GET", "/cache/stats", None).expect(200).json()
    }

    /// What the cache holds of a user, beside the row.
    #[track_caller]
    pub fn inspect(&self, id: u64) -> Value {
        self.send("GET", &format!("/cache/users/{id}"), None).expect(200).json()
    }
}

/// The body of a create.
pub fn new_user(name: &str) -> Value {
    json!({ "name": name, "email": format!("{}@example.com", name.to_lowercase().replace(' ', ".")) })
}

/// False where the service closed a kept connection meanwhile, as it does when it stops.
fn is_open(connection: &BufReader<TcpStream>) -> bool {
    let stream = connection.get_ref();
    let waits = || {
        stream.set_nonblocking(true)?;
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        Ok::<_, io::Error>(matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock))
    };
    waits().unwrap_or(false)
}

fn receive(connection: &mut BufReader<TcpStream>, method: &str) -> io::Result<Answer> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut line = || {
        let mut line = String::new();
        match connection.read_line(&mut line)? {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            _ => Ok(line.trim_end().to_owned()),
        }
    };
    let first = line()?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| invalid(&first))?;
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(": ").ok_or_else(|| invalid(&header))?;
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    // RFC 9112, section 6.3: these have no content, whatever length they tell.
    let is_empty = method == "HEAD" || matches!(status, 204 | 304);
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = match length.filter(|_| !is_empty) {
        None if is_chunked && !is_empty => receive_chunks(connection)?,
        length => receive_exactly(connection, length.unwrap_or(0))?,
    };
    let body = String::from_utf8(body).map_err(|error| invalid(&error.to_string()))?;
    Ok(Answer { status, headers, body, took: Duration::ZERO })
}

fn receive_exactly(connection: &mut BufReader<TcpStream>, length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(body)
}

/// RFC 9112, section 7.1, without trailers.
fn receive_chunks(connection: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim_end(), 16);
        let length = length.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        body.extend(receive_exactly(connection, length)?);
        receive_exactly(connection, "\r\n".len())?;
        if length == 0 {
            return Ok(body);
        }
    }
}
