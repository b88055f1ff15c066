//! The form of Merge, version 1.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    json!([
        {
            "displayName": "Newer versions of this node can do more.", "name": "oldVersionNotice", "type": "notice",
            "default": "",
        },
        {
            "displayName": "Mode", "name": "mode", "type": "options", "default": "append",
            "description": "How the items of the inputs come together",
            "options": [
                {
                    "name": "Append", "value": "append",
                    "description": "All items of input 1, then those of input 2, and so on",
                },
                {
                    "name": "Keep Key Matches", "value": "keepKeyMatches",
                    "description": "Items of input 1 whose key an item of input 2 has",
                },
                {
                    "name": "Merge By Index", "value": "mergeByIndex",
                    "description": "The first items become one, the second items, and so on",
                },
                {
                    "name": "Merge By Key", "value": "mergeByKey",
                    "description": "Items of input 1 with the fields of the item of input 2 that has their key",
                },
                {
                    "name": "Multiplex", "value": "multiplex",
                    "description": "Each item of input 1 with each of input 2",
                },
                { "name": "Pass-Through", "value": "passThrough", "description": "The items of one input" },
                {
                    "name": "Remove Key Matches", "value": "removeKeyMatches",
                    "description": "Items of input 1 whose key no item of input 2 has",
                },
                { "name": "Wait", "value": "wait", "description": "One empty item, once both inputs have arrived" },
            ],
        },
        {
            "displayName": "Join", "name": "join", "type": "options", "default": "left",
            "displayOptions": { "show": { "mode": ["mergeByIndex"] } },
            "description": "How many items leave where the inputs have different numbers of them",
            "options": [
                { "name": "Inner Join", "value": "inner", "description": "As many as the shorter input has" },
                { "name": "Left Join", "value": "left", "description": "As many as input 1 has" },
                { "name": "Outer Join", "value": "outer", "description": "As many as the longer input has" },
            ],
        },
        {
            "displayName": "Property Input 1", "name": "propertyName1", "type": "string", "default": "",
            "required": true,
            "displayOptions": { "show": { "mode": ["keepKeyMatches", "mergeByKey", "removeKeyMatches"] } },
            "description": "The field of input 1 that is the key",
        },
        {
            "displayName": "Property Input 2", "name": "propertyName2", "type": "string", "default": "",
            "required": true,
            "displayOptions": { "show": { "mode": ["keepKeyMatches", "mergeByKey", "removeKeyMatches"] } },
            "description": "The field of input 2 that is the key",
        },
        {
            "displayName": "Output Data", "name": "output", "type": "options", "default": "input1",
            "displayOptions": { "show": { "mode": ["passThrough"] } }, "description": "What leaves the node",
            "options": [{ "name": "Input 1", "value": "input1" }, { "name": "Input 2", "value": "input2" }],
        },
        {
            "displayName": "Overwrite", "name": "overwrite", "type": "options", "default": "always",
            "displayOptions": { "show": { "mode": ["mergeByKey"] } },
            "description": "Which fields of input 2 replace those of input 1",
            "options": [
                { "name": "Always", "value": "always", "description": "All of them" },
                {
                    "name": "If Blank", "value": "blank",
                    "description": "Those that are null or an empty text in input 1",
                },
                { "name": "If Missing", "value": "undefined", "description": "Those that input 1 lacks" },
            ],
        },
    ])
}
