//! What is wrong with the structure of a workflow, all at once (`docs/engine.md §1.7`).

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use heddle_data::{Json, JsonObject};

use crate::connections::HIGHEST_INDEX;
use crate::items::{describe, read_items};
use crate::node::EFFECTS;
use crate::problem::{Problem, Severity};
use crate::source::push_key;
use crate::workflow::Workflow;

impl Workflow {
    /// Everything that is wrong with the structure: shapes, names, ids, connections, pinned data. Node types and
    /// parameters are not looked at.
    ///
    /// Problems come in the order of the file, with their places when the workflow was read from a text.
    pub fn problems(&self) -> Vec<Problem> {
        let json = self.to_json();
        let mut check = Check { root: self.root_pointer(), problems: Vec::new(), about_keys: HashSet::new() };
        check.nodes(&json);
        check.connections(&json);
        check.pin_data(&json);
        let Check { mut problems, about_keys, .. } = check;
        if !problems.is_empty() && self.is_as_read() {
            for (index, problem) in problems.iter_mut().enumerate() {
                let key = about_keys.contains(&index).then(|| self.key_span(&problem.pointer)).flatten();
                problem.span = key.or_else(|| self.span(&problem.pointer));
            }
        }
        problems
    }

    /// Whether the structure allows the workflow to run.
    pub fn is_runnable(&self) -> bool {
        self.problems().iter().all(|problem| problem.severity != Severity::Error)
    }
}

/// The kinds of connections: items go along the first, the others tie a sub-node to its root node.
const KINDS: [&str; 13] = [
    "main",
    "ai_agent",
    "ai_chain",
    "ai_document",
    "ai_embedding",
    "ai_languageModel",
    "ai_memory",
    "ai_outputParser",
    "ai_reranker",
    "ai_retriever",
    "ai_textSplitter",
    "ai_tool",
    "ai_vectorStore",
];

struct Check<'a> {
    root: &'a str,
    problems: Vec<Problem>,
    /// Those that are about the key of a property, not its value.
    about_keys: HashSet<usize>,
}

impl Check<'_> {
    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn nodes(&mut self, workflow: &Json) {
        let Some(nodes) = workflow.get("nodes").and_then(Json::as_array) else {
            self.report(
                Problem::error("The workflow has no list of nodes")
                    .at(format!("{}/nodes", self.root))
                    .with_help("\"nodes\" must be an array."),
            );
            return;
        };
        let mut names = HashMap::new();
        let mut ids = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            let pointer = format!("{}/nodes/{index}", self.root);
            self.node(node, index, &pointer);
            let name = node.get("name").and_then(Json::as_str).unwrap_or_default();
            if !name.is_empty()
                && let Some(first) = names.insert(name, index)
            {
                self.report(
                        Problem::error(format!("Two nodes have the name \"{name}\" (nodes {first} and {index})"))
                            .at(format!("{pointer}/name"))
                            .in_node(name)
                            .with_help(
                                "Rename one of them, and its connections: names tie connections, data and expressions to nodes.",
                            ),
                    );
            }
            let id = node.get("id").and_then(Json::as_str).unwrap_or_default();
            if !id.is_empty()
                && let Some(first) = ids.insert(id, name)
            {
                self.report(
                    Problem::warning(format!("The nodes \"{first}\" and \"{name}\" share the id \"{id}\""))
                        .at(format!("{pointer}/id"))
                        .in_node(name)
                        .with_help("n8n refuses such a file. Remove one id; n8n gives the node a new one."),
                );
            }
        }
    }

    fn node(&mut self, node: &Json, index: usize, pointer: &str) {
        if !node.is_object() {
            self.report(
                Problem::error(format!("Node {index} is {}, not an object", describe(node)))
                    .at(pointer)
                    .with_help("Remove it, or export the workflow again."),
            );
            return;
        }
        let name = node.get("name").and_then(Json::as_str).unwrap_or_default();
        let called = if name.is_empty() { format!("Node {index}") } else { format!("The node \"{name}\"") };
        for key in ["name", "type"] {
            match node.get(key) {
                Some(value) if value.as_str().is_some_and(|text| !text.is_empty()) => {}
                Some(value) if !value.is_string() && !value.is_null() => self.report(
                    Problem::error(format!("{called} has a {key} that is {}, not a text", describe(value)))
                        .at(format!("{pointer}/{key}"))
                        .in_node(name),
                ),
                _ => self.report(
                    Problem::error(format!("{called} has no {key}"))
                        .at(format!("{pointer}/{key}"))
                        .in_node(name)
                        .with_help(if key == "name" {
                            "Give it a name that no other node has."
                        } else {
                            "The type is the package and the name of what runs, such as n8n-nodes-base.set."
                        }),
                ),
            }
        }
        if let Some(parameters) = node.get("parameters")
            && !is_object_or_empty(parameters)
        {
            self.report(
                Problem::error(format!(
                    "{called} has parameters that are {}, not an object",
                    describe(parameters)
                ))
                .at(format!("{pointer}/parameters"))
                .in_node(name),
            );
        }
        self.node_settings(node, &called, name, pointer);
    }

    /// Keys whose wrong shape only loses their effect: a run is possible, and probably not what was meant.
    fn node_settings(&mut self, node: &Json, called: &str, name: &str, pointer: &str) {
        let is_pair = |position: &Json| {
            position.as_array().is_some_and(|pair| pair.len() == 2 && pair.iter().all(Json::is_number))
        };
        if !node.get("position").is_some_and(is_pair) {
            self.report(
                Problem::warning(format!("{called} has no position of two numbers"))
                    .at(format!("{pointer}/position"))
                    .in_node(name)
                    .with_help("Positions decide which branch runs first; missing numbers count as 0."),
            );
        }
        let mut wrong = |key: &str, fits: &dyn Fn(&Json) -> bool, wanted: &str| {
            if let Some(value) = node.get(key)
                && !value.is_null()
                && !fits(value)
            {
                self.report(
                    Problem::warning(format!("{called} has a \"{key}\" that is {value:.40}, not {wanted}"))
                        .at(format!("{pointer}/{key}"))
                        .in_node(name),
                );
            }
        };
        for key in ["disabled", "retryOnFail", "alwaysOutputData", "executeOnce", "continueOnFail", "strict"]
        {
            wrong(key, &Json::is_bool, "true or false");
        }
        for key in ["typeVersion", "maxTries", "waitBetweenTries"] {
            wrong(key, &Json::is_number, "a number");
        }
        let is_whole = |value: &Json| value.as_f64().is_some_and(|n| n >= 1.0 && n.fract() == 0.0);
        wrong("concurrency", &is_whole, "a whole number from 1");
        wrong("timeLimit", &|value| value.as_f64().is_some_and(|ms| ms > 0.0), "a number of milliseconds");
        wrong("answerLimit", &|value| value.as_f64().is_some_and(|mb| mb > 0.0), "a number of megabytes");
        let is_effect = |value: &Json| value.as_str().is_some_and(|text| EFFECTS.contains(&text));
        wrong("effect", &is_effect, "one of pure, idempotent, send");
        let is_key = |value: &Json| value.is_bool() || value.as_str().is_some_and(is_header_name);
        wrong("idempotencyKey", &is_key, "the name of a header, or true");
        wrong("credentials", &is_object_or_empty, "an object");
        self.on_error(node, called, name, pointer);
    }

    fn on_error(&mut self, node: &Json, called: &str, name: &str, pointer: &str) {
        const CHOICES: [&str; 3] = ["stopWorkflow", "continueRegularOutput", "continueErrorOutput"];
        let Some(value) = node.get("onError").filter(|value| !value.is_null()) else { return };
        let written = value.as_str().unwrap_or_default();
        if CHOICES.contains(&written) {
            return;
        }
        let plain = written.trim().to_lowercase();
        let begins = |choice: &&str| plain.len() >= 4 && choice.to_lowercase().starts_with(&plain);
        let mut near: Vec<&str> = CHOICES.into_iter().filter(begins).collect();
        if near.is_empty() {
            let slips = |choice: &&str| strsim::osa_distance(&choice.to_lowercase(), &plain);
            near = CHOICES
                .into_iter()
                .min_by_key(slips)
                .filter(|choice| slips(choice) <= 8)
                .into_iter()
                .collect();
        }
        let mut help = "As it stands, an error ends the run.".to_owned();
        if !near.is_empty() {
            help.push_str(&format!(" Did you mean \"{}\"?", near.join("\" or \"")));
        }
        self.report(
            Problem::warning(format!(
                "{called} has an \"onError\" that is {value:.40}, not one of {}",
                CHOICES.join(", ")
            ))
            .at(format!("{pointer}/onError"))
            .in_node(name)
            .with_help(help),
        );
    }

    fn connections(&mut self, workflow: &Json) {
        let nodes = workflow.get("nodes").and_then(Json::as_array).unwrap_or_default();
        let names = Names::new(nodes.iter().filter_map(|node| node.get("name")?.as_str()));
        let pointer = format!("{}/connections", self.root);
        let Some(connections) = workflow.get("connections").filter(|json| !is_empty(json)) else { return };
        let Some(sources) = connections.as_object() else {
            self.wrong_shape(connections, "The connections are", "an object", &pointer, "");
            return;
        };
        for (source, types) in sources.iter() {
            let pointer = push_key(&pointer, source);
            if !names.contains(source) {
                self.about_keys.insert(self.problems.len());
                self.report(
                    Problem::warning(format!(
                        "A connection starts at \"{source}\", which is no node of this workflow"
                    ))
                    .at(&pointer)
                    .with_help(names.suggest(source)),
                );
            }
            match types.as_object() {
                Some(types) => self.outputs(source, types, &pointer, &names),
                None if is_empty(types) => {}
                None => self.wrong_shape(
                    types,
                    &format!("The connections of \"{source}\" are"),
                    "an object",
                    &pointer,
                    source,
                ),
            }
        }
    }

    fn outputs(&mut self, source: &str, types: &JsonObject, pointer: &str, names: &Names<'_>) {
        for (connection_type, slots) in types.iter() {
            let pointer = push_key(pointer, connection_type);
            let what = format!("The {connection_type} connections of \"{source}\" are");
            if slots.as_array().is_some_and(|slots| !slots.is_empty()) {
                let place = self.problems.len();
                if self.connection_kind(source, connection_type, &pointer) {
                    self.about_keys.insert(place);
                }
            }
            let Some(outputs) = slots.as_array() else {
                if !slots.is_null() {
                    self.wrong_shape(slots, &what, "an array with a list for each output", &pointer, source);
                }
                continue;
            };
            if outputs.len() > HIGHEST_INDEX + 1 {
                self.report(
                    Problem::error(format!("\"{source}\" has {} outputs", outputs.len()))
                        .at(&pointer)
                        .in_node(source),
                );
            }
            for (output, slot) in outputs.iter().enumerate() {
                let pointer = format!("{pointer}/{output}");
                match slot.as_array() {
                    Some(slot) => {
                        for (index, connection) in slot.iter().enumerate() {
                            self.connection(source, connection, &format!("{pointer}/{index}"), names);
                        }
                    }
                    None if slot.is_null() => {}
                    None => self.wrong_shape(
                        slot,
                        &format!("Output {output} of \"{source}\" is"),
                        "a list of connections",
                        &pointer,
                        source,
                    ),
                }
            }
        }
    }

    /// Reports a kind of connection that there is not: nothing follows it. Whether it did.
    fn connection_kind(&mut self, source: &str, kind: &str, pointer: &str) -> bool {
        if KINDS.contains(&kind) {
            return false;
        }
        let slips = |known: &&str| strsim::osa_distance(&known.to_lowercase(), &kind.to_lowercase());
        let nearest = KINDS.into_iter().min_by_key(slips);
        let near = nearest.filter(|known| slips(known) <= known.len().div_ceil(4).max(2));
        // Kinds are added to n8n; those of sub-nodes are followed by no run.
        if near.is_none() && kind.starts_with("ai_") {
            return false;
        }
        let help = match near {
            Some(known) => format!("Did you mean \"{known}\"?"),
            None => "Items go along connections of the kind \"main\".".to_owned(),
        };
        self.report(
            Problem::warning(format!(
                "A connection of \"{source}\" is of the kind \"{kind}\", which does not exist: no item goes along it"
            ))
            .at(pointer)
            .in_node(source)
            .with_help(help),
        );
        true
    }

    fn connection(&mut self, source: &str, connection: &Json, pointer: &str, names: &Names<'_>) {
        if connection.is_null() {
            // Files in the wild hold such gaps; nothing is connected there.
            return;
        }
        if !connection.is_object() {
            self.wrong_shape(
                connection,
                &format!("A connection of \"{source}\" is"),
                "an object { node, type, index }",
                pointer,
                source,
            );
            return;
        }
        match connection.get("node").and_then(Json::as_str) {
            None | Some("") => self.report(
                Problem::error(format!("A connection of \"{source}\" names no node to go to"))
                    .at(format!("{pointer}/node"))
                    .in_node(source)
                    .with_help("Remove it, or add \"node\"."),
            ),
            Some(target) if !names.contains(target) => self.report(
                Problem::error(format!(
                    "A connection goes from \"{source}\" to \"{target}\", which is no node of this workflow"
                ))
                .at(format!("{pointer}/node"))
                .in_node(source)
                .with_help(names.suggest(target)),
            ),
            Some(_) => {}
        }
        let kind = connection.get("type").and_then(Json::as_str).unwrap_or_default();
        if !kind.is_empty() {
            self.connection_kind(source, kind, &format!("{pointer}/type"));
        } else {
            self.report(
                Problem::warning(format!("A connection of \"{source}\" has no type; it counts as main"))
                    .at(format!("{pointer}/type"))
                    .in_node(source),
            );
        }
        let is_index = |json: &Json| {
            json.as_f64().is_some_and(|n| n.fract() == 0.0 && (0.0..=HIGHEST_INDEX as f64).contains(&n))
        };
        match connection.get("index") {
            Some(index) if is_index(index) => {}
            Some(index) if index.is_number() => self.report(
                Problem::error(format!("A connection of \"{source}\" goes to input {index}"))
                    .at(format!("{pointer}/index"))
                    .in_node(source)
                    .with_help("Inputs are counted from 0."),
            ),
            _ => self.report(
                Problem::warning(format!("A connection of \"{source}\" has no input index; it counts as 0"))
                    .at(format!("{pointer}/index"))
                    .in_node(source),
            ),
        }
    }

    fn pin_data(&mut self, workflow: &Json) {
        let pointer = format!("{}/pinData", self.root);
        let Some(pins) = workflow.get("pinData").filter(|json| !is_empty(json)) else { return };
        let Some(pins) = pins.as_object() else {
            self.report(
                Problem::warning(format!("The pinned data is {}, not an object", describe(pins))).at(pointer),
            );
            return;
        };
        for (node, items) in pins.iter().filter(|(_, items)| !items.is_null()) {
            if let Err(error) = read_items(items) {
                let pointer = push_key(&pointer, node);
                let at = error.index.map_or_else(|| pointer.clone(), |index| format!("{pointer}/{index}"));
                self.report(
                    Problem::error(format!("The pinned data of \"{node}\" cannot be read: {error}"))
                        .at(at)
                        .in_node(node)
                        .with_help("Pinned data is a list of items, { \"json\": { … } }."),
                );
            }
        }
    }

    fn wrong_shape(&mut self, json: &Json, what: &str, wanted: &str, pointer: &str, node: &str) {
        self.report(
            Problem::error(format!("{what} {}, not {wanted}", describe(json))).at(pointer).in_node(node),
        );
    }
}

/// Nothing: null, or the empty list that some tools write for an empty object.
/// Whether a text can be the name of a header: a token of RFC 9110 §5.6.2.
fn is_header_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token)
}

fn is_empty(json: &Json) -> bool {
    json.is_null() || json.as_array().is_some_and(<[Json]>::is_empty)
}

fn is_object_or_empty(json: &Json) -> bool {
    json.is_object() || is_empty(json)
}

/// The names of the nodes.
struct Names<'a> {
    known: HashSet<&'a str>,
    /// The first name in each plain form, made when a name is wrong.
    plain: OnceCell<HashMap<String, &'a str>>,
}

impl<'a> Names<'a> {
    fn new(names: impl Iterator<Item = &'a str>) -> Self {
        Self { known: names.collect(), plain: OnceCell::new() }
    }

    fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// What to do about a name that no node has: the one that was probably meant differs in case or blanks alone.
    fn suggest(&self, name: &str) -> String {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let known = self.plain.get_or_init(|| {
            let mut names: Vec<&str> = self.known.iter().copied().collect();
            // Of several the first in order is offered.
            names.sort_unstable_by(|a, b| b.cmp(a));
            names.into_iter().map(|name| (plain(name), name)).collect()
        });
        match known.get(&plain(name)) {
            Some(close) => format!("There is a node \"{close}\"; names must be equal in every character."),
            None => "Remove the connection, or add the node.".to_owned(),
        }
    }
}
