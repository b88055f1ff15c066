//! Which calls may be repeated, and which items. One table each, one function each.

use std::time::Duration;

use heddle_node::{Effect, ErrorKind, NodeError, Outcome};
use serde::{Deserialize, Serialize};

/// What happened to one try of an outgoing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Happened {
    /// The request never left: refused, name not found, TLS, no connection.
    NotWritten,
    /// Answer 429, with the wait that the service asks for.
    RateLimited(Option<Duration>),
    /// The time limit passed, or the connection was reset or closed, after the request had been written.
    Interrupted,
    /// An answer of 5xx.
    ServerError,
    /// An answer that says neither yes nor no: 1xx, or a redirect that is not followed.
    Undecided,
    /// A redirect that the call follows with its method and its body: nothing was done here.
    Moved,
    /// Any other answer that is not a success, or a request that cannot be built.
    Refused,
    /// The run was cancelled before the request was written.
    CancelledBefore,
    /// The run was cancelled, or its future dropped, after the request had been written.
    CancelledAfter,
    /// An answer of 2xx.
    Answered,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Try again after a growing pause, while tries are left; without tries, the outcome stands.
    Repeat(Outcome),
    /// Wait as asked, and with growing pauses at least, and try again, while the waiting budget and the count last.
    Wait(Option<Duration>),
    /// It is over, with this outcome.
    End(Outcome),
}

/// The table: what may follow `happened` for a call of `effect`.
///
/// A call whose effect a repeat would double is tried again only when it is proven that nothing happened.
pub fn decide(effect: Effect, happened: Happened) -> Decision {
    match (happened, effect) {
        (Happened::Answered, _) => Decision::End(Outcome::Done),
        (Happened::NotWritten, _) => Decision::Repeat(Outcome::NotDone),
        (Happened::RateLimited(retry_after), _) => Decision::Wait(retry_after),
        (Happened::Interrupted | Happened::ServerError, Effect::Send) => Decision::End(Outcome::Unknown),
        (Happened::Interrupted | Happened::ServerError, Effect::Idempotent) => {
            Decision::Repeat(Outcome::Unknown)
        }
        (Happened::Interrupted | Happened::ServerError, Effect::Pure) => Decision::Repeat(Outcome::NotDone),
        // The same request would meet the same answer.
        (Happened::Undecided, Effect::Send | Effect::Idempotent) => Decision::End(Outcome::Unknown),
        (Happened::Undecided, Effect::Pure) => Decision::End(Outcome::NotDone),
        (Happened::Refused | Happened::Moved | Happened::CancelledBefore, _) => {
            Decision::End(Outcome::NotDone)
        }
        (Happened::CancelledAfter, Effect::Send | Effect::Idempotent) => Decision::End(Outcome::Unknown),
        (Happened::CancelledAfter, Effect::Pure) => Decision::End(Outcome::NotDone),
    }
}

/// Whether a node's `retryOnFail` may run an item of `effect` again after it failed with `error`
/// (`docs/engine.md §11`, per item): nothing can happen twice, and another try can succeed.
pub fn may_retry_item(effect: Effect, error: &NodeError) -> bool {
    can_succeed(error) && (effect != Effect::Send || error.outcome == Outcome::NotDone)
}

/// Whether the same item, unchanged, may succeed another time.
fn can_succeed(error: &NodeError) -> bool {
    match error.kind {
        ErrorKind::Cancelled | ErrorKind::DryRun | ErrorKind::ConversationClosed => false,
        _ if error.transient => true,
        ErrorKind::Parameter
        | ErrorKind::Expression
        | ErrorKind::Input
        | ErrorKind::Credential
        | ErrorKind::TooLarge => false,
        _ => !matches!(error.http_status, Some(400..=407 | 409..=424 | 426..=428 | 430..=499)),
    }
}

/// How often, and after which pauses, `retryOnFail` runs an item again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemRetries {
    /// Tries in all.
    pub(crate) tries: u32,
    /// The pause between them.
    pub(crate) pause: Duration,
    /// The longest that an item waits where the service asks for a longer pause.
    pub(crate) longest_pause: Duration,
}

impl ItemRetries {
    /// The pause before the try after `tries` ones, the last of which failed with `error`; `None` where there is none.
    pub(crate) fn next(&self, tries: u32, effect: Effect, error: &NodeError) -> Option<Duration> {
        if tries >= self.tries || !may_retry_item(effect, error) {
            return None;
        }
        match error.retry_after {
            Some(asked) if asked > self.longest_pause => None,
            asked => Some(self.pause.max(asked.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURE: Effect = Effect::Pure;
    const IDEMPOTENT: Effect = Effect::Idempotent;
    const SEND: Effect = Effect::Send;

    #[test]
    fn a_call_that_was_not_written_is_repeated() {
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::NotWritten), Decision::Repeat(Outcome::NotDone));
        }
    }

    #[test]
    fn a_rate_limited_call_waits_and_is_repeated() {
        let asked = Some(Duration::from_secs(7));
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::RateLimited(asked)), Decision::Wait(asked));
            assert_eq!(decide(effect, Happened::RateLimited(None)), Decision::Wait(None));
        }
    }

    #[test]
    fn an_ambiguous_end_is_repeated_except_for_a_send() {
        for happened in [Happened::Interrupted, Happened::ServerError] {
            assert_eq!(decide(PURE, happened), Decision::Repeat(Outcome::NotDone));
            assert_eq!(decide(IDEMPOTENT, happened), Decision::Repeat(Outcome::Unknown));
            assert_eq!(decide(SEND, happened), Decision::End(Outcome::Unknown));
        }
    }

    #[test]
    fn an_answer_that_decides_nothing_leaves_an_effect_unknown() {
        assert_eq!(decide(PURE, Happened::Undecided), Decision::End(Outcome::NotDone));
        assert_eq!(decide(IDEMPOTENT, Happened::Undecided), Decision::End(Outcome::Unknown));
        assert_eq!(decide(SEND, Happened::Undecided), Decision::End(Outcome::Unknown));
    }

    #[test]
    fn another_refusal_means_not_done() {
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::Refused), Decision::End(Outcome::NotDone));
            assert_eq!(decide(effect, Happened::Moved), Decision::End(Outcome::NotDone));
        }
    }

    #[test]
    fn cancelling_before_writing_means_not_done() {
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::CancelledBefore), Decision::End(Outcome::NotDone));
        }
    }

    #[test]
    fn cancelling_after_writing_leaves_an_effect_unknown() {
        assert_eq!(decide(PURE, Happened::CancelledAfter), Decision::End(Outcome::NotDone));
        assert_eq!(decide(IDEMPOTENT, Happened::CancelledAfter), Decision::End(Outcome::Unknown));
        assert_eq!(decide(SEND, Happened::CancelledAfter), Decision::End(Outcome::Unknown));
    }

    #[test]
    fn an_item_is_retried_only_when_nothing_can_happen_twice() {
        for outcome in [Outcome::NotDone, Outcome::Done, Outcome::Unknown] {
            let error = NodeError::operation("It failed").with_outcome(outcome);
            assert!(may_retry_item(PURE, &error));
            assert!(may_retry_item(IDEMPOTENT, &error));
            assert_eq!(may_retry_item(SEND, &error), outcome == Outcome::NotDone);
        }
    }

    #[test]
    fn an_item_that_cannot_succeed_is_not_retried() {
        for status in [400, 401, 403, 404, 409, 422, 451, 499] {
            assert!(!may_retry_item(PURE, &NodeError::api(status, "No")), "{status}");
        }
        for status in [302, 408, 425, 429, 500, 503] {
            assert!(may_retry_item(PURE, &NodeError::api(status, "Not now")), "{status}");
        }
        assert!(!may_retry_item(PURE, &NodeError::parameter("to", "It is missing")));
        for kind in [ErrorKind::Expression, ErrorKind::Input, ErrorKind::Credential, ErrorKind::TooLarge] {
            assert!(!may_retry_item(PURE, &NodeError::new(kind, "No")), "{kind:?}");
        }
        let mut locked = NodeError::api(423, "Locked for a moment");
        locked.transient = true;
        assert!(may_retry_item(PURE, &locked), "the node knows better");
        locked.kind = ErrorKind::Cancelled;
        assert!(!may_retry_item(PURE, &locked));
    }

    #[test]
    fn a_retry_waits_as_the_service_asks() {
        let seconds = Duration::from_secs;
        let retries = ItemRetries { tries: 3, pause: seconds(1), longest_pause: seconds(60) };
        let mut error = NodeError::api(503, "Not now");
        assert_eq!(retries.next(1, PURE, &error), Some(seconds(1)));
        error.retry_after = Some(seconds(7));
        assert_eq!(retries.next(2, PURE, &error), Some(seconds(7)));
        assert_eq!(retries.next(3, PURE, &error), None, "no tries are left");
        error.retry_after = Some(Duration::ZERO);
        assert_eq!(retries.next(1, PURE, &error), Some(seconds(1)));
        error.retry_after = Some(seconds(61));
        assert_eq!(retries.next(1, PURE, &error), None, "longer than anybody waits");
    }
}
