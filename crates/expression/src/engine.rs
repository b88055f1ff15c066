//! Evaluating templates: natively where possible, in JavaScript where not.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use heddle_data::Json;
use rquickjs::{Ctx, Object, Type, Value as JsValue};

use crate::compile::Code;
use crate::error::ExpressionError;
use crate::javascript::bridge::{Bridge, SCENE};
use crate::javascript::convert::{Purpose, Refused, from_js};
use crate::javascript::runtime::{Caught, Machine, catch, compile};
use crate::limit;
use crate::luxon::leave;
use crate::native::evaluate::evaluate;
use crate::native::operand::print;
use crate::native::{Stop, operand::Operand};
use crate::scene::Scene;
use crate::template::{Piece, Shape, Template};
use crate::value::Value;

pub use crate::javascript::runtime::EngineLimits;

/// Evaluates templates. One per worker thread: it holds a JavaScript runtime, made at the first use, and the functions
/// compiled for it.
pub struct Engine {
    limits: EngineLimits,
    machine: Option<Machine>,
    native: bool,
    /// Whether the last evaluation's runtime held lists that evaluations share.
    held_lists: bool,
}

impl Engine {
    /// An engine with these limits for every evaluation.
    pub fn new(limits: EngineLimits) -> Self {
        Self { limits, machine: None, native: true, held_lists: false }
    }

    /// Evaluates everything in JavaScript, for tests that compare the two paths.
    #[doc(hidden)]
    pub fn without_native_path(limits: EngineLimits) -> Self {
        Self { native: false, ..Self::new(limits) }
    }

    /// Evaluates a template.
    ///
    /// # Errors
    /// What n8n shows as an expression error; all other failures inside the code blank the chunk in which they happen
    /// (`docs/expressions/language.md §6`).
    pub fn evaluate(&mut self, template: &Template, scene: &Scene<'_>) -> Result<Value, ExpressionError> {
        limit::begin(self.limits.time, scene.watcher, true);
        let here = match self.native {
            true => guarded(|| evaluate_natively(template, scene)),
            false => Ok(None),
        };
        let value = match here {
            Ok(Some(value)) => Ok(value),
            Ok(None) => self.evaluate_in_javascript(template, scene),
            Err(error) => Err(*error),
        };
        limit::end()?;
        value
    }

    fn evaluate_in_javascript(
        &mut self,
        template: &Template,
        scene: &Scene<'_>,
    ) -> Result<Value, ExpressionError> {
        match self.try_in_javascript(template, scene) {
            // The memory may have gone to lists that others share; they are gone with the runtime.
            Err(Failure::OutOfMemory) if self.held_lists => {
                self.try_in_javascript(template, &Scene { snapshot: 0, ..*scene })
            }
            tried => tried,
        }
        .map_err(|failure| match failure {
            Failure::Error(error) => error,
            Failure::TimedOut => ExpressionError::timed_out(),
            Failure::OutOfMemory => ExpressionError::memory_exceeded(),
        })
    }

    fn try_in_javascript(&mut self, template: &Template, scene: &Scene<'_>) -> Result<Value, Failure> {
        let machine = match self.machine.take() {
            Some(machine) => machine,
            None => Machine::new(self.limits)?,
        };
        limit::begin_javascript();
        let bridge = Rc::clone(&machine.bridge);
        bridge.parameters.borrow_mut().clear();
        let evaluate = || {
            machine
                .context
                .with(|ctx| Run { ctx: &ctx, bridge: &bridge, native: self.native }.template(template, scene))
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| SCENE.set(scene, evaluate)));
        limit::end_javascript();
        let Ok(outcome) = outcome else {
            // What it holds may be broken: taking it apart could end the process.
            std::mem::forget(machine);
            return Err(ExpressionError::broken().into());
        };
        self.held_lists = !bridge.shared.borrow().is_empty();
        // A runtime that ran against a limit is replaced by a fresh one.
        if let Ok(_) | Err(Failure::Error(_)) = outcome {
            self.machine = Some(machine);
        }
        outcome
    }
}

/// Evaluates a template without JavaScript, within limits; `None` when that does not do.
pub(crate) fn evaluate_here(
    template: &Template,
    scene: &Scene<'_>,
    limits: EngineLimits,
) -> Result<Option<Value>, Box<ExpressionError>> {
    limit::begin(limits.time, scene.watcher, false);
    let value = guarded(|| evaluate_natively(template, scene));
    limit::end()?;
    value
}

/// A panic in an evaluation is an error of the expression.
fn guarded(
    evaluate: impl FnOnce() -> Result<Option<Value>, Box<ExpressionError>>,
) -> Result<Option<Value>, Box<ExpressionError>> {
    catch_unwind(AssertUnwindSafe(evaluate)).unwrap_or_else(|_| Err(Box::new(ExpressionError::broken())))
}

/// Evaluates a template without JavaScript; `None` when that does not do.
fn evaluate_natively(template: &Template, scene: &Scene<'_>) -> Result<Option<Value>, Box<ExpressionError>> {
    match template.shape() {
        Shape::Text(text) => Ok(Some(Value::Json(text.clone()))),
        Shape::Whole(code) => {
            let Some(expr) = &code.native else { return Ok(None) };
            match evaluate(expr, scene) {
                Ok(operand) => Ok(Some(leave(operand.into_value()))),
                Err(Stop::Blank) if code.script.is_guarded => Ok(Some(Value::Undefined)),
                Err(Stop::Error(error)) => Err(error),
                Err(_) => Ok(None),
            }
        }
        Shape::Joined(pieces) => {
            let mut text = TEXT.take();
            text.clear();
            let printed = join_natively(template.id(), pieces, scene, &mut text);
            let value = Json::from(text.as_str());
            if text.capacity() <= MAX_KEPT_TEXT {
                TEXT.set(text);
            }
            Ok(match printed? {
                Printed::Done | Printed::Nothing => Some(Value::Json(value)),
                Printed::NeedsJavaScript => None,
            })
        }
    }
}

/// The longest text, in bytes, whose memory is kept for the next one.
const MAX_KEPT_TEXT: usize = 1 << 14;

thread_local! {
    /// Where the pieces of a text are joined.
    static TEXT: Cell<String> = const { Cell::new(String::new()) };
}

fn join_natively(
    template: u64,
    pieces: &[Piece],
    scene: &Scene<'_>,
    text: &mut String,
) -> Result<Printed, Box<ExpressionError>> {
    let mut empty: Vec<&Code> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(own) => text.push_str(own),
            Piece::Code(code) => match print_natively(code, scene, text)? {
                Printed::Done => {}
                Printed::Nothing if scene.blanks.is_some() => empty.push(code),
                Printed::Nothing => {}
                Printed::NeedsJavaScript => return Ok(Printed::NeedsJavaScript),
            },
        }
    }
    note_blanks(template, &empty, scene);
    Ok(Printed::Done)
}

fn note_blanks(template: u64, empty: &[&Code], scene: &Scene<'_>) {
    if let Some(blanks) = scene.blanks {
        empty.iter().for_each(|code| blanks.note(template, &code.source));
    }
}

enum Printed {
    Done,
    /// There was nothing to print, and the code does not mean that.
    Nothing,
    NeedsJavaScript,
}

fn print_natively(
    code: &Code,
    scene: &Scene<'_>,
    text: &mut String,
) -> Result<Printed, Box<ExpressionError>> {
    let Some(expr) = &code.native else { return Ok(Printed::NeedsJavaScript) };
    let before = text.len();
    let printed = evaluate(expr, scene).and_then(|operand: Operand<'_>| {
        print(&operand, text)?;
        let is_meant = code.has_empty_text && !operand.is_nullish();
        Ok(if text.len() > before || is_meant { Printed::Done } else { Printed::Nothing })
    });
    match printed {
        Ok(printed) => Ok(printed),
        Err(Stop::Blank) if code.script.is_guarded => Ok(Printed::Nothing),
        Err(Stop::Error(error)) => Err(error),
        Err(_) => Ok(Printed::NeedsJavaScript),
    }
}

/// Evaluates a template for code that is running: `$evaluateExpression`, a parameter that `$parameter` reads.
pub(crate) fn evaluate_nested(
    ctx: &Ctx<'_>,
    bridge: &Rc<Bridge>,
    template: &Template,
    scene: &Scene<'_>,
) -> Result<Value, ExpressionError> {
    // What is missing there shows in the value that the code makes of it.
    let scene = &Scene { blanks: None, ..*scene };
    if let Some(value) = evaluate_natively(template, scene).map_err(|error| *error)? {
        return Ok(value);
    }
    let run = Run { ctx, bridge, native: true };
    match SCENE.set(scene, || run.template(template, scene)) {
        Ok(value) => Ok(value),
        Err(Failure::Error(error)) => Err(error),
        // The limits are those of the whole evaluation, which is about to find out by itself.
        Err(Failure::TimedOut) => Err(ExpressionError::timed_out()),
        Err(Failure::OutOfMemory) => Err(ExpressionError::memory_exceeded()),
    }
}

/// How an evaluation in JavaScript ends without a value.
enum Failure {
    Error(ExpressionError),
    TimedOut,
    OutOfMemory,
}

impl From<ExpressionError> for Failure {
    fn from(error: ExpressionError) -> Self {
        Failure::Error(error)
    }
}

struct Run<'r, 'js> {
    ctx: &'r Ctx<'js>,
    bridge: &'r Rc<Bridge>,
    native: bool,
}

impl<'js> Run<'_, 'js> {
    fn template(&self, template: &Template, scene: &Scene<'_>) -> Result<Value, Failure> {
        let begun = self
            .bridge
            .begin(self.ctx, scene, template.id(), template.needs())
            .map_err(|error| self.failure(error))?;
        let value = self.shape(template, scene, &begun.data);
        self.bridge.end(self.ctx, template.id(), begun);
        value
    }

    fn shape(&self, template: &Template, scene: &Scene<'_>, data: &Object<'js>) -> Result<Value, Failure> {
        match template.shape() {
            Shape::Text(text) => Ok(Value::Json(text.clone())),
            Shape::Whole(code) => match self.chunk(template.id(), 0, code, data)? {
                Some(value) => match from_js(self.ctx, self.bridge, &value, Purpose::Result) {
                    Ok(value) => Ok(value),
                    Err(Refused::Error(error)) => Err(error.into()),
                    Err(Refused::Thrown(error)) => Err(self.unguarded(error)),
                },
                None => Ok(Value::Undefined),
            },
            Shape::Joined(pieces) => self.joined(template, pieces, scene, data),
        }
    }

    fn joined(
        &self,
        template: &Template,
        pieces: &[Piece],
        scene: &Scene<'_>,
        data: &Object<'js>,
    ) -> Result<Value, Failure> {
        let mut text = String::new();
        // What code wrote is in the data context alone, so from then on all of it must read there.
        let mut written = false;
        // The pieces are joined when all code has run, so that a failure of the joining comes last.
        let mut unprintable = None;
        let mut empty: Vec<&Code> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let code = match piece {
                Piece::Text(own) => {
                    text.push_str(own);
                    continue;
                }
                Piece::Code(code) => code,
            };
            if self.native && !written {
                match print_natively(code, scene, &mut text).map_err(|error| *error)? {
                    Printed::Done => continue,
                    Printed::Nothing => {
                        empty.push(code);
                        continue;
                    }
                    Printed::NeedsJavaScript => {}
                }
            }
            written |= code.writes;
            let before = text.len();
            let mut is_meant = false;
            if let Some(value) = self.chunk(template.id(), index, code, data)? {
                is_meant = code.has_empty_text && value.is_string();
                match self.print(value, &mut text) {
                    Ok(()) => {}
                    Err(Failure::Error(error)) => unprintable = unprintable.or(Some(error)),
                    Err(limit) => return Err(limit),
                }
            }
            if text.len() == before && !is_meant {
                empty.push(code);
            }
        }
        match unprintable {
            None => {
                note_blanks(template.id(), &empty, scene);
                Ok(Value::Json(Json::from(text)))
            }
            Some(error) => Err(error.into()),
        }
    }

    /// Runs one chunk; `None` when its error is swallowed.
    fn chunk(
        &self,
        template: u64,
        index: usize,
        code: &Code,
        data: &Object<'js>,
    ) -> Result<Option<JsValue<'js>>, Failure> {
        if code.script.awaits {
            return match code.script.is_guarded {
                true => Ok(None),
                false => Err(ExpressionError::evaluation_failed(
                    "await is only valid in async functions and the top level bodies of modules",
                )
                .into()),
            };
        }
        let function = self
            .bridge
            .chunk(self.ctx, (template, index), || compile(self.ctx, &code.script.code))
            .map_err(|error| self.unguarded(error))?;
        let guard = self.bridge.guard(self.ctx).map_err(|error| self.failure(error))?;
        self.bridge.shared.borrow_mut().begin_chunk();
        let outer = self.bridge.may_share.replace(code.may_share);
        let called = function.call((data.clone(), guard));
        self.bridge.may_share.set(outer);
        match called {
            Ok(value) => Ok(Some(value)),
            Err(error) => match catch(self.ctx, self.bridge, error) {
                Caught::TimedOut => Err(Failure::TimedOut),
                Caught::OutOfMemory => Err(Failure::OutOfMemory),
                Caught::Thrown(error) if error.surfaces() => Err(error.into()),
                Caught::Thrown(_) if code.script.is_guarded => Ok(None),
                Caught::Thrown(error) => Err(ExpressionError::evaluation_failed(error.message).into()),
            },
        }
    }

    /// Appends a chunk's value as it is printed inside text (`docs/expressions/language.md §5.2`).
    fn print(&self, value: JsValue<'js>, text: &mut String) -> Result<(), Failure> {
        let value = match value.type_of() {
            Type::String | Type::Int | Type::Float | Type::Bool | Type::Null | Type::Undefined => value,
            _ => self
                .bridge
                .function(self.ctx, "print")
                .and_then(|print| print.call((value,)))
                .map_err(|error| self.unguarded(error))?,
        };
        match from_js(self.ctx, self.bridge, &value, Purpose::Result) {
            Ok(value) => print(&value.into(), text)
                .map_err(|_| ExpressionError::evaluation_failed("Unsupported type").into()),
            Err(Refused::Error(error)) => Err(error.into()),
            Err(Refused::Thrown(error)) => Err(self.unguarded(error)),
        }
    }

    /// A failure of the engine itself.
    fn failure(&self, error: rquickjs::Error) -> Failure {
        self.unguarded(error)
    }

    /// A failure outside of any chunk's guard: n8n shows it in the words of the engine.
    fn unguarded(&self, error: rquickjs::Error) -> Failure {
        match catch(self.ctx, self.bridge, error) {
            Caught::TimedOut => Failure::TimedOut,
            Caught::OutOfMemory => Failure::OutOfMemory,
            Caught::Thrown(error) if error.surfaces() => error.into(),
            Caught::Thrown(error) => ExpressionError::evaluation_failed(error.message).into(),
        }
    }
}
