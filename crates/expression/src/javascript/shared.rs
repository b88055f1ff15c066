//! Lists of items that the evaluations of one node run share: made once, as plain arrays and objects, which the engine
//! reads faster than views (`docs/expressions/language.md §9`).
//!
//! n8n gives every call a list of its own, so that what code changes in one is seen nowhere else. So only code that
//! changes nothing gets a shared list ([`Code::may_share`](crate::compile::Code)), and every call in a chunk another one.

use heddle_data::Json;
use rquickjs::{Array, Ctx, Object, Persistent, Result, Value};

use crate::javascript::bridge::Bridge;
use crate::javascript::view::{View, define, primitive};

/// Lists of the items that one node run sees.
#[derive(Default)]
pub(crate) struct SharedLists {
    /// The node run ([`Scene::snapshot`](crate::Scene)).
    snapshot: u64,
    lists: Vec<SharedList>,
    /// How much more the lists may hold.
    left: usize,
}

/// Which list it is: where its items are and how many, and whether it shows their data alone.
pub(crate) type ListKey = (usize, usize, bool);

struct SharedList {
    key: ListKey,
    json: Json,
    /// How much is in it.
    weight: usize,
    /// Whether an evaluation has asked for it before: one alone pays for what it touches.
    is_wanted_again: bool,
    copies: Vec<Persistent<Array<'static>>>,
    /// How many of the copies the chunk under way has.
    taken: usize,
}

/// Copies of one list: more calls in one chunk get views.
const MOST_COPIES: usize = 3;

/// How much all shared lists may hold: about as many values, some tens of megabytes.
const MOST_VALUES: usize = 600_000;

impl SharedLists {
    /// Gives back what the last chunk had.
    pub(crate) fn begin_chunk(&mut self) {
        self.lists.iter_mut().for_each(|list| list.taken = 0);
    }

    /// Whether there is anything to release.
    pub(crate) fn is_empty(&self) -> bool {
        self.lists.iter().all(|list| list.copies.is_empty())
    }

    fn list(&mut self, snapshot: u64, key: ListKey, make: impl FnOnce() -> Json) -> &mut SharedList {
        if self.snapshot != snapshot {
            *self = Self { snapshot, lists: Vec::new(), left: MOST_VALUES };
        }
        let known = self.lists.iter().position(|list| list.key == key);
        let at = known.unwrap_or_else(|| {
            let json = make();
            let mut left = MOST_VALUES;
            let weight = if weigh(&json, 0, &mut left).is_some() { MOST_VALUES - left } else { usize::MAX };
            let list = SharedList { key, json, weight, is_wanted_again: false, copies: Vec::new(), taken: 0 };
            self.lists.push(list);
            self.lists.len() - 1
        });
        &mut self.lists[at]
    }
}

/// A list of items: a shared one where that may be, else a view.
pub(crate) fn give_list<'js>(
    ctx: &Ctx<'js>,
    bridge: &Bridge,
    snapshot: u64,
    key: ListKey,
    make: impl FnOnce() -> Json,
) -> Result<Value<'js>> {
    if snapshot == 0 {
        return View::value(ctx, bridge, &make());
    }
    let json = {
        let mut shared = bridge.shared.borrow_mut();
        let left = if shared.snapshot == snapshot { shared.left } else { MOST_VALUES };
        let list = shared.list(snapshot, key, make);
        let is_ready = list.taken < list.copies.len();
        let may_share = bridge.may_share.get() && list.taken < MOST_COPIES && list.is_wanted_again;
        list.is_wanted_again = true;
        if may_share && is_ready {
            list.taken += 1;
            return Ok(list.copies[list.taken - 1].clone().restore(ctx)?.into_value());
        }
        let json = list.json.clone();
        if !may_share || list.weight > left {
            drop(shared);
            return View::value(ctx, bridge, &json);
        }
        json
    };
    let made = plain(ctx, bridge, &json)?;
    if let Some(array) = made.as_array() {
        let mut shared = bridge.shared.borrow_mut();
        if let Some(list) = shared.lists.iter_mut().find(|list| list.key == key) {
            list.copies.push(Persistent::save(ctx, array.clone()));
            list.taken += 1;
            let weight = list.weight;
            shared.left = shared.left.saturating_sub(weight);
        }
    }
    Ok(made)
}

/// The data of an array that is a shared list.
pub(crate) fn data_of<'js>(ctx: &Ctx<'js>, bridge: &Bridge, array: &Array<'js>) -> Option<Json> {
    let shared = bridge.shared.borrow();
    let of_length = shared.lists.iter().filter(|list| list.key.1 == array.len());
    let mut copies = of_length.flat_map(|list| list.copies.iter().map(move |copy| (list, copy)));
    let (list, _) = copies.find(|(_, copy)| (*copy).clone().restore(ctx).is_ok_and(|copy| copy == *array))?;
    Some(list.json.clone())
}

/// Takes what a value weighs from what is left; `None` when it is too heavy or too deep.
fn weigh(json: &Json, depth: usize, left: &mut usize) -> Option<()> {
    const DEEPEST: usize = 64;
    let own = 1 + json.as_str().map_or(0, str::len) / 32;
    *left = left.checked_sub(own)?;
    if depth > DEEPEST {
        return None;
    }
    if let Some(elements) = json.as_array() {
        return elements.iter().try_for_each(|element| weigh(element, depth + 1, left));
    }
    let mut members = json.as_object().into_iter().flat_map(|object| object.values());
    members.try_for_each(|member| weigh(member, depth + 1, left))
}

/// `json` as plain arrays and objects.
fn plain<'js>(ctx: &Ctx<'js>, bridge: &Bridge, json: &Json) -> Result<Value<'js>> {
    if let Some(primitive) = primitive(ctx, json)? {
        return Ok(primitive);
    }
    if let Some(elements) = json.as_array() {
        let array = Array::new(ctx.clone())?;
        for (index, element) in elements.iter().enumerate() {
            array.set(index, plain(ctx, bridge, element)?)?;
        }
        return Ok(array.into_value());
    }
    let object = Object::new(ctx.clone())?;
    for (name, member) in json.as_object().into_iter().flatten() {
        define(&object, bridge.key(ctx, name)?, name, plain(ctx, bridge, member)?)?;
    }
    Ok(object.into_value())
}
