//! Settings of a field beside its kind (`docs/parameters.md §5`).

use std::sync::LazyLock;

use schemars::JsonSchema;

use super::model::{self, PartModel, Value, model, serde_by_value};
use super::routing::Routing;
use heddle_data::{Json, JsonObject};

model! {
    /// Settings of a field beside its kind: n8n's `INodePropertyTypeOptions`.
    pub struct TypeOptions {
        /// The method of the node that loads the choices.
        load_options_method: Option<String> = "loadOptionsMethod",
        /// The parameters on which the loaded choices depend.
        load_options_depends_on: Vec<String> = "loadOptionsDependsOn",
        /// The request that loads the choices of a declarative node.
        load_options: Option<Box<LoadOptions>> = "loadOptions",
        /// The value is a secret.
        password: bool = "password",
        /// The secret may be left empty: an own word, for services that take a key in the place of a user.
        may_be_empty: bool = "mayBeEmpty",
        /// Lines of a text field.
        rows: Option<f64> = "rows",
        /// The value is a list of values or rows.
        multiple_values: bool = "multipleValues",
        /// Words of the button that adds one.
        multiple_value_button_text: Option<String> = "multipleValueButtonText",
        /// The rows can be moved.
        sortable: bool = "sortable",
        /// Least number. A form keeps to it, a run does not look at it.
        min_value: Option<f64> = "minValue",
        /// Greatest number, likewise.
        max_value: Option<f64> = "maxValue",
        /// Digits behind the point, likewise.
        number_precision: Option<f64> = "numberPrecision",
        /// Least number of rows.
        min_required_fields: Option<f64> = "minRequiredFields",
        /// Greatest number of rows.
        max_allowed_fields: Option<f64> = "maxAllowedFields",
        /// The editor of a text, such as `sqlEditor`.
        editor: Option<String> = "editor",
        /// Language of a code editor.
        editor_language: Option<String> = "editorLanguage",
        /// The editor shows its text alone.
        editor_is_read_only: bool = "editorIsReadOnly",
        /// Dialect of an SQL editor.
        sql_dialect: Option<String> = "sqlDialect",
        /// What a code editor completes.
        code_autocomplete: Option<String> = "codeAutocomplete",
        /// The text opens in a window of its own.
        always_open_edit_window: bool = "alwaysOpenEditWindow",
        /// How a `resourceMapper` works.
        resource_mapper: Option<Box<ResourceMapperOptions>> = "resourceMapper",
        /// How a `filter` works.
        filter: Option<Box<FilterTypeOptions>> = "filter",
        /// How an `assignmentCollection` works.
        assignment: Option<Box<AssignmentTypeOptions>> = "assignment",
        /// How the groups of a `fixedCollection` look.
        fixed_collection: Option<Box<FixedCollectionOptions>> = "fixedCollection",
        /// Fields that are not required are folded away.
        hide_optional_fields: bool = "hideOptionalFields",
        /// Words of the button that unfolds them.
        add_optional_field_button_text: Option<String> = "addOptionalFieldButtonText",
        /// The field is not folded away.
        show_even_when_optional: bool = "showEvenWhenOptional",
        /// A `dateTime` without the time of day.
        date_only: bool = "dateOnly",
        /// A `color` with transparency.
        show_alpha: bool = "showAlpha",
        /// Class of the element around a notice.
        container_class: Option<String> = "containerClass",
        /// Whether a notice begins a section.
        section_header: bool = "sectionHeader",
        /// What a `button` does.
        button_config: Option<Json> = "buttonConfig",
        /// What the link of a `callout` does.
        callout_action: Option<Box<CalloutAction>> = "calloutAction",
        /// Whether the value names a file of the item.
        binary_data_property: bool = "binaryDataProperty",
        /// A hidden field of a credential is a token that runs out.
        expirable: bool = "expirable",
        /// The value has a button that copies it.
        copy_button: bool = "copyButton",
        /// The values in the JSON of a credential's field are secrets.
        redact_json_leaves: bool = "redactJsonLeaves",
        /// Expressions in the JSON of a credential's field are resolved value by value.
        resolve_credential_json_leaves: bool = "resolveCredentialJsonLeaves",
        /// An expression of a credential that fails leaves its field out.
        ignore_credential_expression_resolve_error: bool = "ignoreCredentialExpressionResolveError",
    }

    /// The request that loads the choices of a declarative node.
    pub struct LoadOptions {
        /// The request and what becomes of its answer.
        routing: Option<Box<Routing>> = "routing",
    }

    /// How a `resourceMapper` works (`docs/parameters.md §12`).
    pub struct ResourceMapperOptions {
        /// The method of the node that gives the columns.
        resource_mapper_method: Option<String> = "resourceMapperMethod",
        /// As [`ResourceMapperOptions::resource_mapper_method`], for columns that are known without a service.
        local_resource_mapper_method: Option<String> = "localResourceMapperMethod",
        /// `add`, `update`, `upsert` or `map`.
        mode: Option<String> = "mode",
        /// What columns are called.
        field_words: Option<FieldWords> = "fieldWords",
        /// All columns are there from the start.
        add_all_fields: bool = "addAllFields",
        /// Rows may be found by several columns.
        multi_key_match: bool = "multiKeyMatch",
        /// The columns may come from the item's fields of the same name.
        support_auto_map: bool = "supportAutoMap",
        /// Label of the values.
        values_label: Option<String> = "valuesLabel",
        /// What a form says when there are no columns.
        no_fields_error: Option<String> = "noFieldsError",
        /// Values may be empty.
        allow_empty_values: bool = "allowEmptyValues",
        /// A form says nothing when there are no columns.
        hide_no_data_error: bool = "hideNoDataError",
        /// A form asks for the columns again when it is opened and some have changed.
        refresh_stale_schema_on_open: bool = "refreshStaleSchemaOnOpen",
        /// A form asks for the columns again when it is opened and knows too little of them.
        refresh_incomplete_schema_on_open: bool = "refreshIncompleteSchemaOnOpen",
        /// A form offers to convert types.
        show_type_conversion_options: bool = "showTypeConversionOptions",
    }

    /// What the columns of a `resourceMapper` are called.
    pub struct FieldWords {
        /// One.
        singular: Option<String> = "singular",
        /// Several.
        plural: Option<String> = "plural",
    }

    /// How a `filter` works (`docs/parameters.md §13`). Each value may be an expression over `$parameter` and
    /// `$nodeVersion`.
    pub struct FilterTypeOptions {
        /// Version of the rules: a number or an expression.
        version: Option<Json> = "version",
        /// Whether texts that differ in case are different.
        case_sensitive: Option<Json> = "caseSensitive",
        /// `strict` or `loose`.
        type_validation: Option<Json> = "typeValidation",
        /// The left value of a new condition.
        left_value: Option<String> = "leftValue",
        /// `and`, `or`.
        allowed_combinators: Vec<String> = "allowedCombinators",
        /// Greatest number of conditions.
        max_conditions: Option<f64> = "maxConditions",
    }

    /// How an `assignmentCollection` works (`docs/parameters.md §14`).
    pub struct AssignmentTypeOptions {
        /// The type is not shown.
        hide_type: bool = "hideType",
        /// Type of a new assignment.
        default_type: Option<String> = "defaultType",
        /// The type cannot be changed.
        disable_type: bool = "disableType",
    }

    /// How the groups of a `fixedCollection` look.
    pub struct FixedCollectionOptions {
        /// Title of a row: an expression over `$collection`.
        item_title: Option<String> = "itemTitle",
        /// `inline`, or as usual.
        layout: Option<String> = "layout",
    }

    /// What the link of a `callout` does.
    pub struct CalloutAction {
        /// Words of the link.
        label: Option<String> = "label",
        /// What it opens, such as `openSampleWorkflowTemplate`.
        kind: Option<String> = "type",
        /// The template that it opens.
        template_id: Option<String> = "templateId",
    }
}

impl TypeOptions {
    /// The settings of an object by n8n's names.
    pub fn from_entries(entries: &JsonObject) -> Self {
        model::read(&Json::from(entries.clone())).unwrap_or_default()
    }

    /// The settings by n8n's names.
    pub fn entries(&self) -> JsonObject {
        model::write(self)
    }
}

impl ResourceMapperOptions {
    /// Whether the columns may come from the item's fields of the same name: n8n offers it where nothing else is said.
    pub fn offers_automatic_mapping(&self) -> bool {
        self.support_auto_map || !model::has(self, "supportAutoMap")
    }

    /// Whether columns that are not required are not there from the start.
    pub fn begins_with_required_alone(&self) -> bool {
        !self.add_all_fields && model::has(self, "addAllFields")
    }
}

impl PartModel for TypeOptions {
    fn empty() -> &'static Self {
        static EMPTY: LazyLock<TypeOptions> = LazyLock::new(TypeOptions::default);
        &EMPTY
    }
}

/// `icon` of a description: one, or one for each kind of background.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Themed {
    /// For every background.
    One(String),
    /// By background.
    Both {
        /// For a light one.
        light: String,
        /// For a dark one.
        dark: String,
    },
}

impl Default for Themed {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Value for Themed {
    fn read(json: &Json) -> Option<Self> {
        if let Some(icon) = json.as_str() {
            return Some(Self::One(icon.to_owned()));
        }
        let both: Vec<(&str, &Json)> = json.as_object()?.iter().collect();
        match both.as_slice() {
            [("light", light), ("dark", dark)] => {
                Some(Self::Both { light: light.as_str()?.to_owned(), dark: dark.as_str()?.to_owned() })
            }
            _ => None,
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::One(icon) => Json::from(icon),
            Self::Both { light, dark } => {
                [("light", Json::from(light)), ("dark", Json::from(dark))].into_iter().collect()
            }
        }
    }

    fn is_absent(&self) -> bool {
        false
    }
}

serde_by_value! {
    Themed: "a text, or an object with light and dark",
}
