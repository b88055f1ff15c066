//! What Rust holds of the engine's world: the functions of the prelude, and the compiled chunks.

use std::cell::{Cell, RefCell};

use hashbrown::HashMap;
use heddle_data::Json;
use rquickjs::object::Property;
use rquickjs::{Atom, Class, Ctx, Function, Object, Persistent, Result, Value};
use smol_str::SmolStr;

use crate::code::GivenItems;
use crate::error::ExpressionError;
use crate::javascript::shared::SharedLists;
use crate::javascript::view::{Cleared, View};
use crate::scene::Scene;
use crate::template::Template;

scoped_tls_hkt::scoped_thread_local!(
    /// The scene of the evaluation under way on this thread; the engine's host functions read it.
    pub(crate) static SCENE: for<'a> &'a Scene<'a>
);

/// State that is shared between an engine and its host functions.
#[derive(Default)]
pub(crate) struct Bridge {
    api: RefCell<Option<Api>>,
    spare: RefCell<Option<Spare>>,
    /// The same, of a template whose code goes through the names of `$json`: they are in the view already.
    named: RefCell<Option<(u64, Spare)>>,
    chunks: RefCell<HashMap<(u64, usize), Persistent<Function<'static>>>>,
    /// Names of properties as the engine knows them.
    keys: RefCell<HashMap<SmolStr, Persistent<Atom<'static>>>>,
    /// Templates that expressions made themselves (`$evaluateExpression`).
    templates: RefCell<HashMap<String, Template>>,
    /// Lists of items that evaluations share.
    pub(crate) shared: RefCell<SharedLists>,
    /// Whether the code that is running may have them.
    pub(crate) may_share: Cell<bool>,
    /// Parameters whose evaluation is under way.
    pub(crate) parameters: RefCell<Vec<String>>,
    /// The items that code has been given, where the engine's world is that of one run of code.
    pub(crate) given: Option<RefCell<GivenItems>>,
    /// Whether objects enter with all their members at once, since code copies or lists them.
    pub(crate) enters_whole: Cell<bool>,
    /// The native functions, for those who make more of such a world.
    host: RefCell<Option<Persistent<Object<'static>>>>,
}

struct Api {
    object: Persistent<Object<'static>>,
    /// The prototype of data contexts, and the key under which they hold the index of their item.
    base: Persistent<Object<'static>>,
    index_key: Persistent<Atom<'static>>,
    json_key: Persistent<Atom<'static>>,
    guard: Persistent<Function<'static>>,
    handlers: Handlers<Persistent<Object<'static>>>,
    object_prototype: Persistent<Object<'static>>,
    luxon_prototypes: [Persistent<Object<'static>>; 3],
}

/// A data context that holds nothing but `$json`, and that view: what one evaluation leaves for the next. (Nothing that
/// outlives an evaluation can hold on to them, since all that code can reach is frozen.)
struct Spare {
    data: Persistent<Object<'static>>,
    json: Persistent<Value<'static>>,
    view: Persistent<Class<'static, View<'static>>>,
}

impl Spare {
    /// The parts, showing the item, unless the view cannot show it.
    fn show<'js>(self, ctx: &Ctx<'js>, item: &Json) -> Result<Option<SpareParts<'js>>> {
        let view = self.view.restore(ctx)?;
        if !view.borrow().show(item) {
            return Ok(None);
        }
        Ok(Some((self.data.restore(ctx)?, self.json.restore(ctx)?, view)))
    }
}

/// What an evaluation runs on.
pub(crate) struct Begun<'js> {
    /// The data context.
    pub(crate) data: Object<'js>,
    spare: Option<SpareParts<'js>>,
}

/// The parts of a [`Spare`] in use.
type SpareParts<'js> = (Object<'js>, Value<'js>, Class<'js, View<'js>>);

/// What the code of a template asks of its data context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    /// It reads `$json`.
    pub(crate) json: bool,
    /// It reads other names that depend on the item, or writes.
    pub(crate) more: bool,
}

/// The prototypes of the handlers of views.
pub(crate) struct Handlers<T> {
    /// Members are fetched one by one.
    pub(crate) lazy: T,
    /// The names of all members are in the target.
    pub(crate) named: T,
    /// All members are in the target.
    pub(crate) filled: T,
    /// The target is the code's own.
    pub(crate) written: T,
}

/// How many compiled chunks, names of properties, and templates of its own an engine keeps.
const MOST_CHUNKS: usize = 4096;
const MOST_KEYS: usize = 4096;
const MOST_TEMPLATES: usize = 1024;

impl Bridge {
    /// The bridge of a world that one run of code has to itself.
    pub(crate) fn for_code() -> Self {
        Self { given: Some(RefCell::default()), ..Self::default() }
    }

    /// Takes over what the prelude made.
    pub(crate) fn connect<'js>(&self, ctx: &Ctx<'js>, api: &Object<'js>) -> Result<()> {
        let function =
            |name: &str| -> Result<_> { Ok(Persistent::save(ctx, api.get::<_, Function<'js>>(name)?)) };
        let object =
            |name: &str| -> Result<_> { Ok(Persistent::save(ctx, api.get::<_, Object<'js>>(name)?)) };
        let index_key = Atom::from_value(ctx.clone(), &api.get("index")?)?;
        let connected = Api {
            object: Persistent::save(ctx, api.clone()),
            base: object("base")?,
            index_key: Persistent::save(ctx, index_key),
            json_key: Persistent::save(ctx, Atom::from_str(ctx.clone(), "$json")?),
            guard: function("guard")?,
            handlers: Handlers {
                lazy: object("lazyHandler")?,
                named: object("namedHandler")?,
                filled: object("filledHandler")?,
                written: object("writtenHandler")?,
            },
            object_prototype: object("objectPrototype")?,
            luxon_prototypes: [object("dateTime")?, object("duration")?, object("interval")?],
        };
        *self.api.borrow_mut() = Some(connected);
        Ok(())
    }

    /// Lets go of everything that lives in the engine; it must happen before the engine ends.
    pub(crate) fn disconnect(&self) {
        self.chunks.borrow_mut().clear();
        self.spare.borrow_mut().take();
        self.named.borrow_mut().take();
        self.keys.borrow_mut().clear();
        self.shared.take();
        self.host.take();
        if let Some(given) = &self.given {
            let mut given = given.borrow_mut();
            given.clear();
            given.keys.clear();
        }
        self.api.borrow_mut().take();
    }

    /// Keeps the object of the native functions.
    pub(crate) fn keep_host<'js>(&self, ctx: &Ctx<'js>, host: &Object<'js>) {
        *self.host.borrow_mut() = Some(Persistent::save(ctx, host.clone()));
    }

    /// The native functions.
    pub(crate) fn host<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>> {
        self.host.borrow().clone().ok_or(rquickjs::Error::Unknown)?.restore(ctx)
    }

    /// What the prelude made.
    pub(crate) fn api<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>> {
        self.get(ctx, |api| &api.object)
    }

    fn get<'js, T>(
        &self,
        ctx: &Ctx<'js>,
        part: impl FnOnce(&Api) -> &Persistent<T>,
    ) -> Result<T::Changed<'js>>
    where
        T: rquickjs::JsLifetime<'static> + Clone,
    {
        let part = self.api.borrow().as_ref().map(|api| part(api).clone()).ok_or(rquickjs::Error::Unknown)?;
        part.restore(ctx)
    }

    /// What an earlier evaluation left, showing the item.
    fn spare<'js>(&self, ctx: &Ctx<'js>, template: u64, item: &Json) -> Result<Option<SpareParts<'js>>> {
        let named = self.named.borrow_mut().take_if(|(own, _)| *own == template);
        if let Some((_, spare)) = named
            && let Some(parts) = spare.show(ctx, item)?
        {
            return Ok(Some(parts));
        }
        let spare = self.spare.borrow_mut().take();
        spare.map_or(Ok(None), |spare| spare.show(ctx, item))
    }

    /// A data context for the scene's item. All but `$json` is found when it is read.
    pub(crate) fn begin<'js>(
        &self,
        ctx: &Ctx<'js>,
        scene: &Scene<'_>,
        template: u64,
        needs: Needs,
    ) -> Result<Begun<'js>> {
        let item = if needs.json { scene.item().map(|item| &item.json) } else { None };
        let Some(item) = item.filter(|json| json.is_object()) else {
            return Ok(Begun { data: self.context(ctx, scene.item_index)?, spare: None });
        };
        let (context, json, view) = match self.spare(ctx, template, item)? {
            Some(spare) => spare,
            None => {
                let (json, view) = View::root(ctx, self, item)?;
                let context = self.context(ctx, 0)?;
                self.define_json(ctx, &context, &json)?;
                (context, json, view)
            }
        };
        let data = match needs.more {
            true => self.context(ctx, scene.item_index)?,
            false => context.clone(),
        };
        if needs.more {
            self.define_json(ctx, &data, &json)?;
        }
        Ok(Begun { data, spare: Some((context, json, view)) })
    }

    /// Keeps for the next evaluation what this one has not changed.
    pub(crate) fn end<'js>(&self, ctx: &Ctx<'js>, template: u64, begun: Begun<'js>) {
        let Some((data, json, view)) = begun.spare else { return };
        let cleared = view.borrow().clear();
        let spare = Spare {
            data: Persistent::save(ctx, data),
            json: Persistent::save(ctx, json),
            view: Persistent::save(ctx, view),
        };
        match cleared {
            Cleared::Wholly => *self.spare.borrow_mut() = Some(spare),
            Cleared::Named => *self.named.borrow_mut() = Some((template, spare)),
            Cleared::Not => {}
        }
    }

    fn context<'js>(&self, ctx: &Ctx<'js>, item_index: usize) -> Result<Object<'js>> {
        let data = Object::new_proto(ctx.clone(), Some(&self.get(ctx, |api| &api.base)?))?;
        data.set(self.get(ctx, |api| &api.index_key)?, item_index as f64)?;
        Ok(data)
    }

    fn define_json<'js>(&self, ctx: &Ctx<'js>, data: &Object<'js>, json: &Value<'js>) -> Result<()> {
        let json = Property::from(json.clone()).writable().enumerable().configurable();
        data.prop(self.get(ctx, |api| &api.json_key)?, json)
    }

    pub(crate) fn guard<'js>(&self, ctx: &Ctx<'js>) -> Result<Function<'js>> {
        self.get(ctx, |api| &api.guard)
    }

    pub(crate) fn handlers<'js>(&self, ctx: &Ctx<'js>) -> Result<Handlers<Object<'js>>> {
        Ok(Handlers {
            lazy: self.get(ctx, |api| &api.handlers.lazy)?,
            named: self.get(ctx, |api| &api.handlers.named)?,
            filled: self.get(ctx, |api| &api.handlers.filled)?,
            written: self.get(ctx, |api| &api.handlers.written)?,
        })
    }

    pub(crate) fn object_prototype<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>> {
        self.get(ctx, |api| &api.object_prototype)
    }

    /// A function of the prelude.
    pub(crate) fn function<'js>(&self, ctx: &Ctx<'js>, name: &str) -> Result<Function<'js>> {
        self.get(ctx, |api| &api.object)?.get(name)
    }

    /// The prototype of luxon's `DateTime`, `Duration` or `Interval`.
    pub(crate) fn luxon_prototype<'js>(&self, ctx: &Ctx<'js>, index: usize) -> Result<Object<'js>> {
        self.get(ctx, |api| &api.luxon_prototypes[index])
    }

    /// A name of a property as the engine knows it.
    pub(crate) fn key<'js>(&self, ctx: &Ctx<'js>, name: &str) -> Result<Atom<'js>> {
        if let Some(known) = self.keys.borrow().get(name) {
            return known.clone().restore(ctx);
        }
        let key = Atom::from_str(ctx.clone(), name)?;
        // Long names are seldom the same.
        if name.len() <= 64 {
            let mut keys = self.keys.borrow_mut();
            if keys.len() >= MOST_KEYS {
                keys.clear();
            }
            keys.insert(SmolStr::new(name), Persistent::save(ctx, key.clone()));
        }
        Ok(key)
    }

    /// Whether an object is one of the prototypes of luxon's classes.
    pub(crate) fn is_luxon_prototype<'js>(&self, ctx: &Ctx<'js>, object: &Object<'js>) -> bool {
        (0..3).any(|index| self.luxon_prototype(ctx, index).is_ok_and(|prototype| prototype == *object))
    }

    /// The index of the item that a data context is for.
    pub(crate) fn item_index<'js>(&self, ctx: &Ctx<'js>, context: &Object<'js>) -> Result<usize> {
        let index: Value<'js> = context.get(self.get(ctx, |api| &api.index_key)?)?;
        Ok(index.as_number().filter(|number| *number >= 0.0).map_or(0, |number| number as usize))
    }

    /// A compiled chunk, from the cache or made by `compile`.
    pub(crate) fn chunk<'js>(
        &self,
        ctx: &Ctx<'js>,
        key: (u64, usize),
        compile: impl FnOnce() -> Result<Function<'js>>,
    ) -> Result<Function<'js>> {
        if let Some(known) = self.chunks.borrow().get(&key) {
            return known.clone().restore(ctx);
        }
        let compiled = compile()?;
        let mut chunks = self.chunks.borrow_mut();
        if chunks.len() >= MOST_CHUNKS {
            chunks.clear();
        }
        chunks.insert(key, Persistent::save(ctx, compiled.clone()));
        Ok(compiled)
    }

    /// A template that an expression made itself.
    pub(crate) fn template(&self, text: &str) -> std::result::Result<Template, ExpressionError> {
        if let Some(known) = self.templates.borrow().get(text) {
            return Ok(known.clone());
        }
        let template = Template::parse(text)?;
        let mut templates = self.templates.borrow_mut();
        if templates.len() >= MOST_TEMPLATES {
            templates.clear();
        }
        templates.insert(text.to_owned(), template.clone());
        Ok(template)
    }

    /// Throws `error` as a JavaScript exception.
    pub(crate) fn throw<'js>(&self, ctx: &Ctx<'js>, error: &ExpressionError) -> rquickjs::Error {
        match self.exception(ctx, error) {
            Ok(exception) => ctx.throw(exception),
            Err(error) => error,
        }
    }

    /// `error` as a JavaScript object.
    pub(crate) fn exception<'js>(&self, ctx: &Ctx<'js>, error: &ExpressionError) -> Result<Value<'js>> {
        let context = match &error.context {
            context if context.is_null() => Value::new_undefined(ctx.clone()),
            context => ctx.json_parse(context.to_json_string())?,
        };
        self.function(ctx, "fail")?.call((
            error.name.as_str(),
            error.message.as_str(),
            error.description.as_deref(),
            context,
        ))
    }
}
