//! Request bodies: JSON objects whose unknown keys are ignored and whose known keys must have the right type.

use std::borrow::Cow;
use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::answer::Refusal;

/// An object being read; the wrong values are collected, so that one answer names them all.
pub(super) struct Fields<'a> {
    /// JSON path of the object.
    path: Cow<'static, str>,
    object: RawObject<'a>,
    errors: Vec<(String, String)>,
}

impl<'a> Fields<'a> {
    /// The body of a request. Its type must be JSON, any `application/*+json` will do (docs/wts-api.md §1).
    pub(super) fn read(headers: &HeaderMap, body: &'a [u8]) -> Result<Self, Refusal> {
        if !headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json) {
            let (status, title) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type");
            return Err(Refusal::Problem { status, title, errors: Vec::new() });
        }
        match serde_json::from_slice(body) {
            Ok(object) => Ok(Self { path: Cow::Borrowed("$"), object, errors: Vec::new() }),
            Err(error) => {
                Err(Refusal::malformed_field("$", format!("The body is not a JSON object: {error}.")))
            }
        }
    }

    /// The value of a key, the last one if the key is repeated. `None`: there is none, or it is null, or it was noted as wrong.
    fn take<T: Deserialize<'a>>(&mut self, name: &str, kind: &str) -> Option<T> {
        let raw = self.object.0.iter().rev().find(|(key, _)| key == name).map(|(_, raw)| raw.get())?;
        match serde_json::from_str::<Option<T>>(raw) {
            Ok(value) => value,
            Err(_) => {
                let path = format!("{}.{name}", self.path);
                self.wrong(path, kind);
                None
            }
        }
    }

    fn wrong(&mut self, path: String, kind: &str) {
        let message = format!("The JSON value could not be converted to {kind}. Path: {path}.");
        self.errors.push((path, message));
    }

    /// Text; an empty one is as good as none.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take::<String>(name, "a string").filter(|text| !text.trim().is_empty())
    }

    pub(super) fn id(&mut self, name: &str) -> Option<Uuid> {
        self.take(name, "a uuid")
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.take(name, "a boolean").unwrap_or(false)
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, "an object")
    }

    /// Reads an object within this one.
    pub(super) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let object = self.take(name, "an object")?;
        Some(self.nested(format!("{}.{name}", self.path), object, read))
    }

    /// Reads each object of an array; `None`: there is no array.
    pub(super) fn each<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> T) -> Option<Vec<T>> {
        let rows: Vec<&RawValue> = self.take(name, "an array")?;
        let mut values = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let path = format!("{}.{name}[{index}]", self.path);
            match serde_json::from_str(row.get()) {
                Ok(object) => values.push(self.nested(path, object, &read)),
                Err(_) => self.wrong(path, "an object"),
            }
        }
        Some(values)
    }

    fn nested<T>(&mut self, path: String, object: RawObject<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut fields = Self { path: Cow::Owned(path), object, errors: Vec::new() };
        let value = read(&mut fields);
        self.errors.append(&mut fields.errors);
        value
    }

    /// Notes a missing field.
    pub(super) fn required(&mut self, name: &str) {
        self.errors.push((name.to_owned(), format!("The {name} field is required.")));
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Refuses if any value was wrong.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::malformed(self.errors)) }
    }
}

/// The keys of an object and the text of their values: nothing is copied, and what is not known is not read.
struct RawObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = RawObject<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut entries = Vec::with_capacity(8);
                while let Some((Key(key), value)) = map.next_entry()? {
                    entries.push((key, value));
                }
                Ok(RawObject(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// A key, borrowed unless it holds escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
