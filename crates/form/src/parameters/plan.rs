//! What has to be done to the resolved parameters of every item, worked out once for a node.

use super::coerce::ParameterError;
use super::defaults::display_values;
use super::display::{FormNode, matches_display_options};
use super::place::{Place, remove_value, set_value, value_at};
use super::walk::{Candidate, Rule, Target, Walk};
use crate::description::NodeProperty;
use heddle_data::field_type::is_date_text;
use heddle_data::{Json, JsonObject};

/// Brings resolved parameters to the types of their properties.
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
    node: FormNode,
    is_date: fn(&str) -> bool,
}

impl ParameterPlan {
    /// Works out the plan for a node with these properties and stored parameters, filled by
    /// [`fill_defaults`](super::fill_defaults).
    ///
    /// # Errors
    /// Every value that is not an expression and does not fit its property, and every required one that is empty.
    pub fn new(
        properties: &[NodeProperty],
        filled: &Json,
        node: impl Into<FormNode>,
    ) -> Result<Self, Vec<ParameterError>> {
        Self::with_dates(properties, filled, node, is_date_text)
    }

    /// As [`ParameterPlan::new`], with the host's word on which texts are moments.
    ///
    /// # Errors
    /// As [`ParameterPlan::new`].
    pub fn with_dates(
        properties: &[NodeProperty],
        filled: &Json,
        node: impl Into<FormNode>,
        is_date: fn(&str) -> bool,
    ) -> Result<Self, Vec<ParameterError>> {
        let node = node.into();
        let properties: Vec<&NodeProperty> = properties.iter().collect();
        let check = display_values(&properties, filled, node, None, false);
        let mut walk = Walk { errors: Some(Vec::new()), ..Walk::new(node, &check, is_date) };
        let empty = JsonObject::new();
        let values = filled.as_object().unwrap_or(&empty);
        let changed = walk.level(&properties, values, &check, &Place::Root);
        let mut errors = walk.errors.unwrap_or_default();
        let changed = match changed {
            Ok(changed) if errors.is_empty() => changed,
            Ok(_) => return Err(errors),
            Err(error) => {
                errors.push(error);
                return Err(errors);
            }
        };
        let mut rules = walk.rules;
        // Conditions look at values that have their type already.
        rules.sort_by_key(Rule::is_conditional);
        Ok(Self { parameters: changed.map_or_else(|| filled.clone(), Json::from), rules, node, is_date })
    }

    /// The stored parameters with every value brought to its type; expressions are still in it. This is what has to be
    /// resolved for each item.
    pub fn parameters(&self) -> &Json {
        &self.parameters
    }

    /// Whether all that [`ParameterPlan::apply`] may change are single values that an expression gave. The parameters of
    /// all items have the same structure then, unless an expression gave nothing.
    pub fn keeps_structure(&self) -> bool {
        self.rules.iter().all(|rule| {
            let mut candidates = rule.candidates.iter();
            candidates
                .all(|candidate| candidate.shown_if.is_none() && matches!(candidate.target, Target::Leaf(_)))
        })
    }

    /// Brings the parameters that were resolved for an item to their types.
    ///
    /// # Errors
    /// When an expression gave a value that does not fit its property, or nothing for a required one.
    pub fn apply(&self, resolved: Json) -> Result<Json, ParameterError> {
        let mut parameters = resolved;
        for rule in &self.rules {
            match rule.evaluate(&parameters, self.node, self.is_date)? {
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

    fn evaluate(
        &self,
        parameters: &Json,
        node: FormNode,
        is_date: fn(&str) -> bool,
    ) -> Result<Change, ParameterError> {
        let value = value_at(parameters, &self.path);
        let place = Place::Path(&self.path);
        if let [Candidate { shown_if: None, target: Target::Leaf(rule) }] = self.candidates.as_slice() {
            return Ok(rule.coerce(value, &place, is_date)?.map_or(Change::Nothing, Change::Set));
        }
        let empty = JsonObject::new();
        let root = parameters.as_object().unwrap_or(&empty);
        let is_shown = |candidate: &&Candidate| {
            candidate.shown_if.as_ref().is_none_or(|options| {
                let parent = self.path.split_last().and_then(|(_, parent)| value_at(parameters, parent));
                let level = parent.and_then(Json::as_object).unwrap_or(root);
                matches_display_options(options, level, root, node)
            })
        };
        let Some(candidate) = self.candidates.iter().find(is_shown) else {
            return Ok(if value.is_some() { Change::Remove } else { Change::Nothing });
        };
        let changed = match &candidate.target {
            Target::Leaf(rule) => rule.coerce(value, &place, is_date)?,
            target => {
                let value = value.unwrap_or(&Json::NULL);
                let mut walk = Walk { is_resolved: true, ..Walk::new(node, root, is_date) };
                match target {
                    Target::Structure(property) => walk.structure(property, value, &place)?,
                    Target::Group(property, name) => {
                        let filled = walk.fill_group(property, name, value.clone());
                        walk.group(property, name, &filled, &place)?.or(Some(filled))
                    }
                    Target::Row(property, name) => {
                        let rows = Json::from(vec![value.clone()]);
                        let filled =
                            walk.fill_group(property, name, rows).get_index(0).cloned().unwrap_or_default();
                        walk.row(property, name, &filled, &place)?.or(Some(filled))
                    }
                    Target::Leaf(_) => None,
                }
            }
        };
        Ok(changed.map_or(Change::Nothing, Change::Set))
    }
}

/// Brings parameters that hold no expressions to the types of their properties, in one go. Texts that start with `=` are
/// texts.
///
/// # Errors
/// When a value does not fit its property, or a required one is empty.
pub fn coerce(
    properties: &[NodeProperty],
    resolved: &Json,
    node: impl Into<FormNode>,
) -> Result<Json, ParameterError> {
    let node = node.into();
    let properties: Vec<&NodeProperty> = properties.iter().collect();
    let check = display_values(&properties, resolved, node, None, false);
    let mut walk = Walk { is_resolved: true, ..Walk::new(node, &check, is_date_text) };
    let empty = JsonObject::new();
    let changed = walk.level(&properties, resolved.as_object().unwrap_or(&empty), &check, &Place::Root)?;
    Ok(changed.map_or_else(|| resolved.clone(), Json::from))
}

/// Gives `visit` every property that is shown with its value in `filled`, as stored, and the value's JSON pointer; those
/// in collections and rows, too. Properties whose display hangs on an expression are left out.
pub fn visit_parameters(
    properties: &[NodeProperty],
    filled: &Json,
    node: impl Into<FormNode>,
    mut visit: impl FnMut(&NodeProperty, &Json, String),
) {
    let node = node.into();
    let properties: Vec<&NodeProperty> = properties.iter().collect();
    let check = display_values(&properties, filled, node, None, false);
    let mut visitor = |property: &NodeProperty, value: &Json, place: &Place<'_>| {
        visit(property, value, place.pointer());
    };
    // What is wrong with the values is told by whoever plans them.
    let mut walk = Walk {
        errors: Some(Vec::new()),
        visitor: Some(&mut visitor),
        ..Walk::new(node, &check, is_date_text)
    };
    let empty = JsonObject::new();
    let _ = walk.level(&properties, filled.as_object().unwrap_or(&empty), &check, &Place::Root);
}
