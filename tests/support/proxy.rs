//! A network between two processes of this machine that can be slow, lose what it carries, or be cut.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What the network does with what it carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    #[default]
    Fair,
    /// Everything takes so much longer, in each direction.
    Slow(Duration),
    /// Nothing arrives, and no connection ends; what was sent meanwhile arrives when that is over.
    Silent,
    /// Requests arrive; their answers do not, and the connection ends.
    LosesAnswers,
    /// The same, but only for answers that hold these bytes.
    LosesAnswersWith(&'static str),
    /// Connections end, and no new one is made.
    Cut,
}

/// A port of this machine that leads to another one.
pub struct Proxy {
    port: u16,
    network: Arc<Network>,
    door: Option<JoinHandle<()>>,
}

struct Network {
    to: u16,
    weather: Mutex<Weather>,
    /// Both ends of every connection; none any more once the proxy is gone.
    open: Mutex<Option<Vec<TcpStream>>>,
}

/// How often a silent network looks whether that is over.
const LOOK: Duration = Duration::from_millis(5);
/// No connection is silent for longer: a proxy that is dropped must come to an end.
const SILENCE_MAX: Duration = Duration::from_secs(60);

impl Proxy {
    /// To that port, on any that is free.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let network = Arc::new(Network { to: port, weather: Mutex::default(), open: Mutex::new(Some(Vec::new())) });
        let port = listener.local_addr().expect("it is bound").port();
        let inside = Arc::clone(&network);
        let door = thread::spawn(move || {
            for from in listener.incoming() {
                if locked(&inside.open).is_none() {
                    return;
                }
                // A connection that cannot be made ends, as behind any network.
                from.and_then(|from| inside.connect(from)).ok();
            }
        });
        Self { port, network, door: Some(door) }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on.
    pub fn set(&self, weather: Weather) {
        *locked(&self.network.weather) = weather;
        if weather == Weather::Cut {
            self.network.end_all(Some(Vec::new()));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Weather::Fair);
        self.network.end_all(None);
        // It looks up when somebody knocks.
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
        self.door.take().map(JoinHandle::join);
    }
}

impl Network {
    fn weather(&self) -> Weather {
        *locked(&self.weather)
    }

    fn connect(self: &Arc<Self>, from: TcpStream) -> io::Result<()> {
        if self.weather() == Weather::Cut {
            return Ok(());
        }
        let to = TcpStream::connect((Ipv4Addr::LOCALHOST, self.to))?;
        from.set_nodelay(true)?;
        to.set_nodelay(true)?;
        if let Some(open) = locked(&self.open).as_mut() {
            // Those that ended are known by their address being gone.
            open.retain(|stream| stream.peer_addr().is_ok());
            open.extend([from.try_clone()?, to.try_clone()?]);
        }
        for (source, sink, is_answer) in [(from.try_clone()?, to.try_clone()?, false), (to, from, true)] {
            let network = Arc::clone(self);
            thread::spawn(move || {
                network.carry(&source, &sink, is_answer).ok();
                source.shutdown(Shutdown::Both).ok();
                sink.shutdown(Shutdown::Both).ok();
            });
        }
        Ok(())
    }

    /// Carries what comes from one end to the other, until either closes.
    fn carry(&self, mut source: &TcpStream, mut sink: &TcpStream, is_answer: bool) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let count = source.read(&mut bytes)?;
            if count == 0 {
                return Ok(());
            }
            match self.weather() {
                Weather::Slow(delay) => thread::sleep(delay),
                Weather::Silent => {
                    let began = Instant::now();
                    while self.weather() == Weather::Silent && began.elapsed() < SILENCE_MAX {
                        thread::sleep(LOOK);
                    }
                }
                Weather::LosesAnswers if is_answer => return Ok(()),
                Weather::LosesAnswersWith(words) if is_answer && holds(&bytes[..count], words) => return Ok(()),
                Weather::Fair | Weather::LosesAnswers | Weather::LosesAnswersWith(_) | Weather::Cut => {}
            }
            sink.write_all(&bytes[..count])?;
        }
    }

    fn end_all(&self, then: Option<Vec<TcpStream>>) {
        let ended = std::mem::replace(&mut *locked(&self.open), then);
        for stream in ended.into_iter().flatten() {
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
