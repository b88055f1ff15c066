//! Runs one node over its input items and collects what came out.

use std::sync::{Arc, Mutex, PoisonError};

use heddle_node::node::{ErasedBatchNode, ErasedItemNode, PreparedItem, Tier};
use heddle_node::{
    BatchContext, Effect, ErrorKind, Item, ItemOutput, ItemParameters, Json, JsonObject, Node, NodeError,
    Outcome, PairedItem,
};
use heddle_workflow::OnError;

use crate::events::{Event, Verdict};
use crate::item_loop::{ItemLoop, ItemResult, error_item};
use crate::node_run::{ItemServices, NodeRunContext};

/// Items of a node without effects that are prepared before the first of them runs.
const CHUNK: usize = 1024;

/// One run of one node.
pub(crate) struct NodeRunner<'a> {
    pub(crate) node: &'a dyn Node,
    pub(crate) settings: &'a heddle_workflow::Node,
    /// Parameters as stored and filled; expressions are still in them.
    pub(crate) parameters: &'a Json,
    pub(crate) type_version: f64,
    pub(crate) context: &'a NodeRunContext<'a>,
    pub(crate) concurrency: usize,
    pub(crate) inputs: &'a [Option<Arc<Vec<Item>>>],
    /// The input whose items an item node goes through.
    pub(crate) main_input: usize,
}

/// What a node run gave.
pub(crate) struct NodeRunEnd {
    /// Items by output, the error output last where the node has one; absent when the run failed.
    pub(crate) outputs: Option<Vec<Vec<Item>>>,
    /// Why it failed.
    pub(crate) error: Option<NodeError>,
    /// What became of each item, for a node with an effect.
    pub(crate) metadata: Option<Json>,
    /// The gravest outcome of what it sent; `None` when it sends nothing.
    pub(crate) outcome: Option<Outcome>,
}

/// Resolves parameters for a node that takes its items all at once.
struct Resolver<'a>(Mutex<&'a mut (dyn FnMut(usize) -> Result<Json, NodeError> + Send)>);

impl ItemParameters for Resolver<'_> {
    fn resolve(&self, item: usize) -> Result<Json, NodeError> {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(item)
    }
}

impl NodeRunEnd {
    /// The node failed, and nothing came out.
    pub(crate) fn failed(error: NodeError) -> Self {
        Self { outputs: None, error: Some(error), metadata: None, outcome: None }
    }
}

impl NodeRunner<'_> {
    /// Runs the node. `prepare` resolves the parameters of the item at an index.
    pub(crate) async fn run(
        &self,
        prepare: &mut (dyn FnMut(usize) -> Result<Json, NodeError> + Send),
    ) -> NodeRunEnd {
        match self.tier() {
            Tier::Item(node) => self.run_items(node, prepare).await,
            Tier::Batch(node) => self.run_batch(node, prepare).await,
        }
    }

    fn tier(&self) -> Tier<'_> {
        self.node.tier_for(self.parameters)
    }

    /// Runs a node that takes its items all at once; again where it asks for retries and nothing can happen twice.
    async fn run_batch(
        &self,
        node: &dyn ErasedBatchNode,
        prepare: &mut (dyn FnMut(usize) -> Result<Json, NodeError> + Send),
    ) -> NodeRunEnd {
        let resolver = Resolver(Mutex::new(prepare));
        let mut tries = if self.settings.retry_on_fail { self.settings.tries() } else { 1 };
        let mut sent = None;
        loop {
            let services = ItemServices::for_all_items(self.context);
            let context = BatchContext {
                inputs: self.inputs,
                main_input: self.main_input,
                parameters: &resolver,
                type_version: self.type_version,
                services: &services,
            };
            let result = match resolver.resolve(0) {
                Ok(parameters) => node.run(&parameters, &context).await,
                Err(error) => Err(error),
            };
            sent = sent.max(services.http.take_record().outcome);
            let result = result.map_err(|mut error| {
                error.outcome = error.outcome.max(sent.unwrap_or(Outcome::NotDone));
                error
            });
            tries -= 1;
            let may_repeat = result.as_ref().is_err_and(|error| {
                error.outcome == Outcome::NotDone
                    && !matches!(error.kind, ErrorKind::Cancelled | ErrorKind::DryRun)
            });
            if tries == 0 || !may_repeat || !self.pause_before_retry().await {
                return NodeRunEnd { outcome: sent, ..self.end_batch(result) };
            }
        }
    }

    /// Waits as the node's settings say; `false` when the run is cancelled.
    async fn pause_before_retry(&self) -> bool {
        tokio::select! {
            biased;
            () = self.context.cancel.cancelled() => false,
            () = tokio::time::sleep(self.settings.wait_between_tries()) => true,
        }
    }

    fn items(&self) -> &[Item] {
        self.inputs.get(self.main_input).and_then(Option::as_ref).map_or(&[], |items| items.as_slice())
    }

    fn end_batch(&self, outputs: Result<Vec<Vec<Item>>, NodeError>) -> NodeRunEnd {
        let error = match outputs {
            Ok(mut outputs) => {
                if self.settings.on_error() == OnError::ContinueErrorOutput {
                    outputs.resize_with(self.node.header().outputs.len() + 1, Vec::new);
                }
                return NodeRunEnd { outputs: Some(outputs), error: None, metadata: None, outcome: None };
            }
            Err(error) => error,
        };
        let continues = self.settings.continues_after_failure() && error.kind != ErrorKind::Cancelled;
        let outputs = continues.then(|| {
            let mut outputs = self.empty_outputs();
            let output = self.error_output();
            let input = self.items();
            outputs[output] =
                input.iter().enumerate().map(|(index, item)| self.failed_item(item, index, &error)).collect();
            outputs
        });
        NodeRunEnd { outputs, error: Some(error), metadata: None, outcome: None }
    }

    async fn run_items(
        &self,
        node: &dyn ErasedItemNode,
        prepare: &mut (dyn FnMut(usize) -> Result<Json, NodeError> + Send),
    ) -> NodeRunEnd {
        let items = self.items();
        let stop_on_failure = !self.settings.continues_after_failure();
        let item_loop = ItemLoop {
            node,
            run: self.context,
            items,
            type_version: self.type_version,
            concurrency: self.concurrency,
            stop_on_failure,
            tries: if self.settings.retry_on_fail { self.settings.tries() } else { 1 },
            pause_between_tries: self.settings.wait_between_tries(),
        };
        let mut collected = Collected::new(self, items);
        let mut preparation = Preparation { node, last: None };
        let effect = node.gravest_effect();
        let mut first = 0;
        while first < items.len() && !collected.stopped {
            let mut prepared = Vec::with_capacity(CHUNK.min(items.len() - first));
            // With an effect, every item is resolved, typed and checked before the first one leaves.
            while first + prepared.len() < items.len() && (prepared.len() < CHUNK || effect != Effect::Pure) {
                prepared.push(match self.context.missing_credential() {
                    Some(error) => Err(error.clone()),
                    None => prepare(first + prepared.len()).and_then(|json| preparation.prepare(json)),
                });
            }
            if stop_on_failure && effect != Effect::Pure && prepared.iter().any(Result::is_err) {
                collected.refuse(first, &prepared);
                break;
            }
            for (offset, result) in item_loop.run(first, &prepared, effect).await.into_iter().enumerate() {
                let effect = prepared[offset].as_ref().map_or(effect, |item| item.effect);
                collected.take(first + offset, result, effect);
            }
            first += prepared.len();
            // Items that only compute never wait: a cancellation is noticed between chunks.
            tokio::task::yield_now().await;
        }
        collected.end()
    }

    fn empty_outputs(&self) -> Vec<Vec<Item>> {
        let declared = self.node.header().outputs.len().max(1);
        let error = usize::from(self.settings.on_error() == OnError::ContinueErrorOutput);
        let mut outputs = Vec::new();
        outputs.resize_with(declared + error, Vec::new);
        outputs
    }

    /// The output that failed items go to, where the node continues.
    fn error_output(&self) -> usize {
        match self.settings.on_error() {
            OnError::ContinueErrorOutput => self.node.header().outputs.len().max(1),
            _ => match self.tier() {
                Tier::Item(node) => node.failure_output(),
                Tier::Batch(_) => 0,
            },
        }
    }

    fn failed_item(&self, item: &Item, index: usize, error: &NodeError) -> Item {
        let details = error.to_json(self.context.run, crate::clock::now());
        error_item(item, index, error, details)
    }
}

/// Types resolved parameters, once for all items that share them.
struct Preparation<'a> {
    node: &'a dyn ErasedItemNode,
    last: Option<(Json, Arc<PreparedItem>)>,
}

impl Preparation<'_> {
    fn prepare(&mut self, parameters: Json) -> Result<Arc<PreparedItem>, NodeError> {
        if let Some((last, prepared)) = &self.last
            && last.ptr_eq(&parameters)
        {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(self.node.prepare(&parameters)?);
        self.last = Some((parameters, Arc::clone(&prepared)));
        Ok(prepared)
    }
}

/// The results of items, in input order.
struct Collected<'a> {
    runner: &'a NodeRunner<'a>,
    items: &'a [Item],
    outputs: Vec<Vec<Item>>,
    outcomes: Vec<Json>,
    /// The first item that failed, where a failure stops the run.
    error: Option<NodeError>,
    has_effect: bool,
    outcome: Option<Outcome>,
    stopped: bool,
}

impl<'a> Collected<'a> {
    fn new(runner: &'a NodeRunner<'a>, items: &'a [Item]) -> Self {
        Self {
            runner,
            items,
            outputs: runner.empty_outputs(),
            outcomes: Vec::new(),
            error: None,
            has_effect: false,
            outcome: None,
            stopped: false,
        }
    }

    /// Takes the result of an item; `None` when it was not started.
    fn take(&mut self, index: usize, result: Option<ItemResult>, effect: Effect) {
        let Some(result) = result else {
            self.stopped = true;
            self.note_not_started(index, effect);
            return;
        };
        self.note(index, result.verdict, result.output.as_ref().err());
        match result.output {
            Ok(output) => self.place(index, output),
            Err(error) if error.kind == ErrorKind::Cancelled => self.stopped = true,
            Err(error) if self.runner.settings.continues_after_failure() => {
                let item = self.runner.failed_item(&self.items[index], index, &error);
                self.outputs[self.runner.error_output()].push(item);
            }
            Err(error) => {
                self.stopped = true;
                if self.error.is_none() {
                    self.error = Some(error);
                }
            }
        }
    }

    /// Items cannot be prepared, and the node has an effect: nothing leaves at all. Every item that must be mended is
    /// told of; a credential that all of them lack, once.
    fn refuse(&mut self, first: usize, prepared: &[Result<Arc<PreparedItem>, NodeError>]) {
        self.stopped = true;
        for (offset, item) in prepared.iter().enumerate() {
            let index = first + offset;
            match item {
                Err(error) if self.error.is_none() || error.kind != ErrorKind::Credential => {
                    let mut error = error.clone();
                    error.item_index = Some(index);
                    self.settle_not_sent(index, Some(&error));
                    self.error.get_or_insert(error);
                }
                _ => self.note_not_started(index, Effect::Send),
            }
        }
    }

    fn note_not_started(&mut self, index: usize, effect: Effect) {
        if effect == Effect::Send {
            self.settle_not_sent(index, None);
        }
    }

    /// Tells and notes that an item which never began was not sent.
    fn settle_not_sent(&mut self, item: usize, error: Option<&NodeError>) {
        let context = self.runner.context;
        let verdict = Some(Verdict::NotSent);
        context.events.receive(&Event::ItemDone {
            node: &context.name,
            run: context.run,
            item,
            verdict,
            error,
        });
        self.note(item, verdict, error);
    }

    fn note(&mut self, index: usize, verdict: Option<Verdict>, error: Option<&NodeError>) {
        let Some(verdict) = verdict else { return };
        self.has_effect = true;
        self.outcome = self.outcome.max(Some(verdict.outcome()));
        let mut outcome = JsonObject::new();
        outcome.insert("item", Json::from(index));
        outcome.insert("outcome", Json::from(verdict.as_str()));
        if let Some(error) = error {
            outcome.insert("error", Json::from(error.message.as_str()));
        }
        self.outcomes.push(Json::from(outcome));
    }

    fn place(&mut self, index: usize, output: ItemOutput) {
        for (output, mut item) in output {
            if item.paired_item == PairedItem::None {
                item.paired_item = PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX));
            }
            if output >= self.outputs.len() {
                self.outputs.resize_with(output + 1, Vec::new);
            }
            self.outputs[output].push(item);
        }
    }

    fn end(self) -> NodeRunEnd {
        let metadata = self.has_effect.then(|| {
            let mut metadata = Json::object();
            metadata.insert("items", Json::from(self.outcomes));
            metadata
        });
        NodeRunEnd {
            outputs: self.error.is_none().then_some(self.outputs),
            error: self.error,
            metadata,
            outcome: self.outcome,
        }
    }
}
