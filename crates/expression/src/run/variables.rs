//! The variables of an expression, and the errors they give (`docs/expressions/language.md §10`).

use std::sync::Arc;

use heddle_data::{Item, Json, JsonObject};

use crate::error::ExpressionError;
use crate::luxon::DateTime;
use crate::run::items;
use crate::scene::{Environment, Scene};
use crate::throw::Thrown;
use crate::value::Value;

/// The current item, or why there is none.
pub(crate) fn current_item<'a>(scene: &Scene<'a>) -> Result<&'a Item, ExpressionError> {
    match scene.item() {
        Some(item) => Ok(item),
        None if scene.items.is_empty() => Err(not_executed(scene.node, scene)),
        None => Err(no_such_item(scene.node, scene.items.len(), scene)),
    }
}

/// `ExpressionError` with the place of the evaluation in its context.
pub(crate) fn located(message: impl Into<String>, scene: &Scene<'_>) -> ExpressionError {
    ExpressionError::expression(message).with("runIndex", scene.run_index).with("itemIndex", scene.item_index)
}

fn of_pairing(error: ExpressionError) -> ExpressionError {
    error.with("functionality", "pairedItem")
}

/// `key`, or its form for Code nodes.
pub(crate) fn description_key(key: &str, node: usize, scene: &Scene<'_>) -> String {
    let suffix = if scene.run.node(node).is_code_node() { "CodeNode" } else { "" };
    format!("{key}{suffix}")
}

/// A node that an expression needs has not run.
pub(crate) fn not_executed(node: usize, scene: &Scene<'_>) -> ExpressionError {
    let name = scene.run.node(node).name;
    of_pairing(
        located(format!("Node '{name}' hasn't been executed"), scene)
            .with("messageTemplate", UNEXECUTED)
            .with("descriptionKey", description_key("pairedItemNoConnection", node, scene))
            .with("nodeCause", name)
            .with("type", "no_execution_data"),
    )
}

const UNEXECUTED: &str = "An expression references this node, but the node is unexecuted. Consider re-wiring your \
     nodes or checking for execution first, i.e. {{ $if( $(\"{{nodeName}}\").isExecuted, <action_if_executed>, \"\") }}";

/// A node has fewer items than the current index asks for.
pub(crate) fn no_such_item(node: usize, count: usize, scene: &Scene<'_>) -> ExpressionError {
    let name = scene.run.node(node).name;
    let index = scene.item_index;
    let message = format!("\"{name}\" node has {count} item(s) but you're trying to access item {index}");
    of_pairing(
        located(message, scene)
            .with(
                "messageTemplate",
                "Adjust your expression to access an existing item index (0-{{maxIndex}})",
            )
            .with("descriptionKey", "pairedItemInvalidIndex")
            .with("nodeCause", name)
            .with("type", "no_execution_data"),
    )
}

/// There are no input items.
pub(crate) fn no_execution_data(scene: &Scene<'_>) -> ExpressionError {
    located("No execution data available", scene).with("type", "no_execution_data")
}

/// `$binary`: the current item's files without their content.
pub(crate) fn binary(scene: &Scene<'_>) -> Result<Json, ExpressionError> {
    Ok(items::binary_json(current_item(scene)?, false).unwrap_or_else(Json::object))
}

/// `$now`.
pub(crate) fn now(scene: &Scene<'_>) -> Value {
    Value::DateTime(Arc::new(DateTime::from_millis(scene.clock.now as f64, scene.clock)))
}

/// `$today`: the start of the day.
pub(crate) fn today(scene: &Scene<'_>) -> Result<Value, Thrown> {
    crate::luxon::call(&now(scene), "startOf", &[Value::from("day")], scene.clock)
}

/// `$env.name`.
pub(crate) fn environment(name: &str, scene: &Scene<'_>) -> Result<Value, ExpressionError> {
    let allowed = match scene.environment {
        Environment::Denied => None,
        Environment::Allowed(variables) => variables.get(name),
    };
    match allowed {
        Some(unset) if unset.is_null() => Ok(Value::Undefined),
        Some(value) => Ok(Value::Json(value.clone())),
        None => Err(located("access to env vars denied", scene).with(
            "causeDetailed",
            "If you need access please contact the administrator to remove the environment variable \
             ‘N8N_BLOCK_ENV_ACCESS_IN_NODE‘",
        )),
    }
}

/// `$workflow.name`.
pub(crate) fn workflow(name: &str, scene: &Scene<'_>) -> Result<Value, ExpressionError> {
    let workflow = scene.run.workflow();
    Ok(match name {
        "active" => Value::from(workflow.active),
        "name" => Value::from(workflow.name.as_str()),
        "id" => match &workflow.id {
            Some(id) => Value::from(id.as_str()),
            None => {
                return Err(located("save workflow to view", scene)
                    .with_description("Please save the workflow first to use $workflow"));
            }
        },
        _ => Value::Undefined,
    })
}

/// `$execution.name`.
pub(crate) fn execution(name: &str, scene: &Scene<'_>) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Undefined, Value::from);
    match name {
        "id" => text(scene.execution_id),
        "mode" => Value::from(if scene.is_manual() { "test" } else { "production" }),
        "resumeUrl" => text(scene.resume_url),
        "resumeFormUrl" => text(scene.resume_form_url),
        _ => Value::Undefined,
    }
}

/// `$prevNode.name`: where the active node's first input came from.
pub(crate) fn previous_node(name: &str, scene: &Scene<'_>) -> Value {
    let Some(source) = scene.sources.and_then(|sources| sources.first()).and_then(Option::as_ref) else {
        return Value::Undefined;
    };
    match name {
        "name" => Value::from(source.previous_node.as_str()),
        "outputIndex" => Value::from(source.previous_node_output),
        "runIndex" => Value::from(source.previous_node_run),
        _ => Value::Undefined,
    }
}

/// The members of an object whose members are computed, those that are there.
pub(crate) fn collect(names: &[&str], read: impl Fn(&str) -> Value) -> Json {
    let mut object = JsonObject::new();
    for name in names {
        if let Value::Json(json) = read(name) {
            object.insert(name, json);
        }
    }
    Json::from(object)
}
