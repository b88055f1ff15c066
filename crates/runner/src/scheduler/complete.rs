//! Taking what came of a node run: its output, its failure, or its wait (`docs/engine.md §7, §12.1, §13.2, §18`).

use super::outputs::{always_output, assign_pairing};
use super::run::{Branches, Completion, CompletionStatus, Outcome, RunId, State};
use super::{Current, Entry, Scheduler};

impl Scheduler {
    /// Takes what came of a run. Gives what goes into the run data: `None` when the node gave nothing, or the run is not
    /// the one under way.
    pub fn complete(&mut self, id: RunId, outcome: Outcome) -> Option<Completion> {
        let Current { entry, counts, run_index, execution_index, .. } =
            self.current.take_if(|current| current.id == id)?;
        let node = self.plan.node(entry.node)?;
        let (outputs, status) = match outcome {
            Outcome::Output(outputs) => (Some(outputs), CompletionStatus::Success),
            Outcome::Waiting(outputs) => (Some(outputs), CompletionStatus::Waiting),
            Outcome::Nothing => (None, CompletionStatus::Success),
            Outcome::Aborted => return Some(self.fail(entry, run_index, execution_index)),
            Outcome::Failed if !node.continues_after_failure => {
                return Some(self.fail(entry, run_index, execution_index));
            }
            Outcome::Failed => {
                // Without items on input 0 there is nothing to go on with.
                let items = entry.inputs.first().cloned().flatten().unwrap_or_default();
                (Some(vec![Some(items)]), CompletionStatus::Error)
            }
        };
        if outputs.is_some() {
            self.last_node = Some(entry.node);
        }
        let outputs = match status {
            CompletionStatus::Error => outputs,
            _ => {
                let outputs = outputs.map(|outputs| assign_pairing(outputs, &counts));
                if let (Some([Some(paired)]), false) = (outputs.as_deref(), node.disabled)
                    && let Some(pinned) = self.pins.get_mut(&entry.node)
                {
                    // As in n8n, pinned items keep the pairing that they once got.
                    *pinned = paired.clone();
                }
                if node.always_output_data { Some(always_output(outputs, &counts)) } else { outputs }
            }
        };
        let Some(outputs) = outputs else {
            self.may_drain = false;
            return None;
        };
        let left = outputs.iter().map(|items| items.as_ref().map_or(0, |items| items.len())).collect();
        if let Some(runs) = self.runs.get_mut(entry.node) {
            runs.push(Some(left));
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
    /// input, else the given branches (a webhook's answer). Its last run is replaced (`docs/engine.md §18`).
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
