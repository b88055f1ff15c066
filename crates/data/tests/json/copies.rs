//! Copies share until they are changed; threads share shapes.

use std::thread;

use heddle_data::{Json, JsonObject, json};

#[test]
fn a_changed_copy_leaves_the_original_as_it_was() {
    let original = json!({ "a": { "deep": [1, 2] }, "b": 2 });
    let mut copy = original.clone();
    assert!(copy.ptr_eq(&original));
    copy.insert("c", json!(3));
    assert!(!copy.ptr_eq(&original));
    // What was not changed is still the same in memory.
    assert!(copy["a"].ptr_eq(&original["a"]));
    copy.pointer_mut("/a/deep").and_then(Json::as_array_mut).unwrap().push(json!(3));
    copy.remove("b");
    assert_eq!(original, json!({ "a": { "deep": [1, 2] }, "b": 2 }));
    assert_eq!(copy, json!({ "a": { "deep": [1, 2, 3] }, "c": 3 }));
}

#[test]
fn a_look_up_that_finds_nothing_copies_nothing() {
    let original = json!({ "a": 1 });
    let mut copy = original.clone();
    assert_eq!(copy.remove("b"), None);
    assert!(copy.ptr_eq(&original));
}

#[test]
fn scalars_are_never_the_same_in_memory() {
    assert!(!json!("text").ptr_eq(&json!("text")));
    assert!(!Json::NULL.ptr_eq(&Json::NULL));
    let array = json!([]);
    assert!(array.ptr_eq(&array.clone()) && !array.ptr_eq(&json!([])));
}

#[test]
fn only_objects_and_null_take_properties() {
    let mut null = Json::NULL;
    assert!(null.insert("a", json!(1)));
    assert_eq!(null, json!({ "a": 1 }));
    for mut other in [json!(1), json!("a"), json!([]), json!(true)] {
        let before = other.clone();
        assert!(!other.insert("a", json!(1)));
        assert_eq!(other.remove("a"), None);
        assert_eq!(other, before);
    }
    let mut list = Json::NULL;
    assert!(list.push(json!(1)) && list.push(json!(2)));
    assert_eq!(list, json!([1, 2]));
    assert!(!json!({}).push(json!(1)));
    assert_eq!(list.take(), json!([1, 2]));
    assert!(list.is_null());
}

#[test]
fn contents_come_out_of_shared_and_unshared_values() {
    let list = json!([1, 2]);
    let copy = list.clone();
    assert_eq!(copy.into_array().unwrap(), [json!(1), json!(2)]);
    assert_eq!(list.clone().into_array().unwrap().len(), 2);
    assert_eq!(list.into_object().unwrap_err(), json!([1, 2]));
    let object = json!({ "a": 1 });
    assert_eq!(object.clone().into_object().unwrap().get("a"), Some(&json!(1)));
    assert_eq!(object.into_array().unwrap_err(), json!({ "a": 1 }));
}

#[test]
fn nothing_equals_nan_but_a_container_equals_itself() {
    let list = json!([f64::NAN]);
    assert_ne!(Json::from(f64::NAN), Json::from(f64::NAN));
    assert_eq!(list, list.clone());
    assert_eq!(Json::from(-0.0), Json::from(0));
}

#[test]
fn integers_are_whole_numbers_in_range() {
    assert_eq!(json!(5).as_i64(), Some(5));
    assert_eq!(json!(-5).as_u64(), None);
    assert_eq!(json!(5.5).as_i64(), None);
    assert_eq!(json!(1e300).as_u64(), None);
    assert_eq!(Json::from(f64::NAN).as_i64(), None);
    assert_eq!(Json::from(f64::INFINITY).as_u64(), None);
    assert_eq!(Json::from(2f64.powi(63)).as_i64(), None);
    assert_eq!(Json::from(2f64.powi(63)).as_u64(), Some(1 << 63));
    assert_eq!(Json::from(-(2f64.powi(63))).as_i64(), Some(i64::MIN));
}

/// More keys than are shared, and many different ones, in several threads that also exchange objects.
#[test]
fn threads_build_change_and_compare_the_same_objects() {
    let build = |worker: usize| -> Vec<Json> {
        (0..400usize)
            .map(|row| {
                let width = [3, 9, 20, 70][row % 4];
                let mut object: JsonObject = (0..width)
                    .map(|column| (format!("column{}", column + row % 40), Json::from(column)))
                    .collect();
                object.insert("7", Json::from(row));
                object.remove(&format!("column{}", 1 + row % 40));
                object.insert("worker", Json::from(worker));
                object.remove("worker");
                Json::from(object)
            })
            .collect()
    };
    let workers: Vec<_> = (0..8).map(|worker| thread::spawn(move || build(worker))).collect();
    let expected = build(99);
    for worker in workers {
        let rows = worker.join().unwrap();
        assert_eq!(rows, expected);
        for (row, other) in rows.iter().zip(&expected) {
            assert_eq!(row.to_string(), other.to_string());
        }
    }
}
