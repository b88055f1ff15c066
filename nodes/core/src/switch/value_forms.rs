//! The forms of Switch, versions 1 and 2, which differ in how a rule names its output.

use heddle_node::{Json, json};

/// The operations on values of one type, as names and values.
type Operations = &'static [(&'static str, &'static str)];

const BOOLEANS: Operations = &[("Equal", "equal"), ("Not Equal", "notEqual")];
const DATES: Operations = &[("Occurred After", "after"), ("Occurred Before", "before")];
const NUMBERS: Operations = &[
    ("Smaller", "smaller"),
    ("Smaller Equal", "smallerEqual"),
    ("Equal", "equal"),
    ("Not Equal", "notEqual"),
    ("Larger", "larger"),
    ("Larger Equal", "largerEqual"),
];
const STRINGS: Operations = &[
    ("Contains", "contains"),
    ("Not Contains", "notContains"),
    ("Ends With", "endsWith"),
    ("Not Ends With", "notEndsWith"),
    ("Equal", "equal"),
    ("Not Equal", "notEqual"),
    ("Regex Match", "regex"),
    ("Regex Not Match", "notRegex"),
    ("Starts With", "startsWith"),
    ("Not Starts With", "notStartsWith"),
];

/// The form of version 1: outputs have numbers, and there are four.
pub(super) fn version_1() -> Json {
    let output = json!({
        "displayName": "Output", "name": "output", "type": "number", "default": 0,
        "typeOptions": { "minValue": 0, "maxValue": 3 },
        "description": "The number of the output, counted from 0",
    });
    let by_expression = json!({
        "displayName": "Output", "name": "output", "type": "number", "default": 0,
        "typeOptions": { "minValue": 0, "maxValue": 3 },
        "displayOptions": { "show": { "mode": ["expression"] } },
        "description": "The number of the output, counted from 0",
    });
    let fallback = json!({
        "displayName": "Fallback Output", "name": "fallbackOutput", "type": "options", "default": -1,
        "displayOptions": { "show": { "mode": ["rules"] } },
        "description": "The output for items that meet no rule; -1 for none",
        "options": [
            { "name": "None", "value": -1 },
            { "name": "0", "value": 0 },
            { "name": "1", "value": 1 },
            { "name": "2", "value": 2 },
            { "name": "3", "value": 3 },
        ],
    });
    properties(vec![by_expression], &json!({ "multipleValues": true }), &output, fallback)
}

/// The form of version 2: a rule names its output.
pub(super) fn version_2() -> Json {
    let output = json!({
        "displayName": "Output Key", "name": "outputKey", "type": "string", "default": "",
        "description": "The name of the output",
    });
    let by_expression = json!({
        "displayName": "Output", "name": "output", "type": "string", "default": "",
        "displayOptions": { "show": { "mode": ["expression"] } },
        "description": "The number of the output, counted from 0",
    });
    let amount = json!({
        "displayName": "Outputs Amount", "name": "outputsAmount", "type": "number", "default": 4,
        "displayOptions": { "show": { "mode": ["expression"] } },
        "description": "How many outputs the node has",
    });
    let fallback = json!({
        "displayName": "Fallback Output Name or ID", "name": "fallbackOutput", "type": "options", "default": -1,
        "typeOptions": { "loadOptionsDependsOn": ["rules.rules"], "loadOptionsMethod": "getFallbackOutputOptions" },
        "displayOptions": { "show": { "mode": ["rules"] } },
        "description": "The output for items that meet no rule; -1 for none",
    });
    let row_options = json!({ "multipleValues": true, "sortable": true });
    properties(vec![by_expression, amount], &row_options, &output, fallback)
}

fn properties(by_expression: Vec<Json>, row_options: &Json, output: &Json, fallback: Json) -> Json {
    let mut form = vec![json!({
        "displayName": "Mode", "name": "mode", "type": "options", "default": "rules",
        "description": "What decides which output an item takes",
        "options": [
            { "name": "Expression", "value": "expression", "description": "A number" },
            { "name": "Rules", "value": "rules", "description": "The first rule that an item meets" },
        ],
    })];
    form.extend(by_expression);
    form.push(json!({
        "displayName": "Data Type", "name": "dataType", "type": "options", "default": "number",
        "displayOptions": { "show": { "mode": ["rules"] } },
        "description": "The type of the values that are compared",
        "options": [
            { "name": "Boolean", "value": "boolean" },
            { "name": "Date & Time", "value": "dateTime" },
            { "name": "Number", "value": "number" },
            { "name": "String", "value": "string" },
        ],
    }));
    for (data_type, label, default, operations) in [
        ("boolean", "Boolean", json!(false), BOOLEANS),
        ("dateTime", "Dates", json!(""), DATES),
        ("number", "Numbers", json!(0), NUMBERS),
        ("string", "Strings", json!(""), STRINGS),
    ] {
        form.push(json!({
            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": data_type, "default": default.clone(),
            "displayOptions": { "show": { "dataType": [data_type], "mode": ["rules"] } },
            "description": "The first value",
        }));
        let mut values = vec![operation(data_type, operations)];
        values.extend(second_value(data_type, &default));
        values.push(output.clone());
        form.push(json!({
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection", "default": {},
            "placeholder": "Add Routing Rule", "typeOptions": row_options.clone(),
            "displayOptions": { "show": { "dataType": [data_type], "mode": ["rules"] } },
            "description": "The rules, in the order in which they are looked at",
            "options": [{ "displayName": label, "name": "rules", "values": Json::from(values) }],
        }));
    }
    form.push(fallback);
    Json::from(form)
}

fn operation(data_type: &str, operations: Operations) -> Json {
    let default = match data_type {
        "dateTime" => "after",
        "number" => "smaller",
        _ => "equal",
    };
    let choices: Vec<Json> =
        operations.iter().map(|&(name, value)| json!({ "name": name, "value": value })).collect();
    json!({
        "displayName": "Operation", "name": "operation", "type": "options", "default": default,
        "description": "How the two values are compared", "options": Json::from(choices),
    })
}

fn second_value(data_type: &str, default: &Json) -> Vec<Json> {
    if data_type != "string" {
        // The default of a date is a number in n8n, too.
        let default = if data_type == "dateTime" { json!(0) } else { default.clone() };
        return vec![json!({
            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": data_type, "default": default,
            "description": "The second value",
        })];
    }
    vec![
        json!({
            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "string", "default": "",
            "displayOptions": { "hide": { "operation": ["regex", "notRegex"] } },
            "description": "The second value",
        }),
        json!({
            "displayName": "Regex", "name": "value2", "takesAny": true, "type": "string", "default": "",
            "placeholder": "/text/i",
            "displayOptions": { "show": { "operation": ["regex", "notRegex"] } },
            "description": "The second value",
        }),
    ]
}
