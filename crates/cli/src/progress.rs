//! Progress while a workflow runs, and the summary after it.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use heddle_runner::events::{Event, EventSink, Verdict};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Failed items that the summary tells of, a node.
const SHOWN_FAILURES: usize = 20;

/// Counts what becomes of every item, and shows it on a terminal.
pub(crate) struct Progress {
    bars: MultiProgress,
    is_shown: bool,
    nodes: Mutex<Vec<NodeProgress>>,
}

struct NodeProgress {
    /// Its name, after those of the nodes that called its workflow.
    name: String,
    /// Whether a called workflow holds it: then item numbers start anew with each call.
    is_called: bool,
    bar: ProgressBar,
    /// Items that its runs were to handle.
    started: u64,
    /// Items that have ended.
    done: u64,
    failed: u64,
    sent: Vec<usize>,
    not_sent: Vec<usize>,
    unknown: Vec<usize>,
    failures: Vec<String>,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let is_shown = !quiet && std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), is_shown, nodes: Mutex::default() }
    }

    /// Ends the bars and tells what became of the items: counts a node, failed items by number, and after an
    /// interruption which items were sent and which were not.
    pub(crate) fn summary(&self, interrupted: bool) -> String {
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for node in nodes.iter() {
            node.bar.finish_and_clear();
            let _ = writeln!(text, "{}: {}", node.name, node.counts());
            for failure in node.failures.iter().take(SHOWN_FAILURES) {
                let _ = writeln!(text, "  {failure}");
            }
            if node.failures.len() > SHOWN_FAILURES {
                let more = node.failures.len() - SHOWN_FAILURES;
                let _ = writeln!(text, "  … and {more} more, all in --output run-data");
            }
            if interrupted && node.has_effect() && !node.is_called {
                let lists = [("sent", &node.sent), ("not sent", &node.not_sent), ("unknown", &node.unknown)];
                for (word, items) in lists {
                    let _ = writeln!(text, "  {word}: {}", ranges(items));
                }
            }
        }
        text
    }
}

impl NodeProgress {
    fn has_effect(&self) -> bool {
        !(self.sent.is_empty() && self.not_sent.is_empty() && self.unknown.is_empty())
    }

    fn counts(&self) -> String {
        if self.has_effect() {
            format!(
                "{} sent, {} not sent, {} unknown",
                self.sent.len(),
                self.not_sent.len(),
                self.unknown.len()
            )
        } else if self.failed > 0 {
            format!("{} items, {} of them failed", self.done, self.failed)
        } else if self.done == 1 {
            "1 item".to_owned()
        } else {
            format!("{} items", self.done)
        }
    }
}

impl EventSink for Progress {
    fn receive(&self, event: &Event<'_>) {
        self.take("", event);
    }
}

impl Progress {
    /// Takes an event of a workflow that the nodes `callers` called, which end with a separator.
    fn take(&self, callers: &str, event: &Event<'_>) {
        if let Event::SubWorkflow { caller, event, .. } = event {
            return self.take(&format!("{callers}{caller} › "), event);
        }
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_node = |entry: &NodeProgress, node: &str| {
            entry.name.strip_prefix(callers).is_some_and(|name| name == node)
        };
        match event {
            Event::NodeStarted { node, items, .. } => {
                let position = nodes.iter().position(|entry| is_node(entry, node)).unwrap_or_else(|| {
                    let name = format!("{callers}{node}");
                    nodes.push(NodeProgress {
                        bar: self.bars.add(new_bar(&name)),
                        name,
                        is_called: !callers.is_empty(),
                        started: 0,
                        done: 0,
                        failed: 0,
                        sent: Vec::new(),
                        not_sent: Vec::new(),
                        unknown: Vec::new(),
                        failures: Vec::new(),
                    });
                    nodes.len() - 1
                });
                nodes[position].started += *items as u64;
                nodes[position].bar.inc_length(*items as u64);
            }
            Event::ItemDone { node, run, item, verdict, error } => {
                let Some(entry) = nodes.iter_mut().find(|entry| is_node(entry, node)) else { return };
                entry.done += 1;
                match verdict {
                    Some(Verdict::Sent) => entry.sent.push(*item),
                    Some(Verdict::NotSent) => entry.not_sent.push(*item),
                    Some(Verdict::Unknown) => entry.unknown.push(*item),
                    _ => {}
                }
                if let Some(error) = error {
                    entry.failed += 1;
                    entry.failures.push(describe_failure(*run, *item, *verdict, error));
                }
                if self.is_shown {
                    entry.bar.inc(1);
                    if entry.has_effect() {
                        entry.bar.set_message(entry.counts());
                    }
                }
            }
            Event::NodeFinished { node, error, .. } => {
                let Some(entry) = nodes.iter_mut().find(|entry| is_node(entry, node)) else { return };
                match error {
                    // A node that takes whole inputs has no items that end one by one.
                    None => entry.done = entry.started,
                    Some(error) if error.item_index.is_none() => {
                        entry.failed += 1;
                        entry.failures.push(error.message.clone());
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
}

fn new_bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {per_sec} {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}

fn describe_failure(
    run: usize,
    item: usize,
    verdict: Option<Verdict>,
    error: &heddle_node::NodeError,
) -> String {
    let mut text = format!("item {item}");
    if run > 0 {
        let _ = write!(text, " of run {run}");
    }
    let word = match verdict {
        Some(Verdict::Sent) => " sent, then failed",
        Some(Verdict::NotSent) => " not sent",
        Some(Verdict::Unknown) => " unknown",
        _ => "",
    };
    let _ = write!(text, "{word}: {}", error.message);
    if let Some(parameter) = &error.parameter {
        let _ = write!(text, " (parameter {parameter})");
    }
    if let Some(description) = &error.description {
        let _ = write!(text, ". {description}");
    }
    text
}

/// Writes item numbers as ranges: `0-14, 17`.
fn ranges(items: &[usize]) -> String {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    let mut text = String::new();
    let mut position = 0;
    while position < sorted.len() {
        let first = sorted[position];
        let mut last = first;
        while sorted.get(position + 1) == Some(&(last + 1)) {
            last += 1;
            position += 1;
        }
        position += 1;
        if !text.is_empty() {
            text.push_str(", ");
        }
        let _ = if first == last { write!(text, "{first}") } else { write!(text, "{first}-{last}") };
    }
    if text.is_empty() { "none".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn item_numbers_are_written_as_ranges() {
        assert_eq!(ranges(&[]), "none");
        assert_eq!(ranges(&[4]), "4");
        assert_eq!(ranges(&[3, 1, 2, 7, 9, 8, 0]), "0-3, 7-9");
    }
}
