//! Regular expressions with JavaScript's meaning, and a bound on what they may cost: tests of filters, and the
//! replacements of nodes.
//!
//! A pattern such as `(a+)+$` takes exponential time on some texts. The engine counts its steps, so such a match ends
//! with an error after the same work on every machine.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use crate::filter::FilterError;
use rquickjs::{CatchResultExt, CaughtError, Context, Function, Persistent, Runtime, Value};

/// How often the engine may ask whether to go on before a match is given up; it asks every 10,000 steps. This is about
/// half a second, and far more than a plain pattern needs on a text of some megabytes.
const CHECKS: u32 = 2_500;

/// What the backtracking of one match may hold, in bytes.
const MEMORY: usize = 128 * 1024 * 1024;

/// Compiled patterns are kept: a filter tests the same one on every item.
///
/// Without a text a pattern is only compiled; with a replacement the result is the text with it.
const TESTER: &str = "(() => {
    const compiled = new Map();
    return (flags, source, text, replacement) => {
        const key = flags + '/' + source;
        let regex = compiled.get(key);
        if (regex === undefined) {
            regex = new RegExp(source, flags);
            if (compiled.size >= 64) compiled.clear();
            compiled.set(key, regex);
        }
        regex.lastIndex = 0;
        if (replacement != null) return text.replace(regex, replacement);
        return text != null && regex.test(text);
    };
})()";

thread_local! {
    static ENGINE: OnceCell<Engine> = const { OnceCell::new() };
}

/// The fields are dropped in this order: the function must go before its runtime.
struct Engine {
    test: Persistent<Function<'static>>,
    context: Context,
    _runtime: Runtime,
    checks: Rc<Cell<u32>>,
}

/// Whether `pattern`, written bare or as `/source/flags`, is found in `text`; without regard to case where the filter or
/// the flags say so.
///
/// # Errors
/// When the pattern is invalid or takes too long.
pub(crate) fn is_match(pattern: &str, text: &str, case_sensitive: bool) -> Result<bool, FilterError> {
    let found = with_engine(|engine| engine.run(&filter_pattern(pattern, case_sensitive), Some(text), None))?;
    Ok(found.is_some_and(|found| found == Found::Test(true)))
}

/// The text with `replacement` in place of what the bare pattern `source` finds, as JavaScript's `replace` has it.
///
/// # Errors
/// When the pattern is invalid or takes too long.
pub fn replace(source: &str, flags: &str, text: &str, replacement: &str) -> Result<String, FilterError> {
    let pattern = Pattern { written: source, source, flags: Cow::Borrowed(flags) };
    match with_engine(|engine| engine.run(&pattern, Some(text), Some(replacement)))? {
        Some(Found::Text(text)) => Ok(text),
        _ => Ok(text.to_owned()),
    }
}

/// Whether `pattern` can be read.
///
/// # Errors
/// When the pattern is invalid.
pub(crate) fn check(pattern: &str) -> Result<(), FilterError> {
    with_engine(|engine| engine.run(&filter_pattern(pattern, true), None, None)).map(drop)
}

/// Whether the bare pattern `source` can be read.
///
/// # Errors
/// When the pattern is invalid.
pub fn check_source(source: &str) -> Result<(), FilterError> {
    let pattern = Pattern { written: source, source, flags: Cow::Borrowed("") };
    with_engine(|engine| engine.run(&pattern, None, None)).map(drop)
}

/// A pattern in its parts.
struct Pattern<'a> {
    /// As messages show it.
    written: &'a str,
    source: &'a str,
    flags: Cow<'a, str>,
}

/// What a pattern came to.
#[derive(PartialEq)]
enum Found {
    Test(bool),
    Text(String),
}

/// The pattern of a filter, bare or as `/source/flags`.
fn filter_pattern(pattern: &str, case_sensitive: bool) -> Pattern<'_> {
    let (source, flags) = split_pattern(pattern);
    let flags = match case_sensitive || flags.contains('i') {
        true => Cow::Borrowed(flags),
        false => Cow::Owned(format!("{flags}i")),
    };
    Pattern { written: pattern, source, flags }
}

fn with_engine<T>(run: impl FnOnce(&Engine) -> Result<T, FilterError>) -> Result<T, FilterError> {
    ENGINE.with(|engine| {
        let engine = match engine.get() {
            Some(engine) => engine,
            None => {
                let started = Engine::start().map_err(|error| {
                    FilterError::operation("The engine for regular expressions did not start")
                        .with_source(error)
                })?;
                engine.get_or_init(|| started)
            }
        };
        run(engine)
    })
}

impl Engine {
    fn start() -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(MEMORY);
        let checks = Rc::new(Cell::new(0_u32));
        let counter = checks.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || {
            counter.set(counter.get().saturating_add(1));
            counter.get() > CHECKS
        })));
        let context = Context::full(&runtime)?;
        let test = context.with(|context| {
            let test: Function<'_> = context.eval(TESTER)?;
            Ok::<_, rquickjs::Error>(Persistent::save(&context, test))
        })?;
        Ok(Self { test, context, _runtime: runtime, checks })
    }

    fn run(
        &self,
        pattern: &Pattern<'_>,
        text: Option<&str>,
        replacement: Option<&str>,
    ) -> Result<Option<Found>, FilterError> {
        self.checks.set(0);
        if takes_long_to_compile(pattern.source) {
            return Err(FilterError::operation("Regular expression is too large").with_description(
                "Compare with a list of values in place of a pattern of very many alternatives.",
            ));
        }
        let written = pattern.written;
        self.context.with(|context| {
            let test = self.test.clone().restore(&context).map_err(|error| failure(written).with_source(error))?;
            let result: Result<Value<'_>, CaughtError<'_>> =
                test.call((&*pattern.flags, pattern.source, text, replacement)).catch(&context);
            let found = result.map(|found| match found.as_string() {
                Some(text) => text.to_string().ok().map(Found::Text),
                None => found.as_bool().map(Found::Test),
            });
            found.map_err(|error| {
                if self.checks.get() > CHECKS {
                    return FilterError::operation("Regular expression execution timed out").with_description(
                        "The pattern takes too long on this text. Write it without repetitions inside repetitions.",
                    );
                }
                match error {
                    CaughtError::Exception(exception) => failure(written)
                        .with_description(exception.message().unwrap_or_else(|| exception.to_string())),
                    other => failure(written).with_description(other.to_string()),
                }
            })
        })
    }
}

/// Whether compiling a pattern, which cannot be interrupted, takes more than about a second: as many steps as its length
/// and the number of its alternatives give multiplied, or the length of a class, or its length where it looks behind.
fn takes_long_to_compile(source: &str) -> bool {
    const MOST_STEPS: usize = 1 << 31;
    let (mut repeated, mut longest, mut class) = (0, 0, None);
    let mut bytes = source.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, class) {
            (b'\\', _) => drop(bytes.next()),
            (b']', Some(start)) => {
                longest = longest.max(at - start);
                class = None;
            }
            (b'[', None) => class = Some(at),
            (b'|', None) => repeated += 1,
            _ => {}
        }
    }
    if source.contains("(?<") {
        repeated += source.len();
    }
    source.len().saturating_mul(repeated + longest) > MOST_STEPS
}

fn failure(pattern: &str) -> FilterError {
    FilterError::operation(format!("Invalid regular expression: {pattern}"))
}

/// The source and flags of `/source/flags`; anything else is a source.
fn split_pattern(pattern: &str) -> (&str, &str) {
    let parts = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match parts {
        Some((source, flags)) if !source.contains(is_line_end) && flags.chars().all(is_flag) => {
            (source, flags)
        }
        _ => (pattern, ""),
    }
}

fn is_flag(character: char) -> bool {
    matches!(character, 'g' | 'i' | 'm' | 'u' | 's' | 'y')
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
