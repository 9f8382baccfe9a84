//! `--as curl` and `--as dapr`: the request that a command would send, as a command of its own.

use std::env;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::options::Global;
use super::render::{Screen, put};
use super::token::TokenFrom;
use crate::client::request::Request;
use crate::client::{place_of, without_password};
use crate::user::{Email, Name, NewUser, UserChange, UserId};
use crate::users::{COUNTER_KEY, Listing, Scope, row_key};

/// The port of a sidecar's HTTP API, unless the environment says otherwise.
const SIDECAR_PORT: &str = "3500";

/// The option `--as`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Unsent {
    /// Print the request instead of sending it
    #[arg(long = "as", value_name = "FORM", value_enum)]
    form: Option<Form>,
}

/// How a request is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// curl, to the service
    Curl,
    /// curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >
    Dapr,
}

/// What a command would ask for.
#[derive(Clone, Debug)]
pub enum Call<'a> {
    Get(UserId),
    List(&'a Listing),
    Create(&'a NewUser),
    Update(UserId, &'a UserChange),
    Delete(UserId),
    Inspect(UserId),
    Flush(UserId),
    FlushAll,
    Verify(Scope, bool),
    Stats,
    Events(Option<UserId>),
}

impl Call<'_> {
    fn request(&self) -> Request {
        match self {
            Self::Get(id) => Request::get(*id),
            Self::List(listing) => Request::list(listing),
            Self::Create(new) => Request::create(new, None),
            Self::Update(id, change) => Request::update(*id, change, None),
            Self::Delete(id) => Request::delete(*id, None),
            Self::Inspect(id) => Request::inspect(*id),
            Self::Flush(id) => Request::flush(*id),
            Self::FlushAll => Request::flush_all(),
            Self::Verify(scope, fix) => Request::verify(*scope, *fix),
            Self::Stats => Request::stats(),
            Self::Events(only) => Request::events(*only),
        }
    }

    /// Method, component, the path below the component, and the body; `None` of what is more than one call.
    fn of_sidecar<'g>(&self, global: &'g Global) -> Option<(&'static str, &'g str, String, Option<String>)> {
        let (state, cache) = (global.stores.statestore.as_str(), global.stores.cache.as_str());
        let row = |id: Value, name: Option<&str>, email: Option<&str>| {
            json!({
                "id": id,
                "name": name.unwrap_or("<NAME>"),
                "email": email.unwrap_or("<EMAIL>"),
                "created_at": "<CREATED_AT>",
                "version": "<VERSION>",
            })
        };
        let first_write = json!({ "concurrency": "first-write" });
        match self {
            Self::Get(id) => Some(("GET", state, format!("/{}", row_key(*id)), None)),
            Self::Create(new) => {
                let user = json!({
                    "key": "user-<ID>",
                    "value": row("<ID>".into(), Some(new.name.as_str()), Some(new.email.as_str())),
                    "options": first_write,
                });
                let counter = json!({
                    "key": COUNTER_KEY,
                    "value": "<NEXT_ID>",
                    "etag": "<ETAG>",
                    "options": first_write,
                });
                let upsert = |request| json!({ "operation": "upsert", "request": request });
                let body = json!({ "operations": [upsert(user), upsert(counter)] });
                Some(("POST", state, "/transaction".into(), Some(body.to_string())))
            }
            Self::Update(id, change) => {
                let (name, email) = (change.name.as_ref(), change.email.as_ref());
                let value = row(id.get().into(), name.map(Name::as_str), email.map(Email::as_str));
                let body = json!([{ "key": row_key(*id), "value": value, "etag": "<ETAG>", "options": first_write }]);
                Some(("POST", state, String::new(), Some(body.to_string())))
            }
            Self::Delete(id) => Some(("DELETE", state, format!("/{}", row_key(*id)), None)),
            Self::Inspect(id) => Some(("GET", cache, format!("/{}@<EPOCH>", row_key(*id)), None)),
            Self::List(_) | Self::Flush(_) | Self::FlushAll | Self::Verify(..) | Self::Stats | Self::Events(_) => None,
        }
    }

    fn is_write(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Update(..) | Self::Delete(_))
    }
}

impl Unsent {
    /// True where the request is to be printed.
    pub fn is_wanted(self) -> bool {
        self.form.is_some()
    }

    /// Prints the requests of a command, one a line.
    ///
    /// # Errors
    /// That the service has no URL, or that the sidecar has no such call.
    pub fn print<'a>(
        self,
        calls: impl IntoIterator<Item = Call<'a>>,
        global: &Global,
        screen: &Screen,
    ) -> anyhow::Result<Exit> {
        let base = place_of(&global.server)?;
        let mut is_partial = false;
        for call in calls {
            let line = match self.form {
                Some(Form::Dapr) => {
                    is_partial |= call.is_write();
                    to_sidecar(&call, global).ok_or_else(no_call)?
                }
                _ => to_service(&base, &call.request(), global.token_from.as_ref()),
            };
            put(format!("{line}\n").as_bytes())?;
        }
        if self.form == Some(Form::Curl) && without_password(&global.server) != global.server {
            screen.note("the name and the password in the URL are left out; curl takes them with --user");
        }
        if is_partial {
            screen.note("a write of the service also keeps the index of addresses and marks the cache entry");
        }
        Ok(Exit::Done)
    }
}

fn no_call() -> Failure {
    Failure::new(Exit::Usage, "this is not one call of the sidecar").attempt("--as curl")
}

fn to_service(base: &str, request: &Request, token: Option<&TokenFrom>) -> String {
    let headers = request.headers.iter().map(|(name, value)| quoted(&format!("{name}: {value}")));
    let token = token.map(|token| format!("\"authorization: Bearer {}\"", token.in_shell()));
    let headers = headers.chain(token);
    curl(request.method, &format!("{base}{}", request.path), headers, request.body.as_deref())
}

fn to_sidecar(call: &Call<'_>, global: &Global) -> Option<String> {
    let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let base = given("DAPR_HTTP_ENDPOINT").unwrap_or_else(|| {
        format!("http://localhost:{}", given("DAPR_HTTP_PORT").unwrap_or_else(|| SIDECAR_PORT.to_owned()))
    });
    let (method, component, path, body) = call.of_sidecar(global)?;
    let mut headers = Vec::new();
    if body.is_some() {
        headers.push(quoted("content-type: application/json"));
    }
    if matches!(call, Call::Delete(_)) {
        headers.push(quoted("if-match: <ETAG>"));
    }
    // The shell puts it in: a secret is not printed.
    if given("DAPR_API_TOKEN").is_some() {
        headers.push("\"dapr-api-token: $DAPR_API_TOKEN\"".to_owned());
    }
    let url = format!("{}/v1.0/state/{component}{path}", base.trim_end_matches('/'));
    Some(curl(method, &url, headers, body.as_deref()))
}

/// `headers` as they are to stand in the line.
fn curl(method: &str, url: &str, headers: impl IntoIterator<Item = String>, body: Option<&str>) -> String {
    let mut line = "curl ".to_owned();
    if method != "GET" {
        line.push_str(&format!("-X {method} "));
    }
    line.push_str(&quoted(url));
    headers.into_iter().for_each(|header| line.push_str(&format!(" -H {header}")));
    if let Some(body) = body {
        line.push_str(&format!(" -d {}", quoted(body)));
    }
    line
}

/// A word of a shell's line, in single quotes where it needs any: nothing has a meaning within those.
pub fn quoted(word: &str) -> String {
    let is_plain = shlex::try_quote(word).is_ok_and(|quoted| quoted == word);
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
