//! Random graphs run here as in n8n: branches, several inputs, loops that end, disabled nodes, pinned data, error branches,
//! `executeOnce`, `alwaysOutputData`, expressions that read other nodes' items, in both execution orders. Each runs
//! a second time without the outputs that nobody reads any more, which must change nothing.
//!
//! `HEDDLE_GRAPHS` says how many, `HEDDLE_SEED` with which one it begins; a failure prints its seed and the smallest graph that
//! still differs.

use std::time::Duration;

use fastrand::Rng;
use heddle_node::{Json, Registry};
use heddle_nodes as _;
use heddle_runner::{Host, KeptOutputs, RunOptions};
use heddle_tests::compare::{compare_last_outputs, compare_run};
use heddle_tests::oracle::Oracle;
use heddle_workflow::Workflow;
use serde_json::{Value, json};

const GRAPHS: u64 = 200;
/// A graph that runs longer than this says nothing.
const LONGEST_RUN: Duration = Duration::from_secs(5);

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

#[tokio::test]
async fn random_graphs_run_as_in_n8n() {
    let Some(mut oracle) = Oracle::start() else { return };
    let first = setting("HEDDLE_SEED", fastrand::u64(..1_000_000_000));
    let count = setting("HEDDLE_GRAPHS", GRAPHS);
    println!("{count} graphs from seed {first}");
    let (mut compared, mut runs, mut lost) = (0, 0, 0);
    let mut findings = Vec::new();
    for seed in first..first + count {
        let case = Case::random(&mut Rng::with_seed(seed));
        match case.compare(&mut oracle).await {
            Compared::Same(ran) => {
                compared += 1;
                runs += ran;
            }
            Compared::TooLong | Compared::WaitedInTextOrder => {}
            Compared::LostInN8n => lost += 1,
            Compared::Different(_) => {
                let (smallest, difference) = case.shrink(&mut oracle).await;
                findings.push(format!(
                    "seed {seed}: {difference}\n{}\nitems {}",
                    smallest.workflow, smallest.items
                ));
                if findings.len() >= 10 {
                    break;
                }
            }
        }
    }
    println!("{compared} graphs compared, {runs} node runs in them; n8n lost a batch in {lost}");
    assert!(findings.is_empty(), "{} graphs differ:\n{}", findings.len(), findings.join("\n\n"));
    assert!(lost * 20 <= count, "a batch was lost in {lost} graphs of {count}, far more often than before");
    assert!(compared * 2 > count, "only {compared} graphs of {count} could be compared");
}

enum Compared {
    /// With so many runs of nodes.
    Same(usize),
    TooLong,
    /// More than ten batches waited, which n8n takes in the order of their numbers as text (`COMPATIBILITY.md`).
    WaitedInTextOrder,
    /// n8n overwrote a batch that waited for the other inputs of its node (`COMPATIBILITY.md`).
    LostInN8n,
    Different(String),
}

#[derive(Clone)]
struct Case {
    workflow: Value,
    items: Value,
    pins: bool,
}

/// What a generated node does.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Pass,
    Count,
    Branch,
    Fail,
}

impl Case {
    fn random(rng: &mut Rng) -> Self {
        let count = rng.usize(2..10);
        // A loop ends because each round counts; an item out of nothing would start anew.
        let loops = rng.u8(..3) == 0;
        let pins = !loops && rng.u8(..4) == 0;
        let mut nodes = vec![node("Start", "manualTrigger", 1.0, [0, 0], json!({}))];
        let mut kinds = vec![Kind::Pass];
        let mut edges: Vec<(usize, usize, usize, usize)> = Vec::new();
        let mut pin_data = json!({});
        for index in 1..=count {
            let name = format!("N{index}");
            let position = [rng.i32(1..5) * 100, rng.i32(-2..3) * 100];
            let kind = [Kind::Pass, Kind::Count, Kind::Count, Kind::Branch, Kind::Branch, Kind::Fail]
                [rng.usize(..6)];
            let mut made = match kind {
                Kind::Pass => node(&name, "noOp", 1.0, position, json!({})),
                Kind::Count => {
                    // n8n's words about pins are those of a run by hand, which takes no items.
                    let reads = if pins { Vec::new() } else { reading(rng, count) };
                    counting(&name, position, &reads)
                }
                Kind::Branch => branching(&name, position, rng.u8(1..5)),
                Kind::Fail => failing(&name, position, rng.u8(..4)),
            };
            let mut flag = |made: &mut Value, name: &str, odds: u8| {
                if rng.u8(..odds) == 0 {
                    made[name] = json!(true);
                }
            };
            if !loops {
                flag(&mut made, "disabled", 8);
                flag(&mut made, "alwaysOutputData", 8);
            }
            flag(&mut made, "executeOnce", 10);
            let may_fail = kind == Kind::Fail || kind == Kind::Count;
            if may_fail && rng.u8(..3) > 0 {
                made["onError"] = json!("continueErrorOutput");
            }
            if pins && rng.u8(..5) == 0 {
                pin_data[&name] = json!([{ "json": { "id": 0, "n": 7, "pinned": name } }]);
            }
            let parents = 1 + usize::from(rng.u8(..3) == 0);
            for _ in 0..parents {
                let parent = rng.usize(..index);
                let outputs = match kinds[parent] {
                    Kind::Branch => 2,
                    _ if nodes[parent].get("onError").is_some() => 2,
                    _ => 1,
                };
                // Nodes that go through items read those of an input that n8n takes from them; COMPATIBILITY.md has it.
                let input = if kind == Kind::Pass && rng.u8(..2) == 0 { rng.usize(1..3) } else { 0 };
                edges.push((parent, rng.usize(..outputs), index, input));
            }
            nodes.push(made);
            kinds.push(kind);
        }
        if loops {
            add_loops(rng, &nodes, &kinds, &mut edges);
        }
        let order = if rng.u8(..3) == 0 { "v0" } else { "v1" };
        let mut connections = json!({});
        for (from, output, to, input) in edges {
            let slots = &mut connections[format!("N{from}").replace("N0", "Start")]["main"];
            if slots.is_null() {
                *slots = json!([]);
            }
            let slots = slots.as_array_mut().expect("a list");
            slots.resize_with(slots.len().max(output + 1), || json!([]));
            let edge = json!({ "node": format!("N{to}"), "type": "main", "index": input });
            let edges = slots[output].as_array_mut().expect("a list");
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        let mut workflow = json!({
            "name": "Random", "nodes": nodes, "connections": connections, "settings": { "executionOrder": order },
        });
        if pins {
            workflow["pinData"] = pin_data;
        }
        let items = (0..rng.u32(1..5)).map(|id| json!({ "json": { "id": id, "n": 0 } })).collect();
        Self { workflow, items, pins }
    }

    async fn compare(&self, oracle: &mut Oracle) -> Compared {
        let answer = oracle.ask(&json!({
            "workflow": self.workflow, "items": self.items, "pins": self.pins, "timeoutMs": 2000,
        }));
        let runs = answer["nodes"].as_object().into_iter().flatten().filter_map(|(_, runs)| runs.as_array());
        let runs = runs.map(Vec::len).sum();
        if answer["status"] == "canceled" || runs > 500 {
            return Compared::TooLong;
        }
        let workflow = Workflow::from_json(&Json::from(self.workflow.clone()));
        let options = RunOptions {
            items: Some(heddle_workflow::read_items(&Json::from(self.items.clone())).expect("items")),
            pins: self.pins,
            timeout: Some(LONGEST_RUN),
            ..RunOptions::default()
        };
        let sparing = RunOptions { kept_outputs: KeptOutputs::Last(None), ..options.clone() };
        let host = Host::new(Registry::linked().expect("nodes"));
        let result = match host.run(&workflow, options).await {
            Ok(result) => result,
            Err(error) => return Compared::Different(error.to_string()),
        };
        match compare_run(&answer, &result) {
            Ok(()) => match host.run(&workflow, sparing).await {
                Ok(sparing) => match compare_last_outputs(&result, &sparing) {
                    Ok(()) => Compared::Same(runs),
                    Err(difference) => Compared::Different(difference),
                },
                Err(error) => Compared::Different(error.to_string()),
            },
            Err(_) if lost_a_batch(&answer, &serde_json::to_value(&result).expect("JSON")) => {
                Compared::LostInN8n
            }
            Err(_) if waited_in_text_order(&answer) => Compared::WaitedInTextOrder,
            Err(difference) => Compared::Different(difference),
        }
    }

    /// The smallest case, as far as leaving out single parts goes, that still differs.
    async fn shrink(&self, oracle: &mut Oracle) -> (Self, String) {
        let mut smallest = self.clone();
        let mut difference = String::new();
        loop {
            let mut found = false;
            for smaller in smallest.smaller() {
                if let Compared::Different(text) = smaller.compare(oracle).await {
                    (smallest, difference, found) = (smaller, text, true);
                    break;
                }
            }
            if !found {
                if let Compared::Different(text) = smallest.compare(oracle).await {
                    difference = text;
                }
                return (smallest, difference);
            }
        }
    }

    /// The case with one part less, in every way.
    fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let nodes = self.workflow["nodes"].as_array().expect("nodes");
        // A node that an expression names stays: without it the workflow does not start (`COMPATIBILITY.md`).
        let is_named = |node: &Value| {
            let quoted = format!("'{}'", node["name"].as_str().expect("a name"));
            nodes.iter().any(|node| node["parameters"].to_string().contains(&quoted))
        };
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 && !is_named(node) {
                let mut case = self.clone();
                case.remove_node(index);
                all.push(case);
            }
            for flag in ["disabled", "alwaysOutputData", "executeOnce", "onError"] {
                if node.get(flag).is_some() {
                    let mut case = self.clone();
                    case.workflow["nodes"][index].as_object_mut().expect("a node").remove(flag);
                    all.push(case);
                }
            }
        }
        for (index, node) in nodes.iter().enumerate() {
            let fields = "/parameters/assignments/assignments";
            if node.pointer(fields).and_then(Value::as_array).is_some_and(|fields| fields.len() > 2) {
                let mut case = self.clone();
                let fields = case.workflow["nodes"][index].pointer_mut(fields).expect("the fields");
                fields.as_array_mut().expect("a list").pop();
                all.push(case);
            }
        }
        for (from, types) in self.workflow["connections"].as_object().expect("connections") {
            for (output, edges) in types["main"].as_array().expect("outputs").iter().enumerate() {
                for edge in 0..edges.as_array().map_or(0, Vec::len) {
                    let mut case = self.clone();
                    let edges = &mut case.workflow["connections"][from]["main"][output];
                    edges.as_array_mut().expect("edges").remove(edge);
                    all.push(case);
                }
            }
        }
        if self.items.as_array().is_some_and(|items| items.len() > 1) {
            for item in 0..self.items.as_array().map_or(0, Vec::len) {
                let mut case = self.clone();
                case.items.as_array_mut().expect("items").remove(item);
                all.push(case);
            }
        }
        all
    }

    fn remove_node(&mut self, index: usize) {
        let nodes = self.workflow["nodes"].as_array_mut().expect("nodes");
        let name = nodes.remove(index)["name"].clone();
        let connections = self.workflow["connections"].as_object_mut().expect("connections");
        connections.remove(name.as_str().expect("a name"));
        for types in connections.values_mut() {
            for edges in types["main"].as_array_mut().expect("outputs") {
                edges.as_array_mut().expect("edges").retain(|edge| edge["node"] != name);
            }
        }
        if let Some(pins) = self.workflow["pinData"].as_object_mut() {
            pins.remove(name.as_str().expect("a name"));
        }
    }
}

/// Whether at a node with several inputs batches arrived here that n8n's runs of it lack: n8n has none besides, or has a
/// later batch of the same branch in the place of one.
fn lost_a_batch(answer: &Value, ours: &Value) -> bool {
    let sources = |runs: &Value| -> Vec<Vec<Value>> {
        let runs = runs.as_array().into_iter().flatten();
        runs.filter_map(|run| run["source"].as_array()).cloned().collect()
    };
    // the input, the branch and the run that each came from
    let batches = |runs: &Value| -> Vec<(usize, String, u64)> {
        let sources = sources(runs).into_iter();
        let given =
            sources.flat_map(|run| run.into_iter().enumerate()).filter(|(_, source)| !source.is_null());
        given
            .map(|(input, source)| {
                let branch = format!("{} {}", source["previousNode"], source["previousNodeOutput"]);
                (input, branch, source["previousNodeRun"].as_u64().unwrap_or(0))
            })
            .collect()
    };
    let run_data = ours["data"]["resultData"]["runData"].as_object();
    let nodes = run_data.into_iter().flatten();
    nodes.filter(|(_, runs)| sources(runs).iter().any(|run| run.len() > 1)).any(|(name, runs)| {
        let (theirs, ours) = (batches(&answer["nodes"][name]), batches(runs));
        let is_missing = theirs.len() < ours.len() && theirs.iter().all(|batch| ours.contains(batch));
        let is_overwritten = |(input, branch, run): &(usize, String, u64)| {
            theirs.iter().any(|(to, from, later)| to == input && from == branch && later > run)
        };
        is_missing || ours.iter().any(|batch| !theirs.contains(batch) && is_overwritten(batch))
    })
}

/// Whether more than ten runs of a node lack an input: as many batches may have waited at once.
fn waited_in_text_order(answer: &Value) -> bool {
    let lacks_input =
        |run: &&Value| run["source"].as_array().is_some_and(|sources| sources.iter().any(Value::is_null));
    let nodes = answer["nodes"].as_object().into_iter().flatten();
    nodes.filter_map(|(_, runs)| runs.as_array()).any(|runs| runs.iter().filter(lacks_input).count() > 10)
}

/// Edges back from branches to counting nodes before them: an item that goes round counts, and leaves when it has counted
/// far enough.
fn add_loops(rng: &mut Rng, nodes: &[Value], kinds: &[Kind], edges: &mut Vec<(usize, usize, usize, usize)>) {
    let places = |kind: Kind| (1..kinds.len()).filter(move |index| kinds[*index] == kind).collect::<Vec<_>>();
    let (branches, targets) = (places(Kind::Branch), places(Kind::Count));
    for branch in branches.into_iter().take(2) {
        let before: Vec<usize> = targets
            .iter()
            .copied()
            .filter(|target| *target < branch && nodes[*target].get("executeOnce").is_none())
            .collect();
        if let Some(target) = rng.choice(before) {
            edges.push((branch, 0, target, 0));
        }
    }
}

fn node(name: &str, kind: &str, version: f64, position: [i32; 2], parameters: Value) -> Value {
    json!({ "id": name, "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": position, "parameters": parameters })
}

/// Expressions that read the items of other nodes, or where the item stands; none for half of the nodes.
fn reading(rng: &mut Rng, count: usize) -> Vec<String> {
    let node = match rng.usize(..=count) {
        0 => "Start".to_owned(),
        index => format!("N{index}"),
    };
    let forms = [
        format!("$('{node}').item.json.n"),
        format!("$('{node}').item.json.id + '-' + $('{node}').item.json.path"),
        format!("$('{node}').first().json.n"),
        format!("$('{node}').last().json.id"),
        format!("$('{node}').all().length"),
        format!("$('{node}').all(1).length"),
        format!("$('{node}').all(0, 0).map(item => item.json.n).join()"),
        format!("$('{node}').itemMatching(0).json.n"),
        format!("$('{node}').isExecuted"),
        format!("$('{node}').pairedItem().json.n"),
        format!("$node['{node}'].json.n"),
        format!("$node['{node}'].runIndex"),
        format!("$items('{node}').length"),
        "$input.all().length + '/' + $itemIndex + '/' + $runIndex".to_owned(),
        "$input.first().json.id + '-' + $input.last().json.id".to_owned(),
        "$prevNode.name + '/' + $prevNode.outputIndex + '/' + $prevNode.runIndex".to_owned(),
        "JSON.stringify($input.item.pairedItem)".to_owned(),
    ];
    if rng.bool() { vec![forms[rng.usize(..forms.len())].clone()] } else { Vec::new() }
}

/// Counts, leaves its name, and what it reads.
fn counting(name: &str, position: [i32; 2], reads: &[String]) -> Value {
    let field = |name: &str, kind: &str, value: &str| json!({ "id": name, "name": name, "type": kind, "value": value });
    let path = format!("={{{{ $json.path || '' }}}}>{name}");
    let mut fields = vec![field("n", "number", "={{ ($json.n || 0) + 1 }}"), field("path", "string", &path)];
    fields.extend(reads.iter().map(|code| field("read", "string", &format!("={{{{ {code} }}}}"))));
    let parameters =
        json!({ "assignments": { "assignments": fields }, "includeOtherFields": true, "options": {} });
    node(name, "set", 3.4, position, parameters)
}

/// Lets items that have counted to less than `limit` out through output 0.
fn branching(name: &str, position: [i32; 2], limit: u8) -> Value {
    let condition = json!({
        "id": "c", "leftValue": "={{ $json.n || 0 }}", "rightValue": limit,
        "operator": { "type": "number", "operation": "lt" },
    });
    let conditions = json!({
        "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
        "conditions": [condition], "combinator": "and",
    });
    node(name, "if", 2.2, position, json!({ "conditions": conditions, "options": {} }))
}

/// Fails at the item with the id `id`.
fn failing(name: &str, position: [i32; 2], id: u8) -> Value {
    let output = format!("={{{{ $json.id === {id} ? 'no object' : JSON.stringify($json) }}}}");
    node(name, "set", 3.4, position, json!({ "mode": "raw", "jsonOutput": output, "options": {} }))
}
