//! The methods that n8n adds to strings, numbers, booleans, arrays, objects and dates
//! (`docs/expressions/extensions.md`), and its functions that need no run (`docs/expressions/language.md §13`).
//!
//! Which methods a value has depends on its kind (`Table`); [`call`] answers from that table alone. Native methods of
//! JavaScript, and `isEmpty` of values without a table, are the engine's.

mod addresses;
mod array;
mod base64;
mod boolean;
mod currency;
mod date;
mod distinct;
mod equality;
mod functions;
mod hash;
mod letter_case;
mod markdown;
mod number;
mod object;
mod percent;
mod quote;
mod string;
mod title_case;
mod transliteration;
mod views;

pub use functions::function;

use crate::{Clock, Thrown, Value};

/// The kinds of values that have methods of their own, in the order in which errors list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Array,
    Date,
    Number,
    Object,
    String,
    Boolean,
}

impl Table {
    const ALL: [Self; 6] =
        [Table::Array, Table::Date, Table::Number, Table::Object, Table::String, Table::Boolean];

    /// The table of a value; `name` counts because a string that is a timestamp is a date for most methods.
    fn of(value: &Value, name: &str) -> Option<Self> {
        Some(match value {
            Value::Json(json) => {
                if let Some(text) = json.as_str() {
                    let is_date = date::is_timestamp(text) && !matches!(name, "toDate" | "toDateTime");
                    if is_date { Table::Date } else { Table::String }
                } else if json.is_array() {
                    Table::Array
                } else if json.is_object() {
                    Table::Object
                } else if json.is_number() {
                    Table::Number
                } else if json.is_bool() {
                    Table::Boolean
                } else {
                    return None;
                }
            }
            Value::List(_) => Table::Array,
            Value::DateTime(_) | Value::Date(_) => Table::Date,
            Value::Undefined | Value::BigInt(_) | Value::Symbol(_) | Value::Function(_) => return None,
            _ => Table::Object,
        })
    }

    /// As errors call it.
    fn label(self) -> &'static str {
        match self {
            Table::Array => "Array",
            Table::Date => "Date",
            Table::Number => "Number",
            Table::Object => "Object",
            Table::String => "String",
            Table::Boolean => "Boolean",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Table::Array => &array::NAMES,
            Table::Date => &date::NAMES,
            Table::Number => &number::NAMES,
            Table::Object => &object::NAMES,
            Table::String => &string::NAMES,
            Table::Boolean => &boolean::NAMES,
        }
    }
}

/// The names of all methods, each once.
pub const NAMES: &[&str] = &[
    "abs",
    "append",
    "average",
    "base64Decode",
    "base64Encode",
    "beginningOf",
    "ceil",
    "chunk",
    "compact",
    "difference",
    "diffTo",
    "diffToNow",
    "endOfMonth",
    "extract",
    "extractDomain",
    "extractEmail",
    "extractUrl",
    "extractUrlPath",
    "first",
    "floor",
    "format",
    "hasField",
    "hash",
    "intersection",
    "isBetween",
    "isDomain",
    "isDst",
    "isEmail",
    "isEmpty",
    "isEven",
    "isInLast",
    "isInteger",
    "isNotEmpty",
    "isNumeric",
    "isOdd",
    "isUrl",
    "isWeekend",
    "keepFieldsContaining",
    "keys",
    "last",
    "length",
    "max",
    "merge",
    "mergeIntoObject",
    "min",
    "minus",
    "parseJson",
    "pluck",
    "plus",
    "quote",
    "randomItem",
    "removeDuplicates",
    "removeField",
    "removeFieldsContaining",
    "removeMarkdown",
    "removeTags",
    "renameKeys",
    "replaceSpecialChars",
    "reverse",
    "round",
    "smartJoin",
    "sum",
    "toBoolean",
    "toDate",
    "toDateTime",
    "toDecimalNumber",
    "toFloat",
    "toInt",
    "toJsonString",
    "toNumber",
    "toSentenceCase",
    "toSnakeCase",
    "toTitleCase",
    "toWholeNumber",
    "union",
    "unique",
    "urlDecode",
    "urlEncode",
    "values",
];

/// The names of the methods that a value may have, by JavaScript's kinds of values: a string can be a date, and so can
/// an object.
pub(crate) fn names_by_kind() -> [(&'static str, Vec<&'static str>); 5] {
    let names = |tables: &[Table]| tables.iter().flat_map(|table| table.names()).copied().collect();
    [
        ("array", names(&[Table::Array])),
        ("string", names(&[Table::String, Table::Date])),
        ("number", names(&[Table::Number])),
        ("boolean", names(&[Table::Boolean])),
        ("object", names(&[Table::Object, Table::Date])),
    ]
}

/// Calls a method of a value; `None` when the value's table has no such method.
///
/// # Errors
/// Throws what n8n's method throws: an `ExpressionExtensionError` where n8n complains about the arguments, other
/// classes (which leave the expression's chunk empty) where JavaScript does.
pub fn call(name: &str, receiver: &Value, args: &[Value], clock: &Clock) -> Result<Option<Value>, Thrown> {
    match Table::of(receiver, name) {
        Some(Table::Array) => array::call(name, receiver, args),
        Some(Table::Date) => date::call(name, receiver, args, clock),
        Some(Table::Number) => number::call(name, receiver, args, clock),
        Some(Table::Object) => object::call(name, receiver, args),
        Some(Table::String) => string::call(name, receiver, args, clock),
        Some(Table::Boolean) => Ok(boolean::call(name, receiver)),
        None => Ok(None),
    }
}

/// Whether the value's table has the method.
pub fn has(name: &str, receiver: &Value) -> bool {
    Table::of(receiver, name).is_some_and(|table| table.names().contains(&name))
}

/// The error of a call on a value that has no method of that name.
pub fn not_callable(name: &str, receiver: &Value) -> Thrown {
    if receiver.is_nullish() {
        let value = if receiver.is_undefined() { "undefined" } else { "null" };
        return Thrown::extension(format!("{name} can't be used on {value} value")).with_description(
            format!(
                "To ignore this error, add a ? to the variable before this function, e.g. my_var?.{name}"
            ),
        );
    }
    let labels: Vec<String> = Table::ALL
        .into_iter()
        .filter(|table| table.names().contains(&name))
        .map(|table| format!("\"{}\"", table.label()))
        .collect();
    Thrown::extension(match labels.as_slice() {
        [] => format!("Unknown expression function: {name}"),
        [only] => format!("{name}() is only callable on type {only}"),
        [rest @ .., last] => format!("{name}() is only callable on types {}, and {last}", rest.join(", ")),
    })
}

/// An argument, undefined if it was not given.
fn arg(args: &[Value], index: usize) -> &Value {
    const MISSING: &Value = &Value::Undefined;
    args.get(index).unwrap_or(MISSING)
}
