//! Errors of nodes in records.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use heddle_node::{ErrorKind, ErrorLevel, Functionality, Json, JsonObject, NodeError, Outcome};
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// The codes of the system that an error may name.
const CODES: [&str; 6] =
    ["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"];

/// A code of the system, as errors have it.
pub(crate) fn known_code(code: &str) -> Option<&'static str> {
    CODES.into_iter().find(|known| *known == code)
}

/// Everything that an error holds. Of its causes the messages stay.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    kind: ErrorKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(default)]
    level: ErrorLevel,
    #[serde(default)]
    functionality: Functionality,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    outcome: Outcome,
    #[serde(default)]
    transient: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item_index: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stored_value: Option<Json>,
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    context: JsonObject,
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    extra: JsonObject,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

/// A cause of which the message is known.
#[derive(Debug)]
struct Cause {
    message: String,
    cause: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}

fn form(error: &NodeError) -> Form {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    Form {
        kind: error.kind,
        class: error.class.as_deref().map(str::to_owned),
        level: error.level,
        functionality: error.functionality,
        message: error.message.clone(),
        description: error.description.clone(),
        http_status: error.http_status,
        code: error.code.map(str::to_owned),
        outcome: error.outcome,
        transient: error.transient,
        retry_after: error.retry_after,
        item_index: error.item_index,
        parameter: error.parameter.clone(),
        line: error.line,
        stored_value: error.stored_value.clone(),
        context: error.context.clone(),
        extra: error.extra.clone(),
        causes,
    }
}

fn error(form: Form) -> NodeError {
    let mut error = NodeError::new(form.kind, form.message);
    error.class = form.class.map(Into::into);
    error.level = form.level;
    error.functionality = form.functionality;
    error.description = form.description;
    error.http_status = form.http_status;
    error.code = form.code.as_deref().and_then(known_code);
    error.outcome = form.outcome;
    error.transient = form.transient;
    error.retry_after = form.retry_after;
    error.item_index = form.item_index;
    error.parameter = form.parameter;
    error.line = form.line;
    error.stored_value = form.stored_value;
    error.context = form.context;
    error.extra = form.extra;
    let cause = form
        .causes
        .into_iter()
        .rev()
        .fold(None, |cause, message| Some(Cause { message, cause: cause.map(Box::new) }));
    match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    }
}

/// `#[serde(with)]` of an error that may be absent.
pub(super) mod optional {
    use super::*;

    pub(in crate::log) fn serialize<S: Serializer>(
        error: &Option<NodeError>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        error.as_ref().map(form).serialize(serializer)
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<NodeError>, D::Error> {
        Ok(Option::<Form>::deserialize(deserializer)?.map(error))
    }
}
