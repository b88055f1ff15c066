//! Regular expressions that stand where they are used.

use heddle_data::Json;
use regress::{Match, Range, Regex};

use crate::coerce;
use crate::native::Stop;
use crate::native::evaluate::Evaluated;
use crate::native::expr::{Arrow, Pattern, PatternMethod};
use crate::native::frame::Frame;
use crate::native::function::{self, MAX_PARAMETERS};
use crate::native::operand::{MAX_TEXT, Operand, position, text};
use crate::value::Value;

/// A longer pattern is the engine's: compiling one takes more than its length.
const MOST_PATTERN: usize = 1000;

impl Pattern {
    /// The pattern of a literal, unless it means something else to texts of whole characters than to JavaScript's UTF-16.
    pub(crate) fn new(source: &str, flags: &str) -> Option<Self> {
        if source.len() > MOST_PATTERN
            || !is_basic(source)
            || flags.contains(|flag| !matches!(flag, 'g' | 'i' | 'm' | 's'))
        {
            return None;
        }
        let exponent = search_exponent(source)?;
        let regex = Regex::with_flags(source, flags).ok()?;
        Some(Self { regex, is_global: flags.contains('g'), ignores_case: flags.contains('i'), exponent })
    }

    /// Whether searching `text` is sure to end soon. Searches here cannot be interrupted, so the longer a text is, the
    /// fewer repetitions the pattern may have.
    fn suits(&self, text: &str) -> bool {
        const MOST_STEPS: f64 = 1e7;
        let steps = (text.len() as f64 + 1.0).powi(self.exponent);
        steps <= MOST_STEPS && is_basic(text) && (text.is_ascii() || !self.ignores_case)
    }
}

/// Whether every character is one unit of UTF-16.
fn is_basic(text: &str) -> bool {
    text.is_ascii() || text.chars().all(|character| character.len_utf16() == 1)
}

/// A bound for the search for a pattern: it takes no more steps than a power of the text's length. None when
/// repetitions nest, which knows no such power.
fn search_exponent(source: &str) -> Option<i32> {
    let mut repetitions = 0;
    let mut in_class = false;
    let mut previous = ' ';
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '*' | '+' | '{' if !in_class => {
                if previous == ')' {
                    return None;
                }
                repetitions += 1;
            }
            '?' if !in_class && previous == ')' => repetitions += 1,
            _ => {}
        }
        previous = if character == '\\' { ' ' } else { character };
    }
    Some(repetitions + 1)
}

/// `text.method(/pattern/)` and `/pattern/.test(text)`.
pub(crate) fn call<'a>(subject: &Operand<'a>, pattern: &Pattern, method: PatternMethod) -> Evaluated<'a> {
    let own = subject_text(subject, method)?;
    if !pattern.suits(&own) {
        return Err(Stop::Unsupported);
    }
    Ok(match method {
        PatternMethod::Test => Json::from(pattern.regex.find(&own).is_some()).into(),
        PatternMethod::Search => {
            let found = pattern.regex.find(&own);
            position(found.map(|found| coerce::utf16_length(&own[..found.start()])))
        }
        PatternMethod::Match if pattern.is_global => {
            let found: Vec<Json> =
                pattern.regex.find_iter(&own).map(|found| Json::from(&own[found.range()])).collect();
            if found.is_empty() { Json::NULL.into() } else { Json::from_iter(found).into() }
        }
        PatternMethod::Match | PatternMethod::Exec => match pattern.regex.find(&own) {
            Some(found) => Value::array(groups(&own, &found).map(Operand::into_value).collect()).into(),
            None => Json::NULL.into(),
        },
        PatternMethod::Split => {
            let mut parts = Vec::new();
            let mut end = 0;
            for found in pattern.regex.find_iter(&own) {
                // Splitting between characters has rules of its own.
                if found.range().is_empty() {
                    return Err(Stop::Unsupported);
                }
                parts.push(Value::from(&own[end..found.start()]));
                parts.extend(groups(&own, &found).skip(1).map(Operand::into_value));
                end = found.end();
            }
            if own.is_empty() {
                return Err(Stop::Unsupported);
            }
            parts.push(Value::from(&own[end..]));
            Value::array(parts).into()
        }
    })
}

/// The text that is searched: a method of texts needs one, a pattern's own makes one.
fn subject_text<'o>(
    subject: &'o Operand<'_>,
    method: PatternMethod,
) -> Result<std::borrow::Cow<'o, str>, Stop> {
    let takes_any = matches!(method, PatternMethod::Test | PatternMethod::Exec);
    match subject.as_json() {
        Some(json) if json.is_string() || (takes_any && coerce::is_primitive(json)) => subject.to_text(),
        _ if subject.is_nullish() && !takes_any => Err(Stop::Blank),
        _ => Err(Stop::Unsupported),
    }
}

/// What was found, and its groups; those that took no part are undefined.
fn groups<'o, 'a>(own: &'o str, found: &'o Match) -> impl Iterator<Item = Operand<'a>> + 'o
where
    'a: 'o,
{
    found.groups().map(|group| group.map_or(Operand::UNDEFINED, |group: Range| text(&own[group])))
}

/// `text.replace(/pattern/, replacement)`.
pub(crate) fn replace<'a>(
    subject: &Operand<'a>,
    pattern: &Pattern,
    replacement: &Operand<'a>,
) -> Evaluated<'a> {
    let replacement = match replacement.as_json() {
        Some(json) if coerce::is_primitive(json) => replacement.to_text()?,
        _ => return Err(Stop::Unsupported),
    };
    replace_with(subject, pattern, |own, found, replaced| expand(&replacement, own, found, replaced))
}

/// `text.replace(/pattern/, found => …)`.
pub(crate) fn replace_by<'a>(
    subject: &Operand<'a>,
    pattern: &Pattern,
    arrow: &'a Arrow,
    frame: &Frame<'_, 'a>,
) -> Evaluated<'a> {
    replace_with(subject, pattern, |own, found, replaced| {
        let at = Json::from(coerce::utf16_length(&own[..found.start()])).into();
        let mut arguments: Vec<Operand<'a>> = groups(own, found).chain([at, text(own)]).collect();
        // A pattern with named groups hands over one argument more.
        if arguments.len() < arrow.parameters.len() || found.named_groups().next().is_some() {
            return Err(Stop::Unsupported);
        }
        arguments.truncate(arrow.parameters.len().min(MAX_PARAMETERS));
        replaced.push_str(&function::call(arrow, &arguments, frame)?.to_text()?);
        Ok(())
    })
}

fn replace_with<'a>(
    subject: &Operand<'a>,
    pattern: &Pattern,
    mut write: impl FnMut(&str, &Match, &mut String) -> Result<(), Stop>,
) -> Evaluated<'a> {
    let own = subject_text(subject, PatternMethod::Match)?;
    if !pattern.suits(&own) {
        return Err(Stop::Unsupported);
    }
    let mut replaced = String::with_capacity(own.len());
    let mut end = 0;
    let most = if pattern.is_global { usize::MAX } else { 1 };
    for found in pattern.regex.find_iter(&own).take(most) {
        replaced.push_str(&own[end..found.start()]);
        write(&own, &found, &mut replaced)?;
        end = found.end();
        if replaced.len() > MAX_TEXT {
            return Err(Stop::Unsupported);
        }
    }
    replaced.push_str(&own[end..]);
    Ok(Json::from(replaced).into())
}

/// Writes a replacement text with its `$$`, `$&`, `$1` to `$99`.
fn expand(replacement: &str, own: &str, found: &Match, replaced: &mut String) -> Result<(), Stop> {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        replaced.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        match rest.as_bytes().first() {
            Some(b'$') => {
                replaced.push('$');
                rest = &rest[1..];
            }
            Some(b'&') => {
                replaced.push_str(&own[found.range()]);
                rest = &rest[1..];
            }
            Some(b'`' | b'\'' | b'<') => return Err(Stop::Unsupported),
            _ => {
                // Two digits are one group if there is such a group, else the first one alone.
                let group = (1..=digits).rev().find_map(|length| {
                    let number: usize = rest[..length].parse().ok()?;
                    (1..=found.captures.len()).contains(&number).then_some((number, length))
                });
                match group {
                    Some((number, length)) => {
                        replaced.push_str(found.group(number).map_or("", |group| &own[group]));
                        rest = &rest[length..];
                    }
                    None => replaced.push('$'),
                }
            }
        }
    }
    replaced.push_str(rest);
    Ok(())
}
