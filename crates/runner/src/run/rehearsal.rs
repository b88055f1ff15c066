//! What a node would have done that a run replaces: it goes through its items as in a dry run, and nothing of that counts
//! but the requests that it would have made.

use std::sync::{Arc, Mutex, PoisonError};

use heddle_node::{ErrorKind, Item, NodeError};

use crate::cancel::StopSignal;
use crate::evaluation::Resolver;
use crate::events::{Event, EventSink, Events, Listeners, NodeSite};
use crate::executor::{Execution, first_items};
use crate::node_run::NodeRunContext;
use crate::prepared::PreparedNode;
use crate::scheduler::{Branches, NodeRun};

/// The items that failed.
#[derive(Default)]
struct Failures(Mutex<Vec<(Option<usize>, NodeError)>>);

impl EventSink for Failures {
    fn receive(&self, event: &Event) {
        if let Event::ItemDone { item, error: Some(error), .. } = event {
            let item = error.item_index.map(|_| *item);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((item, error.clone()));
        }
    }
}

impl Execution<'_> {
    /// Notes the requests that the node `real` would make in this run, in whose place another one runs, and the items of
    /// it that would fail before anything leaves.
    pub(super) async fn rehearse(
        &self,
        run: &NodeRun,
        inputs: &Branches,
        real: &PreparedNode,
        at: &Arc<NodeSite>,
    ) {
        let settings = &self.scene.prepared.workflow.nodes[run.node];
        let all = if run.execute_once { inputs.get(run.main_input).cloned().flatten() } else { None };
        let inputs = if run.execute_once { first_items(inputs) } else { inputs.clone() };
        let items = inputs.get(run.main_input).and_then(Option::as_ref);
        let items: &[Item] = items.map_or(&[], |items| items.as_slice());
        let credentials = self.host.stand_in_for_missing(self.credentials_of(run, real, items));
        let site = self.evaluation_site(run, at, true);
        let failures = Arc::new(Failures::default());
        let heard: Arc<dyn EventSink> = Arc::clone(&failures) as Arc<dyn EventSink>;
        let static_data = self.static_data.copy();
        let context = NodeRunContext {
            listeners: Arc::new(Listeners::new(Some(heard), Events::default(), None)),
            dry_run: true,
            // What runs for a person who tries a workflow is not recorded, and calls nothing.
            caller: None,
            static_data: Some(&static_data),
            state: Arc::default(),
            only: None,
            answer: None,
            ..self.context(settings, real, Arc::clone(at), Arc::clone(&site), credentials)
        };
        let runner = self.runner(run, real, &context, inputs);
        let stop: StopSignal = self.stop.clone();
        let resolver = Resolver::new(&self.host.evaluation, site, stop, self.options.cancel.clone(), all);
        let end = runner.run(resolver).await;
        let mut failed = std::mem::take(&mut *failures.0.lock().unwrap_or_else(PoisonError::into_inner));
        if failed.is_empty() {
            failed.extend(end.error.map(|error| (error.item_index, error)));
        }
        // What a service would have to answer first is nobody's failure.
        let is_own = |error: &NodeError| {
            matches!(
                error.kind,
                ErrorKind::Operation | ErrorKind::Parameter | ErrorKind::Expression | ErrorKind::Input
            )
        };
        let mut told: Vec<&str> = Vec::new();
        for (item, error) in failed.iter().filter(|(_, error)| is_own(error)) {
            // A node that takes its items all at once says the same of each of them.
            if item.is_some() || !told.contains(&error.message.as_str()) {
                told.push(&error.message);
                self.scope.around.replaced.note_failure(at, *item, &error.message);
            }
        }
    }
}
