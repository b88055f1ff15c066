//! What came out of a test's run, held against what it expects.

use heddle_node::json::pointer_token;
use heddle_node::{Item, Json};
use heddle_runner::RunResult;
use heddle_runner::run_data::TaskData;
use heddle_workflow::{SerializedItem, read_row};

use super::difference::{Difference, Extent, Place, compare, compare_lists, shown};
use super::form::{
    Expectation, ExpectedItems, ExpectedList, ExpectedNodes, ExpectedStatus, StatedItems, StatedList,
};

/// What is reported about an expectation that is null.
const OPEN: &str = "nothing is expected here yet; `heddle test --record` writes what came out";

/// Everything in which a result differs from what is expected of it at `pointer`.
pub(crate) fn check(expected: &Expectation, pointer: &str, result: &RunResult) -> Vec<Difference> {
    let mut differences = Vec::new();
    check_end(expected, pointer, result, &mut differences);
    if let Some(nodes) = &expected.ran {
        check_nodes(nodes, &format!("{pointer}/ran"), result, &mut differences);
    }
    if let Some(items) = &expected.items {
        let name = result.last_node_executed().unwrap_or_default();
        let place = Place::new(format!("node \"{name}\", the last one"), format!("{pointer}/items"));
        check_items(&place, items, result.run_data.runs_of(name), &mut differences);
    }
    for (name, items) in &expected.nodes.0 {
        let key = pointer_token(name);
        let place = Place::new(format!("node \"{name}\""), format!("{pointer}/nodes/{key}"));
        check_items(&place, items, result.run_data.runs_of(name), &mut differences);
    }
    if let Some(requests) = &expected.requests {
        let place = Place::new("", format!("{pointer}/requests"));
        check_list(&place, requests, &requests_of(result), "request", &mut differences);
    }
    let parts = [
        ("response", &expected.response, response_of(result)),
        ("staticData", &expected.static_data, result.static_data.clone()),
    ];
    for (name, expected, found) in parts {
        let Some(expected) = expected else { continue };
        let place = Place::new(name, format!("{pointer}/{name}"));
        match found {
            _ if expected.is_null() => differences.push(place.told(OPEN)),
            Some(found) => compare(&place, expected, &found, Extent::Part, &mut differences),
            None => differences.push(place.told(format!("expected {}, and there is none", shown(expected)))),
        }
    }
    differences
}

/// The requests that would have left, as tests see them.
pub(crate) fn requests_of(result: &RunResult) -> Vec<Json> {
    result.requests.iter().map(|request| request.to_json()).collect()
}

/// The answer to whoever called the workflow.
pub(crate) fn response_of(result: &RunResult) -> Option<Json> {
    result.answer.as_ref().map(heddle_node::CallAnswer::to_json)
}

/// Why the run failed, as tests see it.
pub(crate) fn error_of(result: &RunResult) -> Option<Json> {
    let error = result.error.as_ref()?;
    let mut json = Json::object();
    json.insert("message", error.message.as_str());
    let texts = [("description", &error.description), ("node", &error.node), ("parameter", &error.parameter)];
    for (name, text) in texts {
        if let Some(text) = text {
            json.insert(name, text.as_str());
        }
    }
    if let Some(item) = error.item_index {
        json.insert("item", Json::from(item));
    }
    Some(json)
}

fn check_end(expected: &Expectation, pointer: &str, result: &RunResult, differences: &mut Vec<Difference>) {
    let error = error_of(result);
    let wants_error = expected.error.as_ref().is_some_and(|error| !error.is_null());
    let status = match (expected.status, &expected.error) {
        (Some(status), _) => status,
        // What is to be recorded may be any end.
        (None, Some(error)) if error.is_null() => return differences.push(open_error(pointer)),
        (None, Some(_)) => ExpectedStatus::Error,
        (None, None) => ExpectedStatus::Success,
    };
    if result.status.as_str() != status.as_str() {
        let at = match (expected.status.is_some(), wants_error) {
            (true, _) => format!("{pointer}/status"),
            (false, true) => format!("{pointer}/error"),
            (false, false) => pointer.to_owned(),
        };
        let why = result.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
        let told =
            format!("the run was to end as {}; it ended as {}{why}", status.as_str(), result.status.as_str());
        differences.push(Place::new("status", at).told(told));
        return;
    }
    if let Some(wanted) = &expected.error {
        let place = Place::new("error", format!("{pointer}/error"));
        match (wanted.as_str(), error) {
            _ if wanted.is_null() => differences.push(place.told(OPEN)),
            (_, None) => differences.push(place.told("an error was expected, and there is none")),
            (Some(part), Some(error)) => {
                let message = error.get("message").and_then(Json::as_str).unwrap_or_default();
                if !message.contains(part) {
                    compare(&place, wanted, &Json::from(message), Extent::Part, differences);
                }
            }
            (None, Some(error)) => compare(&place, wanted, &error, Extent::Part, differences),
        }
    }
}

fn open_error(pointer: &str) -> Difference {
    Place::new("error", format!("{pointer}/error")).told(OPEN)
}

/// The names of the nodes that ran, in the order of their first runs.
pub(crate) fn nodes_of(result: &RunResult) -> Vec<&str> {
    result.run_data.iter().map(|(name, _)| name).collect()
}

fn check_nodes(
    expected: &ExpectedNodes,
    pointer: &str,
    result: &RunResult,
    differences: &mut Vec<Difference>,
) {
    let ran = nodes_of(result);
    let place = Place::new("ran", pointer);
    match expected {
        ExpectedNodes::Open => differences.push(place.told(OPEN)),
        ExpectedNodes::Exact(names) => {
            let wanted: Vec<Json> = names.iter().map(Json::from).collect();
            let found: Vec<Json> = ran.into_iter().map(Json::from).collect();
            let at =
                |index: usize, expected: Option<usize>| place.part(&format!("node {}", index + 1), expected);
            let compare_names = |wanted: &Json, found: &Json, place: &Place, all: &mut Vec<Difference>| {
                compare(place, wanted, found, Extent::Whole, all);
            };
            compare_lists(&wanted, &found, &at, &compare_names, differences);
        }
        ExpectedNodes::Stated(stated) => {
            for (index, name) in stated.include.iter().enumerate() {
                if !ran.contains(&name.as_str()) {
                    let place = place.at(format!("{pointer}/include/{index}"));
                    differences.push(place.told(format!("\"{name}\" was to run, and did not")));
                }
            }
            for (index, name) in stated.exclude.iter().enumerate() {
                if ran.contains(&name.as_str()) {
                    let place = place.at(format!("{pointer}/exclude/{index}"));
                    differences.push(place.told(format!("\"{name}\" was not to run, and did")));
                }
            }
        }
    }
}

/// The items that the runs of a node put out, held against what is expected of the last one.
fn check_items(
    place: &Place,
    expected: &ExpectedItems,
    runs: &[TaskData],
    differences: &mut Vec<Difference>,
) {
    let failure = runs.last().filter(|run| run.outputs.is_none()).and_then(|run| run.error.as_ref());
    if let Some(error) = failure {
        let message = error.get("message").and_then(Json::as_str).unwrap_or_default();
        differences.push(place.told(format!("it failed, and put out nothing: {message}")));
        return;
    }
    match expected {
        ExpectedItems::Open => differences.push(place.told(OPEN)),
        ExpectedItems::Exact(_) => check_output(place, expected, first_output(runs), differences),
        ExpectedItems::Stated(stated) => {
            let StatedItems { outputs, runs: each, .. } = &**stated;
            check_output(place, expected, first_output(runs), differences);
            if let Some(outputs) = outputs {
                check_outputs(place, outputs, runs.last(), differences);
            }
            if let Some(each) = each {
                check_runs(place, each, runs, differences);
            }
        }
    }
}

fn check_runs(
    place: &Place,
    expected: &[ExpectedItems],
    runs: &[TaskData],
    differences: &mut Vec<Difference>,
) {
    let at = |index: usize| {
        let place = place.at(format!("{}/runs", place.pointer()));
        place.part(&format!("run {index}"), Some(index))
    };
    for (index, expected) in expected.iter().enumerate() {
        match runs.get(index) {
            _ if matches!(expected, ExpectedItems::Open) => {}
            Some(_) => check_items(&at(index), expected, &runs[index..=index], differences),
            None => differences.push(at(index).told("there is no such run")),
        }
    }
    if runs.len() > expected.len() {
        let told = format!("it runs {} times, and {} are expected", runs.len(), expected.len());
        differences.push(place.at(format!("{}/runs", place.pointer())).told(told));
    }
}

fn check_outputs(
    place: &Place,
    expected: &[ExpectedItems],
    run: Option<&TaskData>,
    differences: &mut Vec<Difference>,
) {
    let place = place.at(format!("{}/outputs", place.pointer()));
    for (index, expected) in expected.iter().enumerate() {
        if !matches!(expected, ExpectedItems::Open) {
            let place = place.part(&format!("output {index}"), Some(index));
            check_output(&place, expected, output(run, index), differences);
        }
    }
    let outputs = run.and_then(|run| run.outputs.as_ref()).map_or(0, Vec::len);
    for index in expected.len()..outputs {
        let count = output(run, index).len();
        if count > 0 {
            let told = format!("output {index} has {count} items, and is not expected to have any");
            differences.push(place.told(told));
        }
    }
}

/// The items of an output of a run.
pub(crate) fn output(run: Option<&TaskData>, index: usize) -> &[Item] {
    let outputs = run.and_then(|run| run.outputs.as_ref());
    let items = outputs.and_then(|outputs| outputs.get(index)?.as_ref());
    items.map_or(&[], |items| items.as_slice())
}

pub(crate) fn first_output(runs: &[TaskData]) -> &[Item] {
    output(runs.last(), 0)
}

fn check_output(place: &Place, expected: &ExpectedItems, items: &[Item], differences: &mut Vec<Difference>) {
    let found: Vec<Json> = items.iter().map(whole_item).collect();
    let list = match expected {
        ExpectedItems::Open => ExpectedList::Open,
        ExpectedItems::Exact(items) => ExpectedList::Exact(items.clone()),
        ExpectedItems::Stated(stated) => {
            let StatedItems { count, like, some, every, .. } = (**stated).clone();
            ExpectedList::Stated(Box::new(StatedList { count, like, some, every }))
        }
    };
    check_entries(place, &list, &found, "item", &compare_items, differences);
}

/// An item in n8n's form.
fn whole_item(item: &Item) -> Json {
    heddle_node::json::to_json(&SerializedItem(item)).unwrap_or_else(|_| item.json.clone())
}

/// Holds an item in n8n's form against an expected one: its data, or, where the expected one is in that form too, those of
/// its members that it has.
fn compare_items(
    place: &Place,
    expected: &Json,
    found: &Json,
    extent: Extent,
    differences: &mut Vec<Difference>,
) {
    let nothing = Json::NULL;
    let data = found.get("json").unwrap_or(&nothing);
    let is_whole = read_row(expected).is_ok_and(|item| item.json != *expected);
    if !is_whole {
        return compare(place, expected, data, extent, differences);
    }
    for (name, wanted) in expected.as_object().into_iter().flat_map(|members| members.iter()) {
        // Of files only what is named counts: their ids and sizes may vary.
        let extent = if name == "json" { extent } else { Extent::Part };
        let place = place.at(format!("{}/{name}", place.pointer()));
        let place = if name == "json" { place } else { place.part(name, None) };
        compare(&place, wanted, found.get(name).unwrap_or(&nothing), extent, differences);
    }
}

fn check_list(
    place: &Place,
    expected: &ExpectedList,
    found: &[Json],
    what: &str,
    differences: &mut Vec<Difference>,
) {
    check_entries(place, expected, found, what, &compare, differences);
}

/// Compares an entry with what is expected of it.
type Compare = dyn Fn(&Place, &Json, &Json, Extent, &mut Vec<Difference>);

fn check_entries(
    place: &Place,
    expected: &ExpectedList,
    found: &[Json],
    what: &str,
    compare: &Compare,
    differences: &mut Vec<Difference>,
) {
    let in_order = |place: &Place, wanted: &[Json], extent: Extent, differences: &mut Vec<Difference>| {
        let at = |index: usize, expected: Option<usize>| place.part(&format!("{what} {index}"), expected);
        let compare_two = |wanted: &Json, found: &Json, place: &Place, all: &mut Vec<Difference>| {
            compare(place, wanted, found, extent, all);
        };
        compare_lists(wanted, found, &at, &compare_two, differences);
    };
    match expected {
        ExpectedList::Open => differences.push(place.told(OPEN)),
        ExpectedList::Exact(wanted) => in_order(place, wanted, Extent::Whole, differences),
        ExpectedList::Stated(stated) => {
            let below = |name: &str| place.at(format!("{}/{name}", place.pointer()));
            if let Some(count) = stated.count
                && count != found.len()
            {
                let told = format!("expected {}, found {}", counted(count, what), found.len());
                differences.push(below("count").told(told));
            }
            if let Some(wanted) = &stated.like {
                in_order(&below("like"), wanted, Extent::Part, differences);
            }
            if let Some(wanted) = &stated.some {
                check_some(&below("some"), wanted, found, what, compare, differences);
            }
            if let Some(wanted) = &stated.every {
                for (index, found) in found.iter().enumerate() {
                    let place = below("every").part(&format!("{what} {index}"), None);
                    compare(&place, wanted, found, Extent::Part, differences);
                }
            }
        }
    }
}

/// For each of `wanted` there is to be another one like it.
fn check_some(
    place: &Place,
    wanted: &[Json],
    found: &[Json],
    what: &str,
    compare: &Compare,
    differences: &mut Vec<Difference>,
) {
    let mut is_free = vec![true; found.len()];
    for (index, wanted) in wanted.iter().enumerate() {
        let unlike = found.iter().enumerate().filter(|(at, _)| is_free[*at]).map(|(at, found)| {
            let place = place.part(&format!("{what} {at}, the nearest"), Some(index));
            let mut unlike = Vec::new();
            compare(&place, wanted, found, Extent::Part, &mut unlike);
            (at, unlike)
        });
        match unlike.min_by_key(|(_, unlike)| unlike.len()) {
            Some((at, unlike)) if unlike.is_empty() => is_free[at] = false,
            nearest => {
                let place = place.at(format!("{}/{index}", place.pointer()));
                differences.push(place.told(format!("no {what} is like {}", shown(wanted))));
                differences.extend(nearest.into_iter().flat_map(|(_, unlike)| unlike));
            }
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
