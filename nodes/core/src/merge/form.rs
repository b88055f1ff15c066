//! The form of Merge, versions 3 and up.

use heddle_node::{Json, json};

use super::fields;

pub(super) fn properties() -> Json {
    json!([
        {
            "displayName": "Mode", "name": "mode", "type": "options", "default": "append", "noDataExpression": true,
            "description": "How the items of the inputs come together",
            "options": [
                {
                    "name": "Append", "value": "append",
                    "description": "All items of input 1, then those of input 2, and so on",
                },
                { "name": "Combine", "value": "combine", "description": "Items of the inputs become one" },
                { "name": "SQL Query", "value": "combineBySql", "description": "Not supported" },
                {
                    "name": "Choose Branch", "value": "chooseBranch",
                    "description": "The items of one input, once all have arrived",
                },
            ],
        },
        {
            "displayName": "Combine By", "name": "combineBy", "type": "options", "default": "combineByFields",
            "noDataExpression": true, "displayOptions": { "show": { "mode": ["combine"] } },
            "description": "Which items become one",
            "options": [
                {
                    "name": "Matching Fields", "value": "combineByFields",
                    "description": "Items with the same values in fields",
                },
                {
                    "name": "Position", "value": "combineByPosition",
                    "description": "The first items, the second items, and so on",
                },
                {
                    "name": "All Possible Combinations", "value": "combineAll",
                    "description": "Each item of input 1 with each of input 2",
                },
            ],
        },
        fields::number_of_inputs(json!({ "show": { "mode": ["append"] } })),
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineAll"] } },
            "description": "Further settings",
            "options": [
                fields::clash_handling(fields::Clash::Loaded, "preferLast", Json::NULL),
                fields::fuzzy_compare(),
            ],
        },
        {
            "displayName": "Fields To Match Have Different Names", "name": "advanced", "type": "boolean",
            "default": false,
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Whether the fields have other names in input 2 than in input 1",
        },
        {
            "displayName": "Fields to Match", "name": "fieldsToMatchString", "type": "string", "default": "",
            "placeholder": "e.g. id, name",
            "displayOptions": { "show": { "advanced": [false], "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "The fields whose values must be the same, separated by commas",
        },
        fields::merge_by_fields(json!({ "show": { "advanced": [true], "mode": ["combine"], "combineBy": ["combineByFields"] } })),
        fields::join_mode(json!({ "show": { "mode": ["combine"], "combineBy": ["combineByFields"] } })),
        fields::output_data_from("Both Inputs Merged Together", json!({ "show": { "joinMode": ["keepMatches"], "mode": ["combine"], "combineBy": ["combineByFields"] } })),
        fields::output_data_from("Both Inputs Appended Together", json!({ "show": { "joinMode": ["keepNonMatches"], "mode": ["combine"], "combineBy": ["combineByFields"] } })),
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Further settings",
            "options": [
                fields::clash_handling(fields::Clash::Loaded, "preferLast", json!({ "hide": { "/joinMode": ["keepMatches", "keepNonMatches"] } })),
                fields::clash_handling(fields::Clash::Loaded, "preferLast", json!({ "show": { "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } })),
                {
                    "displayName": "Disable Dot Notation", "name": "disableDotNotation", "type": "boolean",
                    "default": false, "description": "Whether dots in the name of a field are a part of it",
                },
                fields::fuzzy_compare(),
                fields::multiple_matches(json!({ "show": { "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } })),
                fields::multiple_matches(json!({ "show": { "/joinMode": ["enrichInput1", "enrichInput2", "keepEverything"] } })),
            ],
        },
        fields::number_of_inputs(json!({ "show": { "mode": ["combineBySql"] } })),
        {
            "displayName": "Query", "name": "query", "type": "string",
            "default": "SELECT * FROM input1 LEFT JOIN input2 ON input1.name = input2.id", "required": true,
            "noDataExpression": true, "typeOptions": { "rows": 5, "editor": "sqlEditor" },
            "displayOptions": { "show": { "mode": ["combineBySql"] } }, "description": "Not supported",
        },
        {
            "displayName": "SQL is not supported.", "name": "queryParametersNotice", "type": "notice",
            "default": "", "displayOptions": { "show": { "mode": ["combineBySql"] } },
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option", "displayOptions": { "show": { "mode": ["combineBySql"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Empty Query Result", "name": "emptyQueryResult", "type": "options",
                    "default": "empty", "displayOptions": { "show": { "@version": [3.2] } },
                    "description": "Not supported",
                    "options": [{ "name": "Success", "value": "success" }, { "name": "Empty Result", "value": "empty" }],
                },
                {
                    "displayName": "Query Parameters", "name": "queryParameters", "type": "string", "default": "",
                    "placeholder": "value1,value2,value3", "description": "Not supported",
                },
            ],
        },
        fields::number_of_inputs(json!({ "show": { "mode": ["combine"], "combineBy": ["combineByPosition"] } })),
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByPosition"] } },
            "description": "Further settings",
            "options": [
                fields::clash_handling(fields::Clash::Loaded, "addSuffix", Json::NULL),
                {
                    "displayName": "Include Any Unpaired Items", "name": "includeUnpaired", "type": "boolean",
                    "default": false, "description": "Whether items without a partner leave the node, too",
                },
            ],
        },
        fields::number_of_inputs(json!({ "show": { "mode": ["chooseBranch"] } })),
        {
            "displayName": "Output Type", "name": "chooseBranchMode", "type": "options", "default": "waitForAll",
            "displayOptions": { "show": { "mode": ["chooseBranch"] } }, "description": "What the node waits for",
            "options": [{ "name": "Wait for All Inputs to Arrive", "value": "waitForAll" }],
        },
        {
            "displayName": "Output", "name": "output", "type": "options", "default": "specifiedInput",
            "displayOptions": { "show": { "chooseBranchMode": ["waitForAll"], "mode": ["chooseBranch"] } },
            "description": "What leaves the node",
            "options": [
                { "name": "Data of Specified Input", "value": "specifiedInput" },
                { "name": "A Single, Empty Item", "value": "empty" },
            ],
        },
        {
            "displayName": "Use Data of Input", "name": "useDataOfInput", "type": "options", "default": 1,
            "typeOptions": { "minValue": 1, "loadOptionsMethod": "getInputs", "loadOptionsDependsOn": ["numberInputs"] },
            "displayOptions": { "show": { "output": ["specifiedInput"], "mode": ["chooseBranch"] } },
            "validateType": "number",
            "description": "The number of the input whose items leave the node, counted from 1",
        },
    ])
}
