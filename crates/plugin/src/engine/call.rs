//! One call of a node's function, as the host sees it: what the function asks is served until it ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use heddle_data::{BinaryData, Json};
use heddle_form::parameters::{extract_value, is_shown};
use heddle_node::{ErrorKind, NodeDescription, NodeError, NodeProperty, PropertyType, StaticScope};
use tokio::sync::mpsc::unbounded_channel;

use super::asked::{Asked, Kind, Served};
use super::error::{WorkerError, error_of_code};
use super::thread::{Command, Start, Worker};

/// How often a runtime is looked at that says nothing.
const LOOK: Duration = Duration::from_millis(250);

/// Which function is called, on what.
pub(crate) struct Given {
    pub(crate) kind: Kind,
    /// The file with the node.
    pub(crate) path: String,
    pub(crate) version: f64,
    /// What the function is given, as JSON.
    pub(crate) text: String,
}

/// The files of the input items, by the ids under which the function knows them.
pub(crate) type CallFiles = BTreeMap<String, BinaryData>;

/// What a function may ask without waiting.
pub(crate) struct Side {
    pub(crate) files: CallFiles,
    /// The workflow's, and the node's.
    pub(crate) static_data: [Json; 2],
    pub(crate) description: Arc<NodeDescription>,
    pub(crate) version: f64,
    /// The node's parameters as they are stored.
    pub(crate) parameters: Json,
}

impl Side {
    pub(crate) fn static_data(&self, of_node: bool) -> Json {
        self.static_data[usize::from(of_node)].clone()
    }

    pub(crate) fn has_file(&self, id: &str) -> bool {
        self.files.contains_key(id)
    }

    /// The contents of a file.
    pub(crate) fn file(&self, id: &str) -> Option<Vec<u8>> {
        self.files.get(id).map(|file| file.content.read_all().unwrap_or_default().to_vec())
    }

    /// The value of a parameter, taken out of a longer text where its form says so.
    ///
    /// # Errors
    /// n8n's text, where it cannot be taken out.
    pub(crate) fn extract(&self, name: &str, value: &Json) -> Result<Json, String> {
        let last = name.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(name);
        let Some(root) = self.parameters.as_object() else { return Ok(value.clone()) };
        let fits = |property: &&NodeProperty| {
            property.name == last
                && (property.kind == PropertyType::ResourceLocator || property.extract_value.is_some())
        };
        let all: Vec<&NodeProperty> = all_properties(&self.description.properties);
        let shown = all.iter().copied().filter(fits).find(|own| is_shown(own, root, root, self.version));
        match shown.or_else(|| all.iter().copied().find(fits)) {
            Some(property) => extract_value(property, name, value),
            None => Ok(value.clone()),
        }
    }
}

/// The properties with those below them.
fn all_properties(properties: &[NodeProperty]) -> Vec<&NodeProperty> {
    let mut all = Vec::new();
    for property in properties {
        all.push(property);
        all.extend(property.children().flat_map(|child| all_properties(std::slice::from_ref(child))));
        all.extend(property.groups().flat_map(|group| all_properties(&group.values)));
    }
    all
}

/// The answer to a question, with bytes, or what the function is told in its place.
pub(crate) type Answer = Result<(Json, Option<Vec<u8>>), Json>;

/// What serves the questions of a call.
pub(crate) trait Host: Sync {
    /// Serves a question that waits: the answer, with bytes, or what the function is told in its place. An outer error ends
    /// the call.
    fn serve<'a>(
        &'a self,
        kind: &'a str,
        details: Json,
        body: Vec<u8>,
    ) -> BoxFuture<'a, Result<Answer, NodeError>>;

    /// Evaluates an expression at an item of the input.
    fn evaluate<'a>(&'a self, text: String, item: usize) -> BoxFuture<'a, Result<Json, String>>;

    /// A line on the console.
    fn log(&self, level: &str, text: &str);

    /// Keeps static data.
    fn keep(&self, scope: StaticScope, data: Json);
}

/// Aborts the call where nobody waits for it any more.
struct Left<'a> {
    worker: &'a Worker,
    call: u32,
    has_ended: bool,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.worker.send(Command::Abort(self.call));
        }
    }
}

/// Calls a function and serves it to its end. Gives what it returned.
///
/// # Errors
/// When it throws, takes too long, or the host ends it.
pub(crate) async fn call(
    worker: &Worker,
    given: Given,
    side: Side,
    host: &dyn Host,
) -> Result<Json, NodeError> {
    let (told, mut asked) = unbounded_channel();
    let id = worker.next_call();
    let Given { kind, path, version, text } = given;
    let start = Start { id, kind, path, version, given: text, side: Arc::new(side), told };
    let gone = || of_worker(&WorkerError::Broken("the runtime of the package has ended".to_owned()));
    if !worker.send(Command::Start(Box::new(start))) {
        return Err(gone());
    }
    let mut left = Left { worker, call: id, has_ended: false };
    let mut open = FuturesUnordered::new();
    let mut ended_by_host = None;
    let result = loop {
        tokio::select! {
            biased;
            Some((question, answer)) = open.next() => {
                match answer {
                    Ok(answer) => drop(worker.send(Command::Answer { call: id, served: Served { id: question, answer } })),
                    Err(error) => {
                        ended_by_host = Some(error);
                        break None;
                    }
                }
            }
            message = asked.recv() => match message {
                Some(Asked::Later { id, kind, details, body }) => open.push(async move {
                    (id, host.serve(&kind, details, body).await)
                }),
                Some(Asked::Now { text, item, reply }) => {
                    // The thread has given up waiting where the call was left.
                    let _ = reply.send(host.evaluate(text, item).await);
                }
                Some(Asked::Line { level, text }) => host.log(&level, &text),
                Some(Asked::Done { went_well, value }) => {
                    left.has_ended = true;
                    break Some(Ok((went_well, value)));
                }
                Some(Asked::Failed(error)) => {
                    left.has_ended = true;
                    break Some(Err(of_worker(&error)));
                }
                None => break Some(Err(gone())),
            },
            () = tokio::time::sleep(LOOK) => {
                if worker.is_over() {
                    break Some(Err(of_worker(&WorkerError::TimedOut(worker.limits().time))));
                }
            }
        }
    };
    // What the function has sent without waiting for the answer is sent to its end all the same.
    while open.next().await.is_some() {}
    if let Some(error) = ended_by_host {
        return Err(error);
    }
    let (went_well, value) = result.unwrap_or_else(|| Err(gone()))?;
    for (name, scope) in [("global", StaticScope::Workflow), ("node", StaticScope::Node)] {
        if let Some(data) = value.get("staticData").and_then(|data| data.get(name)) {
            host.keep(scope, data.clone());
        }
    }
    if went_well {
        return Ok(value.get("value").cloned().unwrap_or_default());
    }
    let error = value.get("error").unwrap_or(const { &Json::NULL });
    if error.get("name").and_then(Json::as_str) == Some("InternalError")
        && error.get("message").and_then(Json::as_str).is_some_and(|text| text.contains("out of memory"))
    {
        // What fills the memory stays in it.
        worker.retire();
        return Err(NodeError::operation(format!(
            "The code of the package needs more than {} MB of memory",
            worker.limits().memory >> 20
        ))
        .with_description(
            "Handle fewer items at a time, for example with Loop Over Items before this node.",
        ));
    }
    Err(error_of_code(error))
}

/// The error of a runtime that ended a call.
pub(crate) fn of_worker(error: &WorkerError) -> NodeError {
    let told = NodeError::new(ErrorKind::Operation, capitalized(&error.to_string()));
    match error {
        WorkerError::TimedOut(_) => told.with_description(
            "Look for a loop that never ends, or handle fewer items at a time. The runtime of the package was ended.",
        ),
        WorkerError::Stuck => told.with_description(
            "This is a fault of the package: a `new Promise` whose function calls neither of its arguments.",
        ),
        WorkerError::Broken(_) | WorkerError::Thrown(_) => told,
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
