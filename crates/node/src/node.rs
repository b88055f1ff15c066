//! The two tiers of nodes, as their authors write them.

mod erased;
mod operation;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::context::{BatchContext, ItemContext, Services};
use crate::delivery::Delivery;
use crate::description::{NodeProperty, RequiredInputs};
use crate::error::NodeError;
use crate::example::NodeExample;
use crate::item::{Item, Items};
use crate::json::Json;
use crate::options::{OptionPage, OptionsQuery};
use crate::schema::{self, SchemaError};
use crate::stored::{StoredParameters, StoredProblem};
use heddle_data::TriggerKind;

pub(crate) use erased::read_parameters;
pub use erased::{
    ErasedBatchNode, ErasedItemNode, Node, PreparedBatch, PreparedItem, Tier, batch_node, item_node,
};
pub use operation::{Operation, OperationNode};

/// Whom an item is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// A phone number, in whatever way it is written.
    Phone(String),
    /// Whatever else tells people apart, such as an address or a name; upper and lower case are the same.
    Text(String),
}

/// A node that says what happens to one item. Nearly every node is one.
///
/// Looping, concurrency, order, pairing, retries, limits, error branches and cancelling belong to the runner.
///
/// ```
/// use heddle_node::{
///     Effect, ItemContext, ItemNode, ItemOutput, NodeError, NodeHeader, async_trait,
/// };
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize, JsonSchema)]
/// struct Parameters {
///     /// Who is greeted.
///     #[schemars(title = "Name", extend("x-required" = true))]
///     #[serde(default)]
///     name: String,
/// }
///
/// #[derive(Default)]
/// struct Greet;
///
/// #[async_trait]
/// impl ItemNode for Greet {
///     type Parameters = Parameters;
///
///     const HEADER: NodeHeader = NodeHeader {
///         type_name: "example.greet",
///         versions: &[1.0],
///         display_name: "Greet",
///         description: "Adds a greeting to every item.",
///         ..NodeHeader::DEFAULT
///     };
///     const EFFECT: Option<Effect> = Some(Effect::Pure);
///
///     async fn execute_item(
///         &self,
///         parameters: &Parameters,
///         context: &ItemContext<'_>,
///     ) -> Result<ItemOutput, NodeError> {
///         let mut json = context.item.json.clone();
///         json.insert("greeting", format!("Hello, {}!", parameters.name));
///         Ok(json.into())
///     }
/// }
///
/// heddle_node::register_item_node!(Greet);
/// ```
#[async_trait]
pub trait ItemNode: Send + Sync + 'static {
    /// The parameters of one item: expressions resolved, defaults filled, values coerced.
    type Parameters: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// Who the node is.
    const HEADER: NodeHeader;

    /// The gravest effect that any of its items can have. State it: a call that is graver is refused before it leaves.
    ///
    /// A node that says nothing counts as a send: all items are prepared before the first one runs, and none is repeated
    /// unless it is proven that nothing happened.
    const EFFECT: Option<Effect> = None;

    /// Whether it may speak to anything outside, if only to read. Runs with mocks replace such a node.
    const CALLS_OUT: bool = !matches!(Self::EFFECT, Some(Effect::Pure));

    /// The main inputs, where the parameters decide about them; [`NodeHeader::inputs`] are then those of a new node.
    const DYNAMIC_INPUTS: Option<DynamicPorts> = None;

    /// The main outputs, where the parameters decide about them; [`NodeHeader::outputs`] are then those of a new node.
    const DYNAMIC_OUTPUTS: Option<DynamicPorts> = None;

    /// Whether the author of a workflow knows better than the node what its calls do, and may say it in the node's JSON
    /// (`effect`, `idempotencyKey`).
    const EFFECT_IS_SETTABLE: bool = false;

    /// Whether each item that it gets, and that does not fail, leaves an item at the only output. A workflow that calls
    /// itself behind nothing but such nodes never ends.
    const PASSES_ON: bool = false;

    /// The output that failed items take where the workflow continues on the regular outputs.
    const FAILURE_OUTPUT: usize = 0;

    /// Whether handling an item may wait for something, such as an answer. Items of a node that never waits are handled
    /// one after another, which costs less than running several at a time.
    const WAITS: bool = true;

    /// Handles one item.
    ///
    /// # Errors
    /// [`NodeError`] says what happened; whether to try again is the runner's decision.
    async fn execute_item(
        &self,
        parameters: &Self::Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError>;

    /// Loads the choices of `method`: `None` when there is no such method.
    ///
    /// # Errors
    /// When the service does not answer or refuses.
    async fn load_options(
        &self,
        _method: &str,
        _query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        Ok(None)
    }

    /// Asks the service how far something has come that it has accepted; `output` is what the item put out. `None` where that
    /// says of nothing what the service could be asked about.
    ///
    /// # Errors
    /// When the service does not answer or refuses.
    async fn delivery(
        &self,
        _output: &Json,
        _services: &dyn Services,
    ) -> Result<Option<Delivery>, NodeError> {
        Ok(None)
    }

    /// The gravest effect that any item can have with these parameters, as they are stored; never graver than
    /// [`ItemNode::EFFECT`].
    fn gravest_effect(_stored: &Json) -> Option<Effect> {
        Self::EFFECT
    }

    /// The credential types that the node asks for with these parameters, as they are stored, with whether it does
    /// nothing without them.
    fn credentials(_stored: &Json) -> Vec<(String, bool)> {
        declared(&Self::HEADER)
    }

    /// What an item does to the world, where it differs from item to item; never graver than [`ItemNode::EFFECT`].
    fn effect(&self, _parameters: &Self::Parameters) -> Option<Effect> {
        Self::EFFECT
    }

    /// Checks what the types cannot say. The host checks every item before the first one has an effect.
    ///
    /// # Errors
    /// When the item cannot be done with these parameters.
    fn check(&self, _parameters: &Self::Parameters) -> Result<(), NodeError> {
        Ok(())
    }

    /// Items of one key run in order, one at a time.
    fn order_key(&self, _parameters: &Self::Parameters) -> Option<String> {
        None
    }

    /// Whom the item is for, where it is for somebody: reports name them, and lists of those who want no messages leave them
    /// out. The node's JSON may say another one.
    fn recipient(&self, _parameters: &Self::Parameters) -> Option<Recipient> {
        None
    }

    /// Completes an error of an item, whether of its parameters or of the node itself, as the node shows it: with what to
    /// do about it, or as an error of its own. `stored` are the node's parameters with their expressions.
    fn explain(&self, error: NodeError, _stored: &Json, _type_version: f64) -> NodeError {
        error
    }

    /// Everything that is wrong with stored parameters, beyond the form and [`ItemNode::check`], and lies in constants:
    /// what would fail, or come out otherwise than it is written, whatever the item.
    fn check_stored(_stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        Vec::new()
    }

    /// Brings the parameters of an older file up to date, before defaults are filled.
    fn upgrade(_version: f64, parameters: Json) -> Json {
        parameters
    }

    /// The form. Override it for a form that the parameters' type cannot say.
    ///
    /// # Errors
    /// When the schema of the parameters has a part that no form field can show.
    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        schema::derive_properties::<Self::Parameters>()
    }

    /// Examples: they feed tests, documentation and form presets.
    fn examples() -> Vec<NodeExample> {
        Vec::new()
    }
}

/// A node that sees whole inputs: triggers, merge, sort, aggregate.
///
/// ```
/// use heddle_node::{
///     BatchContext, BatchNode, Effect, Items, NodeError, NodeHeader, async_trait,
/// };
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// struct Parameters {
///     /// How many items to pass on.
///     #[schemars(title = "Max Items")]
///     #[serde(default)]
///     max_items: u32,
/// }
///
/// /// Passes the first items on.
/// #[derive(Default)]
/// struct First;
///
/// #[async_trait]
/// impl BatchNode for First {
///     type Parameters = Parameters;
///
///     const HEADER: NodeHeader = NodeHeader {
///         type_name: "example.first",
///         versions: &[1.0],
///         display_name: "First",
///         description: "Passes the first items on.",
///         ..NodeHeader::DEFAULT
///     };
///     const EFFECT: Option<Effect> = Some(Effect::Pure);
///
///     async fn execute(
///         &self,
///         parameters: &Parameters,
///         context: &BatchContext<'_>,
///     ) -> Result<Vec<Items>, NodeError> {
///         let count = usize::try_from(parameters.max_items).unwrap_or(usize::MAX);
///         let first = context.main_items().iter().take(count).cloned();
///         Ok(vec![first.collect::<Vec<_>>().into()])
///     }
/// }
///
/// heddle_node::register_batch_node!(First);
/// ```
#[async_trait]
pub trait BatchNode: Send + Sync + 'static {
    /// The parameters, resolved for the first item.
    type Parameters: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// Who the node is.
    const HEADER: NodeHeader;

    /// The gravest effect that a run of it can have, as [`ItemNode::EFFECT`]. The outcome of its calls is reported for all items
    /// alike: nobody knows which of them a call was about.
    const EFFECT: Option<Effect> = None;

    /// As [`ItemNode::CALLS_OUT`].
    const CALLS_OUT: bool = !matches!(Self::EFFECT, Some(Effect::Pure));

    /// The main inputs, as [`ItemNode::DYNAMIC_INPUTS`].
    const DYNAMIC_INPUTS: Option<DynamicPorts> = None;

    /// The main outputs, as [`ItemNode::DYNAMIC_OUTPUTS`].
    const DYNAMIC_OUTPUTS: Option<DynamicPorts> = None;

    /// Parameters that are code, which the node has [`Services::run_code`] run. What they read
    /// of the run is kept for them.
    const CODE: &'static [&'static str] = &[];

    /// As [`ItemNode::EFFECT_IS_SETTABLE`].
    const EFFECT_IS_SETTABLE: bool = false;

    /// Whether a run may give a list without any output, which ends the branch as if the node had not been there.
    const MAY_GIVE_NOTHING: bool = false;

    /// As [`ItemNode::PASSES_ON`].
    const PASSES_ON: bool = false;

    /// Handles all items of all inputs and gives the items of each output; a list without any output only where the node
    /// says so ([`BatchNode::MAY_GIVE_NOTHING`]).
    ///
    /// # Errors
    /// [`NodeError`] fails the whole node run.
    async fn execute(
        &self,
        parameters: &Self::Parameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError>;

    /// Everything that is wrong with stored parameters, beyond the form, and lies in constants: what would fail, or come
    /// out otherwise than it is written, whatever the items.
    fn check_stored(_stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        Vec::new()
    }

    /// What a run does to the world, where that depends on the parameters; never graver than [`BatchNode::EFFECT`].
    fn effect(&self, _parameters: &Self::Parameters) -> Option<Effect> {
        Self::EFFECT
    }

    /// Brings the parameters of an older file up to date, before defaults are filled.
    fn upgrade(_version: f64, parameters: Json) -> Json {
        parameters
    }

    /// The form. Override it for a form that the parameters' type cannot say.
    ///
    /// # Errors
    /// When the schema of the parameters has a part that no form field can show.
    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        schema::derive_properties::<Self::Parameters>()
    }

    /// Examples: they feed tests, documentation and form presets.
    fn examples() -> Vec<NodeExample> {
        Vec::new()
    }
}

/// The credential types of a header.
fn declared(header: &NodeHeader) -> Vec<(String, bool)> {
    header.credentials.iter().map(|&(name, required)| (name.to_owned(), required)).collect()
}

/// What an item, or a call, does to the world. It decides what may be repeated. The later ones are graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Nothing: reading and computing.
    Pure,
    /// Something that a repeat does not do twice.
    Idempotent,
    /// Something that a repeat would do twice, such as a message to a customer.
    Send,
}

impl Effect {
    /// The effect that a file names: `pure`, `idempotent` or `send`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Pure, Self::Idempotent, Self::Send].into_iter().find(|effect| effect.as_str() == name)
    }

    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Idempotent => "idempotent",
            Self::Send => "send",
        }
    }
}

/// Who a node is: constant, so that the registry costs nothing at start.
#[derive(Debug, Clone, Copy)]
pub struct NodeHeader {
    /// Full type name, `<package>.<name>`.
    pub type_name: &'static str,
    /// Versions that it serves, ascending.
    pub versions: &'static [f64],
    /// Name for people, and of a new node.
    pub display_name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// Kinds, n8n's `group`, beside `trigger`, which [`NodeHeader::starts`] says.
    pub group: &'static [&'static str],
    /// What starts a run at this node; `None` where nothing does.
    pub starts: Option<TriggerKind>,
    /// Line below the node on a canvas.
    pub subtitle: Option<&'static str>,
    /// Number of main inputs; of a new node, where the parameters decide.
    pub inputs: usize,
    /// Which main inputs must have data before the node runs with others empty.
    pub required_inputs: &'static RequiredInputs,
    /// Labels of the main outputs; one empty label for a single plain output. Those of a new node, where the parameters
    /// decide.
    pub outputs: &'static [&'static str],
    /// Credential types, with whether they are required.
    pub credentials: &'static [(&'static str, bool)],
    /// Icon, by n8n's names: `fa:` and one of Font Awesome, `node:` and one of n8n's own, `file:` and a file's name.
    pub icon: Option<&'static str>,
    /// Where the node is found in a list, such as `Flow` or `Communication`.
    pub category: Option<&'static str>,
    /// Where to read about it.
    pub documentation_url: Option<&'static str>,
}

impl NodeHeader {
    /// A node that changes items: one input, one plain output, no credential, version 1. A node names what is its own, at
    /// least its type and its names, and ends with `..NodeHeader::DEFAULT`.
    pub const DEFAULT: Self = Self {
        type_name: "",
        versions: &[1.0],
        display_name: "",
        description: "",
        group: &["transform"],
        starts: None,
        subtitle: None,
        inputs: 1,
        required_inputs: &RequiredInputs::Any,
        outputs: &[""],
        credentials: &[],
        icon: None,
        category: None,
        documentation_url: None,
    };

    /// The node's groups in n8n's words, of which `trigger` is that of what starts runs.
    pub fn groups(&self) -> Vec<String> {
        let trigger = self.starts.map(|_| "trigger");
        // What starts runs changes no items, and says nothing of it.
        let own = self.group.iter().copied().filter(|group| self.starts.is_none() || *group != "transform");
        trigger.into_iter().chain(own.filter(|group| *group != "trigger")).map(str::to_owned).collect()
    }
}

/// The main inputs, or the main outputs, of a node whose parameters decide how many there are.
///
/// It is said twice, since a UI draws a node without running anything: as an expression, and as a function.
#[derive(Clone, Copy)]
pub struct DynamicPorts {
    /// For descriptions: an expression over `$parameter` that gives a list, for each of them its type or
    /// `{ type, displayName }`.
    pub expression: &'static str,
    /// How many there are with these parameters, as stored and filled with defaults, and this version of the node; `None`
    /// where an expression in them decides, which the host must evaluate.
    pub count: fn(&Json, f64) -> Option<usize>,
}

/// The main inputs, or the main outputs, of a node with some parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports<'a> {
    /// So many.
    Count(usize),
    /// As many as the list has that this expression over `$parameter` gives.
    Expression(&'a str),
}

impl DynamicPorts {
    /// The ports with these parameters.
    fn with(self, parameters: &Json, type_version: f64) -> Ports<'static> {
        (self.count)(parameters, type_version).map_or(Ports::Expression(self.expression), Ports::Count)
    }
}

/// The items that one item became, each with the output it goes to.
///
/// The runner pairs them with their input item.
#[derive(Debug, Default)]
pub struct ItemOutput {
    first: Option<(usize, Item)>,
    more: Vec<(usize, Item)>,
}

impl ItemOutput {
    /// No item at all.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One item on output `output`.
    pub fn to(output: usize, item: impl Into<Item>) -> Self {
        Self { first: Some((output, item.into())), more: Vec::new() }
    }

    /// Adds an item on output `output`.
    pub fn push(&mut self, output: usize, item: impl Into<Item>) {
        if self.first.is_none() {
            self.first = Some((output, item.into()));
        } else {
            self.more.push((output, item.into()));
        }
    }

    /// The items with their outputs.
    pub fn iter(&self) -> impl Iterator<Item = &(usize, Item)> {
        self.first.iter().chain(&self.more)
    }
}

impl FromIterator<(usize, Item)> for ItemOutput {
    fn from_iter<I: IntoIterator<Item = (usize, Item)>>(items: I) -> Self {
        let mut items = items.into_iter();
        Self { first: items.next(), more: items.collect() }
    }
}

impl From<Item> for ItemOutput {
    fn from(item: Item) -> Self {
        Self::to(0, item)
    }
}

impl From<Json> for ItemOutput {
    fn from(json: Json) -> Self {
        Self::to(0, Item::new(json))
    }
}

impl IntoIterator for ItemOutput {
    type Item = (usize, Item);
    type IntoIter = std::iter::Chain<std::option::IntoIter<(usize, Item)>, std::vec::IntoIter<(usize, Item)>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more)
    }
}
