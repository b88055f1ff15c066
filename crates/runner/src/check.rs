//! Everything that is wrong with a workflow, without running it.

use std::sync::Arc;

use heddle_workflow::{Problem, Workflow};

use crate::host::Host;
use crate::misspelt;
use crate::options::RunOptions;
use crate::preflight::Preflight;
use crate::prepared_workflow::PreparedWorkflow;
use crate::reach::Beginning;

/// What [`Host::check`] found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Checked {
    /// Everything that is wrong. An error keeps the run from starting, a warning does not.
    pub problems: Vec<Problem>,
    /// Name of the node that the run begins with; `None` when that is not known.
    pub start: Option<String>,
    /// Whether the run can reach a node with an effect, in the workflows that it calls too.
    pub has_effect: bool,
}

impl Host {
    /// Finds everything that is wrong with a workflow and with those that it calls: structure, node types, parameters,
    /// expressions, credentials, each with its node, its place in the file, and what to do. A run with the same options
    /// starts when no error is among it.
    pub async fn check(&self, workflow: &Workflow, options: &RunOptions) -> Checked {
        let prepared =
            Arc::new(PreparedWorkflow::new(Arc::new(workflow.clone()), &self.registry, &options.variables));
        let beginning = Beginning::find(&prepared, &self.registry, options, None);
        let reached = match &beginning {
            Ok(beginning) => beginning.reached(&prepared),
            // Whatever is not disabled might run.
            Err(_) => workflow.nodes.iter().map(|node| !node.disabled).collect(),
        };
        let found = Preflight::of(self, &prepared, reached, options, options.mode()).await;
        let mut problems = found.problems;
        problems.extend(misspelt::settings(workflow));
        let start = match beginning {
            Ok(beginning) => Some(workflow.nodes[beginning.start].name.to_string()),
            Err(error) => {
                problems.push(Problem::error(error.to_string()).at(workflow.root_pointer()));
                None
            }
        };
        if let Err(error) = self.zone(workflow, options.timezone.as_deref()) {
            let mut problem = Problem::error(error.to_string())
                .at(format!("{}/settings/timezone", workflow.root_pointer()));
            problem.span = workflow.span(&problem.pointer);
            problems.push(problem);
        }
        Checked { problems, start, has_effect: found.has_effect }
    }
}
