//! The resolved schema and serde judge alike, and the stored schema accepts what can be run.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use heddle_data::{Json, from_json, json};
use heddle_form::description::{Port, PortList, Versions};
use heddle_form::parameters::{ParameterPlan, coerce, fill_defaults};
use heddle_form::schema::{
    SchemaForm, derive_properties, find_disagreement, find_misfit, mutations, parameter_schema,
    schema_of_properties,
};
use heddle_form::{NodeDescription, NodeProperty};
use jsonschema::Validator;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Every kind of field, below two tags.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "resource", rename_all = "camelCase")]
enum Parameters {
    /// All kinds.
    #[schemars(title = "All")]
    All(Operation),
    /// Nothing.
    #[schemars(title = "None")]
    Nothing,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "camelCase")]
enum Operation {
    /// Sends.
    #[schemars(title = "Send")]
    Send(Box<Send>),
    /// Counts.
    #[schemars(title = "Count")]
    Count(Count),
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Send {
    /// A text.
    #[schemars(title = "Text", extend("x-required" = true), length(max = 3))]
    text: String,
    /// A text or nothing.
    #[schemars(title = "Note")]
    note: Option<String>,
    /// A flag.
    #[schemars(title = "Flag")]
    flag: bool,
    /// A choice.
    #[schemars(title = "Speed")]
    speed: Speed,
    /// A choice or none.
    #[schemars(title = "Other Speed")]
    other_speed: Option<Speed>,
    /// Choices.
    #[schemars(title = "Speeds", extend("x-type" = "multiOptions"))]
    speeds: BTreeSet<Speed>,
    /// A choice that is loaded.
    #[schemars(title = "Bot", extend("x-type" = "options", "x-loadOptionsMethod" = "getBots"))]
    bot: String,
    /// Rows.
    #[schemars(title = "Rows", extend("x-type" = "fixedCollection"))]
    rows: Rows,
    /// A row.
    #[schemars(title = "Row", extend("x-type" = "fixedCollection"))]
    one: One,
    /// Settings.
    #[schemars(title = "Options", extend("x-type" = "collection"))]
    options: Settings,
    /// Anything.
    #[schemars(title = "Data", extend("x-type" = "json"))]
    data: Json,
    /// Kept.
    #[schemars(title = "Kept", extend("x-type" = "json"))]
    kept: BTreeMap<String, u16>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Count {
    /// A number.
    #[schemars(title = "Number", range(min = 1, max = 3))]
    number: f64,
    /// A whole number.
    #[schemars(title = "Small")]
    small: u8,
    /// A whole number.
    #[schemars(title = "Signed")]
    signed: i32,
    /// A whole number or none.
    #[schemars(title = "Large")]
    large: Option<u64>,
    /// Numbers.
    #[schemars(title = "Numbers", extend("x-type" = "number", "x-multipleValues" = true))]
    numbers: Vec<i64>,
    #[serde(flatten)]
    mode: Mode,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mode", rename_all = "camelCase")]
enum Mode {
    /// Plain.
    #[default]
    #[schemars(title = "Plain")]
    Plain,
    /// With a limit.
    #[schemars(title = "Limited")]
    Limited {
        /// The limit.
        #[serde(default)]
        #[schemars(title = "Limit")]
        limit: i16,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Speed {
    /// Slow.
    #[default]
    #[schemars(title = "Slow")]
    Slow,
    /// Fast.
    #[schemars(title = "Fast")]
    Fast,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Rows {
    /// The rows.
    #[schemars(title = "Row")]
    row: Vec<Row>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct One {
    /// The row.
    #[schemars(title = "Row")]
    row: Option<Row>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Row {
    /// Name.
    #[schemars(title = "Key")]
    key: String,
    /// Number.
    #[schemars(title = "Count")]
    count: u32,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Settings {
    /// A choice.
    #[schemars(title = "Speed")]
    speed: Option<Speed>,
    /// Seconds.
    #[schemars(title = "Wait")]
    wait: Option<f64>,
    /// Flag.
    #[schemars(title = "Flag")]
    flag: bool,
}

fn examples() -> [Json; 4] {
    [
        json!({
            "resource": "all",
            "operation": "send",
            "text": "a long text",
            "note": "n",
            "flag": true,
            "speed": "fast",
            "otherSpeed": "slow",
            "speeds": ["slow", "fast"],
            "bot": "b1",
            "rows": {"row": [{"key": "a", "count": 1}, {"key": 2}]},
            "one": {"row": {"key": "a"}},
            "options": {"speed": "fast", "wait": 1.5},
            "data": {"a": [1, null]},
            "kept": {"a": 1}
        }),
        json!({"text": "a"}),
        json!({"operation": "count", "number": 7, "small": 255, "signed": -1, "large": 3, "numbers": [1, 2], "mode": "limited", "limit": 5}),
        json!({"resource": "nothing"}),
    ]
}

/// The form of [`Parameters`] with its resolved and its stored schema.
static FORM: LazyLock<(Vec<NodeProperty>, Validator, Validator)> = LazyLock::new(|| {
    let (properties, resolved) = validator::<Parameters>(SchemaForm::Resolved);
    (properties, resolved, validator::<Parameters>(SchemaForm::Stored).1)
});

fn validator<T: JsonSchema>(form: SchemaForm) -> (Vec<NodeProperty>, Validator) {
    let properties = derive_properties::<T>().unwrap();
    let schema = parameter_schema::<T>(&properties, form).unwrap();
    (properties, jsonschema::validator_for(&schema).unwrap())
}

#[track_caller]
fn agree<T: DeserializeOwned>(properties: &[NodeProperty], validator: &Validator, parameters: &Json) {
    let found = find_disagreement(
        properties,
        parameters,
        1.0,
        |parameters| from_json::<T>(parameters).is_ok(),
        |value| validator.is_valid(value),
    );
    let explained = found.map(|found| {
        let value = found.parameters.to_value();
        let serde = from_json::<T>(&found.parameters).map(|_| ());
        format!("{}\nserde:  {serde:?}\nschema: {:?}", found.parameters, validator.validate(&value))
    });
    assert_eq!(explained, None);
}

#[test]
fn serde_and_the_resolved_schema_agree_on_every_mutation() {
    let (properties, validator) = validator::<Parameters>(SchemaForm::Resolved);
    for example in examples() {
        let filled = fill_defaults(&properties, &example, 1.0);
        let coerced = coerce(&properties, &filled, 1.0).unwrap();
        from_json::<Parameters>(&coerced).unwrap();
        agree::<Parameters>(&properties, &validator, &example);
    }
    let filled = fill_defaults(&properties, &examples()[0], 1.0);
    assert!(mutations(&properties, &filled).len() > 300, "the mutations reach into every structure");
}

#[test]
fn a_disagreement_is_found() {
    let (properties, _) = validator::<Parameters>(SchemaForm::Resolved);
    let found = find_disagreement(&properties, &examples()[1], 1.0, |_| true, |_| false).unwrap();
    assert!(found.type_accepts);
}

#[test]
fn the_stored_schema_accepts_expressions_unknown_keys_and_what_can_be_coerced() {
    let (_, validator) = validator::<Parameters>(SchemaForm::Stored);
    for example in examples() {
        assert!(validator.is_valid(&example.to_value()), "{example}");
    }
    for accepted in [
        json!({"unknown": {"a": 1}, "text": "=…"}),
        json!({"text": 5, "flag": "true", "note": null}),
        json!({"operation": "count", "number": "={{ $json.a }}", "small": "12", "numbers": "={{ $json.list }}"}),
        json!({"operation": "count", "numbers": ["={{ $json.a }}", 2], "mode": "limited", "limit": "0x10"}),
        json!({"text": "a", "rows": "={{ $json.rows }}"}),
        json!({"text": "a", "rows": {"row": "={{ $json.rows }}", "more": 1}}),
        json!({"text": "a", "rows": {"row": ["={{ $json.row }}", {"key": "={{ 1 }}", "count": "=1"}]}}),
        json!({"text": "a", "options": {"speed": "={{ 'fast' }}", "unknown": 1}}),
        json!({"text": "a", "speeds": ["={{ 1 }}"]}),
        json!({"text": "a", "data": "=", "bot": "any"}),
    ] {
        assert!(validator.is_valid(&accepted.to_value()), "{accepted}");
    }
    for refused in [
        json!({}),
        json!({"text": "="}),
        json!({"resource": "other"}),
        json!({"resource": "={{ 1 }}"}),
        json!({"operation": "other"}),
        json!({"text": {"a": 1}}),
        json!({"text": ["a"]}),
        json!({"operation": "count", "number": "five"}),
        json!({"flag": "yes"}),
        json!({"speed": "medium"}),
        json!({"speeds": "slow"}),
        json!({"rows": [{"key": "a"}]}),
        json!({"rows": {"row": {"key": "a"}}}),
        json!({"rows": {"row": [{"key": ["a"]}]}}),
        json!({"options": {"wait": "long"}}),
    ] {
        assert!(!validator.is_valid(&refused.to_value()), "{refused}");
    }
}

#[test]
fn a_selector_of_one_resource_is_checked_for_that_resource() {
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "resource")]
    enum Two {
        /// A.
        #[schemars(title = "A")]
        A(First),
        /// B.
        #[schemars(title = "B")]
        B(Second),
    }
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "operation")]
    enum First {
        /// X.
        #[schemars(title = "X")]
        X,
    }
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "operation")]
    enum Second {
        /// Y.
        #[schemars(title = "Y")]
        Y,
    }
    let (_, validator) = validator::<Two>(SchemaForm::Stored);
    let is_valid = |value: Json| validator.is_valid(&value.to_value());
    assert!(is_valid(json!({"operation": "X"})), "A is the default");
    assert!(is_valid(json!({"resource": "B", "operation": "Y"})));
    assert!(!is_valid(json!({"operation": "Y"})));
    assert!(!is_valid(json!({"resource": "B", "operation": "X"})));
}

#[test]
fn a_misfit_is_found_below_the_tags() {
    let place = |parameters: Json| {
        let error = find_misfit::<Parameters>(&parameters)?;
        Some((error.path, error.message))
    };
    let found = |path: &str, message: &str| Some((path.to_owned(), message.to_owned()));
    let send = |field: &str, value: Json| {
        let mut parameters = json!({"resource": "all", "operation": "send"});
        parameters.insert(field, value);
        place(parameters)
    };
    assert_eq!(send("text", json!("a")), None);
    assert_eq!(
        place(json!({"resource": "other"})),
        found(
            "resource",
            "The parameter \"resource\" must be one of \"all\", \"nothing\", but it is the text \"other\""
        )
    );
    assert_eq!(
        place(json!({"resource": "all"})),
        found("operation", "The parameter \"operation\" must be one of \"send\", \"count\", but it is empty")
    );
    assert_eq!(
        send("rows", json!({"row": [{}, {"count": -1}]})),
        found(
            "rows.row[1].count",
            "The parameter \"Count\" in row 2 must be a whole number from 0 to 4294967295, but it is -1"
        )
    );
    assert_eq!(
        send("rows", json!({"row": [{"count": 1.5}]})),
        found("rows.row[0].count", "The parameter \"Count\" in row 1 must be a whole number, but it is 1.5")
    );
    assert_eq!(
        send("otherSpeed", json!("medium")),
        found(
            "otherSpeed",
            "The parameter \"Other Speed\" must be one of \"slow\", \"fast\", but it is the text \"medium\""
        )
    );
    assert_eq!(
        send("speeds", json!(["slow", "no"])),
        found(
            "speeds[1]",
            "The parameter \"Speeds\" must be one of \"slow\", \"fast\", but it is the text \"no\""
        )
    );
    assert_eq!(
        send("kept", json!({"a": 70_000})),
        found("kept.a", "The parameter \"a\" must be a whole number from 0 to 65535, but it is 70000")
    );
    assert_eq!(
        send("one", json!({"row": "abc"})),
        found("one.row", "The parameter \"Row\" must be an object, but it is the text \"abc\"")
    );
}

#[test]
fn a_form_built_by_hand_has_both_schemas() {
    let properties: Vec<NodeProperty> = from_json(&json!([
        {"displayName": "Text", "name": "text", "type": "string", "default": ""},
        {"displayName": "Filter", "name": "filter", "type": "filter", "default": {}},
        {"displayName": "List", "name": "list", "type": "number", "default": [], "typeOptions": {"multipleValues": true}}
    ]))
    .unwrap();
    let by_type = parameter_schema::<Json>(&properties, SchemaForm::Resolved).unwrap();
    assert_eq!(by_type, schema_of_properties(&properties, SchemaForm::Resolved));
    let validator = jsonschema::validator_for(&by_type).unwrap();
    assert!(
        validator.is_valid(&json!({"text": "a", "filter": {"combinator": "and"}, "list": [1]}).to_value())
    );
    for refused in [json!({"text": 1}), json!({"filter": "a"}), json!({"list": ["a"]}), json!({"other": 1})] {
        assert!(!validator.is_valid(&refused.to_value()), "{refused}");
    }
    assert_eq!(
        parameter_schema::<Parameters>(&properties, SchemaForm::Stored).unwrap()["properties"]["text"]["title"],
        "Text"
    );
}

/// A value for a property: mostly of its type, now and then anything.
fn value_of(property: &NodeProperty) -> BoxedStrategy<Json> {
    let right = right_value(property);
    prop_oneof![4 => right, 1 => any_json()].boxed()
}

fn right_value(property: &NodeProperty) -> BoxedStrategy<Json> {
    use heddle_form::PropertyType as Kind;
    let choices: Vec<Json> = property.choices().map(|choice| choice.value.clone()).collect();
    let single = match property.kind {
        Kind::Number => prop_oneof![
            any::<i64>().prop_map(Json::from),
            (-300.0..300.0).prop_map(Json::from),
            any::<u8>().prop_map(|number| Json::from(f64::from(number))),
            any::<i16>().prop_map(|number| Json::from(number.to_string())),
            Just(Json::from(18_446_744_073_709_551_615_f64)),
        ]
        .boxed(),
        Kind::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Kind::Options | Kind::MultiOptions if !choices.is_empty() => {
            proptest::sample::select(choices).boxed()
        }
        Kind::Collection => {
            let children: Vec<NodeProperty> = property.children().cloned().collect();
            object_of(&children)
        }
        Kind::FixedCollection => {
            let groups: Vec<_> = property
                .groups()
                .map(|group| {
                    let row = object_of(&group.values);
                    let rows = if property.has_multiple_values() {
                        proptest::collection::vec(row, 0..3).prop_map(Json::from).boxed()
                    } else {
                        row
                    };
                    (Just(group.name.clone()), rows)
                })
                .collect();
            groups.prop_map(|groups| groups.into_iter().collect::<heddle_data::JsonObject>().into()).boxed()
        }
        Kind::Json => any_json(),
        _ => "[a-z0-9=]{0,3}".prop_map(Json::from).boxed(),
    };
    if property.is_list() && property.kind != Kind::Collection {
        proptest::collection::vec(single, 0..3).prop_map(Json::from).boxed()
    } else {
        single
    }
}

fn object_of(properties: &[NodeProperty]) -> BoxedStrategy<Json> {
    let fields: Vec<_> = properties
        .iter()
        .map(|property| (Just(property.name.clone()), proptest::option::of(value_of(property))))
        .collect();
    fields
        .prop_map(|fields| {
            let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
            fields.collect::<heddle_data::JsonObject>().into()
        })
        .boxed()
}

fn any_json() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        Just(Json::NULL),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        (-1e30..1e30).prop_map(Json::from),
        "[a-z0-9 =.-]{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            proptest::collection::vec(("[a-c]", inner), 0..3)
                .prop_map(|fields| fields.into_iter().collect::<heddle_data::JsonObject>().into()),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn serde_and_the_resolved_schema_agree_on_generated_values(parameters in object_of(&FORM.0)) {
        let (properties, validator, _) = &*FORM;
        let filled = fill_defaults(properties, &parameters, 1.0);
        if let Ok(coerced) = coerce(properties, &filled, 1.0) {
            prop_assert_eq!(find_misfit::<Parameters>(&coerced).is_none(), validator.is_valid(&coerced.to_value()), "{}", coerced);
            let serde = from_json::<Parameters>(&coerced).map(|_| ()).map_err(|error| error.to_string());
            let schema = validator.is_valid(&coerced.to_value());
            prop_assert_eq!(serde.is_ok(), schema, "{} {:?}", coerced, serde);
        }
    }

    #[test]
    fn the_stored_schema_accepts_whatever_runs(parameters in object_of(&FORM.0)) {
        let (properties, resolved, stored) = &*FORM;
        let filled = fill_defaults(properties, &parameters, 1.0);
        let is_planned = ParameterPlan::new(properties, &filled, 1.0).is_ok();
        if is_planned && let Ok(coerced) = coerce(properties, &filled, 1.0) && resolved.is_valid(&coerced.to_value()) {
            // Hidden parameters and unknown rows do no harm, so the filled ones count.
            prop_assert!(stored.is_valid(&filled.to_value()), "{}", filled);
        }
    }
}

#[test]
fn a_description_fits_its_own_schema() {
    let description = NodeDescription {
        name: "test.all".to_owned(),
        display_name: "All".to_owned(),
        group: vec!["transform".to_owned()],
        version: Versions::Many(vec![1.0, 1.1]),
        description: "Every kind of field.".to_owned(),
        inputs: PortList::Fixed(vec![Port::main()]),
        outputs: PortList::Fixed(vec![Port::main()]),
        properties: derive_properties::<Parameters>().unwrap(),
        ..NodeDescription::default()
    };
    let schema = serde_json::to_value(schemars::schema_for!(NodeDescription)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = serde_json::to_value(&description).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(serde_json::from_value::<NodeDescription>(value).unwrap(), description);
}
