//! The data of other nodes (`docs/expressions/language.md §11`).

use heddle_data::{Item, Json};

use crate::error::ExpressionError;
use crate::native::Stop;
use crate::run::variables::{located, no_such_item, not_executed};
use crate::scene::Scene;

/// The node called `name`.
pub(crate) fn find(name: &str, scene: &Scene<'_>) -> Result<usize, ExpressionError> {
    scene.run.node_index(name).ok_or_else(|| not_found(Json::from(name), scene))
}

/// The error of a node that does not exist; `name` is what was given for its name.
pub(crate) fn not_found(name: Json, scene: &Scene<'_>) -> ExpressionError {
    located("Referenced node doesn't exist", scene)
        .with("descriptionKey", "nodeNotFound")
        .with("nodeCause", name)
}

/// The node of `$('name')`; without a name it is the one that the input came from.
pub(crate) fn find_accessed(name: &str, scene: &Scene<'_>) -> Result<usize, ExpressionError> {
    let previous = scene.sources.and_then(|sources| sources.first()).and_then(Option::as_ref);
    match previous {
        Some(source) if name.is_empty() => find(&source.previous_node, scene),
        None if name.is_empty() => Err(located("When calling $(), please specify a node", scene)),
        _ => find(name, scene),
    }
}

/// The items of `$('name').first(branch, run)` and its like. Pinned items stand in for whatever is missing.
pub(crate) fn output_items<'a>(
    node: usize,
    branch: Option<usize>,
    run: Option<usize>,
    scene: &Scene<'a>,
) -> Result<&'a [Item], Stop> {
    let pinned = scene.pin_data(node);
    if scene.run.run_count(node) == 0 && pinned.is_none() {
        return Err(not_executed(node, scene).into());
    }
    match run_items(node, branch, run, scene) {
        Ok(items) => Ok(items),
        Err(error) => pinned.ok_or_else(|| error.into()),
    }
}

/// The items of an output in the run data.
pub(crate) fn run_items<'a>(
    node: usize,
    branch: Option<usize>,
    run: Option<usize>,
    scene: &Scene<'a>,
) -> Result<&'a [Item], ExpressionError> {
    let view = scene.run;
    let name = view.node(node).name;
    let count = view.run_count(node);
    if count == 0 {
        return Err(not_executed(node, scene));
    }
    let run = run.unwrap_or(count - 1);
    if run >= count {
        return Err(located(format!("Run {run} of node \"{name}\" not found"), scene));
    }
    let branch = branch.unwrap_or_else(|| view.routes().route(scene.node, node).output.unwrap_or(0));
    let outputs = view.output_count(node, run).unwrap_or(0);
    if outputs == 0 || view.output(node, run, 0).is_none() {
        return Err(located("No data found from `main` input", scene));
    }
    if branch >= outputs {
        return Err(located(format!("Node \"{name}\" has no branch with index {branch}."), scene));
    }
    Ok(view.output(node, run, branch).unwrap_or_default())
}

/// The item of `$node["name"]`: by index, not by pairing.
pub(crate) fn old_item<'a>(node: usize, scene: &Scene<'a>) -> Result<&'a Item, Stop> {
    let view = scene.run;
    let pinned = scene.pin_data(node);
    if node == scene.node && view.run_count(node) == 0 {
        return Err(not_executed(node, scene).into());
    }
    let items = if view.run_count(node) > 0 {
        let route = view.routes().route(scene.node, node);
        match route.output {
            Some(output) => run_items(node, Some(output), None, scene),
            None => Err(not_connected(node, scene)),
        }
    } else {
        Err(not_executed(node, scene))
    };
    let items = match items {
        Ok(items) => items,
        Err(error) => pinned.ok_or_else(|| Stop::from(error))?,
    };
    match items.get(scene.item_index) {
        Some(item) => Ok(item),
        None if items.is_empty() => Err(not_executed(node, scene).into()),
        None => Err(no_such_item(node, items.len(), scene).into()),
    }
}

fn not_connected(node: usize, scene: &Scene<'_>) -> ExpressionError {
    let (active, name) = (scene.active().name, scene.run.node(node).name);
    located(format!("connect \"{active}\" to \"{name}\""), scene)
}

/// `$('name').context`, the node's state.
pub(crate) fn context(node: usize, scene: &Scene<'_>) -> Json {
    scene.run.context_data(node).unwrap_or_else(Json::object)
}
