//! Parameters that a node looks up for each item: their types have a form of their own, and reading them whole for every
//! item would cost more than what the node does with them.

use std::borrow::Cow;

use heddle_data::View;
use heddle_data::javascript::to_text;
use heddle_data::json::KeyPlace;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::context::ItemContext;
use crate::error::NodeError;
use crate::json::Json;

/// Where the parts of an assignment stand.
static NAME: KeyPlace = KeyPlace::new();
static TYPE: KeyPlace = KeyPlace::new();
static VALUE: KeyPlace = KeyPlace::new();

/// Conditions that an item meets or not: a form field of the kind `filter` (`docs/parameters.md §13`).
///
/// ```
/// use heddle_node::{Filter, ItemContext, ItemOutput, NodeError};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Default, Serialize, Deserialize, JsonSchema)]
/// #[serde(default)]
/// struct Parameters {
///     /// The conditions that an item must meet.
///     #[schemars(title = "Conditions")]
///     conditions: Filter,
/// }
///
/// fn execute(parameters: &Parameters, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
///     let output = usize::from(!parameters.conditions.matches(context)?);
///     Ok(ItemOutput::to(output, context.item.clone()))
/// }
/// # let _ = execute;
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter(View);

impl Filter {
    /// Whether the item meets the conditions.
    ///
    /// # Errors
    /// When two values cannot be compared.
    pub fn matches(&self, context: &ItemContext<'_>) -> Result<bool, NodeError> {
        context.services.matches_filter(context.value(&self.0), context.index)
    }
}

impl JsonSchema for Filter {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Filter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "x-type": "filter",
            "x-default": {},
            "properties": {
                "combinator": { "description": "Whether all conditions must hold, `and`, or one of them, `or`." },
                "conditions": {
                    "description": "The conditions in order.",
                    "items": { "type": "object", "properties": {
                        "leftValue": { "description": "The value that is looked at." },
                        "operator": {
                            "description": "The type of the values, and how they are compared.",
                            "properties": { "type": true, "operation": true, "singleValue": true }
                        },
                        "rightValue": { "description": "What it is compared with." }
                    } }
                },
                "options": {
                    "description": "How texts and types are compared.",
                    "properties": { "caseSensitive": true, "leftValue": true, "typeValidation": true, "version": true }
                }
            }
        })
    }
}

/// Fields to set: a form field of the kind `assignmentCollection` (`docs/parameters.md §14`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Assignments(View);

impl Assignments {
    /// The item's fields to set, in order; [`Assignment::new`] reads each of them.
    ///
    /// # Errors
    /// When an expression gave something else than a list.
    pub fn rows<'p>(&'p self, context: &ItemContext<'p>) -> Result<&'p [Json], NodeError> {
        Self::rows_of(context.value(&self.0))
    }

    /// The fields of a value that is none of the item's parameters.
    ///
    /// # Errors
    /// As [`Assignments::rows`].
    pub fn rows_of(value: &Json) -> Result<&[Json], NodeError> {
        match value.get("assignments") {
            None => Ok(&[]),
            Some(list) if list.is_null() => Ok(&[]),
            Some(list) => list.as_array().ok_or_else(|| {
                NodeError::parameter("assignments.assignments", "The fields to set are not a list")
                    .with_description("Give a list of objects with name, value and type.")
            }),
        }
    }
}

/// One field to set.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a>(&'a Json);

impl<'a> Assignment<'a> {
    /// A row of [`Assignments::rows`], whatever it is.
    #[inline]
    pub fn new(row: &'a Json) -> Self {
        Self(row)
    }

    /// Its name or path: JavaScript's text of what stands there.
    #[inline]
    pub fn name(self) -> Cow<'a, str> {
        self.part("name", &NAME).map_or(Cow::Borrowed("undefined"), to_text)
    }

    /// What the value is brought to: string, number, boolean, array, object or binary; empty where nothing is said.
    #[inline]
    pub fn kind(self) -> &'a str {
        self.part("type", &TYPE).and_then(Json::as_str).unwrap_or_default()
    }

    /// Its value; `None` where an expression gave nothing.
    #[inline]
    pub fn value(self) -> Option<&'a Json> {
        self.part("value", &VALUE)
    }

    #[inline]
    fn part(self, key: &str, place: &KeyPlace) -> Option<&'a Json> {
        self.0.as_object().and_then(|assignment| assignment.get_at(key, place))
    }
}

impl JsonSchema for Assignments {
    fn schema_name() -> Cow<'static, str> {
        "Assignments".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        form::Assignments::json_schema(generator)
    }
}

/// What the values look like, for their schemas.
mod form {
    use schemars::JsonSchema;
    use serde::Serialize;

    use crate::json::Json;

    /// The value of an `assignmentCollection` (`docs/parameters.md §14`).
    #[derive(Default, Serialize, JsonSchema)]
    #[serde(default)]
    pub(super) struct Assignments {
        /// The fields in order.
        pub(super) assignments: Vec<Assignment>,
    }

    /// One field to set.
    #[derive(Default, Serialize, JsonSchema)]
    #[serde(default)]
    pub(super) struct Assignment {
        /// Its name or path; anything else than a text is taken as JavaScript's text of it.
        pub(super) name: Json,
        /// Its value.
        pub(super) value: Json,
        /// What the value is brought to: string, number, boolean, array, object or binary.
        #[serde(rename = "type")]
        pub(super) kind: Json,
    }
}
