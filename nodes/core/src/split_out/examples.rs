//! Examples of Split Out.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let example = |title, parameters, items: Vec<Json>| NodeExample {
        title,
        type_version: 1.0,
        parameters,
        items,
        ..NodeExample::default()
    };
    vec![
        example(
            "An item for each order",
            json!({ "fieldToSplitOut": "orders", "options": {} }),
            vec![json!({ "customer": "Ada", "orders": [{ "id": 1 }, { "id": 2 }] })],
        ),
        example(
            "An item for each tag, with the other fields",
            json!({
                "fieldToSplitOut": "meta.tags", "include": "allOtherFields",
                "options": { "destinationFieldName": "tag" },
            }),
            vec![
                json!({ "id": 1, "meta": { "tags": ["new", "paid"], "source": "web" } }),
                json!({ "id": 2, "meta": { "tags": ["open"] } }),
            ],
        ),
        example(
            "Two lists side by side, with a field of the item",
            json!({
                "fieldToSplitOut": "names, ages", "include": "selectedOtherFields", "fieldsToInclude": "team",
                "options": {},
            }),
            vec![json!({ "team": "red", "names": ["Ada", "Grace"], "ages": [36, 85] })],
        ),
        NodeExample {
            bad_item: Some(json!({ "list": [1, 2], "names": "a, b" })),
            ..example(
                "A field whose name each item tells",
                json!({
                    "fieldToSplitOut": "list",
                    "options": { "destinationFieldName": "={{ $json.names ?? 'element' }}" },
                }),
                vec![json!({ "list": [1, 2] })],
            )
        },
    ]
}
