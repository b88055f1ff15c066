//! Data that workflows keep between runs (`docs/engine.md §1.6`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use heddle_node::{Json, StaticScope};
use heddle_workflow::Workflow;

/// The static data of one run's workflow.
pub(crate) struct StaticData {
    state: Mutex<State>,
}

struct State {
    root: Json,
    changed: bool,
    /// How often it has changed.
    revision: u64,
}

/// The static data of all workflows that a run calls: each call goes on with what the one before it left.
#[derive(Default)]
pub(crate) struct CalledStaticData {
    workflows: Mutex<BTreeMap<String, (Json, bool)>>,
}

impl StaticData {
    /// Static data as stored; anything but an object is none.
    pub(crate) fn new(stored: Json) -> Self {
        let root = if stored.is_object() { stored } else { Json::object() };
        Self { state: Mutex::new(State { root, changed: false, revision: 0 }) }
    }

    /// The same data, of which changes are nobody's.
    pub(crate) fn copy(&self) -> Self {
        Self::new(self.state.lock().unwrap_or_else(PoisonError::into_inner).root.clone())
    }

    pub(crate) fn get(&self, scope: StaticScope, node: &str) -> Json {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .root
            .get(&key(scope, node))
            .filter(|data| data.is_object())
            .cloned()
            .unwrap_or_else(Json::object)
    }

    pub(crate) fn set(&self, scope: StaticScope, node: &str, data: Json) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(scope, node);
        let is_empty = data.as_object().is_some_and(|object| object.is_empty());
        let is_same = match state.root.get(&key) {
            Some(stored) => *stored == data,
            None => is_empty,
        };
        if !is_same {
            state.root.insert(&key, data);
            state.changed = true;
            state.revision += 1;
        }
    }

    /// How often it has changed.
    pub(crate) fn revision(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).revision
    }

    /// All of it.
    pub(crate) fn all(&self) -> Json {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).root.clone()
    }

    /// Goes on with what it was when the run was ended.
    pub(crate) fn restore(&self, root: Json) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.root = root;
        state.changed = true;
        state.revision += 1;
    }

    /// All of it, and whether it changed.
    pub(crate) fn into_parts(self) -> (Json, bool) {
        let State { root, changed, .. } = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        (root, changed)
    }
}

impl CalledStaticData {
    /// Starts with what was kept of earlier runs.
    pub(crate) fn new(kept: BTreeMap<String, Json>) -> Self {
        let workflows = kept.into_iter().map(|(workflow, data)| (workflow, (data, false))).collect();
        Self { workflows: Mutex::new(workflows) }
    }

    /// What a workflow goes on with: what the last call left, or what its file says.
    pub(crate) fn of(&self, workflow: &Workflow) -> Json {
        let workflows = self.workflows.lock().unwrap_or_else(PoisonError::into_inner);
        workflows.get(name(workflow)).map_or_else(|| workflow.static_data.clone(), |(data, _)| data.clone())
    }

    pub(crate) fn keep(&self, workflow: &Workflow, data: Json) {
        self.keep_by_name(name(workflow), data);
    }

    /// The same for the workflow of an id, or of a name where it has none.
    pub(crate) fn keep_by_name(&self, name: &str, data: Json) {
        let mut workflows = self.workflows.lock().unwrap_or_else(PoisonError::into_inner);
        workflows.insert(name.to_owned(), (data, true));
    }

    /// What changed, by the workflow's id, or its name where it has none.
    pub(crate) fn changed(&self) -> BTreeMap<String, Json> {
        let workflows = self.workflows.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = workflows.iter().filter(|(_, (_, changed))| *changed);
        changed.map(|(workflow, (data, _))| (workflow.clone(), data.clone())).collect()
    }
}

fn name(workflow: &Workflow) -> &str {
    workflow.id.as_deref().unwrap_or(&workflow.name)
}

fn key(scope: StaticScope, node: &str) -> String {
    match scope {
        StaticScope::Workflow => "global".to_owned(),
        StaticScope::Node => format!("node:{node}"),
    }
}
