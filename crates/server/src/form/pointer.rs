//! Reading and changing parameters at JSON pointers.

use heddle_node::Json;
use heddle_node::json::{pointer_key, pointer_token};

/// The pointer of a member below another.
pub(crate) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", pointer_token(key))
}

/// The pointer of what holds a place, and the place's own key.
pub(crate) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, key) = pointer.rsplit_once('/')?;
    Some((parent, pointer_key(key).into_owned()))
}

/// Sets the value at a pointer. What is not there on the way becomes an object; a place beyond the end of a list is none.
pub(crate) fn set(target: &mut Json, pointer: &str, value: Json) {
    let Some(below) = pointer.strip_prefix('/') else {
        *target = value;
        return;
    };
    let (key, rest) = match below.find('/') {
        Some(end) => below.split_at(end),
        None => (below, ""),
    };
    let key = pointer_key(key);
    if let Some(rows) = target.as_array_mut() {
        let Ok(index) = key.parse::<usize>() else { return };
        if index == rows.len() {
            rows.push(Json::NULL);
        }
        if let Some(row) = rows.get_mut(index) {
            set(row, rest, value);
        }
        return;
    }
    if !target.is_object() {
        *target = Json::object();
    }
    if let Some(object) = target.as_object_mut() {
        set(object.entry(&key), rest, value);
    }
}

/// Takes away what stands at a pointer.
pub(crate) fn remove(target: &mut Json, pointer: &str) {
    let Some((parent, key)) = split(pointer) else { return };
    let Some(parent) = target.pointer_mut(parent) else { return };
    if let Some(rows) = parent.as_array_mut() {
        if let Some(index) = key.parse().ok().filter(|index| *index < rows.len()) {
            rows.remove(index);
        }
    } else {
        parent.remove(&key);
    }
}

/// Moves a row of a list by one place, up or down.
pub(crate) fn shift(target: &mut Json, pointer: &str, up: bool) {
    let Some((parent, key)) = split(pointer) else { return };
    let Some(rows) = target.pointer_mut(parent).and_then(Json::as_array_mut) else { return };
    let Ok(index) = key.parse::<usize>() else { return };
    let other = if up { index.checked_sub(1) } else { index.checked_add(1) };
    if let Some(other) = other.filter(|other| *other < rows.len() && index < rows.len()) {
        rows.swap(index, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_made_taken_away_and_moved() {
        let mut json = Json::object();
        set(&mut json, "/a/b", Json::from(1));
        set(&mut json, "/rows", Json::from(vec![Json::from(1)]));
        set(&mut json, "/rows/1", Json::from(2));
        set(&mut json, "/rows/9", Json::from(3));
        set(&mut json, "/a~1b", Json::from(true));
        assert_eq!(json.to_string(), r#"{"a":{"b":1},"rows":[1,2],"a/b":true}"#);
        shift(&mut json, "/rows/1", true);
        shift(&mut json, "/rows/0", true);
        remove(&mut json, "/a~1b");
        remove(&mut json, "/rows/7");
        assert_eq!(json.to_string(), r#"{"a":{"b":1},"rows":[2,1]}"#);
        remove(&mut json, "/rows/0");
        assert_eq!(json.to_string(), r#"{"a":{"b":1},"rows":[1]}"#);
    }
}
