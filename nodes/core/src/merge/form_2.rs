//! The form of Merge, versions 2 and 2.1.

use heddle_node::{Json, json};

use super::fields;

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
        fields::merge_by_fields(json!({ "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"] } })),
        fields::join_mode(json!({ "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"] } })),
        fields::output_data_from("Both Inputs Merged Together", json!({ "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"], "joinMode": ["keepMatches"] } })),
        fields::output_data_from("Both Inputs Appended Together", json!({ "show": { "mode": ["combine"], "combinationMode": ["mergeByFields"], "joinMode": ["keepNonMatches"] } })),
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
                fields::clash_handling(fields::Clash::Listed, "preferInput2", json!({ "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"] }, "hide": { "/joinMode": ["keepMatches", "keepNonMatches"] } })),
                fields::clash_handling(fields::Clash::Listed, "preferInput2", json!({ "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"], "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } })),
                fields::clash_handling(fields::Clash::Listed, "preferInput2", json!({ "show": { "/mode": ["combine"], "/combinationMode": ["multiplex", "mergeByPosition"] } })),
                {
                    "displayName": "Disable Dot Notation", "name": "disableDotNotation", "type": "boolean",
                    "default": false,
                    "displayOptions": { "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"] } },
                    "description": "Whether dots in the name of a field are a part of it",
                },
                fields::fuzzy_compare(),
                {
                    "displayName": "Include Any Unpaired Items", "name": "includeUnpaired", "type": "boolean",
                    "default": false,
                    "displayOptions": { "show": { "/mode": ["combine"], "/combinationMode": ["mergeByPosition"] } },
                    "description": "Whether items without a partner leave the node, too",
                },
                fields::multiple_matches(json!({ "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"], "/joinMode": ["keepMatches"], "/outputDataFrom": ["both"] } })),
                fields::multiple_matches(json!({ "show": { "/mode": ["combine"], "/combinationMode": ["mergeByFields"], "/joinMode": ["enrichInput1", "enrichInput2", "keepEverything"] } })),
            ],
        },
    ])
}
