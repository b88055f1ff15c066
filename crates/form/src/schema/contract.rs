//! Whether a node's type and its resolved schema judge parameters alike.

use serde_json::Value;

use crate::description::{NodeProperty, PropertyOption};
use crate::parameters::{coerce, fill_defaults};
use heddle_data::Json;

/// Parameters that serde and the resolved schema judge differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The parameters, filled and coerced.
    pub parameters: Json,
    /// Whether the type accepts them; the schema says the opposite.
    pub type_accepts: bool,
}

/// Looks for a disagreement over `parameters` and every change of a single value in them.
///
/// Each is filled and coerced first, as before a run; what cannot be coerced never reaches either. Texts that start with `=`
/// are taken as texts. `type_accepts` is serde's judgement, `schema_accepts` that of a validator of the resolved schema.
pub fn find_disagreement(
    properties: &[NodeProperty],
    parameters: &Json,
    type_version: f64,
    type_accepts: impl Fn(&Json) -> bool,
    schema_accepts: impl Fn(&Value) -> bool,
) -> Option<Disagreement> {
    let filled = fill_defaults(properties, parameters, type_version);
    let candidates = std::iter::once(filled.clone()).chain(mutations(properties, &filled));
    for candidate in candidates {
        let filled = fill_defaults(properties, &candidate, type_version);
        let Ok(parameters) = coerce(properties, &filled, type_version) else { continue };
        let type_accepts = type_accepts(&parameters);
        if type_accepts != schema_accepts(&parameters.to_value()) {
            return Some(Disagreement { parameters, type_accepts });
        }
    }
    None
}

/// Every change of a single value: each value replaced by those of other types and by every choice that the form knows,
/// each property and element taken away.
pub fn mutations(properties: &[NodeProperty], parameters: &Json) -> Vec<Json> {
    let mut choices = Vec::new();
    collect_choices(properties, &mut choices);
    let mut replacements: Vec<Json> = [
        "null",
        "true",
        "0",
        "1",
        "-1",
        "1.5",
        "1e20",
        "\"\"",
        "\"a\"",
        "\"1\"",
        "\"true\"",
        "[]",
        "[\"a\"]",
        "[null]",
        "[{}]",
        "{}",
        "{\"a\":1}",
    ]
    .iter()
    .filter_map(|text| Json::parse(text).ok())
    .collect();
    replacements.append(&mut choices);
    let mut mutated = Vec::new();
    mutate(parameters, &replacements, &mut |value| mutated.push(value));
    mutated
}

fn collect_choices(properties: &[NodeProperty], choices: &mut Vec<Json>) {
    for option in properties.iter().flat_map(|property| &property.options) {
        match option {
            PropertyOption::Choice(choice) if !choices.contains(&choice.value) => {
                choices.push(choice.value.clone())
            }
            PropertyOption::Choice(_) => {}
            PropertyOption::Group(group) => collect_choices(&group.values, choices),
            PropertyOption::Property(property) => collect_choices(std::slice::from_ref(&**property), choices),
        }
    }
}

fn mutate(value: &Json, replacements: &[Json], emit: &mut dyn FnMut(Json)) {
    if let Some(object) = value.as_object() {
        for (key, child) in object.iter() {
            let with = |new: Json| {
                let mut changed = value.clone();
                changed.insert(key, new);
                changed
            };
            let mut without = value.clone();
            without.remove(key);
            emit(without);
            replacements.iter().filter(|new| *new != child).for_each(|new| emit(with(new.clone())));
            mutate(child, replacements, &mut |new| emit(with(new)));
        }
    }
    for (index, child) in value.as_array().into_iter().flatten().enumerate() {
        let with = |new: Option<Json>| {
            let mut elements = value.as_array().unwrap_or_default().to_vec();
            match (new, elements.get_mut(index)) {
                (Some(new), Some(slot)) => *slot = new,
                _ => drop(elements.remove(index)),
            }
            Json::from(elements)
        };
        emit(with(None));
        replacements.iter().filter(|new| *new != child).for_each(|new| emit(with(Some(new.clone()))));
        mutate(child, replacements, &mut |new| emit(with(Some(new))));
    }
}
