//! What has to be done to the resolved parameters of every item, worked out once for a node.

use std::sync::Arc;

use super::coerce::{LeafRule, ParameterError, Place, Segment};
use super::defaults::{display_values, fill_structure};
use super::display::{condition_has_expression, is_expression, is_truthy, matches_display_options};
use crate::description::{DisplayOptions, NodeProperty, PropertyGroup, PropertyType};
use crate::json::{Json, JsonObject};

/// Brings resolved parameters to the types of their properties (DESIGN: coercion by property type).
///
/// Everything without an expression is done once, in [`ParameterPlan::new`]; [`ParameterPlan::apply`] then looks only
/// at the values that an expression gave, so an item costs as much as it has expressions. Values that fit stay shared.
///
/// The rules: a number or boolean in a text property becomes JavaScript's text; text that is a number becomes one in a
/// number property; `true`, `false`, 0, 1 and their texts become booleans; null, and a missing value, become the
/// default, in rows and collections too. Anything else is a [`ParameterError`] that names the place.
#[derive(Debug, Clone)]
pub struct ParameterPlan {
    parameters: Json,
    rules: Vec<Rule>,
    type_version: f64,
}

/// What is done to the value at one path.
#[derive(Debug, Clone)]
struct Rule {
    path: Vec<Segment>,
    /// Properties of the parameter's name; the first that is shown counts. Nearly always there is one.
    candidates: Vec<Candidate>,
}

#[derive(Debug, Clone)]
struct Candidate {
    /// Conditions that hang on other expressions.
    shown_if: Option<DisplayOptions>,
    target: Target,
}

/// What a value is brought to.
#[derive(Debug, Clone)]
enum Target {
    Leaf(LeafRule),
    /// A whole collection or fixedCollection.
    Structure(Arc<NodeProperty>),
    /// The rows, or the only row, of a group.
    Group(Arc<NodeProperty>, Box<str>),
    /// One row of a group.
    Row(Arc<NodeProperty>, Box<str>),
}

enum Visibility {
    Shown,
    Hidden,
    If(DisplayOptions),
}

impl ParameterPlan {
    /// Works out the plan for a node with these properties and stored parameters, filled by
    /// [`fill_defaults`](super::fill_defaults).
    ///
    /// # Errors
    /// When a value that is no expression does not fit its property, or a required one is empty.
    pub fn new(
        properties: &[NodeProperty],
        filled: &Json,
        type_version: f64,
    ) -> Result<Self, ParameterError> {
        let properties: Vec<&NodeProperty> = properties.iter().collect();
        let check = display_values(&properties, filled, type_version, None, false);
        let mut walk = Walk { type_version, root: &check, rules: Vec::new(), is_resolved: false };
        let empty = JsonObject::new();
        let values = filled.as_object().unwrap_or(&empty);
        let changed = walk.level(&properties, values, &check, &Place::Root)?;
        let mut rules = walk.rules;
        // Conditions look at values that have their type already.
        rules.sort_by_key(Rule::is_conditional);
        Ok(Self { parameters: changed.map_or_else(|| filled.clone(), Json::from), rules, type_version })
    }

    /// The stored parameters with every value brought to its type; expressions are still in it. This is what has to be
    /// resolved for each item.
    pub fn parameters(&self) -> &Json {
        &self.parameters
    }

    /// Brings the parameters that were resolved for an item to their types.
    ///
    /// # Errors
    /// When an expression gave a value that does not fit its property, or nothing for a required one.
    pub fn apply(&self, resolved: Json) -> Result<Json, ParameterError> {
        let mut parameters = resolved;
        for rule in &self.rules {
            match rule.evaluate(&parameters, self.type_version)? {
                Change::Nothing => {}
                Change::Set(value) => set_value(&mut parameters, &rule.path, value),
                Change::Remove => remove_value(&mut parameters, &rule.path),
            }
        }
        Ok(parameters)
    }
}

enum Change {
    Nothing,
    Set(Json),
    Remove,
}

impl Rule {
    fn is_conditional(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.shown_if.is_some())
    }

    fn evaluate(&self, parameters: &Json, type_version: f64) -> Result<Change, ParameterError> {
        let value = value_at(parameters, &self.path);
        let empty = JsonObject::new();
        let root = parameters.as_object().unwrap_or(&empty);
        let is_shown = |candidate: &&Candidate| {
            candidate.shown_if.as_ref().is_none_or(|options| {
                let parent = self.path.split_last().and_then(|(_, parent)| value_at(parameters, parent));
                let level = parent.and_then(Json::as_object).unwrap_or(root);
                matches_display_options(options, level, root, type_version)
            })
        };
        let Some(candidate) = self.candidates.iter().find(is_shown) else {
            return Ok(if value.is_some() { Change::Remove } else { Change::Nothing });
        };
        let place = Place::Path(&self.path);
        let changed = match &candidate.target {
            Target::Leaf(rule) => rule.coerce(value, &place)?,
            target => {
                let value = value.unwrap_or(&Json::NULL);
                let mut walk = Walk { type_version, root, rules: Vec::new(), is_resolved: true };
                match target {
                    Target::Structure(property) => walk.structure(property, value, &place)?,
                    Target::Group(property, name) => walk.group(property, name, value, &place)?,
                    Target::Row(property, name) => walk.row(property, name, value, &place)?,
                    Target::Leaf(_) => None,
                }
            }
        };
        Ok(changed.map_or(Change::Nothing, Change::Set))
    }
}

/// Goes through parameters with their properties. Values that an expression will give become rules, all others are
/// brought to their type at once. Every function gives `None` where nothing changes.
struct Walk<'a> {
    type_version: f64,
    root: &'a JsonObject,
    rules: Vec<Rule>,
    /// The values are resolved: a text that starts with `=` is a text.
    is_resolved: bool,
}

impl Walk<'_> {
    fn level(
        &mut self,
        properties: &[&NodeProperty],
        values: &JsonObject,
        check: &JsonObject,
        place: &Place<'_>,
    ) -> Result<Option<JsonObject>, ParameterError> {
        let mut changed: Option<JsonObject> = None;
        for (name, value) in values.iter() {
            let here = Place::Key(place, name);
            let candidates = self.candidates(properties, name, check);
            let new = match candidates.as_slice() {
                [] => continue,
                [(property, None)] => self.property(property, value, &here)?,
                _ => {
                    let candidates = candidates
                        .into_iter()
                        .map(|(property, shown_if)| Candidate { shown_if, target: Target::of(property) })
                        .collect();
                    self.rules.push(Rule { path: here.segments(), candidates });
                    None
                }
            };
            if let Some(new) = new {
                changed.get_or_insert_with(|| values.clone()).insert(name, new);
            }
        }
        Ok(changed)
    }

    /// The properties of a name that may be the shown one, each with the conditions that only an item can answer.
    fn candidates<'p>(
        &self,
        properties: &[&'p NodeProperty],
        name: &str,
        check: &JsonObject,
    ) -> Vec<(&'p NodeProperty, Option<DisplayOptions>)> {
        let mut found = Vec::new();
        let mut hidden = None;
        for property in properties.iter().filter(|property| property.name == name) {
            match self.visibility(property, check) {
                Visibility::Shown => {
                    found.push((*property, None));
                    break;
                }
                Visibility::If(options) => found.push((*property, Some(options))),
                Visibility::Hidden => hidden = hidden.or(Some(*property)),
            }
        }
        if found.is_empty() {
            // The parameter was shown when defaults were filled in, by a value that was hidden itself.
            found.extend(hidden.map(|property| (property, None)));
        }
        found
    }

    fn visibility(&self, property: &NodeProperty, check: &JsonObject) -> Visibility {
        let Some(options) = &property.display_options else { return Visibility::Shown };
        let mut fixed = DisplayOptions::default();
        let mut open = DisplayOptions::default();
        let groups = [
            (&options.show, &mut fixed.show, &mut open.show),
            (&options.hide, &mut fixed.hide, &mut open.hide),
        ];
        for (conditions, fixed, open) in groups {
            for (key, condition) in conditions.iter() {
                let is_open =
                    !self.is_resolved && condition_has_expression(key, check, self.root, self.type_version);
                if is_open { &mut *open } else { &mut *fixed }.insert(key, condition.clone());
            }
        }
        if !matches_display_options(&fixed, check, self.root, self.type_version) {
            Visibility::Hidden
        } else if open == DisplayOptions::default() {
            Visibility::Shown
        } else {
            Visibility::If(open)
        }
    }

    fn property(
        &mut self,
        property: &NodeProperty,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        let is_structure = property.is_structure();
        let is_open = self.is_open(value)
            || !is_structure
                && value.as_array().is_some_and(|list| list.iter().any(|element| self.is_open(element)));
        if is_open {
            let candidates = vec![Candidate { shown_if: None, target: Target::of(property) }];
            self.rules.push(Rule { path: place.segments(), candidates });
            return Ok(None);
        }
        if is_structure {
            self.structure(property, value, place)
        } else {
            LeafRule::new(property).coerce(Some(value), place)
        }
    }

    fn is_open(&self, value: &Json) -> bool {
        !self.is_resolved && is_expression(Some(value))
    }

    /// A collection or fixedCollection.
    fn structure(
        &mut self,
        property: &NodeProperty,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        if value.is_null() {
            return Ok((!property.default.is_null()).then(|| property.default.clone()));
        }
        let is_list = property.kind == PropertyType::Collection && property.has_multiple_values();
        if is_list {
            let children: Vec<&NodeProperty> = property.children().collect();
            return self.list(property, value, place, |walk, element, place| {
                walk.fields(&property.display_name, &children, element, true, place)
            });
        }
        if !value.is_object() {
            let is_empty = !is_truthy(value) || value.as_array().is_some_and(<[Json]>::is_empty);
            return if is_empty {
                Ok(Some(Json::object()))
            } else {
                Err(ParameterError::type_mismatch(place, &property.display_name, "an object", value, false))
            };
        }
        let filled =
            self.is_resolved.then(|| fill_structure(property, value.clone(), self.type_version, self.root));
        let value = filled.as_ref().unwrap_or(value);
        let changed = if property.kind == PropertyType::Collection {
            let children: Vec<&NodeProperty> = property.children().collect();
            self.fields(&property.display_name, &children, value, true, place)?
        } else {
            self.groups(property, value, place)?
        };
        Ok(changed.or(filled))
    }

    fn groups(
        &mut self,
        property: &NodeProperty,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        let mut changed: Option<Json> = None;
        for (name, group_value) in value.as_object().into_iter().flat_map(JsonObject::iter) {
            let here = Place::Key(place, name);
            if self.is_open(group_value) {
                self.push_rule(&here, Target::Group(Arc::new(property.clone()), name.into()));
            } else if let Some(new) = self.group(property, name, group_value, &here)? {
                changed.get_or_insert_with(|| value.clone()).insert(name, new);
            }
        }
        Ok(changed)
    }

    fn group(
        &mut self,
        property: &NodeProperty,
        name: &str,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        let Some(group) = property.groups().find(|group| group.name == name) else { return Ok(None) };
        if property.has_multiple_values() {
            if value.is_null() {
                return Ok(Some(Json::array()));
            }
            self.list(property, value, place, |walk, row, place| {
                if walk.is_open(row) {
                    walk.push_rule(place, Target::Row(Arc::new(property.clone()), name.into()));
                    return Ok(None);
                }
                walk.group_row(group, row, place)
            })
        } else {
            self.group_row(group, value, place)
        }
    }

    fn row(
        &mut self,
        property: &NodeProperty,
        name: &str,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        match property.groups().find(|group| group.name == name) {
            Some(group) => self.group_row(group, value, place),
            None => Ok(None),
        }
    }

    fn group_row(
        &mut self,
        group: &PropertyGroup,
        row: &Json,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        let fields: Vec<&NodeProperty> = group.values.iter().collect();
        self.fields(&group.display_name, &fields, row, false, place)
    }

    fn list(
        &mut self,
        property: &NodeProperty,
        value: &Json,
        place: &Place<'_>,
        mut element: impl FnMut(&mut Self, &Json, &Place<'_>) -> Result<Option<Json>, ParameterError>,
    ) -> Result<Option<Json>, ParameterError> {
        let Some(elements) = value.as_array() else {
            return Err(ParameterError::type_mismatch(place, &property.display_name, "a list", value, false));
        };
        let mut changed: Option<Vec<Json>> = None;
        for (index, value) in elements.iter().enumerate() {
            if let Some(new) = element(self, value, &Place::Index(place, index))? {
                if let Some(slot) = changed.get_or_insert_with(|| elements.to_vec()).get_mut(index) {
                    *slot = new;
                }
            }
        }
        Ok(changed.map(Json::from))
    }

    /// The fields of one row or collection.
    fn fields(
        &mut self,
        display_name: &str,
        fields: &[&NodeProperty],
        value: &Json,
        in_collection: bool,
        place: &Place<'_>,
    ) -> Result<Option<Json>, ParameterError> {
        let Some(values) = value.as_object() else {
            return Err(ParameterError::type_mismatch(place, display_name, "an object", value, false));
        };
        let check = display_values(fields, value, self.type_version, Some(self.root), in_collection);
        Ok(self.level(fields, values, &check, place)?.map(Json::from))
    }

    fn push_rule(&mut self, place: &Place<'_>, target: Target) {
        self.rules
            .push(Rule { path: place.segments(), candidates: vec![Candidate { shown_if: None, target }] });
    }
}

impl Target {
    fn of(property: &NodeProperty) -> Self {
        if property.is_structure() {
            Self::Structure(Arc::new(property.clone()))
        } else {
            Self::Leaf(LeafRule::new(property))
        }
    }
}

fn value_at<'a>(root: &'a Json, path: &[Segment]) -> Option<&'a Json> {
    path.iter().try_fold(root, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Index(index) => value.get_index(*index),
    })
}

fn set_value(target: &mut Json, path: &[Segment], value: Json) {
    match path.split_first() {
        None => *target = value,
        Some((Segment::Key(key), rest)) => {
            if let Some(object) = target.as_object_mut() {
                if rest.is_empty() {
                    object.insert(key, value);
                } else if let Some(child) = object.get_mut(key) {
                    set_value(child, rest, value);
                }
            }
        }
        Some((Segment::Index(index), rest)) => {
            if let Some(child) = target.as_array_mut().and_then(|array| array.get_mut(*index)) {
                set_value(child, rest, value);
            }
        }
    }
}

fn remove_value(target: &mut Json, path: &[Segment]) {
    match path.split_first() {
        Some((Segment::Key(key), [])) => {
            target.remove(key);
        }
        Some((Segment::Key(key), rest)) => {
            if let Some(child) = target.as_object_mut().and_then(|object| object.get_mut(key)) {
                remove_value(child, rest);
            }
        }
        Some((Segment::Index(index), rest)) => {
            if let Some(child) = target.as_array_mut().and_then(|array| array.get_mut(*index)) {
                remove_value(child, rest);
            }
        }
        None => {}
    }
}
