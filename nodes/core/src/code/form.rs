//! The form of the Code node. It has its code in four fields of one name, one for each mode and version.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    let code = |name: &str, label: &str, description: &str, editor: Json, show: Json| {
        json!({
            "displayName": label, "name": name, "type": "string", "default": "", "noDataExpression": true,
            "typeOptions": editor, "description": description, "displayOptions": { "show": show },
        })
    };
    let modes = ["runOnceForAllItems", "runOnceForEachItem"];
    let javascript = |show: Json| {
        code(
            "jsCode",
            "JavaScript",
            "The body of an asynchronous function. What it returns are the items that come out.",
            json!({ "editor": "codeNodeEditor", "editorLanguage": "javaScript" }),
            show,
        )
    };
    let mut properties = vec![
        json!({
            "displayName": "Mode", "name": "mode", "type": "options", "noDataExpression": true,
            "default": "runOnceForAllItems", "description": "How often the code runs",
            "options": [
                { "name": "Run Once for All Items", "value": "runOnceForAllItems",
                  "description": "The code runs once and sees all items" },
                { "name": "Run Once for Each Item", "value": "runOnceForEachItem",
                  "description": "The code runs for one item after the other" },
            ],
        }),
        json!({
            "displayName": "Language", "name": "language", "type": "options", "noDataExpression": true,
            "default": "javaScript", "description": "The language of the code; Python is not run here",
            "displayOptions": { "show": { "@version": [2] } },
            "options": [
                { "name": "JavaScript", "value": "javaScript" },
                { "name": "Python", "value": "pythonNative" },
            ],
        }),
        json!({
            "displayName": "Language", "name": "language", "type": "hidden", "default": "javaScript",
            "displayOptions": { "show": { "@version": [1] } },
        }),
    ];
    properties.extend(modes.map(|mode| javascript(json!({ "@version": [1], "mode": [mode] }))));
    properties.extend(
        modes.map(|mode| javascript(json!({ "@version": [2], "language": ["javaScript"], "mode": [mode] }))),
    );
    properties.push(json!({
        "displayName": "What code can read begins with $, such as $input and $('node'). console.log writes to the run's events.",
        "name": "notice", "type": "notice", "default": "",
        "displayOptions": { "show": { "language": ["javaScript"] } },
    }));
    let python = json!(["python", "pythonNative"]);
    properties.extend(modes.map(|mode| {
        code(
            "pythonCode",
            "Python",
            "Code in Python, which is not run here",
            json!({ "editor": "codeNodeEditor", "editorLanguage": "python" }),
            json!({ "language": python.clone(), "mode": [mode] }),
        )
    }));
    properties.push(json!({
        "displayName": "Python is not run here. Write the code in JavaScript.",
        "name": "notice", "type": "notice", "default": "",
        "displayOptions": { "show": { "language": python } },
    }));
    properties.into_iter().collect()
}
