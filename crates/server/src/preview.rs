//! What an expression gives at an item, by the evaluator of the runs.

use std::cell::RefCell;
use std::time::Duration;

use heddle_expression::clock::current_millis;
use heddle_expression::{Alone, Clock, Engine, EngineLimits, ExpressionError, Template, VariableObject};
use heddle_node::{Item, Json};
use tokio::sync::Semaphore;

/// What one evaluation may take: a person waits for it.
const LIMITS: EngineLimits = EngineLimits { time: Duration::from_secs(1), memory: 64 << 20 };
/// How long all expressions of a form may take. What is not evaluated by then says so.
const ALL: Duration = Duration::from_secs(2);
/// Evaluations side by side.
const THREADS: usize = 4;

/// What may evaluate at a time.
pub(crate) struct Evaluators(Semaphore);

impl Default for Evaluators {
    fn default() -> Self {
        Self(Semaphore::new(THREADS))
    }
}

/// What an expression gave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Preview {
    /// A value; undefined is `None`.
    Value(Option<Json>),
    /// An error, with what to do about it.
    Error { message: String, help: Option<String> },
    /// What a run alone can tell, with why.
    InRun(String),
    /// What other items than the one that is looked at decide.
    OfOtherItems,
}

/// What previews look at.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) items: Vec<Item>,
    /// The item that they look at.
    pub(crate) index: usize,
    /// Whether these are all items that a run would get.
    pub(crate) is_whole: bool,
}

thread_local! {
    /// The engine of the thread, with its JavaScript runtime.
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new(LIMITS));
}

impl Evaluators {
    /// Evaluates texts as of a parameter, each with its `=`.
    pub(crate) async fn evaluate(&self, texts: Vec<String>, sample: Sample, zone: &str) -> Vec<Preview> {
        let Sample { items, index, is_whole } = sample;
        self.all(texts.into_iter().map(|text| (text, index)).collect(), items, is_whole, zone).await
    }

    /// Evaluates a text as of a parameter, with its `=`, at several items.
    pub(crate) async fn evaluate_at(
        &self,
        text: &str,
        items: Vec<Item>,
        indexes: Vec<usize>,
        zone: &str,
    ) -> Vec<Preview> {
        self.all(indexes.into_iter().map(|index| (text.to_owned(), index)).collect(), items, true, zone).await
    }

    async fn all(
        &self,
        texts: Vec<(String, usize)>,
        items: Vec<Item>,
        is_whole: bool,
        zone: &str,
    ) -> Vec<Preview> {
        if texts.is_empty() {
            return Vec::new();
        }
        let count = texts.len();
        let zone = zone.to_owned();
        let Ok(permit) = self.0.acquire().await else { return vec![too_long(); count] };
        let work = tokio::task::spawn_blocking(move || evaluate_all(&texts, items, is_whole, &zone));
        // One that cannot be interrupted is left to itself.
        let previews = tokio::time::timeout(ALL * 2, work).await;
        drop(permit);
        match previews {
            Ok(Ok(previews)) => previews,
            _ => vec![too_long(); count],
        }
    }
}

fn evaluate_all(texts: &[(String, usize)], items: Vec<Item>, is_whole: bool, zone: &str) -> Vec<Preview> {
    let Ok(clock) = Clock::new(current_millis(), zone) else { return vec![too_long(); texts.len()] };
    let alone = Alone::new(items);
    let scene = alone.scene(&clock);
    let until = std::time::Instant::now() + ALL;
    ENGINE.with_borrow_mut(|engine| {
        let preview = |(text, index): &(String, usize)| {
            if std::time::Instant::now() >= until {
                return too_long();
            }
            let template = match Template::parse(text) {
                Ok(template) => template,
                Err(error) => return failed(error),
            };
            if let Some(why) = known_in_run(&template, text) {
                return Preview::InRun(why);
            }
            if template.reads_other_items() && !is_whole {
                return Preview::OfOtherItems;
            }
            match engine.evaluate(&template, &scene.at_item(*index)) {
                Ok(value) => Preview::Value(value.to_json()),
                Err(error) => failed(error),
            }
        };
        texts.iter().map(preview).collect()
    })
}

fn failed(error: ExpressionError) -> Preview {
    Preview::Error { message: error.message, help: error.description }
}

/// Names of what a run alone knows, with what people call it.
const OF_RUN: [(&str, &str); 5] = [
    ("$execution", "the execution"),
    ("$workflow", "the workflow"),
    ("$prevNode", "the node before it"),
    ("$parameter", "the parameters as they are then"),
    ("$getWorkflowStaticData", "what the workflow keeps between runs"),
];

/// What a template reads that only a run has.
fn known_in_run(template: &Template, text: &str) -> Option<String> {
    let nodes = template.node_references();
    if let Some((name, _)) = nodes.names.first() {
        return Some(format!("it reads the node \"{name}\""));
    }
    if nodes.reads_unknown_nodes {
        return Some("it reads another node".to_owned());
    }
    if let Some(variable) = template.variable_references().first() {
        let kind = match variable.object {
            VariableObject::Environment => "the environment variable",
            VariableObject::Variables => "the variable",
            VariableObject::Secrets => "the secrets of",
        };
        return Some(format!("it reads {kind} \"{}\"", variable.name));
    }
    let known = OF_RUN.iter().find(|(name, _)| names(text, name));
    known.map(|(_, title)| format!("it reads {title}"))
}

/// Whether a text has a name that is not part of a longer one.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
        !next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '$'))
    })
}

fn too_long() -> Preview {
    Preview::Error { message: "The preview takes too long".to_owned(), help: None }
}
