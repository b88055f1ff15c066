//! Which fields of the input item are kept.

use heddle_node::{Json, NodeError};

use super::{Include, Rules, SetParameters};
use crate::field_path;

/// What an output item starts with.
pub(super) fn fields(item: &Json, parameters: &SetParameters, rules: Rules) -> Result<Json, NodeError> {
    match rules.include {
        Include::All => Ok(item.clone()),
        Include::None => Ok(Json::object()),
        Include::Selected => select(item, &parameters.include_fields, rules),
        Include::Except => Ok(leave_out(item, &parameters.exclude_fields, rules)),
    }
}

/// A new object with the fields that `names` lists. A field of an inner object comes out under its own name.
fn select(item: &Json, names: &str, rules: Rules) -> Result<Json, NodeError> {
    let mut selected = Json::object();
    for name in list(names) {
        if rules.dots {
            // A key that is spelt like the whole name is that field, dots and all.
            if let Some(value) = item.get(name) {
                field_path::set_own(&mut selected, name, value.clone());
            } else if let Some(value) = field_path::get(item, name) {
                let own_name = name.rsplit('.').next().unwrap_or(name);
                field_path::set(&mut selected, own_name, value.clone())?;
            }
        } else {
            let key = field_path::plain_key(item, name);
            if let Some(value) = item.get(key) {
                field_path::set_own(&mut selected, key, value.clone());
            }
        }
    }
    Ok(selected)
}

fn leave_out(item: &Json, names: &str, rules: Rules) -> Json {
    let mut rest = item.clone();
    for name in list(names) {
        if rules.dots {
            field_path::unset(&mut rest, name);
        } else {
            let key = field_path::plain_key(item, name);
            rest.remove(key);
        }
    }
    rest
}

fn list(names: &str) -> impl Iterator<Item = &str> {
    names.split(',').map(str::trim)
}
