//! What is wrong with stored parameters, before anything runs (`docs/parameters.md §9`).

use super::coerce::ParameterError;
use super::display::{FormNode, is_expression};
use super::mapper::{is_mapper_value, mapper_issues};
use super::place::Place;
use super::plan::ParameterPlan;
use crate::description::{LocatorMode, NodeProperty, PropertyType};
use heddle_data::Json;
use heddle_data::field_type::{FieldTypeOptions, validate_field_type};
use heddle_data::holds_expression;
use heddle_data::javascript::to_text;

/// Everything that is wrong with the parameters of a node: required ones that are empty, values of another type than
/// their property's, resource locators, mappers and row counts against their rules, with n8n's messages.
///
/// `filled` are the stored parameters with defaults, from [`fill_defaults`](super::fill_defaults). Expressions are taken
/// as right, since only an item can tell. Unlike n8n, children of a collection are looked up in their collection, and
/// rows within rows are checked too.
pub fn find_issues(
    properties: &[NodeProperty],
    filled: &Json,
    node: impl Into<FormNode>,
    is_date: fn(&str) -> bool,
) -> Vec<ParameterError> {
    ParameterPlan::with_dates(properties, filled, node, is_date).err().unwrap_or_default()
}

/// Everything that is wrong with one value that holds no expression, beyond its type.
pub(super) fn check_rules(
    property: &NodeProperty,
    value: &Json,
    place: &Place<'_>,
    is_date: fn(&str) -> bool,
) -> Vec<ParameterError> {
    match property.kind {
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            let message = check_locator(property, value).err();
            message.map(|message| ParameterError::new(place, message)).into_iter().collect()
        }
        PropertyType::ResourceMapper if is_mapper_value(value) => {
            let values = Place::Key(place, "value");
            let issues = mapper_issues(property, value, is_date).into_iter();
            issues
                .map(|issue| ParameterError::new(&Place::Key(&values, &issue.field), issue.message))
                .collect()
        }
        PropertyType::FixedCollection => check_counts(property, value, place),
        _ => check_type_before_run(property, value, place, is_date).err().into_iter().collect(),
    }
}

/// `validateType` where it counts before a run alone; elsewhere the value is checked when it is brought to its type.
fn check_type_before_run(
    property: &NodeProperty,
    value: &Json,
    place: &Place<'_>,
    is_date: fn(&str) -> bool,
) -> Result<(), ParameterError> {
    let kind = property.validate_type.as_deref().filter(|_| property.ignore_validation_during_execution);
    let Some(kind) = kind.filter(|_| !holds_expression(value)) else { return Ok(()) };
    let choices: Vec<Json> = property.choices().map(|choice| choice.value.clone()).collect();
    let options = FieldTypeOptions { choices: &choices, is_date, ..FieldTypeOptions::default() };
    match validate_field_type(&property.name, value, kind, &options) {
        Ok(_) => Ok(()),
        Err(message) => Err(ParameterError::new(place, message)),
    }
}

fn check_locator(property: &NodeProperty, locator: &Json) -> Result<(), String> {
    let (Some(mode), Some(value)) = (locator.get("mode").and_then(Json::as_str), locator.get("value")) else {
        return Ok(());
    };
    let Some(mode) = property.modes.iter().find(|candidate| candidate.name == mode) else { return Ok(()) };
    if is_expression(Some(value)) {
        return Ok(());
    }
    let text = if heddle_data::javascript::is_truthy(value) { to_text(value) } else { "".into() };
    check_mode(mode, &text)
}

fn check_mode(mode: &LocatorMode, text: &str) -> Result<(), String> {
    for rule in mode.validation.iter().filter(|rule| rule.kind == "regex") {
        let pattern = format!("^{}$", rule.properties.regex);
        // A pattern that cannot be read checks nothing: the fault is the node's, not the user's.
        if regress::Regex::new(&pattern).is_ok_and(|regex| regex.find(text).is_none()) {
            return Err(rule.properties.error_message.clone());
        }
    }
    Ok(())
}

/// `minRequiredFields` and `maxAllowedFields`: how many rows each group has.
fn check_counts(property: &NodeProperty, value: &Json, place: &Place<'_>) -> Vec<ParameterError> {
    let bound = |bound: Option<f64>| bound.filter(|bound| *bound != 0.0);
    let least = bound(property.type_options.min_required_fields);
    let greatest = bound(property.type_options.max_allowed_fields);
    if least.is_none() && greatest.is_none() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let words = |bound: f64| if bound == 1.0 { "field is" } else { "fields are" };
    for group in property.groups() {
        let count = value.get(&group.name).and_then(Json::as_array).map_or(0, <[Json]>::len) as f64;
        let message = match (least, greatest) {
            (_, Some(greatest)) if count > greatest => {
                format!("At most {} {} allowed.", to_text(&Json::from(greatest)), words(greatest))
            }
            (Some(least), _) if count < least => {
                format!("At least {} {} required.", to_text(&Json::from(least)), words(least))
            }
            _ => continue,
        };
        errors.push(ParameterError::new(place, message));
    }
    errors
}
