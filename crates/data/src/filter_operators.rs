//! The types and operators that the conditions of a filter may name (`docs/parameters.md §13`): forms show them, and
//! expressions evaluate them.

/// Operators without a right value that every type has.
pub const OF_ALL_TYPES: [&str; 2] = ["exists", "notExists"];

/// The types of conditions with their operators, beside those of all types (`docs/parameters.md §13`).
pub const OPERATORS: [(&str, &[&str]); 7] = [
    (
        "string",
        &[
            "empty",
            "notEmpty",
            "equals",
            "notEquals",
            "contains",
            "notContains",
            "startsWith",
            "notStartsWith",
            "endsWith",
            "notEndsWith",
            "regex",
            "notRegex",
        ],
    ),
    ("number", &["empty", "notEmpty", "equals", "notEquals", "gt", "lt", "gte", "lte"]),
    (
        "dateTime",
        &["empty", "notEmpty", "equals", "notEquals", "after", "before", "afterOrEquals", "beforeOrEquals"],
    ),
    ("boolean", &["empty", "notEmpty", "true", "false", "equals", "notEquals"]),
    (
        "array",
        &[
            "contains",
            "notContains",
            "lengthEquals",
            "lengthNotEquals",
            "lengthGt",
            "lengthLt",
            "lengthGte",
            "lengthLte",
            "empty",
            "notEmpty",
        ],
    ),
    ("object", &["empty", "notEmpty"]),
    ("any", &[]),
];

/// Whether conditions may have the type.
pub fn is_type(kind: &str) -> bool {
    OPERATORS.iter().any(|(name, _)| *name == kind)
}

/// Whether the type has the operation.
pub fn is_operator(kind: &str, operation: &str) -> bool {
    OPERATORS
        .iter()
        .any(|(name, own)| *name == kind && (own.contains(&operation) || OF_ALL_TYPES.contains(&operation)))
}

/// Whether an operation takes no right value, whatever the condition says of it.
pub fn is_unary(operation: &str) -> bool {
    matches!(operation, "exists" | "notExists" | "empty" | "notEmpty" | "true" | "false")
}
