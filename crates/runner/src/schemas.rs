//! The generated files of `schemas/`: what a UI or an editor needs to know without running anything.

use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{NodeDescription, Registry};
use serde_json::Value;

use crate::events::{Event, ItemVerdict};

/// All files, as paths and texts, in a fixed order.
///
/// - `workflow.schema.json`: workflow files,
/// - `event.schema.json`: the events of a run ([`Event`]), `verdict.schema.json`: what a run knows of its items,
/// - `node-description.schema.json`: the descriptions below,
/// - `nodes/<type>/v<version>.json`: a node's description, by its newest version,
/// - `nodes/<type>/v<version>.stored.schema.json` and `….resolved.schema.json`: its parameters in a workflow file, and
///   as the node receives them,
/// - `credentials/<type>.json`: a credential type.
///
/// # Errors
/// When a node's parameters have a part that no form field can show.
pub fn generate(registry: &Registry) -> Result<Vec<(String, String)>, SchemaError> {
    let description_schema = schemars::schema_for!(NodeDescription);
    let mut files = vec![
        ("event.schema.json".to_owned(), pretty(schemars::schema_for!(Event).as_value())),
        ("verdict.schema.json".to_owned(), pretty(schemars::schema_for!(ItemVerdict).as_value())),
        ("workflow.schema.json".to_owned(), pretty(&heddle_workflow::workflow_schema())),
        ("node-description.schema.json".to_owned(), pretty(description_schema.as_value())),
    ];
    for node in registry.nodes() {
        let header = node.header();
        let version = header.versions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let stem = format!("nodes/{}/v{version}", header.type_name);
        files.push((format!("{stem}.json"), pretty(&serde_json::json!(*node.describe()?))));
        for (form, name) in [(SchemaForm::Stored, "stored"), (SchemaForm::Resolved, "resolved")] {
            files.push((format!("{stem}.{name}.schema.json"), pretty(&node.parameter_schema(form)?)));
        }
    }
    for credential in registry.credentials() {
        let description = (credential.describe)()?;
        files
            .push((format!("credentials/{}.json", credential.name), pretty(&serde_json::json!(description))));
    }
    files.sort();
    Ok(files)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
