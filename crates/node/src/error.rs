//! What went wrong at a node, and whether its effect happened.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use heddle_form::parameters::ParameterError;
use serde::{Deserialize, Serialize};

use crate::json::{Json, JsonObject};

/// n8n's class of the errors that a node gives of its own.
const OPERATION_ERROR: &str = "NodeOperationError";

/// n8n's class of the errors of services.
const API_ERROR: &str = "NodeApiError";

/// The one error type of nodes. It says what happened; whether to repeat is the runner's decision.
///
/// At the border it is shown as n8n's `NodeApiError` or `NodeOperationError` (`docs/engine.md §14`).
///
/// ```
/// use heddle_node::{NodeError, Outcome};
///
/// let error = NodeError::api(503, "The service is busy")
///     .with_description("Try again later, or ask the service for a higher limit.");
/// // What is not known for certain is not repeated.
/// assert_ne!(error.outcome, Outcome::Done);
/// assert_eq!(error.to_json(0, 0)["message"].as_str(), Some("The service is busy"));
/// ```
#[derive(Clone)]
pub struct NodeError(Box<NodeErrorDetails>);

/// The parts of a [`NodeError`], reached through it by dereferencing.
#[derive(Debug, Clone)]
pub struct NodeErrorDetails {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// n8n's class, where it is another than that of the kind.
    pub class: Option<Cow<'static, str>>,
    /// How grave it is.
    pub level: ErrorLevel,
    /// What part of the engine it comes from.
    pub functionality: Functionality,
    /// One sentence for the user.
    pub message: String,
    /// What to do about it.
    pub description: Option<String>,
    /// Status of the answer, when a service gave one.
    pub http_status: Option<u16>,
    /// The system's code, such as `ECONNREFUSED`, where no service answered; n8n shows it in the place of the status.
    pub code: Option<&'static str>,
    /// Whether the item's effect happened.
    pub outcome: Outcome,
    /// A later try may succeed without any change.
    pub transient: bool,
    /// How long the service asks to wait before the next try.
    pub retry_after: Option<Duration>,
    /// The input item, from 0. The runner fills it in.
    pub item_index: Option<usize>,
    /// The parameter at fault, as a path such as `sessionMetadatas.sessionMetadata[1].key`.
    pub parameter: Option<String>,
    /// The line of the code that failed, from 1.
    pub line: Option<usize>,
    /// The value of that parameter as stored, where it could not be evaluated.
    pub stored_value: Option<Json>,
    /// Further facts for the error object's `context`, such as a service's error key and support id.
    pub context: JsonObject,
    /// Facts beside what concerns the user: the error object's `extra`.
    pub extra: JsonObject,
    /// What an item that failed and goes on has under `error` in its data, where that is another value than the message:
    /// n8n's nodes that call HTTP APIs give an object there.
    pub item_error: Option<Json>,
    /// The cause.
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The node cannot do what it was asked to do.
    Operation,
    /// A parameter's value is missing or unfit.
    Parameter,
    /// An expression could not be evaluated.
    Expression,
    /// A parameter's value is not of the type that the node asks for, and cannot be brought to it.
    Input,
    /// A credential is missing, incomplete or refused.
    Credential,
    /// A service answered with an error.
    Api,
    /// A service's answer is larger than may be held in memory.
    TooLarge,
    /// The service could not be reached, or the connection broke.
    Connection,
    /// The time limit passed.
    TimeLimit,
    /// The run was cancelled.
    Cancelled,
    /// Nothing may leave in a dry run.
    DryRun,
    /// The service lets nothing be sent to the recipient at the moment, since their conversation is closed: they must write
    /// first, or get a message that may open one. The same send will not be accepted by trying again.
    ConversationClosed,
}

/// How grave an error is (`docs/engine.md §14.1`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ErrorLevel {
    /// A remark.
    Info,
    /// Something for the user to mend.
    #[default]
    Warning,
    /// A failure that the user asked for, or that the host must know of.
    Error,
}

/// What part of the engine an error comes from: n8n's `functionality` (`docs/engine.md §14.1`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Functionality {
    /// The node itself.
    #[default]
    Regular,
    /// The search for the item that an item stems from.
    PairedItem,
}

/// What is known about the effect of an item that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Proven: the effect did not happen.
    NotDone,
    /// The service accepted the call, and something failed after that.
    Done,
    /// Nobody can tell; a repeat might do it twice.
    Unknown,
}

impl NodeError {
    /// An error of `kind` whose effect did not happen.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(NodeErrorDetails {
            kind,
            class: None,
            level: ErrorLevel::default(),
            functionality: Functionality::default(),
            message: message.into(),
            description: None,
            http_status: None,
            code: None,
            outcome: Outcome::NotDone,
            transient: false,
            retry_after: None,
            item_index: None,
            parameter: None,
            line: None,
            stored_value: None,
            context: JsonObject::new(),
            extra: JsonObject::new(),
            item_error: None,
            source: None,
        }))
    }

    /// The node cannot do what it was asked to do. A message with a system's error code in it, such as `ECONNREFUSED`,
    /// gives way to what the code means, and becomes the cause (`docs/engine.md §14.2`).
    pub fn operation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Operation, message).with_code_explained()
    }

    /// What n8n says instead of a system's code such as `ECONNREFUSED` (`docs/engine.md §14.2`).
    pub fn text_of_code(code: &str) -> Option<&'static str> {
        crate::system_error::text_for(code)
    }

    fn with_code_explained(mut self) -> Self {
        if let Some(text) = crate::system_error::text_for(&self.message) {
            let original = std::mem::replace(&mut self.message, text.to_owned());
            self.source = Some(Arc::from(Box::<dyn Error + Send + Sync>::from(original)));
        }
        self
    }

    /// The value of `parameter` is missing or unfit.
    pub fn parameter(parameter: impl Into<String>, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Parameter, message);
        error.parameter = Some(parameter.into());
        error
    }

    /// A service answered with the error status `status`. It counts as transient where the status says so: 408, 425, 429
    /// and those from 500 on.
    pub fn api(status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Api, message);
        error.http_status = Some(status);
        error.transient = matches!(status, 408 | 425 | 429 | 500..);
        error
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets what is known about the effect.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Adds a fact to the error object's `context`.
    #[must_use]
    pub fn with_context(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.context.insert(key, value.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The error as a node shows it that reports whatever happens in it as its own: n8n's
    /// `new NodeOperationError(node, error)`.
    #[must_use]
    pub fn into_operation_error(mut self) -> Self {
        self.class = Some(Cow::Borrowed(OPERATION_ERROR));
        self.functionality = Functionality::Regular;
        self.stored_value = None;
        self.with_code_explained()
    }

    /// n8n's class name for this error.
    pub fn class_name(&self) -> &str {
        match (&self.class, self.kind) {
            (Some(class), _) => class,
            (None, ErrorKind::Api | ErrorKind::Connection | ErrorKind::TimeLimit | ErrorKind::TooLarge) => {
                API_ERROR
            }
            (None, ErrorKind::Expression | ErrorKind::Input) => "ExpressionError",
            (None, _) => OPERATION_ERROR,
        }
    }

    /// The error object of run data (`docs/engine.md §14`), without the node that it stands at.
    ///
    /// `run_index` is the node's run, `timestamp` the time in milliseconds since 1970. `context.parameter` is the parameter
    /// that the error is about, `context.parameterPath` the place in it.
    pub fn to_json(&self, run_index: usize, timestamp: i64) -> Json {
        let is_of_node = matches!(self.class_name(), OPERATION_ERROR | API_ERROR);
        let mut object = JsonObject::new();
        if let Some(stored) = &self.stored_value {
            object.insert("cause", stored.clone());
        }
        object.insert("level", Json::from(self.level.as_str()));
        object.insert("shouldReport", Json::from(is_of_node));
        if let Some(description) = &self.description {
            object.insert("description", Json::from(description.as_str()));
        }
        object.insert("tags", Json::object());
        if !self.extra.is_empty() {
            object.insert("extra", Json::from(self.extra.clone()));
        }
        object.insert("timestamp", Json::from(timestamp));
        object.insert("context", self.context_json(run_index));
        object.insert("functionality", Json::from(self.functionality.as_str()));
        object.insert("name", Json::from(self.class_name()));
        if is_of_node {
            object.insert("messages", self.source_messages());
        }
        if self.class_name() == API_ERROR {
            let status = self.http_status.map(|status| Json::from(status.to_string()));
            let code = status.or_else(|| self.code.map(Json::from)).unwrap_or_default();
            object.insert("httpCode", code);
        }
        if let Some(line) = self.line {
            object.insert("lineNumber", Json::from(line));
        }
        object.insert("message", Json::from(self.message.as_str()));
        // The first line of what JavaScript would write; the calls below it are nobody's business.
        object.insert("stack", Json::from(format!("{}: {}", self.class_name(), self.message)));
        Json::from(object)
    }

    fn context_json(&self, run_index: usize) -> Json {
        let mut context = JsonObject::new();
        context.insert("runIndex", Json::from(run_index));
        if let Some(item_index) = self.item_index {
            context.insert("itemIndex", Json::from(item_index));
        }
        if let Some(path) = &self.parameter {
            let name = path.split(['.', '[']).next().unwrap_or_default();
            context.insert("parameter", Json::from(name));
            if name != path {
                context.insert("parameterPath", Json::from(path.as_str()));
            }
        }
        context.insert("outcome", Json::from(self.outcome.as_str()));
        for (key, value) in self.context.iter() {
            context.insert(key, value.clone());
        }
        Json::from(context)
    }

    fn source_messages(&self) -> Json {
        let mut messages = Vec::new();
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            messages.push(Json::from(error.to_string()));
            source = error.source();
        }
        Json::from(messages)
    }
}

impl ErrorLevel {
    /// n8n's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Functionality {
    /// n8n's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::PairedItem => "pairedItem",
        }
    }
}

impl Outcome {
    /// The word of the error object: `notDone`, `done` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotDone => "notDone",
            Self::Done => "done",
            Self::Unknown => "unknown",
        }
    }
}

impl Deref for NodeError {
    type Target = NodeErrorDetails;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for NodeError {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl fmt::Debug for NodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for NodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<ParameterError> for NodeError {
    fn from(error: ParameterError) -> Self {
        let Some(description) = error.description else {
            let description = format!("Correct the value of {} and run the workflow again.", error.path);
            return Self::parameter(error.path, error.message).with_description(description);
        };
        let mut invalid = Self::new(ErrorKind::Input, error.message).with_description(description);
        invalid.parameter = Some(error.path);
        invalid
    }
}

#[cfg(test)]
mod tests {
    use heddle_form::NodeProperty;
    use heddle_form::parameters::coerce;

    use super::*;
    use crate::{from_json, json};

    #[test]
    fn a_parameter_that_does_not_fit_is_named_by_the_error() {
        let form: Vec<NodeProperty> = from_json(&json!([
            {"displayName": "Recipient", "name": "to", "type": "string", "default": "", "required": true},
        ]))
        .expect("a form");
        let error = NodeError::from(coerce(&form, &json!({"to": ""}), 1.0).expect_err("it is empty"));
        assert_eq!((error.kind, error.parameter.as_deref()), (ErrorKind::Parameter, Some("to")));
    }
}
