//! Uses of Execute Sub-workflow. The workflow is in the node, so that they need no other file.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let example = |title, mode: &str, bad_item| NodeExample {
        title,
        type_version: 1.3,
        parameters: json!({
            "source": "parameter", "workflowJson": greeting_workflow().to_string(), "mode": mode, "options": {},
        }),
        items: vec![json!({ "name": "Ada", "age": 36 }), json!({ "name": "Zoë", "age": 29 })],
        bad_item,
        ..NodeExample::default()
    };
    vec![
        example("A workflow gets all items at once", "once", None),
        example(
            "A workflow runs once for each item",
            "each",
            Some(json!({ "name": "Ida", "age": "unknown" })),
        ),
    ]
}

/// Takes items with a name and an age that is a number, and greets.
fn greeting_workflow() -> Json {
    json!({
        "name": "Greet",
        "nodes": [
            {
                "name": "Called", "type": "n8n-nodes-base.executeWorkflowTrigger", "typeVersion": 1.1,
                "position": [0, 0], "parameters": { "inputSource": "passthrough" },
            },
            {
                "name": "Greet", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0],
                "parameters": { "includeOtherFields": true, "options": {}, "assignments": { "assignments": [
                    { "id": "1", "name": "greeting", "type": "string", "value": "=Hello, {{ $json.name }}!" },
                    { "id": "2", "name": "next", "type": "number", "value": "={{ $json.age }}" },
                ] } },
            },
        ],
        "connections": { "Called": { "main": [[{ "node": "Greet", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}
