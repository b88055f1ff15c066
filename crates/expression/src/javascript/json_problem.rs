//! V8's words for a text that is not JSON, which code shows its users (`catch (e) { return e.message }`).

/// What V8's `JSON.parse` throws for a text; `None` when the text is JSON.
pub(crate) fn json_problem(text: &str) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut scanner = Scanner { units: &units, at: 0, depth: 0 };
    let problem = scanner.document().err()?;
    Some(scanner.describe(problem, text))
}

/// What is wrong where the scanner stands.
enum Problem {
    /// What stands here cannot stand here.
    Token,
    /// A sentence that ends with the position.
    Sentence(&'static str),
}

struct Scanner<'a> {
    units: &'a [u16],
    at: usize,
    depth: usize,
}

type Scanned = Result<(), Problem>;

/// Texts that nest deeper were refused for another reason.
const MOST_NESTED: usize = 2000;

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.units.get(self.at).map(|unit| char::from_u32(u32::from(*unit)).unwrap_or('\u{fffd}'))
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: char, sentence: &'static str) -> Scanned {
        if self.takes(wanted) { Ok(()) } else { Err(Problem::Sentence(sentence)) }
    }

    fn document(&mut self) -> Scanned {
        self.value()?;
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Problem::Sentence("Unexpected non-whitespace character after JSON")),
        }
    }

    fn value(&mut self) -> Scanned {
        self.space();
        self.depth += 1;
        if self.depth > MOST_NESTED {
            return Err(Problem::Token);
        }
        match self.peek() {
            Some('{') => self.object()?,
            Some('[') => self.array()?,
            Some('"') => self.string()?,
            Some('-' | '0'..='9') => self.number()?,
            Some('t') => self.word("true")?,
            Some('f') => self.word("false")?,
            Some('n') => self.word("null")?,
            _ => return Err(Problem::Token),
        }
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Scanned {
        self.at += 1;
        if self.takes('}') {
            return Ok(());
        }
        let mut sentence = "Expected property name or '}' in JSON";
        loop {
            self.space();
            if self.peek() != Some('"') {
                return Err(Problem::Sentence(sentence));
            }
            self.string()?;
            self.expect(':', "Expected ':' after property name in JSON")?;
            self.value()?;
            if !self.takes(',') {
                return self.expect('}', "Expected ',' or '}' after property value in JSON");
            }
            sentence = "Expected double-quoted property name in JSON";
        }
    }

    fn array(&mut self) -> Scanned {
        self.at += 1;
        if self.takes(']') {
            return Ok(());
        }
        loop {
            self.value()?;
            if !self.takes(',') {
                return self.expect(']', "Expected ',' or ']' after array element in JSON");
            }
        }
    }

    fn string(&mut self) -> Scanned {
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(Problem::Sentence("Unterminated string in JSON")),
                Some('"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\\') => self.escape()?,
                Some(control) if control < ' ' => {
                    return Err(Problem::Sentence("Bad control character in string literal in JSON"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Scanned {
        self.at += 1;
        match self.peek() {
            None => Err(Problem::Sentence("Unterminated string in JSON")),
            Some('u') => {
                for _ in 0..4 {
                    self.at += 1;
                    if !self.peek().is_some_and(|digit| digit.is_ascii_hexdigit()) {
                        return Err(Problem::Sentence("Bad Unicode escape in JSON"));
                    }
                }
                self.at += 1;
                Ok(())
            }
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(Problem::Sentence("Bad escaped character in JSON")),
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Scanned {
        self.at += usize::from(self.peek() == Some('-'));
        if self.peek() == Some('0') {
            self.at += 1;
            if self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
                return Err(Problem::Token);
            }
        } else if self.digits() == 0 {
            return Err(Problem::Sentence("No number after minus sign in JSON"));
        }
        if self.peek() == Some('.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Problem::Sentence("Unterminated fractional number in JSON"));
            }
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some('+' | '-')));
            if self.digits() == 0 {
                return Err(Problem::Sentence("Exponent part is missing a number in JSON"));
            }
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Scanned {
        for letter in word.chars() {
            if self.peek() != Some(letter) {
                return Err(Problem::Token);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn describe(&self, problem: Problem, text: &str) -> String {
        /// So much of a long text is shown on either side of the place.
        const AROUND: usize = 10;
        let sentence = match (problem, self.peek()) {
            (Problem::Sentence(sentence), _) => sentence,
            (Problem::Token, None) => return "Unexpected end of JSON input".to_owned(),
            (Problem::Token, Some('-' | '0'..='9')) => "Unexpected number in JSON",
            (Problem::Token, Some('"')) => "Unexpected string in JSON",
            (Problem::Token, Some(_)) => {
                if ["[object Object]", "Infinity", "undefined", "NaN"].contains(&text) {
                    return format!("\"{text}\" is not valid JSON");
                }
                let part = |from: usize, to: usize| {
                    String::from_utf16_lossy(self.units.get(from..to).unwrap_or_default())
                };
                let (length, at) = (self.units.len(), self.at);
                let token = part(at, at + 1);
                let shown = if length <= 2 * AROUND {
                    format!("\"{text}\"")
                } else if at < AROUND {
                    format!("\"{}\"...", part(0, at + AROUND))
                } else if at < length - AROUND {
                    format!("...\"{}\"...", part(at - AROUND, at + AROUND))
                } else {
                    format!("...\"{}\"", part(at - AROUND, length))
                };
                return format!("Unexpected token '{token}', {shown} is not valid JSON");
            }
        };
        let before = self.units.get(..self.at).unwrap_or_default();
        let (mut line, mut start) = (1, 0);
        for (index, unit) in before.iter().enumerate() {
            let is_break = match char::from_u32(u32::from(*unit)) {
                Some('\n') => true,
                // With the line feed that follows it is one break.
                Some('\r') => self.units.get(index + 1) != Some(&u16::from(b'\n')),
                _ => false,
            };
            if is_break {
                line += 1;
                start = index + 1;
            }
        }
        let (at, column) = (self.at, self.at - start + 1);
        format!("{sentence} at position {at} (line {line} column {column})")
    }
}
