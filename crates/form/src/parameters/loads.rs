//! On which parameters the choices of a method depend.

use heddle_data::{Json, JsonObject};

use super::path::get_path;
use crate::description::{NodeProperty, PropertyOption};

/// The values of the parameters on which the choices of `method` depend, as a text: with the same text the service need not
/// be asked again. They are those that the properties with the method name (`loadOptionsDependsOn`); a method that finds
/// things or tells columns may look at any, and so may one of a row that looks beside itself.
pub fn option_dependencies(properties: &[NodeProperty], method: &str, parameters: &Json) -> String {
    let mut names = Vec::new();
    let is_declared = collect(properties.iter(), method, &mut names);
    let empty = JsonObject::new();
    let values = parameters.as_object().unwrap_or(&empty);
    if !is_declared || names.iter().any(|name| name.starts_with('&')) {
        return parameters.to_json_string();
    }
    let value = |name: &&str| get_path(values, name.trim_start_matches('/')).map(Json::to_json_string);
    names.iter().map(|name| value(name).unwrap_or_default() + "\0").collect()
}

/// Adds the names that the properties with this method depend on; whether there are any such properties.
fn collect<'a>(
    properties: impl Iterator<Item = &'a NodeProperty>,
    method: &str,
    names: &mut Vec<&'a str>,
) -> bool {
    let mut is_declared = false;
    for property in properties {
        if property.load_options_method() == Some(method) {
            is_declared = true;
            names.extend(property.type_options.load_options_depends_on.iter().map(String::as_str));
        }
        for option in &property.options {
            is_declared |= match option {
                PropertyOption::Group(group) => collect(group.values.iter(), method, names),
                PropertyOption::Property(child) => collect(std::iter::once(&**child), method, names),
                PropertyOption::Choice(_) => false,
            };
        }
    }
    is_declared
}

#[cfg(test)]
mod tests {
    use super::*;
    use heddle_data::json;

    #[test]
    fn what_is_named_counts_and_else_everything() {
        let form: Vec<NodeProperty> = heddle_data::from_json(&json!([
            { "displayName": "Table", "name": "table", "type": "resourceLocator", "default": {} },
            { "displayName": "More", "name": "more", "type": "collection", "default": {}, "options": [
                { "displayName": "Column", "name": "column", "type": "options", "default": "", "typeOptions": {
                    "loadOptionsMethod": "columns", "loadOptionsDependsOn": ["table.value"] } },
                { "displayName": "View", "name": "view", "type": "options", "default": "", "typeOptions": {
                    "loadOptionsMethod": "views", "loadOptionsDependsOn": ["&column"] } },
            ] },
        ]))
        .expect("a form");
        let of = |method: &str, table: &str, text: &str| {
            option_dependencies(&form, method, &json!({ "table": { "value": (table) }, "text": (text) }))
        };
        assert_eq!(of("columns", "a", "x"), of("columns", "a", "y"));
        assert_ne!(of("columns", "a", "x"), of("columns", "b", "x"));
        for method in ["views", "search"] {
            assert_ne!(of(method, "a", "x"), of(method, "a", "y"), "{method}");
        }
    }
}
