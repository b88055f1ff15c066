//! Rules of the scheduler that no recorded run shows: where it does better than n8n on purpose, and what a program that
//! drives it may rely on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::sync::Arc;

use heddle_node::{Item, Items, Json, PairedItem, json};
use heddle_runner::scheduler::{
    Branches, Completion, CompletionStatus, Destination, DestinationMode, NodeFacts, NodeRun, Outcome, Plan,
    RunKind, Scheduler, Start, State,
};
use heddle_workflow::{Connection, ConnectionType, Graph, Workflow};

/// A workflow in order v1 with nodes at `(0, 10 * index)` and main connections `from:output>to:input`; `extra` are more
/// keys of a node.
fn workflow(nodes: &[(&str, Json)], links: &[&str]) -> Workflow {
    let nodes: Json = nodes
        .iter()
        .enumerate()
        .map(|(index, (name, extra))| {
            let mut node = json!({ "name": *name, "type": "test.node", "position": [0, 10 * index] });
            for (key, value) in extra.as_object().into_iter().flat_map(|extra| extra.iter()) {
                node.insert(key, value.clone());
            }
            node
        })
        .collect();
    let mut workflow =
        Workflow::from_json(&json!({ "nodes": nodes, "settings": { "executionOrder": "v1" } }));
    for link in links {
        let (from, to) = link.split_once('>').unwrap();
        let end = |end: &str| match end.split_once(':') {
            Some((name, index)) => (name.to_owned(), index.parse::<usize>().unwrap()),
            None => (end.to_owned(), 0),
        };
        let ((from, output), (to, input)) = (end(from), end(to));
        let target = Connection { node: to.into(), connection_type: ConnectionType::MAIN, index: input };
        workflow.connections.connect(&from, &ConnectionType::MAIN, output, target);
    }
    workflow
}

fn scheduler(workflow: &Workflow, start: Start) -> Scheduler {
    let graph = Arc::new(Graph::new(workflow));
    let plan = Plan::new(workflow, graph, |_, _| NodeFacts { inputs: 2, ..NodeFacts::default() });
    Scheduler::new(Arc::new(plan), start)
}

fn items(names: &[&str]) -> Items {
    Arc::new(names.iter().map(|name| Item::new(json!({ "name": *name }))).collect())
}

fn with_items(names: &[&str]) -> Start {
    Start { inputs: vec![Some(items(names))], ..Start::default() }
}

/// Runs to the end; each node puts out what `behave` says, by default the items of its inputs in a row. Gives `node(names of
/// the items it read)`.
fn run(
    scheduler: &mut Scheduler,
    workflow: &Workflow,
    behave: impl Fn(&str, &NodeRun) -> Option<Outcome>,
) -> Vec<String> {
    let mut log = Vec::new();
    while let Some(run) = scheduler.next() {
        let name = workflow.nodes[run.node].name.as_str();
        let all = (0..run.inputs.len()).flat_map(|input| run.reads(input)).cloned().collect::<Vec<_>>();
        let names = all.iter().map(|item| item.json.get("name").and_then(Json::as_str).unwrap_or("-"));
        log.push(format!("{name}({})", names.collect::<Vec<_>>().join(" ")));
        let outcome = run.outcome().or_else(|| behave(name, &run));
        scheduler.complete(run.id, outcome.unwrap_or_else(|| Outcome::Output(vec![Some(Arc::new(all))])));
    }
    log
}

fn labelled(_: &str, run: &NodeRun) -> Option<Outcome> {
    let label =
        run.reads(0).first().and_then(|item| item.json.get("name")).and_then(Json::as_str).unwrap_or("-");
    Some(Outcome::Output(vec![Some(items(&[label]))]))
}

#[test]
fn no_batch_is_lost_when_inputs_get_unequal_numbers_of_them() {
    // n8n gives the third batch the slot of the second, whose items are gone.
    let nodes = ["Start", "A", "B", "C", "D", "Merge"].map(|name| (name, Json::object()));
    let workflow = workflow(
        &nodes,
        &["Start>A", "Start>B", "Start>C", "Start>D", "A>Merge:0", "B>Merge:0", "C>Merge:1", "D>Merge:0"],
    );
    let mut scheduler = scheduler(&workflow, Start::default());
    let log = run(&mut scheduler, &workflow, |name, _| Some(Outcome::Output(vec![Some(items(&[name]))])));
    let merges = log.iter().filter(|entry| entry.starts_with("Merge")).collect::<Vec<_>>();
    assert_eq!(merges, ["Merge(A C)", "Merge(B)", "Merge(D)"]);
    assert_eq!(scheduler.state(), State::Finished);
    assert_eq!(scheduler.waiting_nodes().count(), 0);
}

#[test]
fn more_than_ten_waiting_batches_keep_their_order() {
    // n8n takes the tenth and eleventh before the second.
    let mut nodes = vec![("Start".to_owned(), Json::object())];
    let mut links = Vec::new();
    for index in 0..12 {
        nodes.push((format!("N{index}"), Json::object()));
        links.push(format!("Start>N{index}"));
        links.push(format!("N{index}>Merge:0"));
    }
    nodes.push(("Merge".to_owned(), Json::object()));
    links.push("Merge>Merge:1".to_owned());
    let nodes = nodes.iter().map(|(name, extra)| (name.as_str(), extra.clone())).collect::<Vec<_>>();
    let workflow = workflow(&nodes, &links.iter().map(String::as_str).collect::<Vec<_>>());
    let mut scheduler = scheduler(&workflow, Start::default());
    let log = run(&mut scheduler, &workflow, |name, _| match name {
        "Merge" => Some(Outcome::Output(Vec::new())),
        _ => Some(Outcome::Output(vec![Some(items(&[name]))])),
    });
    let merges = log.iter().filter(|entry| entry.starts_with("Merge")).cloned().collect::<Vec<_>>();
    assert_eq!(merges, (0..12).map(|index| format!("Merge(N{index})")).collect::<Vec<_>>());
}

#[test]
fn a_destination_that_waits_runs_although_another_branch_was_left_out() {
    // n8n forgets the waiting node when the last thing on its stack is a node that the destination leaves out.
    let nodes = ["Start", "A", "B", "Merge", "Other"].map(|name| (name, Json::object()));
    let workflow = workflow(&nodes, &["Start>A", "Start>B", "Start>Other", "A>Merge:0", "B>Merge:1"]);
    let destination = Destination { node: 3, mode: DestinationMode::Inclusive };
    let mut scheduler = scheduler(&workflow, Start { destination: Some(destination), ..with_items(&["x"]) });
    let log = run(&mut scheduler, &workflow, |name, _| {
        (name == "B").then(|| Outcome::Output(vec![Some(items(&[]))]))
    });
    assert_eq!(log, ["Start(x)", "A(x)", "B(x)", "Merge(x)"]);
}

#[test]
fn a_run_whose_last_node_failed_and_continued_succeeds() {
    // n8n calls such a run failed, but only when no node comes after.
    let nodes = [("Start", Json::object()), ("Fail", json!({ "onError": "continueRegularOutput" }))];
    let workflow = workflow(&nodes, &["Start>Fail"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x"]));
    run(&mut scheduler, &workflow, |name, _| (name == "Fail").then_some(Outcome::Failed));
    assert_eq!(scheduler.state(), State::Finished);
    assert_eq!(scheduler.last_node(), Some(1));
}

#[test]
fn a_node_that_fails_without_items_on_input_0_and_continues_passes_nothing_on() {
    // In n8n the run dies of it.
    let nodes = [
        ("Start", Json::object()),
        ("Fail", json!({ "onError": "continueRegularOutput" })),
        ("End", Json::object()),
    ];
    let workflow = workflow(&nodes, &["Fail>End"]);
    let start = Start { node: 1, inputs: vec![None, Some(items(&["x"]))], ..Start::default() };
    let mut scheduler = scheduler(&workflow, start);
    assert_eq!(run(&mut scheduler, &workflow, |_, _| Some(Outcome::Failed)), ["Fail(x)"]);
    assert_eq!(scheduler.state(), State::Finished);
}

#[test]
fn items_are_passed_by_pointer() {
    let nodes = ["Start", "A", "B", "C"].map(|name| (name, Json::object()));
    let workflow = workflow(&nodes, &["Start>A", "Start>B", "A>C"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x", "y"]));
    let mut seen: HashMap<String, Items> = HashMap::new();
    while let Some(run) = scheduler.next() {
        let input = run.inputs[0].clone().unwrap();
        let completion = scheduler.complete(run.id, Outcome::Output(vec![Some(input.clone())])).unwrap();
        assert!(Arc::ptr_eq(&input, completion.outputs.unwrap()[0].as_ref().unwrap()));
        seen.insert(workflow.nodes[run.node].name.to_string(), input);
    }
    assert!(
        ["A", "B", "C"].iter().all(|name| Arc::ptr_eq(&seen["Start"], &seen[*name])),
        "nothing was copied"
    );
    assert_eq!(seen["C"][1].paired_item, PairedItem::item(1));
}

#[test]
fn items_are_paired_anew_for_each_input_without_touching_what_was_put_out() {
    let nodes = ["Start", "Sort", "Merge"].map(|name| (name, Json::object()));
    let workflow = workflow(&nodes, &["Start>Sort", "Sort>Merge:0", "Sort>Merge:1"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x", "y"]));
    let start = scheduler.next().unwrap();
    scheduler.complete(start.id, Outcome::Output(start.inputs.clone()));
    let sort = scheduler.next().unwrap();
    let mut reversed = sort.reads(0).to_vec();
    reversed.reverse();
    let output = Arc::new(reversed);
    scheduler.complete(sort.id, Outcome::Output(vec![Some(output.clone())]));
    let merge = scheduler.next().unwrap();
    let pairing = |items: &[Item]| {
        items
            .iter()
            .flat_map(|item| item.paired_item.references())
            .map(|r| (r.item, r.input))
            .collect::<Vec<_>>()
    };
    assert_eq!(pairing(&output), [(1, 0), (0, 0)]);
    assert_eq!(pairing(merge.reads(0)), [(0, 0), (1, 0)]);
    assert_eq!(pairing(merge.reads(1)), [(0, 1), (1, 1)]);
    assert_eq!(merge.reads(2), []);
}

#[test]
fn one_run_is_under_way_at_a_time() {
    let workflow = workflow(&[("Start", Json::object()), ("A", Json::object())], &["Start>A"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x"]));
    let start = scheduler.next().unwrap();
    assert!(scheduler.next().is_none());
    assert_eq!(scheduler.state(), State::Running);
    assert!(scheduler.complete(start.id, Outcome::Output(start.inputs.clone())).is_some());
    assert!(scheduler.complete(start.id, Outcome::Output(start.inputs)).is_none(), "it is complete already");
    let next = scheduler.next().unwrap();
    assert_eq!((next.node, next.run_index, next.execution_index), (1, 0, 1));
}

#[test]
fn a_stopped_run_keeps_the_output_of_the_node_under_way_and_goes_no_further() {
    let workflow = workflow(&[("Start", Json::object()), ("A", Json::object())], &["Start>A"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x"]));
    let start = scheduler.next().unwrap();
    scheduler.stop();
    let completion: Completion = scheduler.complete(start.id, Outcome::Output(start.inputs)).unwrap();
    assert_eq!((completion.node, completion.status), (0, CompletionStatus::Success));
    assert!(scheduler.next().is_none());
    assert_eq!(scheduler.state(), State::Stopped);
    scheduler.stop();
    assert!(!scheduler.resume(None));
}

#[test]
fn a_failed_run_is_not_stopped_any_more() {
    let workflow = workflow(&[("Start", Json::object())], &[]);
    let mut scheduler = scheduler(&workflow, with_items(&["x"]));
    let start = scheduler.next().unwrap();
    let completion = scheduler.complete(start.id, Outcome::Failed).unwrap();
    assert_eq!((completion.status, completion.outputs), (CompletionStatus::Error, None));
    scheduler.stop();
    assert_eq!(scheduler.state(), State::Failed(0));
    assert!(scheduler.next().is_none());
    assert_eq!(scheduler.run_count(0), 1);
}

#[test]
fn a_resumed_node_puts_out_what_it_is_given() {
    let nodes = ["Start", "Wait", "One", "Two"].map(|name| (name, Json::object()));
    let workflow = workflow(&nodes, &["Start>Wait", "Wait:0>One", "Wait:1>Two"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x"]));
    let start = scheduler.next().unwrap();
    scheduler.complete(start.id, Outcome::Output(start.inputs));
    let wait = scheduler.next().unwrap();
    let completion = scheduler.complete(wait.id, Outcome::Waiting(wait.inputs)).unwrap();
    assert_eq!(completion.status, CompletionStatus::Waiting);
    assert!(scheduler.next().is_none());
    assert_eq!(scheduler.state(), State::Waiting(1));
    let given: Branches = vec![None, Some(items(&["answer"]))];
    assert!(scheduler.resume(Some(given)));
    let resumed = scheduler.next().unwrap();
    assert_eq!((resumed.kind, resumed.run_index), (RunKind::Resumed, 0), "it replaces the run that waited");
    scheduler.complete(resumed.id, resumed.outcome().unwrap());
    assert_eq!(run(&mut scheduler, &workflow, labelled), ["Two(answer)"]);
    assert_eq!(scheduler.state(), State::Finished);
}

#[test]
fn a_node_that_executes_once_reads_one_item_of_each_input_and_keeps_all() {
    let nodes = [("Start", Json::object()), ("Once", json!({ "executeOnce": true }))];
    let workflow = workflow(&nodes, &["Start>Once"]);
    let mut scheduler = scheduler(&workflow, with_items(&["x", "y"]));
    let start = scheduler.next().unwrap();
    assert_eq!(start.reads(0).len(), 2);
    scheduler.complete(start.id, Outcome::Output(start.inputs));
    let once = scheduler.next().unwrap();
    assert!(once.execute_once);
    assert_eq!((once.reads(0).len(), once.inputs[0].as_ref().unwrap().len()), (1, 2));
}

#[test]
fn the_same_outcomes_give_the_same_runs() {
    let nodes = ["Start", "A", "B", "Merge", "End"].map(|name| (name, Json::object()));
    let links = ["Start>A", "Start>B", "A>Merge:0", "B>Merge:1", "Merge>End", "End>Merge:0"];
    let workflow = workflow(&nodes, &links);
    let once = || {
        let mut scheduler = scheduler(&workflow, with_items(&["x"]));
        run(&mut scheduler, &workflow, |name, run| {
            (name == "End" && run.run_index > 2).then(|| Outcome::Output(Vec::new()))
        })
    };
    assert_eq!(once(), once());
    assert!(once().len() > 8);
}

#[test]
fn a_start_without_items_gets_an_empty_one() {
    let workflow = workflow(&[("Start", Json::object())], &[]);
    let mut scheduler = scheduler(&workflow, Start::default());
    let start = scheduler.next().unwrap();
    assert_eq!(start.reads(0).iter().map(|item| item.json.clone()).collect::<Vec<_>>(), [Json::object()]);
    assert!(start.sources.is_empty());
}

#[test]
fn pins_of_a_disabled_node_do_not_count() {
    let nodes = [
        ("Start", Json::object()),
        ("Off", json!({ "disabled": true })),
        ("Pinned", Json::object()),
        ("End", Json::object()),
    ];
    let workflow = workflow(&nodes, &["Start>Off", "Off>Pinned", "Pinned>End"]);
    let pins = HashMap::from([(1, items(&["no"])), (2, items(&["pinned"]))]);
    let mut scheduler = scheduler(&workflow, Start { pins, ..with_items(&["x"]) });
    assert_eq!(
        run(&mut scheduler, &workflow, |_, _| None),
        ["Start(x)", "Off(x)", "Pinned(x)", "End(pinned)"]
    );
}
