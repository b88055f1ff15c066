//! Formats in the tokens of moment, which version 1 of the node takes, by those of luxon.

use heddle_node::{DateQuestion, Json, NodeError, Services};

use super::date::Date;

/// Tokens of moment and of luxon that mean the same; longer ones come first.
const TOKENS: [(&str, &str); 42] = [
    ("YYYY", "yyyy"),
    ("YY", "yy"),
    ("Y", "y"),
    ("MMMM", "MMMM"),
    ("MMM", "MMM"),
    ("MM", "MM"),
    ("M", "M"),
    ("DDDD", "ooo"),
    ("DDD", "o"),
    ("DD", "dd"),
    ("D", "d"),
    ("dddd", "EEEE"),
    ("ddd", "EEE"),
    ("E", "E"),
    ("WW", "WW"),
    ("W", "W"),
    ("Q", "q"),
    ("GGGG", "kkkk"),
    ("GG", "kk"),
    ("A", "a"),
    ("HH", "HH"),
    ("H", "H"),
    ("hh", "hh"),
    ("h", "h"),
    ("mm", "mm"),
    ("m", "m"),
    ("ss", "ss"),
    ("s", "s"),
    ("SSS", "SSS"),
    ("X", "X"),
    ("x", "x"),
    ("ZZ", "ZZZ"),
    ("Z", "ZZ"),
    ("LTS", "h:mm:ss a"),
    ("LT", "h:mm a"),
    ("LLLL", "EEEE, MMMM d, yyyy h:mm a"),
    ("LLL", "MMMM d, yyyy h:mm a"),
    ("LL", "MMMM d, yyyy"),
    ("L", "MM/dd/yyyy"),
    ("lll", "MMM d, yyyy h:mm a"),
    ("ll", "MMM d, yyyy"),
    ("l", "M/d/yyyy"),
];

/// Tokens of moment that luxon lacks, and of which one is computed; longer ones come first.
const COMPUTED: [&str; 19] = [
    "DDDo", "Do", "Mo", "Qo", "Wo", "dd", "do", "d", "e", "kk", "k", "a", "SSSSSS", "SSSSS", "SSSS", "SS",
    "S", "zz", "z",
];

/// A part of a format.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part<'a> {
    /// Text as it is.
    Text(&'a str),
    /// A token of luxon.
    Token(&'static str),
    /// A token that luxon lacks.
    Computed(&'static str),
}

/// Takes a format apart. Text in brackets, and a character behind a backslash, is text.
fn parts(format: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let (part, length) = match rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((text, _)) => (Part::Text(text), text.len() + 2),
            None => token(rest).unwrap_or_else(|| {
                let start = if first == '\\' && rest.len() > 1 { 1 } else { 0 };
                let end = rest.char_indices().nth(start + 1).map_or(rest.len(), |(end, _)| end);
                (Part::Text(rest.get(start..end).unwrap_or_default()), end)
            }),
        };
        parts.push(part);
        rest = rest.get(length..).unwrap_or_default();
    }
    parts
}

/// The longest token at the start of a text, and its length.
fn token(text: &str) -> Option<(Part<'static>, usize)> {
    let known = TOKENS.iter().filter(|(token, _)| text.starts_with(token));
    let known = known.map(|(token, luxon)| (Part::Token(luxon), token.len()));
    let computed = COMPUTED.iter().filter(|token| text.starts_with(**token));
    let computed = computed.map(|token| (Part::Computed(token), token.len()));
    known.chain(computed).max_by_key(|(_, length)| *length)
}

/// The date in a format of moment.
pub(super) fn format(date: &Date, format: &str, host: &dyn Services) -> Result<String, NodeError> {
    let ask = |luxon: &str| -> Result<String, NodeError> {
        let text = date.ask(DateQuestion::Format(luxon), host)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    };
    let number = |luxon: &str| -> Result<u32, NodeError> { Ok(ask(luxon)?.parse().unwrap_or_default()) };
    let mut text = String::new();
    for part in parts(format) {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Token(luxon) => text.push_str(&ask(luxon)?),
            Part::Computed(token) => text.push_str(&match token {
                "DDDo" => ordinal(number("o")?),
                "Do" => ordinal(number("d")?),
                "Mo" => ordinal(number("M")?),
                "Qo" => ordinal(number("q")?),
                "Wo" => ordinal(number("W")?),
                "dd" => ask("EEE")?.chars().take(2).collect(),
                "do" => ordinal(number("E")? % 7),
                "d" | "e" => (number("E")? % 7).to_string(),
                "kk" => format!("{:02}", hour_from_1(number("H")?)),
                "k" => hour_from_1(number("H")?).to_string(),
                "a" => ask("a")?.to_lowercase(),
                "z" | "zz" => ask("ZZZZ")?,
                // Fractions of a second: as many digits as the token has.
                digits => {
                    let millis = ask("SSS")?;
                    format!("{millis:0<width$}", width = digits.len()).chars().take(digits.len()).collect()
                }
            }),
        }
    }
    Ok(text)
}

/// A format of moment as one of luxon, to read a text with.
///
/// # Errors
/// When it has a token that luxon lacks.
pub(super) fn to_luxon(format: &str) -> Result<String, NodeError> {
    let mut luxon = String::new();
    for part in parts(format) {
        match part {
            Part::Token(token) => luxon.push_str(token),
            Part::Computed("a") => luxon.push('a'),
            Part::Text(text) if text.chars().any(char::is_alphabetic) => luxon.push_str(&format!("'{text}'")),
            Part::Text(text) => luxon.push_str(text),
            Part::Computed(token) => {
                return Err(NodeError::parameter(
                    "options.fromFormat",
                    format!("Dates cannot be read with the token \"{token}\" of the format"),
                )
                .with_description("Write the format without it."));
            }
        }
    }
    Ok(luxon)
}

fn hour_from_1(hour: u32) -> u32 {
    if hour == 0 { 24 } else { hour }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// How far a duration leads: moment rounds what is told in days and longer units.
pub(super) fn plus(date: Date, amount: f64, unit: &str, host: &dyn Services) -> Result<Date, NodeError> {
    let (amount, unit) = match unit {
        "weeks" => ((amount * 7.0).round(), "days"),
        "days" => (amount.round(), "days"),
        "quarters" => ((amount * 3.0).round(), "months"),
        "years" => ((amount * 12.0).round(), "months"),
        "months" => (amount.round(), "months"),
        other => (amount, other),
    };
    date.plus(amount, unit, host)
}

/// The ISO 8601 text of a date in UTC.
pub(super) fn utc(date: &Date, host: &dyn Services) -> Result<Json, NodeError> {
    host.date(date.millis, "UTC", DateQuestion::Iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_taken_apart_by_its_longest_tokens() {
        assert_eq!(
            parts("YYYY-MM[T]Do \\Dx é"),
            [
                Part::Token("yyyy"),
                Part::Text("-"),
                Part::Token("MM"),
                Part::Text("T"),
                Part::Computed("Do"),
                Part::Text(" "),
                Part::Text("D"),
                Part::Token("x"),
                Part::Text(" "),
                Part::Text("é"),
            ]
        );
    }

    #[test]
    fn a_format_to_read_with_is_luxon_s() {
        assert_eq!(to_luxon("DD.MM.YYYY [um] HH:mm a").unwrap(), "dd.MM.yyyy 'um' HH:mm a");
        to_luxon("Do MMMM").unwrap_err();
    }
}
