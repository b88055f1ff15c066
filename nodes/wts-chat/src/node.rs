//! The node: who it is, and which operation its parameters choose.

use heddle_node::{
    Delivery, Effect, Json, NodeError, NodeExample, NodeHeader, Operation, OperationNode, OptionPage,
    OptionsQuery, Services, async_trait,
};

use crate::credential::CREDENTIAL_TYPE;
use crate::parameters::{ChatbotOperation, SessionOperation, WtsChatParameters};
use crate::{delivery, examples, options, upgrade};

/// Full name of the node type.
pub const NODE_TYPE: &str = "n8n-nodes-wts.wtsChat";

/// Starts chatbots in conversations, and reads conversations.
#[derive(Debug, Clone, Copy, Default)]
pub struct WtsChat;

#[async_trait]
impl OperationNode for WtsChat {
    type Parameters = WtsChatParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: NODE_TYPE,
        versions: &[1.0],
        display_name: "WTS Chat",
        description: "Starts chatbots in WhatsApp and Instagram conversations with WTS Chat, and reads conversations",
        subtitle: Some(r#"={{$parameter["operation"] + ": " + $parameter["resource"]}}"#),
        credentials: &[(CREDENTIAL_TYPE, true)],
        category: Some("Communication"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Send);

    const PASSES_ON: bool = true;

    fn operation(parameters: &Self::Parameters) -> &dyn Operation {
        match parameters {
            WtsChatParameters::Chatbot(ChatbotOperation::SendChatbot(operation)) => operation,
            WtsChatParameters::Session(SessionOperation::GetSessionById(operation)) => operation,
        }
    }

    async fn load_options(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        options::load(method, query).await
    }

    async fn delivery(&self, output: &Json, services: &dyn Services) -> Result<Option<Delivery>, NodeError> {
        delivery::ask(output, services).await
    }

    fn upgrade(_version: f64, parameters: Json) -> Json {
        upgrade::upgrade(parameters)
    }

    fn examples() -> Vec<NodeExample> {
        examples::examples()
    }
}
