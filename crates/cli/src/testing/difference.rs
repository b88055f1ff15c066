//! Where what came out differs from what was expected, field by field.

use std::fmt::Write as _;

use heddle_node::Json;
use heddle_node::json::pointer_token;

use super::matcher::Matcher;

/// Lists are aligned as long as they make no more pairs than this; longer ones are compared index by index.
const MOST_PAIRS: usize = 40_000;
/// Characters of a value that are shown.
const SHOWN: usize = 120;

/// How much of a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// Of objects the members that are named; what stands for a value may say what it is like ([`Matcher`]).
    Part,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where in what came out, such as `node "Send", item 0, to.name`.
    pub(crate) place: String,
    /// Where the expectation stands in the test file, as a JSON pointer.
    pub(crate) pointer: String,
    pub(crate) kind: Kind,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Another value.
    Value { expected: String, found: String },
    /// Nothing came out.
    Missing { expected: String },
    /// It was not expected.
    Unexpected { found: String },
    /// Said in a sentence.
    Told(String),
}

/// A place in what came out, and the one of its expectation.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    subject: String,
    path: String,
    pointer: String,
}

impl Place {
    /// What the subject as a whole is, and where it is spoken of.
    pub(crate) fn new(subject: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { subject: subject.into(), path: String::new(), pointer: pointer.into() }
    }

    /// The same, spoken of elsewhere.
    pub(crate) fn at(&self, pointer: String) -> Self {
        Self { pointer, ..self.clone() }
    }

    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// A further part of the subject, such as an item; `index` is that of its expectation.
    pub(crate) fn part(&self, part: &str, index: Option<usize>) -> Self {
        let subject =
            if self.subject.is_empty() { part.to_owned() } else { format!("{}, {part}", self.subject) };
        let pointer = index.map_or_else(|| self.pointer.clone(), |index| format!("{}/{index}", self.pointer));
        Self { subject, path: self.path.clone(), pointer }
    }

    fn member(&self, key: &str) -> Self {
        let mut path = self.path.clone();
        let is_word = |text: &str| {
            text.starts_with(|first: char| first.is_alphabetic() || "_$".contains(first))
                && text.chars().all(|other| other.is_alphanumeric() || "_$".contains(other))
        };
        if !is_word(key) {
            let _ = write!(path, "[{}]", Json::from(key));
        } else if path.is_empty() {
            path.push_str(key);
        } else {
            let _ = write!(path, ".{key}");
        }
        let pointer = format!("{}/{}", self.pointer, pointer_token(key));
        Self { subject: self.subject.clone(), path, pointer }
    }

    fn element(&self, index: usize, expected_at: Option<usize>) -> Self {
        let pointer =
            expected_at.map_or_else(|| self.pointer.clone(), |index| format!("{}/{index}", self.pointer));
        Self { subject: self.subject.clone(), path: format!("{}[{index}]", self.path), pointer }
    }

    /// A difference here.
    pub(crate) fn differs(&self, kind: Kind) -> Difference {
        let place = match (self.subject.is_empty(), self.path.is_empty()) {
            (true, _) => self.path.clone(),
            (false, true) => self.subject.clone(),
            (false, false) => format!("{}, {}", self.subject, self.path),
        };
        Difference { place, pointer: self.pointer.clone(), kind }
    }

    /// A difference that is said in a sentence.
    pub(crate) fn told(&self, text: impl Into<String>) -> Difference {
        self.differs(Kind::Told(text.into()))
    }
}

/// Notes where `found` differs from `expected`.
pub(crate) fn compare(
    place: &Place,
    expected: &Json,
    found: &Json,
    extent: Extent,
    differences: &mut Vec<Difference>,
) {
    if extent == Extent::Part {
        match Matcher::of(expected) {
            Some(Ok(matcher)) => {
                if let Err(wanted) = matcher.check(Some(found)) {
                    differences.push(place.differs(Kind::Value { expected: wanted, found: shown(found) }));
                }
                return;
            }
            Some(Err(message)) => {
                differences.push(place.told(message));
                return;
            }
            None => {}
        }
    }
    if let (Some(wanted), Some(given)) = (expected.as_object(), found.as_object()) {
        for (key, wanted) in wanted.iter() {
            let place = place.member(key);
            match given.get(key) {
                Some(given) => compare(&place, wanted, given, extent, differences),
                None if extent == Extent::Part && takes_nothing(wanted) => {}
                None => differences.push(place.differs(Kind::Missing { expected: shown(wanted) })),
            }
        }
        if extent == Extent::Whole {
            for (key, given) in given.iter().filter(|(key, _)| !wanted.contains_key(key)) {
                let place = Place { pointer: place.pointer.clone(), ..place.member(key) };
                differences.push(place.differs(Kind::Unexpected { found: shown(given) }));
            }
        }
        return;
    }
    if let (Some(wanted), Some(given)) = (expected.as_array(), found.as_array()) {
        compare_lists(
            wanted,
            given,
            &|index, at| place.element(index, at),
            &|wanted, given, place, differences| compare(place, wanted, given, extent, differences),
            differences,
        );
        return;
    }
    if expected != found {
        let (expected, found) = shown_apart(expected, found);
        differences.push(place.differs(Kind::Value { expected, found }));
    }
}

/// Whether what is missing is what is expected.
fn takes_nothing(expected: &Json) -> bool {
    matches!(Matcher::of(expected), Some(Ok(matcher)) if matcher.check(None).is_ok())
}

/// Compares an element with what is expected of it.
type Compare<'a> = dyn Fn(&Json, &Json, &Place, &mut Vec<Difference>) + 'a;

/// Notes where two lists differ: elements in the same places, or, where the lists are of different lengths, those that
/// are missing and those that are too many. `place` is told the index of an element and that of its expectation.
pub(crate) fn compare_lists<T: std::borrow::Borrow<Json>, F: std::borrow::Borrow<Json>>(
    expected: &[T],
    found: &[F],
    place: &dyn Fn(usize, Option<usize>) -> Place,
    compare: &Compare<'_>,
    differences: &mut Vec<Difference>,
) {
    let is_alike = |wanted: usize, given: usize| {
        let mut found_differences = Vec::new();
        compare(
            expected[wanted].borrow(),
            found[given].borrow(),
            &place(given, Some(wanted)),
            &mut found_differences,
        );
        found_differences
    };
    if expected.len() == found.len() || expected.len().saturating_mul(found.len()) > MOST_PAIRS {
        for index in 0..expected.len().min(found.len()) {
            differences.extend(is_alike(index, index));
        }
        for (index, wanted) in expected.iter().enumerate().skip(found.len()) {
            let kind = Kind::Missing { expected: shown(wanted.borrow()) };
            differences.push(place(index, Some(index)).differs(kind));
        }
        for (index, given) in found.iter().enumerate().skip(expected.len()) {
            differences.push(place(index, None).differs(Kind::Unexpected { found: shown(given.borrow()) }));
        }
        return;
    }
    let pairs =
        longest_common(expected.len(), found.len(), |wanted, given| is_alike(wanted, given).is_empty());
    let (mut wanted, mut given) = (0, 0);
    for (next_wanted, next_given) in pairs.into_iter().chain([(expected.len(), found.len())]) {
        // What lies between two that are alike stands for each other as far as it goes.
        while wanted < next_wanted && given < next_given {
            differences.extend(is_alike(wanted, given));
            (wanted, given) = (wanted + 1, given + 1);
        }
        while wanted < next_wanted {
            let kind = Kind::Missing { expected: shown(expected[wanted].borrow()) };
            differences.push(place(given, Some(wanted)).differs(kind));
            wanted += 1;
        }
        while given < next_given {
            let kind = Kind::Unexpected { found: shown(found[given].borrow()) };
            differences.push(place(given, None).differs(kind));
            given += 1;
        }
        (wanted, given) = (next_wanted + 1, next_given + 1);
    }
}

/// The longest sequence of pairs that are alike, in the order of both.
fn longest_common(
    expected: usize,
    found: usize,
    is_alike: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let alike: Vec<Vec<bool>> =
        (0..expected).map(|wanted| (0..found).map(|given| is_alike(wanted, given)).collect()).collect();
    let mut lengths = vec![vec![0_usize; found + 1]; expected + 1];
    for wanted in (0..expected).rev() {
        for given in (0..found).rev() {
            lengths[wanted][given] = if alike[wanted][given] {
                lengths[wanted + 1][given + 1] + 1
            } else {
                lengths[wanted + 1][given].max(lengths[wanted][given + 1])
            };
        }
    }
    let (mut wanted, mut given) = (0, 0);
    let mut pairs = Vec::new();
    while wanted < expected && given < found {
        if alike[wanted][given] {
            pairs.push((wanted, given));
            (wanted, given) = (wanted + 1, given + 1);
        } else if lengths[wanted + 1][given] >= lengths[wanted][given + 1] {
            wanted += 1;
        } else {
            given += 1;
        }
    }
    pairs
}

/// A value as one line, cut where it is long.
pub(crate) fn shown(value: &Json) -> String {
    cut(&value.to_json_string(), 0)
}

/// Two values as one line each, around the place where they begin to differ.
fn shown_apart(expected: &Json, found: &Json) -> (String, String) {
    let (expected, found) = (expected.to_json_string(), found.to_json_string());
    let common = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    // The beginning of what is the same says where one is.
    let from = common.saturating_sub(SHOWN / 3);
    let from = if expected.chars().count().max(found.chars().count()) > SHOWN { from } else { 0 };
    (cut(&expected, from), cut(&found, from))
}

fn cut(text: &str, from: usize) -> String {
    let count = text.chars().count();
    if count <= SHOWN && from == 0 {
        return text.to_owned();
    }
    let part: String = text.chars().skip(from).take(SHOWN).collect();
    let (before, behind) = (if from > 0 { "…" } else { "" }, if from + SHOWN < count { "…" } else { "" });
    format!("{before}{part}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(expected: &str, found: &str, extent: Extent) -> Vec<(String, String, Kind)> {
        let parse = |text: &str| Json::parse(text).expect("JSON");
        let mut all = Vec::new();
        compare(&Place::new("item 0", "/e"), &parse(expected), &parse(found), extent, &mut all);
        all.into_iter().map(|one| (one.place, one.pointer, one.kind)).collect()
    }

    fn value(expected: &str, found: &str) -> Kind {
        Kind::Value { expected: expected.to_owned(), found: found.to_owned() }
    }

    #[test]
    fn the_whole_of_a_value_differs_at_its_fields() {
        let found = differences(
            r#"{"a": {"b": [1, 2]}, "c/d": 1, "e": "x"}"#,
            r#"{"a": {"b": [1, 3]}, "c/d": "1", "f": true}"#,
            Extent::Whole,
        );
        let expected = [
            ("item 0, a.b[1]", "/e/a/b/1", value("2", "3")),
            ("item 0, [\"c/d\"]", "/e/c~1d", value("1", "\"1\"")),
            ("item 0, e", "/e/e", Kind::Missing { expected: "\"x\"".to_owned() }),
            ("item 0, f", "/e", Kind::Unexpected { found: "true".to_owned() }),
        ];
        let expected = expected.map(|(place, pointer, kind)| (place.to_owned(), pointer.to_owned(), kind));
        assert_eq!(found, expected);
        assert!(differences(r#"{"a": 1.0, "b": 2}"#, r#"{"b": 2, "a": 1}"#, Extent::Whole).is_empty());
    }

    #[test]
    fn of_a_part_the_named_members_count() {
        assert!(
            differences(r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 1, "c": 2}, "d": 3}"#, Extent::Part).is_empty()
        );
        let found =
            differences(r#"{"a": [{"b": 1}]}"#, r#"{"a": [{"b": 2}, {"b": 1, "c": 2}]}"#, Extent::Part);
        let unexpected = Kind::Unexpected { found: r#"{"b":2}"#.to_owned() };
        assert_eq!(found, [("item 0, a[0]".to_owned(), "/e/a".to_owned(), unexpected)]);
    }

    #[test]
    fn lists_are_aligned_before_they_are_compared() {
        let found = differences("[1, 2, 3, 4]", "[1, 3, 4]", Extent::Whole);
        assert_eq!(
            found,
            [("item 0, [1]".to_owned(), "/e/1".to_owned(), Kind::Missing { expected: "2".to_owned() })]
        );
        let found = differences("[1, 2]", "[5, 2, 6, 7]", Extent::Whole);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0].2, value("1", "5"));
    }

    #[test]
    fn long_texts_are_shown_around_their_difference() {
        let (a, b) = ("x".repeat(500) + "one", "x".repeat(500) + "two");
        let found = differences(&format!("{a:?}"), &format!("{b:?}"), Extent::Whole);
        let Kind::Value { expected, found } = &found[0].2 else { panic!("another value") };
        assert!(expected.ends_with("xone\"") && found.ends_with("xtwo\""), "{expected} {found}");
        assert!(expected.starts_with('…') && expected.chars().count() < 130, "{expected}");
    }
}
