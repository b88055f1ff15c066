//! Everything that is wrong with a workflow, without running it.

use std::sync::Arc;

use heddle_node::CalledWorkflow;
use heddle_workflow::{Problem, Severity, Workflow};

use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::misspelt;
use crate::mocks::{UnknownMock, is_sub_node};
use crate::options::RunOptions;
use crate::preflight::Preflight;
use crate::reach::Beginning;
use crate::suggest::suggest;

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
    /// The names of the nodes that a run with these options would replace ([`RunOptions::mocks`]), whether it reaches them
    /// or not, in the order of the file. Sub-nodes, which never run by themselves, are not among them.
    pub fn mocked_nodes(&self, workflow: &Workflow, options: &RunOptions) -> Vec<String> {
        let prepared = self.prepare_for(&Arc::new(workflow.clone()), options);
        let nodes = std::iter::zip(&workflow.nodes, &prepared.nodes);
        let mocked = nodes.filter(|(settings, node)| {
            node.as_ref().is_some_and(|node| node.is_mock) && !is_sub_node(workflow, &settings.name)
        });
        mocked.map(|(settings, _)| settings.name.to_string()).collect()
    }

    /// The names in the mocks of a run ([`RunOptions::mocks`]) that no node has, of the workflow or of those that it calls:
    /// whoever misspells a name would have another node replaced, or none.
    pub async fn unknown_mocks(&self, workflow: &Workflow, options: &RunOptions) -> Vec<UnknownMock> {
        let named = options.mocks.iter().flat_map(|mocks| mocks.names());
        let mut unknown: Vec<&str> = named.filter(|name| workflow.node(name).is_none()).collect();
        if unknown.is_empty() {
            return Vec::new();
        }
        let prepared = self.prepare_for(&Arc::new(workflow.clone()), options);
        let reached = workflow.nodes.iter().map(|node| !node.disabled).collect();
        let recorder = Recorder::new(Arc::clone(&self.log), options.execution, false);
        let called = Preflight::of(self, &prepared, reached, options, options.mode(), &recorder).await.called;
        let names_of = |workflow: &Workflow| -> Vec<String> {
            let names = std::iter::once(workflow.name.as_str()).chain(workflow.id.as_deref());
            names
                .flat_map(|of| workflow.nodes.iter().map(move |node| format!("{of}/{}", node.name)))
                .collect()
        };
        let inner: Vec<String> = called.iter().flat_map(|called| names_of(&called.workflow)).collect();
        // Which workflow an expression names shows when it runs.
        let calls_any = std::iter::once(&prepared).chain(&called).any(|prepared| {
            let mut nodes = prepared.nodes.iter().flatten();
            nodes.any(|node| matches!(node.calls, Some(CalledWorkflow::PerItem)))
        });
        unknown.retain(|name| {
            let may_be_called = calls_any && name.contains('/');
            !may_be_called && !inner.iter().any(|known| known == name)
        });
        let own = workflow.nodes.iter().map(|node| node.name.as_str());
        let all: Vec<&str> = own.chain(inner.iter().map(String::as_str)).collect();
        let help = |name: &str| suggest("The nodes are", &all, name);
        unknown.iter().map(|name| UnknownMock { name: (*name).to_owned(), help: help(name) }).collect()
    }

    /// Finds everything that is wrong with a workflow and with those that it calls: structure, node types, parameters,
    /// expressions, credentials, each with its node, its place in the file, and what to do. A run with the same options
    /// starts when no error is among it.
    ///
    /// ```
    /// use heddle_node::Registry;
    /// use heddle_nodes as _;
    /// use heddle_runner::{Host, RunOptions};
    /// use heddle_workflow::Workflow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let host = Host::new(Registry::linked()?);
    /// let workflow = Workflow::parse(
    ///     "limit.json",
    ///     r#"{
    ///         "nodes": [
    ///             { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {} },
    ///             { "name": "Limit", "type": "n8n-nodes-base.limit", "typeVersion": 1,
    ///               "parameters": { "maxItems": "={{ $json. }}" } }
    ///         ],
    ///         "connections": { "Start": { "main": [[{ "node": "Limit", "type": "main", "index": 0 }]] } }
    ///     }"#,
    /// )?;
    /// let checked = host.check(&workflow, &RunOptions::default()).await;
    /// let places: Vec<_> = checked.problems.iter().map(|problem| &*problem.pointer).collect();
    /// assert!(places.contains(&"/nodes/1/parameters/maxItems"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn check(&self, workflow: &Workflow, options: &RunOptions) -> Checked {
        let prepared = self.prepare_for(&Arc::new(workflow.clone()), options);
        let beginning = Beginning::find(&prepared, &self.registry, options, None);
        let reached = match &beginning {
            Ok(beginning) => beginning.reached(&prepared),
            // Whatever is not disabled might run.
            Err(_) => workflow.nodes.iter().map(|node| !node.disabled).collect(),
        };
        let recorder = Recorder::new(Arc::clone(&self.log), options.execution, false);
        let found = Preflight::of(self, &prepared, reached, options, options.mode(), &recorder).await;
        let mut problems = found.problems;
        problems.extend(misspelt::settings(workflow));
        let start = match beginning {
            Ok(beginning) => {
                // A workflow is sound without the call that will start it.
                if let Err(error) = beginning.check_items(&prepared, options)
                    && !problems.iter().any(|problem| problem.severity == Severity::Error)
                {
                    problems.push(Problem::warning(error.to_string()).at(workflow.root_pointer()));
                }
                Some(workflow.nodes[beginning.start].name.to_string())
            }
            Err(error) => {
                let whole = || Problem::error(error.to_string()).at(workflow.root_pointer());
                problems.push(error.problem(workflow).unwrap_or_else(whole));
                None
            }
        };
        if let Err(error) = self.zone(workflow, options.timezone.as_deref()) {
            let whole = || Problem::error(error.to_string()).at(workflow.root_pointer());
            problems.push(error.problem(workflow).unwrap_or_else(whole));
        }
        Checked { problems, start, has_effect: found.has_effect }
    }
}
