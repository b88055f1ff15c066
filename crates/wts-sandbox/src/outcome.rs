//! How a queued send goes on after it was accepted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::Recipient;
use crate::records::SkipRule;
use crate::seed;

/// Why nothing reaches a contact who has not written for 24 hours, as WhatsApp's refusal is passed on.
pub(crate) const CLOSED: &str =
    "Re-engagement message: mais de 24 horas se passaram desde a última mensagem do contato (131047)";

/// The statuses that a queued send shows: `QUEUED` in the answer that accepts it, then one more with each read, staying at
/// the last (docs/wts-api.md §2.2, §13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outcome {
    /// One status a read. Words that the reference does not list are shown as they are.
    pub statuses: Vec<String>,
    /// Shown as `failedReason` together with the last status.
    #[serde(default)]
    pub failed_reason: Option<String>,
}

impl Outcome {
    /// These statuses, one a read.
    pub fn of<I: IntoIterator<Item = S>, S: Into<String>>(statuses: I) -> Self {
        Self { statuses: statuses.into_iter().map(Into::into).collect(), failed_reason: None }
    }

    /// `PROCESSING`, `SENT`, `DELIVERED`: what happens unless something else is set.
    pub fn delivered() -> Self {
        Self::of(DELIVERED)
    }

    /// `PROCESSING`, `FAILED` with this reason.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self { failed_reason: Some(reason.into()), ..Self::of(["PROCESSING", "FAILED"]) }
    }

    /// What happens to a send that a skip rule holds back; the reference is silent on it.
    pub(crate) fn held_back(rule: SkipRule) -> Self {
        Self::failed(format!("Envio ignorado: {}", rule.as_str()))
    }

    /// What happens to sends to a recipient of the seed; `None`: nothing special.
    pub(crate) fn seeded(recipient: &Recipient) -> Option<Self> {
        let Recipient::Phone(digits) = recipient else { return None };
        Some(match digits.as_str() {
            seed::RECIPIENT_FAILS => Self::failed("Número não possui WhatsApp"),
            seed::RECIPIENT_CLOSED => Self::failed(CLOSED),
            seed::RECIPIENT_DELETED => Self::of(["PROCESSING", "SENT", "DELETED"]),
            seed::RECIPIENT_WAIT_REPLY => Self::of(["PROCESSING", "SENT", "WAIT_REPLY"]),
            seed::RECIPIENT_UNKNOWN_STATUS => Self::of(["PROCESSING", "TELEPORTED"]),
            seed::RECIPIENT_READS => Self::of(["PROCESSING", "SENT", "DELIVERED", "READ"]),
            _ => return None,
        })
    }
}

/// A queued send.
#[derive(Debug)]
pub(crate) struct QueuedSend {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) session_id: Uuid,
    pub(crate) sender_id: Option<String>,
    pub(crate) callback_url: Option<String>,
    /// `None`: [`Outcome::delivered`], the common case, which need not be stored a million times.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) reads: usize,
}

const DELIVERED: [&str; 3] = ["PROCESSING", "SENT", "DELIVERED"];

impl QueuedSend {
    /// Goes one status on, as each read does.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        if self.reads < self.length() {
            self.reads += 1;
            self.updated_at = now;
            if self.sent_at.is_none() && matches!(self.status(), "SENT" | "DELIVERED" | "READ" | "WAIT_REPLY")
            {
                self.sent_at = Some(now);
            }
        }
    }

    pub(crate) fn status(&self) -> &str {
        let index = self.reads.checked_sub(1);
        let status = index.and_then(|index| match &self.outcome {
            Some(outcome) => outcome.statuses.get(index).map(String::as_str),
            None => DELIVERED.get(index).copied(),
        });
        status.unwrap_or("QUEUED")
    }

    pub(crate) fn failed_reason(&self) -> Option<&str> {
        let outcome = self.outcome.as_ref().filter(|_| self.reads > 0 && self.reads == self.length())?;
        outcome.failed_reason.as_deref()
    }

    fn length(&self) -> usize {
        self.outcome.as_ref().map_or(DELIVERED.len(), |outcome| outcome.statuses.len())
    }
}
