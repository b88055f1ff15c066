//! What is known of a run before it begins: where it starts, what it can reach, the workflows that it calls, and
//! everything that is wrong with all of that. A run and `check` ask here alike.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use heddle_node::{CalledWorkflow, NodeError, WorkflowSource};
use heddle_workflow::{ERROR_WORKFLOW_CALLER, NodeIndex, Problem, Severity, Workflow};

use crate::find::{error_trigger, find_error_workflow, may_be_called, start_of_called, workflow_of};
use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::missing_credentials::missing_credentials;
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::prepared::Finding;
use crate::prepared_workflow::PreparedWorkflow;
use crate::reach::{runs_from, sure_to_run};
use crate::run_error::RunError;
use crate::variables::Variables;

/// What was found of a run that is to begin.
pub(crate) struct Preflight {
    /// Each with the severity that it has for this run.
    pub(crate) problems: Vec<Problem>,
    /// Whether the run can reach a node with an effect.
    pub(crate) has_effect: bool,
    /// The workflows that it calls, which have been looked at together with it.
    pub(crate) called: Vec<Arc<PreparedWorkflow>>,
}

impl Preflight {
    /// Looks at a run of a workflow that reaches these nodes, and at all workflows that it calls, as far as their names are constant.
    pub(crate) async fn of(
        host: &Host,
        prepared: &Arc<PreparedWorkflow>,
        reached: Vec<bool>,
        options: &RunOptions,
        mode: ExecutionMode,
        recorder: &Recorder,
    ) -> Self {
        let root = Site {
            prepared: Arc::clone(prepared),
            start: None,
            reached,
            callers: Vec::new(),
            standing: Standing { binds: true, acts: true },
            calls: None,
            findings: prepared.unset_variables(&options.variables),
        };
        let mut survey =
            Survey { host, recorder, options, sites: vec![root], at: HashMap::new(), found: HashMap::new() };
        // A person who runs a workflow by hand is not told by an error workflow that it failed.
        survey.follow(mode != ExecutionMode::Manual).await;
        survey.find_endless_calls();
        if !options.dry_run {
            survey.find_missing_credentials();
        }
        let has_effect = survey.has_effect();
        let problems = survey.sites.iter().flat_map(|site| site.problems(has_effect)).collect();
        let called = survey.sites.into_iter().skip(1).map(|site| site.prepared).collect();
        Self { problems, has_effect, called }
    }

    /// Looks at a run that is part of another one, together with which it has been looked at: what keeps it from running
    /// at all.
    pub(crate) fn of_judged(prepared: &PreparedWorkflow, reached: Vec<bool>, variables: &Variables) -> Self {
        let unset = prepared.unset_variables(variables);
        let findings = prepared.findings.iter().chain(&unset).filter(|finding| {
            finding.node.is_some_and(|node| reached[node]) && !finding.problem.found_by_running
        });
        let problems = prepared.structure.iter().chain(findings.map(|finding| &finding.problem)).cloned();
        Self { problems: problems.collect(), has_effect: false, called: Vec::new() }
    }

    /// What keeps the run from starting.
    ///
    /// # Errors
    /// When there is such a thing.
    pub(crate) fn check(&self) -> Result<(), RunError> {
        let errors = self.problems.iter().filter(|problem| problem.severity == Severity::Error);
        let errors: Vec<Problem> = errors.cloned().collect();
        if errors.is_empty() { Ok(()) } else { Err(RunError::Problems(errors)) }
    }
}

/// A workflow that a run may reach, begun at one node.
struct Site {
    prepared: Arc<PreparedWorkflow>,
    /// The node that it starts at, where it is called.
    start: Option<NodeIndex>,
    reached: Vec<bool>,
    /// The names of the nodes that call it, from the workflow of the run on; empty for that one.
    callers: Vec<String>,
    standing: Standing,
    /// What it calls; `None` until that was looked for.
    calls: Option<Vec<Call>>,
    /// What is wrong with its calls and its credentials.
    findings: Vec<Finding>,
}

/// What a workflow means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Its problems can keep the run from starting: no node goes on when the call fails.
    binds: bool,
    /// What it does is done by the run, and not only when that has failed.
    acts: bool,
}

/// A call of a workflow that is there.
#[derive(Clone)]
struct Call {
    /// The node that calls; `None` for an error workflow.
    node: Option<NodeIndex>,
    name: Name,
    workflow: Arc<Workflow>,
    start: NodeIndex,
}

/// What a workflow is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Id(String),
    File(String),
    /// It is in a node of a site.
    In(usize, NodeIndex),
}

/// All workflows that a run can reach.
struct Survey<'h> {
    host: &'h Host,
    recorder: &'h Recorder,
    options: &'h RunOptions,
    /// The workflow of the run first.
    sites: Vec<Site>,
    /// Where among them a called workflow is, by its name and the node that it starts at.
    at: HashMap<(Name, NodeIndex), usize>,
    /// Each workflow is looked up once.
    found: HashMap<Name, Result<Arc<Workflow>, NodeError>>,
}

impl Survey<'_> {
    /// Follows all calls. A workflow is followed again when it turns out to mean more to the run.
    async fn follow(&mut self, error_workflows: bool) {
        let mut waiting = vec![0];
        while let Some(index) = waiting.pop() {
            let calls = match self.sites[index].calls.clone() {
                Some(calls) => calls,
                None => {
                    let (calls, findings) = self.calls(index, error_workflows).await;
                    self.sites[index].calls = Some(calls.clone());
                    self.sites[index].findings.extend(findings);
                    calls
                }
            };
            for call in calls {
                waiting.extend(self.enter(index, call));
            }
        }
    }

    /// The calls of a site that are sure to come to something, and what is wrong with the others.
    async fn calls(&mut self, index: usize, error_workflows: bool) -> (Vec<Call>, Vec<Finding>) {
        let prepared = Arc::clone(&self.sites[index].prepared);
        let mut calls = Vec::new();
        let mut findings = Vec::new();
        for (node, settings) in prepared.nodes.iter().enumerate() {
            let called = settings.as_ref().and_then(|node| node.calls.as_ref());
            let Some(CalledWorkflow::Constant(source)) = called.filter(|_| self.sites[index].reached[node])
            else {
                continue;
            };
            let name = match source {
                WorkflowSource::Id(id) => Name::Id(id.clone()),
                WorkflowSource::File(path) => Name::File(path.clone()),
                WorkflowSource::Json(_) => Name::In(index, node),
            };
            let workflow = self.find(&name, source, &prepared.workflow).await;
            let begun = workflow.and_then(|called| {
                may_be_called(&called, &prepared.workflow)?;
                Ok((start_of_called(&called, &self.host.registry)?, called))
            });
            match begun {
                Ok((start, workflow)) => calls.push(Call { node: Some(node), name, workflow, start }),
                Err(error) => findings.push(prepared.failing_call(node, &error)),
            }
        }
        if let Some(id) = prepared.workflow.settings.error_workflow.as_ref().filter(|_| error_workflows) {
            let name = Name::Id(id.clone());
            let found = match self.found.get(&name) {
                Some(found) => found.clone(),
                None => find_error_workflow(self.host, self.recorder, id).await,
            };
            self.found.insert(name.clone(), found.clone());
            match found.and_then(|workflow| Ok((error_trigger(&workflow, &self.host.registry)?, workflow))) {
                Ok((start, workflow)) => calls.push(Call { node: None, name, workflow, start }),
                Err(error) => findings.push(prepared.failing_error_workflow(&error)),
            }
        }
        (calls, findings)
    }

    async fn find(
        &mut self,
        name: &Name,
        source: &WorkflowSource,
        caller: &Workflow,
    ) -> Result<Arc<Workflow>, NodeError> {
        if let Some(found) = self.found.get(name) {
            return found.clone();
        }
        let found = workflow_of(self.host, self.recorder, source, caller).await;
        self.found.insert(name.clone(), found.clone());
        found
    }

    /// Adds what is called; gives its place when its own calls are to be followed.
    fn enter(&mut self, caller: usize, call: Call) -> Option<usize> {
        let Site { prepared, standing, callers, .. } = self.sites.get(caller)?;
        let node = call.node.map(|node| &prepared.workflow.nodes[node]);
        let standing = match node {
            Some(node) => {
                Standing { binds: standing.binds && !node.continues_after_failure(), acts: standing.acts }
            }
            None => Standing { binds: standing.binds, acts: false },
        };
        let place = self.sites.len();
        match self.at.entry((call.name, call.start)) {
            Entry::Occupied(known) => {
                let site = self.sites.get_mut(*known.get())?;
                let joined = Standing {
                    binds: site.standing.binds || standing.binds,
                    acts: site.standing.acts || standing.acts,
                };
                let means_more = joined != site.standing;
                site.standing = joined;
                means_more.then_some(*known.get())
            }
            Entry::Vacant(free) => {
                let caller =
                    node.map_or_else(|| ERROR_WORKFLOW_CALLER.to_owned(), |node| node.name.to_string());
                let callers = callers.iter().cloned().chain([caller]).collect();
                let prepared = self.host.prepare_called(&call.workflow, self.options);
                let reached = runs_from(&prepared, call.start);
                let findings = prepared.unset_variables(&self.options.variables);
                free.insert(place);
                self.sites.push(Site {
                    prepared,
                    start: Some(call.start),
                    reached,
                    callers,
                    standing,
                    calls: None,
                    findings,
                });
                Some(place)
            }
        }
    }

    /// Finds workflows that call themselves, at once or through others, with nothing on the way that could end it.
    fn find_endless_calls(&mut self) {
        let calls: Vec<Vec<(NodeIndex, usize)>> =
            self.sites.iter().map(|site| self.sure_calls(site)).collect();
        let endless = (0..calls.len()).filter_map(|site| Some((site, endless_call(&calls, site)?)));
        for (site, node) in endless.collect::<Vec<_>>() {
            if let Some(site) = self.sites.get_mut(site) {
                let finding = site.prepared.endless_call(node);
                site.findings.push(finding);
            }
        }
    }

    /// The calls that are made whenever the site runs: the nodes, and the sites that they call.
    fn sure_calls(&self, site: &Site) -> Vec<(NodeIndex, usize)> {
        let Some(start) = site.start else { return Vec::new() };
        let sure = sure_to_run(&site.prepared, start);
        let calls = site.calls.iter().flatten().filter_map(|call| {
            let node = call.node.filter(|node| sure[*node])?;
            Some((node, *self.at.get(&(call.name.clone(), call.start))?))
        });
        calls.collect()
    }

    fn find_missing_credentials(&mut self) {
        for site in &mut self.sites {
            let nodes = std::iter::zip(&site.prepared.nodes, &site.reached).enumerate();
            let running = nodes.filter_map(|(index, (node, reached))| {
                node.as_ref().filter(|_| *reached).map(|node| (index, node))
            });
            let missing = running.flat_map(|(index, node)| {
                missing_credentials(self.host, &site.prepared, index, node, &self.options.variables)
            });
            site.findings.extend(missing.collect::<Vec<_>>());
        }
    }

    /// Whether the run can reach a node with an effect. A workflow that an expression names may have any.
    fn has_effect(&self) -> bool {
        self.sites.iter().filter(|site| site.standing.acts).any(|site| {
            let prepared = &site.prepared;
            let mut running = (0..prepared.nodes.len()).filter(|node| site.reached[*node]);
            running.any(|node| match prepared.nodes[node].as_ref().and_then(|node| node.calls.as_ref()) {
                // What is called is looked at itself.
                Some(CalledWorkflow::Constant(_)) => false,
                Some(CalledWorkflow::PerItem) => true,
                None => prepared.effects[node],
            })
        })
    }
}

impl Site {
    /// Everything that is wrong here, as much as it matters to a run that has an effect, or has none.
    fn problems(&self, has_effect: bool) -> Vec<Problem> {
        let is_called = !self.callers.is_empty();
        let workflow = &self.prepared.workflow;
        let mut findings: Vec<&Finding> = self.prepared.findings.iter().chain(&self.findings).collect();
        // In the order of the file; what is wrong with the file as a whole comes last.
        findings.sort_by_key(|finding| finding.node.unwrap_or(usize::MAX));
        let found = findings.into_iter().filter_map(|finding| {
            let runs = finding.node.is_none_or(|node| self.reached[node]);
            let continues = finding.node.is_some_and(|node| workflow.nodes[node].continues_after_failure());
            let tolerated = finding.problem.found_by_running && (!has_effect || continues);
            let refuses = match is_called {
                false => !tolerated,
                // n8n finds whatever is wrong with a called workflow when it is called.
                true => {
                    let matters = has_effect || (finding.is_credential && self.standing.acts);
                    self.standing.binds && matters && !tolerated
                }
            };
            // What a called workflow does not run is its own matter.
            (runs || !is_called)
                .then(|| (finding.lacks_type, with_severity(&finding.problem, runs && refuses)))
        });
        let structure = self
            .prepared
            .structure
            .iter()
            .filter(|problem| !is_called || problem.severity == Severity::Error);
        let structure = structure.map(|problem| {
            (false, with_severity(problem, !is_called || (self.standing.binds && has_effect)))
        });
        let problems = grouped(structure.chain(found));
        if !is_called {
            return problems;
        }
        problems.into_iter().map(|problem| problem.in_called(workflow, &self.callers)).collect()
    }
}

/// The node of a site with which a chain of calls begins that leads back to it, through none of the sites before it.
fn endless_call(calls: &[Vec<(NodeIndex, usize)>], site: usize) -> Option<NodeIndex> {
    let (node, _) = calls[site].iter().find(|(_, called)| {
        let mut seen = vec![false; calls.len()];
        let mut waiting = vec![*called];
        while let Some(next) = waiting.pop() {
            if next == site {
                return true;
            }
            if next > site && !std::mem::replace(&mut seen[next], true) {
                waiting.extend(calls[next].iter().map(|(_, called)| *called));
            }
        }
        false
    })?;
    Some(*node)
}

fn with_severity(problem: &Problem, refuses: bool) -> Problem {
    let mut problem = problem.clone();
    if !refuses {
        problem.severity = Severity::Warning;
    }
    problem
}

/// The problems, with one alone for each missing node type.
fn grouped(problems: impl Iterator<Item = (bool, Problem)>) -> Vec<Problem> {
    let mut all: Vec<Problem> = Vec::new();
    let mut types: HashMap<(Severity, String), usize> = HashMap::new();
    for (lacks_type, problem) in problems {
        if lacks_type {
            match types.entry((problem.severity, problem.message.clone())) {
                Entry::Occupied(first) => {
                    if let (Some(first), Some(node)) = (all.get_mut(*first.get()), problem.node) {
                        first.share_with(node);
                    }
                    continue;
                }
                Entry::Vacant(free) => drop(free.insert(all.len())),
            }
        }
        all.push(problem);
    }
    all
}
