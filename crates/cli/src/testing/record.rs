//! What came out of a run, written as the expectation that it meets.

use heddle_node::{Item, Json, JsonObject};
use heddle_runner::RunResult;
use heddle_runner::run_data::TaskData;

use super::difference::{Extent, Place, compare};
use super::expect::{error_of, first_output, nodes_of, output, requests_of, response_of};
use super::form::{Expectation, ExpectedItems, ExpectedList, ExpectedNodes, StatedItems};
use super::matcher::Matcher;

/// The expectation that a result meets: each member of `expected`, as it stands in the file, with what came out. A test that
/// expects nothing gets what tells most.
pub(crate) fn record(expected: &Expectation, written: Option<&Json>, result: &RunResult) -> Json {
    match written.and_then(Json::as_object).filter(|members| !members.is_empty()) {
        Some(written) => record_members(expected, written, result),
        None => record_all(result),
    }
}

fn record_all(result: &RunResult) -> Json {
    let mut all = JsonObject::new();
    match error_of(result) {
        Some(error) => drop(all.insert("error", short_error(&error))),
        None => drop(all.insert("status", Json::from(result.status.as_str()))),
    }
    all.insert("ran", nodes_of(result).into_iter().map(Json::from).collect());
    if let Some(last) = result.last_node_executed() {
        let mut nodes = JsonObject::new();
        nodes.insert(last, record_runs(result.run_data.runs_of(last)));
        all.insert("nodes", Json::from(nodes));
    }
    all.insert("requests", record_requests(result));
    if let Some(response) = response_of(result) {
        all.insert("response", response);
    }
    Json::from(all)
}

fn record_members(expected: &Expectation, written: &JsonObject, result: &RunResult) -> Json {
    let mut all = written.clone();
    let error = error_of(result);
    match (&expected.error, &error) {
        (Some(wanted), Some(error)) => {
            let message = error.get("message").cloned().unwrap_or_default();
            let is_met = match wanted.as_str() {
                Some(part) => message.as_str().is_some_and(|message| message.contains(part)),
                None => meets(wanted, error),
            };
            if !is_met {
                let recorded = if wanted.is_object() { in_part(wanted, error) } else { short_error(error) };
                all.insert("error", recorded);
            }
        }
        (Some(_), None) => drop(all.remove("error")),
        (None, Some(error)) => drop(all.insert("error", short_error(error))),
        (None, None) => {}
    }
    if expected.status.is_some()
        || (expected.error.is_none() && error.is_none() && result.status.as_str() != "success")
    {
        all.insert("status", Json::from(result.status.as_str()));
    }
    if let Some(ran) = &expected.ran
        && !matches!(ran, ExpectedNodes::Stated(_))
    {
        all.insert("ran", nodes_of(result).into_iter().map(Json::from).collect());
    }
    if let Some(items) = &expected.items {
        let runs = result.run_data.runs_of(result.last_node_executed().unwrap_or_default());
        all.insert("items", record_items(items, runs));
    }
    if let Some(nodes) = all.get_mut("nodes") {
        for (name, items) in &expected.nodes.0 {
            nodes.insert(name, record_items(items, result.run_data.runs_of(name)));
        }
    }
    match &expected.requests {
        Some(ExpectedList::Open) => drop(all.insert("requests", record_requests(result))),
        Some(ExpectedList::Exact(wanted)) => {
            // Nobody who wrote less than everything wants to read everything.
            let found = requests_of(result);
            let is_met = wanted.len() == found.len() && std::iter::zip(wanted, &found).all(|(a, b)| a == b);
            if !is_met {
                all.insert("requests", record_requests(result));
            }
        }
        Some(ExpectedList::Stated(stated)) => {
            let found = requests_of(result);
            if let Some(requests) = all.get_mut("requests") {
                if stated.count.is_some() {
                    requests.insert("count", Json::from(found.len()));
                }
                if let Some(like) = &stated.like {
                    requests.insert("like", record_like(like, &found));
                }
            }
        }
        None => {}
    }
    for (name, wanted, found) in [
        ("response", &expected.response, response_of(result)),
        ("staticData", &expected.static_data, result.static_data.clone()),
    ] {
        if let (Some(wanted), Some(found)) = (wanted, found) {
            let recorded = if wanted.is_object() { in_part(wanted, &found) } else { found };
            all.insert(name, recorded);
        }
    }
    Json::from(all)
}

fn short_error(error: &Json) -> Json {
    let keys = ["message", "node", "item"];
    keys.iter().filter_map(|key| Some((*key, error.get(key)?.clone()))).collect()
}

/// What leaves, without the headers, which say little.
fn record_requests(result: &RunResult) -> Json {
    let requests = requests_of(result);
    if requests.is_empty() {
        return Json::array();
    }
    let short = requests.iter().map(|request| {
        let members = request.as_object().into_iter().flat_map(|request| request.iter());
        members
            .filter(|(name, _)| *name != "headers")
            .map(|(name, value)| (name, value.clone()))
            .collect::<Json>()
    });
    let mut stated = Json::object();
    stated.insert("like", short.collect::<Json>());
    stated
}

/// All items of a node: of its one output and run, or by output, or by run.
fn record_runs(runs: &[TaskData]) -> Json {
    match runs {
        [run] => record_run(run),
        [] => Json::array(),
        runs => [("runs", runs.iter().map(record_run).collect::<Json>())].into_iter().collect(),
    }
}

fn record_run(run: &TaskData) -> Json {
    let outputs = run.outputs.as_ref().map_or(0, Vec::len);
    if outputs <= 1 {
        return data_of(output(Some(run), 0));
    }
    let outputs = (0..outputs).map(|index| data_of(output(Some(run), index)));
    [("outputs", outputs.collect::<Json>())].into_iter().collect()
}

fn data_of(items: &[Item]) -> Json {
    items.iter().map(|item| item.json.clone()).collect()
}

fn record_items(expected: &ExpectedItems, runs: &[TaskData]) -> Json {
    let stated = match expected {
        ExpectedItems::Open => return record_runs(runs),
        ExpectedItems::Exact(_) => return data_of(first_output(runs)),
        ExpectedItems::Stated(stated) => stated,
    };
    let StatedItems { count, like, some, every, outputs, runs: each } = &**stated;
    let found: Vec<Json> = first_output(runs).iter().map(|item| item.json.clone()).collect();
    let mut all = JsonObject::new();
    if count.is_some() {
        all.insert("count", Json::from(found.len()));
    }
    if let Some(like) = like {
        all.insert("like", record_like(like, &found));
    }
    // What is said of any items is nobody's to record.
    if let Some(some) = some {
        all.insert("some", Json::from(some.clone()));
    }
    if let Some(every) = every {
        all.insert("every", every.clone());
    }
    if let Some(outputs) = outputs {
        let last = runs.last();
        let count = last.and_then(|run| run.outputs.as_ref()).map_or(0, Vec::len);
        let recorded = (0..count.max(outputs.len())).map(|index| match outputs.get(index) {
            Some(ExpectedItems::Open) => Json::NULL,
            _ => data_of(output(last, index)),
        });
        all.insert("outputs", recorded.collect());
    }
    if let Some(each) = each {
        let recorded = runs.iter().enumerate().map(|(index, run)| match each.get(index) {
            Some(ExpectedItems::Open) => Json::NULL,
            Some(expected) => record_items(expected, std::slice::from_ref(run)),
            None => record_run(run),
        });
        all.insert("runs", recorded.collect());
    }
    Json::from(all)
}

/// Of each entry the members that were expected of the one in its place; of further ones all.
fn record_like(like: &[Json], found: &[Json]) -> Json {
    let entries = found.iter().enumerate();
    entries
        .map(|(index, found)| like.get(index).map_or_else(|| found.clone(), |like| in_part(like, found)))
        .collect()
}

/// Of a value what an expectation speaks of; what stands for a value stays where it is met.
fn in_part(expected: &Json, found: &Json) -> Json {
    if Matcher::of(expected).is_some() {
        return if meets(expected, found) { expected.clone() } else { found.clone() };
    }
    let (Some(wanted), Some(given)) = (expected.as_object(), found.as_object()) else { return found.clone() };
    let members = wanted.iter().filter_map(|(name, wanted)| match given.get(name) {
        Some(given) => Some((name, in_part(wanted, given))),
        None => Matcher::of(wanted).map(|_| (name, wanted.clone())),
    });
    members.collect()
}

fn meets(expected: &Json, found: &Json) -> bool {
    let mut differences = Vec::new();
    compare(&Place::new("", ""), expected, found, Extent::Part, &mut differences);
    differences.is_empty()
}
