//! Regular expressions that stand where they are used.

use oxc_ast::ast::{Expression, RegExpLiteral};

use super::functions::written_out;
use super::{Lowerer, MethodCall};
use crate::native::expr::{Expr, Pattern, PatternMethod};

/// Members that only the array has that an unrepeated match gives.
pub(super) fn is_match_member(name: &str) -> bool {
    matches!(name, "index" | "input" | "groups" | "indices")
}

impl Lowerer<'_> {
    /// `text.replace(/pattern/, …)`, `/pattern/.test(text)` and the like; `None` when the call is none of these,
    /// `Some(None)` when it is one that needs JavaScript.
    pub(super) fn pattern_call(&mut self, call: &MethodCall<'_, '_>, depth: usize) -> Option<Option<Expr>> {
        let first = call.arguments.first()?.as_expression()?;
        match (call.object, first) {
            (Expression::RegExpLiteral(literal), _) => Some(self.pattern_method(call, literal, first, depth)),
            (_, Expression::RegExpLiteral(literal)) => Some(self.text_method(call, literal, depth)),
            _ => None,
        }
    }

    /// `/pattern/.method(subject)`
    fn pattern_method(
        &mut self,
        call: &MethodCall<'_, '_>,
        literal: &RegExpLiteral<'_>,
        subject: &Expression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let method = match (call.name, call.arguments.len()) {
            ("test", 1) => PatternMethod::Test,
            ("exec", 1) => PatternMethod::Exec,
            _ => return None,
        };
        if call.optional {
            return None;
        }
        self.gives_match |= method == PatternMethod::Exec;
        let pattern = pattern(literal)?;
        let subject = Box::new(self.expression(subject, depth)?);
        Some(Expr::Pattern { subject, pattern, method, optional: false })
    }

    /// `text.method(/pattern/, …)`
    fn text_method(
        &mut self,
        call: &MethodCall<'_, '_>,
        literal: &RegExpLiteral<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let pattern = pattern(literal)?;
        let optional = call.optional;
        let subject = Box::new(self.expression(call.object, depth)?);
        let method = match (call.name, call.arguments) {
            ("match", [_]) => PatternMethod::Match,
            ("search", [_]) => PatternMethod::Search,
            ("split", [_]) => PatternMethod::Split,
            ("replace" | "replaceAll", [_, replacement]) if call.name == "replace" || pattern.is_global => {
                let replacement = replacement.as_expression()?;
                return Some(match written_out(replacement) {
                    Some(arrow) => {
                        let function = Box::new(self.arrow(arrow, depth)?);
                        Expr::ReplaceBy { subject, pattern, function, optional }
                    }
                    None => {
                        let replacement = Box::new(self.expression(replacement, depth)?);
                        Expr::Replace { subject, pattern, replacement, optional }
                    }
                });
            }
            _ => return None,
        };
        self.gives_match |= method == PatternMethod::Match && !pattern.is_global;
        Some(Expr::Pattern { subject, pattern, method, optional })
    }
}

fn pattern(literal: &RegExpLiteral<'_>) -> Option<Box<Pattern>> {
    let flags = literal.regex.flags.to_string();
    Pattern::new(&literal.regex.pattern.text, &flags).map(Box::new)
}
