//! Where the expressions of a node run are evaluated.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use heddle_expression::{
    Blanks, Clock, CompiledValue, Engine, EngineLimits, ExpressionError, Scene, Watcher,
};
use heddle_node::{ErrorKind, Item, Json, NodeError, Source};
use heddle_workflow::NodeIndex;

use super::threads::EvaluationThreads;
use super::watch::Watch;
use super::{blank_error, expression_error};
use crate::cancel::StopSignal;
use crate::events::{Event, Listeners, NodeSite};
use crate::prepared::PreparedNode;
use crate::run_data::RunData;
use crate::run_view::{RunScene, View};

/// Everything that the expressions of one node run can see but the items, held so that an evaluation may outlive it.
pub(crate) struct Site {
    pub(crate) run: Arc<RunScene>,
    pub(crate) run_data: Arc<RunData>,
    pub(crate) node: NodeIndex,
    pub(crate) run_index: usize,
    /// Where its inputs came from; `None` when that is unknown.
    pub(crate) sources: Option<Vec<Option<Source>>>,
    /// See [`Scene::snapshot`].
    pub(crate) snapshot: u64,
    /// Whether no text of a node with an effect may have a gap.
    pub(crate) is_strict: bool,
    /// Who is notified of such gaps.
    pub(crate) gaps: Option<(Arc<Listeners>, Arc<NodeSite>)>,
    /// Whether the expressions are those of the node that a mock takes the place of.
    pub(crate) rehearses: bool,
}

/// Whether and how JavaScript is evaluated.
pub(crate) enum With<'e> {
    /// Not at all, within these limits.
    Native(EngineLimits),
    /// With this engine.
    Engine(&'e mut Engine),
}

impl Site {
    fn prepared(&self) -> Option<&PreparedNode> {
        let prepared = self.run.prepared.nodes.get(self.node).and_then(Option::as_ref)?;
        if self.rehearses { prepared.replaced.as_deref() } else { Some(prepared) }
    }

    /// The node, its workflow and its run, as code of a node sees them.
    pub(crate) fn place(&self) -> Json {
        let workflow = &self.run.prepared.workflow;
        let mut node = workflow.nodes[self.node].to_json();
        if let Some(prepared) = self.prepared() {
            node.insert("typeVersion", Json::from(prepared.type_version));
            node.insert("parameters", prepared.stored.clone());
        }
        let info = &self.run.prepared.info;
        let mut about = Json::object();
        about.insert("id", Json::from(info.id.as_deref().unwrap_or_default()));
        about.insert("name", Json::from(info.name.as_str()));
        about.insert("active", Json::from(info.active));
        let mut place = Json::object();
        place.insert("node", node);
        place.insert("workflow", about);
        place.insert("mode", Json::from(self.run.mode.as_str()));
        place.insert("executionId", Json::from(self.run.execution_id.as_str()));
        place.insert("runIndex", Json::from(self.run_index));
        place
    }

    /// Whether the node has an expression that is JavaScript for certain.
    pub(crate) fn needs_javascript(&self) -> bool {
        self.prepared().is_some_and(|prepared| prepared.compiled.needs_javascript())
    }

    /// Evaluates at one of the items, the one with the index; `None` where that takes JavaScript, else whether there is a value.
    fn evaluate(
        &self,
        with: With<'_>,
        compiled: &CompiledValue,
        watcher: &Arc<dyn Watcher>,
        blanks: Option<&Blanks>,
        (items, index): (&[Item], usize),
        value: &mut Json,
    ) -> Result<Option<bool>, (String, ExpressionError)> {
        self.show(&self.run.clock, watcher, (items, index), |scene| {
            let scene = Scene { blanks, ..*scene };
            match with {
                With::Native(limits) => compiled.evaluate_natively(&scene, limits, value),
                With::Engine(engine) => engine.evaluate_parameter(compiled, &scene, value).map(Some),
            }
        })
    }

    /// Shows `look` what the run looks like at one of the items, the one with the index.
    pub(crate) fn show<T>(
        &self,
        clock: &Clock,
        watcher: &Arc<dyn Watcher>,
        (items, index): (&[Item], usize),
        look: impl FnOnce(&Scene<'_>) -> T,
    ) -> T {
        let view = View { run: &self.run, run_data: &self.run_data };
        look(&Scene {
            item_index: index,
            run_index: self.run_index,
            sources: self.sources.as_deref(),
            mode: self.run.mode.as_str(),
            execution_id: Some(&self.run.execution_id),
            snapshot: self.snapshot,
            watcher: Some(watcher),
            ..self.run.variables.show(Scene::new(&view, self.node, items, clock))
        })
    }

    /// Tells of the gaps in the texts of an item; the first of them is an error where none may be.
    fn check_gaps(&self, prepared: &PreparedNode, found: &Blanks, item: usize) -> Result<(), NodeError> {
        let gaps = prepared.compiled.blanks(found).into_iter().map(|(pointer, code)| {
            let error = blank_error(&pointer, &code, item, &prepared.stored);
            if let Some((listeners, at)) = &self.gaps {
                let parameter = error.parameter.clone().unwrap_or_default();
                listeners.tell(|| Event::GapInText { at: Arc::clone(at), item, parameter, code });
            }
            error
        });
        match gaps.reduce(|first, _| first) {
            Some(error) if self.is_strict => Err(error),
            _ => Ok(()),
        }
    }

    /// Resolves the parameters of one item into `parameters`, which may hold those of an item before: what all items
    /// have in common is not made anew. Gives `false`, and leaves anything there, where that takes JavaScript.
    pub(crate) fn resolve(
        &self,
        with: With<'_>,
        watcher: &Arc<dyn Watcher>,
        items: &[Item],
        index: usize,
        parameters: &mut Json,
    ) -> Result<bool, NodeError> {
        let Some(prepared) = self.prepared() else { return Ok(true) };
        if let Some(constant) = prepared.compiled.as_constant() {
            *parameters = constant.clone();
            return apply_plan(prepared, index, parameters).map(|()| true);
        }
        if !prepared.plan.keeps_structure() {
            *parameters = Json::NULL;
        }
        let notes_gaps = prepared.has_effect() && (self.is_strict || self.gaps.is_some());
        let blanks = notes_gaps.then(Blanks::default);
        let evaluated = self
            .evaluate(with, &prepared.compiled, watcher, blanks.as_ref(), (items, index), parameters)
            .map_err(|(pointer, error)| expression_error(&pointer, error, index, &prepared.stored))?;
        if evaluated.is_none() {
            return Ok(false);
        }
        if let Some(found) = blanks {
            self.check_gaps(prepared, &found, index)?;
        }
        apply_plan(prepared, index, parameters).map(|()| true)
    }
}

/// Brings the resolved parameters of an item to the types of their properties.
fn apply_plan(prepared: &PreparedNode, index: usize, parameters: &mut Json) -> Result<(), NodeError> {
    *parameters = prepared.plan.apply(parameters.take()).map_err(|error| {
        let mut error = NodeError::from(error);
        if error.kind == ErrorKind::Input {
            error.message.push_str(&format!(" [item {index}]"));
            error.item_index = Some(index);
        }
        error
    })?;
    Ok(())
}

/// How long the beginning of a run waits before it looks whether an evaluation hangs.
const LOOK: Duration = Duration::from_millis(20);

/// Evaluates an expression of the node type at `site` before the run begins, and waits for it; `None` when it fails or
/// takes too long.
pub(crate) fn evaluate_apart(
    threads: &EvaluationThreads,
    compiled: CompiledValue,
    site: Site,
    stop: &StopSignal,
) -> Option<Json> {
    let watch = Arc::new(Watch::new(stop.clone()));
    let watcher: Arc<dyn Watcher> = Arc::clone(&watch) as Arc<dyn Watcher>;
    let mut value = Json::NULL;
    let here = With::Native(threads.limits());
    if site.evaluate(here, &compiled, &watcher, None, (&[], 0), &mut value).ok()?.is_some() {
        return Some(value);
    }
    if threads.are_exhausted() {
        return None;
    }
    let (sender, receiver) = sync_channel(1);
    let work = move |engine: &mut Engine| {
        let mut value = Json::NULL;
        let evaluated = site.evaluate(With::Engine(engine), &compiled, &watcher, None, (&[], 0), &mut value);
        let _ = sender.send(evaluated.ok().map(|_| value));
    };
    let ticket = threads.start(work).ok()?;
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(value) => return value,
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if stop.is_over() || watch.is_overdue(threads.limits().time) {
            watch.give_up();
            threads.leave(&ticket);
            return None;
        }
    }
}
