//! Nothing that a workflow file or an expression can hold makes a node panic.

use heddle_node::{Item, Json, Registry, json};
use heddle_nodes_core as _;
use heddle_testkit::NodeTest;
use proptest::prelude::*;

/// What became of one item: how many items came out, or that an error did.
#[derive(Debug)]
enum Outcome {
    Items(Vec<Item>),
    Error,
}

impl Outcome {
    fn is(&self, holds: impl FnOnce(&[Item]) -> bool) -> bool {
        match self {
            Outcome::Items(items) => holds(items),
            Outcome::Error => true,
        }
    }
}

/// Runs a node on one item in the host.
fn run(node_type: &str, type_version: f64, parameters: Json, item: Json) -> Outcome {
    let registry = Registry::linked().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = NodeTest::new(node_type, type_version, parameters).with_items([item]);
    let Ok(result) = runtime.block_on(test.run(&registry)) else { return Outcome::Error };
    if result.error.is_some() {
        return Outcome::Error;
    }
    let node = result.last_node_executed().unwrap();
    Outcome::Items(result.last_outputs(node).into_iter().flatten().flatten().cloned().collect())
}

const SET: &str = "n8n-nodes-base.set";

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::NULL),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[ -~é€😀]{0,8}".prop_map(Json::from),
        "[\\[\\]{}().*+?|^$/\\\\a-c0-9'\"]{0,10}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::vec(("[a-c.\\[\\]0-9'\"]{0,5}", inner), 0..3)
                .prop_map(|entries| Json::from(entries.into_iter().collect::<heddle_node::JsonObject>())),
        ]
    })
}

fn any_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "string", "number", "boolean", "array", "object", "binary", "dateTime", "other",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn set_takes_any_name_and_value(
        version in prop::sample::select(vec![3.0, 3.1, 3.2, 3.3, 3.4, 3.5]),
        name in "[a-c.\\[\\]0-9'\" \\\\_]{0,12}",
        kind in any_kind(),
        value in any_json(),
        item in any_json(),
        lists in "[a-c.,\\[\\]0-9'\" ]{0,12}",
        include in prop::sample::select(vec!["all", "none", "selected", "except"]),
        dots in any::<bool>(),
        ignore in any::<bool>(),
    ) {
        let parameters = json!({
            "assignments": { "assignments": [{ "name": name, "value": "={{ $json.value }}", "type": kind }] },
            "fields": { "values": [{ "name": name, "type": format!("{kind}Value"), (format!("{kind}Value")): "={{ $json.value }}" }] },
            "includeOtherFields": true, "include": include, "includeFields": lists, "excludeFields": lists,
            "options": { "dotNotation": dots, "ignoreConversionErrors": ignore },
        });
        // A node gives an item or an error; both are fine.
        let outcome = run(SET, version, parameters, json!({ "value": value, "a": item }));
        prop_assert!(outcome.is(|items| items.len() == 1));
    }

    #[test]
    fn json_mode_takes_any_text(text in any_json()) {
        let parameters = json!({ "mode": "raw", "jsonOutput": "={{ $json.text }}", "options": {} });
        let outcome = run(SET, 3.4, parameters, json!({ "text": text }));
        prop_assert!(outcome.is(|items| items.len() == 1));
    }

    #[test]
    fn json_mode_takes_broken_json(text in "[{}\\[\\]:,'\"`a-c0-9 .+/*#\\\\\n“”-]{0,24}") {
        let parameters = json!({ "mode": "raw", "jsonOutput": "={{ $json.text }}", "options": {} });
        let outcome = run(SET, 3.4, parameters, json!({ "text": text }));
        prop_assert!(outcome.is(|items| items[0].json.is_object()));
    }

    #[test]
    fn if_takes_any_condition(
        left in any_json(),
        right in any_json(),
        kind in any_kind(),
        operation in prop::sample::select(vec![
            "exists", "empty", "equals", "contains", "startsWith", "regex", "notRegex", "gt", "lte", "after", "true",
            "lengthEquals", "lengthGt", "nothing",
        ]),
        loose in any::<bool>(),
        version in prop::sample::select(vec![1, 2, 3]),
        case_sensitive in any::<bool>(),
    ) {
        let parameters = json!({ "conditions": {
            "combinator": "or",
            "conditions": [{ "leftValue": "={{ $json.l }}", "rightValue": "={{ $json.r }}",
                "operator": { "type": kind, "operation": operation } }],
            "options": { "caseSensitive": case_sensitive, "version": version,
                "typeValidation": if loose { "loose" } else { "strict" } },
        } });
        let outcome = run("n8n-nodes-base.if", 2.2, parameters, json!({ "l": left, "r": right }));
        prop_assert!(outcome.is(|items| items.len() == 1));
    }
}
