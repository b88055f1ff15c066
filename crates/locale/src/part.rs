//! Formatted text in parts.

use heddle_data::{Json, JsonObject};

/// A piece of a formatted number, date or list, with the name that `formatToParts` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `literal`, `year`, `integer`, …
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

impl Part {
    /// A piece.
    pub(super) fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The object that JavaScript sees.
    pub fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("type", Json::from(self.kind));
        object.insert("value", Json::from(self.text.as_str()));
        Json::from(object)
    }
}

/// The objects that JavaScript sees of a span: the fields that come twice are the start's and the end's, what lies
/// outside of them is shared.
pub fn span_json(parts: &[Part]) -> Json {
    let twice: Vec<(usize, usize)> = (0..parts.len())
        .filter(|first| parts[*first].kind != "literal")
        .filter_map(|first| {
            let again = parts.iter().skip(first + 1).position(|part| part.kind == parts[first].kind)?;
            Some((first, first + 1 + again))
        })
        .collect();
    let within = |index: usize, side: fn(&(usize, usize)) -> usize| {
        twice.iter().map(side).min().is_some_and(|least| least <= index)
            && twice.iter().map(side).max().is_some_and(|most| index <= most)
    };
    let json = |(index, part): (usize, &Part)| {
        let source = match (within(index, |pair| pair.0), within(index, |pair| pair.1)) {
            (true, _) => "startRange",
            (_, true) => "endRange",
            _ => "shared",
        };
        let mut json = part.to_json();
        json.insert("source", Json::from(source));
        json
    };
    parts.iter().enumerate().map(json).collect()
}

/// All pieces together.
pub fn join(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Adds a piece of text that is neither number nor word; neighbours of that kind become one.
pub(super) fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(last) if last.kind == "literal" => last.text.push_str(text),
        _ => parts.push(Part::new("literal", text)),
    }
}
