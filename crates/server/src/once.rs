//! One run for one key: a request that is repeated, or a button that is clicked twice, starts nothing a second time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::ApiError;

/// Keys that are remembered.
const MOST: usize = 10_000;

/// The keys of the runs that were started.
#[derive(Default)]
pub(crate) struct Once(Mutex<Known>);

#[derive(Default)]
struct Known {
    by_key: HashMap<String, Entry>,
    order: VecDeque<String>,
    /// The highest number among the keys that are forgotten.
    forgotten: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    execution: Uuid,
    body: [u8; 32],
    number: u64,
}

/// What to do with a request that has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is the first: start this execution.
    First(Uuid),
    /// It was here before, and this execution came of it.
    Again(Uuid),
}

impl Once {
    /// Takes `key` for a request with this body. A caller's own key has no number; beyond those that are remembered it is new.
    /// One of ours has the number in which it was given out, and is never new again.
    ///
    /// # Errors
    /// When the key was taken by a request that asked for something else, or is older than what is remembered.
    pub(crate) fn claim(&self, key: &str, number: Option<u64>, body: &[u8]) -> Result<Claim, ApiError> {
        let digest: [u8; 32] = Sha256::digest(body).into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.by_key.get(key) {
            if entry.body == digest {
                return Ok(Claim::Again(entry.execution));
            }
            return Err(ApiError::new(StatusCode::CONFLICT, "This key was used for another run already")
                .with_help(
                    "Take a new Idempotency-Key for each run, and the same one only to repeat a request.",
                ));
        }
        if number.is_some_and(|number| number <= known.forgotten) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "This page is too old: many runs were started since",
            )
            .with_help("Load the form anew, and run it from there."));
        }
        let execution = Uuid::new_v4();
        let entry = Entry { execution, body: digest, number: number.unwrap_or(0) };
        known.by_key.insert(key.to_owned(), entry);
        known.order.push_back(key.to_owned());
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
            && let Some(gone) = known.by_key.remove(&oldest)
        {
            known.forgotten = known.forgotten.max(gone.number);
        }
        Ok(Claim::First(execution))
    }

    /// Forgets a key whose run could not begin.
    pub(crate) fn release(&self, key: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.by_key.remove(key);
        known.order.retain(|taken| taken != key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_starts_one_run() {
        let once = Once::default();
        let Ok(Claim::First(id)) = once.claim("a", None, b"{}") else { panic!("it is the first") };
        assert_eq!(once.claim("a", None, b"{}").expect("the same request"), Claim::Again(id));
        assert_eq!(once.claim("a", None, b"[]").expect_err("another request").status, StatusCode::CONFLICT);
        once.release("a");
        assert!(matches!(once.claim("a", None, b"[]"), Ok(Claim::First(_))));
    }

    #[test]
    fn a_token_that_is_forgotten_is_not_new_again() {
        let once = Once::default();
        for number in 1..=MOST as u64 + 1 {
            let claim = once.claim(&number.to_string(), Some(number), b"{}");
            assert!(matches!(claim, Ok(Claim::First(_))), "{number}");
        }
        assert_eq!(once.claim("1", Some(1), b"{}").expect_err("it was used").status, StatusCode::FORBIDDEN);
        assert!(matches!(once.claim("2", Some(2), b"{}"), Ok(Claim::Again(_))));
        assert!(matches!(once.claim("of a caller", None, b"{}"), Ok(Claim::First(_))));
    }
}
