//! The handle of a run that goes on by itself.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::events::{Account, EventStream, Events, ItemVerdict};
use crate::host::Host;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run_data::RunResult;
use crate::run_error::RunError;

/// How a run ends; any number may wait for it.
type Ending = Shared<BoxFuture<'static, Result<Arc<RunResult>, RunError>>>;

/// A run that has been started ([`Host::start`]). It goes on by itself, also when all its handles are gone; copies are
/// handles of the same run.
#[derive(Clone)]
pub struct Run {
    id: Uuid,
    cancel: CancellationToken,
    events: Events,
    account: Arc<Account>,
    ending: Ending,
}

impl Host {
    /// Starts a run of a prepared workflow ([`Host::prepare`]) on the Tokio runtime that this is called in, and gives its
    /// handle. All that keeps a run from beginning is told by [`Run::result`].
    ///
    /// Who wants every event subscribes before: [`RunOptions::events`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    ///
    /// use heddle_node::Registry;
    /// use heddle_runner::events::Event;
    /// use heddle_runner::{Host, RunOptions};
    /// use heddle_workflow::Workflow;
    ///
    /// let host = Arc::new(Host::new(Registry::linked()?));
    /// let workflow = host.prepare(&Workflow::read("workflow.json")?);
    /// let options = RunOptions::default();
    /// let mut events = options.events.subscribe();
    /// let run = host.start(workflow, options);
    ///
    /// let mut failures = 0;
    /// while let Some(event) = events.next().await {
    ///     if let Event::ItemDone { error: Some(error), item, .. } = &*event {
    ///         eprintln!("item {item}: {error}");
    ///         failures += 1;
    ///         if failures == 10 {
    ///             run.cancel(); // no new sends; those in flight end
    ///         }
    ///     }
    /// }
    /// let result = run.result().await?;
    /// println!("{}: {} verdicts", result.status.as_str(), run.verdicts().len());
    /// # Ok(()) }
    /// ```
    pub fn start(self: &Arc<Self>, workflow: Arc<PreparedWorkflow>, options: RunOptions) -> Run {
        let account = Arc::new(Account::default());
        let (id, cancel, events) = (options.execution, options.cancel.clone(), options.events.clone());
        let ending: BoxFuture<'static, _> = match Handle::try_current() {
            Ok(runtime) => {
                let (host, kept) = (Arc::clone(self), Arc::clone(&account));
                // From now on, and not only when the task gets its first turn: who subscribes meanwhile hears it all.
                let telling = options.events.begin();
                let task = runtime.spawn(async move {
                    let result = host.run_prepared(workflow, options, Some(kept)).await;
                    drop(telling);
                    result.map(Arc::new)
                });
                task.map(|ended| ended.unwrap_or_else(|error| Err(RunError::Broken(error.to_string()))))
                    .boxed()
            }
            Err(error) => std::future::ready(Err(RunError::Broken(error.to_string()))).boxed(),
        };
        Run { id, cancel, events, account, ending: ending.shared() }
    }
}

impl Run {
    /// The id of its execution.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Ends it well: no new sends, and those in flight end.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Its events from now on, and those of all runs within it.
    pub fn events(&self) -> EventStream {
        self.events.subscribe()
    }

    /// What has become so far of each item of nodes with an effect, in this run and in all within it, in the order in
    /// which they ended. An item of a node that calls a workflow has what became of the gravest call in it.
    pub fn verdicts(&self) -> Vec<ItemVerdict> {
        self.account.verdicts()
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.ending.clone().now_or_never().is_some()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it could not begin, or did not come to its end ([`RunError::Broken`]). A run that fails on its way is an `Ok`
    /// with [`Status::Error`](crate::Status).
    pub async fn result(&self) -> Result<Arc<RunResult>, RunError> {
        self.ending.clone().await
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Run").field("id", &self.id).finish_non_exhaustive()
    }
}
