//! What several handlers read beside the body.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use super::super::condition::KEY_MAX;
use crate::users::{LIMIT_MAX, Listing};

/// The id in the path. It has no bounds: an integer that no user can have is nobody's, and a 404.
pub struct InPath;

impl IntoParams for InPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = ParameterBuilder::new()
            .name("user_id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The user's id"))
            .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
            .example(Some(json!(1)));
        vec![id.build()]
    }
}

/// `If-Match` and `If-None-Match`.
pub struct Conditions;

impl IntoParams for Conditions {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let tags = "`*`, or a list of entity tags such as `\"3\"`";
        let only = format!("Only if the user is at one of these versions (RFC 9110, section 13.1.1): {tags}");
        let unless = format!("Only if the user is at none of these versions (RFC 9110, section 13.1.2): {tags}");
        let condition = |name, told: String| optional(name, ParameterIn::Header, &told, text());
        vec![condition("If-Match", only), condition("If-None-Match", unless)]
    }
}

/// `Idempotency-Key`.
pub struct IdempotencyKey;

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let told = "Makes the request safe to repeat: within 24 hours, a key creates one user";
        let key = text().pattern(Some(format!("^([!#-~]{{1,{KEY_MAX}}}|\"[!#-~]{{1,{KEY_MAX}}}\")$")));
        vec![optional("Idempotency-Key", ParameterIn::Header, told, key)]
    }
}

/// What `GET /users` reads of the query.
pub struct InQuery;

impl IntoParams for InQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let whole = || ObjectBuilder::new().schema_type(Type::Integer);
        let Listing { after, limit, .. } = Listing::default();
        let after = whole().minimum(Some(0)).default(Some(json!(after)));
        let limit = whole().minimum(Some(1)).maximum(Some(LIMIT_MAX)).default(Some(json!(limit)));
        vec![
            query("email", "Only users with that e-mail address", text().min_length(Some(1))),
            query("after", "Only users with greater ids", after),
            query("limit", "So many users at most", limit),
        ]
    }
}

/// What `GET /cache/events` reads of the query.
pub struct InEvents;

impl IntoParams for InEvents {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = ObjectBuilder::new().schema_type(Type::Integer);
        vec![query("user", "Nothing that is about other users", id)]
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn query(name: &str, told: &str, schema: ObjectBuilder) -> Parameter {
    optional(name, ParameterIn::Query, told, schema)
}

/// It has no example: Swagger UI would send that unasked.
fn optional(name: &str, place: ParameterIn, told: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(told))
        .schema(Some(schema))
        .build()
}
