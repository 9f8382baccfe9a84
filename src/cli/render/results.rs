//! The results of the verbs: what people read of each, and what names it.

use colored::Colorize;
use serde_json::Value;

use super::shown::{Columns, Shown, Told, plain_json};
use super::{Screen, harmless};
use crate::api::{Deleted, Flushed, Inspection, Stats, Verification};
use crate::user::User;
use crate::users::{CacheEntry, Disagreement, Kind, Latency, Stored, Verdict};

const USERS: Columns = Columns { heads: &["ID", "NAME", "EMAIL", "CREATED"], numbers: &[0] };

impl Shown for User {
    const CSV: &'static [&'static str] = &["id", "name", "email", "created_at"];

    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.id.to_string()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let Self { id, name, email, created_at } = self.clone();
        vec![Told::Row(&USERS, vec![id.to_string(), name, email, created_at.to_string()])]
    }
}

impl Shown for Stored {
    const CSV: &'static [&'static str] = User::CSV;

    fn json(&self) -> Vec<u8> {
        self.json.to_vec()
    }

    fn names(&self) -> Vec<String> {
        self.user().names()
    }

    fn told(&self, screen: &Screen, is_alone: bool) -> Vec<Told> {
        self.user().told(screen, is_alone)
    }
}

impl Shown for Deleted {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.user_id.to_string()]
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        vec![Told::Line(harmless(&self.message))]
    }
}

impl Shown for Flushed {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        self.id.iter().map(ToString::to_string).collect()
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        vec![Told::Line(harmless(&self.detail))]
    }
}

const INSPECTIONS: Columns = Columns {
    heads: &["ID", "VERDICT", "KIND", "VERSION", "ROW", "AGE", "TTL LEFT", "SIZE"],
    numbers: &[0, 3, 4, 5, 6, 7],
};

impl Shown for Inspection {
    const CSV: &'static [&'static str] = &[
        "id",
        "verdict",
        "phase",
        "epoch",
        "key",
        "entry.kind",
        "entry.version",
        "entry.age",
        "entry.ttl_left",
        "entry.size",
        "entry.left_over",
        "row_version",
    ];

    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        vec![self.id.to_string()]
    }

    fn told(&self, screen: &Screen, is_alone: bool) -> Vec<Told> {
        let is_for_a_person = is_alone && screen.out.width.is_some();
        vec![if is_for_a_person { Told::Fields(as_fields(self)) } else { Told::Row(&INSPECTIONS, as_row(self)) }]
    }
}

const DISAGREEMENTS: Columns = Columns { heads: &["ID", "CACHED VERSION", "ROW", "FIXED"], numbers: &[0, 1, 2] };

impl Shown for Verification {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    /// Those that are wrong.
    fn names(&self) -> Vec<String> {
        self.disagreements.iter().map(|one| one.id.to_string()).collect()
    }

    fn told(&self, screen: &Screen, _: bool) -> Vec<Told> {
        let Self { checked, fresh, absent, tombstones, markers, .. } = self;
        let wrong = self.disagreements.len();
        let color = |said: &str| if wrong == 0 { said.green().bold() } else { said.red().bold() };
        let verdict = match wrong {
            0 => "no disagreement".to_owned(),
            1 => "1 disagreement".to_owned(),
            many => format!("{many} disagreements"),
        };
        let counts = format!("{fresh} fresh, {absent} absent, {tombstones} tombstones, {markers} markers");
        let users = if *checked == 1 { "user" } else { "users" };
        let line = format!("{} in {checked} {users}: {counts}", screen.out.paint(&verdict, color));
        let row = |one: &Disagreement| {
            let version = one.row_version.map_or_else(|| "gone".into(), |version| version.to_string());
            let fixed = if one.fixed { "flushed" } else { "no" };
            Told::Row(&DISAGREEMENTS, vec![one.id.to_string(), one.cached_version.to_string(), version, fixed.into()])
        };
        std::iter::once(Told::Line(line)).chain(self.disagreements.iter().map(row)).collect()
    }
}

impl Shown for Stats {
    fn json(&self) -> Vec<u8> {
        plain_json(self)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn told(&self, _: &Screen, _: bool) -> Vec<Told> {
        let latency =
            |one: &Latency| format!("{} calls, mean {:.2} ms, max {:.2} ms", one.calls, one.mean_ms, one.max_ms);
        let phase = self.phase.and_then(|phase| serde_json::to_value(phase).ok());
        let mut fields = vec![
            ("hit ratio".to_owned(), format!("{:.1} %", self.hit_ratio * 100.0)),
            ("cache".to_owned(), phase.as_ref().and_then(Value::as_str).unwrap_or("not known").into()),
            ("epoch".to_owned(), self.epoch.clone().unwrap_or_else(|| "not known".into())),
            ("breaker".to_owned(), if self.breaker_open { "open: the cache does not answer" } else { "closed" }.into()),
            ("cache calls".to_owned(), latency(&self.cache_latency)),
            ("store calls".to_owned(), latency(&self.state_latency)),
        ];
        let counters = serde_json::to_value(self).expect("counters are plain JSON");
        let named = counters.as_object().into_iter().flatten();
        fields.extend(named.filter_map(|(name, value)| Some((name.replace('_', " "), value.as_u64()?.to_string()))));
        vec![Told::Fields(fields)]
    }
}

fn as_fields(inspection: &Inspection) -> Vec<(String, String)> {
    let mut fields = vec![
        ("user".to_owned(), inspection.id.to_string()),
        ("verdict".to_owned(), verdict(inspection)),
        ("row".to_owned(), row_version(inspection)),
    ];
    if let Some(entry) = &inspection.entry {
        fields.extend([
            ("kind".to_owned(), kind(entry).into()),
            ("version".to_owned(), entry.version.to_string()),
            ("age".to_owned(), format!("{:.1} s", entry.age)),
            ("ttl left".to_owned(), format!("{} s", entry.ttl_left)),
            ("size".to_owned(), format!("{} bytes", entry.size)),
        ]);
    }
    fields.extend([("epoch".to_owned(), inspection.epoch.clone()), ("key".to_owned(), inspection.key.clone())]);
    fields
}

/// The verdict, and what it means.
fn verdict(inspection: &Inspection) -> String {
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
