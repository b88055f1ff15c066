//! One QuickJS runtime with its limits.

use std::rc::Rc;
use std::time::Duration;

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Runtime, Value as JsValue};

use crate::error::ExpressionError;
use crate::javascript::bridge::Bridge;
use crate::javascript::host::host_object;
use crate::limit;
use crate::syntax::rewrite::{DATA, GUARD};

/// What an engine allows one evaluation.
#[derive(Debug, Clone, Copy)]
pub struct EngineLimits {
    /// How long it may take.
    pub time: Duration,
    /// How many bytes of JavaScript data it may hold.
    pub memory: usize,
}

impl Default for EngineLimits {
    /// n8n's limits: 5 seconds, 128 MB.
    fn default() -> Self {
        Self { time: Duration::from_secs(5), memory: 128 * 1024 * 1024 }
    }
}

/// A runtime with its world set up.
pub(crate) struct Machine {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) context: Context,
}

const STACK: usize = 512 * 1024;

/// The stack of code, which may call itself some thousand times.
const CODE_STACK: usize = 4 * 1024 * 1024;

impl Machine {
    /// A fresh world for expressions.
    pub(crate) fn new(limits: EngineLimits) -> Result<Self, ExpressionError> {
        Self::with(limits, STACK, Bridge::default())
    }

    /// A fresh world for one run of code.
    pub(crate) fn for_code(limits: EngineLimits) -> Result<Self, ExpressionError> {
        Self::with(limits, CODE_STACK, Bridge::for_code())
    }

    fn with(limits: EngineLimits, stack: usize, bridge: Bridge) -> Result<Self, ExpressionError> {
        let failed =
            |what: String| ExpressionError::evaluation_failed(format!("engine did not start: {what}"));
        let runtime = Runtime::new().map_err(|error| failed(error.to_string()))?;
        runtime.set_max_stack_size(stack);
        let context = Context::full(&runtime).map_err(|error| failed(error.to_string()))?;
        let bridge = Rc::new(bridge);
        context
            .with(|ctx| start(&ctx, &bridge).catch(&ctx).map_err(|error| error.to_string()))
            .map_err(failed)?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_interrupt_handler(Some(Box::new(limit::is_over)));
        Ok(Self { bridge, context })
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // What the bridge holds lives in the runtime, and must go before it does.
        self.bridge.disconnect();
    }
}

fn start<'js>(ctx: &Ctx<'js>, bridge: &Rc<Bridge>) -> rquickjs::Result<()> {
    let prelude: Function<'js> = ctx.eval(include_str!("prelude.js"))?;
    let host = host_object(ctx, bridge)?;
    host.set("makeIntl", ctx.eval::<Function<'js>, _>(include_str!("intl.js"))?)?;
    let api: Object<'js> = prelude.call((host.clone(), bridge.given.is_some()))?;
    if bridge.given.is_some() {
        bridge.keep_host(ctx, &host);
    }
    bridge.connect(ctx, &api)
}

/// Compiles a rewritten chunk to a function of the data context and the guard.
pub(crate) fn compile<'js>(ctx: &Ctx<'js>, code: &str) -> rquickjs::Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    ctx.eval_with_options(format!("(function({DATA},{GUARD}){{return (\n{code}\n)}})"), options)
}

/// What became of an exception.
pub(crate) enum Caught {
    /// The time limit was reached.
    TimedOut,
    /// The memory limit was reached.
    OutOfMemory,
    /// JavaScript threw this.
    Thrown(ExpressionError),
}

/// Takes the pending exception of `error`.
pub(crate) fn catch<'js>(ctx: &Ctx<'js>, bridge: &Bridge, error: rquickjs::Error) -> Caught {
    if limit::is_over() {
        // The exception of an interrupted evaluation says nothing.
        drop(ctx.catch());
        return Caught::TimedOut;
    }
    match CaughtError::from_error(ctx, error) {
        CaughtError::Exception(exception) => {
            let thrown = read_exception(exception.as_object());
            let is_memory = thrown.name == "InternalError" && thrown.message.contains("out of memory");
            if is_memory { Caught::OutOfMemory } else { Caught::Thrown(thrown) }
        }
        CaughtError::Value(value) => match value.as_object() {
            Some(object) => Caught::Thrown(read_exception(object)),
            // Without memory for an error object the engine throws null.
            None if value.is_null() && !threw_null(ctx, bridge) => Caught::OutOfMemory,
            None => Caught::Thrown(ExpressionError::new("", text(&value).unwrap_or_default())),
        },
        CaughtError::Error(rquickjs::Error::Allocation) => Caught::OutOfMemory,
        CaughtError::Error(error) => Caught::Thrown(ExpressionError::new("Error", error.to_string())),
    }
}

/// Whether the last value that code threw by itself was null.
fn threw_null(ctx: &Ctx<'_>, bridge: &Bridge) -> bool {
    bridge.function(ctx, "threwNull").and_then(|threw_null| threw_null.call(())).unwrap_or_default()
}

/// A thrown object as an error; members that cannot be read are left out.
fn read_exception(object: &Object<'_>) -> ExpressionError {
    let text_member = |name: &str| object.get::<_, JsValue<'_>>(name).ok().and_then(|value| text(&value));
    let mut error = ExpressionError::new(
        text_member("name").unwrap_or_default(),
        text_member("message").unwrap_or_default(),
    );
    if !error.surfaces() {
        return error;
    }
    error.description = text_member("description");
    if let Ok(context) = object.get::<_, JsValue<'_>>("context")
        && context.is_object()
        && let Ok(Some(context)) = object.ctx().json_stringify(context)
        && let Ok(context) = context.to_string()
    {
        error.context = heddle_data::Json::parse(&context).unwrap_or_default();
    }
    error
}

fn text(value: &JsValue<'_>) -> Option<String> {
    value.as_string().and_then(|text| text.to_string().ok())
}
