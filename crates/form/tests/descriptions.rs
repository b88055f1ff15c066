//! Descriptions are read and written back equal: same keys, same values, same order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use heddle_data::Json;
use heddle_form::description::{
    CredentialDescription, Description, NodeDescription, NodeProperty, PropertyOption, PropertyType,
    ReceiveStep,
};
use serde_json::Value;

/// Names a `node_modules` folder in which n8n's packages are.
const N8N_VARIABLE: &str = "HEDDLE_N8N";

fn own() -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/descriptions.json");
    Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap().as_array().unwrap().to_vec()
}

/// Texts, since the order of the keys counts.
#[track_caller]
fn assert_comes_back(json: &Json) -> Description {
    let description = Description::read(json).unwrap();
    assert_eq!(description.to_json().to_string(), json.to_string());
    description
}

#[test]
fn every_key_is_read_and_written_back_in_its_place() {
    for json in own() {
        assert_comes_back(&json);
    }
}

#[test]
fn any_serde_format_does() {
    for json in own() {
        if json.get("inputs").is_none() {
            let description: CredentialDescription = serde_json::from_value(json.to_value()).unwrap();
            assert_eq!(serde_json::to_value(&description).unwrap(), json.to_value());
        } else {
            let description: NodeDescription = heddle_data::from_json(&json).unwrap();
            assert_eq!(heddle_data::to_json(&description).unwrap().to_string(), json.to_string());
        }
    }
}

/// The schema knows all keys that the types have, so the committed descriptions must use each.
#[test]
fn the_committed_descriptions_use_every_key_of_every_type() {
    let mut used = BTreeSet::new();
    own().iter().for_each(|json| keys(json, &mut used));
    let mut known = BTreeSet::new();
    for schema in [schemars::schema_for!(NodeDescription), schemars::schema_for!(CredentialDescription)] {
        let schema = schema.to_value();
        let parts = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        for part in parts.filter_map(|part| part["properties"].as_object()) {
            known.extend(part.keys().cloned());
        }
    }
    assert!(known.len() > 150, "{} keys", known.len());
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

fn keys(json: &Json, found: &mut BTreeSet<String>) {
    for (key, value) in json.as_object().into_iter().flat_map(heddle_data::JsonObject::iter) {
        found.insert(key.to_owned());
        keys(value, found);
    }
    json.as_array().into_iter().flatten().for_each(|value| keys(value, found));
}

#[test]
fn what_is_read_is_typed() {
    let own = own();
    let Description::Node(node) = Description::read(&own[0]).unwrap() else { panic!("a node type") };
    assert_eq!(node.version.as_slice(), [1.0, 1.1, 2.0]);
    assert_eq!(node.version.latest(), Some(2.0));
    assert_eq!(node.inputs.count(), Some(2));
    assert_eq!(node.webhooks[0].path.as_deref(), Some("webhook"));
    let defaults = node.request_defaults.as_ref().unwrap();
    assert_eq!(defaults.base_url.as_deref(), Some("https://api.example.com"));
    let property = |name: &str| node.properties.iter().find(|property| property.name == name).unwrap();
    assert!(property("to").is_password());
    assert_eq!(property("weights").type_options.max_value, Some(31.5));
    assert_eq!(property("depot").load_options_method(), Some("getDepots"));
    let output = property("to").routing.as_ref().unwrap().output.as_ref().unwrap();
    assert!(matches!(&output.post_receive[0], ReceiveStep::Function(mark) if mark.is_null()));
    let ReceiveStep::Action(action) = &output.post_receive[2] else { panic!("an action") };
    let entries: Vec<String> = action.properties.entries().keys().map(str::to_owned).collect();
    assert_eq!(entries, ["name", "description", "value", "colour"]);
    assert!(matches!(property("options").options[0], PropertyOption::Property(_)));
    assert!(matches!(property("rows").options[0], PropertyOption::Group(_)));
    assert_eq!(
        node.unread_keys(),
        [
            "/__loadOptionsMethods",
            "/properties/0/options/0/inputSchema",
            "/properties/1/typeOptions/maxLength",
            "/properties/1/routing/output/postReceive/2/properties/colour",
            "/properties/6/modes/1/initType",
        ]
    );
}

#[test]
fn what_does_not_fit_its_field_is_kept_and_told() {
    let own = own();
    let Description::Node(node) = Description::read(&own[1]).unwrap() else { panic!("a node type") };
    assert!(node.is_tool());
    assert!(!node.hidden, "a text is no flag");
    assert_eq!(node.properties[0].kind, PropertyType::Unknown);
    assert_eq!(node.properties[0].rest.get("type"), Some(&Json::from("typeOfTomorrow")));
    assert!(!node.properties[1].has_default() && node.properties[2].has_default());
    for pointer in
        ["/hidden", "/subtitle", "/futureKey", "/hints", "/properties/0/type", "/properties/1/required"]
    {
        assert!(node.unread_keys().contains(&pointer.to_owned()), "{pointer}: {:?}", node.unread_keys());
    }
}

#[test]
fn a_description_that_was_changed_is_written_changed() {
    let mut property: NodeProperty = heddle_data::from_json(
        &Json::parse(
            r#"{"later":1,"type":"string","name":"a","required":false,"hint":"h","displayName":"A"}"#,
        )
        .unwrap(),
    )
    .unwrap();
    property.required = true;
    property.placeholder = Some("p".to_owned());
    property.default = Json::from("d");
    property.type_options.password = true;
    property.rest.insert("own", Json::from(2));
    assert_eq!(
        heddle_data::to_json(&property).unwrap().to_string(),
        r#"{"later":1,"type":"string","name":"a","required":true,"hint":"h","displayName":"A","own":2,"default":"d","placeholder":"p","typeOptions":{"password":true}}"#
    );
}

#[test]
fn what_is_no_description_is_refused_in_words() {
    let refused = |text: &str| Description::read(&Json::parse(text).unwrap()).unwrap_err();
    assert_eq!(refused("[]"), "a description is an object, not array");
    assert_eq!(refused(r#"{"name":"a","properties":1}"#), "the description has no list of \"properties\"");
    let error = serde_json::from_str::<NodeProperty>(r#"{"name":"a"}"#).unwrap_err().to_string();
    assert!(error.contains("NodeProperty has no \"type\""), "{error}");
}

#[test]
fn own_words_are_read_and_not_written() {
    let property: NodeProperty = serde_json::from_str(
        r#"{"displayName":"A","name":"a","takesAny":true,"type":"string","default":""}"#,
    )
    .unwrap();
    assert!(property.takes_any);
    let written = serde_json::to_value(&property).unwrap();
    assert_eq!(written.get("takesAny"), None);
}

fn published(kind: &str) -> Vec<(String, Json)> {
    let home = PathBuf::from(std::env::var_os(N8N_VARIABLE).expect("HEDDLE_N8N names a node_modules folder"));
    let mut found = Vec::new();
    for package in ["n8n-nodes-base", "@n8n/n8n-nodes-langchain"] {
        let path = home.join(package).join(format!("dist/types/{kind}.json"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let all = Json::parse(&text).unwrap();
        found.extend(all.as_array().unwrap().iter().map(|json| (package.to_owned(), json.clone())));
    }
    found
}

#[test]
#[ignore = "needs n8n's packages, which no fresh machine has: HEDDLE_N8N names a node_modules folder with them"]
fn all_descriptions_of_n8n_come_back_equal() {
    for (kind, least) in [("nodes", 632), ("credentials", 447)] {
        let all = published(kind);
        assert!(all.len() >= least, "{} {kind}", all.len());
        let mut unread: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (index, (_, json)) in all.iter().enumerate() {
            let description = assert_comes_back(json);
            assert_eq!(matches!(description, Description::Node(_)), kind == "nodes");
            for pointer in description.unread_keys() {
                let steps =
                    pointer.split('/').map(|step| if step.parse::<u32>().is_ok() { "*" } else { step });
                unread.entry(steps.collect::<Vec<_>>().join("/")).or_default().insert(index);
            }
        }
        // Whatever ten descriptions use has a field.
        let mut by_key: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (pointer, users) in &unread {
            by_key.entry(pointer.rsplit('/').next().unwrap()).or_default().extend(users);
        }
        let frequent: Vec<_> = by_key.iter().filter(|(_, users)| users.len() >= 10).collect();
        assert!(frequent.is_empty(), "{frequent:?}");
    }
}

#[test]
fn the_schema_of_descriptions_accepts_them() {
    let schema = schemars::schema_for!(NodeDescription);
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    let value: Value = own()[0].to_value();
    if let Err(error) = validator.validate(&value) {
        panic!("{error} at {}", error.instance_path());
    }
}
