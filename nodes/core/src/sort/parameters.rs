//! The parameters of Sort.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The code of a new node.
const NEW_CODE: &str = "// The two items to compare are in the variables a and b\n\t// Access the fields in a.json and b.json\n\t// Return -1 if a should go before b\n\t// Return 1 if b should go before a\n\t// Return 0 if there's no difference\n\n\tfieldName = 'myField';\n\n\tif (a.json[fieldName] < b.json[fieldName]) {\n\treturn -1;\n\t}\n\tif (a.json[fieldName] > b.json[fieldName]) {\n\treturn 1;\n\t}\n\treturn 0;";

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SortParameters {
    /// What the order follows.
    #[schemars(title = "Type")]
    #[serde(rename = "type")]
    pub kind: SortType,
    /// The fields that the order follows; the second counts among items that are alike in the first, and so on.
    #[schemars(
        title = "Fields To Sort By",
        extend(
            "x-type" = "fixedCollection",
            "x-placeholder" = "Add Field To Sort By",
            "x-displayOptions" = { "show": { "type": ["simple"] } }
        )
    )]
    pub sort_fields_ui: SortFields,
    /// JavaScript that compares the items `a` and `b`.
    #[schemars(
        title = "Code",
        extend(
            "x-typeOptions" = { "alwaysOpenEditWindow": true, "editor": "jsEditor", "rows": 10 },
            "x-displayOptions" = { "show": { "type": ["code"] } }
        )
    )]
    pub code: String,
    /// Further settings.
    #[schemars(
        title = "Options",
        extend(
            "x-type" = "collection",
            "x-placeholder" = "Add Field",
            "x-displayOptions" = { "show": { "type": ["simple"] } }
        )
    )]
    pub options: SortOptions,
}

/// What the order follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortType {
    /// Fields of the items.
    #[default]
    #[schemars(title = "Simple")]
    Simple,
    /// Chance.
    #[schemars(title = "Random")]
    Random,
    /// JavaScript.
    #[schemars(title = "Code")]
    Code,
}

/// The value of `sortFieldsUi`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SortFields {
    /// The fields in order.
    #[schemars(title = "Field")]
    pub sort_field: Vec<SortField>,
}

/// One field that the order follows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SortField {
    /// Name of the field, or a path such as `customer.name`.
    #[schemars(title = "Field Name", extend("x-required" = true, "x-placeholder" = "e.g. id"))]
    pub field_name: String,
    /// What comes first.
    #[schemars(title = "Order")]
    pub order: Direction,
}

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// The least.
    #[default]
    #[schemars(title = "Ascending")]
    Ascending,
    /// The greatest.
    #[schemars(title = "Descending")]
    Descending,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SortOptions {
    /// Whether a dot in a name is part of the name. When off, "a.b" is the field "b" of the object "a".
    #[schemars(title = "Disable Dot Notation")]
    pub disable_dot_notation: bool,
}

impl Default for SortParameters {
    fn default() -> Self {
        Self {
            kind: SortType::default(),
            sort_fields_ui: SortFields::default(),
            code: NEW_CODE.to_owned(),
            options: SortOptions::default(),
        }
    }
}
