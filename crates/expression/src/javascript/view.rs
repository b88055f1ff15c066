//! Data of the run as JavaScript sees them: fetched member by member, copied at the first write
//! (`spec/expressions/language.md §9`).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use heddle_node::{Json, JsonObject};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::object::Property;
use rquickjs::proxy::ProxyHandler;
use rquickjs::{Class, Ctx, JsLifetime, Object, Result, Value};

use crate::javascript::bridge::Bridge;
use crate::native::expr::array_index;

/// The handler of the proxy that stands for an object or array.
#[derive(JsLifetime)]
pub(crate) struct View<'js> {
    json: Json,
    /// Members that are objects or arrays and have been read: reading again gives the same one.
    children: RefCell<Option<Object<'js>>>,
    /// All members are in the proxy's target.
    filled: Cell<bool>,
    /// Something in the tree that this view belongs to may have changed.
    changed: Rc<Cell<bool>>,
}

impl<'js> Trace<'js> for View<'js> {
    fn trace<'a>(&self, tracer: Tracer<'a, 'js>) {
        if let Ok(children) = self.children.try_borrow() {
            children.trace(tracer);
        }
    }
}

impl<'js> JsClass<'js> for View<'js> {
    const NAME: &'static str = "View";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<rquickjs::function::Constructor<'js>>> {
        Ok(None)
    }
}

/// Objects that enter as plain objects: a few primitives.
fn is_flat(object: &JsonObject) -> bool {
    object.len() <= 6
        && object.iter().all(|(name, member)| crate::coerce::is_primitive(member) && name != "__proto__")
}

/// Arrays that enter as plain arrays: a few elements of any kind, or some more primitives.
fn is_small(elements: &[Json]) -> bool {
    elements.len() <= 16 || (elements.len() <= 256 && elements.iter().all(crate::coerce::is_primitive))
}

impl<'js> View<'js> {
    /// `json` as a JavaScript value: a primitive, or a view.
    pub(crate) fn value(ctx: &Ctx<'js>, bridge: &Bridge, json: &Json) -> Result<Value<'js>> {
        Self::in_tree(ctx, bridge, json, None)
    }

    fn in_tree(
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        json: &Json,
        changed: Option<&Rc<Cell<bool>>>,
    ) -> Result<Value<'js>> {
        if let Some(primitive) = primitive(ctx, json)? {
            return Ok(primitive);
        }
        let changed = changed.cloned().unwrap_or_default();
        if let Some(elements) = json.as_array().filter(|elements| is_small(elements)) {
            // A plain array can be changed unseen.
            changed.set(true);
            let array = rquickjs::Array::new(ctx.clone())?;
            for (index, element) in elements.iter().enumerate() {
                array.set(index, Self::in_tree(ctx, bridge, element, Some(&changed))?)?;
            }
            return Ok(array.into_value());
        }
        if let Some(object) = json.as_object().filter(|object| is_flat(object)) {
            changed.set(true);
            let plain = Object::new(ctx.clone())?;
            for (name, member) in object {
                plain.set(name, Self::in_tree(ctx, bridge, member, Some(&changed))?)?;
            }
            return Ok(plain.into_value());
        }
        let target = match json.is_array() {
            true => rquickjs::Array::new(ctx.clone())?.into_object(),
            false => Object::new(ctx.clone())?,
        };
        let view =
            View { json: json.clone(), children: RefCell::new(None), filled: Cell::new(false), changed };
        let handler = Class::instance_proto(view, bridge.handler_prototype(ctx)?)?;
        let handler = ProxyHandler::from_object(handler.into_inner())?;
        Ok(rquickjs::Proxy::new(ctx.clone(), target, handler)?.into_value())
    }

    /// The data behind a proxy, if nothing in its tree has changed.
    pub(crate) fn unchanged(value: &Value<'js>) -> Option<Json> {
        let handler = value.as_proxy()?.handler().ok()?;
        let view = Class::<View<'js>>::from_object(&handler)?;
        let view = view.borrow();
        (!view.changed.get()).then(|| view.json.clone())
    }

    /// The `get` trap.
    pub(crate) fn get(
        &self,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        target: &Object<'js>,
        key: &Value<'js>,
    ) -> Result<Value<'js>> {
        if self.filled.get() {
            return target.get(key.clone());
        }
        let Some(name) = key.as_string() else { return target.get(key.clone()) };
        let Ok(name) = name.to_string() else { return target.get(key.clone()) };
        let found = match self.json.as_array() {
            Some(elements) => {
                if name == "length" {
                    return Ok(Value::new_number(ctx.clone(), elements.len() as f64));
                }
                array_index(&name).and_then(|index| elements.get(index))
            }
            None => self.json.get(&name),
        };
        let Some(found) = found else { return target.get(key.clone()) };
        match primitive(ctx, found)? {
            Some(primitive) => Ok(primitive),
            None => self.child(ctx, bridge, &name, found),
        }
    }

    fn child(&self, ctx: &Ctx<'js>, bridge: &Bridge, name: &str, json: &Json) -> Result<Value<'js>> {
        let children = self.children.borrow().clone();
        let children = match children {
            Some(children) => children,
            None => {
                let children = Object::new_proto(ctx.clone(), None)?;
                *self.children.borrow_mut() = Some(children.clone());
                children
            }
        };
        let known: Value<'js> = children.get(name)?;
        if !known.is_undefined() {
            return Ok(known);
        }
        let child = Self::in_tree(ctx, bridge, json, Some(&self.changed))?;
        children.set(name, child.clone())?;
        Ok(child)
    }

    /// Puts all members into the proxy's target; from then on the target is what counts.
    pub(crate) fn fill(
        &self,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        target: &Object<'js>,
        for_writing: bool,
    ) -> Result<()> {
        if for_writing {
            self.changed.set(true);
        }
        if self.filled.get() {
            return Ok(());
        }
        let define = |name: &str, json: &Json| -> Result<()> {
            let value = match primitive(ctx, json)? {
                Some(primitive) => primitive,
                None => self.child(ctx, bridge, name, json)?,
            };
            target.prop(name, Property::from(value).writable().enumerable().configurable())
        };
        if let Some(object) = self.json.as_object() {
            for (name, json) in object {
                define(name, json)?;
            }
        } else if let Some(elements) = self.json.as_array() {
            for (index, json) in elements.iter().enumerate() {
                define(&index.to_string(), json)?;
            }
        }
        self.filled.set(true);
        Ok(())
    }
}

/// A primitive as a JavaScript value; `None` for arrays and objects.
fn primitive<'js>(ctx: &Ctx<'js>, json: &Json) -> Result<Option<Value<'js>>> {
    Ok(Some(if let Some(text) = json.as_str() {
        rquickjs::String::from_str(ctx.clone(), text)?.into_value()
    } else if let Some(number) = json.as_f64() {
        number_value(ctx, number)
    } else if let Some(value) = json.as_bool() {
        Value::new_bool(ctx.clone(), value)
    } else if json.is_null() {
        Value::new_null(ctx.clone())
    } else {
        return Ok(None);
    }))
}

/// A number as a JavaScript value; small integers take the engine's short form, but -0 must stay what it is.
pub(crate) fn number_value<'js>(ctx: &Ctx<'js>, number: f64) -> Value<'js> {
    if number == 0.0 && number.is_sign_negative() {
        return Value::new_float(ctx.clone(), number);
    }
    Value::new_number(ctx.clone(), number)
}
