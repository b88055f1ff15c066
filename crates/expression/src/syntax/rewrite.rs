//! Rewriting a code chunk into JavaScript that the engine can run on the run's data
//! (`docs/expressions/language.md §4, §8`).
//!
//! Free names become members of the data context, computed keys are checked when the code runs, `this` is a stand-in,
//! extension calls go through their dispatcher. All other text stays as it was written.

mod calls;
mod checks;
mod text;

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, AssignmentTargetPropertyIdentifier,
    AssignmentTargetPropertyProperty, AwaitExpression, BindingIdentifier, BindingPattern, BindingProperty,
    BlockStatement, CallExpression, CatchClause, ChainElement, ChainExpression, Class,
    ComputedMemberExpression, Expression, ForInStatement, ForOfStatement, ForStatement, ForStatementInit,
    ForStatementLeft, Function, IdentifierReference, ImportExpression, ImportMeta, MethodDefinition,
    NewExpression, NewTarget, ObjectProperty, ObjectPropertyKind, PrivateIdentifier, PropertyKey,
    PropertyKind, RegExpLiteral, StaticBlock, StaticMemberExpression, StringLiteral, Super, SwitchStatement,
    TaggedTemplateExpression, TemplateLiteral, ThisExpression, ThrowStatement, VariableDeclaration,
    WithStatement, YieldExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_regular_expression::Options;
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use self::calls::{read_node, strip_parentheses};
use self::checks::{DYNAMIC_BASE, NOT_CALLED, misprinted};
use crate::error::ExpressionError;
use crate::syntax::names::{is_closed_class, is_reserved};
use crate::syntax::print_quasi::print_quasi;
use crate::syntax::scope::{
    Scopes, arrow_statements, declared_names, function_names, lexical_names, pattern_names,
};

/// The parameter of a compiled chunk that holds the data context.
pub(crate) const DATA: &str = "___n8n_data";

/// The parameter of a compiled chunk that checks computed keys, and carries the other helpers as members.
pub(crate) const GUARD: &str = "__sanitize";

/// A chunk as JavaScript.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// An expression.
    pub(crate) code: String,
    /// Whether errors that it throws are swallowed.
    pub(crate) is_guarded: bool,
    /// Whether it awaits outside of a function: it then gives nothing.
    pub(crate) awaits: bool,
    /// Whether it names `$json`.
    pub(crate) reads_json: bool,
    /// Whether it names anything else that is not the same for all items.
    pub(crate) reads_more: bool,
}

/// Rewrites `expression`, which was parsed from `source`.
pub(crate) fn rewrite(
    source: &str,
    expression: &Expression<'_>,
    extensions: bool,
) -> Result<Rewritten, ExpressionError> {
    let mut rewriter = Rewriter {
        source,
        extensions,
        scopes: Scopes::default(),
        function_depth: 0,
        patches: Vec::new(),
        error: None,
        is_guarded: false,
        awaits: false,
        reads_json: false,
        reads_more: false,
        temporaries: 0,
        whole: expression.span(),
        called_parameters: Span::default(),
    };
    let code = rewriter.text(expression);
    if let Some(error) = rewriter.error {
        return Err(error);
    }
    let code = match rewriter.temporaries {
        0 => code,
        count => {
            let names: Vec<String> = (0..count).map(temporary).collect();
            format!("(({})=>({code}))()", names.join(","))
        }
    };
    Ok(Rewritten {
        code,
        is_guarded: rewriter.is_guarded,
        awaits: rewriter.awaits,
        reads_json: rewriter.reads_json,
        reads_more: rewriter.reads_more,
    })
}

fn temporary(index: usize) -> String {
    format!("{DATA}_{index}")
}

struct Patch {
    range: Range<usize>,
    text: String,
}

struct Rewriter<'s> {
    source: &'s str,
    extensions: bool,
    scopes: Scopes,
    function_depth: usize,
    patches: Vec<Patch>,
    error: Option<ExpressionError>,
    is_guarded: bool,
    awaits: bool,
    reads_json: bool,
    reads_more: bool,
    temporaries: usize,
    whole: Span,
    /// The parameters of the arrow function that is being called.
    called_parameters: Span,
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn for_names(declaration: Option<&VariableDeclaration<'_>>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(declaration) = declaration {
        declared_names(declaration, &mut names);
    }
    names
}

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_expression(&mut self, expression: &Expression<'a>) {
        match read_node(expression) {
            Some(text) => {
                self.is_guarded = true;
                self.patch(expression.span(), text);
            }
            None => walk::walk_expression(self, expression),
        }
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        if let Some(text) = self.free_name(identifier) {
            self.patch(identifier.span, text);
        }
    }

    fn visit_binding_identifier(&mut self, identifier: &BindingIdentifier<'a>) {
        self.check_bound_name(identifier.span, &identifier.name);
        let (own, called) = (identifier.span, self.called_parameters);
        if identifier.name == "$" && !(called.start <= own.start && own.end <= called.end) {
            self.refuse(identifier.span, NOT_CALLED.to_owned());
        }
    }

    fn visit_this_expression(&mut self, this: &ThisExpression) {
        self.is_guarded = true;
        self.patch(this.span, format!("{GUARD}.self()"));
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if property.shorthand
            && let Expression::Identifier(identifier) = &property.value
        {
            if let Some(text) = self.free_name(identifier) {
                self.patch(property.span, format!("{}:{text}", identifier.name));
            }
            return;
        }
        if property.method || property.kind != PropertyKind::Init {
            self.fail(property.span, misprinted());
        }
        if let PropertyKey::StaticIdentifier(key) = &property.key
            && key.name == "$"
        {
            self.refuse(key.span, NOT_CALLED.to_owned());
        }
        walk::walk_object_property(self, property);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.check_destructured(property.span, &property.binding.name);
        let target = self.free_name(&property.binding);
        let init = property.init.as_ref().map(|init| self.text(init));
        let name = property.binding.name.as_str();
        let target = target.unwrap_or_else(|| name.to_owned());
        let text = match init {
            Some(init) => format!("{name}:{target}={init}"),
            None => format!("{name}:{target}"),
        };
        self.patch(property.span, text);
    }

    fn visit_assignment_target_property_property(&mut self, property: &AssignmentTargetPropertyProperty<'a>) {
        self.check_pattern_key(&property.name, property.computed);
        walk::walk_assignment_target_property_property(self, property);
    }

    fn visit_binding_property(&mut self, property: &BindingProperty<'a>) {
        self.check_pattern_key(&property.key, property.computed);
        walk::walk_binding_property(self, property);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        self.is_guarded = true;
        let is_whole = !member.optional
            && self.whole == member.span
            && (member.object.is_member_expression() || member.object.is_identifier_reference());
        // As n8n does, from the inside out.
        self.visit_expression(&member.object);
        self.check_key(member.property.span, &member.property.name, is_whole);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        self.is_guarded = true;
        self.visit_expression(&member.object);
        let key = self.key_text(&member.expression);
        self.patch(member.expression.span(), key);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.is_guarded = true;
        if self.rewrite_special_call(call) {
            return;
        }
        match strip_parentheses(&call.callee) {
            Expression::ArrowFunctionExpression(arrow) => {
                let outer = std::mem::replace(&mut self.called_parameters, arrow.params.span);
                walk::walk_call_expression(self, call);
                self.called_parameters = outer;
                return;
            }
            Expression::StaticMemberExpression(callee) if callee.property.name == "$" && !callee.optional => {
                self.visit_expression(&callee.object);
                for argument in &call.arguments {
                    self.visit_argument(argument);
                }
                return;
            }
            _ => {}
        }
        if !call.optional && self.rewrite_node_accessor(&call.callee, &call.arguments) {
            return;
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        if !self.rewrite_node_accessor(&new.callee, &new.arguments) {
            walk::walk_new_expression(self, new);
        }
    }

    fn visit_tagged_template_expression(&mut self, tagged: &TaggedTemplateExpression<'a>) {
        self.is_guarded = true;
        walk::walk_tagged_template_expression(self, tagged);
    }

    fn visit_chain_expression(&mut self, chain: &ChainExpression<'a>) {
        self.is_guarded = true;
        if !self.has_extension_call(chain) {
            return walk::walk_chain_expression(self, chain);
        }
        let (conditions, text) = match &chain.expression {
            ChainElement::CallExpression(call) => self.call_step(call),
            ChainElement::StaticMemberExpression(member) => self.static_step(member),
            ChainElement::ComputedMemberExpression(member) => self.computed_step(member),
            _ => return walk::walk_chain_expression(self, chain),
        };
        self.patch(chain.span, format!("({conditions}{text})"));
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        for quasi in &template.quasis {
            let raw = &self.source[range(quasi.span)];
            let printed = print_quasi(raw, !quasi.tail);
            if printed != raw {
                self.patch(quasi.span, printed);
            }
        }
        for expression in &template.expressions {
            self.visit_expression(expression);
        }
    }

    fn visit_object_property_kind(&mut self, property: &ObjectPropertyKind<'a>) {
        match property {
            ObjectPropertyKind::SpreadProperty(spread) => {
                // The engine takes a string for an object without members.
                let spread_text = self.text(&spread.argument);
                self.patch(spread.argument.span(), format!("{GUARD}.spread({spread_text})"));
            }
            ObjectPropertyKind::ObjectProperty(property) => self.visit_object_property(property),
        }
    }

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        // n8n's parser reads a pattern without its flags.
        let allocator = Allocator::default();
        let pattern = literal.regex.pattern.text.as_str();
        let parser =
            oxc_regular_expression::LiteralParser::new(&allocator, pattern, None, Options::default());
        if parser.parse().is_err() {
            self.invalid_syntax(literal.span);
        }
    }

    fn visit_private_identifier(&mut self, identifier: &PrivateIdentifier<'a>) {
        let error = ExpressionError::new("Error", "did not recognize object of type \"PrivateIdentifier\"");
        self.fail(identifier.span, error);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        self.fail(import.span, ExpressionError::new("Error", "Imports are not supported"));
    }

    fn visit_await_expression(&mut self, await_expression: &AwaitExpression<'a>) {
        if self.function_depth == 0 {
            self.awaits = true;
        }
        walk::walk_await_expression(self, await_expression);
    }

    fn visit_yield_expression(&mut self, yield_expression: &YieldExpression<'a>) {
        if self.function_depth == 0 {
            self.invalid_syntax(yield_expression.span);
        }
        walk::walk_yield_expression(self, yield_expression);
    }

    fn visit_import_meta(&mut self, meta: &ImportMeta) {
        let error = ExpressionError::evaluation_failed("Cannot use 'import.meta' outside a module");
        self.fail(meta.span, error);
    }

    fn visit_super(&mut self, parent: &Super) {
        if self.function_depth == 0 {
            self.invalid_syntax(parent.span);
        }
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        if self.source[range(literal.span)].contains(['\u{2028}', '\u{2029}']) {
            self.invalid_syntax(literal.span);
        }
    }

    fn visit_throw_statement(&mut self, throw: &ThrowStatement<'a>) {
        let thrown = self.text(&throw.argument);
        self.patch(throw.argument.span(), format!("{GUARD}.thrown({thrown})"));
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.fail(method.span, misprinted());
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(target) = &assignment.left
            && is_reserved(&target.name)
        {
            let verb = if target.name == GUARD { "override" } else { "use" };
            self.refuse(target.span, format!("Cannot {verb} \"{}\" due to security concerns", target.name));
        }
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_new_target(&mut self, target: &NewTarget) {
        if self.function_depth == 0 {
            self.invalid_syntax(target.span);
        }
    }

    fn visit_with_statement(&mut self, with: &WithStatement<'a>) {
        let error = ExpressionError::new(
            "ExpressionWithStatementError",
            "Cannot use \"with\" statements due to security concerns",
        );
        self.fail(with.span, error);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        let statements = function.body.as_ref().map(|body| body.statements.as_slice());
        let mut names = function_names(&function.params, statements);
        names.extend(function.id.as_ref().map(|id| id.name.to_string()));
        self.in_function(names, |rewriter| walk::walk_function(rewriter, function, flags));
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        let names = function_names(&arrow.params, arrow_statements(&arrow.body));
        self.in_function(names, |rewriter| walk::walk_arrow_function_expression(rewriter, arrow));
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        match class.heritage.as_ref().map(|heritage| &heritage.expression) {
            Some(Expression::Identifier(parent)) if is_closed_class(&parent.name) => {
                let error = ExpressionError::new(
                    "ExpressionClassExtensionError",
                    format!("Cannot extend \"{}\" due to security concerns", parent.name),
                );
                self.fail(parent.span, error);
            }
            Some(Expression::Identifier(_)) | None => {}
            Some(parent) => {
                self.refuse(parent.span(), DYNAMIC_BASE.to_owned());
            }
        }
        let names = class.id.iter().map(|id| id.name.to_string()).collect();
        self.in_function(names, |rewriter| walk::walk_class(rewriter, class));
    }

    fn visit_static_block(&mut self, block: &StaticBlock<'a>) {
        self.in_scope(lexical_names(&block.body), |rewriter| walk::walk_static_block(rewriter, block));
    }

    fn visit_block_statement(&mut self, block: &BlockStatement<'a>) {
        self.in_scope(lexical_names(&block.body), |rewriter| walk::walk_block_statement(rewriter, block));
    }

    fn visit_switch_statement(&mut self, switch: &SwitchStatement<'a>) {
        self.visit_expression(&switch.discriminant);
        let names = switch.cases.iter().flat_map(|case| lexical_names(&case.consequent)).collect();
        self.in_scope(names, |rewriter| {
            for case in &switch.cases {
                rewriter.visit_switch_case(case);
            }
        });
    }

    fn visit_for_statement(&mut self, statement: &ForStatement<'a>) {
        let names = match &statement.init {
            Some(ForStatementInit::VariableDeclaration(declaration)) => for_names(Some(declaration)),
            _ => Vec::new(),
        };
        self.in_scope(names, |rewriter| walk::walk_for_statement(rewriter, statement));
    }

    fn visit_for_in_statement(&mut self, statement: &ForInStatement<'a>) {
        self.in_scope(left_names(&statement.left), |rewriter| {
            walk::walk_for_in_statement(rewriter, statement)
        });
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        self.in_scope(left_names(&statement.left), |rewriter| {
            walk::walk_for_of_statement(rewriter, statement)
        });
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause<'a>) {
        let mut names = Vec::new();
        if let Some(parameter) = &clause.param {
            pattern_names(&parameter.pattern, &mut names);
            if let BindingPattern::BindingIdentifier(error) = &parameter.pattern {
                let start = clause.body.span.start + 1;
                let name = error.name.as_str();
                self.patch(Span::new(start, start), format!("{name}={GUARD}.caught({name});"));
            }
        }
        self.in_scope(names, |rewriter| walk::walk_catch_clause(rewriter, clause));
    }
}

fn left_names(left: &ForStatementLeft<'_>) -> Vec<String> {
    match left {
        ForStatementLeft::VariableDeclaration(declaration) => for_names(Some(declaration)),
        _ => Vec::new(),
    }
}
