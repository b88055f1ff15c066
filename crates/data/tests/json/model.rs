//! Random work done on a [`Json`] and on a plain model of JavaScript's objects must give the same.

use heddle_data::{Json, JsonObject};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Keys that meet each other often: names, array indices, near misses, and long ones that share no shape.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "c", "id", "name", "", "é", "q\"uote", "back\\slash", "new\nline"])
            .prop_map(str::to_owned),
        3 => (0..30u32).prop_map(|number| number.to_string()),
        1 => prop::sample::select(vec!["01", "-1", "1.0", "4294967294", "4294967295", "99999999999"])
            .prop_map(str::to_owned),
        2 => (0..100u32).prop_map(|number| format!("key{number}")),
        1 => (0..3usize).prop_map(|number| "long".repeat(40 + number)),
    ]
}

/// Numbers that serde_json reads exactly without its `float_roundtrip` feature and prints as JavaScript does.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<i32>().prop_map(f64::from),
        (-1_000_000..1_000_000i32).prop_map(|number| f64::from(number) / 64.0),
        Just(9_007_199_254_740_991.0),
        Just(-1e15),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number().prop_map(|number| Json::from(number).to_value()),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..12)
                .prop_map(|properties| Value::from(properties.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// JavaScript's order, stated another way than the implementation has it.
fn in_javascript_order(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(in_javascript_order).collect(),
        Value::Object(map) => {
            let mut properties: Vec<_> = map.iter().enumerate().collect();
            properties.sort_by_key(|(place, (key, _))| match key.parse::<u32>() {
                Ok(number) if number < u32::MAX && number.to_string() == **key => (0, number as usize),
                _ => (1, *place),
            });
            properties
                .into_iter()
                .map(|(_, (key, value))| (key.clone(), in_javascript_order(value)))
                .collect()
        }
        other => other.clone(),
    }
}

#[derive(Debug, Clone)]
enum Work {
    Insert(String, i32),
    Remove(String),
    Change(String, i32),
    Keep,
    Retain(u8),
    Clear,
    Extend(Vec<(String, i32)>),
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        30 => (key(), any::<i32>()).prop_map(|(key, number)| Work::Insert(key, number)),
        12 => key().prop_map(Work::Remove),
        5 => (key(), any::<i32>()).prop_map(|(key, number)| Work::Change(key, number)),
        4 => Just(Work::Keep),
        1 => (1..4u8).prop_map(Work::Retain),
        1 => Just(Work::Clear),
        2 => prop::collection::vec((key(), any::<i32>()), 0..90).prop_map(Work::Extend),
    ]
}

/// The text of a model whose own order is that of insertion.
fn text(model: &Map<String, Value>) -> String {
    in_javascript_order(&Value::Object(model.clone())).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn objects_do_what_the_model_does(works in prop::collection::vec(work(), 0..120)) {
        let mut json = Json::object();
        let mut model = Map::new();
        // Copies that were kept on the way, and what they must still be at the end.
        let mut kept: Vec<(Json, String)> = Vec::new();
        for (step, work) in works.into_iter().enumerate() {
            match work {
                Work::Insert(key, number) => {
                    prop_assert!(json.insert(&key, Json::from(number)));
                    model.insert(key, Value::from(number));
                }
                Work::Remove(key) => {
                    let removed = json.remove(&key).map(|json| json.to_value());
                    prop_assert_eq!(removed, model.shift_remove(&key));
                }
                Work::Change(key, number) => {
                    let place = json.get_mut(&key);
                    prop_assert_eq!(place.is_some(), model.contains_key(&key));
                    if let (Some(place), Some(other)) = (place, model.get_mut(&key)) {
                        *place = Json::from(number);
                        *other = Value::from(number);
                    }
                }
                Work::Keep => kept.push((json.clone(), text(&model))),
                Work::Retain(parity) => {
                    let object = json.as_object_mut().unwrap();
                    let parity = i64::from(parity);
                    object.retain(|_, value| value.as_i64().unwrap() % parity != 0);
                    let rest = std::mem::take(&mut model).into_iter();
                    model = rest.filter(|(_, value)| value.as_i64().unwrap() % parity != 0).collect();
                }
                Work::Clear => {
                    json.as_object_mut().unwrap().clear();
                    model.clear();
                }
                Work::Extend(properties) => {
                    let more = properties.iter().map(|(key, number)| (key.as_str(), Json::from(*number)));
                    json.as_object_mut().unwrap().extend(more);
                    model.extend(properties.into_iter().map(|(key, number)| (key, Value::from(number))));
                }
            }
            let object = json.as_object().unwrap();
            prop_assert_eq!(object.len(), model.len());
            prop_assert_eq!(object.is_empty(), model.is_empty());
            if step % 8 > 0 {
                continue;
            }
            for (position, (key, value)) in object.iter().enumerate() {
                prop_assert_eq!(object.position(key), Some(position));
                prop_assert_eq!(object.get_index(position), Some((key, value)));
                prop_assert_eq!(Some(value.to_value()), model.get(key).cloned());
            }
            prop_assert_eq!(object.get("absent"), None);
        }
        prop_assert_eq!(json.to_string(), text(&model));
        for (copy, expected) in kept {
            prop_assert_eq!(copy.to_string(), expected);
        }
    }

    #[test]
    fn any_order_of_building_gives_equal_objects(properties in prop::collection::vec((key(), value()), 0..100)) {
        let model: Map<String, Value> = properties.iter().cloned().collect();
        let mut one_by_one = JsonObject::new();
        for (key, value) in &properties {
            one_by_one.insert(key, Json::from(value.clone()));
        }
        let at_once: JsonObject =
            properties.iter().map(|(key, value)| (key.as_str(), Json::from(value.clone()))).collect();
        let parsed = Json::parse(&Value::Object(model.clone()).to_string()).unwrap();
        let mut backwards = JsonObject::new();
        for (key, value) in model.iter().rev() {
            backwards.insert(key, Json::from(value.clone()));
        }
        prop_assert_eq!(&one_by_one, &at_once);
        prop_assert_eq!(&one_by_one, &backwards);
        prop_assert_eq!(Json::from(one_by_one.clone()), parsed.clone());
        prop_assert_eq!(one_by_one.to_string(), text(&model));
        prop_assert_eq!(at_once.to_string(), text(&model));
        prop_assert_eq!(parsed.to_string(), text(&model));
        let forth: Vec<_> = one_by_one.clone().into_iter().collect();
        let mut back: Vec<_> = one_by_one.into_iter().rev().collect();
        back.reverse();
        prop_assert_eq!(forth, back);
    }

    #[test]
    fn values_go_to_serde_json_and_back(value in value()) {
        let json = Json::from_value(value.clone());
        let ordered = in_javascript_order(&value).to_string();
        prop_assert_eq!(json.to_value(), value.clone());
        prop_assert_eq!(serde_json::to_value(&json).unwrap(), value.clone());
        prop_assert_eq!(json.to_value().to_string(), ordered.clone());
        prop_assert_eq!(serde_json::to_string(&json).unwrap(), ordered.clone());
        prop_assert_eq!(json.to_string(), Json::parse(&ordered).unwrap().to_string());
        prop_assert_eq!(&serde_json::from_value::<Json>(value.clone()).unwrap(), &json);
        prop_assert_eq!(&serde_json::from_str::<Json>(&ordered).unwrap(), &json);
        prop_assert_eq!(&heddle_data::to_json(&value).unwrap(), &json);
        prop_assert_eq!(heddle_data::from_json::<Value>(&json).unwrap(), value.clone());
        prop_assert_eq!(Json::parse(&value.to_string()).unwrap(), json.clone());
        prop_assert_eq!(Json::parse(&json.to_json_string_pretty()).unwrap(), json.clone());
        prop_assert_eq!(
            serde_json::to_string_pretty(&json).unwrap(),
            serde_json::from_str::<Value>(&json.to_json_string_pretty()).map(|value| format!("{value:#}")).unwrap()
        );
    }

    #[test]
    fn equality_is_the_models(left in value(), right in value()) {
        let (a, b) = (Json::from(left.clone()), Json::from(right.clone()));
        prop_assert_eq!(a == b, left == right);
        prop_assert!(a == a.clone());
        prop_assert!(a == Json::from(left));
    }

    #[test]
    fn any_text_is_read_or_refused_as_serde_json_does(text in prop_oneof![
        "[\\[\\]{}:,\"0-9aelnrstuf .eE+\\\\-]{0,24}",
        ".{0,20}",
        value().prop_map(|value| value.to_string()),
        (value(), 0..200usize).prop_map(|(value, cut)| value.to_string().chars().take(cut).collect()),
    ]) {
        match (Json::parse(&text), serde_json::from_str::<Value>(&text)) {
            (Ok(json), Ok(value)) => prop_assert_eq!(json, Json::from(value)),
            (Err(_), Err(_)) => {}
            // Beyond f64 there is infinity, and half a surrogate pair is replaced.
            (Ok(_), Err(error)) => {
                let error = error.to_string();
                prop_assert!(error.contains("number out of range") || error.contains("surrogate"), "{}", error);
            }
            (Err(error), Ok(_)) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn pointers_lead_to_what_serde_json_finds(value in value(), pointer in "(/(a|b|id|[0-9]|~0|~1|)){0,4}") {
        let mut json = Json::from(value.clone());
        prop_assert_eq!(json.pointer(&pointer).map(Json::to_value), value.pointer(&pointer).cloned());
        prop_assert_eq!(json.pointer_mut(&pointer).map(|json| json.to_value()), value.pointer(&pointer).cloned());
    }
}
