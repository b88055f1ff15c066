//! Rate limits (docs/wts-api.md §1.2).

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// At most `requests` within any stretch of `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many requests are let through.
    pub requests: usize,
    /// The length of the window.
    pub per: Duration,
}

impl Window {
    /// At most `requests` within any stretch of `per`.
    pub const fn new(requests: usize, per: Duration) -> Self {
        Self { requests, per }
    }
}

/// The limits of an account; [`Default`] are the documented ones.
///
/// Windows slide: the reference does not say whether they do, and a client that keeps to sliding windows keeps to
/// fixed ones as well. A refused request does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// On all requests of an account, whatever token they use.
    pub account: Vec<Window>,
    /// On each operation of `/chat/v1/send/*` by itself.
    pub send_operation: Vec<Window>,
    /// Whether requests of `/chat/v1/send/*` count for the account's windows too. The reference says *whole API* of the
    /// one and *its own limit* of the other, so either reading is possible; `true` is the stricter one.
    pub send_counts_for_account: bool,
    /// Whether a 429 carries `Retry-After`. The reference promises no such header, so it does not unless asked.
    pub retry_after: bool,
}

impl RateLimits {
    /// No limit at all.
    pub const fn off() -> Self {
        Self {
            account: Vec::new(),
            send_operation: Vec::new(),
            send_counts_for_account: true,
            retry_after: false,
        }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            account: vec![
                Window::new(1000, Duration::from_secs(5 * 60)),
                Window::new(200, Duration::from_secs(5)),
            ],
            send_operation: vec![Window::new(1000, Duration::from_secs(2 * 60))],
            ..Self::off()
        }
    }
}

/// The requests that an account has made of late.
#[derive(Debug)]
pub(crate) struct Limiter {
    account: Vec<Track>,
    operations: HashMap<&'static str, Vec<Track>>,
}

impl Limiter {
    pub(crate) fn new(limits: &RateLimits) -> Self {
        Self { account: tracks(&limits.account), operations: HashMap::new() }
    }

    /// Counts one request at `now`, or says how long there is no room for it. `send_operation` names an operation of
    /// `/chat/v1/send/*`.
    pub(crate) fn admit(
        &mut self,
        limits: &RateLimits,
        send_operation: Option<&'static str>,
        now: Instant,
    ) -> Result<(), Duration> {
        let account: &mut [Track] = match send_operation {
            Some(_) if !limits.send_counts_for_account => &mut [],
            _ => &mut self.account,
        };
        let own: &mut [Track] = match send_operation {
            Some(name) => self.operations.entry(name).or_insert_with(|| tracks(&limits.send_operation)),
            None => &mut [],
        };
        let wait = account.iter_mut().chain(&mut *own).filter_map(|track| track.wait(now)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for track in account.iter_mut().chain(own) {
            track.times.push_back(now);
        }
        Ok(())
    }
}

/// One window and the requests in it.
#[derive(Debug)]
struct Track {
    window: Window,
    times: VecDeque<Instant>,
}

impl Track {
    /// How long until there is room; `None`: there is.
    fn wait(&mut self, now: Instant) -> Option<Duration> {
        while self.times.front().is_some_and(|&time| now.duration_since(time) >= self.window.per) {
            self.times.pop_front();
        }
        (self.times.len() >= self.window.requests).then(|| {
            self.times.front().map_or(self.window.per, |&time| self.window.per - now.duration_since(time))
        })
    }
}

fn tracks(windows: &[Window]) -> Vec<Track> {
    windows.iter().map(|&window| Track { window, times: VecDeque::new() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> RateLimits {
        RateLimits {
            account: vec![Window::new(3, 10 * SECOND)],
            send_operation: vec![Window::new(2, 4 * SECOND)],
            ..RateLimits::off()
        }
    }

    #[test]
    fn a_window_slides_and_refusals_do_not_count() {
        let (limits, start) = (limits(), Instant::now());
        let mut limiter = Limiter::new(&limits);
        for second in 0..3 {
            assert_eq!(limiter.admit(&limits, None, start + second * SECOND), Ok(()));
        }
        assert_eq!(limiter.admit(&limits, None, start + 4 * SECOND), Err(6 * SECOND));
        assert_eq!(limiter.admit(&limits, None, start + 10 * SECOND), Ok(()));
        assert_eq!(limiter.admit(&limits, None, start + 10 * SECOND), Err(SECOND));
    }

    #[test]
    fn each_send_operation_has_a_window_of_its_own() {
        let (limits, now) = (RateLimits { send_counts_for_account: false, ..limits() }, Instant::now());
        let mut limiter = Limiter::new(&limits);
        for name in ["queue", "batch", "status"] {
            assert_eq!(limiter.admit(&limits, Some(name), now), Ok(()));
            assert_eq!(limiter.admit(&limits, Some(name), now), Ok(()));
            assert_eq!(limiter.admit(&limits, Some(name), now), Err(4 * SECOND));
        }
        assert_eq!(limiter.admit(&limits, None, now), Ok(()));
    }

    #[test]
    fn sends_count_for_the_account_unless_told_otherwise() {
        let (limits, now) = (limits(), Instant::now());
        let mut limiter = Limiter::new(&limits);
        for name in ["queue", "queue", "batch"] {
            assert_eq!(limiter.admit(&limits, Some(name), now), Ok(()));
        }
        assert_eq!(limiter.admit(&limits, None, now), Err(10 * SECOND));
    }

    #[test]
    fn a_window_of_nothing_lets_nothing_through() {
        let limits = RateLimits { account: vec![Window::new(0, SECOND)], ..RateLimits::off() };
        assert_eq!(Limiter::new(&limits).admit(&limits, None, Instant::now()), Err(SECOND));
    }
}
