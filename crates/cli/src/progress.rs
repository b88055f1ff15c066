//! Progress on a terminal while a workflow runs. The run only counts; a thread of its own draws, so that a run costs no
//! more for being watched and a wait can be seen to pass.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use heddle_expression::clock::current_millis;
use heddle_runner::events::{Event, NodeSite, Verdict};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::verdicts::{SEPARATOR, name_of};

/// How often the picture is drawn anew.
const FRAME: Duration = Duration::from_millis(100);
/// A run that is over sooner shows nothing.
const QUIET_START: Duration = Duration::from_millis(300);
/// Over how long a rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(10);
/// A rate of less time than this says nothing about the rest.
const SHORTEST_RATE: Duration = Duration::from_secs(2);
/// Shorter waits are not worth a word.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Columns of a node's name at most.
const LONGEST_NAME: usize = 24;
/// Nodes that are drawn at a time: those that began last.
const SHOWN_NODES: usize = 8;

/// Draws what the events of a run tell, where standard error is a terminal.
pub(crate) struct Progress {
    shared: Option<Arc<Shared>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    stop: Condvar,
    bars: MultiProgress,
}

#[derive(Default)]
struct State {
    nodes: Vec<NodeProgress>,
    by_name: HashMap<String, usize>,
    /// Of the event before: most are about the same node run.
    last: Option<(Arc<NodeSite>, usize)>,
    /// Until when a node has the run wait, in milliseconds since 1970.
    waits_until: Option<i64>,
    stopped: bool,
}

struct NodeProgress {
    name: String,
    bar: Option<ProgressBar>,
    /// Items that its runs are to handle.
    items: u64,
    done: u64,
    counts: [u64; 3],
    has_effect: bool,
    running: usize,
    /// Items that wait, and until when.
    waiting: HashMap<usize, Instant>,
    /// How many were done at past moments, to tell the rate.
    past: VecDeque<(Instant, u64)>,
}

impl Progress {
    /// Progress on standard error; none when it is not a terminal, or with `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { shared: None, thread: Mutex::default() };
        }
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            stop: Condvar::new(),
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
        });
        let drawn = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(move || drawn.draw()).ok();
        Self { shared: Some(shared), thread: Mutex::new(thread) }
    }

    /// Takes an event.
    pub(crate) fn take(&self, event: &Event) {
        if let Some(shared) = &self.shared {
            shared.state().take(event);
        }
    }

    /// Prints a line above the picture.
    pub(crate) fn print_error(&self, text: &str) {
        match &self.shared {
            Some(shared) => shared.bars.suspend(|| crate::commands::print_error(text)),
            None => crate::commands::print_error(text),
        }
    }

    /// Leaves the terminal to `work`.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.shared {
            Some(shared) => shared.bars.suspend(work),
            None => work(),
        }
    }

    /// How long it is until a moment, and when that is on the clock of this computer.
    pub(crate) fn until(&self, moment: i64) -> String {
        let left = Duration::from_millis(u64::try_from(moment - current_millis()).unwrap_or_default());
        let clock = jiff::Timestamp::from_millisecond(moment)
            .map(|moment| moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%a %H:%M").to_string());
        match clock {
            Ok(clock) => format!("{}, until {clock}", in_words(left)),
            Err(_) => in_words(left),
        }
    }

    /// Takes the picture away.
    pub(crate) fn finish(&self) {
        let Some(shared) = &self.shared else { return };
        shared.state().stopped = true;
        shared.stop.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        let mut wait = QUIET_START;
        loop {
            let mut state = self
                .stop
                .wait_timeout_while(self.state(), wait, |state| !state.stopped)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if state.stopped {
                for node in &mut state.nodes {
                    if let Some(bar) = node.bar.take() {
                        bar.finish_and_clear();
                    }
                }
                drop(state);
                let _ = self.bars.clear();
                return;
            }
            state.draw(&self.bars);
            wait = FRAME;
        }
    }
}

impl State {
    fn take(&mut self, event: &Event) {
        match event {
            Event::NodeStarted { at, items, .. } => {
                let index = self.index_of(at);
                let node = &mut self.nodes[index];
                node.items += *items as u64;
                node.running += 1;
            }
            Event::CallStarted { at, item } => {
                let index = self.index_of(at);
                self.nodes[index].waiting.remove(&item.unwrap_or(0));
            }
            Event::ItemDone { at, item, verdict, .. } => {
                let index = self.index_of(at);
                let node = &mut self.nodes[index];
                node.done += 1;
                node.waiting.remove(item);
                node.has_effect |= verdict.is_some();
                match verdict {
                    Some(Verdict::Sent) => node.counts[0] += 1,
                    Some(Verdict::NotSent) => node.counts[1] += 1,
                    Some(Verdict::Unknown) => node.counts[2] += 1,
                    _ => {}
                }
            }
            Event::Waiting { at, item, duration } => {
                let index = self.index_of(at);
                self.nodes[index].waiting.insert(*item, Instant::now() + *duration);
            }
            Event::NodeFinished { at, error } => {
                let index = self.index_of(at);
                let node = &mut self.nodes[index];
                node.running = node.running.saturating_sub(1);
                node.waiting.clear();
                // A node that takes its input whole has no items that end one by one.
                if error.is_none() && node.running == 0 {
                    node.done = node.items;
                }
            }
            Event::RunWaiting { until, .. } | Event::SendsWaiting { until, .. } => {
                self.waits_until = Some(*until);
            }
            _ => {}
        }
    }

    fn index_of(&mut self, at: &Arc<NodeSite>) -> usize {
        if let Some((last, index)) = &self.last
            && Arc::ptr_eq(last, at)
        {
            return *index;
        }
        let name = name_of(&at.of, &at.node);
        let index = *self.by_name.entry(name).or_insert_with_key(|name| {
            self.nodes.push(NodeProgress::new(name));
            self.nodes.len() - 1
        });
        self.last = Some((Arc::clone(at), index));
        index
    }

    fn draw(&mut self, bars: &MultiProgress) {
        let now = Instant::now();
        let first = self.nodes.len().saturating_sub(SHOWN_NODES);
        let left = self.waits_until.map(|until| until - current_millis());
        let wait = left.filter(|left| *left > 0).map(|left| Duration::from_millis(left.unsigned_abs()));
        for (index, node) in self.nodes.iter_mut().enumerate() {
            if index < first && node.running == 0 {
                if let Some(bar) = node.bar.take() {
                    bar.finish_and_clear();
                    bars.remove(&bar);
                }
                continue;
            }
            let message = node.message(now, wait);
            let bar = node.bar.get_or_insert_with(|| bars.add(new_bar(&node.name)));
            bar.set_length(node.items);
            bar.set_position(node.done.min(node.items));
            bar.set_message(message);
            bar.tick();
        }
    }
}

impl NodeProgress {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bar: None,
            items: 0,
            done: 0,
            counts: [0; 3],
            has_effect: false,
            running: 0,
            waiting: HashMap::new(),
            past: VecDeque::new(),
        }
    }

    /// What stands behind the bar: a wait, else rate and time left; then what failed.
    fn message(&mut self, now: Instant, run_wait: Option<Duration>) -> String {
        while self.past.front().is_some_and(|(moment, _)| now - *moment > RATE_WINDOW) {
            self.past.pop_front();
        }
        let mut message = String::new();
        let wait = self.waiting.values().filter(|until| **until > now).min().map(|until| *until - now);
        if self.running > 0 {
            if let Some(wait) = wait.or(run_wait).filter(|wait| *wait >= SHORTEST_WAIT) {
                let _ = write!(message, "waits {}", in_words(wait));
            } else if let Some((moment, done)) = self.past.front()
                && now - *moment >= SHORTEST_RATE
                && self.done > *done
            {
                let rate = (self.done - done) as f64 / (now - *moment).as_secs_f64();
                let left = (self.items.saturating_sub(self.done)) as f64 / rate;
                let _ = write!(message, "{}", rate_in_words(rate));
                if let Ok(left) = Duration::try_from_secs_f64(left) {
                    let _ = write!(message, ", {} left", in_words(left));
                }
            }
            if self.past.back().is_none_or(|(moment, _)| now - *moment >= FRAME) {
                self.past.push_back((now, self.done));
            }
        }
        if self.has_effect {
            for (count, word) in std::iter::zip(self.counts, ["sent", "not sent", "unknown"]).skip(1) {
                if count > 0 {
                    let separator = if message.is_empty() { "" } else { ", " };
                    let _ = write!(message, "{separator}{count} {word}");
                }
            }
        }
        message
    }
}

fn new_bar(name: &str) -> ProgressBar {
    // Until it is in its place among the others it draws nowhere: it would leave a line behind.
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(shortened(name));
    bar
}

/// A long name without its end or, where it begins with those of callers, without its start.
fn shortened(name: &str) -> String {
    let letters = name.chars().count();
    if letters <= LONGEST_NAME {
        return name.to_owned();
    }
    if !name.contains(SEPARATOR) {
        let head: String = name.chars().take(LONGEST_NAME - 1).collect();
        return format!("{}…", head.trim_end());
    }
    let tail: String = name.chars().skip(letters + 1 - LONGEST_NAME).collect();
    format!("…{tail}")
}

fn rate_in_words(rate: f64) -> String {
    if rate >= 1.0 { format!("{rate:.0}/s") } else { format!("{:.0}/min", rate * 60.0) }
}

/// A duration to the second, rounded up: `5 s`, `2 min 5 s`, `1 h 2 min`.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_are_read_at_a_glance() {
        assert_eq!(rate_in_words(123.456), "123/s");
        assert_eq!(rate_in_words(0.5), "30/min");
        let words = |milliseconds| in_words(Duration::from_millis(milliseconds));
        assert_eq!([words(900), words(61_000), words(3_720_000)], ["1 s", "1 min 1 s", "1 h 2 min"]);
    }

    #[test]
    fn a_long_name_is_shortened_where_it_tells_least() {
        assert_eq!(shortened("Send"), "Send");
        assert_eq!(shortened("Welcome everybody who came today"), "Welcome everybody who c…");
        let name = shortened("Customers of the north › Welcome them");
        assert!(name.starts_with('…') && name.ends_with("› Welcome them"), "{name}");
        assert_eq!(name.chars().count(), LONGEST_NAME);
    }
}
