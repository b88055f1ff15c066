//! Arrow functions that stand where they are called.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingPattern, CallExpression, Expression, Statement,
    VariableDeclarationKind,
};
use smol_str::SmolStr;

use super::{Lowerer, MethodCall, literal_key};
use crate::native::expr::{ArrayMethod, Arrow, Expr, Function, Key, Parameter};
use crate::native::function::MAX_PARAMETERS;
use crate::value::Value;

/// The local names at a place, by the frames that hold their values when the code runs; innermost last.
#[derive(Default)]
pub(super) struct Locals(Vec<Vec<Local>>);

struct Local {
    name: SmolStr,
    /// Which of the frame's values.
    position: usize,
    /// The name stands for this member of it.
    key: Option<SmolStr>,
}

impl Locals {
    /// The value that a name stands for.
    pub(super) fn find(&self, name: &str) -> Option<Expr> {
        self.0.iter().rev().enumerate().find_map(|(level, frame)| {
            let local = frame.iter().find(|local| local.name == name)?;
            let value = Expr::Local { level, position: local.position };
            Some(match &local.key {
                Some(key) => {
                    Expr::Member { object: Box::new(value), key: Key::new(key.clone()), optional: false }
                }
                None => value,
            })
        })
    }
}

/// The arrow function that an expression is, if it is written out there.
pub(super) fn written_out<'e, 'a>(expression: &'e Expression<'a>) -> Option<&'e ArrowFunctionExpression<'a>> {
    match expression {
        Expression::ArrowFunctionExpression(arrow) => Some(arrow),
        Expression::ParenthesizedExpression(inner) => written_out(&inner.expression),
        _ => None,
    }
}

impl Lowerer<'_> {
    /// `array.map(x => …)` and the like; `None` when the call is none of these, `Some(None)` when it is one that needs
    /// JavaScript.
    pub(super) fn array_call(&mut self, call: &MethodCall<'_, '_>, depth: usize) -> Option<Option<Expr>> {
        let callback = call.arguments.first()?.as_expression()?;
        match (ArrayMethod::named(call.name), call.name) {
            (Some(method), _) => Some(self.call_for_each(call, method, callback, depth)),
            (None, "reduce") => Some(self.reduce(call, callback, depth)),
            _ => None,
        }
    }

    fn call_for_each(
        &mut self,
        call: &MethodCall<'_, '_>,
        method: ArrayMethod,
        callback: &Expression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        let array = Box::new(self.expression(call.object, depth)?);
        let function = Box::new(self.callback(callback, depth)?);
        // A second argument is `this`, which an arrow function has no use for.
        let optional = call.optional;
        (call.arguments.len() == 1).then_some(Expr::ForEach { array, method, function, optional })
    }

    fn reduce(&mut self, call: &MethodCall<'_, '_>, callback: &Expression<'_>, depth: usize) -> Option<Expr> {
        let array = Box::new(self.expression(call.object, depth)?);
        let function = Box::new(self.callback(callback, depth)?);
        let initial = match &call.arguments[1..] {
            [] => None,
            [initial] => Some(Box::new(self.expression(initial.as_expression()?, depth)?)),
            _ => return None,
        };
        Some(Expr::Reduce { array, function, initial, optional: call.optional })
    }

    fn callback(&mut self, callback: &Expression<'_>, depth: usize) -> Option<Arrow> {
        match written_out(callback) {
            Some(arrow) => self.arrow(arrow, depth),
            None => self.named_callback(callback),
        }
    }

    /// `Boolean`, `String` and `Number` as callbacks, which take one argument.
    fn named_callback(&self, callback: &Expression<'_>) -> Option<Arrow> {
        let Expression::Identifier(identifier) = callback else { return None };
        let function = match identifier.name.as_str() {
            name if self.locals.find(name).is_some() => return None,
            "Boolean" => Function::Boolean,
            "String" => Function::String,
            "Number" => Function::Number,
            _ => return None,
        };
        let arguments = vec![Expr::Local { level: 0, position: 0 }];
        Some(Arrow { parameters: vec![Parameter::Any], body: Expr::Function { function, arguments } })
    }

    /// `(x => …)(1)`
    pub(super) fn apply(
        &mut self,
        arrow: &ArrowFunctionExpression<'_>,
        call: &CallExpression<'_>,
        depth: usize,
    ) -> Option<Expr> {
        if call.arguments.len() != arrow.params.items.len() {
            return None;
        }
        let arguments = self.arguments(call, depth)?;
        Some(Expr::Apply { function: Box::new(self.arrow(arrow, depth)?), arguments })
    }

    pub(super) fn arrow(&mut self, arrow: &ArrowFunctionExpression<'_>, depth: usize) -> Option<Arrow> {
        let items = &arrow.params.items;
        if arrow.r#async || arrow.params.rest.is_some() || items.len() > MAX_PARAMETERS {
            return None;
        }
        // A pattern of names reads members too.
        self.reads_match |= items.iter().any(|item| !item.pattern.is_binding_identifier());
        let mut frame = Vec::new();
        let mut parameters = Vec::with_capacity(items.len());
        for (position, parameter) in items.iter().enumerate() {
            if parameter.initializer.is_some() {
                return None;
            }
            parameters.push(declare(&parameter.pattern, position, &mut frame)?);
        }
        self.inside(frame, |lowerer| {
            let body = match &arrow.body {
                ArrowFunctionBody::FunctionBody(body) if body.directives.is_empty() => {
                    let statements: Vec<&Statement<'_>> = body.statements.iter().collect();
                    lowerer.block(&statements, depth)?
                }
                ArrowFunctionBody::FunctionBody(_) => return None,
                body => lowerer.expression(body.as_expression()?, depth)?,
            };
            Some(Arrow { parameters, body })
        })
    }

    fn inside<T>(&mut self, frame: Vec<Local>, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.locals.0.push(frame);
        let lowered = lower(self);
        self.locals.0.pop();
        lowered
    }

    /// What a list of statements returns: declarations, conditions that return, and a return.
    fn block(&mut self, statements: &[&Statement<'_>], depth: usize) -> Option<Expr> {
        let depth = depth + 1;
        let Some((&statement, rest)) = statements.split_first() else {
            return Some(Expr::Constant(Value::Undefined));
        };
        match statement {
            Statement::ReturnStatement(statement) => match &statement.argument {
                Some(argument) => self.expression(argument, depth),
                None => Some(Expr::Constant(Value::Undefined)),
            },
            Statement::EmptyStatement(_) => self.block(rest, depth),
            Statement::IfStatement(statement) => {
                let test = Box::new(self.expression(&statement.test, depth)?);
                let consequent = statements_of(&statement.consequent);
                if !returns(&consequent) {
                    return None;
                }
                let yes = Box::new(self.block(&consequent, depth)?);
                let no = match &statement.alternate {
                    Some(alternate) => {
                        let alternate = statements_of(alternate);
                        if !returns(&alternate) {
                            return None;
                        }
                        self.block(&alternate, depth)?
                    }
                    None => self.block(rest, depth)?,
                };
                Some(Expr::Conditional { test, yes, no: Box::new(no) })
            }
            Statement::VariableDeclaration(declaration) => {
                if !matches!(declaration.kind, VariableDeclarationKind::Const | VariableDeclarationKind::Let)
                {
                    return None;
                }
                let mut frame = Vec::new();
                let [declarator] = declaration.declarations.as_slice() else { return None };
                let parameter = declare(&declarator.id, 0, &mut frame)?;
                self.reads_match |= parameter != Parameter::Any;
                // A name that is used before its own declaration in the block is not that of an outer one.
                if frame.iter().any(|local| self.locals.find(&local.name).is_some()) {
                    return None;
                }
                let arguments = vec![self.expression(declarator.init.as_ref()?, depth)?];
                let body = self.inside(frame, |lowerer| lowerer.block(rest, depth))?;
                let function = Box::new(Arrow { parameters: vec![parameter], body });
                Some(Expr::Apply { function, arguments })
            }
            _ => None,
        }
    }
}

fn statements_of<'s, 'a>(statement: &'s Statement<'a>) -> Vec<&'s Statement<'a>> {
    match statement {
        Statement::BlockStatement(block) => block.body.iter().collect(),
        statement => vec![statement],
    }
}

fn returns(statements: &[&Statement<'_>]) -> bool {
    matches!(statements.last(), Some(Statement::ReturnStatement(_)))
}

/// Declares the names of a pattern: a name, `{ a, b: c }` or `[a, b]` without defaults.
fn declare(pattern: &BindingPattern<'_>, position: usize, frame: &mut Vec<Local>) -> Option<Parameter> {
    let mut add = |name: &str, key: Option<SmolStr>| {
        // The names of the run begin so, and are looked for in many forms.
        let is_free = !name.starts_with('$') && !frame.iter().any(|local| local.name == name);
        is_free.then(|| frame.push(Local { name: SmolStr::new(name), position, key }))
    };
    match pattern {
        BindingPattern::BindingIdentifier(name) => {
            add(&name.name, None)?;
            Some(Parameter::Any)
        }
        BindingPattern::ObjectPattern(pattern) if pattern.rest.is_none() => {
            for property in &pattern.properties {
                let BindingPattern::BindingIdentifier(name) = &property.value else { return None };
                if property.computed {
                    return None;
                }
                add(&name.name, Some(SmolStr::new(literal_key(&property.key)?)))?;
            }
            Some(Parameter::Fields)
        }
        BindingPattern::ArrayPattern(pattern) if pattern.rest.is_none() => {
            for (index, element) in pattern.elements.iter().enumerate() {
                let Some(element) = element else { continue };
                let BindingPattern::BindingIdentifier(name) = element else { return None };
                add(&name.name, Some(index.to_string().into()))?;
            }
            Some(Parameter::Elements)
        }
        _ => None,
    }
}
