//! What is wrong with a request: the list of a 422, in the shape of the original's validator (rule 6 of the contract).

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, Array, ArrayBuilder, ObjectBuilder, Type};

use super::json::{Text, Value};
use crate::user::{NAME_MAX, Problem};

/// Where a fault is: the names, and of broken JSON the offset.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Place {
    Name(&'static str),
    Offset(usize),
}

/// What bounds or explains a fault.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    MinLength(usize),
    MaxLength(usize),
    Ge(u64),
    Le(u64),
    Error(String),
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ValidationError)]
pub struct Fault {
    /// Its kind, such as `missing`
    #[serde(rename = "type")]
    kind: &'static str,
    #[schema(schema_with = places)]
    loc: Vec<Place>,
    /// What is wrong
    msg: String,
    /// What was given
    #[schema(value_type = serde_json::Value)]
    input: Value,
    /// What bounds or explains it
    #[schema(value_type = Option<Object>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ctx: Option<Context>,
}

impl Fault {
    fn new(kind: &'static str, loc: &[&'static str], msg: impl Into<String>, input: Value) -> Self {
        let loc = loc.iter().map(|name| Place::Name(name)).collect();
        Self { kind, loc, msg: msg.into(), input, ctx: None }
    }

    /// The id in the path is no integer.
    pub fn in_id(problem: &Problem, written: &str) -> Self {
        Self::new(problem.kind(), &["path", "user_id"], problem.to_string(), Value::Text(Text::from(written)))
    }

    /// The value of a header breaks a rule.
    pub fn in_header(name: &'static str, reason: &str) -> Self {
        let fault = Self::new("value_error", &["header", name], format!("Value error, {reason}"), Value::Null);
        Self { ctx: Some(Context::Error(reason.to_owned())), ..fault }
    }

    /// The value of a parameter in the query is no integer.
    pub fn in_query(name: &'static str, problem: &Problem, written: &str) -> Self {
        Self::new(problem.kind(), &["query", name], problem.to_string(), Value::Text(Text::from(written)))
    }

    /// The integer in the query is less than that.
    pub fn too_small(name: &'static str, least: u64, written: &str) -> Self {
        let message = format!("Input should be greater than or equal to {least}");
        let fault = Self::new("greater_than_equal", &["query", name], message, Value::Text(Text::from(written)));
        Self { ctx: Some(Context::Ge(least)), ..fault }
    }

    /// The integer in the query is greater than that.
    pub fn too_great(name: &'static str, greatest: u64, written: &str) -> Self {
        let message = format!("Input should be less than or equal to {greatest}");
        let fault = Self::new("less_than_equal", &["query", name], message, Value::Text(Text::from(written)));
        Self { ctx: Some(Context::Le(greatest)), ..fault }
    }

    /// The value of a field breaks a rule.
    pub fn in_field(problem: &Problem, field: &'static str, input: Value) -> Self {
        let message = problem.to_string();
        let ctx = match problem {
            Problem::TooShort => Some(Context::MinLength(1)),
            Problem::TooLong => Some(Context::MaxLength(NAME_MAX)),
            _ => message.strip_prefix("Value error, ").map(|reason| Context::Error(reason.to_owned())),
        };
        Self { ctx, ..Self::new(problem.kind(), &["body", field], message, input) }
    }

    /// A field is no string.
    pub fn not_a_string(field: &'static str, input: Value) -> Self {
        Self::new("string_type", &["body", field], "Input should be a valid string", input)
    }

    /// A string holds a lone surrogate.
    pub fn not_unicode(field: &'static str, input: Value) -> Self {
        let message = "Input should be a valid string, unable to parse raw data as a unicode string";
        Self::new("string_unicode", &["body", field], message, input)
    }

    /// A field that must be there is not; `input` is the object.
    pub fn missing_field(field: &'static str, input: Value) -> Self {
        Self::new("missing", &["body", field], "Field required", input)
    }

    /// A patch would remove a field.
    pub fn not_removable(field: &'static str) -> Self {
        let reason = format!("the {field} of a user cannot be removed; leave it out to keep it");
        let fault = Self::new("value_error", &["body", field], format!("Value error, {reason}"), Value::Null);
        Self { ctx: Some(Context::Error(reason)), ..fault }
    }

    /// A field is no integer.
    pub fn not_an_integer(field: &'static str, input: Value) -> Self {
        Self::new("int_type", &["body", field], "Input should be a valid integer", input)
    }

    /// An integer is not within 1 and that.
    pub fn out_of_range(field: &'static str, greatest: u64, digits: &str) -> Self {
        let message = format!("Value error, the number must be from 1 to {greatest}");
        Self::new("value_error", &["body", field], message, Value::Integer(digits.to_owned()))
    }

    /// A field is neither `true` nor `false`.
    pub fn not_a_boolean(field: &'static str, input: Value) -> Self {
        Self::new("bool_type", &["body", field], "Input should be a valid boolean", input)
    }

    /// There is no body, or it is `null`.
    pub fn missing_body() -> Self {
        Self::new("missing", &["body"], "Field required", Value::Null)
    }

    /// The body is no object.
    pub fn not_an_object(input: Value) -> Self {
        let message = "Input should be a valid dictionary or object to extract fields from";
        Self::new("model_attributes_type", &["body"], message, input)
    }

    /// The body is no JSON.
    pub fn broken_json(message: &str, offset: usize) -> Self {
        let fault = Self::new("json_invalid", &[], "JSON decode error", Value::Object(Vec::new()));
        let loc = vec![Place::Name("body"), Place::Offset(offset)];
        Self { loc, ctx: Some(Context::Error(message.to_owned())), ..fault }
    }
}

fn places() -> Array {
    let kinds = [Type::String, Type::Integer].map(|kind| ObjectBuilder::new().schema_type(kind));
    let place = kinds.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    let told = "Where it is: `path`, `query`, `header` or `body`, and the field or the offset there";
    ArrayBuilder::new().items(place).description(Some(told)).build()
}

/// `body.name: Field required`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, place) in self.loc.iter().enumerate() {
            let separator = if depth == 0 { "" } else { "." };
            match place {
                Place::Name(name) => write!(f, "{separator}{name}")?,
                Place::Offset(offset) => write!(f, "{separator}{offset}")?,
            }
        }
        write!(f, ": {}", self.msg)
    }
}
