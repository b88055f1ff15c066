//! What may stand for a value that is not known beforehand: an object with one member whose name begins with `$`.

use heddle_node::Json;
use regress::Regex;

use super::difference::shown;

/// The names of all matchers.
pub(crate) const NAMES: [&str; 7] = ["$any", "$absent", "$type", "$pattern", "$contains", "$oneOf", "$is"];

/// What a value is to be like.
pub(crate) enum Matcher<'a> {
    /// There is something, or null.
    Any,
    /// There is nothing.
    Absent,
    /// A value of this type.
    Type(&'a str),
    /// A text in which the regular expression is found.
    Pattern(&'a str, Regex),
    /// A text with this in it, or a list with an element that is it.
    Contains(&'a Json),
    /// One of these.
    OneOf(&'a [Json]),
    /// Exactly this, whatever its members are called.
    Is(&'a Json),
}

impl<'a> Matcher<'a> {
    /// The matcher that an expectation is; `None` where it is a value.
    ///
    /// # Errors
    /// When it looks like one and is none.
    pub(crate) fn of(expected: &'a Json) -> Option<Result<Self, String>> {
        let object = expected.as_object().filter(|object| object.len() == 1)?;
        let (name, value) = object.iter().next()?;
        if !name.starts_with('$') {
            return None;
        }
        Some(Self::named(name, value))
    }

    fn named(name: &str, value: &'a Json) -> Result<Self, String> {
        let wants = |what: &str| format!("\"{name}\" takes {what}");
        match name {
            "$any" if value.as_bool() == Some(true) => Ok(Self::Any),
            "$absent" if value.as_bool() == Some(true) => Ok(Self::Absent),
            "$any" | "$absent" => Err(wants("true")),
            "$type" => match value.as_str() {
                Some(found @ ("string" | "number" | "boolean" | "null" | "array" | "object")) => {
                    Ok(Self::Type(found))
                }
                _ => Err(wants("\"string\", \"number\", \"boolean\", \"null\", \"array\" or \"object\"")),
            },
            "$pattern" => {
                let source = value.as_str().ok_or_else(|| wants("a regular expression"))?;
                let pattern = Regex::with_flags(source, "u")
                    .map_err(|error| format!("\"$pattern\" has no regular expression: {}", error.text))?;
                Ok(Self::Pattern(source, pattern))
            }
            "$contains" => Ok(Self::Contains(value)),
            "$oneOf" => value.as_array().map(Self::OneOf).ok_or_else(|| wants("a list")),
            "$is" => Ok(Self::Is(value)),
            _ => Err(format!(
                "there is no \"{name}\". {} To expect this object itself, write {{\"$is\": {{…}}}}.",
                heddle_runner::suggest("There are", &NAMES, name)
            )),
        }
    }

    /// Whether a value, or nothing, is like it.
    ///
    /// # Errors
    /// What was expected, as it is shown.
    pub(crate) fn check(&self, found: Option<&Json>) -> Result<(), String> {
        let text = || found.and_then(Json::as_str);
        let is_met = match self {
            Self::Any => found.is_some(),
            Self::Absent => found.is_none(),
            Self::Type(name) => found.is_some_and(|found| type_of(found) == *name),
            Self::Pattern(_, pattern) => text().is_some_and(|text| pattern.find(text).is_some()),
            Self::Contains(part) => match (text(), part.as_str()) {
                (Some(text), Some(part)) => text.contains(part),
                _ => found.and_then(Json::as_array).is_some_and(|list| list.contains(part)),
            },
            Self::OneOf(values) => found.is_some_and(|found| values.contains(found)),
            Self::Is(value) => found == Some(*value),
        };
        if is_met {
            return Ok(());
        }
        Err(match self {
            Self::Any => "any value".to_owned(),
            Self::Absent => "nothing".to_owned(),
            Self::Type(name) => match *name {
                "null" => "null".to_owned(),
                "array" | "object" => format!("an {name}"),
                name => format!("a {name}"),
            },
            Self::Pattern(source, _) => format!("a text with the pattern {source}"),
            Self::Contains(part) => format!("something that contains {}", shown(part)),
            Self::OneOf(values) => {
                let values: Vec<String> = values.iter().map(shown).collect();
                format!("one of {}", values.join(", "))
            }
            Self::Is(value) => shown(value),
        })
    }
}

fn type_of(value: &Json) -> &'static str {
    if value.is_null() {
        "null"
    } else if value.is_string() {
        "string"
    } else if value.is_number() {
        "number"
    } else if value.is_bool() {
        "boolean"
    } else if value.is_array() {
        "array"
    } else {
        "object"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matcher: &str, found: Option<&str>) -> Result<(), String> {
        let matcher = Json::parse(matcher).expect("JSON");
        let found = found.map(|found| Json::parse(found).expect("JSON"));
        Matcher::of(&matcher).expect("a matcher")?.check(found.as_ref())
    }

    #[test]
    fn matchers_say_what_a_value_is_like() {
        for (matcher, found) in [
            (r#"{"$any": true}"#, Some("null")),
            (r#"{"$absent": true}"#, None),
            (r#"{"$type": "number"}"#, Some("1.5")),
            (r#"{"$pattern": "^a\\d+$"}"#, Some("\"a12\"")),
            (r#"{"$contains": "b"}"#, Some("\"abc\"")),
            (r#"{"$contains": 2}"#, Some("[1, 2]")),
            (r#"{"$oneOf": [1, "x"]}"#, Some("\"x\"")),
            (r#"{"$is": {"$in": [1]}}"#, Some(r#"{"$in": [1]}"#)),
        ] {
            assert_eq!(check(matcher, found), Ok(()), "{matcher} {found:?}");
        }
        for (matcher, found, words) in [
            (r#"{"$any": true}"#, None, "any value"),
            (r#"{"$absent": true}"#, Some("1"), "nothing"),
            (r#"{"$type": "number"}"#, Some("\"1\""), "a number"),
            (r#"{"$type": "array"}"#, Some("{}"), "an array"),
            (r#"{"$pattern": "^a$"}"#, Some("\"b\""), "a text with the pattern ^a$"),
            (r#"{"$contains": "b"}"#, Some("[\"abc\"]"), "contains \"b\""),
            (r#"{"$oneOf": [1, 2]}"#, Some("3"), "one of 1, 2"),
            (r#"{"$patern": "x"}"#, Some("\"x\""), "\"$pattern\""),
            (r#"{"$type": "text"}"#, Some("\"x\""), "takes \"string\""),
            (r#"{"$pattern": "("}"#, Some("\"x\""), "no regular expression"),
        ] {
            let told = check(matcher, found).expect_err(matcher);
            assert!(told.contains(words), "{matcher}: {told}");
        }
        assert!(Matcher::of(&Json::parse(r#"{"$a": 1, "b": 2}"#).expect("JSON")).is_none());
    }
}
