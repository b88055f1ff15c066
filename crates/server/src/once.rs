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
}

#[derive(Clone, Copy)]
struct Entry {
    execution: Uuid,
    body: [u8; 32],
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
    /// Takes `key` for a request with this body.
    ///
    /// # Errors
    /// When the key was taken by a request that asked for something else.
    pub(crate) fn claim(&self, key: &str, body: &[u8]) -> Result<Claim, ApiError> {
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
        let execution = Uuid::new_v4();
        known.by_key.insert(key.to_owned(), Entry { execution, body: digest });
        known.order.push_back(key.to_owned());
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.by_key.remove(&oldest);
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
        let Ok(Claim::First(id)) = once.claim("a", b"{}") else { panic!("it is the first") };
        assert_eq!(once.claim("a", b"{}").expect("the same request"), Claim::Again(id));
        assert_eq!(once.claim("a", b"[]").expect_err("another request").status, StatusCode::CONFLICT);
        once.release("a");
        assert!(matches!(once.claim("a", b"[]"), Ok(Claim::First(_))));
    }
}
