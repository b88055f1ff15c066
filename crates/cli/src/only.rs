//! `--only`: the items that a run is confined to, named by number or read from the report of an earlier run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use heddle_runner::events::Verdict;
use heddle_runner::log::Past;
use heddle_runner::{CallerKey, ItemSelection, NodeRunKey, SelectedItems, Status, StoredOptions};
use heddle_workflow::{ConnectionFilter, Graph, Workflow};
use serde_json::Value;

use crate::failure::Failure;
use crate::report::{Subject, VERSION};

const FORMS: &str = "Give NODE:ITEMS, such as 'Send:183,186-199', or the file of a report, perhaps with verdicts behind \
                     it, such as sent.jsonl:notSent,unknown.";

/// What `--only` says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// Items of a node.
    Items { node: String, items: BTreeSet<usize> },
    /// The items that a report names with these verdicts.
    Report { path: String, verdicts: Vec<Verdict> },
}

impl Only {
    /// Reads the value of the option. What stands before the last colon is a node of the workflow, or a file.
    pub(crate) fn parse(text: &str, workflow: &Workflow) -> Result<Self, Failure> {
        if let Some((name, rest)) = text.rsplit_once(':') {
            if let Some(items) = parse_items(rest) {
                if workflow.node(name).is_some() {
                    return Ok(Self::Items { node: name.to_owned(), items });
                }
                if !Path::new(text).exists() {
                    let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
                    return Err(Failure::usage(format!("--only: the workflow has no node \"{name}\""))
                        .with_help(format!(
                            "{} Items of called workflows are selected by a report.",
                            heddle_runner::suggest("Its nodes", &names, name)
                        )));
                }
            }
            if let Some(verdicts) = parse_verdicts(rest) {
                return Ok(Self::Report { path: name.to_owned(), verdicts });
            }
        }
        if workflow.node(text).is_some() {
            return Err(Failure::usage(format!("--only: which items of \"{text}\"?")).with_help(FORMS));
        }
        if !Path::new(text).exists() {
            return Err(Failure::usage(format!("--only: \"{text}\" is neither items of a node nor a file"))
                .with_help(FORMS));
        }
        Ok(Self::Report { path: text.to_owned(), verdicts: vec![Verdict::NotSent] })
    }
}

/// The selection that the option says, given any number of times; `subject` is what is to run now.
pub(crate) fn read(
    texts: &[String],
    workflow: &Workflow,
    subject: &Subject,
) -> Result<Option<ItemSelection>, Failure> {
    let mut by_node: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for text in texts {
        match Only::parse(text, workflow)? {
            Only::Items { node, items } => by_node.entry(node).or_default().extend(items),
            Only::Report { .. } if texts.len() > 1 => {
                return Err(Failure::usage("--only: a report selects by itself, beside nothing else")
                    .with_help(FORMS));
            }
            Only::Report { path, verdicts } => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| Failure::file("read the report", Path::new(&path), &error))?;
                let told = Told::read(&path, &text)?;
                told.check_subject(&path, subject)?;
                return told.select(&path, workflow, &verdicts).map(Some);
            }
        }
    }
    if by_node.is_empty() {
        return Ok(None);
    }
    let mut selection = ItemSelection::default();
    for (node, items) in by_node {
        selection.close(node.as_str());
        selection.select(
            NodeRunKey { callers: Vec::new(), node, run: 0 },
            SelectedItems { items, ..SelectedItems::default() },
        );
    }
    Ok(Some(selection))
}

/// The items of a kept run that ended so, to be run again; `name` is what messages call it.
///
/// # Errors
/// When there are none, or they cannot be run by themselves.
pub(crate) fn of_past(
    name: &str,
    past: &Past,
    workflow: &Workflow,
    verdicts: &[Verdict],
) -> Result<ItemSelection, Failure> {
    let mut told = Told::default();
    for run in past.runs() {
        let Some(callers) = past.callers(run.started.execution) else { continue };
        if callers.is_empty() {
            told.planned.extend(run.started.sending_nodes.iter().cloned());
            told.is_complete = run.ended.as_ref().is_some_and(|ended| ended.status == Status::Success);
            let selected = run.started.options.as_deref().and_then(StoredOptions::only);
            told.closed.extend(selected.iter().flat_map(|only| only.closed()).map(str::to_owned));
        }
        for node in run.nodes() {
            let Some(began) = &node.started else { continue };
            let key =
                NodeRunKey { callers: callers.clone(), node: node.key.node.to_string(), run: node.key.run };
            let told = told.runs.entry(key).or_default();
            told.began = true;
            told.items = Some(began.count);
            told.digest = Some(began.digest.clone());
            for item in node.told() {
                let ended = told.ended.entry(item.item).or_insert(item.verdict);
                *ended = item.verdict.max(*ended);
            }
        }
    }
    told.is_taken_over = true;
    told.select(name, workflow, verdicts)
}

/// Item numbers and ranges of them; `none` for no item.
fn parse_items(text: &str) -> Option<BTreeSet<usize>> {
    let mut items = BTreeSet::new();
    if text.trim() == "none" {
        return Some(items);
    }
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || last - first > 100_000_000 {
            return None;
        }
        items.extend(first..=last);
    }
    Some(items)
}

fn parse_verdicts(text: &str) -> Option<Vec<Verdict>> {
    let all = [Verdict::NotSent, Verdict::Unknown, Verdict::Sent, Verdict::Skipped];
    let verdict =
        |word: &str| all.into_iter().find(|verdict| verdict.as_str().eq_ignore_ascii_case(word.trim()));
    text.split(',').map(verdict).collect()
}

/// What a report tells.
#[derive(Default)]
struct Told {
    head: Value,
    runs: BTreeMap<NodeRunKey, ToldRun>,
    /// Nodes of which nothing was to run but what was selected.
    closed: BTreeSet<String>,
    /// Nodes of the outermost workflow that send.
    planned: BTreeSet<String>,
    /// The run ended well.
    is_complete: bool,
    /// What happened before the first selected item is taken over; else all of it runs again.
    is_taken_over: bool,
}

/// What it says about a node run.
#[derive(Default)]
struct ToldRun {
    items: Option<usize>,
    /// What tells its items from others.
    digest: Option<String>,
    selected: Option<BTreeSet<usize>>,
    started: BTreeSet<usize>,
    ended: BTreeMap<usize, Verdict>,
    began: bool,
}

impl ToldRun {
    /// What became of an item: a call that began and did not end may have done anything.
    fn verdict(&self, item: usize) -> Verdict {
        let is_selected = self.selected.as_ref().is_none_or(|selected| selected.contains(&item));
        match self.ended.get(&item) {
            Some(verdict) => *verdict,
            None if self.started.contains(&item) => Verdict::Unknown,
            None if is_selected => Verdict::NotSent,
            None => Verdict::Skipped,
        }
    }

    /// How many items it had, as far as they are known.
    fn len(&self) -> usize {
        let last = |items: &mut dyn Iterator<Item = &usize>| items.max().map_or(0, |item| item + 1);
        self.items.unwrap_or_else(|| {
            last(&mut self.started.iter())
                .max(last(&mut self.ended.keys()))
                .max(last(&mut self.selected.iter().flatten()))
        })
    }
}

impl Told {
    fn read(path: &str, text: &str) -> Result<Self, Failure> {
        let mut told = Self::default();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let wrong = |why: &str| {
                Failure::usage(format!("line {} of {path} is no line of a report: {why}", index + 1))
                    .with_help(FORMS)
            };
            let line: Value = match serde_json::from_str(line) {
                Ok(line) => line,
                // The process may have been killed while it wrote the last line.
                Err(_) if index > 0 && index + 1 == lines.len() => break,
                Err(error) => return Err(wrong(&error.to_string())),
            };
            if index == 0 {
                if line["type"] != "head" || line["version"] != VERSION {
                    return Err(wrong(&format!("it must begin with a head of version {VERSION}")));
                }
                told.head = line;
            } else {
                told.take(&line).ok_or_else(|| wrong("something is missing in it"))?;
            }
        }
        if told.head.is_null() {
            return Err(Failure::usage(format!("the report {path} is empty")).with_help(FORMS));
        }
        Ok(told)
    }

    /// Takes a line; `None` when it lacks something. Lines of kinds that are not known yet say nothing to us.
    fn take(&mut self, line: &Value) -> Option<()> {
        let number = |key: &str| usize::try_from(line[key].as_u64()?).ok();
        let kind = line["type"].as_str()?;
        if kind == "end" {
            self.is_complete = line["status"] == "success";
        }
        if kind == "run" && line["callers"].as_array()?.is_empty() {
            let nodes = line["sendingNodes"].as_array()?.iter();
            self.planned.extend(nodes.filter_map(Value::as_str).map(str::to_owned));
        }
        if !["node", "started", "ended", "selected"].contains(&kind) {
            return Some(());
        }
        let node = line["node"].as_str()?.to_owned();
        if kind == "selected" && line["run"].is_null() {
            self.closed.insert(node);
            return Some(());
        }
        let callers = line["callers"].as_array()?;
        if callers.iter().any(|caller| caller["node"].is_null()) {
            // An error workflow handles a failure: another one next time.
            return Some(());
        }
        let callers = callers.iter().map(|caller| {
            let number = |key: &str| usize::try_from(caller[key].as_u64()?).ok();
            Some(CallerKey {
                node: caller["node"].as_str()?.to_owned(),
                run: number("run")?,
                item: number("item"),
            })
        });
        let key = NodeRunKey { callers: callers.collect::<Option<_>>()?, node, run: number("run")? };
        let run = self.runs.entry(key).or_default();
        match kind {
            "node" => {
                run.began = true;
                run.items = Some(number("items")?);
                run.digest = line["digest"].as_str().map(str::to_owned);
            }
            "selected" => {
                run.items = run.items.or(number("of"));
                let items = line["items"].as_str()?;
                run.selected = Some(if items.is_empty() { BTreeSet::new() } else { parse_items(items)? });
            }
            "started" => drop(run.started.insert(number("item")?)),
            _ => {
                let verdict = parse_verdicts(line["verdict"].as_str()?)?.into_iter().next()?;
                let ended = run.ended.entry(number("item")?).or_insert(verdict);
                *ended = verdict.max(*ended);
            }
        }
        Some(())
    }

    /// The report must be about the same files: else its numbers are those of other items.
    fn check_subject(&self, path: &str, subject: &Subject) -> Result<(), Failure> {
        let other = |what: &str| {
            Err(Failure::usage(format!("the report {path} is of {what}")).with_help(
                "Its numbers would mean other items. Run what it was made with, or name items by NODE:ITEMS.",
            ))
        };
        let told = &self.head;
        if told["workflow"]["sha256"] != subject.workflow.1.as_str() {
            return other(&format!("another workflow than {} is now", subject.workflow.0));
        }
        let input = subject.input.as_ref().map(|(_, hash)| hash.as_str());
        if told["input"]["sha256"].as_str() != input {
            return other("other items (--input)");
        }
        if told["start"].as_str() != subject.start.as_deref() {
            return other("a run with another start node (--start)");
        }
        if let (Some(told), Some(variables)) = (told["variables"].as_str(), &subject.variables)
            && told != variables
        {
            return other("a run with other variables (--var, --vars, --env, HEDDLE_VAR_…)");
        }
        if told["pins"] != subject.pins {
            return other(if subject.pins { "a run without --pins" } else { "a run with --pins" });
        }
        Ok(())
    }

    fn select(
        &self,
        path: &str,
        workflow: &Workflow,
        verdicts: &[Verdict],
    ) -> Result<ItemSelection, Failure> {
        // A node that calls workflows is what these did.
        let mut calls = BTreeSet::new();
        for key in self.runs.keys() {
            for (depth, caller) in key.callers.iter().enumerate() {
                let callers = key.callers[..depth].to_vec();
                calls.insert(NodeRunKey { callers, node: caller.node.clone(), run: caller.run });
            }
        }
        let runs = || self.runs.iter().filter(|(key, _)| !calls.contains(*key));
        let mut selection = ItemSelection::default();
        let mut selected = Vec::new();
        for (key, run) in runs() {
            let items: BTreeSet<usize> =
                (0..run.len()).filter(|item| verdicts.contains(&run.verdict(*item))).collect();
            if !items.is_empty() {
                selected.push(key);
            }
            selection.select(key.clone(), SelectedItems { items, of: run.items, digest: run.digest.clone() });
        }
        for node in &self.closed {
            selection.close(node.as_str());
        }
        if selected.is_empty() && self.is_complete && !self.runs.is_empty() {
            let words: Vec<&str> = verdicts.iter().map(|verdict| verdict.as_str()).collect();
            return Err(Failure::done(format!(
                "There is nothing to do: the report {path} tells of no item that is {}.",
                words.join(" or ")
            )));
        }
        let began: Vec<&NodeRunKey> = runs().filter(|(_, run)| run.began).map(|(key, _)| key).collect();
        self.check_order(path, workflow, &began, &selected)?;
        self.warn_of_gaps(workflow, &began);
        Ok(selection)
    }
}

impl Told {
    /// Where one sending node comes after another, the later one gets what the earlier one puts out, which is less now: the
    /// numbers of its items are those of others.
    fn check_order(
        &self,
        path: &str,
        workflow: &Workflow,
        began: &[&NodeRunKey],
        selected: &[&NodeRunKey],
    ) -> Result<(), Failure> {
        let graph = Graph::new(workflow);
        let comes_after = |first: &NodeRunKey, later: &NodeRunKey| {
            let (one, other) = (first.outermost_node(), later.outermost_node());
            if one != other {
                let indexes = workflow.node_index(one).zip(workflow.node_index(other));
                return indexes.is_some_and(|(one, other)| {
                    graph.descendants(one, ConnectionFilter::Main).contains(&other)
                });
            }
            // Of a called workflow we do not know the order; runs of one node in a loop follow on each other.
            let same_call = first.callers == later.callers;
            (same_call && first.node != later.node)
                || (first.run != later.run
                    && first.node == later.node
                    && workflow.node_index(one).is_some_and(|node| is_in_loop(&graph, node)))
        };
        for first in began {
            for later in began {
                // Runs of one node, as in a loop, find out whether their items are the same.
                let matters = match self.is_taken_over {
                    true => selected.contains(first) && first.node != later.node,
                    false => selected.contains(first) || selected.contains(later),
                };
                if matters && first != later && comes_after(first, later) {
                    return Err(Failure::usage(format!(
                        "--only cannot follow the report {path}: \"{}\" gets its items from \"{}\", which sends too",
                        name(later),
                        name(first)
                    ))
                    .with_help(
                        "The numbers of its items would mean others. Name the items of one node by NODE:ITEMS, or run the \
                         later node alone: --start NODE --input with its items.",
                    ));
                }
            }
        }
        Ok(())
    }

    /// What was sent is skipped, so it reaches no later node: one that had not begun does not get it any more.
    fn warn_of_gaps(&self, workflow: &Workflow, began: &[&NodeRunKey]) {
        let graph = Graph::new(workflow);
        let began: BTreeSet<&str> = began.iter().map(|run| run.outermost_node()).collect();
        for later in self.planned.iter().filter(|name| !began.contains(name.as_str())) {
            let comes_after = |name: &str| {
                let nodes = workflow.node_index(name).zip(workflow.node_index(later));
                nodes.is_some_and(|(first, later)| {
                    graph.descendants(first, ConnectionFilter::Main).contains(&later)
                })
            };
            if let Some(first) = began.iter().find(|name| comes_after(name)) {
                crate::commands::print_error(&format!(
                    "warning: \"{later}\" had not begun; it gets nothing of the items that are skipped at \"{first}\" now"
                ));
            }
        }
    }
}

fn is_in_loop(graph: &Graph, node: usize) -> bool {
    let mut after = graph.descendants(node, ConnectionFilter::Main).into_iter();
    after.any(|later| graph.children(later, ConnectionFilter::Main).contains(&node))
}

fn name(key: &NodeRunKey) -> String {
    let callers = key.callers.iter().map(|caller| caller.node.as_str());
    callers.chain([key.node.as_str()]).collect::<Vec<_>>().join(" › ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbers_and_ranges() {
        let items = |text| parse_items(text).map(|items| items.into_iter().collect::<Vec<_>>());
        assert_eq!(items("183,186-188"), Some(vec![183, 186, 187, 188]));
        assert_eq!(items(" 3 , 1 - 2"), Some(vec![1, 2, 3]));
        assert_eq!(items("none"), Some(vec![]));
        for wrong in ["", "a", "3-1", "1,", "-1"] {
            assert_eq!(items(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn verdicts_are_words_of_run_data() {
        assert_eq!(parse_verdicts("notSent,unknown"), Some(vec![Verdict::NotSent, Verdict::Unknown]));
        assert_eq!(parse_verdicts("jsonl"), None);
    }
}
