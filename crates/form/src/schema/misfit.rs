//! Where parameters do not fit their type. serde reads the variants of a tagged enum from a buffer and loses the place;
//! here the tags lead to it.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::resolved::integer_range;
use crate::parameters::{ParameterError, Place};
use heddle_data::{Json, JsonObject};

/// The first value of resolved parameters that the type `T` cannot hold, in a sentence that names the field; none where
/// the schema of `T` says less than its `Deserialize`.
pub fn find_misfit<T: JsonSchema>(parameters: &Json) -> Option<ParameterError> {
    let root = super::root_schema::<T>();
    Search { root: &root }.find(&root, parameters, &Place::Root, "parameters")
}

struct Search<'a> {
    root: &'a Value,
}

impl Search<'_> {
    fn find(&self, schema: &Value, value: &Json, place: &Place<'_>, name: &str) -> Option<ParameterError> {
        let object = schema.as_object()?;
        let name = object.get("title").and_then(Value::as_str).unwrap_or(name);
        if let Some(target) = object.get("$ref").and_then(Value::as_str) {
            return self.find(self.root.pointer(target.strip_prefix('#')?)?, value, place, name);
        }
        let misfit = |expected: &str| {
            let is_secret = object.contains_key("x-password");
            Some(ParameterError::type_mismatch(place, name, expected, value, is_secret))
        };
        if let Some(expected) = type_misfit(object, value) {
            return misfit(&expected);
        }
        if let Some(variants) = object.get("oneOf").and_then(Value::as_array)
            && let Some(error) = self.find_in_variants(variants, value, place, name)
        {
            return Some(error);
        }
        if let Some(alternatives) = object.get("anyOf").and_then(Value::as_array) {
            let mut errors =
                alternatives.iter().map(|alternative| self.find(alternative, value, place, name));
            // The first alternative is what an `Option` holds, so its words help most.
            let first = errors.next().flatten();
            if first.is_some() && errors.all(|error| error.is_some()) {
                return first;
            }
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if let Some(error) = self.find(part, value, place, name) {
                return Some(error);
            }
        }
        if let Some(fields) = value.as_object() {
            return self.find_in_fields(object, fields, place, name);
        }
        value.as_array().and_then(|elements| self.find_in_elements(object, elements, place, name))
    }

    fn find_in_variants(
        &self,
        variants: &[Value],
        value: &Json,
        place: &Place<'_>,
        name: &str,
    ) -> Option<ParameterError> {
        let tag = super::form::find_tag(variants);
        let Some(tag) = tag else {
            let fits = variants.iter().any(|variant| self.find(variant, value, place, name).is_none());
            let expected = format!("one of {}", words(variants.iter().flat_map(constants)));
            return (!fits).then(|| ParameterError::type_mismatch(place, name, &expected, value, false));
        };
        let found = value.get(tag);
        let matches =
            |variant: &&Value| tag_constant(variant, tag).is_some_and(|constant| found == Some(&constant));
        match variants.iter().find(matches) {
            Some(variant) => self.find(variant, value, place, name),
            None => {
                let constants = variants.iter().filter_map(|variant| tag_constant(variant, tag));
                let expected = format!("one of {}", words(constants));
                let here = Place::Key(place, tag);
                Some(ParameterError::type_mismatch(
                    &here,
                    tag,
                    &expected,
                    found.unwrap_or(&Json::NULL),
                    false,
                ))
            }
        }
    }

    fn find_in_fields(
        &self,
        schema: &Map<String, Value>,
        fields: &JsonObject,
        place: &Place<'_>,
        name: &str,
    ) -> Option<ParameterError> {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (key, field_schema) in properties.into_iter().flatten() {
            let here = Place::Key(place, key);
            if let Some(error) = fields.get(key).and_then(|field| self.find(field_schema, field, &here, key))
            {
                return Some(error);
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        if let Some(missing) = required.filter_map(Value::as_str).find(|key| !fields.contains_key(key)) {
            let here = Place::Key(place, missing);
            return Some(ParameterError::type_mismatch(&here, missing, "filled in", &Json::NULL, false));
        }
        let is_known = |key: &str| properties.is_some_and(|properties| properties.contains_key(key));
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => fields.keys().find(|key| !is_known(key)).map(|key| {
                ParameterError::new(
                    &Place::Key(place, key),
                    format!("There is no parameter \"{key}\" in \"{name}\""),
                )
            }),
            Some(others) => fields
                .iter()
                .filter(|(key, _)| !is_known(key))
                .find_map(|(key, field)| self.find(others, field, &Place::Key(place, key), key)),
            None => None,
        }
    }

    fn find_in_elements(
        &self,
        schema: &Map<String, Value>,
        elements: &[Json],
        place: &Place<'_>,
        name: &str,
    ) -> Option<ParameterError> {
        let first = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        let others = schema.get("items").into_iter().cycle();
        let schemas = first.chain(others);
        elements.iter().zip(schemas).enumerate().find_map(|(index, (element, schema))| {
            self.find(schema, element, &Place::Index(place, index), name)
        })
    }
}

/// What the schema's `type`, `format`, `const` and `enum` ask for, if the value is not that.
fn type_misfit(schema: &Map<String, Value>, value: &Json) -> Option<String> {
    let constants: Vec<Json> = constants_of(schema).collect();
    if !constants.is_empty() && !constants.contains(value) {
        return Some(format!("one of {}", words(constants.into_iter())));
    }
    let kinds: Vec<&str> = match schema.get("type")? {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let is_whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let fits = kinds.iter().any(|kind| match *kind {
        "null" => value.is_null(),
        "boolean" => value.is_bool(),
        "number" => value.is_number(),
        "integer" => is_whole,
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    });
    let kind = kinds.into_iter().find(|kind| *kind != "null").unwrap_or("null");
    let expected = match kind {
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        "null" => "empty",
        _ => "an object",
    };
    if !fits {
        return Some(expected.to_owned());
    }
    let (least, greatest) = integer_range(schema.get("format")?.as_str()?)?;
    let number = value.as_f64()?;
    let highest = greatest.as_f64()?;
    // The highest numbers of 64 bits are rounded up here, to the first that is too high.
    let is_within =
        least.as_f64()? <= number && (number < highest || number == highest && highest < 2f64.powi(53));
    (!is_within).then(|| format!("a whole number from {least} to {greatest}"))
}

/// The values that a schema allows, where it lists them.
fn constants(schema: &Value) -> impl Iterator<Item = Json> {
    schema.as_object().into_iter().flat_map(constants_of)
}

fn constants_of(schema: &Map<String, Value>) -> impl Iterator<Item = Json> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    schema.get("const").into_iter().chain(listed).map(|value| Json::from(value.clone()))
}

fn tag_constant(variant: &Value, tag: &str) -> Option<Json> {
    variant.get("properties")?.get(tag)?.get("const").map(|value| Json::from(value.clone()))
}

fn words(constants: impl Iterator<Item = Json>) -> String {
    constants.map(|constant| constant.to_string()).collect::<Vec<_>>().join(", ")
}
