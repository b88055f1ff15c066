//! Taking a run up from its log: it is executed again, and what has happened already does not happen again.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use heddle_workflow::Workflow;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::executor::accounts;
use crate::fail_point;
use crate::host::Host;
use crate::log::fork::Fork;
use crate::log::recorder::Recorder;
use crate::log::{Past, Record, UnknownItems};
use crate::options::RunOptions;
use crate::run_data::RunResult;
use crate::run_error::RunError;
use crate::stored_options::StoredOptions;
use crate::variables::Variables;

/// How a run is taken up.
#[derive(Debug, Clone, Default)]
pub struct Resumption {
    /// What becomes of items of which nobody can tell whether they were sent.
    pub unknown: UnknownItems,
    /// A workflow in place of the one that the run began with. Node runs that have ended stay as they were.
    pub workflow: Option<Workflow>,
    /// `$env` and `$secrets`; the variables are those that the run began with.
    pub variables: Variables,
    /// End at a wait, as [`RunOptions::stop_at_wait`].
    pub stop_at_wait: bool,
    /// Cancels the run, as [`RunOptions::cancel`].
    pub cancel: CancellationToken,
}

impl Host {
    /// What has happened in a run, as the host's log has it.
    ///
    /// # Errors
    /// [`RunError::Log`] when the log cannot be read, or holds nothing of the run.
    pub async fn past(&self, run: Uuid) -> Result<Past, RunError> {
        let records = self.log.load(run).await.map_err(|error| RunError::Log(error.to_string()))?;
        let past = Past::read(records);
        match past.outermost() {
            Some(outermost) if outermost.started.options.is_some() => Ok(past),
            _ => Err(RunError::Log(format!("nothing is kept of the run {run}"))),
        }
    }

    /// Takes a run up where it stopped, whatever has stopped it. Nodes and items that have ended come from the log, items
    /// that failed without being sent run once more, and the rest runs.
    ///
    /// Nobody else may be running it: that is for the log, or for the caller, to see to.
    ///
    /// # Errors
    /// When the log cannot be read, or the run cannot begin.
    pub async fn resume(&self, run: Uuid, resumption: Resumption) -> Result<RunResult, RunError> {
        let past = self.past(run).await?;
        fail_point::reach("resume loading");
        let (workflow, mut options) = beginning(&past, &resumption)?;
        options.stop_at_wait = resumption.stop_at_wait;
        options.cancel = resumption.cancel;
        let unknown = resumption.unknown;
        let log = Arc::clone(&self.log);
        let resumed = Record::Resumed { at: crate::clock::now(), unknown };
        log.append(run, resumed).await.map_err(|error: io::Error| {
            RunError::Log(format!("the log of the run cannot be written: {error}"))
        })?;
        let recorder = Recorder::of_past(log, run, past, unknown);
        let _telling = options.events.begin();
        self.run_outermost(self.prepare(&workflow), options, None, Arc::new(recorder)).await
    }

    /// Runs items of a run again that is over, as a new run with these options ([`Host::options_of`]): those that
    /// [`RunOptions::only`] selects. It begins at the first node that has some; what that node gets, and what expressions read
    /// of the nodes before it, is what the other run has.
    ///
    /// # Errors
    /// When the log cannot be read or written, or the run cannot begin.
    pub async fn retry(&self, run: Uuid, options: RunOptions) -> Result<RunResult, RunError> {
        let failed = |error: io::Error| RunError::Log(error.to_string());
        let records = self.log.load(run).await.map_err(failed)?;
        let past = Past::read(records.clone());
        let (workflow, _) = beginning(&past, &Resumption::default())?;
        let options = RunOptions { retry_of: Some(run), ..options };
        let execution = options.execution;
        let only = options.only.clone().unwrap_or_default();
        let accounts = self.accounts_of(&workflow);
        let records = Fork::new(&past, run, execution, &only).records(records, |started| {
            started.started_at = options.now.unwrap_or_else(crate::clock::now);
            started.accounts = accounts;
            started.options = Some(Box::new(StoredOptions::of(&options, options.items.is_some())));
        });
        drop(past);
        for record in &records {
            self.log.append(execution, record.clone()).await.map_err(failed)?;
        }
        let log = Arc::clone(&self.log);
        let recorder = Recorder::of_past(log, execution, Past::read(records), UnknownItems::Keep);
        let _telling = options.events.begin();
        self.run_outermost(self.prepare(&workflow), options, None, Arc::new(recorder)).await
    }

    /// What came of a run so far, as its log has it. Nothing happens.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn recall(&self, run: Uuid) -> Result<RunResult, RunError> {
        let past = self.past(run).await?;
        let (workflow, options) = beginning(&past, &Resumption::default())?;
        let options = RunOptions {
            // Nothing leaves, and no credential is needed.
            dry_run: true,
            stop_at_wait: true,
            kept_outputs: crate::keeping::KeptOutputs::All,
            ..options
        };
        let recorder = Recorder::of_past(Arc::clone(&self.log), run, past, UnknownItems::Keep);
        self.run_outermost(self.prepare(&workflow), options, None, Arc::new(recorder.showing_only())).await
    }
}

impl Host {
    /// The options with which a run began, for another one of its workflow with the id `execution`. `$env` and `$secrets`
    /// are those of `variables`.
    ///
    /// # Errors
    /// [`RunError::Log`] when the log does not hold them.
    pub fn options_of(
        &self,
        past: &Past,
        execution: Uuid,
        variables: Variables,
    ) -> Result<RunOptions, RunError> {
        let resumption = Resumption { variables, ..Resumption::default() };
        let (_, options) = beginning(past, &resumption)?;
        Ok(RunOptions { execution, ..options })
    }

    /// The types of the credentials that are not those of the account with which the run of this workflow began.
    pub fn changed_accounts(&self, past: &Past, workflow: &Workflow) -> Vec<String> {
        let before = past.outermost().map(|run| &run.started.accounts);
        let now = self.accounts_of(workflow);
        let changed = before
            .into_iter()
            .flatten()
            .filter(|(name, account)| now.get(*name).is_some_and(|now| now != *account));
        changed.map(|(name, _)| name.clone()).collect()
    }

    fn accounts_of(&self, workflow: &Workflow) -> BTreeMap<String, String> {
        let reached: Vec<bool> = workflow.nodes.iter().map(|node| !node.disabled).collect();
        accounts(self, &self.prepare(workflow), &reached)
    }
}

/// The workflow and the options with which a run began.
fn beginning(past: &Past, resumption: &Resumption) -> Result<(Workflow, RunOptions), RunError> {
    let lost = || RunError::Log("the log of the run does not hold what it began with".to_owned());
    let started = &past.outermost().ok_or_else(lost)?.started;
    let options = started.options.as_deref().ok_or_else(lost)?;
    let options = options.restore(started.id, started.items.as_ref(), &resumption.variables);
    let workflow = match &resumption.workflow {
        Some(workflow) => workflow.clone(),
        None => {
            let text = past.text(&started.workflow.digest).ok_or_else(lost)?;
            Workflow::parse_bytes(&started.workflow.name, text.as_bytes())
                .map_err(|error| RunError::Log(error.to_string()))?
        }
    };
    Ok((workflow, options))
}
