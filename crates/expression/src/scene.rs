//! What an expression can see: one evaluation's place in a run, and the run itself.

use std::sync::Arc;

use heddle_data::{Item, Json, Source};

use crate::blanks::Blanks;
use crate::clock::Clock;
use crate::limit::Watcher;
use crate::routes::Routes;

/// The run as expressions see it. Nodes are known by their index in the workflow's list of nodes.
pub trait RunView {
    /// The workflow: its name, id and settings.
    fn workflow(&self) -> &WorkflowInfo;

    /// The index of the node called `name` (case counts).
    fn node_index(&self, name: &str) -> Option<usize>;

    /// What there is to know about a node.
    fn node(&self, node: usize) -> NodeInfo<'_>;

    /// How the nodes are connected.
    fn routes(&self) -> &Routes;

    /// How many runs of a node are in the run data; 0 when it did not run.
    fn run_count(&self, node: usize) -> usize;

    /// How many outputs a run of a node gave; `None` when there is no such run, or it gave no data (it failed).
    fn output_count(&self, node: usize, run: usize) -> Option<usize>;

    /// The items of one output of a run; `None` when the output does not exist or is null.
    fn output(&self, node: usize, run: usize, output: usize) -> Option<&[Item]>;

    /// Where the inputs of a run came from, by input index. Empty for a start node.
    fn sources(&self, node: usize, run: usize) -> &[Option<Source>];

    /// The pinned items of a node. An implementation gives them only where pins count (n8n's manual mode).
    fn pin_data(&self, node: usize) -> Option<&[Item]> {
        let _ = node;
        None
    }

    /// The node's context data, such as the state of a loop.
    fn context_data(&self, node: usize) -> Option<Json> {
        let _ = node;
        None
    }

    /// The items that a model gave to a tool node for a run (`inputOverride.ai_tool[0]`); `None` when the node has no
    /// run data for that run.
    fn tool_input(&self, node: usize, run: usize) -> Option<&[Item]> {
        let _ = (node, run);
        None
    }

    /// `$agentInfo`; only an AI agent node has it.
    fn agent_info(&self, node: usize) -> Option<Json> {
        let _ = node;
        None
    }
}

/// The workflow, as `$workflow` shows it.
#[derive(Debug, Clone, Default)]
pub struct WorkflowInfo {
    /// Its id, once it has been saved.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it is active.
    pub active: bool,
    /// Whether `settings.binaryMode` is `combined`: most accessors then give an item's bare JSON.
    pub binary_mode_combined: bool,
}

/// What an expression can learn about a node.
#[derive(Debug, Clone, Copy)]
pub struct NodeInfo<'a> {
    /// The node's name.
    pub name: &'a str,
    /// The node's id.
    pub id: &'a str,
    /// The node type's full name, such as `n8n-nodes-base.set`.
    pub node_type: &'a str,
    /// The version of the node type.
    pub type_version: f64,
    /// The webhook id, if the node has one.
    pub webhook_id: Option<&'a str>,
    /// The stored parameters, expressions unevaluated, defaults filled in.
    pub parameters: &'a Json,
}

impl NodeInfo<'_> {
    /// Whether this is a Code node, which some messages treat apart.
    pub(crate) fn is_code_node(&self) -> bool {
        self.node_type == "n8n-nodes-base.code"
    }
}

/// Which environment variables an expression may read.
#[derive(Debug, Clone, Copy, Default)]
pub enum Environment<'a> {
    /// None; reading one is an error. The default.
    #[default]
    Denied,
    /// Those of this object; reading another is an error. One that is null here is not set: it reads as undefined.
    Allowed(&'a Json),
}

/// Everything that one evaluation can see.
///
/// [`Scene::new`] fills in what most evaluations do without; the fields are public so that the rest can be set with
/// the `..Scene::new(…)` form.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The run.
    pub run: &'a dyn RunView,
    /// The active node: the one whose parameter is evaluated.
    pub node: usize,
    /// The items that the active node received on its first input.
    pub items: &'a [Item],
    /// The index of the current item.
    pub item_index: usize,
    /// The run index of the active node, from 0.
    pub run_index: usize,
    /// Where the active node's inputs came from, by input index; `None` when that is unknown.
    pub sources: Option<&'a [Option<Source>]>,
    /// The execution mode: `manual`, `trigger`, `webhook`, `cli`, …
    pub mode: &'a str,
    /// The run's clock and time zone.
    pub clock: &'a Clock,
    /// `$vars`, an object.
    pub vars: &'a Json,
    /// `$env`.
    pub environment: Environment<'a>,
    /// `$execution.id`.
    pub execution_id: Option<&'a str>,
    /// `$execution.resumeUrl`.
    pub resume_url: Option<&'a str>,
    /// `$execution.resumeFormUrl`.
    pub resume_form_url: Option<&'a str>,
    /// Names that only some places have: `$value`, `$credentials`, `$response`, `$pageCount`, …
    pub additional: &'a [(&'a str, Json)],
    /// `$self`: the fields of the credential that is evaluated.
    pub self_fields: Option<&'a Json>,
    /// `$secrets`: an object of providers.
    pub secrets: Option<&'a Json>,
    /// The stored object that holds the parameter, for `$parameter["&sibling"]`. [`crate::Engine::evaluate_parameter`]
    /// sets it while it walks.
    pub siblings: Option<&'a Json>,
    /// A number that all evaluations share which see the same run data and the same items, and no others do: what one of
    /// them has made of those serves the next. 0 where that is not known.
    pub snapshot: u64,
    /// Where to note the code inside texts that gives nothing.
    pub blanks: Option<&'a Blanks>,
    /// Who follows the evaluation and may end it.
    pub watcher: Option<&'a Arc<dyn Watcher>>,
}

impl<'a> Scene<'a> {
    /// A scene at the first item of a production run, with nothing beyond what is needed.
    pub fn new(run: &'a dyn RunView, node: usize, items: &'a [Item], clock: &'a Clock) -> Self {
        static NO_VARIABLES: Json = Json::NULL;
        Self {
            run,
            node,
            items,
            item_index: 0,
            run_index: 0,
            sources: None,
            mode: "trigger",
            clock,
            vars: &NO_VARIABLES,
            environment: Environment::Denied,
            execution_id: None,
            resume_url: None,
            resume_form_url: None,
            additional: &[],
            self_fields: None,
            secrets: None,
            siblings: None,
            snapshot: 0,
            blanks: None,
            watcher: None,
        }
    }

    /// The same scene at another item.
    pub fn at_item(self, item_index: usize) -> Self {
        Self { item_index, ..self }
    }

    /// The current item.
    pub(crate) fn item(&self) -> Option<&'a Item> {
        self.items.get(self.item_index)
    }

    /// Manual mode, in which pin data counts.
    pub(crate) fn is_manual(&self) -> bool {
        self.mode == "manual"
    }

    /// The pinned items of a node, where they count.
    pub(crate) fn pin_data(&self, node: usize) -> Option<&'a [Item]> {
        if self.is_manual() { self.run.pin_data(node) } else { None }
    }

    /// What there is to know about the active node.
    pub(crate) fn active(&self) -> NodeInfo<'a> {
        self.run.node(self.node)
    }
}
