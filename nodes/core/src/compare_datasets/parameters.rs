//! The parameters of Compare Datasets.

use std::borrow::Cow;

use heddle_node::NodeError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fuzzy::Equality;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CompareDatasetsParameters {
    /// The fields by which items belong together.
    pub merge_by_fields: FieldPairs,
    /// What becomes of items that belong together and differ.
    pub resolve: Resolve,
    /// Whether values of different types may be alike (since version 2).
    pub fuzzy_compare: bool,
    /// Whose item counts, where both are mixed.
    pub prefer_when_mix: Prefer,
    /// Fields of the other one that count all the same, divided by commas.
    pub except_when_mix: String,
    /// Further settings.
    pub options: CompareDatasetsOptions,
}

/// The value of `mergeByFields`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldPairs {
    /// The pairs in order.
    pub values: Vec<FieldPair>,
}

/// A field of each input.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldPair {
    /// The field of the first input.
    pub field1: String,
    /// The field of the second input.
    pub field2: String,
}

/// What becomes of items that differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Resolve {
    /// The item of the first input counts.
    PreferInput1,
    /// The item of the second input counts.
    PreferInput2,
    /// A mixture of both.
    Mix,
    /// Both, side by side.
    #[default]
    IncludeBoth,
}

/// One of the inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Prefer {
    /// The first.
    #[default]
    Input1,
    /// The second.
    Input2,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CompareDatasetsOptions {
    /// Fields that do not count, divided by commas.
    pub skip_fields: String,
    /// Whether values of different types may be alike (version 1).
    pub fuzzy_compare: bool,
    /// Whether a dot in a name is part of the name.
    pub disable_dot_notation: bool,
    /// Whether an item of the first input belongs to the first item that fits, or to all.
    pub multiple_matches: Option<String>,
}

impl CompareDatasetsParameters {
    /// How values are compared.
    pub(super) fn equality(&self, version: f64) -> Equality {
        let is_fuzzy = if version >= 2.0 { self.fuzzy_compare } else { self.options.fuzzy_compare };
        if is_fuzzy { Equality::Fuzzy { null_is_zero: version >= 2.0 } } else { Equality::Strict }
    }

    /// Names of the fields that do not count.
    pub(super) fn skipped(&self) -> Vec<Cow<'_, str>> {
        crate::fields::names(&self.options.skip_fields).map(Cow::Borrowed).collect()
    }

    /// Checks that both fields of each pair are named.
    pub(super) fn check(&self) -> Result<(), NodeError> {
        let pairs = &self.merge_by_fields.values;
        if let [only] = pairs.as_slice()
            && only.field1.is_empty()
            && only.field2.is_empty()
        {
            return Err(NodeError::parameter(
                "mergeByFields",
                "You need to define at least one pair of fields in \"Fields to Match\" to match on",
            ));
        }
        let blank = pairs.iter().position(|pair| pair.field1.is_empty() || pair.field2.is_empty());
        if let Some(index) = blank {
            return Err(NodeError::parameter(
                format!("mergeByFields.values[{index}]"),
                format!("You need to define both fields in \"Fields to Match\" for pair {}", index + 1),
            ));
        }
        let skipped = self.skipped();
        if let Some(name) =
            skipped.iter().find(|name| self.options.disable_dot_notation && name.contains('.'))
        {
            return Err(NodeError::parameter(
                "options.skipFields",
                format!("Dot notation is disabled, but field to skip comparing '{name}' contains dot"),
            ));
        }
        Ok(())
    }
}
