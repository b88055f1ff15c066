//! The handle of a running sandbox.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::door::{DoorCommand, bind, keep_door, listen};
use crate::fault_rule::{FaultRule, FaultState, InvalidFaultRule};
use crate::limits::RateLimits;
use crate::model::Recipient;
use crate::options::SandboxOptions;
use crate::outcome::Outcome;
use crate::records::{Arrival, LedgerEntry, RecordedRequest};
use crate::seed;
use crate::state::Shared;

/// How long [`Sandbox::stop`] waits for the answers under way.
const GRACE: Duration = Duration::from_secs(5);

/// A running WTS Chat API. Ends when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Sandbox {
    /// Starts one on the current tokio runtime (which needs its network and time drivers). Once this returns, requests are
    /// answered.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start(options: SandboxOptions) -> io::Result<Self> {
        let listener = listen(bind(SocketAddr::new(options.address, options.port))?)?;
        let address = listener.local_addr()?;
        let (door, commands) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(options, format!("http://{address}"), door));
        shared.tasks.spawn(keep_door(listener, address, Arc::clone(&shared), commands));
        Ok(Self { shared, address })
    }

    /// The base URL, without a slash at the end: `http://127.0.0.1:34567`.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A token of the first seeded account, [`seed::TOKEN`].
    pub fn token(&self) -> &'static str {
        seed::TOKEN
    }

    /// A token that is no longer valid, [`seed::EXPIRED_TOKEN`].
    pub fn expired_token(&self) -> &'static str {
        seed::EXPIRED_TOKEN
    }

    /// The accepted sends that are kept, oldest first.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.shared.state().ledger.iter().cloned().collect()
    }

    /// How many sends were accepted, kept or not.
    pub fn accepted(&self) -> u64 {
        self.shared.state().ledger.count()
    }

    /// The requests that are kept, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.state().requests.iter().map(Arrival::to_record).collect()
    }

    /// How many requests have arrived, kept or not.
    pub fn arrived(&self) -> u64 {
        self.shared.state().requests.count()
    }

    /// Waits until at least this many requests have arrived since the start or the last reset (or it stops).
    pub async fn wait_for_requests(&self, count: u64) {
        self.wait_for(&self.shared.arrived, count).await;
    }

    /// Waits until at least this many sends have been accepted since the start or the last reset (or it stops).
    pub async fn wait_for_accepted(&self, count: u64) {
        self.wait_for(&self.shared.accepted, count).await;
    }

    async fn wait_for(&self, counter: &watch::Sender<u64>, count: u64) {
        let mut counter = counter.subscribe();
        tokio::select! {
            // An error means that the sender is gone, and this holds it.
            _ = counter.wait_for(|&counted| counted >= count) => {}
            () = self.shared.stopped.cancelled() => {}
        }
    }

    /// Adds a fault rule after those there are.
    ///
    /// # Errors
    /// If the rule could never do what it says.
    pub fn add_fault(&self, rule: FaultRule) -> Result<(), InvalidFaultRule> {
        self.shared.change_faults(|faults| faults.add(vec![rule]))
    }

    /// The fault rules and how often each was hit.
    pub fn faults(&self) -> Vec<FaultState> {
        self.shared.state().faults.states.clone()
    }

    /// Takes all fault rules away.
    pub fn clear_faults(&self) {
        self.shared.change_faults(|faults| faults.states.clear());
    }

    /// Sets how queued sends to a recipient go on after they are accepted. Sends that are queued already keep theirs.
    pub fn set_outcome(&self, recipient: Recipient, outcome: Outcome) {
        self.shared.state().outcomes.insert(recipient, outcome);
    }

    /// Sets other rate limits; what was counted so far is forgotten.
    pub fn set_rate_limits(&self, limits: RateLimits) {
        self.shared.set_rate_limits(limits);
    }

    /// The contact writes in a conversation: it is in progress from then on, hidden or not
    /// (docs/wts-api.md §2.1), and no chatbot runs in it. `false`: there is no such conversation.
    pub fn contact_answers(&self, session: Uuid) -> bool {
        self.shared.contact_answers(session)
    }

    /// All chatbots come to their end. Until then, or until its conversation is finished, one that was started is in
    /// execution.
    pub fn finish_bots(&self) {
        self.shared.state().accounts.iter_mut().for_each(crate::account::Account::finish_bots);
    }

    /// Everything as at the start: accounts, rate limits, faults, outcomes, ledger, requests, and the ids given to what is
    /// made next. Connections stay.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Closes the listening socket, so that connections are refused, for `duration` or until
    /// [`accept_connections`](Self::accept_connections). The connections there are end after the answer they are at.
    ///
    /// # Errors
    /// If the port cannot be kept; then the sandbox stops.
    pub async fn refuse_connections(&self, duration: Option<Duration>) -> io::Result<()> {
        self.command(|done| DoorCommand::Shut { duration, done }).await
    }

    /// Listens again after [`refuse_connections`](Self::refuse_connections).
    ///
    /// # Errors
    /// If the port cannot be had; then the sandbox stops.
    pub async fn accept_connections(&self) -> io::Result<()> {
        self.command(|done| DoorCommand::Open { done }).await
    }

    async fn command(
        &self,
        command: impl FnOnce(Option<oneshot::Sender<io::Result<()>>>) -> DoorCommand,
    ) -> io::Result<()> {
        let stopped = || io::Error::other("the sandbox has stopped");
        let (done, told) = oneshot::channel();
        self.shared.door.send(command(Some(done))).map_err(|_| stopped())?;
        told.await.map_err(|_| stopped())?
    }

    /// Waits until it stops: the end of a process that only runs a sandbox.
    pub async fn wait(&self) {
        self.shared.stopped.cancelled().await;
    }

    /// Stops listening, lets the answers under way be written (for at most five seconds), and ends.
    pub async fn stop(self) {
        // An error means that it has stopped by itself.
        let _ = self.refuse_connections(None).await;
        let until = tokio::time::Instant::now() + GRACE;
        let mut connections = self.shared.connections.subscribe();
        let _ = tokio::time::timeout_at(until, connections.wait_for(|&open| open == 0)).await;
        self.shared.stopped.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stopped.cancel();
    }
}
