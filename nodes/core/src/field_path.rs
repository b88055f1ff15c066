//! Fields by path, such as `person.names[0].first`: what lodash's `get`, `set` and `unset` do.

use heddle_node::json::MAX_DEPTH;
use heddle_node::parameters::javascript::to_number;
use heddle_node::{Json, NodeError};

/// How far behind the end of an array a field may be set. The gap is filled with nulls, so a slip of the pen such as
/// `list[4000000000]` would fill the memory.
const MAX_GAP: usize = 100_000;

/// The key that JavaScript takes for an object's prototype, so that no item can hold it. (lodash leaves out `constructor`
/// and `prototype`, too, which are fields like any other.)
const PROTOTYPE: &str = "__proto__";

/// Whether `name` means a place inside an object or array, and not simply a key.
///
/// This is the case with a dot, or with a pair of brackets.
pub(crate) fn is_path(name: &str) -> bool {
    let Some(first) = name.bytes().position(|byte| byte == b'.' || byte == b'[') else { return false };
    name.contains('.') || name[first..].contains(']')
}

/// The value at `path` below `json`; a key that is spelt like the whole path wins.
pub(crate) fn get<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    if !is_path(path) || json.get(path).is_some() {
        return member(json, path);
    }
    split(path).iter().try_fold(json, |json, key| member(json, key))
}

/// Sets the field at `path` below `json`; a key that is spelt like the whole path wins.
///
/// What stands in the way and is not an object or array is replaced: by an array where an index follows, else by an
/// object. Keys of arrays that are no index are left out, as they are when n8n writes its items.
///
/// # Errors
/// When an index lies far behind the end of its array, or the path is longer than items are deep.
pub(crate) fn set(json: &mut Json, path: &str, value: Json) -> Result<(), NodeError> {
    if !is_path(path) || json.get(path).is_some() {
        return set_key(json, path, path, value);
    }
    let keys = split(path);
    if keys.len() > MAX_DEPTH {
        return Err(NodeError::operation(format!("The name of a field leads {} levels deep", keys.len()))
            .with_description(format!("Items may be {MAX_DEPTH} levels deep. Shorten the name.")));
    }
    let Some((last, parents)) = keys.split_last() else { return Ok(()) };
    if keys.iter().any(|key| key == PROTOTYPE) {
        return Ok(());
    }
    let mut json = json;
    for (key, next) in parents.iter().zip(keys.iter().skip(1)) {
        let Some(place) = place(json, key, path)? else { return Ok(()) };
        if !place.is_object() && !place.is_array() {
            *place = if array_index(next).is_some() { Json::array() } else { Json::object() };
        }
        json = place;
    }
    set_key(json, last, path, value)
}

/// As [`set`], for a name that is known to be no path.
pub(crate) fn set_plain(json: &mut Json, key: &str, value: Json) -> Result<(), NodeError> {
    set_key(json, key, key, value)
}

/// Sets the key `key` itself, whatever is in it.
pub(crate) fn set_own(json: &mut Json, key: &str, value: Json) {
    if key != PROTOTYPE {
        json.insert(key, value);
    }
}

/// Takes away the field at `path` below `json`; a key that is spelt like the whole path wins. In an array it leaves
/// null.
pub(crate) fn unset(json: &mut Json, path: &str) {
    if !is_path(path) || json.get(path).is_some() {
        json.remove(path);
        return;
    }
    let keys = split(path);
    let Some((last, parents)) = keys.split_last() else { return };
    // Looked at before it is changed, so that nothing is copied for a field that is not there.
    if get(json, path).is_none() {
        return;
    }
    let mut json = json;
    for key in parents {
        let next = match array_index(key) {
            Some(index) if json.is_array() => json.get_index_mut(index),
            _ => json.get_mut(key),
        };
        let Some(next) = next else { return };
        json = next;
    }
    if json.is_array() {
        if let Some(element) = array_index(last).and_then(|index| json.get_index_mut(index)) {
            *element = Json::NULL;
        }
    } else {
        json.remove(last);
    }
}

pub(crate) fn member<'a>(json: &'a Json, key: &str) -> Option<&'a Json> {
    if json.is_array() { json.get_index(array_index(key)?) } else { json.get(key) }
}

fn set_key(json: &mut Json, key: &str, path: &str, value: Json) -> Result<(), NodeError> {
    if key == PROTOTYPE {
        return Ok(());
    }
    if json.is_array() {
        if key == "length" {
            return set_length(json, &value, path);
        }
        if let Some(place) = place(json, key, path)? {
            *place = value;
        }
    } else {
        json.insert(key, value);
    }
    Ok(())
}

/// The place of `key`, made where there is none; nothing where an array has no such place.
fn place<'a>(json: &'a mut Json, key: &str, path: &str) -> Result<Option<&'a mut Json>, NodeError> {
    if json.is_array() {
        let Some(elements) = json.as_array_mut() else { return Ok(None) };
        let Some(index) = array_index(key) else { return Ok(None) };
        if index >= elements.len() {
            if index - elements.len() > MAX_GAP {
                return Err(too_long(path));
            }
            elements.resize(index + 1, Json::NULL);
        }
        return Ok(elements.get_mut(index));
    }
    Ok(json.as_object_mut().map(|object| object.entry(key)))
}

/// JavaScript's `array.length = value`.
fn set_length(json: &mut Json, value: &Json, path: &str) -> Result<(), NodeError> {
    let length = to_number(value);
    let is_length = length >= 0.0 && length.fract() == 0.0;
    let (true, Some(elements)) = (is_length, json.as_array_mut()) else {
        return Err(NodeError::operation("Invalid array length").with_description(format!(
            "The field \"{path}\" is the length of an array, which is a whole number."
        )));
    };
    if length > (elements.len() + MAX_GAP) as f64 {
        return Err(too_long(path));
    }
    elements.resize(length as usize, Json::NULL);
    Ok(())
}

fn too_long(path: &str) -> NodeError {
    NodeError::operation(format!("The field \"{path}\" lies far behind the end of its array"))
        .with_description(format!(
            "At most {MAX_GAP} missing elements are filled with null. Correct the index."
        ))
}

/// The index that the key is, if it is one as JavaScript spells it.
fn array_index(key: &str) -> Option<usize> {
    let is_index = !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_digit())
        && (key == "0" || !key.starts_with('0'));
    // 2^53 - 1 and above are keys like any other; 15 digits are always below.
    (is_index && key.len() <= 15).then(|| key.parse().ok()).flatten()
}

/// The keys of a path. Brackets hold an index, a quoted key or a plain one.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    if path.starts_with('.') {
        keys.push(String::new());
    }
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        if is_empty_key(rest) {
            keys.push(String::new());
        }
        if first == '['
            && let Some((key, length)) = bracket(rest)
        {
            keys.push(key);
            rest = rest.get(length..).unwrap_or_default();
        } else if matches!(first, '.' | '[' | ']') {
            rest = rest.get(1..).unwrap_or_default();
        } else {
            let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
            keys.push(rest.get(..end).unwrap_or_default().to_owned());
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    keys
}

/// Whether an empty key stands here: two separators in a row, or one at the end. `[]` is a separator too.
fn is_empty_key(rest: &str) -> bool {
    let after_separator = |text: &str| -> Option<usize> {
        if text.starts_with('.') {
            Some(1)
        } else if text.starts_with("[]") {
            Some(2)
        } else {
            None
        }
    };
    after_separator(rest)
        .and_then(|length| rest.get(length..))
        .is_some_and(|after| after.is_empty() || after_separator(after).is_some())
}

/// The number or quoted key in the brackets at the start of `text`, and how long it is with them.
fn bracket(text: &str) -> Option<(String, usize)> {
    let inside = text.strip_prefix('[')?;
    if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        return quoted(inside, quote);
    }
    let end = inside.find(']')?;
    let number = inside.get(..end)?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(whole) && is_number(fraction)).then(|| (number.to_owned(), end + 2))
}

fn quoted(inside: &str, quote: char) -> Option<(String, usize)> {
    let mut key = String::new();
    let mut characters = inside.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        if character == '\\' {
            key.push(characters.next()?.1);
        } else if character == quote {
            // Brackets, quotes and what is between them.
            return inside.get(index + 1..)?.starts_with(']').then_some((key, index + 3));
        } else {
            key.push(character);
        }
    }
    None
}

/// The key that `name` means without dot notation: an editor writes `['first name']` when a field is dragged.
pub(crate) fn plain_key<'a>(json: &Json, name: &'a str) -> &'a str {
    if json.get(name).is_some() {
        return name;
    }
    for (open, close) in [("['", "']"), ("[\"", "\"]")] {
        if name.starts_with(open) && name.ends_with(close) {
            return name.get(open.len()..name.len() - close.len()).unwrap_or_default();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn paths_are_split_as_lodash_does() {
        for (path, keys) in [
            ("a.b", vec!["a", "b"]),
            ("a[0].b", vec!["a", "0", "b"]),
            ("a['x.y']", vec!["a", "x.y"]),
            ("a[\"it's\"]", vec!["a", "it's"]),
            ("a['it\\'s']", vec!["a", "it's"]),
            ("['a']['b']", vec!["a", "b"]),
            ("[a]", vec!["a"]),
            ("a[b.c]", vec!["a", "b", "c"]),
            ("a[ 0 ]", vec!["a", " 0 "]),
            ("a[-1]", vec!["a", "-1"]),
            ("a[1.5]", vec!["a", "1.5"]),
            ("a[]", vec!["a", ""]),
            ("a[].b", vec!["a", "", "b"]),
            ("a[][]", vec!["a", "", ""]),
            ("a..b", vec!["a", "", "b"]),
            (".a", vec!["", "a"]),
            ("..a", vec!["", "", "a"]),
            ("a.", vec!["a", ""]),
            ("['']", vec![""]),
            ("[''']", vec!["'''"]),
            ("['m\"]", vec!["'m\""]),
        ] {
            assert_eq!(split(path), keys, "{path}");
            assert!(is_path(path), "{path}");
        }
        for name in ["a", "a[", "a]", "a['b", "a b", "", "é"] {
            assert!(!is_path(name), "{name}");
        }
    }

    #[test]
    fn setting_a_far_index_fails_and_changes_nothing() {
        let mut json = json!({ "list": [1] });
        let error = set(&mut json, "list[4000000000]", Json::NULL).unwrap_err();
        assert_eq!(error.message, "The field \"list[4000000000]\" lies far behind the end of its array");
        assert_eq!(json, json!({ "list": [1] }));
    }

    #[test]
    fn the_length_of_an_array_can_be_set() {
        let mut json = json!({ "list": [1, 2, 3] });
        set(&mut json, "list.length", json!(1)).unwrap();
        assert_eq!(json, json!({ "list": [1] }));
        set(&mut json, "list.length", json!("2")).unwrap();
        assert_eq!(json, json!({ "list": [1, null] }));
        for length in [json!(-1), json!(1.5), json!("one"), json!(1e9)] {
            set(&mut json, "list.length", length).unwrap_err();
            assert_eq!(json, json!({ "list": [1, null] }));
        }
    }

    #[test]
    fn a_path_may_be_as_long_as_items_are_deep() {
        let mut json = Json::object();
        set(&mut json, &"a.".repeat(100_000), Json::NULL).unwrap_err();
        assert_eq!(json, Json::object());
        set(&mut json, &vec!["a"; MAX_DEPTH].join("."), Json::from(1)).unwrap();
        assert_eq!(Json::parse(&json.to_string()).unwrap(), json);
    }

    #[test]
    fn what_is_set_in_a_shared_object_stays_out_of_the_other() {
        let json = json!({ "a": { "b": [1] }, "c": { "d": 2 } });
        let mut copy = json.clone();
        set(&mut copy, "a.b[0]", json!(2)).unwrap();
        assert_eq!(json, json!({ "a": { "b": [1] }, "c": { "d": 2 } }));
        assert!(copy.get("c").unwrap().ptr_eq(json.get("c").unwrap()));
    }

    #[test]
    fn unsetting_what_is_not_there_copies_nothing() {
        let json = json!({ "a": { "b": 1 } });
        let mut copy = json.clone();
        unset(&mut copy, "a.c");
        unset(&mut copy, "x.y");
        assert!(copy.ptr_eq(&json));
    }
}
