//! Running code to its end: what it waits for included.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use heddle_data::Json;
use rquickjs::context::EvalOptions;
use rquickjs::promise::PromiseState;
use rquickjs::{CatchResultExt as _, Ctx, Function, Object, Promise, TypedArray, Value as JsValue};

use crate::code::error::{CodeError, FILE, read_thrown};
use crate::code::host::{CodeAnswer, CodeHost, CodeRun, RUN};
use crate::code::program::Program;
use crate::code::result::to_json;
use crate::engine::EngineLimits;
use crate::error::ExpressionError;
use crate::javascript::bridge::{Bridge, SCENE};
use crate::javascript::convert::Refused;
use crate::javascript::runtime::Machine;
use crate::limit;
use crate::scene::Scene;

/// Jobs of promises between two looks at the memory. Those of a chain take about half of [`ROOM`].
const JOBS_PER_LOOK: u32 = 1024;
/// Code for which not even so many bytes are left has used up its memory.
const ROOM: usize = 1024 * 1024;
/// How long code that waits may go without a look at whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

/// The parts of the world that are scripts of their own.
const PARTS: &[(&str, &str)] = &[
    ("buffer", include_str!("buffer.js")),
    ("url", include_str!("url.js")),
    ("calls", include_str!("calls.js")),
];

/// Which names code finds, beside those that all code has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The Code node.
    Code,
    /// The older Function and Function Item nodes.
    Function,
}

/// Code to be run.
pub struct CodeJob<'a> {
    /// The code.
    pub program: &'a Program,
    /// Whose it is.
    pub dialect: Dialect,
    /// Whether it runs once for each item.
    pub each_item: bool,
    /// Whether an item whose code fails ends the run.
    pub stops_at_error: bool,
    /// What all of it may take together.
    pub limits: EngineLimits,
}

/// What code gave.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeResult {
    /// Once for all items: what it returned, or nothing.
    Once(Option<Json>),
    /// For each item, in order: what it returned, nothing, or why it failed. Shorter where the run ends at an error.
    Each(Vec<Result<Option<Json>, CodeError>>),
}

impl CodeJob<'_> {
    /// Runs the code on the items of the scene.
    ///
    /// # Errors
    /// When it failed for all items at once.
    pub fn run(&self, scene: &Scene<'_>, host: &dyn CodeHost) -> Result<CodeResult, CodeError> {
        limit::begin(self.limits.time, scene.watcher, true);
        limit::begin_javascript();
        let result = self.run_within_limits(scene, host);
        limit::end_javascript();
        match limit::end() {
            Ok(()) => result,
            Err(_) => Err(CodeError::timed_out()),
        }
    }

    fn run_within_limits(&self, scene: &Scene<'_>, host: &dyn CodeHost) -> Result<CodeResult, CodeError> {
        let machine = Machine::for_code(self.limits)?;
        let bridge = Rc::clone(&machine.bridge);
        bridge.enters_whole.set(self.program.enumerates);
        let run = CodeRun {
            host,
            script: &self.program.script,
            begun: Instant::now(),
            waiting: Cell::new(0),
            item: Cell::new(None),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            SCENE.set(scene, || {
                RUN.set(&run, || machine.context.with(|ctx| self.run_in(&ctx, &bridge, scene, &run)))
            })
        }));
        outcome.unwrap_or_else(|_| {
            // What it holds may be broken: taking it apart could end the process.
            std::mem::forget(machine);
            Err(ExpressionError::broken().into())
        })
    }

    fn run_in<'js>(
        &self,
        ctx: &Ctx<'js>,
        bridge: &Rc<Bridge>,
        scene: &Scene<'_>,
        run: &CodeRun<'_>,
    ) -> Result<CodeResult, CodeError> {
        let failed = |error: rquickjs::Error| self.failure(ctx, bridge, error);
        let world = self.make_world(ctx, bridge).map_err(failed)?;
        let world = World { ctx, bridge, world, run };
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(FILE.to_owned());
        let code: Function<'js> =
            ctx.eval_with_options(self.program.script.as_str(), options).map_err(failed)?;
        let result = if self.each_item {
            CodeResult::Each(self.run_each(&world, &code, scene.items.len())?)
        } else {
            CodeResult::Once(self.run_once(&world, &code, 0)?)
        };
        world.call("keep").map_err(failed)?;
        Ok(result)
    }

    fn make_world<'js>(&self, ctx: &Ctx<'js>, bridge: &Rc<Bridge>) -> rquickjs::Result<Object<'js>> {
        let make: Function<'js> = ctx.eval(include_str!("world.js"))?;
        let parts = Object::new(ctx.clone())?;
        parts.set("tools", ctx.eval::<Function<'js>, _>(include_str!("tools.js"))?)?;
        if self.program.needs_parts {
            for (name, source) in PARTS {
                parts.set(*name, ctx.eval::<Function<'js>, _>(*source)?)?;
            }
        }
        let world: Object<'js> = make.call((bridge.host(ctx)?, bridge.api(ctx)?, parts))?;
        let names = match (self.dialect, self.each_item) {
            (Dialect::Code, false) => "items",
            (Dialect::Code, true) => "item",
            (Dialect::Function, false) => "function",
            (Dialect::Function, true) => "functionItem",
        };
        world.get::<_, Function<'js>>("offer")?.call::<_, ()>((names,))?;
        Ok(world)
    }

    fn run_each<'js>(
        &self,
        world: &World<'_, 'js>,
        code: &Function<'js>,
        count: usize,
    ) -> Result<Vec<Result<Option<Json>, CodeError>>, CodeError> {
        let mut results = Vec::with_capacity(count);
        for index in 0..count {
            world.run.item.set(Some(index));
            let result = self.run_once(world, code, index);
            if let Err(error) = &result
                && !error.is_of_code()
            {
                return Err(error.clone());
            }
            let has_failed = result.is_err();
            results.push(result);
            if has_failed && self.stops_at_error {
                break;
            }
            if let Some(given) = &world.bridge.given {
                given.borrow_mut().clear();
            }
        }
        Ok(results)
    }

    fn run_once<'js>(
        &self,
        world: &World<'_, 'js>,
        code: &Function<'js>,
        index: usize,
    ) -> Result<Option<Json>, CodeError> {
        let failed = |error: rquickjs::Error| self.failure(world.ctx, world.bridge, error);
        world.begin(index).map_err(failed)?;
        let promise: JsValue<'js> = code.call(()).map_err(failed)?;
        let Some(promise) = promise.as_promise().cloned() else {
            return Err(ExpressionError::broken().into());
        };
        let value = world.settle(&promise).map_err(|end| match end {
            End::Failed(error) => self.failure(world.ctx, world.bridge, error),
            End::Told(error) => error,
        })?;
        to_json(world.ctx, world.bridge, &value).map_err(|refused| match refused {
            Refused::Error(error) if limit::is_over() => {
                drop(error);
                CodeError::timed_out()
            }
            Refused::Error(error) => error.into(),
            Refused::Thrown(error) => self.failure(world.ctx, world.bridge, error),
        })
    }

    /// The pending exception of `error`.
    fn failure<'js>(&self, ctx: &Ctx<'js>, bridge: &Bridge, error: rquickjs::Error) -> CodeError {
        if limit::is_over() {
            // The exception of code that was interrupted says nothing.
            drop(ctx.catch());
            return CodeError::timed_out();
        }
        match error {
            rquickjs::Error::Exception => {
                let thrown = ctx.catch();
                read_thrown(ctx, bridge, self.program, &thrown)
            }
            rquickjs::Error::Allocation => CodeError::out_of_memory(),
            error => match Err::<(), _>(error).catch(ctx) {
                Err(caught) => ExpressionError::new("Error", caught.to_string()).into(),
                Ok(()) => ExpressionError::broken().into(),
            },
        }
    }
}

/// Why a promise gave no value.
enum End {
    /// An exception, which is pending.
    Failed(rquickjs::Error),
    Told(CodeError),
}

impl From<rquickjs::Error> for End {
    fn from(error: rquickjs::Error) -> Self {
        End::Failed(error)
    }
}

/// The world of one run of code.
struct World<'r, 'js> {
    ctx: &'r Ctx<'js>,
    bridge: &'r Rc<Bridge>,
    world: Object<'js>,
    run: &'r CodeRun<'r>,
}

impl<'js> World<'_, 'js> {
    fn call(&self, name: &str) -> rquickjs::Result<JsValue<'js>> {
        self.world.get::<_, Function<'js>>(name)?.call(())
    }

    fn begin(&self, index: usize) -> rquickjs::Result<()> {
        self.world.get::<_, Function<'js>>("begin")?.call((index as f64,))
    }

    /// Runs whatever waits until a promise is settled.
    fn settle(&self, promise: &Promise<'js>) -> Result<JsValue<'js>, End> {
        loop {
            self.run_jobs()?;
            match promise.state() {
                PromiseState::Pending => {}
                PromiseState::Resolved | PromiseState::Rejected => {
                    return promise.result().unwrap_or(Err(rquickjs::Error::Unknown)).map_err(End::Failed);
                }
            }
            let due: Option<f64> = self.call("due")?.as_number();
            let at = due.map(|due| self.run.begun + Duration::from_secs_f64((due / 1e3).clamp(0.0, 1e9)));
            if at.is_none() && self.run.waiting.get() == 0 {
                return Err(End::Told(CodeError::stuck()));
            }
            self.wait_until(at)?;
            self.call("fire")?;
        }
    }

    /// Runs what promises have to do. Where there is no memory for it that fails in silence, so somebody has to look.
    fn run_jobs(&self) -> Result<(), End> {
        let mut jobs = 0;
        while self.ctx.execute_pending_job() {
            jobs += 1;
            if limit::is_over_after(1) {
                return Err(End::Told(CodeError::timed_out()));
            }
            if jobs % JOBS_PER_LOOK == 0
                && rquickjs::String::from_str(self.ctx.clone(), &" ".repeat(ROOM)).is_err()
            {
                return Err(End::Told(CodeError::out_of_memory()));
            }
        }
        if limit::is_over() { Err(End::Told(CodeError::timed_out())) } else { Ok(()) }
    }

    /// Waits until a moment, or for the answer to a call.
    fn wait_until(&self, at: Option<Instant>) -> Result<(), End> {
        loop {
            if limit::is_over() {
                return Err(End::Told(CodeError::timed_out()));
            }
            let left = at.map_or(LOOK, |at| at.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(());
            }
            if self.run.waiting.get() == 0 {
                std::thread::sleep(left.min(LOOK));
            } else if let Some(answer) = self.run.host.next_answer(left.min(LOOK)) {
                self.run.waiting.set(self.run.waiting.get() - 1);
                return Ok(self.settle_call(answer)?);
            }
        }
    }

    fn settle_call(&self, answer: CodeAnswer) -> rquickjs::Result<()> {
        let settle: Function<'js> = self.world.get("settle")?;
        match answer.response {
            Ok(response) => {
                let headers: Vec<Vec<String>> =
                    response.headers.into_iter().map(|(name, value)| vec![name, value]).collect();
                let body = TypedArray::<u8>::new(self.ctx.clone(), response.body)?.into_value();
                let undefined = JsValue::new_undefined(self.ctx.clone());
                settle.call::<_, ()>((answer.id, undefined, response.status, response.reason, headers, body))
            }
            Err(message) => settle.call::<_, ()>((answer.id, message)),
        }
    }
}
