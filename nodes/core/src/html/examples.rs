//! Examples of HTML.

use heddle_node::{Json, NodeExample, json};

pub(super) fn examples() -> Vec<NodeExample> {
    let example = |title, parameters, items: Vec<Json>, bad_item| NodeExample {
        title,
        type_version: 1.2,
        parameters,
        items,
        bad_item,
        ..NodeExample::default()
    };
    let people =
        || vec![json!({ "first_name": "Ada", "paid": true }), json!({ "first_name": "Grace", "age": 85 })];
    vec![
        example(
            "A page for each item",
            json!({ "html": "<h1>Dear {{ $json.first_name }}</h1>" }),
            people(),
            None,
        ),
        example(
            "The title and all links of a page",
            json!({
                "operation": "extractHtmlContent", "dataPropertyName": "page",
                "extractionValues": { "values": [
                    { "key": "title", "cssSelector": "h1" },
                    { "key": "links", "cssSelector": "a[href]", "returnValue": "attribute", "attribute": "href",
                      "returnArray": true },
                ] },
                "options": { "trimValues": true },
            }),
            vec![json!({ "page": "<h1> Looms </h1><p><a href='/a'>one</a> and <a href='/b'>two</a></p>" })],
            Some(json!({ "side": "<h1>Looms</h1>" })),
        ),
        example(
            "A table of all items",
            json!({ "operation": "convertToHtmlTable", "options": { "capitalize": true, "caption": "People" } }),
            people(),
            None,
        ),
    ]
}
