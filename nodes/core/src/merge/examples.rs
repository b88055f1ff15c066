//! Examples of Merge. An example feeds input 1 alone.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    vec![
        example("All items of all inputs", 3.2, json!({ "mode": "append", "numberInputs": 3 })),
        example(
            "All of input 1, with what input 2 knows of the same id",
            3.2,
            json!({
                "mode": "combine", "combineBy": "combineByFields", "fieldsToMatchString": "id",
                "joinMode": "enrichInput1", "options": {},
            }),
        ),
        example(
            "Items in the same place become one, with or without a partner",
            3.2,
            json!({ "mode": "combine", "combineBy": "combineByPosition", "options": { "includeUnpaired": true } }),
        ),
    ]
}

pub(super) fn of_version_2() -> Vec<NodeExample> {
    vec![
        example("All items of both inputs", 2.1, json!({ "mode": "append" })),
        example(
            "All of input 1, with what input 2 knows of the same customer",
            2.1,
            json!({
                "mode": "combine", "combinationMode": "mergeByFields", "joinMode": "enrichInput1",
                "mergeByFields": { "values": [{ "field1": "id", "field2": "customerId" }] },
                "options": {},
            }),
        ),
    ]
}

pub(super) fn of_version_1() -> Vec<NodeExample> {
    vec![
        example("All items of both inputs", 1.0, json!({ "mode": "append" })),
        example(
            "Items whose key input 2 lacks",
            1.0,
            json!({ "mode": "removeKeyMatches", "propertyName1": "id", "propertyName2": "id" }),
        ),
    ]
}

fn example(title: &'static str, type_version: f64, parameters: Json) -> NodeExample {
    NodeExample {
        title,
        type_version,
        parameters,
        items: vec![json!({ "id": 1, "name": "Ada" }), json!({ "id": 2, "name": "Grace" })],
        ..NodeExample::default()
    }
}
