//! Texts with `{{ }}` in them that do not begin with `=`: n8n, and Heddle, take them as they stand, and somebody has meant an
//! expression.

use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::json::pointer_token;
use heddle_node::parameters::visit_parameters;
use heddle_node::{Json, StoredProblem, Weight};

/// What an expression may begin with that reads something of the run.
const NAMES: [&str; 16] = [
    "$json",
    "$node",
    "$input",
    "$(",
    "$items",
    "$item",
    "$vars",
    "$env",
    "$now",
    "$today",
    "$workflow",
    "$execution",
    "$prevNode",
    "$binary",
    "$runIndex",
    "$itemIndex",
];

/// The texts of a node that were probably meant as expressions: those that conditions compare, and, where it has an effect,
/// all that may leave.
pub(crate) fn literal_templates(
    properties: &[NodeProperty],
    parameters: &Json,
    type_version: f64,
    has_effect: bool,
) -> Vec<StoredProblem> {
    let mut found = Vec::new();
    visit_parameters(properties, parameters, type_version, |property, value, pointer| {
        let is_code = property.type_options.editor.is_some();
        match property.kind {
            PropertyType::Filter => look(value, &pointer, "compared", &mut found),
            // What they hold is visited by itself.
            PropertyType::Collection | PropertyType::FixedCollection => {}
            _ if has_effect && !is_code => look(value, &pointer, "sent", &mut found),
            _ => {}
        }
    });
    found
}

fn look(value: &Json, pointer: &str, what: &str, found: &mut Vec<StoredProblem>) {
    if let Some(text) = value.as_str() {
        if let Some(code) = literal_code(text) {
            let shown: String = code.chars().take(60).collect();
            found.push(StoredProblem::new(
                Weight::Warning,
                pointer,
                format!("The text is no expression, so \"{{{{{shown}}}}}\" is {what} as it stands"),
                "An expression begins with `=`: write `={{ … }}`.",
            ));
        }
        return;
    }
    for (key, member) in value.as_object().into_iter().flat_map(|object| object.iter()) {
        look(member, &format!("{pointer}/{}", pointer_token(key)), what, found);
    }
    for (index, element) in value.as_array().unwrap_or_default().iter().enumerate() {
        look(element, &format!("{pointer}/{index}"), what, found);
    }
}

/// The code of the first `{{ }}` in a text that is no expression, if it reads something of a run.
fn literal_code(text: &str) -> Option<&str> {
    if text.starts_with('=') {
        return None;
    }
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("{{") {
        let (code, after) = behind.split_once("}}")?;
        if NAMES.iter().any(|name| code.contains(name)) {
            return Some(code);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::literal_code;

    #[test]
    fn what_reads_something_of_a_run_was_meant_as_an_expression() {
        for (text, code) in [
            ("{{ $json.name }}", Some(" $json.name ")),
            ("Hello {{name}}, {{$('A').first().json.b}}!", Some("$('A').first().json.b")),
            ("={{ $json.name }}", None),
            ("Hello {{name}}, {{ price }} $json", None),
            ("{{ $json.name", None),
            ("", None),
        ] {
            assert_eq!(literal_code(text), code, "{text}");
        }
    }
}
