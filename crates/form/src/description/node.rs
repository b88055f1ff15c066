//! The description of a node type (`docs/parameters.md §1–2`).

use std::borrow::Cow;

use schemars::JsonSchema;

use super::conditions::DisplayOptions;
use super::credential::CredentialRequestTest;
use super::model::{Value, model, serde_by_value};
use super::presentation::{BuilderHint, Codex, Hint, ToolUse, TriggerPanel};
use super::property::NodeProperty;
use super::routing::{RequestOperations, RequestSettings};
use super::type_options::Themed;
use super::webhook::Webhook;
use heddle_data::{Json, JsonObject};

model! {
    /// A node type for a UI: n8n's `INodeTypeDescription`.
    ///
    /// Whatever is read is written back equal, in the order in which it was written.
    pub struct NodeDescription {
        /// Full type name, `<package>.<name>`; in the files of a package the name alone.
        name: String = "name" [required],
        /// Name for people.
        display_name: String = "displayName" [always],
        /// Icon: `file:`, `fa:` or `node:` with its name, or an expression.
        icon: Option<Themed> = "icon",
        /// Colour of the icon.
        icon_color: Option<String> = "iconColor",
        /// Where the icon is.
        icon_url: Option<Themed> = "iconUrl",
        /// Kinds: input, output, organization, schedule, transform, trigger. A node with `trigger` starts workflows.
        group: Vec<String> = "group" [always],
        /// Versions that this description serves.
        version: Versions = "version" [always],
        /// Version of a new node.
        default_version: Option<f64> = "defaultVersion",
        /// Line below the node on a canvas; may be an expression over `$parameter`.
        subtitle: Option<String> = "subtitle",
        /// What the node does, in a sentence.
        description: String = "description" [always],
        /// What a new node starts with.
        defaults: NodeDefaults = "defaults" [always],
        /// Inputs.
        inputs: PortList = "inputs" [always],
        /// Inputs that must have data before the node runs with others empty.
        required_inputs: Option<RequiredInputs> = "requiredInputs",
        /// Labels of the inputs.
        input_names: Vec<String> = "inputNames",
        /// Outputs. An error output is added by the engine, after these, where a node asks for it.
        outputs: PortList = "outputs" [always],
        /// Labels of the outputs.
        output_names: Vec<String> = "outputNames",
        /// Credentials that the node uses.
        credentials: Vec<CredentialUse> = "credentials",
        /// Where the node is found: categories, other names, documentation.
        codex: Option<Codex> = "codex",
        /// Address of the documentation.
        documentation_url: Option<String> = "documentationUrl",
        /// New nodes of the type are not offered.
        hidden: bool = "hidden",
        /// An agent may use the node as a tool.
        usable_as_tool: Option<ToolUse> = "usableAsTool",
        /// How many nodes of the type a workflow may have.
        max_nodes: Option<f64> = "maxNodes",
        /// The trigger asks its service again and again.
        polling: bool = "polling",
        /// The webhooks answer browsers of other origins.
        supports_cors: bool = "supportsCORS",
        /// Requests that start or continue a workflow.
        webhooks: Vec<Webhook> = "webhooks",
        /// Parts of every request of a declarative node.
        request_defaults: Option<Box<RequestSettings>> = "requestDefaults",
        /// How the requests of a declarative node are sent.
        request_operations: Option<RequestOperations> = "requestOperations",
        /// What a UI says beside the node.
        hints: Vec<Hint> = "hints",
        /// What a UI shows while a trigger waits.
        trigger_panel: Option<Box<TriggerPanel>> = "triggerPanel",
        /// What an activated trigger waits for.
        activation_message: Option<String> = "activationMessage",
        /// What a trigger waits for, in words or as an expression.
        event_trigger_description: Option<String> = "eventTriggerDescription",
        /// What a waiting node waits for, in words or as an expression.
        waiting_node_tooltip: Option<String> = "waitingNodeTooltip",
        /// `wide`, or as usual.
        parameter_pane: Option<String> = "parameterPane",
        /// Where the schemas of the outputs are.
        schema_path: Option<String> = "schemaPath",
        /// A run by hand may be replaced by made-up data.
        mock_manual_execution: bool = "mockManualExecution",
        /// Paths of outputs that hold secrets.
        sensitive_output_fields: Vec<String> = "sensitiveOutputFields",
        /// Features that depend on the version, by name.
        features: Option<JsonObject> = "features",
        /// What a program that builds workflows is told about the node.
        builder_hint: Option<Box<BuilderHint>> = "builderHint",
        /// The form.
        properties: Vec<NodeProperty> = "properties" [always],
    }

    /// What a new node starts with.
    pub struct NodeDefaults {
        /// Name of a new node.
        name: String = "name" [always],
        /// Its colour.
        color: Option<String> = "color",
    }

    /// A credential that a node uses: n8n's `INodeCredentialDescription`.
    pub struct CredentialUse {
        /// The credential type.
        name: String = "name" [required],
        /// The node does nothing without it.
        required: bool = "required" [always],
        /// Label.
        display_name: Option<String> = "displayName",
        /// With which parameters it is used.
        display_options: Option<DisplayOptions> = "displayOptions",
        /// With which parameters it cannot be changed.
        disabled_options: Option<DisplayOptions> = "disabledOptions",
        /// How it is tested.
        tested_by: Option<TestedBy> = "testedBy",
    }

    /// An input or output with more than its type.
    pub struct PortDetails {
        /// Type of connection, such as `main` or `ai_tool`.
        kind: String = "type" [required],
        /// Label.
        display_name: Option<String> = "displayName",
        /// The node does not run without a connection.
        required: bool = "required",
        /// The most connections.
        max_connections: Option<f64> = "maxConnections",
        /// Which nodes may be connected.
        filter: Option<PortFilter> = "filter",
        /// `error` for the output of failed items.
        category: Option<String> = "category",
    }

    /// Which nodes may be connected.
    pub struct PortFilter {
        /// These alone.
        nodes: Vec<String> = "nodes",
        /// All but these.
        excluded_nodes: Vec<String> = "excludedNodes",
    }
}

/// The versions that a description serves: a number or a list in JSON.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Versions {
    /// One.
    One(f64),
    /// Several.
    Many(Vec<f64>),
}

impl Default for Versions {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Versions {
    /// All of them.
    pub fn as_slice(&self) -> &[f64] {
        match self {
            Self::One(version) => std::slice::from_ref(version),
            Self::Many(versions) => versions,
        }
    }

    /// The highest one.
    pub fn latest(&self) -> Option<f64> {
        self.as_slice().iter().copied().reduce(f64::max)
    }
}

impl Value for Versions {
    fn read(json: &Json) -> Option<Self> {
        match json.as_f64() {
            Some(version) => Some(Self::One(version)),
            None => Value::read(json).map(Self::Many),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::One(version) => version.write(),
            Self::Many(versions) => versions.write(),
        }
    }

    fn is_absent(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// The inputs or outputs of a node.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum PortList {
    /// Each of them.
    Fixed(Vec<Port>),
    /// The parameters decide: an expression over `$parameter` gives a list of what [`PortList::Fixed`] has.
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
            Self::Fixed(ports) => Some(ports.len()),
            Self::Expression(_) => None,
        }
    }
}

impl Value for PortList {
    fn read(json: &Json) -> Option<Self> {
        match json.as_str() {
            Some(expression) => Some(Self::Expression(expression.to_owned())),
            None => Value::read(json).map(Self::Fixed),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Fixed(ports) => ports.write(),
            Self::Expression(expression) => expression.write(),
        }
    }

    fn is_absent(&self) -> bool {
        self.count() == Some(0)
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Fixed(ports) = self {
            ports.find_unread(pointer, report);
        }
    }
}

/// An input or output.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Port {
    /// Its type of connection.
    Type(String),
    /// More of it.
    Details(PortDetails),
}

impl Port {
    /// A plain one.
    pub fn main() -> Self {
        Self::Type("main".to_owned())
    }

    /// Type of connection, such as `main` or `ai_tool`.
    pub fn connection_type(&self) -> &str {
        match self {
            Self::Type(kind) => kind,
            Self::Details(details) => &details.kind,
        }
    }
}

impl Value for Port {
    fn read(json: &Json) -> Option<Self> {
        match json.as_str() {
            Some(kind) => Some(Self::Type(kind.to_owned())),
            None => Value::read(json).map(Self::Details),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Type(kind) => kind.write(),
            Self::Details(details) => details.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Details(details) = self {
            details.find_unread(pointer, report);
        }
    }
}

/// Which main inputs of a node must have data when it runs although nothing more comes for the others: n8n's
/// `requiredInputs` (`docs/engine.md §9.3`). A node that asks for all of its inputs never runs with one of them missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum RequiredInputs {
    /// Whatever arrived is enough.
    #[default]
    #[schemars(skip)]
    Any,
    /// At least so many inputs.
    AtLeast(usize),
    /// Each of these inputs, counted from 0.
    These(Cow<'static, [usize]>),
    /// What this expression over the node's parameters, as the file has them with their defaults, gives, a number or a
    /// list, such as `={{ $parameter["mode"] === "chooseBranch" ? [0, 1] : 1 }}`. `$json` and data of other nodes are not
    /// there.
    Expression(Cow<'static, str>),
}

impl RequiredInputs {
    /// What a value says, such as that of an expression: a number or a list. Anything else asks for nothing.
    pub fn of_value(value: &Json) -> Self {
        let whole =
            |value: &Json| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as usize);
        match value.as_array() {
            Some(inputs) => Self::These(inputs.iter().filter_map(whole).collect()),
            None => whole(value).map_or(Self::Any, Self::AtLeast),
        }
    }
}

impl Value for RequiredInputs {
    fn read(json: &Json) -> Option<Self> {
        let whole = |json: &Json| usize::try_from(json.as_u64()?).ok();
        if let Some(expression) = json.as_str() {
            return Some(Self::Expression(Cow::Owned(expression.to_owned())));
        }
        match json.as_array() {
            Some(inputs) => inputs.iter().map(whole).collect::<Option<_>>().map(Self::These),
            None => whole(json).map(Self::AtLeast),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Any => Json::NULL,
            Self::AtLeast(count) => Json::from(*count),
            Self::These(inputs) => inputs.iter().map(|&input| Json::from(input)).collect(),
            Self::Expression(expression) => Json::from(&**expression),
        }
    }

    fn is_absent(&self) -> bool {
        *self == Self::Any
    }
}

/// How a credential is tested.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum TestedBy {
    /// By a method of the node.
    Method(String),
    /// By a request.
    Request(Box<CredentialRequestTest>),
}

impl Value for TestedBy {
    fn read(json: &Json) -> Option<Self> {
        match json.as_str() {
            Some(method) => Some(Self::Method(method.to_owned())),
            None => Value::read(json).map(Self::Request),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Method(method) => method.write(),
            Self::Request(test) => test.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Request(test) = self {
            test.find_unread(pointer, report);
        }
    }
}

serde_by_value! {
    Versions: "a number or a list of numbers",
    PortList: "a list of inputs or outputs, or an expression",
    Port: "a type of connection, or an object with one",
    RequiredInputs: "a number, a list of numbers, or an expression",
    TestedBy: "the name of a method, or a request",
}

impl NodeDescription {
    /// Whether the node starts workflows.
    pub fn is_trigger(&self) -> bool {
        self.group.iter().any(|group| group == "trigger")
    }

    /// Whether the description is of a tool: a condition of `@tool` asks for it.
    pub fn is_tool(&self) -> bool {
        self.name.ends_with("Tool")
    }

    /// JSON pointers of the keys that the types of this crate do not know, or whose values have another type than they
    /// expect. They are written back, and nothing else looks at them.
    pub fn unread_keys(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.find_unread("", &mut |pointer| found.push(pointer));
        found
    }
}
