//! Reading a conversation.

use heddle_node::{Effect, ItemContext, ItemOutput, NodeError, Operation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Api;
use crate::parameters::chosen;

/// Which conversation to read, and with what beside it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GetSessionById {
    /// The conversation to read.
    #[schemars(title = "Session ID", extend("x-type" = "string"))]
    pub session_id: String,
    /// What to read beside the conversation itself.
    #[schemars(title = "Include Details", extend("x-type" = "multiOptions"))]
    pub include_details: Vec<SessionDetail>,
}

/// What comes with a conversation (docs/wts-api.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SessionDetail {
    /// The agent who handles it.
    #[schemars(title = "Agent")]
    AgentDetails,
    /// The channel that it goes through.
    #[schemars(title = "Channel")]
    ChannelDetails,
    /// The kind of that channel.
    #[schemars(title = "Channel Type")]
    ChannelTypeDetails,
    /// How it was classified when it was finished.
    #[schemars(title = "Classification")]
    ClassificationDetails,
    /// The contact.
    #[schemars(title = "Contact")]
    ContactDetails,
    /// The department that it belongs to.
    #[schemars(title = "Department")]
    DepartmentsDetails,
}

impl SessionDetail {
    /// The API's word.
    fn word(self) -> &'static str {
        match self {
            Self::AgentDetails => "AgentDetails",
            Self::ChannelDetails => "ChannelDetails",
            Self::ChannelTypeDetails => "ChannelTypeDetails",
            Self::ClassificationDetails => "ClassificationDetails",
            Self::ContactDetails => "ContactDetails",
            Self::DepartmentsDetails => "DepartmentsDetails",
        }
    }
}

#[async_trait]
impl Operation for GetSessionById {
    async fn run(&self, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
        let id = self.id()?;
        let api = Api::new(context.services)?;
        let details: Vec<&str> = self.include_details.iter().map(|detail| detail.word()).collect();
        api.session(id, &details).await.map(ItemOutput::from)
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Pure)
    }

    fn check(&self) -> Result<(), NodeError> {
        self.id().map(drop)
    }
}

impl GetSessionById {
    /// The id. Dots alone would make another path.
    fn id(&self) -> Result<&str, NodeError> {
        chosen(&self.session_id).filter(|id| !matches!(*id, "." | "..")).ok_or_else(|| {
            NodeError::parameter("sessionId", "SessionID is empty!")
                .with_description("Fill in the Session ID field with the id of a conversation")
        })
    }
}
