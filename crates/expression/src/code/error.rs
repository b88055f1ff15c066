//! What code throws, as n8n's runner reports it.

use heddle_data::Json;
use rquickjs::{Ctx, Object, Value as JsValue};

use crate::code::program::{Program, WRAPPER, name_failed_call};
use crate::error::ExpressionError;
use crate::javascript::bridge::Bridge;

/// The name of code in traces.
pub(crate) const FILE: &str = "code";

/// What marks an error of the host, of which no line of the code is told.
const HOST_ERROR: &str = "__host";

/// Why a run of code ended without a result.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeError {
    /// What kind of end it is.
    pub kind: CodeErrorKind,
    /// What happened, with the line at the end where it is known.
    pub message: String,
    /// The name of what was thrown, or what to do about it.
    pub description: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// Further facts: an object, or null.
    pub context: Json,
}

/// How a run of code can end without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeErrorKind {
    /// It threw something.
    Thrown,
    /// It took longer than it may, or its run is to end.
    TimedOut,
    /// It took more memory than it may.
    OutOfMemory,
    /// It waits for a promise that nothing will resolve.
    Stuck,
}

impl CodeError {
    /// Whether the code failed by itself, so that the code of another item may do better.
    pub(crate) fn is_of_code(&self) -> bool {
        matches!(self.kind, CodeErrorKind::Thrown | CodeErrorKind::Stuck)
    }

    pub(crate) fn new(kind: CodeErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), description: None, line: None, context: Json::NULL }
    }

    pub(crate) fn timed_out() -> Self {
        Self::new(CodeErrorKind::TimedOut, "The code took too long")
    }

    pub(crate) fn out_of_memory() -> Self {
        Self::new(CodeErrorKind::OutOfMemory, "The code needs more memory than it may have")
    }

    pub(crate) fn stuck() -> Self {
        let mut error =
            Self::new(CodeErrorKind::Stuck, "The code waits for a promise that nothing will resolve");
        error.description =
            Some("Look for a `new Promise` whose function calls neither of its arguments.".to_owned());
        error
    }
}

/// An error of the host, or of the evaluation of data, as it is.
impl From<ExpressionError> for CodeError {
    fn from(error: ExpressionError) -> Self {
        let mut told = Self::new(CodeErrorKind::Thrown, error.message);
        told.description = error.description;
        told.context = error.context;
        told
    }
}

/// What was thrown.
pub(crate) fn read_thrown<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    program: &Program,
    thrown: &JsValue<'js>,
) -> CodeError {
    if thrown.is_null() && !program.may_throw_null {
        return CodeError::out_of_memory();
    }
    if let Some(object) = thrown.as_object()
        && let Some(message) = text_of(object, "message")
    {
        return read_error(ctx, bridge, &program.script, object, message);
    }
    let text = ctx.json_stringify(thrown.clone()).ok().flatten().and_then(|text| text.to_string().ok());
    // What cannot be written has left an exception of its own behind.
    drop(ctx.catch());
    CodeError::new(CodeErrorKind::Thrown, text.unwrap_or_else(|| "Unknown error".to_owned()))
}

fn read_error<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    script: &str,
    error: &Object<'js>,
    message: String,
) -> CodeError {
    let name = text_of(error, "name").unwrap_or_default();
    let is_of_host = matches!(name.as_str(), "ExpressionError" | "ExpressionExtensionError")
        || error.contains_key(HOST_ERROR).unwrap_or_default();
    if is_of_host {
        let mut told = CodeError::new(CodeErrorKind::Thrown, message);
        told.description = text_of(error, "description");
        if let Ok(context) = error.get::<_, JsValue<'js>>("context")
            && context.is_object()
            && let Ok(Some(text)) = ctx.json_stringify(context)
            && let Ok(text) = text.to_string()
        {
            told.context = Json::parse(&text).unwrap_or_default();
        }
        return told;
    }
    if name == "InternalError" && message.contains("out of memory") {
        return CodeError::out_of_memory();
    }
    let stack = text_of(error, "stack");
    let mut frames = stack.as_deref().map(frames).unwrap_or_default();
    if let Ok(class) = error.get::<_, Object<'js>>("constructor")
        && let Some(class) = text_of(&class, "name")
    {
        // V8 leaves out the constructors of the error's own class.
        let own = frames.iter().take_while(|frame| frame.function == class).count();
        frames.drain(..own);
    }
    let (name, message) = in_words_of_v8(ctx, bridge, script, name, message, &frames);
    let header = if stack.is_some() { header(&name, &message) } else { None };
    let (kind, details) = header.unwrap_or((None, String::new()));
    let mut told = CodeError::new(CodeErrorKind::Thrown, "");
    told.line = line(&frames);
    let details = match (details.is_empty(), message.is_empty()) {
        (false, _) => details,
        (true, false) => message,
        (true, true) => "Unknown error".to_owned(),
    };
    told.message = match told.line {
        Some(line) => format!("{details} [line {line}]"),
        None => details,
    };
    told.description = kind;
    told
}

fn text_of(object: &Object<'_>, name: &str) -> Option<String> {
    let value: JsValue<'_> = match object.get(name) {
        Ok(value) => value,
        Err(_) => {
            drop(object.ctx().catch());
            return None;
        }
    };
    value.as_string().and_then(|text| text.to_string().ok())
}

/// Name and message as V8 has them, where the engine says the same otherwise.
pub(crate) fn in_words_of_v8<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    script: &str,
    name: String,
    message: String,
    frames: &[Frame<'_>],
) -> (String, String) {
    if name == "InternalError" && message == "stack overflow" {
        return ("RangeError".to_owned(), "Maximum call stack size exceeded".to_owned());
    }
    if name == "TypeError"
        && matches!(message.as_str(), "not a function" | "not a constructor")
        && let Some(frame) = frames.first().filter(|frame| frame.is_code)
        && let Some(words) = name_failed_call(script, frame.line, frame.column)
    {
        return (name, words);
    }
    let words = bridge
        .function(ctx, "wordsOf")
        .and_then(|words| words.call::<_, Option<String>>((message.as_str(),)))
        .unwrap_or_default();
    (name, words.unwrap_or(message))
}

/// The first line of what V8 writes of an error that looks like `Name: details`: the name, unless it is `Error`, and the
/// details.
fn header(name: &str, message: &str) -> Option<(Option<String>, String)> {
    let whole = match (name.is_empty(), message.is_empty()) {
        (false, false) => format!("{name}: {message}"),
        (false, true) => name.to_owned(),
        (true, _) => message.to_owned(),
    };
    whole.lines().find_map(|row| {
        if row.starts_with(char::is_whitespace) {
            return None;
        }
        let (kind, details) =
            row.split_once(": ").filter(|(kind, rest)| !kind.is_empty() && !rest.is_empty())?;
        let kind = (!kind.eq_ignore_ascii_case("error")).then(|| kind.to_owned());
        Some((kind, details.trim().to_owned()))
    })
}

/// A call that was under way.
pub(crate) struct Frame<'s> {
    function: &'s str,
    is_code: bool,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The calls of a trace, the innermost first.
pub(crate) fn frames(stack: &str) -> Vec<Frame<'_>> {
    stack
        .lines()
        .filter_map(|row| {
            let (function, place) = row.trim_start().strip_prefix("at ")?.rsplit_once(" (")?;
            let mut parts = place.strip_suffix(')')?.rsplitn(3, ':');
            let (last, middle, file) = (parts.next()?, parts.next(), parts.next());
            let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
            Some(match (file, middle) {
                (Some(file), Some(line)) => Frame {
                    function,
                    is_code: file == FILE,
                    line: number(Some(line)),
                    column: number(Some(last)),
                },
                _ => Frame { function, is_code: false, line: 0, column: 0 },
            })
        })
        .collect()
}

/// The line that n8n names: that of the innermost function with a name, else that of the code itself.
fn line(frames: &[Frame<'_>]) -> Option<usize> {
    let of_code = || frames.iter().filter(|frame| frame.is_code);
    of_code()
        .find(|frame| frame.function != WRAPPER && frame.function != "<anonymous>")
        .or_else(|| of_code().find(|frame| frame.function == WRAPPER))
        .map(|frame| frame.line)
}
