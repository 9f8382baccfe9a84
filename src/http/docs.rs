//! `/docs`: the service's document in Swagger UI, out of the binary.

use std::sync::{Arc, LazyLock};

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::response::Response;
use utoipa_swagger_ui::Config;

use super::asset::Asset;
use super::openapi::answers::{File, Html, Known, NoFile};
use super::problem::{Code, Problem};
use super::reply;

/// What the page loads, of all that Swagger UI has.
const FILES: [&str; 7] = [
    "swagger-ui.css",
    "index.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-initializer.js",
    "favicon-16x16.png",
    "favicon-32x32.png",
];

/// Nothing comes from anywhere else, and nothing is told to anybody else. Swagger UI has images and styles in line.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/// The addresses in it are relative, so that it works behind a proxy that puts a path before them.
static PAGE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/html; charset=utf-8", include_bytes!("docs/index.html").as_slice()));

static ASSETS: LazyLock<Vec<(&str, Asset)>> = LazyLock::new(|| {
    let config = Config::new(["openapi.json"]).display_request_duration(true).validator_url("none");
    let config = Arc::new(config.use_base_layout());
    let asset = |name| {
        let file = utoipa_swagger_ui::serve(name, Arc::clone(&config)).expect("the configuration is plain JSON");
        let file = file.expect("Swagger UI has the file");
        (name, Asset::new(&file.content_type, file.bytes.into_owned()))
    };
    FILES.into_iter().map(asset).collect()
});

/// Swagger UI
///
/// This document, to try out in a browser
#[utoipa::path(get, path = "/docs", tag = "Documentation", responses(Html, Known))]
pub fn get(head: &Parts) -> Response {
    reply::with(PAGE.answer(head), CONTENT_SECURITY_POLICY, POLICY)
}

/// Swagger UI File
///
/// What the page loads
#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "Documentation",
    params(("file" = String, Path, description = "The name of the file", example = "swagger-ui.css")),
    responses(File, Known, NoFile)
)]
pub fn file(name: &str, head: &Parts) -> Response {
    match ASSETS.iter().find(|(known, _)| *known == name) {
        Some((_, asset)) => asset.answer(head),
        None => Problem::new(Code::PathUnknown, "Not Found").into(),
    }
}
