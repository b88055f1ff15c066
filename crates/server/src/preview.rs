//! What an expression gives at an item, by the evaluator of the runs.

use std::cell::RefCell;
use std::time::Duration;

use heddle_expression::clock::current_millis;
use heddle_expression::{Alone, Clock, Engine, EngineLimits, Template};
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
}

thread_local! {
    /// The engine of the thread, with its JavaScript runtime.
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new(LIMITS));
}

impl Evaluators {
    /// Evaluates texts as of a parameter, each with its `=`, at the item `index` of `items`.
    pub(crate) async fn evaluate(
        &self,
        texts: Vec<String>,
        items: Vec<Item>,
        index: usize,
        zone: &str,
    ) -> Vec<Preview> {
        self.all(texts.into_iter().map(|text| (text, index)).collect(), items, zone).await
    }

    /// Evaluates a text as of a parameter, with its `=`, at several items.
    pub(crate) async fn evaluate_at(
        &self,
        text: &str,
        items: Vec<Item>,
        indexes: Vec<usize>,
        zone: &str,
    ) -> Vec<Preview> {
        self.all(indexes.into_iter().map(|index| (text.to_owned(), index)).collect(), items, zone).await
    }

    async fn all(&self, texts: Vec<(String, usize)>, items: Vec<Item>, zone: &str) -> Vec<Preview> {
        if texts.is_empty() {
            return Vec::new();
        }
        let count = texts.len();
        let zone = zone.to_owned();
        let Ok(permit) = self.0.acquire().await else { return vec![too_long(); count] };
        let work = tokio::task::spawn_blocking(move || evaluate_all(&texts, items, &zone));
        // One that cannot be interrupted is left to itself.
        let previews = tokio::time::timeout(ALL * 2, work).await;
        drop(permit);
        match previews {
            Ok(Ok(previews)) => previews,
            _ => vec![too_long(); count],
        }
    }
}

fn evaluate_all(texts: &[(String, usize)], items: Vec<Item>, zone: &str) -> Vec<Preview> {
    let Ok(clock) = Clock::new(current_millis(), zone) else { return vec![too_long(); texts.len()] };
    let alone = Alone::new(items);
    let scene = alone.scene(&clock);
    let until = std::time::Instant::now() + ALL;
    ENGINE.with_borrow_mut(|engine| {
        let preview = |(text, index): &(String, usize)| {
            if std::time::Instant::now() >= until {
                return too_long();
            }
            let value =
                Template::parse(text).and_then(|template| engine.evaluate(&template, &scene.at_item(*index)));
            match value {
                Ok(value) => Preview::Value(value.to_json()),
                Err(error) => Preview::Error { message: error.message, help: error.description },
            }
        };
        texts.iter().map(preview).collect()
    })
}

fn too_long() -> Preview {
    Preview::Error { message: "The preview takes too long".to_owned(), help: None }
}
