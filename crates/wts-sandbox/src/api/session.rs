//! Conversations (docs/wts-api.md §5, §12), as far as sending chatbots needs them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::Fields;
use super::query::Listed;
use super::send::session_answer;
use super::{Call, Outcome, Version, path_id};
use crate::account::Account;
use crate::answer::{Answer, Refusal};
use crate::model::{
    ChannelIdentity, Contact, ContactStatus, Recipient, Session, SessionChannelType, SessionStatus,
    formatted_phone, piped_phone,
};
use crate::words::{Word, words};

words! {
    /// `IncludeDetails` of the session operations.
    pub(super) enum Detail {
        Undefined = "Undefined",
        Agent = "AgentDetails",
        Departments = "DepartmentsDetails",
        Contact = "ContactDetails",
        ChannelType = "ChannelTypeDetails",
        Classification = "ClassificationDetails",
        Channel = "ChannelDetails",
    }
}

words! {
    /// The kinds of conversation; the sandbox has no groups.
    enum SessionType {
        Individual = "INDIVIDUAL",
        Group = "GROUP",
    }
}

impl Listed for Session {
    fn name(&self) -> &str {
        ""
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

/// GET `/chat/v1/session` and `/chat/v2/session`.
pub(super) fn list(call: &Call<'_>, version: Version) -> Outcome {
    let mut query = call.query();
    let page = query.page();
    let statuses = query.words::<SessionStatus>("Status");
    let channels = query.ids("ChannelsId");
    let contact = query.id("ContactId");
    let kind = query.word::<SessionType>("Type");
    let details = query.words::<Detail>("IncludeDetails");
    query.check()?;

    let account = call.account();
    let fits = |session: &&Session| {
        (statuses.is_empty() || statuses.contains(&session.status))
            && (channels.is_empty() || channels.contains(&session.channel_id))
            && contact.is_none_or(|contact| session.contact_id == contact)
            && kind != Some(SessionType::Group)
    };
    let sessions = account.sessions().iter().filter(fits);
    Ok(Answer::json(&page.cut(sessions, |session| SessionAnswer::new(account, session, version, &details))))
}

/// GET `/chat/v1/session/{id}` and `/chat/v2/session/{id}`.
pub(super) fn get(call: &Call<'_>, version: Version, id: &str) -> Outcome {
    let id = path_id(id)?;
    let mut query = call.query();
    let details = query.words::<Detail>("IncludeDetails");
    query.check()?;
    let session = call.account().session(id).ok_or_else(|| call.missing(SESSION_MISSING))?;
    Ok(Answer::json(&SessionAnswer::new(call.account(), session, version, &details)))
}

/// PUT `/chat/v1/session/{id}/complete`. A finished conversation runs no chatbot, so `stopBotInExecution` changes nothing.
pub(super) fn complete(mut call: Call<'_>, id: &str) -> Outcome {
    let id = path_id(id)?;
    let mut fields = Fields::read(&call.head.headers, call.body)?;
    fields.flag("reactivateOnNewMessage");
    fields.flag("stopBotInExecution");
    fields.check()?;
    change_status(&mut call, id, SessionStatus::Completed, false)
}

/// PUT `/chat/v1/session/{id}/status`.
pub(super) fn set_status(mut call: Call<'_>, id: &str) -> Outcome {
    let id = path_id(id)?;
    let mut fields = Fields::read(&call.head.headers, call.body)?;
    let status = fields.text("newStatus");
    let stop_bot = fields.within("options", |options| options.flag("stopBotInExecution")).unwrap_or(false);
    if status.is_none() && !fields.has_errors() {
        fields.required("newStatus");
    }
    fields.check()?;
    let status = status.as_deref().and_then(SessionStatus::read);
    let status = status.ok_or_else(|| Refusal::malformed_field("$.newStatus", "The value is not valid."))?;
    change_status(&mut call, id, status, stop_bot)
}

fn change_status(call: &mut Call<'_>, id: Uuid, status: SessionStatus, stop_bot: bool) -> Outcome {
    let now = call.now;
    let account = call.account_mut();
    match account.session_mut(id) {
        Some(session) => session.bot_in_execution &= !stop_bot,
        None => return Err(call.missing(SESSION_MISSING)),
    }
    account.set_status(id, status, now);
    session_answer(account, id)
}

const SESSION_MISSING: &str = "Conversa não encontrada";

/// PublicSessionDTO; version 2 adds `type`. What the sandbox does not know is null, as any field may be (§13).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionAnswer<'a> {
    id: Uuid,
    created_at: Timestamp,
    updated_at: Timestamp,
    start_at: Timestamp,
    end_at: Option<Timestamp>,
    status: SessionStatus,
    company_id: Uuid,
    contact_id: Uuid,
    channel_id: Uuid,
    department_id: Option<Uuid>,
    user_id: Option<Uuid>,
    preview_url: Option<&'a str>,
    title: &'a str,
    number: String,
    utm: Option<Value>,
    origin: Option<&'a str>,
    contact_details: Option<ContactDetails<'a>>,
    agent_details: Option<Value>,
    channel_details: Option<&'a ChannelIdentity>,
    department_details: Option<Value>,
    classification: Option<Value>,
    status_description: Option<&'a str>,
    time_service: Option<&'a str>,
    time_wait: Option<&'a str>,
    first_response_at: Option<Timestamp>,
    bot_id: Option<Uuid>,
    unread_count: u32,
    last_message_text: Option<&'a str>,
    last_interaction_date: Option<Timestamp>,
    last_message_out: Option<Timestamp>,
    last_message_in: Option<Timestamp>,
    window_status: &'static str,
    metadata: &'a Map<String, Value>,
    channel_type: Option<SessionChannelType>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<SessionType>,
}

/// Who a conversation is with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactDetails<'a> {
    id: Uuid,
    name: &'a str,
    picture_url: Option<&'a str>,
    phonenumber: Option<String>,
    instagram: Option<&'a str>,
    phonenumber_formatted: Option<String>,
    tags_id: [Uuid; 0],
    tags_name: [&'a str; 0],
    status: ContactStatus,
}

impl<'a> SessionAnswer<'a> {
    pub(super) fn new(
        account: &'a Account,
        session: &'a Session,
        version: Version,
        details: &[Detail],
    ) -> Self {
        let contact = account.contact(session.contact_id);
        let channel = account.channel(session.channel_id);
        Self {
            id: session.id,
            created_at: session.created_at,
            updated_at: session.updated_at,
            start_at: session.created_at,
            end_at: session.ended_at,
            status: session.status,
            company_id: account.company_id(),
            contact_id: session.contact_id,
            channel_id: session.channel_id,
            department_id: None,
            user_id: None,
            preview_url: None,
            title: contact.map_or("", |contact| contact.name.as_str()),
            number: session.created_at.as_millisecond().to_string(),
            utm: None,
            origin: None,
            contact_details: contact.filter(|_| details.contains(&Detail::Contact)).map(ContactDetails::new),
            agent_details: None,
            channel_details: channel
                .filter(|_| details.contains(&Detail::Channel))
                .and_then(|channel| channel.identity.as_ref()),
            department_details: None,
            classification: None,
            status_description: None,
            time_service: None,
            time_wait: None,
            first_response_at: None,
            bot_id: session.bot_id,
            unread_count: 0,
            last_message_text: None,
            last_interaction_date: session.last_message_in.max(session.last_message_out),
            last_message_out: session.last_message_out,
            last_message_in: session.last_message_in,
            window_status: if session.last_message_in.is_some() { "ACTIVE" } else { "NOT_STARTED" },
            metadata: &session.metadata,
            channel_type: channel.map(|channel| channel.kind.in_session()),
            kind: (version == Version::Two).then_some(SessionType::Individual),
        }
    }
}

impl<'a> ContactDetails<'a> {
    fn new(contact: &'a Contact) -> Self {
        let (phone, instagram) = match &contact.recipient {
            Recipient::Phone(digits) => (Some(digits.as_str()), None),
            Recipient::Instagram(user) => (None, Some(user.as_str())),
        };
        Self {
            id: contact.id,
            name: &contact.name,
            picture_url: None,
            phonenumber: phone.map(piped_phone),
            instagram,
            phonenumber_formatted: phone.map(formatted_phone),
            tags_id: [],
            tags_name: [],
            status: contact.status,
        }
    }
}
