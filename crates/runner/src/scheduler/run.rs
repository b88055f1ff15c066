//! Node runs, and what comes of them.

use heddle_node::{Item, Items, Source};
use heddle_workflow::NodeIndex;

/// Items by input or output; `None` where nothing arrived or left.
pub type Branches = Vec<Option<Items>>;

/// Names one node run within its scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(pub(super) u64);

/// What has to be done for a node run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Execute the node.
    Execute,
    /// The node is disabled: the items of input 0 leave through output 0 (`docs/engine.md §6.1`).
    Disabled,
    /// The node's pinned items are its output (`docs/engine.md §1.5`).
    Pinned,
    /// No input has items: the node is not executed (`docs/engine.md §6` step 4).
    NoInput,
    /// The node waited and the run goes on with what it was resumed with (`docs/engine.md §18`).
    Resumed,
}

/// One run of a node, ready to be done.
#[derive(Debug, Clone)]
pub struct NodeRun {
    /// What [`Scheduler::complete`](super::Scheduler::complete) wants to know it by.
    pub id: RunId,
    /// The node.
    pub node: NodeIndex,
    /// How many runs of this node came before.
    pub run_index: usize,
    /// How many runs of any node came before, counting those that were skipped.
    pub execution_index: usize,
    /// Items by main input, each paired with itself (`docs/engine.md §13.1`).
    pub inputs: Branches,
    /// Where each input's items came from; empty for the node that the run starts with.
    pub sources: Vec<Option<Source>>,
    /// The input whose items the node goes through one by one (`$input`, `$json`): in order v1 the first with items.
    pub main_input: usize,
    /// Whether the node reads the first item of each input alone; [`NodeRun::reads`] cuts accordingly.
    pub execute_once: bool,
    /// What has to be done.
    pub kind: RunKind,
    pub(super) given: Option<Branches>,
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
    /// no items. Items without pairing are paired as far as n8n can tell (`docs/engine.md §13.2`).
    Output(Branches),
    /// The node ran and gave nothing, not even an empty output: the branch ends as if the node had not been there.
    Nothing,
    /// The node failed as a whole, after all tries. Whether the run stops is the node's setting (`docs/engine.md §12.1`).
    Failed,
    /// The node failed, and the run ends whatever the node's setting says.
    Aborted,
    /// The node ran and wants to wait; the scheduler gives nothing more until [`Scheduler::resume`](super::Scheduler::resume).
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
    /// A node waits; [`Scheduler::resume`](super::Scheduler::resume) goes on.
    Waiting(NodeIndex),
    /// A node failed and stopped the run.
    Failed(NodeIndex),
    /// A node could not get its data again and again (n8n: `Stopped execution because it seems to be in an endless loop`).
    EndlessLoop(NodeIndex),
    /// [`Scheduler::stop`](super::Scheduler::stop) was called.
    Stopped,
}
