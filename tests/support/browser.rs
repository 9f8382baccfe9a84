//! A real browser, driven over the DevTools protocol (<https://chromedevtools.github.io/devtools-protocol>). Orders and
//! answers go through two pipes. It ends when they are closed, so it never outlives its test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{PATIENCE, eventually};

/// What the browser is called, on Debian and elsewhere.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser reads orders from descriptor 3 and answers on 4.
const SCRIPT: &str = r#"exec "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

/// A browser with one page.
pub struct Browser {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Receiver<Value>,
    events: Vec<Value>,
    last: u64,
    session: Option<String>,
    // It is removed when the browser is gone.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A new one, without any history, whose page is empty. It is told not to ask for anything on its own.
    #[track_caller]
    pub fn start() -> Self {
        let program = PROGRAMS.into_iter().find(|name| is_installed(name));
        let program = program.expect("Chromium is not installed: run `sudo apt-get install chromium`");
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, "browser", program, "--headless", "--remote-debugging-pipe", "--no-sandbox"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
        let answers = listen(&mut child);
        let orders = child.stdin.take();
        let (events, last, session) = (Vec::new(), 0, None);
        let mut browser = Self { child, orders, answers, events, last, session, _profile: profile };
        let page = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attached = browser.call("Target.attachToTarget", &json!({ "targetId": page["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Gives an order, and waits for what comes of it.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut order = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            order["sessionId"] = session.as_str().into();
        }
        let orders = self.orders.as_mut().expect("it is open until the browser is dropped");
        let sent = orders.write_all(format!("{order}\0").as_bytes()).and_then(|()| orders.flush());
        sent.unwrap_or_else(|error| panic!("{method}: {error}"));
        loop {
            let answer = self.answers.recv_timeout(PATIENCE);
            let mut answer = answer.unwrap_or_else(|_| panic!("the browser does not answer to {method} {params}"));
            if answer["id"] != self.last {
                self.events.push(answer);
                continue;
            }
            assert!(answer["error"].is_null(), "{method} {params}: {answer}");
            return answer["result"].take();
        }
    }

    /// Opens a page, and waits until it is loaded.
    #[track_caller]
    pub fn open(&mut self, url: &str) {
        let opened = self.call("Page.navigate", &json!({ "url": url }));
        assert!(opened["errorText"].is_null(), "{url}: {opened}");
        eventually("the page is loaded", || self.eval("document.readyState") == "complete");
    }

    /// What an expression in the page says.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut said = self.call("Runtime.evaluate", &params);
        assert!(said["exceptionDetails"].is_null(), "{expression}: {said}");
        said["result"]["value"].take()
    }

    /// The text that a person sees of an element; empty while it is not there.
    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!("document.querySelector({})?.innerText ?? ''", quoted(selector)));
        text.as_str().expect("innerText is a text").to_owned()
    }

    /// Waits until an element lies open and still, and clicks on its middle.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let place = format!(
            "(() => {{
                const element = document.querySelector({});
                if (!element) return null;
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                return element.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
            }})()",
            quoted(selector)
        );
        let mut at = Value::Null;
        eventually(&format!("{selector} can be clicked"), || {
            let before = std::mem::replace(&mut at, self.eval(&place));
            !at.is_null() && at == before
        });
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &params);
        }
    }

    /// Replaces what a field holds.
    #[track_caller]
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.click(selector);
        self.call("Input.dispatchKeyEvent", &json!({ "type": "keyDown", "commands": ["selectAll"] }));
        self.call("Input.insertText", &json!({ "text": text }));
    }

    /// The addresses of everything that the page asked for, except what is within it.
    pub fn requests(&self) -> Vec<&str> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = sent.map(|event| event["params"]["request"]["url"].as_str().expect("a request has an address"));
        urls.filter(|url| !url.starts_with("data:")).collect()
    }

    /// What went wrong in the page, in the browser's words.
    pub fn errors(&self) -> Vec<&Value> {
        let is_error = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            _ => false,
        };
        self.events.iter().filter(is_error).map(|event| &event["params"]).collect()
    }

    /// Keeps a picture of what the window shows with the other products of the build, and says where.
    #[track_caller]
    pub fn screenshot(&mut self, name: &str) -> PathBuf {
        let picture = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        let picture = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("it is Base64");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("{}", path.display());
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.orders.take());
        if !super::becomes_true(PATIENCE, || matches!(self.child.try_wait(), Ok(Some(_)))) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Each answer and event ends in a zero byte.
fn listen(child: &mut Child) -> Receiver<Value> {
    let (tell, told) = channel();
    let pipe = BufReader::new(child.stdout.take().expect("it is piped"));
    thread::spawn(move || {
        for message in pipe.split(0).map_while(Result::ok) {
            let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
            if tell.send(message).is_err() {
                return;
            }
        }
    });
    told
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// A text as a script has it.
fn quoted(text: &str) -> Value {
    text.into()
}
