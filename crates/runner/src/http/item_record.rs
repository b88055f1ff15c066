//! What the calls of an item have come to, and what that means for it.

use std::time::Duration;

use heddle_node::{Effect, ErrorKind, Json, NodeError, Outcome};

use crate::call_site::CallRecord;
use crate::events::{SkipReason, Verdict};
use crate::masking::masked_error;
use crate::policy::ItemRetries;

/// What the calls of an item have shown so far.
#[derive(Default)]
pub(crate) struct ItemRecord {
    /// The gravest effect of its calls.
    pub(crate) effect: Option<Effect>,
    /// The gravest outcome of its calls with an effect.
    pub(crate) outcome: Option<Outcome>,
    /// The least grave outcome of them.
    pub(crate) least_outcome: Option<Outcome>,
    /// The last request of a dry run, secrets masked.
    pub(crate) dry_run_request: Option<Json>,
    /// Whether the item called a workflow: then its effect is whatever that did.
    pub(crate) called_workflow: bool,
    /// The workflows that it called.
    pub(crate) calls: Vec<CallRecord>,
    /// The gravest outcome of what called workflows sent.
    pub(crate) called_outcome: Option<Outcome>,
    /// Why the item is left out.
    pub(crate) skipped: Option<SkipReason>,
    /// Why a call was refused: it was graver than the node states.
    pub(crate) refusal: Option<NodeError>,
    /// A service could not be reached, as for many items before.
    pub(crate) gave_up: bool,
    /// The id under which the service knows the last call with an effect.
    pub(crate) sender_id: Option<String>,
}

impl ItemRecord {
    /// Adds what other calls have shown.
    pub(crate) fn add(&mut self, other: &Self) {
        self.effect = self.effect.max(other.effect);
        self.outcome = self.outcome.max(other.outcome);
        self.least_outcome = match (self.least_outcome, other.least_outcome) {
            (Some(own), Some(least)) => Some(own.min(least)),
            (own, least) => own.or(least),
        };
        self.called_workflow |= other.called_workflow;
        self.called_outcome = self.called_outcome.max(other.called_outcome);
        self.calls.extend(other.calls.iter().cloned());
        self.gave_up |= other.gave_up;
        self.dry_run_request = other.dry_run_request.clone().or_else(|| self.dry_run_request.take());
        self.refusal = other.refusal.clone().or_else(|| self.refusal.take());
        self.sender_id = other.sender_id.clone().or_else(|| self.sender_id.take());
    }

    /// What a node gave, with what its calls have shown: an error knows the gravest outcome, `before` among them,
    /// and names no password of a URL, and a
    /// call that was refused is never passed over in silence.
    pub(crate) fn settle<T>(
        &mut self,
        output: Result<T, NodeError>,
        before: Outcome,
    ) -> Result<T, NodeError> {
        let output = match (output, self.refusal.take()) {
            (Err(error), Some(_)) if error.kind == ErrorKind::Cancelled => Err(error),
            (_, Some(refusal)) => Err(refusal),
            (output, None) => output,
        };
        output.map_err(|mut error| {
            let called = self.outcome.max(self.called_outcome).unwrap_or(Outcome::NotDone);
            error.outcome = error.outcome.max(called).max(before);
            masked_error(error)
        })
    }

    /// The pause before another try of an item, or batch, of which the node states `stated`.
    pub(crate) fn next_try(
        &self,
        retries: &ItemRetries,
        tries: u32,
        stated: Option<Effect>,
        error: &NodeError,
    ) -> Option<Duration> {
        let effect = stated.unwrap_or(Effect::Send).max(self.effect.unwrap_or(Effect::Pure));
        if self.gave_up { None } else { retries.next(tries, effect, error) }
    }

    /// What became of an item, or batch, by the gravest of what its node states and what it called. An item that failed
    /// without anything stated was to be sent, for all that is known.
    pub(crate) fn verdict(&self, stated: Option<Effect>, error: Option<&NodeError>) -> Option<Verdict> {
        let stated = stated.or(error.map(|_| Effect::Send));
        if stated.max(self.effect).is_none_or(|effect| effect == Effect::Pure) {
            return None;
        }
        let outcome = error.map(|error| error.outcome).or(self.outcome);
        Some(Verdict::of(outcome.unwrap_or(Outcome::NotDone)))
    }
}
