//! `/redoc`: the service's document as one page to read. It is written here, so it needs no scripts.

mod schema;

use std::sync::LazyLock;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::asset::Asset;
use super::openapi::answers::{Html, Known};
use super::openapi::{DOCUMENT, METHODS};
use super::reply;

/// Nothing is loaded, and no script runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Where the examples find the service: its own default.
const SERVER: &str = "http://localhost:8001";

static PAGE: LazyLock<Asset> = LazyLock::new(|| Asset::new("text/html; charset=utf-8", page(&DOCUMENT).into_string()));

/// Reference
///
/// This document, to read
///
/// One page without scripts, for screens of any size.
#[utoipa::path(get, path = "/redoc", tag = "Documentation", responses(Html, Known))]
pub fn get(head: &Parts) -> Response {
    reply::with(PAGE.answer(head), CONTENT_SECURITY_POLICY, POLICY)
}

/// What can be asked at a path, by one method.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    about: &'a Value,
}

/// The operations of a tag.
struct Group<'a> {
    name: &'a str,
    description: &'a str,
    operations: Vec<Operation<'a>>,
}

fn group<'a>(document: &'a Value, tag: &'a Value) -> Group<'a> {
    let operations = members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, about)| Operation { path, method, about }))
        .filter(|operation| operation.about["tags"][0] == tag["name"]);
    Group { name: text(&tag["name"]), description: text(&tag["description"]), operations: operations.collect() }
}

fn page(document: &Value) -> Markup {
    let groups: Vec<Group> =
        document["tags"].as_array().into_iter().flatten().map(|tag| group(document, tag)).collect();
    let title = text(&document["info"]["title"]);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - Reference" }
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("reference/page.css"))) }
            }
            body {
                nav {
                    // Where there is no room for them, the contents are there when asked for.
                    input #contents type="checkbox";
                    label for="contents" { "Contents" }
                    div {
                        @for group in &groups {
                            p { a href={ "#" (anchor(group.name)) } { (group.name) } }
                            @if group.name != METHODS {
                                ul {
                                    @for operation in &group.operations {
                                        li { a href={ "#" (operation.id()) } { (operation.badge()) " " (operation.title()) } }
                                    }
                                }
                            }
                        }
                        p { a href="#schemas" { "Schemas" } }
                    }
                }
                main {
                    header {
                        h1 { (title) " " small { (text(&document["info"]["version"])) } }
                        (prose(text(&document["info"]["description"])))
                        p { a href="docs" { "Try it out" } " · " a href="openapi.json" { "OpenAPI document" } }
                    }
                    @for group in &groups {
                        section id=(anchor(group.name)) {
                            h2 { (group.name) }
                            p { (inline(group.description)) }
                            @if group.name == METHODS {
                                (summed_up(&group.operations))
                            } @else {
                                @for operation in &group.operations { (operation.whole()) }
                            }
                        }
                    }
                    section id="schemas" {
                        h2 { "Schemas" }
                        @for (name, about) in members(&document["components"]["schemas"]) {
                            (schema::whole(name, about))
                        }
                    }
                }
            }
        }
    }
}

/// Operations that differ in their paths only.
fn summed_up(operations: &[Operation]) -> Markup {
    html! {
        ul.plain {
            @for operation in operations {
                li id=(operation.id()) {
                    (operation.badge()) " " code { (operation.path) } " "
                    @for (name, header) in members(&operation.about["responses"]["204"]["headers"]) {
                        span.note { (name) ": " (text(&header["example"])) " " }
                    }
                }
            }
        }
    }
}

impl Operation<'_> {
    fn id(&self) -> &str {
        text(&self.about["operationId"])
    }

    fn title(&self) -> &str {
        text(&self.about["summary"])
    }

    fn badge(&self) -> Markup {
        html! { b.{ "method " (self.method) } { (self.method.to_uppercase()) } }
    }

    fn whole(&self) -> Markup {
        html! {
            article id=(self.id()) {
                h3 {
                    a href={ "#" (self.id()) } { (self.title()) }
                    span.address { (self.badge()) " " code { (self.path) } }
                }
                (prose(text(&self.about["description"])))
                pre.curl { code { (self.curl()) } }
                (self.parameters())
                (self.request())
                h4 { "Answers" }
                @for (status, response) in members(&self.about["responses"]) { (answer(status, response)) }
            }
        }
    }

    /// A request as somebody would type it, with what the document has for examples.
    fn curl(&self) -> String {
        let parameters = || self.about["parameters"].as_array().into_iter().flatten();
        let path =
            parameters().filter(|parameter| parameter["in"] == "path").fold(self.path.to_owned(), |path, given| {
                path.replace(&format!("{{{}}}", text(&given["name"])), &schema::shown(&given["example"]))
            });
        let method = if self.method == "get" { String::new() } else { format!(" -X {}", self.method.to_uppercase()) };
        let body = members(&self.about["requestBody"]["content"])
            .next()
            .map(|(kind, content)| format!(" \\\n  -H 'Content-Type: {kind}' \\\n  -d '{}'", content["example"]));
        format!("curl{method} {SERVER}{path}{}", body.unwrap_or_default())
    }

    fn parameters(&self) -> Markup {
        let Some(parameters) = self.about["parameters"].as_array() else { return Markup::default() };
        html! {
            h4 { "Parameters" }
            dl {
                @for parameter in parameters {
                    dt {
                        code { (text(&parameter["name"])) } " "
                        span.note {
                            (text(&parameter["in"])) @if parameter["required"] == true { ", required" }
                            ", " (schema::kind(&parameter["schema"]))
                        }
                    }
                    dd { (inline(text(&parameter["description"]))) }
                }
            }
        }
    }

    fn request(&self) -> Markup {
        let body = &self.about["requestBody"];
        if body.is_null() {
            return Markup::default();
        }
        html! {
            h4 { "Body" @if body["required"] != true { " " small { "optional" } } }
            (contents(&body["content"]))
        }
    }
}

fn answer(status: &str, response: &Value) -> Markup {
    let is_done = status < "300";
    let kind = if status < "400" { "done" } else { "refused" };
    html! {
        details open[is_done] {
            summary { b.{ "status " (kind) } { (status) } " " (inline(text(&response["description"]))) }
            @if !response["headers"].is_null() {
                dl {
                    @for (name, header) in members(&response["headers"]) {
                        dt { code { (name) ": " (schema::shown(&header["example"])) } }
                        dd { (inline(text(&header["description"]))) }
                    }
                }
            }
            (contents(&response["content"]))
        }
    }
}

/// Bodies by their types, with their examples.
fn contents(content: &Value) -> Markup {
    html! {
        @for (kind, about) in members(content) {
            p {
                code { (kind) }
                @if !about["schema"].is_null() { " " span.note { (schema::kind(&about["schema"])) } }
            }
            @for example in examples(about) { pre { code { (schema::pretty(example)) } } }
        }
    }
}

fn examples(content: &Value) -> impl Iterator<Item = &Value> {
    let several = members(&content["examples"]).map(|(_, example)| &example["value"]);
    content.get("example").into_iter().chain(several)
}

/// Paragraphs and numbered lists, as the descriptions have them.
fn prose(description: &str) -> Markup {
    let is_numbered = |line: &&str| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    html! {
        @for paragraph in description.split("\n\n") {
            @let (items, lines): (Vec<&str>, Vec<&str>) = paragraph.lines().partition(is_numbered);
            p { (inline(&lines.join(" "))) }
            @if !items.is_empty() {
                ol { @for item in items { li { (inline(item.split_once(". ").map_or(item, |(_, rest)| rest))) } } }
            }
        }
    }
}

/// A text in which backquotes stand around code.
fn inline(text: &str) -> Markup {
    html! {
        @for (nth, part) in text.split('`').enumerate() {
            @if nth % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}
