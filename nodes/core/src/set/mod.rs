//! Set ("Edit Fields"): fields that are set on every item.

mod check;
mod convert;
mod examples;
mod first;
mod form;
mod include;
mod parameters;
pub(crate) mod template;
mod upgrade;

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Assignment, Assignments, BinaryData, Effect, Item, ItemContext, ItemNode, ItemOutput, Json, JsonObject,
    NodeError, NodeExample, NodeHeader, StoredParameters, StoredProblem, async_trait,
};

pub use first::{FirstSet, FirstSetOptions, FirstSetParameters};
pub use parameters::{FieldRow, FieldType, Fields, Include, JsonOutput, Mode, SetOptions, SetParameters};

use crate::{field_path, lenient_json};

/// Sets fields on every item.
#[derive(Debug, Clone, Copy, Default)]
pub struct Set;

type Files = Option<Arc<BTreeMap<String, BinaryData>>>;

/// What the parameters mean in this version of the node.
#[derive(Debug, Clone, Copy)]
struct Rules {
    include: Include,
    /// Dots and brackets in names lead into objects and arrays.
    dots: bool,
    /// They do so in the keys of a JSON object, too: only where the node asks for it, since keys are written as they are
    /// meant.
    dots_in_keys: bool,
    ignore_errors: bool,
    keep_files: bool,
    version: f64,
    item_index: usize,
}

#[async_trait]
impl ItemNode for Set {
    type Parameters = SetParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.set",
        versions: &[3.0, 3.1, 3.2, 3.3, 3.4, 3.5],
        display_name: "Edit Fields",
        description: "Set, add or leave out fields of every item",
        group: &["input"],
        subtitle: Some("={{$parameter[\"mode\"]}}"),
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
        parameters: &SetParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let rules = Rules::new(parameters, context);
        let mut json = include::fields(&context.item.json, parameters, rules)?;
        let mut files = if rules.keep_files { context.item.binary().cloned() } else { None };
        match parameters.mode {
            Mode::Raw => {
                let fields = raw_object(&parameters.json_output.0, rules)?;
                if rules.dots_in_keys {
                    set_object(&mut json, &fields, rules)?;
                } else {
                    fields.iter().for_each(|(key, value)| field_path::set_own(&mut json, key, value.clone()));
                }
            }
            Mode::Manual => {
                let rows = &parameters.fields.values;
                // Rows are left over where an expression gave the whole list; all others were upgraded.
                let upgraded = (!rows.is_empty()).then(|| upgrade::rows_to_assignments(rows));
                let assignments = match &upgraded {
                    Some(upgraded) => Assignments::rows_of(upgraded)?,
                    None => parameters.assignments.rows(context)?,
                };
                assign(assignments, context, &mut json, &mut files, rules)?;
            }
        }
        Ok(Item::new(json).with_binary(files).into())
    }

    /// Whatever fails is an error of the node. Fields of older versions are named as the file names them.
    fn explain(&self, error: NodeError, _stored: &Json, type_version: f64) -> NodeError {
        let mut error = error.into_operation_error();
        if let Some(path) = error.parameter.as_mut().filter(|path| path.starts_with("jsonOutput.")) {
            // Its pieces are nobody's business.
            path.truncate("jsonOutput".len());
        }
        if let Some(path) = error.parameter.as_mut().filter(|_| type_version < 3.3)
            && let Some(row) = path.strip_prefix("assignments.assignments")
        {
            *path = format!("fields.values{row}");
            error.context.insert("parameter", Json::from("fields.values"));
        }
        error
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check::check(stored.written, stored.type_version)
    }

    fn upgrade(version: f64, parameters: Json) -> Json {
        upgrade::upgrade(version, parameters)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        form::properties()
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

impl Rules {
    fn new(parameters: &SetParameters, context: &ItemContext<'_>) -> Self {
        let version = context.type_version;
        let options = &parameters.options;
        let include =
            if version < 3.3 || parameters.include_other_fields { parameters.include } else { Include::None };
        let keep_files = if version < 3.4 {
            options.include_binary.unwrap_or(false)
        } else {
            parameters.include_other_fields && !options.strip_binary.unwrap_or(false)
        };
        Self {
            include,
            dots: options.dot_notation.unwrap_or(true),
            dots_in_keys: options.dot_notation == Some(true),
            ignore_errors: options.ignore_conversion_errors.unwrap_or(false),
            keep_files,
            version,
            item_index: context.index,
        }
    }

    /// Sets one field by its name or path.
    fn set(&self, json: &mut Json, name: &str, value: Json) -> Result<(), NodeError> {
        if self.dots {
            field_path::set(json, name, value)
        } else {
            let key = field_path::plain_key(json, name).to_owned();
            field_path::set_own(json, &key, value);
            Ok(())
        }
    }
}

/// Sets the fields one by one. Where names are paths, they are gathered first: of several with one name, the last one
/// counts, in the place of the first.
fn assign(
    assignments: &[Json],
    context: &ItemContext<'_>,
    json: &mut Json,
    files: &mut Files,
    rules: Rules,
) -> Result<(), NodeError> {
    let is_path = |assignment: &Json| field_path::is_path(&Assignment::new(assignment).name());
    json.reserve(assignments.len());
    let has_paths = rules.dots && assignments.iter().any(is_path);
    let mut gathered = has_paths.then(JsonObject::new);
    for assignment in assignments {
        let assignment = Assignment::new(assignment);
        let (name, kind, value) = (assignment.name(), assignment.kind(), assignment.value());
        if kind == "binary" {
            let value = value.unwrap_or(&Json::NULL);
            let file = convert::file(value, context.item, rules.item_index, context.services.files())?;
            Arc::make_mut(files.get_or_insert_default()).insert(name.into_owned(), file);
            continue;
        }
        let value = convert::value(&name, value, kind, rules)?;
        match &mut gathered {
            Some(gathered) => drop(gathered.insert(&name, value)),
            None if rules.dots => field_path::set_plain(json, &name, value)?,
            None => rules.set(json, &name, value)?,
        }
    }
    gathered.map_or(Ok(()), |gathered| set_object(json, &gathered, rules))
}

fn set_object(json: &mut Json, fields: &JsonObject, rules: Rules) -> Result<(), NodeError> {
    fields.iter().try_for_each(|(name, value)| rules.set(json, name, value.clone()))
}

/// The object that the JSON mode gives.
fn raw_object(value: &Json, rules: Rules) -> Result<JsonObject, NodeError> {
    let index = rules.item_index;
    if let Some(object) = template::only_value(value).and_then(Json::as_object) {
        return Ok(object.clone());
    }
    let text = template::put_together(value);
    let parsed = match text.as_deref().or_else(|| value.as_str()) {
        Some(text) => lenient_json::parse(text).ok_or_else(|| {
            let error =
                NodeError::operation(format!("The 'JSON Output' in item {index} contains invalid JSON"));
            if text.is_empty() { error } else { error.with_description(text) }
        })?,
        None => value.clone(),
    };
    parsed.into_object().map_err(|_| {
        NodeError::operation(format!(
            "The 'JSON Output' in item {index} does not contain a valid JSON object"
        ))
    })
}
