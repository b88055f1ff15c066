//! The native functions that the world of a package has of its host.

use std::rc::Rc;

use heddle_data::Json;
use rquickjs::context::EvalOptions;
use rquickjs::{Array, Ctx, Exception, Function, Object, Result, TypedArray, Value};

use super::asked::Asked;
use super::thread::Shared;
use crate::package::Found;

/// Makes the host object of `main.js`.
pub(super) fn host_object<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    add_files(ctx, &host, shared)?;
    add_calls(ctx, &host, shared)?;
    add_values(ctx, &host, shared)?;
    Ok(host)
}

/// Adds a function with the arguments `$arguments` to `$host`.
macro_rules! native {
    ($ctx:ident, $host:ident, $shared:ident, $name:literal, |$c:ident, $s:ident $(, $argument:ident : $type:ty)*| $body:expr) => {
        {
            let $s = Rc::clone($shared);
            $host.set(
                $name,
                Function::new($ctx.clone(), move |$c: Ctx<'js> $(, $argument: $type)*| $body)?,
            )?;
        }
    };
}

fn add_files<'js>(ctx: &Ctx<'js>, host: &Object<'js>, shared: &Rc<Shared>) -> Result<()> {
    native!(ctx, host, shared, "resolve", |ctx, shared, from: String, request: String| {
        let pair = Array::new(ctx.clone())?;
        let (kind, text) = match shared.files.resolve(&from, &request) {
            Ok(Found::Script(path)) => ("script", path),
            Ok(Found::Json(path)) => ("json", path),
            Err(text) => ("missing", text),
        };
        pair.set(0, kind)?;
        pair.set(1, text)?;
        Ok::<_, rquickjs::Error>(pair)
    });
    native!(ctx, host, shared, "read", |ctx, shared, path: String| {
        shared.files.read(&path).map_err(|text| Exception::throw_message(&ctx, &text))
    });
    native!(ctx, host, shared, "compile", |ctx, shared, path: String| {
        let source = shared.files.read(&path).map_err(|text| Exception::throw_message(&ctx, &text))?;
        compile(&ctx, &path, &source)
    });
    native!(ctx, host, shared, "credentialFiles", |_ctx, shared| shared.credential_files.clone());
    Ok(())
}

/// Compiles a module to a function of `exports`, `require` and so on.
fn compile<'js>(ctx: &Ctx<'js>, path: &str, source: &str) -> Result<Function<'js>> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source = if source.starts_with("#!") { format!("//{source}") } else { source.to_owned() };
    let source = source.replace('\0', "\\0");
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(path.to_owned());
    ctx.eval_with_options(
        format!("(function (exports, require, module, __filename, __dirname) {{{source}\n}})"),
        options,
    )
}

fn add_calls<'js>(ctx: &Ctx<'js>, host: &Object<'js>, shared: &Rc<Shared>) -> Result<()> {
    native!(ctx, host, shared, "ask", |ctx,
                                       shared,
                                       call: u32,
                                       id: u32,
                                       kind: String,
                                       details: String,
                                       body: Value<'js>| {
        let details =
            Json::parse(&details).map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
        let body = match body.as_string() {
            Some(digits) => from_hex(&digits.to_string()?),
            None => Vec::new(),
        };
        match shared.calls.borrow().get(&call) {
            Some(open) => {
                open.asked.set(open.asked.get() + 1);
                // Nobody listens any more where the call was left.
                let _ = open.told.send(Asked::Later { id, kind, details, body });
                Ok(())
            }
            None => Err(Exception::throw_message(&ctx, "The call of the node has ended")),
        }
    });
    native!(ctx, host, shared, "settle", |_ctx, shared, call: u32, went_well: bool, text: String| {
        let value = Json::parse(&text).unwrap_or_default();
        shared.end(call, Asked::Done { went_well, value });
    });
    native!(ctx, host, shared, "log", |_ctx, shared, level: String, text: String| {
        if let Some(call) = shared.current.get() {
            shared.tell(call, Asked::Line { level, text });
        }
    });
    native!(ctx, host, shared, "since", |_ctx, shared| shared.born.elapsed().as_secs_f64() * 1e3);
    native!(ctx, host, shared, "evaluate", |ctx, shared, call: u32, text: String, item: usize| {
        let (reply, answer) = std::sync::mpsc::channel();
        shared.tell(call, Asked::Now { text, item, reply });
        match answer.recv() {
            Ok(Ok(value)) => Ok(value.to_json_string()),
            Ok(Err(text)) => Err(Exception::throw_message(&ctx, &text)),
            Err(_) => Err(Exception::throw_message(&ctx, "The call of the node has ended")),
        }
    });
    Ok(())
}

fn add_values<'js>(ctx: &Ctx<'js>, host: &Object<'js>, shared: &Rc<Shared>) -> Result<()> {
    native!(ctx, host, shared, "staticData", |_ctx, shared, call: u32, of_node: bool| {
        let calls = shared.calls.borrow();
        let data = calls.get(&call).map(|open| open.side.static_data(of_node));
        data.unwrap_or_else(Json::object).to_json_string()
    });
    native!(ctx, host, shared, "extract", |ctx, shared, call: u32, name: String, value: String| {
        let value =
            Json::parse(&value).map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
        let extracted = match shared.calls.borrow().get(&call) {
            Some(open) => open.side.extract(&name, &value),
            None => Ok(value),
        };
        let extracted = extracted.map_err(|text| Exception::throw_message(&ctx, &text))?;
        ctx.json_parse(extracted.to_json_string())
    });
    native!(ctx, host, shared, "hasFile", |_ctx, shared, call: u32, id: String| {
        shared.calls.borrow().get(&call).is_some_and(|open| open.side.has_file(&id))
    });
    native!(ctx, host, shared, "file", |ctx, shared, call: u32, id: String| {
        let found = shared.calls.borrow().get(&call).and_then(|open| open.side.file(&id));
        match found {
            Some(bytes) => Ok::<_, rquickjs::Error>(TypedArray::<u8>::new(ctx.clone(), bytes)?.into_value()),
            None => Ok(Value::new_undefined(ctx)),
        }
    });
    native!(ctx, host, shared, "relaxedJson", |_ctx, _shared, text: String| {
        // Names without quotes, texts in single quotes, commas at the end: what people write for JavaScript.
        let _ = text;
        None::<String>
    });
    native!(
        ctx,
        host,
        shared,
        "nodeParameters",
        |ctx, _shared, properties: String, values: String, version: f64| {
            let refuse = |text: String| Exception::throw_message(&ctx, &text);
            let read = |text: &str| Json::parse(text).map_err(|error| refuse(error.to_string()));
            let properties: Vec<heddle_node::NodeProperty> =
                heddle_data::from_json(&read(&properties)?).map_err(|error| refuse(error.to_string()))?;
            let filled = heddle_form::parameters::fill_defaults(&properties, &read(&values)?, version);
            Ok::<_, rquickjs::Error>(filled.to_json_string())
        }
    );
    Ok(())
}

/// Bytes from their digits, which the engine writes faster than it gives away bytes.
fn from_hex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
