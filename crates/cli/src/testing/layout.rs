//! JSON as people write it: what fits on a line stands on one.

use heddle_node::Json;

/// Columns of a line.
const WIDTH: usize = 100;

/// A value as the text of a file.
pub(crate) fn lay_out(value: &Json) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes a value at an indentation, behind `used` further columns of its line.
fn write(value: &Json, indent: usize, used: usize, text: &mut String) {
    let line = one_line(value);
    let is_flat = value.as_object().is_none_or(|object| object.is_empty())
        && value.as_array().is_none_or(<[Json]>::is_empty);
    if is_flat || indent + used + line.chars().count() <= WIDTH {
        text.push_str(&line);
        return;
    }
    let inner = " ".repeat(indent + 2);
    let close = " ".repeat(indent);
    if let Some(object) = value.as_object() {
        text.push_str("{\n");
        for (index, (key, value)) in object.iter().enumerate() {
            let key = Json::from(key).to_json_string();
            text.push_str(&format!("{inner}{key}: "));
            write(value, indent + 2, key.chars().count() + 3, text);
            text.push_str(if index + 1 < object.len() { ",\n" } else { "\n" });
        }
        text.push_str(&format!("{close}}}"));
    } else if let Some(list) = value.as_array() {
        text.push_str("[\n");
        for (index, value) in list.iter().enumerate() {
            text.push_str(&inner);
            write(value, indent + 2, 1, text);
            text.push_str(if index + 1 < list.len() { ",\n" } else { "\n" });
        }
        text.push_str(&format!("{close}]"));
    }
}

fn one_line(value: &Json) -> String {
    if let Some(object) = value.as_object().filter(|object| !object.is_empty()) {
        let members = object
            .iter()
            .map(|(key, value)| format!("{}: {}", Json::from(key).to_json_string(), one_line(value)));
        return format!("{{ {} }}", members.collect::<Vec<_>>().join(", "));
    }
    if let Some(list) = value.as_array().filter(|list| !list.is_empty()) {
        return format!("[{}]", list.iter().map(one_line).collect::<Vec<_>>().join(", "));
    }
    value.to_json_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stands_on_a_line_and_all_of_it_can_be_read_back() {
        let long = "x".repeat(60);
        let json = format!(r#"{{"a":[],"b":{{"c":[1,{{"d":null}}]}},"e":["{long}","{long}"],"":{{}}}}"#);
        let json = Json::parse(&json).expect("JSON");
        let text = lay_out(&json);
        assert_eq!(Json::parse(&text).ok().as_ref(), Some(&json));
        assert!(text.contains("  \"b\": { \"c\": [1, { \"d\": null }] },\n"), "{text}");
        assert!(text.contains(&format!("  \"e\": [\n    \"{long}\",\n    \"{long}\"\n  ],\n")), "{text}");
    }
}
