//! Nodes whose parameters choose between operations.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Effect, ItemNode, ItemOutput, NodeHeader, Recipient};
use crate::context::{ItemContext, Services};
use crate::delivery::Delivery;
use crate::description::NodeProperty;
use crate::error::NodeError;
use crate::example::NodeExample;
use crate::json::Json;
use crate::options::{OptionPage, OptionsQuery};
use crate::schema::{self, SchemaError};
use crate::stored::{StoredParameters, StoredProblem};

/// One operation of a node. The type that holds the operation's parameters implements it, so that everything about an
/// operation is in one place.
#[async_trait]
pub trait Operation: Send + Sync {
    /// Handles one item, as [`ItemNode::execute_item`].
    ///
    /// # Errors
    /// [`NodeError`] says what happened; whether to try again is the runner's decision.
    async fn run(&self, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError>;

    /// What the operation does to the world. One that says nothing counts as a send.
    fn effect(&self) -> Option<Effect> {
        None
    }

    /// Checks what the types cannot say, as [`ItemNode::check`].
    ///
    /// # Errors
    /// When the item cannot be done with these parameters.
    fn check(&self) -> Result<(), NodeError> {
        Ok(())
    }

    /// Items of one key run in order, one at a time.
    fn order_key(&self) -> Option<String> {
        None
    }

    /// Whom the item is for, as [`ItemNode::recipient`].
    fn recipient(&self) -> Option<Recipient> {
        None
    }
}

/// An [`ItemNode`] that leaves everything about an item to the operation that its parameters choose.
///
/// ```
/// use heddle_node::{
///     Effect, ItemContext, ItemOutput, Json, NodeError, NodeHeader, Operation, OperationNode,
///     async_trait, json,
/// };
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// /// What the node does.
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// #[serde(tag = "operation", rename_all = "camelCase")]
/// enum TextParameters {
///     /// Write a text in capitals.
///     #[schemars(title = "Shout")]
///     Shout(Shout),
///     /// Count the letters of a text.
///     #[schemars(title = "Count")]
///     Count(Count),
/// }
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Shout {
///     /// The text.
///     #[schemars(title = "Text")]
///     #[serde(default)]
///     text: String,
/// }
///
/// #[async_trait]
/// impl Operation for Shout {
///     async fn run(&self, _context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
///         Ok(json!({ "text": self.text.to_uppercase() }).into())
///     }
///
///     fn effect(&self) -> Option<Effect> {
///         Some(Effect::Pure)
///     }
/// }
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Count {
///     /// The text.
///     #[schemars(title = "Text")]
///     #[serde(default)]
///     text: String,
/// }
///
/// #[async_trait]
/// impl Operation for Count {
///     async fn run(&self, _context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
///         Ok(json!({ "letters": self.text.chars().count() }).into())
///     }
///
///     fn effect(&self) -> Option<Effect> {
///         Some(Effect::Pure)
///     }
/// }
///
/// struct Text;
///
/// impl OperationNode for Text {
///     type Parameters = TextParameters;
///
///     const HEADER: NodeHeader = NodeHeader {
///         type_name: "example.text",
///         versions: &[1.0],
///         display_name: "Text",
///         description: "Changes texts",
///         ..NodeHeader::DEFAULT
///     };
///
///     const EFFECT: Option<Effect> = Some(Effect::Pure);
///
///     fn operation(parameters: &TextParameters) -> &dyn Operation {
///         match parameters {
///             TextParameters::Shout(operation) => operation,
///             TextParameters::Count(operation) => operation,
///         }
///     }
/// }
///
/// let node = heddle_node::node::item_node(Text);
/// assert_eq!(node.header().type_name, "example.text");
/// ```
#[async_trait]
pub trait OperationNode: Send + Sync + 'static {
    /// The parameters: an enum with one variant for each operation.
    type Parameters: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// Who the node is.
    const HEADER: NodeHeader;

    /// The gravest effect that any of its operations can have, as [`ItemNode::EFFECT`].
    const EFFECT: Option<Effect> = None;

    /// As [`ItemNode::PASSES_ON`].
    const PASSES_ON: bool = false;

    /// The chosen operation.
    fn operation(parameters: &Self::Parameters) -> &dyn Operation;

    /// As [`ItemNode::load_options`].
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

    /// As [`ItemNode::delivery`].
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

    /// As [`ItemNode::check_stored`].
    fn check_stored(_stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        Vec::new()
    }

    /// As [`ItemNode::upgrade`].
    fn upgrade(_version: f64, parameters: Json) -> Json {
        parameters
    }

    /// As [`ItemNode::properties`].
    ///
    /// # Errors
    /// When the schema of the parameters has a part that no form field can show.
    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        schema::derive_properties::<Self::Parameters>()
    }

    /// As [`ItemNode::examples`].
    fn examples() -> Vec<NodeExample> {
        Vec::new()
    }
}

#[async_trait]
impl<N: OperationNode> ItemNode for N {
    type Parameters = N::Parameters;

    const HEADER: NodeHeader = N::HEADER;

    const EFFECT: Option<Effect> = N::EFFECT;

    const PASSES_ON: bool = N::PASSES_ON;

    async fn execute_item(
        &self,
        parameters: &Self::Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        N::operation(parameters).run(context).await
    }

    async fn load_options(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        OperationNode::load_options(self, method, query).await
    }

    async fn delivery(&self, output: &Json, services: &dyn Services) -> Result<Option<Delivery>, NodeError> {
        OperationNode::delivery(self, output, services).await
    }

    fn effect(&self, parameters: &Self::Parameters) -> Option<Effect> {
        N::operation(parameters).effect()
    }

    fn check(&self, parameters: &Self::Parameters) -> Result<(), NodeError> {
        N::operation(parameters).check()
    }

    fn order_key(&self, parameters: &Self::Parameters) -> Option<String> {
        N::operation(parameters).order_key()
    }

    fn recipient(&self, parameters: &Self::Parameters) -> Option<Recipient> {
        N::operation(parameters).recipient()
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        <N as OperationNode>::check_stored(stored)
    }

    fn upgrade(version: f64, parameters: Json) -> Json {
        <N as OperationNode>::upgrade(version, parameters)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        <N as OperationNode>::properties()
    }

    fn examples() -> Vec<NodeExample> {
        <N as OperationNode>::examples()
    }
}
