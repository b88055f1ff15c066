//! The system's clock.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest sleep at a time: a computer that slept meanwhile must not oversleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// The time in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Waits until a moment, in milliseconds since 1970; `false` when `cancel` came first.
pub(crate) async fn wait_until(moment: i64, cancel: &CancellationToken) -> bool {
    let left = |now: i64| Duration::from_millis(u64::try_from(moment.saturating_sub(now)).unwrap_or(0));
    let Some(end) = Instant::now().checked_add(left(now())) else {
        // No clock reaches it.
        cancel.cancelled().await;
        return false;
    };
    loop {
        let wait = left(now()).min(end.saturating_duration_since(Instant::now()));
        if wait.is_zero() {
            return !cancel.is_cancelled();
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return false,
            () = tokio::time::sleep(wait.min(LONGEST_SLEEP)) => {}
        }
    }
}
