//! Examples of Aggregate.

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
            "A list of each of two fields",
            json!({
                "fieldsToAggregate": { "fieldToAggregate": [
                    { "fieldToAggregate": "mail" },
                    { "fieldToAggregate": "orders", "renameField": true, "outputFieldName": "allOrders" },
                ] },
                "options": { "mergeLists": true },
            }),
            vec![
                json!({ "mail": "ada@example.com", "orders": [1, 2] }),
                json!({ "mail": "grace@example.com", "orders": [3] }),
                json!({ "orders": null }),
            ],
        ),
        example(
            "All items in one list, without a field",
            json!({
                "aggregate": "aggregateAllItemData", "destinationFieldName": "people",
                "include": "allFieldsExcept", "fieldsToExclude": "password", "options": {},
            }),
            vec![json!({ "name": "Ada", "password": "1" }), json!({ "name": "Grace", "password": "2" })],
        ),
    ]
}
