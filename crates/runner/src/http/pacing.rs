//! Pacing: requests leave so that no documented rate limit of the service is passed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use heddle_node::RateLimit;
use tokio::time::Instant;

/// The pacers of all accounts that a host talks to.
///
/// An account is a credential's data: runs that share it share its limits.
#[derive(Default)]
pub struct Pacing {
    accounts: Mutex<HashMap<u64, Arc<Pacer>>>,
}

/// Hands out permits for one account.
pub struct Pacer {
    limits: Vec<RateLimit>,
    state: Mutex<PacerState>,
}

#[derive(Default)]
struct PacerState {
    /// Moments booked, by limit and operation, in order; those that no window reaches back to are dropped.
    windows: HashMap<(usize, String), VecDeque<Instant>>,
    /// The service has asked everybody to wait until then.
    held_until: Option<Instant>,
}

impl Pacing {
    /// The pacer of `account`, made with `limits` at its first use.
    pub fn account(&self, account: u64, limits: &[RateLimit]) -> Arc<Pacer> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account).or_insert_with(|| Arc::new(Pacer::new(limits.to_vec()))))
    }
}

impl Pacer {
    /// A pacer for an account with these limits.
    pub fn new(limits: Vec<RateLimit>) -> Self {
        let limits = limits.into_iter().filter(|limit| limit.limit > 0).collect();
        Self { limits, state: Mutex::default() }
    }

    /// Keeps every later request of the account back until `moment`: the service has answered 429.
    pub fn hold_until(&self, moment: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held_until = state.held_until.max(Some(moment));
    }

    /// Books the next free moment for a request to `path` and gives it; `None`, with nothing booked, when it is more
    /// than `budget` away.
    ///
    /// Requests get their moments in the order in which they ask.
    pub fn book(&self, method: &str, path: &str, now: Instant, budget: Duration) -> Option<Instant> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut moment = state.held_until.map_or(now, |held| held.max(now));
        let keys = self.windows_of(method, path);
        for key in &keys {
            let limit = &self.limits[key.0];
            let Some(window) = state.windows.get_mut(key) else { continue };
            while window.front().is_some_and(|first| *first + limit.window <= now) {
                window.pop_front();
            }
            // Whoever asks later leaves later, whatever was given back.
            moment = moment.max(window.back().copied().unwrap_or(now));
            if let Some(oldest) = window.len().checked_sub(limit.limit as usize) {
                moment = moment.max(window[oldest] + limit.window);
            }
        }
        if moment.duration_since(now) > budget {
            return None;
        }
        for key in keys {
            state.windows.entry(key).or_default().push_back(moment);
        }
        Some(moment)
    }

    /// How long so many requests take at least, by the limits that hold for all of them; `None` without such limits.
    pub fn least_time(&self, requests: u64) -> Option<Duration> {
        let all = self.limits.iter().filter(|limit| matches!(limit.path_prefix.as_str(), "" | "/"));
        let windows = |limit: &RateLimit| requests.saturating_sub(1) / u64::from(limit.limit);
        all.map(|limit| limit.window.saturating_mul(u32::try_from(windows(limit)).unwrap_or(u32::MAX))).max()
    }

    /// Gives back a moment that was booked for a request which never left: it counts towards no limit.
    pub fn give_back(&self, method: &str, path: &str, moment: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for key in self.windows_of(method, path) {
            if let Some(window) = state.windows.get_mut(&key)
                && let Some(place) = window.iter().rposition(|booked| *booked == moment)
            {
                window.remove(place);
            }
        }
    }

    /// The windows that a request counts in: limit and operation.
    fn windows_of(&self, method: &str, path: &str) -> Vec<(usize, String)> {
        let limits = self.limits.iter().enumerate().filter(|(_, limit)| applies(limit, path));
        limits
            .map(|(index, limit)| {
                let operation = if limit.per_operation {
                    format!("{method} {}", operation_path(path))
                } else {
                    String::new()
                };
                (index, operation)
            })
            .collect()
    }
}

fn applies(limit: &RateLimit, path: &str) -> bool {
    path.starts_with(&limit.path_prefix)
        && !limit.except.iter().any(|prefix| path.starts_with(prefix.as_str()))
}

/// The path with its ids taken out, so that requests for different records count as one operation.
fn operation_path(path: &str) -> String {
    let parts: Vec<&str> =
        path.split('/').map(|part| if uuid::Uuid::try_parse(part).is_ok() { "{id}" } else { part }).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(count: u32, seconds: u64, prefix: &str, per_operation: bool) -> RateLimit {
        RateLimit {
            name: "test".to_owned(),
            limit: count,
            window: Duration::from_secs(seconds),
            path_prefix: prefix.to_owned(),
            except: vec!["/send/typing".to_owned()],
            per_operation,
        }
    }

    /// Books `count` requests, each at the moment the one before got, and gives the seconds from the start.
    fn book_all(pacer: &Pacer, path: &str, count: usize, start: Instant) -> Vec<f64> {
        (0..count)
            .map(|_| {
                let moment = pacer.book("POST", path, start, Duration::MAX).expect("no budget");
                moment.duration_since(start).as_secs_f64()
            })
            .collect()
    }

    #[test]
    fn no_window_ever_holds_more_than_its_limit() {
        let pacer = Pacer::new(vec![limit(20, 5, "", false), limit(50, 60, "", false)]);
        let moments = book_all(&pacer, "/a", 200, Instant::now());
        for (count, seconds) in [(20, 5.0), (50, 60.0)] {
            for pair in moments.windows(count + 1) {
                assert!(pair[count] - pair[0] >= seconds, "{count} per {seconds} s is passed: {pair:?}");
            }
        }
        assert_eq!(moments[19], 0.0, "the first burst does not wait");
    }

    #[test]
    fn operations_have_counts_of_their_own() {
        let pacer = Pacer::new(vec![limit(1, 10, "/send/", true)]);
        let start = Instant::now();
        assert_eq!(book_all(&pacer, "/send/text", 1, start), [0.0]);
        assert_eq!(book_all(&pacer, "/send/chatbot", 2, start), [0.0, 10.0]);
        let first = "/send/chatbot/6e4f1a52-3b5c-4c3e-9a51-0d8a8f2f4b10";
        let second = "/send/chatbot/0b8f6a5e-58a1-4a8e-8b41-6c7e35b0a9d2";
        assert_eq!(book_all(&pacer, first, 1, start), [0.0]);
        assert_eq!(book_all(&pacer, second, 1, start), [10.0], "one operation, whatever the id");
        assert_eq!(book_all(&pacer, "/send/typing", 3, start), [0.0; 3], "left out");
        assert_eq!(book_all(&pacer, "/other", 3, start), [0.0; 3], "another path");
    }

    #[test]
    fn a_moment_that_is_given_back_is_free_again_and_no_window_is_passed() {
        let pacer = Pacer::new(vec![limit(3, 10, "", false)]);
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let book = |seconds: u64| {
            let moment = pacer.book("POST", "/a", at(seconds), Duration::MAX).expect("no budget");
            moment.duration_since(start).as_secs()
        };
        assert_eq!([book(0), book(0), book(0), book(1)], [0, 0, 0, 10]);
        pacer.give_back("POST", "/a", at(10));
        assert_eq!(book(2), 10, "those of the start still count");
        pacer.give_back("POST", "/a", at(0));
        pacer.give_back("POST", "/a", at(0));
        assert_eq!([book(10), book(10), book(10)], [10, 10, 20]);
    }

    #[test]
    fn a_wait_beyond_the_budget_books_nothing() {
        let pacer = Pacer::new(vec![limit(1, 10, "", false)]);
        let start = Instant::now();
        assert_eq!(book_all(&pacer, "/a", 1, start), [0.0]);
        assert_eq!(pacer.book("POST", "/a", start, Duration::from_secs(9)), None);
        assert_eq!(book_all(&pacer, "/a", 1, start), [10.0]);
    }
}
