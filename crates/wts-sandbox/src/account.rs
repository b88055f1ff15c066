//! An account at work: its contacts and conversations, and what a send does to them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ids::Ids;
use crate::limits::Limiter;
use crate::model::{
    AccountSeed, Channel, Chatbot, Contact, ContactStatus, Recipient, Session, SessionStatus,
};
use crate::options::SandboxOptions;
use crate::outcome::QueuedSend;
use crate::records::SkipRule;

/// An account: the seed does not change, the rest does.
#[derive(Debug)]
pub(crate) struct Account {
    seed: Arc<AccountSeed>,
    pub(crate) limiter: Limiter,
    pub(crate) sends: HashMap<Uuid, QueuedSend>,
    chatbots_by_key: Arc<HashMap<Uuid, usize>>,
    contacts: Table<Contact>,
    contacts_by_recipient: HashMap<Recipient, Uuid>,
    sessions: Table<Session>,
    /// The one open conversation of a contact on a channel.
    open_sessions: HashMap<(Uuid, Uuid), Uuid>,
}

/// A send that was checked and can be performed.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) bot_key: Uuid,
    pub(crate) bot_id: Uuid,
    pub(crate) target: Target,
    pub(crate) options: SendOptions,
    pub(crate) session_metadata: Option<Map<String, Value>>,
    pub(crate) contact_metadata: Option<Map<String, Value>>,
}

/// Where a send goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// A conversation that exists.
    Session(Uuid),
    /// A contact on a channel; either the open conversation of the two, or a new one.
    Contact { recipient: Recipient, channel_id: Uuid },
}

/// PublicReqSendBotOptionsDTO (docs/wts-api.md §2.1).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SendOptions {
    pub(crate) skip_if_bot_in_execution: bool,
    pub(crate) skip_if_in_progress: bool,
    pub(crate) force_start_session: bool,
    pub(crate) hidden_session: bool,
}

/// What a performed send did.
#[derive(Debug)]
pub(crate) struct Performed {
    pub(crate) session_id: Uuid,
    pub(crate) session_started: bool,
    pub(crate) contact_id: Uuid,
    pub(crate) contact_created: bool,
    pub(crate) channel_id: Uuid,
    pub(crate) held_back: Option<SkipRule>,
}

impl Account {
    pub(crate) fn new(seed: &Arc<AccountSeed>, options: &SandboxOptions) -> Self {
        let open = seed.sessions.iter().filter(|session| session.is_open());
        Self {
            limiter: Limiter::new(&options.rate_limits),
            sends: HashMap::new(),
            chatbots_by_key: Arc::new(
                seed.chatbots.iter().enumerate().map(|(index, bot)| (bot.key, index)).collect(),
            ),
            contacts: Table::new(&seed.contacts),
            contacts_by_recipient: seed
                .contacts
                .iter()
                .map(|contact| (contact.recipient.clone(), contact.id))
                .collect(),
            sessions: Table::new(&seed.sessions),
            open_sessions: open
                .map(|session| ((session.contact_id, session.channel_id), session.id))
                .collect(),
            seed: Arc::clone(seed),
        }
    }

    pub(crate) fn company_id(&self) -> Uuid {
        self.seed.company_id
    }

    pub(crate) fn has_token(&self, token: &str) -> bool {
        self.seed.tokens.iter().any(|known| known == token)
    }

    pub(crate) fn chatbots(&self) -> &[Chatbot] {
        &self.seed.chatbots
    }

    pub(crate) fn channels(&self) -> &[Channel] {
        &self.seed.channels
    }

    pub(crate) fn chatbot(&self, key: Uuid) -> Option<&Chatbot> {
        self.chatbots_by_key.get(&key).and_then(|&index| self.seed.chatbots.get(index))
    }

    pub(crate) fn channel(&self, id: Uuid) -> Option<&Channel> {
        self.seed.channels.iter().find(|channel| channel.id == id)
    }

    /// A channel by its id, its number or its `@user`: each way is documented for `from`
    /// (docs/wts-api.md §2).
    pub(crate) fn channel_from(&self, from: &str) -> Option<&Channel> {
        if let Ok(id) = Uuid::try_parse(from.trim()) {
            return self.channel(id);
        }
        let wanted = Recipient::read(from)?;
        self.seed.channels.iter().find(|channel| Recipient::read(&channel.number).as_ref() == Some(&wanted))
    }

    pub(crate) fn contacts(&self) -> &[Contact] {
        &self.contacts.rows
    }

    pub(crate) fn contact(&self, id: Uuid) -> Option<&Contact> {
        self.contacts.get(id)
    }

    pub(crate) fn contact_of(&self, recipient: &Recipient) -> Option<&Contact> {
        self.contacts_by_recipient.get(recipient).and_then(|&id| self.contact(id))
    }

    pub(crate) fn sessions(&self) -> &[Session] {
        &self.sessions.rows
    }

    pub(crate) fn session(&self, id: Uuid) -> Option<&Session> {
        self.sessions.get(id)
    }

    pub(crate) fn session_mut(&mut self, id: Uuid) -> Option<&mut Session> {
        self.sessions.get_mut(id)
    }

    /// Finishes a conversation, and the chatbot in it.
    pub(crate) fn complete(&mut self, id: Uuid, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.status = SessionStatus::Completed;
            session.ended_at = Some(now);
            session.updated_at = now;
            session.bot_in_execution = false;
            let place = (session.contact_id, session.channel_id);
            if self.open_sessions.get(&place) == Some(&id) {
                self.open_sessions.remove(&place);
            }
        }
    }

    /// Gives a conversation another status; a finished one that gets an open status is open again.
    pub(crate) fn set_status(&mut self, id: Uuid, status: SessionStatus, now: Timestamp) {
        if status == SessionStatus::Completed {
            return self.complete(id, now);
        }
        if let Some(session) = self.sessions.get_mut(id) {
            session.status = status;
            session.ended_at = None;
            session.updated_at = now;
            self.open_sessions.entry((session.contact_id, session.channel_id)).or_insert(id);
        }
    }

    /// The contact writes: a conversation that is not finished is in progress from then on, without a chatbot. (A finished
    /// one is left alone: whether a message reopens it depends on how it was finished.)
    pub(crate) fn contact_answers(&mut self, id: Uuid, now: Timestamp) -> bool {
        let Some(session) = self.sessions.get_mut(id) else { return false };
        session.last_message_in = Some(now);
        session.updated_at = now;
        session.bot_in_execution = false;
        if session.is_open() {
            session.status = SessionStatus::InProgress;
        }
        true
    }

    /// All chatbots end their run.
    pub(crate) fn finish_bots(&mut self) {
        for session in &mut self.sessions.rows {
            session.bot_in_execution = false;
        }
    }

    /// Does a send that was checked. `None`: it names a conversation that is gone, which a checked one cannot.
    ///
    /// Rules (docs/wts-api.md §2.1): skip options look at the conversation as it stands, before
    /// `forceStartSession` finishes it; a finished conversation that is named by its id is not reopened, but
    /// the chatbot runs in it; an unknown contact is created first; what holds a send back leaves everything
    /// as it was (§13).
    pub(crate) fn perform(&mut self, plan: Plan, ids: &Ids, now: Timestamp) -> Option<Performed> {
        let (contact_id, contact_created, channel_id, current) = match plan.target {
            Target::Session(id) => {
                let session = self.sessions.get(id)?;
                (session.contact_id, false, session.channel_id, Some(id))
            }
            Target::Contact { recipient, channel_id } => {
                let known = self.contacts_by_recipient.get(&recipient).copied();
                let contact_id = known.unwrap_or_else(|| self.create_contact(recipient, ids, now));
                let current = self.open_sessions.get(&(contact_id, channel_id)).copied();
                (contact_id, known.is_none(), channel_id, current)
            }
        };
        let mut performed = Performed {
            session_id: Uuid::nil(),
            session_started: false,
            contact_id,
            contact_created,
            channel_id,
            held_back: None,
        };

        let current = current.and_then(|id| self.sessions.get(id));
        let (current_id, is_open) =
            (current.map(|session| session.id), current.is_some_and(Session::is_open));
        if plan.options.skip_if_bot_in_execution && current.is_some_and(|session| session.bot_in_execution) {
            performed.held_back = Some(SkipRule::BotInExecution);
        } else if plan.options.skip_if_in_progress && is_open {
            performed.held_back = Some(SkipRule::InProgress);
        }
        if let (Some(_), Some(id)) = (performed.held_back, current_id) {
            performed.session_id = id;
            return Some(performed);
        }

        performed.session_id = match current_id {
            Some(id) if !(plan.options.force_start_session && is_open) => id,
            to_finish => {
                if let Some(id) = to_finish {
                    self.complete(id, now);
                }
                performed.session_started = true;
                self.start_session(contact_id, channel_id, plan.options.hidden_session, ids, now)
            }
        };
        if let Some(session) = self.sessions.get_mut(performed.session_id) {
            session.bot_id = Some(plan.bot_id);
            session.bot_in_execution = true;
            session.updated_at = now;
            session.last_message_out = Some(now);
            merge(&mut session.metadata, plan.session_metadata);
        }
        if let Some(contact) = plan.contact_metadata.as_ref().and_then(|_| self.contacts.get_mut(contact_id))
        {
            contact.updated_at = now;
            merge(&mut contact.metadata, plan.contact_metadata);
        }
        Some(performed)
    }

    fn create_contact(&mut self, recipient: Recipient, ids: &Ids, now: Timestamp) -> Uuid {
        let id = ids.next();
        self.contacts_by_recipient.insert(recipient.clone(), id);
        self.contacts.push(Contact {
            id,
            created_at: now,
            updated_at: now,
            name: recipient.to_string(),
            recipient,
            status: ContactStatus::Active,
            metadata: Map::new(),
        });
        id
    }

    fn start_session(
        &mut self,
        contact_id: Uuid,
        channel_id: Uuid,
        hidden: bool,
        ids: &Ids,
        now: Timestamp,
    ) -> Uuid {
        let id = ids.next();
        self.open_sessions.insert((contact_id, channel_id), id);
        self.sessions.push(Session {
            id,
            contact_id,
            channel_id,
            status: if hidden { SessionStatus::Hidden } else { SessionStatus::Started },
            created_at: now,
            updated_at: now,
            ended_at: None,
            bot_id: None,
            bot_in_execution: false,
            last_message_in: None,
            last_message_out: None,
            metadata: Map::new(),
        });
        id
    }
}

/// A new key adds, a known one replaces, null removes (docs/wts-api.md §10).
fn merge(metadata: &mut Map<String, Value>, more: Option<Map<String, Value>>) {
    for (key, value) in more.into_iter().flatten() {
        if value.is_null() {
            metadata.shift_remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
}

/// Rows in order of creation, found by id.
#[derive(Debug)]
struct Table<T> {
    rows: Vec<T>,
    by_id: HashMap<Uuid, usize>,
}

/// What can be in a [`Table`].
trait Row {
    fn id(&self) -> Uuid;
}

impl Row for Contact {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Row for Session {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl<T: Row + Clone> Table<T> {
    fn new(rows: &[T]) -> Self {
        let by_id = rows.iter().enumerate().map(|(index, row)| (row.id(), index)).collect();
        Self { rows: rows.to_vec(), by_id }
    }

    fn get(&self, id: Uuid) -> Option<&T> {
        self.by_id.get(&id).and_then(|&index| self.rows.get(index))
    }

    fn get_mut(&mut self, id: Uuid) -> Option<&mut T> {
        self.by_id.get(&id).and_then(|&index| self.rows.get_mut(index))
    }

    fn push(&mut self, row: T) {
        self.by_id.insert(row.id(), self.rows.len());
        self.rows.push(row);
    }
}
