//! The parameters of Remove Duplicates.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RemoveDuplicatesParameters {
    /// What the node does (version 2).
    pub operation: Operation,
    /// Which fields tell whether items are alike.
    pub compare: Compare,
    /// Names of the fields that do not count, divided by commas.
    pub fields_to_exclude: String,
    /// Names of the fields that count, divided by commas.
    pub fields_to_compare: String,
    /// How items of earlier runs are known again.
    pub logic: String,
    /// The value by which they are.
    pub dedupe_value: String,
    /// The ascending value by which they are.
    #[schemars(extend("x-type" = "number"))]
    pub incremental_dedupe_value: Json,
    /// The date by which they are.
    pub date_dedupe_value: String,
    /// What is done to what is known of earlier runs.
    pub mode: String,
    /// Further settings.
    pub options: RemoveDuplicatesOptions,
}

/// What the node does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// Drops items that are like one before.
    #[default]
    RemoveDuplicateInputItems,
    /// Drops items that were there in an earlier run.
    RemoveItemsSeenInPreviousExecutions,
    /// Forgets earlier runs.
    ClearDeduplicationHistory,
}

/// Which fields tell whether items are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Compare {
    /// All.
    #[default]
    AllFields,
    /// All but some.
    AllFieldsExcept,
    /// Some.
    SelectedFields,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RemoveDuplicatesOptions {
    /// Whether a dot in a name is part of the name.
    pub disable_dot_notation: bool,
    /// Whether fields that do not count are taken away.
    pub remove_other_fields: bool,
    /// Who shares what is known of earlier runs.
    pub scope: Option<String>,
    /// How many values of earlier runs are kept.
    pub history_size: Option<f64>,
}
