//! Fields that the forms of several versions of Merge share.

use heddle_node::{Json, json};

/// Where the choices of a clash's winner come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clash {
    /// They are loaded, one for each input.
    Loaded,
    /// There are two inputs.
    Listed,
}

/// What happens to fields that several items have; `winner` is the default.
pub(super) fn clash_handling(clash: Clash, winner: &str, display_options: Json) -> Json {
    let default = if winner == "addSuffix" {
        json!({ "resolveClash": winner })
    } else {
        json!({ "resolveClash": winner, "mergeMode": "deepMerge", "overrideEmpty": false })
    };
    let has_winner = match clash {
        Clash::Loaded => json!({ "show": { "resolveClash": [{ "_cnd": { "not": "addSuffix" } }] } }),
        Clash::Listed => json!({ "show": { "resolveClash": ["preferInput1", "preferInput2"] } }),
    };
    let winners = match clash {
        Clash::Loaded => json!({
            "displayName": "When Field Values Clash", "name": "resolveClash", "type": "options", "default": "",
            "typeOptions": {
                "loadOptionsMethod": "getResolveClashOptions",
                "loadOptionsDependsOn": ["numberInputs"],
            },
            "description": "Whose value counts where several items have a field",
        }),
        Clash::Listed => json!({
            "displayName": "When Field Values Clash", "name": "resolveClash", "type": "options", "default": "",
            "description": "Whose value counts where several items have a field",
            "options": [
                { "name": "Always Add Input Number to Field Names", "value": "addSuffix" },
                { "name": "Prefer Input 1 Version", "value": "preferInput1" },
                { "name": "Prefer Input 2 Version", "value": "preferInput2" },
            ],
        }),
    };
    field(
        json!({
            "displayName": "Clash Handling", "name": "clashHandling", "type": "fixedCollection",
            "default": { "values": default },
        }),
        display_options,
        json!({
            "description": "What happens to fields that several items have",
            "options": [
                {
                    "displayName": "Values", "name": "values",
                    "values": [
                        winners,
                        {
                            "displayName": "Merging Nested Fields", "name": "mergeMode", "type": "options",
                            "default": "deepMerge", "displayOptions": has_winner.clone(),
                            "description": "How far down objects are merged",
                            "options": [
                                { "name": "Deep Merge", "value": "deepMerge", "description": "On every level" },
                                {
                                    "name": "Shallow Merge", "value": "shallowMerge",
                                    "description": "On the first level alone",
                                },
                            ],
                        },
                        {
                            "displayName": "Minimize Empty Fields", "name": "overrideEmpty", "type": "boolean",
                            "default": false, "displayOptions": has_winner.clone(),
                            "description": "Whether a value that is null or an empty text gives way to another",
                        },
                    ],
                },
            ],
        }),
    )
}

/// Whether values of different types may be the same.
pub(super) fn fuzzy_compare() -> Json {
    json!({
        "displayName": "Fuzzy Compare", "name": "fuzzyCompare", "type": "boolean", "default": false,
        "description": "Whether values of different types may be the same, such as 3 and \"3\", or null and an empty text",
    })
}

/// How many matches of an item count.
pub(super) fn multiple_matches(display_options: Json) -> Json {
    field(
        json!({
            "displayName": "Multiple Matches", "name": "multipleMatches", "type": "options", "default": "all",
        }),
        display_options,
        json!({
            "description": "How many matching items of input 2 an item of input 1 is merged with",
            "options": [
                {
                    "name": "Include All Matches", "value": "all",
                    "description": "All of them, each in an item of its own",
                },
                { "name": "Include First Match Only", "value": "first", "description": "The first alone" },
            ],
        }),
    )
}

/// How many inputs the node has: 2 to 10.
pub(super) fn number_of_inputs(display_options: Json) -> Json {
    let choices: Vec<Json> =
        (2..=10).map(|count| json!({ "name": count.to_string(), "value": count })).collect();
    field(
        json!({
            "displayName": "Number of Inputs", "name": "numberInputs", "type": "options", "default": 2,
            "noDataExpression": true,
        }),
        display_options,
        json!({
            "validateType": "number", "description": "How many inputs the node has", "options": Json::from(choices),
        }),
    )
}

/// The pairs of fields whose values must be the same.
pub(super) fn merge_by_fields(display_options: Json) -> Json {
    let name = |input: u8| {
        json!({
            "displayName": format!("Input {input} Field"), "name": format!("field{input}"), "type": "string",
            "default": "", "placeholder": "e.g. id", "description": format!("The field of input {input}"),
        })
    };
    field(
        json!({
            "displayName": "Fields to Match", "name": "mergeByFields", "type": "fixedCollection",
            "default": { "values": [{ "field1": "", "field2": "" }] }, "placeholder": "Add Fields to Match",
            "typeOptions": { "multipleValues": true },
        }),
        display_options,
        json!({
            "description": "The fields whose values must be the same",
            "options": [{ "displayName": "Values", "name": "values", "values": [name(1), name(2)] }],
        }),
    )
}

/// Which items leave the node.
pub(super) fn join_mode(display_options: Json) -> Json {
    field(
        json!({
            "displayName": "Output Type", "name": "joinMode", "type": "options", "default": "keepMatches",
        }),
        display_options,
        json!({
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
        }),
    )
}

/// Whose data leaves the node; `both` names the choice of both inputs.
pub(super) fn output_data_from(both: &str, display_options: Json) -> Json {
    field(
        json!({
            "displayName": "Output Data From", "name": "outputDataFrom", "type": "options", "default": "both",
        }),
        display_options,
        json!({
            "description": "Whose data leaves the node",
            "options": [
                { "name": both, "value": "both" },
                { "name": "Input 1", "value": "input1" },
                { "name": "Input 2", "value": "input2" },
            ],
        }),
    )
}

/// A field with the conditions under which it is shown, if there are any, between its parts.
fn field(head: Json, display_options: Json, tail: Json) -> Json {
    let mut field = head;
    if !display_options.is_null() {
        field.insert("displayOptions", display_options);
    }
    for (key, value) in tail.as_object().into_iter().flat_map(heddle_node::JsonObject::iter) {
        field.insert(key, value.clone());
    }
    field
}
