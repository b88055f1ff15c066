//! Function and Function Item: the older nodes for JavaScript, whose code sees the same world under older names.

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, CodeAnswer, CodeCall, CodeDialect, Effect, ErrorKind, FileStore, Item, Items,
    Json, Node, NodeError, NodeExample, NodeHeader, PairedItem, StoredParameters, StoredProblem, async_trait,
    json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::source::check_syntax;
use super::{failed_code, items};

/// Runs JavaScript once for all items.
pub struct Function {
    pure: Arc<dyn Node>,
    calling: Arc<dyn Node>,
}

/// Runs JavaScript once for each item, on its data.
pub struct FunctionItem {
    pure: Arc<dyn Node>,
    calling: Arc<dyn Node>,
}

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionParameters {
    /// The code: the body of an asynchronous function.
    pub function_code: String,
}

super::effect::code_node!(
    Function,
    "functionCode",
    FunctionNode::<false, true>,
    FunctionNode::<false, false>
);
super::effect::code_node!(
    FunctionItem,
    "functionCode",
    FunctionNode::<true, true>,
    FunctionNode::<true, false>
);

struct FunctionNode<const EACH: bool, const PURE: bool>;

#[async_trait]
impl<const EACH: bool, const PURE: bool> BatchNode for FunctionNode<EACH, PURE> {
    type Parameters = FunctionParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: if EACH { "n8n-nodes-base.functionItem" } else { "n8n-nodes-base.function" },
        versions: &[1.0],
        display_name: if EACH { "Function Item" } else { "Function" },
        description: if EACH {
            "Runs JavaScript of your own for each item; Code does the same"
        } else {
            "Runs JavaScript of your own; Code does the same"
        },
        category: Some("Helpers"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = if PURE { Some(Effect::Pure) } else { None };

    const CODE: &'static [&'static str] = &["functionCode"];

    async fn execute(
        &self,
        parameters: &FunctionParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let call = CodeCall {
            code: parameters.function_code.clone(),
            dialect: CodeDialect::Function,
            each_item: EACH,
            items: context.input(context.main_input),
        };
        let given = match context.services.run_code(call).await? {
            CodeAnswer::Once(returned) => of_all(returned, context.services.files())?,
            CodeAnswer::Each(results) => each(results, context)?,
        };
        Ok(vec![Arc::new(given)])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check_syntax(stored, "functionCode")
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&properties(EACH))
    }

    fn examples() -> Vec<NodeExample> {
        let code = if EACH {
            "item.total = item.price * 2;\nreturn item;"
        } else {
            "for (const item of items) {\n  item.json.total = item.json.price * 2;\n}\nreturn items;"
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "A field more",
                type_version: 1.0,
                parameters: json!({ "functionCode": code }),
                items: vec![json!({ "price": 3 }), json!({ "price": 5 })],
                ..NodeExample::default()
            }],
        )
    }
}

/// The items that code returned.
fn of_all(returned: Option<Json>, files: &dyn FileStore) -> Result<Vec<Item>, NodeError> {
    let returned = returned.ok_or_else(|| error("No data got returned. Always return an Array of items!"))?;
    if !returned.is_object() && !returned.is_array() {
        return Err(error("Always an Array of items has to be returned!"));
    }
    let given = items::normalize(returned)?;
    given
        .into_iter()
        .enumerate()
        .map(|(index, item)| match item.get("json").map(Json::is_object) {
            None => Err(error("All returned items have to contain a property named \"json\"!")),
            Some(false) => Err(error("The json-property has to be an object!")),
            Some(true) => items::to_item(item, index, files),
        })
        .collect()
}

/// The items of the data that code returned for each, with those of failures where the workflow goes on.
fn each(
    results: Vec<Result<Option<Json>, NodeError>>,
    context: &BatchContext<'_>,
) -> Result<Vec<Item>, NodeError> {
    let input = context.main_items();
    let mut given = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        let made = result.and_then(|returned| match returned {
            None => Err(error("No data got returned. Always an object has to be returned!")),
            Some(data) if data.is_object() => Ok(data),
            Some(_) => {
                Err(error("The code returned something else than an object, which the data of an item are"))
            }
        });
        given.push(match made {
            Ok(data) => Item::new(data)
                .with_binary(input.get(index).and_then(Item::binary).cloned())
                .with_paired_item(PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX))),
            Err(error) => failed_code(error, index, context)?,
        });
    }
    Ok(given)
}

fn error(message: &str) -> NodeError {
    NodeError::new(ErrorKind::Operation, message)
}

/// What a node does that was left as it was made.
const CODE: &str = "for (item of items) {\n  item.json.myNewField = 1;\n}\nreturn items;";
const ITEM_CODE: &str = "item.myNewField = 1;\nreturn item;";

fn properties(each: bool) -> Json {
    let (default, autocomplete) = if each { (ITEM_CODE, "functionItem") } else { (CODE, "function") };
    json!([
        {
            "displayName": "The Code node does the same, and more", "name": "notice", "type": "notice", "default": "",
        },
        {
            "displayName": "JavaScript Code", "name": "functionCode", "type": "string", "default": default,
            "typeOptions": {
                "alwaysOpenEditWindow": true, "codeAutocomplete": autocomplete, "editor": "jsEditor", "rows": 10,
            },
            "description": "The body of an asynchronous function", "noDataExpression": true,
        },
    ])
}
