//! JSON, or what JavaScript writes in its place: unquoted keys, single quotes, trailing commas.

use crate::{Json, JsonObject};

/// The deepest nesting that is read.
const DEEPEST: usize = 200;

/// The JSON text's value, or that of a JavaScript object literal of plain values.
pub(super) fn parse_json_or_literal(text: &str) -> Option<Json> {
    if let Ok(value) = Json::parse(text) {
        return Some(value);
    }
    let mut reader = Reader { rest: text };
    reader.skip_blank();
    if !reader.rest.starts_with('{') {
        return None;
    }
    let value = reader.value(0)?;
    reader.skip_blank();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        loop {
            let trimmed = self.rest.trim_start_matches(crate::javascript::is_white_space);
            let after = if let Some(comment) = trimmed.strip_prefix("//") {
                comment.find('\n').map_or("", |end| comment.get(end..).unwrap_or_default())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                comment.split_once("*/").map_or("", |(_, after)| after)
            } else {
                self.rest = trimmed;
                return;
            };
            self.rest = after;
        }
    }

    fn take(&mut self, character: char) -> bool {
        self.skip_blank();
        match self.rest.strip_prefix(character) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip_blank();
        if depth > DEEPEST {
            return None;
        }
        match self.rest.chars().next()? {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' | '\'' => self.text().map(Json::from),
            '-' => {
                self.take('-');
                let value = self.value(depth + 1)?;
                Some(value.as_f64().map_or(value, |number| Json::from(-number)))
            }
            '+' => {
                self.take('+');
                self.value(depth + 1)
            }
            first if first.is_ascii_digit() || first == '.' => self.number(),
            _ => {
                let name = self.identifier()?;
                Some(match name {
                    "true" => Json::from(true),
                    "false" => Json::from(false),
                    "null" => Json::NULL,
                    // n8n gives a name as a text.
                    _ => Json::from(name),
                })
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.take('{');
        let mut object = JsonObject::new();
        while !self.take('}') {
            let key = match self.rest.chars().next()? {
                '"' | '\'' => self.text()?,
                first if first.is_ascii_digit() || first == '.' => {
                    crate::javascript::to_text(&self.number()?).into_owned()
                }
                _ => self.identifier()?.to_owned(),
            };
            let value = if self.take(':') { self.value(depth + 1)? } else { Json::from(key.as_str()) };
            object.insert(&key, value);
            if !self.take(',') {
                return self.take('}').then(|| Json::from(object));
            }
        }
        Some(Json::from(object))
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        self.take('[');
        let mut elements = Vec::new();
        while !self.take(']') {
            elements.push(self.value(depth + 1)?);
            if !self.take(',') {
                return self.take(']').then(|| Json::from(elements));
            }
        }
        Some(Json::from(elements))
    }

    fn text(&mut self) -> Option<String> {
        let mut characters = self.rest.char_indices();
        let (_, quote) = characters.next()?;
        let mut text = String::new();
        while let Some((index, character)) = characters.next() {
            match character {
                '\\' => match characters.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    'v' => text.push('\u{b}'),
                    '0' => text.push('\0'),
                    '\n' => {}
                    'x' => text.push(escaped(&mut characters, 2)?),
                    'u' => text.push(escaped(&mut characters, 4)?),
                    other => text.push(other),
                },
                '\n' => return None,
                _ if character == quote => {
                    self.rest = self.rest.get(index + 1..)?;
                    return Some(text);
                }
                _ => text.push(character),
            }
        }
        None
    }

    fn number(&mut self) -> Option<Json> {
        let mut end = 0;
        let bytes = self.rest.as_bytes();
        while let Some(byte) = bytes.get(end) {
            let after_exponent = end > 0 && matches!(bytes.get(end - 1), Some(b'e' | b'E'));
            let is_part = byte.is_ascii_alphanumeric()
                || *byte == b'.'
                || matches!(byte, b'+' | b'-') && after_exponent;
            if !is_part {
                break;
            }
            end += 1;
        }
        let (number, rest) = self.rest.split_at(end);
        let number = crate::javascript::text_to_number(number);
        self.rest = rest;
        (!number.is_nan()).then(|| Json::from(number))
    }

    fn identifier(&mut self) -> Option<&'a str> {
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty() && !name.starts_with(|first: char| first.is_numeric())).then_some(name)
    }
}

fn escaped(characters: &mut std::str::CharIndices<'_>, count: usize) -> Option<char> {
    let mut code = 0;
    for _ in 0..count {
        code = code * 16 + characters.next()?.1.to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_literals_are_read_as_javascript_writes_them() {
        for (text, json) in [
            ("{a:1}", r#"{"a":1}"#),
            ("{ 'a b': [1, .5, 0x10,], \"c\": {d: -1e3,}, }", r#"{"a b":[1,0.5,16],"c":{"d":-1000}}"#),
            ("{a: 'it\\'s', b: \"\\u0041\\n\"}", r#"{"a":"it's","b":"A\n"}"#),
            (
                "{/* note */ a: true, // more\n b: null, c: undefined}",
                r#"{"a":true,"b":null,"c":"undefined"}"#,
            ),
        ] {
            assert_eq!(
                parse_json_or_literal(text).map(|value| value.to_string()).as_deref(),
                Some(json),
                "{text}"
            );
        }
        for text in ["{a:}", "{a:1", "{a:1} b", "a", "{a 1}", "{'a:1}", "[a:1]", "{a: b()}"] {
            assert_eq!(parse_json_or_literal(text), None, "{text}");
        }
        let deep = format!("{}{}", "{a:".repeat(10_000), "1");
        assert_eq!(parse_json_or_literal(&deep), None);
    }
}
