//! One field of a form (`docs/parameters.md §3–4`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conditions::DisplayOptions;
use super::locator::{ExtractValue, LocatorMode};
use super::model::{self, Part, Value, model, serde_by_value};
use super::routing::Routing;
use super::type_options::TypeOptions;
use heddle_data::Json;

model! {
    /// One field of a form: n8n's `INodeProperties`.
    pub struct NodeProperty {
        /// Label.
        display_name: String = "displayName" [always],
        /// Key of the parameter.
        name: String = "name" [required],
        /// Kind of field.
        kind: PropertyType = "type" [required],
        /// Value of a new node, and of one whose file says nothing.
        default: Json = "default" [always],
        /// Help text.
        description: Option<String> = "description",
        /// Line below the field.
        hint: Option<String> = "hint",
        /// Grey text in the empty field.
        placeholder: Option<String> = "placeholder",
        /// May not be empty while it is shown.
        required: bool = "required",
        /// Whether a resolved value of any type is passed on as it is. A form shows nothing of it.
        takes_any: bool = "takesAny" [hidden],
        /// No expression allowed.
        no_data_expression: bool = "noDataExpression",
        /// Choices, groups or children.
        options: Vec<PropertyOption> = "options",
        /// Further settings, most of them for a UI.
        type_options: Part<TypeOptions> = "typeOptions",
        /// When the field is shown.
        display_options: Option<DisplayOptions> = "displayOptions",
        /// When the field is shown but cannot be changed. Nothing looks at it in a run.
        disabled_options: Option<Box<DisplayOptions>> = "disabledOptions",
        /// The type that the value is checked against and brought to (`docs/parameters.md §10`).
        validate_type: Option<String> = "validateType",
        /// [`NodeProperty::validate_type`] counts only before a run.
        ignore_validation_during_execution: bool = "ignoreValidationDuringExecution",
        /// Ways to name the thing of a `resourceLocator`.
        modes: Vec<LocatorMode> = "modes",
        /// How the value is taken out of a longer text.
        extract_value: Option<Box<ExtractValue>> = "extractValue",
        /// What a declarative node sends for the field.
        routing: Option<Box<Routing>> = "routing",
        /// The value is the path of a field, `single`, or of several, `multiple`.
        requires_data_path: Option<String> = "requiresDataPath",
        /// It stands among the settings of the node.
        is_node_setting: bool = "isNodeSetting",
        /// Which credential types a `credentialsSelect` offers, such as `has:authenticate`.
        credential_types: Vec<String> = "credentialTypes",
        /// Values that are not among the choices are right, too.
        allow_arbitrary_values: bool = "allowArbitraryValues",
        /// A credential type that extends this one does not have the field.
        do_not_inherit: bool = "doNotInherit",
        /// The field of a credential may differ per user.
        resolvable_field: bool = "resolvableField",
        /// The feature without which the field is not there.
        env_feature_flag: Option<String> = "envFeatureFlag",
        /// What a program that builds workflows is told about the field.
        builder_hint: Option<Box<PropertyBuilderHint>> = "builderHint",
    }

    /// A group of a `fixedCollection`.
    pub struct PropertyGroup {
        /// Label.
        display_name: String = "displayName" [always],
        /// Key of the group.
        name: String = "name" [required],
        /// Its fields.
        values: Vec<NodeProperty> = "values" [required],
        /// What a program that builds workflows is told about the group.
        builder_hint: Option<Box<PropertyBuilderHint>> = "builderHint",
    }

    /// A choice of `options` or `multiOptions`.
    pub struct PropertyChoice {
        /// Label.
        name: String = "name" [always],
        /// What the workflow file stores: a string, a number or a boolean.
        value: Json = "value" [always],
        /// A line more.
        description: Option<String> = "description",
        /// The operation as a sentence.
        action: Option<String> = "action",
        /// When the choice is offered.
        display_options: Option<Box<DisplayOptions>> = "displayOptions",
        /// What a declarative node sends for the choice.
        routing: Option<Box<Routing>> = "routing",
        /// The type of connection that the node then puts out to.
        output_connection_type: Option<String> = "outputConnectionType",
        /// What a program that builds workflows is told about the choice.
        builder_hint: Option<Box<PropertyBuilderHint>> = "builderHint",
    }

    /// What a program that builds workflows is told about a part of a form.
    pub struct PropertyBuilderHint {
        /// What to know about it.
        property_hint: Option<String> = "propertyHint",
        /// A placeholder may stand for the value.
        placeholder_supported: bool = "placeholderSupported",
    }
}

/// An entry of [`NodeProperty::options`].
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum PropertyOption {
    /// A group of a `fixedCollection`.
    Group(PropertyGroup),
    /// A field of a `collection`.
    Property(Box<NodeProperty>),
    /// A choice of `options` or `multiOptions`.
    Choice(PropertyChoice),
}

impl Value for PropertyOption {
    fn read(json: &Json) -> Option<Self> {
        let is_group = json.get("values").is_some_and(Json::is_array);
        let is_property = json.get("type").is_some_and(Json::is_string) && json.get("value").is_none();
        if is_group {
            PropertyGroup::read(json).map(Self::Group)
        } else if is_property {
            Value::read(json).map(Self::Property)
        } else {
            PropertyChoice::read(json).map(Self::Choice)
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Group(group) => group.write(),
            Self::Property(property) => property.write(),
            Self::Choice(choice) => choice.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        match self {
            Self::Group(group) => group.find_unread(pointer, report),
            Self::Property(property) => property.find_unread(pointer, report),
            Self::Choice(choice) => choice.find_unread(pointer, report),
        }
    }
}

serde_by_value! {
    PropertyOption: "a choice, a field or a group",
}

/// Kinds of field (`docs/parameters.md §4`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PropertyType {
    /// Text.
    #[default]
    String,
    /// A number.
    Number,
    /// On or off.
    Boolean,
    /// One of several choices.
    Options,
    /// Any of several choices.
    MultiOptions,
    /// Fields that the user adds as needed.
    Collection,
    /// Groups of fields, one or many of each.
    FixedCollection,
    /// JSON, as text or value.
    Json,
    /// A moment.
    DateTime,
    /// Never shown.
    Hidden,
    /// A text for the user, no value.
    Notice,
    /// Conditions.
    Filter,
    /// Names with typed values.
    AssignmentCollection,
    /// A thing of a service: by list, id or URL.
    ResourceLocator,
    /// Values for the columns of a table.
    ResourceMapper,
    /// A colour, `#rrggbb`.
    Color,
    /// A button; the value is what it was pressed with.
    Button,
    /// A text for the user with something to click, no value.
    Callout,
    /// The name of a credential type.
    CredentialsSelect,
    /// A credential.
    Credentials,
    /// A workflow, as a resource locator.
    WorkflowSelector,
    /// An agent, as a resource locator.
    AgentSelector,
    /// A curl command that fills the form.
    CurlImport,
    /// An icon or emoji.
    Icon,
    /// A kind that is not known here: [`NodeProperty::rest`] has its name under `type`. Its values are passed on as they
    /// are.
    #[serde(skip)]
    Unknown,
}

impl Value for PropertyType {
    fn read(json: &Json) -> Option<Self> {
        heddle_data::from_json(json).ok()
    }

    fn write(&self) -> Json {
        heddle_data::to_json(self).unwrap_or_default()
    }

    fn is_absent(&self) -> bool {
        *self == Self::Unknown
    }

    fn misfit() -> Self {
        Self::Unknown
    }
}

impl NodeProperty {
    /// Whether there is a value for nodes whose file says nothing. A description without one leaves the parameter out.
    pub fn has_default(&self) -> bool {
        model::has(self, "default")
    }

    /// JSON pointers of the keys, here and below, that the types of this crate do not know, or whose values have another
    /// type than they expect. They are written back, and nothing else looks at them.
    pub fn unread_keys(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.find_unread("", &mut |pointer| found.push(pointer));
        found
    }

    /// The groups of a `fixedCollection`.
    pub fn groups(&self) -> impl Iterator<Item = &PropertyGroup> {
        self.options.iter().filter_map(|option| match option {
            PropertyOption::Group(group) => Some(group),
            _ => None,
        })
    }

    /// The fields of a `collection`.
    pub fn children(&self) -> impl Iterator<Item = &NodeProperty> {
        self.options.iter().filter_map(|option| match option {
            PropertyOption::Property(property) => Some(&**property),
            _ => None,
        })
    }

    /// The choices of `options` and `multiOptions`.
    pub fn choices(&self) -> impl Iterator<Item = &PropertyChoice> {
        self.options.iter().filter_map(|option| match option {
            PropertyOption::Choice(choice) => Some(choice),
            _ => None,
        })
    }

    /// Whether the value is made of other properties' values: a `collection` or `fixedCollection`.
    pub fn is_structure(&self) -> bool {
        matches!(self.kind, PropertyType::Collection | PropertyType::FixedCollection)
    }

    /// The load-options method that fills the choices.
    pub fn load_options_method(&self) -> Option<&str> {
        self.type_options.load_options_method.as_deref()
    }

    /// Whether the value is a list of values or rows.
    pub fn has_multiple_values(&self) -> bool {
        self.type_options.multiple_values
    }

    /// Whether a `fixedCollection` says that it has one value of each group, and not only says nothing of many.
    pub fn is_explicitly_single(&self) -> bool {
        self.kind == PropertyType::FixedCollection
            && !self.has_multiple_values()
            && model::has(&*self.type_options, "multipleValues")
    }

    /// Whether the value is a list of plain values or of collections.
    pub fn is_list(&self) -> bool {
        self.kind == PropertyType::MultiOptions
            || self.has_multiple_values() && self.kind != PropertyType::FixedCollection
    }

    /// Whether the value is a secret.
    pub fn is_password(&self) -> bool {
        self.type_options.password
    }
}
