//! Work on whole values that must not end the process when they are nested deeply: the stack is a list here.

use triomphe::Arc;

use super::{Elements, Json, JsonObject, Repr};

/// Levels of nesting that reading text and converting from and to other types accept. JavaScript sets no limit, but
/// what is nested deeper is an attack or a mistake, and many of those conversions recurse.
pub const MAX_DEPTH: usize = 512;

/// Drops the containers among `values`, so that however deeply they were nested, dropping what is left needs no
/// recursion.
pub(super) fn drop_values(values: &mut [Json]) {
    let mut pending = Vec::new();
    for value in values.iter_mut().filter(|value| is_container(value)) {
        take_apart(value.take(), &mut pending);
        while let Some(value) = pending.pop() {
            take_apart(value, &mut pending);
        }
    }
}

/// Drops a container, but not those in it: these are put on the list.
fn take_apart(value: Json, pending: &mut Vec<Json>) {
    let mut put_off = |values: &mut [Json]| {
        pending.extend(values.iter_mut().filter(|value| is_container(value)).map(Json::take));
    };
    // Only the last owner takes the contents apart.
    match value.0 {
        Repr::Array(elements) => {
            if let Some(mut elements) = Arc::into_unique(elements) {
                put_off(&mut elements.0);
            }
        }
        Repr::Object(object) => {
            if let Some(mut object) = Arc::into_unique(object) {
                put_off(object.values_slice());
            }
        }
        _ => {}
    }
}

/// Deep equality: see [`Json`].
pub(super) fn equal(left: &Json, right: &Json) -> bool {
    let mut pending = Vec::new();
    if !equal_so_far(left, right, &mut pending) {
        return false;
    }
    equal_rest(pending)
}

/// Deep equality of objects.
pub(super) fn equal_objects(left: &JsonObject, right: &JsonObject) -> bool {
    let mut pending = Vec::new();
    equal_properties(left, right, &mut pending) && equal_rest(pending)
}

fn equal_rest<'a>(mut pending: Vec<(&'a Json, &'a Json)>) -> bool {
    while let Some((left, right)) = pending.pop() {
        let equal = match (&left.0, &right.0) {
            (Repr::Array(left), Repr::Array(right)) => {
                left.0.len() == right.0.len()
                    && left
                        .0
                        .iter()
                        .zip(&right.0)
                        .all(|(left, right)| equal_so_far(left, right, &mut pending))
            }
            (Repr::Object(left), Repr::Object(right)) => equal_properties(left, right, &mut pending),
            _ => equal_so_far(left, right, &mut pending),
        };
        if !equal {
            return false;
        }
    }
    true
}

fn equal_properties<'a>(
    left: &'a JsonObject,
    right: &'a JsonObject,
    pending: &mut Vec<(&'a Json, &'a Json)>,
) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left.same_shape(right) {
        return left.values().zip(right.values()).all(|(left, right)| equal_so_far(left, right, pending));
    }
    left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal_so_far(left, right, pending)))
}

/// Compares what needs no descending; containers that are not the same in memory are put on the list.
fn equal_so_far<'a>(left: &'a Json, right: &'a Json, pending: &mut Vec<(&'a Json, &'a Json)>) -> bool {
    match (&left.0, &right.0) {
        (Repr::Null, Repr::Null) => true,
        (Repr::Bool(left), Repr::Bool(right)) => left == right,
        (Repr::Number(left), Repr::Number(right)) => left == right,
        (Repr::String(left), Repr::String(right)) => left == right,
        (Repr::Array(own), Repr::Array(other)) => {
            if !Arc::ptr_eq(own, other) {
                pending.push((left, right));
            }
            true
        }
        (Repr::Object(own), Repr::Object(other)) => {
            if !Arc::ptr_eq(own, other) {
                pending.push((left, right));
            }
            true
        }
        _ => false,
    }
}

fn is_container(value: &Json) -> bool {
    matches!(value.0, Repr::Array(_) | Repr::Object(_))
}

impl Drop for Elements {
    fn drop(&mut self) {
        drop_values(&mut self.0);
    }
}
