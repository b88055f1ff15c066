//! What goes wrong in a runtime, and errors of a package's code as run data has them.

use std::time::Duration;

use heddle_data::Json;
use heddle_node::{ErrorKind, ErrorLevel, Functionality, NodeError};

/// Why a runtime did not do what it was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WorkerError {
    /// The code computes for too long.
    TimedOut(Duration),
    /// It waits for a promise that nothing will resolve.
    Stuck,
    /// The engine did not start, or broke.
    Broken(String),
    /// The code threw.
    Thrown(String),
}

impl std::fmt::Display for WorkerError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(
                formatter,
                "the code of the package computes for more than {} s without waiting for anything",
                limit.as_secs_f64()
            ),
            Self::Stuck => {
                formatter.write_str("the code of the package waits for a promise that nothing will resolve")
            }
            Self::Broken(text) | Self::Thrown(text) => formatter.write_str(text),
        }
    }
}

/// An error that the code threw, as its world describes it.
pub(crate) fn error_of_code(error: &Json) -> NodeError {
    let text = |name: &str| error.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let class = text("class").or(text("name")).unwrap_or("Error");
    let name = text("name").unwrap_or(class);
    let kind = match class {
        "NodeApiError" => ErrorKind::Api,
        "ExpressionError" => ErrorKind::Expression,
        _ => ErrorKind::Operation,
    };
    let mut told = NodeError::new(kind, text("message").unwrap_or("The node failed without a message"));
    if !matches!(class, "NodeApiError" | "NodeOperationError") {
        told.class = Some(name.to_owned().into());
    }
    told.description = text("description").map(str::to_owned);
    told.level = match text("level") {
        Some("info") => ErrorLevel::Info,
        Some("error" | "fatal") => ErrorLevel::Error,
        _ => ErrorLevel::Warning,
    };
    if text("functionality") == Some("pairedItem") {
        told.functionality = Functionality::PairedItem;
    }
    told.http_status = text("httpCode").and_then(|code| code.parse().ok());
    if told.http_status.is_none() && kind == ErrorKind::Api {
        told.code = text("httpCode").and_then(known_code);
    }
    let index = error.get("itemIndex").and_then(Json::as_f64).filter(|index| *index >= 0.0);
    told.item_index = index.map(|index| index as usize);
    for (key, value) in error.get("context").and_then(Json::as_object).into_iter().flat_map(|own| own.iter())
    {
        if !matches!(key, "runIndex" | "itemIndex") {
            told.context.insert(key, value.clone());
        }
    }
    let messages = error.get("messages").and_then(Json::as_array).unwrap_or_default();
    if let Some(first) = messages.iter().find_map(Json::as_str) {
        told = told.with_source(Told(first.to_owned()));
    }
    told
}

/// The codes of the system that errors may have.
fn known_code(code: &str) -> Option<&'static str> {
    const CODES: [&str; 9] = [
        "ECONNREFUSED",
        "ECONNRESET",
        "ENOTFOUND",
        "ETIMEDOUT",
        "ECONNABORTED",
        "EHOSTUNREACH",
        "EAI_AGAIN",
        "EADDRNOTAVAIL",
        "GETADDRINFO",
    ];
    CODES.into_iter().find(|known| *known == code)
}

/// What an error said before it was explained.
#[derive(Debug)]
struct Told(String);

impl std::fmt::Display for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Told {}
