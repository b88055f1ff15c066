//! What all items of one node run share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heddle_expression::Clock;
use heddle_node::{CallAnswer, ErrorKind, FileStore, Json, NodeError, NodeState};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::call_site::{CallRecord, CallsWorkflows};
use crate::cancel::StopSignal;
use crate::code::CodeSite;
use crate::credential_store::CredentialSource;
use crate::credentials::{NodeCredentials, ResolvedCredential};
use crate::effects::EffectSettings;
use crate::elsewhere::Elsewhere;
use crate::evaluation::{EvaluationThreads, Site};
use crate::events::Listeners;
use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::log::{NodeKey, NodePast};
use crate::replaced::Replaced;
use crate::selection::SelectedItems;
use crate::sending::gate::Sending;
use crate::sending::plan::ConfirmSends;
use crate::site::NodeSite;
use crate::static_data::StaticData;
use crate::transport::Transport;

/// Where the expressions of a node run are evaluated.
pub(crate) struct Sited<'a> {
    pub(crate) threads: &'a EvaluationThreads,
    pub(crate) site: Arc<Site>,
}

/// What all items of one node run share.
pub(crate) struct NodeRunContext<'a> {
    pub(crate) execution: Uuid,
    pub(crate) at: Arc<NodeSite>,
    pub(crate) credentials: NodeCredentials,
    /// The credential types that the node is made for, whatever its parameters ask for; `None` for all that there are.
    pub(crate) own_credentials: Option<&'static [(&'static str, bool)]>,
    pub(crate) transport: &'a Transport,
    /// Where expressions are evaluated while the node runs; forms evaluate none.
    pub(crate) sited: Option<Sited<'a>>,
    /// Where renewed tokens are kept.
    pub(crate) credential_source: &'a dyn CredentialSource,
    pub(crate) recorder: Arc<Recorder>,
    /// What the log knows the execution by.
    pub(crate) recorded_as: Uuid,
    /// What happened to the node run before the run was taken up.
    pub(crate) past: Option<Arc<NodePast>>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) cancel: CancellationToken,
    /// Asked before every send.
    pub(crate) stop: StopSignal,
    pub(crate) dry_run: bool,
    /// The longest time that one try of a call may take.
    pub(crate) time_limit: Option<Duration>,
    /// The longest time that one call may wait for permits and rate limits, all waits together.
    pub(crate) wait_budget: Duration,
    /// The largest body of an answer that is held in memory, in bytes.
    pub(crate) answer_limit: usize,
    /// Where its requests go instead of their services.
    pub(crate) elsewhere: Arc<Elsewhere>,
    /// The largest file that an answer may bring, in bytes.
    pub(crate) file_limit: u64,
    /// Where files lie.
    pub(crate) files: &'a dyn FileStore,
    /// What the node's JSON says of its calls.
    pub(crate) effects: EffectSettings,
    pub(crate) clock: &'a Clock,
    /// What the clock shows all the time; the present when absent.
    pub(crate) stands_at: Option<i64>,
    /// Where the requests are noted that do not leave; nowhere when absent.
    pub(crate) replaced: Option<&'a Replaced>,
    pub(crate) remembered: Mutex<HashMap<String, Arc<OnceCell<Json>>>>,
    /// Calls workflows; forms cannot.
    pub(crate) caller: Option<&'a dyn CallsWorkflows>,
    /// Until when the run is to wait after this node run.
    pub(crate) wait_till: Mutex<Option<i64>>,
    /// Data that the workflow keeps between runs; forms have none.
    pub(crate) static_data: Option<&'a StaticData>,
    /// What the node keeps between its runs.
    pub(crate) state: Arc<Mutex<NodeState>>,
    /// The items that are to run; all when absent.
    pub(crate) only: Option<SelectedItems>,
    /// Where code runs; forms have none.
    pub(crate) code: Option<CodeSite<'a>>,
    /// The answer to the call that the run was started by; forms give none.
    pub(crate) answer: Option<&'a Mutex<Option<CallAnswer>>>,
    /// Where the choices of forms are looked up; forms look up none.
    pub(crate) host: Option<&'a Host>,
    /// The sends of the items, where the node goes item by item and has an effect.
    pub(crate) sending: Option<Sending>,
    /// Decides whether many sends begin.
    pub(crate) confirm: Option<Arc<dyn ConfirmSends>>,
    /// Cancels the whole run, with all that it is part of.
    pub(crate) cancel_all: CancellationToken,
    /// Calls that have ended.
    pub(crate) calls: Mutex<Vec<CallRecord>>,
}

impl NodeRunContext<'_> {
    /// The credential of a type as an item has it.
    pub(crate) fn credential(&self, type_name: &str, item: usize) -> Result<&ResolvedCredential, NodeError> {
        match self.credentials.get(type_name) {
            Some(credential) => match credential.of_item(item) {
                Ok(credential) if credential.expressions.is_some() => Err(NodeError::new(
                    ErrorKind::Credential,
                    "The credential holds expressions, which only a run of a workflow evaluates",
                )),
                Ok(credential) => Ok(credential),
                Err(error) => Err(error.clone()),
            },
            None => Err(NodeError::new(
                ErrorKind::Credential,
                format!("The node does not declare the credential \"{type_name}\""),
            )),
        }
    }

    /// Whether the node is made for a credential of this type, so that its author chose where that goes.
    pub(crate) fn is_made_for(&self, type_name: &str) -> bool {
        self.own_credentials.is_none_or(|own| own.iter().any(|(own, _)| *own == type_name))
    }

    /// Why a credential that the node requires cannot be had for an item.
    pub(crate) fn missing_credential(&self, item: usize) -> Option<&NodeError> {
        let required = self.credentials.values().filter(|credential| credential.required);
        required.filter_map(|credential| credential.of_item(item).as_ref().err()).next()
    }

    /// An id that is the same whenever this item of this node run of this execution runs.
    pub(crate) fn call_id(&self, item: usize) -> Uuid {
        let name = format!("{}\0{}\0{item}", self.at.node, self.at.run);
        Uuid::new_v5(&self.execution, name.as_bytes())
    }

    /// What the log knows a workflow by that an item calls: another one for each further try of the item.
    pub(crate) fn recorded_call(&self, item: usize, item_try: u32, number: u32) -> Uuid {
        let name = format!("{}\0{}\0{item}", self.at.node, self.at.run);
        let first = Uuid::new_v5(&Uuid::new_v5(&self.recorded_as, name.as_bytes()), &number.to_be_bytes());
        if item_try > 1 { Uuid::new_v5(&first, &item_try.to_be_bytes()) } else { first }
    }

    /// The node run, as the log knows it.
    pub(crate) fn key(&self) -> NodeKey {
        NodeKey { execution: self.recorded_as, node: Arc::clone(&self.at.node), run: self.at.run }
    }

    /// Tells apart what is remembered with different credentials.
    pub(super) fn accounts(&self, item: usize) -> String {
        let by_item = self.credentials.values().filter(|credential| credential.by_item.is_some());
        by_item
            .filter_map(|credential| Some(format!("{}\0", credential.of_item(item).as_ref().ok()?.account)))
            .collect()
    }

    /// Waits before another try; `false` when the run is cancelled.
    pub(crate) async fn pause(&self, duration: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            () = tokio::time::sleep(duration) => true,
        }
    }
}
