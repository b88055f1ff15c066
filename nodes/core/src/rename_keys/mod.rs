//! Rename Keys: fields under another name.

mod parameters;

use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, Services,
    StoredParameters, StoredProblem, async_trait, json,
};

pub use parameters::{
    AdditionalOptions, KeyRow, Keys, RegexOptions, RegexReplacement, RenameKeysParameters, Replacement,
};

use crate::field_path;
use crate::fields::Field;

/// Renames fields of every item.
#[derive(Debug, Clone, Copy, Default)]
pub struct RenameKeys;

#[async_trait]
impl ItemNode for RenameKeys {
    type Parameters = RenameKeysParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.renameKeys",
        versions: &[1.0],
        display_name: "Rename Keys",
        description: "Renames fields of every item",
        icon: Some("node:rename-keys"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.renamekeys/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const PASSES_ON: bool = true;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &RenameKeysParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let item = context.item;
        let mut json = item.json.clone();
        for row in &parameters.keys.key {
            rename(&item.json, &mut json, row)?;
        }
        for (index, replacement) in
            parameters.additional_options.regex_replacement.replacements.iter().enumerate()
        {
            let pass = Pass { replacement, services: context.services };
            pass.rename_keys(&mut json, replacement.options.depth).map_err(|mut error| {
                let place = format!("additionalOptions.regexReplacement.replacements[{index}].searchRegex");
                error.parameter = Some(place);
                error
            })?;
        }
        Ok(Item::new(json).with_binary(item.binary().cloned()).into())
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let pointer = "/additionalOptions/regexReplacement/replacements";
        let rows = stored.values.pointer(pointer).and_then(Json::as_array).unwrap_or_default();
        let mut problems = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let Some(pattern) = row.get("searchRegex").and_then(Json::as_str) else { continue };
            if pattern.starts_with('=') {
                continue;
            }
            if let Err(mut error) = stored.host.check_pattern(pattern) {
                error.parameter =
                    Some(format!("additionalOptions.regexReplacement.replacements[{index}].searchRegex"));
                problems.push(error.into());
            }
        }
        problems
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items: vec![
                json!({ "First Name": "Ada", "address": { "Home City": "London" } }),
                json!({ "First Name": "Grace" }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "Two fields, one of them of an inner object",
                    json!({ "keys": { "key": [
                    { "currentKey": "First Name", "newKey": "name" },
                    { "currentKey": "address.Home City", "newKey": "city" },
                ] } }),
                ),
                example(
                    "Underscores in place of blanks",
                    json!({ "additionalOptions": { "regexReplacement": { "replacements": [
                    { "searchRegex": "(\\w+)\\s(\\w+)", "replaceRegex": "$1_$2" },
                ] } } }),
                ),
            ],
        )
    }
}

/// Moves the value that the item as it came has under the current key. So two keys can change places.
fn rename(item: &Json, json: &mut Json, row: &KeyRow) -> Result<(), NodeError> {
    let KeyRow { current_key, new_key } = row;
    if current_key.is_empty() || new_key.is_empty() || current_key == new_key {
        return Ok(());
    }
    let Some(value) = Field::new(current_key.as_str(), true).get(item).map(std::borrow::Cow::into_owned)
    else {
        return Ok(());
    };
    field_path::set(json, new_key, value)?;
    field_path::unset(json, current_key);
    Ok(())
}

/// One regular expression and the keys of one item.
struct Pass<'a> {
    replacement: &'a Replacement,
    services: &'a dyn Services,
}

impl Pass<'_> {
    /// Renames the keys of an object and of what is in it, `depth` levels deep; below 0, or without one, all levels.
    fn rename_keys(&self, json: &mut Json, depth: Option<f64>) -> Result<(), NodeError> {
        let goes_on = depth != Some(0.0);
        let below = depth.map(|depth| depth - 1.0);
        if json.is_array() {
            // Looked at before it is changed, so that nothing is copied for elements that have no keys.
            let has_keys = json.as_array().is_some_and(|elements| elements.iter().any(has_parts));
            let elements = json.as_array_mut().filter(|_| goes_on && has_keys).into_iter().flatten();
            return elements.into_iter().try_for_each(|element| self.rename_keys(element, below));
        }
        let Some(object) = json.as_object() else { return Ok(()) };
        // Keys that turn up on the way are not looked at again.
        let keys: Vec<String> = object.keys().map(str::to_owned).collect();
        for key in keys {
            if goes_on
                && json.get(&key).is_some_and(has_parts)
                && let Some(value) = json.get_mut(&key)
            {
                self.rename_keys(value, below)?;
            }
            let flags = if self.replacement.options.case_insensitive { "i" } else { "" };
            let Replacement { search_regex, replace_regex, .. } = self.replacement;
            let new_key = self.services.replace_pattern(search_regex, flags, &key, replace_regex)?;
            if new_key != key
                && let Some(value) = json.remove(&key)
            {
                field_path::set_own(json, &new_key, value);
            }
        }
        Ok(())
    }
}

fn has_parts(value: &Json) -> bool {
    value.is_object() || value.is_array()
}
