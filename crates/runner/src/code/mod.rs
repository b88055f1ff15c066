//! Running code of the workflow's author: on a thread of its own, followed from the loop, and left to itself where it
//! cannot be interrupted.

mod calls;
mod error;
mod limits;
mod thread;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use heddle_expression::code::{CodeJob, CodeResult, Dialect, Program};
use heddle_expression::{Clock, Engine, EngineLimits, Watcher};
use heddle_node::{CodeAnswer, CodeCall, CodeDialect, NodeError, StaticScope};
use heddle_workflow::OnError;
use tokio::sync::{mpsc, oneshot};

use crate::code::error::{cancelled, exhausted, hanging, not_started, of_code, of_syntax};
use crate::code::thread::{Given, Message, Outcome, ThreadHost};
use crate::evaluation::{EvaluationThreads, GRACE, Site, Watch};
use crate::events::Event;
use crate::http::ItemHttp;
use crate::node_run::NodeRunContext;

pub(crate) use limits::{LIMITS, MOST_THREADS};

/// How much longer than it may code goes on before it counts as one that cannot be interrupted.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the code of a node run runs.
pub(crate) struct CodeSite<'a> {
    pub(crate) threads: &'a EvaluationThreads,
    pub(crate) site: Arc<Site>,
    /// How long it may take, where the node says so.
    pub(crate) time: Option<Duration>,
    /// What happens to items that fail.
    pub(crate) on_error: OnError,
}

impl CodeSite<'_> {
    fn limits(&self) -> EngineLimits {
        let limits = self.threads.limits();
        EngineLimits { time: self.time.unwrap_or(limits.time), ..limits }
    }

    /// Runs code to its end.
    pub(crate) async fn run(
        &self,
        run: &NodeRunContext<'_>,
        call: CodeCall,
        static_data: [heddle_node::Json; 2],
        keep: impl Fn(StaticScope, heddle_node::Json),
        http: &ItemHttp<'_>,
    ) -> Result<CodeAnswer, NodeError> {
        let program = Program::parse(&call.code).map_err(of_syntax)?;
        if self.threads.are_exhausted() {
            return Err(exhausted());
        }
        let limits = self.limits();
        let watch = Arc::new(Watch::new(run.stop.clone()));
        let (messages, mut told) = mpsc::unbounded_channel();
        let (answer, answers) = std::sync::mpsc::channel();
        let mut calls = FuturesUnordered::new();
        let (done, mut is_done) = oneshot::channel();
        let job = Job {
            site: Arc::clone(&self.site),
            watch: Arc::clone(&watch),
            program,
            // A dry run shows what would leave for every item; that nothing leaves is no failure.
            stops_at_error: self.on_error == OnError::StopWorkflow && !run.dry_run,
            call,
            limits,
            host: ThreadHost::new(messages, answers, Given { static_data }),
        };
        let started = self.threads.start(move |_: &mut Engine| {
            // Nobody waits any more where the run was left.
            let _ = done.send(job.perform());
        });
        let ticket = started.map_err(not_started)?;
        let mut until_stopped = None;
        let outcome = loop {
            let patience = watch.patience_beyond(limits.time, PATIENCE);
            let until = until_stopped.map_or(patience, |stopped: Instant| stopped.min(patience));
            tokio::select! {
                biased;
                message = told.recv() => {
                    match message {
                        Some(Message::Line { level, text }) => {
                            run.listeners.tell(|| Event::ConsoleLine { at: Arc::clone(&run.at), level, text });
                        }
                        Some(Message::Call(request)) => calls.push(calls::send(http, request)),
                        // The thread has ended, and with it what it had to tell.
                        None => break (&mut is_done).await.ok(),
                    }
                    continue;
                }
                Some(answered) = calls.next() => {
                    // Code that has ended waits for no answer.
                    let _ = answer.send(answered);
                    continue;
                }
                () = run.cancel.cancelled(), if until_stopped.is_none() => {
                    until_stopped = Some(Instant::now() + GRACE);
                }
                () = tokio::time::sleep_until(until.into()) => {}
            }
            let now = Instant::now();
            if until_stopped.is_some_and(|stopped| stopped <= now) || patience <= now {
                watch.give_up();
                self.threads.leave(&ticket);
                break None;
            }
        };
        // What code has sent without waiting for the answer is sent to its end all the same.
        while calls.next().await.is_some() {}
        let Some(Outcome { result, static_data }) = outcome else {
            return Err(if run.stop.is_over() { cancelled() } else { hanging(limits) });
        };
        if run.stop.is_over() && result.is_err() {
            return Err(cancelled());
        }
        let answer = match result.map_err(|error| of_code(error, None, limits))? {
            CodeResult::Once(value) => CodeAnswer::Once(value),
            CodeResult::Each(results) => CodeAnswer::Each(
                (0..)
                    .zip(results)
                    .map(|(index, result)| result.map_err(|error| of_code(error, Some(index), limits)))
                    .collect(),
            ),
        };
        static_data.into_iter().for_each(|(scope, data)| keep(scope, data));
        Ok(answer)
    }
}

/// Code to be run on another thread. It owns, or shares, all that it reads.
struct Job {
    site: Arc<Site>,
    watch: Arc<Watch>,
    program: Program,
    stops_at_error: bool,
    call: CodeCall,
    limits: EngineLimits,
    host: ThreadHost,
}

impl Job {
    fn perform(self) -> Outcome {
        let watcher: Arc<dyn Watcher> = self.watch;
        let job = CodeJob {
            program: &self.program,
            dialect: match self.call.dialect {
                CodeDialect::Code => Dialect::Code,
                CodeDialect::Function => Dialect::Function,
            },
            each_item: self.call.each_item,
            stops_at_error: self.stops_at_error,
            limits: self.limits,
        };
        // Code sees the time pass.
        let now = self.site.run.stands_at.unwrap_or_else(crate::clock::now);
        let clock = Clock { now, zone: self.site.run.clock.zone.clone() };
        let items = self.call.items.as_slice();
        let result = self.site.show(&clock, &watcher, (items, 0), |scene| job.run(scene, &self.host));
        self.host.end(result)
    }
}
