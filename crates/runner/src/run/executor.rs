//! Executes the node runs that the scheduler gives, and keeps what came out.

mod loops;
mod node_context;
mod recall;

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use heddle_expression::Clock;
use heddle_node::node::Tier;
use heddle_node::{CallAnswer, ErrorKind, Items, Json, NodeError};
use heddle_workflow::{NodeIndex, Workflow};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::call_site::CallRecord;
use crate::cancel::{CancelReason, StopSignal};
use crate::computing::only_computes;
use crate::credential_expressions::read_other_items;
use crate::error_output::error_details;
use crate::evaluation::Resolver;
use crate::events::{Event, Listeners};
use crate::fail_point;
use crate::host::Host;
use crate::keeping::Keeping;
use crate::log::recorder::{self, Recorder};
use crate::log::{NodeDone, NodeOutputs, Record, RunStarted};
use crate::masking::masked_json;
use crate::mode::ExecutionMode;
use crate::node_facts::node_facts;
use crate::node_run::NodeRunContext;
use crate::node_runner::{NodeRunEnd, NodeRunner};
use crate::options::RunOptions;
use crate::prepared::PreparedNode;
use crate::prepared_workflow::{PreparedWorkflow, reference};
use crate::reach::Beginning;
use crate::run_data::{RunData, RunResult, Status, TaskData, TaskStatus, WorkflowFailure};
use crate::run_error::RunError;
use crate::run_view::{NodeStates, RunScene};
use crate::scheduler::{
    Branches, Completion, CompletionStatus, NodeRun, Outcome, Plan, Scheduler, Start, State,
};
use crate::scope::{Nesting, RunScope};
use crate::site::{NodeSite, RunSite};
use crate::static_data::StaticData;
use crate::stored_options::StoredOptions;

/// One run of a workflow.
pub(crate) struct Execution<'h> {
    pub(super) host: &'h Host,
    workflow: Arc<Workflow>,
    pub(super) options: RunOptions,
    site: Arc<RunSite>,
    pub(super) stop: StopSignal,
    listeners: Arc<Listeners>,
    /// For the workflows that its nodes call, and for its error workflow.
    pub(super) scope: Arc<RunScope<'h>>,
    pub(super) scene: Arc<RunScene>,
    pub(super) scheduler: Scheduler,
    /// Shared with evaluations while a node runs, and changed between node runs.
    run_data: Arc<RunData>,
    keeping: Keeping,
    wait_till: Option<i64>,
    pub(super) static_data: StaticData,
    answer: Mutex<Option<CallAnswer>>,
    error: Option<WorkflowFailure>,
    started_at: i64,
    recorder: Arc<Recorder>,
    /// What the log knows the run by.
    recorded_as: Uuid,
    /// What it begins with, for the log.
    beginning: Option<Box<RunStarted>>,
}

impl<'h> Execution<'h> {
    pub(crate) fn new(
        host: &'h Host,
        prepared: Arc<PreparedWorkflow>,
        beginning: Beginning,
        mut options: RunOptions,
        nesting: Nesting<'h>,
        stop: StopSignal,
        started_at: i64,
    ) -> Result<Self, RunError> {
        if let Some(only) = options.only.as_ref().filter(|_| nesting.around.depth == 0) {
            only.check(&prepared)?;
        }
        let reached = beginning.reached(&prepared);
        let Beginning { start, destination, pins } = beginning;
        let workflow = Arc::clone(&prepared.workflow);
        let acts = || {
            let mut nodes = std::iter::zip(&prepared.nodes, &reached);
            nodes.any(|(node, reached)| *reached && node.as_ref().is_some_and(PreparedNode::has_effect))
        };
        let recorder = Arc::clone(&nesting.around.recorder);
        if nesting.around.depth == 0 {
            if !acts() {
                recorder.keep_calls_alone();
            } else if !options.dry_run {
                crate::proxy::check(|name| std::env::var_os(name)).map_err(RunError::Environment)?;
            }
        }
        let keeping = Keeping::new(&options.kept_outputs, &prepared, |index, node| {
            read_other_items(host, node, &prepared.workflow.nodes[index])
        });
        let zone = host.zone(&workflow, options.timezone.as_deref())?;
        let clock = Clock { now: started_at, zone };
        let scene = Arc::new(RunScene {
            prepared,
            pins,
            mode: nesting.mode,
            clock,
            stands_at: options.now,
            variables: options.variables.clone(),
            execution_id: options.execution.to_string(),
            states: NodeStates::default(),
        });
        let run_data = RunData::new(&workflow);
        let plan = scene.prepared.plan.get().cloned().unwrap_or_else(|| {
            let are_lasting = Cell::new(true);
            let plan = Arc::new(Plan::new(&workflow, Arc::clone(&scene.prepared.graph), |index, _| {
                node_facts(index, &host.registry, &host.evaluation, &scene, &stop, &are_lasting)
            }));
            if are_lasting.get() {
                let _ = scene.prepared.plan.set(Arc::clone(&plan));
            }
            plan
        });
        let items = options.items.take().map(Arc::new);
        let has_items = items.is_some();
        let kept_items = items.clone().filter(|_| recorder.keeps());
        let scheduler = Scheduler::new(
            plan,
            Start {
                node: start,
                inputs: items.map(|items| vec![Some(items)]).unwrap_or_default(),
                destination,
                pins: scene.pins.clone(),
            },
        );
        let Nesting { around, origin, mode, is_beside, recorded_as, recorded_origin, .. } = nesting;
        let (depth, listeners) = (around.depth, Arc::clone(&around.listeners));
        let site =
            Arc::new(RunSite { execution: options.execution, workflow: workflow.name.clone(), origin });
        let sending_nodes: Vec<String> = std::iter::zip(&workflow.nodes, &scene.prepared.nodes)
            .zip(&reached)
            .filter(|((_, node), reached)| **reached && node.as_ref().is_some_and(PreparedNode::has_effect))
            .map(|((settings, _), _)| settings.name.to_string())
            .collect();
        let beginning = recorder.keeps().then(|| {
            let is_outermost = depth == 0;
            Box::new(RunStarted {
                execution: recorded_as,
                id: options.execution,
                origin: recorded_origin,
                workflow: recorder.text_of(&workflow, &scene.prepared.digest),
                start: workflow.nodes[start].name.to_string(),
                mode,
                is_beside,
                started_at,
                sending_nodes: sending_nodes.clone(),
                items_digest: recorder::digest_of_items([kept_items.as_ref()]),
                items: kept_items.filter(|_| is_outermost || is_beside),
                options: is_outermost.then(|| Box::new(StoredOptions::of(&options, has_items))),
                called: if is_outermost { recorder.called() } else { BTreeMap::new() },
                heddle: env!("CARGO_PKG_VERSION").to_owned(),
                accounts: if is_outermost {
                    accounts(host, &scene.prepared, &reached)
                } else {
                    BTreeMap::new()
                },
            })
        });
        listeners.tell(|| Event::RunStarted { run: Arc::clone(&site), mode, started_at, sending_nodes });
        let static_data = StaticData::new(match options.static_data.take() {
            Some(data) if depth == 0 => data,
            _ => around.called_static_data.of(&workflow),
        });
        let scope = Arc::new(RunScope {
            host,
            workflow: Arc::clone(&workflow),
            site: Arc::clone(&site),
            mode,
            options: options.clone(),
            recorded_as,
            around,
        });
        Ok(Self {
            host,
            workflow,
            site,
            listeners,
            scope,
            scene,
            scheduler,
            run_data: Arc::new(run_data),
            keeping,
            wait_till: None,
            static_data,
            answer: Mutex::default(),
            options,
            stop,
            error: None,
            started_at,
            recorder,
            recorded_as,
            beginning,
        })
    }

    /// Writes into the log what the run begins with, or finds that it goes on with what it began with.
    ///
    /// # Errors
    /// When it is to go on with other items.
    pub(crate) async fn record_beginning(&mut self) -> Result<(), RunError> {
        let Some(beginning) = self.beginning.take() else { return Ok(()) };
        match self.recorder.past_run(self.recorded_as) {
            Some(past) if past.started.items_digest != beginning.items_digest => {
                Err(RunError::OtherItems { workflow: self.workflow.name.clone() })
            }
            Some(_) => Ok(()),
            None => {
                self.recorder.keep(Record::RunStarted(beginning)).await;
                Ok(())
            }
        }
    }

    /// The next node run. Outputs that nobody can read any more are released before it takes its items over, so that it
    /// may be the only one who holds them.
    pub(crate) fn next(&mut self) -> Option<NodeRun> {
        if let Some(node) = self.scheduler.next_node() {
            self.keeping.release(node, &self.scheduler, Arc::make_mut(&mut self.run_data));
        }
        self.scheduler.next()
    }

    /// Lets no further node begin.
    pub(crate) fn stop(&mut self) {
        self.scheduler.stop();
    }

    /// The node that asked the run to wait.
    pub(crate) fn waiting_node(&self) -> Option<NodeIndex> {
        match self.scheduler.state() {
            State::Waiting(node) => Some(node),
            _ => None,
        }
    }

    /// Executes one node run and completes it.
    pub(crate) async fn execute(&mut self, mut run: NodeRun) {
        let started = std::time::Instant::now();
        let start_time = crate::clock::now();
        let mut loop_head = None;
        let (outcome, error, told) = match run.outcome() {
            Some(outcome) => (outcome, None, Told::default()),
            None => {
                self.keeping.release(run.node, &self.scheduler, Arc::make_mut(&mut self.run_data));
                if self.keeping.consumes_items(run.node) {
                    self.scheduler.release_inputs();
                }
                let inputs = std::mem::take(&mut run.inputs);
                let end = self.run_node(&run, inputs).await;
                if self.recorder.shows_only() && end.outputs.is_none() {
                    // This is how far it came.
                    self.scheduler.stop();
                }
                loop_head = self.loop_that_goes_on(run.node, &end);
                let waits = self.wait_till.is_some();
                // A node that continues after its failure has put something out.
                let outcome = end.outputs.map_or(Outcome::Aborted, |outputs| {
                    if outputs.is_empty() && self.keeping.may_give_nothing(run.node) {
                        return Outcome::Nothing;
                    }
                    let outputs = outputs.into_iter().map(Some).collect();
                    if waits { Outcome::Waiting(outputs) } else { Outcome::Output(outputs) }
                });
                (outcome, end.error, Told { metadata: end.metadata, outcome: end.outcome })
            }
        };
        if error.as_ref().is_some_and(|error| error.kind == ErrorKind::Cancelled) {
            // It did not fail: the run ends.
            self.scheduler.stop();
        }
        let completion = self.scheduler.complete(run.id, outcome);
        if let Some(head) = loop_head {
            self.scheduler.run_on_nothing(head, run.node);
        }
        let details = error.as_ref().map(|error| self.error_json(run.node, run.run_index, error));
        if let (Some(error), Some(details), State::Failed(_)) = (&error, &details, self.scheduler.state()) {
            let name = &self.workflow.nodes[run.node].name;
            self.error = Some(WorkflowFailure::new(name, error, details.clone()));
        }
        if let Some(completion) = completion {
            let cancelled = error.is_some_and(|error| error.kind == ErrorKind::Cancelled);
            self.keep(completion, start_time, started.elapsed(), details, told, cancelled);
        }
    }

    fn keep(
        &mut self,
        completion: Completion,
        start_time: i64,
        execution_time: std::time::Duration,
        error: Option<Json>,
        told: Told,
        cancelled: bool,
    ) {
        let status = match completion.status {
            _ if cancelled => TaskStatus::Canceled,
            CompletionStatus::Success if error.is_none() => TaskStatus::Success,
            CompletionStatus::Waiting => TaskStatus::Waiting,
            _ => TaskStatus::Error,
        };
        let node = completion.node;
        Arc::make_mut(&mut self.run_data).push(
            node,
            TaskData {
                start_time,
                execution_time,
                execution_index: completion.execution_index,
                status,
                sources: completion.sources,
                outputs: completion.outputs,
                error,
                hints: Vec::new(),
                metadata: told.metadata,
                outcome: told.outcome,
            },
        );
        self.keeping.note(node, &self.run_data);
    }

    /// The error object of run data: the error with the whole node that it stands at, its parameters filled.
    fn error_json(&self, node: NodeIndex, run_index: usize, error: &NodeError) -> Json {
        let settings = &self.workflow.nodes[node];
        let mut json = error_details(error, &settings.name, run_index);
        let mut stored = settings.to_json();
        if let Some(prepared) = &self.scene.prepared.nodes[node] {
            stored.insert("parameters", prepared.stored.clone());
        }
        json.insert("node", masked_json(stored));
        json
    }

    async fn run_node(&mut self, run: &NodeRun, inputs: Branches) -> NodeRunEnd {
        let scene = Arc::clone(&self.scene);
        let settings = &scene.prepared.workflow.nodes[run.node];
        let Some(prepared) = scene.prepared.nodes[run.node].as_ref() else {
            // Nodes that may run have been prepared before the run began.
            let error = NodeError::operation(format!("The node \"{}\" cannot run", settings.name));
            return NodeRunEnd::failed(error);
        };
        let at = Arc::new(NodeSite {
            of: Arc::clone(&self.site),
            node: Arc::from(settings.name.as_str()),
            run: run.run_index,
        });
        let past = self.recorder.past_node(self.recorded_as, &at.node, run.run_index);
        if let Some(past) = &past
            && let Some(end) = self.recall(&at, past)
        {
            return end;
        }
        if self.recorder.shows_only() && !past.as_ref().is_some_and(|past| past.is_finished()) {
            return recall::shown(past.as_deref());
        }
        if let Some(real) = &prepared.replaced {
            self.rehearse(run, &inputs, real, &at).await;
        }
        if prepared.is_mock {
            self.scope.around.replaced.note_node(&at);
        }
        let items = inputs.get(run.main_input).and_then(Option::as_ref);
        let mut credentials = self.credentials_of(run, prepared, items.map_or(&[], |items| items.as_slice()));
        if self.options.dry_run {
            credentials = self.host.stand_in_for_missing(credentials);
        }
        let site = self.evaluation_site(run, &at, false);
        let mut context = NodeRunContext {
            past: past.clone(),
            sending: self.sending(prepared, &at),
            confirm: self.options.confirm.clone(),
            ..self.context(settings, prepared, Arc::clone(&at), Arc::clone(&site), credentials)
        };
        if past.as_ref().is_some_and(|past| past.is_finished()) {
            // All of its items come from the log, whichever are to run.
            context.only = None;
        }
        // Expressions see all items, also where the node reads the first alone (`docs/engine.md §6`).
        let all = if run.execute_once { inputs.get(run.main_input).cloned().flatten() } else { None };
        let inputs = if run.execute_once { first_items(&inputs) } else { inputs };
        let items = inputs.get(run.main_input).and_then(Option::as_ref);
        let effect = prepared.gravest_effect();
        let item_count = items.map_or(0, |items| items.len());
        let is_selected = context.only.as_ref().is_some_and(|only| only.digest.is_some());
        let is_told_apart =
            effect != heddle_node::Effect::Pure && (is_selected || self.recorder.tells_items_apart());
        let digest = is_told_apart.then(|| recorder::digest_of_items(inputs.iter().map(Option::as_ref)));
        self.listeners.tell(|| Event::NodeStarted {
            at: Arc::clone(&at),
            items: item_count,
            effect,
            digest: digest.clone(),
        });
        let tier = prepared.node.tier_for(&prepared.filled);
        if let Some(digest) = digest {
            let began = past.as_ref().filter(|past| past.has_claims()).and_then(|past| past.started.as_ref());
            let wanted = context.only.as_ref().filter(|only| !only.items.is_empty());
            let wanted = wanted.and_then(|only| only.digest.as_ref());
            match began.map(|began| &began.digest).or(wanted) {
                Some(known) if *known != digest => {
                    let error = recall::other_items();
                    self.listeners.tell(|| Event::NodeFinished { at, error: Some(error.clone()) });
                    return NodeRunEnd::failed(error);
                }
                _ if began.is_some() => {}
                _ => {
                    let all_at_once = matches!(tier, Tier::Batch(_));
                    let (key, items) = (context.key(), item_count);
                    let started = Record::NodeStarted { key, items, digest, effect, all_at_once };
                    self.recorder.keep(started).await;
                }
            }
        }
        if let Some(past) = &past {
            let unknown = self.recorder.unknown();
            let is_settled =
                |item: Option<usize>| item.is_some_and(|item| past.settled(item, unknown).is_some());
            self.tell_of_children(&at, past, &is_settled);
        }
        let (start_time, started) = (crate::clock::now(), std::time::Instant::now());
        let revision = self.static_data.revision();
        let had_answer = self.has_answer();
        let releases_items = self.keeping.consumes_items(run.node);
        let runner = NodeRunner { releases_items, ..self.runner(run, prepared, &context, inputs) };
        let resolver =
            Resolver::new(&self.host.evaluation, site, self.stop.clone(), self.options.cancel.clone(), all);
        let span = tracing::info_span!(
            "node",
            node = %settings.name,
            run = run.run_index,
            node_type = %settings.node_type,
            items = runner.items().len(),
        );
        let mut end = runner.run(resolver).instrument(span.clone()).await;
        span.in_scope(|| match &end.error {
            Some(error) => tracing::error!(error = %error.message, "the node failed"),
            None => tracing::info!("the node ended"),
        });
        let key = context.key();
        let calls = context.calls.into_inner().unwrap_or_else(PoisonError::into_inner);
        note_calls(&mut end.metadata, &calls);
        let wait_till = context.wait_till.into_inner().unwrap_or_else(PoisonError::into_inner);
        let error = end.error.clone();
        self.wait_till = wait_till.filter(|_| end.error.is_none());
        // What workflows have sent is counted there.
        let is_told_elsewhere = |item: usize| {
            calls.iter().any(|call| (call.takes_all_items || call.item == item) && call.outcome.is_some())
        };
        let counted = (self.options.execution, Arc::clone(&key.node), key.run);
        self.recorder.count(counted, end.metadata.as_ref(), is_told_elsewhere);
        let is_of_items = match tier {
            Tier::Item(node) => !only_computes(node, &prepared.filled),
            Tier::Batch(_) => false,
        };
        let state = scene.states.of(run.node);
        let (context, keeps_more) = {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            (state.context.clone(), state.kept.is_some())
        };
        if self.recorder.keeps() && !past.is_some_and(|past| past.is_finished()) {
            let again = keeps_more || had_answer != self.has_answer();
            let outputs = end.outputs.as_ref().map(|outputs| match (is_of_items, again) {
                (true, _) => NodeOutputs::OfItems,
                (false, true) => NodeOutputs::Again,
                (false, false) => NodeOutputs::Items(outputs.clone()),
            });
            let done = NodeDone {
                key,
                items: item_count,
                effect,
                outputs,
                error: error.clone(),
                metadata: end.metadata.clone(),
                outcome: end.outcome,
                wait_till: self.wait_till,
                context,
                static_data: (self.static_data.revision() != revision).then(|| self.static_data.all()),
                started_at: start_time,
                took: started.elapsed(),
            };
            self.recorder.keep(Record::NodeDone(Box::new(done))).await;
            fail_point::reach("node done");
        }
        self.listeners.tell(|| Event::NodeFinished { at: Arc::clone(&at), error });
        end
    }

    fn has_answer(&self) -> bool {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Waits for the moment that a node asked for; `false` when the run ends at it, or is cancelled.
    pub(crate) async fn wait(&mut self) -> bool {
        if self.options.stop_at_wait && self.scope.around.depth == 0 {
            return false;
        }
        let Some(until) = self.wait_till else { return true };
        if until > crate::clock::now() {
            self.recorder.keep(Record::Waiting { execution: self.recorded_as, until }).await;
            fail_point::reach("wait recorded");
        }
        self.listeners.tell(|| Event::RunWaiting { run: Arc::clone(&self.site), until });
        let is_over = crate::clock::wait_until(until, &self.options.cancel).await;
        if !is_over {
            self.scheduler.stop();
        }
        is_over
    }

    /// Goes on after a wait: the node that waited puts out its input, in place of what it had put out.
    pub(crate) fn go_on(&mut self, node: NodeIndex) {
        self.wait_till = None;
        if self.scheduler.resume(None) {
            Arc::make_mut(&mut self.run_data).pop(node);
        }
    }

    /// The run, for its error workflow.
    pub(crate) fn scope(&self) -> Arc<RunScope<'h>> {
        Arc::clone(&self.scope)
    }

    pub(crate) fn end(self, cancelled: Option<CancelReason>) -> RunResult {
        let (static_data, changed) = self.static_data.into_parts();
        let changed = changed && self.scene.mode != ExecutionMode::Manual;
        if changed && self.scope.around.depth > 0 {
            self.scope.around.called_static_data.keep(&self.workflow, static_data.clone());
        }
        let status = match self.scheduler.state() {
            State::Failed(_) | State::EndlessLoop(_) => Status::Error,
            State::Waiting(_) => Status::Waiting,
            _ if cancelled.is_some() => Status::Canceled,
            State::Stopped => Status::Canceled,
            State::Running | State::Finished => Status::Success,
        };
        let cancel_reason = cancelled.filter(|_| status == Status::Canceled);
        let error = match self.scheduler.state() {
            State::EndlessLoop(node) => Some(WorkflowFailure::endless_loop(&self.workflow.nodes[node].name)),
            _ => self.error.or_else(|| {
                cancel_reason.map(|reason| WorkflowFailure::cancelled(reason, self.options.execution))
            }),
        };
        let stopped_at = crate::clock::now();
        self.listeners.tell(|| Event::RunFinished {
            run: Arc::clone(&self.site),
            status,
            stopped_at,
            error: error.as_ref().map(|error| error.message.clone()),
        });
        RunResult {
            status,
            error,
            cancel_reason,
            last_node: self.scheduler.last_node().map(|node| self.workflow.nodes[node].name.to_string()),
            run_data: Arc::unwrap_or_clone(self.run_data),
            background: Vec::new(),
            wait_till: self.wait_till.filter(|_| status == Status::Waiting),
            static_data: changed.then_some(static_data),
            mocked: Vec::new(),
            requests: Vec::new(),
            answer: self.answer.into_inner().unwrap_or_else(PoisonError::into_inner),
            called_static_data: BTreeMap::new(),
            not_kept: None,
            started_at: self.started_at,
            stopped_at,
        }
    }
}

/// The credentials of the nodes that the run can reach, by type, each with what tells it from others.
pub(crate) fn accounts(
    host: &Host,
    prepared: &PreparedWorkflow,
    reached: &[bool],
) -> BTreeMap<String, String> {
    let mut accounts = BTreeMap::new();
    for (index, node) in prepared.nodes.iter().enumerate() {
        let Some(node) = node.as_ref().filter(|_| reached[index]) else { continue };
        let settings = &prepared.workflow.nodes[index];
        let declared = node.node.credentials(&node.filled);
        let resolved = host.resolve_credentials(&declared, |name| reference(settings, name));
        for (name, credential) in resolved {
            if let Ok(resolved) = &credential.resolved {
                accounts.insert(name, format!("{:016x}", resolved.account));
            }
        }
    }
    accounts
}

/// What is reported about a node run beside its output.
#[derive(Default)]
struct Told {
    metadata: Option<Json>,
    outcome: Option<heddle_node::Outcome>,
}

/// Links a node run to the workflows that it called, as n8n does, and keeps what became of everything that they sent.
fn note_calls(metadata: &mut Option<Json>, calls: &[CallRecord]) {
    let Some(last) = calls.last() else { return };
    let metadata = metadata.get_or_insert_with(Json::object);
    let items: HashSet<usize> = calls.iter().map(|call| call.item).collect();
    if last.takes_all_items {
        metadata.insert("subExecution", last.link());
    }
    metadata.insert("subExecutionsCount", Json::from(items.len()));
    let effects: Vec<Json> = calls.iter().filter_map(CallRecord::effects).collect();
    if !effects.is_empty() {
        metadata.insert("subExecutions", Json::from(effects));
    }
}

/// The first item of each input.
pub(crate) fn first_items(inputs: &Branches) -> Branches {
    let first = |items: &Items| Arc::new(items.iter().take(1).cloned().collect());
    inputs.iter().map(|items| items.as_ref().map(first)).collect()
}
