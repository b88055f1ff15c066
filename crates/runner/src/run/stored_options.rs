//! The options of a run as its log keeps them, so that it can be taken up as it was begun. No secret is among them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Items, Json, JsonObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keeping::KeptOutputs;
use crate::mode::ExecutionMode;
use crate::options::{DEFAULT_FILE_LIMIT, RunOptions};
use crate::scheduler::DestinationMode;
use crate::selection::{CallerKey, ItemSelection, NodeRunKey, SelectedItems};
use crate::sending::hours::SendingHours;
use crate::sending::rules::SendingRules;
use crate::variables::Variables;

/// How a run is to go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StoredOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<ExecutionMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    has_items: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    stops_before_destination: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<usize>,
    keeps_last_outputs: bool,
    /// The node whose last outputs are kept; absent for the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_node: Option<String>,
    pins: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<StoredSelection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_limit: Option<Duration>,
    wait_budget: Duration,
    answer_limit: usize,
    /// The largest file of an answer; 0 in records from before there was such a limit.
    file_limit: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
    strict: bool,
    /// What the clock shows all the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    vars: Json,
    /// Names of the environment variables that expressions may read; their values may be secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_data: Option<Json>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    called_static_data: BTreeMap<String, Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<String>,
    /// What whoever began the run wanted to keep beside it.
    #[serde(skip_serializing_if = "Json::is_null")]
    note: Json,
    /// The run whose items it runs again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_of: Option<Uuid>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct StoredSelection {
    runs: Vec<StoredSelectedRun>,
    closed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredSelectedRun {
    callers: Vec<(String, usize, Option<usize>)>,
    node: String,
    run: usize,
    items: Vec<usize>,
    of: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl StoredOptions {
    /// The options as they are kept. (The list of all fields is here so that a new one is not forgotten.)
    pub(crate) fn of(options: &RunOptions, has_items: bool) -> Self {
        let RunOptions {
            execution: _,
            mode,
            start,
            items: _,
            destination,
            destination_mode,
            concurrency,
            kept_outputs,
            pins,
            // Runs with mocks, and dry ones, are not kept.
            mocks: _,
            dry_run: _,
            only,
            time_limit,
            wait_budget,
            answer_limit,
            file_limit,
            timeout,
            // Whoever takes it up says that.
            stop_at_wait: _,
            strict,
            now,
            variables: Variables { vars, env, secrets: _ },
            timezone,
            static_data,
            called_static_data,
            note,
            retry_of,
            sending: SendingRules { exclude, hours, at_most },
            // Whoever takes it up is asked anew.
            confirm: _,
            cancel: _,
            events: _,
            // Whoever takes the run up says anew where requests go.
            elsewhere: _,
        } = options;
        Self {
            mode: *mode,
            start: start.clone(),
            has_items,
            destination: destination.clone(),
            stops_before_destination: *destination_mode == DestinationMode::Exclusive,
            concurrency: *concurrency,
            keeps_last_outputs: *kept_outputs != KeptOutputs::All,
            kept_node: match kept_outputs {
                KeptOutputs::All => None,
                KeptOutputs::Last(name) => name.clone(),
            },
            pins: *pins,
            only: only.as_deref().map(StoredSelection::of),
            time_limit: *time_limit,
            wait_budget: *wait_budget,
            answer_limit: *answer_limit,
            file_limit: *file_limit,
            timeout: *timeout,
            strict: *strict,
            now: *now,
            vars: vars.clone(),
            env: env.as_object().into_iter().flat_map(JsonObject::keys).map(str::to_owned).collect(),
            timezone: timezone.clone(),
            static_data: static_data.clone(),
            called_static_data: called_static_data.clone(),
            exclude: exclude.paths().map(Path::to_path_buf).collect(),
            between: hours.as_ref().map(ToString::to_string),
            at_most: at_most.map(|most| most.to_string()),
            note: note.clone(),
            retry_of: *retry_of,
        }
    }

    /// The node that the run was told to start at.
    pub fn start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// What whoever began the run wanted to keep beside it ([`RunOptions::note`]).
    pub fn note(&self) -> &Json {
        &self.note
    }

    /// The options again, for the execution and with its items. `$env` and `$secrets` are those of `variables`.
    pub(crate) fn restore(
        &self,
        execution: Uuid,
        items: Option<&Items>,
        variables: &Variables,
    ) -> RunOptions {
        RunOptions {
            execution,
            mode: self.mode,
            start: self.start.clone(),
            items: items.filter(|_| self.has_items).map(|items| items.as_ref().clone()),
            destination: self.destination.clone(),
            destination_mode: match self.stops_before_destination {
                true => DestinationMode::Exclusive,
                false => DestinationMode::Inclusive,
            },
            concurrency: self.concurrency,
            kept_outputs: match self.keeps_last_outputs {
                true => KeptOutputs::Last(self.kept_node.clone()),
                false => KeptOutputs::All,
            },
            pins: self.pins,
            only: self.only.as_ref().map(|only| Arc::new(only.restore())),
            time_limit: self.time_limit,
            wait_budget: self.wait_budget,
            answer_limit: self.answer_limit,
            file_limit: if self.file_limit == 0 { DEFAULT_FILE_LIMIT } else { self.file_limit },
            timeout: self.timeout,
            strict: self.strict,
            now: self.now,
            variables: Variables { vars: self.vars.clone(), ..variables.clone() },
            timezone: self.timezone.clone(),
            static_data: self.static_data.clone(),
            called_static_data: self.called_static_data.clone(),
            sending: SendingRules {
                exclude: self.exclude.iter().cloned().collect(),
                hours: self.between.as_deref().and_then(SendingHours::read),
                at_most: self.at_most.as_deref().and_then(|most| most.parse().ok()),
            },
            note: self.note.clone(),
            retry_of: self.retry_of,
            ..RunOptions::default()
        }
    }

    /// The items that were to run at some nodes ([`RunOptions::only`]).
    pub fn only(&self) -> Option<ItemSelection> {
        self.only.as_ref().map(StoredSelection::restore)
    }

    /// Names of the environment variables that expressions may read.
    pub fn env(&self) -> &[String] {
        &self.env
    }
}

impl StoredSelection {
    fn of(only: &ItemSelection) -> Self {
        let mut runs: Vec<(&NodeRunKey, &SelectedItems)> = only.runs().collect();
        runs.sort_by_key(|(key, _)| *key);
        Self {
            runs: runs
                .into_iter()
                .map(|(key, selected)| StoredSelectedRun {
                    callers: key
                        .callers
                        .iter()
                        .map(|caller| (caller.node.clone(), caller.run, caller.item))
                        .collect(),
                    node: key.node.clone(),
                    run: key.run,
                    items: selected.items.iter().copied().collect(),
                    of: selected.of,
                    digest: selected.digest.clone(),
                })
                .collect(),
            closed: only.closed().map(str::to_owned).collect(),
        }
    }

    fn restore(&self) -> ItemSelection {
        let mut only = ItemSelection::default();
        for run in &self.runs {
            let callers = run.callers.iter().cloned();
            let key = NodeRunKey {
                callers: callers.map(|(node, run, item)| CallerKey { node, run, item }).collect(),
                node: run.node.clone(),
                run: run.run,
            };
            let items = SelectedItems {
                items: run.items.iter().copied().collect(),
                of: run.of,
                digest: run.digest.clone(),
            };
            only.select(key, items);
        }
        self.closed.iter().for_each(|name| only.close(name.as_str()));
        only
    }
}
