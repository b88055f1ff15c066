//! Values crossing between Rust and JavaScript.

use std::cell::Cell;
use std::sync::Arc;

use heddle_data::{Json, JsonObject};
use rquickjs::class::{JsClass, Readable, Trace};
use rquickjs::{Array, Atom, Class, Ctx, JsLifetime, Object, Type, Value as JsValue};
use smol_str::SmolStr;

use crate::error::ExpressionError;
use crate::javascript::bridge::Bridge;
use crate::javascript::shared::data_of;
use crate::javascript::view::View;
use crate::limit;
use crate::luxon;
use crate::value::{ErrorValue, Function, RegExp, TypedArray, Value};

/// A luxon object.
#[derive(Trace, JsLifetime)]
pub(crate) struct LuxonObject {
    #[qjs(skip_trace)]
    pub(crate) value: Value,
}

impl<'js> JsClass<'js> for LuxonObject {
    const NAME: &'static str = "LuxonObject";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> rquickjs::Result<Option<rquickjs::function::Constructor<'js>>> {
        Ok(None)
    }
}

/// The luxon value that a JavaScript value holds.
pub(crate) fn luxon_value<'js>(ctx: &Ctx<'js>, bridge: &Bridge, value: &JsValue<'js>) -> Option<Value> {
    if value.type_of() != Type::Object {
        return None;
    }
    let object = value.as_object()?;
    // Asking for the class of another object makes the engine throw, which takes long.
    if !bridge.is_luxon_prototype(ctx, &object.get_prototype()?) {
        return None;
    }
    Some(Class::<LuxonObject>::from_object(object)?.borrow().value.clone())
}

/// A value as JavaScript.
pub(crate) fn to_js<'js>(ctx: &Ctx<'js>, bridge: &Bridge, value: &Value) -> rquickjs::Result<JsValue<'js>> {
    let call = |name: &str| bridge.function(ctx, name);
    Ok(match value {
        Value::Undefined => JsValue::new_undefined(ctx.clone()),
        Value::Json(json) => return View::value(ctx, bridge, json),
        Value::DateTime(_) => return luxon_object(ctx, bridge, 0, value),
        Value::Duration(_) => return luxon_object(ctx, bridge, 1, value),
        Value::Interval(_) => return luxon_object(ctx, bridge, 2, value),
        Value::Date(millis) => return call("date")?.call((*millis,)),
        Value::RegExp(pattern) => {
            return call("regExp")?.call((pattern.source.as_str(), pattern.flags.as_str()));
        }
        Value::Error(error) => return call("error")?.call((error.name.as_str(), error.message.as_str())),
        Value::Map(entries) => {
            let list = Array::new(ctx.clone())?;
            for (index, (key, value)) in entries.iter().enumerate() {
                let pair = Array::new(ctx.clone())?;
                pair.set(0, to_js(ctx, bridge, key)?)?;
                pair.set(1, to_js(ctx, bridge, value)?)?;
                list.set(index, pair)?;
            }
            return call("map")?.call((list,));
        }
        Value::Set(values) => {
            let list = list_to_js(ctx, bridge, values)?;
            return call("set")?.call((list,));
        }
        Value::Bytes(bytes) => {
            let list = Array::new(ctx.clone())?;
            for (index, element) in bytes.elements.iter().enumerate() {
                list.set(index, *element)?;
            }
            return call("typed")?.call((bytes.class.as_str(), list));
        }
        Value::BigInt(digits) => return call("bigint")?.call((&**digits,)),
        Value::Symbol(description) => return call("symbol")?.call((&**description,)),
        Value::Function(_) => JsValue::new_undefined(ctx.clone()),
        Value::List(elements) => list_to_js(ctx, bridge, elements)?.into_value(),
        Value::Object(members) => {
            let object = Object::new(ctx.clone())?;
            for (key, value) in members.iter() {
                object.set(key.as_str(), to_js(ctx, bridge, value)?)?;
            }
            object.into_value()
        }
    })
}

fn list_to_js<'js>(ctx: &Ctx<'js>, bridge: &Bridge, elements: &[Value]) -> rquickjs::Result<Array<'js>> {
    let list = Array::new(ctx.clone())?;
    for (index, element) in elements.iter().enumerate() {
        list.set(index, to_js(ctx, bridge, element)?)?;
    }
    Ok(list)
}

fn luxon_object<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    class: usize,
    value: &Value,
) -> rquickjs::Result<JsValue<'js>> {
    let prototype = bridge.luxon_prototype(ctx, class)?;
    let object = Class::instance_proto(LuxonObject { value: value.clone() }, prototype)?;
    Ok(object.into_value())
}

/// Why a JavaScript value cannot leave the engine.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It cannot be copied: n8n's words.
    Error(ExpressionError),
    /// JavaScript threw while it was read; the exception is pending.
    Thrown(rquickjs::Error),
}

impl From<rquickjs::Error> for Refused {
    fn from(error: rquickjs::Error) -> Self {
        Refused::Thrown(error)
    }
}

/// Values whose reading takes more stack than this count as cyclic.
const MOST_STACK: usize = 1024 * 1024;

/// Roughly where the stack stands.
pub(crate) fn stack_position() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(&marker).addr()
}

/// A result of more values than this counts as one that takes too much memory: a value that is shared costs JavaScript
/// nothing, and a hole in an array neither.
const MOST_VALUES: usize = 4_000_000;

/// How functions and the like are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The result of an expression: what structured cloning refuses is refused.
    Result,
    /// An argument of a native function.
    Argument,
}

/// A JavaScript value as a value of ours; a deep copy, unless it is unchanged data of the run.
pub(crate) fn from_js<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    value: &JsValue<'js>,
    purpose: Purpose,
) -> Result<Value, Refused> {
    Reader { ctx, bridge, purpose, start: stack_position(), left: Cell::new(MOST_VALUES) }.read(value)
}

struct Reader<'r, 'js> {
    ctx: &'r Ctx<'js>,
    bridge: &'r Bridge,
    purpose: Purpose,
    start: usize,
    /// How many more values may be read.
    left: Cell<usize>,
}

impl<'js> Reader<'_, 'js> {
    fn read(&self, value: &JsValue<'js>) -> Result<Value, Refused> {
        self.check_room(1)?;
        self.left.set(self.left.get() - 1);
        if limit::is_over_after(8) {
            return Err(Refused::Error(ExpressionError::timed_out()));
        }
        match value.type_of() {
            Type::Array => match value.as_array() {
                Some(array) => self.array(array),
                None => Ok(Value::Undefined),
            },
            Type::Proxy => self.proxy(value),
            Type::Object | Type::Promise | Type::Exception | Type::Module | Type::Unknown => {
                match value.as_object() {
                    Some(object) => self.object(object),
                    None => Ok(Value::Undefined),
                }
            }
            _ => self.scalar(value),
        }
    }

    fn scalar(&self, value: &JsValue<'js>) -> Result<Value, Refused> {
        match value.type_of() {
            Type::Null => Ok(Value::NULL),
            Type::Bool => Ok(Value::from(value.as_bool().unwrap_or_default())),
            Type::Int | Type::Float => Ok(Value::from(value.as_number().unwrap_or(f64::NAN))),
            Type::String => Ok(Value::Json(Json::from(self.text(value)?))),
            Type::BigInt => {
                let digits: String = self.bridge.function(self.ctx, "text")?.call((value.clone(),))?;
                Ok(Value::BigInt(digits.into()))
            }
            Type::Symbol => {
                if self.purpose == Purpose::Result {
                    return Err(self.refuse("Unsupported type"));
                }
                let description: Option<String> = match value.as_symbol() {
                    Some(symbol) => symbol.description()?.get().ok(),
                    None => None,
                };
                Ok(Value::Symbol(description.unwrap_or_default().into()))
            }
            Type::Function | Type::Constructor => {
                let source: String = self.bridge.function(self.ctx, "text")?.call((value.clone(),))?;
                if self.purpose == Purpose::Result {
                    return Err(self.refuse(&format!("{source} could not be cloned.")));
                }
                Ok(Value::Function(Arc::new(Function { index: 0, source: source.into() })))
            }
            _ => Ok(Value::Undefined),
        }
    }

    fn proxy(&self, value: &JsValue<'js>) -> Result<Value, Refused> {
        if let Some(json) = View::unchanged(self.ctx, self.bridge, value) {
            return Ok(Value::Json(json));
        }
        match value.as_object() {
            Some(object) if is_array(object) => self.array_like(object),
            Some(object) => self.members(object),
            None => Ok(Value::Undefined),
        }
    }

    /// Fails when so many more values are too many.
    fn check_room(&self, values: usize) -> Result<(), Refused> {
        if values > self.left.get() {
            return Err(Refused::Error(ExpressionError::memory_exceeded()));
        }
        Ok(())
    }

    /// Fails when the value nests too deeply.
    fn check_depth(&self) -> Result<(), Refused> {
        if self.start.abs_diff(stack_position()) > MOST_STACK {
            return Err(self.refuse("Maximum call stack size exceeded"));
        }
        Ok(())
    }

    fn text(&self, value: &JsValue<'js>) -> Result<String, Refused> {
        let Some(text) = value.as_string() else { return Ok(String::new()) };
        match text.to_string() {
            Ok(text) => Ok(text),
            // A lone surrogate has no place in UTF-8.
            Err(rquickjs::Error::Utf8(_)) => {
                Ok(self.bridge.function(self.ctx, "wellFormed")?.call((value.clone(),))?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn refuse(&self, what: &str) -> Refused {
        Refused::Error(ExpressionError::evaluation_failed(what))
    }

    fn array(&self, array: &Array<'js>) -> Result<Value, Refused> {
        if let Some(json) = data_of(self.ctx, self.bridge, array) {
            return Ok(Value::Json(json));
        }
        self.check_depth()?;
        let length = array_length(array)?;
        self.check_room(length)?;
        let mut elements = Vec::with_capacity(length.min(1024));
        for index in 0..length {
            elements.push(self.read(&array.get(index)?)?);
        }
        Ok(Value::array(elements))
    }

    fn array_like(&self, object: &Object<'js>) -> Result<Value, Refused> {
        self.check_depth()?;
        let length: f64 = object.get("length")?;
        self.check_room(length as usize)?;
        let mut elements = Vec::new();
        for index in 0..length as u32 {
            elements.push(self.read(&object.get(index)?)?);
        }
        Ok(Value::array(elements))
    }

    fn object(&self, object: &Object<'js>) -> Result<Value, Refused> {
        let plain = match object.get_prototype() {
            Some(prototype) => prototype == self.bridge.object_prototype(self.ctx)?,
            None => true,
        };
        if plain {
            return self.members(object);
        }
        self.special(object)
    }

    /// An object of a class.
    fn special(&self, object: &Object<'js>) -> Result<Value, Refused> {
        if let Some(luxon) = luxon_value(self.ctx, self.bridge, object.as_value()) {
            return Ok(if self.purpose == Purpose::Result { luxon::leave(luxon) } else { luxon });
        }
        let class: JsValue<'js> = self.bridge.function(self.ctx, "classify")?.call((object.clone(),))?;
        let Some(parts) = class.as_array() else { return self.members(object) };
        let kind: String = parts.get(0)?;
        Ok(match kind.as_str() {
            "Date" => Value::Date(parts.get(1)?),
            "RegExp" => {
                let (source, flags): (String, String) = (parts.get(1)?, parts.get(2)?);
                Value::RegExp(Arc::new(RegExp { source: source.into(), flags: flags.into() }))
            }
            "Error" => {
                let (name, message): (String, String) = (parts.get(1)?, parts.get(2)?);
                Value::Error(Arc::new(ErrorValue { name: name.into(), message: message.into() }))
            }
            "Map" => {
                let list: Array<'js> = parts.get(1)?;
                let length = array_length(&list)?;
                let mut entries = Vec::with_capacity(length);
                for index in 0..length {
                    let pair: Array<'js> = list.get(index)?;
                    entries.push((self.read(&pair.get(0)?)?, self.read(&pair.get(1)?)?));
                }
                Value::Map(entries.into())
            }
            "Set" => {
                let list: Array<'js> = parts.get(1)?;
                let length = array_length(&list)?;
                let mut values = Vec::with_capacity(length);
                for index in 0..length {
                    values.push(self.read(&list.get(index)?)?);
                }
                Value::Set(values.into())
            }
            "TypedArray" => {
                let class: String = parts.get(1)?;
                let list: Array<'js> = parts.get(2)?;
                let length = array_length(&list)?;
                let elements = (0..length).map(|index| list.get(index)).collect::<rquickjs::Result<_>>()?;
                Value::Bytes(Arc::new(TypedArray { class: class.into(), elements }))
            }
            "Primitive" => self.read(&parts.get(1)?)?,
            "Closed" if self.purpose == Purpose::Result => {
                let name: String = parts.get(1)?;
                return Err(self.refuse(&format!("{name} could not be cloned.")));
            }
            _ => self.members(object)?,
        })
    }

    fn members(&self, object: &Object<'js>) -> Result<Value, Refused> {
        self.check_depth()?;
        let names: Vec<Atom<'js>> = object.keys().collect::<rquickjs::Result<_>>()?;
        let mut plain = JsonObject::with_capacity(names.len());
        let mut mixed: Vec<(SmolStr, Value)> = Vec::new();
        for name in names {
            let text = self.text(&name.to_value()?)?;
            let value = self.read(&object.get(name)?)?;
            match value {
                Value::Json(json) if mixed.is_empty() => {
                    plain.insert(&text, json);
                }
                value => {
                    if mixed.is_empty() {
                        mixed =
                            plain.iter().map(|(key, json)| (key.into(), Value::Json(json.clone()))).collect();
                    }
                    mixed.push((text.into(), value));
                }
            }
        }
        if mixed.is_empty() { Ok(Value::Json(Json::from(plain))) } else { Ok(Value::object(mixed)) }
    }
}

/// The length of an array, which may be more than the engine's small numbers hold.
pub(crate) fn array_length(array: &Array<'_>) -> rquickjs::Result<usize> {
    let length: f64 = array.as_object().get("length")?;
    Ok(length as usize)
}

pub(crate) fn is_array(object: &Object<'_>) -> bool {
    object.as_proxy().and_then(|proxy| proxy.target().ok()).is_some_and(|target| target.is_array())
}
