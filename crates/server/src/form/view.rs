//! What a form shows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::draft::Draft;
use super::model::repeated_names;
use crate::error::ApiResult;
use crate::issue::Issue;
use crate::preview::Preview;
use crate::single_node::NodeType;
use heddle_node::description::PropertyChoice;
use heddle_node::parameters::{get_path, is_shown, matches_display_options, offered_choices};
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
        is_shown(property, beside, self.root(), self.node.version)
    }

    /// The values that stand beside the one at a place.
    pub(super) fn beside(&self, place: &str) -> &JsonObject {
        let level = place.rsplit_once('/').and_then(|(level, _)| self.filled.pointer(level));
        level.and_then(Json::as_object).unwrap_or_else(|| self.root())
    }

    /// The choices that a property at a place offers with the parameters as they are.
    pub(super) fn choices_at<'p>(&self, property: &'p NodeProperty, place: &str) -> Vec<&'p PropertyChoice> {
        let (beside, root) = (self.beside(place), self.root());
        offered_choices(property, beside, root, self.node.version).collect()
    }

    /// Whether a property at a place is shown but cannot be changed.
    pub(super) fn is_disabled(&self, property: &NodeProperty, place: &str) -> bool {
        property.disabled_options.as_deref().is_some_and(|options| {
            matches_display_options(options, self.beside(place), self.root(), self.node.version)
        })
    }

    /// The values that the choices of a property depend on.
    pub(super) fn depended(&self, property: &NodeProperty) -> Vec<Json> {
        let names = property.type_options.load_options_depends_on.iter();
        names
            .map(|name| {
                get_path(self.root(), name.trim_start_matches(['/', '&'])).cloned().unwrap_or_default()
            })
            .collect()
    }

    /// The properties of a level that are shown: one for each name.
    pub(super) fn shown<'p>(
        &self,
        properties: impl Iterator<Item = &'p NodeProperty> + Clone,
        beside: &JsonObject,
    ) -> Vec<&'p NodeProperty> {
        let repeated = repeated_names(properties.clone());
        let mut seen = HashSet::new();
        let mut is_shown = |property: &&'p NodeProperty| {
            let name = property.name.as_str();
            beside.contains_key(name)
                && !seen.contains(name)
                && (!repeated.contains(name) || self.shows(property, beside))
                && seen.insert(name)
        };
        properties.filter(|property| is_shown(property)).collect()
    }
}
