//! Stop and Error: fails with a message of the workflow's own.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, ErrorLevel, Items, Json, NodeError, NodeExample, NodeHeader,
    StoredParameters, StoredProblem, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fails on purpose.
#[derive(Debug, Clone, Copy, Default)]
pub struct StopAndError;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct StopAndErrorParameters {
    /// What is reported about the error.
    pub error_type: ErrorType,
    /// The message.
    pub error_message: String,
    /// An object with a message, a description or whatever else describes the error.
    #[schemars(extend("x-type" = "json"))]
    pub error_object: Json,
}

/// What is reported about the error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ErrorType {
    /// A message.
    #[default]
    ErrorMessage,
    /// An object.
    ErrorObject,
}

#[async_trait]
impl BatchNode for StopAndError {
    type Parameters = StopAndErrorParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.stopAndError",
        versions: &[1.0],
        display_name: "Stop and Error",
        description: "Fails with a message of your own",
        group: &["input"],
        outputs: &[],
        icon: Some("node:stop-and-error"),
        category: Some("Flow"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.stopanderror/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &StopAndErrorParameters,
        _: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        Err(match parameters.error_type {
            ErrorType::ErrorMessage => NodeError::operation(parameters.error_message.as_str()),
            ErrorType::ErrorObject => error_of(&parameters.error_object)?,
        })
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let is_object = stored.constant_text("errorType") == Some("errorObject");
        let object = stored.constant("errorObject").filter(|_| is_object);
        object.and_then(|object| error_of(object).err()).map(StoredProblem::from).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "The run ends with a message",
                type_version: 1.0,
                parameters: json!({ "errorMessage": "=The order {{ $json.order }} has no address" }),
                items: Vec::new(),
                ..NodeExample::default()
            }],
        )
    }
}

/// The error that an object describes: its `message`, else its `description` or `error`, else all of it.
fn error_of(object: &Json) -> Result<NodeError, NodeError> {
    let object = match object.as_str() {
        Some(text) => Json::parse(text).map_err(|error| {
            NodeError::parameter("errorObject", format!("The error object is not valid JSON: {error}"))
        })?,
        None => object.clone(),
    };
    let text = |key: &str| object.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    let message = text("message").or_else(|| text("description")).or_else(|| text("error"));
    let message = message.map_or_else(|| format!("Error: {object}"), str::to_owned);
    let mut error = NodeError::operation(message.as_str());
    error.level = ErrorLevel::Error;
    error.description = text("description").filter(|text| *text != message).map(str::to_owned);
    error.context.insert("metadata", object);
    Ok(error)
}

fn properties() -> Json {
    json!([
        {
            "displayName": "Error Type", "name": "errorType", "type": "options", "default": "errorMessage",
            "description": "What is told of the error",
            "options": [
                { "name": "Error Message", "value": "errorMessage" },
                { "name": "Error Object", "value": "errorObject" },
            ],
        },
        {
            "displayName": "Error Message", "name": "errorMessage", "type": "string", "default": "", "required": true,
            "placeholder": "The order has no address", "description": "The message",
            "displayOptions": { "show": { "errorType": ["errorMessage"] } },
        },
        {
            "displayName": "Error Object", "name": "errorObject", "type": "json", "default": "", "required": true,
            "typeOptions": { "alwaysOpenEditWindow": true },
            "description": "An object with a message, a description or whatever else tells of the error",
            "displayOptions": { "show": { "errorType": ["errorObject"] } },
        },
    ])
}
