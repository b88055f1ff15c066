//! The names that mean something natively.

use heddle_data::Json;
use oxc_ast::ast::Expression;
use smol_str::SmolStr;

use crate::native::expr::{Expr, Function, Variable};
use crate::syntax::names::is_denied;
use crate::value::Value;

/// `holder.name(…)`.
pub(super) fn static_function(holder: &str, name: &str) -> Option<Function> {
    Some(match (holder, name) {
        ("JSON", "stringify") => Function::JsonStringify,
        ("JSON", "parse") => Function::JsonParse,
        ("Object", "keys") => Function::ObjectKeys,
        ("Object", "values") => Function::ObjectValues,
        ("Object", "entries") => Function::ObjectEntries,
        ("Object", "fromEntries") => Function::ObjectFromEntries,
        ("Array", "isArray") => Function::IsArray,
        ("Number", "parseInt") => Function::ParseInt,
        ("Number", "parseFloat") => Function::ParseFloat,
        ("Math", "round") => Function::MathRound,
        ("Math", "floor") => Function::MathFloor,
        ("Math", "ceil") => Function::MathCeil,
        ("Math", "abs") => Function::MathAbs,
        ("Math", "trunc") => Function::MathTrunc,
        ("Math", "max") => Function::MathMax,
        ("Math", "min") => Function::MathMin,
        _ => return None,
    })
}

/// The variable or constant of this name.
pub(super) fn variable(name: &str) -> Option<Expr> {
    let variable = match name {
        "$json" | "$data" => Variable::Json,
        "$binary" => Variable::Binary,
        "$thisItem" => Variable::ThisItem,
        "$itemIndex" | "$position" | "$thisItemIndex" => Variable::ItemIndex,
        "$runIndex" | "$thisRunIndex" => Variable::RunIndex,
        "$mode" => Variable::Mode,
        "$now" => Variable::Now,
        "$today" => Variable::Today,
        "$vars" => Variable::Vars,
        "$executionId" => Variable::Execution(SmolStr::new_static("id")),
        "$resumeWebhookUrl" => Variable::Execution(SmolStr::new_static("resumeUrl")),
        "$nodeVersion" => Variable::NodeVersion,
        "$nodeId" => Variable::NodeId,
        "$webhookId" => Variable::WebhookId,
        "$request" | "$response" | "$pageCount" | "$version" | "$value" | "$credentials"
        | "$responseItem" | "$index" | "$parent" => Variable::Additional(SmolStr::new(name)),
        "undefined" => return Some(Expr::Constant(Value::Undefined)),
        "NaN" => return Some(Expr::Constant(Value::Json(Json::from(f64::NAN)))),
        "Infinity" => return Some(Expr::Constant(Value::Json(Json::from(f64::INFINITY)))),
        _ => return None,
    };
    Some(Expr::Variable(variable))
}

/// `name(…)`.
pub(super) fn named_function(name: &str) -> Option<Function> {
    Some(match name {
        "String" => Function::String,
        "Number" => Function::Number,
        "Boolean" => Function::Boolean,
        "parseInt" => Function::ParseInt,
        "parseFloat" => Function::ParseFloat,
        "isNaN" => Function::IsNaN,
        "encodeURIComponent" => Function::EncodeUriComponent,
        "$ifEmpty" => Function::Own("$ifEmpty"),
        "$min" => Function::Own("$min"),
        "$max" => Function::Own("$max"),
        "$average" => Function::Own("$average"),
        "$not" => Function::Own("$not"),
        _ => return None,
    })
}

pub(super) fn is_identifier(expression: &Expression<'_>, name: &str) -> bool {
    matches!(expression, Expression::Identifier(identifier) if identifier.name == name)
}

/// The name in `$('name')`.
pub(crate) fn node_call_name(expression: &Expression<'_>) -> Option<SmolStr> {
    let Expression::CallExpression(call) = expression else { return None };
    if call.optional || !is_identifier(&call.callee, "$") || call.arguments.len() != 1 {
        return None;
    }
    literal_text(call.arguments.first()?.as_expression()?)
}

/// The name in `$node["name"]` or `$node.name`.
pub(super) fn old_node_name(expression: &Expression<'_>) -> Option<SmolStr> {
    match expression {
        Expression::StaticMemberExpression(member)
            if is_identifier(&member.object, "$node")
                && !member.optional
                && !is_denied(&member.property.name) =>
        {
            Some(SmolStr::new(member.property.name.as_str()))
        }
        Expression::ComputedMemberExpression(member)
            if is_identifier(&member.object, "$node") && !member.optional =>
        {
            match &member.expression {
                Expression::StringLiteral(_) => {
                    literal_text(&member.expression).filter(|name| !is_denied(name))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text of a string literal, or of a template literal without expressions.
pub(crate) fn literal_text(expression: &Expression<'_>) -> Option<SmolStr> {
    match expression {
        Expression::StringLiteral(literal) if !literal.lone_surrogates => {
            Some(SmolStr::new(literal.value.as_str()))
        }
        Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
            Some(SmolStr::new(template.quasis.first()?.value.cooked.as_ref()?.as_str()))
        }
        _ => None,
    }
}
