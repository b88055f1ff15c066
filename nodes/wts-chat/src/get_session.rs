//! Reading a conversation.

use heddle_http_kit::path_segment;
use heddle_node::{Effect, ItemContext, ItemOutput, NodeError, Operation, async_trait};

use crate::api;
use crate::parameters::{GetSessionById, chosen};

#[async_trait]
impl Operation for GetSessionById {
    async fn run(&self, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
        let id = self.id()?;
        let api = api::open(context.services)?;
        let details: Vec<&str> = self.include_details.iter().map(|detail| detail.word()).collect();
        api::session(&api, id, &details).await?.map(ItemOutput::from).ok_or_else(no_id)
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
        chosen(&self.session_id).filter(|id| path_segment(id).is_some()).ok_or_else(no_id)
    }
}

fn no_id() -> NodeError {
    NodeError::parameter("sessionId", "SessionID is empty!")
        .with_description("Fill in the Session ID field with the id of a conversation")
}
