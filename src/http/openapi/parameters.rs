//! What several handlers read beside the body.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

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
        let only = "Only if the user is at one of these versions (RFC 9110, section 13.1.1)";
        let unless = "Only if the user is at none of these versions (RFC 9110, section 13.1.2)";
        vec![condition("If-Match", only), condition("If-None-Match", unless)]
    }
}

/// `*`, or a list of entity tags.
fn condition(name: &str, told: &str) -> Parameter {
    let tags = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(told))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(tags))))
        .example(Some(json!("\"3\"")))
        .build()
}
