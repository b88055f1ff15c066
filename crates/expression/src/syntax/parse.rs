//! Parsing one code chunk.

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, Program, Statement};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// A parsed chunk: its first statement, which is all that counts.
pub(crate) enum Parsed<'p, 'a> {
    /// An expression.
    Expression(&'p Expression<'a>),
    /// A string that stands alone, which JavaScript reads as a directive.
    Directive(&'p str),
}

/// Parses `source`; errors give the place in it. `None` for the place means that nothing is there to be pointed at.
pub(crate) fn parse<'a>(allocator: &'a Allocator, source: &'a str) -> Result<Program<'a>, Range<usize>> {
    let parsed = Parser::new(allocator, source, SourceType::mjs()).parse();
    if let Some(diagnostic) = parsed.diagnostics.iter().next() {
        let label = diagnostic.labels.first();
        return Err(label.map_or(0..source.len(), |label| {
            let start = label.offset() as usize;
            start..start + label.len() as usize
        }));
    }
    Ok(parsed.program)
}

/// The expression that a program starts with, if it starts with one.
pub(crate) fn first_expression<'p, 'a>(program: &'p Program<'a>) -> Option<Parsed<'p, 'a>> {
    if let Some(directive) = program.directives.first() {
        return Some(Parsed::Directive(directive.expression.value.as_str()));
    }
    match program.body.first()? {
        Statement::ExpressionStatement(statement) => Some(Parsed::Expression(&statement.expression)),
        _ => None,
    }
}
