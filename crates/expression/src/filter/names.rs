//! The types and operators that conditions may name, and what a name that is none of them probably means.

use heddle_data::filter_operators::{OF_ALL_TYPES, OPERATORS};
use heddle_data::suggest::{quote, suggest};

/// What version 1 of the If node, other programs and other tongues call the operators of ours.
const OTHER_NAMES: [(&str, &[&str]); 20] = [
    ("equals", &["equal", "eq", "is", "=", "==", "===", "same"]),
    ("notEquals", &["notequal", "neq", "ne", "isnot", "!=", "!==", "<>", "not"]),
    ("gt", &["larger", "greater", "greaterthan", "isgreaterthan", "morethan", ">", "above"]),
    (
        "gte",
        &["largerequal", "greaterequal", "greaterthanorequal", "greaterorequal", "greaterthanorequals", ">="],
    ),
    ("lt", &["smaller", "less", "lessthan", "islessthan", "<", "below"]),
    ("lte", &["smallerequal", "lessequal", "lessthanorequal", "lessorequal", "lessthanorequals", "<="]),
    ("after", &["larger", "greater", "greaterthan", "gt", "isafter", ">"]),
    ("before", &["smaller", "less", "lessthan", "lt", "isbefore", "<"]),
    ("afterOrEquals", &["largerequal", "gte", "isafterorequal", ">="]),
    ("beforeOrEquals", &["smallerequal", "lte", "isbeforeorequal", "<="]),
    ("empty", &["isempty", "isnull", "null", "blank"]),
    ("notEmpty", &["isnotempty", "isnotnull", "nonempty", "filled"]),
    ("exists", &["isdefined", "isset", "defined", "isnotnull", "notnull"]),
    ("notExists", &["isundefined", "isnotset", "undefined", "missing", "isnull", "doesnotexist"]),
    ("true", &["istrue"]),
    ("false", &["isfalse"]),
    ("contains", &["includes", "in", "has"]),
    ("notContains", &["notincludes", "doesnotcontain", "notin"]),
    ("regex", &["matches", "matchesregex", "match", "regexp"]),
    ("notRegex", &["notmatches", "doesnotmatch", "notmatch"]),
];

/// What else people call the types.
const OTHER_TYPES: [(&str, &[&str]); 6] = [
    ("string", &["text", "str"]),
    ("number", &["int", "integer", "float", "double", "decimal", "num"]),
    ("boolean", &["bool"]),
    ("dateTime", &["date", "time", "timestamp", "datetime"]),
    ("array", &["list"]),
    ("object", &["json", "map", "dict"]),
];

/// What is wrong with a type, or an operation of it, that there is not, and what to write in its place.
pub(super) fn unknown_operator(kind: &str, operation: &str) -> (String, String) {
    let Some((_, own)) = OPERATORS.iter().find(|(name, _)| *name == kind) else {
        return unknown_type(kind);
    };
    let names: Vec<&str> = own.iter().chain(&OF_ALL_TYPES).copied().collect();
    if operation.is_empty() {
        return (
            format!("The condition compares as {kind}, and names no operation"),
            format!("Write the \"operation\" of its operator. {}", suggest("There are", &names, "")),
        );
    }
    let message = format!("Conditions of type {kind} have no operation \"{operation}\"");
    let meant = meant_by(&OTHER_NAMES, &names, operation);
    let others: Vec<&str> = OPERATORS
        .iter()
        .filter(|(name, operations)| *name != kind && operations.contains(&operation))
        .map(|(name, _)| *name)
        .collect();
    let help = match (meant.is_empty(), others.is_empty()) {
        (false, _) => format!("Did you mean {}?", quote(&meant)),
        (true, false) => format!(
            "Conditions of type {} have it. {}",
            others.join(", "),
            suggest(&format!("Those of type {kind} have"), &names, "")
        ),
        (true, true) => suggest("There are", &names, operation),
    };
    (message, help)
}

/// What is wrong with a type that there is not, and what to write in its place.
pub(super) fn unknown_type(kind: &str) -> (String, String) {
    let names: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
    let message = match kind {
        "" => "The condition has no type to compare as".to_owned(),
        _ => format!("Conditions have no type \"{kind}\""),
    };
    let meant = meant_by(&OTHER_TYPES, &names, kind);
    let help = match meant.is_empty() {
        false => format!("Did you mean {}?", quote(&meant)),
        true => suggest("There are", &names, kind),
    };
    (message, help)
}

/// The names of `all` that go by this one elsewhere.
fn meant_by<'a>(elsewhere: &[(&'a str, &[&str])], all: &[&'a str], written: &str) -> Vec<&'a str> {
    let plain: String = written
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    let is_meant =
        |name: &str, others: &[&str]| name.to_lowercase() == plain || others.contains(&plain.as_str());
    let known = elsewhere.iter().filter(|(name, others)| all.contains(name) && is_meant(name, others));
    let same = all.iter().copied().filter(|name| name.to_lowercase() == plain);
    let mut meant: Vec<&str> = same.collect();
    meant.extend(known.map(|(name, _)| *name).filter(|name| name.to_lowercase() != plain));
    meant
}

#[cfg(test)]
mod tests {
    use heddle_data::filter_operators::is_operator;

    use super::*;
    use crate::filter::operand::Operand;
    use crate::filter::operator::holds;

    #[test]
    fn every_operator_of_the_table_is_evaluated_and_no_other() {
        for (kind, own) in OPERATORS {
            let names = own.iter().chain(&OF_ALL_TYPES);
            for operation in names {
                let side = Operand::Null;
                assert!(holds(kind, operation, &side, &side, true).is_ok(), "{kind} {operation}");
                assert!(is_operator(kind, operation));
            }
            for operation in ["", "almost", "Equals", "larger"] {
                let side = Operand::Text("1".into());
                assert!(holds(kind, operation, &side, &side, true).is_err(), "{kind} {operation}");
                assert!(!is_operator(kind, operation));
            }
        }
    }

    #[test]
    fn an_unknown_operator_names_the_one_that_is_meant() {
        for (kind, operation, meant) in [
            ("number", "larger", "\"gt\"?"),
            ("number", ">=", "\"gte\"?"),
            ("number", "greaterThan", "\"gt\"?"),
            ("dateTime", "larger", "\"after\"?"),
            ("string", "equal", "\"equals\"?"),
            ("string", "is_empty", "\"empty\"?"),
            ("string", "Contains", "\"contains\"?"),
            ("string", "notcontain", "\"notContains\""),
            ("boolean", "isTrue", "\"true\"?"),
            ("array", "equals", "Conditions of type string, number, dateTime, boolean have it."),
            ("text", "equals", "\"string\"?"),
            ("nubmer", "equals", "\"number\""),
        ] {
            let (message, help) = unknown_operator(kind, operation);
            assert!(help.contains(meant), "{kind} {operation}: {message} {help}");
        }
    }
}
