//! Calls that are rewritten: extension methods and `$if`, optional chains that hold them, other nodes' items.

use oxc_ast::ast::{
    Argument, CallExpression, ChainExpression, ComputedMemberExpression, Expression, StaticMemberExpression,
};
use oxc_ast_visit::{Visit, walk};
use smol_str::SmolStr;

use super::{DATA, GUARD, Rewriter, temporary};
use crate::syntax::extension_calls::is_extension_name;
use crate::syntax::lower::node_call_name;

impl Rewriter<'_> {
    /// The name that a call dispatches through the extensions, if it does.
    pub(super) fn extension_name(&self, call: &CallExpression<'_>) -> Option<String> {
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
    pub(super) fn rewrite_special_call(&mut self, call: &CallExpression<'_>) -> bool {
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

    /// Rewrites `$(…)`, the one place where `$` may stand; false for any other callee.
    pub(super) fn rewrite_node_accessor(
        &mut self,
        callee: &Expression<'_>,
        arguments: &[Argument<'_>],
    ) -> bool {
        let Expression::Identifier(callee) = strip_parentheses(callee) else { return false };
        if callee.name != "$" {
            return false;
        }
        self.reads_more = true;
        self.patch(callee.span, format!("{DATA}.$"));
        for argument in arguments {
            self.visit_argument(argument);
        }
        true
    }

    /// The text of one step of an optional chain that holds extension calls: the steps before an `?.` are evaluated
    /// into a temporary, and the rest is left out when that is null or undefined.
    ///
    /// Gives the conditions met so far and the text that goes on from them.
    pub(super) fn chain_step(&mut self, expression: &Expression<'_>) -> (String, String) {
        if let Some(text) = read_node(expression) {
            return (String::new(), text);
        }
        match expression {
            Expression::StaticMemberExpression(member) => self.static_step(member),
            Expression::ComputedMemberExpression(member) => self.computed_step(member),
            Expression::CallExpression(call) => self.call_step(call),
            _ => (String::new(), self.text(expression)),
        }
    }

    pub(super) fn static_step(&mut self, member: &StaticMemberExpression<'_>) -> (String, String) {
        self.is_guarded = true;
        let (conditions, object) = self.chain_step(&member.object);
        let (conditions, object) = self.short_circuit(conditions, object, member.optional);
        self.check_key(member.property.span, &member.property.name, self.whole.end == member.span.end);
        (conditions, format!("{object}.{}", member.property.name))
    }

    pub(super) fn computed_step(&mut self, member: &ComputedMemberExpression<'_>) -> (String, String) {
        self.is_guarded = true;
        let (conditions, object) = self.chain_step(&member.object);
        let (conditions, object) = self.short_circuit(conditions, object, member.optional);
        let key = self.key_text(&member.expression);
        (conditions, format!("{object}[{key}]"))
    }

    pub(super) fn call_step(&mut self, call: &CallExpression<'_>) -> (String, String) {
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
        if call.optional {
            // What has no such method ends the whole chain.
            let callee = format!("{GUARD}.extendOptional({receiver},\"{name}\")");
            let (conditions, callee) = self.short_circuit(conditions, callee, true);
            let arguments = self.arguments_text(&call.arguments);
            return (conditions, format!("{callee}({arguments})"));
        }
        let arguments = self.arguments_text(&call.arguments);
        (conditions, format!("{GUARD}.extend({receiver},\"{name}\",[{arguments}])"))
    }

    pub(super) fn short_circuit(
        &mut self,
        conditions: String,
        object: String,
        optional: bool,
    ) -> (String, String) {
        if !optional {
            return (conditions, object);
        }
        let name = temporary(self.temporaries);
        self.temporaries += 1;
        (format!("{conditions}({name}={object})==null?void 0:"), name)
    }

    pub(super) fn has_extension_call(&self, chain: &ChainExpression<'_>) -> bool {
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
}

pub(super) fn strip_parentheses<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::ParenthesizedExpression(inner) => strip_parentheses(&inner.expression),
        _ => expression,
    }
}

/// `$('X').item`, `$('X').first()` and the like, and their `.json`: they need no accessor in between.
pub(super) fn read_node(expression: &Expression<'_>) -> Option<String> {
    if let Expression::StaticMemberExpression(member) = expression
        && member.property.name == "json"
        && !member.optional
        && let Some((helper, node)) = node_head(&member.object)
        && helper != "nodeAll"
    {
        return Some(format!("{GUARD}.{helper}Json({})", serde_json::Value::from(node.as_str())));
    }
    let (helper, node) = node_head(expression)?;
    Some(format!("{GUARD}.{helper}({})", serde_json::Value::from(node.as_str())))
}

/// The helper that reads a node's items, and the node's name.
fn node_head(expression: &Expression<'_>) -> Option<(&'static str, SmolStr)> {
    match expression {
        Expression::StaticMemberExpression(member) if member.property.name == "item" && !member.optional => {
            Some(("nodeItem", plain_name(&member.object)?))
        }
        Expression::CallExpression(call) if !call.optional && call.arguments.is_empty() => {
            let Expression::StaticMemberExpression(callee) = &call.callee else { return None };
            let helper = match callee.property.name.as_str() {
                "first" => "nodeFirst",
                "last" => "nodeLast",
                "all" => "nodeAll",
                _ => return None,
            };
            if callee.optional { None } else { Some((helper, plain_name(&callee.object)?)) }
        }
        _ => None,
    }
}

/// The name in `$('name')`, unless it has characters that n8n's code printer or parser treats apart.
fn plain_name(expression: &Expression<'_>) -> Option<SmolStr> {
    node_call_name(expression).filter(|name| !name.contains(['\n', '\u{2028}', '\u{2029}']))
}
