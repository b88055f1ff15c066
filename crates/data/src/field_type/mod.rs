//! Checking a value against a type name and converting it: n8n's `validateFieldType` (`docs/parameters.md §10`).

mod date;
mod form_fields;
mod object_literal;

use std::borrow::Cow;

pub use date::is_date_text;

use form_fields::read_form_fields;
use object_literal::parse_json_or_literal;

use crate::Json;
use crate::javascript::{text_to_number, to_number, to_text};

/// How [`validate_field_type`] checks.
#[derive(Clone, Copy)]
pub struct FieldTypeOptions<'a> {
    /// Only values that have the type already are right.
    pub strict: bool,
    /// Type `string` makes a text of other values; else it lets everything pass.
    pub parse_strings: bool,
    /// The values that type `options` allows.
    pub choices: &'a [Json],
    /// Whether a text is a moment, for type `dateTime`. The default knows ISO 8601, SQL, RFC 2822 and HTTP dates.
    pub is_date: fn(&str) -> bool,
}

impl Default for FieldTypeOptions<'_> {
    fn default() -> Self {
        Self { strict: false, parse_strings: false, choices: &[], is_date: is_date_text }
    }
}

/// Checks `value` of the field `name` against the type `kind` and gives it in that type.
///
/// `null` is always right, and so is anything where the type is unknown. A moment stays a text. Names of types are
/// compared without regard to case: `string`, `string-alphanumeric`, `number`, `boolean`, `dateTime`, `time`, `array`,
/// `object`, `options`, `url`, `jwt`, `form-fields`, `binary`.
///
/// # Errors
/// n8n's message.
pub fn validate_field_type(
    name: &str,
    value: &Json,
    kind: &str,
    options: &FieldTypeOptions<'_>,
) -> Result<Json, String> {
    if value.is_null() {
        return Ok(Json::NULL);
    }
    let expected = || format!("'{name}' expects a {kind} but we got {}", describe(value));
    let lower = kind.to_ascii_lowercase();
    match lower.as_str() {
        "string" if !options.parse_strings => Ok(value.clone()),
        "string" if value.is_string() => Ok(value.clone()),
        "string" if options.strict => Err(expected()),
        "string" => Ok(Json::from(&*as_string(value))),
        "string-alphanumeric" => {
            let text = as_string(value);
            if is_alphanumeric(&text) {
                Ok(Json::from(&*text))
            } else {
                Err("Value is not a valid alphanumeric string, only letters, numbers and underscore allowed"
                    .to_owned())
            }
        }
        "number" => number(value, options.strict).ok_or_else(expected),
        "boolean" => boolean(value, options.strict).ok_or_else(expected),
        "datetime" if is_date(value, options.is_date) => Ok(value.clone()),
        "datetime" => Err(format!(
            "{} <br/><br/> Consider using <a \
             href=\"https://moment.github.io/luxon/api-docs/index.html#datetimefromformat\" \
             target=\"_blank\"><code>DateTime.fromFormat</code></a> to work with custom date formats.",
            expected()
        )),
        "time" if is_time(&to_text(value)) => Ok(Json::from(&*to_text(value))),
        "time" => Err(format!("'{name}' expects time (hh:mm:(:ss)) but we got {}.", describe(value))),
        "binary" if is_binary(value) => Ok(value.clone()),
        "binary" => Err(format!(
            "{}. Make sure the value is a valid binary data object with 'mimeType' and 'data' or 'id' property.",
            expected()
        )),
        // n8n's check lets arrays through here and refuses them in the next step.
        "object" if options.strict && !value.is_object() && !value.is_array() => Err(expected()),
        "object" => object(value).ok_or_else(expected),
        "array" if options.strict && !value.is_array() => Err(expected()),
        "array" => array(value).ok_or_else(expected),
        "options" if options.choices.contains(value) => Ok(value.clone()),
        "options" => {
            let choices: Vec<Cow<'_, str>> = options
                .choices
                .iter()
                .map(|choice| if choice.is_null() { Cow::Borrowed("") } else { to_text(choice) })
                .collect();
            Err(format!(
                "'{name}' expects one of the following values: [{}] but we got {}",
                choices.join(", "),
                describe(value)
            ))
        }
        "url" => url(value).ok_or_else(expected),
        "jwt" if is_jwt(&to_text(value)) && crate::javascript::is_truthy(value) => {
            Ok(Json::from(&*to_text(value)))
        }
        "jwt" => Err("Value is not a valid JWT token".to_owned()),
        "form-fields" => read_form_fields(value),
        _ => Ok(value.clone()),
    }
}

/// A value as n8n's messages name it.
pub(super) fn describe(value: &Json) -> String {
    if value.is_null() {
        "'null'".to_owned()
    } else if value.is_array() {
        "array".to_owned()
    } else if value.is_object() {
        "object".to_owned()
    } else {
        format!("'{}'", to_text(value))
    }
}

/// The value as a text, objects and arrays as JSON.
fn as_string(value: &Json) -> Cow<'_, str> {
    if value.is_object() || value.is_array() { Cow::Owned(value.to_string()) } else { to_text(value) }
}

fn is_alphanumeric(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn number(value: &Json, strict: bool) -> Option<Json> {
    if strict && !value.is_number() {
        return None;
    }
    let number = to_number(value);
    (!number.is_nan()).then(|| Json::from(number))
}

fn boolean(value: &Json, strict: bool) -> Option<Json> {
    if value.is_bool() {
        return Some(value.clone());
    }
    if strict {
        return None;
    }
    let number = match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("true") => 1.0,
        Some(text) if text.eq_ignore_ascii_case("false") => 0.0,
        Some(text) if text.trim_matches(crate::javascript::is_white_space).is_empty() => return None,
        Some(text) => text_to_number(text),
        None => to_number(value),
    };
    (number == 0.0 || number == 1.0).then(|| Json::from(number == 1.0))
}

fn is_date(value: &Json, is_date_text: fn(&str) -> bool) -> bool {
    let text = to_text(value);
    is_date_text(text.trim_matches(crate::javascript::is_white_space))
}

/// `hh:mm`, with seconds and an offset as they may come; the ranges of the numbers are not checked.
fn is_time(text: &str) -> bool {
    let Some(rest) = digits(text, 2).and_then(|rest| rest.strip_prefix(':')).and_then(|rest| digits(rest, 2))
    else {
        return false;
    };
    let after_seconds = rest.strip_prefix(':').and_then(|rest| digits(rest, 2));
    [Some(rest), after_seconds].into_iter().flatten().any(|rest| {
        let after_offset = rest.strip_prefix(['-', '+']).and_then(|rest| digits(rest, 4));
        [Some(rest), after_offset].into_iter().flatten().any(is_offset_or_nothing)
    })
}

/// `±h`, `±hh`, `±h:mm`, `±hh:mm` or nothing.
fn is_offset_or_nothing(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['-', '+']) else { return text.is_empty() };
    [1, 2].into_iter().filter_map(|count| digits(rest, count)).any(|rest| {
        rest.is_empty() || rest.strip_prefix(':').and_then(|rest| digits(rest, 2)).is_some_and(str::is_empty)
    })
}

/// The text after exactly `count` digits.
pub(super) fn digits(text: &str, count: usize) -> Option<&str> {
    let (head, rest) = text.split_at_checked(count)?;
    head.bytes().all(|byte| byte.is_ascii_digit()).then_some(rest)
}

fn is_binary(value: &Json) -> bool {
    value.as_object().is_some_and(|object| {
        object.contains_key("mimeType") && (object.contains_key("data") || object.contains_key("id"))
    })
}

fn object(value: &Json) -> Option<Json> {
    if value.is_object() {
        return Some(value.clone());
    }
    let parsed = parse_json_or_literal(&to_text(value))?;
    (parsed.is_object() || parsed.is_null()).then_some(parsed)
}

fn array(value: &Json) -> Option<Json> {
    if value.is_array() {
        return Some(value.clone());
    }
    let text = to_text(value);
    let parsed = Json::parse(&text).or_else(|_| Json::parse(&text.replace('\'', "\""))).ok()?;
    parsed.is_array().then_some(parsed)
}

fn url(value: &Json) -> Option<Json> {
    let text = match value.as_str() {
        Some(text) if !text.contains("://") => Cow::Owned(format!("https://{text}")),
        _ => to_text(value),
    };
    let url = url::Url::parse(&text).ok()?;
    matches!(url.scheme(), "http" | "https" | "ftp" | "file").then(|| Json::from(&*text))
}

/// Three parts of base64 characters, divided by dots.
fn is_jwt(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut parts = text.splitn(3, '.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    [header, payload].iter().all(|part| !part.is_empty() && part.bytes().all(is_word))
        && signature.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'+' | b'/' | b'='))
}
