//! Switch: each item takes one of many outputs, by rules or by a number.

mod by_values;
mod examples;
mod form;
mod value_forms;

use heddle_node::description::NodeProperty;
use heddle_node::parameters::javascript::to_text;
use heddle_node::schema::SchemaError;
use heddle_node::{
    DynamicPorts, Effect, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    OptionEntry, OptionPage, OptionsQuery, StoredParameters, StoredProblem, View, Weight, async_trait,
    holds_expression,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison;

pub use by_values::{Switch1, Switch2, ValueSwitchParameters};

/// More outputs are a slip of the pen.
const MOST_OUTPUTS: f64 = 1000.0;

/// Sends an item to the output of the first rule that it meets, or to the one whose number an expression gives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switch;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SwitchParameters {
    /// What decides which output an item takes.
    pub mode: SwitchMode,
    /// How many outputs there are, by an expression.
    pub number_outputs: View,
    /// The number of the output, from 0, by an expression.
    pub output: View,
    /// One output for each rule: `{ values: [{ conditions, renameOutput, outputKey }] }`.
    pub rules: View,
    /// Whether a value of another type than its comparison is converted; an editor copies it into the conditions.
    pub loose_type_validation: bool,
    /// Further settings.
    pub options: SwitchOptions,
}

/// What decides which output an item takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SwitchMode {
    /// Rules.
    #[default]
    Rules,
    /// An expression.
    Expression,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SwitchOptions {
    /// Where items go that meet no rule: `none`, `extra`, or the number of an output.
    pub fallback_output: Json,
    /// Whether upper and lower case are the same; an editor copies it into the conditions.
    pub ignore_case: Option<bool>,
    /// As [`SwitchParameters::loose_type_validation`], below version 3.1.
    pub loose_type_validation: Option<bool>,
    /// The name of the output for items that meet no rule.
    pub rename_fallback_output: Option<String>,
    /// Whether an item takes the outputs of all rules that it meets.
    pub all_matching_outputs: bool,
}

#[async_trait]
impl ItemNode for Switch {
    type Parameters = SwitchParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.switch",
        versions: &[3.0, 3.1, 3.2, 3.3, 3.4],
        display_name: "Switch",
        description: "Sends each item to one of many outputs, by rules or by a number",
        subtitle: Some("=mode: {{ $parameter[\"mode\"] }}"),
        outputs: &["0"],
        icon: Some("node:switch"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.switch/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const DYNAMIC_OUTPUTS: Option<DynamicPorts> = Some(DynamicPorts {
        expression: "={{ $parameter.mode === 'expression' \
                     ? Array.from({ length: $parameter.numberOutputs }, (_, index) => ({ type: 'main', displayName: String(index) })) \
                     : ($parameter.rules?.values ?? []).map((rule, index) => ({ type: 'main', displayName: rule.outputKey || String(index) })) \
                       .concat($parameter.options?.fallbackOutput === 'extra' \
                         ? [{ type: 'main', displayName: $parameter.options.renameFallbackOutput || 'Fallback' }] : []) }}",
        count: |parameters, _| count_outputs(parameters),
    });

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &SwitchParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        if parameters.mode == SwitchMode::Expression {
            let outputs = whole_number(context.value(&parameters.number_outputs)).unwrap_or(0);
            let output = output_index(context.value(&parameters.output), outputs, "output")?;
            return Ok(ItemOutput::to(output, context.item.clone()));
        }
        let rules = rules(context.value(&parameters.rules));
        let mut output = ItemOutput::nothing();
        let mut is_met = false;
        for (index, rule) in rules.iter().enumerate() {
            let conditions = rule.get("conditions").unwrap_or(const { &Json::NULL });
            if context.services.matches_filter(conditions, context.index)? {
                output.push(index, context.item.clone());
                is_met = true;
                if !parameters.options.all_matching_outputs {
                    break;
                }
            }
        }
        if !is_met && let Some(fallback) = fallback_output(&parameters.options.fallback_output, rules.len())?
        {
            output.push(fallback, context.item.clone());
        }
        Ok(output)
    }

    async fn load_options(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        if method != "getFallbackOutputOptions" {
            return Ok(None);
        }
        let mut options = vec![
            OptionEntry {
                description: Some("They go nowhere".to_owned()),
                ..OptionEntry::new("None (default)", "none")
            },
            OptionEntry {
                description: Some("They go to an output of their own".to_owned()),
                ..OptionEntry::new("Extra Output", "extra")
            },
        ];
        let rules = rules(query.parameters.get("rules").unwrap_or(const { &Json::NULL }));
        options.extend(rules.iter().enumerate().map(|(index, rule)| {
            let name = rule.get("outputKey").and_then(Json::as_str).filter(|name| !name.is_empty());
            let name = name.map_or_else(|| index.to_string(), str::to_owned);
            OptionEntry {
                description: Some(format!("They go where items go that meet rule {}", index + 1)),
                ..OptionEntry::new(format!("Output {name}"), index)
            }
        }));
        Ok(Some(OptionPage { options, next_cursor: None }))
    }

    fn explain(&self, error: NodeError, stored: &Json, type_version: f64) -> NodeError {
        if stored.get("mode").and_then(Json::as_str) == Some("expression") {
            return error;
        }
        let place = if type_version < 3.1 { stored.get("options") } else { Some(stored) };
        comparison::explain(error, place)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        if let Some(problem) = other_shape(stored) {
            return vec![problem];
        }
        match stored.constant_text("mode") {
            Some("expression") => check_numbers(stored),
            _ => check_rules(stored),
        }
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// How many outputs there are with these parameters.
fn count_outputs(parameters: &Json) -> Option<usize> {
    if parameters.get("mode").and_then(Json::as_str) == Some("expression") {
        return whole_number(parameters.get("numberOutputs")?);
    }
    let rules_are_dynamic =
        |rules: &Json| rules.is_string() || rules.get("values").is_some_and(Json::is_string);
    let rules = parameters.get("rules").unwrap_or(const { &Json::NULL });
    let options = parameters.get("options").unwrap_or(const { &Json::NULL });
    let fallback = options.get("fallbackOutput");
    if rules_are_dynamic(rules) || options.is_string() || fallback.is_some_and(holds_expression) {
        return None;
    }
    let extra = fallback.and_then(Json::as_str) == Some("extra");
    Some(self::rules(rules).len() + usize::from(extra))
}

fn rules(rules: &Json) -> &[Json] {
    rules.get("values").and_then(Json::as_array).unwrap_or_default()
}

fn whole_number(value: &Json) -> Option<usize> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number.fract() == 0.0 && (0.0..=MOST_OUTPUTS).contains(&number)).then_some(number as usize)
}

/// Where an item goes that meets no rule; nowhere when there are no rules at all.
fn fallback_output(fallback: &Json, rules: usize) -> Result<Option<usize>, NodeError> {
    match fallback.as_str() {
        _ if rules == 0 || fallback.is_null() => Ok(None),
        Some("none" | "") => Ok(None),
        Some("extra") => Ok(Some(rules)),
        _ => output_index(fallback, rules, "options.fallbackOutput").map(Some),
    }
}

/// The output that a number names. The words of the messages are n8n's, as other programs may look for them.
fn output_index(value: &Json, outputs: usize, parameter: &str) -> Result<usize, NodeError> {
    let last = outputs as f64 - 1.0;
    let shown = to_text(value);
    let error = |message: String, description: String| {
        let mut error = NodeError::operation(message).with_description(description);
        error.parameter = Some(parameter.to_owned());
        Err(error)
    };
    match value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()) {
        Some(number) if number == outputs as f64 => error(
            format!("The ouput {shown} is not allowed. "),
            format!("Output indexes are zero based, if you want to use the extra output use {last}"),
        ),
        Some(number) if number < 0.0 || number > outputs as f64 => {
            error(format!("The ouput {shown} is not allowed"), format!("It has to be between 0 and {last}"))
        }
        Some(number) if number.fract() == 0.0 => Ok(number as usize),
        _ => error(
            format!("The output index is {value}, which is not a whole number"),
            format!("Give a whole number between 0 and {last}."),
        ),
    }
}

/// Rules in the shape of versions 1 and 2: no item would meet one.
fn other_shape(stored: &StoredParameters<'_>) -> Option<StoredProblem> {
    let rules = stored.written.get("rules");
    let has_list = |name: &str| rules.and_then(|rules| rules.get(name)).is_some_and(Json::is_array);
    let (pointer, what) = if has_list("rules") && !has_list("values") {
        ("/rules", "The rules are")
    } else if rules.is_none() && stored.written.get("value1").is_some() {
        ("/value1", "The value to compare is")
    } else {
        return None;
    };
    Some(StoredProblem::new(
        Weight::Refused,
        pointer,
        format!("{what} in the shape of versions 1 and 2 of the node, so no item would meet a rule"),
        "Write {\"values\": [{\"conditions\": {\"conditions\": [{\"leftValue\", \"operator\", \"rightValue\"}], \"combinator\": \
         \"and\"}}]} under \"rules\", or set \"typeVersion\" to 2.",
    ))
}

fn check_numbers(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let Some(number) = stored.constant("numberOutputs") else { return Vec::new() };
    let Some(outputs) = whole_number(number).filter(|outputs| *outputs > 0) else {
        return vec![StoredProblem::new(
            Weight::FailsWhenRun,
            "/numberOutputs",
            format!("The number of outputs is {number}"),
            format!("Give a whole number between 1 and {MOST_OUTPUTS}."),
        )];
    };
    let output = stored.constant("output").filter(|output| !output.is_null());
    output
        .and_then(|output| output_index(output, outputs, "output").err())
        .map(StoredProblem::from)
        .into_iter()
        .collect()
}

fn check_rules(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let Some(stored_rules) = stored.values.get("rules").filter(|rules| !rules.is_string()) else {
        return Vec::new();
    };
    if stored_rules.get("values").is_some_and(Json::is_string) {
        return Vec::new();
    }
    let rules = rules(stored_rules).len();
    if rules == 0 {
        return vec![StoredProblem::new(
            Weight::Warning,
            "/rules",
            "The node has no rules, so no item leaves it",
            "Add one. Items that meet no rule leave only where there is at least one.",
        )];
    }
    let options = stored.values.get("options");
    let fallback = options
        .and_then(|options| options.get("fallbackOutput"))
        .filter(|fallback| !holds_expression(fallback));
    fallback
        .and_then(|fallback| fallback_output(fallback, rules).err())
        .map(StoredProblem::from)
        .into_iter()
        .collect()
}
