//! One node as a workflow: what a form describes, made into what the host checks and runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::parameters::fill_defaults;
use heddle_node::{Item, Json, JsonObject, Node, NodeDescription, Registry};
use heddle_runner::{Host, RunOptions};
use heddle_workflow::Workflow;

use crate::error::{ApiError, ApiResult};
use crate::issue::Issue;

/// A node type at a version.
#[derive(Clone)]
pub(crate) struct NodeType {
    pub(crate) node: Arc<dyn Node>,
    pub(crate) description: Arc<NodeDescription>,
    pub(crate) version: f64,
}

impl NodeType {
    /// The node type `name` at `version`, or at its newest.
    ///
    /// # Errors
    /// When it is not there; the error names the nearest.
    pub(crate) fn find(registry: &Registry, name: &str, version: Option<f64>) -> ApiResult<Self> {
        let Some(node) = registry.node(name, version) else {
            let versions: Vec<String> = registry.versions(name).iter().map(f64::to_string).collect();
            return Err(match (versions.is_empty(), version) {
                (false, Some(version)) => {
                    ApiError::not_found(format!("The node type \"{name}\" has no version {version}"))
                        .with_help(format!("It has {}.", versions.join(", ")))
                }
                _ => match registry.problem(name) {
                    Some(problem) => ApiError::not_found(format!("The node type \"{name}\" cannot be had"))
                        .with_help(problem),
                    None => ApiError::not_found(format!("There is no node type \"{name}\""))
                        .with_help(heddle_runner::suggest_node_types(registry, name)),
                },
            });
        };
        let description = node.describe().map_err(|error| {
            ApiError::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "The form of the node type is broken",
            )
            .with_help(error.to_string())
        })?;
        let newest = node.header().versions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Self { node: Arc::clone(node), description, version: version.unwrap_or(newest) })
    }

    /// Its full name.
    pub(crate) fn name(&self) -> &str {
        &self.description.name
    }

    /// The parameters with their defaults, without those that are hidden.
    pub(crate) fn fill(&self, parameters: &Json) -> Json {
        // Without any parameter there are still defaults.
        let parameters = if parameters.is_object() { parameters.clone() } else { Json::object() };
        fill_defaults(&self.description.properties, &parameters, self.version)
    }
}

/// A node with what its form says.
pub(crate) struct SingleNode<'a> {
    pub(crate) of: &'a NodeType,
    pub(crate) parameters: &'a Json,
    /// Names of credentials by type.
    pub(crate) credentials: &'a BTreeMap<String, String>,
}

impl SingleNode<'_> {
    /// The node's name in the workflow.
    pub(crate) fn node_name(&self) -> &str {
        &self.of.description.defaults.name
    }

    /// The node as a workflow file holds it.
    pub(crate) fn to_json(&self) -> Json {
        let mut node = JsonObject::new();
        node.insert("parameters", self.parameters.clone());
        node.insert("type", Json::from(self.of.name()));
        node.insert("typeVersion", Json::from(self.of.version));
        node.insert("position", Json::from(vec![Json::from(0), Json::from(0)]));
        node.insert("id", Json::from("1"));
        node.insert("name", Json::from(self.node_name()));
        if !self.credentials.is_empty() {
            let mut credentials = JsonObject::new();
            for (type_name, name) in self.credentials {
                let mut reference = JsonObject::new();
                reference.insert("name", Json::from(name.as_str()));
                credentials.insert(type_name, Json::from(reference));
            }
            node.insert("credentials", Json::from(credentials));
        }
        Json::from(node)
    }

    /// The workflow of this node alone.
    pub(crate) fn workflow(&self) -> Workflow {
        let mut settings = JsonObject::new();
        settings.insert("executionOrder", Json::from("v1"));
        let mut workflow = JsonObject::new();
        workflow.insert("name", Json::from(self.node_name()));
        workflow.insert("nodes", Json::from(vec![self.to_json()]));
        workflow.insert("connections", Json::object());
        workflow.insert("settings", Json::from(settings));
        Workflow::from_json(&Json::from(workflow))
    }

    /// How it runs on `items`.
    pub(crate) fn options(&self, items: Vec<Item>, dry_run: bool) -> RunOptions {
        RunOptions {
            start: Some(self.node_name().to_owned()),
            items: Some(items),
            dry_run,
            ..RunOptions::default()
        }
    }

    /// Everything that is wrong with it, as the runner finds it before a run.
    pub(crate) async fn issues(&self, host: &Host) -> Vec<Issue> {
        let options = self.options(vec![Item::new(Json::object())], false);
        host.check(&self.workflow(), &options).await.problems.into_iter().map(Issue::of).collect()
    }
}
