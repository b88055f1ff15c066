//! The `x-` extensions of a field's schema.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::SchemaError;
use crate::description::Value as DescriptionValue;
use heddle_data::{Json, JsonObject};

/// Extensions that become a key of `typeOptions`, which the rest of their name says.
const TYPE_OPTIONS: [&str; 9] = [
    "x-loadOptionsMethod",
    "x-loadOptionsDependsOn",
    "x-password",
    "x-rows",
    "x-multipleValues",
    "x-multipleValueButtonText",
    "x-minValue",
    "x-maxValue",
    "x-numberPrecision",
];

/// All other extensions of a field.
const FIELD_EXTENSIONS: [&str; 16] = [
    "x-type",
    "x-displayOptions",
    "x-required",
    "x-placeholder",
    "x-noDataExpression",
    "x-hint",
    "x-options",
    "x-default",
    "x-typeOptions",
    "x-validateType",
    "x-ignoreValidationDuringExecution",
    "x-modes",
    "x-extractValue",
    "x-displayName",
    "x-description",
    "x-selectors",
];

/// The extensions of one schema.
#[derive(Clone, Copy)]
pub(super) struct Extensions<'a> {
    schema: &'a Map<String, Value>,
    pointer: &'a str,
}

impl<'a> Extensions<'a> {
    pub(super) fn of(schema: &'a Map<String, Value>, pointer: &'a str) -> Self {
        Self { schema, pointer }
    }

    /// Refuses extensions that nobody reads, which are misspelt ones.
    pub(super) fn check_names(&self) -> Result<(), SchemaError> {
        for key in self.schema.keys().filter(|key| key.starts_with("x-")) {
            if !TYPE_OPTIONS.contains(&key.as_str()) && !FIELD_EXTENSIONS.contains(&key.as_str()) {
                return Err(SchemaError::new(self.pointer, format!("there is no extension \"{key}\"")));
            }
        }
        Ok(())
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.schema.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, SchemaError> {
        self.read(key, "a text")
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, SchemaError> {
        Ok(self.read(key, "true or false")?.unwrap_or_default())
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        key: &str,
        expected: &str,
    ) -> Result<Option<T>, SchemaError> {
        self.value(key)
            .map(|value| {
                T::deserialize(value).map_err(|error| {
                    SchemaError::new(self.pointer, format!("\"{key}\" must be {expected}: {error}"))
                })
            })
            .transpose()
    }

    /// A part of a description. A key that it does not know is a misspelt one.
    pub(super) fn read_model<T: DescriptionValue>(
        &self,
        key: &str,
        expected: &str,
    ) -> Result<Option<T>, SchemaError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let error =
            |more: String| SchemaError::new(self.pointer, format!("\"{key}\" must be {expected}{more}"));
        let read = T::read(&Json::from(value.clone())).ok_or_else(|| error(String::new()))?;
        let mut unread = None;
        read.find_unread("", &mut |pointer| unread = unread.take().or(Some(pointer)));
        match unread {
            Some(pointer) => Err(error(format!(": {pointer} is not known, or has a value of another type"))),
            None => Ok(Some(read)),
        }
    }

    /// `typeOptions`: `x-typeOptions` and the extensions that are short for a part of it.
    pub(super) fn type_options(&self) -> Result<JsonObject, SchemaError> {
        let mut options = JsonObject::new();
        for key in TYPE_OPTIONS {
            if let (Some(value), Some(name)) = (self.value(key), key.strip_prefix("x-")) {
                options.insert(name, Json::from(value.clone()));
            }
        }
        if let Some(more) = self.value("x-typeOptions") {
            let more = more
                .as_object()
                .ok_or_else(|| SchemaError::new(self.pointer, "\"x-typeOptions\" must be an object"))?;
            for (name, value) in more {
                options.insert(name, Json::from(value.clone()));
            }
        }
        Ok(options)
    }
}
