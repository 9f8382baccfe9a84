//! An HTTP client that sends exactly what it is told, however odd: no library would.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A request as bytes.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost:8001\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    [request.as_bytes(), body.unwrap_or_default()].concat()
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// What came over the connection until it was closed.
    #[track_caller]
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer ({ended:?}): {}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status line");
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header has a colon");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Self { status, headers: lines.map(header).collect(), body: bytes[end + 4..].to_vec() }
    }
}

/// A connection to the service on that port.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the service listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit can be set");
    stream
}

/// Sends a request and waits for its answer.
#[track_caller]
pub fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let mut stream = connect(port);
    // The service may answer, and close, before it has read everything.
    let _ = stream.write_all(&request(method, path, headers, body));
    Answer::read(&mut stream)
}

/// The same with a JSON body.
#[track_caller]
pub fn send_json(port: u16, method: &str, path: &str, body: &str) -> Answer {
    send(port, method, path, &[("Content-Type", "application/json")], Some(body.as_bytes()))
}

/// The same with neither headers nor body.
#[track_caller]
pub fn ask(port: u16, method: &str, path: &str) -> Answer {
    send(port, method, path, &[], None)
}
