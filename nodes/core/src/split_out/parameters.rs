//! The parameters of Split Out.

use heddle_node::{NodeError, StoredParameters, StoredProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fields;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SplitOutParameters {
    /// Names of the fields with the lists, divided by commas. `$binary` stands for the item's files.
    #[schemars(
        title = "Fields To Split Out",
        extend(
            "x-required" = true,
            "x-placeholder" = "e.g. orders, customer.addresses",
            "x-hint" = "$binary makes an item of every file"
        )
    )]
    pub field_to_split_out: String,
    /// Which other fields of the item each new item gets.
    #[schemars(title = "Include")]
    pub include: Include,
    /// Names of the other fields that each new item gets, divided by commas.
    #[schemars(
        title = "Fields To Include",
        extend(
            "x-placeholder" = "e.g. email, name",
            "x-displayOptions" = { "show": { "include": ["selectedOtherFields"] } }
        )
    )]
    pub fields_to_include: String,
    /// Further settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add Field"))]
    pub options: SplitOutOptions,
}

/// Which other fields of the item each new item gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Include {
    /// None.
    #[default]
    #[schemars(title = "No Other Fields")]
    NoOtherFields,
    /// All but those that are split out.
    #[schemars(title = "All Other Fields")]
    AllOtherFields,
    /// Those that are listed.
    #[schemars(title = "Selected Other Fields")]
    SelectedOtherFields,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SplitOutOptions {
    /// Whether a dot in a name is part of the name. When off, "a.b" is the field "b" of the object "a".
    #[schemars(title = "Disable Dot Notation")]
    pub disable_dot_notation: bool,
    /// The field that gets the element; for several lists as many names, divided by commas.
    #[schemars(title = "Destination Field Name")]
    pub destination_field_name: String,
    /// Whether each new item gets the files of its item.
    #[schemars(title = "Include Binary")]
    pub include_binary: bool,
}

impl SplitOutParameters {
    /// Names of the fields to split. One that was written as in an expression is the same field.
    pub(super) fn fields(&self) -> Vec<&str> {
        fields::names(&self.field_to_split_out)
            .map(|name| name.strip_prefix("$json.").unwrap_or(name))
            .collect()
    }

    /// Names of the fields that get the elements.
    pub(super) fn destinations(&self) -> Vec<&str> {
        fields::names(&self.options.destination_field_name).collect()
    }

    /// Checks that the lists fit together.
    pub(super) fn check(&self) -> Result<(), NodeError> {
        let (names, destinations) = (self.fields().len(), self.destinations().len());
        if destinations == 0 || destinations == names {
            return Ok(());
        }
        Err(NodeError::parameter(
            "options.destinationFieldName",
            "If multiple fields to split out are given, the same number of destination fields must be given",
        ))
    }
}

/// What is wrong with constant lists.
pub(super) fn check(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let text = |pointer| {
        let value = stored.values.pointer(pointer)?.as_str()?;
        (!value.starts_with('=')).then(|| value.to_owned())
    };
    let mut problems = Vec::new();
    if let (Some(field_to_split_out), Some(destination_field_name)) =
        (text("/fieldToSplitOut"), text("/options/destinationFieldName"))
    {
        let options = SplitOutOptions { destination_field_name, ..SplitOutOptions::default() };
        let parameters = SplitOutParameters { field_to_split_out, options, ..SplitOutParameters::default() };
        problems.extend(parameters.check().err().map(StoredProblem::from));
    }
    if stored.constant_text("include") == Some("selectedOtherFields")
        && stored.constant_text("fieldsToInclude").is_some_and(|names| fields::names(names).next().is_none())
    {
        problems.push(
            NodeError::parameter("fieldsToInclude", "No fields specified")
                .with_description("Please add a field to include")
                .into(),
        );
    }
    problems
}
