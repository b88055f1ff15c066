//! Whether two values count as the same, strictly or with the small differences that other systems make.

use heddle_node::{Json, number_to_string};

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Type and value are the same; the order of an object's keys does not count.
    Strict,
    /// Null, an empty text, an empty list and a field that is missing are the same; so are a number, a switch, a list or an
    /// object and its text, and a switch and 1 or 0.
    Fuzzy,
}

impl Likeness {
    /// Whether two values are the same; `None` is a field that is missing.
    pub(crate) fn are_alike(self, first: Option<&Json>, second: Option<&Json>) -> bool {
        match self {
            Self::Strict => first == second,
            Self::Fuzzy => are_roughly_alike(first, second),
        }
    }

    /// A text that values which are alike share. Those that share it need not be alike: it is for finding candidates in a
    /// table, where comparing each with each would take too long.
    pub(crate) fn key(self, value: Option<&Json>) -> String {
        let mut key = String::new();
        match self {
            Self::Strict => write_strict(&mut key, value),
            Self::Fuzzy => write_fuzzy(&mut key, value),
        }
        key
    }
}

fn are_roughly_alike(first: Option<&Json>, second: Option<&Json>) -> bool {
    if first == second || (is_blank(first) && is_blank(second)) {
        return true;
    }
    let (Some(first), Some(second)) = (first, second) else { return false };
    differ_in_type_alone(first, second) || differ_in_type_alone(second, first)
}

fn is_blank(value: Option<&Json>) -> bool {
    let Some(value) = value else { return true };
    value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(<[Json]>::is_empty)
}

fn differ_in_type_alone(value: &Json, other: &Json) -> bool {
    if let Some(switch) = value.as_bool() {
        let (digit, word) = if switch { ("1", "true") } else { ("0", "false") };
        let is_text = |text: &str| text == digit || text.to_lowercase() == word;
        return other.as_str().is_some_and(is_text) || other.as_f64() == Some(f64::from(u8::from(switch)));
    }
    let Some(text) = other.as_str() else { return false };
    match value.as_f64() {
        Some(number) => number_to_string(number) == text,
        None => {
            !value.is_null() && !value.is_string() && Json::parse(text).is_ok_and(|parsed| parsed == *value)
        }
    }
}

/// Different texts for different values. Marks tell types apart, and lengths where a text ends.
fn write_strict(key: &mut String, value: Option<&Json>) {
    let Some(value) = value else { return key.push('u') };
    if let Some(text) = value.as_str() {
        key.push_str(&format!("s{}:{text}", text.len()));
    } else if let Some(number) = value.as_f64() {
        key.push_str(&format!("n{};", number_to_string(number)));
    } else if let Some(elements) = value.as_array() {
        key.push('[');
        elements.iter().for_each(|element| write_strict(key, Some(element)));
        key.push(']');
    } else if let Some(object) = value.as_object() {
        let mut members: Vec<(&str, &Json)> = object.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        key.push('{');
        for (name, member) in members {
            key.push_str(&format!("{}:{name}", name.len()));
            write_strict(key, Some(member));
        }
        key.push('}');
    } else {
        key.push(match value.as_bool() {
            Some(true) => 't',
            Some(false) => 'f',
            None => '0',
        });
    }
}

fn write_fuzzy(key: &mut String, value: Option<&Json>) {
    let written = |key: &mut String, text: &str| key.push_str(&format!("s{}:{text}", text.len()));
    let Some(value) = value.filter(|value| !is_blank(Some(value))) else { return key.push('-') };
    if let Some(switch) = value.as_bool() {
        written(key, if switch { "1" } else { "0" });
    } else if let Some(number) = value.as_f64() {
        written(key, &number_to_string(number));
    } else if let Some(text) = value.as_str() {
        let parsed = text.trim_start().starts_with(['{', '[']).then(|| Json::parse(text).ok()).flatten();
        match text.to_lowercase().as_str() {
            "true" => written(key, "1"),
            "false" => written(key, "0"),
            _ => match parsed {
                Some(parsed) if !is_blank(Some(&parsed)) => write_strict(key, Some(&parsed)),
                Some(_) => key.push('-'),
                None => written(key, text),
            },
        }
    } else {
        write_strict(key, Some(value));
    }
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn values_that_are_alike_share_their_key() {
        let values = [
            None,
            Some(json!(null)),
            Some(json!("")),
            Some(json!([])),
            Some(json!("[]")),
            Some(json!(" [ ] ")),
            Some(json!({})),
            Some(json!("{}")),
            Some(json!(0)),
            Some(json!(1)),
            Some(json!(1.5)),
            Some(json!("0")),
            Some(json!("1")),
            Some(json!("1.0")),
            Some(json!("1.5")),
            Some(json!(true)),
            Some(json!(false)),
            Some(json!("True")),
            Some(json!("FALSE")),
            Some(json!("x")),
            Some(json!([1, { "a": 1, "b": 2 }])),
            Some(json!([1, { "b": 2, "a": 1 }])),
            Some(json!("[1,{\"b\":2,\"a\":1}]")),
            Some(json!("[1, {\"a\": 1, \"b\": 2}]")),
        ];
        for likeness in [Likeness::Strict, Likeness::Fuzzy] {
            for first in &values {
                for second in &values {
                    let (first, second) = (first.as_ref(), second.as_ref());
                    let alike = likeness.are_alike(first, second);
                    assert_eq!(alike, likeness.are_alike(second, first), "{first:?} {second:?}");
                    let same_key = likeness.key(first) == likeness.key(second);
                    assert!(same_key || !alike, "{first:?} and {second:?} are alike");
                    assert!(alike || !same_key || likeness == Likeness::Fuzzy, "{first:?} {second:?}");
                }
            }
        }
    }
}
