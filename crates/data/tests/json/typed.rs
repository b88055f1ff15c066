//! Rust types read from and written to [`Json`] as `serde_json` reads and writes them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use heddle_data::{Json, JsonObject, from_json, json, to_json};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(i32),
    Tuple(i32, String),
    Struct { a: u64, b: Option<bool> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
enum Internal {
    Unit,
    Struct { chat_id: u64, ratio: f64, nested: Option<Box<Internal>> },
    Newtype(Plain),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value")]
enum Adjacent {
    Unit,
    Number(f64),
    Struct { a: i8 },
    Tuple(u8, u8),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<u8>),
    Struct { a: bool },
    Null,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Plain {
    text: String,
    letter: char,
    unit: (),
    pair: (u8, i64),
    newtype: Newtype,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(Vec<Option<i16>>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    external: Vec<External>,
    internal: Vec<Internal>,
    adjacent: Vec<Adjacent>,
    untagged: Vec<Untagged>,
    numbers: BTreeMap<i64, u32>,
    truths: BTreeMap<bool, ()>,
    letters: BTreeMap<char, f32>,
    units: BTreeMap<UnitKey, i32>,
    wide: (i128, u128),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum UnitKey {
    First,
    Second,
}

fn plain() -> Plain {
    Plain {
        text: "tëxt".to_owned(),
        letter: 'x',
        unit: (),
        pair: (7, -7),
        newtype: Newtype(vec![Some(1), None]),
        rest: BTreeMap::from([("more".to_owned(), serde_json::json!([1, { "a": 1.5 }]))]),
    }
}

fn everything() -> Everything {
    let inner = Internal::Struct { chat_id: 1, ratio: 2.0, nested: None };
    Everything {
        external: vec![
            External::Unit,
            External::Newtype(-1),
            External::Tuple(2, "t".to_owned()),
            External::Struct { a: 9_007_199_254_740_991, b: None },
        ],
        internal: vec![
            Internal::Unit,
            Internal::Struct { chat_id: 5, ratio: 0.5, nested: Some(Box::new(inner)) },
            Internal::Newtype(plain()),
        ],
        adjacent: vec![
            Adjacent::Unit,
            Adjacent::Number(3.0),
            Adjacent::Struct { a: -3 },
            Adjacent::Tuple(1, 2),
        ],
        untagged: vec![
            Untagged::Integer(3),
            Untagged::Float(2.5),
            Untagged::Text("x".to_owned()),
            Untagged::List(vec![1, 2]),
            Untagged::Struct { a: true },
            Untagged::Null,
        ],
        numbers: BTreeMap::from([(-1, 1), (10, 2), (9, 3)]),
        truths: BTreeMap::from([(true, ()), (false, ())]),
        letters: BTreeMap::from([('a', 0.1), ('b', 3.0)]),
        units: BTreeMap::from([(UnitKey::First, 1), (UnitKey::Second, 2)]),
        wide: (-(1 << 100), 1 << 100),
    }
}

/// Writes as `serde_json` would, and reads back the same, directly and through text.
fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = to_json(value).unwrap();
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(json, Json::parse(&text).unwrap());
    assert_eq!(&from_json::<T>(&json).unwrap(), value);
    assert_eq!(&from_json::<T>(&Json::parse(&text).unwrap()).unwrap(), value);
}

#[test]
fn types_are_written_and_read_as_by_serde_json() {
    assert_round_trip(&plain());
    assert_round_trip(&everything());
    assert_round_trip(&Option::<u8>::None);
    assert_round_trip(&Some(plain()));
    assert_round_trip(&(1u8, "two".to_owned(), [3.5, 4.0]));
    assert_round_trip(&vec![0.1f32, 16_777_216.0]);
}

#[test]
fn whole_numbers_are_integers_whatever_their_text() {
    for text in ["3", "3.0", "0.3e1", "30e-1"] {
        let json = Json::parse(text).unwrap();
        assert_eq!(from_json::<u8>(&json).unwrap(), 3);
        assert_eq!(from_json::<i64>(&json).unwrap(), 3);
        assert_eq!(from_json::<f64>(&json).unwrap(), 3.0);
        assert_eq!(from_json::<Untagged>(&json).unwrap(), Untagged::Integer(3));
        assert_eq!(from_json::<Value>(&json).unwrap(), serde_json::json!(3));
    }
    assert_eq!(from_json::<u64>(&json!(1e19)).unwrap(), 10_000_000_000_000_000_000);
    assert_eq!(from_json::<Untagged>(&json!(1e300)).unwrap(), Untagged::Float(1e300));
    assert_eq!(from_json::<i64>(&json!(-0.0)).unwrap(), 0);
    assert_eq!(from_json::<u128>(&json!(2f64.powi(100))).unwrap(), 1 << 100);
}

#[test]
fn errors_speak_of_json_and_name_the_place() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only errors are looked at")]
    struct Form {
        count: Option<u8>,
        ratio: Option<f64>,
        list: Option<Vec<bool>>,
        inner: Option<BTreeMap<String, String>>,
        choice: Option<External>,
    }
    for (form, message) in [
        (json!({ "count": "x" }), r#"invalid type: string "x", expected a whole number from 0 at /count"#),
        (json!({ "count": 1.5 }), "invalid type: number `1.5`, expected a whole number from 0 at /count"),
        (json!({ "count": 256 }), "invalid value: number `256`, expected a whole number from 0 at /count"),
        (json!({ "ratio": true }), "invalid type: boolean `true`, expected a number at /ratio"),
        (json!({ "list": [true, {}] }), "invalid type: object, expected a boolean at /list/1"),
        (json!({ "list": 7 }), "invalid type: number `7`, expected a sequence at /list"),
        (json!({ "inner": { "a/b~": null } }), "invalid type: null, expected a string at /inner/a~1b~0"),
        (
            json!({ "choice": { "Struct": { "a": -1 } } }),
            "invalid value: number `-1`, expected a whole number from 0 at /choice/Struct/a",
        ),
        (
            json!({ "choice": "Other" }),
            "unknown variant `Other`, expected one of `Unit`, `Newtype`, `Tuple`, `Struct` at /choice",
        ),
    ] {
        assert_eq!(from_json::<Form>(&form).unwrap_err().to_string(), message);
    }
    let error = from_json::<Plain>(&json!({})).unwrap_err();
    assert_eq!(error.to_string(), "missing field `text`");
    assert_eq!((error.line(), error.column(), error.pointer().as_str()), (0, 0, ""));
    let error = from_json::<(u8, u8)>(&json!([1, 2, 3])).unwrap_err();
    assert_eq!(error.message(), "invalid length 3, expected fewer elements");
    assert!(to_json(&BTreeMap::from([(vec![1], 1)])).is_err());
}

#[test]
fn fields_of_free_form_share_with_what_they_were_read_from() {
    #[derive(Serialize, Deserialize)]
    struct Holder {
        any: Json,
        maybe: Option<Json>,
        list: Vec<Json>,
        object: JsonObject,
    }
    let item = json!({ "a": [1, 2] });
    let all = json!({ "any": item, "maybe": item, "list": [item, 1], "object": { "item": item } });
    let holder: Holder = from_json(&all).unwrap();
    for own in [Some(&holder.any), holder.maybe.as_ref(), holder.list.first(), holder.object.get("item")] {
        assert!(own.unwrap().ptr_eq(&item));
    }
    let written = to_json(&holder).unwrap();
    assert_eq!(written, all);
    for pointer in ["/any", "/maybe", "/list/0", "/object/item"] {
        assert!(written.pointer(pointer).unwrap().ptr_eq(&item), "{pointer}");
    }
    // Null is a value of its own, and nothing when it is optional.
    let holder: Holder = from_json(&json!({ "any": null, "maybe": null, "list": [], "object": {} })).unwrap();
    assert!(holder.any.is_null() && holder.maybe.is_none());
    // Text and other formats know nothing of sharing.
    let text = serde_json::to_string(&holder).unwrap();
    assert_eq!(text, r#"{"any":null,"maybe":null,"list":[],"object":{}}"#);
    assert!(from_json::<Holder>(&json!({ "any": 1, "list": [], "object": [] })).is_err());
}

#[test]
fn free_form_fields_pass_through_serdes_buffers() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Free { any: Json, maybe: Option<Json> },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        a: i32,
        #[serde(flatten)]
        rest: Json,
    }
    let any = json!({ "2": [1.5, null], "1": "x", "big": 1e30 });
    assert_round_trip(&Tagged::Free { any: any.clone(), maybe: Some(any.clone()) });
    let flat = Flat { a: 1, rest: any };
    assert_eq!(from_json::<Flat>(&to_json(&flat).unwrap()).unwrap(), flat);
    assert_eq!(serde_json::from_str::<Flat>(&serde_json::to_string(&flat).unwrap()).unwrap(), flat);
}

proptest! {
    #[test]
    fn every_number_survives(number in any::<f64>()) {
        let json = Json::from(number);
        if number.is_finite() {
            prop_assert_eq!(Json::parse(&json.to_string()).unwrap(), json.clone());
            prop_assert_eq!(from_json::<f64>(&json).unwrap(), number);
            prop_assert_eq!(to_json(&number).unwrap(), json.clone());
            prop_assert_eq!(Json::from(json.to_value()), json);
        } else {
            prop_assert_eq!(serde_json::to_string(&json).unwrap(), "null");
        }
    }

    #[test]
    fn integers_are_read_where_they_fit(number in any::<i64>()) {
        let json = Json::from(number);
        let exact = number as f64;
        prop_assert_eq!(json.as_f64(), Some(exact));
        if number.unsigned_abs() < 1 << 53 {
            prop_assert_eq!(json.as_i64(), Some(number));
            prop_assert_eq!(from_json::<i64>(&json).unwrap(), number);
            prop_assert_eq!(serde_json::to_string(&json).unwrap(), number.to_string());
        }
    }
}
