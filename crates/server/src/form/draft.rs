//! What was filled in so far.

use std::collections::{BTreeMap, BTreeSet};

use heddle_node::description::PropertyChoice;
use heddle_node::parameters::offered_choices;
use heddle_node::{Item, Json, NodeExample};
use heddle_workflow::Input;

use super::pointer;
use super::stored::secrets;
use super::submission::Submission;
use crate::error::{ApiError, ApiResult};
use crate::items;
use crate::preview::Sample;
use crate::single_node::{NodeType, SingleNode};

/// What stands in the place of a secret where parameters are shown as JSON.
pub(crate) const MASK: &str = "•••";

/// How many choices may follow from each other, such as resource, operation and what it works on.
const DEEPEST_SELECTORS: usize = 8;

/// A form that is being filled in. A page holds all of it; the server keeps nothing between requests.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// As stored, with the values of fields that are hidden now: they come back when these are shown again.
    pub(crate) parameters: Json,
    /// The same with defaults, without those that are hidden.
    pub(crate) filled: Json,
    /// Names of credentials by type.
    pub(crate) credentials: BTreeMap<String, String>,
    /// The items, as they were typed or uploaded.
    pub(crate) items: String,
    /// The item that previews look at.
    pub(crate) item: usize,
    /// That item alone, where a script has sent it in place of all.
    pub(crate) sample: Option<String>,
    /// Places of fields whose choices a page without script shows.
    pub(crate) loaded: BTreeSet<String>,
    /// Whether it was checked once: from then on problems are shown as they come and go.
    pub(crate) checked: bool,
    /// Places of mappers whose columns were loaded just now.
    pub(crate) loaded_columns: BTreeSet<String>,
    /// What the services answered to credentials that were tested just now, by type.
    pub(crate) tested: BTreeMap<String, ApiResult<u16>>,
    /// What was asked for just now and failed, by the place of its field.
    pub(crate) failures: BTreeMap<String, ApiError>,
    /// Parameters as JSON that cannot be read, with why.
    pub(crate) broken_json: Option<(String, String)>,
}

impl Draft {
    /// A new form, or one that begins with an example.
    pub(crate) fn new(node: &NodeType, example: Option<&NodeExample>) -> Self {
        let mut draft = Self {
            parameters: example.map_or_else(Json::object, |example| example.parameters.clone()),
            filled: Json::object(),
            credentials: BTreeMap::new(),
            items: String::new(),
            item: 0,
            sample: None,
            loaded: BTreeSet::new(),
            checked: false,
            loaded_columns: BTreeSet::new(),
            tested: BTreeMap::new(),
            failures: BTreeMap::new(),
            broken_json: None,
        };
        if let Some(example) = example {
            draft.items =
                serde_json::to_string_pretty(&Json::from(example.items.clone())).unwrap_or_default();
        }
        draft.complete(node);
        draft
    }

    /// The form that a browser has sent.
    pub(crate) fn of(node: &NodeType, submission: &Submission) -> Self {
        let text = |name: &str| submission.get(name).unwrap_or_default().to_owned();
        let mut parameters =
            Json::parse(&text("state")).ok().filter(Json::is_object).unwrap_or_else(Json::object);
        submission.lay_over(&mut parameters);
        let mut draft = Self {
            parameters,
            filled: Json::object(),
            credentials: submission
                .with_prefix("credential:")
                .filter(|(_, name)| !name.is_empty())
                .map(|(type_name, name)| (type_name.to_owned(), name.to_owned()))
                .collect(),
            items: submission
                .get("file")
                .filter(|file| !file.is_empty())
                .map_or_else(|| text("items"), str::to_owned),
            item: text("item").parse().unwrap_or(0),
            sample: submission.get("sample").filter(|sample| !sample.is_empty()).map(str::to_owned),
            loaded: submission.with_prefix("loaded:").map(|(place, _)| place.to_owned()).collect(),
            checked: submission.get("checked") == Some("true"),
            loaded_columns: BTreeSet::new(),
            tested: BTreeMap::new(),
            failures: BTreeMap::new(),
            broken_json: None,
        };
        draft.complete(node);
        draft
    }

    /// Adds what is shown and was not stored, so that every field has a value to change.
    pub(crate) fn complete(&mut self, node: &NodeType) {
        // Another resource has other operations: what is chosen there becomes what they begin with.
        let mut filled = node.fill(&self.parameters);
        for _ in 0..DEEPEST_SELECTORS {
            if !self.correct_selectors(node, &filled) {
                break;
            }
            filled = node.fill(&self.parameters);
        }
        for (name, value) in filled.as_object().into_iter().flat_map(|object| object.iter()) {
            if self.parameters.get(name).is_none() {
                self.parameters.insert(name, value.clone());
            }
        }
        self.filled = filled;
    }

    /// Brings a choice to the default where the properties of its name exclude each other and the one that is shown now does
    /// not offer it.
    fn correct_selectors(&mut self, node: &NodeType, filled: &Json) -> bool {
        for property in super::shown::shown_at_top(node, filled) {
            let is_one_of_several =
                node.description.properties.iter().filter(|other| other.name == property.name).count() > 1;
            let Some(value) = filled.get(&property.name) else { continue };
            let is_expression = value.as_str().is_some_and(|text| text.starts_with('='));
            let offered: Vec<&PropertyChoice> = match filled.as_object() {
                Some(root) => offered_choices(property, root, root, node.version).collect(),
                None => Vec::new(),
            };
            let mut choices = offered.iter().map(|choice| &choice.value).peekable();
            if !is_one_of_several
                || is_expression
                || property.load_options_method().is_some()
                || choices.peek().is_none()
                || choices.any(|choice| choice == value)
            {
                continue;
            }
            let usual = offered.iter().find(|choice| choice.value == property.default);
            let Some(choice) = usual.or_else(|| offered.first()) else { continue };
            self.parameters.insert(&property.name, choice.value.clone());
            return true;
        }
        false
    }

    /// Takes the parameters of a text with JSON, those of a node or a workflow included.
    pub(crate) fn take_json(&mut self, node: &NodeType, text: &str) {
        let found = Json::parse(text).map_err(|error| error.to_string()).and_then(|json| {
            let nodes = json.get("nodes").and_then(|nodes| nodes.get_index(0));
            let inner = nodes.unwrap_or(&json);
            let is_node = inner.get("type").is_some_and(Json::is_string);
            let parameters = if is_node { inner.get("parameters").cloned() } else { Some(inner.clone()) };
            parameters.filter(Json::is_object).ok_or_else(|| "it must be an object of parameters".to_owned())
        });
        match found {
            Ok(mut parameters) => {
                for place in secrets(node, &self.filled) {
                    if parameters.pointer(&place).and_then(Json::as_str) == Some(MASK)
                        && let Some(secret) = self.parameters.pointer(&place).cloned()
                    {
                        pointer::set(&mut parameters, &place, secret);
                    }
                }
                self.parameters = parameters;
                self.broken_json = None;
                self.complete(node);
            }
            Err(why) => self.broken_json = Some((text.to_owned(), why)),
        }
    }

    /// The items that a run gets.
    ///
    /// # Errors
    /// When the text is neither JSON nor CSV.
    pub(crate) fn read_items(&self) -> ApiResult<Input> {
        items::parse(&self.items)
    }

    /// What previews look at.
    pub(crate) fn preview_sample(&self) -> Sample {
        let sample = self.sample.as_deref().and_then(|sample| Json::parse(sample).ok());
        if let Some(item) = sample.and_then(|json| heddle_workflow::read_row(&json).ok()) {
            return Sample { items: vec![item], index: 0, is_whole: false };
        }
        let items =
            items::parse(&self.items).map_or_else(|_| vec![Item::new(Json::object())], |input| input.items);
        let index = self.item.min(items.len().saturating_sub(1));
        Sample { items, index, is_whole: true }
    }

    /// The node that it describes.
    pub(crate) fn node<'a>(&'a self, of: &'a NodeType, parameters: &'a Json) -> SingleNode<'a> {
        SingleNode { of, parameters, credentials: &self.credentials }
    }
}
