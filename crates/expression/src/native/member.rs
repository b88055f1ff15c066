//! Reading members.

use heddle_data::Json;

use crate::coerce;
use crate::luxon;
use crate::native::elements::Elements;
use crate::native::evaluate::Evaluated;
use crate::native::expr::Key;
use crate::native::operand::Operand;
use crate::native::{Stop, string};
use crate::run::items;
use crate::scene::Scene;
use crate::syntax::names;
use crate::value::Value;

/// `object.key`.
pub(crate) fn member<'a>(object: Operand<'a>, key: &Key, scene: &Scene<'a>) -> Evaluated<'a> {
    if let Some(elements) = Elements::of(&object) {
        return array_member(&elements, key);
    }
    match object {
        Operand::Ref(json) => json_member(json, key),
        Operand::Value(Value::Json(json)) => match json_member(&json, key)? {
            Operand::Ref(member) => Ok(member.clone().into()),
            Operand::Value(value) => Ok(value.into()),
            _ => Err(Stop::Unsupported),
        },
        Operand::Value(Value::Undefined) => Err(Stop::Blank),
        Operand::Value(Value::Object(members)) => {
            if key.is_object_member() {
                return Err(Stop::Unsupported);
            }
            let found = members.iter().find(|(name, _)| *name == key.name);
            Ok(found.map_or(Operand::UNDEFINED, |(_, value)| value.clone().into()))
        }
        Operand::Items(_) | Operand::Picked(_) => Err(Stop::Unsupported),
        // A zone has members besides its fields.
        Operand::Value(Value::DateTime(_)) if matches!(key.name.as_str(), "zone" | "_zone") => {
            Err(Stop::Unsupported)
        }
        Operand::Value(value) => match luxon::get(&value, &key.name, scene.clock) {
            Some(member) => Ok(member?.into()),
            None => Err(Stop::Unsupported),
        },
        Operand::Item(item) => match key.name.as_str() {
            "json" => Ok(Operand::Ref(&item.json)),
            _ => member(items::item_json(item).into(), key, scene),
        },
    }
}

/// `json.key`.
pub(crate) fn json_member<'a>(json: &'a Json, key: &Key) -> Evaluated<'a> {
    if let Some(object) = json.as_object() {
        return match object.get_at(&key.name, &key.place) {
            // Names of Object.prototype's members are what the engine makes of them.
            Some(_) | None if key.is_object_member() => Err(Stop::Unsupported),
            found => Ok(found.into()),
        };
    }
    if let Some(elements) = json.as_array() {
        return array_member(&Elements::Shared(elements), key);
    }
    if let Some(text) = json.as_str() {
        return match key.index {
            Some(index) => string::unit_at(text, index),
            None if key.name == "length" => Ok(Json::from(coerce::utf16_length(text)).into()),
            None if key.is_string_member() => Err(Stop::Unsupported),
            None => Ok(Operand::UNDEFINED),
        };
    }
    if json.is_null() {
        return Err(Stop::Blank);
    }
    if key.is_number_member() { Err(Stop::Unsupported) } else { Ok(Operand::UNDEFINED) }
}

/// `array.key`.
fn array_member<'a>(elements: &Elements<'_, 'a>, key: &Key) -> Evaluated<'a> {
    match key.index {
        Some(index) => Ok(elements.get(index)),
        None if key.name == "length" => Ok(Json::from(elements.len()).into()),
        None if key.is_array_member() => Err(Stop::Unsupported),
        None => Ok(Operand::UNDEFINED),
    }
}

/// `object[index]`.
pub(crate) fn element<'a>(object: Operand<'a>, index: &Operand<'_>, scene: &Scene<'a>) -> Evaluated<'a> {
    if let (Operand::Ref(json), Some(number)) = (&object, index.as_json().and_then(Json::as_f64))
        && let Some(elements) = json.as_array()
        && number >= 0.0
        && number.fract() == 0.0
    {
        return Ok(elements.get(number as usize).into());
    }
    let key = index.to_text()?;
    if names::is_denied_when_computed(&key) {
        return Err(crate::error::ExpressionError::expression(format!(
            "Cannot access \"{key}\" due to security concerns"
        ))
        .into());
    }
    if object.is_nullish() {
        return Err(Stop::Blank);
    }
    member(object, &Key::new(&*key), scene)
}
