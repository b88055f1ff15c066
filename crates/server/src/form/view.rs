//! What a form shows.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::Draft;
use crate::error::ApiResult;
use crate::issue::Issue;
use crate::preview::Preview;
use crate::single_node::NodeType;
use heddle_node::{Json, JsonObject, NodeProperty, OptionPage};

/// Everything that the fields of a form show.
pub(crate) struct FormView<'a> {
    pub(crate) node: &'a NodeType,
    pub(crate) draft: &'a Draft,
    /// The parameters with defaults, without those that are hidden.
    pub(crate) filled: &'a Json,
    pub(crate) issues: &'a [Issue],
    /// What the expressions give, by pointer.
    pub(crate) previews: &'a HashMap<String, Preview>,
    /// Choices for a page without script, by pointer.
    pub(crate) choices: &'a HashMap<String, ApiResult<Arc<OptionPage>>>,
    /// Names of credentials that are there, by type.
    pub(crate) credential_names: &'a [(String, String)],
}

impl FormView<'_> {
    /// What is wrong at a place, once the form was checked.
    pub(super) fn issues_at(&self, place: &str) -> Vec<&Issue> {
        let is_here = |issue: &&Issue| issue.pointer.as_deref() == Some(place);
        if self.draft.checked { self.issues.iter().filter(is_here).collect() } else { Vec::new() }
    }

    /// The same, with what lies below the place.
    pub(super) fn issues_within(&self, place: &str) -> Vec<&Issue> {
        let is_here = |issue: &&Issue| {
            let below = issue.pointer.as_deref().and_then(|pointer| pointer.strip_prefix(place));
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        if self.draft.checked { self.issues.iter().filter(is_here).collect() } else { Vec::new() }
    }

    pub(super) fn root(&self) -> &JsonObject {
        static EMPTY: std::sync::LazyLock<JsonObject> = std::sync::LazyLock::new(JsonObject::new);
        self.filled.as_object().unwrap_or(&EMPTY)
    }

    /// Whether a property is shown beside these values.
    pub(super) fn shows(&self, property: &NodeProperty, beside: &JsonObject) -> bool {
        super::model::shows(property, beside, self.root(), self.node.version)
    }

    /// The properties of a level that are shown: one for each name.
    pub(super) fn shown<'p>(
        &self,
        properties: impl Iterator<Item = &'p NodeProperty> + Clone,
        beside: &JsonObject,
    ) -> Vec<&'p NodeProperty> {
        let mut shown: Vec<&NodeProperty> = Vec::new();
        for property in properties.clone() {
            if !beside.contains_key(&property.name) || shown.iter().any(|other| other.name == property.name) {
                continue;
            }
            let is_alone = properties.clone().filter(|other| other.name == property.name).count() == 1;
            if is_alone || self.shows(property, beside) {
                shown.push(property);
            }
        }
        shown
    }
}
