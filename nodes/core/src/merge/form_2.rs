//! The form of Merge, versions 2 and 2.1.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    json!([
        {
            "displayName": "Mode", "name": "mode", "type": "options", "default": "append",
            "description": "How the items of the inputs come together",
            "options": [
                {
                    "name": "Append", "value": "append",
                    "description": "All items of input 1, then those of input 2, and so on",
                },
                { "name": "Combine", "value": "combine", "description": "Items of the inputs become one" },
                {
                    "name": "Choose Branch", "value": "chooseBranch",
                    "description": "The items of one input, once all have arrived",
                },
            ],
        },
        {
            "displayName": "Combination Mode", "name": "combinationMode", "type": "options",
            "default": "mergeByFields", "displayOptions": { "show": { "mode": ["combine"] } },
            "description": "Which items become one",
            "options": [
                {
                    "name": "Merge By Fields", "value": "mergeByFields",
                    "description": "Items with the same values in fields",
                },
                {
                    "name": "Merge By Position", "value": "mergeByPosition",
                    "description": "The first items, the second items, and so on",
                },
                {
                    "name": "Multiplex", "value": "multiplex",
                    "description": "Each item of input 1 with each of input 2",
                },
            ],
        },
        {
            "displayName": "Fields to Match", "name": "mergeByFields", "type": "fixedCollection",
            "default": { "values": [{ "field1": "", "field2": "" }] }, "placeholder": "Add Fields to Match",
            "typeOptions": { "multipleValues": true },
            "displayOptions": { "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"] } },
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
            "displayOptions": { "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"] } },
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
            "displayOptions": { "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"], "joinMode": ["keepMatches"] } },
            "description": "Whose data leaves the node",
            "options": [
                { "name": "Both Inputs Merged Together", "value": "both" },
                { "name": "Input 1", "value": "input1" },
                { "name": "Input 2", "value": "input2" },
            ],
        },
        {
            "displayName": "Output Data From", "name": "outputDataFrom", "type": "options", "default": "both",
            "displayOptions": {
                "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"], "joinMode": ["keepNonMatches"] },
            },
            "description": "Whose data leaves the node",
            "options": [
                { "name": "Both Inputs Appended Together", "value": "both" },
                { "name": "Input 1", "value": "input1" },
                { "name": "Input 2", "value": "input2" },
            ],
        },
        {
            "displayName": "Output Type", "name": "chooseBranchMode", "type": "options", "default": "waitForBoth",
            "displayOptions": { "show": { "mode": ["chooseBranch"] } }, "description": "What the node waits for",
            "options": [{ "name": "Wait for Both Inputs to Arrive", "value": "waitForBoth" }],
        },
        {
            "displayName": "Output", "name": "output", "type": "options", "default": "input1",
            "displayOptions": { "show": { "mode": ["chooseBranch"], "chooseBranchMode": ["waitForBoth"] } },
            "description": "What leaves the node",
            "options": [
                { "name": "Input 1 Data", "value": "input1" },
                { "name": "Input 2 Data", "value": "input2" },
                { "name": "A Single, Empty Item", "value": "empty" },
            ],
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option", "displayOptions": { "hide": { "mode": ["chooseBranch", "append"] } },
            "description": "Further settings",
            "options": [
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": {
                        "values": { "resolveClash": "preferInput2", "mergeMode": "deepMerge", "overrideEmpty": false },
                    },
                    "displayOptions": {
                        "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"] },
                        "hide": { "/joinMode": ["keepMatches", "keepNonMatches"] },
                    },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "description": "Whose value counts where several items have a field",
                                    "options": [
                                        { "name": "Always Add Input Number to Field Names", "value": "addSuffix" },
                                        { "name": "Prefer Input 1 Version", "value": "preferInput1" },
                                        { "name": "Prefer Input 2 Version", "value": "preferInput2" },
                                    ],
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
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
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": {
                        "values": { "resolveClash": "preferInput2", "mergeMode": "deepMerge", "overrideEmpty": false },
                    },
                    "displayOptions": {
                        "show": {
                            "/mode": ["combine"], "/combinationMode": ["mergeByFields"],
                            "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"],
                        },
                    },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "description": "Whose value counts where several items have a field",
                                    "options": [
                                        { "name": "Always Add Input Number to Field Names", "value": "addSuffix" },
                                        { "name": "Prefer Input 1 Version", "value": "preferInput1" },
                                        { "name": "Prefer Input 2 Version", "value": "preferInput2" },
                                    ],
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
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
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
                    "default": {
                        "values": { "resolveClash": "preferInput2", "mergeMode": "deepMerge", "overrideEmpty": false },
                    },
                    "displayOptions": { "show": { "/mode": ["combine"], "/combinationMode": ["multiplex", "mergeByPosition"] } },
                    "description": "What happens to fields that several items have",
                    "options": [
                        {
                            "displayName": "Values", "name": "values",
                            "values": [
                                {
                                    "displayName": "When Field Values Clash", "name": "resolveClash",
                                    "type": "options", "default": "",
                                    "description": "Whose value counts where several items have a field",
                                    "options": [
                                        { "name": "Always Add Input Number to Field Names", "value": "addSuffix" },
                                        { "name": "Prefer Input 1 Version", "value": "preferInput1" },
                                        { "name": "Prefer Input 2 Version", "value": "preferInput2" },
                                    ],
                                },
                                {
                                    "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                                    "default": "deepMerge",
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
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
                                    "displayOptions": { "show": { "resolveClash": ["preferInput1", "preferInput2"] } },
                                    "description": "Whether a value that is null or an empty text gives way to another",
                                },
                            ],
                        },
                    ],
                },
                {
                    "displayName": "Disable Dot Notation", "name": "disableDotNotation", "type": "boolean",
                    "default": false,
                    "displayOptions": { "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"] } },
                    "description": "Whether dots in the name of a field are a part of it",
                },
                {
                    "displayName": "Fuzzy Compare", "name": "fuzzyCompare", "type": "boolean", "default": false,
                    "description": "Whether values of different types may be the same, such as 3 and \"3\", or null and an empty text",
                },
                {
                    "displayName": "Include Any Unpaired Items", "name": "includeUnpaired", "type": "boolean",
                    "default": false,
                    "displayOptions": { "show": { "/mode": ["combine"], "/combinationMode": ["mergeByPosition"] } },
                    "description": "Whether items without a partner leave the node, too",
                },
                {
                    "displayName": "Multiple Matches", "name": "multipleMatches", "type": "options",
                    "default": "all",
                    "displayOptions": {
                        "show": {
                            "/mode": ["combine"], "/combinationMode": ["mergeByFields"],
                            "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"],
                        },
                    },
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
                    "displayOptions": {
                        "show": {
                            "/mode": ["combine"], "/combinationMode": ["mergeByFields"],
                            "/joinMode": ["enrichInput1", "enrichInput2", "keepEverything"],
                        },
                    },
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
    ])
}
