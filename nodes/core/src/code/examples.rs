//! Examples of the Code node.

use heddle_node::{NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let example = |title, type_version, parameters| NodeExample {
        title,
        type_version,
        parameters,
        items: vec![
            json!({ "name": "Ada", "price": 3, "count": 2 }),
            json!({ "name": "Bob", "price": 5, "count": 1 }),
        ],
        ..NodeExample::default()
    };
    vec![
        example(
            "A total for each item",
            2.0,
            json!({
                "mode": "runOnceForAllItems",
                "jsCode": "for (const item of $input.all()) {\n  item.json.total = item.json.price * item.json.count;\n}\n\
                           return $input.all();",
            }),
        ),
        NodeExample {
            bad_item: Some(json!({ "name": null })),
            ..example(
                "One item after the other",
                2.0,
                json!({
                    "mode": "runOnceForEachItem",
                    "jsCode": "return { greeting: `Hello ${$json.name.toUpperCase()}`, place: $itemIndex };",
                }),
            )
        },
    ]
}
