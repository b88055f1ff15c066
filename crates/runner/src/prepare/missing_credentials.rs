//! Credentials that a run needs and that are not there.

use heddle_expression::CompiledValue;
use heddle_workflow::{NodeIndex, Problem};

use crate::host::Host;
use crate::misspelt::misspelt_fields;
use crate::prepared::{Finding, PreparedNode, place};
use crate::prepared_workflow::{PreparedWorkflow, reference};
use crate::suggest::misspelt_letters;
use crate::unset::unset_in_credential;
use crate::variables::Variables;

/// The credentials that a node needs and that are not there, or that cannot sign as they are.
pub(crate) fn missing_credentials(
    host: &Host,
    prepared: &PreparedWorkflow,
    index: NodeIndex,
    node: &PreparedNode,
    variables: &Variables,
) -> Vec<Finding> {
    let settings = &prepared.workflow.nodes[index];
    let declared = node.node.credentials(&node.filled);
    let finding = |below: &str, problem| Finding {
        is_credential: true,
        ..Finding::new(Some(index), place(&prepared.workflow, index, below, problem))
    };
    let mut findings = Vec::new();
    for (name, required) in declared.iter().filter(|(_, required)| *required) {
        let misspelt = settings.credentials.iter().find(|reference| {
            let written = reference.credential_type.as_str();
            declared.iter().all(|(known, _)| *known != written)
                && misspelt_letters(&name.to_lowercase(), &written.to_lowercase()).is_some()
        });
        if let (None, Some(misspelt)) = (settings.credential(name), misspelt) {
            let written = &misspelt.credential_type;
            let problem =
                Problem::error(format!("The node has no use for a credential of type \"{written}\""))
                    .with_help(format!("Did you mean \"{name}\"?"));
            findings.push(finding(&format!("/credentials/{written}"), problem));
            continue;
        }
        let resolved = host.resolve_credentials(&[(name.clone(), *required)], |_| reference(settings, name));
        let below = format!("/credentials/{name}");
        for resolved in resolved.values().map(|credential| &credential.resolved) {
            match resolved {
                Err(error) => {
                    let mut problem = Problem::error(error.message.clone());
                    problem.help = error.description.clone();
                    findings.push(finding(&below, problem));
                }
                Ok(credential) => {
                    for (written, meant) in misspelt_fields(&credential.kind, &credential.found.data) {
                        let problem = Problem::warning(format!(
                            "Nothing reads the field \"{written}\" of the credential \"{name}\""
                        ));
                        findings
                            .push(finding(&below, problem.with_help(format!("Did you mean \"{meant}\"?"))));
                    }
                    let fields = credential.expressions.as_ref().map(CompiledValue::compile);
                    let unset = fields.iter().flat_map(|fields| unset_in_credential(name, fields, variables));
                    findings.extend(unset.map(|problem| finding(&below, problem)));
                }
            }
        }
    }
    findings
}
