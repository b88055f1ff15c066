//! Request bodies: JSON objects whose unknown keys are ignored and whose known keys must have the right type.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::answer::Refusal;

/// An object being read; the wrong values are collected, so that one answer names them all.
pub(super) struct Fields {
    /// JSON path of the object.
    path: String,
    object: Map<String, Value>,
    errors: Vec<(String, String)>,
}

impl Fields {
    /// The body of a request. Its type must be JSON, any `application/*+json` will do (wts/api.md §1).
    pub(super) fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        if !headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json) {
            let (status, title) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type");
            return Err(Refusal::Problem { status, title, errors: Vec::new() });
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self { path: "$".to_owned(), object, errors: Vec::new() }),
            Ok(_) => Err(Refusal::malformed_field(
                "$",
                "The JSON value could not be converted to an object. Path: $.",
            )),
            Err(error) => Err(Refusal::malformed_field("$", format!("The body is not valid JSON: {error}."))),
        }
    }

    fn take<T>(&mut self, name: &str, kind: &str, read: impl FnOnce(Value) -> Option<T>) -> Option<T> {
        let value = self.object.get_mut(name).map(Value::take).filter(|value| !value.is_null())?;
        let value = read(value);
        if value.is_none() {
            let path = format!("{}.{name}", self.path);
            self.errors.push((
                path.clone(),
                format!("The JSON value could not be converted to {kind}. Path: {path}."),
            ));
        }
        value
    }

    /// Text; an empty one is as good as none.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        });
        text.filter(|text| !text.trim().is_empty())
    }

    pub(super) fn id(&mut self, name: &str) -> Option<Uuid> {
        self.take(name, "a uuid", |value| value.as_str().and_then(|text| Uuid::try_parse(text).ok()))
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.take(name, "a boolean", |value| value.as_bool()).unwrap_or(false)
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, "an object", |value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        })
    }

    /// Reads an object within this one.
    pub(super) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let object = self.object(name)?;
        Some(self.nested(format!("{}.{name}", self.path), object, read))
    }

    /// Reads each object of an array; `None`: there is no array.
    pub(super) fn each<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> T) -> Option<Vec<T>> {
        let rows = self.take(name, "an array", |value| match value {
            Value::Array(rows) => Some(rows),
            _ => None,
        })?;
        let mut values = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let path = format!("{}.{name}[{index}]", self.path);
            match row {
                Value::Object(object) => values.push(self.nested(path, object, &read)),
                _ => {
                    let message =
                        format!("The JSON value could not be converted to an object. Path: {path}.");
                    self.errors.push((path, message));
                }
            }
        }
        Some(values)
    }

    fn nested<T>(
        &mut self,
        path: String,
        object: Map<String, Value>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut fields = Self { path, object, errors: Vec::new() };
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

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
