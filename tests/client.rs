//! The client of a service, as another program uses it: what it sends again, and what it makes of the answers.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use support::process::free_ports;
use support::service::Service;
use usersvc::client::{Api, Backend, Error, Settings};
use usersvc::user::{NewUser, UserChange, UserId};
use usersvc::users::Listing;

/// A server that plays one answer a connection, in turn, the last one for ever; `""` breaks the connection off.
struct Script {
    url: String,
    /// The first lines of all requests.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn playing(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&asked);
        // It ends with the test.
        thread::spawn(move || {
            for (stream, nth) in listener.incoming().flatten().zip(0..) {
                if let Some(line) = read_request(&stream) {
                    noted.lock().unwrap().push(line);
                    let answer = answers[answers.len().min(nth + 1) - 1];
                    let _ = (&stream).write_all(answer.as_bytes());
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads a request whole, and returns its first line.
fn read_request(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut lines, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().ok()?;
        }
        lines.push(line);
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    lines.into_iter().next().map(|line| line.trim().trim_end_matches(" HTTP/1.1").to_owned())
}

const USER: &str = "HTTP/1.1 200 OK\r\netag: \"3\"\r\nconnection: close\r\n\r\n\
    {\"id\":1,\"name\":\"J\",\"email\":\"a@b.co\",\"created_at\":\"2026-01-01T00:00:00.0Z\"}";
const LATER: &str = "HTTP/1.1 503 X\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 17\r\n\r\n\
    {\"detail\":\"away\"}";
const IN_USE: &str = "HTTP/1.1 409 X\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 17\r\n\r\n\
    {\"detail\":\"busy\"}";
const BROKEN_OFF: &str = "";

fn client(url: &str) -> Api {
    Api::with(url, Settings { pause: Duration::from_millis(1), ..Settings::default() }).unwrap()
}

fn john() -> NewUser {
    NewUser { name: "J".parse().unwrap(), email: "a@b.co".parse().unwrap() }
}

fn renamed(name: &str) -> UserChange {
    UserChange { name: Some(name.parse().unwrap()), email: None }
}

fn one() -> UserId {
    UserId::new(1).unwrap()
}

#[tokio::test]
async fn a_read_is_sent_again_until_it_is_answered() {
    let script = Script::playing(&[BROKEN_OFF, LATER, BROKEN_OFF, USER]);
    let read = client(&script.url).get(one()).await.value.unwrap();
    assert_eq!((read.version, read.user().name), (3, "J".into()));
    assert_eq!(script.asked(), ["GET /users/1"; 4]);

    let script = Script::playing(&[LATER]);
    let failed = client(&script.url).get(one()).await.value;
    assert_eq!(failed, Err(Error::Unavailable("away".into())));
    assert_eq!(script.asked().len(), 4, "it gives up");
}

#[tokio::test]
async fn a_write_whose_outcome_is_not_known_is_never_sent_again() {
    for answer in [&[BROKEN_OFF][..], &[LATER]] {
        let script = Script::playing(answer);
        let client = client(&script.url);
        assert!(client.update(one(), renamed("N"), None).await.value.is_err());
        assert!(client.delete(one(), None).await.value.is_err());
        assert!(client.create(john(), None).await.value.is_err());
        assert_eq!(script.asked(), ["PUT /users/1", "DELETE /users/1", "POST /users"]);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_told_from_an_answer_of_somebody_else() {
    let broken = client(&Script::playing(&[BROKEN_OFF]).url).update(one(), renamed("N"), None).await.value;
    assert!(matches!(broken, Err(Error::Broken { .. })), "{broken:?}");
    let foreign = client(&Script::playing(&["what?\r\n\r\n"]).url).update(one(), renamed("N"), None).await.value;
    assert!(matches!(foreign, Err(Error::Foreign { .. })), "{foreign:?}");
}

#[tokio::test]
async fn a_create_under_a_key_is_sent_again() {
    let script = Script::playing(&[BROKEN_OFF, LATER, IN_USE, USER]);
    let created = client(&script.url).create(john(), Some("k")).await.value.unwrap();
    assert_eq!((created.user().id, script.asked().len()), (one(), 4));
}

#[tokio::test]
async fn what_never_left_is_sent_again_whatever_it_is() {
    let [port] = free_ports();
    let url = format!("http://127.0.0.1:{port}");
    let settings = Settings { pause: Duration::from_millis(50), repeats: 8, ..Settings::default() };
    let client = Api::with(&url, settings).unwrap();
    let (begin, begun) = std::sync::mpsc::channel();
    let late = thread::spawn(move || {
        begun.recv().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let (stream, _) = listener.accept().unwrap();
        let line = read_request(&stream);
        (&stream).write_all(USER.as_bytes()).unwrap();
        line
    });
    assert!(matches!(
        Api::with(&url, Settings { repeats: 0, ..settings }).unwrap().probe().await,
        Err(Error::Unreachable { .. })
    ));
    begin.send(()).unwrap();
    client.update(one(), renamed("J"), None).await.value.unwrap();
    assert_eq!(late.join().unwrap().unwrap(), "PUT /users/1");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_left_when_the_patience_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let limit = Duration::from_millis(200);
    let client = Api::with(&url, Settings { answer: limit, ..Settings::default() }).unwrap();
    let slow = client.get(one()).await.value;
    assert_eq!(slow, Err(Error::Slow { url, limit }));
}

async fn errors_are_typed(service: &Service) {
    let client = client(&service.url());
    let created = client.create(john(), Some("typed")).await.value.unwrap().user();
    let again = client.create(john(), Some("typed")).await;
    assert_eq!(again.value.unwrap().user(), created);
    let other = NewUser { name: "Other".parse().unwrap(), ..john() };
    assert!(matches!(client.create(other, Some("typed")).await.value, Err(Error::Taken(_))));
    let nobody = UserId::new(999_999_999).unwrap();
    assert_eq!(client.get(nobody).await.value, Err(Error::NotFound(nobody.into())));
    let late = client.update(created.id, renamed("N"), Some(7)).await.value;
    assert!(matches!(late, Err(Error::PreconditionFailed(_))), "{late:?}");
    let late = client.delete(created.id, Some(7)).await.value;
    assert!(matches!(late, Err(Error::PreconditionFailed(_))), "{late:?}");
    let too_many = Listing { limit: 5000, ..Listing::default() };
    let Err(Error::Invalid(fields)) = client.list(&too_many).await.value else { panic!("a page has a limit") };
    assert_eq!((fields[0].field(), fields[0].kind.as_str()), ("limit", "less_than_equal"));
    let page = client.list(&Listing { after: created.id.get() - 1, limit: 1, ..Listing::default() }).await;
    assert_eq!((page.value.unwrap().users, page.trace.steps.len()), (vec![created], 1));
}

mod embedded {
    use super::*;

    #[tokio::test]
    async fn errors_are_typed() {
        super::errors_are_typed(&Service::embedded()).await;
    }
}

mod dapr {
    use super::support::stack::Stack;
    use super::*;

    #[tokio::test]
    async fn errors_are_typed() {
        super::errors_are_typed(&Service::on(Stack::shared())).await;
    }
}
