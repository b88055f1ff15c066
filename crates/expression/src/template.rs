//! A parameter string, compiled once.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use heddle_data::Json;

use crate::compile::{Code, compile};
use crate::error::ExpressionError;
use crate::javascript::bridge::Needs;
use crate::native::expr::Expr;
use crate::syntax::variables::VariableRead;

/// One parameter string, compiled: a literal, text with code in it, or a single code chunk whose value keeps its type
/// (`docs/expressions/language.md §2, §3`). Cloning copies a pointer.
#[derive(Debug, Clone)]
pub struct Template(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    /// Tells templates apart in an engine's cache.
    id: u64,
    shape: Shape,
    references: NodeReferences,
    needs: Needs,
}

/// What a template is made of.
#[derive(Debug)]
pub(crate) enum Shape {
    /// No code.
    Text(Json),
    /// One code chunk and nothing else: its value is the template's.
    Whole(Code),
    /// Text and code in turn, printed and joined.
    Joined(Vec<Piece>),
}

/// A piece of a template that is text in the end.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    Code(Code),
}

/// The other nodes that a template reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeReferences {
    /// Their names, in order of appearance, with the place of each name in the parameter string (bytes).
    pub names: Vec<(String, Range<usize>)>,
    /// Whether the template may read nodes whose names only show when it runs: computed names, `$evaluateExpression`.
    pub reads_unknown_nodes: bool,
}

/// What a variable is a member of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableObject {
    /// `$vars`.
    Variables,
    /// `$env`.
    Environment,
    /// `$secrets`, whose members are their providers.
    Secrets,
}

/// A variable that a template, or code, reads by its name: `$vars.name`, `$env.name` or `$secrets.provider`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableReference {
    /// What it is a member of.
    pub object: VariableObject,
    /// Its name.
    pub name: String,
    /// The place of the name in the parameter string (bytes).
    pub range: Range<usize>,
    /// Whether the code says what to take where the variable is undefined: `??`, `||`, `?:`, `?.`, or a test for it.
    pub has_fallback: bool,
}

impl VariableReference {
    pub(crate) fn of(read: &VariableRead) -> Self {
        Self {
            object: match read.object.as_str() {
                "$env" => VariableObject::Environment,
                "$secrets" => VariableObject::Secrets,
                _ => VariableObject::Variables,
            },
            name: read.name.to_string(),
            range: read.range.clone(),
            has_fallback: read.has_fallback,
        }
    }
}

impl Template {
    /// The parameter string that somebody means who writes an expression by itself: as it is with its `=`, else a template,
    /// else the code of one.
    pub fn text_of(expression: &str) -> String {
        if expression.starts_with('=') {
            expression.to_owned()
        } else if expression.contains("{{") {
            format!("={expression}")
        } else {
            format!("={{{{ {expression} }}}}")
        }
    }

    /// Compiles a parameter string. Without a leading `=` it is a literal.
    ///
    /// # Errors
    /// Syntax errors, and what the sandbox refuses, with the place in `text`.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let shape = match text.strip_prefix('=') {
            Some(template) => compile(template)?,
            None => Shape::Text(Json::from(text)),
        };
        let mut references = NodeReferences::default();
        let mut needs = Needs { json: false, more: false };
        for code in codes(&shape) {
            let names = code.nodes.iter().map(|(name, range)| (name.to_string(), range.clone()));
            references.names.extend(names);
            references.reads_unknown_nodes |= code.reads_unknown_nodes;
            needs.json |= code.script.reads_json;
            needs.more |= code.script.reads_more || code.writes;
        }
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self(Arc::new(Compiled { id, shape, references, needs })))
    }

    /// Which other nodes the template reads.
    pub fn node_references(&self) -> &NodeReferences {
        &self.0.references
    }

    /// The variables that the template reads by name, in order of appearance.
    pub fn variable_references(&self) -> Vec<VariableReference> {
        let reads = codes(&self.0.shape).flat_map(|code| &code.variables);
        reads.map(VariableReference::of).collect()
    }

    /// Whether the template may read other items than the current one, of the node itself or of another.
    pub fn reads_other_items(&self) -> bool {
        codes(&self.0.shape).any(|code| code.reads_other_items)
    }

    /// The value, if it is the same wherever the template is evaluated: a literal, or text without code.
    pub fn as_constant(&self) -> Option<Json> {
        match &self.0.shape {
            Shape::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether all code has a native form, so that JavaScript is needed in odd cases only.
    pub fn is_native(&self) -> bool {
        codes(&self.0.shape).all(|code| code.native.is_some())
    }

    /// Whether all code is native, and reads nothing of a run but perhaps its clock.
    pub(crate) fn is_closed(&self) -> bool {
        codes(&self.0.shape).all(|code| code.native.as_ref().is_some_and(Expr::is_closed))
    }

    /// What the code asks of its data context.
    pub(crate) fn needs(&self) -> Needs {
        self.0.needs
    }

    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.0.shape
    }
}

fn codes(shape: &Shape) -> impl Iterator<Item = &Code> {
    let (whole, pieces) = match shape {
        Shape::Text(_) => (None, &[][..]),
        Shape::Whole(code) => (Some(code), &[][..]),
        Shape::Joined(pieces) => (None, pieces.as_slice()),
    };
    whole.into_iter().chain(pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) => Some(code),
        Piece::Text(_) => None,
    }))
}
