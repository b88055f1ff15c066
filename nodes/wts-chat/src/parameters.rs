//! The parameters of the node: its form, and what it receives for each item.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::MetadataList;

/// What a drop-down holds while nothing is chosen.
pub(crate) const NOT_CHOSEN: &str = "NOT_SEND";

/// Whether a text stands for something. Older builds wrote other words for nothing.
pub(crate) fn is_chosen(text: &str) -> bool {
    !matches!(text.trim(), "" | NOT_CHOSEN | "UNDEFINED" | "null")
}

/// The text, without the blanks around it, if it stands for something.
pub(crate) fn chosen(text: &str) -> Option<&str> {
    is_chosen(text).then(|| text.trim())
}

/// What the node works on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "resource", rename_all = "camelCase")]
#[schemars(extend("x-selectors" = {
    "resource": { "displayName": "Resource", "description": "What the node works on" }
}))]
pub enum WtsChatParameters {
    /// A chatbot of your account.
    #[schemars(title = "Chatbot")]
    Chatbot(ChatbotOperation),
    /// A conversation with a contact.
    #[schemars(title = "Session")]
    Session(SessionOperation),
}

/// What the node does.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[schemars(extend("x-selectors" = {
    "operation": { "displayName": "Operation", "description": "What the node does" }
}))]
pub enum ChatbotOperation {
    /// Start a chatbot in the conversation with a contact.
    #[schemars(title = "Send Chatbot", extend("x-action" = "Send chatbot"))]
    SendChatbot(SendChatbot),
}

/// What the node does with a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[schemars(extend("x-selectors" = {
    "operation": { "displayName": "Operation", "description": "What the node does" }
}))]
pub enum SessionOperation {
    /// Read a conversation.
    #[schemars(title = "Get Session By ID", extend("x-action" = "Get session by ID"))]
    GetSessionById(GetSessionById),
}

/// Which chatbot to start where, and how.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SendChatbot {
    /// The conversation to start the chatbot in. With it, To and From may stay empty. A finished conversation is not
    /// opened again; the chatbot runs all the same.
    #[schemars(title = "Session ID", extend("x-type" = "string"))]
    pub session_id: String,
    /// The chatbot to start: choose it from the list, or give its key with an expression. The list holds the chatbots
    /// that can be sent: published automations that allow sending by API.
    #[schemars(
        title = "Bots Name or ID",
        extend(
            "x-type" = "options",
            "x-loadOptionsMethod" = "getChatbots",
            "x-options" = [{ "name": "Undefined", "value": NOT_CHOSEN }]
        )
    )]
    pub chatbot_id: String,
    /// What Bots Name or ID holds: the key of a chatbot, or its id as in workflows of older versions.
    #[schemars(title = "Bot Reference", extend("x-type" = "hidden"))]
    pub chatbot_reference: BotReference,
    /// The channel to send through: choose it from the list, or give its id, phone number or @username with an
    /// expression.
    #[schemars(
        title = "From Name or ID",
        extend(
            "x-type" = "options",
            "x-loadOptionsMethod" = "getChannelsIds",
            "x-options" = [{ "name": "Undefined", "value": NOT_CHOSEN }]
        )
    )]
    pub channel_id: String,
    /// The recipient: a phone number with country code, or an Instagram @username.
    #[schemars(title = "To", extend("x-type" = "string", "x-placeholder" = "5511999999999"))]
    pub number_to_send: String,
    /// Whether to finish the open conversation of the contact and start a new one.
    #[schemars(title = "Force Start Session")]
    pub force_start_session: bool,
    /// Whether to hold the chatbot back while another chatbot is running in the conversation.
    #[schemars(title = "Skip If Bot In Execution")]
    pub skip_if_bot_in_execution: bool,
    /// Whether to hold the chatbot back while the contact has an open conversation.
    #[schemars(title = "Skip If In Progress")]
    pub skip_if_in_progress: bool,
    /// Values for the chatbot and its conditions. They live as long as the conversation does.
    #[schemars(title = "Session Metadata", extend("x-type" = "fixedCollection", "x-placeholder" = "Add metadata"))]
    pub session_metadatas: SessionMetadata,
    /// Values for the chatbot that are kept with the contact, for later conversations too.
    #[schemars(title = "Contacts Metadata", extend("x-type" = "fixedCollection", "x-placeholder" = "Add metadata"))]
    pub contact_metadatas: ContactMetadata,
    /// How to send.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
    pub options: SendOptions,
}

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
    pub(crate) fn word(self) -> &'static str {
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

/// What `chatbotId` holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BotReference {
    /// The key, which the API asks for.
    #[default]
    Key,
    /// The id, which older versions of the node stored.
    Id,
}

/// The rows of Session Metadata.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionMetadata {
    /// One value for the conversation.
    #[schemars(title = "Session Metadata")]
    pub session_metadata: Vec<MetadataRow>,
}

/// The rows of Contacts Metadata.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ContactMetadata {
    /// One value for the contact.
    #[schemars(title = "Contacts Metadata")]
    pub contact_metadata: Vec<MetadataRow>,
}

/// A key with its value. Both are texts; what else an expression may give is kept as it is, so that the node can say
/// which row is wrong.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MetadataRow {
    /// Name under which the chatbot knows the value.
    #[schemars(title = "Key", extend("x-type" = "string"))]
    pub key: Json,
    /// The value: a text, number or boolean.
    #[schemars(title = "Value", extend("x-type" = "string"))]
    pub value: Json,
}

impl Default for MetadataRow {
    fn default() -> Self {
        Self { key: Json::from(""), value: Json::from("") }
    }
}

/// How to send.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SendOptions {
    /// When the chatbot is to start.
    #[schemars(title = "Delivery")]
    pub delivery: Delivery,
    /// Whether to wait until a queued send has its final status, and to fail the item when delivery failed.
    #[schemars(
        title = "Wait For Final Status",
        extend("x-displayOptions" = { "show": { "delivery": ["queued"] } })
    )]
    pub wait_for_final_status: bool,
    /// The longest time to wait for the final status, in seconds. After it the item goes on with the last status.
    #[schemars(
        title = "Longest Wait (Seconds)",
        extend(
            "x-minValue" = 1,
            "x-maxValue" = 3600,
            "x-displayOptions" = { "show": { "delivery": ["queued"], "waitForFinalStatus": [true] } }
        )
    )]
    pub longest_wait: f64,
    /// Your own id for this send, for tracking. By default an id that stays the same when the item is run again in
    /// the same execution.
    #[schemars(title = "Sender ID", extend("x-type" = "string"))]
    pub sender_id: String,
    /// Address that the service calls when the chatbot starts or fails.
    #[schemars(title = "Callback URL", extend("x-type" = "string", "x-placeholder" = "https://example.com/callback"))]
    pub callback_url: String,
    /// Whether a new conversation stays hidden until the contact answers.
    #[schemars(title = "Hidden Session")]
    pub hidden_session: bool,
}

/// When the chatbot is to start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// Start the chatbot at once; the answer is the conversation.
    #[default]
    #[schemars(title = "Immediate")]
    Immediate,
    /// Let the service start it in its turn; the answer is the queued send with its status.
    #[schemars(title = "Queued")]
    Queued,
}

impl Default for SendChatbot {
    fn default() -> Self {
        Self {
            session_id: String::new(),
            chatbot_id: NOT_CHOSEN.to_owned(),
            chatbot_reference: BotReference::Key,
            channel_id: NOT_CHOSEN.to_owned(),
            number_to_send: String::new(),
            force_start_session: false,
            skip_if_bot_in_execution: false,
            skip_if_in_progress: false,
            session_metadatas: SessionMetadata::default(),
            contact_metadatas: ContactMetadata::default(),
            options: SendOptions::default(),
        }
    }
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            delivery: Delivery::Immediate,
            wait_for_final_status: false,
            longest_wait: 60.0,
            sender_id: String::new(),
            callback_url: String::new(),
            hidden_session: false,
        }
    }
}

impl SendChatbot {
    /// The rows of Session Metadata with where they stand.
    pub(crate) fn session_metadata(&self) -> MetadataList<'_> {
        MetadataList {
            label: "Session Metadata",
            path: "sessionMetadatas.sessionMetadata",
            rows: &self.session_metadatas.session_metadata,
        }
    }

    /// The rows of Contacts Metadata with where they stand.
    pub(crate) fn contact_metadata(&self) -> MetadataList<'_> {
        MetadataList {
            label: "Contacts Metadata",
            path: "contactMetadatas.contactMetadata",
            rows: &self.contact_metadatas.contact_metadata,
        }
    }

    /// The recipient. A text without a letter or digit, such as the `+` that is left when an expression finds no
    /// number, is none.
    pub(crate) fn to(&self) -> Option<&str> {
        chosen(&self.number_to_send).filter(|text| text.contains(char::is_alphanumeric))
    }

    /// What tells the recipients of two items apart: the digits of a phone number, an @username in lower case, else
    /// the conversation. Sends to one recipient must not overtake each other, whatever channel they go through.
    pub(crate) fn recipient_key(&self) -> Option<String> {
        if let Some(recipient) = self.to() {
            let digits: String = recipient.chars().filter(char::is_ascii_digit).collect();
            let is_phone =
                !digits.is_empty() && !recipient.contains(char::is_alphabetic) && !recipient.starts_with('@');
            return Some(if is_phone { digits } else { recipient.to_lowercase() });
        }
        chosen(&self.session_id).map(|session| format!("session {}", session.to_lowercase()))
    }
}
