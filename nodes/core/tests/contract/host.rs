//! A host that is just enough to run one node: it prepares the parameters as the runner does, knows the expressions
//! `={{ $json.field }}` and `={{ <JSON> }}`, and treats failed items as the node's `onError` says.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use heddle_node::description::NodeProperty;
use heddle_node::node::Tier;
use heddle_node::parameters::{ParameterPlan, fill_defaults};
use heddle_node::{
    BatchContext, Credential, HttpClient, Item, ItemContext, ItemParameters, Json, JsonObject, NodeError,
    Registry, Services,
};
use uuid::Uuid;

#[allow(dead_code, reason = "the runner's module, of which the tests use one function")]
#[path = "../../../../crates/runner/src/filter/mod.rs"]
mod filter;

use heddle_nodes_core as _;

/// The items of each output, and the error that ended the run.
pub(crate) struct Outcome {
    pub(crate) outputs: Vec<Vec<Item>>,
    pub(crate) error: Option<NodeError>,
}

/// An expression that this host does not know.
#[derive(Debug)]
pub(crate) struct UnknownExpression(
    #[allow(dead_code, reason = "for the message of a failed test")] pub(crate) String,
);

struct Host;

/// The same parameters for all items.
struct Same<'a>(&'a Json);

impl ItemParameters for Same<'_> {
    fn resolve(&self, _: usize) -> Result<Json, NodeError> {
        Ok(self.0.clone())
    }
}

impl Services for Host {
    fn http(&self) -> &dyn HttpClient {
        unreachable!("core nodes that are tested here send nothing")
    }

    fn credential(&self, type_name: &str) -> Result<&Credential, NodeError> {
        Err(NodeError::operation(format!("There is no credential \"{type_name}\"")))
    }

    fn remember<'a>(
        &'a self,
        _: &'a str,
        load: BoxFuture<'a, Result<Json, NodeError>>,
    ) -> BoxFuture<'a, Result<Json, NodeError>> {
        load
    }

    fn call_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn pause(&self, _: Duration) -> BoxFuture<'_, Result<(), NodeError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn now(&self) -> i64 {
        0
    }

    fn is_dry_run(&self) -> bool {
        false
    }

    fn matches_filter(&self, filter: &Json, item_index: usize) -> Result<bool, NodeError> {
        filter::matches(filter, item_index, &|_| None)
    }
}

/// Runs the node `node` of a workflow file on `items`.
pub(crate) fn run(node: &Json, items: Vec<Item>) -> Result<Outcome, UnknownExpression> {
    let registry = Registry::linked().unwrap();
    let type_version = node.get("typeVersion").and_then(Json::as_f64).unwrap();
    let type_name = node.get("type").and_then(Json::as_str).unwrap();
    let found = registry.node(type_name, Some(type_version)).unwrap();
    let on_error = node.get("onError").and_then(Json::as_str).unwrap_or("stopWorkflow");
    let properties = found.describe().unwrap().properties;
    let stored = found.upgrade(type_version, node.get("parameters").cloned().unwrap());
    if type_name == "n8n-nodes-base.executeWorkflow" {
        return Err(UnknownExpression("this host runs no workflows".to_owned()));
    }
    let item_node = match found.tier() {
        Tier::Item(item_node) => item_node,
        Tier::Batch(batch_node) => {
            let first = items.first().cloned().unwrap_or_default();
            let parameters = match prepare(&properties, &stored, &first, type_version)? {
                Ok(parameters) => parameters,
                Err(error) => return Ok(Outcome { outputs: Vec::new(), error: Some(error) }),
            };
            let inputs = [Some(Arc::new(items))];
            let context = BatchContext {
                inputs: &inputs,
                main_input: 0,
                parameters: &Same(&parameters),
                type_version,
                services: &Host,
            };
            let outputs =
                futures_util::FutureExt::now_or_never(batch_node.run(&parameters, &context)).unwrap();
            return Ok(Outcome { outputs: outputs.unwrap(), error: None });
        }
    };
    let mut outputs =
        vec![Vec::new(); found.header().outputs.len() + usize::from(on_error == "continueErrorOutput")];
    for (index, item) in items.iter().enumerate() {
        let context = ItemContext { item, index, type_version, services: &Host };
        let result = prepare(&properties, &stored, item, type_version)?.and_then(|parameters| {
            let prepared = item_node.prepare(&parameters)?;
            futures_util::FutureExt::now_or_never(item_node.run_item(&prepared, &context)).unwrap()
        });
        match result {
            Ok(output) => output.into_iter().for_each(|(output, item)| outputs[output].push(item)),
            Err(error) if on_error == "stopWorkflow" => return Ok(Outcome { outputs, error: Some(error) }),
            Err(error) => {
                let (output, mut json) = match on_error {
                    "continueErrorOutput" => (outputs.len() - 1, item.json.clone()),
                    _ => (0, Json::object()),
                };
                json.insert("error", Json::from(error.message.as_str()));
                outputs[output].push(Item::new(json));
            }
        }
    }
    Ok(Outcome { outputs, error: None })
}

fn prepare(
    properties: &[NodeProperty],
    stored: &Json,
    item: &Item,
    type_version: f64,
) -> Result<Result<Json, NodeError>, UnknownExpression> {
    let filled = fill_defaults(properties, stored, type_version);
    let plan = match ParameterPlan::new(properties, &filled, type_version) {
        Ok(plan) => plan,
        Err(error) => return Ok(Err(error.into())),
    };
    let resolved = resolve(plan.parameters(), &item.json)?.unwrap_or(Json::NULL);
    Ok(plan.apply(resolved).map_err(NodeError::from))
}

/// The value with its expressions resolved; nothing for JavaScript's `undefined`.
fn resolve(value: &Json, item: &Json) -> Result<Option<Json>, UnknownExpression> {
    if let Some(object) = value.as_object() {
        let mut resolved = JsonObject::new();
        for (key, value) in object.iter() {
            if let Some(value) = resolve(value, item)? {
                resolved.insert(key, value);
            }
        }
        return Ok(Some(Json::from(resolved)));
    }
    if let Some(elements) = value.as_array() {
        let resolved: Result<Vec<Json>, _> =
            elements.iter().map(|element| Ok(resolve(element, item)?.unwrap_or(Json::NULL))).collect();
        return resolved.map(Json::from).map(Some);
    }
    let Some(expression) = value.as_str().and_then(|text| text.strip_prefix('=')) else {
        return Ok(Some(value.clone()));
    };
    let inside = expression.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    if let Some(field) = inside.and_then(|inside| inside.strip_prefix("$json."))
        && field.chars().all(char::is_alphanumeric)
    {
        return Ok(item.get(field).cloned());
    }
    match inside {
        Some(inside) => match Json::parse(inside) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(UnknownExpression(expression.to_owned())),
        },
        None if expression.contains("{{") => Err(UnknownExpression(expression.to_owned())),
        None => Ok(Some(Json::from(expression))),
    }
}
