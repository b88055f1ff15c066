//! What Prometheus is told: requests, runs, items by verdict, waits, loaded choices, and how long they took.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;

use crate::tally::Tally;

/// Upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 10.0];

/// Counters since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: [AtomicU64; 5],
    request_seconds: Durations,
    runs: Counters<4>,
    items: Counters<4>,
    waits: AtomicU64,
    options: Counters<2>,
    options_seconds: Durations,
}

const STATUSES: [&str; 4] = ["success", "error", "canceled", "waiting"];
const VERDICTS: [&str; 4] = ["sent", "notSent", "unknown", "skipped"];

struct Counters<const N: usize>([AtomicU64; N]);

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl<const N: usize> Counters<N> {
    fn add(&self, index: usize, count: usize) {
        if let Some(counter) = self.0.get(index) {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
    }
}

/// A histogram of durations.
#[derive(Default)]
struct Durations {
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    microseconds: AtomicU64,
}

impl Durations {
    fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            if seconds <= bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, help: &str) {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {}", bucket.load(Ordering::Relaxed));
        }
        let count = self.count.load(Ordering::Relaxed);
        let seconds = self.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(
            text,
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {seconds}\n{name}_count {count}"
        );
    }
}

impl Metrics {
    pub(crate) fn count_request(&self, status: StatusCode, duration: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.request_seconds.observe(duration);
    }

    pub(crate) fn count_run(&self, status: &str) {
        if let Some(index) = STATUSES.iter().position(|known| *known == status) {
            self.runs.add(index, 1);
        }
    }

    pub(crate) fn count_items(&self, tally: &Tally) {
        for (index, count) in
            [tally.sent, tally.not_sent, tally.unknown, tally.skipped].into_iter().enumerate()
        {
            self.items.add(index, count);
        }
        self.waits.fetch_add(tally.waits as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_options(&self, is_loaded: bool, duration: Duration) {
        self.options.add(usize::from(!is_loaded), 1);
        self.options_seconds.observe(duration);
    }

    /// All of it, in the text format of Prometheus.
    pub(crate) fn render(&self, running: usize) -> String {
        let mut text = String::new();
        let mut counters = |name: &str, help: &str, label: &str, counts: &[(String, u64)]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            for (value, count) in counts {
                let _ = writeln!(text, "{name}{{{label}=\"{value}\"}} {count}");
            }
        };
        let labelled = |labels: &[&str], counts: &[AtomicU64]| -> Vec<(String, u64)> {
            labels
                .iter()
                .zip(counts)
                .map(|(label, count)| ((*label).to_owned(), count.load(Ordering::Relaxed)))
                .collect()
        };
        counters(
            "heddle_http_requests_total",
            "Requests by the class of their status.",
            "status",
            &labelled(&["1xx", "2xx", "3xx", "4xx", "5xx"], &self.requests),
        );
        counters(
            "heddle_runs_total",
            "Runs that have ended, by status.",
            "status",
            &labelled(&STATUSES, &self.runs.0),
        );
        counters("heddle_items_total", "Items by verdict.", "verdict", &labelled(&VERDICTS, &self.items.0));
        counters(
            "heddle_options_total",
            "Loads of choices from accounts.",
            "result",
            &labelled(&["loaded", "failed"], &self.options.0),
        );
        let _ = writeln!(
            text,
            "# HELP heddle_waits_total Times that a call had to wait.\n# TYPE heddle_waits_total counter\nheddle_waits_total {}",
            self.waits.load(Ordering::Relaxed)
        );
        let _ = writeln!(
            text,
            "# HELP heddle_runs_active Runs under way.\n# TYPE heddle_runs_active gauge\nheddle_runs_active {running}"
        );
        self.request_seconds.write(&mut text, "heddle_http_request_seconds", "How long requests took.");
        self.options_seconds.write(&mut text, "heddle_options_seconds", "How long loads of choices took.");
        text
    }
}
