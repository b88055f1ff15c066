//! Node runs that ended before their run was taken up: what came out of them, and what is reported about them again.

use std::sync::{Arc, PoisonError};

use heddle_node::{Items, Json, NodeError, Outcome};

use super::Execution;
use crate::events::{Event, ItemEnd, Verdict};
use crate::log::{NodeOutputs, NodePast, RunPast};
use crate::node_runner::NodeRunEnd;
use crate::run_data::BackgroundRun;
use crate::site::{NodeSite, Origin, RunSite};

impl Execution<'_> {
    /// What came out of a node run; `None` where it is to be worked out, from its items or by running it again.
    pub(super) fn recall(&mut self, at: &Arc<NodeSite>, past: &NodePast) -> Option<NodeRunEnd> {
        let done = past.done.as_ref()?;
        if let Some(static_data) = done.static_data.as_ref().filter(|_| past.is_finished()) {
            self.static_data.restore(static_data.clone());
        }
        let NodeOutputs::Items(outputs) = done.outputs.as_ref()? else { return None };
        self.listeners.tell(|| Event::NodeStarted {
            at: Arc::clone(at),
            items: done.items,
            effect: done.effect,
            digest: past.started.as_ref().map(|started| started.digest.clone()),
        });
        self.tell_of_children(at, past, &|_| true);
        self.tell_of_items(at, past);
        if let Some(node) = self.workflow.node_index(&at.node) {
            let state = self.scene.states.of(node);
            state.lock().unwrap_or_else(PoisonError::into_inner).context = done.context.clone();
        }
        self.wait_till = done.wait_till;
        self.listeners.tell(|| Event::NodeFinished { at: Arc::clone(at), error: done.error.clone() });
        let outputs: Vec<Items> = outputs.clone();
        Some(NodeRunEnd {
            outputs: Some(outputs),
            error: done.error.clone(),
            metadata: done.metadata.clone(),
            outcome: done.outcome,
        })
    }

    /// Tells what became of the items of a node run.
    fn tell_of_items(&self, at: &Arc<NodeSite>, past: &NodePast) {
        let told = past.told();
        for told in &told {
            let has_failed = matches!(told.verdict, Verdict::NotSent | Verdict::Unknown);
            let error = told.reason.as_ref().filter(|_| has_failed);
            let error = error.map(|reason| {
                let mut error = NodeError::operation(reason.as_str());
                error.item_index = Some(told.item);
                error.with_outcome(told.verdict.outcome().unwrap_or(Outcome::NotDone))
            });
            let end = ItemEnd {
                verdict: Some(told.verdict),
                error: error.as_ref(),
                recipient: told.recipient.as_deref(),
                sender_id: told.sender_id.as_deref(),
                skipped: told.skipped.as_ref(),
            };
            self.listeners.end_item(at, told.item, &end);
        }
        let has_called =
            |item: usize| past.children.iter().any(|child| child.item.is_none_or(|of| of == item));
        let mut counts = crate::log::Counts::default();
        told.iter().filter(|told| !has_called(told.item)).for_each(|told| counts.add(told.verdict));
        self.recorder.add_counts((at.of.execution, Arc::clone(&at.node), at.run), counts);
    }

    /// Tells what happened in the workflows that a node run called for items that are over. Those that nobody waited for
    /// and that have not ended go on.
    pub(super) fn tell_of_children(
        &self,
        at: &Arc<NodeSite>,
        past: &NodePast,
        is_over: &dyn Fn(Option<usize>) -> bool,
    ) {
        for child in past.children.iter().filter(|child| is_over(child.item)) {
            let Some(run) = self.recorder.past_run(child.execution) else { continue };
            let origin = Origin::Call { by: Arc::clone(at), item: child.item };
            if run.started.is_beside && run.ended.is_none() && !self.recorder.shows_only() {
                self.scope.go_on_beside(run, origin);
            } else {
                self.tell_of_run(run, origin, Some(at));
            }
        }
    }

    fn tell_of_run(&self, run: &RunPast, origin: Origin, caller: Option<&Arc<NodeSite>>) {
        let started = &run.started;
        let workflow = started.workflow.name.clone();
        let site =
            Arc::new(RunSite { execution: started.id, workflow: workflow.clone(), origin: Some(origin) });
        self.listeners.tell(|| Event::RunStarted {
            run: Arc::clone(&site),
            mode: started.mode,
            started_at: started.started_at,
            sending_nodes: started.sending_nodes.clone(),
        });
        for node in run.nodes() {
            let at = Arc::new(NodeSite {
                of: Arc::clone(&site),
                node: Arc::clone(&node.key.node),
                run: node.key.run,
            });
            let (items, effect) = match (&node.done, &node.started) {
                (Some(done), _) => (done.items, done.effect),
                (None, Some(started)) => (started.count, started.effect),
                (None, None) => continue,
            };
            let digest = node.started.as_ref().map(|started| started.digest.clone());
            self.listeners.tell(|| Event::NodeStarted { at: Arc::clone(&at), items, effect, digest });
            self.tell_of_children(&at, node, &|_| true);
            self.tell_of_items(&at, node);
            let error = node.done.as_ref().and_then(|done| done.error.clone());
            self.listeners.tell(|| Event::NodeFinished { at, error });
        }
        for failure in self.recorder.failures_of(started.execution) {
            let origin = Origin::FailureOf(Arc::clone(&site));
            if failure.ended.is_none() && !self.recorder.shows_only() {
                self.scope.go_on_beside(failure, origin);
            } else {
                self.tell_of_run(failure, origin, None);
            }
        }
        let Some(ended) = &run.ended else { return };
        if let Some(data) = &ended.static_data {
            self.scope.keep_static_data(&started.workflow, data.clone());
        }
        self.listeners.tell(|| Event::RunFinished {
            run: site,
            status: ended.status,
            error: ended.error.clone(),
            stopped_at: ended.at,
        });
        if started.is_beside
            && let Some(background) = self.scope.around.background.upgrade()
        {
            let run = BackgroundRun {
                caller: caller.map(|at| at.node.to_string()),
                workflow,
                execution: started.id,
                status: ended.status,
                error: ended.error.clone(),
            };
            let run = Box::pin(std::future::ready(run));
            background.lock().unwrap_or_else(PoisonError::into_inner).push(run);
        }
    }
}

/// The items that reach a node are others than those that it had begun with.
pub(super) fn other_items() -> NodeError {
    NodeError::operation("Other items reach the node than those that it had begun to send")
        .with_description(
            "Nothing was sent here: the numbers of its items would mean others. Something before it gives other items than \
             when the run began. `heddle runs report` tells what was sent.",
        )
        .with_outcome(Outcome::Unknown)
}

/// How far a node run came that has not ended.
pub(super) fn shown(past: Option<&NodePast>) -> NodeRunEnd {
    let done = past.and_then(|past| past.done.as_ref());
    let error = match done {
        Some(done) => done.error.clone(),
        None => None,
    };
    let error = error.unwrap_or_else(|| {
        NodeError::new(heddle_node::ErrorKind::Cancelled, "The run was ended before the node was")
    });
    let metadata = done.and_then(|done| done.metadata.clone()).or_else(|| {
        let told = past.map(NodePast::told).unwrap_or_default();
        let items: Vec<Json> = told
            .iter()
            .map(|told| {
                let mut json = Json::object();
                json.insert("item", Json::from(told.item));
                json.insert("outcome", Json::from(told.verdict.as_str()));
                json
            })
            .collect();
        (!items.is_empty()).then(|| {
            let mut metadata = Json::object();
            metadata.insert("items", Json::from(items));
            metadata
        })
    });
    let outcome = done.and_then(|done| done.outcome);
    NodeRunEnd { outputs: None, error: Some(error), metadata, outcome }
}
