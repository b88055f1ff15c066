//! Values of parameters that differ from item to item beside others that do not.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::deserialize::AnyValue;
use super::{Json, JsonError, from_json, handover};

/// A field of a parameter type that is looked up for each item, where reading the whole type again would cost more than
/// the item: a list of fields to set, conditions.
///
/// Where nothing but such fields differs between items, the type is read once for all of them, and a view finds the value
/// of an item in the parameters that the item was resolved to ([`View::of`]). Anywhere but at the top of the parameters it
/// is the value that it was read from.
///
/// ```
/// use heddle_data::{View, from_json, json};
///
/// #[derive(serde::Deserialize)]
/// struct Parameters {
///     strict: bool,
///     conditions: View,
/// }
///
/// let first = json!({ "strict": true, "conditions": [1] });
/// let parameters: Parameters = from_json(&first)?;
/// let second = json!({ "strict": true, "conditions": [2] });
/// assert_eq!(parameters.conditions.of(&second), &json!([2]));
/// # assert!(parameters.strict);
/// # Ok::<(), heddle_data::JsonError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The member of the parameters that it shows; none elsewhere.
    member: Option<SmolStr>,
    /// What it was read from.
    value: Json,
}

impl View {
    /// The value in these parameters, which are those of an item; null where they have none.
    #[inline]
    pub fn of<'a>(&'a self, parameters: &'a Json) -> &'a Json {
        match &self.member {
            Some(member) => parameters.get(member).unwrap_or(const { &Json::NULL }),
            None => &self.value,
        }
    }
}

/// Reads a type, and gives the names of the members of `json` that its views show.
///
/// # Errors
/// As [`from_json`].
pub fn read_with_views<T: DeserializeOwned>(json: &Json) -> (Result<T, JsonError>, Vec<SmolStr>) {
    handover::noting_views(|| from_json(json))
}

impl From<Json> for View {
    fn from(value: Json) -> Self {
        Self { member: None, value }
    }
}

impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_newtype_struct(handover::VIEW, AnyValue)?;
        Ok(Self { member: handover::pick_up_member(), value })
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl JsonSchema for View {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "View".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Json::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[derive(Deserialize, Serialize)]
    struct Inner {
        view: View,
    }

    #[derive(Deserialize, Serialize)]
    struct Outer {
        plain: Json,
        #[serde(default)]
        view: View,
        inner: Option<Inner>,
    }

    #[test]
    fn only_members_of_the_root_are_looked_up() {
        let first = json!({ "plain": 1, "view": [1], "inner": { "view": 2 } });
        let (read, views) = read_with_views::<Outer>(&first);
        let outer = read.expect("it fits");
        assert_eq!(views, ["view"]);
        let other = json!({ "plain": 3, "view": [4], "inner": { "view": 5 } });
        assert_eq!(outer.view.of(&other), &json!([4]));
        assert_eq!(outer.inner.as_ref().map(|inner| inner.view.of(&other)), Some(&json!(2)));
        assert_eq!(outer.view.of(&json!({})), &Json::NULL);
        assert_eq!(crate::to_json(&outer).expect("it can be written"), first);
        assert_eq!(outer.plain, json!(1));
    }

    #[test]
    fn what_other_formats_hold_is_the_value_itself() {
        let outer: Outer = serde_json::from_str(r#"{ "plain": 1, "view": [1] }"#).expect("it fits");
        assert_eq!(outer.view.of(&json!({ "view": 2 })), &json!([1]));
        let (read, views) = read_with_views::<Outer>(&json!({ "plain": 1 }));
        assert!(read.is_ok_and(|outer| outer.view.of(&json!({ "view": 2 })).is_null()) && views.is_empty());
    }
}
