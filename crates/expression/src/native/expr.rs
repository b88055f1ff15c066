//! The expressions that the native path knows.

use heddle_data::json::KeyPlace;
use smol_str::SmolStr;

use crate::syntax::names;
use crate::value::Value;

/// A native expression.
#[derive(Debug)]
pub(crate) enum Expr {
    /// A literal.
    Constant(Value),
    /// A variable of the run.
    Variable(Variable),
    /// A part of another node's data.
    Node { name: SmolStr, part: NodePart },
    /// `$items(name, output, run)`, with literals.
    Items(Vec<Value>),
    /// `object.key`, or with a literal in brackets.
    Member { object: Box<Expr>, key: Key, optional: bool },
    /// `$json.a.b`: the commonest of all.
    Path(Vec<Key>),
    /// `object[index]`.
    Index { object: Box<Expr>, index: Box<Expr>, optional: bool },
    /// An optional chain: `?.` inside gives undefined for all of it.
    Chain(Box<Expr>),
    /// `object.method(arguments)`.
    Call { object: Box<Expr>, method: SmolStr, arguments: Vec<Expr>, optional: bool },
    /// A call of an extension method.
    Extension { object: Box<Expr>, method: &'static str, arguments: Vec<Expr>, optional: bool },
    /// A call of a function by name.
    Function { function: Function, arguments: Vec<Expr> },
    /// `!a`, `-a`, …
    Unary { operator: Unary, operand: Box<Expr> },
    /// `a + b`, …
    Binary { operator: Binary, left: Box<Expr>, right: Box<Expr> },
    /// `a && b`, …
    Logical { operator: Logical, left: Box<Expr>, right: Box<Expr> },
    /// `test ? yes : no`.
    Conditional { test: Box<Expr>, yes: Box<Expr>, no: Box<Expr> },
    /// A template literal: texts and expressions in turn, texts first and last.
    Template { texts: Vec<SmolStr>, expressions: Vec<Expr> },
    /// An array literal.
    Array(Vec<Entry<Expr>>),
    /// An object literal.
    Object(Vec<Entry<(SmolStr, Expr)>>),
    /// A name that a function or a block around it declares: so many frames outwards, at this position.
    Local { level: usize, position: usize },
    /// A call of a function that stands at its place: `(x => …)(1)`, or `const x = 1; …`.
    Apply { function: Box<Arrow>, arguments: Vec<Expr> },
    /// `array.method(x => …)`.
    ForEach { array: Box<Expr>, method: ArrayMethod, function: Box<Arrow>, optional: bool },
    /// `array.reduce((total, x) => …, initial)`.
    Reduce { array: Box<Expr>, function: Box<Arrow>, initial: Option<Box<Expr>>, optional: bool },
    /// `text.match(/pattern/)` and the like.
    Pattern { subject: Box<Expr>, pattern: Box<Pattern>, method: PatternMethod, optional: bool },
    /// `text.replace(/pattern/, replacement)`.
    Replace { subject: Box<Expr>, pattern: Box<Pattern>, replacement: Box<Expr>, optional: bool },
    /// `text.replace(/pattern/, found => …)`.
    ReplaceBy { subject: Box<Expr>, pattern: Box<Pattern>, function: Box<Arrow>, optional: bool },
}

/// A part of an array or object literal.
#[derive(Debug)]
pub(crate) enum Entry<T> {
    /// One element or member.
    One(T),
    /// All those of the value: `...value`.
    Spread(Expr),
}

/// A regular expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: regress::Regex,
    /// The flag `g`.
    pub(crate) is_global: bool,
    /// The flag `i`.
    pub(crate) ignores_case: bool,
    /// A search takes no more steps than this power of the text's length.
    pub(crate) exponent: i32,
}

/// What is done with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternMethod {
    Test,
    Exec,
    Match,
    Search,
    Split,
}

/// An arrow function without assignments.
#[derive(Debug)]
pub(crate) struct Arrow {
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// What it returns.
    pub(crate) body: Expr,
}

/// What a parameter asks of its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// Nothing: a name.
    Any,
    /// `{ a, b }`
    Fields,
    /// `[a, b]`
    Elements,
}

/// Methods of arrays that call a function for elements in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArrayMethod {
    Map,
    FlatMap,
    Filter,
    Find,
    FindLast,
    FindIndex,
    FindLastIndex,
    Some,
    Every,
    ForEach,
}

impl ArrayMethod {
    /// The method of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "map" => Self::Map,
            "flatMap" => Self::FlatMap,
            "filter" => Self::Filter,
            "find" => Self::Find,
            "findLast" => Self::FindLast,
            "findIndex" => Self::FindIndex,
            "findLastIndex" => Self::FindLastIndex,
            "some" => Self::Some,
            "every" => Self::Every,
            "forEach" => Self::ForEach,
            _ => return None,
        })
    }
}

/// A variable of the run (`docs/expressions/language.md §10`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Variable {
    /// `$json`, `$data`
    Json,
    /// `$binary`
    Binary,
    /// `$input.item`
    InputItem,
    /// `$input.first()`
    InputFirst,
    /// `$input.last()`
    InputLast,
    /// `$input.all()`
    InputAll,
    /// `$thisItem`
    ThisItem,
    /// `$itemIndex`
    ItemIndex,
    /// `$runIndex`
    RunIndex,
    /// `$mode`
    Mode,
    /// `$now`
    Now,
    /// `$today`
    Today,
    /// `$vars`
    Vars,
    /// `$env.NAME`
    Env(SmolStr),
    /// `$workflow.id` and the like
    Workflow(SmolStr),
    /// `$execution.id` and the like
    Execution(SmolStr),
    /// `$prevNode.name` and the like
    PrevNode(SmolStr),
    /// `$nodeVersion`
    NodeVersion,
    /// `$nodeId`
    NodeId,
    /// `$webhookId`
    WebhookId,
    /// A name that only some places have.
    Additional(SmolStr),
}

/// What is read of another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodePart {
    /// `$('X').item`
    Item,
    /// `$('X').first()`
    First,
    /// `$('X').last()`
    Last,
    /// `$('X').all()`
    All,
    /// `$('X').isExecuted`
    IsExecuted,
    /// `$('X').params`
    Params,
    /// `$node['X'].json`
    OldJson,
}

/// A key that is known when the expression is compiled.
#[derive(Debug)]
pub(crate) struct Key {
    /// The key.
    pub(crate) name: SmolStr,
    /// Where it stood in the last object.
    pub(crate) place: KeyPlace,
    /// The key as an array index.
    pub(crate) index: Option<usize>,
    kinds: u8,
}

const OBJECT: u8 = 1;
const ARRAY: u8 = 2;
const STRING: u8 = 4;
const NUMBER: u8 = 8;

impl Key {
    pub(crate) fn new(name: impl Into<SmolStr>) -> Self {
        let name = name.into();
        let mut kinds = 0;
        if names::is_object_member(&name) {
            kinds |= OBJECT | ARRAY | STRING | NUMBER;
        }
        if names::is_array_member(&name) {
            kinds |= ARRAY;
        }
        if names::is_string_member(&name) {
            kinds |= STRING;
        }
        if names::is_number_member(&name) {
            kinds |= NUMBER;
        }
        Self { index: array_index(&name), name, place: KeyPlace::default(), kinds }
    }

    /// Whether objects inherit a member of this name.
    pub(crate) fn is_object_member(&self) -> bool {
        self.kinds & OBJECT != 0
    }

    /// Whether arrays inherit a member of this name.
    pub(crate) fn is_array_member(&self) -> bool {
        self.kinds & ARRAY != 0
    }

    /// Whether strings inherit a member of this name.
    pub(crate) fn is_string_member(&self) -> bool {
        self.kinds & STRING != 0
    }

    /// Whether numbers or booleans inherit a member of this name.
    pub(crate) fn is_number_member(&self) -> bool {
        self.kinds & NUMBER != 0
    }
}

/// The array index that a key is in its canonical form.
pub(crate) fn array_index(key: &str) -> Option<usize> {
    let canonical =
        key == "0" || (key.len() < 10 && !key.starts_with('0') && key.bytes().all(|b| b.is_ascii_digit()));
    if canonical { key.parse().ok() } else { None }
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Minus,
    Plus,
    BitNot,
    TypeOf,
    Void,
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    StrictEqual,
    StrictNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
}

/// Logical operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logical {
    And,
    Or,
    Coalesce,
}

/// Functions that are called by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// `String(x)`
    String,
    /// `Number(x)`
    Number,
    /// `Boolean(x)`
    Boolean,
    /// `parseInt(x)`, `Number.parseInt(x)`
    ParseInt,
    /// `parseFloat(x)`, `Number.parseFloat(x)`
    ParseFloat,
    /// `isNaN(x)`
    IsNaN,
    /// `Array.isArray(x)`
    IsArray,
    /// `JSON.stringify(x)`
    JsonStringify,
    /// `JSON.parse(text)`
    JsonParse,
    /// `Object.keys(x)`
    ObjectKeys,
    /// `Object.values(x)`
    ObjectValues,
    /// `Object.entries(x)`
    ObjectEntries,
    /// `Object.fromEntries(entries)`
    ObjectFromEntries,
    /// `Math.round(x)`
    MathRound,
    /// `Math.floor(x)`
    MathFloor,
    /// `Math.ceil(x)`
    MathCeil,
    /// `Math.abs(x)`
    MathAbs,
    /// `Math.trunc(x)`
    MathTrunc,
    /// `Math.max(…)`
    MathMax,
    /// `Math.min(…)`
    MathMin,
    /// `encodeURIComponent(x)`
    EncodeUriComponent,
    /// A function of n8n's own: `$ifEmpty`, `$max`, …
    Own(&'static str),
}
