//! The graph of a workflow, and where its runs start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use heddle_data::{Json, json};
use heddle_workflow::{
    Connection, ConnectionFilter, ConnectionType, Graph, Node, NodeIndex, Workflow, find_start_node,
    highest_nodes,
};

/// A workflow of nodes `name: type` and main connections `from:output>to:input`.
fn workflow(nodes: &[(&str, &str)], links: &[&str]) -> (Workflow, Graph) {
    let nodes: Json = nodes
        .iter()
        .map(|(name, kind)| {
            let (kind, disabled) = match kind.strip_prefix('-') {
                Some(kind) => (kind, true),
                None => (*kind, false),
            };
            let mut node =
                json!({ "name": *name, "type": format!("n8n-nodes-base.{kind}"), "position": [0, 0] });
            if disabled {
                node.insert("disabled", Json::from(true));
            }
            node
        })
        .collect();
    let mut workflow = Workflow::from_json(&json!({ "nodes": nodes }));
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
    let graph = Graph::new(&workflow);
    (workflow, graph)
}

fn names(workflow: &Workflow, nodes: Vec<NodeIndex>) -> Vec<String> {
    nodes.into_iter().map(|node| workflow.nodes[node].name.to_string()).collect()
}

#[test]
fn inputs_reach_up_to_the_highest_connected_one() {
    let (workflow, graph) =
        workflow(&[("A", "noOp"), ("B", "noOp"), ("M", "merge")], &["A>M:2", "B:1>M:2", "A>B", "A>Nowhere"]);
    let merge = graph.node("M").unwrap();
    let inputs = graph.inputs(merge, &ConnectionType::MAIN);
    assert_eq!(inputs.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 2]);
    assert_eq!(inputs[2].iter().map(|edge| (edge.node, edge.index)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    assert_eq!(graph.outputs(0, &ConnectionType::MAIN)[0].iter().map(|e| e.node).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(names(&workflow, graph.children(0, ConnectionFilter::Main)), ["M", "B"]);
    assert!(graph.outputs(merge, &ConnectionType::MAIN).is_empty());
    assert!(graph.node("Nowhere").is_none());
}

#[test]
fn sub_nodes_hang_on_connections_of_their_own() {
    let path = format!("{}/tests/workflows/agent.json", env!("CARGO_MANIFEST_DIR"));
    let workflow = Workflow::read(path).unwrap();
    let graph = Graph::new(&workflow);
    let agent = graph.node("Agent").unwrap();
    assert_eq!(names(&workflow, graph.parents(agent, ConnectionFilter::Main)), ["Start", "Agent"]);
    assert_eq!(
        names(&workflow, graph.parents(agent, ConnectionFilter::NonMain)),
        ["Model", "Tool", "Tool 2"]
    );
    assert_eq!(
        names(&workflow, graph.ancestors(agent, ConnectionFilter::Main)),
        ["Start"],
        "never the node itself"
    );
    assert_eq!(
        names(&workflow, graph.ancestors(agent, ConnectionFilter::All)),
        ["Start", "Model", "Tool", "Tool 2"]
    );
    let start = graph.node("Start").unwrap();
    assert_eq!(names(&workflow, graph.descendants(start, ConnectionFilter::Main)), ["Agent", "End"]);
    assert_eq!(graph.inputs(agent, &ConnectionType::new("ai_tool"))[0].len(), 2);
}

#[test]
fn loops_end() {
    let (workflow, graph) = workflow(&[("A", "noOp"), ("B", "noOp"), ("C", "noOp")], &["A>B", "B>C", "C>A"]);
    assert_eq!(names(&workflow, graph.descendants(0, ConnectionFilter::Main)), ["B", "C"]);
    assert_eq!(names(&workflow, graph.ancestors(0, ConnectionFilter::Main)), ["C", "B"]);
    assert_eq!(names(&workflow, highest_nodes(&workflow, &graph, 0, None)), ["B"]);
}

#[test]
fn the_top_of_what_feeds_a_node_is_found() {
    let (workflow, graph) = workflow(
        &[("T", "manualTrigger"), ("Off", "-noOp"), ("A", "noOp"), ("B", "noOp"), ("M", "merge")],
        &["T>A", "A>M:0", "Off>B", "B>M:1", "T>M:1"],
    );
    let merge = graph.node("M").unwrap();
    assert_eq!(names(&workflow, highest_nodes(&workflow, &graph, merge, None)), ["T", "B"]);
    assert_eq!(names(&workflow, highest_nodes(&workflow, &graph, merge, Some(0))), ["T"]);
    assert!(highest_nodes(&workflow, &graph, graph.node("T").unwrap(), None).is_empty());
}

#[test]
fn a_chain_may_be_very_long() {
    let mut workflow = Workflow::from_json(&json!({ "nodes": [] }));
    for index in 0..20_000 {
        workflow.nodes.push(Node::new(&format!("N{index}"), "n8n-nodes-base.noOp"));
    }
    let mut connections = heddle_data::JsonObject::new();
    for index in 1..20_000 {
        let target = json!({ "node": format!("N{index}"), "type": "main", "index": 0 });
        connections.insert(&format!("N{}", index - 1), json!({ "main": [[target]] }));
    }
    workflow.connections = heddle_workflow::Connections::from_json(&Json::from(connections));
    let graph = Graph::new(&workflow);
    assert_eq!(highest_nodes(&workflow, &graph, 19_999, None), [0_usize]);
    assert_eq!(graph.ancestors(19_999, ConnectionFilter::Main).len(), 19_999);
}

/// The expected start nodes are what n8n chose for the same workflows (`recorded-with` n8n 2.40.7).
#[test]
fn the_start_is_the_one_that_n8n_chooses() {
    let cases = include_str!("start-nodes.json");
    let cases = Json::parse(cases).unwrap();
    assert_eq!(cases.get("recorded-with").and_then(Json::as_str), Some("n8n 2.40.7"));
    let triggers = cases.get("triggers").unwrap().as_array().unwrap();
    let is_trigger = |node: &Node| triggers.iter().any(|kind| kind.as_str() == Some(&node.node_type));
    for case in cases.get("cases").unwrap().as_array().unwrap() {
        let workflow = Workflow::from_json(case.get("workflow").unwrap());
        let graph = Graph::new(&workflow);
        let destination =
            case.get("destination").and_then(Json::as_str).map(|name| graph.node(name).unwrap());
        let start = find_start_node(&workflow, &graph, destination, &is_trigger);
        let start = start.map(|node| workflow.nodes[node].name.as_str());
        assert_eq!(start, case.get("start").unwrap().as_str(), "{case}");
    }
}

#[test]
fn notes_do_not_keep_a_single_node_from_being_the_start() {
    let (workflow, graph) = workflow(&[("A", "set"), ("Note", "stickyNote")], &[]);
    assert_eq!(find_start_node(&workflow, &graph, None, &|_| false), graph.node("A"));
}
