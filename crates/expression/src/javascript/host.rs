//! The native functions of the prelude.

use std::rc::Rc;

use heddle_data::Json;
use rquickjs::function::{Rest, This};
use rquickjs::{Class, Coerced, Ctx, Function, Object, Result, Value as JsValue};

use crate::code::add_functions;
use crate::extensions;
use crate::javascript::bridge::Bridge;
use crate::javascript::call::{Call, Hosted, at_item, at_node, in_scene};
use crate::javascript::convert::{array_length, luxon_value};
use crate::javascript::json_problem::json_problem;
use crate::javascript::run::{
    VARIABLES, evaluated_parameter, evaluated_sibling, input, input_items, node_items, node_member,
    old_node_member, require_input, self_field, variable_getter,
};
use crate::javascript::view::{View, number_value};
use crate::luxon::{self, Class as LuxonClass, Member, MemberKind, bind_zone};
use crate::math;
use crate::run::items::item_json;
use crate::run::{functions, nodes, paired, parameters, variables};
use crate::throw::Thrown;
use crate::value::Value;

pub(crate) type HostFunction = for<'c, 'js> fn(&Call<'c, 'js>) -> Hosted<JsValue<'js>>;

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
    if bridge.given.is_some() {
        add_functions(ctx, bridge, &host)?;
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
    ("now", |call| match call.bridge.given {
        // Code may wait, and look how long it took.
        Some(_) => Ok(JsValue::new_number(call.ctx.clone(), crate::clock::current_millis() as f64)),
        None => in_scene(|scene| Ok(JsValue::new_number(call.ctx.clone(), scene.clock.now as f64))),
    }),
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
    ("requireInput", |call| at_item(call, 0, |scene| require_input(call, scene).map(|()| call.undefined()))),
    ("input", input),
    ("inputItems", input_items),
    ("requireNode", |call| {
        let name = call.value(0)?;
        at_item(call, 1, |scene| match name.as_str() {
            Some(name) => nodes::find_accessed(name, scene).map(|_| call.undefined()).map_err(Into::into),
            None => Err(nodes::not_found(name.into_json().unwrap_or_default(), scene).into()),
        })
    }),
    ("jsonProblem", |call| {
        let problem = json_problem(&call.text(0)?);
        call.give(&problem.map_or(Value::Undefined, Value::from))
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
    ("nodeItemJson", |call| {
        at_node(call, |node, scene| {
            call.item_data(paired::item(node, scene, paired::Method::Item, None)?, scene)
        })
    }),
    ("nodeFirstJson", |call| {
        at_node(call, |node, scene| {
            call.item_data(nodes::output_items(node, None, None, scene)?.first(), scene)
        })
    }),
    ("nodeLastJson", |call| {
        at_node(call, |node, scene| {
            call.item_data(nodes::output_items(node, None, None, scene)?.last(), scene)
        })
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
            Some(items) => call.list(items, false, scene),
            None => Ok(call.undefined()),
        })
    }),
    ("itemCount", |call| {
        in_scene(|scene| Ok(JsValue::new_number(call.ctx.clone(), scene.items.len() as f64)))
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
    ("luxonNew", |call| {
        let (class, arguments) = (luxon_class(call.index(0)), call.values(1)?);
        in_scene(|scene| call.give(&luxon::construct(class, &arguments, scene.clock)?))
    }),
    ("zoneGetters", |call| call.give_json(&bind_zone::GETTERS.into_iter().map(Json::from).collect())),
    ("zoneMethods", |call| call.give_json(&bind_zone::METHODS.into_iter().map(Json::from).collect())),
    ("zoneMember", |call| {
        let (zone, name, arguments) = (call.value(0)?, call.text(1)?, call.values(2)?);
        call.give(&bind_zone::member(&zone, &name, &arguments)?)
    }),
    ("dateToLocaleString", |call| {
        let (millis, kind) = (call.js(0).as_number().unwrap_or(f64::NAN), call.text(1)?);
        let (locales, options) = (call.value(2)?, call.value(3)?);
        in_scene(|scene| {
            let text = crate::intl::date_to_locale_string(millis, &kind, &locales, &options, scene.clock)?;
            call.give(&Value::from(text))
        })
    }),
    ("numberToLocaleString", |call| {
        let text = crate::intl::number_to_locale_string(&call.value(0)?, &call.value(1)?, &call.value(2)?)?;
        call.give(&Value::from(text))
    }),
    ("inRadix", |call| {
        let number = call.js(0).as_number().unwrap_or(f64::NAN);
        call.give(&Value::from(math::in_radix(number, call.index(1) as u32)))
    }),
    ("mathNames", |call| {
        let list = rquickjs::Array::new(call.ctx.clone())?;
        for (index, name) in math::NAMES.iter().enumerate() {
            list.set(index, *name)?;
        }
        Ok(list.into_value())
    }),
    ("math", |call| {
        let number = |index: usize| call.js(index).get::<Coerced<f64>>().map(|number| number.0);
        let (name, x, y) = (call.text(0)?, number(1)?, number(2)?);
        Ok(number_value(call.ctx, math::call(&name, x, y)))
    }),
    ("compare", |call| {
        let (a, b) = (call.text(0)?, call.text(1)?);
        let order = crate::intl::compare(&a, &b, &call.value(2)?, &call.value(3)?)?;
        call.give(&Value::from(order))
    }),
    ("changeCase", |call| {
        let text = call.text(0)?;
        let locales = call.value(2)?;
        let changed = match call.js(1).as_bool() {
            Some(true) => crate::intl::upper_with_locale(&text, &locales)?,
            _ => crate::intl::lower_with_locale(&text, &locales)?,
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
            call.give(&crate::intl::call(&class, &method, &locales, &options, &arguments, scene.clock)?)
        })
    }),
    ("process", |call| in_scene(|scene| call.give_json(&functions::process(scene)))),
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

/// Denied names that `extend` takes for those of functions that do not exist.
const UNKNOWN_TO_EXTEND: [&str; 6] = [
    "setPrototypeOf",
    "getOwnPropertyDescriptor",
    "getOwnPropertyDescriptors",
    "defineProperty",
    "defineProperties",
    "callee",
];

/// `extend(receiver, name, arguments)`: an array that holds the result, or undefined when the receiver's type has no
/// such method.
fn extend<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(1)?;
    let receiver = call.js(0);
    if crate::syntax::names::is_denied(&name) && !UNKNOWN_TO_EXTEND.contains(&name.as_str()) {
        let message = format!("Cannot access \"{name}\" via expression extension due to security concerns");
        return Err(Thrown::extension(message).into());
    }
    // Elements keep their identity, which a copy would not.
    if let ("first" | "last", Some(list)) = (name.as_str(), receiver.as_array()) {
        let position = if name == "first" { 0 } else { array_length(list)?.saturating_sub(1) };
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
