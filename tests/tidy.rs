//! What the sources promise about themselves: who imports whom, where a library may be named, how long a file is.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may import from. The binary's edge, `cli`, may import from all.
const IMPORTS: &[(&str, &[&str])] = &[
    ("user", &[]),
    ("trace", &["user"]),
    ("timing", &["trace", "user"]),
    ("state", &["trace"]),
    ("users", &["state", "trace", "user"]),
    ("api", &["user", "users"]),
    ("http", &["api", "state", "timing", "trace", "user", "users"]),
    ("client", &["api", "state", "timing", "trace", "user", "users"]),
];

/// A library, and the only places that may name it.
const ROOMS: &[(&str, &[&str])] = &[
    ("dapr::dapr", &["state/dapr"]),
    ("tonic", &["state/dapr"]),
    ("rusqlite", &["state/embedded"]),
    ("axum", &["http/"]),
    ("hyper", &["http/"]),
    ("prometheus_client", &["http/metrics"]),
    // Who has a body on the wire derives its schema; the document is made in `http`.
    ("utoipa", &["http/", "api.rs", "user.rs", "users/"]),
    ("utoipa_swagger_ui", &["http/"]),
    ("maud", &["http/"]),
    ("reqwest", &["client/api"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("csv", &["cli/"]),
    ("serde_saphyr", &["cli/"]),
    ("shlex", &["cli/"]),
    ("toml", &["cli/config"]),
    ("rustyline", &["cli/"]),
    ("comfy_table", &["cli/"]),
    ("colored", &["cli/"]),
    ("hdrhistogram", &["cli/"]),
    ("anyhow", &["cli/", "main.rs"]),
];

/// A file fits in one reading.
const LINES_MAX: usize = 450;

fn sources(below: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(below);
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("it is text"))
    };
    found.into_iter().map(read).collect()
}

/// The lines that are code, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(n, line)| (n + 1, line))
}

/// Whether a line names a path that begins so: `name::` not preceded by a part of another name.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn nobody_imports_from_above() {
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let room = file.split(['/', '.']).next().expect("a file has a name");
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == room) else { continue };
        for (number, line) in code(&text) {
            for other in line.split("crate::").skip(1) {
                let other = other.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if other != room && !other.is_empty() && !allowed.contains(&other) {
                    wrong.push(format!("src/{file}:{number} imports {other}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_is_on_the_map() {
    let lib = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    for module in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = module.trim_end_matches(';');
        assert!(module == "cli" || IMPORTS.iter().any(|(name, _)| *name == module), "{module} has no import rule");
        assert!(lib.contains(&format!("[`{module}`]")), "{module} is not on the map in src/lib.rs");
    }
}

#[test]
fn a_library_is_named_in_its_room_only() {
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        for (number, line) in code(&text) {
            for (library, rooms) in ROOMS {
                if names(line, library) && !rooms.iter().any(|room| file.starts_with(room)) {
                    wrong.push(format!("src/{file}:{number} names {library}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_fits_in_one_reading() {
    for below in ["src", "tests"] {
        for (file, text) in sources(below) {
            let lines = text.lines().count();
            assert!(lines <= LINES_MAX, "{below}/{file} has {lines} lines");
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not name them.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("]].map(|mark| mark.concat());
    for below in ["src", "tests"] {
        for (file, text) in sources(below) {
            let left = marks.iter().find(|mark| text.contains(mark.as_str()));
            assert!(left.is_none(), "{below}/{file} has a {left:?}");
        }
    }
}
