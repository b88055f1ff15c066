//! The form of If and Filter, version 1: they differ in how conditions are combined.

use heddle_node::{Json, json};

/// The form of If.
pub(super) fn of_if() -> Json {
    let mut properties = conditions();
    properties.push(json!({
        "displayName": "Combine", "name": "combineOperation", "type": "options", "default": "all",
        "description": "Whether all conditions must hold, or one of them is enough",
        "options": [
            { "name": "ALL", "value": "all", "description": "All must hold" },
            { "name": "ANY", "value": "any", "description": "One of them is enough" },
        ],
    }));
    properties
}

/// The form of Filter.
pub(super) fn of_filter() -> Json {
    let mut properties = conditions();
    properties.push(json!({
        "displayName": "Combine Conditions", "name": "combineConditions", "type": "options", "default": "AND",
        "description": "Whether all conditions must hold, or one of them is enough",
        "options": [
            { "name": "AND", "value": "AND", "description": "All must hold" },
            { "name": "OR", "value": "OR", "description": "One of them is enough" },
        ],
    }));
    properties
}

fn conditions() -> Json {
    json!([
        {
            "displayName": "Conditions", "name": "conditions", "type": "fixedCollection", "default": {},
            "placeholder": "Add Condition", "typeOptions": { "multipleValues": true, "sortable": true },
            "description": "What an item must meet",
            "options": [
                {
                    "displayName": "Boolean", "name": "boolean",
                    "values": [
                        {
                            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "boolean", "default": false,
                            "description": "The first value",
                        },
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "equal",
                            "description": "How the two values are compared",
                            "options": [{ "name": "Equal", "value": "equal" }, { "name": "Not Equal", "value": "notEqual" }],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "boolean", "default": false,
                            "description": "The second value",
                        },
                    ],
                },
                {
                    "displayName": "Date & Time", "name": "dateTime",
                    "values": [
                        {
                            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "dateTime", "default": "",
                            "description": "The first value",
                        },
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "after",
                            "description": "How the two values are compared",
                            "options": [
                                { "name": "Occurred After", "value": "after" },
                                { "name": "Occurred Before", "value": "before" },
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "dateTime", "default": "",
                            "description": "The second value",
                        },
                    ],
                },
                {
                    "displayName": "Number", "name": "number",
                    "values": [
                        {
                            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "number", "default": 0,
                            "description": "The first value",
                        },
                        {
                            "displayName": "Operation", "name": "operation", "type": "options",
                            "default": "smaller", "noDataExpression": true,
                            "description": "How the two values are compared",
                            "options": [
                                { "name": "Smaller", "value": "smaller" },
                                { "name": "Smaller or Equal", "value": "smallerEqual" },
                                { "name": "Equal", "value": "equal" },
                                { "name": "Not Equal", "value": "notEqual" },
                                { "name": "Larger", "value": "larger" },
                                { "name": "Larger or Equal", "value": "largerEqual" },
                                { "name": "Is Empty", "value": "isEmpty" },
                                { "name": "Is Not Empty", "value": "isNotEmpty" },
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "number", "default": 0,
                            "displayOptions": { "hide": { "operation": ["isEmpty", "isNotEmpty"] } },
                            "description": "The second value",
                        },
                    ],
                },
                {
                    "displayName": "String", "name": "string",
                    "values": [
                        {
                            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "string", "default": "",
                            "description": "The first value",
                        },
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "equal",
                            "noDataExpression": true, "description": "How the two values are compared",
                            "options": [
                                { "name": "Contains", "value": "contains" },
                                { "name": "Not Contains", "value": "notContains" },
                                { "name": "Ends With", "value": "endsWith" },
                                { "name": "Not Ends With", "value": "notEndsWith" },
                                { "name": "Equal", "value": "equal" },
                                { "name": "Not Equal", "value": "notEqual" },
                                { "name": "Regex Match", "value": "regex" },
                                { "name": "Regex Not Match", "value": "notRegex" },
                                { "name": "Starts With", "value": "startsWith" },
                                { "name": "Not Starts With", "value": "notStartsWith" },
                                { "name": "Is Empty", "value": "isEmpty" },
                                { "name": "Is Not Empty", "value": "isNotEmpty" },
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "string", "default": "",
                            "displayOptions": { "hide": { "operation": ["isEmpty", "isNotEmpty", "regex", "notRegex"] } },
                            "description": "The second value",
                        },
                        {
                            "displayName": "Regex", "name": "value2", "takesAny": true, "type": "string", "default": "",
                            "placeholder": "/text/i",
                            "displayOptions": { "show": { "operation": ["regex", "notRegex"] } },
                            "description": "The second value",
                        },
                    ],
                },
            ],
        },
    ])
}
