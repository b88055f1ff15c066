//! What a UI, or a program that builds workflows, is told about a node beside its form.

use schemars::JsonSchema;

use super::conditions::DisplayOptions;
use super::model::{Value, model, serde_by_value};
use heddle_data::{Json, JsonObject};

model! {
    /// Where a node is found.
    pub struct Codex {
        /// Groups of nodes.
        categories: Vec<String> = "categories",
        /// Groups within them, by category.
        subcategories: Option<JsonObject> = "subcategories",
        /// Where to read about it.
        resources: Option<CodexResources> = "resources",
        /// Other names.
        alias: Vec<String> = "alias",
    }

    /// Where to read about a node.
    pub struct CodexResources {
        /// About the node.
        primary_documentation: Vec<CodexLink> = "primaryDocumentation",
        /// About its credentials.
        credential_documentation: Vec<CodexLink> = "credentialDocumentation",
    }

    /// A page.
    pub struct CodexLink {
        /// Its address.
        url: String = "url" [always],
    }

    /// What a UI says beside a node: n8n's `NodeHint`.
    pub struct Hint {
        /// The text.
        message: String = "message" [required],
        /// `info`, `warning` or `danger`.
        kind: Option<String> = "type",
        /// `outputPane`, `inputPane` or `ndv`.
        location: Option<String> = "location",
        /// An expression that says whether it is shown.
        display_condition: Option<String> = "displayCondition",
        /// `always`, `beforeExecution` or `afterExecution`.
        when_to_display: Option<String> = "whenToDisplay",
    }

    /// What becomes of a description when an agent uses the node as a tool.
    pub struct ToolReplacements {
        /// Keys of the description with their values for the tool.
        replacements: Option<JsonObject> = "replacements",
    }

    /// What a UI shows while a trigger waits.
    pub struct TriggerPanelTexts {
        /// Title.
        header: Option<String> = "header",
        /// How the node is tried out.
        executions_help: Option<HelpText> = "executionsHelp",
        /// What to do once it works.
        activation_hint: Option<HelpText> = "activationHint",
    }

    /// A text for each state of a workflow.
    pub struct StateTexts {
        /// While it is not active.
        inactive: Option<String> = "inactive",
        /// While it is active.
        active: Option<String> = "active",
    }

    /// What a program that builds workflows is told about a node.
    pub struct BuilderHint {
        /// When to choose it.
        search_hint: Option<String> = "searchHint",
        /// Other nodes to think of.
        related_nodes: Vec<RelatedNode> = "relatedNodes",
        /// What may be connected to which input, by type of connection.
        inputs: Option<BuilderPorts> = "inputs",
        /// What leaves which output, by type of connection.
        outputs: Option<BuilderPorts> = "outputs",
        /// Texts to add to the description of its parameters.
        extra_type_def_content: Vec<ExtraContent> = "extraTypeDefContent",
    }

    /// A node to think of beside another.
    pub struct RelatedNode {
        /// Its type.
        node_type: String = "nodeType" [always],
        /// When it is better.
        relation_hint: Option<String> = "relationHint",
    }

    /// A text to add to the description of a node's parameters.
    pub struct ExtraContent {
        /// The text.
        content: String = "content" [always],
        /// With which parameters.
        display_options: Option<DisplayOptions> = "displayOptions",
    }

    /// The inputs or outputs of a node by type of connection.
    pub struct BuilderPorts {
        /// Plain ones.
        main: Option<BuilderPort> = "main",
        /// Language models.
        ai_language_model: Option<BuilderPort> = "ai_languageModel",
        /// Documents.
        ai_document: Option<BuilderPort> = "ai_document",
        /// Embeddings.
        ai_embedding: Option<BuilderPort> = "ai_embedding",
        /// Rerankers.
        ai_reranker: Option<BuilderPort> = "ai_reranker",
        /// Tools.
        ai_tool: Option<BuilderPort> = "ai_tool",
        /// Memory.
        ai_memory: Option<BuilderPort> = "ai_memory",
        /// Readers of a model's output.
        ai_output_parser: Option<BuilderPort> = "ai_outputParser",
        /// Dividers of texts.
        ai_text_splitter: Option<BuilderPort> = "ai_textSplitter",
        /// Finders of documents.
        ai_retriever: Option<BuilderPort> = "ai_retriever",
        /// Stores of embeddings.
        ai_vector_store: Option<BuilderPort> = "ai_vectorStore",
    }

    /// An input or output, for a program that builds workflows.
    pub struct BuilderPort {
        /// It must be connected.
        required: bool = "required",
        /// With which parameters it is there.
        display_options: Option<DisplayOptions> = "displayOptions",
    }
}

/// Whether an agent may use a node as a tool.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum ToolUse {
    /// It may, or it may not.
    Flag(bool),
    /// It may, with another description.
    Replacing(ToolReplacements),
}

impl Default for ToolUse {
    fn default() -> Self {
        Self::Flag(false)
    }
}

impl Value for ToolUse {
    fn read(json: &Json) -> Option<Self> {
        match json.as_bool() {
            Some(flag) => Some(Self::Flag(flag)),
            None => Value::read(json).map(Self::Replacing),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Flag(flag) => flag.write(),
            Self::Replacing(replacements) => replacements.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Replacing(replacements) = self {
            replacements.find_unread(pointer, report);
        }
    }
}

/// What a UI shows while a trigger waits.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum TriggerPanel {
    /// The usual, or nothing.
    Flag(bool),
    /// These texts.
    Texts(TriggerPanelTexts),
    /// What an expression over the parameters gives.
    Expression(String),
}

impl Default for TriggerPanel {
    fn default() -> Self {
        Self::Flag(false)
    }
}

impl Value for TriggerPanel {
    fn read(json: &Json) -> Option<Self> {
        if let Some(flag) = json.as_bool() {
            return Some(Self::Flag(flag));
        }
        match json.as_str() {
            Some(expression) => Some(Self::Expression(expression.to_owned())),
            None => Value::read(json).map(Self::Texts),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Flag(flag) => flag.write(),
            Self::Texts(texts) => texts.write(),
            Self::Expression(expression) => expression.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::Texts(texts) = self {
            texts.find_unread(pointer, report);
        }
    }
}

/// A text of a [`TriggerPanelTexts`].
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum HelpText {
    /// Always the same.
    Always(String),
    /// One for each state of the workflow.
    ByState(StateTexts),
}

impl Default for HelpText {
    fn default() -> Self {
        Self::Always(String::new())
    }
}

impl Value for HelpText {
    fn read(json: &Json) -> Option<Self> {
        match json.as_str() {
            Some(text) => Some(Self::Always(text.to_owned())),
            None => Value::read(json).map(Self::ByState),
        }
    }

    fn write(&self) -> Json {
        match self {
            Self::Always(text) => text.write(),
            Self::ByState(texts) => texts.write(),
        }
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Self::ByState(texts) = self {
            texts.find_unread(pointer, report);
        }
    }
}

serde_by_value! {
    ToolUse: "true, false or an object",
    TriggerPanel: "true, false, an object or an expression",
    HelpText: "a text, or an object with texts",
}
