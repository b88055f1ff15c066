//! The parameters of Aggregate.

use std::collections::HashSet;

use heddle_node::{NodeError, StoredParameters, StoredProblem, from_json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AggregateParameters {
    /// What is gathered.
    #[schemars(title = "Aggregate")]
    pub aggregate: What,
    /// The fields whose values are gathered.
    #[schemars(
        title = "Fields To Aggregate",
        extend(
            "x-type" = "fixedCollection",
            "x-default" = { "fieldToAggregate": [{ "fieldToAggregate": "", "renameField": false }] },
            "x-placeholder" = "Add Field To Aggregate",
            "x-displayOptions" = { "show": { "aggregate": ["aggregateIndividualFields"] } }
        )
    )]
    pub fields_to_aggregate: FieldsToAggregate,
    /// The field that gets the list of all items.
    #[schemars(
        title = "Put Output in Field",
        extend("x-displayOptions" = { "show": { "aggregate": ["aggregateAllItemData"] } })
    )]
    pub destination_field_name: String,
    /// Which fields of the items are in the list.
    #[schemars(
        title = "Include",
        extend("x-displayOptions" = { "show": { "aggregate": ["aggregateAllItemData"] } })
    )]
    pub include: Include,
    /// Names of the fields that are left out, divided by commas.
    #[schemars(
        title = "Fields To Exclude",
        extend(
            "x-placeholder" = "e.g. email, name",
            "x-displayOptions" = {
                "show": { "aggregate": ["aggregateAllItemData"], "include": ["allFieldsExcept"] }
            }
        )
    )]
    pub fields_to_exclude: String,
    /// Names of the fields that are kept, divided by commas.
    #[schemars(
        title = "Fields To Include",
        extend(
            "x-placeholder" = "e.g. email, name",
            "x-displayOptions" = {
                "show": { "aggregate": ["aggregateAllItemData"], "include": ["specifiedFields"] }
            }
        )
    )]
    pub fields_to_include: String,
    /// Further settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add Field"))]
    pub options: AggregateOptions,
}

/// What is gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// The values of some fields, a list for each.
    #[default]
    #[schemars(title = "Individual Fields")]
    AggregateIndividualFields,
    /// The items, in one list.
    #[schemars(title = "All Item Data (Into a Single List)")]
    AggregateAllItemData,
}

/// Which fields of the items are in the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Include {
    /// All.
    #[default]
    #[schemars(title = "All Fields")]
    AllFields,
    /// Those that are listed.
    #[schemars(title = "Specified Fields")]
    SpecifiedFields,
    /// All but those that are listed.
    #[schemars(title = "All Fields Except")]
    AllFieldsExcept,
}

/// The value of `fieldsToAggregate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldsToAggregate {
    /// The fields in order.
    #[schemars(title = "Field")]
    pub field_to_aggregate: Vec<FieldToAggregate>,
}

/// One field whose values are gathered.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldToAggregate {
    /// Name of the field, or a path such as `customer.name`.
    #[schemars(title = "Input Field Name", extend("x-placeholder" = "e.g. id"))]
    pub field_to_aggregate: String,
    /// Whether the list gets another name than the field.
    #[schemars(title = "Rename Field")]
    pub rename_field: bool,
    /// Name of the list; when blank, that of the field.
    #[schemars(
        title = "Output Field Name",
        extend("x-displayOptions" = { "show": { "renameField": [true] } })
    )]
    pub output_field_name: String,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AggregateOptions {
    /// Whether a dot in a name is part of the name. When off, "a.b" is the field "b" of the object "a".
    #[schemars(
        title = "Disable Dot Notation",
        extend("x-displayOptions" = { "hide": { "/aggregate": ["aggregateAllItemData"] } })
    )]
    pub disable_dot_notation: bool,
    /// Whether the elements of values that are lists are gathered, and not the lists.
    #[schemars(
        title = "Merge Lists",
        extend("x-displayOptions" = { "hide": { "/aggregate": ["aggregateAllItemData"] } })
    )]
    pub merge_lists: bool,
    /// Whether the new item gets the files of the items.
    #[schemars(title = "Include Binaries")]
    pub include_binaries: bool,
    /// Whether files of the same media type, kind, size and extension count as one.
    #[schemars(
        title = "Keep Only Unique Binaries",
        extend("x-displayOptions" = { "show": { "includeBinaries": [true] } })
    )]
    pub keep_only_unique: bool,
    /// Whether null stands in the list for a value that is null or missing.
    #[schemars(
        title = "Keep Missing And Null Values",
        extend("x-displayOptions" = { "hide": { "/aggregate": ["aggregateAllItemData"] } })
    )]
    pub keep_missing: bool,
}

impl Default for AggregateParameters {
    fn default() -> Self {
        Self {
            aggregate: What::default(),
            fields_to_aggregate: FieldsToAggregate::default(),
            destination_field_name: "data".to_owned(),
            include: Include::default(),
            fields_to_exclude: String::new(),
            fields_to_include: String::new(),
            options: AggregateOptions::default(),
        }
    }
}

impl FieldToAggregate {
    /// Name of the list, which may be a path. Of a field by path it is the last key.
    pub(super) fn output_name(&self, dots: bool) -> &str {
        if !self.output_field_name.is_empty() {
            return &self.output_field_name;
        }
        let name = self.field_to_aggregate.as_str();
        if dots { name.rsplit('.').next().unwrap_or(name) } else { name }
    }

    /// The name that no two rows may share.
    fn own_name(&self) -> &str {
        if self.rename_field { &self.output_field_name } else { &self.field_to_aggregate }
    }
}

/// Checks that there are fields, each with a name of its own.
pub(super) fn check_rows(rows: &[FieldToAggregate]) -> Result<(), NodeError> {
    if rows.is_empty() {
        return Err(NodeError::parameter("fieldsToAggregate", "No fields specified")
            .with_description("Please add a field to aggregate"));
    }
    let mut names = HashSet::new();
    for (index, row) in rows.iter().enumerate() {
        let name = row.own_name();
        if !names.insert(name) {
            let place = format!("fieldsToAggregate.fieldToAggregate[{index}]");
            return Err(NodeError::parameter(
                place,
                format!("The '{name}' output field is used more than once"),
            )
            .with_description("Please make sure each output field name is unique"));
        }
    }
    Ok(())
}

/// What is wrong with constant rows.
pub(super) fn check(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let individual = stored.constant_text("aggregate") == Some("aggregateIndividualFields");
    let rows = stored.constant("fieldsToAggregate").filter(|_| individual);
    let rows = rows.and_then(|rows| from_json::<FieldsToAggregate>(rows).ok());
    let error = rows.and_then(|rows| check_rows(&rows.field_to_aggregate).err());
    error.map(StoredProblem::from).into_iter().collect()
}
