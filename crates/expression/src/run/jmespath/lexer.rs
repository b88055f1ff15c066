//! Tokens of a query.

use heddle_data::Json;

use super::error;
use crate::throw::Thrown;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    End,
    Name(String),
    QuotedName(String),
    Number(i64),
    Literal(Json),
    CloseBracket,
    CloseParenthesis,
    Comma,
    Colon,
    CloseBrace,
    Current,
    Reference,
    Pipe,
    Or,
    And,
    Equal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    NotEqual,
    Flatten,
    Star,
    Filter,
    Dot,
    Not,
    OpenBrace,
    OpenBracket,
    OpenParenthesis,
}

impl Token {
    /// How tightly the token binds what is left of it.
    pub(super) fn power(&self) -> u8 {
        match self {
            Token::Pipe => 1,
            Token::Or => 2,
            Token::And => 3,
            Token::Equal
            | Token::Greater
            | Token::Less
            | Token::GreaterOrEqual
            | Token::LessOrEqual
            | Token::NotEqual => 5,
            Token::Flatten => 9,
            Token::Star => 20,
            Token::Filter => 21,
            Token::Dot => 40,
            Token::Not => 45,
            Token::OpenBrace => 50,
            Token::OpenBracket => 55,
            Token::OpenParenthesis => 60,
            _ => 0,
        }
    }
}

/// The tokens of a query, [`Token::End`] last.
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, Thrown> {
    let mut tokens = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            ' ' | '\t' | '\n' => {
                rest = &rest[1..];
                continue;
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Name(rest[..end].to_owned()), end)
            }
            '0'..='9' | '-' => {
                let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |at| at + 1);
                let number =
                    rest[..digits].parse().map_err(|_| error(format!("Unknown character:{first}")))?;
                (Token::Number(number), digits)
            }
            '"' => {
                let end = closing(rest, '"')?;
                let name = Json::parse(&rest[..end]).map_err(|problem| error(problem.to_string()))?;
                (Token::QuotedName(name.as_str().unwrap_or_default().to_owned()), end)
            }
            '\'' => {
                let end = closing(rest, '\'')?;
                (Token::Literal(Json::from(rest[1..end - 1].replace("\\'", "'"))), end)
            }
            '`' => {
                let end = closing(rest, '`')?;
                (Token::Literal(literal(&rest[1..end - 1])?), end)
            }
            '[' if rest.starts_with("[?") => (Token::Filter, 2),
            '[' if rest.starts_with("[]") => (Token::Flatten, 2),
            '[' => (Token::OpenBracket, 1),
            '&' if rest.starts_with("&&") => (Token::And, 2),
            '&' => (Token::Reference, 1),
            '|' if rest.starts_with("||") => (Token::Or, 2),
            '|' => (Token::Pipe, 1),
            '!' if rest.starts_with("!=") => (Token::NotEqual, 2),
            '!' => (Token::Not, 1),
            '<' if rest.starts_with("<=") => (Token::LessOrEqual, 2),
            '<' => (Token::Less, 1),
            '>' if rest.starts_with(">=") => (Token::GreaterOrEqual, 2),
            '>' => (Token::Greater, 1),
            '=' if rest.starts_with("==") => (Token::Equal, 2),
            '.' => (Token::Dot, 1),
            '*' => (Token::Star, 1),
            ',' => (Token::Comma, 1),
            ':' => (Token::Colon, 1),
            '{' => (Token::OpenBrace, 1),
            '}' => (Token::CloseBrace, 1),
            ']' => (Token::CloseBracket, 1),
            '(' => (Token::OpenParenthesis, 1),
            ')' => (Token::CloseParenthesis, 1),
            '@' => (Token::Current, 1),
            other => return Err(error(format!("Unknown character:{other}"))),
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens.push(Token::End);
    Ok(tokens)
}

/// The length of a quoted piece, quotes included.
fn closing(text: &str, quote: char) -> Result<usize, Thrown> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            character if character == quote => return Ok(at + 1),
            _ => {}
        }
    }
    Err(error("Unclosed quote in query"))
}

/// What stands between backticks: JSON, or a text without its quotes.
fn literal(text: &str) -> Result<Json, Thrown> {
    let text = text.trim_start().replacen("\\`", "`", 1);
    let looks_like_json = match text.chars().next() {
        Some('[' | '{' | '"') => true,
        Some('-' | '0'..='9') => Json::parse(&text).is_ok(),
        _ => matches!(text.as_str(), "true" | "false" | "null"),
    };
    let source = if looks_like_json { text } else { format!("\"{text}\"") };
    Json::parse(&source).map_err(|problem| error(problem.to_string()))
}
