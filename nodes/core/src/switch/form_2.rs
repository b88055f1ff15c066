//! The form of Switch, version 2.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    json!([
        {
            "displayName": "Mode", "name": "mode", "type": "options", "default": "rules",
            "description": "What decides which output an item takes",
            "options": [
                { "name": "Expression", "value": "expression", "description": "A number" },
                { "name": "Rules", "value": "rules", "description": "The first rule that an item meets" },
            ],
        },
        {
            "displayName": "Output", "name": "output", "type": "string", "default": "",
            "displayOptions": { "show": { "mode": ["expression"] } },
            "description": "The number of the output, counted from 0",
        },
        {
            "displayName": "Outputs Amount", "name": "outputsAmount", "type": "number", "default": 4,
            "displayOptions": { "show": { "mode": ["expression"] } },
            "description": "How many outputs the node has",
        },
        {
            "displayName": "Data Type", "name": "dataType", "type": "options", "default": "number",
            "displayOptions": { "show": { "mode": ["rules"] } },
            "description": "The type of the values that are compared",
            "options": [
                { "name": "Boolean", "value": "boolean" },
                { "name": "Date & Time", "value": "dateTime" },
                { "name": "Number", "value": "number" },
                { "name": "String", "value": "string" },
            ],
        },
        {
            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "boolean", "default": false,
            "displayOptions": { "show": { "dataType": ["boolean"], "mode": ["rules"] } },
            "description": "The first value",
        },
        {
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection", "default": {},
            "placeholder": "Add Routing Rule", "typeOptions": { "multipleValues": true, "sortable": true },
            "displayOptions": { "show": { "dataType": ["boolean"], "mode": ["rules"] } },
            "description": "The rules, in the order in which they are looked at",
            "options": [
                {
                    "displayName": "Boolean", "name": "rules",
                    "values": [
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "equal",
                            "description": "How the two values are compared",
                            "options": [{ "name": "Equal", "value": "equal" }, { "name": "Not Equal", "value": "notEqual" }],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "boolean", "default": false,
                            "description": "The second value",
                        },
                        {
                            "displayName": "Output Key", "name": "outputKey", "type": "string", "default": "",
                            "description": "The name of the output",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "dateTime", "default": "",
            "displayOptions": { "show": { "dataType": ["dateTime"], "mode": ["rules"] } },
            "description": "The first value",
        },
        {
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection", "default": {},
            "placeholder": "Add Routing Rule", "typeOptions": { "multipleValues": true, "sortable": true },
            "displayOptions": { "show": { "dataType": ["dateTime"], "mode": ["rules"] } },
            "description": "The rules, in the order in which they are looked at",
            "options": [
                {
                    "displayName": "Dates", "name": "rules",
                    "values": [
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "after",
                            "description": "How the two values are compared",
                            "options": [
                                { "name": "Occurred After", "value": "after" },
                                { "name": "Occurred Before", "value": "before" },
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "dateTime", "default": 0,
                            "description": "The second value",
                        },
                        {
                            "displayName": "Output Key", "name": "outputKey", "type": "string", "default": "",
                            "description": "The name of the output",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "number", "default": 0,
            "displayOptions": { "show": { "dataType": ["number"], "mode": ["rules"] } },
            "description": "The first value",
        },
        {
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection", "default": {},
            "placeholder": "Add Routing Rule", "typeOptions": { "multipleValues": true, "sortable": true },
            "displayOptions": { "show": { "dataType": ["number"], "mode": ["rules"] } },
            "description": "The rules, in the order in which they are looked at",
            "options": [
                {
                    "displayName": "Numbers", "name": "rules",
                    "values": [
                        {
                            "displayName": "Operation", "name": "operation", "type": "options",
                            "default": "smaller", "description": "How the two values are compared",
                            "options": [
                                { "name": "Smaller", "value": "smaller" },
                                { "name": "Smaller Equal", "value": "smallerEqual" },
                                { "name": "Equal", "value": "equal" },
                                { "name": "Not Equal", "value": "notEqual" },
                                { "name": "Larger", "value": "larger" },
                                { "name": "Larger Equal", "value": "largerEqual" },
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "number", "default": 0,
                            "description": "The second value",
                        },
                        {
                            "displayName": "Output Key", "name": "outputKey", "type": "string", "default": "",
                            "description": "The name of the output",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Value 1", "name": "value1", "takesAny": true, "type": "string", "default": "",
            "displayOptions": { "show": { "dataType": ["string"], "mode": ["rules"] } },
            "description": "The first value",
        },
        {
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection", "default": {},
            "placeholder": "Add Routing Rule", "typeOptions": { "multipleValues": true, "sortable": true },
            "displayOptions": { "show": { "dataType": ["string"], "mode": ["rules"] } },
            "description": "The rules, in the order in which they are looked at",
            "options": [
                {
                    "displayName": "Strings", "name": "rules",
                    "values": [
                        {
                            "displayName": "Operation", "name": "operation", "type": "options", "default": "equal",
                            "description": "How the two values are compared",
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
                            ],
                        },
                        {
                            "displayName": "Value 2", "name": "value2", "takesAny": true, "type": "string", "default": "",
                            "displayOptions": { "hide": { "operation": ["regex", "notRegex"] } },
                            "description": "The second value",
                        },
                        {
                            "displayName": "Regex", "name": "value2", "takesAny": true, "type": "string", "default": "",
                            "placeholder": "/text/i",
                            "displayOptions": { "show": { "operation": ["regex", "notRegex"] } },
                            "description": "The second value",
                        },
                        {
                            "displayName": "Output Key", "name": "outputKey", "type": "string", "default": "",
                            "description": "The name of the output",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Fallback Output Name or ID", "name": "fallbackOutput", "type": "options", "default": -1,
            "typeOptions": { "loadOptionsDependsOn": ["rules.rules"], "loadOptionsMethod": "getFallbackOutputOptions" },
            "displayOptions": { "show": { "mode": ["rules"] } },
            "description": "The output for items that meet no rule; -1 for none",
        },
    ])
}
