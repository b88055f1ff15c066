//! Which variables a code chunk reads, and whether it says what happens where nobody has set them.

use std::ops::Range;

use oxc_ast::ast::{
    BinaryExpression, BinaryOperator, CallExpression, ComputedMemberExpression, ConditionalExpression,
    Expression, IfStatement, LogicalExpression, LogicalOperator, Program, StaticMemberExpression,
    UnaryExpression, UnaryOperator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use smol_str::SmolStr;

use crate::syntax::lower::literal_text;

/// A chunk reads a variable by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VariableRead {
    /// Where it stands: `$vars`, `$env` or `$secrets`.
    pub(crate) object: SmolStr,
    /// The name.
    pub(crate) name: SmolStr,
    /// The place of the name in the chunk.
    pub(crate) range: Range<usize>,
    /// Whether the code goes on with something else where the variable is undefined: behind `??` or `||`, as or after the
    /// condition of `?:`, before `?.`.
    pub(crate) has_fallback: bool,
}

/// Finds the reads of an expression.
pub(crate) fn find(expression: &Expression<'_>) -> Vec<VariableRead> {
    let mut finder = Finder::default();
    finder.visit_expression(expression);
    finder.reads
}

/// Finds the reads of code.
pub(crate) fn find_in_code(code: &Program<'_>) -> Vec<VariableRead> {
    let mut finder = Finder::default();
    finder.visit_program(code);
    finder.reads
}

#[derive(Default)]
struct Finder {
    reads: Vec<VariableRead>,
    /// Whether what surrounds the expression to be visited next takes undefined for an answer.
    takes_undefined: bool,
    /// Variables that a condition around has asked for.
    tested: Vec<SmolStr>,
}

impl Finder {
    fn visit_taking<'a>(&mut self, takes_undefined: bool, expression: &Expression<'a>) {
        self.takes_undefined = takes_undefined;
        self.visit_expression(expression);
    }

    /// Visits a condition, and then what it decides about.
    fn visit_test<'a>(
        &mut self,
        takes_undefined: bool,
        test: &Expression<'a>,
        visit_rest: impl FnOnce(&mut Self),
    ) {
        let (reads, tested) = (self.reads.len(), self.tested.len());
        self.visit_taking(takes_undefined, test);
        self.tested.extend(self.reads[reads..].iter().map(|read| read.name.clone()));
        visit_rest(self);
        self.tested.truncate(tested);
    }

    /// A member of `$vars`, `$env` or `$secrets`; false when it is one of something else.
    fn take<'a>(&mut self, object: &Expression<'a>, name: Option<(SmolStr, Span)>, optional: bool) -> bool {
        let takes_undefined = std::mem::take(&mut self.takes_undefined);
        let Expression::Identifier(object) = object.get_inner_expression() else { return false };
        if !matches!(object.name.as_str(), "$vars" | "$env" | "$secrets") {
            return false;
        }
        if let Some((name, span)) = name {
            self.reads.push(VariableRead {
                object: SmolStr::new(object.name.as_str()),
                has_fallback: takes_undefined || optional || self.tested.contains(&name),
                name,
                range: span.start as usize..span.end as usize,
            });
        }
        true
    }
}

/// Extension methods that undefined has, too.
fn asks_for_emptiness(name: &str) -> bool {
    matches!(name, "isEmpty" | "isNotEmpty")
}

fn is_nullish(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::NullLiteral(_) => true,
        Expression::Identifier(name) => name.name == "undefined",
        _ => false,
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_expression(&mut self, expression: &Expression<'a>) {
        // These ask what surrounds them; for all others it does not matter.
        let asks = matches!(
            expression,
            Expression::StaticMemberExpression(_)
                | Expression::ComputedMemberExpression(_)
                | Expression::ChainExpression(_)
                | Expression::ParenthesizedExpression(_)
                | Expression::LogicalExpression(_)
                | Expression::ConditionalExpression(_)
                | Expression::BinaryExpression(_)
        );
        self.takes_undefined &= asks;
        walk::walk_expression(self, expression);
        self.takes_undefined = false;
    }

    fn visit_logical_expression(&mut self, logical: &LogicalExpression<'a>) {
        let takes_undefined = std::mem::take(&mut self.takes_undefined);
        match logical.operator {
            LogicalOperator::Or | LogicalOperator::Coalesce => {
                self.visit_taking(true, &logical.left);
                self.visit_taking(takes_undefined, &logical.right);
            }
            LogicalOperator::And => self.visit_test(takes_undefined, &logical.left, |finder| {
                finder.visit_taking(takes_undefined, &logical.right);
            }),
        }
    }

    fn visit_conditional_expression(&mut self, conditional: &ConditionalExpression<'a>) {
        let takes_undefined = std::mem::take(&mut self.takes_undefined);
        self.visit_test(true, &conditional.test, |finder| {
            finder.visit_taking(takes_undefined, &conditional.consequent);
            finder.visit_taking(takes_undefined, &conditional.alternate);
        });
    }

    fn visit_if_statement(&mut self, statement: &IfStatement<'a>) {
        self.visit_test(true, &statement.test, |finder| {
            finder.visit_statement(&statement.consequent);
            if let Some(alternate) = &statement.alternate {
                finder.visit_statement(alternate);
            }
        });
    }

    fn visit_binary_expression(&mut self, binary: &BinaryExpression<'a>) {
        let takes_undefined = std::mem::take(&mut self.takes_undefined);
        let is_equality = matches!(
            binary.operator,
            BinaryOperator::Equality
                | BinaryOperator::Inequality
                | BinaryOperator::StrictEquality
                | BinaryOperator::StrictInequality
        );
        let compares = is_equality || binary.operator.is_compare();
        let asks_for_it = is_equality && (is_nullish(&binary.left) || is_nullish(&binary.right));
        let takes_undefined = asks_for_it || (compares && takes_undefined);
        self.visit_taking(takes_undefined, &binary.left);
        self.visit_taking(takes_undefined, &binary.right);
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        let takes_undefined = matches!(unary.operator, UnaryOperator::LogicalNot | UnaryOperator::Typeof);
        self.visit_taking(takes_undefined, &unary.argument);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.takes_undefined = false;
        let asks = match call.callee.get_inner_expression() {
            Expression::Identifier(callee) => matches!(callee.name.as_str(), "$ifEmpty" | "$if"),
            Expression::StaticMemberExpression(member) if asks_for_emptiness(&member.property.name) => {
                self.visit_taking(true, &member.object);
                return walk::walk_arguments(self, &call.arguments);
            }
            _ => false,
        };
        let [first, rest @ ..] = call.arguments.as_slice() else {
            return walk::walk_call_expression(self, call);
        };
        match first.as_expression().filter(|_| asks) {
            Some(first) => self.visit_test(true, first, |finder| {
                for argument in rest {
                    finder.visit_argument(argument);
                }
            }),
            None => walk::walk_call_expression(self, call),
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        let name = (SmolStr::new(member.property.name.as_str()), member.property.span);
        if !self.take(&member.object, Some(name), member.optional) {
            self.visit_taking(member.optional, &member.object);
        }
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        let name = literal_text(&member.expression).map(|name| (name, member.expression.span()));
        if !self.take(&member.object, name, member.optional) {
            self.visit_taking(member.optional, &member.object);
        }
        self.visit_expression(&member.expression);
    }
}
