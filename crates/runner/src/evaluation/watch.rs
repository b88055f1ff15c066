//! Following one evaluation from another thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use heddle_expression::Watcher;

use crate::cancel::StopSignal;

/// What is known of the evaluation under way on a thread.
pub(crate) struct Watch {
    stop: StopSignal,
    origin: Instant,
    /// Microseconds from the origin to the beginning of the evaluation in JavaScript that is under way, plus one; 0 when
    /// none is.
    begun: AtomicU64,
    given_up: AtomicBool,
}

impl Watch {
    /// For evaluations that end when `stop` says so.
    pub(crate) fn new(stop: StopSignal) -> Self {
        Self { stop, origin: Instant::now(), begun: AtomicU64::new(0), given_up: AtomicBool::new(false) }
    }

    /// Nobody waits for the evaluation any more.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// When the evaluation under way has run for twice what it may: it cannot be interrupted. One that is yet to begin
    /// is as one that begins now.
    pub(crate) fn patience(&self, limit: Duration) -> Instant {
        self.patience_beyond(limit, limit)
    }

    /// When the evaluation under way has run so much longer than it may.
    pub(crate) fn patience_beyond(&self, limit: Duration, beyond: Duration) -> Instant {
        let begun = match self.begun.load(Ordering::Relaxed).checked_sub(1) {
            Some(begun) => self.origin + Duration::from_micros(begun),
            None => Instant::now(),
        };
        begun.checked_add(limit.saturating_add(beyond)).unwrap_or_else(far_away)
    }

    /// Whether that moment has passed.
    pub(crate) fn is_overdue(&self, limit: Duration) -> bool {
        self.patience(limit) <= Instant::now()
    }
}

impl Watcher for Watch {
    fn begins(&self) {
        let since = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX - 1);
        self.begun.store(since + 1, Ordering::Relaxed);
    }

    fn ends(&self) {
        self.begun.store(0, Ordering::Relaxed);
    }

    fn interrupts(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) || self.stop.is_over()
    }
}

/// A moment that no run reaches.
fn far_away() -> Instant {
    Instant::now() + Duration::from_secs(86_400 * 365)
}
