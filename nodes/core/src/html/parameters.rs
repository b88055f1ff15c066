//! The parameters of HTML.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HtmlParameters {
    /// What the node does.
    pub operation: Operation,
    /// The template.
    pub html: String,
    /// The template in its pieces, their expressions resolved.
    pub template: heddle_node::View,
    /// Where the HTML stands.
    pub source_data: SourceData,
    /// The field, or file, with the HTML.
    pub data_property_name: String,
    /// What is taken out of it.
    pub extraction_values: ExtractionValues,
    /// Further settings.
    pub options: HtmlOptions,
}

/// What the node does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// HTML is written from a template.
    #[default]
    GenerateHtmlTemplate,
    /// Values are taken out of HTML.
    ExtractHtmlContent,
    /// All items become one table.
    ConvertToHtmlTable,
}

/// Where the HTML stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SourceData {
    /// In a file.
    Binary,
    /// In a field.
    #[default]
    Json,
}

/// The value of `extractionValues`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExtractionValues {
    /// What is taken out, in order.
    pub values: Vec<ExtractionValue>,
}

/// One value that is taken out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExtractionValue {
    /// The field that gets it.
    pub key: String,
    /// The elements that it is taken from.
    pub css_selector: String,
    /// What of them.
    pub return_value: ReturnValue,
    /// The attribute, where it is one.
    pub attribute: String,
    /// Elements whose text is left out, divided by commas.
    pub skip_selectors: String,
    /// Whether each element gives a value of its own.
    pub return_array: bool,
}

/// What of an element is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReturnValue {
    /// An attribute.
    Attribute,
    /// The HTML in it.
    Html,
    /// Its text.
    #[default]
    Text,
    /// The value of a form field.
    Value,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HtmlOptions {
    /// Whether white space around values goes.
    pub trim_values: bool,
    /// Whether line breaks go, and white space becomes one blank.
    pub clean_up_text: bool,
    /// Whether headers begin with capital letters.
    pub capitalize: bool,
    /// Whether the table has no style of its own.
    pub custom_styling: bool,
    /// The table's caption.
    pub caption: String,
    /// Attributes of the table.
    pub table_attributes: String,
    /// Attributes of its head.
    pub header_attributes: String,
    /// Attributes of its rows.
    pub row_attributes: String,
    /// Attributes of its cells.
    pub cell_attributes: String,
}
