//! What became of queued sends (docs/wts-api.md §2.2, §2.4): accepted is not delivered.

use heddle_http_kit::{Api, path_segment};
use heddle_node::{Delivery, DeliveryState, Json, NodeError, Services};

use crate::api;
use crate::failure;

/// The id under which the status of a queued send can be asked for, as a segment of a path.
pub(crate) fn id_of(answer: &Json) -> Option<String> {
    answer.get("id").and_then(Json::as_str).and_then(path_segment)
}

/// The word for the status of a queued send; empty where there is none.
pub(crate) fn status_of(answer: &Json) -> &str {
    answer.get("status").and_then(Json::as_str).unwrap_or_default()
}

/// Asks how far a queued send has come; `None` where the answer to it is not that of a queued send.
///
/// # Errors
/// When no answer comes, or one that is not a success.
pub(crate) async fn ask(answer: &Json, services: &dyn Services) -> Result<Option<Delivery>, NodeError> {
    // Conversations, with which sends at once are answered, have an id and a status as well, and no `waitReply`.
    let is_queued = answer.get("statusUrl").is_some() || answer.get("waitReply").is_some();
    let Some(id) = id_of(answer).filter(|_| is_queued) else { return Ok(None) };
    let api = api::open(services)?;
    let newer = api::queued_send(&api, &id).await?;
    Ok(Some(delivery(&api, &newer)))
}

fn delivery(api: &Api<'_>, answer: &Json) -> Delivery {
    let status = status_of(answer);
    let (state, is_final) = match status {
        "SENT" => (DeliveryState::Sent, false),
        // The chatbot waits for the contact from then on.
        "WAIT_REPLY" => (DeliveryState::Sent, true),
        "DELIVERED" => (DeliveryState::Delivered, false),
        "READ" => (DeliveryState::Read, true),
        "FAILED" | "DELETED" => (DeliveryState::Failed, true),
        // PROCESSING, SAVED, QUEUED, and any word that may come one day.
        _ => (DeliveryState::Pending, false),
    };
    let failure = (state == DeliveryState::Failed).then(|| failure::delivery_failure(api, status, answer));
    let (error, reason) = failure.unzip();
    Delivery { state, status: api.server_text(status), is_final, reason, error }
}
