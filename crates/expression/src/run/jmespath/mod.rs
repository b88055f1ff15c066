//! JMESPath queries as jmespath.js answers them (`docs/expressions/language.md §13`).
//!
//! An evaluator of our own, since n8n's library strays from the JMESPath specification: comparisons and sorting are
//! JavaScript's, and `max_by` of texts is nothing.

mod evaluate;
mod functions;
mod lexer;
mod parser;

use heddle_data::Json;

use crate::throw::Thrown;
use crate::value::Value;

/// Searches `data`. Failures of any kind are errors that a code chunk swallows.
pub(crate) fn search(data: &Json, query: &str) -> Result<Value, Thrown> {
    let node = parser::parse(query)?;
    Ok(match evaluate::evaluate(&node, data)? {
        evaluate::Found::Json(json) => Value::Json(json),
        evaluate::Found::Undefined | evaluate::Found::Expression(_) => Value::Undefined,
    })
}

fn error(message: impl Into<String>) -> Thrown {
    Thrown::new("Error", message)
}
