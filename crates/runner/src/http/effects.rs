//! What the calls of a node do, as the author of a workflow may say it in the node's JSON: `effect`, `idempotencyKey`.

use heddle_node::node::Tier;
use heddle_node::{Effect, Node};
use http::HeaderName;

/// What a node's JSON says of its calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct EffectSettings {
    effect: Option<Effect>,
    /// Whether the effect is the gravest that a call may have, and what each call does is its method's to say: the author
    /// of code knows what it may do at most.
    is_limit: bool,
    /// The header in which each call carries its id.
    pub(crate) key: Option<HeaderName>,
}

impl EffectSettings {
    /// What a node's JSON says, where the node leaves that to it.
    pub(crate) fn of(node: &dyn Node, settings: &heddle_workflow::Node) -> Self {
        if !node.effect_is_settable() {
            return Self::default();
        }
        let key = settings.idempotency_key.as_deref().and_then(|name| name.parse().ok());
        let is_limit = matches!(node.tier(), Tier::Batch(node) if !node.code().is_empty());
        Self { effect: settings.effect.as_deref().and_then(Effect::named), is_limit, key }
    }

    /// The effect of a call whose request says that it has the effect `own`.
    pub(crate) fn of_call(&self, own: Effect) -> Effect {
        match self.effect {
            Some(effect) if !self.is_limit => effect,
            _ if self.key.is_some() => own.min(Effect::Idempotent),
            _ => own,
        }
    }

    /// The effect of a call, an item or a node of which `stated` is known otherwise. A service that is given a key does
    /// nothing twice.
    pub(crate) fn apply(&self, stated: Option<Effect>) -> Option<Effect> {
        match self.effect {
            Some(effect) => Some(effect),
            None if self.key.is_some() => {
                Some(stated.map_or(Effect::Idempotent, |effect| effect.min(Effect::Idempotent)))
            }
            None => stated,
        }
    }
}
