//! The levels of a form: plain fields, and selectors with the fields of each of their choices.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{Faults, SchemaError};
use super::extension::Extensions;
use super::field;
use super::merge::{Condition, Leaf, Occurrence, share};
use crate::description::{NodeProperty, PropertyChoice, PropertyOption, PropertyType};
use heddle_data::Json;

/// The properties of the form that an object's schema describes.
pub(super) fn properties(schema: &Value) -> Result<Vec<NodeProperty>, SchemaError> {
    match schema.as_object() {
        Some(object) if !super::is_free_form(schema) => fields(object, ""),
        _ => Err(SchemaError::new("", FREE_FORM)),
    }
}

/// The fields of a level, such as a row's.
pub(super) fn fields(schema: &Map<String, Value>, pointer: &str) -> Result<Vec<NodeProperty>, SchemaError> {
    let mut walk = Walk::default();
    let leaves = walk.level(schema, &[], None, pointer)?;
    let form = share(walk.occurrences, &leaves);
    walk.faults.finish(form)
}

const FREE_FORM: &str = "the type says nothing about its fields: give the properties by hand";

/// What `x-selectors` says of one tag.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct SelectorWords {
    display_name: Option<String>,
    description: Option<String>,
}

#[derive(Default)]
struct Walk {
    occurrences: Vec<Occurrence>,
    /// What is wrong so far; the walk goes on, so that all of it is told at once.
    faults: Faults,
}

impl Walk {
    /// Collects the properties of a level and below. `tag` is the tag that led here, which is not a field.
    fn level(
        &mut self,
        schema: &Map<String, Value>,
        conditions: &[Condition],
        tag: Option<&str>,
        pointer: &str,
    ) -> Result<Vec<Leaf>, SchemaError> {
        check_level(schema, pointer)?;
        let mut own = Vec::new();
        for (name, field_schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if Some(name.as_str()) != tag {
                let property = field::property(name, field_schema, &format!("{pointer}/{name}"));
                if let Some(property) = self.faults.keep(property) {
                    own.push(self.add(property, conditions));
                }
            }
        }
        let mut leaves = vec![Leaf { conditions: conditions.to_vec(), sequence: own }];
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            leaves = self.choice(schema, variants, conditions, leaves, pointer)?;
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let part = part.as_object().ok_or_else(|| SchemaError::new(pointer, FREE_FORM))?;
            let branches = match part.get("oneOf").and_then(Value::as_array) {
                Some(variants) if !part.contains_key("properties") => {
                    let start = vec![Leaf { conditions: conditions.to_vec(), sequence: Vec::new() }];
                    self.choice(schema, variants, conditions, start, pointer)?
                }
                _ => self.level(part, conditions, None, pointer)?,
            };
            leaves = combine(&leaves, &branches);
        }
        Ok(leaves)
    }

    /// A tag with its variants, each below the leaves that are there already.
    fn choice(
        &mut self,
        schema: &Map<String, Value>,
        variants: &[Value],
        conditions: &[Condition],
        leaves: Vec<Leaf>,
        pointer: &str,
    ) -> Result<Vec<Leaf>, SchemaError> {
        let tag = find_tag(variants).ok_or_else(|| {
            SchemaError::new(
                pointer,
                "an enum of fields must be internally tagged: add `#[serde(tag = \"…\")]` and give each variant a struct",
            )
        })?;
        let selector = self.faults.keep(selector(tag, schema, variants, pointer)).unwrap_or_default();
        let selector = self.add(selector, conditions);
        let mut branches = Vec::new();
        for variant in variants.iter().filter_map(Value::as_object) {
            let value = tag_value(variant, tag).unwrap_or_default();
            let mut below = conditions.to_vec();
            below.push(Condition { tag: tag.to_owned(), value: Json::from(value) });
            let found = self.level(variant, &below, Some(tag), &format!("{pointer}/{value}"));
            let mut found = self.faults.keep(found).unwrap_or_default();
            for leaf in &mut found {
                leaf.sequence.insert(0, selector);
            }
            branches.append(&mut found);
        }
        Ok(combine(&leaves, &branches))
    }

    fn add(&mut self, property: NodeProperty, conditions: &[Condition]) -> usize {
        self.occurrences.push(Occurrence { property, conditions: conditions.to_vec() });
        self.occurrences.len() - 1
    }
}

/// Every leaf with every branch: a level with two tags has a leaf for each pair of choices.
fn combine(leaves: &[Leaf], branches: &[Leaf]) -> Vec<Leaf> {
    let mut combined = Vec::with_capacity(leaves.len() * branches.len());
    for leaf in leaves {
        for branch in branches {
            let mut joined = leaf.clone();
            let new = branch.conditions.iter().filter(|condition| !leaf.conditions.contains(condition));
            joined.conditions.extend(new.cloned());
            joined.sequence.extend(&branch.sequence);
            combined.push(joined);
        }
    }
    combined
}

fn check_level(schema: &Map<String, Value>, pointer: &str) -> Result<(), SchemaError> {
    let message = if schema.contains_key("$ref") {
        "the type holds itself, which no form can show"
    } else if schema.contains_key("anyOf") {
        "an untagged enum has no selector: tag it with `#[serde(tag = \"…\")]`"
    } else if schema.get("type").is_some_and(|kind| kind != "object") {
        "parameters must be a struct or an internally tagged enum"
    } else if schema.get("additionalProperties").is_some_and(|additional| additional != false) {
        "a map has no fields: use a `fixedCollection` of rows"
    } else {
        return Ok(());
    };
    Err(SchemaError::new(pointer, message))
}

/// The tag that all variants carry.
pub(super) fn find_tag(variants: &[Value]) -> Option<&str> {
    let first = variants.first()?.get("properties")?.as_object()?;
    first.keys().map(String::as_str).find(|&key| {
        variants
            .iter()
            .all(|variant| variant.as_object().is_some_and(|variant| tag_value(variant, key).is_some()))
    })
}

fn tag_value<'a>(variant: &'a Map<String, Value>, tag: &str) -> Option<&'a str> {
    variant.get("properties")?.get(tag)?.get("const")?.as_str()
}

fn selector(
    tag: &str,
    schema: &Map<String, Value>,
    variants: &[Value],
    pointer: &str,
) -> Result<NodeProperty, SchemaError> {
    let here = format!("{pointer}/{tag}");
    let mut words: std::collections::BTreeMap<String, SelectorWords> = Extensions::of(schema, &here)
        .read("x-selectors", "an object of selectors by tag")?
        .unwrap_or_default();
    let words = words.remove(tag).unwrap_or_default();
    let choice = |variant| {
        let value = tag_value(variant, tag).unwrap_or_default();
        variant_choice(variant, value, &format!("{pointer}/{value}")).map(PropertyOption::Choice)
    };
    let options = Faults::keep_all(variants.iter().filter_map(Value::as_object).map(choice))?;
    let first = variants.first().and_then(Value::as_object).and_then(|variant| tag_value(variant, tag));
    Ok(NodeProperty {
        display_name: words.display_name.unwrap_or_else(|| words_of(tag)),
        description: words.description,
        name: tag.to_owned(),
        kind: PropertyType::Options,
        default: Json::from(first.unwrap_or_default()),
        no_data_expression: true,
        options,
        ..NodeProperty::default()
    })
}

/// The choice that a variant is.
pub(super) fn variant_choice(
    variant: &Map<String, Value>,
    value: &str,
    pointer: &str,
) -> Result<PropertyChoice, SchemaError> {
    let extensions = Extensions::of(variant, pointer);
    let title = variant.get("title").and_then(Value::as_str).ok_or_else(|| {
        SchemaError::new(pointer, "the variant has no title: add `#[schemars(title = \"…\")]`")
    })?;
    let description = field::description(variant).ok_or_else(|| {
        SchemaError::new(pointer, "the variant has no doc comment, which is its description")
    })?;
    Ok(PropertyChoice {
        name: title.to_owned(),
        value: Json::from(value),
        description: Some(description),
        action: extensions.text("x-action")?,
        ..PropertyChoice::default()
    })
}

/// A tag's name in words: `sendBody` is Send Body.
fn words_of(tag: &str) -> String {
    let mut words = String::new();
    for character in tag.chars() {
        if words.is_empty() {
            words.extend(character.to_uppercase());
        } else if character == '_' {
            words.push(' ');
        } else {
            if character.is_uppercase() {
                words.push(' ');
            }
            words.push(character);
        }
    }
    words
}
