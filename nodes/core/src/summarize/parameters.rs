//! The parameters of Summarize.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SummarizeParameters {
    /// What is computed.
    pub fields_to_summarize: FieldsToSummarize,
    /// Names of the fields whose values tell the groups, divided by commas.
    pub fields_to_split_by: String,
    /// Further settings.
    pub options: SummarizeOptions,
}

/// The value of `fieldsToSummarize`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldsToSummarize {
    /// What is computed, in order.
    pub values: Vec<Summary>,
}

/// One value that is computed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    /// How.
    pub aggregation: Aggregation,
    /// Of which field.
    pub field: String,
    /// Whether values that are missing, null or an empty text count.
    pub include_empty: bool,
    /// What stands between texts: the separator itself, or `other`.
    pub separate_by: String,
    /// The separator where `separateBy` is `other`.
    pub custom_separator: String,
}

/// How a value is computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Aggregation {
    /// A list of the values.
    Append,
    /// The mean of the numbers.
    Average,
    /// The values as one text.
    Concatenate,
    /// How many there are.
    #[default]
    Count,
    /// How many different ones there are.
    CountUnique,
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// The sum of the numbers.
    Sum,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SummarizeOptions {
    /// Whether a field that no item has is not an error (version 1; later it never is).
    pub continue_if_field_not_found: bool,
    /// Whether a dot in a name is part of the name.
    pub disable_dot_notation: bool,
    /// An item for each group, or one for all.
    pub output_format: OutputFormat,
    /// Whether items without a value to group by are left out.
    pub skip_empty_split_fields: bool,
}

/// An item for each group, or one for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutputFormat {
    /// An item for each group.
    #[default]
    SeparateItems,
    /// One item, with an object for each group.
    SingleItem,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            aggregation: Aggregation::default(),
            field: String::new(),
            include_empty: false,
            separate_by: ",".to_owned(),
            custom_separator: String::new(),
        }
    }
}

impl Summary {
    /// The field that the value gets, such as `sum_price`.
    pub(super) fn output_name(&self) -> String {
        let prefix = match self.aggregation {
            Aggregation::Append => "appended_",
            Aggregation::Average => "average_",
            Aggregation::Concatenate => "concatenated_",
            Aggregation::Count => "count_",
            Aggregation::CountUnique => "unique_count_",
            Aggregation::Max => "max_",
            Aggregation::Min => "min_",
            Aggregation::Sum => "sum_",
        };
        plain_name(&format!("{prefix}{}", self.field))
    }

    /// What stands between texts.
    pub(super) fn separator(&self) -> &str {
        if self.separate_by == "other" { &self.custom_separator } else { &self.separate_by }
    }
}

/// The name of a field as a plain key: brackets and quotation marks go, blanks and dots become underscores.
pub(super) fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|character| !matches!(character, '[' | ']' | '"'));
    kept.map(|character| if matches!(character, ' ' | '.') { '_' } else { character }).collect()
}

/// Whether a value counts as none.
pub(super) fn is_empty(value: Option<&Json>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str() == Some(""))
}
