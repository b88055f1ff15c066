//! Set in its first two versions: fields in three lists, by their types.

use heddle_node::description::NodeProperty;
use heddle_node::json::KeyPlace;
use heddle_node::parameters::javascript::{is_truthy, to_number, to_text};
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    StoredParameters, StoredProblem, View, Weight, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field_path;

/// The name of a row that has none.
const NAME: &str = "propertyName";

static NAME_PLACE: KeyPlace = KeyPlace::new();
static TYPE_PLACE: KeyPlace = KeyPlace::new();
static VALUE_PLACE: KeyPlace = KeyPlace::new();

/// Sets fields on every item, as versions 1 and 2 store them.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstSet;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FirstSetParameters {
    /// Whether fields that are not set, and files, are left out.
    pub keep_only_set: bool,
    /// The fields, as the file has them: what could not be read as rows.
    pub values: Json,
    /// The fields to set: rows with name, type and value. Values stay what expressions give, so that null stays null: the
    /// form's types would make 0 of it.
    pub assignments: View,
    /// Further settings.
    pub options: FirstSetOptions,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FirstSetOptions {
    /// Whether a dot in a name leads into an object.
    pub dot_notation: Option<bool>,
}

#[async_trait]
impl ItemNode for FirstSet {
    type Parameters = FirstSetParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.set",
        versions: &[1.0, 2.0],
        display_name: "Set",
        description: "Set or add fields of every item",
        group: &["input"],
        icon: Some("node:edit-fields"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.set/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const PASSES_ON: bool = true;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &FirstSetParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let item = context.item;
        let (mut json, files) = match parameters.keep_only_set {
            true => (Json::object(), None),
            false => (item.json.clone(), item.binary().cloned()),
        };
        let given;
        let rows = match context.value(&parameters.assignments).as_array() {
            Some(rows) => rows,
            // An expression gave the lists.
            None => {
                given = rows_of(&parameters.values);
                given.as_array().unwrap_or_default()
            }
        };
        let dots = parameters.options.dot_notation != Some(false);
        json.reserve(rows.len());
        for row in rows.iter().filter_map(Json::as_object) {
            let name = row.get_at("name", &NAME_PLACE).map(to_text).unwrap_or_default();
            let kind = row.get_at("type", &TYPE_PLACE).and_then(Json::as_str).unwrap_or_default();
            let value = converted(row.get_at("value", &VALUE_PLACE), kind, context.type_version);
            match value {
                Some(value) if dots => field_path::set(&mut json, &name, value)?,
                Some(value) => field_path::set_own(&mut json, &name, value),
                // A field that becomes undefined is gone.
                None if dots => {
                    field_path::set(&mut json, &name, Json::NULL)?;
                    field_path::unset(&mut json, &name);
                }
                None => drop(json.remove(&name)),
            }
        }
        Ok(Item::new(json).with_binary(files).into())
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let later = ["assignments/assignments", "fields/values"].into_iter().find(|list| {
            let list = stored.written.pointer(&format!("/{list}")).and_then(Json::as_array);
            list.is_some_and(|list| !list.is_empty())
        });
        let problem = later.map(|list| {
            StoredProblem::new(
                Weight::Refused,
                format!("/{list}"),
                format!(
                    "The fields stand in \"{}\", as in version 3 and later of the node; version {} does not set them",
                    list.replace('/', "."),
                    stored.type_version
                ),
                "Write each field as { \"name\": …, \"value\": … } in \"values.string\", \"values.number\" or \
                 \"values.boolean\".",
            )
        });
        problem.into_iter().collect()
    }

    fn upgrade(_version: f64, mut parameters: Json) -> Json {
        parameters.remove("assignments");
        let Some(values) = parameters.get("values").filter(|values| values.is_object()) else {
            return parameters;
        };
        let lists = values.as_object().into_iter().flat_map(heddle_node::JsonObject::iter);
        let is_rows = |rows: &[Json]| rows.iter().all(Json::is_object);
        if lists.into_iter().all(|(_, list)| list.as_array().is_some_and(is_rows)) {
            let rows = rows_of(values);
            parameters.remove("values");
            parameters.insert("assignments", rows);
        }
        parameters
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("first.form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Set fields, and keep no others",
                type_version: 2.0,
                parameters: json!({
                    "keepOnlySet": true,
                    "values": {
                        "string": [{ "name": "greeting", "value": "=Hello {{ $json.name }}" }],
                        "number": [{ "name": "order.total", "value": "={{ $json.price }}" }],
                        "boolean": [{ "name": "checked", "value": true }],
                    },
                    "options": {},
                }),
                items: vec![
                    json!({ "name": "Ada", "price": "12.5" }),
                    json!({ "name": "Grace", "price": 3 }),
                ],
                ..NodeExample::default()
            }],
        )
    }
}

/// The rows of all lists, each with its type.
fn rows_of(values: &Json) -> Json {
    let rows = ["boolean", "number", "string"].into_iter().flat_map(|kind| {
        let list = values.get(kind).and_then(Json::as_array).unwrap_or_default();
        list.iter().map(move |row| {
            let value = row.get("value").cloned().unwrap_or_else(|| default_of(kind));
            let name = row.get("name").cloned().unwrap_or_else(|| Json::from(NAME));
            json!({ "name": name, "type": kind, "value": value })
        })
    });
    rows.collect()
}

/// The value of a row that has none.
fn default_of(kind: &str) -> Json {
    match kind {
        "boolean" => Json::from(false),
        "number" => Json::from(0),
        _ => Json::from(""),
    }
}

/// The value as its list has it: whatever is not false is true, and a number in text is a number since version 2.
fn converted(value: Option<&Json>, kind: &str, version: f64) -> Option<Json> {
    match kind {
        "boolean" => Some(Json::from(value.is_some_and(is_truthy))),
        "number" => value.map(|value| {
            let number = if value.is_string() && version >= 2.0 { to_number(value) } else { f64::NAN };
            if number.is_nan() { value.clone() } else { Json::from(number) }
        }),
        _ => value.cloned(),
    }
}
