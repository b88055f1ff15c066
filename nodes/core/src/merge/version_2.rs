//! Merge, versions 2 and 2.1: two inputs, and other names.

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::join::{self, Join, user_error};
use super::{Clash, DataFrom, FieldPair, FieldPairs, JoinMode, MergeOptions, REQUIRED_INPUTS};
use crate::field_path;

/// Merges the items of two inputs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Merge2;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Merge2Parameters {
    /// How the inputs come together.
    pub mode: Mode,
    /// Which items become one.
    pub combination_mode: CombinationMode,
    /// The fields whose values must be the same.
    pub merge_by_fields: FieldPairs,
    /// Which items leave the node.
    pub join_mode: JoinMode,
    /// Whose data leaves the node.
    pub output_data_from: DataFrom,
    /// The node waits for both inputs.
    pub choose_branch_mode: String,
    /// What leaves the node when both have arrived.
    pub output: Output,
    /// Further settings.
    pub options: MergeOptions,
}

/// How the inputs come together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// One after the other.
    #[default]
    Append,
    /// Two items become one.
    Combine,
    /// One of them.
    ChooseBranch,
}

/// Which items become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CombinationMode {
    /// Those with the same values.
    #[default]
    MergeByFields,
    /// Those in the same place.
    MergeByPosition,
    /// Each with each.
    Multiplex,
}

/// What leaves the node when both inputs have arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Output {
    /// The items of input 1.
    #[default]
    Input1,
    /// The items of input 2.
    Input2,
    /// One empty item.
    Empty,
}

#[async_trait]
impl BatchNode for Merge2 {
    type Parameters = Merge2Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.merge",
        versions: &[2.0, 2.1],
        display_name: "Merge",
        description: "Merges the items of two inputs",
        subtitle: Some("={{ $parameter[\"mode\"] }}"),
        inputs: 2,
        required_inputs: REQUIRED_INPUTS,
        icon: Some("node:merge"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.merge/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &Merge2Parameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let inputs = [context.input(0), context.input(1)];
        let clash = &parameters.options.clash_handling.values;
        let items = match (parameters.mode, parameters.combination_mode) {
            (Mode::Append, _) => super::append(&inputs),
            (Mode::ChooseBranch, _) => match parameters.output {
                Output::Input1 => context.input(0),
                Output::Input2 => context.input(1),
                Output::Empty => super::empty_item(&inputs),
            },
            (Mode::Combine, CombinationMode::Multiplex) => super::each_with_each(&inputs, clash)?,
            (Mode::Combine, CombinationMode::MergeByPosition) => {
                by_position(&inputs, clash, parameters.options.include_unpaired)
            }
            (Mode::Combine, CombinationMode::MergeByFields) => {
                let fields = join::checked(parameters.merge_by_fields.values.clone())?;
                if context.type_version < 2.1 {
                    check_presence(&inputs, &fields, parameters.options.disable_dot_notation)?;
                }
                let join = Join {
                    fields: &fields,
                    mode: parameters.join_mode,
                    data_from: parameters.output_data_from,
                    multiple_matches: parameters.options.multiple_matches,
                    likeness: parameters.options.likeness(),
                    plain_names: parameters.options.disable_dot_notation,
                    clash,
                };
                join.run(&inputs[0], &inputs[1])?
            }
        };
        Ok(vec![items])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let is_join = stored.constant_text("mode") == Some("combine")
            && stored.constant_text("combinationMode") == Some("mergeByFields");
        let fields = stored.constant("mergeByFields").filter(|_| is_join);
        let fields = fields.and_then(super::pairs_of);
        let error = fields.and_then(|fields| join::checked(fields).err());
        error.map(|error| super::at(error, "mergeByFields")).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&super::form_2::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, super::examples::of_version_2())
    }
}

/// The items in the same place become one; where an input has none at all, those of the other leave as they are.
fn by_position(inputs: &[Items; 2], clash: &Clash, include_unpaired: bool) -> Items {
    if inputs.iter().any(|items| items.is_empty()) {
        return super::append(inputs);
    }
    let swaps = clash.preferred_input() == Some(0);
    let (first, second) = if swaps { (&inputs[1], &inputs[0]) } else { (&inputs[0], &inputs[1]) };
    let (first, second) = super::suffixed(first, second, clash);
    let pairs = first.iter().zip(second.iter());
    let mut items: Vec<Item> =
        pairs.map(|(first, second)| clash.merge([first, second], [first, second])).collect();
    if include_unpaired {
        let rest = first.iter().skip(items.len()).chain(second.iter().skip(items.len()));
        let rest: Vec<Item> = rest.cloned().collect();
        items.extend(rest);
    }
    Arc::new(items)
}

/// Below version 2.1 each field must be there in at least one item of its input.
fn check_presence(inputs: &[Items; 2], fields: &[FieldPair], plain_names: bool) -> Result<(), NodeError> {
    let names: [fn(&FieldPair) -> &String; 2] = [|pair| &pair.field1, |pair| &pair.field2];
    for (number, (items, name)) in (1..).zip(std::iter::zip(inputs, names)) {
        for field in fields.iter().map(name) {
            let is_there = |json: &Json| {
                if plain_names { json.get(field).is_some() } else { field_path::get(json, field).is_some() }
            };
            if !items.iter().any(|item| is_there(&item.json)) {
                let message = format!("Field '{field}' is not present in any of items in 'Input {number}'");
                return Err(user_error(&message));
            }
        }
    }
    Ok(())
}
