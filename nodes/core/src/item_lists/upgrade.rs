//! Parameters of versions 1 and 2 in the shape of version 3.

use heddle_node::Json;

/// The parameters that were lists of rows, and are names divided by commas.
const LISTS: [&str; 3] = ["fieldsToInclude", "fieldsToExclude", "fieldsToCompare"];

pub(super) fn upgrade(version: f64, mut parameters: Json) -> Json {
    if version >= 3.0 {
        return parameters;
    }
    if parameters.get("operation").and_then(Json::as_str) == Some("aggregateItems") {
        parameters.insert("operation", "concatenateItems");
    }
    for list in LISTS {
        let rows = parameters.get(list).and_then(|list| list.get("fields")).and_then(Json::as_array);
        let Some(rows) = rows else { continue };
        let names: Option<Vec<&str>> = rows.iter().map(|row| row.get("fieldName")?.as_str()).collect();
        // One expression alone is the list; several cannot be one text.
        if let Some(names) =
            names.filter(|names| names.len() == 1 || names.iter().all(|name| !name.starts_with('=')))
        {
            let names = Json::from(names.join(","));
            parameters.insert(list, names);
        }
    }
    parameters
}
