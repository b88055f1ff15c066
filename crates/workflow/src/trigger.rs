//! The node types that start runs: what starts them, and the items that a run begins with.

/// What starts a workflow at a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TriggerKind {
    /// A person, or another workflow, or the failure of one: whoever starts it gives the items, or none.
    Given,
    /// The clock.
    Time,
    /// A call of its address.
    Call,
    /// A form that somebody sends.
    Form,
    /// A message in a chat.
    Chat,
    /// A mail.
    Mail,
    /// Whatever else happens in a service.
    Event,
}

/// Types of n8n by what starts them. All others whose names end in `Trigger` are of the kind [`TriggerKind::Event`].
const KINDS: [(&str, TriggerKind); 17] = [
    ("n8n-nodes-base.manualTrigger", TriggerKind::Given),
    ("n8n-nodes-base.start", TriggerKind::Given),
    ("n8n-nodes-base.executeWorkflowTrigger", TriggerKind::Given),
    ("n8n-nodes-base.errorTrigger", TriggerKind::Given),
    ("n8n-nodes-base.evaluationTrigger", TriggerKind::Given),
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

/// The types at which a run starts that another workflow calls, the best first.
const CALLED: [&str; 3] = [
    "n8n-nodes-base.executeWorkflowTrigger",
    "@n8n/n8n-nodes-langchain.manualChatTrigger",
    "n8n-nodes-base.manualTrigger",
];
/// The type at which a run starts that describes the failure of another one.
const ERROR_TRIGGER: &str = "n8n-nodes-base.errorTrigger";

/// How well a node of this type starts a workflow that another one calls: the lowest is the best; `None` where it does not.
pub fn call_start_rank(node_type: &str) -> Option<usize> {
    // Of the two that are started by hand, the first one in the file is as good as the other.
    CALLED.iter().position(|known| *known == node_type).map(|rank| rank.min(1))
}

/// Whether a node of this type says what calls of its workflow enter and leave with.
pub fn declares_calls(node_type: &str) -> bool {
    call_start_rank(node_type) == Some(0)
}

/// Whether a node of this type starts a workflow that is notified of the failure of another one.
pub fn is_error_trigger(node_type: &str) -> bool {
    node_type == ERROR_TRIGGER
}

/// Whether a node type starts runs, as far as its name tells.
pub fn is_trigger_type(node_type: &str) -> bool {
    trigger_kind(node_type).is_some()
}

impl TriggerKind {
    /// Whether a run needs items to begin with: nobody can make up what was called, sent or written.
    pub fn needs_items(self) -> bool {
        !matches!(self, Self::Given | Self::Time)
    }

    /// What the trigger waits for.
    pub fn waits_for(self) -> &'static str {
        match self {
            Self::Given => "somebody who runs it",
            Self::Time => "a time",
            Self::Call => "a call",
            Self::Form => "a form",
            Self::Chat => "a message",
            Self::Mail => "a mail",
            Self::Event => "an event of its service",
        }
    }

    /// An item that the trigger would put out, shortened; `None` where each type has its own.
    pub fn example_item(self) -> Option<&'static str> {
        match self {
            Self::Call => {
                Some("{\"headers\": {}, \"params\": {}, \"query\": {}, \"body\": {\"name\": \"Ada\"}}")
            }
            Self::Form => Some(
                "{\"Name\": \"Ada\", \"submittedAt\": \"2026-11-30T09:00:00.000+01:00\", \"formMode\": \"production\"}",
            ),
            Self::Chat => {
                Some("{\"sessionId\": \"1\", \"action\": \"sendMessage\", \"chatInput\": \"Hello\"}")
            }
            Self::Mail => Some("{\"subject\": \"Hello\", \"from\": \"ada@example.com\", \"text\": \"…\"}"),
            Self::Given | Self::Time | Self::Event => None,
        }
    }
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
