//! The parameters of Set.

use std::sync::LazyLock;

use heddle_node::{Assignments, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SetParameters {
    /// Whether the fields are listed one by one or written as JSON.
    #[schemars(title = "Mode", extend("x-noDataExpression" = true))]
    pub mode: Mode,
    /// Whether each item is repeated. Only test runs from an editor do this; a run from the command line, a trigger or
    /// the server ignores it.
    #[schemars(title = "Duplicate Item")]
    pub duplicate_item: bool,
    /// How many copies of each item a test run adds.
    #[schemars(
        title = "Duplicate Item Count",
        extend("x-minValue" = 0, "x-displayOptions" = { "show": { "duplicateItem": [true] } })
    )]
    pub duplicate_count: f64,
    /// The fields as a JSON object. Expressions may be inside.
    #[schemars(
        title = "JSON",
        extend(
            "x-type" = "json",
            "x-rows" = 5,
            "x-validateType" = "object",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "mode": ["raw"] } }
        )
    )]
    pub json_output: JsonOutput,
    /// The fields to set, in the shape of versions before 3.3.
    #[schemars(
        title = "Fields to Set",
        extend(
            "x-type" = "fixedCollection",
            "x-placeholder" = "Add Field",
            "x-typeOptions" = { "sortable": true },
            "x-displayOptions" = { "show": { "@version": [3, 3.1, 3.2], "mode": ["manual"] } }
        )
    )]
    pub fields: Fields,
    /// The fields to set.
    #[schemars(
        title = "Fields to Set",
        extend(
            "x-type" = "assignmentCollection",
            "x-default" = {},
            "x-displayOptions" = { "hide": { "@version": [3, 3.1, 3.2] }, "show": { "mode": ["manual"] } }
        )
    )]
    pub assignments: Assignments,
    /// Which fields of the input item are kept.
    #[schemars(
        title = "Include in Output",
        extend("x-displayOptions" = { "show": { "@version": [3, 3.1, 3.2] } })
    )]
    pub include: Include,
    /// Whether fields of the input item are kept beside those that are set.
    #[schemars(
        title = "Include Other Input Fields",
        extend("x-displayOptions" = { "hide": { "@version": [3, 3.1, 3.2] } })
    )]
    pub include_other_fields: bool,
    /// Names of the input fields to keep, divided by commas.
    #[schemars(
        title = "Fields to Include",
        extend(
            "x-placeholder" = "e.g. name,address.city",
            "x-displayOptions" = { "show": { "include": ["selected"], "@version": [3, 3.1, 3.2] } }
        )
    )]
    pub include_fields: String,
    /// Names of the input fields to leave out, divided by commas.
    #[schemars(
        title = "Fields to Exclude",
        extend(
            "x-placeholder" = "e.g. password,address.street",
            "x-displayOptions" = { "show": { "include": ["except"], "@version": [3, 3.1, 3.2] } }
        )
    )]
    pub exclude_fields: String,
    /// Further settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
    pub options: SetOptions,
}

/// How the fields are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// List the fields one by one.
    #[default]
    #[schemars(title = "Manual Mapping", extend("x-action" = "List the fields one by one"))]
    Manual,
    /// Write the fields as a JSON object.
    #[schemars(title = "JSON", extend("x-action" = "Write the fields as a JSON object"))]
    Raw,
}

/// Which fields of the input item are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Include {
    /// Keep all fields that are not set anew.
    #[default]
    #[schemars(title = "All Input Fields")]
    All,
    /// Keep only the fields that are set.
    #[schemars(title = "No Input Fields")]
    None,
    /// Keep the fields that are listed.
    #[schemars(title = "Selected Input Fields")]
    Selected,
    /// Keep all fields but those that are listed.
    #[schemars(title = "All Input Fields Except")]
    Except,
}

/// The value of `jsonOutput`: an object, or the text of one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct JsonOutput(pub Json);

/// The value of `fields`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Fields {
    /// The fields in order.
    #[schemars(title = "Values")]
    pub values: Vec<FieldRow>,
}

/// One field to set, in the shape of versions before 3.3: a value for each type, of which `type` names one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldRow {
    /// Name of the field, or a path such as `person.names[0]`.
    #[schemars(title = "Name", extend("x-placeholder" = "e.g. fieldName"))]
    pub name: String,
    /// Type of the value.
    #[schemars(title = "Type")]
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The text.
    #[schemars(
        title = "Value",
        extend(
            "x-type" = "string",
            "x-validateType" = "string",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "type": ["stringValue"] } }
        )
    )]
    pub string_value: Json,
    /// The number.
    #[schemars(
        title = "Value",
        extend(
            "x-type" = "string",
            "x-validateType" = "number",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "type": ["numberValue"] } }
        )
    )]
    pub number_value: Json,
    /// The boolean.
    #[schemars(
        title = "Value",
        extend(
            "x-type" = "options",
            "x-options" = [{ "name": "True", "value": "true" }, { "name": "False", "value": "false" }],
            "x-validateType" = "boolean",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "type": ["booleanValue"] } }
        )
    )]
    pub boolean_value: Json,
    /// The array, or its JSON.
    #[schemars(
        title = "Value",
        extend(
            "x-type" = "string",
            "x-placeholder" = "e.g. [1, 2, 3]",
            "x-validateType" = "array",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "type": ["arrayValue"] } }
        )
    )]
    pub array_value: Json,
    /// The object, or its JSON.
    #[schemars(
        title = "Value",
        extend(
            "x-type" = "json",
            "x-rows" = 2,
            "x-validateType" = "object",
            "x-ignoreValidationDuringExecution" = true,
            "x-displayOptions" = { "show": { "type": ["objectValue"] } }
        )
    )]
    pub object_value: Json,
}

/// Types of a [`FieldRow`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FieldType {
    /// A text.
    #[default]
    #[schemars(title = "String")]
    StringValue,
    /// A number.
    #[schemars(title = "Number")]
    NumberValue,
    /// True or false.
    #[schemars(title = "Boolean")]
    BooleanValue,
    /// A list.
    #[schemars(title = "Array")]
    ArrayValue,
    /// An object.
    #[schemars(title = "Object")]
    ObjectValue,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SetOptions {
    /// Whether the files of the input item are kept.
    #[schemars(
        title = "Include Binary File",
        extend("x-default" = true, "x-displayOptions" = { "hide": { "@version": [{ "_cnd": { "gte": 3.4 } }] } })
    )]
    pub include_binary: Option<bool>,
    /// Whether the files of the input item are left out although its other fields are kept.
    #[schemars(
        title = "Strip Binary Data",
        extend(
            "x-default" = true,
            "x-displayOptions" = {
                "show": { "@version": [{ "_cnd": { "gte": 3.4 } }], "/includeOtherFields": [true] }
            }
        )
    )]
    pub strip_binary: Option<bool>,
    /// Whether a value that cannot be brought to the type of its field is kept as it is, and is not an error.
    #[schemars(
        title = "Ignore Type Conversion Errors",
        extend("x-default" = false, "x-displayOptions" = { "show": { "/mode": ["manual"] } })
    )]
    pub ignore_conversion_errors: Option<bool>,
    /// Whether a dot in a name leads into an object: "a.b" is the field "b" of the object "a". When off, it is the field
    /// "a.b".
    #[schemars(title = "Support Dot Notation", extend("x-default" = true))]
    pub dot_notation: Option<bool>,
}

/// Made once: serde asks for the default with every item.
static NEW_JSON: LazyLock<Json> =
    LazyLock::new(|| Json::from("{\n  \"my_field_1\": \"value\",\n  \"my_field_2\": 1\n}\n"));

impl Default for JsonOutput {
    fn default() -> Self {
        Self(NEW_JSON.clone())
    }
}

impl Default for FieldRow {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: FieldType::default(),
            string_value: Json::from(""),
            number_value: Json::from(""),
            boolean_value: Json::from("true"),
            array_value: Json::from(""),
            object_value: Json::from("={}"),
        }
    }
}
