//! The style of the document, which is that of the original's generator (FastAPI), so that what was added reads as
//! what was there: operation ids, titles, and how a value that may be null is written. HEAD and OPTIONS, which every
//! resource has by the same rules, are described here, too.

use serde_json::{Map, Value, json};

use super::super::exchange::NOT_KEPT;
use super::super::path::Resource;
use super::answers::REQUEST_ID;

/// Under which HEAD and OPTIONS stand together.
pub const METHODS: &str = "HEAD and OPTIONS";

/// Titles that do not follow from the names, in the original.
const TITLES: [(&str, &str, &str); 3] = [
    ("ValidationError", "loc", "Location"),
    ("ValidationError", "msg", "Message"),
    ("ValidationError", "type", "Error Type"),
];

type Object = Map<String, Value>;

/// Gives a generated document the style, and the methods that no handler has of its own.
pub fn apply(document: &mut Value) {
    each(document, "paths", |path, item| {
        if let Some(get) = item.get("get").cloned() {
            item.insert("head".into(), head(get));
        }
        item.insert("options".into(), options(path, item));
        for (method, operation) in item.iter_mut() {
            let name = operation["summary"].as_str().expect("a handler has a summary").to_lowercase();
            operation["operationId"] = operation_id(&name, path, method).into();
            for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
                response["headers"]["X-Request-Id"] = header("The id of the request", REQUEST_ID);
                if response["headers"].get("Cache-Control").is_none() {
                    let told = "It may be kept, and is asked for again each time";
                    response["headers"]["Cache-Control"] = header(told, NOT_KEPT);
                }
            }
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                if parameter["in"] != "header" {
                    let title = title(parameter["name"].as_str().unwrap_or_default());
                    parameter["schema"]["title"] = title.into();
                }
            }
        }
    });
    each(&mut document["components"], "schemas", |name, schema| {
        schema.insert("title".into(), name.into());
        let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
        for (field, property) in properties.iter_mut().filter_map(inline) {
            nullable(property);
            let own = TITLES.iter().find(|(schema, known, _)| (*schema, *known) == (name, field.as_str()));
            property.insert("title".into(), own.map_or_else(|| title(field), |(.., title)| (*title).into()).into());
        }
    });
}

fn each(value: &mut Value, field: &str, mut change: impl FnMut(&str, &mut Object)) {
    let fields = value[field].as_object_mut().expect("the generated document has it");
    for (name, value) in fields {
        change(name, value.as_object_mut().expect("it is an object"));
    }
}

/// A property that is not defined elsewhere.
fn inline<'a>((name, schema): (&'a String, &'a mut Value)) -> Option<(&'a String, &'a mut Object)> {
    let schema = schema.as_object_mut()?;
    (!schema.contains_key("$ref") && !schema.contains_key("oneOf")).then_some((name, schema))
}

/// `get_user_users__user_id__get`, of the name "get user".
fn operation_id(name: &str, path: &str, method: &str) -> String {
    let id = format!("{name}{path}_{method}");
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// `User Id`, of `user_id`.
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `{"type": ["string", "null"], …}` as `{"anyOf": [{"type": "string", …}, {"type": "null"}]}`.
fn nullable(schema: &mut Object) {
    let Some(Value::Array(types)) = schema.get("type") else { return };
    let Some(given) = types.iter().find(|one| **one != "null").cloned() else { return };
    let (mut value, about): (Object, Object) =
        std::mem::take(schema).into_iter().partition(|(key, _)| key != "description");
    value.insert("type".into(), given);
    schema.insert("anyOf".into(), json!([value, { "type": "null" }]));
    schema.extend(about);
}

/// HEAD, by what GET is: the same without content (RFC 9110, section 9.3.2).
fn head(mut get: Value) -> Value {
    get["tags"] = json!([METHODS]);
    get["description"] = "As GET, without the body".into();
    for response in get["responses"].as_object_mut().expect("a handler has responses").values_mut() {
        response.as_object_mut().expect("a response is an object").remove("content");
    }
    get
}

/// OPTIONS, as the service answers it: whatever stands in the path.
fn options(template: &str, item: &Object) -> Value {
    let resource = Resource::named(template).expect("a path of the document names a resource");
    let mut headers = json!({ "Allow": header("The methods of the resource", resource.allow()) });
    if let Some(types) = resource.accept_patch() {
        headers["Accept-Patch"] = header("The types of a patch (RFC 5789, section 3.1)", types);
    }
    let other = item.values().next().expect("a resource has a method of its own");
    let parameters = other.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_path = parameters.filter(|parameter| parameter["in"] == "path").cloned().map(|mut parameter| {
        parameter["schema"] = json!({ "type": "string" });
        parameter
    });
    json!({
        "tags": [METHODS],
        "summary": "Allowed Methods",
        "description": "What can be asked of the resource",
        "parameters": in_path.collect::<Value>(),
        "responses": { "204": { "description": "The methods are in `Allow`", "headers": headers } },
    })
}

fn header(told: &str, example: &str) -> Value {
    json!({ "description": told, "schema": { "type": "string" }, "example": example })
}
