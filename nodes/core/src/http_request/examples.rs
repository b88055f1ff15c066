//! Uses of HTTP Request. The service that answers is called service.test.

use heddle_node::{HttpExchange, Json, NodeExample, json};

fn example(title: &'static str, parameters: Json, exchanges: Vec<HttpExchange>) -> NodeExample {
    NodeExample {
        title,
        type_version: 4.2,
        parameters,
        items: vec![json!({ "id": 1, "name": "Ada" }), json!({ "id": 2, "name": "Zoë" })],
        exchanges,
        ..NodeExample::default()
    }
}

/// Uses of versions 1 and 2.
pub(super) fn legacy() -> Vec<NodeExample> {
    vec![NodeExample {
        type_version: 2.0,
        bad_item: Some(json!({ "id": 3, "name": "Ida", "address": "ftp://service.test" })),
        ..example(
            "Each item asks for a record, as in older files",
            json!({
                "url": "={{ $json.address ?? 'http://service.test' }}/users",
                "queryParametersUi": { "parameter": [{ "name": "id", "value": "={{ $json.id }}" }] },
                "options": {},
            }),
            vec![HttpExchange { method: "GET", path: "/users", status: 200, answer: json!({ "ok": true }) }],
        )
    }]
}

pub(super) fn examples() -> Vec<NodeExample> {
    vec![
        NodeExample {
            bad_item: Some(json!({ "id": 3, "name": "Ida", "address": "ftp://service.test" })),
            ..example(
                "Each item asks for a record",
                json!({
                    "url": "={{ $json.address ?? 'http://service.test' }}/users",
                    "sendQuery": true,
                    "queryParameters": { "parameters": [{ "name": "id", "value": "={{ $json.id }}" }] },
                    "options": {},
                }),
                vec![HttpExchange {
                    method: "GET",
                    path: "/users",
                    status: 200,
                    answer: json!({ "ok": true }),
                }],
            )
        },
        NodeExample {
            credentials: vec![(
                "httpHeaderAuth",
                json!({ "name": "X-Api-Key", "value": "a-key-of-the-example" }),
            )],
            ..example(
                "Each item is posted as JSON, signed with a header",
                json!({
                    "method": "POST",
                    "url": "http://service.test/users",
                    "authentication": "genericCredentialType",
                    "genericAuthType": "httpHeaderAuth",
                    "sendBody": true,
                    "bodyParameters": { "parameters": [{ "name": "user.name", "value": "={{ $json.name }}" }] },
                    "options": {},
                }),
                vec![HttpExchange {
                    method: "POST",
                    path: "/users",
                    status: 201,
                    answer: json!({ "id": 17 }),
                }],
            )
        },
    ]
}
