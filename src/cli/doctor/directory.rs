//! The directory of the embedded store.

use super::super::exit::{Exit, Failure};
use super::super::options::Global;
use super::super::render::Finding;
use super::super::wire;
use crate::state::StateStore;
use crate::state::embedded::Embedded;
use crate::state::lock::{Holder, Lock, LockError};
use crate::users::COUNTER_KEY;

const CHECK: &str = "data_directory";

/// Whether it is there, who has it, and whether the file in it can be read. Makes neither of them.
pub async fn check(global: &Global) -> Finding {
    let dir = match wire::data_dir(&global.stores) {
        Ok(dir) => dir,
        Err(failure) => return Finding::failed(CHECK, failure),
    };
    let place = dir.display();
    match dir.try_exists() {
        Ok(true) => {}
        Ok(false) => return Finding::skipped(CHECK, format!("{place} is not there; `usersvc serve` makes it")),
        Err(fault) => {
            let failure =
                Failure::new(Exit::Found, format!("{place} cannot be looked into")).because(fault.to_string());
            return Finding::failed(CHECK, failure.attempt("--data-dir DIR    for another one"));
        }
    }
    // As long as this has it, a service that starts would be refused: some milliseconds.
    let _lock = match Lock::acquire(&dir, None) {
        Ok(lock) => lock,
        Err(LockError::Held(Holder { pid, url })) => {
            let doing = url.map_or_else(String::new, |url| format!(", and serves {url}"));
            return Finding::ok(CHECK, format!("process {pid} has {place}{doing}"));
        }
        Err(fault) => return Finding::failed(CHECK, fault.into()),
    };
    if !Embedded::exists(&dir) {
        return Finding::ok(CHECK, format!("{place} can be written, and has no data file yet"));
    }
    let file = match Embedded::open(&dir) {
        Ok(file) => file,
        Err(fault) => return Finding::failed(CHECK, wire::failure_of_file(fault)),
    };
    match file.get(COUNTER_KEY).await {
        Ok(_) => Finding::ok(CHECK, format!("the data file in {place} can be read, and nobody has it open")),
        Err(fault) => Finding::failed(CHECK, Failure::told(Exit::Found, &fault.to_string())),
    }
}
