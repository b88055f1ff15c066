//! Sort: the items in another order.

mod parameters;

use std::borrow::Cow;
use std::cmp::Ordering;

use heddle_node::{
    BatchContext, BatchNode, CodeAnswer, CodeCall, CodeDialect, Effect, Item, Items, Json, NodeError,
    NodeExample, NodeHeader, StoredParameters, StoredProblem, async_trait, json,
};

pub use parameters::{Direction, SortField, SortFields, SortOptions, SortParameters, SortType};

use crate::code::check_syntax;
use crate::fields::Field;
use crate::js_order;

/// Puts its items in order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sort;

#[async_trait]
impl BatchNode for Sort {
    type Parameters = SortParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.sort",
        versions: &[1.0],
        display_name: "Sort",
        description: "Puts the items in order",
        icon: Some("node:sort"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.sort/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const CODE: &'static [&'static str] = &["code"];

    async fn execute(
        &self,
        parameters: &SortParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.main_items();
        let order = match parameters.kind {
            SortType::Simple => by_fields(items, parameters)?,
            // A run that is done again gives the same order.
            SortType::Random => shuffled(items.len(), context.services.call_id().as_u128()),
            SortType::Code => by_code(&parameters.code, context).await?,
        };
        let sorted: Vec<Item> = order.into_iter().filter_map(|index| items.get(index).cloned()).collect();
        Ok(vec![sorted.into()])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let problem = match stored.constant_text("type") {
            Some("code") => {
                let code = stored.constant_text("code");
                let lacks_return = code.is_some_and(|code| !code.contains(RETURN));
                let problem = lacks_return.then(|| no_return().into());
                return problem.into_iter().chain(check_syntax(stored, "code")).collect();
            }
            Some("simple") => {
                let rows = stored.values.pointer("/sortFieldsUi/sortField").map(Json::as_array);
                let is_open = stored.values.get("sortFieldsUi").is_some_and(Json::is_string);
                let none = rows.is_none_or(|rows| rows.is_some_and(<[Json]>::is_empty));
                (none && !is_open).then(|| no_fields().into())
            }
            _ => None,
        };
        problem.into_iter().collect()
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items: vec![
                json!({ "name": "Zoë", "address": { "city": "Bern" } }),
                json!({ "name": "ada", "address": { "city": "London" } }),
                json!({ "name": "Grace", "address": { "city": "Bern" } }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "By city, then by name from the end",
                    json!({
                        "sortFieldsUi": { "sortField": [
                            { "fieldName": "address.city" }, { "fieldName": "name", "order": "descending" },
                        ] },
                        "options": {},
                    }),
                ),
                NodeExample { in_any_order: true, ..example("In any order", json!({ "type": "random" })) },
                example(
                    "By the length of names",
                    json!({ "type": "code", "code": "return a.json.name.length - b.json.name.length;" }),
                ),
            ],
        )
    }
}

fn no_fields() -> NodeError {
    NodeError::parameter("sortFieldsUi", "No sorting specified. Please add a field to sort by")
}

/// The word without which code gives nothing.
const RETURN: &str = "return";

fn no_return() -> NodeError {
    NodeError::parameter("code", "Sort code doesn't return. Please add a 'return' statement to your code")
}

/// The order of the items by code that compares two of them, `a` and `b`.
async fn by_code(code: &str, context: &BatchContext<'_>) -> Result<Vec<usize>, NodeError> {
    if !code.contains(RETURN) {
        return Err(no_return());
    }
    // What the author wrote begins on the first line, as messages name it.
    let code = format!(
        "const __compare = (a, b) => {{{code}\n}}; return $input.all().map((item, index) => [item, index]).sort((left, right) => \
         __compare(left[0], right[0])).map((pair) => ({{ json: {{ index: pair[1] }} }}));"
    );
    let call = CodeCall {
        code,
        dialect: CodeDialect::Code,
        each_item: false,
        items: context.input(context.main_input),
    };
    let answer = context.services.run_code(call).await?;
    let CodeAnswer::Once(Some(order)) = answer else { return Err(no_return()) };
    let index = |place: &Json| place.pointer("/json/index").and_then(Json::as_u64);
    let order = order.as_array().unwrap_or_default().iter().filter_map(index);
    Ok(order.filter_map(|index| usize::try_from(index).ok()).collect())
}

/// The order of the items by the values of fields.
fn by_fields(items: &[Item], parameters: &SortParameters) -> Result<Vec<usize>, NodeError> {
    let rows = &parameters.sort_fields_ui.sort_field;
    if rows.is_empty() && !items.is_empty() {
        return Err(no_fields());
    }
    let dots = !parameters.options.disable_dot_notation;
    let mut keys = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let field = Field::new(row.field_name.as_str(), dots);
        let values: Vec<Option<Json>> = items.iter().map(|item| field.get(&item.json).map(key)).collect();
        if !items.is_empty() && values.iter().all(Option::is_none) {
            return Err(not_found(&row.field_name, index, dots));
        }
        keys.push((values, row.order));
    }
    Ok(js_order::sorted(items.len(), |left, right| {
        for (values, direction) in &keys {
            let (left, right) = (values[left].as_ref(), values[right].as_ref());
            if left == right {
                continue;
            }
            let order = if js_order::is_less(left, right) { Ordering::Less } else { Ordering::Greater };
            return if *direction == Direction::Ascending { order } else { order.reverse() };
        }
        Ordering::Equal
    }))
}

/// What a value is compared as: a text without regard to case.
fn key(value: Cow<'_, Json>) -> Json {
    match value.as_str() {
        Some(text) if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) => {
            Json::from(text.to_lowercase())
        }
        _ => value.into_owned(),
    }
}

fn not_found(name: &str, index: usize, dots: bool) -> NodeError {
    let error = NodeError::parameter(
        format!("sortFieldsUi.sortField[{index}].fieldName"),
        format!("Couldn't find the field '{name}' in the input data"),
    );
    if dots || !name.contains('.') {
        return error;
    }
    error.with_description(
        "If you're trying to use a nested field, make sure you turn off 'disable dot notation' in the node options",
    )
}

/// The order of `count` items by chance, one for each seed.
fn shuffled(count: usize, seed: u128) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    fastrand::Rng::with_seed((seed ^ (seed >> 64)) as u64).shuffle(&mut order);
    order
}
