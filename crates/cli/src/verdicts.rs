//! What became of every item of every node run, kept on the way, so that it can be told whatever ends the run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use heddle_node::{Effect, NodeError, printable_line};
use heddle_runner::events::{Event, NodeSite, Origin, RunSite, Verdict};
use uuid::Uuid;

use crate::plain_text::plain_text;

/// Failed items that the summary reports, a node.
const SHOWN_FAILURES: usize = 20;
/// Stands between a caller and what it called.
pub(crate) const SEPARATOR: &str = " › ";

/// The items of all node runs so far.
#[derive(Default)]
pub(crate) struct Verdicts {
    /// Nodes that send, as their runs began, whether or not they have run since.
    planned: Vec<String>,
    nodes: Vec<Node>,
    runs: Vec<Run>,
    /// Where the run of a node is. The runs keep the sites alive that the addresses are those of.
    by_address: HashMap<usize, usize>,
    /// A call that is made again has the execution that it had before.
    by_key: HashMap<(Uuid, Arc<str>, usize), usize>,
}

/// A node, by its name after those of the nodes that called its workflow.
struct Node {
    name: String,
    failures: Vec<String>,
    failed: usize,
    /// In a dry run, expressions inside texts that gave nothing, with the items for which they did.
    gaps: BTreeMap<String, BTreeSet<usize>>,
}

/// A run of a node.
struct Run {
    at: Arc<NodeSite>,
    node: usize,
    items: usize,
    effect: Effect,
    /// Items that have ended.
    done: usize,
    /// Of a run with an effect, each item that has ended, with its verdict if it has one.
    ended: Vec<Option<Ended>>,
    /// Items with a call that has left and is not known to have ended.
    in_flight: BTreeSet<usize>,
    /// The same of a node that takes its items all at once.
    all_in_flight: bool,
    /// It has a workflow called for all items at once: what became of them is told there.
    calls_for_all: bool,
    /// It has failed as a whole.
    has_failed: bool,
    is_over: bool,
}

#[derive(Clone, Copy)]
struct Ended(Option<Verdict>);

/// An item whose end nobody has reported.
pub(crate) struct OpenItem {
    pub(crate) at: Arc<NodeSite>,
    pub(crate) item: usize,
    pub(crate) verdict: Verdict,
}

/// How many items ended in which way.
#[derive(Default)]
struct Counts {
    sent: usize,
    not_sent: usize,
    unknown: usize,
    skipped: usize,
}

impl Verdicts {
    /// Takes an event.
    pub(crate) fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { run, sending_nodes, .. } => {
                if let Some(Origin::Call { by, item: None }) = &run.origin
                    && let Some(caller) = self.run_of(by)
                {
                    caller.calls_for_all = true;
                }
                for node in sending_nodes {
                    let name = name_of(run, node);
                    if !self.planned.contains(&name) {
                        self.planned.push(name);
                    }
                }
            }
            Event::NodeStarted { at, items, effect, .. } => self.begin(at, *items, *effect),
            Event::CallStarted { at, item } => {
                let Some(run) = self.run_of(at) else { return };
                match item {
                    Some(item) => drop(run.in_flight.insert(*item)),
                    None => run.all_in_flight = true,
                }
            }
            Event::ItemDone { at, item, verdict, error, .. } => {
                let Some(index) = self.index_of(at) else { return };
                self.runs[index].end(*item, *verdict);
                match error {
                    // What a node that takes its items all at once says is about all of them.
                    Some(error) if error.item_index.is_none() => {
                        let is_told = std::mem::replace(&mut self.runs[index].has_failed, true);
                        if !is_told {
                            self.note_failure(index, None, None, error);
                        }
                    }
                    Some(error) => self.note_failure(index, Some(*item), *verdict, error),
                    None => {}
                }
            }
            Event::GapInText { at, item, parameter, code } => {
                let Some(index) = self.index_of(at) else { return };
                let node = self.runs[index].node;
                let gap = format!("{{{{ {code} }}}} in {parameter}");
                self.nodes[node].gaps.entry(gap).or_default().insert(*item);
            }
            Event::NodeFinished { at, error } => {
                let Some(index) = self.index_of(at) else { return };
                let run = &mut self.runs[index];
                run.is_over = error.is_none();
                match error {
                    // A node that takes whole inputs has no items that end one by one.
                    None => run.done = run.items,
                    Some(error) if error.item_index.is_none() && !run.has_failed => {
                        run.has_failed = true;
                        self.note_failure(index, None, None, error);
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, at: &Arc<NodeSite>, items: usize, effect: Effect) {
        let key = (at.of.execution, Arc::clone(&at.node), at.run);
        let address = Arc::as_ptr(at) as usize;
        if let Some(&index) = self.by_key.get(&key) {
            let run = &mut self.runs[index];
            (run.items, run.done, run.is_over) = (items, 0, false);
            self.by_address.remove(&(Arc::as_ptr(&run.at) as usize));
            run.at = Arc::clone(at);
            self.by_address.insert(address, index);
            return;
        }
        let name = name_of(&at.of, &at.node);
        let node = self.nodes.iter().position(|node| node.name == name).unwrap_or_else(|| {
            self.nodes.push(Node { name, failures: Vec::new(), failed: 0, gaps: BTreeMap::new() });
            self.nodes.len() - 1
        });
        self.by_key.insert(key, self.runs.len());
        self.by_address.insert(address, self.runs.len());
        self.runs.push(Run {
            at: Arc::clone(at),
            node,
            items,
            effect,
            done: 0,
            ended: Vec::new(),
            in_flight: BTreeSet::new(),
            all_in_flight: false,
            calls_for_all: false,
            has_failed: false,
            is_over: false,
        });
    }

    fn index_of(&self, at: &Arc<NodeSite>) -> Option<usize> {
        let last = self.runs.len().checked_sub(1)?;
        if Arc::ptr_eq(&self.runs[last].at, at) {
            return Some(last);
        }
        self.by_address.get(&(Arc::as_ptr(at) as usize)).copied()
    }

    fn run_of(&mut self, at: &Arc<NodeSite>) -> Option<&mut Run> {
        let index = self.index_of(at)?;
        self.runs.get_mut(index)
    }

    fn note_failure(&mut self, run: usize, item: Option<usize>, verdict: Option<Verdict>, error: &NodeError) {
        let run = &self.runs[run];
        let node = &mut self.nodes[run.node];
        node.failed += 1;
        if node.failures.len() < SHOWN_FAILURES {
            node.failures.push(describe_failure(&run.at, item, verdict, error));
        }
    }

    /// Settles the items that nobody has told the end of: those whose call has left are unknown, and those that never
    /// began were not sent.
    pub(crate) fn close(&mut self) -> Vec<OpenItem> {
        let mut open = Vec::new();
        // Runs of called workflows come after those of their callers, whose items are what became of them.
        for index in (0..self.runs.len()).rev() {
            let run = &mut self.runs[index];
            if !run.has_effect() {
                continue;
            }
            if !run.is_over {
                for item in 0..run.items {
                    if run.ended.get(item).is_some_and(Option::is_some) {
                        continue;
                    }
                    let is_unknown = run.all_in_flight || run.in_flight.contains(&item);
                    let verdict = if is_unknown { Verdict::Unknown } else { Verdict::NotSent };
                    run.end(item, Some(verdict));
                    open.push(OpenItem { at: Arc::clone(&run.at), item, verdict });
                }
            }
            let gravest = run.ended.iter().flatten().filter_map(|ended| ended.0).max();
            if let (Some(Origin::Call { by, item: Some(item) }), Some(gravest)) = (&run.at.of.origin, gravest)
                && gravest > Verdict::NotSent
            {
                let (by, item) = (Arc::clone(by), *item);
                if let Some(caller) = self.run_of(&by).filter(|caller| !caller.is_over)
                    && caller.ended.get(item).is_none_or(Option::is_none)
                {
                    caller.end(item, Some(gravest));
                    open.push(OpenItem { at: by, item, verdict: gravest });
                }
            }
        }
        open.reverse();
        open
    }

    /// What became of the items: counts a node, failed items by number, and, unless the run ended well and sent to
    /// everybody, which items were sent, not sent and unknown.
    pub(crate) fn summary(&self, ended_well: bool) -> String {
        let mut text = String::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let runs: Vec<&Run> = self.runs.iter().filter(|run| run.node == index).collect();
            let counts = Counts::of(&runs);
            let _ = writeln!(text, "{}: {}", node.name, self.describe_counts(node, &runs, &counts));
            for (gap, items) in &node.gaps {
                let items: Vec<usize> = items.iter().copied().collect();
                let count =
                    if items.len() == 1 { "1 item".to_owned() } else { format!("{} items", items.len()) };
                let _ =
                    writeln!(text, "  {} gives nothing for {count}: {}", printable_line(gap), ranges(&items));
            }
            for failure in &node.failures {
                let _ = writeln!(text, "  {}", printable_line(failure));
            }
            if node.failed > node.failures.len() {
                let more = node.failed - node.failures.len();
                let _ = writeln!(text, "  … and {more} more, all in --output run-data");
            }
            if counts.all() > 0 && (!ended_well || counts.is_mixed()) {
                let mut lists = vec![
                    ("sent", Verdict::Sent),
                    ("not sent", Verdict::NotSent),
                    ("unknown", Verdict::Unknown),
                ];
                if counts.skipped > 0 {
                    lists.push(("skipped", Verdict::Skipped));
                }
                for (word, verdict) in lists {
                    let _ = writeln!(text, "  {word}: {}", list(&runs, verdict));
                }
            }
        }
        if !ended_well {
            for name in &self.planned {
                if !self.nodes.iter().any(|node| node.name == *name) {
                    let _ = writeln!(text, "{name}: did not run, nothing was sent");
                }
            }
        }
        text
    }

    fn describe_counts(&self, node: &Node, runs: &[&Run], counts: &Counts) -> String {
        if counts.all() > 0 {
            return counts.to_string();
        }
        let count = |items: usize| if items == 1 { "1 item".to_owned() } else { format!("{items} items") };
        if node.failed == 0 {
            return count(runs.iter().map(|run| run.done).sum());
        }
        // Of those that it got: after a failure not all may have run.
        let got = count(runs.iter().map(|run| run.items.max(run.done)).sum());
        if runs.iter().any(|run| run.has_failed) {
            format!("{got}, failed")
        } else {
            format!("{got}, {} failed", node.failed)
        }
    }
}

impl Run {
    /// Whether what became of its items matters.
    fn has_effect(&self) -> bool {
        (self.effect != Effect::Pure && !self.calls_for_all)
            || !self.in_flight.is_empty()
            || self.all_in_flight
            || self.ended.iter().flatten().any(|ended| ended.0.is_some())
    }

    /// An item has ended. Of several ends of one item, as of a call that is made again, the gravest counts.
    fn end(&mut self, item: usize, verdict: Option<Verdict>) {
        self.done += 1;
        self.in_flight.remove(&item);
        if verdict.is_none() && self.effect == Effect::Pure {
            return;
        }
        if self.ended.len() <= item {
            self.ended.resize(item + 1, None);
        }
        let before = self.ended[item].and_then(|ended| ended.0);
        self.ended[item] = Some(Ended(verdict.max(before)));
    }

    /// The items with a verdict.
    fn items(&self, verdict: Verdict) -> impl Iterator<Item = usize> {
        let ended = self.ended.iter().enumerate();
        ended
            .filter(move |(_, ended)| ended.is_some_and(|ended| ended.0 == Some(verdict)))
            .map(|(item, _)| item)
    }
}

impl Counts {
    fn of(runs: &[&Run]) -> Self {
        let mut counts = Self::default();
        for verdict in runs.iter().flat_map(|run| run.ended.iter().flatten()).filter_map(|ended| ended.0) {
            match verdict {
                Verdict::Sent => counts.sent += 1,
                Verdict::NotSent => counts.not_sent += 1,
                Verdict::Unknown => counts.unknown += 1,
                Verdict::Skipped => counts.skipped += 1,
            }
        }
        counts
    }

    fn all(&self) -> usize {
        self.sent + self.not_sent + self.unknown + self.skipped
    }

    /// Whether somebody has to look who got something.
    fn is_mixed(&self) -> bool {
        self.unknown > 0 || (self.sent > 0 && self.not_sent > 0)
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} sent, {} not sent, {} unknown", self.sent, self.not_sent, self.unknown)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// The name of a node, after those of the nodes that called its workflow.
pub(crate) fn name_of(run: &RunSite, node: &str) -> String {
    let mut name = String::new();
    for origin in run.origins() {
        match origin {
            Origin::Call { by, .. } => name.push_str(&by.node),
            Origin::FailureOf(_) => name.push_str("Error workflow"),
        }
        name.push_str(SEPARATOR);
    }
    printable_line(&(name + node)).into_owned()
}

/// Where the items of a node run are counted, apart from the item of the nearest caller: ` of run 1`, ` for item 3 of Outer`.
fn place(at: &NodeSite, tells_run: bool) -> (String, Option<usize>) {
    let mut text = if tells_run { format!(" of run {}", at.run) } else { String::new() };
    let mut nearest = None;
    let mut is_nearest = true;
    for origin in at.of.origins().into_iter().rev() {
        let Origin::Call { by, item } = origin else {
            is_nearest = false;
            continue;
        };
        match item {
            Some(item) if is_nearest && by.run == 0 => nearest = Some(*item),
            Some(item) => {
                let _ = write!(text, " for item {item} of {}", printable_line(&by.node));
                if by.run > 0 {
                    let _ = write!(text, " in its run {}", by.run);
                }
            }
            None if by.run > 0 => {
                let _ = write!(text, " for run {} of {}", by.run, printable_line(&by.node));
            }
            None => {}
        }
        is_nearest = false;
    }
    (text, nearest)
}

/// The items with a verdict: `0-14, 17`, with the place of each where there are several runs.
fn list(runs: &[&Run], verdict: Verdict) -> String {
    let several = runs.iter().any(|run| run.at.run > 0);
    // Runs that differ by nothing but the item that they were called for stand together.
    struct Group<'a> {
        items: String,
        place: String,
        called_for: Vec<usize>,
        caller: Option<&'a Arc<str>>,
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    for run in runs {
        let items: Vec<usize> = run.items(verdict).collect();
        if items.is_empty() {
            continue;
        }
        let items = ranges(&items);
        let (place, called_for) = place(&run.at, several);
        let caller = match &run.at.of.origin {
            Some(Origin::Call { by, .. }) => Some(&by.node),
            _ => None,
        };
        let group = groups.iter_mut().find(|group| {
            group.items == items
                && group.place == place
                && group.called_for.is_empty() == called_for.is_none()
        });
        match (group, called_for) {
            (Some(group), Some(item)) => group.called_for.push(item),
            (_, called_for) => {
                groups.push(Group { items, place, called_for: called_for.into_iter().collect(), caller });
            }
        }
    }
    let texts: Vec<String> = groups
        .into_iter()
        .map(|Group { items, place, called_for, caller }| match caller {
            Some(caller) if !called_for.is_empty() => {
                let word = if called_for.len() == 1 { "item" } else { "each of the items" };
                format!("{items} for {word} {} of {}{place}", ranges(&called_for), printable_line(caller))
            }
            _ => format!("{items}{place}"),
        })
        .collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join("; ") }
}

fn describe_failure(
    at: &NodeSite,
    item: Option<usize>,
    verdict: Option<Verdict>,
    error: &NodeError,
) -> String {
    let mut text = String::new();
    if let Some(item) = item {
        let (place, called_for) = place(at, at.run > 0);
        let _ = write!(text, "item {item}");
        if let (Some(called_for), Some(Origin::Call { by, .. })) = (called_for, &at.of.origin) {
            let _ = write!(text, " for item {called_for} of {}", by.node);
        }
        text.push_str(&place);
        text.push_str(match verdict {
            Some(Verdict::Sent) => " sent, then failed",
            Some(Verdict::NotSent) => " not sent",
            Some(Verdict::Unknown) => " unknown",
            _ => "",
        });
        text.push_str(": ");
    }
    text.push_str(&plain_text(&error.message));
    if let Some(parameter) = &error.parameter {
        let _ = write!(text, " (parameter {parameter})");
    }
    if let Some(description) = &error.description {
        text.push_str(if text.ends_with(['.', '!', '?']) { " " } else { ". " });
        text.push_str(&plain_text(description));
    }
    text
}

/// Writes item numbers, given in order, as ranges: `0-14, 17`.
pub(crate) fn ranges(items: &[usize]) -> String {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let texts: Vec<String> = sorted
        .chunk_by(|first, second| first + 1 == *second)
        .map(|range| match range {
            [first, .., last] => format!("{first}-{last}"),
            [only] => only.to_string(),
            [] => String::new(),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str, run: usize, origin: Option<Origin>) -> Arc<NodeSite> {
        let of = Arc::new(RunSite { execution: Uuid::new_v4(), workflow: String::new(), origin });
        Arc::new(NodeSite { of, node: Arc::from(name), run })
    }

    fn done(at: &Arc<NodeSite>, item: usize, verdict: Verdict) -> Event {
        Event::ItemDone {
            at: Arc::clone(at),
            item,
            verdict: Some(verdict),
            error: None,
            skipped: None,
            recipient: None,
            sender_id: None,
        }
    }

    fn started(at: &Arc<NodeSite>, items: usize) -> Event {
        Event::NodeStarted { at: Arc::clone(at), items, effect: Effect::Send, digest: None }
    }

    #[test]
    fn item_numbers_are_written_as_ranges() {
        assert_eq!(ranges(&[4]), "4");
        assert_eq!(ranges(&[3, 1, 2, 7, 9, 8, 0]), "0-3, 7-9");
    }

    #[test]
    fn items_that_nobody_told_the_end_of_are_settled() {
        let mut verdicts = Verdicts::default();
        let at = site("Send", 0, None);
        verdicts.take(&started(&at, 4));
        verdicts.take(&Event::CallStarted { at: Arc::clone(&at), item: Some(0) });
        verdicts.take(&Event::CallStarted { at: Arc::clone(&at), item: Some(1) });
        verdicts.take(&done(&at, 0, Verdict::Sent));
        assert_eq!(verdicts.close().len(), 3);
        assert_eq!(
            verdicts.summary(false),
            "Send: 1 sent, 2 not sent, 1 unknown\n  sent: 0\n  not sent: 2-3\n  unknown: 1\n"
        );
        assert!(verdicts.close().is_empty(), "once");
    }

    #[test]
    fn items_of_called_workflows_are_named_by_the_items_that_called() {
        let mut verdicts = Verdicts::default();
        let call = site("Call", 0, None);
        verdicts.take(&started(&call, 4));
        for item in 0..3 {
            let origin = Origin::Call { by: Arc::clone(&call), item: Some(item) };
            let at = site("Send", 0, Some(origin));
            verdicts.take(&started(&at, 2));
            verdicts.take(&done(&at, 0, Verdict::Sent));
            verdicts.take(&Event::CallStarted { at: Arc::clone(&at), item: Some(1) });
            if item < 2 {
                verdicts.take(&done(&at, 1, Verdict::Sent));
                verdicts.take(&Event::NodeFinished { at, error: None });
                verdicts.take(&done(&call, item, Verdict::Sent));
            }
        }
        verdicts.close();
        let summary = verdicts.summary(false);
        for line in [
            "Call: 2 sent, 1 not sent, 1 unknown\n  sent: 0-1\n  not sent: 3\n  unknown: 2\n",
            "Call › Send: 5 sent, 0 not sent, 1 unknown\n",
            "  sent: 0-1 for each of the items 0-1 of Call; 0 for item 2 of Call\n",
            "  unknown: 1 for item 2 of Call\n",
        ] {
            assert!(summary.contains(line), "{line}\n{summary}");
        }
    }

    #[test]
    fn runs_of_one_node_are_told_apart_and_a_repeated_call_counts_once() {
        let mut verdicts = Verdicts::default();
        let first = site("Send", 0, None);
        let second = Arc::new(NodeSite { run: 1, ..(*first).clone() });
        for at in [&first, &second, &Arc::new((*second).clone())] {
            verdicts.take(&started(at, 2));
            verdicts.take(&done(at, 0, Verdict::NotSent));
        }
        verdicts.take(&done(&first, 1, Verdict::Sent));
        verdicts.close();
        assert_eq!(
            verdicts.summary(false),
            "Send: 1 sent, 3 not sent, 0 unknown\n  sent: 1 of run 0\n  not sent: 0 of run 0; 0-1 of run 1\n  unknown: none\n"
        );
    }
}
