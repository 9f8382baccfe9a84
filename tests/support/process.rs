//! Processes that never outlive their test. Each belongs to a [`Scene`], a directory with a watchdog beside it: a
//! shell that waits for the end of its input, which comes when the scene is dropped and when the test binary dies in
//! whatever way, and then ends what still runs and removes the directory.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, becomes_true, eventually};

/// How often a server is started on other ports when somebody else took one of its ports first.
const PORT_ATTEMPTS: u32 = 5;

/// Started with the directory as its argument. It is told of each process as `started PID SIGNAL` and `ended PID`.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
running=' '
while read -r word pid signal; do
    case $word in
        started) running="$running$pid:$signal " ;;
        ended) case $running in *" $pid:"*)
            after=${running#*" $pid:"}
            running="${running%%" $pid:"*} ${after#* }" ;;
        esac ;;
    esac
done
alive() { for one in $running; do kill -0 "${one%:*}" && return 0; done; return 1; }
for one in $running; do kill -s CONT "${one%:*}"; kill "-${one#*:}" "${one%:*}"; done
left=400
while [ $left -gt 0 ] && alive; do sleep 0.025; left=$((left - 1)); done
for one in $running; do kill -s KILL "${one%:*}"; done
rm -rf -- "$1"
"#;

/// A directory, and the processes that live from it.
pub struct Scene {
    path: PathBuf,
    watchdog: Mutex<Child>,
    orders: Mutex<Option<ChildStdin>>,
}

impl Scene {
    /// A new directory below the system's temporary one. Others may enter it: PostgreSQL runs as its own user.
    pub fn new() -> Result<Arc<Self>, String> {
        let path = tempfile::Builder::new()
            .prefix("usersvc-test-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .map_err(|error| format!("no temporary directory: {error}"))?
            .keep();
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0) // ^C on the terminal is not for it
            .spawn()
            .map_err(|error| format!("no watchdog: {error}"))?;
        let orders = Mutex::new(watchdog.stdin.take());
        Ok(Arc::new(Self { path, watchdog: Mutex::new(watchdog), orders }))
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn tell(&self, order: &str) {
        if let Some(orders) = locked(&self.orders).as_mut() {
            orders.write_all(order.as_bytes()).expect("the watchdog lives as long as its scene");
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        drop(locked(&self.orders).take());
        locked(&self.watchdog).wait().ok();
    }
}

/// A program that serves: it can be killed, frozen and started again at the same place.
pub struct Server {
    name: &'static str,
    log: PathBuf,
    stop: Signal,
    command: Box<dyn Fn() -> Command + Send + Sync>,
    is_ready: Box<dyn Fn(u32) -> bool + Send + Sync>,
    child: Mutex<Option<Child>>,
    scene: Arc<Scene>,
}

impl Server {
    /// Starts a server and waits until it is ready. `command` makes the same command again at each start; `is_ready`
    /// is asked with its process id; `stop` is the signal that ends it in good order.
    ///
    /// The error tells what its log says.
    pub fn start(
        scene: &Arc<Scene>,
        name: &'static str,
        stop: Signal,
        command: impl Fn() -> Command + Send + Sync + 'static,
        is_ready: impl Fn(u32) -> bool + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let server = Self {
            name,
            log: unused(scene.path(), name),
            stop,
            command: Box::new(command),
            is_ready: Box::new(is_ready),
            child: Mutex::new(None),
            scene: Arc::clone(scene),
        };
        server.launch().map(|()| server)
    }

    fn launch(&self) -> Result<(), String> {
        let open = || File::options().create(true).append(true).open(&self.log);
        let (stdout, stderr) = open().and_then(|out| Ok((out, open()?))).map_err(|error| format!("no log: {error}"))?;
        let child = (self.command)()
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.name))?;
        let id = child.id();
        self.scene.tell(&format!("started {id} {}\n", self.stop.as_raw()));
        *locked(&self.child) = Some(child);
        let mut ended = None;
        let is_ready = becomes_true(PATIENCE, || {
            ended = locked(&self.child).as_mut().and_then(|child| child.try_wait().expect("it is our child"));
            ended.is_some() || (self.is_ready)(id)
        });
        match ended {
            None if is_ready => Ok(()),
            None => {
                self.kill();
                Err(format!("{} was not ready within {PATIENCE:?}; its log ends:\n{}", self.name, self.last_lines()))
            }
            Some(status) => {
                self.kill();
                Err(format!("{} ended at its start with {status}; its log ends:\n{}", self.name, self.last_lines()))
            }
        }
    }

    /// The process id, or `None` while it is not running.
    pub fn id(&self) -> Option<u32> {
        locked(&self.child).as_ref().map(Child::id)
    }

    /// Ends it at once, as `kill -9` does, and waits until it is gone.
    pub fn kill(&self) -> Option<ExitStatus> {
        self.end(Signal::KILL)
    }

    /// Ends it in good order and waits until it is gone; kills it if it does not go.
    pub fn stop(&self) -> Option<ExitStatus> {
        self.end(self.stop)
    }

    /// Starts it again where it was, after killing it if it still runs, and waits until it is ready.
    #[track_caller]
    pub fn restart(&self) {
        self.kill();
        self.launch().unwrap_or_else(|error| panic!("{error}"));
    }

    /// Stops its time, and that of its children, until [`Server::thaw`]: connections stay open and nothing answers.
    #[track_caller]
    pub fn freeze(&self) {
        // Twice: the first may have come while it made another child.
        for _ in 0..2 {
            self.signal_all(Signal::STOP);
            eventually("it stands still", || self.all().into_iter().all(stands_still));
        }
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    /// Sends a signal to it alone.
    pub fn signal(&self, signal: Signal) {
        if let Some(id) = self.id() {
            send(id, signal);
        }
    }

    /// Waits until it ends by itself; `None` if it does not.
    pub fn wait(&self) -> Option<ExitStatus> {
        let mut status = None;
        becomes_true(PATIENCE, || {
            status = locked(&self.child).as_mut().and_then(|child| child.try_wait().expect("it is our child"));
            status.is_some()
        });
        if status.is_some() {
            self.forget();
        }
        status
    }

    /// All that it wrote so far, since the first start.
    pub fn log(&self) -> String {
        let mut bytes = Vec::new();
        File::open(&self.log).and_then(|mut file| file.read_to_end(&mut bytes)).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The end of what it wrote.
    pub fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    fn signal_all(&self, signal: Signal) {
        self.all().into_iter().for_each(|id| send(id, signal));
    }

    /// The process, and its children.
    fn all(&self) -> Vec<u32> {
        self.id().into_iter().flat_map(|id| [vec![id], children(id)].concat()).collect()
    }

    fn end(&self, signal: Signal) -> Option<ExitStatus> {
        let id = self.id()?;
        let children = children(id);
        // A frozen server could not follow.
        self.thaw();
        send(id, signal);
        let status = self.wait().or_else(|| {
            send(id, Signal::KILL);
            self.wait()
        });
        // PostgreSQL's processes outlive a killed one for a moment, and keep another from starting.
        becomes_true(PATIENCE, || !children.iter().any(|child| is_alive(*child)));
        status
    }

    /// The process is gone and waited for: its id may soon be somebody else's.
    fn forget(&self) {
        if let Some(child) = locked(&self.child).take() {
            self.scene.tell(&format!("ended {}\n", child.id()));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts something that listens on as many free ports as asked for, again on others if one was taken meanwhile.
pub fn on_free_ports<const N: usize, T>(start: impl Fn([u16; N]) -> Result<T, String>) -> Result<T, String> {
    let mut attempt = 1;
    loop {
        match start(free_ports()) {
            Err(error) if attempt < PORT_ATTEMPTS && is_port_taken(&error) => attempt += 1,
            result => return result,
        }
    }
}

fn is_port_taken(error: &str) -> bool {
    let error = error.to_lowercase();
    ["address already in use", "address in use", "port in use"].iter().any(|words| error.contains(words))
}

/// Ports that nobody listens on. They lie below those that systems give to outgoing connections: the port of a server
/// that a test killed is not taken by somebody's connection before the server is back.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let mut held = Vec::with_capacity(N);
    while held.len() < N {
        let port = 10_000 + (u16::from_be_bytes(random()) % 20_000);
        held.extend(TcpListener::bind(("127.0.0.1", port)));
    }
    let port = |at: usize| held[at].local_addr().expect("it is bound").port();
    std::array::from_fn(port)
}

fn random() -> [u8; 2] {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// The status of an HTTP request to this machine, or `None` without an answer.
pub fn http_status(port: u16, path: &str) -> Option<u16> {
    http_get(port, path, "").map(|(status, _)| status)
}

/// The status and all that comes after it. `header` is empty or a whole line.
pub fn http_get(port: u16, path: &str, header: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}Connection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    let (status, rest) = answer.strip_prefix("HTTP/1.1 ")?.split_at_checked(3)?;
    Some((status.parse().ok()?, rest.to_owned()))
}

/// Runs a command to its end and returns what it printed.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

/// True while there is a process of that id that is not just waiting to be reaped.
pub fn is_alive(id: u32) -> bool {
    match fs::read_to_string(format!("/proc/{id}/stat")) {
        Ok(stat) => stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => pid(id).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok()),
    }
}

/// True where every thread of a process is stopped, or where the system does not show it.
fn stands_still(id: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return true };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 'Z', 'X']))
    })
}

/// The children of a process, where the system shows them.
pub fn children(parent: u32) -> Vec<u32> {
    let is_child = |id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // "PID (NAME) STATE PARENT …", and the name may hold anything.
        let parent_of = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        parent_of == Some(parent)
    };
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

fn send(id: u32, signal: Signal) {
    if let Some(pid) = pid(id) {
        // It may be gone by itself, which is as well.
        kill_process(pid, signal).ok();
    }
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

/// A log file that no other server of the scene writes to.
fn unused(directory: &Path, name: &str) -> PathBuf {
    let path = |n: u32| directory.join(format!("{name}-{n}.log"));
    (1..).map(path).find(|path| !path.exists()).expect("numbers do not run out")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
