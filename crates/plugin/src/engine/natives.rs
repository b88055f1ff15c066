//! The native functions that the world of a package has of its host.

use std::io::Read;
use std::rc::Rc;

use heddle_data::Json;
use rquickjs::context::EvalOptions;
use rquickjs::{Array, Ctx, Exception, Function, Object, Persistent, Result, TypedArray, Value};

use super::asked::Asked;
use super::modules;
use super::thread::Shared;
use crate::package::{By, Found};

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
        let (kind, text) = match shared.files.resolve(&from, &request, By::Require) {
            Ok(Found::Script(path)) => ("script", path),
            Ok(Found::Module(path)) => ("module", path),
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
    native!(ctx, host, shared, "load", |ctx, _shared, path: String| modules::load(&ctx, &path));
    native!(ctx, host, shared, "setCommon", |ctx, shared, common: Object<'js>| {
        *shared.common.borrow_mut() = Some(Persistent::save(&ctx, common));
    });
    native!(ctx, host, shared, "looksLikeModule", |_ctx, shared, path: String| {
        shared.files.read(&path).is_ok_and(|source| modules::looks_like_module(&source))
    });
    native!(ctx, host, shared, "credentialFiles", |_ctx, shared| shared.credential_files.clone());
    Ok(())
}

/// Compiles a module to a function of `exports`, `require` and so on.
fn compile<'js>(ctx: &Ctx<'js>, path: &str, source: &str) -> Result<Function<'js>> {
    let source = modules::readable(source);
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
    native!(ctx, host, shared, "zlib", |ctx,
                                        _shared,
                                        kind: String,
                                        digits: String,
                                        level: u32,
                                        most: f64| {
        let most = if most >= 1.0 { (most as usize).min(LARGEST_UNPACKED) } else { LARGEST_UNPACKED };
        match zlib(&kind, &from_hex(&digits), level, most) {
            Ok(made) => Ok(TypedArray::<u8>::new(ctx.clone(), made)?.into_value()),
            Err(text) => Err(Exception::throw_message(&ctx, &text)),
        }
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

/// The most that may come of compressed bytes.
const LARGEST_UNPACKED: usize = 256 << 20;

/// Packs or unpacks, as the method of Node's `zlib` does.
fn zlib(kind: &str, given: &[u8], level: u32, most: usize) -> std::result::Result<Vec<u8>, String> {
    use flate2::{Compression, bufread};

    let level = Compression::new(level.min(9));
    let mut made = Vec::new();
    let mut read = |reader: &mut dyn Read| {
        reader.take(most as u64 + 1).read_to_end(&mut made).map_err(|_| "incorrect header check".to_owned())
    };
    match kind {
        "gzip" => read(&mut bufread::GzEncoder::new(given, level)),
        "deflate" => read(&mut bufread::ZlibEncoder::new(given, level)),
        "deflateRaw" => read(&mut bufread::DeflateEncoder::new(given, level)),
        "gunzip" => read(&mut bufread::MultiGzDecoder::new(given)),
        "unzip" if given.starts_with(&[0x1f, 0x8b]) => read(&mut bufread::MultiGzDecoder::new(given)),
        "inflate" | "unzip" => read(&mut bufread::ZlibDecoder::new(given)),
        _ => read(&mut bufread::DeflateDecoder::new(given)),
    }?;
    if made.len() > most {
        return Err(format!("Cannot create a Buffer larger than {most} bytes: there is more than that"));
    }
    Ok(made)
}

/// Bytes from their digits, which the engine writes faster than it gives away bytes.
fn from_hex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
