//! Merge: the items of several inputs come together.

mod clash;
mod examples;
mod fields;
mod form;
mod form_1;
mod form_2;
mod join;
mod version_1;
mod version_2;

use std::borrow::Cow;
use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, DynamicPorts, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader,
    PairedItem, RequiredInputs, StoredParameters, StoredProblem, Weight, async_trait, from_json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::likeness::Likeness;

use clash::with_suffixes;
pub use clash::{Clash, MergeDepth};
use join::Join;
pub use join::{DataFrom, FieldPair, JoinMode, MultipleMatches};
pub use version_1::{Merge1, Merge1Parameters};
pub use version_2::{Merge2, Merge2Parameters};

/// Whatever arrived is enough, unless the node chooses one of its inputs.
const REQUIRED_INPUTS: &RequiredInputs = &RequiredInputs::Expression(Cow::Borrowed(
    "={{ $parameter[\"mode\"] === \"chooseBranch\" ? [0, 1] : 1 }}",
));

/// So many items a run may make of items that are combined: more would fill the memory.
const MOST_COMBINATIONS: usize = 10_000_000;

/// More inputs no form offers.
const MOST_INPUTS: usize = 10;

/// Merges the items of several inputs: one after the other, by their place, by values that they share, or each with each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Merge;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MergeParameters {
    /// How the inputs come together.
    pub mode: MergeMode,
    /// Which items become one.
    pub combine_by: CombineBy,
    /// How many inputs there are, where the mode allows more than two.
    pub number_inputs: Json,
    /// Whether the fields have different names in the two inputs.
    pub advanced: bool,
    /// The fields whose values must be the same, separated by commas.
    pub fields_to_match_string: String,
    /// The same as pairs of names.
    pub merge_by_fields: FieldPairs,
    /// Which items leave the node.
    pub join_mode: JoinMode,
    /// Whose data leaves the node.
    pub output_data_from: DataFrom,
    /// The node waits for all inputs.
    pub choose_branch_mode: String,
    /// What leaves the node when all have arrived: `specifiedInput` or `empty`.
    pub output: String,
    /// The number of the input whose items leave, counted from 1.
    pub use_data_of_input: Json,
    /// A query, which is not supported.
    pub query: String,
    /// Further settings.
    pub options: MergeOptions,
}

/// How the inputs come together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MergeMode {
    /// One after the other.
    #[default]
    Append,
    /// Several items become one.
    Combine,
    /// By a query, which is not supported.
    CombineBySql,
    /// One of them.
    ChooseBranch,
}

/// Which items become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CombineBy {
    /// Those with the same values.
    #[default]
    CombineByFields,
    /// Those in the same place.
    CombineByPosition,
    /// Each with each.
    CombineAll,
}

/// Pairs of fields whose values must be the same.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FieldPairs {
    /// The pairs.
    pub values: Vec<FieldPair>,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MergeOptions {
    /// What happens to fields that several items have.
    pub clash_handling: ClashHandling,
    /// Whether dots in the name of a field are a part of it.
    pub disable_dot_notation: bool,
    /// Whether values of different types may be the same.
    pub fuzzy_compare: bool,
    /// How many matching items of input 2 an item of input 1 is merged with.
    pub multiple_matches: MultipleMatches,
    /// Whether items without a partner leave the node, too.
    pub include_unpaired: bool,
    /// Of a query, which is not supported.
    pub empty_query_result: Json,
    /// Of a query, which is not supported.
    pub query_parameters: Json,
}

/// What happens to fields that several items have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClashHandling {
    /// The settings, once somebody has opened them.
    pub values: Clash,
}

impl MergeOptions {
    fn likeness(&self) -> Likeness {
        if self.fuzzy_compare { Likeness::Fuzzy } else { Likeness::Strict }
    }
}

#[async_trait]
impl BatchNode for Merge {
    type Parameters = MergeParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.merge",
        versions: &[3.0, 3.1, 3.2],
        display_name: "Merge",
        description: "Merges the items of several inputs",
        subtitle: Some("={{ $parameter[\"mode\"] }}"),
        inputs: 2,
        required_inputs: REQUIRED_INPUTS,
        icon: Some("node:merge"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.merge/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const DYNAMIC_INPUTS: Option<DynamicPorts> = Some(DynamicPorts {
        expression: "={{ Array.from({ length: $parameter.numberInputs || 2 }, \
                     (_, index) => ({ type: 'main', displayName: 'Input ' + (index + 1) })) }}",
        count: |parameters, _| count_inputs(parameters.get("numberInputs").unwrap_or(const { &Json::NULL })),
    });

    async fn execute(
        &self,
        parameters: &MergeParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let count = count_inputs(&parameters.number_inputs).unwrap_or(2);
        let inputs: Vec<Items> = (0..count).map(|input| context.input(input)).collect();
        let clash = &parameters.options.clash_handling.values;
        let items = match (parameters.mode, parameters.combine_by) {
            (MergeMode::Append, _) => append(&inputs),
            (MergeMode::CombineBySql, _) => return Err(sql_is_not_supported()),
            (MergeMode::ChooseBranch, _) if parameters.output == "empty" => empty_item(&inputs),
            (MergeMode::ChooseBranch, _) => chosen(&inputs, &parameters.use_data_of_input)?,
            (MergeMode::Combine, CombineBy::CombineAll) => each_with_each(&inputs, clash)?,
            (MergeMode::Combine, CombineBy::CombineByPosition) => {
                by_position(&inputs, clash, parameters.options.include_unpaired)?
            }
            (MergeMode::Combine, CombineBy::CombineByFields) => {
                let fields = join::checked(parameters.fields())?;
                let join = Join {
                    fields: &fields,
                    mode: parameters.join_mode,
                    data_from: parameters.output_data_from,
                    multiple_matches: parameters.options.multiple_matches,
                    likeness: parameters.options.likeness(),
                    plain_names: parameters.options.disable_dot_notation,
                    clash,
                };
                join.run(&context.input(0), &context.input(1))?
            }
        };
        Ok(vec![items])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let mut problems = Vec::new();
        let combine_by = stored.constant_text("combineBy");
        match stored.constant_text("mode") {
            Some("combineBySql") => problems.push(StoredProblem {
                weight: Weight::Refused,
                ..StoredProblem::from(sql_is_not_supported())
            }),
            Some("combine") if combine_by == Some("combineByFields") => {
                problems.extend(check_fields(stored));
            }
            Some("combine") if combine_by == Some("combineByPosition") => {
                let clash = stored
                    .constant("options")
                    .and_then(|options| options.pointer("/clashHandling/values/resolveClash"));
                let preferred = clash
                    .and_then(Json::as_str)
                    .and_then(|text| text.strip_prefix("preferInput")?.parse().ok());
                problems.extend(preferred.and_then(|input: usize| {
                    check_input(stored, input, "options.clashHandling.values.resolveClash")
                }));
            }
            Some("chooseBranch") if stored.constant_text("output") == Some("specifiedInput") => {
                let input = stored.constant("useDataOfInput").and_then(whole_number);
                problems.extend(input.and_then(|input| check_input(stored, input, "useDataOfInput")));
            }
            _ => {}
        }
        problems
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

impl MergeParameters {
    /// The pairs of fields whose values must be the same.
    fn fields(&self) -> Vec<FieldPair> {
        if self.advanced {
            return self.merge_by_fields.values.clone();
        }
        let names = self.fields_to_match_string.split(',').map(|name| name.trim().to_owned());
        names.map(|name| FieldPair { field1: name.clone(), field2: name }).collect()
    }
}

/// How many inputs there are; `None` where an expression says it.
fn count_inputs(number: &Json) -> Option<usize> {
    if number.as_str().is_some_and(|text| text.starts_with('=')) {
        return None;
    }
    Some(whole_number(number).filter(|count| *count > 0).unwrap_or(2).min(MOST_INPUTS))
}

fn whole_number(number: &Json) -> Option<usize> {
    let number = number.as_f64().or_else(|| number.as_str()?.trim().parse().ok())?;
    (number.fract() == 0.0 && (0.0..1000.0).contains(&number)).then_some(number as usize)
}

fn sql_is_not_supported() -> NodeError {
    NodeError::parameter("mode", "Merging by an SQL query is not supported").with_description(
        "Use the mode \"Combine\" with \"Matching Fields\", or a Code node behind a Merge that appends.",
    )
}

fn check_input(stored: &StoredParameters<'_>, input: usize, parameter: &str) -> Option<StoredProblem> {
    let inputs = count_inputs(stored.values.get("numberInputs").unwrap_or(const { &Json::NULL }))?;
    (input == 0 || input > inputs).then(|| no_such_input(input, inputs, parameter).into())
}

fn check_fields(stored: &StoredParameters<'_>) -> Option<StoredProblem> {
    let is_advanced = stored.constant("advanced").and_then(Json::as_bool)?;
    let (name, fields) = if is_advanced {
        ("mergeByFields", pairs_of(stored.constant("mergeByFields")?)?)
    } else {
        let fields_to_match_string = stored.constant_text("fieldsToMatchString")?.to_owned();
        let parameters = MergeParameters { fields_to_match_string, ..MergeParameters::default() };
        ("fieldsToMatchString", parameters.fields())
    };
    Some(at(join::checked(fields).err()?, name))
}

/// The pairs of fields that stored parameters hold.
fn pairs_of(fields: &Json) -> Option<Vec<FieldPair>> {
    from_json::<FieldPairs>(fields).ok().map(|fields| fields.values)
}

/// The problem that an error of a parameter is.
fn at(mut error: NodeError, parameter: &str) -> StoredProblem {
    error.parameter = Some(parameter.to_owned());
    error.into()
}

fn no_such_input(input: usize, inputs: usize, parameter: &str) -> NodeError {
    let mut error = NodeError::operation(format!("Input {input} doesn't exist")).with_description(format!(
        "The node has only {inputs} inputs, so selecting input {input} is not possible."
    ));
    error.parameter = Some(parameter.to_owned());
    error
}

/// All items, input by input.
fn append(inputs: &[Items]) -> Items {
    let mut filled = inputs.iter().filter(|items| !items.is_empty());
    match (filled.next(), filled.next()) {
        (Some(only), None) => only.clone(),
        _ => Arc::new(inputs.iter().flat_map(|items| items.iter().cloned()).collect()),
    }
}

/// One empty item, paired with all items of the first two inputs.
fn empty_item(inputs: &[Items]) -> Items {
    let items = inputs.iter().take(2).flat_map(|items| items.iter());
    let references = items.flat_map(|item| item.paired_item.references().to_vec());
    let item = Item::new(Json::object()).with_paired_item(PairedItem::many(references));
    Arc::new(vec![item])
}

/// The items of the input with this number.
fn chosen(inputs: &[Items], number: &Json) -> Result<Items, NodeError> {
    let input = whole_number(number).filter(|input| *input > 0);
    let Some(input) = input else {
        return Err(NodeError::parameter("useDataOfInput", format!("The number of the input is {number}"))
            .with_description(format!("Give a whole number between 1 and {}.", inputs.len())));
    };
    inputs.get(input - 1).cloned().ok_or_else(|| no_such_input(input, inputs.len(), "useDataOfInput"))
}

/// Each item of input 1 with each of input 2; the other way round where the fields of input 1 count.
fn each_with_each(inputs: &[Items], clash: &Clash) -> Result<Items, NodeError> {
    let [Some(first), Some(second)] = [inputs.first(), inputs.get(1)] else { return Ok(Items::default()) };
    let swaps = clash.preferred_input() == Some(0);
    let (outer, inner) = if swaps { (second, first) } else { (first, second) };
    let (outer, inner) = suffixed(outer, inner, clash);
    let count = outer.len().saturating_mul(inner.len());
    if count > MOST_COMBINATIONS {
        let message = format!("Each item with each would make {count} items");
        return Err(NodeError::operation(message).with_description(format!(
            "At most {MOST_COMBINATIONS} are made. Match the items by a field, or leave some out before."
        )));
    }
    let mut items = Vec::with_capacity(count);
    for outer in outer.iter() {
        items.extend(inner.iter().map(|inner| clash.merge([outer, inner], [outer, inner])));
    }
    Ok(Arc::new(items))
}

fn suffixed(first: &Items, second: &Items, clash: &Clash) -> (Items, Items) {
    if !clash.adds_suffix() {
        return (first.clone(), second.clone());
    }
    (Arc::new(with_suffixes(first, 1)), Arc::new(with_suffixes(second, 2)))
}

/// The items in the same place become one. The preferred one, the last unless it is said, is laid over all: as n8n does
/// it, also without the number of its input behind its fields.
fn by_position(inputs: &[Items], clash: &Clash, include_unpaired: bool) -> Result<Items, NodeError> {
    let preferred = clash.preferred_input().unwrap_or(inputs.len().saturating_sub(1));
    let Some(preferred) = inputs.get(preferred) else {
        return Err(no_such_input(preferred + 1, inputs.len(), "options.clashHandling.values.resolveClash"));
    };
    let lengths = inputs.iter().map(|items| items.len());
    let count = if include_unpaired { lengths.max() } else { lengths.min() }.unwrap_or(0);
    let suffixed: Vec<Vec<Item>> = if clash.adds_suffix() {
        inputs.iter().enumerate().map(|(index, items)| with_suffixes(items, index + 1)).collect()
    } else {
        Vec::new()
    };
    let at = |input: usize, index: usize| match suffixed.get(input) {
        Some(items) => items.get(index),
        None => inputs[input].get(index),
    };
    let items = (0..count).map(|index| {
        let items = (0..inputs.len()).filter_map(|input| at(input, index)).chain(preferred.get(index));
        clash.merge(items.clone(), items)
    });
    Ok(Arc::new(items.collect()))
}
