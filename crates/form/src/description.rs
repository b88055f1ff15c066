//! The description of a node type and of its form, in n8n's words (`docs/parameters.md §1–6`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use heddle_data::{Json, JsonObject};

/// A node type for a UI: n8n's `INodeTypeDescription`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeDescription {
    /// Full type name, `<package>.<name>`.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Kinds: input, output, organization, schedule, transform, trigger. A node with `trigger` starts workflows.
    pub group: Vec<String>,
    /// Versions that this description serves.
    pub version: Vec<f64>,
    /// Line below the node on a canvas; may be an expression over `$parameter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// What the node does, in a sentence.
    pub description: String,
    /// Name that a new node gets.
    pub defaults: NodeDefaults,
    /// Inputs.
    pub inputs: PortList,
    /// Inputs that must have data before the node runs with others empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_inputs: Option<RequiredInputs>,
    /// Outputs. An error output is added by the engine, after these, where a node asks for it.
    pub outputs: PortList,
    /// Labels of the outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_names: Vec<String>,
    /// Credentials that the node uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialUse>,
    /// The form.
    pub properties: Vec<NodeProperty>,
}

/// The inputs or outputs of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PortList {
    /// The type of each.
    Fixed(Vec<String>),
    /// The parameters decide: an expression over `$parameter` gives a list, for each of them its type or
    /// `{ type, displayName }`.
    Expression(String),
}

impl Default for PortList {
    fn default() -> Self {
        Self::Fixed(Vec::new())
    }
}

impl PortList {
    /// How many there are; `None` where the parameters decide.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Fixed(types) => Some(types.len()),
            Self::Expression(_) => None,
        }
    }
}

/// Inputs that must have data before a node runs with others empty (`docs/engine.md §9.3`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RequiredInputs {
    /// At least so many.
    Count(usize),
    /// Each of these, counted from 0.
    Inputs(Vec<usize>),
    /// What an expression over the node's parameters gives: a number or a list.
    Expression(String),
}

/// What a new node starts with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeDefaults {
    /// Name of a new node.
    pub name: String,
}

/// A credential that a node uses: n8n's `INodeCredentialDescription`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialUse {
    /// The credential type.
    pub name: String,
    /// The node does nothing without it.
    #[serde(default)]
    pub required: bool,
}

/// One field of a form: n8n's `INodeProperties`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeProperty {
    /// Label.
    pub display_name: String,
    /// Key of the parameter.
    pub name: String,
    /// Kind of field.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// Value of a new node, and of one whose file says nothing.
    #[serde(default)]
    pub default: Json,
    /// Help text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Line below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Grey text in the empty field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// May not be empty while it is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether a resolved value of any type is passed on as it is. A form shows nothing of it.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    pub takes_any: bool,
    /// No expression allowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_data_expression: bool,
    /// Choices, groups or children.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PropertyOption>,
    /// Further settings by n8n's names (`docs/parameters.md §5`).
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub type_options: JsonObject,
    /// When the field is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_options: Option<DisplayOptions>,
    /// The type that the value is checked against and brought to (`docs/parameters.md §10`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_type: Option<String>,
    /// [`NodeProperty::validate_type`] counts only before a run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_validation_during_execution: bool,
    /// Ways to name the thing of a `resourceLocator`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<LocatorMode>,
    /// How the value is taken out of a longer text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_value: Option<ExtractValue>,
}

/// A way to name the thing of a `resourceLocator`: n8n's `INodePropertyMode` (`docs/parameters.md §11`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocatorMode {
    /// Label.
    pub display_name: String,
    /// Name in the stored value.
    pub name: String,
    /// `list` or `string`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Line below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Grey text in the empty field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Where the thing can be seen, with `{{$value}}` for the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What a text must match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation: Vec<LocatorValidation>,
    /// How the value is taken out of a longer text, such as the id out of a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_value: Option<ExtractValue>,
    /// Further settings by n8n's names, such as `searchListMethod`.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub type_options: JsonObject,
}

/// A rule for the text of a [`LocatorMode`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LocatorValidation {
    /// `regex`; rules of other kinds are not checked.
    #[serde(rename = "type")]
    pub kind: String,
    /// The rule.
    #[serde(default)]
    pub properties: LocatorPattern,
}

/// A pattern that a whole text must match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LocatorPattern {
    /// ECMAScript regular expression.
    pub regex: String,
    /// What the user reads otherwise.
    pub error_message: String,
}

/// How a value is taken out of a longer text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtractValue {
    /// `regex`.
    #[serde(rename = "type")]
    pub kind: String,
    /// ECMAScript regular expression with exactly one group.
    pub regex: String,
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
}

/// An entry of [`NodeProperty::options`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PropertyOption {
    /// A group of a `fixedCollection`.
    Group(PropertyGroup),
    /// A field of a `collection`.
    Property(Box<NodeProperty>),
    /// A choice of `options` or `multiOptions`.
    Choice(PropertyChoice),
}

/// A group of a `fixedCollection`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyGroup {
    /// Label.
    pub display_name: String,
    /// Key of the group.
    pub name: String,
    /// Its fields.
    pub values: Vec<NodeProperty>,
}

/// A choice of `options` or `multiOptions`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChoice {
    /// Label.
    pub name: String,
    /// What the workflow file stores: a string, a number or a boolean.
    pub value: Json,
    /// A line more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The operation as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// When a field is shown (`docs/parameters.md §6`): lists of values or `{"_cnd": {op: target}}` conditions by
/// parameter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DisplayOptions {
    /// Every key must match.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub show: JsonObject,
    /// No key may match.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub hide: JsonObject,
}

impl NodeDescription {
    /// Whether the node starts workflows.
    pub fn is_trigger(&self) -> bool {
        self.group.iter().any(|group| group == "trigger")
    }
}

impl NodeProperty {
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
        self.type_options.get("loadOptionsMethod").and_then(Json::as_str)
    }

    /// Whether the value is a list of values or rows.
    pub fn has_multiple_values(&self) -> bool {
        self.type_options.get("multipleValues").and_then(Json::as_bool) == Some(true)
    }

    /// Whether the value is a list of plain values or of collections.
    pub fn is_list(&self) -> bool {
        self.kind == PropertyType::MultiOptions
            || self.has_multiple_values() && self.kind != PropertyType::FixedCollection
    }

    /// Whether the value is a secret.
    pub fn is_password(&self) -> bool {
        self.type_options.get("password").and_then(Json::as_bool) == Some(true)
    }
}
