//! The form of Switch, versions 3 and up.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    json!([
        {
            "displayName": "Mode", "name": "mode", "type": "options", "default": "rules", "noDataExpression": true,
            "description": "What decides which output an item takes",
            "options": [
                {
                    "name": "Rules", "value": "rules",
                    "description": "The first rule whose conditions an item meets, or each of them",
                },
                {
                    "name": "Expression", "value": "expression",
                    "description": "An expression gives the number of the output",
                },
            ],
        },
        {
            "displayName": "Number of Outputs", "name": "numberOutputs", "type": "number", "default": 4,
            "noDataExpression": true,
            "displayOptions": { "show": { "mode": ["expression"], "@version": [{ "_cnd": { "gte": 3.3 } }] } },
            "description": "How many outputs the node has",
        },
        {
            "displayName": "Number of Outputs", "name": "numberOutputs", "type": "number", "default": 4,
            "displayOptions": { "show": { "mode": ["expression"], "@version": [{ "_cnd": { "lt": 3.3 } }] } },
            "description": "How many outputs the node has",
        },
        {
            "displayName": "Output Index", "name": "output", "type": "number", "default": "={{}}",
            "displayOptions": { "show": { "mode": ["expression"] } }, "validateType": "number",
            "description": "The number of the output that an item takes, counted from 0",
        },
        {
            "displayName": "Routing Rules", "name": "rules", "type": "fixedCollection",
            "default": {
                "values": [
                    {
                        "conditions": {
                            "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict" },
                            "conditions": [
                                {
                                    "leftValue": "", "rightValue": "",
                                    "operator": { "type": "string", "operation": "equals" },
                                },
                            ],
                            "combinator": "and",
                        },
                    },
                ],
            },
            "placeholder": "Add Routing Rule", "typeOptions": { "multipleValues": true, "sortable": true },
            "displayOptions": { "show": { "mode": ["rules"] } },
            "description": "One output for each rule, in their order",
            "options": [
                {
                    "displayName": "Routing Rule", "name": "values",
                    "values": [
                        {
                            "displayName": "Conditions", "name": "conditions", "type": "filter", "default": {},
                            "placeholder": "Add Condition",
                            "typeOptions": {
                                "multipleValues": false,
                                "filter": {
                                    "caseSensitive": "={{!$parameter.options.ignoreCase}}",
                                    "typeValidation": "={{ ($nodeVersion < 3.1 ? $parameter.options.looseTypeValidation :  $parameter.looseTypeValidation) ? \"loose\" : \"strict\" }}",
                                    "version": "={{ $nodeVersion >=3.4 ? 3 : $nodeVersion >= 3.2 ? 2 : 1 }}",
                                },
                            },
                            "description": "What an item must meet to take this output",
                        },
                        {
                            "displayName": "Rename Output", "name": "renameOutput", "type": "boolean",
                            "default": false, "description": "Whether the output has a name of its own",
                        },
                        {
                            "displayName": "Output Name", "name": "outputKey", "type": "string", "default": "",
                            "displayOptions": { "show": { "renameOutput": [true] } },
                            "description": "The name of the output",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Convert types where required", "name": "looseTypeValidation", "type": "boolean",
            "default": false, "displayOptions": { "show": { "@version": [{ "_cnd": { "gte": 3.1 } }] } },
            "description": "Whether a value of another type than its comparison is converted: the text \"5\" is the number 5, and the text \"false\" is false",
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option", "displayOptions": { "show": { "mode": ["rules"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Fallback Output", "name": "fallbackOutput", "type": "options",
                    "default": "none",
                    "typeOptions": {
                        "loadOptionsDependsOn": ["rules.values", "/rules", "/rules.values"],
                        "loadOptionsMethod": "getFallbackOutputOptions",
                    },
                    "description": "Where items go that meet no rule: nowhere, to an output of their own, or to that of a rule",
                },
                {
                    "displayName": "Ignore Case", "name": "ignoreCase", "type": "boolean", "default": true,
                    "description": "Whether upper and lower case are the same",
                },
                {
                    "displayName": "Convert types where required", "name": "looseTypeValidation", "type": "boolean",
                    "default": true, "displayOptions": { "show": { "@version": [{ "_cnd": { "lt": 3.1 } }] } },
                    "description": "Whether a value of another type than its comparison is converted: the text \"5\" is the number 5, and the text \"false\" is false",
                },
                {
                    "displayName": "Rename Fallback Output", "name": "renameFallbackOutput", "type": "string",
                    "default": "", "placeholder": "e.g. Fallback",
                    "displayOptions": { "show": { "fallbackOutput": ["extra"] } },
                    "description": "The name of the output for items that meet no rule",
                },
                {
                    "displayName": "Send data to all matching outputs", "name": "allMatchingOutputs",
                    "type": "boolean", "default": false,
                    "description": "Whether an item takes the outputs of all rules that it meets, and not the first alone",
                },
            ],
        },
    ])
}
