//! Lowering a parsed chunk to a native expression, when it is one.

use oxc_ast::ast::{
    Argument, ArrayExpressionElement, BinaryExpression, BinaryOperator, CallExpression, ChainElement,
    Expression, LogicalOperator, ObjectPropertyKind, PropertyKey, PropertyKind, UnaryOperator,
};
use oxc_span::Span;
use smol_str::SmolStr;

use crate::extensions;
use crate::native::evaluate::has_meaning_as_member;
use crate::native::expr::{Binary, Entry, Expr, Function, Key, Logical, NodePart, Unary, Variable};
use crate::syntax::names::is_denied;
use crate::syntax::print_quasi::print_quasi;
use crate::value::Value;

/// Deeper expressions are left to the engine, which guards its stack.
const MAX_DEPTH: usize = 64;

mod functions;
mod heads;
mod regexps;

use functions::{Locals, written_out};
use heads::{is_identifier, named_function, old_node_name, static_function, variable};
use regexps::is_match_member;

pub(crate) use heads::{literal_text, node_call_name};

/// The native form of `expression`; `None` when it needs JavaScript. `extensions` says whether extension calls are
/// rewritten in its template.
pub(crate) fn lower(source: &str, expression: &Expression<'_>, extensions: bool) -> Option<Expr> {
    let mut lowerer =
        Lowerer { source, extensions, locals: Locals::default(), gives_match: false, reads_match: false };
    let lowered = lowerer.expression(expression, 0)?;
    (!(lowerer.gives_match && lowerer.reads_match)).then_some(lowered)
}

struct Lowerer<'s> {
    source: &'s str,
    extensions: bool,
    locals: Locals,
    /// Whether some part gives the array of an unrepeated match, whose further members are not there natively.
    gives_match: bool,
    /// Whether some part may read these members.
    reads_match: bool,
}

/// A call of a method: `object.name(arguments)`.
struct MethodCall<'c, 'a> {
    object: &'c Expression<'a>,
    name: &'c str,
    optional: bool,
    arguments: &'c [Argument<'a>],
}

impl Lowerer<'_> {
    fn expression(&mut self, expression: &Expression<'_>, depth: usize) -> Option<Expr> {
        if depth > MAX_DEPTH {
            return None;
        }
        let depth = depth + 1;
        Some(match expression {
            Expression::ParenthesizedExpression(inner) => self.expression(&inner.expression, depth)?,
            Expression::NullLiteral(_) => Expr::Constant(Value::NULL),
            Expression::BooleanLiteral(literal) => Expr::Constant(Value::from(literal.value)),
            Expression::NumericLiteral(literal) => Expr::Constant(Value::from(literal.value)),
            Expression::StringLiteral(literal) if !literal.lone_surrogates => {
                Expr::Constant(Value::from(literal.value.as_str()))
            }
            Expression::Identifier(identifier) => match self.locals.find(&identifier.name) {
                Some(local) => local,
                None => variable(&identifier.name)?,
            },
            Expression::TemplateLiteral(template) => {
                let mut texts = Vec::with_capacity(template.quasis.len());
                for quasi in &template.quasis {
                    texts.push(self.quasi(quasi.value.cooked.as_ref()?, quasi.span, quasi.tail)?);
                }
                let expressions = template
                    .expressions
                    .iter()
                    .map(|inner| self.expression(inner, depth))
                    .collect::<Option<_>>()?;
                Expr::Template { texts, expressions }
            }
            Expression::ArrayExpression(array) => Expr::Array(
                array
                    .elements
                    .iter()
                    .map(|element| match element {
                        ArrayExpressionElement::SpreadElement(spread) => {
                            Some(Entry::Spread(self.expression(&spread.argument, depth)?))
                        }
                        ArrayExpressionElement::Elision(_) => None,
                        _ => Some(Entry::One(self.expression(element.as_expression()?, depth)?)),
                    })
                    .collect::<Option<_>>()?,
            ),
            Expression::ObjectExpression(object) => Expr::Object(
                object.properties.iter().map(|member| self.property(member, depth)).collect::<Option<_>>()?,
            ),
            Expression::UnaryExpression(unary) => {
                let operator = match unary.operator {
                    UnaryOperator::LogicalNot => Unary::Not,
                    UnaryOperator::UnaryNegation => Unary::Minus,
                    UnaryOperator::UnaryPlus => Unary::Plus,
                    UnaryOperator::BitwiseNot => Unary::BitNot,
                    UnaryOperator::Typeof => Unary::TypeOf,
                    UnaryOperator::Void => Unary::Void,
                    UnaryOperator::Delete => return None,
                };
                Expr::Unary { operator, operand: Box::new(self.expression(&unary.argument, depth)?) }
            }
            Expression::BinaryExpression(binary) => self.binary(binary, depth)?,
            Expression::LogicalExpression(logical) => Expr::Logical {
                operator: match logical.operator {
                    LogicalOperator::And => Logical::And,
                    LogicalOperator::Or => Logical::Or,
                    LogicalOperator::Coalesce => Logical::Coalesce,
                },
                left: Box::new(self.expression(&logical.left, depth)?),
                right: Box::new(self.expression(&logical.right, depth)?),
            },
            Expression::ConditionalExpression(conditional) => Expr::Conditional {
                test: Box::new(self.expression(&conditional.test, depth)?),
                yes: Box::new(self.expression(&conditional.consequent, depth)?),
                no: Box::new(self.expression(&conditional.alternate, depth)?),
            },
            Expression::StaticMemberExpression(member) => {
                self.member(&member.object, &member.property.name, member.optional, depth)?
            }
            Expression::ComputedMemberExpression(member) => {
                self.index(&member.object, &member.expression, member.optional, depth)?
            }
            Expression::CallExpression(call) => self.call(call, depth)?,
            Expression::ChainExpression(chain) => {
                let inner = match &chain.expression {
                    ChainElement::CallExpression(call) => self.call(call, depth)?,
                    ChainElement::StaticMemberExpression(member) => {
                        self.member(&member.object, &member.property.name, member.optional, depth)?
                    }
                    ChainElement::ComputedMemberExpression(member) => {
                        self.index(&member.object, &member.expression, member.optional, depth)?
                    }
                    _ => return None,
                };
                Expr::Chain(Box::new(inner))
            }
            _ => return None,
        })
    }

    /// The text of a template literal's piece, unless n8n's printer changes it.
    fn quasi(&self, cooked: &str, span: Span, is_last: bool) -> Option<SmolStr> {
        let raw = &self.source[span.start as usize..span.end as usize];
        (print_quasi(raw, !is_last) == raw && !cooked.contains('\u{fffd}')).then(|| SmolStr::new(cooked))
    }

    fn property(
        &mut self,
        property: &ObjectPropertyKind<'_>,
        depth: usize,
    ) -> Option<Entry<(SmolStr, Expr)>> {
        let property = match property {
            ObjectPropertyKind::ObjectProperty(property) => property,
            ObjectPropertyKind::SpreadProperty(spread) => {
                return Some(Entry::Spread(self.expression(&spread.argument, depth)?));
            }
        };
        if property.kind != PropertyKind::Init || property.method || property.computed {
            return None;
        }
        let key = literal_key(&property.key)?;
        if has_meaning_as_member(key) {
            return None;
        }
        Some(Entry::One((SmolStr::new(key), self.expression(&property.value, depth)?)))
    }

    fn binary(&mut self, binary: &BinaryExpression<'_>, depth: usize) -> Option<Expr> {
        let operator = match binary.operator {
            BinaryOperator::Addition => Binary::Add,
            BinaryOperator::Subtraction => Binary::Subtract,
            BinaryOperator::Multiplication => Binary::Multiply,
            BinaryOperator::Division => Binary::Divide,
            BinaryOperator::Remainder => Binary::Remainder,
            BinaryOperator::Exponential => Binary::Power,
            BinaryOperator::Equality => Binary::Equal,
            BinaryOperator::Inequality => Binary::NotEqual,
            BinaryOperator::StrictEquality => Binary::StrictEqual,
            BinaryOperator::StrictInequality => Binary::StrictNotEqual,
            BinaryOperator::LessThan => Binary::Less,
            BinaryOperator::LessEqualThan => Binary::LessOrEqual,
            BinaryOperator::GreaterThan => Binary::Greater,
            BinaryOperator::GreaterEqualThan => Binary::GreaterOrEqual,
            BinaryOperator::BitwiseAnd => Binary::BitAnd,
            BinaryOperator::BitwiseOR => Binary::BitOr,
            BinaryOperator::BitwiseXOR => Binary::BitXor,
            BinaryOperator::ShiftLeft => Binary::ShiftLeft,
            BinaryOperator::ShiftRight => Binary::ShiftRight,
            BinaryOperator::ShiftRightZeroFill => Binary::ShiftRightUnsigned,
            BinaryOperator::In | BinaryOperator::Instanceof => return None,
        };
        let left = Box::new(self.expression(&binary.left, depth)?);
        let right = Box::new(self.expression(&binary.right, depth)?);
        Some(Expr::Binary { operator, left, right })
    }

    fn member(&mut self, object: &Expression<'_>, name: &str, optional: bool, depth: usize) -> Option<Expr> {
        if is_denied(name) {
            return None;
        }
        if !optional && let Some(head) = self.head_member(object, name) {
            return Some(head);
        }
        let key = Key::new(name);
        Some(match self.expression(object, depth)? {
            Expr::Variable(Variable::Json) if !optional => Expr::Path(vec![key]),
            Expr::Path(mut keys) if !optional => {
                keys.push(key);
                Expr::Path(keys)
            }
            object => {
                self.reads_match |= is_match_member(name);
                Expr::Member { object: Box::new(object), key, optional }
            }
        })
    }

    fn index(
        &mut self,
        object: &Expression<'_>,
        index: &Expression<'_>,
        optional: bool,
        depth: usize,
    ) -> Option<Expr> {
        match index {
            Expression::StringLiteral(literal) if !literal.lone_surrogates => {
                self.member(object, &literal.value, optional, depth)
            }
            Expression::NumericLiteral(literal) => {
                let name = heddle_data::json::number_to_string(literal.value);
                self.member(object, &name, optional, depth)
            }
            _ if self.extensions && optional => None,
            _ => {
                let object = Box::new(self.expression(object, depth)?);
                self.reads_match = true;
                Some(Expr::Index { object, index: Box::new(self.expression(index, depth)?), optional })
            }
        }
    }

    /// Members of the heads that are no data: `$input.item`, `$('X').item`, `$workflow.id`, …
    fn head_member(&self, object: &Expression<'_>, name: &str) -> Option<Expr> {
        if let Some(node) = node_call_name(object) {
            let part = match name {
                "item" => NodePart::Item,
                "isExecuted" => NodePart::IsExecuted,
                "params" => NodePart::Params,
                _ => return None,
            };
            return Some(Expr::Node { name: node, part });
        }
        if let Some(node) = old_node_name(object) {
            return matches!(name, "json" | "data")
                .then_some(Expr::Node { name: node, part: NodePart::OldJson });
        }
        let Expression::Identifier(identifier) = object else { return None };
        let name = SmolStr::new(name);
        let variable = match identifier.name.as_str() {
            "$input" if name == "item" => Variable::InputItem,
            "$env" => Variable::Env(name),
            "$workflow" => Variable::Workflow(name),
            "$execution" if name != "customData" => Variable::Execution(name),
            "$prevNode" => Variable::PrevNode(name),
            _ => return None,
        };
        Some(Expr::Variable(variable))
    }

    fn call(&mut self, call: &CallExpression<'_>, depth: usize) -> Option<Expr> {
        if call.optional || call.arguments.iter().any(Argument::is_spread) {
            return None;
        }
        let (object, name, optional) = match &call.callee {
            Expression::Identifier(callee) => return self.function_call(&callee.name, call, depth),
            callee if let Some(arrow) = written_out(callee) => return self.apply(arrow, call, depth),
            Expression::StaticMemberExpression(member) => {
                (&member.object, member.property.name.as_str(), member.optional)
            }
            _ => return None,
        };
        if is_denied(name) {
            return None;
        }
        if !optional && call.arguments.is_empty() {
            let node_part = match name {
                "first" => Some((NodePart::First, Variable::InputFirst)),
                "last" => Some((NodePart::Last, Variable::InputLast)),
                "all" => Some((NodePart::All, Variable::InputAll)),
                _ => None,
            };
            if let Some((part, variable)) = node_part {
                if let Some(node) = node_call_name(object) {
                    return Some(Expr::Node { name: node, part });
                }
                if is_identifier(object, "$input") {
                    return Some(Expr::Variable(variable));
                }
            }
        }
        let extension =
            self.extensions.then(|| extensions::NAMES.iter().find(|known| **known == name)).flatten();
        let method = MethodCall { object, name, optional, arguments: &call.arguments };
        if extension.is_none()
            && let Some(lowered) =
                self.pattern_call(&method, depth).or_else(|| self.array_call(&method, depth))
        {
            return lowered;
        }
        if let Expression::Identifier(holder) = object
            && self.locals.find(&holder.name).is_none()
            && let Some(function) = static_function(&holder.name, name)
        {
            // Functions have no extension methods, and `Math` and `JSON` none of these names.
            return if optional { None } else { self.function(function, call, depth) };
        }
        let object = Box::new(self.expression(object, depth)?);
        let arguments = self.arguments(call, depth)?;
        if let Some(method) = extension {
            return Some(Expr::Extension { object, method, arguments, optional });
        }
        Some(Expr::Call { object, method: SmolStr::new(name), arguments, optional })
    }

    fn arguments(&mut self, call: &CallExpression<'_>, depth: usize) -> Option<Vec<Expr>> {
        call.arguments.iter().map(|argument| self.expression(argument.as_expression()?, depth)).collect()
    }

    fn function(&mut self, function: Function, call: &CallExpression<'_>, depth: usize) -> Option<Expr> {
        let arguments = self.arguments(call, depth)?;
        Some(Expr::Function { function, arguments })
    }

    fn function_call(&mut self, name: &str, call: &CallExpression<'_>, depth: usize) -> Option<Expr> {
        if name == "$if" && self.extensions {
            let mut arguments = self.arguments(call, depth)?.into_iter();
            let (test, yes) = (Box::new(arguments.next()?), Box::new(arguments.next()?));
            let no = Box::new(arguments.next().unwrap_or(Expr::Constant(Value::from(false))));
            return Some(Expr::Conditional { test, yes, no });
        }
        if self.locals.find(name).is_some() {
            return None;
        }
        if name == "$items" {
            return items_call(call);
        }
        let function = named_function(name)?;
        self.function(function, call, depth)
    }
}

/// `$items()`, `$items("Node")` and the like, all arguments written out.
fn items_call(call: &CallExpression<'_>) -> Option<Expr> {
    let arguments = call.arguments.iter().map(|argument| match argument.as_expression()? {
        Expression::NumericLiteral(number) => Some(Value::from(number.value)),
        text => literal_text(text).map(|text| Value::from(text.as_str())),
    });
    arguments.collect::<Option<_>>().map(Expr::Items)
}

/// The key of a member or a binding that is written out as a name or text.
fn literal_key<'k>(key: &'k PropertyKey<'_>) -> Option<&'k str> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(name.name.as_str()),
        PropertyKey::StringLiteral(text) if !text.lone_surrogates => Some(text.value.as_str()),
        _ => None,
    }
}
