//! Runs one node over its input items.

use std::sync::Arc;

use heddle_node::node::{ErasedItemNode, PreparedItem, Tier};
use heddle_node::{Effect, Item, Items, Json, Node, NodeError, Outcome, Source};
use heddle_workflow::OnError;

use crate::collected::Collected;
use crate::computing::only_computes;
use crate::error_output::{error_details, error_item};
use crate::evaluation::{CHUNK, Resolver};
use crate::item_loop::{ItemLoop, Prepared};
use crate::masking::masked_error;
use crate::node_run::NodeRunContext;
use crate::policy::ItemRetries;
use crate::scheduler::Branches;

/// What a node states that has no effect.
pub(super) const PURE: Option<Effect> = Some(Effect::Pure);

/// One run of one node.
pub(crate) struct NodeRunner<'a> {
    pub(crate) node: &'a dyn Node,
    pub(crate) settings: &'a heddle_workflow::Node,
    /// Parameters as stored and filled; expressions are still in them.
    pub(crate) parameters: &'a Json,
    pub(crate) type_version: f64,
    /// How many outputs the node has, without its error output.
    pub(crate) outputs: usize,
    pub(crate) context: &'a NodeRunContext<'a>,
    pub(crate) concurrency: usize,
    pub(crate) inputs: Branches,
    /// Where the items of each input came from.
    pub(crate) sources: &'a [Option<Source>],
    /// The input whose items an item node goes through.
    pub(crate) main_input: usize,
    /// The parameters that may differ between items; `None` where it differs which of them there are.
    pub(crate) dynamic: Option<Vec<&'a str>>,
    /// The node reads no item again once it is done.
    pub(crate) releases_items: bool,
}

/// What a node run gave.
pub(crate) struct NodeRunEnd {
    /// Items by output, the error output last where the node has one; absent when the run failed.
    pub(crate) outputs: Option<Vec<Items>>,
    /// Why it failed.
    pub(crate) error: Option<NodeError>,
    /// What became of each item, for a node with an effect.
    pub(crate) metadata: Option<Json>,
    /// The gravest outcome of what it sent; `None` when it sends nothing.
    pub(crate) outcome: Option<Outcome>,
}

impl NodeRunEnd {
    /// The node failed, and nothing came out.
    pub(crate) fn failed(error: NodeError) -> Self {
        Self { outputs: None, error: Some(error), metadata: None, outcome: None }
    }
}

impl NodeRunner<'_> {
    /// Runs the node.
    pub(crate) async fn run(mut self, mut resolver: Resolver<'_>) -> NodeRunEnd {
        if let Some(only) = &self.context.only
            && let Err(error) = only.check(self.items().len())
        {
            return NodeRunEnd::failed(error);
        }
        let node = self.node;
        let end = match node.tier_for(self.parameters) {
            Tier::Item(node) => {
                let items = self.inputs.get_mut(self.main_input).and_then(Option::take).unwrap_or_default();
                self.run_items(node, items, &mut resolver).await
            }
            Tier::Batch(node) => self.run_batch(node, &mut resolver).await,
        };
        match resolver.failure() {
            Some(error) => NodeRunEnd { outputs: None, error: Some(error.clone()), ..end },
            None => end,
        }
    }

    /// How often an item may be tried. A dry run shows what would leave, once.
    pub(super) fn retries(&self) -> ItemRetries {
        ItemRetries {
            tries: if self.context.dry_run { 1 } else { self.settings.tries() },
            pause: self.settings.wait_between_tries(),
            longest_pause: self.context.wait_budget,
        }
    }

    pub(crate) fn items(&self) -> &[Item] {
        self.inputs.get(self.main_input).and_then(Option::as_ref).map_or(&[], |items| items.as_slice())
    }

    async fn run_items(
        &self,
        node: &dyn ErasedItemNode,
        items: Items,
        resolver: &mut Resolver<'_>,
    ) -> NodeRunEnd {
        let item_loop = ItemLoop {
            node,
            run: self.context,
            type_version: self.type_version,
            stored: self.parameters,
            concurrency: self.concurrency,
            stop_on_failure: !self.settings.continues_after_failure(),
            retries: self.retries(),
        };
        let collected = Collected::new(self);
        let computes = only_computes(node, self.parameters);
        // Of a node with an effect, everything that must be mended is told at once.
        resolver.stops_at_error = item_loop.stop_on_failure && self.stated_effect(node) == PURE;
        let preparation = Preparation { runner: self, node, resolver, shared: None };
        if computes {
            self.run_in_turn(&item_loop, items, preparation, collected).await
        } else {
            self.run_several_at_a_time(&item_loop, &items, preparation, collected).await
        }
    }

    /// Resolves, types and runs one item after another.
    async fn run_in_turn(
        &self,
        item_loop: &ItemLoop<'_>,
        mut items: Items,
        mut preparation: Preparation<'_, '_, '_>,
        mut collected: Collected<'_>,
    ) -> NodeRunEnd {
        let mut parameters = Json::NULL;
        // How many items of the first output stand in the places of input items that are done. It saves a second list as
        // long as the first; it is over when more items came out than went in.
        let mut in_place = (self.releases_items && Arc::get_mut(&mut items).is_some()).then_some(0);
        if in_place.is_none() {
            collected.room = items.len();
        }
        for index in 0..items.len() {
            if index % CHUNK == 0 {
                // Nothing here waits by itself: this is where a cancellation, or the end of the run's time, is noticed.
                if index > 0 {
                    tokio::task::yield_now().await;
                }
                collected.stopped |= self.context.cancel.is_cancelled();
            }
            if collected.stopped {
                break;
            }
            if self.skips(index) {
                collected.take(&items[index], index, Some(item_loop.skip_item(index)), PURE);
                continue;
            }
            let typed = preparation.prepare(&items, index, CHUNK, &mut parameters).await;
            if preparation.resolver.has_ended() {
                collected.stopped = true;
                break;
            }
            let item = &items[index];
            let prepared = typed.as_ref().map(|typed| (&**typed, &parameters));
            let result = item_loop.run_item(item, index, prepared, PURE).await;
            collected.take(item, index, Some(result), PURE);
            if self.releases_items {
                // A thread that hangs in an evaluation may still hold the items: then these go on without it.
                let own = if in_place.is_some() {
                    Some(Arc::make_mut(&mut items))
                } else {
                    Arc::get_mut(&mut items)
                };
                if let Some(items) = own {
                    items[index] = Item::default();
                    in_place = in_place.and_then(|count| collected.move_into(items, count, index));
                }
            }
        }
        let mut end = collected.end();
        if let (Some(count), Some(outputs)) = (in_place, end.outputs.as_mut()) {
            Arc::make_mut(&mut items).truncate(count);
            outputs[0] = items;
        }
        end
    }

    async fn run_several_at_a_time(
        &self,
        item_loop: &ItemLoop<'_>,
        items: &Items,
        mut preparation: Preparation<'_, '_, '_>,
        mut collected: Collected<'_>,
    ) -> NodeRunEnd {
        let effect = self.stated_effect(item_loop.node);
        let mut first = 0;
        while first < items.len() && !collected.stopped {
            // Unless the node states that it has no effect, every item is resolved, typed and checked before the first one
            // leaves.
            let left = items.len() - first;
            let count = if effect == PURE { CHUNK.min(left) } else { left };
            let mut parameters = Json::NULL;
            let mut prepared = Vec::with_capacity(count);
            for index in first..first + count {
                if self.skips(index) || self.is_settled(index) {
                    prepared.push(Ok(Prepared { typed: None, parameters: Json::NULL }));
                    continue;
                }
                let typed = preparation.prepare(items, index, first + count - index, &mut parameters).await;
                if preparation.resolver.has_ended() {
                    break;
                }
                prepared.push(typed.map(|typed| {
                    let parameters = if typed.views.is_empty() { Json::NULL } else { parameters.clone() };
                    Prepared { typed: Some(typed), parameters }
                }));
            }
            if preparation.resolver.has_ended() {
                collected.leave_unstarted(item_loop, (items, first..first + count), effect).await;
                break;
            }
            self.address(items, first, &mut prepared).await;
            if item_loop.stop_on_failure && effect != PURE && prepared.iter().any(Result::is_err) {
                collected.refuse(item_loop, (items, first), &prepared).await;
                break;
            }
            if effect != PURE && !self.confirm_sends(first, &prepared).await {
                collected.leave_unstarted(item_loop, (items, first..first + count), effect).await;
                break;
            }
            let results = item_loop.run(items, first, &prepared, effect).await;
            for (offset, result) in results.into_iter().enumerate() {
                let typed = prepared[offset].as_ref().ok().and_then(|item| item.typed.as_ref());
                let effect = typed.map_or(effect, |typed| typed.effect);
                collected.take(&items[first + offset], first + offset, result, effect);
            }
            first += count;
        }
        collected.end()
    }

    /// The gravest effect that any item can have.
    fn stated_effect(&self, node: &dyn ErasedItemNode) -> Option<Effect> {
        self.context.effects.apply(node.stated_effect(self.parameters))
    }

    /// Whether an item has ended already, before the run was taken up.
    fn is_settled(&self, index: usize) -> bool {
        let past = self.context.past.as_ref();
        past.is_some_and(|past| past.settled(index, self.context.recorder.unknown()).is_some())
    }

    /// Whether only other items are to run.
    fn skips(&self, index: usize) -> bool {
        self.context.only.as_ref().is_some_and(|only| !only.items.contains(&index))
    }

    /// How many outputs the node has, without its error output.
    pub(super) fn declared_outputs(&self) -> usize {
        self.outputs.max(1)
    }

    pub(crate) fn empty_outputs(&self) -> Vec<Vec<Item>> {
        let error = usize::from(self.settings.on_error() == OnError::ContinueErrorOutput);
        let mut outputs = Vec::new();
        outputs.resize_with(self.declared_outputs() + error, Vec::new);
        outputs
    }

    /// The output that failed items go to, where the node continues.
    pub(crate) fn error_output(&self) -> usize {
        match self.settings.on_error() {
            OnError::ContinueErrorOutput => self.declared_outputs(),
            _ => match self.node.tier_for(self.parameters) {
                Tier::Item(node) => node.failure_output(),
                Tier::Batch(_) => 0,
            },
        }
    }

    pub(crate) fn failed_item(&self, item: &Item, index: usize, error: &NodeError) -> Item {
        let details = error_details(error, &self.settings.name, self.context.at.run);
        error_item(item, index, error, details)
    }
}

/// Resolves and types the parameters of items, typed once where all share them.
struct Preparation<'a, 'r, 'h> {
    runner: &'a NodeRunner<'a>,
    node: &'a dyn ErasedItemNode,
    resolver: &'r mut Resolver<'h>,
    shared: Option<Arc<PreparedItem>>,
}

impl Preparation<'_, '_, '_> {
    /// Prepares the item at `index`, and resolves up to `count` items from it on ahead where that saves time;
    /// `parameters` may hold those of an item before.
    async fn prepare(
        &mut self,
        items: &Items,
        index: usize,
        count: usize,
        parameters: &mut Json,
    ) -> Result<Arc<PreparedItem>, NodeError> {
        if let Some(error) = self.runner.context.missing_credential(index) {
            return Err(error.clone());
        }
        let explain =
            |error| masked_error(self.node.explain(error, self.runner.parameters, self.runner.type_version));
        let resolved = match self.resolver.resolve_here(items, index, parameters) {
            Some(resolved) => resolved,
            None => self.resolver.resolve(items, index, count, parameters).await,
        };
        resolved.map_err(explain)?;
        if let Some(shared) = &self.shared {
            return Ok(Arc::clone(shared));
        }
        let mut typed = self.node.prepare(parameters).map_err(explain)?;
        typed.effect = self.runner.context.effects.apply(typed.effect);
        let typed = Arc::new(typed);
        // Views show each item's own value; where nothing else differs, what was read is that of all items.
        let is_shared = |dynamic: &Vec<&str>| {
            dynamic.iter().all(|name| typed.views.iter().any(|view| view.as_str() == *name))
        };
        if self.runner.dynamic.as_ref().is_some_and(is_shared) {
            self.shared = Some(Arc::clone(&typed));
        }
        Ok(typed)
    }
}
