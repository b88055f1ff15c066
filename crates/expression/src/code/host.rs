//! The native functions that code has beside those of expressions.

use std::cell::Cell;
use std::time::{Duration, Instant};

use heddle_data::{FileContent, Item, Json};
use rquickjs::function::Rest;
use rquickjs::object::Property;
use rquickjs::{Ctx, Function, Object, Result, Value as JsValue};

use crate::code::bytes::{self, bytes as bytes_of};
use crate::code::error::{frames, in_words_of_v8};
use crate::code::items::{Copy, GivenItems};
use crate::code::result::to_json;
use crate::code::url;
use crate::javascript::bridge::Bridge;
use crate::javascript::call::{Call, Hosted, in_scene};
use crate::javascript::host::HostFunction;
use crate::run::items::binary_json;
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

    /// The code calls out of the process; the answer comes later ([`CodeHost::next_answer`]).
    fn call(&self, request: CodeRequest);

    /// Waits so long at most for the next answer to a call.
    fn next_answer(&self, most: Duration) -> Option<CodeAnswer>;
}

/// A call out of the process.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeRequest {
    /// Which call of the run it is.
    pub id: u32,
    /// The item whose code calls, where it runs once for each.
    pub item: Option<usize>,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// How long it may take, where the code says so.
    pub time_limit: Option<Duration>,
    /// The longest chain of redirects that is followed; 0 for none.
    pub redirects: u32,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeAnswer {
    /// Which call of the run it answers.
    pub id: u32,
    /// What came back, or why nothing did.
    pub response: std::result::Result<CodeResponse, String>,
}

/// What came back of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeResponse {
    /// The status.
    pub status: u16,
    /// What the status means.
    pub reason: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// One run of code, as its native functions find it.
pub(crate) struct CodeRun<'a> {
    pub(crate) host: &'a dyn CodeHost,
    pub(crate) script: &'a str,
    pub(crate) begun: Instant,
    /// Calls that have no answer yet.
    pub(crate) waiting: Cell<usize>,
    /// The item that the code runs for, where it runs once for each.
    pub(crate) item: Cell<Option<usize>>,
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
    let all = FUNCTIONS.iter().chain(bytes::FUNCTIONS).chain(url::FUNCTIONS);
    for (name, function) in all {
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
    ("call", |call| {
        let seconds = call.js(5).as_number().filter(|millis| *millis > 0.0).map(|millis| millis / 1e3);
        let mut request = CodeRequest {
            id: call.index(0) as u32,
            item: None,
            method: call.text(1)?,
            url: call.text(2)?,
            headers: pairs(call, 3)?,
            body: if call.js(4).is_undefined() { Vec::new() } else { bytes_of(call, 4)? },
            time_limit: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            redirects: call.index(6) as u32,
        };
        in_run(|run| {
            run.waiting.set(run.waiting.get() + 1);
            request.item = run.item.get();
            run.host.call(request);
            Ok(call.undefined())
        })
    }),
    // The content of an item's file, by the name that it has there or, without an item, by its place in the store.
    ("fileContent", |call| {
        let name = call.text(1)?;
        let index = call.js(0).as_number().map(|index| index as usize);
        in_scene(|scene| {
            let found = match index {
                Some(index) => {
                    scene.items.get(index).and_then(Item::binary).and_then(|files| files.get(&name))
                }
                None => scene
                    .items
                    .iter()
                    .filter_map(Item::binary)
                    .flat_map(|files| files.values())
                    .find(|file| file.content.id() == Some(&name)),
            };
            match found {
                Some(file) => give_file(call, &file.content),
                None => Ok(call.undefined()),
            }
        })
    }),
    ("file", |call| {
        let (index, name) = (call.index(0), call.text(1)?);
        in_scene(|scene| {
            let files = scene.items.get(index).and_then(|item| binary_json(item, true));
            match files.as_ref().and_then(|files| files.get(&name)) {
                Some(file) => call.give_json(file),
                None => Ok(call.undefined()),
            }
        })
    }),
];

/// The bytes of a file, as a typed array.
fn give_file<'js>(call: &Call<'_, 'js>, content: &FileContent) -> Hosted<JsValue<'js>> {
    let bytes = content.read_all();
    let bytes = bytes.map_err(|error| Thrown::new("Error", format!("The file cannot be read: {error}")))?;
    bytes::give(call, bytes.to_vec())
}

/// An argument that is a list of pairs of texts.
fn pairs(call: &Call<'_, '_>, index: usize) -> Hosted<Vec<(String, String)>> {
    let list = to_json(call.ctx, call.bridge, &call.js(index))?.unwrap_or_default();
    let text = |pair: &Json, at: usize| Some(pair.get_index(at)?.as_str()?.to_owned());
    let pairs = list.as_array().unwrap_or_default().iter();
    Ok(pairs.filter_map(|pair| Some((text(pair, 0)?, text(pair, 1)?))).collect())
}

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
