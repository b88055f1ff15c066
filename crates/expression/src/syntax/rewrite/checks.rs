//! What no code may name or do, found while it is rewritten (`docs/expressions/language.md §8`).

use oxc_ast::ast::PropertyKey;
use oxc_span::{GetSpan, Span};

use super::{Rewriter, range};
use crate::error::{EVALUATION_FAILED, ExpressionError, INVALID_SYNTAX};
use crate::syntax::names::{is_denied, is_reserved};

/// Methods and accessors in object literals and classes: n8n prints code for them that does not compile
/// (`docs/expressions/language.md §15`).
pub(super) fn misprinted() -> ExpressionError {
    ExpressionError::evaluation_failed("methods and accessors are not supported, use functions as properties")
}

pub(super) const DYNAMIC_BASE: &str = "Cannot use dynamic class extension due to security concerns";

pub(super) const NOT_CALLED: &str = "Cannot access \"$\" without calling it as a function";

/// In which of its walks over a chunk n8n finds an error: the parser, the check of classes, the check of keys and names,
/// the check of `$`, and then whatever only running it shows.
fn pass(error: &ExpressionError) -> usize {
    match error.name.as_str() {
        _ if error.message == INVALID_SYNTAX => 0,
        "ExpressionClassExtensionError" => 1,
        _ if error.message == DYNAMIC_BASE => 1,
        _ if error.message == NOT_CALLED => 3,
        "Error" if error.message.starts_with(EVALUATION_FAILED) => 4,
        _ => 2,
    }
}

impl Rewriter<'_> {
    /// Keeps the error that n8n would have found first.
    pub(super) fn fail(&mut self, span: Span, error: ExpressionError) {
        if self.error.as_ref().is_none_or(|first| pass(&error) < pass(first)) {
            self.error = Some(error.at(range(span)));
        }
    }

    pub(super) fn refuse(&mut self, span: Span, message: String) {
        self.fail(span, ExpressionError::expression(message));
    }

    pub(super) fn invalid_syntax(&mut self, span: Span) {
        let name = if self.extensions { "ExpressionExtensionError" } else { "ExpressionError" };
        self.fail(span, ExpressionError::new(name, INVALID_SYNTAX));
    }

    /// Refuses a key that is known when the code is compiled.
    pub(super) fn check_key(&mut self, span: Span, key: &str, is_last: bool) {
        if is_denied(key) {
            self.refuse(span, format!("Cannot access \"{key}\" due to security concerns"));
        } else if key == "$" && !is_last {
            self.refuse(span, NOT_CALLED.to_owned());
        }
    }

    pub(super) fn check_bound_name(&mut self, span: Span, name: &str) {
        if is_reserved(name) {
            let error = ExpressionError::new(
                "ExpressionReservedVariableError",
                format!("Cannot use \"{name}\" due to security concerns"),
            );
            self.fail(span, error);
        }
    }

    pub(super) fn check_pattern_key(&mut self, key: &PropertyKey<'_>, computed: bool) {
        let span = key.span();
        if computed {
            let error = ExpressionError::new(
                "ExpressionComputedDestructuringError",
                "Computed property names in destructuring are not allowed due to security concerns",
            );
            return self.fail(span, error);
        }
        let name = match key {
            PropertyKey::StaticIdentifier(name) => name.name.to_string(),
            PropertyKey::StringLiteral(text) => text.value.to_string(),
            _ => return,
        };
        self.check_destructured(span, &name);
    }

    pub(super) fn check_destructured(&mut self, span: Span, name: &str) {
        if is_denied(name) {
            let error = ExpressionError::new(
                "ExpressionDestructuringError",
                format!("Cannot destructure \"{name}\" due to security concerns"),
            );
            self.fail(span, error);
        }
    }
}
