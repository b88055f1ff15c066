//! What Rust holds of the engine's world: the functions of the prelude, and the compiled chunks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use crate::error::ExpressionError;
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
    chunks: RefCell<HashMap<(u64, usize), Persistent<Function<'static>>>>,
    /// Templates that expressions made themselves (`$evaluateExpression`).
    templates: RefCell<HashMap<String, Template>>,
    /// When the evaluation under way must end.
    pub(crate) deadline: Cell<Option<Instant>>,
    /// Parameters whose evaluation is under way.
    pub(crate) parameters: RefCell<Vec<String>>,
}

#[derive(Clone)]
struct Api {
    object: Persistent<Object<'static>>,
    begin: Persistent<Function<'static>>,
    guard: Persistent<Function<'static>>,
    handler_prototype: Persistent<Object<'static>>,
    object_prototype: Persistent<Object<'static>>,
}

/// How many compiled chunks, and how many templates of its own, an engine keeps.
const MOST_CHUNKS: usize = 4096;
const MOST_TEMPLATES: usize = 1024;

impl Bridge {
    /// Takes over what the prelude made.
    pub(crate) fn connect<'js>(&self, ctx: &Ctx<'js>, api: &Object<'js>) -> Result<()> {
        let function =
            |name: &str| -> Result<_> { Ok(Persistent::save(ctx, api.get::<_, Function<'js>>(name)?)) };
        let object =
            |name: &str| -> Result<_> { Ok(Persistent::save(ctx, api.get::<_, Object<'js>>(name)?)) };
        let connected = Api {
            object: Persistent::save(ctx, api.clone()),
            begin: function("begin")?,
            guard: function("guard")?,
            handler_prototype: object("handlerPrototype")?,
            object_prototype: object("objectPrototype")?,
        };
        *self.api.borrow_mut() = Some(connected);
        Ok(())
    }

    /// Lets go of everything that lives in the engine; it must happen before the engine ends.
    pub(crate) fn disconnect(&self) {
        self.chunks.borrow_mut().clear();
        self.api.borrow_mut().take();
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

    /// A new data context for an item.
    pub(crate) fn begin<'js>(&self, ctx: &Ctx<'js>, item_index: usize) -> Result<Object<'js>> {
        self.get(ctx, |api| &api.begin)?.call((item_index as f64,))
    }

    pub(crate) fn guard<'js>(&self, ctx: &Ctx<'js>) -> Result<Function<'js>> {
        self.get(ctx, |api| &api.guard)
    }

    pub(crate) fn handler_prototype<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>> {
        self.get(ctx, |api| &api.handler_prototype)
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
        self.get(ctx, |api| &api.object)?.get::<_, rquickjs::Array<'js>>("luxonPrototypes")?.get(index)
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
