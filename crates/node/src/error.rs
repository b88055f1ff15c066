//! What went wrong at a node, and whether its effect happened.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use crate::json::{Json, JsonObject};

/// The one error type of nodes. It says what happened; whether to repeat is the runner's decision.
///
/// At the border it is shown as n8n's `NodeApiError` or `NodeOperationError` (`spec/engine.md §14`).
#[derive(Clone)]
pub struct NodeError(Box<NodeErrorDetails>);

/// The parts of a [`NodeError`], reached through it by dereferencing.
#[derive(Debug, Clone)]
pub struct NodeErrorDetails {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// One sentence for the user.
    pub message: String,
    /// What to do about it.
    pub description: Option<String>,
    /// Status of the answer, when a service gave one.
    pub http_status: Option<u16>,
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
    /// Further facts for the error object's `context`, such as a service's error key and support id.
    pub context: JsonObject,
    /// The cause.
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The node cannot do what it was asked to do.
    Operation,
    /// A parameter's value is missing or unfit.
    Parameter,
    /// An expression could not be evaluated.
    Expression,
    /// A credential is missing, incomplete or refused.
    Credential,
    /// A service answered with an error.
    Api,
    /// The service could not be reached, or the connection broke.
    Connection,
    /// The time limit passed.
    TimeLimit,
    /// The run was cancelled.
    Cancelled,
    /// Nothing may leave in a dry run.
    DryRun,
}

/// What is known about the effect of an item that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
            message: message.into(),
            description: None,
            http_status: None,
            outcome: Outcome::NotDone,
            transient: false,
            retry_after: None,
            item_index: None,
            parameter: None,
            context: JsonObject::new(),
            source: None,
        }))
    }

    /// The node cannot do what it was asked to do.
    pub fn operation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Operation, message)
    }

    /// The value of `parameter` is missing or unfit.
    pub fn parameter(parameter: impl Into<String>, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Parameter, message);
        error.parameter = Some(parameter.into());
        error
    }

    /// A service answered with the error status `status`.
    pub fn api(status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Api, message);
        error.http_status = Some(status);
        error.transient = status == 429 || status >= 500;
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

    /// n8n's class name for this kind of error.
    pub fn class_name(&self) -> &'static str {
        match self.kind {
            ErrorKind::Api | ErrorKind::Connection | ErrorKind::TimeLimit => "NodeApiError",
            ErrorKind::Expression => "ExpressionError",
            _ => "NodeOperationError",
        }
    }

    /// The error object of run data (`spec/engine.md §14`), without the node that it stands at.
    ///
    /// `run_index` is the node's run, `timestamp` the time in milliseconds since 1970.
    pub fn to_json(&self, run_index: usize, timestamp: i64) -> Json {
        let mut context = JsonObject::new();
        context.insert("runIndex", Json::from(run_index));
        if let Some(item_index) = self.item_index {
            context.insert("itemIndex", Json::from(item_index));
        }
        if let Some(parameter) = &self.parameter {
            context.insert("parameter", Json::from(parameter.as_str()));
        }
        context.insert("outcome", Json::from(self.outcome.as_str()));
        for (key, value) in self.context.iter() {
            context.insert(key, value.clone());
        }
        let mut object = JsonObject::new();
        object.insert("level", Json::from("warning"));
        object.insert("tags", Json::object());
        if let Some(description) = &self.description {
            object.insert("description", Json::from(description.as_str()));
        }
        object.insert("timestamp", Json::from(timestamp));
        object.insert("context", Json::from(context));
        object.insert("functionality", Json::from("regular"));
        object.insert("name", Json::from(self.class_name()));
        object.insert("messages", self.source_messages());
        if self.class_name() == "NodeApiError" {
            let code = self.http_status.map_or(Json::NULL, |status| Json::from(status.to_string()));
            object.insert("httpCode", code);
        }
        object.insert("message", Json::from(self.message.as_str()));
        Json::from(object)
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
