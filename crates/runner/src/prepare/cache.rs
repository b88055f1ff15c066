//! Workflows that have been prepared, so that one which runs again need not be.

use std::sync::{Arc, Mutex, PoisonError};

use crate::prepared_workflow::PreparedWorkflow;

/// Workflows that are kept prepared.
const CAPACITY: usize = 64;

/// The workflows that a host has prepared last, the latest first.
#[derive(Default)]
pub(crate) struct PreparedCache(Mutex<Vec<Arc<PreparedWorkflow>>>);

impl PreparedCache {
    pub(crate) fn find(&self, is_it: impl Fn(&PreparedWorkflow) -> bool) -> Option<Arc<PreparedWorkflow>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|prepared| is_it(prepared))?;
        known[..=place].rotate_right(1);
        known.first().cloned()
    }

    pub(crate) fn keep(&self, prepared: &Arc<PreparedWorkflow>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(0, Arc::clone(prepared));
        known.truncate(CAPACITY);
    }
}
