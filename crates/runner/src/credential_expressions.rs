//! Expressions in credentials: evaluated for each item before anything leaves (`docs/parameters.md §16.3`).

use heddle_expression::{CompiledValue, Scene};
use heddle_node::{Json, NodeError};

use crate::credentials::{ByItem, NodeCredentials, expression_failed};
use crate::evaluation::evaluate;
use crate::host::Host;
use crate::prepared::PreparedNode;
use crate::prepared_workflow::reference;

/// Evaluates the expressions of a node's credentials at each of `count` items of a scene.
pub(crate) fn evaluate_credentials(
    host: &Host,
    credentials: &mut NodeCredentials,
    scene: &Scene<'_>,
    count: usize,
) {
    for (name, credential) in credentials {
        let stored = credential.resolved.as_ref().ok().and_then(|resolved| resolved.expressions.clone());
        let (Some(stored), Ok(resolved)) = (stored, &credential.resolved) else { continue };
        let compiled = CompiledValue::compile(&stored);
        let scene = Scene { self_fields: Some(&stored), ..scene.at_item(0) };
        let mut by_item = ByItem::default();
        for index in 0..count {
            by_item.push(fields(name, &compiled, &scene.at_item(index)), |fields| {
                host.credential_resolver().of_fields(resolved, fields)
            });
        }
        credential.by_item = Some(by_item);
    }
}

/// Whether an expression in the credentials of a node may read other items than those that the node gets.
pub(crate) fn read_other_items(host: &Host, node: &PreparedNode, settings: &heddle_workflow::Node) -> bool {
    let declared = node.node.credentials(&node.filled);
    let credentials = host.resolve_credentials(&declared, |name| reference(settings, name));
    credentials.values().any(|credential| {
        let stored = credential.resolved.as_ref().ok().and_then(|resolved| resolved.expressions.as_ref());
        stored.is_some_and(|stored| {
            CompiledValue::compile(stored).templates().any(|(_, template)| template.reads_other_items())
        })
    })
}

fn fields(name: &str, compiled: &CompiledValue, scene: &Scene<'_>) -> Result<Json, NodeError> {
    let mut fields = Json::NULL;
    evaluate(compiled, scene, &mut fields)
        .map_err(|(pointer, error)| expression_failed(name, &pointer, &error.message))?;
    Ok(fields)
}
