//! What requests hold.

use std::collections::BTreeMap;

use heddle_node::{Item, Json};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::{ApiError, ApiResult};
use crate::items;

/// What a form asks the account for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OptionsKind {
    /// The choices of a field: `loadOptionsMethod`.
    LoadOptions,
    /// The things that a resource locator finds: `searchListMethod`.
    ListSearch,
    /// The columns of a resource mapper.
    ResourceMapping,
    /// Whether a credential works.
    CredentialTest,
}

/// A question to the account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OptionsBody {
    /// What is asked.
    pub(crate) kind: OptionsKind,
    /// The method of the node type that knows; not for `credentialTest`.
    pub(crate) method: Option<String>,
    /// The type of the credential to test.
    pub(crate) credential_type: Option<String>,
    /// The parameters so far, as stored.
    #[serde(default = "Json::object")]
    pub(crate) parameters: Json,
    /// Names of credentials by type.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<String, String>,
    /// Only choices with this text.
    pub(crate) search: Option<String>,
    /// Where the next page starts: `nextCursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Whether the account is to be asked, whatever was loaded within the last minute.
    #[serde(default)]
    pub(crate) reload: bool,
}

/// A node to check.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CheckBody {
    /// The parameters, as stored.
    #[serde(default = "Json::object")]
    pub(crate) parameters: Json,
    /// Names of credentials by type.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<String, String>,
}

/// A node whose parameters are to be resolved at an item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResolveBody {
    /// The parameters, as stored.
    #[serde(default = "Json::object")]
    pub(crate) parameters: Json,
    /// The item: an object, or an item of n8n (`{"json": {…}}`).
    pub(crate) item: Option<Json>,
}

/// A run of a node.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunBody {
    /// The parameters, as stored.
    #[serde(default = "Json::object")]
    pub(crate) parameters: Json,
    /// The items: a list of objects or of items of n8n (`{"json": {…}}`); one empty item when absent.
    pub(crate) items: Option<Json>,
    /// Names of credentials by type.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<String, String>,
    /// Whether nothing may leave; each item then shows its request.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// Whether to begin anew although an earlier run of the same is not complete: what it has sent may be sent twice.
    #[serde(default)]
    pub(crate) new: bool,
    /// Seconds to wait for the end, up to 60; 10 when absent, 0 for the execution at once.
    pub(crate) wait: Option<f64>,
}

/// An expression to evaluate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EvalBody {
    /// The expression: code such as `$json.name`, a template such as `Hello {{ $json.name }}`, or a parameter's text with
    /// its `=`.
    pub(crate) expression: String,
    /// The items; one empty item when absent.
    pub(crate) items: Option<Json>,
    /// The item to evaluate it at, from 0; all when absent.
    pub(crate) index: Option<usize>,
}

/// A text that is being typed into an expression.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CompleteBody {
    /// The text up to the cursor.
    pub(crate) text: String,
    /// The item: an object, or an item of n8n (`{"json": {…}}`).
    pub(crate) item: Option<Json>,
}

/// The items of a body.
///
/// # Errors
/// Names the first that is not an object.
pub(crate) fn read_items(items: Option<&Json>) -> ApiResult<Vec<Item>> {
    items.map_or_else(|| Ok(vec![Item::new(Json::object())]), items::of_json)
}

/// The one item of a body.
///
/// # Errors
/// When it is not an object.
pub(crate) fn read_item(item: Option<&Json>) -> ApiResult<Item> {
    let Some(item) = item else { return Ok(Item::new(Json::object())) };
    heddle_workflow::read_row(item)
        .map_err(|why| ApiError::unprocessable(format!("The item {why}")).at("/item"))
}
