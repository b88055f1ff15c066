//! The run as the prelude asks for it: variables, items, other nodes, parameters.

use std::rc::Rc;

use heddle_data::Json;
use rquickjs::function::This;
use rquickjs::object::Property;
use rquickjs::{Ctx, Function, Object, Result, Value as JsValue};

use crate::javascript::bridge::Bridge;
use crate::javascript::call::{Call, Hosted, at_item, in_scene};
use crate::javascript::convert::{Purpose, from_js};
use crate::run::items::item_json;
use crate::run::{functions, nodes, paired, parameters, variables};
use crate::scene::Scene;
use crate::throw::Thrown;
use crate::value::Value;

/// Variables whose value does not depend on how they are read.
pub(super) const VARIABLES: &[&str] = &[
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

/// The getter of a variable, which a data context inherits. What it gives is kept in the context.
pub(super) fn variable_getter<'js>(
    ctx: &Ctx<'js>,
    bridge: &Rc<Bridge>,
    name: &'static str,
) -> Result<Function<'js>> {
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
            "$json" | "$data" => call.input_data(variables::current_item(scene)?),
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
                let mut raw = Vec::new();
                for (name, stored) in stored {
                    let reads_itself = stored.as_str() == Some(&format!("={{{{ $parameter.{name} }}}}"));
                    raw.push((
                        name,
                        if reads_itself { Value::Undefined } else { located(call, stored)?.into() },
                    ));
                }
                call.give(&Value::object(raw))
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

pub(super) fn require_input(call: &Call<'_, '_>, scene: &Scene<'_>) -> Hosted<()> {
    if call.bridge.given.is_none() && scene.items.is_empty() {
        return Err(variables::no_execution_data(scene).into());
    }
    Ok(())
}

pub(super) fn input<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(0)?;
    at_item(call, 1, |scene| {
        require_input(call, scene)?;
        match name.as_str() {
            "item" => call.input_item(scene.item(), scene),
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

pub(super) fn input_items<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let name = call.text(0)?;
    at_item(call, 1, |scene| {
        require_input(call, scene)?;
        match name.as_str() {
            "first" => call.input_item(scene.items.first(), scene),
            "last" => call.input_item(scene.items.last(), scene),
            _ => call.input_items(scene.items, scene),
        }
    })
}

pub(super) fn node_items<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let (name, method) = (call.text(0)?, call.text(1)?);
    let arguments = call.values(3)?;
    at_item(call, 2, |scene| {
        let index = |position: usize| functions::index_argument(arguments.get(position));
        // Arguments are looked at before the node.
        let (first, second) = (index(0)?, index(1)?);
        let node = nodes::find_accessed(&name, scene)?;
        match method.as_str() {
            "pairedItem" => call.item(paired::item(node, scene, paired::Method::PairedItem, first)?, scene),
            "itemMatching" => {
                call.item(paired::item(node, scene, paired::Method::ItemMatching, first)?, scene)
            }
            _ => {
                let items = nodes::output_items(node, first, second, scene)?;
                match method.as_str() {
                    "first" => call.item(items.first(), scene),
                    "last" => call.item(items.last(), scene),
                    _ => call.items(items, scene),
                }
            }
        }
    })
}

pub(super) fn node_member<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
    let (name, member) = (call.text(0)?, call.text(1)?);
    at_item(call, 2, |scene| {
        let node = nodes::find_accessed(&name, scene)?;
        match member.as_str() {
            "item" => call.item(paired::item(node, scene, paired::Method::Item, None)?, scene),
            "isExecuted" => Ok(JsValue::new_bool(call.ctx.clone(), scene.run.run_count(node) > 0)),
            "params" => call.give_json(scene.run.node(node).parameters),
            "context" => call.give_json(&nodes::context(node, scene)),
            _ => Ok(call.undefined()),
        }
    })
}

pub(super) fn old_node_member<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
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

/// A stored parameter as `$parameter.name` gives it (`docs/expressions/language.md §10`).
pub(super) fn evaluated_parameter<'js>(
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

pub(super) fn evaluated_sibling<'js>(
    call: &Call<'_, 'js>,
    scene: &Scene<'_>,
    name: &str,
) -> Hosted<JsValue<'js>> {
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

pub(super) fn self_field<'js>(call: &Call<'_, 'js>) -> Hosted<JsValue<'js>> {
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
