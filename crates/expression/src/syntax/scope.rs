//! Which names a piece of code declares, so that the others are known to be free.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingIdentifier, BindingPattern, Class, FormalParameters,
    Function, Statement, VariableDeclaration, VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

/// The scopes around the current place, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scopes(Vec<Vec<String>>);

impl Scopes {
    pub(super) fn enter(&mut self, names: Vec<String>) {
        self.0.push(names);
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.iter().any(|own| own == name))
    }
}

/// The names that a binding pattern declares.
pub(super) fn pattern_names(pattern: &BindingPattern<'_>, names: &mut Vec<String>) {
    struct Names<'n>(&'n mut Vec<String>);
    impl<'a> Visit<'a> for Names<'_> {
        fn visit_binding_identifier(&mut self, identifier: &BindingIdentifier<'a>) {
            self.0.push(identifier.name.to_string());
        }
        fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
        fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
        fn visit_class(&mut self, _: &Class<'a>) {}
    }
    Names(names).visit_binding_pattern(pattern);
}

/// The names that `let`, `const`, `class` and `function` declare directly in a list of statements.
pub(super) fn lexical_names(statements: &[Statement<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for statement in statements {
        match statement {
            Statement::VariableDeclaration(declaration) => declared_names(declaration, &mut names),
            Statement::FunctionDeclaration(function) => {
                names.extend(function.id.as_ref().map(|id| id.name.to_string()));
            }
            Statement::ClassDeclaration(class) => {
                names.extend(class.id.as_ref().map(|id| id.name.to_string()))
            }
            _ => {}
        }
    }
    names
}

/// The names of one declaration.
pub(super) fn declared_names(declaration: &VariableDeclaration<'_>, names: &mut Vec<String>) {
    for declarator in &declaration.declarations {
        pattern_names(&declarator.id, names);
    }
}

/// The names that `var` hoists out of nested blocks.
fn hoisted_names(statements: &[Statement<'_>]) -> Vec<String> {
    struct Vars(Vec<String>);
    impl<'a> Visit<'a> for Vars {
        fn visit_variable_declaration(&mut self, declaration: &VariableDeclaration<'a>) {
            if declaration.kind == VariableDeclarationKind::Var {
                declared_names(declaration, &mut self.0);
            }
            walk::walk_variable_declaration(self, declaration);
        }
        fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
        fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
        fn visit_class(&mut self, _: &Class<'a>) {}
    }
    let mut vars = Vars(Vec::new());
    for statement in statements {
        vars.visit_statement(statement);
    }
    vars.0
}

/// The names that a function declares for its parameters and body.
pub(super) fn function_names(
    parameters: &FormalParameters<'_>,
    body: Option<&[Statement<'_>]>,
) -> Vec<String> {
    let mut names = Vec::new();
    for parameter in &parameters.items {
        pattern_names(&parameter.pattern, &mut names);
    }
    if let Some(rest) = &parameters.rest {
        pattern_names(&rest.rest.argument, &mut names);
    }
    if let Some(statements) = body {
        names.extend(lexical_names(statements));
        names.extend(hoisted_names(statements));
    }
    names
}

/// The statements of an arrow function, if it has a block.
pub(super) fn arrow_statements<'f, 'a>(body: &'f ArrowFunctionBody<'a>) -> Option<&'f [Statement<'a>]> {
    match body {
        ArrowFunctionBody::FunctionBody(body) => Some(&body.statements),
        _ => None,
    }
}
