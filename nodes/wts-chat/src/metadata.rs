//! Metadata: the rows of the form, folded into the object that the API takes.

use std::borrow::Cow;
use std::collections::HashMap;

use heddle_node::{Json, NodeError};
use serde::{Serialize, Serializer};

use crate::parameters::MetadataRow;

/// Keys with their texts, each key once.
pub(crate) struct Metadata<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// One metadata list of the form.
pub(crate) struct MetadataList<'a> {
    /// Label in the form.
    pub(crate) label: &'static str,
    /// Path of the rows, without index.
    pub(crate) path: &'static str,
    /// The rows.
    pub(crate) rows: &'a [MetadataRow],
}

impl<'a> MetadataList<'a> {
    /// Folds the rows; of a repeated key the last value wins. `None` when there is no row.
    ///
    /// # Errors
    /// When a row has no key, or a value that is not a text; the error names the row.
    pub(crate) fn fold(&self) -> Result<Option<Metadata<'a>>, NodeError> {
        let mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(self.rows.len());
        let mut positions: HashMap<&'a str, usize> = HashMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            let key = self.read(index, "key", &row.key)?;
            if key.trim().is_empty() {
                return Err(self
                    .error(index, "key", "the key is empty")
                    .with_description("Fill in the key of this row, or remove the row."));
            }
            let value = self.read(index, "value", &row.value)?;
            let position = match row.key.as_str() {
                Some(key) => positions.get(key).copied(),
                None => pairs.iter().position(|(other, _)| *other == key),
            };
            match position {
                Some(position) => pairs[position].1 = value,
                None => {
                    if let Some(key) = row.key.as_str() {
                        positions.insert(key, pairs.len());
                    }
                    pairs.push((key, value));
                }
            }
        }
        Ok((!pairs.is_empty()).then_some(Metadata(pairs)))
    }

    /// The text of a key or value; nothing at all is the empty text.
    fn read(&self, index: usize, field: &str, value: &'a Json) -> Result<Cow<'a, str>, NodeError> {
        if let Some(text) = value.as_str() {
            return Ok(Cow::Borrowed(text));
        }
        if value.is_null() {
            return Ok(Cow::Borrowed(""));
        }
        if value.is_number() || value.is_bool() {
            return Ok(Cow::Owned(value.to_string()));
        }
        let kind = if value.is_array() { "a list" } else { "an object" };
        Err(self.error(index, field, &format!("the {field} is {kind}, and it must be a text")).with_description(
            format!(
                "Give one text, number or boolean as the {field}. To pass the whole of it, turn it into text: {{{{ JSON.stringify(…) }}}}."
            ),
        ))
    }

    fn error(&self, index: usize, field: &str, problem: &str) -> NodeError {
        NodeError::parameter(
            format!("{}[{index}].{field}", self.path),
            format!("{}, row {}: {problem}", self.label, index + 1),
        )
    }
}
