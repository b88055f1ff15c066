//! The rewritten text: what is patched, free names, keys, arguments.

use oxc_ast::ast::{Argument, Expression, IdentifierReference};
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};

use super::checks::NOT_CALLED;
use super::{DATA, GUARD, Patch, Rewriter, range};
use crate::syntax::names::{is_constant, is_denied, is_engine_global};

impl Rewriter<'_> {
    /// The rewritten text of an expression.
    pub(super) fn text(&mut self, expression: &Expression<'_>) -> String {
        self.text_of(expression.span(), |rewriter| rewriter.visit_expression(expression))
    }

    pub(super) fn text_of(&mut self, span: Span, visit: impl FnOnce(&mut Self)) -> String {
        let outer = std::mem::take(&mut self.patches);
        visit(self);
        let mut patches = std::mem::replace(&mut self.patches, outer);
        patches.sort_by_key(|patch| (patch.range.start, patch.range.end));
        let mut text = String::new();
        let mut position = span.start as usize;
        for patch in patches {
            if patch.range.start < position {
                continue;
            }
            text.push_str(&self.source[position..patch.range.start]);
            text.push_str(&patch.text);
            position = patch.range.end;
        }
        text.push_str(&self.source[position..span.end as usize]);
        text
    }

    pub(super) fn patch(&mut self, span: Span, text: String) {
        self.patches.push(Patch { range: range(span), text });
    }

    /// A free name as the compiled code reads and writes it; `None` when the engine resolves it.
    pub(super) fn free_name(&mut self, identifier: &IdentifierReference<'_>) -> Option<String> {
        let name = identifier.name.as_str();
        // n8n does not see that `__proto__` is declared.
        if (self.scopes.declares(name) && name != "__proto__") || is_engine_global(name) {
            return None;
        }
        self.is_guarded = true;
        match name {
            "$json" => self.reads_json = true,
            name => self.reads_more |= !is_constant(name),
        }
        if name == "$" {
            self.refuse(identifier.span, NOT_CALLED.to_owned());
        } else if is_denied(name) {
            self.refuse(identifier.span, format!("Cannot access \"{name}\" due to security concerns"));
        } else if name == "yield" {
            self.invalid_syntax(identifier.span);
        }
        // `window` is looked up nowhere, so that it does not even exist.
        Some(if matches!(name, GUARD | "window") { name.to_owned() } else { format!("{DATA}.{name}") })
    }

    pub(super) fn arguments_text(&mut self, arguments: &[Argument<'_>]) -> String {
        let (Some(first), Some(last)) = (arguments.first(), arguments.last()) else { return String::new() };
        let span = Span::new(first.span().start, last.span().end);
        self.text_of(span, |rewriter| {
            for argument in arguments {
                rewriter.visit_argument(argument);
            }
        })
    }

    pub(super) fn key_text(&mut self, key: &Expression<'_>) -> String {
        match key {
            Expression::StringLiteral(literal) => {
                self.check_key(literal.span, &literal.value, true);
                self.source[range(literal.span)].to_owned()
            }
            Expression::NumericLiteral(literal) => self.source[range(literal.span)].to_owned(),
            _ => {
                let text = self.text(key);
                format!("{GUARD}({text})")
            }
        }
    }

    pub(super) fn in_scope(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        self.scopes.enter(names);
        visit(self);
        self.scopes.leave();
    }

    pub(super) fn in_function(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        self.function_depth += 1;
        self.in_scope(names, visit);
        self.function_depth -= 1;
    }
}
