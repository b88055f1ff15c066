//! Split Out: the elements of lists become items of their own.

mod examples;
mod parameters;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::{
    Effect, Files, Item, ItemContext, ItemNode, ItemOutput, Json, JsonObject, NodeError, NodeExample,
    NodeHeader, StoredParameters, StoredProblem, async_trait,
};

pub use parameters::{Include, SplitOutOptions, SplitOutParameters};

use crate::field_path;
use crate::fields::{self, Field};

/// The name that stands for the files of an item.
const FILES: &str = "$binary";

/// Makes an item of every element of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitOut;

#[async_trait]
impl ItemNode for SplitOut {
    type Parameters = SplitOutParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.splitOut",
        versions: &[1.0],
        display_name: "Split Out",
        description: "Makes an item of every element of a list",
        icon: Some("node:split-out"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.splitout/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &SplitOutParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        parameters.check()?;
        split(parameters, context.item)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        parameters::check(stored)
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// What an item falls into: one item for each element of the longest list.
fn split(parameters: &SplitOutParameters, item: &Item) -> Result<ItemOutput, NodeError> {
    let dots = !parameters.options.disable_dot_notation;
    let names = parameters.fields();
    let destinations = parameters.destinations();
    let mut parts: Vec<(Json, Option<Files>)> = Vec::new();
    for (position, name) in names.iter().enumerate() {
        let destination = destinations.get(position).copied();
        if *name == FILES {
            for (index, (key, file)) in item.binary().into_iter().flat_map(|files| files.iter()).enumerate() {
                let files = part(&mut parts, index).1.get_or_insert_default();
                Arc::make_mut(files).insert(key.clone(), file.clone());
            }
            continue;
        }
        let field = Field::new(*name, dots);
        let Some(value) = field.get(&item.json) else { continue };
        // An object alone in its item gives its fields; elsewhere it stays whole, under a name.
        let opens = parameters.include == Include::NoOtherFields && names.len() == 1 && destination.is_none();
        for (index, element) in elements(&value).enumerate() {
            let (json, _) = part(&mut parts, index);
            if opens && (element.is_object() || element.is_array()) {
                *json = with_fields_of(element);
            } else {
                field_path::set_own(json, destination.unwrap_or(name), element.clone());
            }
        }
    }
    let others = Others::new(parameters, &names, item, dots);
    let selected = fields::list(&parameters.fields_to_include, dots);
    let mut output = ItemOutput::nothing();
    for (json, files) in parts {
        let json = match &others {
            None => json,
            Some(Others::Selected) if selected.is_empty() => {
                return Err(NodeError::parameter("fieldsToInclude", "No fields specified")
                    .with_description("Please add a field to include"));
            }
            Some(Others::Selected) => with_selected(json, &selected, &item.json),
            Some(Others::All(rest)) => merged(rest, json),
        };
        let files = match files {
            None if parameters.options.include_binary => item.binary().cloned(),
            files => files,
        };
        output.push(0, Item::new(json).with_binary(files));
    }
    Ok(output)
}

/// Which other fields of its item a part gets.
enum Others {
    /// Those that are listed.
    Selected,
    /// All but those that were split: these.
    All(Json),
}

impl Others {
    fn new(parameters: &SplitOutParameters, names: &[&str], item: &Item, dots: bool) -> Option<Self> {
        match parameters.include {
            Include::NoOtherFields => None,
            Include::SelectedOtherFields => Some(Self::Selected),
            Include::AllOtherFields => {
                let mut rest = item.json.clone();
                for name in names {
                    if dots {
                        field_path::unset(&mut rest, name);
                    } else {
                        rest.remove(name);
                    }
                }
                Some(Self::All(rest))
            }
        }
    }
}

/// The part at `index`. Elements come in order, so it is there or the next one.
fn part(parts: &mut Vec<(Json, Option<Files>)>, index: usize) -> &mut (Json, Option<Files>) {
    if index >= parts.len() {
        parts.resize_with(index + 1, || (Json::object(), None::<Arc<BTreeMap<_, _>>>));
    }
    &mut parts[index]
}

/// The elements of an array, the values of an object, or the value itself.
fn elements(value: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    if let Some(elements) = value.as_array() {
        Box::new(elements.iter())
    } else if let Some(object) = value.as_object() {
        Box::new(object.iter().map(|(_, value)| value))
    } else {
        Box::new(std::iter::once(value))
    }
}

/// An object, or an array as an object of its elements by index.
fn with_fields_of(element: &Json) -> Json {
    match element.as_array() {
        None => element.clone(),
        Some(elements) => {
            let mut fields = JsonObject::with_capacity(elements.len());
            for (index, element) in elements.iter().enumerate() {
                fields.insert(&index.to_string(), element.clone());
            }
            Json::from(fields)
        }
    }
}

/// The part with the listed fields of its item. A field that the item does not have is taken away.
fn with_selected(mut json: Json, selected: &[Field], item: &Json) -> Json {
    for field in selected {
        match field.get(item).map(Cow::into_owned) {
            Some(value) => field_path::set_own(&mut json, field.name(), value),
            None => drop(json.remove(field.name())),
        }
    }
    json
}

/// The other fields, and then those of the part.
fn merged(rest: &Json, part: Json) -> Json {
    let mut json = rest.clone();
    for (key, value) in part.into_object().unwrap_or_default() {
        json.insert(&key, value);
    }
    json
}
