//! Code, parsed: what is wrong with it, what it reads of the run, and the form in which the engine runs it.

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, BindingIdentifier, BindingPattern, CallExpression, CatchClause, ComputedMemberExpression,
    Expression, ForInStatement, IdentifierReference, NewExpression, ObjectExpression, ObjectPattern,
    Program as Tree, StaticMemberExpression, ThisExpression, ThrowStatement, TryStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan as _, SourceType};

use crate::syntax::deep::on_fitting_stack;
use crate::syntax::variables;
use crate::template::VariableReference;

/// The name of the function that code is the body of, as traces show it.
pub(crate) const WRAPPER: &str = "VmCodeWrapper";

/// What stands before the code, on its first line.
const OPENING: &str = "(async function VmCodeWrapper() {";

const CLOSING: &str = "\n})";

/// What is called at the beginning of a `catch`, so that the code reads an error of the engine in V8's words.
pub(crate) const CAUGHT: &str = "__caught";

/// Where any of these is in code, it gets all of its world; else the parts that they belong to are left out, since
/// making them takes longer than most code runs.
const NAMES_OF_PARTS: &[&str] = &[
    "Buffer",
    "Text",
    "atob",
    "btoa",
    "Clone",
    "require",
    "URL",
    "helpers",
    "fetch",
    "Headers",
    "globalThis",
    "global",
    "this",
    "eval",
    "Function",
    "constructor",
    "with",
];

/// Code that can be run.
#[derive(Debug, Clone)]
pub struct Program {
    /// What the engine compiles: a function.
    pub(crate) script: String,
    /// Whether it may read what other nodes put out.
    pub reads_other_nodes: bool,
    /// Nodes that it names whatever happens, each with its line.
    pub nodes: Vec<(String, usize)>,
    /// The variables that it reads by name, each with its line.
    pub variables: Vec<(VariableReference, usize)>,
    /// Whether it may ask for what only some code needs: bytes, URLs, requests.
    pub(crate) needs_parts: bool,
    /// Whether it copies objects, or goes through their members.
    pub(crate) enumerates: bool,
    /// Whether it may throw null by itself, which the engine throws where there is no memory for an error.
    pub(crate) may_throw_null: bool,
}

/// Why code is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// What is wrong, in a sentence.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The place in the code, in bytes.
    pub range: Range<usize>,
}

impl Program {
    /// Parses code: the body of an asynchronous function.
    ///
    /// # Errors
    /// When it is not JavaScript.
    pub fn parse(code: &str) -> Result<Self, SyntaxProblem> {
        let too_deep = || SyntaxProblem {
            message: "The code is too long, or nests too deeply".to_owned(),
            line: 1,
            range: 0..code.len(),
        };
        on_fitting_stack(code, code.len(), || Self::parse_here(code)).unwrap_or_else(|| Err(too_deep()))
    }

    fn parse_here(code: &str) -> Result<Self, SyntaxProblem> {
        // A declaration: code that closes more than it opens is then seen to leave it.
        let source = format!(" {}{code}\n}}", &OPENING[1..]);
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, &source, SourceType::cjs()).parse();
        let leaves = parsed.program.body.len() > 1 || !parsed.program.directives.is_empty();
        if parsed.diagnostics.is_empty() && leaves {
            let end = parsed.program.body.first().map_or(0, |first| first.span().end as usize);
            let at = end.saturating_sub(OPENING.len() + 1).min(code.len());
            return Err(SyntaxProblem {
                message: "The code closes a brace that it has not opened".to_owned(),
                line: line_at(code, at),
                range: at..(at + 1).min(code.len()),
            });
        }
        if let Some(diagnostic) = parsed.diagnostics.iter().next() {
            let label = diagnostic.labels.first();
            let range = label.map_or(0..code.len(), |label| {
                let start = (label.offset() as usize).saturating_sub(OPENING.len()).min(code.len());
                start..(start + label.len() as usize).min(code.len())
            });
            return Err(SyntaxProblem {
                message: diagnostic.message.to_string(),
                line: line_at(code, range.start),
                range,
            });
        }
        let mut facts = Facts::default();
        facts.visit_program(&parsed.program);
        let script = format!("{OPENING}{code}{CLOSING}");
        let line = |at: usize| line_at(code, at.saturating_sub(OPENING.len()));
        // A name that the code itself gives to something else says nothing of nodes.
        let nodes = if facts.names_itself { Vec::new() } else { facts.nodes };
        let variables = variables::find_in_code(&parsed.program);
        Ok(Self {
            nodes: nodes.into_iter().map(|(name, at)| (name, line(at))).collect(),
            variables: variables
                .iter()
                .map(|read| (VariableReference::of(read), line(read.range.start)))
                .collect(),
            script: with_calls(&script, &facts.catches),
            reads_other_nodes: facts.reads_other_nodes,
            needs_parts: NAMES_OF_PARTS.iter().any(|name| code.contains(name)),
            enumerates: facts.enumerates,
            may_throw_null: facts.throws_null || code.contains("reject"),
        })
    }
}

/// The line of a place, from 1.
fn line_at(code: &str, at: usize) -> usize {
    1 + code.as_bytes()[..at.min(code.len())].iter().filter(|byte| **byte == b'\n').count()
}

/// The source with a call at each of these places, for the name that stands with it. Lines stay where they are.
fn with_calls(source: &str, catches: &[(usize, String)]) -> String {
    let mut script = String::with_capacity(source.len() + catches.len() * 24);
    let mut end = 0;
    for (at, name) in catches {
        script.push_str(&source[end..*at]);
        script.push_str(&format!("{CAUGHT}({name});"));
        end = *at;
    }
    script.push_str(&source[end..]);
    script
}

impl Facts {
    fn note_node(&mut self, name: &str, at: u32) {
        if self.tries == 0 {
            self.nodes.push((name.to_owned(), at as usize));
        }
    }
}

/// What shows of code in its tree.
#[derive(Default)]
struct Facts {
    /// Where each `catch` begins that names what it caught, and the name.
    catches: Vec<(usize, String)>,
    reads_other_nodes: bool,
    throws_null: bool,
    enumerates: bool,
    /// Nodes that are named outside of `try`, with the places.
    nodes: Vec<(String, usize)>,
    /// Whether something of the code's own is called as what names nodes is.
    names_itself: bool,
    /// Blocks around whose failures are caught.
    tries: usize,
}

impl<'a> Visit<'a> for Facts {
    fn visit_throw_statement(&mut self, statement: &ThrowStatement<'a>) {
        self.throws_null |= !matches!(
            statement.argument,
            Expression::NewExpression(_) | Expression::StringLiteral(_) | Expression::TemplateLiteral(_)
        );
        walk::walk_throw_statement(self, statement);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let (Expression::Identifier(callee), [Argument::StringLiteral(name), ..]) =
            (&call.callee, call.arguments.as_slice())
            && matches!(callee.name.as_str(), "$" | "$items")
        {
            self.note_node(&name.value, name.span.start);
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_try_statement(&mut self, statement: &TryStatement<'a>) {
        self.tries += 1;
        self.visit_block_statement(&statement.block);
        self.tries -= 1;
        if let Some(handler) = &statement.handler {
            self.visit_catch_clause(handler);
        }
        if let Some(finalizer) = &statement.finalizer {
            self.visit_block_statement(finalizer);
        }
    }

    fn visit_binding_identifier(&mut self, name: &BindingIdentifier<'a>) {
        self.names_itself |= matches!(name.name.as_str(), "$" | "$node" | "$items");
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        if let (Expression::Identifier(object), Expression::StringLiteral(name)) =
            (&member.object, &member.expression)
            && object.name == "$node"
        {
            self.note_node(&name.value, name.span.start);
        }
        walk::walk_computed_member_expression(self, member);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause<'a>) {
        if let Some(parameter) = &clause.param
            && let BindingPattern::BindingIdentifier(name) = &parameter.pattern
        {
            self.catches.push((clause.body.span.start as usize + 1, name.name.to_string()));
        }
        walk::walk_catch_clause(self, clause);
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        self.enumerates |= object.properties.iter().any(|property| property.is_spread());
        walk::walk_object_expression(self, object);
    }

    fn visit_object_pattern(&mut self, pattern: &ObjectPattern<'a>) {
        self.enumerates |= pattern.rest.is_some();
        walk::walk_object_pattern(self, pattern);
    }

    fn visit_for_in_statement(&mut self, statement: &ForInStatement<'a>) {
        self.enumerates = true;
        walk::walk_for_in_statement(self, statement);
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        match identifier.name.as_str() {
            "Object" => self.enumerates = true,
            "$" | "$node" | "$items" | "$item" | "$getPairedItem" | "$evaluateExpression" | "$parameter" => {
                self.reads_other_nodes = true;
            }
            // Everything can be reached by a name that only shows when the code runs.
            "globalThis" | "global" | "eval" | "Function" => self.reads_other_nodes = true,
            _ => {}
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        match &member.object {
            // What a class has of its own is as harmless as it was when it was made.
            Expression::ThisExpression(_) if !member.property.name.starts_with('$') => {}
            _ => walk::walk_static_member_expression(self, member),
        }
    }

    fn visit_this_expression(&mut self, _: &ThisExpression) {
        self.reads_other_nodes = true;
    }
}

/// What V8 says of a call at a place of a script, from its line and column, both from 1, that found nothing to call;
/// `None` where nothing is called there.
pub(crate) fn name_failed_call(script: &str, line: usize, column: usize) -> Option<String> {
    let start: usize = script.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let text = script.get(start..)?.lines().next()?;
    // Columns count characters.
    let at = start + text.char_indices().nth(column.checked_sub(1)?).map_or(text.len(), |(at, _)| at);
    on_fitting_stack(script, script.len(), || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, script, SourceType::cjs()).parse();
        failed_call_at(&parsed.program, script, at)
    })
    .flatten()
}

/// The engine names the place right before what is called: the dot before a member, or what stands before a name.
fn failed_call_at(tree: &Tree<'_>, source: &str, at: usize) -> Option<String> {
    struct Finder<'s> {
        source: &'s str,
        at: usize,
        found: Option<String>,
    }
    impl Finder<'_> {
        fn look(&mut self, callee: &Expression<'_>, what: &str) {
            let begins = match callee {
                Expression::StaticMemberExpression(member) => member.property.span.start,
                other => other.span().start,
            };
            let between = self.source.get(self.at..begins as usize);
            if between
                .is_some_and(|text| text.chars().all(|char| char.is_whitespace() || ".?(".contains(char)))
            {
                self.found = Some(format!("{} is not a {what}", print_callee(callee)));
            }
        }
    }
    impl<'a> Visit<'a> for Finder<'_> {
        fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
            walk::walk_call_expression(self, call);
            if self.found.is_none() {
                self.look(&call.callee, "function");
            }
        }
        fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
            walk::walk_new_expression(self, new);
            if self.found.is_none() {
                self.look(&new.callee, "constructor");
            }
        }
    }
    let mut finder = Finder { source, at, found: None };
    finder.visit_program(tree);
    finder.found
}

/// What was called as V8 writes it: calls on the way lose their arguments.
fn print_callee(expression: &Expression<'_>) -> String {
    match expression {
        Expression::Identifier(identifier) => identifier.name.to_string(),
        Expression::ThisExpression(_) => "this".to_owned(),
        Expression::StaticMemberExpression(member) => {
            let dot = if member.optional { "?." } else { "." };
            format!("{}{dot}{}", print_callee(&member.object), member.property.name)
        }
        Expression::ComputedMemberExpression(member) => {
            let index = match &member.expression {
                Expression::StringLiteral(text) => {
                    return format!("{}.{}", print_callee(&member.object), text.value);
                }
                Expression::NumericLiteral(number) => number.value.to_string(),
                inner => print_callee(inner),
            };
            format!("{}[{index}]", print_callee(&member.object))
        }
        Expression::CallExpression(call) => format!("{}(...)", print_callee(&call.callee)),
        Expression::ParenthesizedExpression(inner) => print_callee(&inner.expression),
        Expression::StringLiteral(text) => format!("\"{}\"", text.value),
        Expression::NumericLiteral(number) => number.value.to_string(),
        _ => "(intermediate value)".to_owned(),
    }
}
