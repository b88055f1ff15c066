//! The methods of booleans.

use crate::Value;

/// The names of the methods.
pub(super) const NAMES: [&str; 5] = ["toBoolean", "toInt", "toFloat", "toNumber", "toDateTime"];

/// Calls a method.
pub(super) fn call(name: &str, receiver: &Value) -> Option<Value> {
    let own = receiver.as_bool()?;
    Some(match name {
        "toBoolean" => receiver.clone(),
        "toInt" | "toFloat" | "toNumber" => Value::from(u32::from(own)),
        "toDateTime" => Value::Undefined,
        _ => return None,
    })
}
