//! Examples of Set.

use heddle_node::{NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    vec![
        NodeExample {
            title: "Set fields from expressions and keep the others",
            type_version: 3.4,
            parameters: json!({
                "assignments": { "assignments": [
                    { "id": "1", "name": "total", "value": "={{ $json.price * $json.amount }}", "type": "number" },
                    { "id": "2", "name": "customer.name", "value": "={{ $json.name }}", "type": "string" },
                    { "id": "3", "name": "paid", "value": "={{ $json.paid }}", "type": "boolean" },
                ] },
                "includeOtherFields": true,
                "options": {},
            }),
            items: vec![
                json!({ "name": "Ada", "price": 12.5, "amount": 4, "paid": "true" }),
                json!({ "name": "Grace", "price": 3, "amount": 1, "paid": false, "customer": { "city": "Berlin" } }),
            ],
            bad_item: Some(json!({ "name": "Linus", "price": 1, "amount": 1, "paid": "perhaps" })),
            ..NodeExample::default()
        },
        NodeExample {
            title: "Write an object as JSON",
            type_version: 3.4,
            parameters: json!({
                "mode": "raw",
                "jsonOutput": "={\n  \"greeting\": \"Hello {{ $json.name }}\",\n  \"tags\": {{ $json.tags }}\n}",
                "options": {},
            }),
            items: vec![json!({ "name": "Ada", "tags": ["new"] }), json!({ "name": "Grace", "tags": [] })],
            bad_item: Some(json!({ "name": "Linus", "tags": "1+1" })),
            ..NodeExample::default()
        },
        NodeExample {
            title: "Keep some fields of the item",
            type_version: 3.4,
            parameters: json!({
                "includeOtherFields": true,
                "include": "selected",
                "includeFields": "id, address.city",
                "options": {},
            }),
            items: vec![
                json!({ "id": 1, "name": "Ada", "address": { "city": "London", "street": "Dean Street" } }),
            ],
            ..NodeExample::default()
        },
        NodeExample {
            title: "Set fields, as versions before 3.3 store them",
            type_version: 3.2,
            parameters: json!({
                "fields": { "values": [
                    { "name": "count", "type": "numberValue", "numberValue": "={{ $json.count }}" },
                    { "name": "note", "stringValue": "checked" },
                ] },
                "options": {},
            }),
            items: vec![json!({ "count": "3" }), json!({ "count": 4, "note": "open" })],
            bad_item: Some(json!({ "count": "three" })),
            ..NodeExample::default()
        },
    ]
}
