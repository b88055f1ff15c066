//! The scheduler: which node runs next, on what, and where its output goes (`docs/engine.md §4-§10, §12, §13.2, §23`).
//!
//! It is a plain state machine over the graph: no clock, no network, no node. [`Scheduler::next`] gives one node run,
//! [`Scheduler::complete`] takes what came of it; between the two lies whatever executes nodes. The same sequence of
//! outcomes always gives the same sequence of runs, so a run can be replayed from a log of them.
//!
//! ```text
//! while let Some(run) = scheduler.next() {
//!     let outcome = run.outcome().unwrap_or_else(|| execute(&run));   // some runs need no executing
//!     let completion = scheduler.complete(run.id, outcome);
//! }
//! ```
//!
//! Items travel by pointer: an output is one `Arc` however many nodes read it.

mod complete;
mod legacy;
mod outputs;
mod plan;
mod run;
mod start;
mod successors;
mod waiting;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use heddle_node::{Item, Items, Source};
use heddle_workflow::{ExecutionOrder, NodeIndex};

pub use heddle_node::description::RequiredInputs;
pub use outputs::with_fresh_pairing;
pub use plan::{NodeFacts, Plan};
pub use run::{Branches, Completion, CompletionStatus, NodeRun, Outcome, RunId, RunKind, State};
pub use start::{Destination, DestinationMode, Start, run_filter};

use plan::PlanNode;
use waiting::WaitingNodes;

/// A node with the data for one run of it.
#[derive(Debug, Clone)]
struct Entry {
    node: NodeIndex,
    inputs: Branches,
    sources: Vec<Option<Source>>,
    /// What the node puts out instead of running, after it was resumed.
    resumed: Option<Branches>,
    /// It runs, although nothing has come.
    runs_on_nothing: bool,
}

/// A run that was given out and is not complete.
#[derive(Debug)]
struct Current {
    id: RunId,
    entry: Entry,
    /// How many items each input has.
    counts: Vec<Option<usize>>,
    run_index: usize,
    execution_index: usize,
}

/// Decides what runs next; see the module's documentation.
#[derive(Debug)]
pub struct Scheduler {
    plan: Arc<Plan>,
    destination: Option<NodeIndex>,
    filter: Option<Vec<bool>>,
    pins: HashMap<NodeIndex, Items>,
    stack: VecDeque<Entry>,
    waiting: WaitingNodes,
    current: Option<Current>,
    state: State,
    /// For each node and run how many items left through each output; `None` for a failed run.
    runs: Vec<Vec<Option<Vec<usize>>>>,
    next_id: u64,
    next_execution_index: usize,
    last_node: Option<NodeIndex>,
    /// The run that was last put back for lack of data.
    last_requeued: Option<(NodeIndex, usize)>,
    /// Whether nodes that wait for inputs may run with what they have once the stack is empty.
    may_drain: bool,
}

impl Scheduler {
    /// A run of a plan.
    pub fn new(plan: Arc<Plan>, start: Start) -> Self {
        let filter = start.destination.map(|destination| run_filter(&plan, destination));
        let inputs = if start.inputs.is_empty() {
            vec![Some(Arc::new(vec![Item::new(heddle_node::Json::object())]))]
        } else {
            start.inputs
        };
        let runs = vec![Vec::new(); plan.len()];
        let entry =
            Entry { node: start.node, inputs, sources: Vec::new(), resumed: None, runs_on_nothing: false };
        Self {
            plan,
            destination: start.destination.map(|destination| destination.node),
            filter,
            pins: start.pins,
            stack: VecDeque::from([entry]),
            waiting: WaitingNodes::default(),
            current: None,
            state: State::Running,
            runs,
            next_id: 0,
            next_execution_index: 0,
            last_node: None,
            last_requeued: None,
            may_drain: true,
        }
    }

    /// The plan that runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Where the run stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The node that last put something out, or failed (n8n: `lastNodeExecuted`).
    pub fn last_node(&self) -> Option<NodeIndex> {
        self.last_node
    }

    /// How many runs of a node are in the run data.
    pub fn run_count(&self, node: NodeIndex) -> usize {
        self.runs.get(node).map_or(0, Vec::len)
    }

    /// Nodes that got some of their inputs and wait for others, with how many batches each holds.
    pub fn waiting_nodes(&self) -> impl Iterator<Item = (NodeIndex, usize)> {
        self.waiting.nodes()
    }

    /// Ends the run: nothing more is given out. A run that is under way may still be completed; its output is recorded
    /// and goes nowhere.
    pub fn stop(&mut self) {
        if matches!(self.state, State::Running | State::Waiting(_)) {
            self.state = State::Stopped;
        }
    }

    /// Lets go of the items of the run under way, so that whoever executes it may be the only one who holds them. Its
    /// outcome must have items of its own then, also where the node failed and the run goes on.
    pub fn release_inputs(&mut self) {
        if let Some(current) = &mut self.current {
            current.entry.inputs.clear();
        }
    }

    /// The nodes that have something to run on, or wait for more of it.
    pub fn pending_nodes(&self) -> impl Iterator<Item = NodeIndex> {
        self.stack.iter().map(|entry| entry.node).chain(self.waiting.nodes().map(|(node, _)| node))
    }

    /// The node of the next run, where it is certain that it will run and put something out, or fail.
    pub fn next_node(&self) -> Option<NodeIndex> {
        let entry = self.stack.front().filter(|_| self.state == State::Running)?;
        let is_left_out = self.filter.as_ref().is_some_and(|filter| filter.get(entry.node) != Some(&true));
        let is_disabled = self.plan.node(entry.node).is_none_or(|node| node.disabled);
        let has_data = self.plan.order() == ExecutionOrder::V1 && entry.inputs.iter().any(has_items);
        (has_data && !is_left_out && !is_disabled).then_some(entry.node)
    }

    /// The next node run; `None` when there is none, which [`Scheduler::state`] explains, or while one is under way.
    #[allow(clippy::should_implement_trait)] // It is no iterator: every run must be completed before the next.
    pub fn next(&mut self) -> Option<NodeRun> {
        if self.current.is_some() {
            return None;
        }
        while self.state == State::Running {
            let Some(entry) = self.stack.pop_front() else {
                if !(self.may_drain && self.drain_waiting()) {
                    self.state = State::Finished;
                }
                continue;
            };
            let execution_index = self.next_execution_index;
            self.next_execution_index += 1;
            let run_index = self.run_count(entry.node);
            if self.last_requeued == Some((entry.node, run_index)) {
                self.state = State::EndlessLoop(entry.node);
                continue;
            }
            if self.filter.as_ref().is_some_and(|filter| filter.get(entry.node) != Some(&true)) {
                continue;
            }
            if self.lacks_input(&entry) {
                self.last_requeued = Some((entry.node, run_index));
                self.stack.push_back(entry);
                continue;
            }
            return Some(self.give_out(entry, run_index, execution_index));
        }
        None
    }

    fn give_out(&mut self, mut entry: Entry, run_index: usize, execution_index: usize) -> NodeRun {
        let inputs = entry.inputs.into_iter().enumerate();
        entry.inputs = inputs.map(|(input, items)| Some(with_fresh_pairing(items?, input))).collect();
        let (kind, main_input, given) = self.choose_kind(&entry);
        let id = RunId(self.next_id);
        self.next_id += 1;
        let run = NodeRun {
            id,
            node: entry.node,
            run_index,
            execution_index,
            inputs: entry.inputs.clone(),
            sources: entry.sources.clone(),
            main_input,
            execute_once: self.plan.node(entry.node).is_some_and(|node| node.execute_once),
            kind,
            given,
        };
        let counts = entry.inputs.iter().map(|items| items.as_ref().map(|items| items.len())).collect();
        self.current = Some(Current { id, entry, counts, run_index, execution_index });
        run
    }

    /// What has to be done for an entry, the input that counts, and the output when it is known already.
    fn choose_kind(&self, entry: &Entry) -> (RunKind, usize, Option<Branches>) {
        if let Some(branches) = &entry.resumed {
            return (RunKind::Resumed, 0, Some(branches.clone()));
        }
        let Some(node) = self.plan.node(entry.node) else { return (RunKind::NoInput, 0, None) };
        if node.disabled {
            let first = entry.inputs.first().cloned().flatten();
            return (RunKind::Disabled, 0, first.map(|items| passed_on(items, node)));
        }
        if let Some(items) = self.pins.get(&entry.node) {
            return (RunKind::Pinned, 0, Some(vec![Some(items.clone())]));
        }
        if node.facts.runs_without_items || entry.runs_on_nothing {
            return (RunKind::Execute, 0, None);
        }
        let has_items = |input: usize| entry.inputs.get(input).is_some_and(has_items);
        let main_input = match self.plan.order() {
            ExecutionOrder::V1 => (0..entry.inputs.len()).find(|input| has_items(*input)),
            ExecutionOrder::V0 => self.legacy_main_input(entry).filter(|input| has_items(*input)),
        };
        match main_input {
            Some(input) => (RunKind::Execute, input, None),
            None => (RunKind::NoInput, 0, None),
        }
    }
}

/// What leaves a disabled node: the items, and nothing through its error output.
fn passed_on(items: Items, node: &PlanNode) -> Branches {
    let mut outputs = vec![Some(items)];
    if node.has_error_output {
        outputs.resize(node.facts.outputs.max(1), None);
        outputs.push(Some(Items::default()));
    }
    outputs
}

/// Whether a branch has at least one item.
fn has_items(items: &Option<Items>) -> bool {
    items.as_ref().is_some_and(|items| !items.is_empty())
}
