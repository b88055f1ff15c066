//! Switch, versions 1 and 2: one value is compared with that of each rule.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    DynamicPorts, Effect, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    OptionEntry, OptionPage, OptionsQuery, StoredParameters, StoredProblem, View, async_trait,
    holds_expression, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SwitchMode, whole_number};
use crate::conditions_1::compare::{Comparison, check_operation};

/// Sends an item to the output that the first rule names which it meets: one of four.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switch1;

/// Sends an item to the output of the first rule that it meets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switch2;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ValueSwitchParameters {
    /// What decides which output an item takes.
    pub mode: SwitchMode,
    /// The number of the output, by an expression.
    pub output: View,
    /// How many outputs there are by an expression; version 2 alone.
    pub outputs_amount: View,
    /// The type of the values.
    pub data_type: String,
    /// The value that is compared.
    pub value1: View,
    /// `{ rules: [{ operation, value2, outputKey }] }`; those of version 1 name their `output`.
    pub rules: View,
    /// The output for items that meet no rule; -1 for none.
    pub fallback_output: View,
}

#[async_trait]
impl ItemNode for Switch1 {
    type Parameters = ValueSwitchParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.switch",
        versions: &[1.0],
        display_name: "Switch",
        description: "Sends each item to one of four outputs, by rules or by a number",
        outputs: &["0", "1", "2", "3"],
        icon: Some("node:switch"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.switch/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &ValueSwitchParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        if parameters.mode == SwitchMode::Expression {
            return to(context.value(&parameters.output), 4, context);
        }
        match first_rule_met(parameters, context)? {
            Some((_, rule)) => to(rule.get("output").unwrap_or(const { &Json::NULL }), 4, context),
            None => fallback(parameters, 4, context),
        }
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check(stored, |_| Some(4))
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&super::value_forms::version_1())
    }

    fn examples() -> Vec<NodeExample> {
        let rule =
            |value: f64, output: u8| json!({ "operation": "larger", "value2": value, "output": output });
        crate::examples::recorded(
            &Self::HEADER,
            vec![example(1.0, "The output that a rule names", vec![rule(1000.0, 2), rule(100.0, 1)])],
        )
    }
}

#[async_trait]
impl ItemNode for Switch2 {
    type Parameters = ValueSwitchParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.switch",
        versions: &[2.0],
        display_name: "Switch",
        description: "Sends each item to one of many outputs, by rules or by a number",
        outputs: &[],
        icon: Some("node:switch"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.switch/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const DYNAMIC_OUTPUTS: Option<DynamicPorts> = Some(DynamicPorts {
        expression: "={{ $parameter.mode === 'expression' \
                     ? Array.from({ length: $parameter.outputsAmount }, (_, index) => ({ type: 'main', displayName: String(index) })) \
                     : ($parameter.rules?.rules ?? []).map(rule => ({ type: 'main', displayName: rule.outputKey })) }}",
        count: |parameters, _| count_outputs(parameters),
    });

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &ValueSwitchParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        if parameters.mode == SwitchMode::Expression {
            let outputs = whole_number(context.value(&parameters.outputs_amount)).unwrap_or(0);
            return to(context.value(&parameters.output), outputs, context);
        }
        match first_rule_met(parameters, context)? {
            Some((index, _)) => Ok(ItemOutput::to(index, context.item.clone())),
            None => fallback(parameters, rules(context.value(&parameters.rules)).len(), context),
        }
    }

    async fn load_options(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        if method != "getFallbackOutputOptions" {
            return Ok(None);
        }
        let mut options = vec![OptionEntry::new("None", -1)];
        let rules = rules(query.parameters.get("rules").unwrap_or(const { &Json::NULL }));
        options.extend(rules.iter().enumerate().map(|(index, rule)| {
            let name = rule.get("outputKey").and_then(Json::as_str).unwrap_or_default();
            OptionEntry::new(format!("{index} {name}"), index)
        }));
        Ok(Some(OptionPage { options, next_cursor: None }))
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check(stored, count_outputs)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&super::value_forms::version_2())
    }

    fn examples() -> Vec<NodeExample> {
        let rule =
            |value: f64, name: &str| json!({ "operation": "larger", "value2": value, "outputKey": name });
        crate::examples::recorded(
            &Self::HEADER,
            vec![example(
                2.0,
                "The output of the first rule",
                vec![rule(1000.0, "large"), rule(100.0, "medium")],
            )],
        )
    }
}

fn rules(rules: &Json) -> &[Json] {
    rules.get("rules").and_then(Json::as_array).unwrap_or_default()
}

/// How many outputs there are with these parameters.
fn count_outputs(parameters: &Json) -> Option<usize> {
    if parameters.get("mode").and_then(Json::as_str) == Some("expression") {
        return whole_number(parameters.get("outputsAmount")?);
    }
    let stored = parameters.get("rules").unwrap_or(const { &Json::NULL });
    let is_dynamic = stored.is_string() || stored.get("rules").is_some_and(Json::is_string);
    (!is_dynamic).then(|| rules(stored).len())
}

/// The first rule that the item meets, with its index.
fn first_rule_met<'a>(
    parameters: &'a ValueSwitchParameters,
    context: &ItemContext<'a>,
) -> Result<Option<(usize, &'a Json)>, NodeError> {
    let comparison = Comparison { services: context.services, item: context.index };
    let value = context.value(&parameters.value1);
    if parameters.data_type == "dateTime" {
        // A value that is not a moment fails, whatever the rules.
        comparison.holds("dateTime", "equal", value, &Json::from(0))?;
    }
    for (index, rule) in rules(context.value(&parameters.rules)).iter().enumerate() {
        let field = |name: &str| rule.get(name).unwrap_or(const { &Json::NULL });
        let operation = field("operation").as_str().unwrap_or_default();
        if comparison.holds(&parameters.data_type, operation, value, field("value2"))? {
            return Ok(Some((index, rule)));
        }
    }
    Ok(None)
}

/// The item on the output for those that meet no rule.
fn fallback(
    parameters: &ValueSwitchParameters,
    outputs: usize,
    context: &ItemContext<'_>,
) -> Result<ItemOutput, NodeError> {
    let output = context.value(&parameters.fallback_output);
    let is_none = output.is_null() || output.as_f64() == Some(-1.0) || output.as_str() == Some("-1");
    if is_none { Ok(ItemOutput::nothing()) } else { to(output, outputs, context) }
}

/// The item on the output that a number names.
fn to(output: &Json, outputs: usize, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
    output_index(output, outputs).map(|output| ItemOutput::to(output, context.item.clone()))
}

/// The output that a number names. The words of the message are n8n's.
fn output_index(output: &Json, outputs: usize) -> Result<usize, NodeError> {
    whole_number(output).filter(|output| *output < outputs).ok_or_else(|| {
        let shown = heddle_node::parameters::javascript::to_text(output);
        let last = outputs as f64 - 1.0;
        NodeError::operation(format!("The ouput {shown} is not allowed. It has to be between 0 and {last}!"))
    })
}

fn check(stored: &StoredParameters<'_>, count: fn(&Json) -> Option<usize>) -> Vec<StoredProblem> {
    let Some(outputs) = count(stored.values) else { return Vec::new() };
    let named = |value: &Json, place: String| {
        let mut error = output_index(value, outputs).err()?;
        error.parameter = Some(place);
        Some(StoredProblem::from(error))
    };
    if stored.constant_text("mode") == Some("expression") {
        let output = stored.constant("output").filter(|output| output.as_str() != Some(""));
        return output.and_then(|output| named(output, "output".to_owned())).into_iter().collect();
    }
    let mut problems = Vec::new();
    for (index, rule) in rules(stored.values.get("rules").unwrap_or(const { &Json::NULL })).iter().enumerate()
    {
        problems.extend(check_operation(rule, &format!("rules.rules[{index}].operation")));
        let output = rule.get("output").filter(|output| !holds_expression(output));
        problems.extend(output.and_then(|output| named(output, format!("rules.rules[{index}].output"))));
    }
    let fallback = stored.constant("fallbackOutput").filter(|output| output.as_f64() != Some(-1.0));
    problems.extend(fallback.and_then(|output| named(output, "fallbackOutput".to_owned())));
    problems
}

fn example(type_version: f64, title: &'static str, rules: Vec<Json>) -> NodeExample {
    NodeExample {
        title,
        type_version,
        parameters: json!({
            "dataType": "number", "value1": "={{ $json.total }}", "rules": { "rules": rules }, "fallbackOutput": 0,
        }),
        items: vec![json!({ "total": 2500 }), json!({ "total": 500 }), json!({ "total": 5 })],
        ..NodeExample::default()
    }
}
