//! `heddle describe`: the description of a node type or credential type, its schemas, and what its form makes of
//! parameters.

use std::io::Read as _;
use std::path::Path;

use heddle_node::description::Description;
use heddle_node::parameters::{FormNode, Resolution, properties_at, resolve_parameters};
use heddle_node::schema::{SchemaForm, schema_of_properties};
use heddle_node::{Json, Node, Registry, printable_line};

use crate::arguments::DescribeArguments;
use crate::failure::Failure;

pub(crate) fn execute(registry: &Registry, arguments: &DescribeArguments) -> Result<u8, Failure> {
    let Some(name) = &arguments.node_type else { return describe_input(arguments) };
    let schema = match (arguments.json_schema, arguments.resolved_schema) {
        (true, _) => Some(SchemaForm::Stored),
        (_, true) => Some(SchemaForm::Resolved),
        _ => None,
    };
    if let Some(form) = schema {
        let node = find(registry, name, arguments.type_version)?;
        if let (SchemaForm::Stored, Some(version)) = (form, arguments.type_version) {
            let description = node.describe().map_err(|error| Failure::failed(error.to_string()))?;
            let facts = FormNode::of(&description, version);
            let properties = properties_at(&description.properties, facts);
            return print_json(&schema_of_properties(&properties, form));
        }
        return print_json(&node.parameter_schema(form).map_err(|error| Failure::failed(error.to_string()))?);
    }
    let credential = registry.credential(name).filter(|_| registry.node(name, None).is_none());
    if let Some(credential) = credential {
        let credential = (credential.describe)().map_err(|error| Failure::failed(error.to_string()))?;
        if let Some(path) = &arguments.resolve {
            let resolved = resolve(&credential.properties, FormNode::from(1.0), path, arguments)?;
            return print_json(&resolved.to_value());
        }
        return print_json(&serde_json::json!(credential));
    }
    let node = find(registry, name, arguments.type_version)?;
    let description = node.describe().map_err(|error| Failure::failed(error.to_string()))?;
    let Some(path) = &arguments.resolve else { return print_json(&serde_json::json!(*description)) };
    let latest = node.header().versions.last().copied().unwrap_or(1.0);
    let facts = FormNode::of(&description, arguments.type_version.unwrap_or(latest));
    print_json(&resolve(&description.properties, facts, path, arguments)?.to_value())
}

/// Descriptions from standard input: one, or a list of them.
fn describe_input(arguments: &DescribeArguments) -> Result<u8, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", super::STANDARD_INPUT)))?;
    let json = Json::parse(&text)
        .map_err(|error| Failure::usage(format!("{} is no JSON: {error}", super::STANDARD_INPUT)))?;
    let Some(path) = &arguments.resolve else {
        let written = match json.as_array() {
            Some(all) => {
                let all = all.iter().enumerate().map(|(index, json)| {
                    Description::read(json)
                        .map(|read| read.to_json())
                        .map_err(|error| wrong(Some(index), &error))
                });
                all.collect::<Result<Json, Failure>>()?
            }
            None => Description::read(&json).map_err(|error| wrong(None, &error))?.to_json(),
        };
        return print_json(&written.to_value());
    };
    if json.is_array() {
        return Err(Failure::usage("--resolve takes one description, and standard input has a list of them"));
    }
    let description = Description::read(&json).map_err(|error| wrong(None, &error))?;
    let facts = match &description {
        Description::Node(node) => {
            let usual = node.default_version.or_else(|| node.version.latest()).unwrap_or(1.0);
            FormNode::of(node, arguments.type_version.unwrap_or(usual))
        }
        Description::Credential(_) => FormNode::from(arguments.type_version.unwrap_or(1.0)),
    };
    print_json(&resolve(description.properties(), facts, path, arguments)?.to_value())
}

fn wrong(index: Option<usize>, error: &str) -> Failure {
    let of = index.map_or_else(String::new, |index| format!(" [{index}]"));
    Failure::usage(format!("{}{of}: {error}", super::STANDARD_INPUT)).with_help(
        "Give the description of a node type or of a credential type as n8n has it, or a list of them.",
    )
}

fn resolve(
    properties: &[heddle_node::NodeProperty],
    facts: FormNode,
    path: &Path,
    arguments: &DescribeArguments,
) -> Result<Json, Failure> {
    let name = super::name_of(path);
    let parameters = Json::parse(&crate::input::read_text(path)?)
        .map_err(|error| Failure::usage(format!("{name} is no JSON: {error}")))?;
    let resolution =
        Resolution { with_defaults: !arguments.without_defaults, with_hidden: arguments.with_hidden };
    resolve_parameters(properties, &parameters, facts, resolution)
        .map_err(|error| Failure::failed(format!("n8n refuses these parameters: {error}")))
}

fn print_json(value: &serde_json::Value) -> Result<u8, Failure> {
    super::print(&format!("{value:#}\n"))?;
    Ok(0)
}

/// A version of a node type, the newest where none is asked for, or a failure that names what there is.
pub(crate) fn find<'a>(
    registry: &'a Registry,
    node_type: &str,
    version: Option<f64>,
) -> Result<&'a dyn Node, Failure> {
    if let Some(node) = registry.node(node_type, version) {
        return Ok(&**node);
    }
    let versions = registry.versions(node_type);
    match version {
        Some(version) if !versions.is_empty() => {
            let known: Vec<String> = versions.iter().map(f64::to_string).collect();
            Err(Failure::usage(format!("the node type {node_type} has no version {version}"))
                .with_help(format!("It has {}.", known.join(", "))))
        }
        _ => Err(Failure::usage(format!("there is no node type {}", printable_line(node_type)))
            .with_help(heddle_runner::suggest_node_types(registry, node_type))),
    }
}
