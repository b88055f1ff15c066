//! Chatbots of older workflow files, which name a bot by its id where the API wants its key.

use std::borrow::Cow;

use heddle_http_kit::Api;
use heddle_node::{ErrorKind, Json, NodeError};

use crate::api;
use crate::parameters::{BotReference, SendChatbot};

/// The key of the chatbot that the parameters name as `bot`.
///
/// The list of chatbots is loaded once for each node run. In a dry run, where it cannot be, a placeholder stands for
/// the key.
///
/// # Errors
/// When the list does not come, or holds no such chatbot.
pub(crate) async fn bot_key<'a>(
    api: &Api<'_>,
    parameters: &SendChatbot,
    bot: &'a str,
) -> Result<Cow<'a, str>, NodeError> {
    if parameters.chatbot_reference == BotReference::Key {
        return Ok(Cow::Borrowed(bot));
    }
    let load = Box::pin(async {
        let chatbots = api::chatbots(api, &[]).await?;
        Ok(chatbots.iter().map(identity).collect::<Json>())
    });
    let known = match api.services().remember("wtsChat.chatbots", load).await {
        Ok(known) => known,
        Err(error) if error.kind == ErrorKind::DryRun => {
            return Ok(Cow::Owned(format!("(key of bot {bot})")));
        }
        Err(error) => return Err(error),
    };
    let known = known.as_array().unwrap_or_default();
    let names = |chatbot: &&Json, field: &str| {
        chatbot.get(field).and_then(Json::as_str).is_some_and(|text| text.eq_ignore_ascii_case(bot))
    };
    if let Some(key) =
        known.iter().find(|chatbot| names(chatbot, "id")).and_then(|chatbot| chatbot.get("key")?.as_str())
    {
        return Ok(Cow::Owned(key.to_owned()));
    }
    if known.iter().any(|chatbot| names(&chatbot, "key")) {
        return Ok(Cow::Borrowed(bot));
    }
    let shown: String = bot.chars().take(100).collect();
    Err(NodeError::parameter("chatbotId", format!("The bot \"{shown}\" was not found in the account"))
        .with_description("It may have been deleted. Choose the bot again in the field Bots Name or ID."))
}

/// Id and key of a chatbot, which is all that is remembered of it.
fn identity(chatbot: &Json) -> Json {
    let field = |name: &str| chatbot.get(name).cloned().unwrap_or_default();
    heddle_node::json!({ "id": field("id"), "key": field("key") })
}
