//! Values that mean the same although their types differ.

use heddle_node::parameters::javascript::to_text;
use heddle_node::{Json, number_to_string};

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Equality {
    /// Type and contents.
    Strict,
    /// Types may differ. `null_is_zero`: null, 0 and "0" are alike, since version 2.
    Fuzzy {
        /// Whether null, 0 and "0" are alike.
        null_is_zero: bool,
    },
}

impl Equality {
    /// Whether two values are alike; `None` is a missing one.
    pub(super) fn holds(self, left: Option<&Json>, right: Option<&Json>) -> bool {
        let Self::Fuzzy { null_is_zero } = self else { return left == right };
        match (left, right) {
            (Some(left), Some(right)) => alike(left, right, null_is_zero),
            (Some(value), None) | (None, Some(value)) => is_falsy(value),
            (None, None) => true,
        }
    }

    /// A text that alike values have in common. Others may have it, too.
    pub(super) fn class(self, value: &Json) -> String {
        if self == Self::Strict {
            return if has_parts(value) {
                "parts".to_owned()
            } else {
                format!("{} {value}", value.type_name())
            };
        }
        let text = to_text(value);
        match text.trim().to_lowercase().as_str() {
            _ if is_falsy(value) => "0".to_owned(),
            "false" | "0" | "" | "[]" => "0".to_owned(),
            "true" => "1".to_owned(),
            trimmed if has_parts(value) || trimmed.starts_with(['{', '[']) => "parts".to_owned(),
            _ => text.into_owned(),
        }
    }
}

fn has_parts(value: &Json) -> bool {
    value.is_object() || value.is_array()
}

/// Null, an empty text and an empty list.
fn is_falsy(value: &Json) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(<[Json]>::is_empty)
}

fn alike(left: &Json, right: &Json, null_is_zero: bool) -> bool {
    let same_kind = left.type_name() == right.type_name() || (has_parts(left) && has_parts(right));
    if same_kind {
        return left == right;
    }
    one_way(left, right, null_is_zero) || one_way(right, left, null_is_zero)
}

/// Whether values of different types are alike, the first by its type.
fn one_way(value: &Json, other: &Json, null_is_zero: bool) -> bool {
    if value.is_null() && null_is_zero && (other.as_f64() == Some(0.0) || other.as_str() == Some("0")) {
        return true;
    }
    if is_falsy(value) && is_falsy(other) {
        return true;
    }
    if let (Some(number), Some(text)) = (value.as_f64(), other.as_str()) {
        return number_to_string(number) == text;
    }
    if let (true, Some(text)) = (has_parts(value), other.as_str()) {
        return Json::parse(text).is_ok_and(|parsed| parsed == *value);
    }
    let Some(flag) = value.as_bool() else { return false };
    match other.as_str() {
        Some(text) => {
            let names = if flag { ["true", "1"] } else { ["false", "0"] };
            names.iter().any(|name| text.eq_ignore_ascii_case(name))
        }
        None => other.as_f64() == Some(f64::from(u8::from(flag))),
    }
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn what_is_alike_is_of_one_class() {
        let values = [
            json!(null),
            json!(0),
            json!("0"),
            json!(""),
            json!([]),
            json!("[]"),
            json!(false),
            json!("False"),
            json!(true),
            json!("TRUE"),
            json!(1),
            json!("1"),
            json!(1.5),
            json!("1.5"),
            json!({ "a": 1 }),
            json!("{\"a\":1}"),
            json!([1]),
            json!("[1]"),
            json!("text"),
            json!("true "),
        ];
        for equality in [
            Equality::Strict,
            Equality::Fuzzy { null_is_zero: true },
            Equality::Fuzzy { null_is_zero: false },
        ] {
            for left in &values {
                for right in &values {
                    if equality.holds(Some(left), Some(right)) {
                        assert_eq!(equality.class(left), equality.class(right), "{left} {right}");
                    }
                }
            }
        }
    }
}
