//! Taking a format string apart.

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Quoted text or white space, to be copied.
    pub(crate) literal: bool,
    /// The text, or a run of one repeated letter.
    pub(crate) text: String,
}

impl Token {
    fn new(literal: bool, text: String) -> Self {
        let literal = literal || text.chars().all(crate::coerce::is_white_space);
        Self { literal, text }
    }
}

/// Splits a format into runs of one character. Quotes make their content a literal; two quotes in a row outside of
/// quoted text are an apostrophe.
pub(crate) fn split(format: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut current = None;
    let mut run = String::new();
    let mut quoted = false;
    for character in format.chars() {
        if character == '\'' {
            if !run.is_empty() {
                tokens.push(Token::new(quoted, std::mem::take(&mut run)));
            } else if quoted {
                tokens.push(Token::new(true, "'".to_owned()));
            }
            current = None;
            quoted = !quoted;
        } else if quoted || current == Some(character) {
            run.push(character);
        } else {
            if !run.is_empty() {
                tokens.push(Token::new(false, std::mem::take(&mut run)));
            }
            run.push(character);
            current = Some(character);
        }
    }
    if !run.is_empty() {
        tokens.push(Token::new(quoted, run));
    }
    tokens
}
