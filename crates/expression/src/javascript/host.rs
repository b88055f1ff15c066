//! The native functions of the prelude.

use std::rc::Rc;

use heddle_node::{Json, JsonObject};
use rquickjs::function::{Rest, This};
use rquickjs::object::Property;
use rquickjs::{Class, Ctx, Function, Object, Result, Value as JsValue};

use crate::error::ExpressionError;
use crate::extensions;
use crate::javascript::bridge::{Bridge, SCENE};
use crate::javascript::convert::{Purpose, Refused, from_js, luxon_value, to_js};
use crate::javascript::view::View;
use crate::luxon::{self, Class as LuxonClass, Member, MemberKind};
use crate::native::Stop;
use crate::run::items::{item_json, items_json};
use crate::run::{functions, nodes, paired, parameters, variables};
use crate::scene::Scene;
use crate::throw::Thrown;
use crate::value::Value;

/// What a host function may fail with.
pub(crate) enum HostError {
    /// An error that becomes an exception.
    Throw(Box<ExpressionError>),
    /// An exception that is already pending.
    Pending(rquickjs::Error),
}

impl HostError {
    /// Makes it the pending exception.
    fn throw(self, ctx: &Ctx<'_>, bridge: &Bridge) -> rquickjs::Error {
        match self {
            HostError::Throw(error) => bridge.throw(ctx, &error),
            HostError::Pending(error) => error,
        }
    }
}

impl From<ExpressionError> for HostError {
    fn from(error: ExpressionError) -> Self {
        HostError::Throw(Box::new(error))
    }
}

impl From<Thrown> for HostError {
    fn from(thrown: Thrown) -> Self {
        HostError::Throw(Box::new(thrown.into()))
    }
}

impl From<rquickjs::Error> for HostError {
    fn from(error: rquickjs::Error) -> Self {
        HostError::Pending(error)
    }
}

impl From<Refused> for HostError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Error(error) => HostError::Throw(Box::new(error)),
            Refused::Thrown(error) => HostError::Pending(error),
        }
    }
}

impl From<Stop> for HostError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(error) => HostError::Throw(error),
            Stop::Blank | Stop::Unsupported => {
                Thrown::type_error("Cannot read properties of undefined").into()
            }
        }
    }
}

type Hosted<T> = std::result::Result<T, HostError>;

/// One call of a host function.
pub(crate) struct Call<'c, 'js> {
    pub(crate) ctx: &'c Ctx<'js>,
    pub(crate) bridge: &'c Rc<Bridge>,
    arguments: Vec<JsValue<'js>>,
}

impl<'js> Call<'_, 'js> {
    fn js(&self, index: usize) -> JsValue<'js> {
        self.arguments.get(index).cloned().unwrap_or_else(|| JsValue::new_undefined(self.ctx.clone()))
    }

    fn value(&self, index: usize) -> Hosted<Value> {
        Ok(from_js(self.ctx, self.bridge, &self.js(index), Purpose::Argument)?)
    }

    /// The values of an array argument, or of the arguments from `index` on.
    fn values(&self, index: usize) -> Hosted<Vec<Value>> {
        let list = self.js(index);
        let Some(list) = list.as_array() else { return Ok(Vec::new()) };
        let mut values = Vec::with_capacity(list.len());
        for position in 0..list.len() {
            values.push(from_js(self.ctx, self.bridge, &list.get(position)?, Purpose::Argument)?);
        }
        Ok(values)
    }

    /// The values of all arguments.
    fn all(&self) -> Hosted<Vec<Value>> {
        (0..self.arguments.len()).map(|index| self.value(index)).collect()
    }

    fn text(&self, index: usize) -> Hosted<String> {
        match self.value(index)? {
            Value::Json(json) => Ok(crate::coerce::to_text(&json).into_owned()),
            _ => Ok(String::new()),
        }
    }

    fn index(&self, index: usize) -> usize {
        self.js(index).as_number().filter(|number| *number >= 0.0).map_or(0, |number| number as usize)
    }

    fn give(&self, value: &Value) -> Hosted<JsValue<'js>> {
        Ok(to_js(self.ctx, self.bridge, value)?)
    }

    fn give_json(&self, json: &Json) -> Hosted<JsValue<'js>> {
        Ok(View::value(self.ctx, self.bridge, json)?)
    }

    fn undefined(&self) -> JsValue<'js> {
        JsValue::new_undefined(self.ctx.clone())
    }

    fn item(&self, item: Option<&heddle_node::Item>, scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
        match item {
            Some(item) if scene.run.workflow().binary_mode_combined => self.give_json(&item.json),
            Some(item) => self.give_json(&item_json(item)),
            None => Ok(self.undefined()),
        }
    }

    fn items(&self, items: &[heddle_node::Item], scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
        if scene.run.workflow().binary_mode_combined {
            return self.give_json(&items.iter().map(|item| item.json.clone()).collect());
        }
        self.give_json(&items_json(items))
    }
}

/// Runs `read` on the scene of the evaluation, at the item whose index is argument `index`.
fn at_item<T>(call: &Call<'_, '_>, index: usize, read: impl FnOnce(&Scene<'_>) -> Hosted<T>) -> Hosted<T> {
    let item_index = call.index(index);
    in_scene(|scene| read(&scene.at_item(item_index)))
}

/// Runs `read` on the node that argument 0 names, at the evaluation's own item.
fn at_node<T>(call: &Call<'_, '_>, read: impl FnOnce(usize, &Scene<'_>) -> Hosted<T>) -> Hosted<T> {
    let name = call.text(0)?;
    in_scene(|scene| read(nodes::find(&name, scene)?, scene))
}

fn in_scene<T>(read: impl FnOnce(&Scene<'_>) -> Hosted<T>) -> Hosted<T> {
    if !SCENE.is_set() {
        return Err(Thrown::new("Error", "No evaluation is under way").into());
    }
    SCENE.with(|scene| read(scene))
}

type HostFunction = for<'c, 'js> fn(&Call<'c, 'js>) -> Hosted<JsValue<'js>>;

/// Makes the `host` object of the prelude.
pub(crate) fn host_object<'js>(ctx: &Ctx<'js>, bridge: &Rc<Bridge>) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    for (name, function) in FUNCTIONS {
        let bridge = Rc::clone(bridge);
        let function = *function;
        let hosted = Function::new(ctx.clone(), move |ctx: Ctx<'js>, arguments: Rest<JsValue<'js>>| {
            let call = Call { ctx: &ctx, bridge: &bridge, arguments: arguments.0 };
            function(&call).map_err(|error| error.throw(&ctx, &bridge))
        })?;
        host.set(*name, hosted)?;
    }
    // A proxy calls its traps on the handler.
    let own = Rc::clone(bridge);
    let get = Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, handler: This<Class<'js, View<'js>>>, _: JsValue<'js>, key: JsValue<'js>| {
            View::get(&handler.0, &ctx, &own, key)
        },
    )?;
    host.set("viewGet", get)?;
    let own = Rc::clone(bridge);
    let name = Function::new(ctx.clone(), move |ctx: Ctx<'js>, handler: This<Class<'js, View<'js>>>| {
        View::name(&handler.0, &ctx, &own)
    })?;
    host.set("viewName", name)?;
    let own = Rc::clone(bridge);
    let open = Function::new(ctx.clone(), move |ctx: Ctx<'js>, handler: This<Class<'js, View<'js>>>| {
        View::open(&handler.0, &ctx, &own)
    })?;
    host.set("viewOpen", open)?;
    Ok(host)
}

const FUNCTIONS: &[(&str, HostFunction)] = &[
    ("now", |call| in_scene(|scene| Ok(JsValue::new_number(call.ctx.clone(), scene.clock.now as f64)))),
    ("parseDate", |call| Ok(JsValue::new_float(call.ctx.clone(), luxon::parse_date(&call.text(0)?)))),
    ("viewText", |call| match View::unchanged(call.ctx, call.bridge, &call.js(0)) {
        Some(json) => call.give(&Value::from(json.to_json_string())),
        None => Ok(call.undefined()),
    }),
    ("variables", |call| {
        let list = rquickjs::Array::new(call.ctx.clone())?;
        for (index, name) in VARIABLES.iter().enumerate() {
            let pair = rquickjs::Array::new(call.ctx.clone())?;
            pair.set(0, *name)?;
            pair.set(1, variable_getter(call.ctx, call.bridge, name)?)?;
            list.set(index, pair)?;
        }
        Ok(list.into_value())
    }),
    ("requireInput", |call| at_item(call, 0, |scene| require_input(scene).map(|()| call.undefined()))),
    ("input", input),
    ("inputItems", input_items),
    ("requireNode", |call| {
        let name = call.text(0)?;
        at_item(call, 1, |scene| {
            nodes::find(&name, scene)?;
            Ok(call.undefined())
        })
    }),
    ("nodeItems", node_items),
    ("nodeItem", |call| {
        at_node(call, |node, scene| call.item(paired::item(node, scene, paired::Method::Item, None)?, scene))
    }),
    ("nodeFirst", |call| {
        at_node(call, |node, scene| call.item(nodes::output_items(node, None, None, scene)?.first(), scene))
    }),
    ("nodeLast", |call| {
        at_node(call, |node, scene| call.item(nodes::output_items(node, None, None, scene)?.last(), scene))
    }),
    ("nodeAll", |call| {
        at_node(call, |node, scene| call.items(nodes::output_items(node, None, None, scene)?, scene))
    }),
    ("nodeMember", node_member),
    ("oldNodeMember", old_node_member),
    ("nodeParameter", |call| {
        let (node, name) = (call.text(0)?, call.text(1)?);
        at_item(call, 2, |scene| {
            let node = nodes::find(&node, scene)?;
            evaluated_parameter(call, scene, node, &name)
        })
    }),
    ("nodeParameterNames", |call| {
        let node = call.text(0)?;
        at_item(call, 1, |scene| {
            let node = nodes::find(&node, scene)?;
            call.give_json(&parameters::names(scene.run.node(node).parameters))
        })
    }),
    ("parameter", |call| {
        let name = call.text(0)?;
        at_item(call, 1, |scene| match name.strip_prefix('&') {
            Some(sibling) => evaluated_sibling(call, scene, sibling),
            None => evaluated_parameter(call, scene, scene.node, &name),
        })
    }),
    ("parameterNames", |call| {
        in_scene(|scene| call.give_json(&parameters::names(scene.active().parameters)))
    }),
    ("environment", |call| {
        let name = call.text(0)?;
        at_item(call, 1, |scene| call.give(&variables::environment(&name, scene)?))
    }),
    ("selfField", self_field),
    ("hasSecrets", |call| in_scene(|scene| Ok(JsValue::new_bool(call.ctx.clone(), scene.secrets.is_some())))),
    ("secretProvider", |call| {
        let provider = call.text(0)?;
        in_scene(|scene| match scene.secrets.and_then(|secrets| secrets.get(&provider)) {
            Some(_) => Ok(call.undefined()),
            None => Err(functions::unreachable_secrets(scene).into()),
        })
    }),
    ("secretNames", |call| {
        let path = call.values(0)?;
        in_scene(|scene| {
            call.give_json(&functions::find_secret(&path, scene).map(parameters::names).unwrap_or_default())
        })
    }),
    ("isSecret", |call| {
        let path = call.values(0)?;
        at_item(call, 1, |scene| match functions::find_secret(&path, scene) {
            Some(found) => Ok(JsValue::new_bool(call.ctx.clone(), !found.is_object())),
            None => Err(functions::missing_secret(scene).into()),
        })
    }),
    ("secret", |call| {
        let path = call.values(0)?;
        in_scene(|scene| call.give_json(functions::find_secret(&path, scene).unwrap_or(&Json::NULL)))
    }),
    ("workflow", |call| {
        let name = call.text(0)?;
        at_item(call, 1, |scene| call.give(&variables::workflow(&name, scene)?))
    }),
    ("previousNode", |call| {
        let name = call.text(0)?;
        in_scene(|scene| call.give(&variables::previous_node(&name, scene)))
    }),
    ("execution", |call| {
        in_scene(|scene| {
            let members = ["id", "mode", "resumeUrl", "resumeFormUrl"];
            call.give_json(&variables::collect(&members, |name| variables::execution(name, scene)))
        })
    }),
    ("items", |call| {
        let arguments = call.values(1)?;
        at_item(call, 0, |scene| match functions::items(&arguments, scene)? {
            Some(items) => call.give_json(&items_json(items)),
            None => Ok(call.undefined()),
        })
    }),
    ("pairedItem", |call| {
        let arguments = call.values(1)?;
        at_item(call, 0, |scene| {
            let item = functions::paired_item(&arguments, scene)?;
            item.map_or_else(|| Ok(call.undefined()), |item| call.give_json(&item_json(item)))
        })
    }),
    ("evaluate", |call| {
        let text = format!("={}", call.text(0)?);
        at_item(call, 1, |scene| {
            let template = call.bridge.template(&text)?;
            let value = crate::engine::evaluate_nested(call.ctx, call.bridge, &template, scene)?;
            call.give(&value)
        })
    }),
    ("jmespath", |call| {
        let (object, query) = (call.value(0)?, call.value(1)?);
        call.give(&functions::jmespath(&object, &query)?)
    }),
    ("fromAi", |call| {
        let arguments = call.values(1)?;
        at_item(call, 0, |scene| call.give(&functions::from_ai(&arguments, scene)?))
    }),
    ("tool", |call| at_item(call, 0, |scene| call.give(&functions::tool(scene)))),
    ("extensionNames", |call| {
        let kinds = Object::new(call.ctx.clone())?;
        for (kind, names) in extensions::names_by_kind() {
            kinds.set(kind, names)?;
        }
        Ok(kinds.into_value())
    }),
    ("functionNames", |call| call.give_json(&OWN_FUNCTIONS.iter().copied().map(Json::from).collect())),
    ("callFunction", |call| {
        let (name, arguments) = (call.text(0)?, call.values(1)?);
        in_scene(|scene| call.give(&extensions::function(&name, &arguments, scene.clock)?))
    }),
    ("isLuxon", |call| {
        Ok(JsValue::new_bool(call.ctx.clone(), luxon_value(call.ctx, call.bridge, &call.js(0)).is_some()))
    }),
    ("extend", extend),
    ("hasExtension", |call| {
        let (receiver, name) = (call.value(0)?, call.text(1)?);
        Ok(JsValue::new_bool(call.ctx.clone(), extensions::has(&name, &receiver)))
    }),
    ("notCallable", |call| {
        let (receiver, name) = (call.value(0)?, call.text(1)?);
        let error = extensions::not_callable(&name, &receiver).into();
        Ok(call.bridge.exception(call.ctx, &error)?)
    }),
    ("luxonMembers", |call| {
        let class = luxon_class(call.index(0));
        let list = rquickjs::Array::new(call.ctx.clone())?;
        for (index, member) in luxon::members(class).iter().enumerate() {
            let kind = match member.kind {
                MemberKind::Getter => "getter",
                MemberKind::Method => "method",
                MemberKind::StaticGetter => "staticGetter",
                MemberKind::StaticMethod => "staticMethod",
            };
            let triple = rquickjs::Array::new(call.ctx.clone())?;
            triple.set(0, member.name)?;
            triple.set(1, kind)?;
            triple.set(2, luxon_member(call.ctx, call.bridge, class, *member)?)?;
            list.set(index, triple)?;
        }
        Ok(list.into_value())
    }),
    ("luxonNew", |_| Err(Thrown::type_error("luxon objects are made by their static methods").into())),
    ("dateToLocaleString", |call| {
        let (millis, kind) = (call.js(0).as_number().unwrap_or(f64::NAN), call.text(1)?);
        let (locales, options) = (call.value(2)?, call.value(3)?);
        in_scene(|scene| {
            let text = crate::locale::date_to_locale_string(millis, &kind, &locales, &options, scene.clock)?;
            call.give(&Value::from(text))
        })
    }),
    ("numberToLocaleString", |call| {
        let number = call.js(0).as_number().unwrap_or(f64::NAN);
        let text = crate::locale::number_to_locale_string(number, &call.value(1)?, &call.value(2)?)?;
        call.give(&Value::from(text))
    }),
    ("compare", |call| {
        let (a, b) = (call.text(0)?, call.text(1)?);
        let order = crate::locale::compare(&a, &b, &call.value(2)?, &call.value(3)?)?;
        call.give(&Value::from(order))
    }),
    ("changeCase", |call| {
        let text = call.text(0)?;
        let locales = call.value(2)?;
        let changed = match call.js(1).as_bool() {
            Some(true) => crate::locale::upper_with_locale(&text, &locales)?,
            _ => crate::locale::lower_with_locale(&text, &locales)?,
        };
        call.give(&Value::from(changed))
    }),
    ("intl", |call| {
        let (class, method) = (call.text(0)?, call.text(1)?);
        let (locales, options) = (call.value(2)?, call.value(3)?);
        let mut arguments = Vec::new();
        for index in 4..call.arguments.len() {
            arguments.push(call.value(index)?);
        }
        in_scene(|scene| {
            call.give(&crate::locale::intl(&class, &method, &locales, &options, &arguments, scene.clock)?)
        })
    }),
    ("process", |call| in_scene(|scene| call.give_json(&functions::process(scene)))),
];

/// Variables whose value does not depend on how they are read.
const VARIABLES: &[&str] = &[
    "$json",
    "$data",
    "$binary",
    "$itemIndex",
    "$position",
    "$thisItemIndex",
    "$thisItem",
    "$runIndex",
    "$thisRunIndex",
    "$mode",
    "$now",
    "$today",
    "$vars",
    "$executionId",
    "$resumeWebhookUrl",
    "$nodeVersion",
    "$nodeId",
    "$webhookId",
    "$rawParameter",
    "$agentInfo",
    "$evaluation",
    "$request",
    "$response",
    "$pageCount",
    "$version",
    "$value",
    "$credentials",
    "$responseItem",
    "$index",
    "$parent",
];

const OWN_FUNCTIONS: &[&str] = &[
    "$min",
    "$max",
    "$average",
    "$not",
    "min",
    "max",
    "average",
    "not",
    "numberList",
    "zip",
    "toPathSegment",
];

fn luxon_class(index: usize) -> LuxonClass {
    match index {
        0 => LuxonClass::DateTime,
        1 => LuxonClass::Duration,
        _ => LuxonClass::Interval,
    }
}

/// A member of a luxon class as a function.
fn luxon_member<'js>(
    ctx: &Ctx<'js>,
    bridge: &Rc<Bridge>,
    class: LuxonClass,
    member: Member,
) -> Result<Function<'js>> {
    let own = Rc::clone(bridge);
    let name = member.name;
    Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, this: This<JsValue<'js>>, arguments: Rest<JsValue<'js>>| {
            let call = Call { ctx: &ctx, bridge: &own, arguments: arguments.0 };
            let instance = || match luxon_value(&ctx, &own, &this.0) {
                Some(value) => Ok(value),
                None => Err(Thrown::type_error("method called on an incompatible receiver")),
            };
            let result = in_scene(|scene| match member.kind {
                MemberKind::Getter => match luxon_value(&ctx, &own, &this.0) {
                    Some(value) => Ok(luxon::get(&value, name, scene.clock).transpose()?.unwrap_or_default()),
                    None => Ok(Value::Undefined),
                },
                MemberKind::Method => Ok(luxon::call(&instance()?, name, &call.all()?, scene.clock)?),
                MemberKind::StaticGetter => Ok(luxon::get_static(class, name).unwrap_or_default()),
                MemberKind::StaticMethod => Ok(luxon::call_static(class, name, &call.all()?, scene.clock)?),
            });
            result.and_then(|value| call.give(&value)).map_err(|error| error.throw(&ctx, &own))
        },
    )
}

/// The getter of a variable, which a data context inherits. What it gives is kept in the context.
fn variable_getter<'js>(ctx: &Ctx<'js>, bridge: &Rc<Bridge>, name: &'static str) -> Result<Function<'js>> {
    let own = Rc::clone(bridge);
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, context: This<Object<'js>>| {
        let call = Call { ctx: &ctx, bridge: &own, arguments: Vec::new() };
        let item_index = own.item_index(&ctx, &context.0)?;
        let value = in_scene(|scene| variable(&call, name, &scene.at_item(item_index)))
            .map_err(|error| error.throw(&ctx, &own))?;
        context.0.prop(own.key(&ctx, name)?, Property::from(value.clone()).writable().configurable())?;
        Ok::<_, rquickjs::Error>(value)
    })
}

fn variable<'js>(call: &Call<'_, 'js>, name: &str, scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
    {
        let text = |text: Option<&str>| call.give(&text.map_or(Value::Undefined, Value::from));
        let number = |number: f64| Ok(JsValue::new_number(call.ctx.clone(), number));
        match name {
            "$json" | "$data" => call.give_json(&variables::current_item(scene)?.json),
            "$binary" => call.give_json(&variables::binary(scene)?),
            "$itemIndex" | "$position" | "$thisItemIndex" => number(scene.item_index as f64),
            "$thisItem" => match scene.item() {
                Some(item) => call.give_json(&item_json(item)),
                None => Ok(call.undefined()),
            },
            "$runIndex" | "$thisRunIndex" => number(scene.run_index as f64),
            "$mode" => text(Some(scene.mode)),
            "$now" => call.give(&variables::now(scene)),
            "$today" => call.give(&variables::today(scene)?),
            "$vars" => match scene.vars.is_null() {
                true => call.give_json(&Json::object()),
                false => call.give_json(scene.vars),
            },
            "$executionId" => text(scene.execution_id),
            "$resumeWebhookUrl" => text(scene.resume_url),
            "$nodeVersion" => number(scene.active().type_version),
            "$nodeId" => text(Some(scene.active().id)),
            "$webhookId" => text(scene.active().webhook_id),
            "$rawParameter" => {
                let stored = scene.active().parameters.as_object().into_iter().flatten();
                let mut raw = JsonObject::new();
                for (name, stored) in stored {
                    raw.insert(name, located(call, stored)?);
                }
                call.give_json(&Json::from(raw))
            }
            "$agentInfo" => {
                call.give(&scene.run.agent_info(scene.node).map_or(Value::Undefined, Value::Json))
            }
            name => match scene.additional.iter().find(|(own, _)| *own == name) {
                Some((_, value)) => call.give_json(value),
                None => Ok(call.undefined()),
            },
        }
    }
}

fn require_input(scene: &Scene<'_>) -> Hosted<()> {
    if scene.items.is_empty() {
        return Err(variables::no_execution_data(scene).into());
    }
    Ok(())
}

fn input<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(0)?;
    at_item(call, 1, |scene| {
        require_input(scene)?;
        match name.as_str() {
            "item" => call.item(scene.item(), scene),
            "params" => {
                let node = functions::source_node(scene)?;
                call.give_json(scene.run.node(node).parameters)
            }
            "context" => {
                let node = functions::source_node(scene)?;
                call.give_json(&nodes::context(node, scene))
            }
            _ => Ok(call.undefined()),
        }
    })
}

fn input_items<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(0)?;
    at_item(call, 1, |scene| {
        require_input(scene)?;
        match name.as_str() {
            "first" => call.item(scene.items.first(), scene),
            "last" => call.item(scene.items.last(), scene),
            _ => call.items(scene.items, scene),
        }
    })
}

fn node_items<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let (name, method) = (call.text(0)?, call.text(1)?);
    let arguments = call.values(3)?;
    at_item(call, 2, |scene| {
        let node = nodes::find(&name, scene)?;
        let index = |position: usize| functions::index_argument(arguments.get(position));
        match method.as_str() {
            "pairedItem" => {
                call.item(paired::item(node, scene, paired::Method::PairedItem, index(0)?)?, scene)
            }
            "itemMatching" => {
                call.item(paired::item(node, scene, paired::Method::ItemMatching, index(0)?)?, scene)
            }
            _ => {
                let items = nodes::output_items(node, index(0)?, index(1)?, scene)?;
                match method.as_str() {
                    "first" => call.item(items.first(), scene),
                    "last" => call.item(items.last(), scene),
                    _ => call.items(items, scene),
                }
            }
        }
    })
}

fn node_member<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let (name, member) = (call.text(0)?, call.text(1)?);
    at_item(call, 2, |scene| {
        let node = nodes::find(&name, scene)?;
        match member.as_str() {
            "item" => call.item(paired::item(node, scene, paired::Method::Item, None)?, scene),
            "isExecuted" => Ok(JsValue::new_bool(call.ctx.clone(), scene.run.run_count(node) > 0)),
            "params" => call.give_json(scene.run.node(node).parameters),
            "context" => call.give_json(&nodes::context(node, scene)),
            _ => Ok(call.undefined()),
        }
    })
}

fn old_node_member<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let (name, member) = (call.text(0)?, call.text(1)?);
    at_item(call, 2, |scene| {
        let node = nodes::find(&name, scene)?;
        match member.as_str() {
            "json" | "data" => call.give_json(&nodes::old_item(node, scene)?.json),
            "binary" => {
                let binary = crate::run::items::binary_json(nodes::old_item(node, scene)?, false);
                call.give_json(&binary.unwrap_or_else(Json::object))
            }
            "runIndex" => {
                let count = scene.run.run_count(node) as f64;
                Ok(JsValue::new_number(call.ctx.clone(), count - 1.0))
            }
            "context" => call.give_json(&nodes::context(node, scene)),
            _ => Ok(call.undefined()),
        }
    })
}

/// A stored parameter as `$parameter.name` gives it (`spec/expressions/language.md §10`).
fn evaluated_parameter<'js>(
    call: &Call<'_, 'js>,
    scene: &Scene<'_>,
    node: usize,
    name: &str,
) -> Hosted<JsValue<'js>> {
    let Some(stored) = scene.run.node(node).parameters.get(name) else { return Ok(call.undefined()) };
    evaluated(call, scene, &located(call, stored)?, &format!("{node}.{name}"))
}

/// What a stored value reads as: a resource locator is its value, or what its pattern finds in that.
fn located(call: &Call<'_, '_>, stored: &Json) -> Hosted<Json> {
    let Some(value) = parameters::locator_value(stored) else { return Ok(stored.clone()) };
    match (value.as_str(), stored.get("__regex").and_then(Json::as_str)) {
        (Some(text), Some(pattern)) => {
            let found = call.bridge.function(call.ctx, "locatorValue")?.call((text, pattern))?;
            let found = from_js(call.ctx, call.bridge, &found, Purpose::Argument)?;
            Ok(found.into_json().unwrap_or_default())
        }
        _ => Ok(value.clone()),
    }
}

fn evaluated_sibling<'js>(call: &Call<'_, 'js>, scene: &Scene<'_>, name: &str) -> Hosted<JsValue<'js>> {
    match scene.siblings.and_then(|siblings| siblings.get(name)) {
        Some(stored) => evaluated(call, scene, stored, &format!("&{name}")),
        None => Err(Thrown::new("Error", "Could not find sibling parameter on node").into()),
    }
}

fn evaluated<'js>(call: &Call<'_, 'js>, scene: &Scene<'_>, stored: &Json, key: &str) -> Hosted<JsValue<'js>> {
    let Some(text) = stored.as_str().filter(|text| text.starts_with('=')) else {
        return call.give_json(stored);
    };
    {
        let mut under_way = call.bridge.parameters.borrow_mut();
        if under_way.iter().any(|known| known == key) {
            return Ok(call.undefined());
        }
        under_way.push(key.to_owned());
    }
    let evaluated = call
        .bridge
        .template(text)
        .and_then(|template| crate::engine::evaluate_nested(call.ctx, call.bridge, &template, scene));
    call.bridge.parameters.borrow_mut().pop();
    call.give(&evaluated?)
}

fn self_field<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(0)?;
    at_item(call, 1, |scene| {
        let Some(stored) = scene.self_fields.and_then(|fields| fields.get(&name)) else {
            return Ok(call.undefined());
        };
        let inner = Scene { self_fields: None, ..*scene };
        match stored.as_str().filter(|text| text.starts_with('=')) {
            Some(text) => {
                let template = call.bridge.template(text)?;
                let value = crate::engine::evaluate_nested(call.ctx, call.bridge, &template, &inner)?;
                call.give(&value)
            }
            None => call.give_json(stored),
        }
    })
}

/// `extend(receiver, name, arguments)`: an array that holds the result, or undefined when the receiver's type has no
/// such method.
fn extend<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(1)?;
    let receiver = call.js(0);
    if crate::syntax::names::is_denied(&name) {
        let message = format!("Cannot access \"{name}\" via expression extension due to security concerns");
        return Err(Thrown::extension(message).into());
    }
    // Elements keep their identity, which a copy would not.
    if let ("first" | "last", Some(list)) = (name.as_str(), receiver.as_array()) {
        let position = if name == "first" { 0 } else { list.len().saturating_sub(1) };
        return wrapped(call, list.get(position)?);
    }
    let receiver = call.value(0)?;
    if !extensions::has(&name, &receiver) {
        return Ok(call.undefined());
    }
    let arguments = call.values(2)?;
    let result = in_scene(|scene| Ok(extensions::call(&name, &receiver, &arguments, scene.clock)?))?;
    match result {
        Some(value) => wrapped(call, call.give(&value)?),
        None => Ok(call.undefined()),
    }
}

fn wrapped<'js>(call: &Call<'_, 'js>, value: JsValue<'js>) -> Hosted<JsValue<'js>> {
    let answer = rquickjs::Array::new(call.ctx.clone())?;
    answer.set(0, value)?;
    Ok(answer.into_value())
}
