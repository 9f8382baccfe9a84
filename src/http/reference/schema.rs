//! JSON schemas and examples in words.

use maud::{Markup, html};
use serde_json::Value;

use super::{inline, members, text};

/// A longer pattern tells a person nothing; the description has it in words.
const PATTERN_MAX: usize = 60;

/// A schema that has a name.
pub fn whole(name: &str, schema: &Value) -> Markup {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    html! {
        article id=(anchor(name)) {
            h3 { a href={ "#" (anchor(name)) } { (name) } }
            p { (inline(text(&schema["description"]))) }
            @if schema["properties"].is_null() { p.note { (kind(schema)) } }
            dl {
                @for (field, property) in members(&schema["properties"]) {
                    dt {
                        code { (field) } " "
                        span.note { (kind(property)) @if required.contains(&field) { ", required" } }
                    }
                    dd { (inline(text(&property["description"]))) }
                }
            }
        }
    }
}

/// What a value has to be, in one line.
pub fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return html! { a href={ "#" (anchor(name)) } { (name) } };
    }
    let several = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(kinds) = several {
        return html! {
            @for (nth, one) in kinds.iter().enumerate() { @if nth > 0 { " or " } (kind(one)) }
        };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! {
            @for (nth, value) in values.iter().enumerate() { @if nth > 0 { ", " } code { (shown(value)) } }
        };
    }
    html! {
        @match text(&schema["type"]) {
            "array" => { "array of " (kind(&schema["items"])) }
            "" => "any value",
            one => { (one) }
        }
        @if let Some(format) = schema["format"].as_str().filter(|format| !is_of_machines(format)) { " (" (format) ")" }
        @for bound in bounds(schema) { ", " (bound) }
        @if let Some(pattern) = schema["pattern"].as_str().filter(|pattern| pattern.len() <= PATTERN_MAX) {
            ", like " code { (pattern) }
        }
    }
}

/// Formats that say how wide a number is.
fn is_of_machines(format: &str) -> bool {
    matches!(format, "int32" | "int64" | "float" | "double")
}

fn bounds(schema: &Value) -> impl Iterator<Item = String> {
    let range = |least, greatest, unit| match (schema.get(least), schema.get(greatest)) {
        (Some(least), Some(greatest)) => Some(format!("{least} to {greatest}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(greatest)) => Some(format!("at most {greatest}{unit}")),
        (None, None) => None,
    };
    let default = schema.get("default").map(|value| format!("{value} by default"));
    let bounds = [range("minimum", "maximum", ""), range("minLength", "maxLength", " characters"), default];
    bounds.into_iter().flatten()
}

/// A value as it stands in an address or a header: text without its quotes.
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A body as it is read best.
pub fn pretty(example: &Value) -> String {
    match example {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    }
}

fn anchor(name: &str) -> String {
    format!("schema-{name}")
}
