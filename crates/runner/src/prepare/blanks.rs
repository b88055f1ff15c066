//! Blanks and line breaks around the one `{{ }}` of a value. They make a text of what the expression gives, so that false
//! is no longer false; where the value has a type of its own, they are no part of what is meant.

use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::parameters::visit_parameters;
use heddle_node::{Json, JsonObject, StoredProblem, Weight};

/// The parameters without such blanks, in the values of conditions and where a boolean is asked for, and what is reported about
/// them; nothing where there are none.
pub(crate) fn read_values(
    properties: &[NodeProperty],
    parameters: &Json,
    type_version: f64,
) -> Option<(Json, Vec<StoredProblem>)> {
    let mut found = Vec::new();
    visit_parameters(properties, parameters, type_version, |property, value, pointer| {
        let (list, keys): (_, &[&str]) = match property.kind {
            PropertyType::Boolean => {
                let bare = value.as_str().and_then(without_blanks);
                found.extend(bare.map(|bare| (pointer, bare)));
                return;
            }
            PropertyType::Filter => ("conditions", &["leftValue", "rightValue"]),
            PropertyType::AssignmentCollection => ("assignments", &["value"]),
            _ => return,
        };
        let rows = value.get(list).and_then(Json::as_array).unwrap_or_default();
        for (index, row) in rows.iter().enumerate() {
            let Some(row) = row.as_object().filter(|row| list == "conditions" || is_boolean(row)) else {
                continue;
            };
            for key in keys {
                if let Some(bare) = row.get(key).and_then(Json::as_str).and_then(without_blanks) {
                    found.push((format!("{pointer}/{list}/{index}/{key}"), bare));
                }
            }
        }
    });
    if found.is_empty() {
        return None;
    }
    let mut read = parameters.clone();
    let mut problems = Vec::new();
    for (pointer, bare) in found {
        if let Some(place) = read.pointer_mut(&pointer) {
            *place = Json::from(bare);
        }
        problems.push(StoredProblem::new(
            Weight::Warning,
            pointer,
            "Blanks or line breaks stand around the expression",
            "Take them away. Here the value is read without them; n8n makes a text of it.",
        ));
    }
    Some((read, problems))
}

/// Whether a field to set is a boolean: in a text blanks may be meant, and other types are read through them.
fn is_boolean(row: &JsonObject) -> bool {
    row.get("type").and_then(Json::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("boolean"))
}

/// The text with nothing around its one `{{ }}`, if there was something.
fn without_blanks(text: &str) -> Option<String> {
    let template = text.strip_prefix('=')?;
    let bare = template.trim();
    let code = bare.strip_prefix("{{")?.strip_suffix("}}")?;
    let is_one = !code.contains("{{") && !code.contains("}}");
    (is_one && bare.len() < template.len()).then(|| format!("={bare}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_from_around_one_expression_alone() {
        for (text, bare) in [
            ("={{ $json.a }}\n", Some("={{ $json.a }}")),
            ("= {{ $json.a }}", Some("={{ $json.a }}")),
            ("=\n\t{{ $json.a }} \r\n", Some("={{ $json.a }}")),
            ("={{ $json.a }}", None),
            ("={{ $json.a }} {{ $json.b }}\n", None),
            ("={{ $json.a }} x", None),
            ("=a ", None),
            ("= ", None),
            ("{{ $json.a }} ", None),
        ] {
            assert_eq!(without_blanks(text).as_deref(), bare, "{text:?}");
        }
    }
}
