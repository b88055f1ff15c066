//! `heddle retry`: runs items of an earlier run again, as a new run.

use std::sync::Arc;

use heddle_node::{Registry, printable_line};
use heddle_runner::RunError;
use heddle_runner::events::Verdict;

use super::conclude::conclude;
use super::kept::{self, Note, short};
use super::resume::{Stage, workflow_of};
use crate::arguments::{RetryArguments, RetryOnly};
use crate::failure::{Failure, INCOMPLETE};
use crate::observer::Log;
use crate::report::Subject;
use crate::signals::{Phase, Signals};

pub(crate) fn execute(registry: &Registry, arguments: &RetryArguments) -> Result<u8, Failure> {
    let signals = Signals::watch()?;
    let store = Arc::new(kept::store(&arguments.store)?);
    let run = kept::find(&store, &arguments.run)?;
    let id = short(&run);
    if !run.is_over() {
        return Err(Failure {
            message: format!("the run {id} is not over: it is {}", run.status.as_str()),
            help: Some(format!("Take it up first: heddle resume {id}")),
            status: INCOMPLETE,
        });
    }
    let verdicts: &[Verdict] = match arguments.only {
        RetryOnly::NotSent => &[Verdict::NotSent],
        RetryOnly::Unknown => &[Verdict::Unknown],
        RetryOnly::Failed => &[Verdict::NotSent, Verdict::Unknown],
    };
    let going = &arguments.going;
    let note = Note { retry_of: Some(run.id), is_partial: true, ..Note::of_run(&run) };
    let stage = Stage::set(&signals, going, &note)?;
    let observer = Arc::clone(&stage.observer);
    let execution = uuid::Uuid::new_v4();
    let log = Arc::new(Log {
        observer: observer.clone(),
        store: Some(kept::log_of(store.clone(), note.is_trial())),
    });
    let (store, note) = (&store, &note);
    let work = async {
        let host = stage.host(registry, log).await?;
        let past = host.past(run.id).await.map_err(|error| Failure::failed(error.to_string()))?;
        let workflow = workflow_of(&past)?;
        let only = Arc::new(crate::only::of_past(&format!("of the run {id}"), &past, &workflow, verdicts)?);
        if !going.quiet {
            let name = printable_line(&run.workflow);
            super::print_error(&format!("running items of the run {id} of \"{name}\" again"));
            if arguments.only != RetryOnly::NotSent {
                super::print_error("warning: items that are unknown are sent, perhaps for a second time");
            }
        }
        let mut options = host
            .options_of(&past, execution, stage.variables(&past)?)
            .map_err(|error| Failure::failed(error.to_string()))?;
        if let Some(report) = observer.report() {
            let workflow = (note.name(), crate::report::hash(workflow.text().unwrap_or_default().as_bytes()));
            let subject = Subject {
                workflow,
                input: None,
                start: options.start.clone(),
                pins: options.pins,
                variables: None,
            };
            report.begin(execution, &subject, Some(&only))?;
        }
        options.only = Some(only);
        options.note = note.to_json();
        options.cancel = signals.cancel().clone();
        stage.give_static_data(&mut options);
        signals.enter(Phase::Running);
        host.retry(run.id, options).await.map_err(|error| match error {
            RunError::Problems(problems) => {
                let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Failure::usage(text.join("\n"))
            }
            error => Failure::usage(error.to_string()),
        })
    };
    let telling = stage.telling(&signals, Some((store, execution)));
    conclude(&telling, work)
}
