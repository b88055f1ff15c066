//! What code gives back, as JSON: the rules of `JSON.stringify`, and data of the run that came back unchanged as they
//! were, without a copy.

use std::cell::{Cell, RefCell};

use heddle_data::{Json, JsonObject};
use rquickjs::function::This;
use rquickjs::{Atom, Ctx, Function, Object, Type, Value as JsValue};

use crate::error::ExpressionError;
use crate::javascript::bridge::Bridge;
use crate::javascript::convert::{Refused, array_length, is_array, stack_position};
use crate::javascript::view::View;
use crate::limit;

/// Values that nest so deeply count as cyclic.
const MOST_STACK: usize = 3 * 1024 * 1024;

/// A result of more values than this takes too much memory: a value that is shared costs JavaScript nothing, and a hole
/// in an array neither.
const MOST_VALUES: usize = 32_000_000;

/// A value as JSON; `None` for what JSON leaves out, such as undefined and functions.
pub(crate) fn to_json<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    value: &JsValue<'js>,
) -> Result<Option<Json>, Refused> {
    let writer = Writer {
        ctx,
        bridge,
        object_prototype: bridge.object_prototype(ctx)?,
        to_json: bridge.key(ctx, "toJSON")?,
        last: RefCell::default(),
        start: stack_position(),
        left: Cell::new(MOST_VALUES),
    };
    writer.write(value)
}

struct Writer<'r, 'js> {
    ctx: &'r Ctx<'js>,
    bridge: &'r Bridge,
    object_prototype: Object<'js>,
    /// The name `toJSON`.
    to_json: Atom<'js>,
    /// The names of the last object, and an object of ours with them: the next one mostly has the same.
    last: RefCell<(Vec<Atom<'js>>, JsonObject)>,
    start: usize,
    /// How many more values may be written.
    left: Cell<usize>,
}

impl<'js> Writer<'_, 'js> {
    fn write(&self, value: &JsValue<'js>) -> Result<Option<Json>, Refused> {
        self.take(1)?;
        if limit::is_over_after(8) {
            return Err(Refused::Error(ExpressionError::timed_out()));
        }
        Ok(match value.type_of() {
            Type::Undefined | Type::Uninitialized | Type::Symbol | Type::Function | Type::Constructor => None,
            Type::Null => Some(Json::NULL),
            Type::Bool => Some(Json::from(value.as_bool().unwrap_or_default())),
            Type::Int | Type::Float => Some(number(value.as_number().unwrap_or(f64::NAN))),
            Type::String => Some(Json::from(self.text(value)?)),
            Type::BigInt => {
                let digits: String = self.bridge.function(self.ctx, "text")?.call((value.clone(),))?;
                Some(Json::from(digits))
            }
            Type::Array => match value.as_array() {
                Some(array) => Some(self.array(array.as_object(), array_length(array)?)?),
                None => None,
            },
            Type::Proxy => {
                if let Some(json) = View::unchanged(self.ctx, self.bridge, value) {
                    return Ok(Some(json));
                }
                match value.as_object() {
                    Some(object) if is_array(object) => {
                        let length: f64 = object.get("length")?;
                        Some(self.array(object, length as usize)?)
                    }
                    Some(object) => Some(self.members(object)?),
                    None => None,
                }
            }
            _ => match value.as_object() {
                Some(object) => self.object(object)?,
                None => None,
            },
        })
    }

    /// Fails when so many more values are too many.
    fn take(&self, values: usize) -> Result<(), Refused> {
        match self.left.get().checked_sub(values) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(Refused::Error(ExpressionError::memory_exceeded())),
        }
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

    fn check_depth(&self) -> Result<(), Refused> {
        if self.start.abs_diff(stack_position()) > MOST_STACK {
            let error =
                ExpressionError::new("Error", "What the code returns refers to itself, or nests too deeply");
            return Err(Refused::Error(error));
        }
        Ok(())
    }

    fn array(&self, array: &Object<'js>, length: usize) -> Result<Json, Refused> {
        self.check_depth()?;
        // Holes are not fetched, but written all the same.
        self.take(length / 8)?;
        let mut elements = Vec::with_capacity(length.min(1024));
        for index in 0..length {
            let element: JsValue<'js> = array.get(index as u32)?;
            elements.push(self.write(&element)?.unwrap_or_default());
        }
        Ok(Json::from(elements))
    }

    fn object(&self, object: &Object<'js>) -> Result<Option<Json>, Refused> {
        let is_plain = object.get_prototype().is_none_or(|prototype| prototype == self.object_prototype);
        if is_plain {
            return self.members(object).map(Some);
        }
        let class: JsValue<'js> = self.bridge.function(self.ctx, "classify")?.call((object.clone(),))?;
        if let Some(class) = class.as_array()
            && class.get::<String>(0)? == "Primitive"
        {
            return self.write(&class.get(1)?);
        }
        self.converted(object)
    }

    /// An object that may say itself what it is in JSON.
    fn converted(&self, object: &Object<'js>) -> Result<Option<Json>, Refused> {
        let to_json: JsValue<'js> = object.get("toJSON")?;
        let Some(to_json) = to_json.as_function().cloned() else { return self.members(object).map(Some) };
        self.called(object, &to_json)
    }

    fn called(&self, object: &Object<'js>, to_json: &Function<'js>) -> Result<Option<Json>, Refused> {
        self.check_depth()?;
        let value: JsValue<'js> = to_json.call((This(object.clone()), ""))?;
        // What it gives is written as it is, even if it could be asked again.
        match value.as_object().filter(|object| !object.is_array() && !object.is_function()) {
            Some(object) => self.members(object).map(Some),
            None => self.write(&value),
        }
    }

    /// An object by its members; only one of its own can say what it is.
    fn members(&self, object: &Object<'js>) -> Result<Json, Refused> {
        self.check_depth()?;
        let names: Vec<Atom<'js>> = object.keys().collect::<rquickjs::Result<_>>()?;
        let mut values = Vec::with_capacity(names.len());
        let mut left_out = 0;
        for name in &names {
            let value: JsValue<'js> = object.get(name.clone())?;
            if *name == self.to_json
                && let Some(to_json) = value.as_function()
            {
                return Ok(self.called(object, to_json)?.unwrap_or_default());
            }
            let value = self.write(&value)?;
            left_out += usize::from(value.is_none());
            values.push(value);
        }
        if left_out == 0 {
            let (known, shape) = &*self.last.borrow();
            if *known == names {
                let values = values.into_iter().flatten().collect();
                return Ok(Json::from(shape.with_values(values).unwrap_or_default()));
            }
        }
        let mut members = JsonObject::with_capacity(names.len());
        for (name, value) in names.iter().zip(values) {
            if let Some(value) = value {
                members.insert(&self.text(&name.to_value()?)?, value);
            }
        }
        // Names that are the same once their halves of surrogates are mended are fewer.
        if left_out == 0 && members.len() == names.len() {
            *self.last.borrow_mut() = (names, members.clone());
        }
        Ok(Json::from(members))
    }
}

/// A number; JSON has neither infinities nor a negative zero.
fn number(number: f64) -> Json {
    if !number.is_finite() {
        return Json::NULL;
    }
    Json::from(if number == 0.0 { 0.0 } else { number })
}
