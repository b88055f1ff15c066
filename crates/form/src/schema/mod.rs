//! From the parameters' type to the form and the JSON Schemas.
//!
//! The type says everything once: fields with `#[serde(default)]`, a doc comment and `#[schemars(title = "…")]`; what Rust
//! cannot say rides in `#[schemars(extend("x-…" = …))]`. [`derive_properties`] tells the rules.

mod contract;
mod error;
mod extension;
mod field;
mod form;
mod level;
mod merge;
mod misfit;
mod resolved;
mod stored;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use contract::{Disagreement, find_disagreement, mutations};
pub use error::{SchemaError, SchemaFault};
pub use misfit::find_misfit;
pub use stored::schema_of_properties;

use crate::description::NodeProperty;

/// Which parameters a JSON Schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemaForm {
    /// As a workflow file stores them: expressions are allowed, and unknown or hidden parameters do no harm.
    Stored,
    /// As a node receives them: expressions resolved, defaults filled in, values coerced.
    Resolved,
}

/// The form of a parameters' type.
///
/// - An internally tagged enum becomes an `options` selector of the tag's name, its first variant the default; the fields
///   of a variant get `displayOptions.show`. The variant's title is the choice, its doc comment the description,
///   `x-action` the sentence. Enums nest, as newtype variants or flattened fields. `x-selectors` on the enum
///   (`{"tag": {"displayName": …, "description": …}}`) names a selector; else the tag does.
/// - A field needs a title, a doc comment and a default. Strings, numbers, booleans and enums of unit variants say their
///   kind themselves; everything else says it with `x-type`.
/// - A `fixedCollection` is a struct whose fields are its groups: `Vec<Row>` for many rows, `Option<Row>` or `Row` for one. A
///   `collection` is a struct whose fields are all optional.
/// - Further extensions: `x-required`, `x-displayOptions`, `x-noDataExpression`, `x-placeholder`, `x-hint`, `x-password`,
///   `x-rows`, `x-loadOptionsMethod`, `x-loadOptionsDependsOn`, `x-multipleValues`, `x-multipleValueButtonText`,
///   `x-minValue`, `x-maxValue`, `x-options` (choices of a text or number field), `x-default` (the form's default, where it is another than
///   the type's), `x-validateType`, `x-modes`, `x-extractValue`, `x-typeOptions` (anything else).
/// - Fields that several variants share, equal but for where they are shown, appear once.
///
/// # Errors
/// When a part cannot be shown; the error names it and says what to add.
///
/// # Examples
///
/// Rows, a collection of options, and choices from the user's account:
///
/// ```
/// use heddle_form::PropertyType;
/// use heddle_form::schema::derive_properties;
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Default, Deserialize, Serialize, JsonSchema)]
/// #[serde(rename_all = "camelCase", default)]
/// struct Parameters {
///     /// The list to add to.
///     #[schemars(title = "List Name or ID", extend("x-type" = "options", "x-loadOptionsMethod" = "getLists"))]
///     list_id: String,
///     /// Values to keep with the contact.
///     #[schemars(title = "Fields", extend("x-type" = "fixedCollection", "x-placeholder" = "Add field"))]
///     fields: Fields,
///     /// How to add.
///     #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
///     options: Options,
/// }
///
/// /// The group of the rows. `Vec`: as many as a user likes.
/// #[derive(Default, Deserialize, Serialize, JsonSchema)]
/// #[serde(default)]
/// struct Fields {
///     /// One value.
///     #[schemars(title = "Field")]
///     field: Vec<Field>,
/// }
///
/// #[derive(Default, Deserialize, Serialize, JsonSchema)]
/// #[serde(default)]
/// struct Field {
///     /// Its name.
///     #[schemars(title = "Name")]
///     name: String,
///     /// Its value.
///     #[schemars(title = "Value")]
///     value: String,
/// }
///
/// #[derive(Default, Deserialize, Serialize, JsonSchema)]
/// #[serde(default)]
/// struct Options {
///     /// Whether to replace what is there.
///     #[schemars(title = "Replace")]
///     replace: Option<bool>,
/// }
///
/// let properties = derive_properties::<Parameters>().expect("every field can be shown");
/// let kinds: Vec<_> = properties.iter().map(|property| (&*property.name, &property.kind)).collect();
/// assert_eq!(
///     kinds,
///     [
///         ("listId", &PropertyType::Options),
///         ("fields", &PropertyType::FixedCollection),
///         ("options", &PropertyType::Collection),
///     ]
/// );
/// ```
pub fn derive_properties<T: JsonSchema>() -> Result<Vec<NodeProperty>, SchemaError> {
    form::properties(&root_schema::<T>())
}

/// The JSON Schema (2020-12) of a node's parameters.
///
/// The stored one comes from the form, the resolved one from the type: it accepts what serde accepts once values are
/// coerced. A type that says nothing (such as [`Json`](heddle_data::Json)) leaves both to the form.
///
/// # Errors
/// When the form cannot be said as a schema.
pub fn parameter_schema<T: JsonSchema>(
    properties: &[NodeProperty],
    form: SchemaForm,
) -> Result<Value, SchemaError> {
    let root = root_schema::<T>();
    if form == SchemaForm::Stored || is_free_form(&root) {
        return Ok(schema_of_properties(properties, form));
    }
    Ok(resolved::resolved_schema(root))
}

/// The schema of `T` with everything in its place, where that is possible.
fn root_schema<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Whether the schema says nothing of any parameter.
fn is_free_form(root: &Value) -> bool {
    let says_fields = ["properties", "oneOf", "anyOf", "allOf", "$ref", "const", "enum", "items"];
    root.as_object().is_none_or(|schema| {
        !says_fields.iter().any(|key| schema.contains_key(*key))
            && schema.get("type").is_none_or(|kind| {
                kind == "object"
                    && schema.get("additionalProperties").is_some_and(|additional| additional != false)
            })
    })
}
