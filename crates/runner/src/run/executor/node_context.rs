//! What a node run works with: its credentials, the place where its expressions are evaluated, and what all its items share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use heddle_expression::Scene;
use heddle_node::Item;
use heddle_node::node::Tier;

use super::Execution;
use crate::code::CodeSite;
use crate::credential_expressions::evaluate_credentials;
use crate::credentials::NodeCredentials;
use crate::effects::EffectSettings;
use crate::evaluation::{Site, watcher};
use crate::node_run::{NodeRunContext, Sited};
use crate::node_runner::NodeRunner;
use crate::options::DEFAULT_CONCURRENCY;
use crate::prepared::PreparedNode;
use crate::prepared_workflow::reference;
use crate::run_view::View;
use crate::scheduler::{Branches, NodeRun};
use crate::sending::gate::Sending;
use crate::site::NodeSite;

/// Tells the node runs of this process apart ([`Scene::snapshot`]).
static NEXT_SNAPSHOT: AtomicU64 = AtomicU64::new(1);

impl Execution<'_> {
    /// The credentials of a node run, as far as they are there.
    pub(crate) fn credentials_of(
        &self,
        run: &NodeRun,
        node: &PreparedNode,
        items: &[Item],
    ) -> NodeCredentials {
        let settings = &self.workflow.nodes[run.node];
        let declared = node.node.credentials(&node.filled);
        let mut credentials = self.host.resolve_credentials(&declared, |name| reference(settings, name));
        self.evaluate_credentials(&mut credentials, run, items);
        credentials
    }

    /// Where the expressions of a node run are evaluated: those of the node, or of the one in whose place it is.
    pub(crate) fn evaluation_site(&self, run: &NodeRun, at: &Arc<NodeSite>, rehearses: bool) -> Arc<Site> {
        let settings = &self.workflow.nodes[run.node];
        let tells_of_gaps = self.options.dry_run && !rehearses;
        Arc::new(Site {
            run: Arc::clone(&self.scene),
            run_data: Arc::clone(&self.run_data),
            node: run.node,
            run_index: run.run_index,
            sources: Some(run.sources.clone()),
            snapshot: NEXT_SNAPSHOT.fetch_add(1, Ordering::Relaxed),
            is_strict: self.options.strict || settings.strict,
            gaps: tells_of_gaps.then(|| (Arc::clone(&self.listeners), Arc::clone(at))),
            rehearses,
        })
    }

    /// What all items of a node run share.
    pub(crate) fn context<'a>(
        &'a self,
        settings: &heddle_workflow::Node,
        node: &PreparedNode,
        at: Arc<NodeSite>,
        site: Arc<Site>,
        credentials: NodeCredentials,
    ) -> NodeRunContext<'a> {
        NodeRunContext {
            execution: self.options.execution,
            credentials,
            own_credentials: Some(node.node.header().credentials),
            transport: &self.host.transport,
            sited: Some(Sited { threads: &self.host.evaluation, site: Arc::clone(&site) }),
            credential_source: &*self.host.credentials,
            recorder: Arc::clone(&self.recorder),
            recorded_as: self.recorded_as,
            past: None,
            listeners: Arc::clone(&self.listeners),
            cancel: self.options.cancel.clone(),
            stop: self.stop.clone(),
            dry_run: self.options.dry_run,
            time_limit: settings.time_limit.or(self.options.time_limit),
            wait_budget: self.options.wait_budget,
            answer_limit: settings.answer_limit.unwrap_or(self.options.answer_limit),
            elsewhere: self.host.elsewhere_of(&self.options),
            file_limit: self.options.file_limit,
            files: &*self.host.files,
            remembered: Mutex::default(),
            effects: EffectSettings::of(&*node.node, settings),
            clock: &self.scene.clock,
            stands_at: self.scene.stands_at,
            replaced: self.options.mocks.as_ref().map(|_| &*self.scope.around.replaced),
            caller: Some(&*self.scope),
            wait_till: Mutex::default(),
            static_data: Some(&self.static_data),
            state: self.scene.states.of(site.node),
            only: self.options.only.as_ref().and_then(|only| only.items_of(&at)),
            code: Some(CodeSite {
                threads: &self.host.code,
                site,
                time: settings.time_limit,
                on_error: settings.on_error(),
            }),
            answer: Some(&self.answer),
            host: Some(self.host),
            sending: None,
            confirm: None,
            cancel_all: self.scope.around.caller_cancel.clone(),
            calls: Mutex::default(),
            at,
        }
    }

    /// What runs a node on its items, which it leaves to others who read them.
    pub(crate) fn runner<'a>(
        &'a self,
        run: &'a NodeRun,
        node: &'a PreparedNode,
        context: &'a NodeRunContext<'a>,
        inputs: Branches,
    ) -> NodeRunner<'a> {
        let settings = &self.workflow.nodes[run.node];
        NodeRunner {
            node: &*node.node,
            settings,
            parameters: &node.filled,
            type_version: node.type_version,
            outputs: self.scheduler.plan().outputs(run.node),
            context,
            concurrency: self.options.concurrency.or(settings.concurrency).unwrap_or(DEFAULT_CONCURRENCY),
            inputs,
            sources: &run.sources,
            main_input: run.main_input,
            dynamic: node.keeps_structure.then(|| node.compiled.dynamic_members().collect()),
            releases_items: false,
        }
    }

    /// The gate for the items of a node run, where the node goes item by item and has an effect.
    pub(super) fn sending(&self, prepared: &PreparedNode, at: &Arc<NodeSite>) -> Option<Sending> {
        if !prepared.has_effect() || !matches!(prepared.node.tier_for(&prepared.filled), Tier::Item(_)) {
            return None;
        }
        let outermost =
            self.site.origins().first().map_or(&self.site.workflow, |origin| origin.outer_workflow());
        Some(Sending {
            settings: prepared.sending.clone(),
            rules: self.options.sending.clone(),
            book: Arc::clone(&self.host.send_book),
            listeners: Arc::clone(&self.listeners),
            recorder: Arc::clone(&self.recorder),
            at: Arc::clone(at),
            recorded_as: self.recorded_as,
            retry_of: self.options.retry_of,
            workflow: self.workflow.id.clone().unwrap_or_else(|| self.workflow.name.clone()),
            outermost: outermost.clone(),
            zone: self.scene.clock.zone.clone(),
            cancel: self.options.cancel.clone(),
            items: Mutex::default(),
            told: Mutex::default(),
        })
    }

    fn evaluate_credentials(&self, credentials: &mut NodeCredentials, run: &NodeRun, items: &[Item]) {
        let run_scene = &*self.scene;
        let view = View { run: run_scene, run_data: &self.run_data };
        let watcher = watcher(&self.stop);
        let scene = Scene {
            run_index: run.run_index,
            sources: Some(&run.sources),
            mode: run_scene.mode.as_str(),
            execution_id: Some(&run_scene.execution_id),
            watcher: Some(&watcher),
            secrets: Some(run_scene.variables.secrets.expose()),
            ..run_scene.variables.show(Scene::new(&view, run.node, items, &run_scene.clock))
        };
        evaluate_credentials(self.host, credentials, &scene, items.len().max(1));
    }
}
