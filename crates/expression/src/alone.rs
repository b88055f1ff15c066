//! An expression by itself: over items, without a workflow.

use std::sync::Arc;

use heddle_data::{Graph, Item, Json, Link, PairedItem, Source};

use crate::clock::Clock;
use crate::routes::Routes;
use crate::scene::{NodeInfo, RunView, Scene, WorkflowInfo};

/// The run that an expression by itself sees: a node `Input` gave the items, and the node `Expression` received them.
#[derive(Debug)]
pub struct Alone {
    items: Vec<Item>,
    workflow: WorkflowInfo,
    routes: Routes,
    sources: [Option<Source>; 1],
    parameters: Json,
}

const INPUT: usize = 0;
const EXPRESSION: usize = 1;

impl Alone {
    /// A run with these items, each paired with its own index.
    pub fn new(items: Vec<Item>) -> Self {
        let paired = items.into_iter().enumerate().map(|(index, item)| {
            item.with_paired_item(PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX)))
        });
        let graph = Graph::of_links(2, [Link::main(INPUT, 0, EXPRESSION, 0)]);
        Self {
            items: paired.collect(),
            workflow: WorkflowInfo::default(),
            routes: Routes::new(Arc::new(graph)),
            sources: [Some(Source {
                previous_node: "Input".to_owned(),
                previous_node_output: 0,
                previous_node_run: 0,
            })],
            parameters: Json::object(),
        }
    }

    /// What the expression sees at the first item.
    pub fn scene<'a>(&'a self, clock: &'a Clock) -> Scene<'a> {
        Scene { sources: Some(&self.sources), ..Scene::new(self, EXPRESSION, &self.items, clock) }
    }
}

impl RunView for Alone {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow
    }

    fn node_index(&self, name: &str) -> Option<usize> {
        [INPUT, EXPRESSION].into_iter().find(|node| self.node(*node).name == name)
    }

    fn node(&self, node: usize) -> NodeInfo<'_> {
        let (name, id, node_type) = match node {
            INPUT => ("Input", "1", "n8n-nodes-base.manualTrigger"),
            _ => ("Expression", "2", "n8n-nodes-base.noOp"),
        };
        NodeInfo { name, id, node_type, type_version: 1.0, webhook_id: None, parameters: &self.parameters }
    }

    fn routes(&self) -> &Routes {
        &self.routes
    }

    fn run_count(&self, node: usize) -> usize {
        usize::from(node == INPUT)
    }

    fn output_count(&self, node: usize, run: usize) -> Option<usize> {
        (node == INPUT && run == 0).then_some(1)
    }

    fn output(&self, node: usize, run: usize, output: usize) -> Option<&[Item]> {
        (node == INPUT && run == 0 && output == 0).then_some(&self.items)
    }

    fn sources(&self, _: usize, _: usize) -> &[Option<Source>] {
        &[]
    }
}
