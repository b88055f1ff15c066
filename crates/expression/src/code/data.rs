//! Data of the run as values of code: fetched member by member as expressions do it, or, for code that copies objects or
//! goes through their members, as ordinary objects, made at once.

use heddle_data::{Json, JsonObject};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Array, Atom, Class, Ctx, JsLifetime, Object, Persistent, Result, Value};

use crate::javascript::bridge::Bridge;
use crate::javascript::view::{View, define, primitive};

/// The names of the members of all objects of one shape, as the engine knows them.
#[derive(JsLifetime)]
pub(crate) struct Keys<'js> {
    names: Vec<Atom<'js>>,
    shape: JsonObject,
}

impl<'js> Trace<'js> for Keys<'js> {
    fn trace<'a>(&self, tracer: Tracer<'a, 'js>) {
        // Names hold the context.
        self.names.iter().for_each(|name| name.trace(tracer));
    }
}

impl<'js> JsClass<'js> for Keys<'js> {
    const NAME: &'static str = "Keys";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// The names of shapes that have been met last.
#[derive(Default)]
pub(crate) struct KnownKeys(Vec<Persistent<Class<'static, Keys<'static>>>>);

/// As many shapes as are remembered.
const MOST_SHAPES: usize = 16;

impl KnownKeys {
    /// Forgets all of them; it must happen before the engine ends.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn find<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        json: &JsonObject,
    ) -> Result<Class<'js, Keys<'js>>> {
        for (index, known) in self.0.iter().enumerate() {
            let keys = known.clone().restore(ctx)?;
            if keys.borrow().shape.same_shape(json) {
                self.0.swap(0, index);
                return Ok(keys);
            }
        }
        let names = json.keys().map(|name| bridge.key(ctx, name)).collect::<Result<_>>()?;
        let keys = Class::instance(ctx.clone(), Keys { names, shape: json.clone() })?;
        self.0.truncate(MOST_SHAPES - 1);
        self.0.insert(0, Persistent::save(ctx, keys.clone()));
        Ok(keys)
    }
}

/// Data of the run as a value of code.
pub(crate) fn enter<'js>(ctx: &Ctx<'js>, bridge: &Bridge, json: &Json) -> Result<Value<'js>> {
    match &bridge.given {
        Some(given) if bridge.enters_whole.get() => {
            if let Some(primitive) = primitive(ctx, json)? {
                return Ok(primitive);
            }
            if let Some(elements) = json.as_array() {
                let array = Array::new(ctx.clone())?;
                for (index, element) in elements.iter().enumerate() {
                    array.set(index, enter(ctx, bridge, element)?)?;
                }
                return Ok(array.into_value());
            }
            let object = Object::new(ctx.clone())?;
            if let Some(members) = json.as_object() {
                let keys = given.borrow_mut().keys.find(ctx, bridge, members)?;
                for (name, (text, member)) in keys.borrow().names.iter().zip(members) {
                    define(&object, name.clone(), text, enter(ctx, bridge, member)?)?;
                }
            }
            Ok(object.into_value())
        }
        _ => View::value(ctx, bridge, json),
    }
}
