//! Code: JavaScript of the workflow's author, once for all items or once for each.

mod effect;
mod examples;
mod form;
mod function;
mod items;
mod source;

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, CodeAnswer, CodeCall, CodeDialect, Effect, Item, Items, Json, Node, NodeError,
    NodeExample, NodeHeader, StoredParameters, StoredProblem, async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use function::{Function, FunctionItem, FunctionParameters};

use items::failed_code;
pub(crate) use source::check_syntax;

/// Runs JavaScript. What its code names decides whether it may call out: code that names no way to do so counts as pure,
/// and is held to it.
pub struct Code {
    pure: Arc<dyn Node>,
    calling: Arc<dyn Node>,
}

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeParameters {
    /// How often the code runs.
    pub mode: CodeMode,
    /// The language.
    pub language: Language,
    /// The code: the body of an asynchronous function.
    pub js_code: String,
    /// Code in Python, which is not run here.
    pub python_code: String,
}

/// How often code runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CodeMode {
    /// Once for all items.
    #[default]
    RunOnceForAllItems,
    /// Once for each item.
    RunOnceForEachItem,
}

/// The language of code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// JavaScript.
    #[default]
    JavaScript,
    /// Python.
    PythonNative,
    /// Python, in files of older versions.
    Python,
}

effect::code_node!(Code, "jsCode", CodeNode::<true>, CodeNode::<false>);

struct CodeNode<const PURE: bool>;

#[async_trait]
impl<const PURE: bool> BatchNode for CodeNode<PURE> {
    type Parameters = CodeParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.code",
        versions: &[1.0, 2.0],
        display_name: "Code",
        description: "Runs JavaScript of your own",
        icon: Some("node:code"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.code/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = if PURE { Some(Effect::Pure) } else { None };

    const CODE: &'static [&'static str] = &["jsCode"];

    async fn execute(
        &self,
        parameters: &CodeParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        if parameters.language != Language::JavaScript {
            return Err(source::no_python());
        }
        let each_item = parameters.mode == CodeMode::RunOnceForEachItem;
        if each_item && let Some(problem) = source::misplaced_input(&parameters.js_code) {
            return Err(problem.into_error());
        }
        let call = CodeCall {
            code: parameters.js_code.clone(),
            dialect: CodeDialect::Code,
            each_item,
            items: context.input(context.main_input),
        };
        let items = match context.services.run_code(call).await? {
            CodeAnswer::Once(returned) => items::of_all(returned, context.services.files())?,
            CodeAnswer::Each(results) => each(results, context)?,
        };
        Ok(vec![Arc::new(items)])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        source::check(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// The items that code gave one by one, with those of failures where the workflow goes on.
fn each(
    results: Vec<Result<Option<Json>, NodeError>>,
    context: &BatchContext<'_>,
) -> Result<Vec<Item>, NodeError> {
    let mut given = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        match result.and_then(|returned| items::of_one(returned, index, context.services.files())) {
            Ok(item) => given.extend(item),
            Err(error) => given.push(failed_code(error, index, context)?),
        }
    }
    Ok(given)
}
