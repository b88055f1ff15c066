//! The native functions that code has beside those of expressions.

use std::time::Instant;

use heddle_data::Json;
use rquickjs::function::Rest;
use rquickjs::object::Property;
use rquickjs::{Ctx, Function, Object, Result, Value as JsValue};

use crate::code::error::{frames, in_words_of_v8};
use crate::code::items::{Copy, GivenItems};
use crate::code::result::to_json;
use crate::javascript::bridge::Bridge;
use crate::javascript::call::{Call, Hosted, in_scene};
use crate::javascript::host::HostFunction;
use crate::throw::Thrown;

/// Whose static data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaticData {
    /// All nodes of the workflow share it.
    Workflow,
    /// The node's own.
    Node,
}

/// What a run of code may use of its host. It is called on the thread that runs the code.
pub trait CodeHost {
    /// The code has written to its console: how grave (`log`, `info`, `warn`, `error`, `debug`), and what.
    fn log(&self, level: &str, text: &str);

    /// Data that the workflow keeps between runs: an object.
    fn static_data(&self, of: StaticData) -> Json;

    /// Keeps such data.
    fn set_static_data(&self, of: StaticData, data: Json);
}

/// One run of code, as its native functions find it.
pub(crate) struct CodeRun<'a> {
    pub(crate) host: &'a dyn CodeHost,
    pub(crate) script: &'a str,
    pub(crate) begun: Instant,
}

scoped_tls_hkt::scoped_thread_local!(
    /// The run of code under way on this thread.
    pub(crate) static RUN: for<'a> &'a CodeRun<'a>
);

fn in_run<T>(read: impl FnOnce(&CodeRun<'_>) -> Hosted<T>) -> Hosted<T> {
    if !RUN.is_set() {
        return Err(Thrown::new("Error", "No code is running").into());
    }
    RUN.with(|run| read(run))
}

/// Adds the functions to the `host` object.
pub(crate) fn add_functions<'js>(
    ctx: &Ctx<'js>,
    bridge: &std::rc::Rc<Bridge>,
    host: &Object<'js>,
) -> Result<()> {
    for (name, function) in FUNCTIONS {
        let bridge = std::rc::Rc::clone(bridge);
        let function = *function;
        let hosted = Function::new(ctx.clone(), move |ctx: Ctx<'js>, arguments: Rest<JsValue<'js>>| {
            let call = Call { ctx: &ctx, bridge: &bridge, arguments: arguments.0 };
            function(&call).map_err(|error| error.throw(&ctx, &bridge))
        })?;
        host.set(*name, hosted)?;
    }
    Ok(())
}

const FUNCTIONS: &[(&str, HostFunction)] = &[
    ("givenItems", |call| {
        let Some(given) = &call.bridge.given else { return Ok(call.undefined()) };
        in_scene(|scene| {
            Ok(GivenItems::list(given, call.ctx, call.bridge, Copy::Input, scene.items)?.into_value())
        })
    }),
    ("givenItem", |call| {
        let Some(given) = &call.bridge.given else { return Ok(call.undefined()) };
        let index = call.index(0);
        in_scene(|scene| match scene.items.get(index) {
            Some(item) => Ok(GivenItems::item(given, call.ctx, call.bridge, Copy::Input, item)?.into_value()),
            None => Ok(call.undefined()),
        })
    }),
    ("since", |call| {
        in_run(|run| {
            let millis = run.begun.elapsed().as_secs_f64() * 1e3;
            Ok(JsValue::new_float(call.ctx.clone(), millis))
        })
    }),
    ("log", |call| {
        let (level, text) = (call.text(0)?, call.text(1)?);
        in_run(|run| {
            run.host.log(&level, &text);
            Ok(call.undefined())
        })
    }),
    ("staticData", |call| {
        let text = in_run(|run| Ok(run.host.static_data(whose(call)).to_json_string()))?;
        Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value())
    }),
    ("keepStaticData", |call| {
        let data = to_json(call.ctx, call.bridge, &call.js(1))?.unwrap_or_default();
        in_run(|run| {
            run.host.set_static_data(whose(call), data);
            Ok(call.undefined())
        })
    }),
    ("caught", caught),
];

fn whose(call: &Call<'_, '_>) -> StaticData {
    match call.js(0).as_bool() {
        Some(true) => StaticData::Node,
        _ => StaticData::Workflow,
    }
}

/// `caught(error)`: gives an error of the engine V8's words.
fn caught<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let thrown = call.js(0);
    let Some(error) = thrown.as_object().filter(|_| thrown.is_error()) else { return Ok(thrown) };
    let text = |name: &str| -> Option<String> {
        error.get::<_, JsValue<'js>>(name).ok()?.as_string().and_then(|text| text.to_string().ok())
    };
    let (Some(name), Some(message)) = (text("name"), text("message")) else { return Ok(thrown) };
    let stack = text("stack").unwrap_or_default();
    let (_, words) = in_run(|run| {
        Ok(in_words_of_v8(call.ctx, call.bridge, run.script, name, message.clone(), &frames(&stack)))
    })?;
    if words != message {
        error.prop("message", Property::from(words).writable().configurable())?;
    }
    Ok(thrown)
}
