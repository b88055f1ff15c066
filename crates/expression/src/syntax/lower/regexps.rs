//! Regular expressions that stand where they are used.

use oxc_ast::ast::{CallExpression, Expression};

use super::Lowerer;
use super::functions::written_out;
use crate::extensions;
use crate::native::expr::{Expr, Pattern, PatternMethod};

/// Members that only the array has that an unrepeated match gives.
pub(super) fn is_match_member(name: &str) -> bool {
    matches!(name, "index" | "input" | "groups" | "indices")
}

impl Lowerer<'_> {
    /// `text.replace(/pattern/, …)`, `/pattern/.test(text)` and the like; `None` when the call is none of these,
    /// `Some(None)` when it is one that needs JavaScript.
    pub(super) fn pattern_call(
        &mut self,
        object: &Expression<'_>,
        name: &str,
        optional: bool,
        call: &CallExpression<'_>,
        depth: usize,
    ) -> Option<Option<Expr>> {
        if self.extensions && extensions::NAMES.contains(&name) {
            return None;
        }
        let first = call.arguments.first()?.as_expression()?;
        if let Expression::RegExpLiteral(_) = object {
            return Some(self.own_call(object, name, optional, first, call, depth));
        }
        matches!(first, Expression::RegExpLiteral(_))
            .then(|| self.text_call(object, name, optional, first, call, depth))
    }

    fn own_call(
        &mut self,
        literal: &Expression<'_>,
        name: &str,
        optional: bool,
        subject: &Expression<'_>,
        call: &CallExpression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let method = match name {
            "test" => PatternMethod::Test,
            "exec" => PatternMethod::Exec,
            _ => return None,
        };
        if call.arguments.len() != 1 || optional {
            return None;
        }
        self.gives_match |= method == PatternMethod::Exec;
        let pattern = pattern(literal)?;
        let subject = Box::new(self.expression(subject, depth)?);
        Some(Expr::Pattern { subject, pattern, method, optional })
    }

    fn text_call(
        &mut self,
        object: &Expression<'_>,
        name: &str,
        optional: bool,
        literal: &Expression<'_>,
        call: &CallExpression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let pattern = pattern(literal)?;
        let subject = Box::new(self.expression(object, depth)?);
        let method = match (name, call.arguments.len()) {
            ("match", 1) => PatternMethod::Match,
            ("search", 1) => PatternMethod::Search,
            ("split", 1) => PatternMethod::Split,
            ("replace", 2) => return self.replace(subject, pattern, optional, call, depth),
            ("replaceAll", 2) if pattern.is_global => {
                return self.replace(subject, pattern, optional, call, depth);
            }
            _ => return None,
        };
        self.gives_match |= method == PatternMethod::Match && !pattern.is_global;
        Some(Expr::Pattern { subject, pattern, method, optional })
    }

    fn replace(
        &mut self,
        subject: Box<Expr>,
        pattern: Box<Pattern>,
        optional: bool,
        call: &CallExpression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let replacement = call.arguments.get(1)?.as_expression()?;
        if let Some(arrow) = written_out(replacement) {
            let function = Box::new(self.arrow(arrow, depth)?);
            return Some(Expr::ReplaceBy { subject, pattern, function, optional });
        }
        let replacement = Box::new(self.expression(replacement, depth)?);
        Some(Expr::Replace { subject, pattern, replacement, optional })
    }
}

fn pattern(literal: &Expression<'_>) -> Option<Box<Pattern>> {
    let Expression::RegExpLiteral(literal) = literal else { return None };
    let flags = literal.regex.flags.to_string();
    Pattern::new(&literal.regex.pattern.text, &flags).map(Box::new)
}
