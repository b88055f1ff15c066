//! The form of Merge, versions 3 and up.

use heddle_node::{Json, json};

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
        {
            "displayName": "Number of Inputs", "name": "numberInputs", "type": "options", "default": 2,
            "noDataExpression": true, "displayOptions": { "show": { "mode": ["append"] } },
            "validateType": "number", "description": "How many inputs the node has",
            "options": [
                { "name": "2", "value": 2 },
                { "name": "3", "value": 3 },
                { "name": "4", "value": 4 },
                { "name": "5", "value": 5 },
                { "name": "6", "value": 6 },
                { "name": "7", "value": 7 },
                { "name": "8", "value": 8 },
                { "name": "9", "value": 9 },
                { "name": "10", "value": 10 },
            ],
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineAll"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": { "values": { "resolveClash": "preferLast", "mergeMode": "deepMerge", "overrideEmpty": false } },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "typeOptions": {
                                        "loadOptionsMethod": "getResolveClashOptions",
                                        "loadOptionsDependsOn": ["numberInputs"],
                                    },
                                    "description": "Whose value counts where several items have a field",
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "How far down objects are merged",
                                    "options": [
                                        {
                                            "name": "Deep Merge", "value": "deepMerge",
                                            "description": "On every level",
                                        },
                                        {
                                            "name": "Shallow Merge", "value": "shallowMerge",
                                            "description": "On the first level alone",
                                        },
                                    ],
                                },
                                {
                                    "displayName": "Minimize Empty Fields", "name": "overrideEmpty",
                                    "type": "boolean", "default": false,
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Fuzzy Compare", "name": "fuzzyCompare", "type": "boolean", "default": false,
                    "description": "Whether values of different types may be the same, such as 3 and \"3\", or null and an empty text",
                },
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
        {
            "displayName": "Fields to Match", "name": "mergeByFields", "type": "fixedCollection",
            "default": { "values": [{ "field1": "", "field2": "" }] }, "placeholder": "Add Fields to Match",
            "typeOptions": { "multipleValues": true },
            "displayOptions": { "show": { "advanced": [true], "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "The fields whose values must be the same",
            "options": [
                {
                    "displayName": "Values", "name": "values",
                    "values": [
                        {
                            "displayName": "Input 1 Field", "name": "field1", "type": "string", "default": "",
                            "placeholder": "e.g. id", "description": "The field of input 1",
                        },
                        {
                            "displayName": "Input 2 Field", "name": "field2", "type": "string", "default": "",
                            "placeholder": "e.g. id", "description": "The field of input 2",
                        },
                    ],
                },
            ],
        },
        {
            "displayName": "Output Type", "name": "joinMode", "type": "options", "default": "keepMatches",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Which items leave the node",
            "options": [
                {
                    "name": "Keep Matches", "value": "keepMatches",
                    "description": "Those that match, merged (inner join)",
                },
                { "name": "Keep Non-Matches", "value": "keepNonMatches", "description": "Those that do not match" },
                {
                    "name": "Keep Everything", "value": "keepEverything",
                    "description": "Those that match, merged, and those that do not (outer join)",
                },
                {
                    "name": "Enrich Input 1", "value": "enrichInput1",
                    "description": "All of input 1, with the fields of matching items of input 2 (left join)",
                },
                {
                    "name": "Enrich Input 2", "value": "enrichInput2",
                    "description": "All of input 2, with the fields of matching items of input 1 (right join)",
                },
            ],
        },
        {
            "displayName": "Output Data From", "name": "outputDataFrom", "type": "options", "default": "both",
            "displayOptions": { "show": { "joinMode": ["keepMatches"], "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Whose data leaves the node",
            "options": [
                { "name": "Both Inputs Merged Together", "value": "both" },
                { "name": "Input 1", "value": "input1" },
                { "name": "Input 2", "value": "input2" },
            ],
        },
        {
            "displayName": "Output Data From", "name": "outputDataFrom", "type": "options", "default": "both",
            "displayOptions": { "show": { "joinMode": ["keepNonMatches"], "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Whose data leaves the node",
            "options": [
                { "name": "Both Inputs Appended Together", "value": "both" },
                { "name": "Input 1", "value": "input1" },
                { "name": "Input 2", "value": "input2" },
            ],
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByFields"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": { "values": { "resolveClash": "preferLast", "mergeMode": "deepMerge", "overrideEmpty": false } },
                    "displayOptions": { "hide": { "/joinMode": ["keepMatches", "keepNonMatches"] } },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "typeOptions": {
                                        "loadOptionsMethod": "getResolveClashOptions",
                                        "loadOptionsDependsOn": ["numberInputs"],
                                    },
                                    "description": "Whose value counts where several items have a field",
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "How far down objects are merged",
                                    "options": [
                                        {
                                            "name": "Deep Merge", "value": "deepMerge",
                                            "description": "On every level",
                                        },
                                        {
                                            "name": "Shallow Merge", "value": "shallowMerge",
                                            "description": "On the first level alone",
                                        },
                                    ],
                                },
                                {
                                    "displayName": "Minimize Empty Fields", "name": "overrideEmpty",
                                    "type": "boolean", "default": false,
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": { "values": { "resolveClash": "preferLast", "mergeMode": "deepMerge", "overrideEmpty": false } },
                    "displayOptions": { "show": { "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "typeOptions": {
                                        "loadOptionsMethod": "getResolveClashOptions",
                                        "loadOptionsDependsOn": ["numberInputs"],
                                    },
                                    "description": "Whose value counts where several items have a field",
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "How far down objects are merged",
                                    "options": [
                                        {
                                            "name": "Deep Merge", "value": "deepMerge",
                                            "description": "On every level",
                                        },
                                        {
                                            "name": "Shallow Merge", "value": "shallowMerge",
                                            "description": "On the first level alone",
                                        },
                                    ],
                                },
                                {
                                    "displayName": "Minimize Empty Fields", "name": "overrideEmpty",
                                    "type": "boolean", "default": false,
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Disable Dot Notation", "name": "disableDotNotation", "type": "boolean",
                    "default": false, "description": "Whether dots in the name of a field are a part of it",
                },
                {
                    "displayName": "Fuzzy Compare", "name": "fuzzyCompare", "type": "boolean", "default": false,
                    "description": "Whether values of different types may be the same, such as 3 and \"3\", or null and an empty text",
                },
                {
                    "displayName": "Multiple Matches", "name": "multipleMatches", "type": "options",
                    "default": "all",
                    "displayOptions": { "show": { "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } },
                    "description": "How many matching items of input 2 an item of input 1 is merged with",
                    "options": [
                        {
                            "name": "Include All Matches", "value": "all",
                            "description": "All of them, each in an item of its own",
                        },
                        { "name": "Include First Match Only", "value": "first", "description": "The first alone" },
                    ],
                },
                {
                    "displayName": "Multiple Matches", "name": "multipleMatches", "type": "options",
                    "default": "all",
                    "displayOptions": { "show": { "/joinMode": ["enrichInput1", "enrichInput2", "keepEverything"] } },
                    "description": "How many matching items of input 2 an item of input 1 is merged with",
                    "options": [
                        {
                            "name": "Include All Matches", "value": "all",
                            "description": "All of them, each in an item of its own",
                        },
                        { "name": "Include First Match Only", "value": "first", "description": "The first alone" },
                    ],
                },
            ],
        },
        {
            "displayName": "Number of Inputs", "name": "numberInputs", "type": "options", "default": 2,
            "noDataExpression": true, "displayOptions": { "show": { "mode": ["combineBySql"] } },
            "validateType": "number", "description": "How many inputs the node has",
            "options": [
                { "name": "2", "value": 2 },
                { "name": "3", "value": 3 },
                { "name": "4", "value": 4 },
                { "name": "5", "value": 5 },
                { "name": "6", "value": 6 },
                { "name": "7", "value": 7 },
                { "name": "8", "value": 8 },
                { "name": "9", "value": 9 },
                { "name": "10", "value": 10 },
            ],
        },
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
        {
            "displayName": "Number of Inputs", "name": "numberInputs", "type": "options", "default": 2,
            "noDataExpression": true,
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByPosition"] } },
            "validateType": "number", "description": "How many inputs the node has",
            "options": [
                { "name": "2", "value": 2 },
                { "name": "3", "value": 3 },
                { "name": "4", "value": 4 },
                { "name": "5", "value": 5 },
                { "name": "6", "value": 6 },
                { "name": "7", "value": 7 },
                { "name": "8", "value": 8 },
                { "name": "9", "value": 9 },
                { "name": "10", "value": 10 },
            ],
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option",
            "displayOptions": { "show": { "mode": ["combine"], "combineBy": ["combineByPosition"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": { "values": { "resolveClash": "addSuffix" } },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "typeOptions": {
                                        "loadOptionsMethod": "getResolveClashOptions",
                                        "loadOptionsDependsOn": ["numberInputs"],
                                    },
                                    "description": "Whose value counts where several items have a field",
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "How far down objects are merged",
                                    "options": [
                                        {
                                            "name": "Deep Merge", "value": "deepMerge",
                                            "description": "On every level",
                                        },
                                        {
                                            "name": "Shallow Merge", "value": "shallowMerge",
                                            "description": "On the first level alone",
                                        },
                                    ],
                                },
                                {
                                    "displayName": "Minimize Empty Fields", "name": "overrideEmpty",
                                    "type": "boolean", "default": false,
                                    "displayOptions": { "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Include Any Unpaired Items", "name": "includeUnpaired", "type": "boolean",
                    "default": false, "description": "Whether items without a partner leave the node, too",
                },
            ],
        },
        {
            "displayName": "Number of Inputs", "name": "numberInputs", "type": "options", "default": 2,
            "noDataExpression": true, "displayOptions": { "show": { "mode": ["chooseBranch"] } },
            "validateType": "number", "description": "How many inputs the node has",
            "options": [
                { "name": "2", "value": 2 },
                { "name": "3", "value": 3 },
                { "name": "4", "value": 4 },
                { "name": "5", "value": 5 },
                { "name": "6", "value": 6 },
                { "name": "7", "value": 7 },
                { "name": "8", "value": 8 },
                { "name": "9", "value": 9 },
                { "name": "10", "value": 10 },
            ],
        },
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
