//! A workflow, ready to run: what its runs share and none of them changes.

use std::sync::{Arc, OnceLock};

use heddle_expression::{Routes, WorkflowInfo};
use heddle_node::{Json, NodeError, Registry};
use heddle_workflow::{Graph, NodeIndex, Problem, Severity, TriggerKind, Workflow};

use crate::keeping::Readers;
use crate::mocks::Mocks;
use crate::prepared::{Finding, Preparation, PreparedNode, Preparer, place};
use crate::scheduler::Plan;
use crate::starts::starts;
use crate::unset::{unset_in_code, unset_variables};
use crate::variables::Variables;

/// A workflow with its nodes prepared, and everything that is wrong in it alone. Wherever its runs begin and end, they
/// share it ([`Host::prepare`](crate::Host::prepare)).
pub struct PreparedWorkflow {
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) graph: Arc<Graph>,
    /// The nodes by their index; `None` for one that cannot run, is disabled or is a note.
    pub(crate) nodes: Vec<Option<PreparedNode>>,
    /// For each node whether it may do something to the world itself, also one that cannot run.
    pub(crate) effects: Vec<bool>,
    /// For each node what starts a run there.
    pub(crate) starts: Vec<Option<TriggerKind>>,
    /// What is wrong with the structure.
    pub(crate) structure: Vec<Problem>,
    /// What is wrong with the nodes, in their order.
    pub(crate) findings: Vec<Finding>,
    /// The workflow and the ways between its nodes as expressions see them.
    pub(crate) info: WorkflowInfo,
    pub(crate) routes: Routes,
    /// What the scheduler knows of the nodes, once a run has worked it out, where it is the same for all runs.
    pub(crate) plan: OnceLock<Arc<Plan>>,
    /// Who reads what, once a run has worked it out.
    pub(crate) readers: OnceLock<Arc<Readers>>,
    /// What tells its text from others, once a log has asked for it.
    pub(crate) digest: OnceLock<String>,
}

impl PreparedWorkflow {
    /// Prepares a workflow, with mocks for runs that have some, together with whether these are given no items.
    pub(crate) fn new(workflow: Arc<Workflow>, registry: &Registry, mocks: Option<(&Mocks, bool)>) -> Self {
        let graph = Arc::new(Graph::new(&*workflow));
        let structure = workflow.problems();
        let preparer = Preparer::new(&workflow, registry);
        let starts: Vec<_> = workflow.nodes.iter().map(|node| starts(registry, &node.node_type)).collect();
        let mut findings = Vec::new();
        let mut effects = Vec::with_capacity(workflow.nodes.len());
        let mut nodes = Vec::with_capacity(workflow.nodes.len());
        for (index, node) in workflow.nodes.iter().enumerate() {
            // A node without a type is a problem of the structure.
            if node.is_sticky_note() || node.node_type.is_empty() {
                nodes.push(None);
                effects.push(false);
                continue;
            }
            let mut preparation = preparer.prepare(index);
            if let Some((mocks, begins_alone)) = mocks {
                preparation = mocks.replace(&workflow, index, preparation, (starts[index], begins_alone));
            }
            let Preparation { node: prepared, problems, lacks_type, has_effect } = preparation;
            effects.push(has_effect);
            findings.extend(
                problems
                    .into_iter()
                    .map(|problem| Finding { lacks_type, ..Finding::new(Some(index), problem) }),
            );
            nodes.push(prepared.filter(|_| !node.disabled));
        }
        let info = WorkflowInfo {
            id: workflow.id.clone(),
            name: workflow.name.clone(),
            active: workflow.get("active").and_then(Json::as_bool).unwrap_or_default(),
            binary_mode_combined: workflow.settings.get("binaryMode").and_then(Json::as_str)
                == Some("combined"),
        };
        let routes = Routes::new(Arc::clone(&graph));
        Self {
            workflow,
            graph,
            nodes,
            effects,
            starts,
            structure,
            findings,
            info,
            routes,
            plan: OnceLock::new(),
            readers: OnceLock::new(),
            digest: OnceLock::new(),
        }
    }

    /// The workflow.
    pub fn workflow(&self) -> &Arc<Workflow> {
        &self.workflow
    }

    /// The variables that its expressions read and that nobody has set.
    pub(crate) fn unset_variables(&self, variables: &Variables) -> Vec<Finding> {
        let nodes = self.nodes.iter().enumerate();
        let unset =
            nodes.filter_map(|(index, node)| Some((index, node.as_ref()?))).flat_map(|(index, node)| {
                let sends = self.effects[index];
                let mut problems = unset_variables(&self.workflow, index, &node.compiled, variables, sends);
                problems.extend(unset_in_code(&self.workflow, index, &node.code_reads, variables, sends));
                problems.into_iter().map(move |problem| Finding::new(Some(index), problem))
            });
        unset.collect()
    }

    /// What keeps the workflow from running wherever it begins.
    pub(crate) fn structural_errors(&self) -> Vec<Problem> {
        let errors = self.structure.iter().filter(|problem| problem.severity == Severity::Error);
        errors.cloned().collect()
    }

    /// What is wrong with a call that a node makes.
    pub(crate) fn failing_call(&self, node: NodeIndex, error: &NodeError) -> Finding {
        let below = ["/parameters/workflowId", "/parameters/workflowPath", "/parameters/workflowJson"];
        let parameters = &self.workflow.nodes[node].parameters;
        let below = below.iter().find(|below| parameters.pointer(&below["/parameters".len()..]).is_some());
        let mut problem = failure(error);
        if let Some(below) = below {
            problem = problem.in_parameter(below["/parameters/".len()..].to_owned());
        }
        let problem = place(&self.workflow, node, below.copied().unwrap_or("/parameters"), problem);
        Finding::new(Some(node), problem)
    }

    /// A call that leads back to this workflow whatever the items are.
    pub(crate) fn endless_call(&self, node: NodeIndex) -> Finding {
        let error = NodeError::operation("The workflow calls itself without end").with_description(
            "Nothing on the way from its trigger to this call decides whether to go on. Put a condition before it, such as an If node.",
        );
        self.failing_call(node, &error)
    }

    /// What is wrong with the error workflow.
    pub(crate) fn failing_error_workflow(&self, error: &NodeError) -> Finding {
        let mut problem =
            failure(error).at(format!("{}/settings/errorWorkflow", self.workflow.root_pointer()));
        problem.message = format!("The error workflow cannot run: {}", problem.message);
        problem.span = self.workflow.span(&problem.pointer);
        Finding::new(None, problem)
    }
}

/// What the file of a node says of the credential of a type: `{ id, name }`, or null.
pub(crate) fn reference(node: &heddle_workflow::Node, type_name: &str) -> Json {
    node.credential(type_name).map_or(Json::NULL, |reference| {
        let mut json = Json::object();
        json.insert("id", Json::from(reference.id.clone()));
        json.insert("name", Json::from(reference.name.as_str()));
        json
    })
}

/// An error that n8n finds when it makes the call.
fn failure(error: &NodeError) -> Problem {
    let mut problem = Problem::error(error.message.clone()).found_by_running();
    problem.help = error.description.clone();
    problem
}
