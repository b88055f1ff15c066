//! The scheduler: which node runs next, on what, and where its output goes (`spec/engine.md §4-§10, §12, §13.2, §23`).
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

mod legacy;
mod outputs;
mod plan;
mod start;
mod successors;
mod waiting;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use heddle_node::{Item, Source};
use heddle_workflow::{ExecutionOrder, NodeIndex};

pub use outputs::with_fresh_pairing;
pub use plan::{NodeFacts, Plan, RequiredInputs};
pub use start::{Destination, DestinationMode, Start, run_filter};

use outputs::{always_output, assign_pairing};
use waiting::WaitingNodes;

/// Items of one input or output, shared by all who read them.
pub type Items = Arc<Vec<Item>>;

/// Items by input or output; `None` where nothing arrived or left.
pub type Branches = Vec<Option<Items>>;

/// Names one node run within its scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(u64);

/// What has to be done for a node run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Execute the node.
    Execute,
    /// The node is disabled: the items of input 0 leave through output 0 (`spec/engine.md §6.1`).
    Disabled,
    /// The node's pinned items are its output (`spec/engine.md §1.5`).
    Pinned,
    /// No input has items: the node is not executed (`spec/engine.md §6` step 4).
    NoInput,
    /// The node waited and the run goes on with what it was resumed with (`spec/engine.md §18`).
    Resumed,
}

/// One run of a node, ready to be done.
#[derive(Debug, Clone)]
pub struct NodeRun {
    /// What [`Scheduler::complete`] wants to know it by.
    pub id: RunId,
    /// The node.
    pub node: NodeIndex,
    /// How many runs of this node came before.
    pub run_index: usize,
    /// How many runs of any node came before, counting those that were skipped.
    pub execution_index: usize,
    /// Items by main input, each paired with itself (`spec/engine.md §13.1`).
    pub inputs: Branches,
    /// Where each input's items came from; empty for the node that the run starts with.
    pub sources: Vec<Option<Source>>,
    /// The input whose items the node goes through one by one (`$input`, `$json`): in order v1 the first with items.
    pub main_input: usize,
    /// Whether the node reads the first item of each input alone; [`NodeRun::reads`] cuts accordingly.
    pub execute_once: bool,
    /// What has to be done.
    pub kind: RunKind,
    given: Option<Branches>,
}

impl NodeRun {
    /// The outcome of a run that needs no executing; `None` when the node must be executed.
    pub fn outcome(&self) -> Option<Outcome> {
        if self.kind == RunKind::Execute {
            return None;
        }
        Some(self.given.clone().map_or(Outcome::Nothing, Outcome::Output))
    }

    /// The items of an input that the node reads: all, or the first alone when it executes once.
    pub fn reads(&self, input: usize) -> &[Item] {
        let items = self.inputs.get(input).and_then(Option::as_deref).map_or(&[][..], Vec::as_slice);
        if self.execute_once { items.get(..1).unwrap_or_default() } else { items }
    }
}

/// What came of a node run.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The node ran; items by output, the error output after the declared ones. An output that is missing or `None` has
    /// no items. Items without pairing are paired as far as n8n can tell (`spec/engine.md §13.2`).
    Output(Branches),
    /// The node ran and gave nothing, not even an empty output: the branch ends as if the node had not been there.
    Nothing,
    /// The node failed as a whole, after all tries. Whether the run stops is the node's setting (`spec/engine.md §12.1`).
    Failed,
    /// The node ran and wants to wait; the scheduler gives nothing more until [`Scheduler::resume`].
    Waiting(Branches),
}

/// How a node run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionStatus {
    /// It gave an output.
    Success,
    /// It failed; with an output when the run continues all the same.
    Error,
    /// It waits.
    Waiting,
}

/// A node run as it goes into the run data.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The node.
    pub node: NodeIndex,
    /// Index among the runs of the node.
    pub run_index: usize,
    /// Index among all runs.
    pub execution_index: usize,
    /// Where each input's items came from; empty for the node that the run starts with.
    pub sources: Vec<Option<Source>>,
    /// How it ended.
    pub status: CompletionStatus,
    /// What the node put out, after pairing; `None` when it failed and stopped the run.
    pub outputs: Option<Branches>,
}

/// Where the whole run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There may be more to run.
    Running,
    /// Everything ran.
    Finished,
    /// A node waits; [`Scheduler::resume`] goes on.
    Waiting(NodeIndex),
    /// A node failed and stopped the run.
    Failed(NodeIndex),
    /// A node could not get its data again and again (n8n: `Stopped execution because it seems to be in an endless loop`).
    EndlessLoop(NodeIndex),
    /// [`Scheduler::stop`] was called.
    Stopped,
}

/// A node with the data for one run of it.
#[derive(Debug, Clone)]
struct Entry {
    node: NodeIndex,
    inputs: Branches,
    sources: Vec<Option<Source>>,
    /// What the node puts out instead of running, after it was resumed.
    resumed: Option<Branches>,
}

/// A run that was given out and is not complete.
#[derive(Debug)]
struct Current {
    id: RunId,
    entry: Entry,
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
        let entry = Entry { node: start.node, inputs, sources: Vec::new(), resumed: None };
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
        entry.inputs = inputs.map(|(input, items)| Some(with_fresh_pairing(&items?, input))).collect();
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
        self.current = Some(Current { id, entry, run_index, execution_index });
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
            return (RunKind::Disabled, 0, first.map(|items| vec![Some(items)]));
        }
        if let Some(items) = self.pins.get(&entry.node) {
            return (RunKind::Pinned, 0, Some(vec![Some(items.clone())]));
        }
        if node.facts.runs_without_items {
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

    /// Takes what came of a run. Gives what goes into the run data: `None` when the node gave nothing, or the run is not
    /// the one under way.
    pub fn complete(&mut self, id: RunId, outcome: Outcome) -> Option<Completion> {
        let Current { entry, run_index, execution_index, .. } =
            self.current.take_if(|current| current.id == id)?;
        let node = self.plan.node(entry.node)?;
        let (outputs, status) = match outcome {
            Outcome::Output(outputs) => (Some(outputs), CompletionStatus::Success),
            Outcome::Waiting(outputs) => (Some(outputs), CompletionStatus::Waiting),
            Outcome::Nothing => (None, CompletionStatus::Success),
            Outcome::Failed if !node.continues_after_failure => {
                return Some(self.fail(entry, run_index, execution_index));
            }
            Outcome::Failed => {
                // Without items on input 0 there is nothing to go on with.
                let items = entry.inputs.first().cloned().flatten().unwrap_or_default();
                (Some(vec![Some(items)]), CompletionStatus::Error)
            }
        };
        let outputs = match status {
            CompletionStatus::Error => outputs,
            _ => {
                let outputs = outputs.map(|outputs| assign_pairing(outputs, &entry.inputs));
                if node.always_output_data { Some(always_output(outputs, &entry.inputs)) } else { outputs }
            }
        };
        let Some(outputs) = outputs else {
            self.may_drain = false;
            return None;
        };
        self.last_node = Some(entry.node);
        let counts = outputs.iter().map(|items| items.as_ref().map_or(0, |items| items.len())).collect();
        if let Some(runs) = self.runs.get_mut(entry.node) {
            runs.push(Some(counts));
        }
        let completion = Completion {
            node: entry.node,
            run_index,
            execution_index,
            sources: entry.sources.clone(),
            status,
            outputs: Some(outputs),
        };
        let outputs = completion.outputs.as_deref().unwrap_or_default();
        if self.state != State::Running {
            // Stopped while the node ran.
        } else if status == CompletionStatus::Waiting {
            self.state = State::Waiting(entry.node);
            self.stack.push_front(entry);
        } else if self.destination == Some(entry.node) {
            self.may_drain = false;
        } else {
            self.may_drain = true;
            self.add_successors(entry.node, run_index, outputs);
        }
        Some(completion)
    }

    fn fail(&mut self, entry: Entry, run_index: usize, execution_index: usize) -> Completion {
        let node = entry.node;
        self.last_node = Some(node);
        if let Some(runs) = self.runs.get_mut(node) {
            runs.push(None);
        }
        if self.state == State::Running {
            self.state = State::Failed(node);
        }
        let sources = entry.sources.clone();
        // It stays in front, so that a retry can go on here.
        self.stack.push_front(entry);
        Completion {
            node,
            run_index,
            execution_index,
            sources,
            status: CompletionStatus::Error,
            outputs: None,
        }
    }

    /// Goes on after a wait. The node that waited puts out what it is resumed with: by default the items of its first
    /// input, else the given branches (a webhook's answer). Its last run is replaced (`spec/engine.md §18`).
    ///
    /// Does nothing, and says so with `false`, when no node waits.
    pub fn resume(&mut self, branches: Option<Branches>) -> bool {
        let State::Waiting(node) = self.state else { return false };
        let Some(entry) = self.stack.front_mut().filter(|entry| entry.node == node) else { return false };
        entry.resumed = Some(match branches {
            Some(branches) => branches,
            None => vec![entry.inputs.first().cloned().flatten()],
        });
        if let Some(runs) = self.runs.get_mut(node) {
            runs.pop();
        }
        self.state = State::Running;
        true
    }
}

/// Whether a branch has at least one item.
fn has_items(items: &Option<Items>) -> bool {
    items.as_ref().is_some_and(|items| !items.is_empty())
}
