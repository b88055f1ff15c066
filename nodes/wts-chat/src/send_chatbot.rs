//! Starting a chatbot in the conversation with a contact.

use std::time::Duration;

use heddle_http_kit::{Api, CallError, Content, read_content};
use heddle_node::{
    Effect, HttpErrorKind, ItemContext, ItemOutput, Json, NodeError, Operation, Recipient, Services,
    async_trait,
};

use crate::api::{self, SendBody, SendFlags};
use crate::chatbots::bot_key;
use crate::delivery::{id_of, status_of};
use crate::failure::{self, SendFacts};
use crate::parameters::{Delivery, SendChatbot, chosen};

/// First pause between two looks at the status of a queued send; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Nobody waits longer than so many seconds for a final status.
const LONGEST_WAIT: f64 = 3600.0;

#[async_trait]
impl Operation for SendChatbot {
    async fn run(&self, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
        send_chatbot(self, context.services).await.map(ItemOutput::from)
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Send)
    }

    fn check(&self) -> Result<(), NodeError> {
        check_target(self)?;
        self.session_metadata().fold()?;
        self.contact_metadata().fold()?;
        Ok(())
    }

    fn order_key(&self) -> Option<String> {
        self.recipient_key()
    }

    fn recipient(&self) -> Option<Recipient> {
        match self.to() {
            Some(recipient) if recipient.starts_with('@') => Some(Recipient::Text(recipient.to_owned())),
            Some(recipient) => Some(Recipient::Phone(recipient.to_owned())),
            None => chosen(&self.session_id).map(|session| Recipient::Text(format!("session {session}"))),
        }
    }
}

/// What must be filled in, filled in.
struct Target<'a> {
    bot: &'a str,
    to: Option<&'a str>,
    from: Option<&'a str>,
    session: Option<&'a str>,
}

/// Checks bot, recipient and channel, in this order. A conversation has a recipient and a channel of its own.
fn check_target(parameters: &SendChatbot) -> Result<Target<'_>, NodeError> {
    let missing = |parameter: &str, message: &str, description: &str| {
        NodeError::parameter(parameter, message).with_description(description)
    };
    let session = chosen(&parameters.session_id);
    let bot = chosen(&parameters.chatbot_id)
        .ok_or_else(|| missing("chatbotId", "Choose a bot", "Fill in the Bots ID field"))?;
    let to = parameters.to();
    if to.is_none() && session.is_none() {
        let message = "Set an Instagram number or username for sending";
        return Err(missing("numberToSend", message, "Fill in the To field"));
    }
    let from = chosen(&parameters.channel_id);
    if from.is_none() && session.is_none() {
        return Err(missing("channelId", "Choose channel", "Fill in the From field"));
    }
    Ok(Target { bot, to, from, session })
}

async fn send_chatbot(parameters: &SendChatbot, services: &dyn Services) -> Result<Json, NodeError> {
    let target = check_target(parameters)?;
    let session_metadata = parameters.session_metadata().fold()?;
    let contact_metadata = parameters.contact_metadata().fold()?;
    let api = api::open(services)?;
    let bot_key = bot_key(&api, parameters, target.bot).await?;
    let sender_id = match parameters.options.sender_id.trim() {
        "" => services.call_id().to_string(),
        own => own.to_owned(),
    };
    let body = SendBody {
        bot_key: &bot_key,
        from: target.from,
        to: target.to,
        session_id: target.session,
        options: SendFlags {
            skip_if_bot_in_execution: parameters.skip_if_bot_in_execution,
            skip_if_in_progress: parameters.skip_if_in_progress,
            force_start_session: parameters.force_start_session,
            hidden_session: parameters.options.hidden_session,
        },
        session_metadata,
        contact_metadata,
        sender_id: &sender_id,
        callback_url: Some(parameters.options.callback_url.trim()).filter(|url| !url.is_empty()),
    };
    let mut facts = SendFacts {
        recipient: target.to,
        session: target.session,
        sender_id: &sender_id,
        started: services.now(),
        ended: 0,
    };
    let delivery = parameters.options.delivery;
    let answer = api::send_chatbot(&api, delivery, &body).await;
    facts.ended = services.now();
    let answer = answer.map_err(|error| match error {
        CallError::NotBuilt(error) => error,
        CallError::NoAnswer(error) if error.kind == HttpErrorKind::DryRun => NodeError::from(error),
        CallError::NoAnswer(error) => failure::send_unanswered(&api, error, &facts),
    })?;
    if !answer.status().is_success() {
        return Err(failure::send_refused(&api, &answer, &facts));
    }
    let json = match read_content(answer.body()) {
        Content::Json(json) => json,
        Content::Empty => heddle_node::json!({ "success": true }),
        Content::Other => return Err(failure::send_not_json(&api, &answer, &facts)),
    };
    let json = match delivery {
        Delivery::Queued if parameters.options.wait_for_final_status => {
            wait_for_final_status(&api, services, json, parameters.options.longest_wait, &facts).await?
        }
        _ => json,
    };
    Ok(if json.is_object() { json } else { heddle_node::json!({ "data": json }) })
}

/// Looks at a queued send with growing pauses until its status is final or the wait has been long enough, and gives
/// the last answer.
///
/// The send has been accepted, so no failure here means that it was not.
async fn wait_for_final_status(
    api: &Api<'_>,
    services: &dyn Services,
    mut answer: Json,
    longest_wait: f64,
    facts: &SendFacts<'_>,
) -> Result<Json, NodeError> {
    let longest_wait = Duration::try_from_secs_f64(longest_wait.clamp(0.0, LONGEST_WAIT)).unwrap_or_default();
    let start = services.now();
    let mut paused = Duration::ZERO;
    let mut pause = FIRST_PAUSE;
    let id = id_of(&answer);
    loop {
        let status = status_of(&answer);
        match status {
            "SENT" | "DELIVERED" | "READ" | "WAIT_REPLY" => return Ok(answer),
            "FAILED" | "DELETED" => return Err(failure::delivery_failed(api, status, &answer, facts)),
            // PROCESSING, SAVED, QUEUED, and any word that may come one day.
            _ => {}
        }
        let Some(id) = &id else { return Ok(answer) };
        let elapsed = Duration::from_millis(u64::try_from(services.now().saturating_sub(start)).unwrap_or(0));
        let left = longest_wait.saturating_sub(paused.max(elapsed));
        if left.is_zero() {
            return Ok(answer);
        }
        let next = pause.min(left);
        services.pause(next).await.map_err(|error| failure::after_accepted(error, facts))?;
        paused += next;
        pause = (pause * 2).min(LONGEST_PAUSE);
        match api::queued_send(api, id).await {
            Ok(newer) => answer = newer,
            // A later look may succeed.
            Err(error) if error.transient => {}
            Err(error) => return Err(failure::after_accepted(error, facts)),
        }
    }
}
