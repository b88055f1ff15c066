//! The generated files of `schemas/`: what a UI or an editor needs to know without running anything.

use heddle_node::schema::{SchemaError, SchemaForm};

use heddle_node::{NodeDescription, NodeHeader, Registry};
use serde_json::Value;

use crate::events::{Event, ItemVerdict};

/// All files, as paths and texts, in a fixed order.
///
/// - `workflow.schema.json`: workflow files, with the parameters of every node by its type and version,
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
        ("workflow.schema.json".to_owned(), pretty(&workflow_schema(registry))),
        ("node-description.schema.json".to_owned(), pretty(description_schema.as_value())),
    ];
    for node in registry.nodes() {
        let stem = stem(node.header());
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

/// The schema of workflow files, with every node's parameters by its type: references to the files beside it.
fn workflow_schema(registry: &Registry) -> Value {
    let mut schema = heddle_workflow::workflow_schema();
    let mut types: Vec<&str> = Vec::new();
    let mut rules = Vec::new();
    for node in registry.nodes() {
        let header = node.header();
        let latest = registry.versions(header.type_name).last().copied();
        let mut condition = serde_json::json!({
            "properties": { "type": { "const": header.type_name }, "typeVersion": { "enum": header.versions } },
            "required": ["type"],
        });
        if !latest.is_some_and(|latest| header.versions.contains(&latest)) {
            condition["required"] = serde_json::json!(["type", "typeVersion"]);
        }
        let parameters = serde_json::json!({ "$ref": format!("{}.stored.schema.json", stem(header)) });
        rules.push(serde_json::json!({
            "if": condition,
            "then": { "properties": { "parameters": parameters } },
        }));
        if types.last() != Some(&header.type_name) {
            types.push(header.type_name);
        }
    }
    if let Some(node) = schema.pointer_mut("/$defs/node") {
        // Other types are right, too; an editor offers these.
        node["properties"]["type"]["anyOf"] = serde_json::json!([{ "enum": types }, true]);
        node["allOf"] = Value::Array(rules);
    }
    schema
}

/// The path of a node's files, without what distinguishes them.
fn stem(header: &NodeHeader) -> String {
    let version = header.versions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("nodes/{}/v{version}", header.type_name)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
