//! n8n's names of the node types that start runs, for types that may not be registered: of those that are, their headers
//! say it. No other code compares the names of types.

use heddle_data::TriggerKind;

/// Types of n8n by what starts them. All others whose names end in `Trigger` are of the kind [`TriggerKind::Event`].
const KINDS: [(&str, TriggerKind); 17] = [
    ("n8n-nodes-base.manualTrigger", TriggerKind::Manual),
    ("n8n-nodes-base.start", TriggerKind::Manual),
    ("n8n-nodes-base.executeWorkflowTrigger", TriggerKind::Workflow),
    ("n8n-nodes-base.errorTrigger", TriggerKind::Failure),
    ("n8n-nodes-base.evaluationTrigger", TriggerKind::Manual),
    ("n8n-nodes-base.scheduleTrigger", TriggerKind::Time),
    ("n8n-nodes-base.cron", TriggerKind::Time),
    ("n8n-nodes-base.interval", TriggerKind::Time),
    ("n8n-nodes-base.webhook", TriggerKind::Call),
    ("@n8n/n8n-nodes-langchain.mcpTrigger", TriggerKind::Call),
    ("n8n-nodes-base.formTrigger", TriggerKind::Form),
    ("@n8n/n8n-nodes-langchain.chatTrigger", TriggerKind::Chat),
    ("@n8n/n8n-nodes-langchain.manualChatTrigger", TriggerKind::Chat),
    ("n8n-nodes-base.emailReadImap", TriggerKind::Mail),
    ("n8n-nodes-base.gmailTrigger", TriggerKind::Mail),
    ("n8n-nodes-base.microsoftOutlookTrigger", TriggerKind::Mail),
    ("n8n-nodes-base.postmarkTrigger", TriggerKind::Mail),
];

/// What starts a run at a node of this type; `None` for a type that is not a trigger, as far as its name tells.
pub fn trigger_kind(node_type: &str) -> Option<TriggerKind> {
    let known = KINDS.iter().find(|(name, _)| *name == node_type).map(|(_, kind)| *kind);
    known.or_else(|| node_type.ends_with("Trigger").then_some(TriggerKind::Event))
}

/// The types at which a run that another workflow calls starts, where none is made for calls.
const ALSO_CALLED: [&str; 2] = ["@n8n/n8n-nodes-langchain.manualChatTrigger", "n8n-nodes-base.manualTrigger"];

/// How well a node starts a workflow that another one calls, by its type and what starts that: the lowest is the best;
/// `None` where it does not.
pub fn call_start_rank(node_type: &str, starts: Option<TriggerKind>) -> Option<usize> {
    match starts {
        Some(TriggerKind::Workflow) => Some(0),
        // Of the two, the first one in the file is as good as the other.
        _ => ALSO_CALLED.contains(&node_type).then_some(1),
    }
}

/// Whether a node type starts runs, as far as its name tells.
pub fn is_trigger_type(node_type: &str) -> bool {
    trigger_kind(node_type).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_starts_a_run() {
        assert_eq!(trigger_kind("n8n-nodes-base.webhook"), Some(TriggerKind::Call));
        assert_eq!(trigger_kind("n8n-nodes-base.telegramTrigger"), Some(TriggerKind::Event));
        assert_eq!(trigger_kind("n8n-nodes-acme.acmeTrigger"), Some(TriggerKind::Event));
        assert_eq!(trigger_kind("n8n-nodes-base.set"), None);
        assert!(TriggerKind::Call.needs_items() && !TriggerKind::Time.needs_items());
    }
}
