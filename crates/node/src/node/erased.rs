//! Nodes without their parameter types, as the registry holds them.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use super::{BatchNode, DynamicPorts, Effect, ItemNode, ItemOutput, NodeHeader, Ports, Recipient};
use crate::context::{BatchContext, ItemContext, Services};
use crate::delivery::Delivery;
use crate::description::{
    Codex, CodexLink, CodexResources, CredentialUse, NodeDefaults, NodeDescription, NodeProperty, Port,
    PortList, RequiredInputs, Themed, Versions,
};
use crate::error::NodeError;
use crate::example::NodeExample;
use crate::item::Items;
use crate::json::{self, Json, JsonError, from_json};
use crate::options::{OptionPage, OptionsQuery};
use crate::schema::{self, SchemaError};
use crate::stored::{StoredParameters, StoredProblem};
use crate::workflow_call::CalledWorkflow;

/// A node of either tier, as the registry holds it.
pub trait Node: Send + Sync {
    /// Who the node is.
    fn header(&self) -> &NodeHeader;

    /// The main inputs with these parameters, as stored and filled with defaults.
    fn inputs(&self, _parameters: &Json, _type_version: f64) -> Ports<'_> {
        Ports::Count(self.header().inputs)
    }

    /// The main outputs with these parameters, as stored and filled with defaults, without an error output.
    fn outputs(&self, _parameters: &Json, _type_version: f64) -> Ports<'_> {
        Ports::Count(self.header().outputs.len())
    }

    /// The description for a UI, derived at the first call.
    ///
    /// # Errors
    /// When the schema of the parameters has a part that no form field can show.
    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError>;

    /// JSON Schemas of the parameters: as stored (expressions allowed) or as resolved.
    ///
    /// # Errors
    /// As [`Node::describe`].
    fn parameter_schema(&self, form: schema::SchemaForm) -> Result<serde_json::Value, SchemaError>;

    /// Brings the parameters of an older file up to date.
    fn upgrade(&self, _version: f64, parameters: Json) -> Json {
        parameters
    }

    /// Everything that is wrong with stored parameters, beyond the form, and lies in constants.
    fn check_stored(&self, _stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        Vec::new()
    }

    /// Which workflow the node calls with these parameters, as far as they tell; `None` for a node that calls none.
    ///
    /// # Errors
    /// When it is plain that no workflow can be called.
    fn called_workflow(&self, _stored: &StoredParameters<'_>) -> Result<Option<CalledWorkflow>, NodeError> {
        Ok(None)
    }

    /// The node's examples.
    fn examples(&self) -> Vec<NodeExample> {
        Vec::new()
    }

    /// The tier.
    fn tier(&self) -> Tier<'_>;

    /// The credential types that the node asks for with these parameters, as stored, with whether it does nothing without
    /// them.
    fn credentials(&self, _stored: &Json) -> Vec<(String, bool)> {
        super::declared(self.header())
    }

    /// Whether the node's JSON may say what its calls do (`effect`, `idempotencyKey`).
    fn effect_is_settable(&self) -> bool {
        false
    }

    /// Whether the node may speak to anything outside with these parameters, as stored, if only to read.
    fn calls_out(&self, stored: &Json) -> bool {
        self.tier_for(stored).effect_of_type() != Some(Effect::Pure)
    }

    /// Whether each item that the node gets, and that does not fail, leaves an item at its only output.
    fn passes_on(&self) -> bool {
        false
    }

    /// The tier with these parameters, as stored: a few nodes go through their items one by one or take them all at
    /// once, as their parameters say.
    fn tier_for(&self, _parameters: &Json) -> Tier<'_> {
        self.tier()
    }

    /// What loads the choices of its form; `None` for a form without such choices.
    fn choices(&self) -> Option<&dyn ErasedItemNode> {
        match self.tier() {
            Tier::Item(node) => Some(node),
            Tier::Batch(_) => None,
        }
    }

    /// The node as its JSON in the workflow file sets it beside its parameters, such as one that takes its items one by
    /// one; `None` where that changes nothing.
    fn with_settings(&self, _settings: &Json) -> Option<Arc<dyn Node>> {
        None
    }
}

/// The tier of a [`Node`].
pub enum Tier<'a> {
    /// One item at a time.
    Item(&'a dyn ErasedItemNode),
    /// Whole inputs.
    Batch(&'a dyn ErasedBatchNode),
}

impl Tier<'_> {
    /// The gravest effect that the node states with these parameters, as stored; `None` where it says nothing.
    pub fn stated_effect(&self, stored: &Json) -> Option<Effect> {
        match self {
            Self::Item(node) => node.stated_effect(stored),
            Self::Batch(node) => node.stated_effect(),
        }
    }

    /// The gravest effect of the node's type, whatever its parameters; `None` where it says nothing.
    pub fn effect_of_type(&self) -> Option<Effect> {
        match self {
            Self::Item(node) => node.effect_of_type(),
            Self::Batch(node) => node.stated_effect(),
        }
    }
}

/// An [`ItemNode`] without its parameter type.
pub trait ErasedItemNode: Send + Sync {
    /// The gravest effect that any item can have with these parameters, as stored; `None` where the node says nothing.
    fn stated_effect(&self, stored: &Json) -> Option<Effect>;

    /// The gravest effect that any item can have, whatever the parameters; `None` where the node says nothing.
    fn effect_of_type(&self) -> Option<Effect>;

    /// The output that failed items take where the workflow continues on the regular outputs.
    fn failure_output(&self) -> usize;

    /// Whether handling an item may wait for something.
    fn waits(&self) -> bool;

    /// Completes an error of an item as the node shows it.
    fn explain(&self, error: NodeError, stored: &Json, type_version: f64) -> NodeError;

    /// Types and checks the resolved parameters of one item. Does no I/O.
    ///
    /// # Errors
    /// When they do not fit; the error names the parameter.
    fn prepare(&self, parameters: &Json) -> Result<PreparedItem, NodeError>;

    /// Runs one item.
    fn run_item<'a>(
        &'a self,
        prepared: &'a PreparedItem,
        context: &'a ItemContext<'a>,
    ) -> BoxFuture<'a, Result<ItemOutput, NodeError>>;

    /// Loads the choices of a form field.
    fn load_options<'a>(
        &'a self,
        method: &'a str,
        query: &'a OptionsQuery<'a>,
    ) -> BoxFuture<'a, Result<Option<OptionPage>, NodeError>>;

    /// Asks the service how far something has come that it has accepted ([`ItemNode::delivery`]).
    fn delivery<'a>(
        &'a self,
        _output: &'a Json,
        _services: &'a dyn Services,
    ) -> BoxFuture<'a, Result<Option<Delivery>, NodeError>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// A [`BatchNode`] without its parameter type.
pub trait ErasedBatchNode: Send + Sync {
    /// The gravest effect that a run can have; `None` where the node says nothing.
    fn stated_effect(&self) -> Option<Effect>;

    /// Whether a run may give no output at all.
    fn may_give_nothing(&self) -> bool;

    /// Types the resolved parameters. Does no I/O.
    ///
    /// # Errors
    /// When they do not fit; the error names the parameter.
    fn prepare(&self, parameters: &Json) -> Result<PreparedBatch, NodeError>;

    /// Parameters that are code.
    fn code(&self) -> &'static [&'static str];

    /// Runs all items.
    fn run<'a>(
        &'a self,
        prepared: &'a PreparedBatch,
        context: &'a BatchContext<'a>,
    ) -> BoxFuture<'a, Result<Vec<Items>, NodeError>>;
}

/// The typed parameters of one item, with what the runner must know of them.
pub struct PreparedItem {
    parameters: Box<dyn Any + Send + Sync>,
    /// The parameters that its type has as [views](heddle_data::View): where no others differ, it is that of all items.
    pub views: Vec<SmolStr>,
    /// What the item does; `None` where the node says nothing.
    pub effect: Option<Effect>,
    /// Its order key.
    pub order_key: Option<String>,
    /// Whom the item is for: [`ItemNode::recipient`].
    pub recipient: Option<Recipient>,
}

/// The typed parameters of a node that takes whole inputs, with what the runner must know of them.
pub struct PreparedBatch {
    parameters: Box<dyn Any + Send + Sync>,
    /// What the run does; `None` where the node says nothing.
    pub effect: Option<Effect>,
}

impl PreparedItem {
    /// The prepared parameters of one item, of a node that says nothing of its effect.
    pub fn new(parameters: impl Any + Send + Sync) -> Self {
        Self {
            parameters: Box::new(parameters),
            views: Vec::new(),
            effect: None,
            order_key: None,
            recipient: None,
        }
    }

    /// The parameters, where they are of this type.
    pub fn parameters<T: Any>(&self) -> Option<&T> {
        self.parameters.downcast_ref()
    }
}

impl PreparedBatch {
    /// The prepared parameters of all items, of a node that says nothing of its effect.
    pub fn new(parameters: impl Any + Send + Sync) -> Self {
        Self { parameters: Box::new(parameters), effect: None }
    }

    /// The parameters, where they are of this type.
    pub fn parameters<T: Any>(&self) -> Option<&T> {
        self.parameters.downcast_ref()
    }
}

/// Makes a [`Node`] of an [`ItemNode`].
pub fn item_node<N: ItemNode>(node: N) -> Arc<dyn Node> {
    Arc::new(ItemAdapter { node, description: OnceLock::new() })
}

/// Makes a [`Node`] of a [`BatchNode`].
pub fn batch_node<N: BatchNode>(node: N) -> Arc<dyn Node> {
    Arc::new(BatchAdapter { node, description: OnceLock::new() })
}

/// The description of a node, once it was derived.
type Derived = OnceLock<Result<Arc<NodeDescription>, SchemaError>>;

struct ItemAdapter<N> {
    node: N,
    description: Derived,
}

struct BatchAdapter<N> {
    node: N,
    description: Derived,
}

/// What both tiers say of themselves in the same words.
macro_rules! impl_node {
    ($adapter:ident, $trait:ident, $tier:ident, { $($more:tt)* }) => {
        impl<N: $trait> Node for $adapter<N> {
            fn header(&self) -> &NodeHeader {
                const { &N::HEADER }
            }

            fn inputs(&self, parameters: &Json, type_version: f64) -> Ports<'_> {
                let count = Ports::Count(N::HEADER.inputs);
                N::DYNAMIC_INPUTS.map_or(count, |inputs| inputs.with(parameters, type_version))
            }

            fn outputs(&self, parameters: &Json, type_version: f64) -> Ports<'_> {
                let count = Ports::Count(N::HEADER.outputs.len());
                N::DYNAMIC_OUTPUTS.map_or(count, |outputs| outputs.with(parameters, type_version))
            }

            fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
                let describe = || {
                    let (inputs, outputs) = (N::DYNAMIC_INPUTS, N::DYNAMIC_OUTPUTS);
                    let properties = N::properties().map_err(|error| error.of_type(N::HEADER.type_name))?;
                    Ok(Arc::new(describe(&N::HEADER, inputs, outputs, properties)))
                };
                self.description.get_or_init(describe).clone()
            }

            fn parameter_schema(&self, form: schema::SchemaForm) -> Result<serde_json::Value, SchemaError> {
                schema::parameter_schema::<N::Parameters>(&self.describe()?.properties, form)
                    .map_err(|error| error.of_type(N::HEADER.type_name))
            }

            fn upgrade(&self, version: f64, parameters: Json) -> Json {
                N::upgrade(version, parameters)
            }

            fn check_stored(&self, stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
                N::check_stored(stored)
            }

            fn examples(&self) -> Vec<NodeExample> {
                N::examples()
            }

            fn tier(&self) -> Tier<'_> {
                Tier::$tier(self)
            }

            fn effect_is_settable(&self) -> bool {
                N::EFFECT_IS_SETTABLE
            }

            fn calls_out(&self, _: &Json) -> bool {
                N::CALLS_OUT
            }

            fn passes_on(&self) -> bool {
                N::PASSES_ON
            }

            $($more)*
        }
    };
}

impl_node!(ItemAdapter, ItemNode, Item, {
    fn credentials(&self, stored: &Json) -> Vec<(String, bool)> {
        N::credentials(stored)
    }
});
impl_node!(BatchAdapter, BatchNode, Batch, {});

impl<N: ItemNode> ErasedItemNode for ItemAdapter<N> {
    fn effect_of_type(&self) -> Option<Effect> {
        N::EFFECT
    }

    fn stated_effect(&self, stored: &Json) -> Option<Effect> {
        within(N::EFFECT, N::gravest_effect(stored))
    }

    fn failure_output(&self) -> usize {
        N::FAILURE_OUTPUT
    }

    fn waits(&self) -> bool {
        N::WAITS
    }

    fn explain(&self, error: NodeError, stored: &Json, type_version: f64) -> NodeError {
        self.node.explain(error, stored, type_version)
    }

    fn prepare(&self, parameters: &Json) -> Result<PreparedItem, NodeError> {
        let (parameters, views) = read_with_views(parameters);
        let parameters: N::Parameters = parameters?;
        self.node.check(&parameters)?;
        Ok(PreparedItem {
            views,
            effect: within(N::EFFECT, self.node.effect(&parameters)),
            order_key: self.node.order_key(&parameters),
            recipient: self.node.recipient(&parameters),
            parameters: Box::new(parameters),
        })
    }

    fn run_item<'a>(
        &'a self,
        prepared: &'a PreparedItem,
        context: &'a ItemContext<'a>,
    ) -> BoxFuture<'a, Result<ItemOutput, NodeError>> {
        match prepared.parameters.downcast_ref() {
            Some(parameters) => self.node.execute_item(parameters, context),
            None => Box::pin(std::future::ready(Err(prepared_elsewhere()))),
        }
    }

    fn load_options<'a>(
        &'a self,
        method: &'a str,
        query: &'a OptionsQuery<'a>,
    ) -> BoxFuture<'a, Result<Option<OptionPage>, NodeError>> {
        self.node.load_options(method, query)
    }

    fn delivery<'a>(
        &'a self,
        output: &'a Json,
        services: &'a dyn Services,
    ) -> BoxFuture<'a, Result<Option<Delivery>, NodeError>> {
        self.node.delivery(output, services)
    }
}

impl<N: BatchNode> ErasedBatchNode for BatchAdapter<N> {
    fn stated_effect(&self) -> Option<Effect> {
        N::EFFECT
    }

    fn code(&self) -> &'static [&'static str] {
        N::CODE
    }

    fn may_give_nothing(&self) -> bool {
        N::MAY_GIVE_NOTHING
    }

    fn prepare(&self, parameters: &Json) -> Result<PreparedBatch, NodeError> {
        let parameters: N::Parameters = read_parameters(parameters)?;
        Ok(PreparedBatch {
            effect: within(N::EFFECT, self.node.effect(&parameters)),
            parameters: Box::new(parameters),
        })
    }

    fn run<'a>(
        &'a self,
        prepared: &'a PreparedBatch,
        context: &'a BatchContext<'a>,
    ) -> BoxFuture<'a, Result<Vec<Items>, NodeError>> {
        match prepared.parameters.downcast_ref() {
            Some(parameters) => self.node.execute(parameters, context),
            None => Box::pin(std::future::ready(Err(prepared_elsewhere()))),
        }
    }
}

/// What an item states, held to what its node states.
fn within(node: Option<Effect>, item: Option<Effect>) -> Option<Effect> {
    match (node, item) {
        (Some(node), Some(item)) => Some(node.min(item)),
        (node, item) => item.or(node),
    }
}

fn prepared_elsewhere() -> NodeError {
    NodeError::operation("The parameters were prepared by a node of another type")
}

fn describe(
    header: &NodeHeader,
    inputs: Option<DynamicPorts>,
    outputs: Option<DynamicPorts>,
    properties: Vec<NodeProperty>,
) -> NodeDescription {
    let ports = |dynamic: Option<DynamicPorts>, count| match dynamic {
        Some(ports) => PortList::Expression(ports.expression.to_owned()),
        None => PortList::Fixed(vec![Port::main(); count]),
    };
    let has_labels = outputs.is_none() && header.outputs.len() > 1;
    NodeDescription {
        name: header.type_name.to_owned(),
        display_name: header.display_name.to_owned(),
        group: header.groups(),
        version: Versions::Many(header.versions.to_vec()),
        subtitle: header.subtitle.map(str::to_owned),
        description: header.description.to_owned(),
        defaults: NodeDefaults { name: header.display_name.to_owned(), ..NodeDefaults::default() },
        inputs: ports(inputs, header.inputs),
        required_inputs: Some(header.required_inputs.clone())
            .filter(|required| *required != RequiredInputs::Any),
        outputs: ports(outputs, header.outputs.len()),
        output_names: header.outputs.iter().filter(|_| has_labels).map(|&label| label.to_owned()).collect(),
        credentials: header
            .credentials
            .iter()
            .map(|&(name, required)| CredentialUse {
                name: name.to_owned(),
                required,
                ..CredentialUse::default()
            })
            .collect(),
        icon: header.icon.map(|icon| Themed::One(icon.to_owned())),
        documentation_url: header.documentation_url.map(str::to_owned),
        codex: codex(header),
        properties,
        ..NodeDescription::default()
    }
}

/// Where a node is found, in n8n's words.
fn codex(header: &NodeHeader) -> Option<Codex> {
    let link = header.documentation_url.map(|url| CodexLink { url: url.to_owned(), ..CodexLink::default() });
    let resources =
        link.map(|link| CodexResources { primary_documentation: vec![link], ..CodexResources::default() });
    if header.category.is_none() && resources.is_none() {
        return None;
    }
    let categories = header.category.map(str::to_owned).into_iter().collect();
    Some(Codex { categories, resources, ..Codex::default() })
}

/// Types resolved parameters. Coercion comes before this, so it is the last net; the schema tells the place, which serde
/// loses below a tag.
pub(crate) fn read_parameters<T: DeserializeOwned + JsonSchema>(parameters: &Json) -> Result<T, NodeError> {
    from_json(parameters).map_err(|error| misfit::<T>(parameters, &error))
}

/// The same, with the names of the parameters that are views.
fn read_with_views<T: DeserializeOwned + JsonSchema>(
    parameters: &Json,
) -> (Result<T, NodeError>, Vec<SmolStr>) {
    let (read, views) = json::read_with_views(parameters);
    (read.map_err(|error| misfit::<T>(parameters, &error)), views)
}

fn misfit<T: JsonSchema>(parameters: &Json, error: &JsonError) -> NodeError {
    match schema::find_misfit::<T>(parameters) {
        Some(misfit) => misfit.into(),
        None => {
            NodeError::new(crate::error::ErrorKind::Parameter, format!("The parameters do not fit: {error}"))
                .with_description("Open the node, correct the value and save the workflow.")
        }
    }
}
