//! What starts a run at a trigger, and the items that it begins with.

/// What starts a workflow at a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TriggerKind {
    /// A person, who gives the items, or none.
    Manual,
    /// Another workflow that calls this one, with items.
    Workflow,
    /// The failure of another workflow, which one item describes.
    Failure,
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

impl TriggerKind {
    /// Whether a run needs items to begin with: nobody can make up what was called, sent or written.
    pub fn needs_items(self) -> bool {
        !matches!(self, Self::Manual | Self::Workflow | Self::Failure | Self::Time)
    }

    /// What the trigger waits for.
    pub fn waits_for(self) -> &'static str {
        match self {
            Self::Manual => "somebody who runs it",
            Self::Workflow => "a workflow that calls it",
            Self::Failure => "the failure of another workflow",
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
            Self::Manual | Self::Workflow | Self::Failure | Self::Time | Self::Event => None,
        }
    }
}
