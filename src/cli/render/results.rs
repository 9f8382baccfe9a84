//! The results of the verbs, on stdout.

use std::io;

use colored::Colorize;
use serde::Serialize;
use serde_json::Value;

use super::{Screen, harmless, print};
use crate::api::{Deleted, Flushed, Inspection, Stats, Verification};
use crate::user::User;
use crate::users::{CacheEntry, Kind, Latency, Stored, Verdict};

impl Screen {
    /// Prints a user.
    pub fn user(&self, stored: &Stored) -> io::Result<()> {
        if self.is_json() {
            return self.json_text(&stored.json);
        }
        let User { id, name, email, created_at } = stored.user();
        let row = vec![id.to_string(), name, email, created_at.to_string()];
        self.table(&["ID", "NAME", "EMAIL", "CREATED"], &[0], &[row])
    }

    /// Prints that a user was deleted.
    pub fn deleted(&self, deleted: &Deleted) -> io::Result<()> {
        if self.is_json() { self.json(deleted) } else { print(&harmless(&deleted.message)) }
    }

    /// Prints what the cache holds of users.
    pub fn inspections(&self, inspections: &[Inspection]) -> io::Result<()> {
        if self.is_json() {
            return inspections.iter().try_for_each(|one| self.json(one));
        }
        match inspections {
            [one] if self.out.width.is_some() => self.record(&self.as_fields(one)),
            many => {
                let heads = ["ID", "VERDICT", "KIND", "VERSION", "ROW", "AGE", "TTL LEFT", "SIZE"];
                self.table(&heads, &[0, 3, 4, 5, 6, 7], &many.iter().map(as_row).collect::<Vec<_>>())
            }
        }
    }

    /// Prints that something was flushed.
    pub fn flushed(&self, flushed: &Flushed) -> io::Result<()> {
        if self.is_json() { self.json(flushed) } else { print(&harmless(&flushed.detail)) }
    }

    /// Prints what a verification found.
    pub fn verification(&self, found: &Verification) -> io::Result<()> {
        if self.is_json() {
            return self.json(found);
        }
        let wrong = found.disagreements.len();
        let color = |said: &str| if wrong == 0 { said.green().bold() } else { said.red().bold() };
        let verdict = match wrong {
            0 => "no disagreement".to_owned(),
            1 => "1 disagreement".to_owned(),
            many => format!("{many} disagreements"),
        };
        let Verification { checked, fresh, absent, tombstones, markers, .. } = found;
        let counts = format!("{fresh} fresh, {absent} absent, {tombstones} tombstones, {markers} markers");
        let users = if *checked == 1 { "user" } else { "users" };
        print(&format!("{} in {checked} {users}: {counts}", self.out.paint(&verdict, color)))?;
        if wrong == 0 {
            return Ok(());
        }
        let row = |version: Option<u64>| version.map_or_else(|| "gone".into(), |version| version.to_string());
        let rows = found.disagreements.iter().map(|one| {
            let fixed = if one.fixed { "flushed" } else { "no" };
            vec![one.id.to_string(), one.cached_version.to_string(), row(one.row_version), fixed.into()]
        });
        self.table(&["ID", "CACHED VERSION", "ROW", "FIXED"], &[0, 1, 2], &rows.collect::<Vec<_>>())
    }

    /// Prints the counters of a service.
    pub fn stats(&self, stats: &Stats) -> io::Result<()> {
        if self.is_json() {
            return self.json(stats);
        }
        let told = serde_json::to_value(stats).expect("counters are plain JSON");
        let named = told.as_object().into_iter().flatten();
        let counters = named.filter_map(|(name, value)| Some((name.replace('_', " "), value.as_u64()?.to_string())));
        let latency =
            |one: &Latency| format!("{} calls, mean {:.2} ms, max {:.2} ms", one.calls, one.mean_ms, one.max_ms);
        let phase = stats.phase.and_then(|phase| serde_json::to_value(phase).ok());
        let mut fields: Vec<(String, String)> = vec![
            ("hit ratio".into(), format!("{:.1} %", stats.hit_ratio * 100.0)),
            ("cache".into(), phase.as_ref().and_then(Value::as_str).unwrap_or("not known").into()),
            ("epoch".into(), stats.epoch.clone().unwrap_or_else(|| "not known".into())),
            ("breaker".into(), if stats.breaker_open { "open: the cache does not answer" } else { "closed" }.into()),
            ("cache calls".into(), latency(&stats.cache_latency)),
            ("store calls".into(), latency(&stats.state_latency)),
        ];
        fields.extend(counters);
        self.record(&fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect::<Vec<_>>())
    }

    fn as_fields(&self, inspection: &Inspection) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("user", inspection.id.to_string()),
            ("verdict", self.verdict(inspection)),
            ("row", row_version(inspection)),
        ];
        if let Some(entry) = &inspection.entry {
            fields.extend([
                ("kind", kind(entry).into()),
                ("version", entry.version.to_string()),
                ("age", format!("{:.1} s", entry.age)),
                ("ttl left", format!("{} s", entry.ttl_left)),
                ("size", format!("{} bytes", entry.size)),
            ]);
        }
        fields.extend([("epoch", inspection.epoch.clone()), ("key", inspection.key.clone())]);
        fields
    }

    /// The verdict, and what it means.
    fn verdict(&self, inspection: &Inspection) -> String {
        let left_over = inspection.entry.as_ref().is_some_and(|entry| entry.left_over);
        let meaning = match inspection.verdict {
            Verdict::Fresh => "the cache holds what the state store holds",
            Verdict::Stale => "the cache holds something older than the state store",
            Verdict::Absent => "the cache would serve nothing",
            Verdict::Tombstone => "the cache knows that the user is deleted",
            Verdict::Marker if left_over => "flushed, or left by a writer that died: the next read mends it",
            Verdict::Marker => "a write is under way",
        };
        format!("{}: {meaning}", word(inspection.verdict))
    }

    fn json(&self, value: &impl Serialize) -> io::Result<()> {
        self.json_text(&serde_json::to_vec(value).expect("results are plain JSON"))
    }

    /// JSON as it came for a program, and laid out for a person.
    fn json_text(&self, text: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(text);
        if self.out.width.is_none() {
            return print(&text);
        }
        let value: Value = serde_json::from_str(&text)?;
        print(&escaped(&serde_json::to_string_pretty(&value)?))
    }
}

/// JSON may hold control characters above U+007E as they are; a terminal must not get them so.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && harmless(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8() {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

fn as_row(inspection: &Inspection) -> Vec<String> {
    let of = |field: fn(&CacheEntry) -> String| inspection.entry.as_ref().map_or_else(|| "-".into(), field);
    vec![
        inspection.id.to_string(),
        word(inspection.verdict).into(),
        of(|entry| kind(entry).into()),
        of(|entry| entry.version.to_string()),
        row_version(inspection),
        of(|entry| format!("{:.1} s", entry.age)),
        of(|entry| format!("{} s", entry.ttl_left)),
        of(|entry| entry.size.to_string()),
    ]
}

fn kind(entry: &CacheEntry) -> &'static str {
    match entry.kind {
        Kind::Value => "value",
        Kind::Tombstone => "tombstone",
        Kind::Marker => "marker",
    }
}

fn row_version(inspection: &Inspection) -> String {
    inspection.row_version.map_or_else(|| "none".into(), |version| format!("version {version}"))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fresh => "fresh",
        Verdict::Stale => "stale",
        Verdict::Absent => "absent",
        Verdict::Tombstone => "tombstone",
        Verdict::Marker => "marker",
    }
}
