//! Which calls may be repeated. One table, one function.

use std::time::Duration;

use heddle_node::{Effect, Outcome};

/// What happened to one try of an outgoing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The request never left: refused, name not found, TLS, no connection.
    NotWritten,
    /// Answer 429, with the wait that the service asks for.
    RateLimited(Option<Duration>),
    /// The time limit passed, or the connection was reset or closed, after the request had been written.
    Interrupted,
    /// An answer of 5xx.
    ServerError,
    /// Any other answer that is no success.
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
    /// Wait as asked, or with growing pauses, and try again, while the waiting budget lasts.
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
        (Happened::Interrupted | Happened::ServerError, Effect::Pure | Effect::Idempotent) => {
            Decision::Repeat(Outcome::NotDone)
        }
        (Happened::Refused | Happened::CancelledBefore, _) => Decision::End(Outcome::NotDone),
        (Happened::CancelledAfter, Effect::Send) => Decision::End(Outcome::Unknown),
        (Happened::CancelledAfter, Effect::Pure | Effect::Idempotent) => Decision::End(Outcome::NotDone),
    }
}

/// Whether a node's `retryOnFail` may run an item again after it failed with `outcome`
/// (`docs/engine.md §11`, per item).
pub fn may_retry_item(effect: Effect, outcome: Outcome) -> bool {
    effect != Effect::Send || outcome == Outcome::NotDone
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
            assert_eq!(decide(IDEMPOTENT, happened), Decision::Repeat(Outcome::NotDone));
            assert_eq!(decide(SEND, happened), Decision::End(Outcome::Unknown));
        }
    }

    #[test]
    fn another_refusal_means_not_done() {
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::Refused), Decision::End(Outcome::NotDone));
        }
    }

    #[test]
    fn cancelling_before_writing_means_not_done() {
        for effect in [PURE, IDEMPOTENT, SEND] {
            assert_eq!(decide(effect, Happened::CancelledBefore), Decision::End(Outcome::NotDone));
        }
    }

    #[test]
    fn cancelling_after_writing_leaves_a_send_unknown() {
        assert_eq!(decide(PURE, Happened::CancelledAfter), Decision::End(Outcome::NotDone));
        assert_eq!(decide(IDEMPOTENT, Happened::CancelledAfter), Decision::End(Outcome::NotDone));
        assert_eq!(decide(SEND, Happened::CancelledAfter), Decision::End(Outcome::Unknown));
    }

    #[test]
    fn an_item_is_retried_only_when_nothing_can_happen_twice() {
        for outcome in [Outcome::NotDone, Outcome::Done, Outcome::Unknown] {
            assert!(may_retry_item(PURE, outcome));
            assert!(may_retry_item(IDEMPOTENT, outcome));
            assert_eq!(may_retry_item(SEND, outcome), outcome == Outcome::NotDone);
        }
    }
}
