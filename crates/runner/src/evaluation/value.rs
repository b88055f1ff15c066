//! Evaluating a value for an item while its node runs, with names that the node gives.

use std::sync::Arc;

use heddle_expression::{CompiledValue, Engine, Scene, Watcher};
use heddle_node::{ErrorKind, Items, Json, NodeError};
use tokio::sync::oneshot;

use super::expression_error;
use super::site::Site;
use super::threads::EvaluationThreads;
use super::watch::Watch;
use crate::cancel::StopSignal;

/// Evaluates a compiled value at one of the items: here where that needs no JavaScript. `value` is what was compiled.
pub(crate) async fn evaluate_compiled(
    threads: &EvaluationThreads,
    site: &Arc<Site>,
    stop: &StopSignal,
    (items, index): (&Items, usize),
    (compiled, value): (&CompiledValue, &Json),
) -> Result<Json, NodeError> {
    let watcher: Arc<dyn Watcher> = Arc::new(Watch::new(stop.clone()));
    let mut result = Json::NULL;
    let evaluated = site.show(&site.run.clock, &watcher, (items, index), |scene| {
        compiled.evaluate_natively(scene, threads.limits(), &mut result)
    });
    match evaluated {
        Ok(Some(_)) => Ok(result),
        Ok(None) => {
            let items = (Arc::clone(items), index);
            evaluate_value(threads, Arc::clone(site), stop, items, value.clone(), Vec::new()).await
        }
        Err((pointer, error)) => Err(expression_error(&pointer, error, index, value)),
    }
}

/// Evaluates the expressions in `value` at an item, on a thread of their own. `names` are variables beside the usual ones.
pub(crate) async fn evaluate_value(
    threads: &EvaluationThreads,
    site: Arc<Site>,
    stop: &StopSignal,
    (items, index): (Items, usize),
    value: Json,
    names: Vec<(&'static str, Json)>,
) -> Result<Json, NodeError> {
    let watch = Arc::new(Watch::new(stop.clone()));
    let watcher: Arc<dyn Watcher> = Arc::clone(&watch) as Arc<dyn Watcher>;
    let (done, mut is_done) = oneshot::channel();
    let work = move |engine: &mut Engine| {
        let compiled = CompiledValue::compile(&value);
        let mut result = Json::NULL;
        let evaluated = site.show(&site.run.clock, &watcher, (&items, index), |scene| {
            engine.evaluate_parameter(&compiled, &Scene { additional: &names, ..*scene }, &mut result)
        });
        let evaluated =
            evaluated.map_err(|(pointer, error)| expression_error(&pointer, error, index, &value));
        // Nobody waits any more where the run was left.
        let _ = done.send(evaluated.map(|_| result));
    };
    let failed = |message: &str| NodeError::new(ErrorKind::Expression, message);
    if threads.are_exhausted() {
        return Err(failed("Too many expressions could not be interrupted"));
    }
    let ticket = threads
        .start(work)
        .map_err(|error| failed("No thread could be started to evaluate expressions").with_source(error))?;
    let limit = threads.limits().time;
    loop {
        tokio::select! {
            biased;
            evaluated = &mut is_done => {
                return evaluated.unwrap_or_else(|_| Err(failed("The expression could not be evaluated")));
            }
            () = tokio::time::sleep_until(watch.patience(limit).into()) => {}
        }
        if stop.is_over() || watch.is_overdue(limit) {
            watch.give_up();
            threads.leave(&ticket);
            return Err(failed("Expression timed out"));
        }
    }
}
