//! What a node gets of its host while it runs.

use std::any::Any;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heddle_data::View;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::call_answer::CallAnswer;
use crate::code_call::{CodeAnswer, CodeCall};
use crate::credential::Credential;
use crate::date::DateQuestion;
use crate::error::NodeError;
use crate::files::{FileStore, MemoryFiles};
use crate::http::{HttpClient, HttpError, HttpRequest};
use crate::item::{Item, Items};
use crate::json::Json;
use crate::node::read_parameters;
use crate::paired_item::Source;
use crate::workflow_call::{WorkflowAnswer, WorkflowCall};

/// The host's services for one item, one batch or one form.
pub trait Services: Send + Sync {
    /// The HTTP client.
    fn http(&self) -> &dyn HttpClient;

    /// The node's credential of type `type_name`.
    ///
    /// # Errors
    /// When none is set; the error says how to set one.
    fn credential(&self, type_name: &str) -> Result<&Credential, NodeError>;

    /// Gives what `load` gives, run once for each `key` and credential within a node run.
    fn remember<'a>(
        &'a self,
        key: &'a str,
        load: BoxFuture<'a, Result<Json, NodeError>>,
    ) -> BoxFuture<'a, Result<Json, NodeError>>;

    /// An id that is the same whenever this item of this node run of this execution runs.
    fn call_id(&self) -> Uuid;

    /// Waits; ends early with an error when the run is cancelled.
    fn pause(&self, duration: Duration) -> BoxFuture<'_, Result<(), NodeError>>;

    /// The time in milliseconds since 1970.
    fn now(&self) -> i64;

    /// Where files are kept that are no longer, or not yet, an item's.
    fn files(&self) -> &dyn FileStore {
        &MemoryFiles
    }

    /// Whether nothing may leave.
    fn is_dry_run(&self) -> bool;

    /// Whether the resolved filter value matches (`docs/parameters.md §13`).
    ///
    /// # Errors
    /// When a side is of the wrong type.
    fn matches_filter(&self, filter: &Json, item_index: usize) -> Result<bool, NodeError>;

    /// The text with `replacement` in place of what a regular expression finds: JavaScript's `text.replace(new RegExp(source,
    /// flags), replacement)`.
    ///
    /// # Errors
    /// When the expression is invalid or takes too long.
    fn replace_pattern(
        &self,
        _source: &str,
        _flags: &str,
        _text: &str,
        _replacement: &str,
    ) -> Result<String, NodeError> {
        Err(NodeError::operation("This host knows no regular expressions"))
    }

    /// Runs another workflow (`docs/engine.md §17`). What it sends counts as sent by the item, or batch, that calls.
    ///
    /// # Errors
    /// When there is no such workflow, it may not be called from here, or it fails: its own message, and whether anything
    /// was sent.
    fn run_workflow(&self, _call: WorkflowCall) -> BoxFuture<'_, Result<WorkflowAnswer, NodeError>> {
        Box::pin(std::future::ready(Err(NodeError::operation("This host runs no sub-workflows"))))
    }

    /// Runs code of the workflow's author, beside the loop and within the host's limits.
    ///
    /// # Errors
    /// When it fails for all items at once: its own error, or that it took too long or too much memory.
    fn run_code(&self, _call: CodeCall) -> BoxFuture<'_, Result<CodeAnswer, NodeError>> {
        Box::pin(std::future::ready(Err(NodeError::operation("This host runs no code"))))
    }

    /// Evaluates the expressions in a value at an item, with further names such as `$response` beside the usual ones.
    ///
    /// # Errors
    /// When one of them fails, or takes too long.
    fn evaluate<'a>(
        &'a self,
        _item: &'a Item,
        _value: Json,
        _names: Vec<(&'static str, Json)>,
    ) -> BoxFuture<'a, Result<Json, NodeError>> {
        Box::pin(std::future::ready(Err(NodeError::operation(
            "This host evaluates no expressions for nodes",
        ))))
    }

    /// What stands in the place of an item that failed alone, for a node that takes whole inputs; `None` where the
    /// workflow does not go on after errors, so that the node fails.
    fn failed_item(&self, _item: &Item, _index: usize, _error: &NodeError) -> Option<Item> {
        None
    }

    /// Lets the run go on only at `until`, in milliseconds since 1970, once this node run has ended: what the node puts
    /// out then is its first input (`docs/engine.md §18`).
    ///
    /// # Errors
    /// When the host cannot wait.
    fn put_to_wait(&self, _until: i64) -> Result<(), NodeError> {
        Err(NodeError::operation("This host cannot let a run wait"))
    }

    /// Answers the call that the workflow was started by. The first answer counts.
    ///
    /// # Errors
    /// When the host takes no answers.
    fn respond(&self, _answer: &CallAnswer) -> Result<(), NodeError> {
        Err(NodeError::operation("This host takes no answer to a call"))
    }

    /// The workflow's time zone: an IANA name.
    fn timezone(&self) -> String {
        "UTC".to_owned()
    }

    /// The moment that a text names, in milliseconds since 1970; a text without a zone is in the workflow's.
    fn parse_moment(&self, _text: &str) -> Option<i64> {
        None
    }

    /// What the node keeps between its runs within one execution; empty at first, and for a form. It is for nodes that
    /// take whole inputs: items of an item node run side by side.
    fn node_state(&self) -> Arc<Mutex<NodeState>> {
        Arc::default()
    }

    /// What the date `millis`, in milliseconds since 1970, answers in the IANA zone `zone`.
    ///
    /// # Errors
    /// When there is no such zone, unit or part, or the date lies too far away.
    fn date(&self, _millis: f64, _zone: &str, _question: DateQuestion<'_>) -> Result<Json, NodeError> {
        Err(NodeError::operation("This host knows no dates"))
    }

    /// A text as milliseconds since 1970: in a luxon format, where one is given, else in any that
    /// [`Services::parse_moment`] reads; in the IANA zone `zone` where it names none.
    fn parse_date(&self, _text: &str, _format: Option<&str>, _zone: &str) -> Option<f64> {
        None
    }

    /// The workflow's time zone, by its IANA name.
    fn time_zone(&self) -> &str {
        "UTC"
    }

    /// Data that the workflow keeps between runs (`docs/engine.md §1.6`): an object, empty at first.
    fn static_data(&self, _scope: StaticScope) -> Json {
        Json::object()
    }

    /// A line on the console, of code that somebody else wrote: how grave (`log`, `info`, `warn`, `error`, `debug`), and
    /// what.
    fn log(&self, _level: &str, _text: &str) {}

    /// Where the node stands: `{ node, workflow, mode, executionId, runIndex }`, each as n8n shows it to a node's code; null
    /// for a form.
    fn place(&self) -> Json {
        Json::NULL
    }

    /// Replaces data that the workflow keeps between runs. It is kept when the run has ended, unless it was a manual one.
    ///
    /// # Errors
    /// When the host keeps none.
    fn set_static_data(&self, _scope: StaticScope, _data: Json) -> Result<(), NodeError> {
        Err(NodeError::operation("This host keeps no data between runs"))
    }
}

/// What a node keeps between its runs within one execution (n8n: node context).
#[derive(Default)]
pub struct NodeState {
    /// What expressions read as `$("name").context`: an object, or null while there is nothing.
    pub context: Json,
    /// What the node alone reads, of whatever type.
    pub kept: Option<Box<dyn Any + Send>>,
}

/// Whose static data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaticScope {
    /// All nodes of the workflow share it.
    Workflow,
    /// The node's own.
    Node,
}

/// The parameters of a node that takes whole inputs, resolved for any of its items.
pub trait ItemParameters: Send + Sync {
    /// The parameters as the item `item` of the main input resolves them.
    ///
    /// # Errors
    /// When an expression fails, or its value does not fit.
    fn resolve(&self, item: usize) -> BoxFuture<'_, Result<Json, NodeError>>;
}

/// One item with the host's services.
#[derive(Clone, Copy)]
pub struct ItemContext<'a> {
    /// The item.
    pub item: &'a Item,
    /// Its index in the input, from 0.
    pub index: usize,
    /// Version of the node in the workflow file.
    pub type_version: f64,
    /// The item's parameters, resolved and coerced. A node reads them typed; only those that its type has as a
    /// [view](heddle_data::View) are for certain in here.
    pub parameters: &'a Json,
    /// The host.
    pub services: &'a dyn Services,
}

/// All items of all inputs with the host's services.
#[derive(Clone, Copy)]
pub struct BatchContext<'a> {
    /// Items by main input; `None` where nothing arrived.
    pub inputs: &'a [Option<Items>],
    /// The input whose items the parameters are resolved for: the first with items, in execution order v1.
    pub main_input: usize,
    /// Where the items of each input came from; empty for the node that the run starts with.
    pub sources: &'a [Option<Source>],
    /// The parameters, item by item; the node itself gets those of the first.
    pub parameters: &'a dyn ItemParameters,
    /// Version of the node in the workflow file.
    pub type_version: f64,
    /// The host.
    pub services: &'a dyn Services,
}

impl<'a> ItemContext<'a> {
    /// The item's value of a parameter that is looked up for each item.
    #[inline]
    pub fn value<'p>(&self, view: &'p View) -> &'p Json
    where
        'a: 'p,
    {
        view.of(self.parameters)
    }

    /// Sends a request through the host.
    ///
    /// # Errors
    /// As [`HttpClient::send`].
    pub async fn send(&self, request: HttpRequest) -> Result<http::Response<Bytes>, HttpError> {
        self.services.http().send(request).await
    }
}

impl BatchContext<'_> {
    /// The items of input `input`, to pass them on; none where nothing arrived.
    pub fn input(&self, input: usize) -> Items {
        self.inputs.get(input).cloned().flatten().unwrap_or_default()
    }

    /// The items of input `input`; empty where nothing arrived.
    pub fn items(&self, input: usize) -> &[Item] {
        self.inputs.get(input).and_then(Option::as_ref).map_or(&[], |items| items.as_slice())
    }

    /// The items that the node goes through.
    pub fn main_items(&self) -> &[Item] {
        self.items(self.main_input)
    }

    /// The parameters as the item `item` of the main input resolves them.
    ///
    /// # Errors
    /// When an expression fails, or its value does not fit; the error names the item.
    pub async fn parameters_of<T: DeserializeOwned + JsonSchema>(&self, item: usize) -> Result<T, NodeError> {
        self.parameters.resolve(item).await.and_then(|json| read_parameters(&json)).map_err(|mut error| {
            error.item_index = Some(item);
            error
        })
    }
}
