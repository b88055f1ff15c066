//! What ends a run early: its caller, or its time limit (`docs/engine.md §19`).

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why a run ended before everything had run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelReason {
    /// Its caller cancelled it.
    Manual,
    /// Its time limit passed.
    Timeout,
}

impl CancelReason {
    /// n8n's message.
    pub fn message(self) -> &'static str {
        match self {
            Self::Manual => "The execution was cancelled manually",
            Self::Timeout => "The execution was cancelled because it timed out",
        }
    }

    /// n8n's name of the error.
    pub fn error_name(self) -> &'static str {
        match self {
            Self::Manual => "ManualExecutionCancelledError",
            Self::Timeout => "TimeoutExecutionCancelledError",
        }
    }
}

/// When a run with all that belongs to it must be over, as whoever started it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    limit: Duration,
    at: Instant,
    is_renewed: bool,
}

impl Deadline {
    /// So long from now; `None` for a time beyond what the clock can show.
    pub(crate) fn after(limit: Duration) -> Option<Self> {
        Some(Self { limit, at: Instant::now().checked_add(limit)?, is_renewed: false })
    }

    /// The deadline of an error workflow: whoever is to be told that the time is over needs some, but once.
    pub(crate) fn renewed(self) -> Self {
        match Instant::now().checked_add(self.limit) {
            Some(at) if !self.is_renewed => Self { at, is_renewed: true, ..self },
            _ => self,
        }
    }
}

/// Whether a run is to end, as any thread can ask: it was cancelled, or its time is over.
#[derive(Clone)]
pub(crate) struct StopSignal {
    cancel: CancellationToken,
    deadline: Option<std::time::Instant>,
}

impl StopSignal {
    /// A run that ends when it is cancelled, and at `deadline` when it has one.
    pub(crate) fn new(cancel: CancellationToken, deadline: Option<Instant>) -> Self {
        Self { cancel, deadline: deadline.map(Instant::into_std) }
    }

    /// Whether nothing more is to begin.
    pub(crate) fn is_over(&self) -> bool {
        self.cancel.is_cancelled()
            || self.deadline.is_some_and(|deadline| deadline <= std::time::Instant::now())
    }
}

/// Cancels one run and knows why.
pub(crate) struct Cancellation {
    caller: CancellationToken,
    /// Cancelled by the caller and by the time limit; what nodes look at.
    run: CancellationToken,
    deadline: Option<Instant>,
    timed_out: bool,
}

impl Cancellation {
    /// A run that `caller` cancels, and `limit` or `deadline` where it has one.
    pub(crate) fn new(
        caller: CancellationToken,
        limit: Option<Duration>,
        deadline: Option<Deadline>,
    ) -> Self {
        let run = caller.child_token();
        // A limit beyond what the clock can show is none.
        let own = limit.and_then(|limit| Instant::now().checked_add(limit));
        let deadline = own.into_iter().chain(deadline.map(|deadline| deadline.at)).min();
        Self { caller, run, deadline, timed_out: false }
    }

    /// What every evaluation and every send asks before it begins.
    pub(crate) fn signal(&self) -> StopSignal {
        StopSignal::new(self.run.clone(), self.deadline)
    }

    /// The token that the run's nodes look at.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.run
    }

    /// Why the run ends, if it does; notices that the time is over.
    pub(crate) fn check(&mut self) -> Option<CancelReason> {
        if !self.timed_out && self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.time_out();
        }
        self.reason()
    }

    /// Why the run ends, as far as it is known.
    pub(crate) fn reason(&self) -> Option<CancelReason> {
        if self.timed_out {
            Some(CancelReason::Timeout)
        } else {
            self.caller.is_cancelled().then_some(CancelReason::Manual)
        }
    }

    /// Waits for `work` to its end. When the time is over on the way, the run is cancelled, so that `work` starts nothing
    /// more and ends what it has begun.
    pub(crate) async fn limit<T>(&mut self, work: impl Future<Output = T>) -> T {
        let Some(deadline) = self.deadline.filter(|_| !self.timed_out) else { return work.await };
        let mut work = pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep_until(deadline) => self.time_out(),
        }
        work.await
    }

    fn time_out(&mut self) {
        // Who cancelled first is the reason.
        if !self.caller.is_cancelled() {
            self.timed_out = true;
        }
        self.run.cancel();
    }
}
