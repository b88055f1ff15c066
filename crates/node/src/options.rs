//! Choices that a form loads from the user's account (`docs/parameters.md §15`).

use serde::{Deserialize, Serialize};

use crate::context::Services;
use crate::json::Json;

/// What the form asks for.
#[derive(Clone, Copy)]
pub struct OptionsQuery<'a> {
    /// The parameters as the form holds them now.
    pub parameters: &'a Json,
    /// Text to search for; all when absent.
    pub search: Option<&'a str>,
    /// Where the next page starts, from [`OptionPage::next_cursor`].
    pub cursor: Option<&'a str>,
    /// The host.
    pub services: &'a dyn Services,
}

/// A page of choices.
///
/// ```
/// use heddle_node::{OptionEntry, OptionPage, OptionsQuery};
///
/// /// What an `ItemNode::load_options` may do: one page of the lists whose names hold the text that is searched for.
/// fn lists(query: &OptionsQuery<'_>) -> OptionPage {
///     let known = [("Customers", 1), ("Suppliers", 2)];
///     let searched = query.search.unwrap_or_default().to_lowercase();
///     let found = known.into_iter().filter(|(name, _)| name.to_lowercase().contains(&searched));
///     OptionPage {
///         options: found.map(|(name, id)| OptionEntry::new(name, f64::from(id))).collect(),
///         next_cursor: None, // or where the next page starts
///     }
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionPage {
    /// The choices.
    pub options: Vec<OptionEntry>,
    /// Where the next page starts; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionEntry {
    /// What the user sees.
    pub name: String,
    /// What the workflow file stores.
    pub value: Json,
    /// A line more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl OptionEntry {
    /// A choice without description.
    pub fn new(name: impl Into<String>, value: impl Into<Json>) -> Self {
        Self { name: name.into(), value: value.into(), description: None }
    }
}
