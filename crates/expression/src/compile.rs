//! Compiling a template: sandbox check, extension rewrite, every code chunk (`docs/expressions/language.md §4`).

use std::ops::Range;

use oxc_allocator::Allocator;
use smol_str::SmolStr;

use crate::error::{EVALUATION_FAILED, ExpressionError, INVALID_SYNTAX};
use crate::native::expr::Expr;
use crate::split::{Chunk, split, split_simply};
use crate::syntax::deep::on_fitting_stack;
use crate::syntax::extension_calls::seems_to_call_extension;
use crate::syntax::lower::lower;
use crate::syntax::parse::{Parsed, first_expression, lacks_name, parse};
use crate::syntax::references;
use crate::syntax::rewrite::{Rewritten, rewrite};
use crate::syntax::variables::{self, VariableRead};
use crate::template::{Piece, Shape};
use crate::value::Value;

/// One code chunk, compiled.
#[derive(Debug)]
pub(crate) struct Code {
    /// Its native form, if it has one.
    pub(crate) native: Option<Expr>,
    /// Its JavaScript.
    pub(crate) script: Rewritten,
    /// Whether it may change what later chunks of the template read.
    pub(crate) writes: bool,
    /// The nodes it names, with their place in the parameter string.
    pub(crate) nodes: Vec<(SmolStr, Range<usize>)>,
    /// The variables it reads by name, with the place of the name in the parameter string.
    pub(crate) variables: Vec<VariableRead>,
    /// Whether it certainly changes nothing in the data that it reads, so that it may have what others read, too.
    pub(crate) may_share: bool,
    /// What stands between the braces.
    pub(crate) source: Box<str>,
    /// Whether it writes an empty text out, which it then may mean to give.
    pub(crate) has_empty_text: bool,
    /// Whether it may read nodes whose names only show when it runs.
    pub(crate) reads_unknown_nodes: bool,
    /// Whether it may read other items than the current one, of this or another node.
    pub(crate) reads_other_items: bool,
}

/// Compiles a template without its leading `=`. Ranges in what comes back count that `=`.
pub(crate) fn compile(template: &str) -> Result<Shape, ExpressionError> {
    if let Some(range) = find_constructor_access(template) {
        return Err(ExpressionError::expression("Expression contains invalid constructor function call")
            .with("causeDetailed", "Constructor override attempt is not allowed due to security concerns")
            .at(range.start + 1..range.end + 1));
    }
    let chunks = split(template);
    let longest = chunks.iter().filter_map(|chunk| match chunk {
        Chunk::Code(code, _) => Some(code.len()),
        Chunk::Text(_) => None,
    });
    let Some(longest) = longest.max() else {
        let text = chunks.into_iter().map(|chunk| match chunk {
            Chunk::Text(text) | Chunk::Code(text, _) => text,
        });
        return Ok(Shape::Text(text.collect::<String>().into()));
    };
    if longest > DEEP_CODE {
        return compile_on_deep_stack(template, longest);
    }
    compile_chunks(template, chunks)
}

fn compile_chunks(template: &str, chunks: Vec<Chunk<'_>>) -> Result<Shape, ExpressionError> {
    let rewritten = extension_ranges(template);
    let mut failure = unreadable(template, &rewritten, &chunks).map(|error| (Stage::Extensions, error));
    // An empty text behind the code, before braces that open nothing, makes a text of it all.
    let is_whole = chunks.len() == 2;
    let mut pieces = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        match chunk {
            Chunk::Text(text) if text.is_empty() => {}
            Chunk::Text(text) => pieces.push(Piece::Text(text.into_owned())),
            Chunk::Code(code, range) => {
                let extensions = rewritten.contains(&range);
                match compile_code(&code, range.start + 1, extensions) {
                    Ok(code) => pieces.push(Piece::Code(code)),
                    Err(found) if failure.as_ref().is_none_or(|(first, _)| found.0 < *first) => {
                        failure = Some(found);
                    }
                    Err(_) => {}
                }
            }
        }
    }
    if let Some((_, error)) = failure {
        return Err(error);
    }
    if is_whole
        && let [Piece::Code(_)] = pieces.as_slice()
        && let Some(Piece::Code(code)) = pieces.pop()
    {
        return Ok(Shape::Whole(code));
    }
    Ok(Shape::Joined(pieces))
}

/// When n8n finds an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It parses all chunks to rewrite the extension calls in them.
    Extensions,
    /// It parses all chunks.
    Syntax,
    /// It checks and prints a chunk after the other.
    Code,
    /// It runs what it printed.
    Run,
}

/// Why a chunk cannot be compiled.
type Refusal = (Stage, ExpressionError);

/// The code chunks in which extension calls are rewritten (`docs/expressions/extensions.md §1.1`): all, as soon as one
/// seems to hold such a call.
fn extension_ranges(template: &str) -> Vec<Range<usize>> {
    let mut seems = false;
    let mut ranges = Vec::new();
    for chunk in split_simply(template) {
        if let Chunk::Code(code, range) = chunk {
            seems |= seems_to_call_extension(&code);
            ranges.push(range);
        }
    }
    if seems { ranges } else { Vec::new() }
}

/// The first of the chunks in which extension calls are rewritten that is not a program, of those that are no chunks
/// otherwise: the two splitters see backslashes before braces differently.
fn unreadable(template: &str, ranges: &[Range<usize>], chunks: &[Chunk<'_>]) -> Option<ExpressionError> {
    let is_chunk = |range: &Range<usize>| {
        chunks.iter().any(|chunk| matches!(chunk, Chunk::Code(_, own) if own == range))
    };
    let range = ranges.iter().find(|range| {
        !is_chunk(range)
            && template
                .get((*range).clone())
                .is_some_and(|code| parse(&Allocator::default(), code).is_err() && !starts_with_return(code))
    })?;
    let error = ExpressionError::new("ExpressionExtensionError", INVALID_SYNTAX);
    Some(error.at(range.start + 1..range.end + 1))
}

fn compile_code(code: &str, offset: usize, extensions: bool) -> Result<Code, Refusal> {
    let braced = code.trim_start().starts_with('{');
    let wrapped = if braced { Some(format!("({code})")) } else { None };
    let source = wrapped.as_deref().unwrap_or(code);
    let place = |range: Range<usize>| {
        let shift = |at: usize| (at.saturating_sub(usize::from(braced))).min(code.len()) + offset;
        shift(range.start)..shift(range.end)
    };
    let invalid = |range: Range<usize>| -> Refusal {
        // The extension rewrite takes any program, a `return` too; what fails after it is an ordinary error.
        let is_program = || braced && parse(&Allocator::default(), code).is_ok() || starts_with_return(code);
        let (stage, name) = match extensions && !is_program() {
            true => (Stage::Extensions, "ExpressionExtensionError"),
            false => (Stage::Syntax, "ExpressionError"),
        };
        (stage, ExpressionError::new(name, INVALID_SYNTAX).at(place(range)))
    };
    let allocator = Allocator::default();
    let program = parse(&allocator, source).map_err(invalid)?;
    let expression = match first_expression(&program) {
        Some(Parsed::Expression(expression)) => expression,
        Some(Parsed::Directive(text)) if text.contains(['\u{2028}', '\u{2029}']) => {
            return Err(invalid(0..source.len()));
        }
        Some(Parsed::Directive(text)) => return Ok(constant_code(code, &text)),
        // The extension rewrite accepts any program but an empty text; only what comes after it wants an expression.
        None if lacks_name(&program) || code.is_empty() => return Err(invalid(0..source.len())),
        None => {
            let error = ExpressionError::expression(INVALID_SYNTAX).at(place(0..source.len()));
            return Err((Stage::Code, error));
        }
    };
    let script = rewrite(source, expression, extensions).map_err(|mut error| {
        error.range = error.range.map(place);
        let stage = match (error.message == INVALID_SYNTAX, error.name.as_str()) {
            (true, "ExpressionExtensionError") => Stage::Extensions,
            (true, _) => Stage::Syntax,
            (false, "Error") if error.message.starts_with(EVALUATION_FAILED) => Stage::Run,
            (false, _) => Stage::Code,
        };
        (stage, error)
    })?;
    let references = references::find(expression);
    Ok(Code {
        native: lower(source, expression, extensions),
        script,
        writes: references.writes,
        nodes: references.nodes.into_iter().map(|(name, range)| (name, place(range))).collect(),
        variables: variables::find(expression)
            .into_iter()
            .map(|read| VariableRead { range: place(read.range), ..read })
            .collect(),
        may_share: !references.changes,
        source: code.into(),
        has_empty_text: references.empty_text,
        reads_unknown_nodes: references.unknown,
        reads_other_items: references.other_items,
    })
}

fn starts_with_return(code: &str) -> bool {
    let Some(rest) = code.trim_start().strip_prefix("return") else { return false };
    !rest.starts_with(|next: char| next.is_alphanumeric() || "_$".contains(next))
        && parse(&Allocator::default(), rest).is_ok()
}

fn constant_code(code: &str, text: &str) -> Code {
    let literal = serde_json::Value::from(text).to_string();
    Code {
        native: Some(Expr::Constant(Value::from(text))),
        script: Rewritten {
            code: literal,
            is_guarded: false,
            awaits: false,
            reads_json: false,
            reads_more: false,
        },
        writes: false,
        nodes: Vec::new(),
        variables: Vec::new(),
        may_share: true,
        source: code.into(),
        has_empty_text: text.is_empty(),
        reads_unknown_nodes: false,
        reads_other_items: false,
    }
}

/// `.constructor`, with white space in between, anywhere (`docs/expressions/language.md §8.1`).
fn find_constructor_access(template: &str) -> Option<Range<usize>> {
    template.match_indices("constructor").find_map(|(at, word)| {
        let before = template[..at].trim_end_matches(crate::coerce::is_white_space);
        before.ends_with('.').then(|| before.len() - 1..at + word.len())
    })
}

/// Code of more bytes than this may nest too deeply for the stack that is there.
const DEEP_CODE: usize = 1_000;

/// Code that may nest deeply gets a stack that fits.
fn compile_on_deep_stack(template: &str, longest: usize) -> Result<Shape, ExpressionError> {
    on_fitting_stack(template, longest, || compile_chunks(template, split(template)))
        .unwrap_or_else(|| Err(ExpressionError::expression(INVALID_SYNTAX)))
}
