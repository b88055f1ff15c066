//! The [`json!`](crate::json!) macro.

use serde::Serialize;

use super::{Json, to_json};

/// A [`Json`](crate::json::Json) written as JSON, with Rust expressions for values and, in parentheses or as plain
/// literals and constants, for keys.
///
/// Expressions may be of any type that serde can write; they are borrowed, not moved. What serde cannot write as
/// JSON (a map with keys that are no texts) becomes null.
///
/// ```
/// use heddle_data::json;
///
/// let name = String::from("Ada");
/// let person = json!({ "name": name, "tags": ["first", null], "born": 1800 + 15 });
/// assert_eq!(person.to_string(), r#"{"name":"Ada","tags":["first",null],"born":1815}"#);
/// ```
#[macro_export]
macro_rules! json {
    // The inner rules see a comma after each value; a last one too many is what a trailing comma leaves.
    (@elements [$($done:expr,)*] $(,)?) => {
        $crate::json::Json::from(::std::vec::Vec::<$crate::json::Json>::from([$($done),*]))
    };
    (@elements [$($done:expr,)*] null , $($rest:tt)*) => {
        $crate::json!(@elements [$($done,)* $crate::json!(null),] $($rest)*)
    };
    (@elements [$($done:expr,)*] [$($inner:tt)*] , $($rest:tt)*) => {
        $crate::json!(@elements [$($done,)* $crate::json!([$($inner)*]),] $($rest)*)
    };
    (@elements [$($done:expr,)*] {$($inner:tt)*} , $($rest:tt)*) => {
        $crate::json!(@elements [$($done,)* $crate::json!({$($inner)*}),] $($rest)*)
    };
    (@elements [$($done:expr,)*] $value:expr , $($rest:tt)*) => {
        $crate::json!(@elements [$($done,)* $crate::json!($value),] $($rest)*)
    };

    (@properties $object:ident $(,)?) => {};
    (@properties $object:ident $key:tt : null , $($rest:tt)*) => {
        $crate::json!(@property $object $key, null);
        $crate::json!(@properties $object $($rest)*);
    };
    (@properties $object:ident $key:tt : [$($inner:tt)*] , $($rest:tt)*) => {
        $crate::json!(@property $object $key, [$($inner)*]);
        $crate::json!(@properties $object $($rest)*);
    };
    (@properties $object:ident $key:tt : {$($inner:tt)*} , $($rest:tt)*) => {
        $crate::json!(@property $object $key, {$($inner)*});
        $crate::json!(@properties $object $($rest)*);
    };
    (@properties $object:ident $key:tt : $value:expr , $($rest:tt)*) => {
        $crate::json!(@property $object $key, $value);
        $crate::json!(@properties $object $($rest)*);
    };
    (@properties $object:ident $key:path : $($rest:tt)*) => {
        $crate::json!(@properties $object ($key) : $($rest)*);
    };
    (@property $object:ident $key:expr, $($value:tt)+) => {
        $object.insert(::std::convert::AsRef::<str>::as_ref(&$key), $crate::json!($($value)+));
    };

    (null) => { $crate::json::Json::NULL };
    ([]) => { $crate::json::Json::array() };
    ([ $($elements:tt)+ ]) => { $crate::json!(@elements [] $($elements)+ ,) };
    ({}) => { $crate::json::Json::object() };
    ({ $($properties:tt)+ }) => {{
        let mut object = $crate::json::JsonObject::new();
        $crate::json!(@properties object $($properties)+ ,);
        $crate::json::Json::from(object)
    }};
    ($value:expr) => { $crate::json::interpolate(&$value) };
}

/// What [`json!`](crate::json!) makes of an expression.
#[doc(hidden)]
pub fn interpolate<T: Serialize + ?Sized>(value: &T) -> Json {
    to_json(value).unwrap_or_default()
}
