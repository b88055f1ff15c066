//! What an account of WTS Chat holds: chatbots, channels, contacts and conversations.
//!
//! The public types are also the seed: fill an [`AccountSeed`] to run the sandbox on records of your own.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::words::words;

words! {
    /// How a chatbot begins: on its own when a contact writes, or when something starts it
    /// (docs/wts-api.md §2.5).
    pub enum ChatbotType {
        /// Starts when a contact writes.
        Reactive = "Reactive",
        /// Is started by the API, a person, a campaign or a sequence.
        Automation = "Automation",
    }
}

words! {
    /// Whether a chatbot can run (docs/wts-api.md §2.5); upper case in answers, any case in queries.
    pub enum PublishStatus {
        /// A draft.
        NotPublished = "NOT_PUBLISHED",
        /// On its way to be ready.
        Publishing = "PUBLISHING",
        /// Can be sent.
        Ready = "READY",
        /// Publishing it failed.
        Failed = "FAILED",
    }
}

words! {
    /// Who may start a chatbot of type [`ChatbotType::Automation`] (docs/wts-api.md §2.5).
    pub enum AutomationUsage {
        /// The public API: only these can be sent.
        Api = "Api",
        /// A person in the app.
        Manual = "Manual",
        /// A campaign.
        Campaign = "Campaign",
        /// A sequence.
        Sequence = "Sequence",
    }
}

words! {
    /// The kinds of channel (docs/wts-api.md §3).
    pub enum ChannelType {
        /// WhatsApp through 360dialog.
        Dialog360WhatsApp = "Dialog360_WhatsApp",
        /// WhatsApp through the official Cloud API.
        CloudApiWhatsApp = "CloudAPI_WhatsApp",
        /// WhatsApp through Z-API.
        ZApiWhatsApp = "ZAPI_WhatsApp",
        /// WhatsApp through Evolution API.
        EvolutionApiWhatsApp = "EvolutionApi_WhatsApp",
        /// Instagram direct messages.
        Instagram = "Instagram",
        /// Facebook Messenger.
        Messenger = "Messenger",
    }
}

words! {
    /// The spelling of a channel's type inside a conversation (docs/wts-api.md §12, `channelType`).
    pub(crate) enum SessionChannelType {
        Dialog360 = "DIALOG360_WHATSAPP",
        CloudApi = "CLOUDAPI_WHATSAPP",
        ZApi = "ZAPI_WHATSAPP",
        EvolutionApi = "EVOLUTIONAPI_WHATSAPP",
        Instagram = "INSTAGRAM",
        Messenger = "MESSENGER",
    }
}

words! {
    /// The states of a conversation (docs/wts-api.md §12).
    pub enum SessionStatus {
        /// No state is known.
        Undefined = "UNDEFINED",
        /// Begun, nobody has answered yet.
        Started = "STARTED",
        /// Waits for an agent.
        Pending = "PENDING",
        /// Someone is answering.
        InProgress = "IN_PROGRESS",
        /// Over.
        Completed = "COMPLETED",
        /// Not shown to agents until the contact answers.
        Hidden = "HIDDEN",
    }
}

words! {
    /// The states of a contact (docs/wts-api.md §10).
    pub enum ContactStatus {
        /// In use.
        Active = "ACTIVE",
        /// Put away.
        Archived = "ARCHIVED",
        /// May not be written to.
        Blocked = "BLOCKED",
    }
}

impl ChannelType {
    /// Whether recipients of this channel are phone numbers.
    pub const fn is_whatsapp(self) -> bool {
        !matches!(self, Self::Instagram | Self::Messenger)
    }

    pub(crate) const fn in_session(self) -> SessionChannelType {
        match self {
            Self::Dialog360WhatsApp => SessionChannelType::Dialog360,
            Self::CloudApiWhatsApp => SessionChannelType::CloudApi,
            Self::ZApiWhatsApp => SessionChannelType::ZApi,
            Self::EvolutionApiWhatsApp => SessionChannelType::EvolutionApi,
            Self::Instagram => SessionChannelType::Instagram,
            Self::Messenger => SessionChannelType::Messenger,
        }
    }
}

/// A chatbot: PublicChatbotDTO of docs/wts-api.md §2.5. Sends name it by `key`, never by `id`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chatbot {
    /// The record's id.
    pub id: Uuid,
    /// What `botKey` of a send must hold.
    pub key: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The account.
    pub company_id: Uuid,
    /// Put away; still listed.
    pub archived: bool,
    /// The name that people see.
    pub name: String,
    /// How it begins.
    #[serde(rename = "type")]
    pub kind: ChatbotType,
    /// The channels it works on.
    pub channel_ids: Vec<Uuid>,
    /// The department its conversations go to.
    pub default_department_id: Option<Uuid>,
    /// Whether it can run.
    pub publish_status: PublishStatus,
    /// Who may start it.
    pub automation_usage: Vec<AutomationUsage>,
}

impl Chatbot {
    /// Whether `/chat/v1/chatbot/send` takes it: an automation that is published, not archived, and open to the API.
    pub fn can_be_sent(&self) -> bool {
        self.kind == ChatbotType::Automation
            && self.publish_status == PublishStatus::Ready
            && !self.archived
            && self.automation_usage.contains(&AutomationUsage::Api)
    }
}

/// Who a channel is on its platform (docs/wts-api.md §3); may be missing from a channel.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelIdentity {
    /// The number or `@user` as people read it.
    pub human_id: String,
    /// `WhatsApp`, `Instagram`, …
    pub platform: String,
    /// The service in between.
    pub provider: String,
    /// A detail of the provider.
    pub provider_variable: Option<String>,
    /// The picture.
    pub picture_url: Option<String>,
    /// The name shown to contacts.
    pub display_name: String,
}

/// A channel of the account (docs/wts-api.md §3).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// The record's id; sends may name the channel by it.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Whether it can send.
    pub active: bool,
    /// The kind of channel.
    #[serde(rename = "type")]
    pub kind: ChannelType,
    /// Digits with country code, or `@user`.
    pub number: String,
    /// The number as people read it.
    pub number_formatted: String,
    /// Who it is on its platform. `None` leaves the field out, as the API may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<ChannelIdentity>,
}

/// Whom a message goes to: a phone (digits with country code) or an Instagram user (docs/wts-api.md §1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// Digits only, country code first: `5511999990001`.
    Phone(String),
    /// Without the `@`, lower case.
    Instagram(String),
}

impl Recipient {
    /// Reads `5511…`, `+5511…`, `+55|11…` or `@user`. `None`: neither.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(user) = text.strip_prefix('@') {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
            return (!user.is_empty() && user.len() <= 30 && user.chars().all(fits))
                .then(|| Self::Instagram(user.to_ascii_lowercase()));
        }
        let digits = text.strip_prefix('+').unwrap_or(text).replace('|', "");
        ((8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then_some(Self::Phone(digits))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(digits) => formatter.write_str(digits),
            Self::Instagram(user) => write!(formatter, "@{user}"),
        }
    }
}

/// A contact (docs/wts-api.md §10).
#[derive(Clone, Debug)]
pub struct Contact {
    /// The record's id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The name; a contact made by a first send is called by its number.
    pub name: String,
    /// The phone or Instagram user.
    pub recipient: Recipient,
    /// Whether it is in use.
    pub status: ContactStatus,
    /// What `contactMetadata` of sends left here.
    pub metadata: Map<String, Value>,
}

/// A conversation (docs/wts-api.md §12).
#[derive(Clone, Debug)]
pub struct Session {
    /// The record's id.
    pub id: Uuid,
    /// With whom.
    pub contact_id: Uuid,
    /// Through which channel.
    pub channel_id: Uuid,
    /// Its state.
    pub status: SessionStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was finished.
    pub ended_at: Option<Timestamp>,
    /// The chatbot that ran in it last (its `id`).
    pub bot_id: Option<Uuid>,
    /// Whether that chatbot is still running.
    pub bot_in_execution: bool,
    /// When the contact last wrote.
    pub last_message_in: Option<Timestamp>,
    /// When the account last wrote.
    pub last_message_out: Option<Timestamp>,
    /// What `sessionMetadata` of sends left here.
    pub metadata: Map<String, Value>,
}

impl Session {
    /// Whether it is not finished.
    pub fn is_open(&self) -> bool {
        self.status != SessionStatus::Completed
    }
}

/// What an account holds when the sandbox starts, and again after each reset.
#[derive(Clone, Debug)]
pub struct AccountSeed {
    /// The account's id, `companyId` in answers.
    pub company_id: Uuid,
    /// Tokens that open it; all share the account's rate limits.
    pub tokens: Vec<String>,
    /// Its chatbots.
    pub chatbots: Vec<Chatbot>,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// Its contacts.
    pub contacts: Vec<Contact>,
    /// Its conversations.
    pub sessions: Vec<Session>,
}

/// A phone as answers write it: `+55|11999990001` (docs/wts-api.md §1).
pub(crate) fn piped_phone(digits: &str) -> String {
    let Some((country, rest)) = split_phone(digits) else { return digits.to_owned() };
    format!("+{country}|{rest}")
}

/// A phone as people read it.
pub(crate) fn formatted_phone(digits: &str) -> String {
    let Some((country, rest)) = split_phone(digits) else { return digits.to_owned() };
    match (country, rest.len()) {
        ("55", 10 | 11) => {
            let (area, local) = rest.split_at(2);
            let (first, last) = local.split_at(local.len() - 4);
            format!("+55 ({area}) {first}-{last}")
        }
        _ => format!("+{country} {rest}"),
    }
}

/// The country code and the rest; `None` for what is not a phone. Country codes are prefix-free (ITU E.164): 1 and 7 stand
/// alone, these pairs are whole, everything else has three digits.
fn split_phone(digits: &str) -> Option<(&str, &str)> {
    const PAIRS: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
        "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        _ if digits.get(..2).is_some_and(|pair| PAIRS.contains(&pair)) => 2,
        _ => 3,
    };
    Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_written_as_the_api_writes_them() {
        let cases = [
            ("5511999990001", "+55|11999990001", "+55 (11) 99999-0001"),
            ("551140000001", "+55|1140000001", "+55 (11) 4000-0001"),
            ("12025550100", "+1|2025550100", "+1 2025550100"),
            ("351912345678", "+351|912345678", "+351 912345678"),
            ("4915112345678", "+49|15112345678", "+49 15112345678"),
            ("5511", "+55|11", "+55 11"),
            ("", "", ""),
            ("9", "9", "9"),
            ("éé", "éé", "éé"),
        ];
        for (digits, piped, formatted) in cases {
            assert_eq!((piped_phone(digits).as_str(), formatted_phone(digits).as_str()), (piped, formatted));
        }
    }

    #[test]
    fn recipients_are_read_in_every_documented_form() {
        let phone = Some(Recipient::Phone("5511999990001".to_owned()));
        for text in ["5511999990001", "+5511999990001", "+55|11999990001", " 5511999990001 "] {
            assert_eq!(Recipient::read(text), phone, "{text}");
        }
        assert_eq!(Recipient::read("@Maria.Souza"), Some(Recipient::Instagram("maria.souza".to_owned())));
        for text in [
            "",
            "@",
            "+",
            "1234567",
            "1234567890123456",
            "55 11 99999-0001",
            "++5511999990001",
            "maria",
            "@a b",
            "٣٣٣٣٣٣٣٣",
        ] {
            assert_eq!(Recipient::read(text), None, "{text}");
        }
    }
}
