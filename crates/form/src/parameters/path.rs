//! Reading a value at a path such as `options.values[0].name`.

use heddle_data::{Json, JsonObject};

/// The value at `path` below `object`, as lodash's `get` finds it: a key that is spelt like the whole path wins.
///
/// Segments are divided by dots; brackets hold an index or a quoted key.
pub fn get_path<'a>(object: &'a JsonObject, path: &str) -> Option<&'a Json> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let mut segments = split_path(path).into_iter();
    let mut value = object.get(&segments.next()?)?;
    for segment in segments {
        value = match value.as_array() {
            Some(array) => array.get(array_index(&segment)?)?,
            None => value.get(&segment)?,
        };
    }
    Some(value)
}

fn array_index(segment: &str) -> Option<usize> {
    let index: usize = segment.parse().ok()?;
    // JavaScript's keys are texts: `01` and `+1` are no indexes.
    (index.to_string() == segment).then_some(index)
}

/// The segments of a path.
fn split_path(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut rest = path;
    if rest.starts_with('.') {
        segments.push(String::new());
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            if after.is_empty() || after.starts_with('.') {
                segments.push(String::new());
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (segment, remaining) = split_bracket(after);
            if let Some(segment) = segment {
                segments.push(segment);
            }
            rest = remaining;
        } else if let Some(after) = rest.strip_prefix(']') {
            rest = after;
        } else {
            let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
            let (segment, remaining) = rest.split_at(end);
            segments.push(segment.to_owned());
            rest = remaining;
        }
    }
    segments
}

/// What stands behind an opening bracket: a quoted key, or the text up to the closing one.
fn split_bracket(text: &str) -> (Option<String>, &str) {
    if let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let mut key = String::new();
        let mut characters = text.char_indices().skip(1);
        while let Some((index, character)) = characters.next() {
            match character {
                '\\' => key.extend(characters.next().map(|(_, escaped)| escaped)),
                _ if character == quote => {
                    let rest = text.get(index + 1..).unwrap_or_default();
                    return (Some(key), rest.strip_prefix(']').unwrap_or(rest));
                }
                _ => key.push(character),
            }
        }
    }
    match text.split_once(']') {
        Some((segment, rest)) => ((!segment.is_empty()).then(|| segment.to_owned()), rest),
        None => ((!text.is_empty()).then(|| text.to_owned()), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_dots_indexes_and_quoted_keys() {
        assert_eq!(split_path("a.b[0].c"), ["a", "b", "0", "c"]);
        assert_eq!(split_path("a[\"b.c\"]['d']"), ["a", "b.c", "d"]);
        assert_eq!(split_path("a..b"), ["a", "", "b"]);
        assert_eq!(split_path(".a"), ["", "a"]);
        assert_eq!(split_path("a."), ["a", ""]);
    }
}
