//! Starting chatbots: at once, queued, in batches; and what became of a queued one
//! (docs/wts-api.md §2.1–2.4).

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::Fields;
use super::session::SessionAnswer;
use super::{Call, Outcome, Version, path_id};
use crate::account::{Account, Plan, SendOptions, Target};
use crate::answer::{Answer, Refusal};
use crate::model::Recipient;
use crate::outcome::{self, QueuedSend};
use crate::records::{Endpoint, LedgerEntry};

/// The most messages that a batch may hold (docs/wts-api.md §2.3).
const MAX_BATCH: usize = 100;

/// PublicReqSendBotDTO, or one message of a batch with what it shares with the others.
#[derive(Clone, Default)]
struct SendBody {
    bot_key: Option<Uuid>,
    from: Option<String>,
    options: SendOptions,
    message: Message,
}

#[derive(Clone, Default)]
struct Message {
    to: Option<String>,
    session_id: Option<Uuid>,
    session_metadata: Option<Map<String, Value>>,
    contact_metadata: Option<Map<String, Value>>,
    sender_id: Option<String>,
    callback_url: Option<String>,
}

/// POST `/chat/v1/chatbot/send`. Where a skip option holds the send back, the answer is the conversation as it stands (§13).
pub(super) fn send_now(mut call: Call<'_>) -> Outcome {
    let body = read_single(&call)?;
    let plan = plan(call.account(), &body)?;
    let accepted = accept(&mut call, plan, body, Endpoint::Now, None)?;
    session_answer(call.account(), accepted.session_id)
}

/// POST `/chat/v1/send/chatbot`.
pub(super) fn queue(mut call: Call<'_>) -> Outcome {
    let body = read_single(&call)?;
    let plan = plan(call.account(), &body)?;
    let accepted = accept(&mut call, plan, body, Endpoint::Queue, None)?;
    let send = accepted.send_id.and_then(|id| call.account().sends.get(&id));
    send.map(|send| Answer::json(&call.queued_answer(send))).ok_or_else(|| call.missing(SEND_MISSING))
}

/// POST `/chat/v1/send/chatbot/batch`. All messages are checked before the first is accepted, so that a refused batch
/// sends nothing.
pub(super) fn queue_batch(mut call: Call<'_>) -> Outcome {
    #[derive(Serialize)]
    struct Results<'a> {
        results: Vec<QueuedAnswer<'a>>,
    }

    let mut fields = Fields::read(&call.head.headers, call.body)?;
    let (bot_key, from, options) = read_shared(&mut fields);
    let messages = fields.each("messages", read_message);
    if !fields.has_errors() {
        if bot_key.is_none() {
            fields.required("botKey");
        }
        if messages.is_none() {
            fields.required("messages");
        }
    }
    fields.check()?;
    let messages = messages.unwrap_or_default();
    if messages.is_empty() || messages.len() > MAX_BATCH {
        return Err(Refusal::form(format!("Informe de 1 a {MAX_BATCH} mensagens")));
    }
    let bodies =
        messages.into_iter().map(|message| SendBody { bot_key, from: from.clone(), options, message });
    let planned: Vec<_> =
        bodies.map(|body| Ok((plan(call.account(), &body)?, body))).collect::<Result<_, Refusal>>()?;

    let mut ids = Vec::with_capacity(planned.len());
    for (index, (plan, body)) in planned.into_iter().enumerate() {
        ids.extend(accept(&mut call, plan, body, Endpoint::Batch, Some(index))?.send_id);
    }
    let sends = ids.iter().filter_map(|id| call.account().sends.get(id));
    Ok(Answer::json(&Results { results: sends.map(|send| call.queued_answer(send)).collect() }))
}

/// GET `/chat/v1/send/chatbot/{id}`. Each read goes one status on (§13).
pub(super) fn get_queued(mut call: Call<'_>, id: &str) -> Outcome {
    let id = path_id(id)?;
    let now = call.now;
    match call.account_mut().sends.get_mut(&id) {
        Some(send) => send.advance(now),
        None => return Err(call.missing(SEND_MISSING)),
    }
    let send = call.account().sends.get(&id);
    send.map(|send| Answer::json(&call.queued_answer(send))).ok_or_else(|| call.missing(SEND_MISSING))
}

const SEND_MISSING: &str = "Envio não encontrado";

fn read_single(call: &Call<'_>) -> Result<SendBody, Refusal> {
    let mut fields = Fields::read(&call.head.headers, call.body)?;
    let (bot_key, from, options) = read_shared(&mut fields);
    let message = read_message(&mut fields);
    fields.check()?;
    Ok(SendBody { bot_key, from, options, message })
}

fn read_shared(fields: &mut Fields<'_>) -> (Option<Uuid>, Option<String>, SendOptions) {
    let options = fields.within("options", |options| SendOptions {
        skip_if_bot_in_execution: options.flag("skipIfBotInExecution"),
        skip_if_in_progress: options.flag("skipIfInProgress"),
        force_start_session: options.flag("forceStartSession"),
        hidden_session: options.flag("hiddenSession"),
    });
    (fields.id("botKey"), fields.text("from"), options.unwrap_or_default())
}

fn read_message(fields: &mut Fields<'_>) -> Message {
    Message {
        to: fields.text("to"),
        session_id: fields.id("sessionId"),
        session_metadata: fields.object("sessionMetadata"),
        contact_metadata: fields.object("contactMetadata"),
        sender_id: fields.text("senderId"),
        callback_url: fields.text("callbackUrl"),
    }
}

/// Checks a send against the account. A conversation, where one is named, stands for `to` and `from`.
fn plan(account: &Account, body: &SendBody) -> Result<Plan, Refusal> {
    let bot_key = body.bot_key.ok_or_else(|| Refusal::form("Informe o chatbot"))?;
    let bot = account.chatbot(bot_key).ok_or_else(|| Refusal::form("Chatbot não encontrado"))?;
    if !bot.can_be_sent() {
        return Err(Refusal::form("Chatbot não está disponível para envio pela API"));
    }
    let channel = match &body.from {
        Some(from) => Some(account.channel_from(from).ok_or_else(|| Refusal::form("Canal não encontrado"))?),
        None => None,
    };
    let (channel, target) = match (body.message.session_id, &body.message.to) {
        (Some(id), _) => {
            let session = account.session(id).ok_or_else(|| Refusal::form("Conversa não encontrada"))?;
            (account.channel(session.channel_id), Target::Session(id))
        }
        (None, Some(to)) => {
            let channel = channel.ok_or_else(|| Refusal::form("Informe o canal de envio"))?;
            let recipient = Recipient::read(to).ok_or_else(|| Refusal::form("Destinatário inválido"))?;
            if matches!(recipient, Recipient::Phone(_)) != channel.kind.is_whatsapp() {
                return Err(Refusal::form("Destinatário inválido para o canal"));
            }
            (Some(channel), Target::Contact { recipient, channel_id: channel.id })
        }
        (None, None) => return Err(Refusal::form("Informe o destinatário ou a conversa")),
    };
    if channel.is_some_and(|channel| !channel.active) {
        return Err(Refusal::form("Canal inativo"));
    }
    Ok(Plan {
        bot_key,
        bot_id: bot.id,
        target,
        options: body.options,
        session_metadata: body.message.session_metadata.clone(),
        contact_metadata: body.message.contact_metadata.clone(),
    })
}

/// What came of a send.
struct Accepted {
    session_id: Uuid,
    send_id: Option<Uuid>,
}

/// Performs a send, queues it if it is to be queued, and enters it in the ledger.
fn accept(
    call: &mut Call<'_>,
    plan: Plan,
    body: SendBody,
    endpoint: Endpoint,
    batch_index: Option<usize>,
) -> Result<Accepted, Refusal> {
    let (now, ids, number) = (call.now, &call.shared.ids, call.number);
    let bot_key = plan.bot_key;
    let performed = call.account_mut().perform(plan, ids, now);
    let Some(performed) = performed else { return Err(call.missing("Conversa não encontrada")) };
    let account = &call.state.accounts[call.account];
    let recipient = account.contact(performed.contact_id).map(|contact| contact.recipient.clone());

    let mut send_id = None;
    if endpoint != Endpoint::Now {
        let outcome = match performed.held_back {
            Some(rule) => Some(outcome::Outcome::held_back(rule)),
            None => recipient.as_ref().and_then(|recipient| call.state.outcome_for(recipient)),
        };
        let id = ids.next();
        send_id = Some(id);
        let send = QueuedSend {
            id,
            created_at: now,
            updated_at: now,
            sent_at: None,
            session_id: performed.session_id,
            sender_id: body.message.sender_id.clone(),
            callback_url: body.message.callback_url.clone(),
            outcome,
            reads: 0,
        };
        call.account_mut().sends.insert(id, send);
    }

    let company_id = call.account().company_id();
    let raw: &Bytes = call.body;
    let count = call.state.ledger.push_with(|place| LedgerEntry {
        number: place,
        at: now,
        request: number,
        batch_index,
        endpoint,
        company_id,
        to: recipient.map(|recipient| recipient.to_string()).unwrap_or_default(),
        from: performed.channel_id,
        bot_key,
        session_id: performed.session_id,
        session_started: performed.session_started,
        contact_id: performed.contact_id,
        contact_created: performed.contact_created,
        held_back: performed.held_back,
        send_id,
        sender_id: body.message.sender_id,
        callback_url: body.message.callback_url,
        session_metadata: body.message.session_metadata,
        contact_metadata: body.message.contact_metadata,
        body: raw.clone(),
    });
    call.shared.accepted.send_replace(count);
    Ok(Accepted { session_id: performed.session_id, send_id })
}

/// PublicSessionDTO of a conversation, without details.
pub(super) fn session_answer(account: &Account, id: Uuid) -> Outcome {
    let session = account.session(id).ok_or_else(|| Refusal::form("Conversa não encontrada"))?;
    Ok(Answer::json(&SessionAnswer::new(account, session, Version::One, &[])))
}

/// PublicRespSendMessageDTO.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueuedAnswer<'a> {
    id: Uuid,
    created_at: Timestamp,
    updated_at: Timestamp,
    company_id: Uuid,
    session_id: Uuid,
    sender_id: Option<&'a str>,
    status: &'a str,
    status_url: String,
    sent_at: Option<Timestamp>,
    failed_reason: Option<&'a str>,
    callback_url: Option<&'a str>,
    wait_reply: bool,
}

impl Call<'_> {
    fn queued_answer<'a>(&self, send: &'a QueuedSend) -> QueuedAnswer<'a> {
        QueuedAnswer {
            id: send.id,
            created_at: send.created_at,
            updated_at: send.updated_at,
            company_id: self.account().company_id(),
            session_id: send.session_id,
            sender_id: send.sender_id.as_deref(),
            status: send.status(),
            status_url: format!("{}/chat/v1/send/chatbot/{}", self.shared.url, send.id),
            sent_at: send.sent_at,
            failed_reason: send.failed_reason(),
            callback_url: send.callback_url.as_deref(),
            wait_reply: send.status() == "WAIT_REPLY",
        }
    }
}
