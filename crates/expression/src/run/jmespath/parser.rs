//! The tree of a query: a Pratt parser with jmespath.js's binding powers.

use heddle_data::Json;

use super::error;
use super::lexer::{Token, tokens};
use crate::throw::Thrown;

/// A part of a query.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Identity,
    Literal(Json),
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    /// The right side on the result of the left side; nothing when that is null.
    Sub(Box<Node>, Box<Node>),
    /// The right side on the result of the left side.
    Then(Box<Node>, Box<Node>),
    Flatten(Box<Node>),
    Projection(Box<Node>, Box<Node>),
    ValueProjection(Box<Node>, Box<Node>),
    FilterProjection {
        base: Box<Node>,
        each: Box<Node>,
        condition: Box<Node>,
    },
    Compare(Comparison, Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    List(Vec<Node>),
    Hash(Vec<(String, Node)>),
    Call(String, Vec<Node>),
    Reference(Box<Node>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Parses a query.
pub(super) fn parse(query: &str) -> Result<Node, Thrown> {
    let mut parser = Parser { tokens: tokens(query)?, position: 0, depth: 0, chained: 0 };
    let node = parser.expression(0)?;
    match parser.look(0) {
        Token::End => Ok(node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
    /// Expressions in expressions.
    depth: usize,
    /// Parts behind parts, such as `a[][][]`, in the expressions under way: each makes the tree deeper.
    chained: usize,
}

type Parsed = Result<Node, Thrown>;

/// So deep that nobody writes it, and so little that a small stack holds it.
const MAX_DEPTH: usize = 50;
/// The same for parts behind parts.
const MAX_CHAINED: usize = 100;

fn too_deep() -> Thrown {
    Thrown::expression("The query nests too deeply")
}

const STAR: u8 = 20;
const FLATTEN: u8 = 9;
const FILTER: u8 = 21;
const DOT: u8 = 40;
const NOT: u8 = 45;

impl Parser {
    fn look(&self, ahead: usize) -> &Token {
        self.tokens.get(self.position + ahead).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.look(0).clone();
        self.position += 1;
        token
    }

    fn expect(&mut self, token: &Token) -> Result<(), Thrown> {
        if self.look(0) == token {
            self.position += 1;
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn unexpected(&self) -> Thrown {
        error(format!("Unexpected token {:?}", self.look(0)))
    }

    fn expression(&mut self, power: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let chained = self.chained;
        let token = self.next();
        let mut left = self.prefix(token)?;
        while power < self.look(0).power() {
            self.chained += 1;
            if self.chained > MAX_CHAINED {
                return Err(too_deep());
            }
            let token = self.next();
            left = self.infix(token, left)?;
        }
        self.chained = chained;
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self, token: Token) -> Parsed {
        match token {
            Token::Literal(literal) => Ok(Node::Literal(literal)),
            Token::Name(name) => Ok(Node::Field(name)),
            Token::QuotedName(name) => match self.look(0) {
                Token::OpenParenthesis => Err(error("Quoted identifier not allowed for function names.")),
                _ => Ok(Node::Field(name)),
            },
            Token::Not => Ok(Node::Not(Box::new(self.expression(NOT)?))),
            Token::Star => {
                let each = match self.look(0) {
                    Token::CloseBracket => Node::Identity,
                    _ => self.projected(STAR)?,
                };
                Ok(Node::ValueProjection(Box::new(Node::Identity), Box::new(each)))
            }
            Token::Filter => self.infix(Token::Filter, Node::Identity),
            Token::OpenBrace => self.hash(),
            Token::Flatten => self.infix(Token::Flatten, Node::Identity),
            Token::OpenBracket => match (self.look(0), self.look(1)) {
                (Token::Number(_) | Token::Colon, _) => self.index(Node::Identity),
                (Token::Star, Token::CloseBracket) => {
                    self.position += 2;
                    let each = self.projected(STAR)?;
                    Ok(Node::Projection(Box::new(Node::Identity), Box::new(each)))
                }
                _ => self.list(),
            },
            Token::Current => Ok(Node::Identity),
            Token::Reference => Ok(Node::Reference(Box::new(self.expression(0)?))),
            Token::OpenParenthesis => {
                let inner = self.expression(0)?;
                self.expect(&Token::CloseParenthesis)?;
                Ok(inner)
            }
            _ => {
                self.position -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn infix(&mut self, token: Token, left: Node) -> Parsed {
        let left = Box::new(left);
        let power = token.power();
        Ok(match token {
            Token::Dot if *self.look(0) == Token::Star => {
                self.position += 1;
                Node::ValueProjection(left, Box::new(self.projected(DOT)?))
            }
            Token::Dot => Node::Sub(left, Box::new(self.after_dot(DOT)?)),
            Token::Pipe => Node::Then(left, Box::new(self.expression(power)?)),
            Token::Or => Node::Or(left, Box::new(self.expression(power)?)),
            Token::And => Node::And(left, Box::new(self.expression(power)?)),
            Token::OpenParenthesis => {
                let Node::Field(name) = *left else { return Err(self.unexpected()) };
                Node::Call(name, self.arguments()?)
            }
            Token::Filter => {
                let condition = Box::new(self.expression(0)?);
                self.expect(&Token::CloseBracket)?;
                let each = match self.look(0) {
                    Token::Flatten => Node::Identity,
                    _ => self.projected(FILTER)?,
                };
                Node::FilterProjection { base: left, each: Box::new(each), condition }
            }
            Token::Flatten => {
                let flat = Box::new(Node::Flatten(left));
                Node::Projection(flat, Box::new(self.projected(FLATTEN)?))
            }
            Token::Equal => self.compare(Comparison::Equal, left, power)?,
            Token::NotEqual => self.compare(Comparison::NotEqual, left, power)?,
            Token::Greater => self.compare(Comparison::Greater, left, power)?,
            Token::GreaterOrEqual => self.compare(Comparison::GreaterOrEqual, left, power)?,
            Token::Less => self.compare(Comparison::Less, left, power)?,
            Token::LessOrEqual => self.compare(Comparison::LessOrEqual, left, power)?,
            Token::OpenBracket => match self.look(0) {
                Token::Number(_) | Token::Colon => self.index(*left)?,
                _ => {
                    self.expect(&Token::Star)?;
                    self.expect(&Token::CloseBracket)?;
                    Node::Projection(left, Box::new(self.projected(STAR)?))
                }
            },
            _ => {
                self.position -= 1;
                return Err(self.unexpected());
            }
        })
    }

    fn compare(&mut self, comparison: Comparison, left: Box<Node>, power: u8) -> Parsed {
        Ok(Node::Compare(comparison, left, Box::new(self.expression(power)?)))
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Thrown> {
        let mut arguments = Vec::new();
        while *self.look(0) != Token::CloseParenthesis {
            arguments.push(self.expression(0)?);
            if *self.look(0) == Token::Comma {
                self.position += 1;
            } else if *self.look(0) != Token::CloseParenthesis {
                return Err(self.unexpected());
            }
        }
        self.expect(&Token::CloseParenthesis)?;
        Ok(arguments)
    }

    fn after_dot(&mut self, power: u8) -> Parsed {
        match self.look(0) {
            Token::Name(_) | Token::QuotedName(_) | Token::Star => self.expression(power),
            Token::OpenBracket => {
                self.position += 1;
                self.list()
            }
            Token::OpenBrace => {
                self.position += 1;
                self.hash()
            }
            _ => Err(self.unexpected()),
        }
    }

    /// What is applied to each element of a projection.
    fn projected(&mut self, power: u8) -> Parsed {
        match self.look(0) {
            token if token.power() < 10 => Ok(Node::Identity),
            Token::OpenBracket | Token::Filter => self.expression(power),
            Token::Dot => {
                self.position += 1;
                self.after_dot(power)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn list(&mut self) -> Parsed {
        let mut nodes = Vec::new();
        while *self.look(0) != Token::CloseBracket {
            nodes.push(self.expression(0)?);
            if *self.look(0) == Token::Comma {
                self.position += 1;
                if *self.look(0) == Token::CloseBracket {
                    return Err(self.unexpected());
                }
            } else if *self.look(0) != Token::CloseBracket {
                return Err(self.unexpected());
            }
        }
        self.position += 1;
        Ok(Node::List(nodes))
    }

    fn hash(&mut self) -> Parsed {
        let mut pairs = Vec::new();
        loop {
            let key = match self.next() {
                Token::Name(key) | Token::QuotedName(key) => key,
                _ => return Err(error("Expecting an identifier token")),
            };
            self.expect(&Token::Colon)?;
            pairs.push((key, self.expression(0)?));
            match self.next() {
                Token::Comma => {}
                Token::CloseBrace => return Ok(Node::Hash(pairs)),
                _ => return Err(error("Expecting a comma or a closing brace")),
            }
        }
    }

    /// An index or a slice of `left`.
    fn index(&mut self, left: Node) -> Parsed {
        let left = Box::new(left);
        if *self.look(0) != Token::Colon && *self.look(1) != Token::Colon {
            let Token::Number(index) = self.next() else { return Err(self.unexpected()) };
            self.expect(&Token::CloseBracket)?;
            return Ok(Node::Then(left, Box::new(Node::Index(index))));
        }
        let mut parts = [None; 3];
        let mut part = 0;
        while *self.look(0) != Token::CloseBracket && part < 3 {
            match self.next() {
                Token::Colon => part += 1,
                Token::Number(number) => parts[part] = Some(number),
                _ => return Err(self.unexpected()),
            }
        }
        self.expect(&Token::CloseBracket)?;
        let slice = Node::Then(left, Box::new(Node::Slice(parts)));
        Ok(Node::Projection(Box::new(slice), Box::new(self.projected(STAR)?)))
    }
}
