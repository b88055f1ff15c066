//! The `json!` macro takes what `serde_json`'s takes.

use std::collections::BTreeMap;

use heddle_data::{Json, JsonObject, json};
use serde::Serialize;

const KEY: &str = "constant";

mod keys {
    pub(super) const OTHER: &str = "other";
}

macro_rules! assert_same {
    ($($json:tt)+) => {
        assert_eq!(json!($($json)+).to_value(), serde_json::json!($($json)+))
    };
}

#[test]
fn literals() {
    assert_same!(null);
    assert_same!(true);
    assert_same!(-1.5);
    assert_same!("text");
    assert_same!([]);
    assert_same!({});
    assert_same!([null, [], {}, [null], { "a": null }]);
    assert_same!([1, 2, 3,]);
    assert_same!({ "a": 1, "b": [true, false], "c": { "d": null }, });
    assert_same!([[1, 2], [[3]], { "a": [4] }]);
}

#[test]
fn expressions() {
    let name = String::from("Ada");
    let list = vec![1, 2];
    let absent: Option<&str> = None;
    let map = BTreeMap::from([("x", 1)]);
    assert_same!({
        "name": name,
        "length": name.len(),
        "list": list,
        "first": list[0],
        "block": { "inner": 1 },
        "sum": 1 + 2,
        "absent": absent,
        "present": Some("yes"),
        "map": map,
        "chosen": if list.is_empty() { 1 } else { 2 },
        "reference": &name,
        "tuple": (1, "two"),
    });
    assert_eq!(json!({ "length": [1, 2].len(), "last": [[1], [2]][1] }), json!({ "length": 2, "last": [2] }));
    // The expressions were borrowed.
    assert_eq!((name.as_str(), list.len()), ("Ada", 2));
}

#[test]
fn keys_may_be_computed() {
    let own = "own";
    assert_same!({ (own): 1, own: 2, KEY: 3, keys::OTHER: 4, (format!("a{}", 1)): 5, "10": 6 });
    let owned = String::from("owned");
    assert_eq!(json!({ owned: 1, (owned): 2 }), json!({ "owned": 2 }));
    let object = json!({ "b": 1, "2": 2, KEY: [], "1": {} });
    assert_eq!(object.to_string(), r#"{"1":{},"2":2,"b":1,"constant":[]}"#);
}

#[test]
fn many_properties_need_no_higher_recursion_limit() {
    let object = json!({
        "a01": 1, "a02": 1, "a03": 1, "a04": 1, "a05": 1, "a06": 1, "a07": 1, "a08": 1, "a09": 1, "a10": 1,
        "b01": [1], "b02": [1], "b03": [1], "b04": [1], "b05": [1], "b06": [1], "b07": [1], "b08": [1], "b09": [1],
        "c01": {}, "c02": {}, "c03": {}, "c04": {}, "c05": {}, "c06": {}, "c07": {}, "c08": {}, "c09": {}, "c10": {},
        "d01": null, "d02": null, "d03": null, "d04": null, "d05": null, "d06": null, "d07": null, "d08": null,
        "e": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28],
    });
    assert_eq!(object.as_object().map(JsonObject::len), Some(38));
    assert_eq!(object["e"].as_array().map(<[Json]>::len), Some(28));
}

#[test]
fn values_are_shared_not_copied() {
    let item = json!({ "large": [1, 2, 3] });
    #[derive(Serialize)]
    struct Holder<'a> {
        item: &'a Json,
        maybe: Option<Json>,
        list: Vec<Json>,
    }
    let holder = Holder { item: &item, maybe: Some(item.clone()), list: vec![item.clone(), json!(1)] };
    let all = json!({ "item": item, "array": [item], "holder": holder });
    for pointer in ["/item", "/array/0", "/holder/item", "/holder/maybe", "/holder/list/0"] {
        assert!(all.pointer(pointer).unwrap().ptr_eq(&item), "{pointer}");
    }
}

#[test]
fn what_is_no_json_becomes_null() {
    let map = BTreeMap::from([((1, 2), 3)]);
    assert_eq!(json!({ "map": map, "next": 1 }), json!({ "map": null, "next": 1 }));
}
