//! Rewriting a code chunk into JavaScript that the engine can run on the run's data
//! (`spec/expressions/language.md §4, §8`).
//!
//! Free names become members of the data context, computed keys are checked when the code runs, `this` is a stand-in,
//! extension calls go through their dispatcher. All other text stays as it was written.

use std::ops::Range;

use oxc_ast::ast::{
    Argument, ArrowFunctionExpression, AssignmentExpression, AssignmentTarget,
    AssignmentTargetPropertyIdentifier, AssignmentTargetPropertyProperty, AwaitExpression, BindingIdentifier,
    BindingProperty, BlockStatement, CallExpression, CatchClause, ChainElement, ChainExpression, Class,
    ComputedMemberExpression, Expression, ForInStatement, ForOfStatement, ForStatement, ForStatementInit,
    ForStatementLeft, Function, IdentifierReference, ImportExpression, ImportMeta, MethodDefinition,
    NewTarget, ObjectProperty, PrivateIdentifier, PropertyKey, PropertyKind, RegExpFlags, RegExpLiteral,
    StaticBlock, StaticMemberExpression, StringLiteral, Super, SwitchStatement, TaggedTemplateExpression,
    TemplateLiteral, ThisExpression, ThrowStatement, VariableDeclaration, WithStatement, YieldExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use crate::error::{ExpressionError, INVALID_SYNTAX};
use crate::syntax::extension_calls::is_extension_name;
use crate::syntax::lower::node_call_name;
use crate::syntax::names::{is_closed_class, is_constant, is_denied, is_engine_global, is_reserved};
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
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl Rewriter<'_> {
    /// The rewritten text of an expression.
    fn text(&mut self, expression: &Expression<'_>) -> String {
        self.text_of(expression.span(), |rewriter| rewriter.visit_expression(expression))
    }

    fn text_of(&mut self, span: Span, visit: impl FnOnce(&mut Self)) -> String {
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

    fn patch(&mut self, span: Span, text: String) {
        self.patches.push(Patch { range: range(span), text });
    }

    fn fail(&mut self, span: Span, error: ExpressionError) {
        if self.error.is_none() {
            self.error = Some(error.at(range(span)));
        }
    }

    fn refuse(&mut self, span: Span, message: String) {
        self.fail(span, ExpressionError::expression(message));
    }

    fn invalid_syntax(&mut self, span: Span) {
        let name = if self.extensions { "ExpressionExtensionError" } else { "ExpressionError" };
        self.fail(span, ExpressionError::new(name, INVALID_SYNTAX));
    }

    /// Refuses a key that is known when the code is compiled.
    fn check_key(&mut self, span: Span, key: &str, is_last: bool) {
        if is_denied(key) {
            self.refuse(span, format!("Cannot access \"{key}\" due to security concerns"));
        } else if key == "$" && !is_last {
            self.refuse(span, NOT_CALLED.to_owned());
        }
    }

    fn check_bound_name(&mut self, span: Span, name: &str) {
        if is_reserved(name) {
            let error = ExpressionError::new(
                "ExpressionReservedVariableError",
                format!("Cannot use \"{name}\" due to security concerns"),
            );
            self.fail(span, error);
        }
    }

    fn check_pattern_key(&mut self, key: &PropertyKey<'_>, computed: bool) {
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

    fn check_destructured(&mut self, span: Span, name: &str) {
        if is_denied(name) {
            let error = ExpressionError::new(
                "ExpressionDestructuringError",
                format!("Cannot destructure \"{name}\" due to security concerns"),
            );
            self.fail(span, error);
        }
    }

    /// A free name as the compiled code reads and writes it; `None` when the engine resolves it.
    fn free_name(&mut self, identifier: &IdentifierReference<'_>) -> Option<String> {
        let name = identifier.name.as_str();
        if self.scopes.declares(name) || is_engine_global(name) {
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
        Some(if name == GUARD { GUARD.to_owned() } else { format!("{DATA}.{name}") })
    }

    fn arguments_text(&mut self, arguments: &[Argument<'_>]) -> String {
        let (Some(first), Some(last)) = (arguments.first(), arguments.last()) else { return String::new() };
        let span = Span::new(first.span().start, last.span().end);
        self.text_of(span, |rewriter| {
            for argument in arguments {
                rewriter.visit_argument(argument);
            }
        })
    }

    /// The name that a call dispatches through the extensions, if it does.
    fn extension_name(&self, call: &CallExpression<'_>) -> Option<String> {
        if !self.extensions {
            return None;
        }
        let name = match strip_parentheses(&call.callee) {
            Expression::StaticMemberExpression(member) => member.property.name.to_string(),
            Expression::ComputedMemberExpression(member) => match &member.expression {
                Expression::Identifier(identifier) => identifier.name.to_string(),
                _ => return None,
            },
            _ => return None,
        };
        is_extension_name(&name).then_some(name)
    }

    /// Rewrites a call of an extension method, or of `$if`; false when it is neither.
    fn rewrite_special_call(&mut self, call: &CallExpression<'_>) -> bool {
        if self.extensions
            && let Expression::Identifier(callee) = &call.callee
            && callee.name == "$if"
            && !call.optional
            && !call.arguments.iter().any(Argument::is_spread)
        {
            let [test, yes, rest @ ..] = call.arguments.as_slice() else {
                self.invalid_syntax(call.span);
                return true;
            };
            let test = self.arguments_text(std::slice::from_ref(test));
            let yes = self.arguments_text(std::slice::from_ref(yes));
            let no = match rest.first() {
                Some(no) => self.arguments_text(std::slice::from_ref(no)),
                None => "false".to_owned(),
            };
            self.patch(call.span, format!("(({test})?({yes}):({no}))"));
            return true;
        }
        let Some(name) = self.extension_name(call) else { return false };
        let receiver = match strip_parentheses(&call.callee) {
            Expression::StaticMemberExpression(member) => &member.object,
            Expression::ComputedMemberExpression(member) => &member.object,
            _ => return false,
        };
        let receiver = self.text(receiver);
        let arguments = self.arguments_text(&call.arguments);
        self.patch(call.span, format!("{GUARD}.extend({receiver},\"{name}\",[{arguments}])"));
        true
    }

    /// The text of one step of an optional chain that holds extension calls: the steps before an `?.` are evaluated
    /// into a temporary, and the rest is left out when that is null or undefined.
    ///
    /// Gives the conditions met so far and the text that goes on from them.
    fn chain_step(&mut self, expression: &Expression<'_>) -> (String, String) {
        match expression {
            Expression::StaticMemberExpression(member) => self.static_step(member),
            Expression::ComputedMemberExpression(member) => self.computed_step(member),
            Expression::CallExpression(call) => self.call_step(call),
            _ => (String::new(), self.text(expression)),
        }
    }

    fn static_step(&mut self, member: &StaticMemberExpression<'_>) -> (String, String) {
        self.is_guarded = true;
        self.check_key(member.property.span, &member.property.name, self.whole.end == member.span.end);
        let (conditions, object) = self.chain_step(&member.object);
        let (conditions, object) = self.short_circuit(conditions, object, member.optional);
        (conditions, format!("{object}.{}", member.property.name))
    }

    fn computed_step(&mut self, member: &ComputedMemberExpression<'_>) -> (String, String) {
        self.is_guarded = true;
        let (conditions, object) = self.chain_step(&member.object);
        let (conditions, object) = self.short_circuit(conditions, object, member.optional);
        let key = self.key_text(&member.expression);
        (conditions, format!("{object}[{key}]"))
    }

    fn call_step(&mut self, call: &CallExpression<'_>) -> (String, String) {
        self.is_guarded = true;
        let Some(name) = self.extension_name(call) else {
            if let Expression::Identifier(_) = &call.callee {
                return (
                    String::new(),
                    self.text_of(call.span, |rewriter| rewriter.visit_call_expression(call)),
                );
            }
            let (conditions, callee) = self.chain_step(&call.callee);
            let (conditions, callee) = self.short_circuit(conditions, callee, call.optional);
            let arguments = self.arguments_text(&call.arguments);
            // n8n's expansion of an optional call loses the receiver.
            let callee = if call.optional { format!("({{f:{callee}}}).f") } else { callee };
            return (conditions, format!("{callee}({arguments})"));
        };
        let (receiver, optional) = match &call.callee {
            Expression::StaticMemberExpression(member) => (&member.object, member.optional),
            Expression::ComputedMemberExpression(member) => (&member.object, member.optional),
            _ => {
                return (
                    String::new(),
                    self.text_of(call.span, |rewriter| rewriter.visit_call_expression(call)),
                );
            }
        };
        let (conditions, receiver) = self.chain_step(receiver);
        let (conditions, receiver) = self.short_circuit(conditions, receiver, optional);
        let arguments = self.arguments_text(&call.arguments);
        let helper = if call.optional { "extendOptional" } else { "extend" };
        (conditions, format!("{GUARD}.{helper}({receiver},\"{name}\",[{arguments}])"))
    }

    fn short_circuit(&mut self, conditions: String, object: String, optional: bool) -> (String, String) {
        if !optional {
            return (conditions, object);
        }
        let name = temporary(self.temporaries);
        self.temporaries += 1;
        (format!("{conditions}({name}={object})==null?void 0:"), name)
    }

    fn key_text(&mut self, key: &Expression<'_>) -> String {
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

    fn has_extension_call(&self, chain: &ChainExpression<'_>) -> bool {
        struct Finder<'r, 's> {
            rewriter: &'r Rewriter<'s>,
            found: bool,
        }
        impl<'a> Visit<'a> for Finder<'_, '_> {
            fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
                self.found |= self.rewriter.extension_name(call).is_some();
                walk::walk_call_expression(self, call);
            }
        }
        let mut finder = Finder { rewriter: self, found: false };
        finder.visit_chain_element(&chain.expression);
        finder.found
    }

    fn in_scope(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        self.scopes.enter(names);
        visit(self);
        self.scopes.leave();
    }

    fn in_function(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        self.function_depth += 1;
        self.in_scope(names, visit);
        self.function_depth -= 1;
    }
}

/// Methods and accessors in object literals and classes: n8n prints code for them that does not compile
/// (`spec/expressions/language.md §15`).
fn misprinted() -> ExpressionError {
    ExpressionError::evaluation_failed("methods and accessors are not supported, use functions as properties")
}

const NOT_CALLED: &str = "Cannot access \"$\" without calling it as a function";

fn strip_parentheses<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::ParenthesizedExpression(inner) => strip_parentheses(&inner.expression),
        _ => expression,
    }
}

fn for_names(declaration: Option<&VariableDeclaration<'_>>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(declaration) = declaration {
        declared_names(declaration, &mut names);
    }
    names
}

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        if let Some(text) = self.free_name(identifier) {
            self.patch(identifier.span, text);
        }
    }

    fn visit_binding_identifier(&mut self, identifier: &BindingIdentifier<'a>) {
        self.check_bound_name(identifier.span, &identifier.name);
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
        if member.property.name == "item"
            && !member.optional
            && let Some(node) = node_call_name(&member.object)
        {
            return self.patch(member.span, read_node("nodeItem", &node));
        }
        self.check_key(member.property.span, &member.property.name, self.whole.end == member.span.end);
        self.visit_expression(&member.object);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        self.is_guarded = true;
        self.visit_expression(&member.object);
        let key = self.key_text(&member.expression);
        self.patch(member.expression.span(), key);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.is_guarded = true;
        if let Some(text) = node_items_call(call) {
            return self.patch(call.span, text);
        }
        if self.rewrite_special_call(call) {
            return;
        }
        if let Expression::Identifier(callee) = strip_parentheses(&call.callee)
            && callee.name == "$"
        {
            self.reads_more = true;
            self.patch(callee.span, format!("{DATA}.$"));
            for argument in &call.arguments {
                self.visit_argument(argument);
            }
            return;
        }
        walk::walk_call_expression(self, call);
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

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        if literal.regex.flags.contains(RegExpFlags::V) {
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
                let message = "Cannot use dynamic class extension due to security concerns";
                self.refuse(parent.span(), message.to_owned());
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
        }
        self.in_scope(names, |rewriter| walk::walk_catch_clause(rewriter, clause));
    }
}

/// `$('X').first()` and the like, which need no accessor in between.
fn node_items_call(call: &CallExpression<'_>) -> Option<String> {
    let Expression::StaticMemberExpression(callee) = &call.callee else { return None };
    let helper = match callee.property.name.as_str() {
        "first" => "nodeFirst",
        "last" => "nodeLast",
        "all" => "nodeAll",
        _ => return None,
    };
    if call.optional || callee.optional || !call.arguments.is_empty() {
        return None;
    }
    Some(read_node(helper, &node_call_name(&callee.object)?))
}

fn read_node(helper: &str, node: &str) -> String {
    format!("{GUARD}.{helper}({})", serde_json::Value::from(node))
}

fn left_names(left: &ForStatementLeft<'_>) -> Vec<String> {
    match left {
        ForStatementLeft::VariableDeclaration(declaration) => for_names(Some(declaration)),
        _ => Vec::new(),
    }
}

/// A piece of a template literal as n8n's code printer leaves it (`spec/expressions/language.md §15`).
pub(super) fn print_quasi(raw: &str, before_interpolation: bool) -> String {
    let mut lines = raw.split('\n');
    let mut printed = lines.next().unwrap_or_default().strip_suffix('\r').unwrap_or_default().to_owned();
    if !raw.contains('\n') || !raw.contains("\r\n") {
        printed = raw.split('\n').next().unwrap_or_default().to_owned();
    }
    for line in lines {
        let line = line.strip_suffix('\r').unwrap_or(line);
        printed.push('\n');
        let tabs = line.len() - line.trim_start_matches('\t').len();
        printed.extend(std::iter::repeat_n(' ', tabs * 4));
        printed.push_str(&line[tabs..]);
    }
    let breaks = raw.contains('\n') || raw.contains("\\n");
    let ends_in_word =
        raw.ends_with(|last: char| last.is_ascii_alphanumeric() || matches!(last, '_' | '$' | '\n'));
    if before_interpolation && breaks && ends_in_word {
        printed.push(' ');
    }
    printed
}
