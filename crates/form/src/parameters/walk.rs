//! Going through parameters with their properties: what can be done at once, and what waits for an item.

use std::sync::Arc;

use super::coerce::{LeafRule, ParameterError};
use super::defaults::{display_values, fill_structure};
use super::display::{FormNode, condition_has_expression, is_expression, matches_display_options};
use super::issues::check_rules;
use super::place::{Place, Segment};
use crate::description::{DisplayOptions, NodeProperty, PropertyGroup, PropertyType};
use heddle_data::javascript::is_truthy;
use heddle_data::{Json, JsonObject};

/// What is done to the value at one path.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) path: Vec<Segment>,
    /// Properties of the parameter's name; the first that is shown counts. Nearly always there is one.
    pub(super) candidates: Vec<Candidate>,
}

/// A property that may be the one that counts.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Conditions that hang on other expressions.
    pub(super) shown_if: Option<DisplayOptions>,
    pub(super) target: Target,
}

/// What a value is brought to.
#[derive(Debug, Clone)]
pub(super) enum Target {
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

/// Goes through parameters with their properties. Values that an expression will give become rules, all others are
/// brought to their type at once. Every function gives `None` where nothing changes.
pub(super) struct Walk<'a> {
    pub(super) node: FormNode,
    pub(super) root: &'a JsonObject,
    pub(super) rules: Vec<Rule>,
    /// The values are resolved: a text that starts with `=` is a text.
    pub(super) is_resolved: bool,
    pub(super) is_date: fn(&str) -> bool,
    /// Where errors are gathered, instead of ending at the first.
    pub(super) errors: Option<Vec<ParameterError>>,
    /// Who looks at every value whose property is known before any item.
    pub(super) visitor: Option<Visitor<'a>>,
}

/// Gets every property with its value, as stored, and its place.
pub(super) type Visitor<'a> = &'a mut dyn FnMut(&NodeProperty, &Json, &Place<'_>);

impl<'a> Walk<'a> {
    pub(super) fn new(node: FormNode, root: &'a JsonObject, is_date: fn(&str) -> bool) -> Self {
        Self { node, root, rules: Vec::new(), is_resolved: false, is_date, errors: None, visitor: None }
    }

    pub(super) fn level(
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
                [(property, None)] => match self.property(property, value, &here) {
                    Ok(new) => new,
                    Err(error) => {
                        self.report(error)?;
                        None
                    }
                },
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
                let is_open = !self.is_resolved && condition_has_expression(key, check, self.root, self.node);
                if is_open { &mut *open } else { &mut *fixed }.insert(key, condition.clone());
            }
        }
        if !matches_display_options(&fixed, check, self.root, self.node) {
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
        if let Some(visit) = &mut self.visitor {
            visit(property, value, place);
        }
        // An expression without anything in it is an empty value. (As JSON it is none, which the node finds.)
        let is_empty =
            !self.is_resolved && value.as_str() == Some("=") && property.kind != PropertyType::Json;
        let empty = is_empty.then(|| Json::from(""));
        let value = empty.as_ref().unwrap_or(value);
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
            self.check_rules(property, value, place)?;
            return self.structure(property, value, place);
        }
        if self.is_resolved && LeafRule::fits_at_once(property, value) {
            return Ok(None);
        }
        let new = LeafRule::new(property).coerce(Some(value), place, self.is_date)?;
        self.check_rules(property, value, place)?;
        Ok(new.or(empty))
    }

    fn check_rules(
        &mut self,
        property: &NodeProperty,
        value: &Json,
        place: &Place<'_>,
    ) -> Result<(), ParameterError> {
        if self.is_resolved {
            return Ok(());
        }
        check_rules(property, value, place, self.is_date).into_iter().try_for_each(|error| self.report(error))
    }

    /// Gathers an error, or ends with it.
    fn report(&mut self, error: ParameterError) -> Result<(), ParameterError> {
        match &mut self.errors {
            Some(errors) => {
                errors.push(error);
                Ok(())
            }
            None => Err(error),
        }
    }

    fn is_open(&self, value: &Json) -> bool {
        !self.is_resolved && is_expression(Some(value))
    }

    /// A collection or fixedCollection.
    pub(super) fn structure(
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
        let filled = self.is_resolved.then(|| fill_structure(property, value.clone(), self.node, self.root));
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
            } else {
                match self.group(property, name, group_value, &here) {
                    Ok(Some(new)) => drop(changed.get_or_insert_with(|| value.clone()).insert(name, new)),
                    Ok(None) => {}
                    Err(error) => self.report(error)?,
                }
            }
        }
        Ok(changed)
    }

    pub(super) fn group(
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
        } else if value.is_null() {
            Ok(Some(Json::object()))
        } else {
            self.group_row(group, value, place)
        }
    }

    /// The rows of a group with the defaults of their fields.
    pub(super) fn fill_group(&self, property: &NodeProperty, name: &str, rows: Json) -> Json {
        let group = Json::from(JsonObject::from_iter([(name, rows)]));
        let filled = fill_structure(property, group, self.node, self.root);
        filled.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn row(
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
            match element(self, value, &Place::Index(place, index)) {
                Ok(None) => {}
                Ok(Some(new)) => {
                    if let Some(slot) = changed.get_or_insert_with(|| elements.to_vec()).get_mut(index) {
                        *slot = new;
                    }
                }
                Err(error) => self.report(error)?,
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
        let check = display_values(fields, value, self.node, Some(self.root), in_collection);
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
