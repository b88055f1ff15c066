//! Examples of Date & Time.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let example = |title, parameters, bad_item: Option<Json>| NodeExample {
        title,
        type_version: 2.0,
        parameters,
        items: vec![
            json!({ "name": "Ada", "born": "1815-12-10", "met": "1833-06-05T18:00:00Z" }),
            json!({ "name": "Grace", "born": "1906-12-09", "met": 0 }),
        ],
        bad_item,
        ..NodeExample::default()
    };
    let no_date = || Some(json!({ "name": "Linus", "born": "some day", "met": "never" }));
    vec![
        example(
            "A date as people write it, beside the other fields",
            json!({
                "operation": "formatDate", "date": "={{ $json.born }}", "format": "custom",
                "customFormat": "d MMMM yyyy", "outputFieldName": "birthday",
                "options": { "includeInputFields": true },
            }),
            no_date(),
        ),
        example(
            "A week later",
            json!({
                "operation": "addToDate", "magnitude": "={{ $json.met }}", "duration": 1, "timeUnit": "weeks",
                "options": {},
            }),
            no_date(),
        ),
        example(
            "The days between two dates",
            json!({
                "operation": "getTimeBetweenDates", "startDate": "={{ $json.born }}", "endDate": "={{ $json.met }}",
                "options": {},
            }),
            no_date(),
        ),
        example("The month", json!({ "operation": "extractDate", "date": "={{ $json.born }}" }), no_date()),
        example(
            "The start of the year",
            json!({ "operation": "roundDate", "date": "={{ $json.born }}", "toNearest": "year", "options": {} }),
            no_date(),
        ),
    ]
}
