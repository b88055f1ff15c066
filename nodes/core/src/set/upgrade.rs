//! Parameters of versions before 3.3 in the shape of later ones, and JSON text in its pieces.

use heddle_node::{Json, JsonObject, json};

use super::{FieldRow, FieldType, template};

/// The fixed collection `fields` as the assignments that it means. The node still minds its version, so the conversions
/// stay those of the version.
pub(super) fn upgrade(version: f64, mut parameters: Json) -> Json {
    if parameters.get("mode").and_then(Json::as_str) == Some("raw")
        && let Some(pieces) = parameters.get("jsonOutput").and_then(template::take_apart)
    {
        parameters.insert("jsonOutput", pieces);
    }
    if version >= 3.3 {
        return parameters;
    }
    parameters.remove("assignments");
    let rows = parameters.pointer("/fields/values").and_then(Json::as_array);
    let Some(rows) = rows.filter(|rows| rows.iter().all(Json::is_object)) else { return parameters };
    let assignments: Json = rows.iter().map(upgrade_row).collect();
    parameters.remove("fields");
    parameters.insert("assignments", json!({ "assignments": assignments }));
    parameters
}

pub(super) fn upgrade_row(row: &Json) -> Json {
    let text = |key, default: &str| match row.get(key) {
        Some(value) if !value.is_null() => value.clone(),
        _ => Json::from(default),
    };
    let kind = text("type", "stringValue");
    let value = match kind.as_str() {
        Some("stringValue") => text("stringValue", ""),
        Some("numberValue") => text("numberValue", ""),
        Some("booleanValue") => text("booleanValue", "true"),
        Some("arrayValue") => text("arrayValue", ""),
        Some("objectValue") => text("objectValue", "={}"),
        _ => Json::NULL,
    };
    let mut assignment = JsonObject::new();
    assignment.insert("name", text("name", ""));
    assignment.insert("value", value);
    assignment
        .insert("type", kind.as_str().map_or(Json::NULL, |kind| Json::from(kind.trim_end_matches("Value"))));
    Json::from(assignment)
}

/// As [`upgrade`], for rows that an expression gave as a whole: they come to light only when it is resolved.
pub(super) fn rows_to_assignments(rows: &[FieldRow]) -> Json {
    let assignments: Json = rows
        .iter()
        .map(|row| {
            let (kind, value) = match row.kind {
                FieldType::StringValue => ("string", &row.string_value),
                FieldType::NumberValue => ("number", &row.number_value),
                FieldType::BooleanValue => ("boolean", &row.boolean_value),
                FieldType::ArrayValue => ("array", &row.array_value),
                FieldType::ObjectValue => ("object", &row.object_value),
            };
            json!({ "name": row.name, "value": value, "type": kind })
        })
        .collect();
    json!({ "assignments": assignments })
}
