//! The JSON Schema of workflow files, for editors.

use serde_json::{Value, json};

/// The JSON Schema (draft 2020-12) of a workflow file.
///
/// It allows what can run: what n8n writes besides is allowed everywhere, and what has no effect on a run is not described.
/// What a type wants of its parameters stands in the schema of that type.
pub fn workflow_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Workflow",
        "description": "A workflow as n8n exports it.",
        "type": "object",
        "required": ["nodes"],
        "properties": {
            "id": { "type": ["string", "number"], "description": "Id; sub-workflows are called by it." },
            "name": { "type": "string", "default": "My workflow" },
            "nodes": { "type": "array", "items": { "$ref": "#/$defs/node" } },
            "connections": {
                "description": "What each output feeds: source node, kind of output, output index, targets.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {
                        "type": ["array", "null"],
                        "items": { "type": ["array", "null"], "items": { "$ref": "#/$defs/connection" } }
                    }
                }
            },
            "settings": { "$ref": "#/$defs/settings" },
            "pinData": {
                "description": "Items by node name that stand in for what the node would put out. They count only in runs that ask for them.",
                "type": ["object", "null"],
                "additionalProperties": { "type": ["array", "null"], "items": { "type": "object" } }
            },
            "staticData": {
                "description": "Data that the workflow keeps between runs.",
                "type": ["object", "null"]
            }
        },
        "$defs": {
            "node": node_schema(),
            "connection": {
                "type": "object",
                "required": ["node"],
                "properties": {
                    "node": { "type": "string", "minLength": 1, "description": "Name of the target node." },
                    "type": { "type": "string", "minLength": 1, "default": "main", "description": "Kind of the target's input." },
                    "index": { "type": "integer", "minimum": 0, "default": 0, "description": "Which input of the target, from 0." }
                }
            },
            "settings": {
                "type": ["object", "null"],
                "properties": {
                    "executionOrder": {
                        "enum": ["v0", "v1"],
                        "default": "v0",
                        "description": "Order of branches: v1 runs each branch to its end, the top-most first; v0 is n8n's older order."
                    },
                    "timezone": { "type": "string", "description": "IANA name, such as Europe/Berlin; DEFAULT for the host's." },
                    "errorWorkflow": { "type": "string", "description": "Id of the workflow that runs when this one fails." },
                    "executionTimeout": { "type": "number", "description": "How long a run may take, in seconds; 0 or less for no limit." }
                }
            }
        }
    })
}

fn node_schema() -> Value {
    let mut schema = json!({
        "type": "object",
        "required": ["name", "type"],
        "properties": {
            "id": { "type": "string", "description": "Id; unique when present." },
            "name": { "type": "string", "minLength": 1, "description": "Name; unique, and what connections and expressions call the node by." },
            "type": { "type": "string", "minLength": 1, "description": "Package and name of the type, such as n8n-nodes-base.set." },
            "typeVersion": { "type": ["number", "null"], "description": "Version of the type; by default the type's own default version." },
            "position": {
                "description": "Place on the canvas, x then y. In order v1 it decides which branch runs first.",
                "type": "array",
                "prefixItems": [{ "type": "number" }, { "type": "number" }],
                "minItems": 2,
                "maxItems": 2
            },
            "parameters": { "type": "object", "default": {} },
            "disabled": { "type": "boolean", "default": false, "description": "A disabled node passes on the items of its first input." },
            "retryOnFail": { "type": "boolean", "default": false, "description": "Whether failures are repeated." },
            "maxTries": { "type": "number", "default": 3, "description": "How often the node is tried in all, 2 to 5." },
            "waitBetweenTries": { "type": "number", "default": 1000, "description": "Wait before the next try in milliseconds, up to 5000." },
            "alwaysOutputData": { "type": "boolean", "default": false, "description": "Whether an empty item goes out when nothing else would." },
            "executeOnce": { "type": "boolean", "default": false, "description": "Whether the node reads the first item alone." },
            "onError": {
                "enum": ["stopWorkflow", "continueRegularOutput", "continueErrorOutput"],
                "default": "stopWorkflow",
                "description": "What happens with items that fail."
            },
            "continueOnFail": { "type": "boolean", "default": false, "description": "Older form of onError." },
            "credentials": {
                "type": "object",
                "description": "References to credentials by type; never secrets.",
                "additionalProperties": {
                    "anyOf": [
                        { "type": "string" },
                        {
                            "type": "object",
                            "properties": { "id": { "type": ["string", "number", "null"] }, "name": { "type": "string" } }
                        }
                    ]
                }
            },
            "notes": { "type": "string" },
            "webhookId": { "type": "string", "description": "First part of the paths of its webhooks." },
            "concurrency": { "type": "integer", "minimum": 1, "description": "How many items may be in work at once. Heddle's own; n8n ignores it." },
            "timeLimit": { "type": "number", "exclusiveMinimum": 0, "description": "How long one item may take, in milliseconds. Heddle's own; n8n ignores it." },
            "answerLimit": { "type": "number", "exclusiveMinimum": 0, "description": "How large an answer of a service may be, in megabytes. Heddle's own; n8n ignores it." },
            "strict": { "type": "boolean", "description": "Whether an item fails where an expression inside a text gives nothing. Heddle's own; n8n ignores it." },
            "effect": { "enum": ["pure", "idempotent", "send"], "description": "What the node's calls do to the world, where their methods do not say it: a POST that only searches is pure. Heddle's own; n8n ignores it." },
            "idempotencyKey": { "type": ["string", "boolean"], "description": "The header in which each call carries the stable id of its item; true for Idempotency-Key. Heddle's own; n8n ignores it." }
        }
    });
    if let (Some(known), Value::Object(settings)) = (schema["properties"].as_object_mut(), sending_settings())
    {
        known.extend(settings);
    }
    schema
}

/// What a node's JSON may say of its recipients.
fn sending_settings() -> Value {
    json!({
        "recipient": {
            "type": "object",
            "description": "Whom an item is for: what they are called in reports, exclusions and keys. Heddle's own; n8n ignores it.",
            "required": ["value"],
            "additionalProperties": false,
            "properties": {
                "value": { "type": ["string", "number"], "description": "The recipient, mostly an expression." },
                "as": { "enum": ["phone", "text"], "description": "What it is. All ways of writing a phone number are one recipient." },
                "country": { "type": "string", "minLength": 2, "maxLength": 2, "description": "The country of phone numbers that are written without its code, such as BR." }
            }
        },
        "sendOnce": {
            "description": "Whether an item is left out when one with its key was sent. Heddle's own; n8n ignores it.",
            "oneOf": [
                { "const": true },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "key": { "type": "string", "minLength": 1, "description": "What such items have in common; the recipient when absent." },
                        "within": { "type": "string", "pattern": "^\\s*[0-9]+\\s*[smhdw]\\s*$", "description": "For how long, such as 30d; for ever when absent." },
                        "scope": { "enum": ["node", "store"], "description": "Among the sends of this node, or of all." }
                    }
                }
            ]
        },
        "exclude": { "type": ["string", "array"], "items": { "type": "string" }, "description": "Who is left out: a list of recipients, or an expression that gives such a list, or true. Heddle's own; n8n ignores it." }
    })
}
