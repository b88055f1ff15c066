//! Data of the run as JavaScript sees them: fetched member by member, copied at the first write
//! (`docs/expressions/language.md §9`).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use heddle_data::{Json, JsonObject};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::object::Property;
use rquickjs::proxy::ProxyHandler;
use rquickjs::{Atom, Class, Ctx, JsLifetime, Object, Result, Value};

use crate::javascript::bridge::Bridge;
use crate::native::expr::array_index;
use crate::syntax::names::{is_array_member, is_object_member};

/// The handler of the proxy that stands for an object or array.
///
/// Its prototype says how far it is: one with a `get` trap while members are fetched, then one that only waits for
/// the first write, then one without traps. The traps apart from `get` are getters that do the work that is due and
/// give undefined, so that the engine goes on with the proxy's target, at its full speed.
#[derive(JsLifetime)]
pub(crate) struct View<'js> {
    json: RefCell<Json>,
    target: Object<'js>,
    /// Members that are objects or arrays and have been read, by position: reading again gives the same one.
    children: RefCell<Vec<Child<'js>>>,
    state: Cell<State>,
    /// Something in the tree that this view belongs to may have changed.
    changed: Rc<Cell<bool>>,
}

/// How much of a view is in its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsLifetime)]
enum State {
    /// Nothing: members are fetched one by one.
    Lazy,
    /// The names; members are still fetched.
    Named,
    /// All members.
    Filled,
}

/// What a root is good for after an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cleared {
    /// For any object.
    Wholly,
    /// For objects with the same names.
    Named,
    /// For nothing: its target holds values.
    Not,
}

#[derive(JsLifetime)]
struct Child<'js> {
    position: usize,
    value: Value<'js>,
}

impl<'js> Child<'js> {
    fn find(children: &[Self], position: usize) -> Option<Value<'js>> {
        children.iter().find(|child| child.position == position).map(|child| child.value.clone())
    }
}

impl<'js> Trace<'js> for View<'js> {
    fn trace<'a>(&self, tracer: Tracer<'a, 'js>) {
        self.target.trace(tracer);
        if let Ok(children) = self.children.try_borrow() {
            children.iter().for_each(|child| child.value.trace(tracer));
        }
    }
}

/// How many members that are objects or arrays are fetched one by one; then all are.
const MOST_CHILDREN: usize = 8;

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
                plain.set(bridge.key(ctx, name)?, Self::in_tree(ctx, bridge, member, Some(&changed))?)?;
            }
            return Ok(plain.into_value());
        }
        Ok(Self::proxy(ctx, bridge, json, changed)?.0)
    }

    fn proxy(
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        json: &Json,
        changed: Rc<Cell<bool>>,
    ) -> Result<(Value<'js>, Class<'js, Self>)> {
        let target = match json.is_array() {
            true => rquickjs::Array::new(ctx.clone())?.into_object(),
            false => Object::new(ctx.clone())?,
        };
        let view = View {
            json: RefCell::new(json.clone()),
            target: target.clone(),
            children: RefCell::default(),
            state: Cell::new(State::Lazy),
            changed,
        };
        let class = Class::instance_proto(view, bridge.handlers(ctx)?.lazy)?;
        let handler = ProxyHandler::from_object(class.as_inner().clone())?;
        Ok((rquickjs::Proxy::new(ctx.clone(), target, handler)?.into_value(), class))
    }

    /// An object as a view that can stand for another one later.
    pub(crate) fn root(
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        json: &Json,
    ) -> Result<(Value<'js>, Class<'js, Self>)> {
        Self::proxy(ctx, bridge, json, Rc::default())
    }

    /// Lets a cleared root stand for another object. False when its target names other members.
    pub(crate) fn show(&self, json: &Json) -> bool {
        if self.state.get() == State::Named {
            let known = self.json.borrow();
            let same = match (known.as_object(), json.as_object()) {
                (Some(known), Some(new)) => known.len() == new.len() && known.keys().eq(new.keys()),
                _ => false,
            };
            if !same {
                return false;
            }
        }
        self.json.replace(json.clone());
        true
    }

    /// Forgets all that a root was used for, but for the names in its target.
    pub(crate) fn clear(&self) -> Cleared {
        match self.state.get() {
            State::Filled => return Cleared::Not,
            State::Named => {}
            State::Lazy => drop(self.json.replace(Json::NULL)),
        }
        self.children.borrow_mut().clear();
        self.changed.set(false);
        if self.state.get() == State::Named { Cleared::Named } else { Cleared::Wholly }
    }

    /// The data behind a proxy, if nothing in its tree has changed.
    pub(crate) fn unchanged(ctx: &Ctx<'js>, bridge: &Bridge, value: &Value<'js>) -> Option<Json> {
        let handler = value.as_proxy()?.handler().ok()?;
        let prototype = handler.get_prototype()?;
        let handlers = bridge.handlers(ctx).ok()?;
        if prototype != handlers.lazy && prototype != handlers.named && prototype != handlers.filled {
            return None;
        }
        let view = Class::<View<'js>>::from_object(&handler)?;
        let view = view.borrow();
        (!view.changed.get()).then(|| view.json.borrow().clone())
    }

    /// The `get` trap.
    pub(crate) fn get(
        handler: &Class<'js, Self>,
        ctx: &Ctx<'js>,
        bridge: &Bridge,
        key: Value<'js>,
    ) -> Result<Value<'js>> {
        let view = handler.borrow();
        let name = key.as_string().and_then(|name| name.to_string().ok());
        let json = view.json.borrow();
        let found = match (json.as_array(), &name) {
            (Some(elements), Some(name)) if name == "length" => {
                return Ok(Value::new_number(ctx.clone(), elements.len() as f64));
            }
            (Some(elements), Some(name)) => match array_index(name) {
                Some(index) => elements.get(index).map(|json| (index, json)),
                None if reads_few_elements(name) => None,
                None => return Self::fill(handler, ctx, bridge).and_then(|()| view.target.get(key)),
            },
            // An array is about to be iterated.
            (Some(_), None) => return Self::fill(handler, ctx, bridge).and_then(|()| view.target.get(key)),
            (None, Some(name)) => json.as_object().and_then(|object| {
                let position = object.position(name)?;
                Some((position, object.get_index(position)?.1))
            }),
            (None, None) => None,
        };
        let Some((position, json)) = found else { return view.target.get(key) };
        if let Some(primitive) = primitive(ctx, json)? {
            return Ok(primitive);
        }
        if view.children.borrow().len() >= MOST_CHILDREN {
            return Self::fill(handler, ctx, bridge).and_then(|()| view.target.get(key));
        }
        view.child(ctx, bridge, position, json)
    }

    fn child(&self, ctx: &Ctx<'js>, bridge: &Bridge, position: usize, json: &Json) -> Result<Value<'js>> {
        if let Some(known) = Child::find(&self.children.borrow(), position) {
            return Ok(known);
        }
        let value = Self::in_tree(ctx, bridge, json, Some(&self.changed))?;
        self.children.borrow_mut().push(Child { position, value: value.clone() });
        Ok(value)
    }

    /// Puts all members into the proxy's target, which is what counts from then on.
    pub(crate) fn fill(handler: &Class<'js, Self>, ctx: &Ctx<'js>, bridge: &Bridge) -> Result<()> {
        let view = handler.borrow();
        if view.state.get() == State::Filled {
            return Ok(());
        }
        let known = std::mem::take(&mut *view.children.borrow_mut());
        let member = |position: usize, json: &Json| -> Result<Value<'js>> {
            if let Some(primitive) = primitive(ctx, json)? {
                return Ok(primitive);
            }
            match Child::find(&known, position) {
                Some(child) => Ok(child),
                None => Self::in_tree(ctx, bridge, json, Some(&view.changed)),
            }
        };
        let json = view.json.borrow();
        if let Some(object) = json.as_object() {
            for (position, (name, json)) in object.iter().enumerate() {
                let value = member(position, json)?;
                define(&view.target, bridge.key(ctx, name)?, name, value)?;
            }
        } else if let (Some(elements), Some(array)) = (json.as_array(), view.target.as_array()) {
            for (index, json) in elements.iter().enumerate() {
                array.set(index, member(index, json)?)?;
            }
        }
        view.state.set(State::Filled);
        handler.set_prototype(Some(&bridge.handlers(ctx)?.filled))
    }

    /// Puts the names of all members into the proxy's target, for those who ask what there is. Values follow when they
    /// are read; only descriptors, which code cannot get, would show that they are not there.
    pub(crate) fn name(handler: &Class<'js, Self>, ctx: &Ctx<'js>, bridge: &Bridge) -> Result<()> {
        let view = handler.borrow();
        if view.state.get() != State::Lazy {
            return Ok(());
        }
        if bridge.given.is_some() {
            // Code sees descriptors too, and mostly goes on to the values.
            return Self::fill(handler, ctx, bridge);
        }
        let json = view.json.borrow();
        let Some(object) = json.as_object() else { return Self::fill(handler, ctx, bridge) };
        for name in object.keys() {
            define(&view.target, bridge.key(ctx, name)?, name, Value::new_undefined(ctx.clone()))?;
        }
        view.state.set(State::Named);
        handler.set_prototype(Some(&bridge.handlers(ctx)?.named))
    }

    /// Prepares the target for a first write.
    pub(crate) fn open(handler: &Class<'js, Self>, ctx: &Ctx<'js>, bridge: &Bridge) -> Result<()> {
        Self::fill(handler, ctx, bridge)?;
        handler.borrow().changed.set(true);
        handler.set_prototype(Some(&bridge.handlers(ctx)?.written))
    }
}

/// Sets an own property. What `Object.prototype` has an accessor for must be defined, which takes longer.
pub(crate) fn define<'js>(object: &Object<'js>, key: Atom<'js>, name: &str, value: Value<'js>) -> Result<()> {
    if is_object_member(name) {
        return object.prop(key, Property::from(value).writable().enumerable().configurable());
    }
    object.set(key, value)
}

/// Members of arrays that look at few elements, so that the others need not be fetched.
fn reads_few_elements(name: &str) -> bool {
    matches!(name, "at" | "find" | "findIndex" | "findLast" | "findLastIndex") || !is_array_member(name)
}

/// A primitive as a JavaScript value; `None` for arrays and objects.
pub(crate) fn primitive<'js>(ctx: &Ctx<'js>, json: &Json) -> Result<Option<Value<'js>>> {
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
