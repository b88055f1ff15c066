//! Modules in ES syntax: how the engine finds and loads them. What they import of CommonJS, of JSON or of Node.js becomes a
//! module with the same exports.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use heddle_data::Json;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Array, Ctx, Exception, Function, Module, Object, Persistent, Result, Value};

use crate::package::{By, Files, Found};

/// What stands before the name of a module of Node.js.
const OF_NODE: &str = "node:";

/// What stands before the names of the modules by which CommonJS asks for ES modules.
const ASKING: &str = "heddle:";

/// What `modules.js` does for modules in ES syntax, once it is there. To be taken away before its world is.
pub(super) type Common = Rc<RefCell<Option<Persistent<Object<'static>>>>>;

/// Finds and loads for the engine.
#[derive(Clone)]
pub(super) struct Imports {
    pub(super) files: Files,
    pub(super) common: Common,
}

impl Resolver for Imports {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let plain = name.strip_prefix(OF_NODE).unwrap_or(name);
        let is_of_node: bool = self.common(ctx)?.get::<_, Function<'_>>("isBuiltin")?.call((plain,))?;
        if is_of_node {
            return Ok(format!("{OF_NODE}{plain}"));
        }
        let base = if base.starts_with(ASKING) { "/" } else { base };
        match self.files.resolve(base, name, By::Import) {
            Ok(Found::Script(path) | Found::Module(path) | Found::Json(path)) => Ok(path),
            Err(text) => Err(Exception::throw_message(ctx, &text)),
        }
    }
}

impl Loader for Imports {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if !name.starts_with(OF_NODE) && self.is_module(name) {
            let source = self.files.read(name).map_err(|text| Exception::throw_message(ctx, &text))?;
            return Module::declare(ctx.clone(), name, readable(&source));
        }
        let common = self.common(ctx)?;
        let exports: Value<'js> = common.get::<_, Function<'_>>("exportsOf")?.call((name,))?;
        let names: Array<'js> = common.get::<_, Function<'_>>("namesOf")?.call((exports.clone(),))?;
        let mut source = "const own = import.meta.exports;\nexport default own;\n".to_owned();
        for (at, name) in names.iter::<String>().enumerate() {
            let name = Json::from(name?).to_string();
            source.push_str(&format!("const own{at} = own[{name}];\nexport {{ own{at} as {name} }};\n"));
        }
        let module = Module::declare(ctx.clone(), name, source)?;
        module.meta()?.set("exports", exports)?;
        Ok(module)
    }
}

impl Imports {
    fn common<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>> {
        match &*self.common.borrow() {
            Some(common) => common.clone().restore(ctx),
            None => Err(Exception::throw_message(ctx, "the loader is not there yet")),
        }
    }

    /// Whether a file is in ES syntax: by its name, by its package, or by what stands in it where it cannot be anything else.
    fn is_module(&self, path: &str) -> bool {
        let files = &self.files;
        files.is_module(path)
            || path.ends_with(".js") && files.read(path).is_ok_and(|source| looks_like_module(&source))
    }
}

/// Loads a module in ES syntax for one in CommonJS, at once.
pub(super) fn load<'js>(ctx: &Ctx<'js>, path: &str) -> Result<Value<'js>> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{ASKING}{}", ASKED.fetch_add(1, Ordering::Relaxed));
    let path = Json::from(path).to_string();
    let source = format!("import * as own from {path};\nimport.meta.own = own;");
    let (module, promise) = Module::declare(ctx.clone(), name, source)?.eval()?;
    if let Some(Err(error)) = promise.result::<Value<'js>>() {
        return Err(error);
    }
    let own: Value<'js> = module.meta()?.get("own")?;
    if own.is_undefined() {
        return Err(Exception::throw_message(ctx, &format!("{path} waits for something while it loads")));
    }
    Ok(own)
}

/// A source as the engine takes it.
pub(super) fn readable(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source = if source.starts_with("#!") { format!("//{source}") } else { source.to_owned() };
    source.replace('\0', "\\0")
}

/// Whether a source has statements at the beginning of a line that only ES modules have.
pub(super) fn looks_like_module(source: &str) -> bool {
    source.lines().any(|line| {
        let after = |word: &str| line.strip_prefix(word).and_then(|rest| rest.chars().next());
        matches!(after("import"), Some(' ' | '{' | '"' | '\'' | '*'))
            || matches!(after("export"), Some(' ' | '{' | '*'))
    })
}
