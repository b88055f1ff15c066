//! Evaluating the expressions in a node's parameters: here where that needs no JavaScript, on a thread of its own where
//! it does.

mod resolver;
mod site;
mod threads;
mod value;
mod watch;

use std::cell::RefCell;
use std::sync::Arc;

use heddle_expression::{CompiledValue, Engine, EngineLimits, ExpressionError, Scene, Watcher};
use heddle_node::{ErrorKind, Functionality, Json, NodeError};

pub(crate) use resolver::{CHUNK, GRACE, Resolver};
pub(crate) use site::{Site, evaluate_apart};
pub(crate) use threads::EvaluationThreads;
pub(crate) use value::{evaluate_compiled, evaluate_value};
pub(crate) use watch::Watch;

use crate::cancel::StopSignal;
use crate::prepared::with_brackets;

thread_local! {
    /// One expression engine a thread: it is costly to make and cannot be shared.
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// [`Engine::evaluate_parameter`] on the thread that asks, for the few expressions that stand in no parameter of a node.
pub(crate) fn evaluate(
    compiled: &CompiledValue,
    scene: &Scene<'_>,
    value: &mut Json,
) -> Result<bool, (String, ExpressionError)> {
    ENGINE.with_borrow_mut(|engine| {
        engine
            .get_or_insert_with(|| Engine::new(EngineLimits::default()))
            .evaluate_parameter(compiled, scene, value)
    })
}

/// Ends evaluations when a run is to end.
pub(crate) fn watcher(stop: &StopSignal) -> Arc<dyn Watcher> {
    Arc::new(watch::Watch::new(stop.clone()))
}

/// An error in an expression, with the value, as stored, of the parameter that it is in (`docs/engine.md §14.4`).
pub(crate) fn expression_error(
    pointer: &str,
    error: ExpressionError,
    item: usize,
    stored: &Json,
) -> NodeError {
    let mut node_error = NodeError::new(ErrorKind::Expression, error.message);
    node_error.item_index = Some(item);
    node_error.class = Some(error.name.to_string().into());
    node_error.description = error.description;
    let path = pointer.trim_start_matches('/');
    node_error.stored_value = path.split('/').next().and_then(|name| stored.get(name)).cloned();
    node_error.parameter = Some(with_brackets(&path.replace('/', ".")));
    for (key, value) in error.context.as_object().into_iter().flat_map(|context| context.iter()) {
        match key {
            "runIndex" | "itemIndex" => {}
            "functionality" if value.as_str() == Some("pairedItem") => {
                node_error.functionality = Functionality::PairedItem;
            }
            _ => drop(node_error.context.insert(key, value.clone())),
        }
    }
    node_error
}

/// An expression inside a text that gave nothing, where no text may leave with a gap.
pub(crate) fn blank_error(pointer: &str, code: &str, item: usize, stored: &Json) -> NodeError {
    let error = ExpressionError::new("ExpressionError", format!("{{{{ {code} }}}} gives nothing"));
    let description = format!(
        "No text leaves with a gap (`--strict`, or \"strict\" at the node). Give the item a value, or say what stands in \
         its place: `{{{{ {code} ?? \"…\" }}}}`."
    );
    let mut error = expression_error(pointer, error, item, stored);
    error.description = Some(description);
    error
}
