//! The columns of a `resourceMapper` as a form handles them: loaded, added and taken away (`docs/parameters.md §12`).

use crate::description::{NodeProperty, ResourceMapperOptions};
use heddle_data::javascript::is_truthy;
use heddle_data::{Json, JsonObject};

/// A column of a mapper.
#[derive(Debug, Clone, PartialEq)]
pub struct MapperColumn<'a> {
    /// Key of its value.
    pub id: &'a str,
    /// Label.
    pub title: &'a str,
    /// The type that its value is brought to; empty where any will do.
    pub kind: &'a str,
    /// May not be empty.
    pub is_required: bool,
    /// Nothing is mapped to it; a form offers to add it.
    pub is_removed: bool,
    /// Rows are found by its value.
    pub is_matched: bool,
    /// Rows may be found by its value.
    pub can_match: bool,
    /// A form lets it be taken away.
    pub can_be_removed: bool,
    /// It is shown, and cannot be changed.
    pub is_read_only: bool,
    /// Its choices, where it has some: `{name, value}`.
    pub choices: &'a [Json],
}

/// Whether rows are found by the values of some columns, which then count as [`MapperColumn::is_matched`].
pub fn mapper_finds_rows(property: &NodeProperty) -> bool {
    settings(property).is_some_and(|settings| matches!(settings.mode.as_deref(), Some("update" | "upsert")))
}

/// The method that tells the columns of a mapper.
pub fn mapper_method(property: &NodeProperty) -> Option<&str> {
    let settings = settings(property)?;
    settings.resource_mapper_method.as_deref().or(settings.local_resource_mapper_method.as_deref())
}

/// The columns of a stored mapper that a form shows or offers: those by which rows are found come first.
pub fn mapper_columns<'a>(property: &NodeProperty, mapper: &'a Json) -> Vec<MapperColumn<'a>> {
    let finds_rows = mapper_finds_rows(property);
    let adds = settings(property).is_some_and(|settings| settings.mode.as_deref() == Some("add"));
    let matching = mapper.get("matchingColumns").and_then(Json::as_array).unwrap_or_default();
    let column = |column: &'a Json| {
        let id = id_of(column)?;
        let text = |key: &str| column.get(key).and_then(Json::as_str).unwrap_or_default();
        let is_on = |key: &str| column.get(key).is_some_and(is_truthy);
        let is_matched = finds_rows && matching.iter().any(|name| name.as_str() == Some(id));
        Some(MapperColumn {
            id,
            title: Some(text("displayName")).filter(|title| !title.is_empty()).unwrap_or(id),
            kind: text("type"),
            is_required: is_on("required"),
            is_removed: is_on("removed"),
            is_matched,
            can_match: can_match(column),
            can_be_removed: !(is_matched || adds && is_on("required")),
            is_read_only: is_on("readOnly"),
            choices: column.get("options").and_then(Json::as_array).unwrap_or_default(),
        })
    };
    let is_shown = |column: &&Json| column.get("display").is_none_or(is_truthy);
    let mut columns: Vec<MapperColumn<'a>> =
        schema(mapper).iter().filter(is_shown).filter_map(column).collect();
    columns.sort_by_key(|column| !column.is_matched);
    columns
}

/// A stored mapper with the columns that its method has told. What was mapped stays mapped; of a mapper that had no columns
/// yet, or whose columns are those of `another` table now, all are mapped, or the required ones alone where the property says
/// so. Columns that came later are offered, so that no run writes to them unasked.
///
/// ```
/// use heddle_data::json;
/// use heddle_form::NodeProperty;
/// use heddle_form::parameters::with_mapper_columns;
///
/// let property = NodeProperty { name: "columns".to_owned(), ..NodeProperty::default() };
/// let told = [json!({ "id": "name", "type": "string" }), json!({ "id": "done", "type": "boolean" })];
/// let mapper = with_mapper_columns(&property, &json!({ "mappingMode": "defineBelow", "value": null }), &told, false);
/// assert_eq!(mapper.get("value"), Some(&json!({ "name": null, "done": false })));
/// ```
pub fn with_mapper_columns(property: &NodeProperty, mapper: &Json, told: &[Json], another: bool) -> Json {
    let mut mapper = if mapper.is_object() { mapper.clone() } else { Json::object() };
    let before = schema(&mapper).to_vec();
    let values = mapper.get("value").and_then(Json::as_object).cloned();
    let begins_with_required =
        settings(property).is_some_and(ResourceMapperOptions::begins_with_required_alone);
    let is_new = another || before.is_empty() && values.as_ref().is_none_or(JsonObject::is_empty);
    let mut columns: Vec<Json> = Vec::with_capacity(told.len());
    let mut mapped = JsonObject::new();
    for column in told {
        // Of several with one id the first counts.
        let Some(id) = id_of(column) else { continue };
        if columns.iter().any(|other| id_of(other) == Some(id)) {
            continue;
        }
        let known = before.iter().find(|known| id_of(known) == Some(id));
        let value = values.as_ref().and_then(|values| values.get(id));
        let is_removed = match known {
            Some(known) if !another => known.get("removed").is_some_and(is_truthy),
            _ if is_new => begins_with_required && !column.get("required").is_some_and(is_truthy),
            _ => value.is_none(),
        };
        if !is_removed {
            mapped.insert(id, value.cloned().unwrap_or_else(|| empty_value(column)));
        }
        let mut column = column.clone();
        column.insert("removed", is_removed);
        columns.push(column);
    }
    let chosen = mapper.get("matchingColumns").and_then(Json::as_array).unwrap_or_default();
    let is_there = |name: &&Json| columns.iter().any(|column| column.get("id") == Some(*name));
    let mut matching: Vec<Json> = chosen.iter().filter(is_there).cloned().collect();
    if matching.is_empty() && mapper_finds_rows(property) {
        let usual = columns
            .iter()
            .filter(|column| column.get("defaultMatch").is_some_and(is_truthy) && can_match(column));
        matching = usual.filter_map(|column| column.get("id").cloned()).collect();
    }
    if mapper.get("mappingMode").is_none() {
        mapper.insert("mappingMode", "defineBelow");
    }
    mapper.insert("value", Json::from(mapped));
    mapper.insert("matchingColumns", matching);
    mapper.insert("schema", columns);
    mapper
}

/// Maps a column of a stored mapper that was taken away, or all of them where `id` is absent.
pub fn add_mapper_column(mapper: &mut Json, id: Option<&str>) {
    change_columns(mapper, |column, values| {
        let Some(own) = id_of(column).filter(|own| id.is_none_or(|id| id == *own)).map(str::to_owned) else {
            return;
        };
        if values.get(&own).is_none() {
            values.insert(&own, empty_value(column));
        }
        column.insert("removed", false);
    });
}

/// Takes a column of a stored mapper away, or all that can be where `id` is absent.
pub fn remove_mapper_column(property: &NodeProperty, mapper: &mut Json, id: Option<&str>) {
    let columns = mapper_columns(property, mapper);
    let going = columns.iter().filter(|column| column.can_be_removed && id.is_none_or(|id| id == column.id));
    let going: Vec<String> = going.map(|column| column.id.to_owned()).collect();
    change_columns(mapper, |column, values| {
        let Some(own) = id_of(column).filter(|own| going.iter().any(|id| id == own)).map(str::to_owned)
        else {
            return;
        };
        values.remove(&own);
        column.insert("removed", true);
    });
}

fn change_columns(mapper: &mut Json, mut change: impl FnMut(&mut Json, &mut JsonObject)) {
    let mut values = mapper.get("value").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut columns = schema(mapper).to_vec();
    for column in &mut columns {
        change(column, &mut values);
    }
    mapper.insert("value", Json::from(values));
    mapper.insert("schema", columns);
}

fn settings(property: &NodeProperty) -> Option<&ResourceMapperOptions> {
    property.type_options.resource_mapper.as_deref()
}

fn schema(mapper: &Json) -> &[Json] {
    mapper.get("schema").and_then(Json::as_array).unwrap_or_default()
}

fn id_of(column: &Json) -> Option<&str> {
    column.get("id").and_then(Json::as_str)
}

fn can_match(column: &Json) -> bool {
    column.get("canBeUsedToMatch").is_none_or(is_truthy)
}

/// What a column holds that nobody has filled in.
fn empty_value(column: &Json) -> Json {
    match column.get("type").and_then(Json::as_str) {
        Some("boolean") => Json::from(false),
        _ => Json::NULL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heddle_data::json;

    fn property(settings: Json) -> NodeProperty {
        heddle_data::from_json(&json!({
            "displayName": "Columns", "name": "columns", "type": "resourceMapper", "default": {},
            "typeOptions": { "resourceMapper": settings },
        }))
        .expect("a property")
    }

    fn told() -> [Json; 4] {
        [
            json!({ "id": "id", "displayName": "Id", "required": true, "defaultMatch": true, "display": true, "type": "number" }),
            json!({ "id": "name", "displayName": "Name", "required": false, "defaultMatch": false, "display": true, "type": "string" }),
            json!({ "id": "name", "displayName": "Twice", "required": false, "defaultMatch": false, "display": true }),
            json!({ "id": "done", "displayName": "Done", "required": false, "defaultMatch": true, "canBeUsedToMatch": false,
                "display": true, "type": "boolean" }),
        ]
    }

    fn mapped(mapper: &Json) -> String {
        mapper.get("value").map(Json::to_string).unwrap_or_default()
    }

    #[test]
    fn columns_come_with_empty_values_and_what_rows_are_found_by() {
        let upsert = property(json!({ "mode": "upsert" }));
        let mapper = with_mapper_columns(
            &upsert,
            &json!({ "mappingMode": "defineBelow", "value": null }),
            &told(),
            false,
        );
        assert_eq!(mapped(&mapper), r#"{"id":null,"name":null,"done":false}"#);
        assert_eq!(mapper.get("matchingColumns"), Some(&json!(["id"])));
        let columns = mapper_columns(&upsert, &mapper);
        assert_eq!(columns.iter().map(|column| column.id).collect::<Vec<_>>(), ["id", "name", "done"]);
        assert!(columns[0].is_matched && !columns[0].can_be_removed && columns[1].can_be_removed);
        assert!(!columns[2].can_match);
        let add = property(json!({ "mode": "add", "addAllFields": false }));
        let mapper = with_mapper_columns(&add, &Json::NULL, &told(), false);
        assert_eq!(mapped(&mapper), r#"{"id":null}"#);
        assert_eq!(mapper.get("mappingMode"), Some(&json!("defineBelow")));
        assert!(!mapper_columns(&add, &mapper)[0].can_be_removed);
    }

    #[test]
    fn what_is_mapped_stays_and_what_came_later_is_offered() {
        let upsert = property(json!({ "mode": "upsert" }));
        let before = json!({ "mappingMode": "defineBelow", "matchingColumns": ["name"], "value": { "name": "={{ $json.n }}", "gone": 1 },
            "schema": [{ "id": "name" }, { "id": "gone" }] });
        let mut mapper = with_mapper_columns(&upsert, &before, &told(), false);
        assert_eq!(mapped(&mapper), r#"{"name":"={{ $json.n }}"}"#);
        assert_eq!(mapper.get("matchingColumns"), Some(&json!(["name"])));
        add_mapper_column(&mut mapper, Some("done"));
        assert_eq!(mapped(&mapper), r#"{"name":"={{ $json.n }}","done":false}"#);
        remove_mapper_column(&upsert, &mut mapper, Some("name"));
        assert_eq!(mapped(&mapper), r#"{"name":"={{ $json.n }}","done":false}"#, "rows are found by it");
        remove_mapper_column(&upsert, &mut mapper, None);
        assert_eq!(mapped(&mapper), r#"{"name":"={{ $json.n }}"}"#);
        let another = with_mapper_columns(&upsert, &mapper, &told(), true);
        assert_eq!(mapped(&another), r#"{"id":null,"name":"={{ $json.n }}","done":false}"#);
        add_mapper_column(&mut mapper, None);
        assert_eq!(mapped(&mapper), r#"{"name":"={{ $json.n }}","id":null,"done":false}"#);
    }
}
