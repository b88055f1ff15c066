//! Examples of Switch.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let rule = |name: &str, field: &str, operator: Json, right: Json| {
        json!({
            "conditions": {
                "combinator": "and",
                "conditions": [{
                    "id": name, "leftValue": format!("={{{{ $json.{field} }}}}"), "rightValue": right,
                    "operator": operator,
                }],
                "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
            },
            "renameOutput": true,
            "outputKey": name,
        })
    };
    let number = |operation: &str| json!({ "type": "number", "operation": operation });
    let example = |title, parameters, items, bad_item| NodeExample {
        title,
        type_version: 3.2,
        parameters,
        items,
        bad_item,
        ..NodeExample::default()
    };
    vec![
        example(
            "The first rule that an item meets decides, and the rest has an output of its own",
            json!({
                "rules": { "values": [
                    rule("large", "total", number("gte"), json!(1000)),
                    rule("medium", "total", number("gte"), json!(100)),
                ] },
                "options": { "fallbackOutput": "extra", "renameFallbackOutput": "small" },
            }),
            vec![json!({ "total": 2500 }), json!({ "total": 100 }), json!({ "total": 5 })],
            Some(json!({ "total": "much" })),
        ),
        example(
            "An item takes the outputs of all rules that it meets",
            json!({
                "rules": { "values": [
                    rule("even", "even", json!({ "type": "boolean", "operation": "true", "singleValue": true }), json!("")),
                    rule("small", "n", number("lt"), json!(10)),
                ] },
                "options": { "allMatchingOutputs": true },
            }),
            vec![
                json!({ "n": 2, "even": true }),
                json!({ "n": 12, "even": true }),
                json!({ "n": 3, "even": false }),
            ],
            None,
        ),
        example(
            "An expression gives the number of the output",
            json!({ "mode": "expression", "numberOutputs": 3, "output": "={{ $json.priority - 1 }}" }),
            vec![json!({ "priority": 1 }), json!({ "priority": 3 })],
            Some(json!({ "priority": 9 })),
        ),
    ]
}
