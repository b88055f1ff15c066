//! The WTS Chat node: starts a chatbot in the conversation of each item's contact, or reads a conversation.
//!
//! It registers the node type `n8n-nodes-wts.wtsChat` and the credential type `wtsApi`, the latter with a sandbox of
//! the service. Facts about the service are in `docs/wts-api.md`.

mod api;
mod chatbots;
mod credential;
mod delivery;
mod examples;
mod failure;
mod get_session;
mod metadata;
mod node;
mod options;
mod parameters;
mod send_chatbot;
mod upgrade;

pub use credential::{CREDENTIAL_TYPE, WtsApi};
pub use node::{NODE_TYPE, WtsChat};
pub use parameters::{
    BotReference, ChatbotOperation, ContactMetadata, Delivery, GetSessionById, MetadataRow, SendChatbot,
    SendOptions, SessionDetail, SessionMetadata, SessionOperation, WtsChatParameters,
};

heddle_node::register_item_node!(WtsChat);
heddle_node::register_credential!(
    credential::CREDENTIAL_TYPE,
    credential::describe,
    check = credential::WtsApi::check,
    sandbox = credential::start_sandbox,
);
