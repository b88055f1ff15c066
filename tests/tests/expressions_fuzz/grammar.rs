//! What expressions are made of: the productions of `grammar.txt`, and terms grown from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fastrand::Rng;

/// One way to write a value of a kind.
struct Production {
    kind: char,
    parts: Vec<Template>,
}

enum Template {
    Text(String),
    Hole(char),
}

/// A part of the language with productions of its own.
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) weight: usize,
    productions: Vec<Production>,
}

/// All families.
pub(crate) struct Grammar {
    pub(crate) families: Vec<Family>,
    /// Kind → (family, production).
    by_kind: BTreeMap<char, Vec<(usize, usize)>>,
}

/// A piece of an expression, which can be made smaller.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Term(Term),
}

/// The family that ends the growth.
const ATOMS: usize = 0;

impl Grammar {
    /// The grammar of `grammar.txt`.
    pub(crate) fn read() -> Self {
        let mut families: Vec<Family> = Vec::new();
        let mut lines = include_str!("grammar.txt").lines().peekable();
        while let Some(line) = lines.next() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                let (name, weight) = head.split_once(' ').expect("a family has a weight");
                let weight = weight.parse().expect("a weight is a number");
                families.push(Family { name: name.to_owned(), weight, productions: Vec::new() });
                continue;
            }
            let (kind, text) = line.split_once(" =").expect("a production is `K = text`");
            let mut text = text.strip_prefix(' ').unwrap_or(text).to_owned();
            // What is not the head of a production goes on with the one before it.
            while let Some(next) = lines.next_if(|next| !starts_anew(next)) {
                let _ = write!(text, "\n{next}");
            }
            let family = families.last_mut().expect("a production is in a family");
            family.productions.push(Production {
                kind: kind.chars().next().expect("a kind is a letter"),
                parts: split_holes(&text),
            });
        }
        let mut by_kind: BTreeMap<char, Vec<(usize, usize)>> = BTreeMap::new();
        for (family, own) in families.iter().enumerate() {
            for (index, production) in own.productions.iter().enumerate() {
                by_kind.entry(production.kind).or_default().push((family, index));
            }
        }
        Self { families, by_kind }
    }

    /// A family, by its weight.
    pub(crate) fn choose_family(&self, rng: &mut Rng) -> usize {
        let all: usize = self.families.iter().map(|family| family.weight).sum();
        let mut left = rng.usize(..all);
        self.families
            .iter()
            .position(|family| match left.checked_sub(family.weight) {
                Some(rest) => {
                    left = rest;
                    false
                }
                None => true,
            })
            .expect("the weights are those that were added up")
    }

    /// A new expression of a family, at most `depth` productions deep.
    pub(crate) fn grow(&self, rng: &mut Rng, family: usize, depth: usize) -> Term {
        let own = &self.families[family].productions;
        let production = &own[rng.usize(..own.len())];
        self.expand(rng, family, production, depth)
    }

    fn expand(&self, rng: &mut Rng, family: usize, production: &Production, depth: usize) -> Term {
        let mut parts: Vec<Part> = Vec::new();
        for (index, part) in production.parts.iter().enumerate() {
            match part {
                Template::Text(text) => {
                    let text = match parts.last() {
                        Some(Part::Term(_)) if text.starts_with('.') && rng.usize(..40) == 0 => {
                            format!("?{text}")
                        }
                        _ => text.clone(),
                    };
                    parts.push(Part::Text(text));
                }
                Template::Hole(kind) => {
                    let is_last_argument = matches!(production.parts.get(index + 1), Some(Template::Text(next)) if next.starts_with(')'));
                    if is_last_argument && rng.usize(..25) == 0 && drop_argument(&mut parts) {
                        continue;
                    }
                    parts.push(Part::Term(self.fill(rng, family, *kind, depth)));
                }
            }
        }
        Term { parts }
    }

    /// A value of a kind; now and then of another one, since callers make mistakes.
    fn fill(&self, rng: &mut Rng, family: usize, kind: char, depth: usize) -> Term {
        let kind = if !"YFG".contains(kind) && rng.usize(..16) == 0 { 'X' } else { kind };
        let (family, index) = match depth {
            0 => self.any_of(rng, kind, |family| family == ATOMS),
            _ => match rng.usize(..10) {
                0..3 => self.any_of(rng, kind, |family| family == ATOMS),
                3..7 => self.any_of(rng, kind, |other| other == family),
                _ => self.any_of(rng, kind, |other| self.families[other].name != "syntax"),
            },
        };
        self.expand(rng, family, &self.families[family].productions[index], depth.saturating_sub(1))
    }

    fn any_of(&self, rng: &mut Rng, kind: char, holds: impl Fn(usize) -> bool) -> (usize, usize) {
        let all = &self.by_kind[&kind];
        let mut fitting: Vec<_> = all.iter().filter(|(family, _)| holds(*family)).collect();
        if fitting.is_empty() {
            fitting = all.iter().filter(|(family, _)| *family == ATOMS).collect();
        }
        *fitting[rng.usize(..fitting.len())]
    }
}

fn starts_anew(line: &str) -> bool {
    let mut characters = line.chars();
    line.is_empty()
        || line.starts_with('#')
        || line.starts_with('[') && line.ends_with(']')
        || characters.next().is_some_and(|kind| kind.is_ascii_uppercase())
            && characters.as_str().starts_with(" =")
}

fn split_holes(text: &str) -> Vec<Template> {
    let mut parts = Vec::new();
    let mut own = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(kind) if character == '@' && kind.is_ascii_uppercase() => {
                parts.push(Template::Text(std::mem::take(&mut own)));
                parts.push(Template::Hole(*kind));
                characters.next();
            }
            _ => own.push(character),
        }
    }
    parts.push(Template::Text(own));
    parts.retain(|part| !matches!(part, Template::Text(text) if text.is_empty()));
    parts
}

/// Leaves out the argument that would come next.
fn drop_argument(parts: &mut [Part]) -> bool {
    let Some(Part::Text(before)) = parts.last_mut() else { return false };
    if before.ends_with(", ") {
        before.truncate(before.len() - 2);
        return true;
    }
    before.strip_suffix('(').is_some_and(|callee| callee.ends_with(|end: char| end.is_ascii_alphanumeric()))
}

impl Term {
    /// A term of plain text.
    pub(crate) fn text(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.to_owned())] }
    }

    /// The JavaScript.
    pub(crate) fn render(&self) -> String {
        let mut code = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => code.push_str(text),
                Part::Term(term) => {
                    let next = match self.parts.get(index + 1) {
                        Some(Part::Text(text)) => text.trim_start(),
                        _ => "",
                    };
                    let inner = term.render();
                    let before = code.trim_end();
                    let stands_alone = before.ends_with(['(', ',', '[', ':']) || before.ends_with("${");
                    let is_alone =
                        self.parts.len() == 1 || index == 0 && before.is_empty() && next.is_empty();
                    if is_alone
                        || is_primary(&inner)
                        || stands_alone && next.starts_with([')', ',', ']', '}'])
                    {
                        code.push_str(&inner);
                    } else {
                        let _ = write!(code, "({inner})");
                    }
                }
            }
        }
        code
    }

    /// Terms that are this one with one part of it made smaller.
    pub(crate) fn smaller(&self) -> Vec<Term> {
        let mut all: Vec<Term> = self.children().cloned().collect();
        for (index, part) in self.parts.iter().enumerate() {
            let Part::Term(term) = part else { continue };
            let mut others = term.smaller();
            if !term.parts.iter().all(|part| matches!(part, Part::Text(_))) || term.render().len() > 4 {
                others.extend(["1", "\"a\"", "null", "[]", "$json", "true"].map(Term::text));
            }
            for other in others {
                let mut parts = self.parts.clone();
                parts[index] = Part::Term(other);
                all.push(Term { parts });
            }
        }
        all
    }

    fn children(&self) -> impl Iterator<Item = &Term> {
        self.parts.iter().filter_map(|part| match part {
            Part::Term(term) => Some(term),
            Part::Text(_) => None,
        })
    }
}

/// Whether code can be followed by `.` or stand beside an operator without parentheses.
fn is_primary(code: &str) -> bool {
    if code.starts_with('/') {
        return true;
    }
    let mut characters = code.chars().peekable();
    if !characters.peek().is_some_and(|first| first.is_alphabetic() || "_$\"'`[(".contains(*first)) {
        return false;
    }
    let (mut depth, mut quote) = (0_usize, None);
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '?') if characters.peek() == Some(&'.') => {}
            (None, other) if depth > 0 || other.is_alphanumeric() || "_$.".contains(other) => {}
            _ => return false,
        }
    }
    true
}
