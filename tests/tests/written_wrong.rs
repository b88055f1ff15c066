//! An If or Set that is written slightly wrong does what it says, or is refused before the run with the way out: it never
//! sends every item the same way in silence.

use heddle_tests::{Finished, Service, heddle, recipients, sending_workflow};
use serde_json::{Value, json};

/// A workflow without effects: a trigger and one node named `Node`.
fn workflow_of(node_type: &str, version: f64, parameters: Value) -> Value {
    json!({
        "name": "Slightly wrong",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
              "position": [0, 0], "parameters": {} },
            { "id": "2", "name": "Node", "type": node_type, "typeVersion": version, "position": [200, 0],
              "parameters": parameters },
        ],
        "connections": { "Start": { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn run(workflow: &Value, items: &Value) -> Finished {
    let service = Service::start();
    let file = service.write("slightly-wrong.json", format!("{workflow:#}"));
    let input = service.write("items.json", items.to_string());
    Finished::of(heddle().arg("run").arg(file).arg("--input").arg(input).args(["--output", "run-data"]))
}

/// The items of each output of the node, by their JSON.
fn outputs(workflow: &Value, items: &Value) -> Vec<Vec<Value>> {
    let finished = run(workflow, items);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let data = finished.json();
    let main =
        data.pointer("/data/resultData/runData/Node/0/data/main").unwrap_or_else(|| panic!("{data:#}"));
    let json = |item: &Value| item["json"].clone();
    let items = |output: &Value| output.as_array().into_iter().flatten().map(json).collect();
    main.as_array().expect("a list of outputs").iter().map(items).collect()
}

/// Neither `run` nor `check` lets the workflow through, and both say where it is wrong and what to write.
fn refuses(workflow: &Value, words: &[&str]) {
    let service = Service::start();
    let file = service.write("slightly-wrong.json", format!("{workflow:#}"));
    for command in ["run", "check"] {
        let finished = Finished::of(heddle().arg(command).arg(&file));
        assert_eq!(finished.status, 2, "{command}: {}{}", finished.stdout, finished.stderr);
        for word in words.iter().chain(&["slightly-wrong.json:", "Node"]) {
            assert!(finished.stderr.contains(word), "{word} is missing in:\n{}", finished.stderr);
        }
    }
}

fn condition(left: Value, operator: Value, right: Value) -> Value {
    json!({ "id": "c", "leftValue": left, "rightValue": right, "operator": operator })
}

fn if_node(conditions: Value, combinator: &str) -> Value {
    let options = json!({ "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 });
    let filter = json!({ "options": options, "conditions": conditions, "combinator": combinator });
    workflow_of("n8n-nodes-base.if", 2.2, json!({ "conditions": filter, "options": {} }))
}

/// Which of the items meet the condition.
fn met(workflow: &Value, items: &Value) -> Vec<bool> {
    let outputs = outputs(workflow, items);
    items.as_array().expect("items").iter().map(|item| outputs[0].contains(item)).collect()
}

#[test]
fn an_operator_that_there_is_not_is_refused_with_the_nearest() {
    for (operator, words) in [
        (json!({ "type": "number", "operation": "larger" }), ["\"larger\"", "\"gt\"", "operation"]),
        (json!({ "type": "number", "operation": "greaterThan" }), ["greaterThan", "\"gt\"", "operation"]),
        (json!({ "type": "string", "operation": "equal" }), ["\"equal\"", "\"equals\"", "operation"]),
        (json!({ "type": "string", "operation": "Contains" }), ["Contains", "\"contains\"", "operation"]),
        (json!({ "type": "array", "operation": "equals" }), ["array", "equals", "string"]),
        (json!({ "type": "text", "operation": "equals" }), ["\"text\"", "\"string\"", "type"]),
        (json!({ "type": "Number", "operation": "gt" }), ["\"Number\"", "\"number\"", "type"]),
        (json!({ "operation": "equals" }), ["no type", "\"string\"", "operator"]),
        (json!({ "type": "number" }), ["no operation", "\"equals\"", "operator"]),
        (json!("equals"), ["operator", "not an object", "operation"]),
    ] {
        let conditions = json!([condition(json!("={{ $json.v }}"), operator, json!(1))]);
        refuses(&if_node(conditions, "and"), &words);
    }
}

#[test]
fn an_operator_that_an_expression_gives_fails_its_item() {
    let operator = json!({ "type": "number", "operation": "={{ $json.operation }}" });
    let workflow = if_node(json!([condition(json!("={{ $json.v }}"), operator, json!(1))]), "and");
    assert_eq!(met(&workflow, &json!([{ "v": 5, "operation": "gt" }])), [true]);
    let finished = run(&workflow, &json!([{ "v": 5, "operation": "larger" }]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("larger") && finished.stderr.contains("\"gt\""), "{}", finished.stderr);
}

#[test]
fn a_combinator_is_read_in_any_case_and_refused_where_it_is_none() {
    let is = |field: &str, value: &str| {
        let left = json!(format!("={{{{ $json.{field} }}}}"));
        condition(left, json!({ "type": "string", "operation": "equals" }), json!(value))
    };
    let both = json!([is("a", "1"), is("b", "1")]);
    let items = json!([{ "a": "1", "b": "1" }, { "a": "1", "b": "2" }, { "a": "2", "b": "2" }]);
    assert_eq!(met(&if_node(both.clone(), "AND"), &items), [true, false, false]);
    assert_eq!(met(&if_node(both.clone(), "Or"), &items), [true, true, false]);
    refuses(&if_node(both.clone(), "xor"), &["\"xor\"", "combinator", "\"or\""]);

    let mut beside = if_node(both.clone(), "or");
    let parameters = &mut beside["nodes"][1]["parameters"];
    parameters["conditions"].as_object_mut().expect("a filter").remove("combinator");
    parameters["combinator"] = json!("or");
    refuses(&beside, &["combinator", "beside"]);
    let mut misspelt = if_node(both, "or");
    let filter = misspelt["nodes"][1]["parameters"]["conditions"].as_object_mut().expect("a filter");
    let combinator = filter.remove("combinator").expect("it is there");
    filter.insert("combinater".to_owned(), combinator);
    refuses(&misspelt, &["combinator", "combinater"]);
}

#[test]
fn the_shape_of_version_1_is_refused() {
    let rows = json!([{ "value1": "={{ $json.v }}", "operation": "equal", "value2": "a" }]);
    for filter in [
        json!({ "string": rows }),
        json!({ "boolean": rows, "number": [] }),
        json!({ "conditions": rows, "combinator": "and" }),
        json!({ "conditions": { "string": rows } }),
        json!({ "leftValue": 1, "operator": { "type": "number", "operation": "gt" }, "rightValue": 2 }),
    ] {
        let workflow = workflow_of("n8n-nodes-base.if", 2.2, json!({ "conditions": filter, "options": {} }));
        refuses(&workflow, &["condition", "leftValue"]);
    }
}

#[test]
fn a_value_under_another_name_is_refused() {
    let operator = json!({ "type": "string", "operation": "equals" });
    for (left, right) in [
        ("value1", "rightValue"),
        ("leftvalue", "rightValue"),
        ("leftValue", "value2"),
        ("leftValue", "right"),
    ] {
        let condition = json!({ left: "={{ $json.v }}", right: "a", "operator": operator });
        let named = if left == "leftValue" { right } else { left };
        refuses(&if_node(json!([condition]), "and"), &[&format!("\"{named}\""), "Value\""]);
    }
}

#[test]
fn the_operator_says_how_many_values_are_compared() {
    let empty = json!([condition(
        json!("={{ $json.o }}"),
        json!({ "type": "object", "operation": "empty" }),
        json!("")
    )]);
    let items = json!([{ "o": {} }, { "o": { "a": 1 } }]);
    assert_eq!(met(&if_node(empty, "and"), &items), [true, false], "no singleValue is needed");

    let equals = json!({ "type": "number", "operation": "equals", "singleValue": true });
    let two = |right: Value| json!([condition(json!("={{ $json.v }}"), equals.clone(), right)]);
    let items = json!([{ "v": 1 }, { "v": 2 }]);
    assert_eq!(met(&if_node(two(json!(1)), "and"), &items), [true, false], "the right value counts");
    refuses(&if_node(two(json!("")), "and"), &["singleValue", "rightValue"]);
}

#[test]
fn ignore_case_ignores_the_case_of_a_pattern() {
    let pattern = json!([condition(
        json!("={{ $json.t }}"),
        json!({ "type": "string", "operation": "regex" }),
        json!("ERROR")
    )]);
    let mut workflow = if_node(pattern, "and");
    workflow["nodes"][1]["parameters"]["conditions"]["options"]["caseSensitive"] = json!(false);
    let items = json!([{ "t": "ERROR: disk" }, { "t": "error: disk" }, { "t": "Error" }, { "t": "fine" }]);
    assert_eq!(met(&workflow, &items), [true, true, true, false]);
}

fn set_node(version: f64, parameters: Value) -> Value {
    workflow_of("n8n-nodes-base.set", version, parameters)
}

#[test]
fn keys_of_json_and_of_listed_fields_stay_as_they_are() {
    let item = json!({
        "Nº tel.": "5511", "Data nasc.": "2000-01-01", "v1.0": 1, "a[b]": 2, "R$ 1.000,00": "x", "..": 3,
        "['quoted']": 4, "constructor": 5, "prototype": { "constructor": 6 }, "a": { "b": 7 },
    });
    let items = json!([item]);
    for json_output in ["={{ $json }}", "={{ JSON.stringify($json) }}"] {
        for options in [json!({}), json!({ "dotNotation": false })] {
            let raw = json!({ "mode": "raw", "jsonOutput": json_output, "options": options });
            assert_eq!(outputs(&set_node(3.4, raw), &items)[0], std::slice::from_ref(&item));
        }
    }
    let listed = json!({
        "assignments": { "assignments": [] }, "includeOtherFields": true, "include": "selected",
        "includeFields": "Data nasc., v1.0, a[b], a.b, constructor, prototype", "options": {},
    });
    let kept = json!({
        "Data nasc.": "2000-01-01", "v1.0": 1, "a[b]": 2, "b": 7, "constructor": 5, "prototype": { "constructor": 6 },
    });
    assert_eq!(outputs(&set_node(3.4, listed), &items)[0], [kept]);
    let except = json!({
        "assignments": { "assignments": [] }, "includeOtherFields": true, "include": "except",
        "excludeFields": "Nº tel., Data nasc., v1.0, .., a.b, a[b], ['quoted'], prototype", "options": {},
    });
    let rest = json!({ "R$ 1.000,00": "x", "constructor": 5, "a": {} });
    assert_eq!(outputs(&set_node(3.4, except), &items)[0], [rest]);
}

#[test]
fn keys_are_paths_where_the_node_asks_for_it() {
    let raw = json!({ "mode": "raw", "jsonOutput": "{ \"x.y\": 1 }", "options": { "dotNotation": true } });
    assert_eq!(outputs(&set_node(3.4, raw), &json!([{}]))[0], [json!({ "x": { "y": 1 } })]);
    let field = json!({ "id": "1", "name": "x.constructor", "value": 1, "type": "number" });
    let manual = json!({ "assignments": { "assignments": [field] }, "options": {} });
    assert_eq!(outputs(&set_node(3.4, manual), &json!([{}]))[0], [json!({ "x": { "constructor": 1 } })]);
}

/// Puts the node behind a send: what can be known of it is found before anything leaves.
fn after_a_send(workflow: &Value) -> Value {
    let mut sending = sending_workflow(json!({}), json!({}));
    let nodes = sending["nodes"].as_array_mut().expect("nodes");
    nodes.push(workflow["nodes"][1].clone());
    sending["connections"]["Send"] = json!({ "main": [[{ "node": "Node", "type": "main", "index": 0 }]] });
    sending
}

/// Runs a workflow that sends before its node `Node` runs, and expects that nothing leaves.
fn refuses_behind_a_send(workflow: &Value, words: &[&str]) {
    let service = Service::start();
    let sending = after_a_send(workflow);
    let finished = Finished::of(&mut service.run(&sending, &recipients(1)));
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    for word in words {
        assert!(finished.stderr.contains(word), "{word} is missing in:\n{}", finished.stderr);
    }
    assert!(service.requests().is_empty());
    // Where the node goes on after errors, its items may fail.
    let mut going_on = sending;
    going_on["nodes"][2]["onError"] = json!("continueRegularOutput");
    let finished = Finished::of(&mut service.run(&going_on, &recipients(1)));
    assert_ne!(finished.status, 2, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 1);
}

/// What `check` prints of a workflow that can run.
fn warnings(workflow: &Value) -> String {
    let service = Service::start();
    let file = service.write("warned.json", format!("{workflow:#}"));
    let finished = Finished::of(heddle().args(["check", "--dry-run"]).arg(file));
    assert_eq!(finished.status, 0, "{}{}", finished.stdout, finished.stderr);
    finished.stderr + &finished.stdout
}

#[test]
fn blanks_around_an_expression_are_no_part_of_its_value() {
    let is_true = json!({ "type": "boolean", "operation": "true", "singleValue": true });
    let exists = json!({ "type": "string", "operation": "exists", "singleValue": true });
    let equals = json!({ "type": "number", "operation": "equals" });
    let items = json!([{ "ok": true, "n": 5 }, { "ok": false, "n": 6 }, {}]);
    for (left, operator, right, expected) in [
        ("={{ $json.ok }}\n", &is_true, json!(""), [true, false, false]),
        ("= {{ $json.ok }}", &is_true, json!(""), [true, false, false]),
        ("={{ $json.ok }}\n", &exists, json!(""), [true, true, false]),
        ("={{ $json.n }}", &equals, json!("={{ 5 }} \r\n"), [true, false, false]),
    ] {
        let mut workflow = if_node(json!([condition(json!(left), operator.clone(), right)]), "and");
        let parameters = &mut workflow["nodes"][1]["parameters"];
        parameters["conditions"]["options"]["typeValidation"] = json!("loose");
        parameters["looseTypeValidation"] = json!(true);
        assert_eq!(met(&workflow, &items), expected, "{left:?}");
        let warnings = warnings(&workflow);
        assert!(warnings.contains("around the expression") && warnings.contains("Node"), "{warnings}");
    }
    let field = json!({ "id": "1", "name": "ok", "value": "={{ $json.ok }}\n", "type": "boolean" });
    let text = json!({ "id": "2", "name": "text", "value": "={{ $json.ok }}\n", "type": "string" });
    let set = set_node(3.4, json!({ "assignments": { "assignments": [field, text] }, "options": {} }));
    let both = json!({ "ok": true, "text": "true\n" });
    assert_eq!(outputs(&set, &json!([{ "ok": true }]))[0], [both], "in a text they may be meant");
    assert!(warnings(&set).contains("assignments[0].value"), "{}", warnings(&set));
}

#[test]
fn fields_in_the_shape_of_another_version_are_refused() {
    let row = json!([{ "name": "to", "stringValue": "={{ $json.x }}" }]);
    let assignment = json!([{ "id": "1", "name": "to", "type": "string", "value": "={{ $json.x }}" }]);
    for (version, parameters, word) in [
        (3.4, json!({ "fields": { "values": row }, "options": {} }), "assignments"),
        (3.2, json!({ "assignments": { "assignments": assignment }, "options": {} }), "fields.values"),
        (3.4, json!({ "values": { "string": [{ "name": "to", "value": "a" }] } }), "assignments"),
        (3.4, json!({ "assignments": { "values": assignment } }), "assignments"),
        (3.4, json!({ "jsonOutput": "{ \"to\": 1 }" }), "\"raw\""),
        (3.4, json!({ "mode": "raw", "assignments": { "assignments": assignment } }), "manual"),
        (
            3.4,
            json!({ "assignments": { "assignments": [{ "name": "to", "stringValue": "a" }] } }),
            "\"value\"",
        ),
        (3.4, json!({ "assignments": { "assignments": [{ "value": "a", "type": "string" }] } }), "\"name\""),
        (
            3.4,
            json!({ "assignments": { "assignments": [{ "name": "to", "value": "a", "type": "bool" }] } }),
            "boolean",
        ),
        (
            3.2,
            json!({ "fields": { "values": [{ "name": "n", "type": "number", "numberValue": 5 }] } }),
            "numberValue",
        ),
        (3.2, json!({ "fields": { "values": [{ "name": "n", "numberValue": 5 }] } }), "numberValue"),
        (
            3.4,
            json!({ "assignments": { "assignments": assignment }, "include": "all" }),
            "includeOtherFields",
        ),
        (
            3.4,
            json!({ "assignments": { "assignments": assignment }, "keepOnlySet": false }),
            "includeOtherFields",
        ),
        (3.2, json!({ "fields": { "values": row }, "includeOtherFields": false }), "none"),
    ] {
        refuses(&set_node(version, parameters), &[word]);
    }
    let empty = set_node(3.4, json!({ "options": {} }));
    assert!(warnings(&empty).contains("becomes empty"), "{}", warnings(&empty));
}

#[test]
fn constants_that_no_item_can_use_are_found_before_a_send() {
    let is = |kind: &str, operation: &str, right: Value| {
        if_node(
            json!([condition(
                json!("={{ $json.v }}"),
                json!({ "type": kind, "operation": operation }),
                right
            )]),
            "and",
        )
    };
    let field = |kind: &str, value: Value| {
        let other = json!({ "id": "1", "name": "other", "value": "={{ $json.to }}", "type": "string" });
        let field = json!({ "id": "2", "name": "n", "value": value, "type": kind });
        set_node(3.4, json!({ "assignments": { "assignments": [other, field] }, "options": {} }))
    };
    for (workflow, words) in [
        (is("string", "regex", json!("(")), ["(", "rightValue"]),
        (is("string", "notRegex", json!("/a/ii")), ["/a/ii", "rightValue"]),
        (is("number", "equals", json!("5")), ["\"5\"", "rightValue"]),
        (is("number", "gt", json!("abc")), ["\"abc\"", "rightValue"]),
        (is("dateTime", "after", json!("soon")), ["\"soon\"", "rightValue"]),
        (is("boolean", "equals", json!("yes")), ["\"yes\"", "rightValue"]),
        (field("number", json!("abc")), ["'abc'", "assignments[1].value"]),
        (field("number", json!("=abc")), ["'abc'", "assignments[1].value"]),
        (field("boolean", json!("maybe")), ["'maybe'", "assignments[1].value"]),
        (field("object", json!("{ no")), ["'{ no'", "assignments[1].value"]),
        (field("array", json!("1, 2")), ["'1, 2'", "assignments[1].value"]),
    ] {
        refuses_behind_a_send(&workflow, &words[..1]);
        let service = Service::start();
        let file = service.write("constant.json", format!("{workflow:#}"));
        let told = Finished::of(heddle().arg("check").arg(file)).stderr;
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
}

#[test]
fn a_name_that_nothing_reads_is_told_of_with_the_nearest() {
    let mut workflow = sending_workflow(
        json!({
            "contactMetadata": {}, "skipIfInProgres": true, "options": { "senderID": "x" },
            "sessionMetadatas": { "sessionMetadata": [{ "Key": "plan", "key": "a", "value": "b" }] },
        }),
        json!({ "onEror": "continueRegularOutput", "retryOnFial": true, "color": 7 }),
    );
    workflow["settings"]["timeZone"] = json!("Europe/Berlin");
    workflow["conections"] = json!({});
    let told = warnings(&workflow);
    for (written, meant) in [
        ("contactMetadata", "contactMetadatas"),
        ("skipIfInProgres", "skipIfInProgress"),
        ("senderID", "senderId"),
        ("Key", "key"),
        ("onEror", "onError"),
        ("retryOnFial", "retryOnFail"),
        ("timeZone", "timezone"),
        ("conections", "connections"),
    ] {
        for word in [format!("Nothing reads \"{written}\""), format!("\"{meant}\"")] {
            assert!(told.contains(&word), "{word} is missing in:\n{told}");
        }
    }
    assert!(!told.contains("reads \"color\""), "{told}");
    let mut condition =
        condition(json!("={{ $json.v }}"), json!({ "type": "number", "operation": "gt" }), json!(1));
    condition["operator"]["singlevalue"] = json!(false);
    let mut workflow = if_node(json!([condition]), "and");
    workflow["nodes"][1]["parameters"]["conditions"]["options"]["casesensitive"] = json!(false);
    let told = warnings(&workflow);
    assert!(told.contains("singleValue") && told.contains("caseSensitive"), "{told}");
}

/// An If whose one condition has this operator and no right value, where `right` is none.
fn one_condition(operator: Value, right: Option<Value>) -> Value {
    let mut condition = json!({ "id": "c", "leftValue": "={{ $json.v }}", "operator": operator });
    if let Some(right) = right {
        condition["rightValue"] = right;
    }
    if_node(json!([condition]), "and")
}

#[test]
fn an_operation_of_two_values_that_says_it_takes_one_and_has_one_is_refused() {
    for (kind, operation) in
        [("string", "equals"), ("string", "contains"), ("number", "gt"), ("dateTime", "after")]
    {
        let operator = json!({ "type": kind, "operation": operation, "singleValue": true });
        let words = ["singleValue", operation, "no right value", "notEmpty"];
        refuses(&one_condition(operator.clone(), None), &words);
        refuses(&one_condition(operator, Some(Value::Null)), &words);
    }
    // The empty text is one that others may equal.
    let equals = json!({ "type": "string", "operation": "equals", "singleValue": true });
    assert_eq!(
        met(&one_condition(equals, Some(json!(""))), &json!([{ "v": "" }, { "v": "a" }])),
        [true, false]
    );
}

#[test]
fn a_combinator_beside_the_filter_that_says_something_else_is_refused() {
    let conditions = |count: usize| {
        let one = condition(
            json!("={{ $json.v }}"),
            json!({ "type": "string", "operation": "equals" }),
            json!("A"),
        );
        json!(vec![one; count])
    };
    for (inside, name, beside) in [
        ("and", "combinator", "or"),
        ("or", "combinator", "and"),
        ("and", "combineOperation", "any"),
        ("or", "combineOperation", "all"),
        ("and", "combinator", "xor"),
    ] {
        for count in [1, 2] {
            let mut workflow = if_node(conditions(count), inside);
            workflow["nodes"][1]["parameters"][name] = json!(beside);
            refuses(&workflow, &[name, beside, inside, "inside the filter"]);
        }
    }
    let mut workflow = if_node(conditions(2), "and");
    workflow["nodes"][1]["parameters"]["combinator"] = json!("and");
    assert_eq!(met(&workflow, &json!([{ "v": "A" }, { "v": "B" }])), [true, false]);
    assert!(warnings(&workflow).contains("Take it away"));
}

#[test]
fn parameters_of_version_1_in_a_later_version_are_refused() {
    for parameters in [
        json!({ "value1": "={{ $json.ok }}" }),
        json!({ "value1": "={{ $json.ok }}", "operation": "equal", "value2": true }),
        json!({ "boolean": [{ "value1": "={{ $json.ok }}", "value2": true }] }),
    ] {
        refuses(
            &workflow_of("n8n-nodes-base.if", 2.0, parameters),
            &["version 1", "conditions", "leftValue"],
        );
    }
}

#[test]
fn constants_written_as_expressions_are_refused_too() {
    let operator = json!({ "type": "string", "operation": "={{ \"bogus\" }}" });
    refuses(&one_condition(operator, Some(json!("A"))), &["bogus", "operation"]);
    let equals = json!({ "type": "string", "operation": "equals" });
    let one = condition(json!("={{ $json.v }}"), equals, json!("A"));
    refuses(&if_node(json!([one, one]), "={{ 'xor' }}"), &["xor", "combinator"]);
}
