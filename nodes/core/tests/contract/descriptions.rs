//! The forms against n8n's: the same parameters, in the same order, with the same types, defaults and conditions.

use heddle_node::schema::SchemaForm;
use heddle_node::{Json, Registry, json, to_json};
use heddle_nodes_core as _;

/// What of a property is a fact of the interface. Names for people and help texts are our own.
const FACTS: [&str; 9] = [
    "name",
    "type",
    "default",
    "displayOptions",
    "typeOptions",
    "required",
    "noDataExpression",
    "validateType",
    "ignoreValidationDuringExecution",
];

#[test]
fn forms_have_the_parameters_of_n8n() {
    let files = [include_str!("recorded/descriptions.json"), include_str!("recorded/lists.json")];
    let recorded: Vec<Json> = files.into_iter().map(|file| Json::parse(file).unwrap()).collect();
    let recorded = recorded.iter().flat_map(|file| file.as_object().unwrap().iter());
    let registry = Registry::linked().unwrap();
    for (name, expected) in recorded.filter(|(name, _)| name.contains('.')) {
        // A form of other versions than the newest is recorded as `type@version`.
        let (type_name, version) = match name.rsplit_once('@').filter(|(name, _)| !name.is_empty()) {
            Some((type_name, version)) => (type_name, Some(version.parse().unwrap())),
            None => (name, None),
        };
        let node = registry.node(type_name, version).unwrap();
        let description = to_json(&*node.describe().unwrap()).unwrap();
        // One node of ours may serve versions that are several in n8n.
        let is_whole = version.is_none() || description.get("version") == expected.get("version");
        let facts_of_all = if is_whole { ["version", "defaults"].as_slice() } else { &[] };
        for field in facts_of_all.iter().chain(&["group"]) {
            assert_eq!(description.get(field), expected.get(field), "{name}: {field}");
        }
        for field in ["inputs", "outputs"] {
            // What depends on the parameters is an expression, ours in our own words.
            let found = description.get(field).unwrap();
            let found = if found.is_string() { Json::from("dynamic") } else { found.clone() };
            assert_eq!(Some(&found), expected.get(field), "{name}: {field}");
        }
        let names = |names: Option<&Json>| names.cloned().unwrap_or(Json::NULL);
        assert_eq!(names(description.get("outputNames")), names(expected.get("outputNames")), "{name}");
        let found: Json = properties(description.get("properties"))
            .filter(|property| property.get("type") != Some(&json!("hidden")))
            .filter_map(|property| {
                version.map_or_else(|| Some(property.clone()), |version| of_version(property, version))
            })
            .map(|property| facts(&property))
            .collect();
        for (index, expected) in properties(expected.get("properties")).enumerate() {
            let found = found.get_index(index).cloned().unwrap_or(Json::NULL);
            assert_eq!(found.to_string(), facts(expected).to_string(), "{name}: property {index}");
        }
        assert_eq!(found.as_array().unwrap().len(), properties(expected.get("properties")).count(), "{name}");
    }
}

#[test]
fn every_property_has_a_label_and_choices_have_names() {
    let registry = Registry::linked().unwrap();
    for node in registry.nodes() {
        let description = node.describe().unwrap();
        for property in &description.properties {
            assert!(!property.display_name.is_empty(), "{}: {}", description.name, property.name);
            for choice in property.choices() {
                assert!(!choice.name.is_empty(), "{}: {}", description.name, property.name);
            }
        }
    }
}

#[test]
fn schemas_are_made_for_every_node() {
    let registry = Registry::linked().unwrap();
    for node in registry.nodes() {
        for form in [SchemaForm::Stored, SchemaForm::Resolved] {
            let schema = node.parameter_schema(form).unwrap();
            assert_eq!(schema.get("type").and_then(|kind| kind.as_str()), Some("object"), "{schema}");
        }
    }
}

fn properties(list: Option<&Json>) -> impl Iterator<Item = &Json> {
    list.and_then(Json::as_array).unwrap_or_default().iter()
}

/// A property without the condition that shows it in some versions only, if `version` is one of them.
fn of_version(property: &Json, version: f64) -> Option<Json> {
    let mut property = property.clone();
    let Some(versions) = property.pointer("/displayOptions/show/@version").and_then(Json::as_array) else {
        return Some(property);
    };
    // A condition in place of a list is n8n's own.
    if versions.iter().any(Json::is_object) {
        return Some(property);
    }
    if !versions.iter().any(|shown| shown.as_f64() == Some(version)) {
        return None;
    }
    property.pointer_mut("/displayOptions/show").unwrap().remove("@version");
    for key in ["show", "hide"] {
        let conditions = property.pointer("/displayOptions").and_then(|options| options.get(key));
        if conditions.and_then(Json::as_object).is_some_and(|conditions| conditions.is_empty()) {
            property.get_mut("displayOptions").unwrap().remove(key);
        }
    }
    Some(property)
}

/// A property, group, child or choice with nothing but its facts.
fn facts(entry: &Json) -> Json {
    let mut facts = Json::object();
    if let Some(values) = entry.get("values") {
        facts.insert("name", entry.get("name").cloned().unwrap());
        facts.insert("values", properties(Some(values)).map(self::facts).collect::<Json>());
        return facts;
    }
    let Some(kind) = entry.get("type") else {
        facts.insert("value", entry.get("value").cloned().unwrap());
        return facts;
    };
    for fact in FACTS {
        // Off, empty and absent say the same.
        let value = entry.get(fact).filter(|value| {
            fact == "default"
                || !(value.as_bool() == Some(false)
                    || value.as_object().is_some_and(|object| object.is_empty()))
        });
        if let Some(value) = value {
            facts.insert(fact, sorted(value));
        }
    }
    if kind.as_str() != Some("notice") && entry.get("options").is_some() {
        facts.insert("options", properties(entry.get("options")).map(self::facts).collect::<Json>());
    }
    facts
}

/// The order of keys says nothing.
fn sorted(value: &Json) -> Json {
    let Some(object) = value.as_object() else { return value.clone() };
    let mut keys: Vec<&str> = object.keys().collect();
    keys.sort_unstable();
    let mut sorted = Json::object();
    for key in keys {
        sorted.insert(key, self::sorted(object.get(key).unwrap()));
    }
    sorted
}
