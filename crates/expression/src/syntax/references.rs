//! Which other nodes a code chunk reads.

use std::ops::Range;

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, SimpleAssignmentTarget, UnaryExpression, UnaryOperator,
    UpdateExpression,
};
use oxc_ast::ast::{
    CallExpression, ComputedMemberExpression, Expression, ForStatementLeft, IdentifierName,
    IdentifierReference, StaticMemberExpression, StringLiteral, TemplateLiteral, ThisExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use smol_str::SmolStr;

use crate::syntax::lower::literal_text;

/// What a chunk refers to and does.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Names of nodes, with their place in the chunk.
    pub(crate) nodes: Vec<(SmolStr, Range<usize>)>,
    /// Whether it may read nodes whose names only show when it runs.
    pub(crate) unknown: bool,
    /// Whether it may read other items than the current one, of this or another node.
    pub(crate) other_items: bool,
    /// Whether it may change data that a later chunk of the same template reads.
    pub(crate) writes: bool,
    /// Whether it may change data that it reads: it assigns to a member of something, or names a method that changes its
    /// receiver, be it called or not.
    pub(crate) changes: bool,
    /// Whether an empty text stands in it.
    pub(crate) empty_text: bool,
}

/// Finds the references of an expression.
pub(crate) fn find(expression: &Expression<'_>) -> References {
    let mut references = References::default();
    references.visit_expression(expression);
    references
}

impl References {
    /// A call that gives data of the node it names: `$(…)`, or `$items(…)`, which may also name none.
    fn visit_data_call<'a>(&mut self, function: &str, call: &CallExpression<'a>) {
        self.other_items = true;
        match call.arguments.first() {
            Some(argument) => match argument.as_expression() {
                Some(name) => self.add(name),
                None => self.unknown = true,
            },
            None => self.unknown |= function == "$",
        }
        for argument in &call.arguments {
            self.visit_argument(argument);
        }
    }

    fn add(&mut self, name: &Expression<'_>) {
        match literal_text(name) {
            Some(text) => {
                let span = name.span();
                self.nodes.push((text, span.start as usize..span.end as usize));
            }
            None => self.unknown = true,
        }
    }
}

/// Whether a name of the run may lead to other items than the current one. Those that certainly do not are few and
/// known.
fn names_other_items(name: &str) -> bool {
    name.starts_with('$')
        && !matches!(
            name,
            "$json"
                | "$data"
                | "$binary"
                | "$itemIndex"
                | "$runIndex"
                | "$now"
                | "$today"
                | "$vars"
                | "$env"
                | "$workflow"
                | "$execution"
                | "$prevNode"
                | "$mode"
                | "$jmespath"
                | "$jmesPath"
                | "$if"
                | "$ifEmpty"
                | "$min"
                | "$max"
                | "$average"
                | "$not"
        )
}

/// Methods that change their receiver, or an argument.
fn is_changing_method(name: &str) -> bool {
    matches!(
        name,
        "push"
            | "pop"
            | "shift"
            | "unshift"
            | "splice"
            | "sort"
            | "reverse"
            | "fill"
            | "copyWithin"
            | "assign"
            | "set"
            | "add"
            | "delete"
            | "clear"
            | "call"
            | "apply"
            | "bind"
    )
}

/// Whether an expression gives an array that nobody else has.
fn is_fresh_array(expression: &Expression<'_>) -> bool {
    let Expression::CallExpression(call) = expression.get_inner_expression() else {
        return matches!(expression.get_inner_expression(), Expression::ArrayExpression(_));
    };
    let Expression::StaticMemberExpression(member) = &call.callee else { return false };
    matches!(
        member.property.name.as_str(),
        "map"
            | "filter"
            | "slice"
            | "concat"
            | "flat"
            | "flatMap"
            | "split"
            | "keys"
            | "values"
            | "entries"
            | "from"
            | "toSorted"
            | "toReversed"
    )
}

impl<'a> Visit<'a> for References {
    fn visit_identifier_name(&mut self, name: &IdentifierName<'a>) {
        self.changes |= is_changing_method(&name.name);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let Expression::StaticMemberExpression(member) = &call.callee
            && matches!(member.property.name.as_str(), "sort" | "reverse")
            && is_fresh_array(&member.object)
        {
            // What changes is the array that was just made.
            self.writes = true;
            self.visit_expression(&member.object);
            return walk::walk_arguments(self, &call.arguments);
        }
        match &call.callee {
            Expression::Identifier(callee) => match callee.name.as_str() {
                "$" | "$items" => return self.visit_data_call(&callee.name, call),
                "$evaluateExpression" | "$getPairedItem" => self.unknown = true,
                _ => {}
            },
            Expression::StaticMemberExpression(member) => {
                self.writes |= is_changing_method(&member.property.name);
            }
            Expression::ComputedMemberExpression(member) => {
                self.writes = true;
                self.changes |= literal_text(&member.expression).is_none();
            }
            _ => self.writes = true,
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        if let Expression::Identifier(object) = &member.object
            && object.name == "$node"
        {
            self.other_items = true;
            let span = member.property.span;
            let name = SmolStr::new(member.property.name.as_str());
            self.nodes.push((name, span.start as usize..span.end as usize));
            return;
        }
        // `$node["X"].parameter.y` evaluates whatever is stored there.
        self.unknown |= member.property.name == "parameter";
        walk::walk_static_member_expression(self, member);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        if let Expression::Identifier(object) = &member.object
            && object.name == "$node"
        {
            self.other_items = true;
            self.add(&member.expression);
            return self.visit_expression(&member.expression);
        }
        walk::walk_computed_member_expression(self, member);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.empty_text |= literal.value.is_empty();
        self.changes |= is_changing_method(&literal.value);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        let is_empty = template.quasis.iter().all(|part| part.value.raw.is_empty());
        self.empty_text |= template.expressions.is_empty() && is_empty;
        walk::walk_template_literal(self, template);
    }

    fn visit_this_expression(&mut self, _: &ThisExpression) {
        self.other_items = true;
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        self.other_items |= names_other_items(&identifier.name);
        self.unknown |= matches!(identifier.name.as_str(), "$" | "$node" | "$items" | "$item");
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        self.writes = true;
        self.changes |= !matches!(assignment.left, AssignmentTarget::AssignmentTargetIdentifier(_));
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_for_statement_left(&mut self, left: &ForStatementLeft<'a>) {
        self.writes |= !matches!(left, ForStatementLeft::VariableDeclaration(_));
        self.changes |= !matches!(
            left,
            ForStatementLeft::VariableDeclaration(_) | ForStatementLeft::AssignmentTargetIdentifier(_)
        );
        walk::walk_for_statement_left(self, left);
    }

    fn visit_update_expression(&mut self, update: &UpdateExpression<'a>) {
        self.writes = true;
        self.changes |= !matches!(update.argument, SimpleAssignmentTarget::AssignmentTargetIdentifier(_));
        walk::walk_update_expression(self, update);
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        self.writes |= unary.operator == UnaryOperator::Delete;
        self.changes |= unary.operator == UnaryOperator::Delete;
        walk::walk_unary_expression(self, unary);
    }
}
