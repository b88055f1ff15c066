//! What a run with mocks has left out: nodes that did not run, and the requests that these would have made.

use std::sync::{Mutex, MutexGuard, PoisonError};

use heddle_node::Json;
use serde::{Serialize, Serializer};

use crate::site::NodeSite;

/// A request that a node would have made that did not run.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRequest {
    /// Name of the node; in a workflow that another one calls, `Workflow/Node`.
    pub node: String,
    /// Run of the node.
    pub run: usize,
    /// Index of the item; `None` for a node that takes its items all at once.
    pub item: Option<usize>,
    /// The request, as a dry run shows it: `method`, `url`, `headers`, `body`. Secrets are masked.
    pub request: Json,
    /// Why there would have been none: the item fails before anything leaves.
    pub error: Option<String>,
}

impl PlannedRequest {
    /// As one object: `node`, `run` unless it is the first one, `item`, then the members of the request, or `error`.
    pub fn to_json(&self) -> Json {
        let mut json = Json::object();
        json.insert("node", self.node.as_str());
        if self.run > 0 {
            json.insert("run", Json::from(self.run));
        }
        if let Some(item) = self.item {
            json.insert("item", Json::from(item));
        }
        for (name, value) in self.request.as_object().into_iter().flat_map(|request| request.iter()) {
            json.insert(name, value.clone());
        }
        if let Some(error) = &self.error {
            json.insert("error", error.as_str());
        }
        json
    }
}

impl Serialize for PlannedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// What has been left out so far, in a run and all runs within it.
#[derive(Debug, Default)]
pub(crate) struct Replaced(Mutex<(Vec<String>, Vec<PlannedRequest>)>);

impl Replaced {
    fn lock(&self) -> MutexGuard<'_, (Vec<String>, Vec<PlannedRequest>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a node did not run.
    pub(crate) fn note_node(&self, at: &NodeSite) {
        let name = name_of(at);
        let (nodes, _) = &mut *self.lock();
        if !nodes.contains(&name) {
            nodes.push(name);
        }
    }

    /// Notes a request that does not leave.
    pub(crate) fn note_request(&self, at: &NodeSite, item: Option<usize>, request: Json) {
        let planned = PlannedRequest { node: name_of(at), run: at.run, item, request, error: None };
        self.lock().1.push(planned);
    }

    /// Notes that an item fails before anything leaves.
    pub(crate) fn note_failure(&self, at: &NodeSite, item: Option<usize>, message: &str) {
        let (node, error) = (name_of(at), Some(message.to_owned()));
        self.lock().1.push(PlannedRequest { node, run: at.run, item, request: Json::NULL, error });
    }

    /// Everything that was left out. Requests of one node run are in the order of its items.
    pub(crate) fn take(&self) -> (Vec<String>, Vec<PlannedRequest>) {
        let (nodes, mut requests) = std::mem::take(&mut *self.lock());
        let mut first = 0;
        while let Some(begin) = requests.get(first) {
            let place = (begin.node.clone(), begin.run);
            let same =
                requests[first..].iter().take_while(|other| (&other.node, other.run) == (&place.0, place.1));
            let end = first + same.count();
            // Items are handled side by side; the requests of each of them keep their order.
            requests[first..end].sort_by_key(|request| request.item);
            first = end;
        }
        (nodes, requests)
    }
}

/// The name under which mocks know a node.
fn name_of(at: &NodeSite) -> String {
    match at.of.origin {
        Some(_) => format!("{}/{}", at.of.workflow, at.node),
        None => at.node.to_string(),
    }
}
