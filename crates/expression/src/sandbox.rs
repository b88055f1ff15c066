//! A world for programs that somebody else wrote, such as nodes of packages: ordinary JavaScript with what V8 has beside it
//! (`Intl`, methods that know locales, dates), and native functions for bytes, digests and URLs. What else such a program
//! finds, and how long it may take, is its host's.

use rquickjs::{Ctx, Function, Object, Runtime};

use crate::alone::Alone;
use crate::clock::{Clock, current_millis};
use crate::engine::EngineLimits;
use crate::error::ExpressionError;
use crate::javascript::bridge::SCENE;
use crate::javascript::runtime::Machine;

/// The script that makes `Buffer`, `crypto`, encoders and `structuredClone`: a function of the native functions and tools.
pub const BUFFER: &str = include_str!("code/buffer.js");

/// The script that makes `URL` and `URLSearchParams`: a function of the native functions and tools.
pub const URL: &str = include_str!("code/url.js");

/// The script that makes the tools of such scripts.
const TOOLS: &str = include_str!("code/tools.js");

/// A world of its own. It has no time limit: whoever enters it sets the runtime's interrupt handler.
pub struct World {
    machine: Machine,
    alone: Alone,
    clock: Clock,
}

/// What a world holds for its host.
pub struct Inside<'js> {
    /// The context.
    pub ctx: Ctx<'js>,
    /// The native functions.
    pub natives: Object<'js>,
    /// Tools for scripts: `value(name, own)` makes a global, `functions(holder, own)` members that print as native.
    pub tools: Object<'js>,
}

impl World {
    /// A fresh world that may hold so many bytes.
    ///
    /// # Errors
    /// When the engine does not start.
    pub fn new(memory: usize) -> Result<Self, ExpressionError> {
        let machine = Machine::for_code(EngineLimits { memory, ..EngineLimits::default() })?;
        let clock = Clock { now: current_millis(), zone: jiff::tz::TimeZone::UTC };
        Ok(Self { machine, alone: Alone::new(Vec::new()), clock })
    }

    /// The engine's runtime.
    pub fn runtime(&self) -> &Runtime {
        self.machine.context.runtime()
    }

    /// Does something in the world.
    pub fn enter<T>(&self, work: impl for<'js> FnOnce(&Ctx<'js>) -> T) -> T {
        let scene = self.alone.scene(&self.clock);
        SCENE.set(&scene, || self.machine.context.with(|ctx| work(&ctx)))
    }

    /// What the world holds for its host; to be asked for once, from within.
    ///
    /// # Errors
    /// When memory is out.
    pub fn inside<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Inside<'js>> {
        let make: Function<'js> = ctx.eval(TOOLS)?;
        let tools = make.call((self.machine.bridge.api(ctx)?,))?;
        Ok(Inside { ctx: ctx.clone(), natives: self.machine.bridge.host(ctx)?, tools })
    }
}
