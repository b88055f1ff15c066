//! Older workflow files: parameters that have another name or value today.

use heddle_node::Json;

use crate::parameters::is_chosen;

/// Parameters that the chatbot resource has, or had.
const CHATBOT_PARAMETERS: [&str; 11] = [
    "chatbotId",
    "botId",
    "channelId",
    "numberToSend",
    "sessionId",
    "forceStartSession",
    "skipIfBotInExecution",
    "skipIfInProgress",
    "sessionMetadatas",
    "contactMetadatas",
    "options",
];

/// Brings parameters of an older file up to date.
pub(crate) fn upgrade(mut parameters: Json) -> Json {
    if parameters.is_object() {
        name_resource(&mut parameters);
        move_bot_id(&mut parameters);
        unify_sentinels(&mut parameters);
    }
    parameters
}

/// A file without resource once meant contacts, and now means chatbots. Where nothing in it belongs to a chatbot, the
/// old meaning is written down, so that the workflow is refused instead of doing something else.
fn name_resource(parameters: &mut Json) {
    let is_of_contacts = match parameters.as_object() {
        Some(object) if !object.contains_key("resource") && !object.is_empty() => {
            match object.get("operation").and_then(Json::as_str) {
                Some(operation) => operation != "sendChatbot",
                None => !CHATBOT_PARAMETERS.iter().any(|name| object.contains_key(name)),
            }
        }
        _ => false,
    };
    if is_of_contacts {
        parameters.insert("resource", Json::from("contact"));
    }
}

/// `botId` holds a bot's id; `chatbotId`, which came after it, the bot's key. The id moves, with a note of what it is.
fn move_bot_id(parameters: &mut Json) {
    let has_chatbot = parameters.get("chatbotId").is_some_and(names_something);
    let Some(bot_id) = parameters.remove("botId") else { return };
    if !has_chatbot && names_something(&bot_id) {
        parameters.insert("chatbotId", bot_id);
        parameters.insert("chatbotReference", Json::from("id"));
    }
}

/// The words for *nothing chosen* have changed; the form knows one of them.
fn unify_sentinels(parameters: &mut Json) {
    for name in ["chatbotId", "channelId"] {
        let value = parameters.get(name);
        if value.is_some_and(|value| value.as_str().is_some_and(|text| !is_chosen(text))) {
            parameters.insert(name, Json::from(crate::parameters::NOT_CHOSEN));
        }
    }
}

fn names_something(value: &Json) -> bool {
    match value.as_str() {
        Some(text) => is_chosen(text),
        None => !value.is_null(),
    }
}
