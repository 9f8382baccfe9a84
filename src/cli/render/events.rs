//! What happened in the cache of a service: a line an event.

use colored::{ColoredString, Colorize};
use serde_json::Value;

use super::shown::{Columns, Shown, Told, plain_json};
use super::{Screen, harmless};
use crate::client::CacheEvent;

/// From this width on an event fits into a line with its columns.
const ROOMY: u16 = 72;
/// The width of the longest name of an event, and of most users.
const NAME: usize = 15;
const USER: usize = 9;

const EVENTS: Columns = Columns { heads: &["AT", "EVENT", "USER", "DETAILS"], numbers: &[2] };

impl Shown for CacheEvent {
    const CSV: &'static [&'static str] = &[
        "at",
        "event",
        "user",
        "ttl",
        "ms",
        "found",
        "tombstone",
        "epoch",
        "from",
        "to",
        "reason",
        "cached",
        "stored",
        "events",
    ];

    /// The name among what is told, as the field `event`.
    fn json(&self) -> Vec<u8> {
        let mut told = serde_json::Map::from_iter([("event".to_owned(), self.name.clone().into())]);
        told.extend(self.told.clone());
        plain_json(&told)
    }

    fn names(&self) -> Vec<String> {
        self.user().iter().map(ToString::to_string).collect()
    }

    fn told(&self, screen: &Screen, _: bool) -> Vec<Told> {
        match screen.out.width {
            Some(width) => vec![Told::Line(line(self, screen, width))],
            None => {
                let user = self.user().map_or_else(|| "-".to_owned(), |id| id.to_string());
                let at = self.at().unwrap_or("-").to_owned();
                vec![Told::Row(&EVENTS, vec![at, self.name.clone(), user, details(self)])]
            }
        }
    }
}

fn line(event: &CacheEvent, screen: &Screen, width: u16) -> String {
    let name = harmless(&event.name.to_uppercase().replace('_', " "));
    let user = event.user().map_or_else(String::new, |id| format!("user {id}"));
    let details = harmless(&details(event));
    let paint = |name: &str| screen.out.paint(name, |name| color(&event.name, name));
    if width >= ROOMY {
        let time = screen.out.paint(&format!("{:<12}", time_of_day(event, 12)), |time| time.dimmed());
        // Padded before it is painted: the codes of a colour have no width.
        let name = paint(&format!("{name:<NAME$}"));
        return format!("{time}  {name}  {user:<USER$}  {details}").trim_end().to_owned();
    }
    let time = time_of_day(event, 8);
    let head = [time.as_str(), &name, &user].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let fits = head.chars().count() + 1 + details.chars().count() <= width.into();
    let head = head.replacen(&name, &paint(&name), 1);
    let between = if fits { " ".to_owned() } else { format!("\n{:9}", "") };
    if details.is_empty() { head } else { format!("{head}{between}{details}") }
}

/// The time of the day (UTC), of so many characters; nothing of an event without a time.
fn time_of_day(event: &CacheEvent, length: usize) -> String {
    let time = event.at().and_then(|at| at.split_once('T')).map(|(_, time)| time.trim_end_matches('Z'));
    harmless(&time.unwrap_or_default().chars().take(length).collect::<String>())
}

fn color(event: &str, name: &str) -> ColoredString {
    match event {
        "hit" | "back" => name.green().bold(),
        "miss" | "bypass" => name.yellow().bold(),
        "mark" => name.magenta(),
        "fill" | "promote" | "repair" | "fence" => name.blue(),
        "flush" | "phase" => name.cyan().bold(),
        "away" | "violation" | "lost" => name.red().bold(),
        _ => name.normal(),
    }
}

/// What is told of an event beside its name, its user and its time.
fn details(event: &CacheEvent) -> String {
    let (times, others): (Vec<_>, Vec<_>) = event.told.iter().partition(|(field, _)| *field == "ms");
    let parts = times.into_iter().chain(others).filter_map(|(field, value)| detail(field, value));
    parts.collect::<Vec<_>>().join(", ")
}

fn detail(field: &str, value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (field, value) {
        ("at" | "user", _) | (_, Value::Null | Value::Bool(false)) => None,
        ("found", _) if text == "nothing" => None,
        ("ms", _) => value.as_f64().map(|ms| format!("{ms:.2} ms")),
        ("ttl", _) => Some(format!("ttl {text} s")),
        ("found" | "reason", _) => Some(text),
        (_, Value::Bool(true)) => Some(field.to_owned()),
        _ => Some(format!("{field} {text}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_details_of_an_event_are_words_that_people_read() {
        let said = |told: Value| {
            details(&CacheEvent { name: "some".into(), told: told.as_object().expect("it is one").clone() })
        };
        assert_eq!(said(json!({ "at": "T", "user": 7, "ttl": 3541, "ms": 0.4123 })), "0.41 ms, ttl 3541 s");
        assert_eq!(said(json!({ "found": "nothing", "ms": 2.0 })), "2.00 ms");
        assert_eq!(said(json!({ "found": "expired", "ms": 2.0 })), "2.00 ms, expired");
        assert_eq!(said(json!({ "ttl": 60, "tombstone": true })), "ttl 60 s, tombstone");
        assert_eq!(said(json!({ "ttl": 60, "tombstone": false })), "ttl 60 s");
        assert_eq!(said(json!({ "from": "on", "to": "flushing" })), "from on, to flushing");
        assert_eq!(said(json!({ "cached": 1, "stored": null, "epoch": "e" })), "cached 1, epoch e");
        assert_eq!(said(json!({ "events": 904 })), "events 904");
    }
}
