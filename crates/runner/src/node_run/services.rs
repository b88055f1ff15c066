//! The services that a node gets for one item.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_node::{
    CallAnswer, CodeAnswer, CodeCall, Credential, DateQuestion, Effect, ErrorKind, FileStore, HttpClient,
    Item, Json, NodeError, NodeState, PairedItem, Services, StaticScope, WorkflowAnswer, WorkflowCall,
};
use heddle_workflow::OnError;
use uuid::Uuid;

use crate::call_site::CallSite;
use crate::error_output::{error_details, error_item, error_value};
use crate::evaluation::evaluate_value;
use crate::events::Event;
use crate::http::ItemHttp;
use crate::node_run::NodeRunContext;

/// The services of one item.
pub(crate) struct ItemServices<'a> {
    run: &'a NodeRunContext<'a>,
    item: usize,
    /// The try of the item, from 1.
    item_try: u32,
    takes_all_items: bool,
    /// Workflows called so far.
    called: AtomicU32,
    /// How the items ended for which code ran, one by one.
    ended: Mutex<Option<Vec<Option<NodeError>>>>,
    pub(crate) http: ItemHttp<'a>,
}

impl<'a> ItemServices<'a> {
    /// The services of the item `item`, of which the node states what it does, for whom.
    pub(crate) fn new(
        run: &'a NodeRunContext<'a>,
        item: usize,
        stated: Option<Effect>,
        order_key: Option<&'a str>,
        item_try: u32,
    ) -> Self {
        Self {
            run,
            item,
            item_try,
            takes_all_items: false,
            called: AtomicU32::new(0),
            ended: Mutex::default(),
            http: ItemHttp::new(run, item, stated, order_key, item_try),
        }
    }

    /// The services of a node that takes its items all at once.
    pub(crate) fn for_all_items(run: &'a NodeRunContext<'a>, stated: Option<Effect>, item_try: u32) -> Self {
        Self {
            run,
            item: 0,
            item_try,
            takes_all_items: true,
            called: AtomicU32::new(0),
            ended: Mutex::default(),
            http: ItemHttp::for_all_items(run, stated, item_try),
        }
    }

    /// Takes out how the items ended that code went through one by one: those that it came to, with their errors.
    pub(crate) fn take_ended(&self) -> Option<Vec<Option<NodeError>>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Services for ItemServices<'_> {
    fn http(&self) -> &dyn HttpClient {
        &self.http
    }

    fn credential(&self, type_name: &str) -> Result<&Credential, NodeError> {
        self.run.credential(type_name, self.item).map(|resolved| &resolved.credential)
    }

    fn remember<'a>(
        &'a self,
        key: &'a str,
        load: BoxFuture<'a, Result<Json, NodeError>>,
    ) -> BoxFuture<'a, Result<Json, NodeError>> {
        let cell = {
            let mut cells = self.run.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(self.run.accounts(self.item) + key).or_default())
        };
        async move { cell.get_or_try_init(|| load).await.cloned() }.boxed()
    }

    fn call_id(&self) -> Uuid {
        self.run.call_id(self.item)
    }

    fn pause(&self, duration: Duration) -> BoxFuture<'_, Result<(), NodeError>> {
        // What nothing has left for is not waited for.
        let duration = if self.run.dry_run { Duration::ZERO } else { duration };
        async move {
            tokio::select! {
                biased;
                () = self.run.cancel.cancelled() => {
                    Err(NodeError::new(ErrorKind::Cancelled, "The run was cancelled"))
                }
                () = tokio::time::sleep(duration) => Ok(()),
            }
        }
        .boxed()
    }

    fn now(&self) -> i64 {
        self.run.stands_at.unwrap_or_else(crate::clock::now)
    }

    fn files(&self) -> &dyn FileStore {
        self.run.files
    }

    fn is_dry_run(&self) -> bool {
        self.run.dry_run
    }

    fn run_workflow(&self, call: WorkflowCall) -> BoxFuture<'_, Result<WorkflowAnswer, NodeError>> {
        async move {
            let Some(caller) = self.run.caller else {
                return Err(NodeError::operation("A form cannot call a workflow"));
            };
            // What it does is known only afterwards.
            self.http.admit(Effect::Send, &|| "a call of a workflow".to_owned())?;
            self.http.pass_gate_to_workflow().await?;
            let number = self.called.fetch_add(1, Ordering::Relaxed);
            let site = CallSite {
                at: Arc::clone(&self.run.at),
                item: self.item,
                takes_all_items: self.takes_all_items,
                execution: Uuid::new_v5(&self.call_id(), &number.to_be_bytes()),
                recorded_as: self.run.recorded_call(self.item, self.item_try, number),
                item_try: self.item_try,
                caller: self.run.key(),
            };
            let (answer, record) = caller.call(site, call).await;
            self.http.note_workflow(record.as_ref());
            self.run.calls.lock().unwrap_or_else(PoisonError::into_inner).extend(record);
            answer
        }
        .boxed()
    }

    fn run_code(&self, call: CodeCall) -> BoxFuture<'_, Result<CodeAnswer, NodeError>> {
        async move {
            let Some(code) = &self.run.code else {
                return Err(NodeError::operation("A form runs no code"));
            };
            let static_data = [StaticScope::Workflow, StaticScope::Node].map(|scope| self.static_data(scope));
            // A run, which is where code runs, keeps such data.
            let keep = |scope, data| drop(self.set_static_data(scope, data));
            let each_item = call.each_item;
            let answer = code.run(self.run, call, static_data, keep, &self.http).await;
            if each_item {
                let ended = match &answer {
                    Ok(CodeAnswer::Each(results)) => {
                        results.iter().map(|result| result.as_ref().err().cloned()).collect()
                    }
                    _ => Vec::new(),
                };
                *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
            }
            answer
        }
        .boxed()
    }

    fn evaluate<'s>(
        &'s self,
        item: &'s Item,
        value: Json,
        names: Vec<(&'static str, Json)>,
    ) -> BoxFuture<'s, Result<Json, NodeError>> {
        async move {
            let Some(sited) = &self.run.sited else {
                return Err(NodeError::operation("A form evaluates no expressions"));
            };
            {
                let items = (Arc::new(vec![item.clone()]), 0);
                evaluate_value(sited.threads, Arc::clone(&sited.site), &self.run.stop, items, value, names)
                    .await
            }
        }
        .boxed()
    }

    fn failed_item(&self, item: &Item, index: usize, error: &NodeError) -> Option<Item> {
        let on_error = self.run.code.as_ref().map(|code| code.on_error)?;
        let details = error_details(error, &self.run.at.node, self.run.at.run);
        match on_error {
            OnError::StopWorkflow => None,
            OnError::ContinueRegularOutput => Some(error_item(item, index, error, details)),
            // The item's own fields come back where it leaves through the error output.
            OnError::ContinueErrorOutput => {
                let mut json = Json::object();
                json.insert("error", error_value(error));
                let pairing = PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX));
                Some(Item::new(json).with_paired_item(pairing).with_error(Some(details)))
            }
        }
    }

    fn put_to_wait(&self, until: i64) -> Result<(), NodeError> {
        if self.run.dry_run {
            return Ok(());
        }
        let mut wait_till = self.run.wait_till.lock().unwrap_or_else(PoisonError::into_inner);
        *wait_till = (*wait_till).max(Some(until));
        Ok(())
    }

    fn respond(&self, answer: &CallAnswer) -> Result<(), NodeError> {
        let Some(place) = self.run.answer else {
            return Err(NodeError::operation("A form answers no call"));
        };
        place.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| answer.clone());
        Ok(())
    }

    fn timezone(&self) -> String {
        self.run.clock.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    fn parse_moment(&self, text: &str) -> Option<i64> {
        // Moments are whole milliseconds, well within 64 bits.
        heddle_expression::parse_moment(text, self.run.clock).map(|moment| moment as i64)
    }

    fn node_state(&self) -> Arc<Mutex<NodeState>> {
        Arc::clone(&self.run.state)
    }

    fn date(&self, millis: f64, zone: &str, question: DateQuestion<'_>) -> Result<Json, NodeError> {
        super::dates::answer(millis, zone, question, self.run.clock)
    }

    fn parse_date(&self, text: &str, format: Option<&str>, zone: &str) -> Option<f64> {
        super::dates::parse(text, format, zone, self.run.clock)
    }

    fn time_zone(&self) -> &str {
        self.run.clock.zone.iana_name().unwrap_or("UTC")
    }

    fn static_data(&self, scope: StaticScope) -> Json {
        self.run.static_data.map_or_else(Json::object, |data| data.get(scope, &self.run.at.node))
    }

    fn set_static_data(&self, scope: StaticScope, data: Json) -> Result<(), NodeError> {
        let Some(kept) = self.run.static_data else {
            return Err(NodeError::operation("A form keeps no data between runs"));
        };
        kept.set(scope, &self.run.at.node, data);
        Ok(())
    }

    fn log(&self, level: &str, text: &str) {
        let (level, text) = (level.to_owned(), text.to_owned());
        self.run.listeners.tell(|| Event::ConsoleLine { at: Arc::clone(&self.run.at), level, text });
    }

    fn place(&self) -> Json {
        self.run.sited.as_ref().map_or(Json::NULL, |sited| sited.site.place())
    }

    fn replace_pattern(
        &self,
        source: &str,
        flags: &str,
        text: &str,
        replacement: &str,
    ) -> Result<String, NodeError> {
        crate::filter::replace(source, flags, text, replacement)
    }

    fn matches_filter(&self, filter: &Json, item_index: usize) -> Result<bool, NodeError> {
        crate::filter::matches(filter, item_index, self.run.clock)
    }
}
