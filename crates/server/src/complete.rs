//! What may stand at the cursor of an expression that is being typed.

use heddle_expression::extensions;
use heddle_node::Json;

use crate::api::{Completion, Completions};

/// The most completions of one answer.
const MOST: usize = 50;

/// What an expression can begin with, and what it is.
const VARIABLES: [(&str, &str); 14] = [
    ("$json", "The item's data"),
    ("$input", "The items that the node gets"),
    ("$now", "The present moment"),
    ("$today", "Midnight of today"),
    ("$itemIndex", "The item's number, from 0"),
    ("$vars", "Variables"),
    ("$env", "Variables of the environment"),
    ("$execution", "The execution"),
    ("$workflow", "The workflow"),
    ("$parameter", "The node's parameters"),
    ("$runIndex", "The number of the node's run, from 0"),
    ("$jmespath()", "Searches JSON"),
    ("$if()", "One value or another"),
    ("$ifEmpty()", "Another value in the place of an empty one"),
];

/// Completes `text`, which ends at the cursor, by the item's data.
pub(crate) fn complete(text: &str, item: &Json) -> Completions {
    let nothing = Completions { replaces: 0, completions: Vec::new() };
    let Some(code) = open_code(text) else { return nothing };
    let start = code
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '[' | ']' | '"' | '\''))
        .last()
        .map_or(code.len(), |(at, _)| at);
    let word = code.get(start..).unwrap_or_default();
    let Some((before, partial)) = word.rsplit_once('.') else {
        let found = VARIABLES.iter().filter(|(name, _)| !word.is_empty() && name.starts_with(word));
        let completions = found.map(|(name, detail)| Completion {
            text: (*name).to_owned(),
            kind: "variable",
            detail: Some((*detail).to_owned()),
        });
        return Completions { replaces: word.chars().count(), completions: completions.collect() };
    };
    let mut completions = fields(before, partial, item);
    completions.extend(functions(partial));
    completions.truncate(MOST);
    Completions { replaces: partial.chars().count(), completions }
}

/// The code between the last braces that are still open.
fn open_code(text: &str) -> Option<&str> {
    let open = text.rfind("{{")?;
    let code = text.get(open + 2..)?;
    (!code.contains("}}")).then_some(code)
}

/// The fields of the value that a path leads to.
fn fields(path: &str, partial: &str, item: &Json) -> Vec<Completion> {
    let Some(rest) = path.strip_prefix("$json").or_else(|| path.strip_prefix("$input.item.json")) else {
        return Vec::new();
    };
    let mut value = item;
    for step in
        rest.split(['.', '[', ']']).map(|step| step.trim_matches(['"', '\''])).filter(|step| !step.is_empty())
    {
        let next = match step.parse::<usize>() {
            Ok(index) if value.is_array() => value.get_index(index),
            _ => value.get(step),
        };
        let Some(next) = next else { return Vec::new() };
        value = next;
    }
    let Some(object) = value.as_object() else { return Vec::new() };
    let is_name = |key: &str| {
        key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
            && !key.starts_with(|c: char| c.is_ascii_digit())
            && !key.is_empty()
    };
    object
        .iter()
        .filter(|(key, _)| is_name(key) && key.to_lowercase().starts_with(&partial.to_lowercase()))
        .map(|(key, value)| Completion {
            text: key.to_owned(),
            kind: "field",
            detail: Some(value.to_string().chars().take(60).collect()),
        })
        .collect()
}

fn functions(partial: &str) -> impl Iterator<Item = Completion> {
    let partial = partial.to_lowercase();
    extensions::NAMES
        .iter()
        .filter(move |name| name.to_lowercase().starts_with(&partial))
        .map(|name| Completion { text: format!("{name}()"), kind: "function", detail: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let item = Json::parse(r#"{"name":"Ana","address":{"city":"Rio","my key":1},"tags":[{"id":1}]}"#)
            .expect("it is JSON");
        complete(text, &item).completions.into_iter().map(|completion| completion.text).collect()
    }

    #[test]
    fn fields_variables_and_functions_are_found() {
        assert_eq!(texts("Hello {{ $j"), ["$json", "$jmespath()"]);
        assert_eq!(texts("{{ $json.na"), ["name"]);
        assert_eq!(texts("{{ $json.address.")[..1], ["city"]);
        assert_eq!(texts("{{ $json.tags[0].i")[..1], ["id"]);
        assert!(texts("{{ $json.name.toTit").contains(&"toTitleCase()".to_owned()));
        assert!(texts("{{ $json.name }} $j").is_empty());
        assert!(texts("$json.").is_empty());
    }
}
