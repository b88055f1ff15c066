//! Everything the sandbox knows, behind one lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::account::Account;
use crate::door::DoorCommand;
use crate::fault::Fault;
use crate::fault_rule::{Faults, Probe};
use crate::ids::Ids;
use crate::limits::{Limiter, RateLimits};
use crate::model::{AccountSeed, Recipient};
use crate::options::SandboxOptions;
use crate::outcome::Outcome;
use crate::records::{Arrival, LedgerEntry, Log};

/// What all tasks of a sandbox share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: SandboxOptions,
    /// Of the server, without a slash at the end.
    pub(crate) url: String,
    pub(crate) ids: Ids,
    /// How many requests have arrived since the last reset.
    pub(crate) arrived: watch::Sender<u64>,
    /// How many sends have been accepted since the last reset.
    pub(crate) accepted: watch::Sender<u64>,
    /// Opens and closes the listening socket.
    pub(crate) door: mpsc::UnboundedSender<DoorCommand>,
    /// Changes when every connection is to end after the answer it is at.
    pub(crate) hang_up: watch::Sender<()>,
    /// How many connections are open.
    pub(crate) connections: watch::Sender<usize>,
    /// Everything ends now.
    pub(crate) stopped: CancellationToken,
    /// The tasks that are running.
    pub(crate) tasks: TaskTracker,
    seeds: Vec<Arc<AccountSeed>>,
    /// Whether any fault rule is set; spares the common request the work of looking.
    has_faults: AtomicBool,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) accounts: Vec<Account>,
    pub(crate) rate_limits: RateLimits,
    pub(crate) faults: Faults,
    pub(crate) ledger: Log<LedgerEntry>,
    pub(crate) requests: Log<Arrival>,
    pub(crate) outcomes: HashMap<Recipient, Outcome>,
    started: Instant,
}

impl Shared {
    pub(crate) fn new(
        options: SandboxOptions,
        url: String,
        door: mpsc::UnboundedSender<DoorCommand>,
    ) -> Self {
        let seeds: Vec<_> = options.accounts.iter().cloned().map(Arc::new).collect();
        Self {
            state: Mutex::new(State::new(&seeds, &options)),
            seeds,
            options,
            url,
            ids: Ids::default(),
            arrived: watch::Sender::new(0),
            accepted: watch::Sender::new(0),
            door,
            hang_up: watch::Sender::new(()),
            connections: watch::Sender::new(0),
            stopped: CancellationToken::new(),
            tasks: TaskTracker::new(),
            has_faults: AtomicBool::new(false),
        }
    }

    /// The state. No task panics while it holds the lock; should one, the others go on with what there is.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as at the start: accounts, limits, faults, outcomes, ledger, requests, ids.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        *state = State::new(&self.seeds, &self.options);
        self.ids.reset();
        self.has_faults.store(false, Ordering::Relaxed);
        self.arrived.send_replace(0);
        self.accepted.send_replace(0);
    }

    /// Changes the fault rules.
    pub(crate) fn change_faults<T>(&self, change: impl FnOnce(&mut Faults) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state.faults);
        self.has_faults.store(!state.faults.states.is_empty(), Ordering::Relaxed);
        result
    }

    /// Sets other rate limits and forgets what was counted.
    pub(crate) fn set_rate_limits(&self, limits: RateLimits) {
        let mut state = self.state();
        for account in &mut state.accounts {
            account.limiter = Limiter::new(&limits);
        }
        state.rate_limits = limits;
    }

    /// The contact of a conversation writes; `false`: there is no such conversation.
    pub(crate) fn contact_answers(&self, session: Uuid) -> bool {
        let mut state = self.state();
        let account = state.accounts.iter_mut().find(|account| account.session(session).is_some());
        account.is_some_and(|account| account.contact_answers(session, Timestamp::now()))
    }

    /// Whether a fault befalls a connection that was just made.
    pub(crate) fn refuses_connection(&self) -> bool {
        self.has_faults.load(Ordering::Relaxed) && self.state().faults.befalls_connection()
    }

    /// Notes a request; gives its number and the fault that befalls it.
    pub(crate) fn arrive(&self, head: &Arc<Parts>, body: &Bytes) -> (u64, Option<Fault>) {
        let mut state = self.state();
        let probe = Probe { method: &head.method, path: head.uri.path(), body };
        let fault = state.faults.befalls_request(&probe);
        let after = state.started.elapsed();
        let number = state.requests.push_with(|number| Arrival {
            number,
            at: Timestamp::now(),
            after,
            head: Arc::clone(head),
            body: body.clone(),
            fault: fault.as_ref().map(Fault::kind),
            status: None,
        });
        self.arrived.send_replace(number);
        (number, fault)
    }

    /// Notes the status that a request was answered with.
    pub(crate) fn answered(&self, number: u64, status: u16) {
        if let Some(arrival) = self.state().requests.get_mut(number) {
            arrival.status = Some(status);
        }
    }
}

impl State {
    fn new(seeds: &[Arc<AccountSeed>], options: &SandboxOptions) -> Self {
        Self {
            accounts: seeds.iter().map(|seed| Account::new(seed, options)).collect(),
            rate_limits: options.rate_limits.clone(),
            faults: Faults::default(),
            ledger: Log::new(options.ledger),
            requests: Log::new(options.requests),
            outcomes: HashMap::new(),
            started: Instant::now(),
        }
    }

    /// The account that a token opens, by its place.
    pub(crate) fn account_of(&self, token: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.has_token(token))
    }

    /// How queued sends to this recipient go on; `None` as usual.
    pub(crate) fn outcome_for(&self, recipient: &Recipient) -> Option<Outcome> {
        self.outcomes.get(recipient).cloned().or_else(|| Outcome::seeded(recipient))
    }
}
