//! Parsing one code chunk.

use std::borrow::Cow;
use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, LogicalExpression, Program, Statement};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{SourceType, Span};

/// A parsed chunk: its first statement, which is all that counts.
pub(crate) enum Parsed<'p, 'a> {
    /// An expression.
    Expression(&'p Expression<'a>),
    /// A string that stands alone, which JavaScript reads as a directive.
    Directive(Cow<'p, str>),
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
    if let Some(range) = parsed.irregular_whitespaces.iter().find_map(|span| not_white_space(source, *span)) {
        return Err(range);
    }
    match source.contains("??").then(|| mixed_operators(&parsed.program)).flatten() {
        Some(span) => Err(span.start as usize..span.end as usize),
        None => Ok(parsed.program),
    }
}

/// The place of a character that the parser takes for white space and JavaScript does not, if there is one in `span`: a
/// zero-width space, a next line.
fn not_white_space(source: &str, span: Span) -> Option<Range<usize>> {
    let (start, end) = (span.start as usize, span.end as usize);
    let (at, found) =
        source.get(start..end)?.char_indices().find(|(_, char)| matches!(char, '\u{200b}' | '\u{85}'))?;
    Some(start + at..start + at + found.len_utf8())
}

/// `a ?? (b) || c`, which is not JavaScript, and which the parser lets pass for the parentheses.
fn mixed_operators(program: &Program<'_>) -> Option<Span> {
    struct Finder(Option<Span>);
    impl<'a> Visit<'a> for Finder {
        fn visit_logical_expression(&mut self, expression: &LogicalExpression<'a>) {
            let mixes = |side: &Expression<'_>| {
                matches!(side, Expression::LogicalExpression(side)
                    if side.operator.is_coalesce() != expression.operator.is_coalesce())
            };
            if mixes(&expression.left) || mixes(&expression.right) {
                self.0.get_or_insert(expression.span);
            }
            walk::walk_logical_expression(self, expression);
        }
    }
    let mut finder = Finder(None);
    finder.visit_program(program);
    finder.0
}

/// The expression that a program starts with, if it starts with one.
pub(crate) fn first_expression<'p, 'a>(program: &'p Program<'a>) -> Option<Parsed<'p, 'a>> {
    if let Some(directive) = program.directives.first() {
        let literal = &directive.expression;
        let text = literal.value.as_str();
        return Some(Parsed::Directive(match literal.lone_surrogates {
            true => Cow::Owned(without_lone_surrogates(text)),
            false => Cow::Borrowed(text),
        }));
    }
    match program.body.first()? {
        Statement::ExpressionStatement(statement) => Some(Parsed::Expression(&statement.expression)),
        _ => None,
    }
}

/// The parser writes half a surrogate pair, and U+FFFD itself, as U+FFFD and four digits; no string of ours has a half.
fn without_lone_surrogates(text: &str) -> String {
    let mut parts = text.split('\u{fffd}');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push('\u{fffd}');
        result.push_str(part.get(4..).unwrap_or_default());
    }
    result
}

/// Whether a program begins with a class or function declaration without a name, which is not a program.
pub(crate) fn lacks_name(program: &Program<'_>) -> bool {
    match program.body.first() {
        Some(Statement::ClassDeclaration(class)) => class.id.is_none(),
        Some(Statement::FunctionDeclaration(function)) => function.id.is_none(),
        _ => false,
    }
}
