//! The scheduler against recorded runs of the real n8n: driven by what each node of the recorded run returned, it must ask
//! for exactly the recorded sequence of node runs, with their indexes, inputs and sources, and leave the recorded run
//! data.
//!
//! A case is `tests/scheduler/<case>/workflow.json` and `expected.json`. `popped` are the entries that n8n took off its
//! stack, in order; `returned` is what the node gave before the engine did anything to it (`null`: nothing; absent: it
//! threw, or did not run). Nothing in there is edited by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use heddle_node::{Item, Items, Json, PairedItem, Source};
use heddle_runner::scheduler::{
    Branches, CompletionStatus, Destination, DestinationMode, NodeFacts, NodeRun, Outcome, Plan,
    RequiredInputs, RunKind, Scheduler, Start, State, run_filter,
};
use heddle_workflow::{Graph, OnError, Workflow, read_items};

#[test]
fn asks_for_the_recorded_runs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scheduler");
    let mut cases = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect::<Vec<_>>();
    cases.sort();
    assert!(cases.len() >= 40, "cases are missing from {}", folder.display());
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(failure) = replay(case) {
            failures.push(format!("{}: {failure}", case.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// What the test knows of a case.
struct Case {
    workflow: Workflow,
    expected: Json,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        Self {
            workflow: Workflow::read(folder.join("workflow.json")).unwrap(),
            expected: Json::parse(&expected).unwrap(),
        }
    }

    fn option(&self, key: &str) -> Option<&Json> {
        self.expected.get("options")?.get(key)
    }

    fn node(&self, name: &str) -> usize {
        self.workflow.node_index(name).unwrap()
    }

    fn name(&self, node: usize) -> &str {
        &self.workflow.nodes[node].name
    }

    fn plan(&self) -> Plan {
        let graph = Arc::new(Graph::new(&self.workflow));
        let facts = self.expected.get("facts").unwrap();
        Plan::new(&self.workflow, graph, |_, node| {
            let facts = facts.get(&node.name).unwrap();
            NodeFacts {
                inputs: number(facts.get("inputs").unwrap()),
                required_inputs: match facts.get("requiredInputs") {
                    None => RequiredInputs::Any,
                    Some(count) if count.is_number() => RequiredInputs::AtLeast(number(count)),
                    Some(list) => {
                        RequiredInputs::These(list.as_array().unwrap().iter().map(number).collect())
                    }
                },
                outputs: 1,
                runs_without_items: facts.get("runsWithoutItems").is_some(),
            }
        })
    }

    fn start(&self) -> Start {
        let items = self.option("items").map(|items| Arc::new(read_items(items).unwrap()));
        let destination = self.option("destination").and_then(Json::as_str).map(|name| Destination {
            node: self.node(name),
            mode: match self.option("destinationMode").and_then(Json::as_str) {
                Some("exclusive") => DestinationMode::Exclusive,
                _ => DestinationMode::Inclusive,
            },
        });
        let mut pins = HashMap::new();
        if self.option("pins").is_some() {
            for (index, node) in self.workflow.nodes.iter().enumerate() {
                if let Some(items) = self.workflow.pinned_items(&node.name).unwrap() {
                    pins.insert(index, Arc::new(items));
                }
            }
        }
        let start = self.expected.get("start").and_then(Json::as_str).unwrap();
        Start { node: self.node(start), inputs: items.into_iter().map(Some).collect(), destination, pins }
    }

    fn run_data(&self, node: &str, run_index: usize) -> Option<&Json> {
        self.expected.get("runData")?.get(node)?.get_index(run_index)
    }

    /// What to tell the scheduler of a run that was executed.
    fn outcome(&self, run: &NodeRun, entry: &Json) -> Result<Outcome, String> {
        let node = &self.workflow.nodes[run.node];
        let Some(returned) = entry.get("returned") else {
            return match entry.get("threw") {
                Some(_) => Ok(Outcome::Failed),
                None => Err(format!("{} was not executed in n8n", node.name)),
            };
        };
        if returned.is_null() {
            return Ok(Outcome::Nothing);
        }
        let outputs = branches(returned);
        // Sorting out error items is the item loop's, not the scheduler's.
        let is_error = |item: &Item| item.error().is_some();
        if node.on_error() == OnError::ContinueErrorOutput
            || outputs.iter().flatten().any(|i| i.iter().any(is_error))
        {
            let stored =
                self.run_data(&node.name, run.run_index).and_then(|run| run.pointer("/data/main")).unwrap();
            return Ok(Outcome::Output(branches(stored)));
        }
        Ok(Outcome::Output(outputs))
    }
}

fn replay(folder: &Path) -> Result<(), String> {
    let case = Case::read(folder);
    assert!(case.expected.get("recorded-with").and_then(Json::as_str).unwrap().starts_with("n8n "));
    assert_eq!(case.workflow.problems(), [], "{}", folder.display());
    let (plan, start) = (case.plan(), case.start());
    if let (Some(names), Some(destination)) = (case.expected.get("runNodeFilter"), start.destination) {
        let mut names = names
            .as_array()
            .unwrap()
            .iter()
            .map(|name| case.node(name.as_str().unwrap()))
            .collect::<Vec<_>>();
        names.sort_unstable();
        let filter = run_filter(&plan, destination);
        let included = (0..filter.len()).filter(|node| filter[*node]).collect::<Vec<_>>();
        same("filter", "the case", included, names)?;
    }
    let mut scheduler = Scheduler::new(Arc::new(plan), start);
    let mut recorded_runs = 0;
    let resumed_at = case.expected.get("resumedAt").map(number);
    for (execution_index, entry) in
        case.expected.get("popped").unwrap().as_array().unwrap().iter().enumerate()
    {
        let kind = entry.get("kind").and_then(Json::as_str).unwrap();
        if kind == "skipped" {
            continue;
        }
        if resumed_at == Some(execution_index) && !scheduler.resume(None) {
            return Err(format!("cannot be resumed: {:?}", scheduler.state()));
        }
        let name = entry.get("node").and_then(Json::as_str).unwrap();
        let Some(run) = scheduler.next() else {
            return Err(format!("{name} does not run: {:?}", scheduler.state()));
        };
        let what =
            format!("{} (run {}, execution {})", case.name(run.node), run.run_index, run.execution_index);
        same("node", &what, case.name(run.node), name)?;
        same("run index", &what, run.run_index, number(entry.get("runIndex").unwrap()))?;
        same("execution index", &what, run.execution_index, execution_index)?;
        same("inputs", &what, &run.inputs, &branches(entry.get("inputs").unwrap()))?;
        same("sources", &what, &run.sources, &sources(entry.get("source").unwrap()))?;
        let kind_fits = match run.kind {
            RunKind::Execute => kind == "execute",
            RunKind::Disabled => kind == "disabled",
            RunKind::Pinned => kind == "pinned",
            RunKind::NoInput => kind == "execute" && entry.get("returned").is_some_and(Json::is_null),
            RunKind::Resumed => kind == "resumed",
        };
        if !kind_fits {
            return Err(format!("{what} is to be {:?}, n8n has {kind}", run.kind));
        }
        let outcome = match run.outcome() {
            Some(known) => known,
            None => case.outcome(&run, entry)?,
        };
        // The run of a node that waits is replaced when it is resumed.
        let is_replaced = resumed_at == Some(execution_index + 1);
        let waits = case
            .run_data(name, run.run_index)
            .is_some_and(|task| task.get("executionStatus").and_then(Json::as_str) == Some("waiting"));
        let outcome = match outcome {
            Outcome::Output(outputs) if waits || is_replaced => Outcome::Waiting(outputs),
            other => other,
        };
        let completion = scheduler.complete(run.id, outcome);
        if is_replaced {
            same(
                "status",
                &what,
                completion.map(|completion| completion.status),
                Some(CompletionStatus::Waiting),
            )?;
            continue;
        }
        match (&completion, case.run_data(name, run.run_index)) {
            (None, None) => {}
            (Some(completion), Some(task)) => {
                recorded_runs += 1;
                let status = match completion.status {
                    CompletionStatus::Success => "success",
                    CompletionStatus::Error => "error",
                    CompletionStatus::Waiting => "waiting",
                };
                let outputs = completion.outputs.as_ref();
                same("outputs", &what, outputs, task.pointer("/data/main").map(branches).as_ref())?;
                same("status", &what, status, task.get("executionStatus").and_then(Json::as_str).unwrap())?;
                same("run's sources", &what, &completion.sources, &sources(task.get("source").unwrap()))?;
                let index = number(task.get("executionIndex").unwrap());
                same("run's execution index", &what, completion.execution_index, index)?;
            }
            (ours, theirs) => return Err(format!("{what}: run data {ours:?}, n8n has {theirs:?}")),
        }
    }
    if let Some(run) = scheduler.next() {
        return Err(format!("{} runs besides", case.name(run.node)));
    }
    let all_runs = case.expected.get("runData").unwrap().as_object().unwrap();
    let all_runs = all_runs.values().map(|runs| runs.as_array().unwrap().len()).sum::<usize>();
    same("number of runs", "the case", recorded_runs, all_runs)?;
    let status = match scheduler.state() {
        State::Finished => "success",
        State::Failed(_) => "error",
        State::EndlessLoop(_) => "running",
        State::Waiting(_) => "waiting",
        other => return Err(format!("ends as {other:?}")),
    };
    same("status", "the case", status, case.expected.get("status").and_then(Json::as_str).unwrap())?;
    let last = scheduler.last_node().map(|node| case.name(node));
    same("last node", "the case", last, case.expected.get("lastNodeExecuted").and_then(Json::as_str))
}

fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    of: &str,
    ours: T,
    theirs: U,
) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what} of {of}: {ours:?}\n  n8n has {theirs:?}")) }
}

fn number(json: &Json) -> usize {
    json.as_f64().unwrap() as usize
}

fn branches(json: &Json) -> Branches {
    json.as_array().unwrap().iter().map(|items| (!items.is_null()).then(|| read(items))).collect()
}

fn read(items: &Json) -> Items {
    Arc::new(read_items(items).unwrap())
}

fn sources(json: &Json) -> Vec<Option<Source>> {
    let list = json.as_array().unwrap_or_default();
    list.iter().map(|source| (!source.is_null()).then(|| heddle_node::from_json(source).unwrap())).collect()
}

#[test]
fn reading_recorded_items_keeps_their_pairing() {
    let json = Json::parse(r#"[{"json":{},"pairedItem":[{"item":1,"input":1}]}]"#).unwrap();
    assert!(
        matches!(&read(&json)[0].paired_item, PairedItem::Many(list) if list[0].item == 1 && list[0].input == 1)
    );
}
