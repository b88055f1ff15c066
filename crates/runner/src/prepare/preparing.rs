//! A host prepares workflows: each once, as long as it stays the same.

use std::sync::Arc;

use heddle_workflow::Workflow;

use crate::host::Host;
use crate::mocks::Mocks;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;

impl Host {
    /// Prepares a workflow: finds its node types, compiles its expressions, and collects what is wrong in it. Whatever its
    /// runs begin with and wherever they end, they share it. Of a workflow that has not changed since, it is what it was.
    ///
    /// A workflow that cannot run can be prepared: [`Host::check`] tells what is wrong, and so does the start of a run.
    pub fn prepare(&self, workflow: &Workflow) -> Arc<PreparedWorkflow> {
        if let Some(known) = self.prepared.find(|known| known.workflow.is_same(workflow)) {
            return known;
        }
        let prepared = Arc::new(PreparedWorkflow::new(Arc::new(workflow.clone()), &self.registry, None));
        self.prepared.keep(&prepared);
        prepared
    }

    /// The workflow as runs with these options share it.
    pub(crate) fn prepare_for(
        &self,
        workflow: &Arc<Workflow>,
        options: &RunOptions,
    ) -> Arc<PreparedWorkflow> {
        match &options.mocks {
            None => self.prepare_shared(workflow),
            Some(mocks) => {
                let mocks = Some((mocks, options.items.is_none()));
                Arc::new(PreparedWorkflow::new(Arc::clone(workflow), &self.registry, mocks))
            }
        }
    }

    /// A workflow that others call, as runs with these options share it.
    pub(crate) fn prepare_called(
        &self,
        workflow: &Arc<Workflow>,
        options: &RunOptions,
    ) -> Arc<PreparedWorkflow> {
        match options.mocks.clone().map(Mocks::for_called) {
            None => self.prepare_shared(workflow),
            Some(mocks) => {
                // It is always given items.
                let mocks = Some((&mocks, false));
                Arc::new(PreparedWorkflow::new(Arc::clone(workflow), &self.registry, mocks))
            }
        }
    }

    fn prepare_shared(&self, workflow: &Arc<Workflow>) -> Arc<PreparedWorkflow> {
        let known = self.prepared.find(|known| Arc::ptr_eq(&known.workflow, workflow));
        known.unwrap_or_else(|| self.prepare(workflow))
    }
}
