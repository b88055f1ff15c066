//! One call of a host function: its arguments, what it gives back, how it fails.

use std::rc::Rc;

use heddle_data::Json;
use rquickjs::{Ctx, Value as JsValue};

use crate::code::{Copy, GivenItems, enter};
use crate::error::ExpressionError;
use crate::javascript::bridge::{Bridge, SCENE};
use crate::javascript::convert::{Purpose, Refused, array_length, from_js, to_js};
use crate::javascript::shared::give_list;
use crate::native::Stop;
use crate::run::items::{item_json, items_json};
use crate::run::nodes;
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
    pub(crate) fn throw(self, ctx: &Ctx<'_>, bridge: &Bridge) -> rquickjs::Error {
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

pub(crate) type Hosted<T> = std::result::Result<T, HostError>;

/// One call of a host function.
pub(crate) struct Call<'c, 'js> {
    pub(crate) ctx: &'c Ctx<'js>,
    pub(crate) bridge: &'c Rc<Bridge>,
    pub(crate) arguments: Vec<JsValue<'js>>,
}

impl<'js> Call<'_, 'js> {
    pub(crate) fn js(&self, index: usize) -> JsValue<'js> {
        self.arguments.get(index).cloned().unwrap_or_else(|| JsValue::new_undefined(self.ctx.clone()))
    }

    pub(crate) fn value(&self, index: usize) -> Hosted<Value> {
        Ok(from_js(self.ctx, self.bridge, &self.js(index), Purpose::Argument)?)
    }

    /// The values of an array argument, or of the arguments from `index` on.
    pub(crate) fn values(&self, index: usize) -> Hosted<Vec<Value>> {
        let list = self.js(index);
        let Some(list) = list.as_array() else { return Ok(Vec::new()) };
        let length = array_length(list)?;
        let mut values = Vec::with_capacity(length.min(1024));
        for position in 0..length {
            values.push(from_js(self.ctx, self.bridge, &list.get(position)?, Purpose::Argument)?);
        }
        Ok(values)
    }

    /// The values of all arguments.
    pub(crate) fn all(&self) -> Hosted<Vec<Value>> {
        (0..self.arguments.len()).map(|index| self.value(index)).collect()
    }

    pub(crate) fn text(&self, index: usize) -> Hosted<String> {
        match self.value(index)? {
            Value::Json(json) => Ok(crate::coerce::to_text(&json).into_owned()),
            _ => Ok(String::new()),
        }
    }

    pub(crate) fn index(&self, index: usize) -> usize {
        self.js(index).as_number().filter(|number| *number >= 0.0).map_or(0, |number| number as usize)
    }

    pub(crate) fn give(&self, value: &Value) -> Hosted<JsValue<'js>> {
        Ok(to_js(self.ctx, self.bridge, value)?)
    }

    pub(crate) fn give_json(&self, json: &Json) -> Hosted<JsValue<'js>> {
        Ok(enter(self.ctx, self.bridge, json)?)
    }

    pub(crate) fn undefined(&self) -> JsValue<'js> {
        JsValue::new_undefined(self.ctx.clone())
    }

    /// An item of another node.
    pub(crate) fn item(&self, item: Option<&heddle_data::Item>, scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
        self.item_of(Copy::Nodes, item, scene)
    }

    /// An item of the node's own input.
    pub(crate) fn input_item(
        &self,
        item: Option<&heddle_data::Item>,
        scene: &Scene<'_>,
    ) -> Hosted<JsValue<'js>> {
        self.item_of(Copy::Input, item, scene)
    }

    fn item_of(
        &self,
        copy: Copy,
        item: Option<&heddle_data::Item>,
        scene: &Scene<'_>,
    ) -> Hosted<JsValue<'js>> {
        if let (Some(given), Some(item)) = (&self.bridge.given, item) {
            return Ok(GivenItems::item(given, self.ctx, self.bridge, copy, item)?.into_value());
        }
        match item {
            Some(item) if scene.run.workflow().binary_mode_combined => self.give_json(&item.json),
            Some(item) => self.give_json(&item_json(item)),
            None => Ok(self.undefined()),
        }
    }

    /// `json` of what [`Self::item`] gives, without the rest.
    pub(crate) fn item_data(
        &self,
        item: Option<&heddle_data::Item>,
        scene: &Scene<'_>,
    ) -> Hosted<JsValue<'js>> {
        if let (Some(given), Some(item)) = (&self.bridge.given, item) {
            return Ok(GivenItems::item(given, self.ctx, self.bridge, Copy::Nodes, item)?.get("json")?);
        }
        match item {
            Some(item) if scene.run.workflow().binary_mode_combined => match item.json.get("json") {
                Some(json) => self.give_json(json),
                None => Ok(self.undefined()),
            },
            Some(item) => self.give_json(&item.json),
            None => Err(Thrown::type_error("cannot read property 'json' of undefined").into()),
        }
    }

    /// The data of the node's own current item.
    pub(crate) fn input_data(&self, item: &heddle_data::Item) -> Hosted<JsValue<'js>> {
        match &self.bridge.given {
            Some(given) => {
                Ok(GivenItems::item(given, self.ctx, self.bridge, Copy::Input, item)?.get("json")?)
            }
            None => self.give_json(&item.json),
        }
    }

    /// The items of the node's own input.
    pub(crate) fn input_items(&self, items: &[heddle_data::Item], scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
        match &self.bridge.given {
            Some(given) => {
                Ok(GivenItems::list(given, self.ctx, self.bridge, Copy::Input, items)?.into_value())
            }
            None => self.items(items, scene),
        }
    }

    pub(crate) fn items(&self, items: &[heddle_data::Item], scene: &Scene<'_>) -> Hosted<JsValue<'js>> {
        self.list(items, scene.run.workflow().binary_mode_combined, scene)
    }

    /// Items, or their data alone, as an array.
    pub(crate) fn list(
        &self,
        items: &[heddle_data::Item],
        data_alone: bool,
        scene: &Scene<'_>,
    ) -> Hosted<JsValue<'js>> {
        if let Some(given) = &self.bridge.given {
            return Ok(GivenItems::list(given, self.ctx, self.bridge, Copy::Nodes, items)?.into_value());
        }
        let key = (items.as_ptr().addr(), items.len(), data_alone);
        let make = || match data_alone {
            true => items.iter().map(|item| item.json.clone()).collect(),
            false => items_json(items),
        };
        Ok(give_list(self.ctx, self.bridge, scene.snapshot, key, make)?)
    }
}

/// Runs `read` on the scene of the evaluation, at the item whose index is argument `index`.
pub(crate) fn at_item<T>(
    call: &Call<'_, '_>,
    index: usize,
    read: impl FnOnce(&Scene<'_>) -> Hosted<T>,
) -> Hosted<T> {
    let item_index = call.index(index);
    in_scene(|scene| read(&scene.at_item(item_index)))
}

/// Runs `read` on the node that argument 0 names, at the evaluation's own item.
pub(crate) fn at_node<T>(
    call: &Call<'_, '_>,
    read: impl FnOnce(usize, &Scene<'_>) -> Hosted<T>,
) -> Hosted<T> {
    let name = call.text(0)?;
    in_scene(|scene| read(nodes::find_accessed(&name, scene)?, scene))
}

pub(crate) fn in_scene<T>(read: impl FnOnce(&Scene<'_>) -> Hosted<T>) -> Hosted<T> {
    if !SCENE.is_set() {
        return Err(Thrown::new("Error", "No evaluation is under way").into());
    }
    SCENE.with(|scene| read(scene))
}
