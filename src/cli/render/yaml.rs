//! YAML, of which JSON is a part: every scalar is one of JSON, so that nothing that a user is called can be taken for
//! a number, a date or a tag, whichever version of YAML reads it.

use serde_json::Value;

/// An object in lines, or a list of them, each with a line's end.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

/// Writes what stands at that depth. The first line has its indent already.
fn block(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (nth, (name, value)) in fields.iter().enumerate() {
                indent(if nth == 0 { 0 } else { depth }, text);
                text.push_str(name);
                text.push(':');
                below(value, depth, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (nth, item) in items.iter().enumerate() {
                indent(if nth == 0 { 0 } else { depth }, text);
                text.push_str("- ");
                block(item, depth + 1, text);
            }
        }
        scalar => {
            text.push_str(&escaped(&scalar.to_string()));
            text.push('\n');
        }
    }
}

/// Writes the value of a field: on its line, or in lines below it.
fn below(value: &Value, depth: usize, text: &mut String) {
    let has_lines = value.as_object().is_some_and(|fields| !fields.is_empty())
        || value.as_array().is_some_and(|items| !items.is_empty());
    if has_lines {
        text.push('\n');
        indent(depth + 1, text);
        block(value, depth + 1, text);
    } else {
        text.push(' ');
        block(value, depth, text);
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

/// JSON may hold characters as they are that YAML takes for the end of a line, or does not take at all.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_it_writes_is_read_back() {
        let names =
            ["yes", "=", "2020-01-01", "- a", "a: b #c", "'\"\\", " \u{85}\u{2028}\u{feff}\u{1}", "é😀", "~", ""];
        for name in names {
            let value = json!([{ "id": 1, "name": name, "at": { "list": [1, { "a": null, "b": [] }], "of": {} } }, {}]);
            let text = yaml(&value);
            let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
            assert_eq!(read, value, "{text}");
        }
    }

    #[test]
    fn it_reads_as_people_write_it() {
        let value = json!({ "id": 1, "name": "Ann", "entry": { "kind": "V", "list": [{ "a": 1, "b": 2 }] } });
        let expected = "id: 1\nname: \"Ann\"\nentry:\n  kind: \"V\"\n  list:\n    - a: 1\n      b: 2\n";
        assert_eq!(yaml(&value), expected);
    }
}
