//! What a button of a form does to what was filled in.

use std::sync::Arc;

use heddle_node::parameters::{add_mapper_column, mapper_method, remove_mapper_column, with_mapper_columns};
use heddle_node::{Json, NodeProperty, PropertyType};

use super::draft::Draft;
use super::place::Place;
use super::pointer;
use super::submission::Submission;
use crate::options::{self, Question, QuestionKind};
use crate::preview::Preview;
use crate::shared::Shared;
use crate::single_node::NodeType;

impl Draft {
    /// Does what the button says whose value is `action`: a verb, and the place that it is about.
    pub(crate) async fn act(
        &mut self,
        shared: &Arc<Shared>,
        node: &NodeType,
        submission: &Submission,
        action: &str,
    ) {
        let (verb, place) = action.split_once(':').unwrap_or((action, ""));
        match verb {
            "add" => self.add(node, submission, place),
            "remove" => self.remove(node, place),
            "columns" => self.load_columns(shared, node, place, false).await,
            "other-columns" => self.load_columns(shared, node, place, true).await,
            "test" => {
                let name = self.credentials.get(place).map(String::as_str);
                let answer = options::test_credential(shared, place, name).await;
                self.tested.insert(place.to_owned(), answer);
            }
            "add-all" => self.change_mapper(node, place, |_, mapper| add_mapper_column(mapper, None)),
            "remove-all" => {
                self.change_mapper(node, place, |property, mapper| {
                    remove_mapper_column(property, mapper, None);
                });
            }
            "up" => pointer::shift(&mut self.parameters, place, true),
            "down" => pointer::shift(&mut self.parameters, place, false),
            "expression" => self.make_expression(place),
            "fixed" => self.make_fixed(shared, node, place).await,
            "load" => drop(self.loaded.insert(place.to_owned())),
            "choose" => self.choose(submission, place),
            "json" => self.take_json(node, submission.get("json").unwrap_or_default()),
            "check" | "run" | "run-anew" | "dry-run" => {
                self.checked = true;
                return;
            }
            // Whatever else it is, it changes nothing.
            _ => return,
        }
        self.complete(node);
    }

    /// Adds a row, a group or an option.
    fn add(&mut self, node: &NodeType, submission: &Submission, place: &str) {
        let filled = self.filled.clone();
        let name = submission.get(&format!("new:{place}")).unwrap_or_default();
        let (target, element) = match Place::find(node, &filled, place) {
            Some(Place::Property(property)) => match property.kind {
                PropertyType::Filter => (format!("{place}/conditions"), new_condition()),
                PropertyType::AssignmentCollection => (format!("{place}/assignments"), new_assignment()),
                PropertyType::ResourceMapper => {
                    return self
                        .change_mapper(node, place, |_, mapper| add_mapper_column(mapper, Some(name)));
                }
                PropertyType::Collection if !property.has_multiple_values() => {
                    let Some(child) = property.children().find(|child| child.name == name) else { return };
                    pointer::set(&mut self.parameters, &pointer::child(place, name), new_value(child));
                    return;
                }
                PropertyType::Collection => (place.to_owned(), Json::object()),
                PropertyType::FixedCollection => {
                    if property.groups().all(|group| group.name != name) {
                        return;
                    }
                    (pointer::child(place, name), Json::object())
                }
                _ => (place.to_owned(), element_of(property)),
            },
            Some(Place::Group { multiple: false }) => {
                pointer::set(&mut self.parameters, place, Json::object());
                return;
            }
            Some(Place::Group { multiple: true }) => (place.to_owned(), Json::object()),
            None => return,
        };
        let is_list = self.parameters.pointer(&target).is_some_and(Json::is_array);
        let is_group = matches!(Place::find(node, &filled, &target), Some(Place::Group { multiple: false }));
        if is_group {
            pointer::set(&mut self.parameters, &target, element);
            return;
        }
        if !is_list {
            pointer::set(&mut self.parameters, &target, Json::array());
        }
        if let Some(list) = self.parameters.pointer_mut(&target) {
            list.push(element);
        }
    }

    /// Takes a row, a group, an option or a column away.
    fn remove(&mut self, node: &NodeType, place: &str) {
        let column = pointer::split(place).and_then(|(list, id)| Some((list.strip_suffix("/value")?, id)));
        if let Some((mapper, id)) = column
            && self.mapper(node, mapper).is_some()
        {
            self.change_mapper(node, mapper, |property, mapper| {
                remove_mapper_column(property, mapper, Some(&id));
            });
        } else {
            pointer::remove(&mut self.parameters, place);
        }
    }

    /// The mapper at a place.
    fn mapper<'a>(&self, node: &'a NodeType, place: &str) -> Option<&'a NodeProperty> {
        match Place::find(node, &self.filled, place)? {
            Place::Property(property) if property.kind == PropertyType::ResourceMapper => Some(property),
            _ => None,
        }
    }

    fn change_mapper(&mut self, node: &NodeType, place: &str, change: impl FnOnce(&NodeProperty, &mut Json)) {
        if let Some(property) = self.mapper(node, place)
            && let Some(mapper) = self.parameters.pointer_mut(place)
        {
            change(property, mapper);
        }
    }

    /// Asks the account for the columns of a mapper, of the same table or of another one.
    async fn load_columns(&mut self, shared: &Arc<Shared>, node: &NodeType, place: &str, another: bool) {
        let Some(property) = self.mapper(node, place) else { return };
        let Some(method) = mapper_method(property) else { return };
        let question = Question {
            kind: QuestionKind::Search,
            method: method.to_owned(),
            parameters: self.parameters.clone(),
            credentials: self.credentials.clone(),
            search: None,
            cursor: None,
            is_fresh: true,
        };
        match options::load(shared, node, question).await {
            Ok(page) => {
                let told: Vec<Json> = page.options.iter().map(|option| option.value.clone()).collect();
                self.change_mapper(node, place, |property, mapper| {
                    *mapper = with_mapper_columns(property, mapper, &told, another);
                });
                self.loaded_columns.insert(place.to_owned());
            }
            Err(error) => {
                if another {
                    // Those of the table before are none of this one's.
                    self.change_mapper(node, place, |property, mapper| {
                        *mapper = with_mapper_columns(property, mapper, &[], true);
                    });
                }
                self.failures.insert(place.to_owned(), error);
            }
        }
    }

    /// Adds the chosen value to a list of choices.
    fn choose(&mut self, submission: &Submission, place: &str) {
        let chosen = submission.get(&format!("new:{place}")).and_then(|text| Json::parse(text).ok());
        let Some(chosen) = chosen else { return };
        if !self.parameters.pointer(place).is_some_and(Json::is_array) {
            pointer::set(&mut self.parameters, place, Json::array());
        }
        if let Some(list) = self.parameters.pointer_mut(place).and_then(Json::as_array_mut)
            && !list.contains(&chosen)
        {
            list.push(chosen);
        }
    }

    /// Makes an expression of a fixed value that gives the same.
    fn make_expression(&mut self, place: &str) {
        let Some(value) = self.parameters.pointer(place) else { return };
        let text = match (value.as_str(), value) {
            (Some(text), _) if text.starts_with('=') => return,
            (Some(text), _) => format!("={text}"),
            (None, value) if value.is_null() => "=".to_owned(),
            (None, value) => format!("={{{{ {value} }}}}"),
        };
        pointer::set(&mut self.parameters, place, Json::from(text));
    }

    /// Makes a fixed value of an expression: what it gives at the chosen item, where that fits, else the default.
    async fn make_fixed(&mut self, shared: &Shared, node: &NodeType, place: &str) {
        let Some(text) = self.parameters.pointer(place).and_then(Json::as_str) else { return };
        if !text.starts_with('=') {
            return;
        }
        let text = text.to_owned();
        let zone = heddle_runner::DEFAULT_TIMEZONE;
        let previews = shared.evaluators.evaluate(vec![text], self.preview_sample(), zone).await;
        let found = match previews.into_iter().next() {
            Some(Preview::Value(Some(value))) => Some(value),
            _ => None,
        };
        let property = match Place::find(node, &self.filled, place) {
            Some(Place::Property(property)) => Some(property),
            _ => None,
        };
        let fits = |value: &Json| match property.map(|property| property.kind) {
            Some(PropertyType::Number) => value.is_number(),
            Some(PropertyType::Boolean) => value.is_bool(),
            Some(PropertyType::MultiOptions) => value.is_array(),
            Some(PropertyType::Options) => value.is_string() || value.is_number() || value.is_bool(),
            Some(PropertyType::Collection | PropertyType::FixedCollection) => value.is_object(),
            _ => true,
        };
        let as_text = |value: Json| match value.as_str() {
            // A text with the sign of an expression would be one again.
            Some(text) if text.starts_with('=') => Json::from(text.trim_start_matches('=')),
            _ => value,
        };
        let default = || property.map_or_else(|| Json::from(""), |property| property.default.clone());
        let value = found.filter(fits).map(as_text).unwrap_or_else(default);
        pointer::set(&mut self.parameters, place, value);
    }
}

/// What a field holds that was just added.
fn new_value(property: &NodeProperty) -> Json {
    match property.kind {
        PropertyType::ResourceLocator if property.default.is_object() => {
            let mut value = property.default.clone();
            value.insert("__rl", Json::from(true));
            value
        }
        _ => property.default.clone(),
    }
}

/// A new element of a property whose value is a list.
fn element_of(property: &NodeProperty) -> Json {
    match property.kind {
        PropertyType::Number => Json::from(0),
        PropertyType::Boolean => Json::from(false),
        _ => Json::from(""),
    }
}

fn new_condition() -> Json {
    let mut operator = Json::object();
    operator.insert("type", "string");
    operator.insert("operation", "equals");
    let mut condition = Json::object();
    condition.insert("id", uuid::Uuid::new_v4().to_string());
    condition.insert("leftValue", "");
    condition.insert("rightValue", "");
    condition.insert("operator", operator);
    condition
}

fn new_assignment() -> Json {
    let mut assignment = Json::object();
    assignment.insert("id", uuid::Uuid::new_v4().to_string());
    assignment.insert("name", "");
    assignment.insert("value", "");
    assignment.insert("type", "string");
    assignment
}
