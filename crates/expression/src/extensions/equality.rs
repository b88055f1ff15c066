//! When two values are equal: by content, as lodash's `isEqual` compares. NaN equals NaN, 0 equals -0, the order of
//! keys is no matter, and a member that is undefined is still a member.

use std::hash::Hasher;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
use heddle_data::Json;
use std::hash::BuildHasher;

use super::views::{Elements, is_object, own_members};
use crate::Value;
use crate::limit::is_over_after;

/// Whether two values are equal.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Json(left), Value::Json(right)) => json_equal(left, right),
        (Value::Undefined, Value::Undefined) => true,
        (Value::Date(left), Value::Date(right)) => same_number(*left, *right),
        (Value::RegExp(left), Value::RegExp(right)) => left == right,
        (Value::Error(left), Value::Error(right)) => left == right,
        (Value::BigInt(left), Value::BigInt(right)) => left == right,
        (Value::Symbol(left), Value::Symbol(right)) => Arc::ptr_eq(left, right),
        (Value::Function(left), Value::Function(right)) => left.index == right.index,
        (Value::Bytes(left), Value::Bytes(right)) => {
            left.class == right.class
                && left.elements.len() == right.elements.len()
                && left.elements.iter().zip(&right.elements).all(|(left, right)| same_number(*left, *right))
        }
        (Value::Set(left), Value::Set(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|element| right.iter().any(|other| is_over_after(1) || equal(element, other)))
        }
        (Value::Map(left), Value::Map(right)) => {
            let has = |(key, value): &(Value, Value)| {
                let is_same =
                    |(other_key, other): &(Value, Value)| equal(key, other_key) && equal(value, other);
                right.iter().any(|other| is_over_after(1) || is_same(other))
            };
            left.len() == right.len() && left.iter().all(has)
        }
        (Value::DateTime(_), Value::DateTime(_))
        | (Value::Duration(_), Value::Duration(_))
        | (Value::Interval(_), Value::Interval(_)) => members_equal(left, right),
        _ => match (Elements::of(left), Elements::of(right)) {
            (Some(left), Some(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(left, right)| equal(&left, &right))
            }
            (None, None) => is_plain(left) && is_plain(right) && members_equal(left, right),
            _ => false,
        },
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Json(json) => json.is_object(),
        _ => false,
    }
}

fn members_equal(left: &Value, right: &Value) -> bool {
    let (left, right) = (own_members(left), own_members(right));
    let has = |(key, value): &(_, Value)| {
        let is_same = |(other_key, other): &(_, Value)| key == other_key && equal(value, other);
        right.iter().any(|other| is_over_after(1) || is_same(other))
    };
    left.len() == right.len() && left.iter().all(has)
}

fn same_number(left: f64, right: f64) -> bool {
    left == right || (left.is_nan() && right.is_nan())
}

/// Equality of data; what is still to be compared is on a list, so that no depth ends the process.
fn json_equal(left: &Json, right: &Json) -> bool {
    let mut pending = vec![(left, right)];
    while let Some((left, right)) = pending.pop() {
        if left.ptr_eq(right) {
            continue;
        }
        let are_equal = if let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) {
            same_number(left, right)
        } else if let (Some(left), Some(right)) = (left.as_array(), right.as_array()) {
            pending.extend(left.iter().zip(right));
            left.len() == right.len()
        } else if let (Some(left), Some(right)) = (left.as_object(), right.as_object()) {
            left.len() == right.len()
                && left.iter().all(|(key, value)| match right.get(key) {
                    Some(other) => {
                        pending.push((value, other));
                        true
                    }
                    None => false,
                })
        } else {
            left == right
        };
        if !are_equal {
            return false;
        }
    }
    true
}

/// Values by content, to find equal ones without comparing each with each.
#[derive(Default)]
pub(super) struct Hashing(DefaultHashBuilder);

/// How deep the hash looks; what lies deeper is compared only.
const HASHED_DEPTH: usize = 4;

impl Hashing {
    /// A number that equal values share.
    pub(super) fn of(&self, value: &Value) -> u64 {
        self.value(value, HASHED_DEPTH)
    }

    fn value(&self, value: &Value, depth: usize) -> u64 {
        match value {
            Value::Json(json) => self.json(json, depth),
            Value::Date(millis) => self.number(*millis) ^ 1,
            Value::BigInt(digits) => self.0.hash_one(digits) ^ 2,
            Value::Object(members) if depth > 0 => {
                members.iter().fold(members.len() as u64, |sum, (key, value)| {
                    sum.wrapping_add(self.member(key, self.value(value, depth - 1)))
                })
            }
            Value::List(elements) if depth > 0 => {
                let mut hasher = self.0.build_hasher();
                elements.iter().for_each(|element| hasher.write_u64(self.value(element, depth - 1)));
                hasher.finish()
            }
            value if is_object(value) => 3,
            _ => 4,
        }
    }

    fn json(&self, json: &Json, depth: usize) -> u64 {
        if let Some(text) = json.as_str() {
            return self.0.hash_one(text);
        }
        if let Some(number) = json.as_f64() {
            return self.number(number);
        }
        if let Some(flag) = json.as_bool() {
            return 5 + u64::from(flag);
        }
        if json.is_null() {
            return 7;
        }
        if depth == 0 {
            return 3;
        }
        if let Some(elements) = json.as_array() {
            let mut hasher = self.0.build_hasher();
            elements.iter().for_each(|element| hasher.write_u64(self.json(element, depth - 1)));
            return hasher.finish();
        }
        json.as_object().map_or(0, |object| {
            object.iter().fold(object.len() as u64, |sum, (key, value)| {
                sum.wrapping_add(self.member(key, self.json(value, depth - 1)))
            })
        })
    }

    fn number(&self, number: f64) -> u64 {
        let bits = if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() };
        self.0.hash_one(bits)
    }

    fn member(&self, key: &str, value: u64) -> u64 {
        self.0.hash_one((key, value))
    }
}
